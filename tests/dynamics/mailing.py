"""An agent whose mailbox is set up as the prerequisites say, and prospects who answer it by real MIME."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from leadwright.sandbox.dynamics import (
    entra_applications,
    entra_principals,
    exchange,
    exchange_transport,
    synchronisation,
)
from leadwright.sandbox.dynamics.dataverse import records, seed, sending
from leadwright.sandbox.dynamics.world import World

AGENT = "agent@contoso.com"
PROSPECT = "pat@example.net"


class Hands:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **more: float) -> None:
        self.now += timedelta(**more)


class Agent:
    """An application user with a shared mailbox in a world with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.hands = Hands()
        self.world = World(folder, self.hands)
        self.by = seed.administrator(self.world)
        registered = entra_applications.create_application(self.world, "Sales agent", by="a test")
        entra_principals.create_principal(self.world, registered.appid)
        self.appid = registered.appid
        values = {"applicationid": registered.appid, "businessunitid": seed.root_unit(self.world)}
        self.user = records.create(self.world, "systemuser", values, by=self.by)
        self.mailbox = exchange.create_shared_mailbox(self.world, AGENT, "Sales agent")
        self.lead = self.a_lead(PROSPECT)

    def a_lead(self, address: str, **values: Any) -> str:
        given = {"subject": "Conveyors", "firstname": "Pat", "lastname": "Okafor", "emailaddress1": address} | values
        return records.create(self.world, "lead", given, by=self.by)

    @property
    def record(self) -> dict[str, Any]:
        return records.find(self.world, "mailbox", regardingobjectid=self.user)[0]

    def change(self, **values: Any) -> None:
        records.update(self.world, "mailbox", self.record["mailboxid"], values, by=self.by)

    def ready(self) -> "Agent":
        """Address, approval, Test & Enable: all as it should be."""
        self.change(emailaddress=AGENT)
        self.change(emailrouteraccessapproval=1)
        self.test()
        return self

    def test(self) -> dict[str, Any]:
        self.change(testemailconfigurationscheduled=True)
        self.tick()
        return self.record

    def tick(self, times: int = 1, **later: float) -> None:
        for _ in range(times):
            self.hands.on(**(later or {"seconds": 5}))
            synchronisation.tick(self.world)

    def writes(self, subject: str = "Conveyors for you", to: str | None = None, **values: Any) -> str:
        """An email activity in Pending Send."""
        who: dict[str, Any] = {"addressused": to} if to else {"partyid": ("lead", self.lead)}
        people = [
            {"partyid": ("systemuser", self.user), "participationtypemask": 1},
            {**who, "participationtypemask": 2},
        ]
        mail = {"subject": subject, "description": "<p>Hello</p>", "regardingobjectid": ("lead", self.lead)}
        mail |= {"email_activity_parties": people, **values}
        made = records.create(self.world, "email", mail, by=self.user)
        queued = {"statecode": 1, "statuscode": sending.PENDING_SEND, "sendermailboxid": self.record["mailboxid"]}
        records.update(self.world, "email", made, queued, by=self.user)
        return made

    def mail(self, id: str) -> dict[str, Any]:
        found = records.read(self.world, "email", id)
        assert found is not None
        return found

    def received(self) -> list[dict[str, Any]]:
        return records.find(self.world, "email", directioncode=False)

    @property
    def went_out(self) -> list[exchange_transport.Outgoing]:
        return exchange_transport.sent_outside(self.world)

    def comes(self, text: str = "Tell me more", sender: str = PROSPECT, **headers: str) -> list[str]:
        """A mail from outside; names of headers with underscores."""
        message = EmailMessage()
        given = {"Subject": "Hello", "Message_ID": f"<{self.hands.now.timestamp()}@example.net>"} | headers
        message["From"], message["To"] = f"Pat Okafor <{sender}>", given.pop("To", AGENT)
        for name, value in given.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return exchange.deliver(self.world, message.as_bytes(), [AGENT])
