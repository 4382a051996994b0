"""Each kind of mailbox as the contract sees it: the mailbox itself, what its server got, and what can be done to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient
from tests.mail.post_office import PASSWORD, SALES, SENDER, letter
from tests.mail.post_office import open_mailbox as open_smtp
from tests.microsoft.organisation import Agent, connection_to, make_needed_role, register_agent

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval
from leadwright.domain.stage import AgentMode
from leadwright.identity.secrets import Vault
from leadwright.mail.arrivals import Arrivals
from leadwright.mail.compose import Letterhead, Message, compose
from leadwright.mail.dataverse import DataverseMailbox
from leadwright.mail.graph import GraphMailbox
from leadwright.mail.mailbox import Letter, Mailbox
from leadwright.mail.unsubscribe import link
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.sandbox.dynamics import entra_principals, exchange, exchange_transport, synchronisation
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.sandbox.mail_server import MailServer

AGENT = "agent@contoso.com"
PERMISSIONS = ("Mail.ReadWrite", "Mail.Send")
SEALS = Vault(["of the contract, and long enough"])


class Kind(Protocol):
    """One kind of mailbox with its server."""

    name: str

    def open(self) -> Mailbox:
        """Another hold on the same mailbox."""
        ...

    def letter(self, n: int) -> Letter:
        """A mail to a person who takes mail."""
        ...

    def refused(self) -> Letter:
        """A mail that can never be sent."""
        ...

    def left(self, letter: Letter) -> int:
        """How often this mail left."""
        ...

    def comes(self, subject: str, words: str = "Thank you.") -> None:
        """A mail arrives in the Inbox."""
        ...

    def lose_the_answer(self) -> None:
        """The next order to send is carried out, and its answer lost."""
        ...

    def lose_the_order(self) -> None:
        """The next order to send is lost on the way."""
        ...

    def push_back(self) -> None:
        """The server takes nothing for now."""
        ...

    def go_away(self) -> None:
        """The server fails whatever is asked."""
        ...

    def forget(self) -> None:
        """The server forgets how far we read."""
        ...

    def damage(self, subject: str) -> None:
        """The server has this mail, and gives it to nobody."""
        ...


def key_of(n: int) -> str:
    """The business key of the mail to a person."""
    return f"outreach:{n}:1:0"


def leave(address: str, n: int) -> str:
    """The address to unsubscribe in it."""
    return link("https://desk.contoso.com", SEALS, address, key_of(n))


def a_mail(address: str, subject: str, words: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Pat Okafor <pat@example.net>", address, subject
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = f"<{subject.replace(' ', '.')}.{id(made)}@example.net>"
    made.set_content(words)
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class Smtp:
    """The built-in server."""

    name = "builtin"

    def __init__(self, server: MailServer) -> None:
        self.server = server
        server.add_account(SALES, PASSWORD, files_sent=True)

    def open(self) -> Mailbox:
        return open_smtp(self.server.smtp_port, self.server.imap_port, timeout=3.0, seals=SEALS)

    def letter(self, n: int) -> Letter:
        address = f"person{n}@company.example"
        return letter(address, n, unsubscribe_url=leave(address, n))

    def refused(self) -> Letter:
        self.server.faults.script = Times(Step.RCPT, Fault(answer="550 5.1.1 nobody of that name"))
        return self.letter(900)

    def left(self, letter: Letter) -> int:
        return sum(one.messageid == letter.messageid for one in self.server.log)

    def comes(self, subject: str, words: str = "Thank you.") -> None:
        self.server.deliver("pat@example.net", SALES, a_mail(SALES, subject, words))

    def lose_the_answer(self) -> None:
        self.server.faults.script = Times(Step.TAKEN, Fault(drop=True))

    def lose_the_order(self) -> None:
        self.server.faults.script = Times(Step.DOT, Fault(drop=True))

    def push_back(self) -> None:
        self.server.faults.script = Times(Step.RCPT, Fault(answer="451 4.7.1 greylisted"), times=1)

    def go_away(self) -> None:
        self.server.stop()

    def forget(self) -> None:
        self.server.folder(SALES).renumber()

    def damage(self, subject: str) -> None:
        uids = [m.uid for m in self.server.folder(SALES).messages if f"Subject: {subject}".encode() in m.raw]
        self.server.faults.refuse_fetch = frozenset(uids)


class Platform:
    """An application user of the stand-in's organisation with a shared mailbox that is approved and tested."""

    name = ""

    def __init__(self, folder: Path, database: Database) -> None:
        self.world, self.database = World(folder), database
        make_needed_role(self.world, AgentMode.ENGAGE)
        self.registered = register_agent(self.world, "Needed")
        self.by = seed.administrator(self.world)
        exchange.create_shared_mailbox(self.world, AGENT, "Sales agent")
        self.connected = self._connect()
        self.mailboxid = add_mailbox(database, self.name, self.registered.userid)
        self.people: dict[int, str] = {}

    def _connect(self) -> Agent:
        client = TestClient(served(self.world), base_url="https://localhost")
        connection = connection_to(self.registered, "https://localhost")
        http = MicrosoftHttp(connection, Tokens(connection, client), patience=0.3)  # type: ignore[arg-type]
        made = self.registered
        return Agent(
            self.world, made.application, made.secret, made.userid, connection, http, Dataverse(http), Graph(http)
        )

    @property
    def arrivals(self) -> Arrivals:
        return Arrivals(self.database, self.mailboxid)

    def tick(self) -> None:
        synchronisation.tick(self.world)

    def comes(self, subject: str, words: str = "Thank you.", **more: Any) -> None:
        exchange.deliver(self.world, a_mail(AGENT, subject, words), [AGENT])
        self.tick()

    def compose(self, address: str, n: int) -> Letter:
        sender = Letterhead("Nadia of Contoso", AGENT, "Contoso Ltd.", "1 Main Street", "Written by an AI assistant.")
        message = Message(
            to_name=f"Person {n}",
            to_address=address,
            subject=f"Conveyors for company {n}",
            body=f"Hello Person {n},\n\nwe have something for you.",
            why="You get this mail because you asked for it.",
            unsubscribe_url=leave(address, n),
        )
        return compose(sender, message)

    def outside(self) -> list[exchange_transport.Outgoing]:
        self.tick()
        return exchange_transport.sent_outside(self.world)

    def push_back(self) -> None:
        self.world.break_it("throttle", {"seconds": 30}, times=1)

    def go_away(self) -> None:
        self.world.break_it("server error", {"status": 503})

    def close(self) -> None:
        self.connected.http.close()
        self.world.close()


class InDataverse(Platform):
    """Server-side synchronisation."""

    name = MailboxKind.DATAVERSE

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder, database)
        self.record = records.find(self.world, "mailbox", regardingobjectid=self.registered.userid)[0]["mailboxid"]
        self.change(emailaddress=AGENT)
        self.change(emailrouteraccessapproval=1)
        self.change(testemailconfigurationscheduled=True)
        self.tick()
        settings = records.find(self.world, "usersettings", systemuserid=self.registered.userid)[0]
        records.update(
            self.world, "usersettings", settings["systemuserid"], {"incomingemailfilteringmethod": 0}, by=self.by
        )

    def change(self, **values: Any) -> None:
        records.update(self.world, "mailbox", self.record, values, by=self.by)

    def open(self) -> Mailbox:
        return DataverseMailbox(AGENT, self.connected.dataverse, arrivals=self.arrivals, seals=SEALS, look_seconds=0.2)

    def letter(self, n: int) -> Letter:
        lead = self.people.get(n) or self.registered.lead(
            emailaddress1=f"person{n}@company.example", ownerid=("systemuser", self.registered.userid)
        )
        self.people[n] = lead
        return replace(self.compose(f"person{n}@company.example", n), leadid=lead)

    def refused(self) -> Letter:
        made = self.letter(900)
        records.update(self.world, "lead", made.leadid, {"donotemail": True}, by=self.by)
        return made

    def left(self, letter: Letter) -> int:
        return sum(one.recipient == letter.recipient for one in self.outside())

    def lose_the_answer(self) -> None:
        self.world.break_it("drop after commit", {"path": "SendEmail"}, times=1)

    def lose_the_order(self) -> None:
        self.world.break_it("drop before answer", {"path": "SendEmail"}, times=1)

    def forget(self) -> None:
        """Dataverse keeps no place for us: each look overlaps the one before."""

    def damage(self, subject: str) -> None:
        self.world.break_it("deny row", records.find(self.world, "email", subject=subject)[0]["activityid"])


class InGraph(Platform):
    """Microsoft Graph."""

    name = MailboxKind.GRAPH

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder, database)
        appid = self.registered.application.appid
        exchange.restrict(self.world, appid, [AGENT])
        grant(self.world, appid, *PERMISSIONS)

    def open(self) -> Mailbox:
        strangers = ["seller@contoso.onmicrosoft.com"]
        return GraphMailbox(
            AGENT, self.connected.graph, arrivals=self.arrivals, seals=SEALS, strangers=lambda: strangers,
            look_seconds=0.2,
        )  # fmt: skip

    def letter(self, n: int) -> Letter:
        return self.compose(f"person{n}@company.example", n)

    def refused(self) -> Letter:
        made = self.letter(900)
        return replace(made, raw=made.raw.replace(b"person900@company.example", b"nobody"))

    def left(self, letter: Letter) -> int:
        return sum(letter.messageid.encode() in one.raw for one in self.outside())

    def lose_the_answer(self) -> None:
        self.world.break_it("drop after commit", {"path": "/send"}, times=1)

    def lose_the_order(self) -> None:
        self.world.break_it("drop before answer", {"path": "/send"}, times=1)

    def forget(self) -> None:
        self.world.break_it("mail delta expired", times=1)

    def damage(self, subject: str) -> None:
        found = self.connected.graph.get(f"users/{AGENT}/messages", filter=f"subject eq '{subject}'", select="id")
        id = found["value"][0]["id"]
        self.world.break_it("server error", {"path": f"/{id}/$value", "status": 500})


def grant(world: World, appid: str, *permissions: str) -> None:
    """Admin consent to application permissions of Graph."""
    principal, graph = entra_principals.principal_of(world, appid), entra_principals.principal_of(world, GRAPH)
    assert principal
    assert graph
    for permission in GRAPH_PERMISSIONS:
        if permission.value in permissions:
            entra_principals.grant(world, principal.objectid, graph.objectid, permission.id)


def add_mailbox(database: Database, kind: str, userid: str = "") -> str:
    """Our record of the mailbox."""
    with database.transaction() as session:
        row = MailboxRow(
            name="Sales agent",
            emailaddress=AGENT,
            emailrouteraccessapproval=AddressApproval.APPROVED,
            lw_kind=kind,
            lw_filessent=kind != MailboxKind.SMTP_IMAP,
            lw_perminute=1_000_000,
            lw_perday=1_000_000,
        )
        session.add(row)
        session.flush()
        return row.mailboxid


@contextmanager
def opened(name: str, folder: Path, database: Database, servers: Callable[[], Any]) -> Iterator[Any]:
    """The kind of that name, and its server as long as the test runs."""
    if name == "builtin":
        with MailServer() as server:
            yield Smtp(server)
    elif name == "real":
        from tests.contracts.real_mailbox import Real

        yield Real(servers())
    else:
        made = InDataverse(folder, database) if name == "dataverse" else InGraph(folder, database)
        yield made
        made.close()


def skip(kind: Any, what: str) -> None:
    """What this kind cannot be brought to."""
    if getattr(kind, "cannot", frozenset()) & {what}:
        pytest.skip(f"{kind.name} cannot be made to {what}")


__all__ = ["SENDER", "Kind"]
