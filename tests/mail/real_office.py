"""An agent at work on a private Postfix and Dovecot, set up once: each test goes on from a copy of the same moment."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select
from tests.conftest import migrated_sqlite
from tests.engage.office import Clock, Office, open_office, services_in, start
from tests.mail_servers.running import LEADS, PASSWORDS, SALES, MailServers, wait_until

from leadwright.db import selection
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage
from leadwright.db.sales import AppNotification
from leadwright.identity.access import Principal, principal
from leadwright.mail.reader import MailReader
from leadwright.mail.suppression import why_suppressed
from leadwright.research import company, competitors
from leadwright.workflows import case

INES, JONAS, MILA = LEADS
LEAD = {"emailaddress1": INES, "firstname": "Ines", "companyname": "Company Foods"}
PUBLIC_URL = "https://desk.seller.example"  # a proxy of theirs has it; the tests stand behind that


def line_of(servers: MailServers, address: str = SALES) -> dict[str, Any]:
    """How the shared mailbox is reached: STARTTLS out, TLS in."""
    ports = servers.ports
    return {
        "smtp_host": "localhost", "smtp_port": ports["smtp"], "imap_host": "localhost", "imap_port": ports["imaps"],
        "password": PASSWORDS[address],
    }  # fmt: skip


class RealOffice(Office):
    """What people outside get and write goes over the real servers."""

    servers: MailServers
    leadid = ""  # of Ines, once she was written to
    numbered = 0

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What lies in their mailbox, once all that left has arrived there."""
        raws = sorted(self.servers.mails(address), key=_date_of)
        return [cast(EmailMessage, message_from_bytes(raw, policy=policy.default)) for raw in raws]

    def got(self, address: str, count: int) -> list[EmailMessage]:
        """The same; waits until there are so many."""
        wait_until(lambda: len(self.servers.mails(address)) >= count)
        return self.mails_to(address)

    def deliver(self, raw: bytes, sender: str = INES, to: str = SALES) -> None:
        """A mail from outside, until it lies in the mailbox."""
        before = len(self.servers.mails(to))
        self.servers.deliver(sender, to, raw)
        wait_until(lambda: len(self.servers.mails(to)) > before)

    def reply(self, text: str, *, of: str = INES, html: str = "", raw: Callable[[EmailMessage], None] | None = None,
              **headers: str) -> bytes:  # fmt: skip
        """Bytes of an answer to the newest mail to `of`, as a person's mail program writes it."""
        parent = self.got(of, 1)[-1]
        RealOffice.numbered += 1
        mail = EmailMessage()
        mail["From"], mail["To"] = headers.pop("From", of), SALES
        mail["Subject"] = headers.pop("Subject", f"Re: {str(parent['Subject']).removeprefix('Re: ')}")
        mail["Message-ID"] = headers.pop("Message_ID", f"<{RealOffice.numbered}.{os.getpid()}@company.example>")
        if (named := headers.pop("In_Reply_To", str(parent["Message-ID"]))) != "-":
            mail["In-Reply-To"] = mail["References"] = named
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if text:
            mail.set_content(text)
        if html:
            (mail.add_alternative if text else mail.set_content)(html, subtype="html")
        if raw:
            raw(mail)
        return mail.as_bytes(policy=policy.SMTP)

    def says(self, text: str, **more: Any) -> None:
        """Somebody answers, and the agent acts on it."""
        self.deliver(self.reply(text, **more), more.get("From", more.get("of", INES)))
        self.work()

    def left_alone(self, address: str) -> bool:
        """Is the address never written to again?"""
        with self.services.database.reading() as session:
            return why_suppressed(session, address, "outreach") is not None

    def inbound(self) -> Sequence[InboundMessage]:
        with self.services.database.reading() as session:
            return session.scalars(select(InboundMessage).order_by(InboundMessage.fetchedon)).all()

    def told(self, who: str) -> list[str]:
        """Titles of what a person was told in Leadwright."""
        with self.services.database.reading() as session:
            return list(session.scalars(select(AppNotification.title).where(AppNotification.ownerid == who)))

    def person(self, systemuserid: str) -> Principal:
        with self.services.database.reading() as session:
            return principal(session, systemuserid)

    @property
    def boss(self) -> Principal:
        return self.person(self.supervisor)


@dataclass(frozen=True)
class Kept:
    """The moment everything goes on from."""

    folder: Path
    moment: datetime
    adminid: str
    agentid: str
    sellers: tuple[str, ...]
    supervisor: str
    leadid: str = ""


@contextmanager
def furnished_on(servers: MailServers) -> Iterator[Kept]:
    """Set up and started; ten in the morning of the last working day."""
    servers.start_anew()
    folder = Path(tempfile.mkdtemp(prefix="leadwright-real-"))
    try:
        (folder / "data").mkdir()
        file = folder / "data" / "leadwright.db"
        shutil.copy(migrated_sqlite(), file)
        database, clock = Database(f"sqlite:///{file}", pool_size=40), Clock(_ten_in_the_morning())
        made = open_office(
            database, folder / "data", cast(Any, None), clock, line=line_of(servers), public_url=PUBLIC_URL
        )
        start(made)
        yield _kept(folder, made, database, servers)
        made.services.reader.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def written_to(started: Kept, servers: MailServers) -> Iterator[Kept]:
    """From there on, until Ines has the first mail. `leadid` is hers."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-real-"))
    try:
        with office_on(started, servers, folder) as office:
            leadid = office.lead(**LEAD)
            office.work()
            office.got(INES, 1)
            assert office.post
            office.post.close()
            kept = _kept(folder, office, office.services.database, servers, leadid)
        yield kept
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kept(folder: Path, made: Office, database: Database, servers: MailServers, leadid: str = "") -> Kept:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copytree(servers.base / "mail", folder / "mail")
    return Kept(folder, made.clock(), made.admin.id, made.agentid, tuple(made.sellers), made.supervisor, leadid)


@contextmanager
def office_on(kept: Kept, servers: MailServers, folder: Path, reader: MailReader | None = None) -> Iterator[RealOffice]:
    """A copy of it, with the mailbox as it was then and nobody else's mail."""
    for cache in (selection._rules, case._configurations, case._signed_in, company._topics, competitors._papers):
        cache._values.clear()  # each copy has the same agent, whose next version is applied at the same moment
    servers.start_anew()
    for box in (kept.folder / "mail").glob("*/*/Maildir"):
        home = servers.base / "mail" / box.relative_to(kept.folder / "mail").parent
        shutil.copytree(box, home / "Maildir")
        for place in (home.parent, home, *home.rglob("*")):
            shutil.chown(place, "nobody", "nogroup")
    shutil.copytree(kept.folder / "data", folder / "data")
    database, clock = Database(f"sqlite:///{folder / 'data' / 'leadwright.db'}", pool_size=40), Clock(kept.moment)
    services = services_in(database, folder / "data", clock, rehearses=False, public_url=PUBLIC_URL)
    services = replace(services, reader=reader or services.reader)
    with database.reading() as session:
        admin = principal(session, kept.adminid)
    made = RealOffice(services, cast(Any, None), clock, admin, kept.agentid, list(kept.sellers), kept.supervisor)
    made.servers, made.leadid = servers, kept.leadid
    try:
        yield made
    finally:
        if made.post:
            made.post.close()
        if reader is None:
            services.reader.close()
        database.close()


def _date_of(raw: bytes) -> float:
    """When our server had it: the newest Received line."""
    mail = message_from_bytes(raw, policy=policy.default)
    stamps = [str(each).rpartition(";")[2].strip() for each in mail.get_all("Received", ())]
    return max((parsedate_to_datetime(stamp).timestamp() for stamp in stamps), default=0.0)


def _ten_in_the_morning() -> datetime:
    day = datetime.now(UTC).date() - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return datetime.combine(_monday(day), time(15), UTC)


def _monday(day: date) -> date:
    """Working days follow."""
    return day - timedelta(days=day.weekday())
