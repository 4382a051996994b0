"""An office whose agent engages: real mail server, virtual clock, people, knowledge, leads. Used by the tests here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import select

from leadwright.actions import agent as agents
from leadwright.actions import leads as lead_actions
from leadwright.actions import mailboxes, people, prerequisites, simulation
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.analyst import Analyst
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import Agent, LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email, Lead
from leadwright.domain.privileges import SALES_MANAGER, SALESPERSON
from leadwright.domain.stage import AgentMode
from leadwright.identity.access import Principal, principal
from leadwright.identity.passwords import Passwords
from leadwright.research.knowledge import add_source, ingest
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Accepted
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.workflows import runs
from leadwright.workflows.conversations import do, due_work, one_round
from leadwright.workflows.engagements import next_due
from leadwright.workflows.post import Post, next_mail_due
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.simulation import work as simulate
from leadwright.workflows.take_in import take_in

SALES = "sales@seller.example"
ADA = "ada@northwind.example"
PASSWORD = "sixteen paper kites"
QUICK = Passwords(time_cost=1, memory_kib=8, parallelism=1)
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York, nine in Chicago
_NEAR = {"host": "localhost", "security": "none"}
FOLLOW_UP_PAPER = """# Questions

Implementation takes ten weeks from the order to the first robot.

The price is 2,900 dollars a month for each robot, including software and maintenance.

Data is stored in the United States and encrypted at rest.
"""


class Clock:
    """Stands still until it is moved on."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move_to(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@dataclass
class Office:
    """Everything a test of a conversation needs."""

    services: Services
    server: MailServer
    clock: Clock
    admin: Principal
    agentid: str = ""
    sellers: list[str] = field(default_factory=list)
    supervisor: str = ""
    post: Post | None = None

    def work(self) -> None:
        """Research what is new, then do all that is due at this moment."""
        self._research()
        if self.post is None:
            self.post = Post(self.services, "test")
        one_round(self.services, self.post)

    def write(self) -> None:
        """Research what is new and decide what is due: mails wait in the outbox, nobody sends or reads."""
        self._research()
        for work in due_work(self.services, 20):
            do(self.services, work)

    def _research(self) -> None:
        while take_in(self.services):
            pass
        with self.services.database.transaction() as session:
            given = runs.give(session, 64)
        for run in given:
            research_lead(self.services, run)

    def pass_days(self, days: float) -> None:
        """Work, then jump to each moment at which something is due, until so much time has gone by."""
        end = self.clock() + timedelta(days=days)
        while True:
            self.work()
            with self.services.database.reading() as session:
                moments = [m for m in (next_due(session), next_mail_due(session)) if m is not None]
            later = [m for m in moments if m > self.clock()]
            if not later or min(later) > end:
                self.clock.move_to(end)
                self.work()
                return
            assert not due_work(self.services, 1)
            self.clock.move_to(min(later))

    @property
    def sent(self) -> list[Accepted]:
        """What the server accepted from the agent, in order; the test of the mailbox itself left out."""
        return [a for a in self.server.log if a.recipient != SALES and a.sender == SALES]

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the server accepted for that address, in order."""
        raws = [a.raw for a in self.server.log if a.recipient.casefold() == address.casefold()]
        return [message_from_bytes(raw, policy=policy.default) for raw in raws]  # type: ignore[misc]

    def answer(self, address: str, text: str, *, to: EmailMessage | None = None, **headers: str) -> None:
        """Somebody answers the newest mail to them, as a person's mail program does."""
        parent = to or self.mails_to(address)[-1]
        mail = EmailMessage()
        return_path = headers.pop("Return_Path", address)
        mail["From"], mail["To"] = headers.pop("From", address), SALES
        mail["Subject"] = headers.pop("Subject", f"Re: {str(parent['Subject']).removeprefix('Re: ')}")
        mail["Date"] = self.clock()
        mail["Message-ID"] = headers.pop(
            "Message_ID", f"<{len(self.server.log)}.{id(mail)}@mail.{address.split('@')[1]}>"
        )
        mail["In-Reply-To"] = headers.pop("In_Reply_To", str(parent["Message-ID"]))
        mail["References"] = headers.pop("References", str(parent["Message-ID"]))
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.server.deliver(return_path, SALES, mail.as_bytes(policy=policy.SMTP))

    def bounce(self, address: str, status: str, said: str, *, messageid: str = "", behind: str = "") -> None:
        """The mail system of the other side tells that the newest mail to that address did not arrive."""
        about = messageid or str(self.mails_to(address)[-1]["Message-ID"])
        raw = (
            f"From: MAILER-DAEMON@mx.example\r\nTo: {SALES}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Message-ID: <dsn{id(about)}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain\r\n\r\nYour mail to <{address}> was not delivered: {said}\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
            f"Final-Recipient: rfc822; {behind or address}\r\nOriginal-Recipient: rfc822;{address}\r\n"
            f"Action: failed\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; {said}\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nTo: {address}\r\n\r\n--b--\r\n"
        )
        self.server.deliver("", SALES, raw.encode())

    def lead(self, **values: Any) -> str:
        """A new lead of a good fit."""
        usual = {
            "firstname": "Ada", "lastname": "Miller", "jobtitle": "Head of Operations",
            "companyname": "Northwind Foods",
            "emailaddress1": "ada@northwind.example", "subject": "Faster picking", "address1_city": "Chicago",
            "address1_stateorprovince": "Illinois", "address1_country": "United States", "lw_industry": "Food",
            "numberofemployees": 4_000, "revenue": 900_000_000.0,
        }  # fmt: skip
        self.clock.move_to(self.clock() + timedelta(seconds=1))
        return lead_actions.create_lead(self.services, self.admin, {**usual, **values})

    def run_of(self, leadid: str) -> LeadRun:
        with self.services.database.reading() as session:
            run = session.scalar(select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()))
            assert run is not None
            return run

    def engagement_of(self, leadid: str) -> Engagement:
        with self.services.database.reading() as session:
            return session.get_one(Engagement, self.run_of(leadid).runid)

    def row_of(self, leadid: str) -> Lead:
        with self.services.database.reading() as session:
            return session.get_one(Lead, leadid)

    def thread_of(self, leadid: str) -> Sequence[Email]:
        with self.services.database.reading() as session:
            query = select(Email).where(Email.regardingobjectid == leadid).order_by(Email.createdon)
            return session.scalars(query).all()

    def outbox(self) -> Sequence[Outbox]:
        with self.services.database.reading() as session:
            return session.scalars(select(Outbox).order_by(Outbox.createdon)).all()


def open_office(
    database: Database,
    folder: Path,
    server: MailServer,
    clock: Clock,
    *,
    line: dict[str, Any] | None = None,
    analyst: Analyst | None = None,
    **settings: Any,
) -> Office:
    """Set everything up as people would.

    Args:
        line: how the shared mailbox is reached, where that is not the sandbox's server.
        analyst: who judges; the builtin unless given.
    """
    services = services_in(database, folder, clock, analyst=analyst, rehearses=server is not None, **settings)
    adminid = people.first_administrator(
        services, fullname="Ola Admin", email="ola@seller.example", password=PASSWORD, passwords=QUICK
    )
    with database.reading() as session:
        admin = principal(session, adminid)
    office = Office(services, server, clock, admin)
    add = people.create_user
    for name in ("Mira Seller", "Tobin Seller"):
        email = f"{name.split()[0].lower()}@seller.example"
        office.sellers.append(
            add(services, admin, fullname=name, email=email, password=PASSWORD, roles=[SALESPERSON], passwords=QUICK)
        )
    office.supervisor = add(
        services,
        admin,
        fullname="Odalys Boss",
        email="odalys@seller.example",
        password=PASSWORD,
        roles=[SALES_MANAGER],
        passwords=QUICK,
    )
    office.agentid = agents.create_agent(services, admin, mode=AgentMode.ENGAGE)
    _prerequisites(office, line or _sandbox_line(server))
    _settings(office)
    _knowledge(office, folder)
    return office


def services_in(
    database: Database,
    folder: Path,
    clock: Clock,
    *,
    analyst: Analyst | None = None,
    rehearses: bool = True,
    **settings: Any,
) -> Services:
    """What an office works with: nothing is asked outside."""
    values = {"data_dir": folder, "dns_checks": False, "fetch_company_sites": False, **settings}
    return Services(Settings(**values), database, analyst or BuiltinAnalyst(), clock=clock, rehearses=rehearses)


def start(office: Office) -> None:
    """Review one simulated mail, then start."""
    services, admin, agentid = office.services, office.admin, office.agentid
    office.lead(emailaddress1="trial@trial.example", companyname="Trial Foods")
    simulation.start_simulation(services, admin, agentid, 1, begin=simulate)
    shown = simulation.latest_simulation(services, admin, agentid)
    assert shown is not None
    for draft in shown.leads:
        assert draft.state == "drafted", draft.reason
        simulation.approve(services, admin, agentid, draft.draftid)
    office.clock.move_to(office.clock() + timedelta(seconds=1))
    agents.start_agent(services, admin, agentid)


def _sandbox_line(server: MailServer) -> dict[str, Any]:
    server.add_account(SALES, PASSWORD, files_sent=True)
    near = {f"{kind}_{name}": value for kind in ("smtp", "imap") for name, value in _NEAR.items()}
    return near | {"smtp_port": server.smtp_port, "imap_port": server.imap_port, "password": PASSWORD}


def _prerequisites(office: Office, line: dict[str, Any]) -> None:
    services, admin, agentid = office.services, office.admin, office.agentid
    registered = prerequisites.register_application(services, admin, agentid, name="Agent")
    assert prerequisites.mark_done(services, admin, agentid, 1).done
    user = prerequisites.create_application_user(
        services, admin, agentid, clientid=registered.clientid, name="Agent user"
    )
    assert prerequisites.mark_done(services, admin, agentid, 2).done
    mailboxid = mailboxes.set_up_mailbox(
        services,
        admin,
        agentid,
        SharedMailbox(name="Seller Robotics", address=SALES, members=[user], **line),
    )
    assert prerequisites.mark_done(services, admin, agentid, 3).done
    mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid, address=SALES)
    mailboxes.approve_email(services, admin, agentid)
    assert prerequisites.mark_done(services, admin, agentid, 4).done


def _settings(office: Office) -> None:
    sections: dict[str, dict[str, Any]] = {
        "company": {
            "name": "Seller Robotics",
            "website": "https://seller.example",
            "value_proposition": "Robots that bring shelves to people, so that a warehouse picks twice as many orders.",
            "benefits": "Twice the picks an hour; live within ten weeks.",
        },
        "email": {"postal_address": "1 Main Street\nSpringfield, IL 62701"},
        "profile": {"signature": "Kind regards\nSeller Robotics"},
        "criteria": {
            "criteria": [
                {"name": "Industry", "kind": "industry", "details": "Food and beverage, retail"},
                {"name": "Employee size", "kind": "employees", "details": "1,000 to 80,000 employees"},
                {"name": "Location", "kind": "location", "details": "United States"},
            ]
        },
        "assignment": {"sellers": office.sellers, "supervisor": office.supervisor},
    }
    for section, values in sections.items():
        agents.edit_draft(office.services, office.admin, office.agentid, section, values)


def _knowledge(office: Office, folder: Path) -> None:
    paper = folder / "questions.md"
    paper.write_text(FOLLOW_UP_PAPER, "utf-8")
    with office.services.database.transaction() as session:
        sourceid = add_source(session, "followup", "file", str(paper)).sourceid
    ingest(office.services.database, office.services.fetcher, sourceid, None)


def agent_of(office: Office) -> Agent:
    """The agent's row."""
    with office.services.database.reading() as session:
        return session.get_one(Agent, office.agentid)
