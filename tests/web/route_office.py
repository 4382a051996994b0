"""The desk of `desk`, with records of every kind and owner, everybody signed in, and a way back after each change.

Names of leads, accounts and contacts carry their owner's, so that a name on a page tells whose record leaked.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient
from tests.web.asking import Answer, ask, form, json_body
from tests.web.desk import NOW, SilentAnalyst, make
from tests.web.route_table import Line

from leadwright.actions.personal_tokens import add_token
from leadwright.api.routes import router
from leadwright.db.agent import LeadRun
from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeSource
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.oversight import Approval, RejectionReview
from leadwright.db.people import BusinessUnit, Role, RolePrivilege, SystemUser, Team, UserRole
from leadwright.db.sales import Account, AppNotification, Contact, Email, Lead
from leadwright.db.schema import migrate
from leadwright.db.sign_in import IdentityProvider
from leadwright.domain.privileges import ROLE_GRANTS, SALES_MANAGER, SALESPERSON, Depth
from leadwright.identity.access import principal
from leadwright.identity.sessions import Device, open_session
from leadwright.mcp.door import McpDoor
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app

OWNERS = ("seller", "team", "other", "far", "keeper")
"""Whose records there are: Sam's, his team's, his colleague's, somebody's of another business unit, the keeper's."""
DEEP = {"keeper": Depth.USER, "head": Depth.BUSINESS_UNIT}
"""Two people with a Sales Manager's privileges, to a depth that no built-in role has; the head is in `far`'s unit."""


@dataclass
class Office:
    """The application and everybody's keys to it."""

    client: TestClient
    services: Services
    path: Path
    people: dict[str, str]
    agentid: str
    cookies: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    """Kind -> owner -> id; the owner of what belongs to the organisation is empty."""
    seen: list[Answer] = field(default_factory=list)
    pristine: sqlite3.Connection | None = None
    watch: sqlite3.Connection | None = None
    version: int = 0

    def path_of(self, line: Line, owner: str = "") -> str:
        """The line's path with ids of records of `owner` that exist."""
        lead = self.records["lead"].get(owner) or self.records["lead"]["seller"]
        ids = {name: of.get(owner) or of.get("") or next(iter(of.values())) for name, of in self.records.items()}
        ids |= {"lead": lead, "record": ids["account" if "/accounts/" in line.path else "contact"]}

        def value(found: re.Match[str]) -> str:
            name, kind, given = found["name"], found["kind"], found["value"]
            known = ids.get(name.removesuffix("id")) or _FIXED.get(name)
            return given or known or ("1" if kind == "int" else new_id())

        return re.sub(r"\{(?P<name>\w+)(:(?P<kind>\w+))?(=(?P<value>[^}]+))?\}", value, line.path)

    def page(
        self, person: str, method: str, path: str, values: dict[str, Any] | None = None, **headers: str | None
    ) -> Answer:
        """As a browser of that person; a header that is None is not sent."""
        sent, body = form(values or {}, self.forms[person]) if method != "GET" else ({}, b"")
        given = {"cookie": f"leadwright-session={self.cookies[person]}", **sent}
        given |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        kept = {n: v for n, v in given.items() if headers.get(n.replace("-", "_"), v) is not None}
        return self._asked(ask(self.client, method, path, headers=kept, body=body))

    def api(self, person: str, method: str, path: str, values: Any = None) -> Answer:
        """As a program with that person's token."""
        sent, body = json_body(values if values is not None else {}) if method != "GET" else ({}, b"")
        given = {"authorization": f"Bearer {self.tokens[person]}", **sent}
        return self._asked(ask(self.client, method, path, headers=given, body=body))

    def call(self, person: str, line: Line, owner: str = "", values: Any = None) -> Answer:
        """As whoever uses that kind of route."""
        asked = self.api if line.is_api else self.page
        return asked(person, line.method, self.path_of(line, owner), values)

    def bare(self, method: str, path: str, *, body: bytes = b"", **headers: str) -> Answer:
        """With these headers and nothing else."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._asked(ask(self.client, method, path, headers=given, body=body))

    def _asked(self, answer: Answer) -> Answer:
        self.seen.append(answer)
        return answer

    def dump(self) -> list[str]:
        """Every row, but for when sessions and tokens were last used."""
        with closing(sqlite3.connect(self.path)) as connection:
            rows = [line for line in connection.iterdump() if line.startswith("INSERT")]
        return [re.sub(r'^(INSERT INTO "personaltoken".*),[^,]*\);$', r"\1", row) for row in rows]

    def restore(self) -> None:
        """Everything as it was when the office was made; quick when nobody wrote since."""
        assert self.pristine is not None
        assert self.watch is not None
        if self.version and self._version() == self.version:
            return
        with closing(sqlite3.connect(self.path)) as connection:
            self.pristine.backup(connection)
        self.version = self._version()

    def _version(self) -> int:
        """Grows with each commit of another connection."""
        assert self.watch is not None
        return int(self.watch.execute("PRAGMA data_version").fetchone()[0])


_FIXED = {
    "hash": "0",
    "section": "product",
    "decision": "go-on",
    "table": "account",
    "upload": new_id(),
    "session": "0" * 64,
}


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Made on SQLite in `folder`."""
    path = folder / "office.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    desk = make(database, leads=10)
    services = Services(Settings(data_dir=folder / "data"), database, SilentAnalyst(), clock=lambda: NOW)
    app = create_app(services, routers=[router], doors=[McpDoor(services)])
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        office = Office(client, services, path, dict(desk.people), desk.agentid)
        _add_people(office)
        _add_records(office)
        _sign_everybody_in(office)
        _add_by_api(office)
        office.pristine = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(path)) as source:
            source.backup(office.pristine)
        office.watch = sqlite3.connect(path, check_same_thread=False)
        yield office
        office.watch.close()
        office.pristine.close()
    services.reader.close()
    database.close()


def _add_people(office: Office) -> None:
    with office.services.database.transaction() as session:
        root = session.scalars(
            select(BusinessUnit.businessunitid).where(BusinessUnit.parentbusinessunitid.is_(None))
        ).one()
        unit = BusinessUnit(name="Elsewhere", parentbusinessunitid=root)
        session.add(unit)
        session.flush()
        team = session.scalars(select(Team)).one()
        office.people["team"] = team.teamid
        seller = session.scalars(select(Role.roleid).where(Role.name == SALESPERSON)).one()
        roles = {"far": seller}
        for person, depth in DEEP.items():
            role = Role(name=f"{person.title()} of leads")
            session.add(role)
            session.flush()
            names = {*ROLE_GRANTS[SALES_MANAGER], "prvDeleteLead"}
            session.add_all(RolePrivilege(roleid=role.roleid, privilege=name, depth=int(depth)) for name in names)
            roles[person] = role.roleid
        for person, roleid in roles.items():
            user = SystemUser(
                fullname=f"{person.title()} Person",
                internalemailaddress=f"{person}@seller.example",
                businessunitid=root if person == "keeper" else unit.businessunitid,
                createdon=NOW,
            )
            session.add(user)
            session.flush()
            session.add(UserRole(systemuserid=user.systemuserid, roleid=roleid))
            office.people[person] = user.systemuserid
        office.records |= {"businessunit": {"": unit.businessunitid}, "team": {"": team.teamid}}
        office.records["systemuser"] = {"": office.people["far"]}


def _add_records(office: Office) -> None:
    with office.services.database.transaction() as session:
        box = Mailbox(name="Sales", emailaddress="sales@seller.example")
        session.add(box)
        session.flush()
        office.records["mailbox"] = {"": box.mailboxid}
        for owner in OWNERS:
            _add_lead(session, office, owner, box.mailboxid)
        inbound = InboundMessage(
            mailboxid=box.mailboxid,
            identity="i" * 64,
            contenthash="c" * 64,
            raw=b"From: who@elsewhere.example\r\nSubject: Hello\r\n\r\nHello\r\n",
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            state="unmatched",
        )
        source = KnowledgeSource(purpose="products", kind="site", location="https://www.seller.example/")
        provider = IdentityProvider(name="Elsewhere", issuer="https://login.example/tenant", clientid="leadwright")
        session.add_all([inbound, source, provider])
        session.flush()
        office.records |= {"inbound": {"": inbound.inboundmessageid}, "source": {"": source.sourceid}}
        office.records["provider"] = {"": provider.identityproviderid}
        told = {}
        for person in office.people:
            if person != "team":
                row = AppNotification(ownerid=office.people[person], title=f"News for {person}", link="/leads")
                session.add(row)
                session.flush()
                told[person] = row.appnotificationid
        office.records["notification"] = told


def _add_lead(session: Any, office: Office, owner: str, mailboxid: str) -> None:
    owned: dict[str, Any] = {
        "ownerid": office.people[owner],
        "owningbusinessunit": office.records["businessunit"][""] if owner == "far" else _root(session),
        "createdon": NOW,
        "modifiedon": NOW,
    }
    account = Account(name=f"{record_canary(owner)} Works", **owned)
    contact = Contact(fullname=f"Con {record_canary(owner)}", lastname=record_canary(owner), **owned)
    session.add_all([account, contact])
    session.flush()
    lead = Lead(
        fullname=f"Lea {canary(owner)}",
        lastname=canary(owner),
        companyname=f"{canary(owner)} Works",
        emailaddress1=f"lea@{owner}-works.example",
        lw_stage="disqualified",
        parentaccountid=account.accountid,
        **owned,
    )
    session.add(lead)
    session.flush()
    run = LeadRun(
        leadid=lead.leadid,
        number=1,
        agentid=office.agentid,
        version=1,
        trigger="new_lead",
        stage="disqualified",
        previousownerid=owned["ownerid"],
        ownerid=owned["ownerid"],
        reasons=[],
        findings={},
        concludedon=NOW,
        queuedon=NOW,
    )
    mail = Email(regardingobjectid=lead.leadid, subject=f"To {canary(owner)}", description="Hello", **owned)
    session.add_all([run, mail])
    session.flush()
    outbox = Outbox(
        businesskey=f"outreach:{lead.leadid}:1",
        mailboxid=mailboxid,
        emailid=mail.activityid,
        leadid=lead.leadid,
        messageid=f"<{lead.leadid}@seller.example>",
        sender="sales@seller.example",
        recipient=lead.emailaddress1,
        recipienthash="r" * 64,
        domainhash="d" * 64,
        raw=b"Subject: Hello\r\n\r\nHello\r\n",
        phase="queued",
    )
    review = RejectionReview(
        runid=run.runid, leadid=lead.leadid, agentid=office.agentid, version=1, decidedon=NOW, drawnon=NOW
    )
    session.add_all([outbox, review])
    session.flush()
    session.add(Approval(outboxid=outbox.outboxid, kind="first_mail", contenthash="0" * 64, requestedon=NOW))
    made = {
        "lead": lead.leadid,
        "account": account.accountid,
        "contact": contact.contactid,
        "email": mail.activityid,
        "outbox": outbox.outboxid,
        "review": review.reviewid,
    }
    for kind, recordid in made.items():
        office.records.setdefault(kind, {})[owner] = recordid


def canary(owner: str) -> str:
    """A name that stands in leads of that owner, and their mails, and nowhere else."""
    return f"Quarrel{owner.title()}"


def record_canary(owner: str) -> str:
    """A name that stands in accounts and contacts of that owner and nowhere else."""
    return f"Wharf{owner.title()}"


def _root(session: Any) -> str:
    found: str = session.scalars(
        select(BusinessUnit.businessunitid).where(BusinessUnit.parentbusinessunitid.is_(None))
    ).one()
    return found


def _sign_everybody_in(office: Office) -> None:
    for person, systemuserid in office.people.items():
        if person == "team":
            continue
        with office.services.database.transaction() as session:
            opened = open_session(session, systemuserid, Device("127.0.0.1", "A test"), "password", NOW)
        office.cookies[person], office.forms[person] = opened.token, opened.csrf
        with office.services.database.reading() as session:
            who = principal(session, systemuserid)
        office.tokens[person] = add_token(office.services, who, "A test", days=7, readonly=False).value
        spare = add_token(office.services, who, "To revoke", days=7, readonly=False)
        office.records.setdefault("token", {})[person] = spare.tokenid


def _add_by_api(office: Office) -> None:
    hook = {"name": "Told", "url": "https://hooks.example/told", "events": ["lead.handed_over"]}
    made = office.api("admin", "POST", "/api/v1/webhooks", hook)
    assert made.status < 300, made.text
    office.records["webhook"] = {"": made.json()["webhookid"]}
