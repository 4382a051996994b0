"""An agent whose mailbox lies in Exchange Online: by server-side synchronisation through Dataverse, and by Graph."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.contracts.mailboxes import AGENT, PERMISSIONS, grant
from tests.engage.furnished import furnished, office_in
from tests.engage.office import ADA, MONDAY, Clock, Office
from tests.engage.test_replies import READY
from tests.microsoft.organisation import Registered, register_agent, store_connection

from leadwright.actions.mailbox_kind import what_is_behind
from leadwright.db.agent import Agent
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mirror import MirrorRow, MirrorState, MirrorTable
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification, Contact, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import Correlation
from leadwright.domain.stage import AgentState, Stage
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress, why_suppressed
from leadwright.mirror.sides import MIRROR
from leadwright.sandbox.dynamics import exchange, exchange_transport, synchronisation
from leadwright.sandbox.dynamics.dataverse import records, roles, seed
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.case import HIDDEN


@dataclass
class Abroad:
    """An office whose agent's mailbox lies at the stand-in."""

    office: Office
    world: World
    registered: Registered
    kind: MailboxKind
    is_mirrored: bool = True

    def lead(self, **values: Any) -> str:
        """A lead of both sides, with the same id, as the mirror has it."""
        made = self.office.lead(**values)
        given = {"leadid": made, "subject": "Faster picking", "firstname": "Ada", "lastname": "Miller"}
        given |= {"emailaddress1": values.get("emailaddress1", ADA), "ownerid": ("systemuser", self.registered.userid)}
        records.create(self.world, "lead", given, by=seed.administrator(self.world))
        return made

    def work(self) -> None:
        """The agent, server-side synchronisation and Exchange take turns."""
        for _ in range(3):
            self._read_leads()
            self.office.work()
            synchronisation.tick(self.world)
            self.office.clock.move_to(self.office.clock() + timedelta(seconds=10))
            assert self.office.post
            self.office.post.tidy()
        self.office.work()

    def _read_leads(self) -> None:
        """No mirror runs here: its leads are read as often as need be, unless a test says when they were."""
        if self.is_mirrored:
            with self.office.services.database.transaction() as session:
                session.execute(update(MirrorTable).values(readon=self.office.clock()))

    def mails_to(self, address: str = ADA) -> list[EmailMessage]:
        found = [out.raw for out in exchange_transport.sent_outside(self.world) if out.recipient == address]
        return [message_from_bytes(raw, policy=policy.default) for raw in found]  # type: ignore[misc]

    def written(self, text: str, **headers: str) -> EmailMessage:
        """What Ada answers to the newest mail to her; an empty header is left out."""
        parent, mail = self.mails_to()[-1], EmailMessage()
        given = {"From": f"Ada Miller <{ADA}>", "To": AGENT, "Subject": f"Re: {parent['Subject']}"}
        given |= {"Message-ID": f"<{id(mail)}@mail.northwind.example>"}
        given |= dict.fromkeys(("In-Reply-To", "References"), str(parent["Message-ID"]))
        for name, value in {**given, **headers}.items():
            if value:
                mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail

    def answer(self, text: str, **headers: str) -> str:
        """Ada answers the newest mail to her; gives the Message-ID of her mail."""
        mail = self.written(text, **headers)
        exchange.deliver(self.world, mail.as_bytes(policy=policy.SMTP), [AGENT])
        synchronisation.tick(self.world)
        return str(mail["Message-ID"])

    def outbox(self) -> list[Outbox]:
        with self.office.services.database.reading() as session:
            query = select(Outbox).where(Outbox.recipient == ADA).order_by(Outbox.createdon)
            return list(session.scalars(query))

    def hours(self, hours: float) -> None:
        self.office.clock.move_to(self.office.clock() + timedelta(hours=hours))
        self.work()


BY_GRAPH = pytest.mark.parametrize("abroad", [MailboxKind.GRAPH], indirect=True)
BY_DATAVERSE = pytest.mark.parametrize("abroad", [MailboxKind.DATAVERSE], indirect=True)


@pytest.fixture(params=[MailboxKind.DATAVERSE, MailboxKind.GRAPH])
def abroad(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Abroad]:
    """Set up on the sandbox's server, then moved: the prerequisites of Dynamics 365 have tests of their own."""
    ready = furnished("sqlite")
    clock = Clock(ready.moment)
    world = World(tmp_path / "dynamics", clock)
    registered = register_agent(world, "AISalesPerson")
    exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    grant(world, registered.application.appid, *PERMISSIONS)
    record = records.find(world, "mailbox", regardingobjectid=registered.userid)[0]["mailboxid"]
    for change in (
        {"emailaddress": AGENT},
        {"emailrouteraccessapproval": 1},
        {"testemailconfigurationscheduled": True},
    ):
        records.update(world, "mailbox", record, change, by=seed.administrator(world))
    synchronisation.tick(world)
    shutil.copy(ready.database, tmp_path / "leadwright.db")
    database = Database(f"sqlite:///{tmp_path / 'leadwright.db'}", pool_size=40)
    with (
        StandIn(world, every=0) as standin,
        office_in(
            ready, database, tmp_path, clock, microsoft_authority=standin.origin, microsoft_graph_url=standin.origin,
            microsoft_ca_file=standin.certificates.authority, microsoft_instance_discovery=False,
            public_url="https://desk.contoso.com",
        ) as office,
    ):  # fmt: skip
        with database.transaction() as session:
            row = session.scalars(select(Mailbox)).one()
            row.lw_kind, row.lw_filessent, row.emailaddress = request.param, True, AGENT
            row.modifiedon = clock() + timedelta(seconds=1)
        store_connection(office.services, registered, standin.origin)
        with database.transaction() as session:
            session.add(MirrorState(mirrorid=MIRROR))
            session.add(MirrorTable(tablename="lead", readon=clock()))
            for person in session.scalars(select(SystemUser.systemuserid)):  # they are users over there, too
                there = MirrorRow(tablename="systemuser", recordid=person, etag="", seen="{}", pass_=0, hidden=False)
                session.add(there)
        yield Abroad(office, world, registered, request.param)
    database.close()
    world.close()


def test_a_conversation_is_led_to_the_handover(abroad: Abroad) -> None:
    leadid = abroad.lead()
    abroad.work()
    (first,) = abroad.mails_to()
    assert AGENT in str(first["From"])
    text = first.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "https://desk.contoso.com/unsubscribe/" in text, "the link in the footer always stands"
    one_click = str(first["List-Unsubscribe-Post"])
    assert one_click == ("List-Unsubscribe=One-Click" if abroad.kind == MailboxKind.GRAPH else "None")
    (row,) = abroad.outbox()
    assert row.phase == "sent"
    assert str(first["Message-ID"]) == (row.sentmessageid or row.messageid)
    theirs = abroad.answer("Interesting. How long does implementation take?")
    abroad.work()
    assert len(abroad.mails_to()) == 2
    second = abroad.mails_to()[1]
    assert "ten weeks" in second.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert str(second["In-Reply-To"]) == theirs
    abroad.answer(READY)
    abroad.work()
    run = abroad.office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.QUALIFIED)
    heard = [e for e in abroad.office.thread_of(leadid) if not e.directioncode]
    assert [e.lw_judgement["matched_by"] for e in heard] == ["message_id", "message_id"]
    if abroad.kind == MailboxKind.DATAVERSE:
        theirs_too = records.find(abroad.world, "email", regardingobjectid=leadid)
        assert {e.activityid for e in abroad.office.thread_of(leadid)} == {row["activityid"] for row in theirs_too}
    abroad.office.pass_days(20)
    assert len(abroad.mails_to()) == 2


@BY_GRAPH  # nobody else notifies
def test_a_notification_that_cannot_be_agreed_is_asked_for_again_later_and_not_claimed(abroad: Abroad) -> None:
    asked = "SELECT count(*) FROM seen WHERE method='POST' AND path LIKE '%/subscriptions'"
    counts = []
    for hours in (0, 0.2, 0.5):
        abroad.hours(hours)
        with abroad.world.reading() as db:
            counts.append(int(db.execute(asked).fetchone()[0]))
    assert counts[0] == counts[1] < counts[2]
    services = abroad.office.services
    assert what_is_behind(services, abroad.office.admin, abroad.office.agentid).notified_until is None


def test_whoever_asks_to_be_left_alone_is(abroad: Abroad) -> None:
    leadid = abroad.lead()
    abroad.work()
    abroad.answer("Please remove me from your list and do not write to me again.")
    abroad.work()
    run = abroad.office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    count = len(abroad.mails_to())
    abroad.office.pass_days(30)
    synchronisation.tick(abroad.world)
    assert len(abroad.mails_to()) == count <= 2
    with abroad.office.services.database.transaction() as session:
        assert why_suppressed(session, ADA, "outreach")


def test_a_bounce_marks_the_address(abroad: Abroad) -> None:
    abroad.world.break_it("bounce", "northwind")
    leadid = abroad.lead()
    abroad.work()
    abroad.work()
    assert abroad.mails_to() == []
    with abroad.office.services.database.reading() as session:
        assert session.get_one(Lead, leadid).lw_emailstate == "invalid"
    assert abroad.office.run_of(leadid).outcome == Outcome.UNREACHABLE
    assert abroad.outbox()[0].bouncedon is not None


@BY_GRAPH  # Dataverse tells what failed
@pytest.mark.parametrize("fault", ["bounce", "drop delivery"])
def test_what_graph_took_and_never_delivered_is_not_sent_again(abroad: Abroad, fault: str) -> None:
    abroad.world.break_it(fault, "northwind")
    leadid = abroad.lead()
    abroad.work()
    abroad.world.mend()
    for _ in range(12):
        abroad.hours(2)
    assert abroad.mails_to() == []
    (row,) = abroad.outbox()
    assert (row.phase, row.bouncedon is not None) == ("sent", fault == "bounce")
    outcome = abroad.office.run_of(leadid).outcome
    assert outcome == (Outcome.UNREACHABLE if fault == "bounce" else None)


@BY_DATAVERSE  # Exchange tells by a bounce
def test_what_the_platform_gives_up_on_is_told_as_not_sent(abroad: Abroad) -> None:
    abroad.world.break_it("fail outgoing", "northwind")
    leadid = abroad.lead()
    abroad.work()
    abroad.work()
    assert abroad.mails_to() == []
    (row,) = abroad.outbox()
    assert (row.phase, "ErrorMessageSizeExceeded" in row.reason) == ("failed", True)
    engagement = abroad.office.engagement_of(leadid)
    assert (engagement.state, engagement.sent) == (State.PERSON, 0)
    assert "could not be sent" in engagement.reason


@BY_DATAVERSE  # Exchange has no Pending Send
def test_a_mail_that_stays_in_pending_send_is_told_and_never_sent_twice(abroad: Abroad) -> None:
    abroad.world.break_it("hold sending", "northwind")
    abroad.lead()
    abroad.work()
    for _ in range(4):
        abroad.hours(0.2)
    (row,) = abroad.outbox()
    assert (row.phase, "Pending Send" in row.reason) == ("sent", True)
    with abroad.office.services.database.reading() as session:
        told = session.scalars(
            select(AppNotification.body).where(AppNotification.title.contains("does not leave"))
        ).all()
    assert len(told) == 1
    assert "not sent twice" in told[0]
    abroad.world.mend()
    abroad.hours(1)
    abroad.hours(1)
    assert len(abroad.mails_to()) == 1
    assert abroad.outbox()[0].sentmessageid == str(abroad.mails_to()[0]["Message-ID"])


def _opts_out(session: Session, clock: Clock) -> None:
    suppress(session, ADA, reason=Reason.OPT_OUT, source="a click", clock=clock)


def _gets_another_owner(session: Session, _clock: Clock) -> None:
    session.scalars(select(Lead).where(Lead.emailaddress1 == ADA)).one().ownerid = "somebody else"


def _stops_the_agent(session: Session, _clock: Clock) -> None:
    session.scalars(select(Agent)).one().state = AgentState.OFF


def _is_taken_over_there(abroad: Abroad, leadid: str) -> str:
    """A seller becomes the owner of the lead in Dynamics 365, and with it of all mails about it."""
    seller = str(_seller(abroad)["systemuserid"])
    records.update(
        abroad.world, "lead", leadid, {"ownerid": ("systemuser", seller)}, by=seed.administrator(abroad.world)
    )
    return seller


@BY_DATAVERSE  # Exchange has no Pending Send
@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize("change", [_opts_out, _gets_another_owner, _stops_the_agent])
def test_what_waits_in_pending_send_is_taken_back_when_nobody_wants_it_sent_any_more(
    abroad: Abroad, change: Callable[[Session, Clock], None], taken_over: bool
) -> None:
    abroad.world.break_it("hold sending", "northwind")
    leadid = abroad.lead()
    abroad.work()
    assert abroad.outbox()[0].phase == "sent"
    if taken_over:
        _is_taken_over_there(abroad, leadid)
    with abroad.office.services.database.transaction() as session:
        change(session, abroad.office.clock)
    assert abroad.office.post
    abroad.office.post.tidy()
    (row,) = abroad.outbox()
    assert (row.phase, "taken back before it left" in row.reason) == ("failed", True)
    (there,) = records.find(abroad.world, "email", activityid=row.emailid)
    assert (there["statecode"], there["statuscode"]) == (2, 5)
    abroad.world.mend()
    abroad.hours(1)
    assert abroad.mails_to() == []


@BY_DATAVERSE  # Exchange has no Pending Send
def test_what_dynamics_365_does_not_let_be_taken_back_is_told_to_administrators_once(abroad: Abroad) -> None:
    role = seed.role_named(abroad.world, "AISalesPerson")
    with abroad.world.transaction() as db:
        roles.set_privileges(db, role, {"prvWriteActivity": roles.BASIC}, stamp(abroad.world.clock()))
    abroad.world.break_it("hold sending", "northwind")
    leadid = abroad.lead()
    abroad.work()
    seller = _is_taken_over_there(abroad, leadid)
    with abroad.office.services.database.transaction() as session:
        _opts_out(session, abroad.office.clock)
    assert abroad.office.post
    for _ in range(3):
        abroad.office.post.tidy()
    (row,) = abroad.outbox()
    (there,) = records.find(abroad.world, "email", activityid=row.emailid)
    assert (row.phase, there["ownerid"], there["statuscode"]) == ("sent", seller, 6)
    with abroad.office.services.database.reading() as session:
        query = select(AppNotification).where(AppNotification.title == "A mail could not be taken back")
        (told,) = session.scalars(query).all()
    assert told.link == f"/leads/{leadid}"
    assert "Cancel it there" in told.body
    assert "the privilege for this is missing" in told.body


def _seller(abroad: Abroad) -> dict[str, Any]:
    """A person of the organisation with a mailbox in Exchange."""
    people = records.find(abroad.world, "systemuser", applicationid=None, isdisabled=False)
    return next(one for one in people if exchange.mailbox_at(abroad.world, one["internalemailaddress"] or ""))


@BY_DATAVERSE  # Graph reads the shared mailbox itself
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Cc": "{seller}"}, id="the seller in copy"),
        pytest.param({"To": "{seller}"}, id="to the seller alone"),
        pytest.param({"Cc": "{seller}", "Subject": "Your mails", "In-Reply-To": "", "References": ""}, id="a new mail"),
    ],
)
def test_what_a_sellers_mailbox_tracked_first_is_heard_all_the_same(abroad: Abroad, headers: dict[str, str]) -> None:
    world = abroad.world
    address, mailboxid = _synchronised_seller(abroad)
    leadid = abroad.lead()
    abroad.work()
    given = {name: text.format(seller=address) for name, text in headers.items()}
    mail = abroad.written("Please remove me from your list.", **given)
    for inbox in (address, AGENT):
        if inbox in (mail["To"], mail["Cc"]):
            exchange.deliver(world, mail.as_bytes(policy=policy.SMTP), [inbox])
            synchronisation.tick(world)
    (there,) = records.find(world, "email", directioncode=False)
    assert there["receivingmailboxid"] == mailboxid
    abroad.work()
    assert abroad.office.run_of(leadid).outcome == Outcome.OPTED_OUT
    with abroad.office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    for _ in range(12):
        abroad.hours(24)
    assert len(abroad.mails_to()) == 1


@BY_DATAVERSE  # Graph reads the shared mailbox itself
def test_what_our_people_write_to_each_other_under_our_subject_is_theirs(abroad: Abroad) -> None:
    address, _ = _synchronised_seller(abroad)
    leadid = abroad.lead()
    abroad.work()
    subject = f"FW: {abroad.mails_to()[0]['Subject']}"
    given = {"From": "boss@contoso.com", "To": address, "Subject": subject, "In-Reply-To": "", "References": ""}
    mail = abroad.written("Do we know her? Please remove me from your list.", **given)
    exchange.deliver(abroad.world, mail.as_bytes(policy=policy.SMTP), [address])
    synchronisation.tick(abroad.world)
    (there,) = records.find(abroad.world, "email", directioncode=False)
    assert (there["correlationmethod"], there["regardingobjectid"]) == (Correlation.TRACKING_TOKEN, leadid)
    abroad.work()
    assert [mail.directioncode for mail in abroad.office.thread_of(leadid)] == [True]


def _synchronised_seller(abroad: Abroad) -> tuple[str, str]:
    """Address and mailboxid of a seller whose mailbox is synchronised as well, with all of its mail."""
    world, by, seller = abroad.world, seed.administrator(abroad.world), _seller(abroad)
    (box,) = records.find(world, "mailbox", regardingobjectid=seller["systemuserid"])
    for change in ({"emailrouteraccessapproval": 1}, {"testemailconfigurationscheduled": True}):
        records.update(world, "mailbox", box["mailboxid"], change, by=by)
    for settings in records.find(world, "usersettings"):
        records.update(world, "usersettings", settings["systemuserid"], {"incomingemailfilteringmethod": 0}, by=by)
    synchronisation.tick(world)
    return str(seller["internalemailaddress"]), str(box["mailboxid"])


@BY_DATAVERSE  # Exchange has no Pending Send
def test_a_pause_takes_nothing_back_and_neither_does_anything_once_synchronisation_is_at_it(abroad: Abroad) -> None:
    abroad.world.break_it("stay sending", "northwind")
    abroad.lead()
    abroad.work()
    synchronisation.tick(abroad.world)
    assert abroad.office.post
    with abroad.office.services.database.transaction() as session:
        session.scalars(select(Agent)).one().state = AgentState.PAUSED
    abroad.office.post.tidy()
    with abroad.office.services.database.transaction() as session:
        _opts_out(session, abroad.office.clock)
    abroad.office.post.tidy()
    (row,) = abroad.outbox()
    assert row.phase == "sent"
    assert records.find(abroad.world, "email", activityid=row.emailid)[0]["statuscode"] == 7


def test_without_the_connection_mail_waits_and_the_mailbox_says_why(abroad: Abroad) -> None:
    from leadwright.db.connection import DYNAMICS365, CrmConnection
    from leadwright.domain.platform import ConnectionState

    other = {"emailaddress1": "bo@southwind.example", "companyname": "Southwind Foods", "firstname": "Bo"}
    abroad.lead(**other)
    abroad.work()
    assert len(abroad.mails_to("bo@southwind.example")) == 1
    with abroad.office.services.database.transaction() as session:
        session.get_one(CrmConnection, DYNAMICS365).state = ConnectionState.OFF
    abroad.lead()
    abroad.work()
    assert [row.phase for row in abroad.outbox()] in ([], ["queued"])
    with abroad.office.services.database.reading() as session:
        assert "not connected" in (session.scalars(select(Mailbox)).one().lw_lasterror or "")
    with abroad.office.services.database.transaction() as session:
        session.get_one(CrmConnection, DYNAMICS365).state = ConnectionState.ON
    abroad.work()
    assert len(abroad.mails_to()) == 1


@BY_GRAPH  # the rule is the same for each kind of mailbox
@pytest.mark.parametrize(
    ("whole", "leads", "says"),
    [
        ({"pausedon": MONDAY}, {}, "not read since 2026-03-02 15:00 UTC"),
        ({"failures": 1, "trouble": "The records come from another organisation."}, {}, "not read since"),
        ({}, {"readon": MONDAY - timedelta(minutes=4), "failures": 3}, "not read since 2026-03-02 14:56 UTC"),
        ({}, {"readon": None}, "not read yet"),
        ({}, {"readon": MONDAY + timedelta(hours=5)}, "read last at 2026-03-02 20:00 UTC, by a wrong clock"),
    ],
)
def test_while_the_leads_over_there_are_not_read_mail_waits(
    abroad: Abroad, whole: dict[str, Any], leads: dict[str, Any], says: str
) -> None:
    _mirror(abroad, whole, {"readon": MONDAY, **leads})
    abroad.lead()
    abroad.work()
    (row,) = abroad.outbox()
    assert (row.phase, says in row.reason, "the mail waits until" in row.reason) == ("queued", True, True)
    assert abroad.mails_to() == []
    _mirror(abroad, {"pausedon": None, "failures": 0, "trouble": ""}, {"readon": abroad.office.clock(), "failures": 0})
    abroad.hours(1 / 60)
    assert len(abroad.mails_to()) == 1


@BY_GRAPH  # the rule is the same for each kind of mailbox
def test_while_contacts_are_not_read_with_who_wants_no_mail_one_to_a_lead_of_a_contact_waits(abroad: Abroad) -> None:
    leadid = abroad.lead()
    with abroad.office.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        contact = Contact(
            lastname="Lovelace", fullname="Ada Lovelace", ownerid=lead.ownerid,
            owningbusinessunit=lead.owningbusinessunit,
        )  # fmt: skip
        session.add(contact)
        session.add(MirrorTable(tablename="contact", phase="following", columns=["lastname"]))  # of before an update
        session.flush()
        lead.parentcontactid = contact.contactid
    abroad.work()
    (row,) = abroad.outbox()
    assert (row.phase, row.reason.partition(";")[0]) == (
        "queued", "The contacts of Dynamics 365 were not read yet",
    )  # fmt: skip
    for phase, mails in (("loading", 0), ("following", 1)):
        with abroad.office.services.database.transaction() as session:
            contacts = session.get_one(MirrorTable, "contact")
            contacts.phase, contacts.columns = phase, ["lastname", "donotemail"]
        abroad.hours(1 / 60)
        assert len(abroad.mails_to()) == mails


@BY_GRAPH  # the rule is the same for each kind of mailbox
@pytest.mark.parametrize("mails", [0, 1])
def test_a_lead_that_dynamics_365_does_not_show_any_more_is_not_written_to(abroad: Abroad, mails: int) -> None:
    _mirror(abroad, {"pausedon": None if mails else MONDAY}, {})
    leadid = abroad.lead()
    abroad.work()
    owner = abroad.office.row_of(leadid).ownerid
    with abroad.office.services.database.transaction() as session:
        session.add(MirrorRow(tablename="lead", recordid=leadid, etag="", seen="{}", hidden=True))
    _mirror(abroad, {"pausedon": None}, {})
    for _ in range(9):
        abroad.hours(24)
    assert len(abroad.mails_to()) == mails
    run = abroad.office.run_of(leadid)
    assert (run.stage, run.outcome, run.reasons) == (Stage.CANCELLED, Outcome.TAKEN_BACK, [HIDDEN])
    assert abroad.office.row_of(leadid).ownerid == owner, "who has it is decided over there"


def _mirror(abroad: Abroad, whole: dict[str, Any], leads: dict[str, Any]) -> None:
    abroad.is_mirrored = abroad.is_mirrored and "readon" not in leads
    with abroad.office.services.database.transaction() as session:
        for row, values in (
            (session.get_one(MirrorState, MIRROR), whole),
            (session.get_one(MirrorTable, "lead"), leads),
        ):
            for name, value in values.items():
                setattr(row, name, value)
