"""A prerequisite breaks under a working agent: its section says why within a minute, the agent pauses and goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import update
from tests.browser.desk_server import chromium, served, sign_in
from tests.engage.office import PASSWORD, SALES, Clock, Office, open_office, start
from tests.mail.fault_proxy import FaultProxy, Trouble

from leadwright.actions import people, prerequisites
from leadwright.db.agent import Agent
from leadwright.db.engine import Database
from leadwright.db.people import ApplicationSecret
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.sandbox.mail_server import MailServer
from leadwright.workflows.runtime import Runtime

pytestmark = pytest.mark.browser
MINUTE = 60.0
_NEAR = {"host": "localhost", "security": "none"}


class WallClock(Clock):
    """The real time; moving on means to wait."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))

    def __call__(self) -> datetime:
        return datetime.now(UTC)

    def move_to(self, moment: datetime) -> None:
        time.sleep(max(0.0, (moment - self()).total_seconds()))


@dataclass
class Working:
    """An engage agent that is on, its desk in a browser, and the lines to its mail server."""

    office: Office
    page: Page
    address: str
    trouble: Trouble
    lines: list[FaultProxy]

    @property
    def client_id(self) -> str:
        reports = prerequisites.reports(self.office.services, self.office.admin, self.office.agentid)
        return str(reports[0].inputs["clientid"])

    @property
    def agent_user(self) -> str:
        with self.office.services.database.reading() as session:
            return str(session.get_one(Agent, self.office.agentid).agentuserid)


@pytest.fixture(params=[10, pytest.param(45, marks=pytest.mark.faults)], ids=["every 10 s", "as delivered"])
def working(request: pytest.FixtureRequest, sqlite_database: Database, tmp_path: Path) -> Iterator[Working]:
    clock, trouble = WallClock(), Trouble()
    with ExitStack() as stack:
        server = stack.enter_context(MailServer(clock=clock))
        server.add_account(SALES, PASSWORD, files_sent=True)
        ports = (server.smtp_port, server.imap_port)
        lines = [stack.enter_context(FaultProxy(("127.0.0.1", port), trouble)) for port in ports]
        line = {f"{kind}_{name}": value for kind in ("smtp", "imap") for name, value in _NEAR.items()}
        line |= {"smtp_port": lines[0].port, "imap_port": lines[1].port, "password": PASSWORD}
        office = open_office(
            sqlite_database, tmp_path, server, clock, line=line, mailbox_check_seconds=request.param, workers=2
        )
        start(office)
        runtime = Runtime(office.services, name="browser")
        runtime.start()
        stack.callback(runtime.stop)
        browser = stack.enter_context(chromium())
        address = stack.enter_context(served(office.services))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        sign_in(page, address, "ola@seller.example", PASSWORD)
        yield Working(office, page, address, trouble, lines)


def test_whatever_breaks_is_told_within_a_minute_and_mended_goes_on_by_itself(working: Working) -> None:
    for number, cause, breaks, mends in (
        (1, "expired on", _expire_secret, _new_secret),
        (2, "does not hold the security role AISalesPerson", _take_role, _give_role),
        (4, "wrong name or password", _change_password, _change_password_back),
        (4, "localhost", _take_server_down, _bring_server_back),
    ):
        notices = _notices(working)
        breaks(working)
        took = _wait(partial(_is_broken, working, number, cause))
        assert took < MINUTE, f"{cause} took {took:.0f} s"
        assert _notices(working) > notices
        mends(working)
        took = _wait(partial(_goes_on, working))
        assert took < MINUTE, f"after {cause} it took {took:.0f} s to go on"


def _is_broken(working: Working, number: int, cause: str) -> bool:
    working.page.goto(f"{working.address}/agent/prerequisites")
    section = working.page.locator(f"#p{number}").inner_text()
    return "Failing" in section and cause in section and not _goes_on(working)


def _goes_on(working: Working) -> bool:
    working.page.goto(f"{working.address}/agent")
    return "Paused" not in working.page.locator("main").inner_text()


def _notices(working: Working) -> int:
    working.page.goto(f"{working.address}/notifications")
    return working.page.locator("main").inner_text().count("is paused")


def _wait(there: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not there():
        assert time.monotonic() - began < 2 * MINUTE, "neither paused nor gone on"
        time.sleep(1)
    return time.monotonic() - began


def _expire_secret(working: Working) -> None:
    ended = datetime.now(UTC) - timedelta(minutes=1)
    with working.office.services.database.transaction() as session:
        session.execute(update(ApplicationSecret).values(endson=ended))


def _new_secret(working: Working) -> None:
    prerequisites.add_secret(working.office.services, working.office.admin, working.client_id)


def _take_role(working: Working) -> None:
    people.set_roles(working.office.services, working.office.admin, working.agent_user, [])


def _give_role(working: Working) -> None:
    people.set_roles(working.office.services, working.office.admin, working.agent_user, [AI_SALESPERSON])


def _change_password(working: Working) -> None:
    working.office.server.store.accounts[SALES].password = "changed on the server"


def _change_password_back(working: Working) -> None:
    working.office.server.store.accounts[SALES].password = PASSWORD


def _take_server_down(working: Working) -> None:
    working.trouble.down = True
    for line in working.lines:
        line.break_all()


def _bring_server_back(working: Working) -> None:
    working.trouble.down = False
