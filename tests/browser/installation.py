"""A fresh installation in its rehearsal world: mail server, company sites, prospects, worker, browser; not set up."""

import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from tests.browser.desk_server import chromium, served

from leadwright.bootstrap import open_services
from leadwright.cli.serve import listen
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import IN_FLIGHT
from leadwright.sandbox import seller
from leadwright.sandbox.characters import Prospect, prospects
from leadwright.sandbox.clock import VirtualClock, rehearsal_start
from leadwright.sandbox.companies import site
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.people import HEADINGS
from leadwright.sandbox.prospect_inbox import AREA, prospect_inbox
from leadwright.sandbox.prospects import Prospects
from leadwright.sandbox.rehearsal import settings_of
from leadwright.sandbox.weeks import Weeks
from leadwright.sandbox.world import World
from leadwright.services import Services
from leadwright.workflows.runtime import Runtime

PASSWORD = "eleven quiet herons"
MAILBOX_PASSWORD = "sixteen paper kites"
SIZE = {"width": 1280, "height": 800}


@dataclass
class Installation:
    """What a new administrator has: an address, a mail server, a list of leads and some papers.

    Args:
        leads: the made-up people of the list, who answer when somebody writes in their place.
        papers: set name -> folder.
    """

    address: str
    browser: Browser
    services: Services
    clock: VirtualClock
    mail: MailServer
    prospects: Prospects
    leads: tuple[Prospect, ...]
    lead_list: Path
    papers: dict[str, Path]
    world_port: int
    weeks: Weeks

    def site(self, lead: Prospect) -> str:
        """The web site of the lead's company."""
        return f"{site(lead.company.slug, self.world_port)}/"

    def settle(self, seconds: float = 10) -> None:
        """Until the worker has done what is due at this moment, and no mail is on its way."""
        end, quiet = time.monotonic() + seconds, 0
        while quiet < 3 and time.monotonic() < end:
            time.sleep(0.1)
            quiet = 0 if self._is_busy() else quiet + 1

    def _is_busy(self) -> bool:
        coming = self.weeks.next_moment()
        with self.services.database.reading() as session:
            leaving = session.scalar(select(Outbox.outboxid).where(Outbox.phase.in_(IN_FLIGHT)).limit(1))
        return leaving is not None or (coming is not None and coming < self.clock() + timedelta(seconds=30))

    def new_page(self) -> Page:
        """A browser of somebody who has never been here."""
        context = self.browser.new_context(viewport=SIZE, base_url=self.address)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        return context.new_page()


def chosen(names: tuple[str, ...]) -> tuple[Prospect, ...]:
    """These of the rehearsal's prospects; they answer only what somebody writes in their place."""
    found = {p.name: p for p in prospects()}
    return tuple(replace(found[name], script=()) for name in names)


@contextmanager
def installed(folder: Path, names: tuple[str, ...]) -> Iterator[Installation]:
    """Everything runs, and its clock goes on from a Monday morning; the database is empty."""
    clock = VirtualClock(rehearsal_start(datetime.now(UTC)))
    clock.run()
    expect.set_options(timeout=60_000)  # research and other tests may take the machine
    leads = chosen(names)
    listening = listen("127.0.0.1", 0)
    with World() as world, MailServer(clock=clock) as mail:
        settings = settings_of(folder / "data", world.port, listening.getsockname()[1])
        opened = open_services(settings)
        opened.database.clock = clock
        services = replace(opened, clock=clock, rehearses=True)
        mail.add_account(seller.SHARED_MAILBOX[1], MAILBOX_PASSWORD, files_sent=False)
        answering = Prospects(mail, leads, clock)
        weeks = Weeks(services, answering, clock)
        runtime = Runtime(services, name="tutorial")
        runtime.start()
        try:
            inbox = prospect_inbox(services, answering, weeks)
            with chromium() as browser, served(services, [inbox], [AREA], listening) as address:
                lead_list = _list(folder / "leads.csv", leads, world.port)
                papers = seller.write_papers(folder / "papers")
                yield Installation(
                    address, browser, services, clock, mail, answering, leads, lead_list, papers, world.port, weeks
                )
        finally:
            expect.set_options(timeout=5_000)
            weeks.close()
            runtime.stop()
            services.reader.close()
            services.database.close()


def _list(path: Path, leads: tuple[Prospect, ...], port: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(lead.row(port) for lead in leads)
    return path
