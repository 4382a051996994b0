"""Each thing that people and the agent can do, done once while Dynamics 365 is connected, and seen over there."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient
from tests.desks.handed_over import EAGER
from tests.engage.furnished import furnished, office_in
from tests.engage.office import ADA, Office
from tests.microsoft.organisation import PASSWORD, QUICK, Registered, connect
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.mirror.test_writes_of_decisions import administrator, work

from leadwright.actions import (
    agent,
    agent_file,
    approvals,
    backtest,
    business_units,
    conversations,
    health,
    inbox,
    no_mail,
    opt_out,
    outcome,
    oversight,
    people,
    personal_tokens,
    seller_mail,
    simulation,
    suppressions,
    teams,
    webhooks,
)
from leadwright.actions.backtest import Choice
from leadwright.actions.connected_records import create_record, edit_record
from leadwright.actions.disqualify import disqualify, reopen
from leadwright.actions.import_leads import import_file
from leadwright.actions.leads import create_lead, delete_lead, edit_lead
from leadwright.actions.oversight import Watch
from leadwright.actions.qualify import qualify
from leadwright.actions.reassign_many import reassign_many
from leadwright.actions.referrals import create_referred
from leadwright.actions.seller_mail import Wanted
from leadwright.actions.suppressions import Carried
from leadwright.db.agent import Agent, LeadRun
from leadwright.db.base import new_id
from leadwright.db.configuration import Assignment
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Mailbox
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.db.pages.people import assignable
from leadwright.db.people import CustomColumn, SystemUser
from leadwright.db.sales import Account, Contact, Email, Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.outgoing import travels
from leadwright.domain.privileges import SALES_MANAGER, SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, operator, principal
from leadwright.mail.addresses import hash_address
from leadwright.mirror.sides import MIRROR
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.backtest import work as judge_again
from leadwright.workflows.hand_over import next_owner, why_nobody
from leadwright.workflows.simulation import work as simulate

_ORIGIN = "https://localhost"
LOW = {"lw_industry": "Farming", "jobtitle": "Intern"}


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """People, leads and an agent that researches, in an organisation too."""
    world = World(tmp_path / "written")
    yield open_mirrored(sqlite_database, world, tmp_path)
    world.close()


class Talking(Mirrored):
    """An agent that writes mails, in an organisation too."""

    talk: Office

    def clock(self) -> Any:
        return self.talk.clock()

    def work(self) -> None:
        """The agent, and what it decided over there."""
        with self.database.transaction() as session:
            session.execute(update(MirrorTable).values(readon=self.talk.clock()))
        self.talk.work()
        self.send()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The furnished office's database."""
    shutil.copy(furnished("sqlite").database, tmp_path / "office.db")
    return f"sqlite:///{tmp_path / 'office.db'}"


@pytest.fixture
def talking(database: Database, tmp_path: Path) -> Iterator[Talking]:
    """Set up, started, and connected afterwards."""
    with office_in(furnished("sqlite"), database, tmp_path) as talk:
        world = World(tmp_path / "organisation", talk.clock)
        application = entra_applications.create_application(world, "Leadwright", by="a test")
        entra_principals.create_principal(world, application.appid)
        _, secret = entra_applications.add_secret(world, application.objectid)
        with database.transaction() as session:
            agentuser = str(session.get_one(Agent, talk.agentid).agentuserid)
            known = session.execute(
                select(
                    SystemUser.systemuserid,
                    SystemUser.fullname,
                    SystemUser.internalemailaddress,
                    SystemUser.applicationid,
                )
            ).all()
            session.add(
                CrmConnection(
                    connectionid="dynamics365",
                    dataverseurl=_ORIGIN,
                    tenantid=world.tenantid,
                    clientid=application.appid,
                    applicationuserid=agentuser,
                    usemsdyn=True,
                )
            )
            session.add(MirrorState(mirrorid=MIRROR))
            session.add(MirrorTable(tablename="lead", readon=talk.clock()))
        for one in known:
            mine = (
                {"applicationid": application.appid} if one.systemuserid == agentuser else {"domainname": one.fullname}
            )
            records.create(
                world,
                "systemuser",
                {
                    "systemuserid": one.systemuserid,
                    "lastname": one.fullname,
                    "businessunitid": seed.root_unit(world),
                    "internalemailaddress": one.internalemailaddress,
                    **mine,
                },
                by=seed.administrator(world),
            )
            seed.give_role(world, one.systemuserid, "AISalesPerson" if one.systemuserid == agentuser else "Salesperson")
        registered = Registered(world, application, secret, agentuser)
        connected = connect(registered, _ORIGIN, client=TestClient(served(world), base_url=_ORIGIN))
        office = SimpleNamespace(
            services=talk.services,
            agent_user=agentuser,
            supervisor=talk.supervisor,
            sellers=tuple(talk.sellers),
            agentid=talk.agentid,
        )
        made = Talking(cast(Any, office), world, connected)
        made.talk = talk
        made.load("businessunit", "systemuser")
        yield made
        world.close()


def settle(mirrored: Mirrored) -> None:
    """All that was decided is over there."""
    for _ in range(3):
        mirrored.send()
    assert [(w.action, w.kind, w.tablename, w.state, w.reason) for w in mirrored.writes() if w.state != "sent"] == []


def alike(mirrored: Mirrored, leadid: str) -> None:
    """A lead says the same on both sides, in every column that is mirrored."""
    there = mirrored.row("lead", leadid)
    with mirrored.database.reading() as session:
        here = session.get_one(Lead, leadid)
        names = [n for n in TABLES["lead"].columns if n in there and travels(n)]
        pairs = {n: (there[n] or None, _plain(getattr(here, n)) or None) for n in names}
    assert "ownerid" in names
    assert {n: pair for n, pair in pairs.items() if pair[0] != pair[1]} == {}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def person(mirrored: Mirrored, systemuserid: str) -> Principal:
    with mirrored.database.reading() as session:
        return principal(session, systemuserid)


# -- leads and records -------------------------------------------------------------------------------------------------


def _disqualified(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    disqualify(m.office.services, who, leadid, "Told us by phone")
    return leadid


def _reopened(m: Mirrored, who: Principal) -> str:
    leadid = _disqualified(m, who)
    settle(m)
    reopen(m.office.services, who, leadid)
    return leadid


def _reopened_at_once(m: Mirrored, who: Principal) -> str:
    leadid = _disqualified(m, who)
    reopen(m.office.services, who, leadid)
    return leadid


def _qualified_and_reopened(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    qualify(m.office.services, who, leadid)
    settle(m)
    reopen(m.office.services, who, leadid)
    return leadid


def _qualified_twice(m: Mirrored, who: Principal) -> str:
    leadid = _qualified_and_reopened(m, who)
    settle(m)
    qualify(m.office.services, who, leadid)
    return leadid


def _qualified_with_nothing(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    qualify(m.office.services, who, leadid, account=False, contact=False, opportunity=False)
    return leadid


def _qualified_with_what_is_there(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    firm = create_record(m.office.services, who, "account", {"name": "Acme"})
    one = create_record(m.office.services, who, "contact", {"lastname": "Doe", "parentcustomerid": firm})
    qualify(m.office.services, who, leadid, accountid=firm, contactid=one)
    return leadid


def _made_and_qualified(m: Mirrored, who: Principal) -> str:
    leadid = create_lead(m.office.services, who, {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd"})
    qualify(m.office.services, who, leadid)
    return leadid


def _made_closed(m: Mirrored, who: Principal) -> str:
    given = {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd", "statecode": 2, "statuscode": 4}
    return create_lead(m.office.services, who, given)


def _made_for_a_seller(m: Mirrored, who: Principal) -> str:
    with m.database.reading() as session:
        address = str(session.get_one(SystemUser, m.office.sellers[2]).internalemailaddress)
    return create_lead(m.office.services, who, {"companyname": "Rosa Ltd"}, owner=address)


def _closed_by_edit(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    edit_lead(m.office.services, who, leadid, {"statecode": 2, "statuscode": 4})
    return leadid


def _edited(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    values = {
        "emailaddress1": "new@acme.example",
        "firstname": "Eva",
        "lastname": "Stone",
        "subject": "Racks",
        "jobtitle": "",
        "revenue": "1,000,000",
        "numberofemployees": "40",
        "industrycode": 1,
        "estimatedclosedate": "2027-03-01",
        "donotemail": True,
        "leadqualitycode": 1,
        "leadsourcecode": 8,
        "budgetamount": "12000",
        "description": "Said so.",
        "websiteurl": "https://acme.example",
        "telephone1": "+1 312 555 0100",
        "address1_city": "Chicago",
        "lw_industry": "Food",
    }
    edit_lead(m.office.services, who, leadid, values)
    return leadid


def _connected(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    for table, values in (("account", {"name": "Acme"}), ("contact", {"lastname": "Doe"})):
        recordid = create_record(m.office.services, who, table, values)
        outcome.connect(m.office.services, who, leadid, table, recordid)
    return leadid


def _disconnected(m: Mirrored, who: Principal) -> str:
    leadid = _connected(m, who)
    settle(m)
    for table in ("account", "contact"):
        outcome.disconnect(m.office.services, who, leadid, table)
    return leadid


def _reassigned(m: Mirrored, who: Principal) -> str:
    leadids = work(m, 3, **LOW)
    assert reassign_many(m.office.services, who, leadids).refused == {}
    return leadids[-1]


def _returned(m: Mirrored, who: Principal) -> str:
    (leadid,) = work(m, 1)
    outcome.return_lead(m.office.services, who, leadid, "Not mine")
    return leadid


def _drafted(m: Mirrored, who: Principal) -> str:
    (leadid,) = work(m, 1)
    outcome.save_draft(m.office.services, who, leadid, subject="Hello", body="A draft.")
    return leadid


def _overruled(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    outcome.overrule_email(m.office.services, who, leadid, valid=False)
    return leadid


def _given_back(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1)
    agent.stop_agent(m.office.services, who, m.office.agentid, "halt")
    agent.archive_agent(m.office.services, who, m.office.agentid)
    return leadid


def _owner_is_disabled(m: Mirrored, who: Principal) -> str:
    (leadid,) = work(m, 1)
    with m.database.reading() as session:
        owner = str(session.get_one(Lead, leadid).ownerid)
    people.disable_user(m.office.services, who, owner)
    outcome.return_lead(m.office.services, who, leadid, "Left the company")
    return leadid


def _seller_is_away(m: Mirrored, who: Principal) -> str:
    today = m.office.services.clock().date()
    for seller in m.office.sellers[:3]:
        people.set_away(m.office.services, who, seller, today, today + timedelta(days=3))
    return work(m, 1)[0]


def _imported(m: Mirrored, who: Principal) -> str:
    """One lead is changed, one is made."""
    (leadid,) = m.leads(1, queued=False)
    _import(
        m,
        who,
        f"Lead ID,First Name,Last Name,Company,Email,Job Title\n"
        f"{leadid},Eva,Stone,Company 0,person0@company0.example,Chief Buyer\n"
        ",Jane,Doe,Acme Foods,jane@acme.example,Owner\n",
    )
    return leadid


def _imported_by_address(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    _import(
        m,
        who,
        "First Name,Last Name,Company,Email,Job Title\nPerson,0,Company 0,person0@company0.example,Chief Buyer\n",
    )
    return leadid


def _imported_closed(m: Mirrored, who: Principal) -> str:
    _import(
        m,
        who,
        "First Name,Last Name,Company,Email,Status,Status Reason,Industry,Lead Source\n"
        "Jane,Doe,Acme Foods,jane@acme.example,Disqualified,Lost,Food,Web\n",
    )
    return str(m.writes(kind="create")[0].recordid)


def _imported_own_columns(m: Mirrored, who: Principal) -> str:
    """A column of the organisation's own is changed and filled by a list; another is kept here alone."""
    m.add_own_column("new_region", "string 100; Region")
    (leadid,) = m.leads(1, queued=False)
    edit_lead(m.office.services, who, leadid, {"new_region": "West"})
    _import(
        m,
        who,
        f"Lead ID,Last Name,Company,Email,Region\n{leadid},0,Company 0,person0@company0.example,East\n"
        ",Doe,Acme Foods,jane@acme.example,North\n",
    )
    settle(m)
    assert m.row("lead", leadid)["new_region"] == "East"
    assert {m.row("lead", str(w.recordid))["new_region"] for w in m.writes(kind="create")} == {"North"}
    return leadid


def _imported_whole_names(m: Mirrored, who: Principal) -> str:
    (leadid,) = m.leads(1, queued=False)
    _import(
        m,
        who,
        f"Lead ID,Full Name,Company,Email\n{leadid},Eva Maria Stone,Company 0,person0@company0.example\n"
        ",Madonna,Acme Foods,m@acme.example\n",
    )
    settle(m)
    for write in m.writes(kind="create"):
        alike(m, str(write.recordid))
    return leadid


def _imported_at_the_command_line(m: Mirrored, who: Principal) -> str:
    with m.database.reading() as session:
        someone, address = operator(session), session.get_one(SystemUser, who.id).internalemailaddress
    file = m.office.services.settings.data_dir / "list.csv"
    file.write_text("Last Name,Company\nDoe,Acme Foods\n")
    import_file(m.office.services, someone, file, owner=str(address))
    return str(m.writes(kind="create")[0].recordid)


def _kept_here_alone(m: Mirrored, who: Principal) -> str:
    """A column that Dynamics 365 has not."""
    with m.database.transaction() as session:
        session.add(CustomColumn(tablename="lead", name="lw_shoe", label="Shoe", kind="text"))
    leadid = create_lead(m.office.services, who, {"companyname": "Rosa Ltd", "lw_shoe": "44"})
    edit_lead(m.office.services, who, leadid, {"lw_shoe": "45", "jobtitle": "Owner"})
    settle(m)
    with m.database.reading() as session:
        assert session.get_one(Lead, leadid).custom == {"lw_shoe": "45"}
    return leadid


def _import(m: Mirrored, who: Principal, text: str) -> None:
    file = m.office.services.settings.data_dir / "list.csv"
    file.write_text(text)
    import_file(m.office.services, who, file)


DONE: tuple[Callable[[Mirrored, Principal], str], ...] = (
    _disqualified, _reopened, _reopened_at_once, _qualified_and_reopened, _qualified_twice, _qualified_with_nothing,
    _qualified_with_what_is_there, _made_and_qualified, _made_closed, _made_for_a_seller, _closed_by_edit, _edited,
    _connected, _disconnected, _reassigned, _returned, _drafted, _overruled, _given_back, _owner_is_disabled,
    _seller_is_away, _imported, _imported_by_address, _imported_closed, _imported_own_columns, _imported_whole_names,
    _imported_at_the_command_line, _kept_here_alone,
)  # fmt: skip


@pytest.mark.parametrize("done", DONE, ids=lambda done: done.__name__.strip("_"))
def test_what_is_done_with_a_lead_is_seen_over_there(desk: Mirrored, done: Callable[..., str]) -> None:
    leadid = done(desk, administrator(desk))
    settle(desk)
    alike(desk, leadid)


@pytest.mark.parametrize("first", ["qualified", "asked"])
def test_the_contact_of_who_asks_to_be_left_alone_allows_no_mail_over_there(talking: Talking, first: str) -> None:
    if first == "qualified":
        leadid = _qualified_after_handover(talking)
        settle(talking)
        talking.talk.answer(ADA, "Please remove me from your list and do not write to me again.")
        talking.work()
    else:
        leadid = _not_written_to(talking)
        reassign_many(talking.office.services, _boss(talking), [leadid])
        qualify(talking.office.services, talking.talk.admin, leadid)
    settle(talking)
    alike(talking, leadid)
    contactid = str(talking.talk.row_of(leadid).parentcontactid)
    assert talking.row("contact", contactid)["donotemail"] == 1


def test_accounts_and_contacts_that_are_made_and_changed_are_so_over_there(desk: Mirrored) -> None:
    services, who = desk.office.services, administrator(desk)
    firm = create_record(services, who, "account", {"name": "Acme", "numberofemployees": "40", "revenue": "1000"})
    one = create_record(services, who, "contact", {"firstname": "Jane", "lastname": "Doe", "parentcustomerid": firm})
    edit_record(services, who, "account", firm, {"name": "Acme Foods"})
    settle(desk)
    edit_record(services, who, "account", firm, {"revenue": "", "numberofemployees": "50"})
    edit_record(services, who, "contact", one, {"firstname": "", "lastname": "Roe", "parentcustomerid": None})
    settle(desk)
    account, contact = desk.row("account", firm), desk.row("contact", one)
    assert (account["name"], account["numberofemployees"], account["revenue"]) == ("Acme Foods", 50, None)
    assert (contact["fullname"], contact["parentcustomerid"], contact["ownerid"]) == ("Roe", None, who.id)
    with desk.database.reading() as session:
        assert session.get_one(Account, firm).revenue is None
        assert session.get_one(Contact, one).fullname == "Roe"


def test_a_lead_that_is_deleted_is_deleted_over_there(desk: Mirrored) -> None:
    services, who = desk.office.services, administrator(desk)
    seed.give_role(desk.world, desk.office.agent_user, "System Administrator")
    (leadid,) = desk.leads(1, queued=False)
    new = create_lead(services, who, {"companyname": "Rosa Ltd"})
    for one in (leadid, new):
        delete_lead(services, who, one)
    desk.send()
    assert desk.find("lead") == []
    assert {w.state for w in desk.writes()} == {"sent", "dropped"}


def test_who_is_known_here_alone_makes_nothing_that_would_belong_to_them(desk: Mirrored, tmp_path: Path) -> None:
    services, (leadid,) = desk.office.services, desk.leads(1, queued=False)
    here_alone = people.create_user(
        services, administrator(desk), fullname="First Administrator", email="first@office.example",
        password=PASSWORD, roles=[SYSTEM_ADMINISTRATOR], passwords=QUICK,
    )  # fmt: skip
    who, file = person(desk, here_alone), tmp_path / "fair.csv"
    file.write_text("First Name,Last Name,Company,Email\nJane,Doe,Acme Foods,jane@acme.example\n")
    made: list[Callable[[], object]] = [
        lambda: qualify(services, who, leadid),
        lambda: create_record(services, who, "account", {"name": "Acme Foods"}),
        lambda: import_file(services, who, file),
        lambda: create_lead(services, who, {"companyname": "Acme Foods"}),
    ]
    for make in made:
        with pytest.raises(BadInput, match="First Administrator exists in Leadwright only"):
            make()
    assert desk.writes() == []
    with desk.database.reading() as session:
        address = session.get_one(SystemUser, desk.office.supervisor).internalemailaddress
    assert import_file(services, who, file, owner=str(address)).created == 1


def test_who_is_known_here_alone_is_given_no_lead(desk: Mirrored) -> None:
    services, who = desk.office.services, administrator(desk)
    seller = people.create_user(
        services, who, fullname="Local Seller", email="local@office.example", password=PASSWORD, roles=[SALESPERSON],
        passwords=QUICK,
    )  # fmt: skip
    (leadid,) = work(desk, 1, **LOW)
    with pytest.raises(BadInput, match="Local Seller exists in Leadwright only"):
        reassign_many(services, who, [leadid], sellerid=seller)
    with desk.database.transaction() as session:
        assert seller not in dict(assignable(session))
        rule = Assignment(sellers=[seller])
        agentid = session.scalars(select(LeadRun.agentid)).first()
        assert next_owner(session, str(agentid), rule, services.clock()) is None
        assert "Who exists in Leadwright only" in why_nobody(session, str(agentid), rule, services.clock())
        rule = Assignment(sellers=[seller], supervisor=desk.office.supervisor)
        owner = next_owner(session, str(agentid), rule, services.clock())
        assert owner is not None
        assert owner.ownerid == desk.office.supervisor


# -- conversations -----------------------------------------------------------------------------------------------------


def _boss(m: Talking) -> Principal:
    return person(m, m.office.supervisor)


def _answered(m: Talking, text: str) -> str:
    leadid = m.talk.lead()
    m.work()
    m.work()
    m.talk.answer(ADA, text)
    m.work()
    return leadid


def _written_to(m: Talking) -> str:
    leadid = m.talk.lead()
    m.work()
    m.work()
    assert m.talk.mails_to(ADA)
    return leadid


def _handed_over(m: Talking) -> str:
    return _answered(m, EAGER)


def _written_by_a_seller(m: Talking) -> str:
    leadid = _handed_over(m)
    seller = person(m, str(m.talk.row_of(leadid).ownerid))
    with m.database.reading() as session:
        mailboxid = str(session.scalar(select(Mailbox.mailboxid)))
    wanted = Wanted(new_id(), "Shall we talk?", "Hello Ada,\n\nshall we talk?", mailboxid, anyway=True)
    seller_mail.send_mail(m.office.services, seller, leadid, wanted)
    return leadid


def _taken_over(m: Talking) -> str:
    leadid = _written_to(m)
    conversations.take_over(m.office.services, _boss(m), leadid)
    return leadid


def _taken_over_by_rule(m: Talking) -> str:
    leadid = _written_to(m)
    conversations.take_over(m.office.services, _boss(m), leadid, by_rule=True)
    return leadid


def _stopped(m: Talking) -> str:
    leadid = _written_to(m)
    conversations.stop(m.office.services, _boss(m), leadid, "Told us by phone.", Outcome.NOT_INTERESTED)
    return leadid


def _not_written_to(m: Talking) -> str:
    leadid = _written_to(m)
    no_mail.do_not_write(m.office.services, _boss(m), leadid)
    return leadid


def _paused(m: Talking) -> str:
    leadid = _written_to(m)
    conversations.pause(m.office.services, _boss(m), leadid, m.talk.clock().date() + timedelta(days=9))
    return leadid


def _left_by_link(m: Talking) -> str:
    leadid = _written_to(m)
    link = str(m.talk.mails_to(ADA)[-1]["List-Unsubscribe"])
    token = link.partition("/unsubscribe/")[2].partition(">")[0]
    if token:
        opt_out.opt_out(m.office.services, token)
    else:
        m.talk.answer(ADA, "Please remove me from your list and do not write to me again.")
    return leadid


def _asked_to_be_left(m: Talking) -> str:
    return _answered(m, "Please remove me from your list and do not write to me again.")


def _qualified_after_handover(m: Talking) -> str:
    leadid = _handed_over(m)
    qualify(m.office.services, person(m, str(m.talk.row_of(leadid).ownerid)), leadid)
    return leadid


def _disqualified_in_talk(m: Talking) -> str:
    leadid = _written_to(m)
    disqualify(m.office.services, _boss(m), leadid, "No budget")
    return leadid


def _named_somebody(m: Talking) -> str:
    leadid = _answered(
        m, "I am the wrong person. Please write to Ben Archer, ben.archer@northwind.example, he runs it."
    )
    settle(m)
    new = create_referred(m.office.services, person(m, str(m.talk.run_of(leadid).ownerid)), leadid)
    settle(m)
    alike(m, new)
    return leadid


def _silent(m: Talking) -> str:
    leadid = _written_to(m)
    for _ in range(10):
        m.talk.clock.move_to(m.talk.clock() + timedelta(days=3))
        m.work()
    return leadid


def _bounced(m: Talking) -> str:
    leadid = _written_to(m)
    m.talk.bounce(ADA, "5.1.1", "no such user")
    return leadid


def _archived(m: Talking) -> str:
    leadid = _written_to(m)
    agent.stop_agent(m.office.services, m.talk.admin, m.talk.agentid, "halt")
    agent.archive_agent(m.office.services, m.talk.admin, m.talk.agentid)
    return leadid


def _approved(m: Talking) -> str:
    """In words of a person's own."""
    watch = Watch(firstmails=True, followups=True, answers=True)
    oversight.set_watch(m.office.services, m.talk.admin, m.talk.agentid, watch)
    leadid = m.talk.lead()
    m.work()
    (mail,) = approvals.waiting_mails(m.office.services, _boss(m))[0]
    new = approvals.change(m.office.services, _boss(m), mail.outboxid, mail.contenthash, subject="Robots", body="Hello")
    approvals.approve(m.office.services, _boss(m), [(mail.outboxid, new)])
    m.work()
    (sent,) = m.find("email", regardingobjectid=leadid)
    assert (sent["subject"], sent["statuscode"]) == ("Robots", 3)
    return leadid


def _held_back(m: Talking) -> str:
    """Ada answers from another address; the mail waits for a person."""
    leadid = _written_to(m)
    m.talk.answer(ADA, EAGER, From="ada.miller@private.example")
    m.work()
    return leadid


def _vouched(m: Talking) -> str:
    leadid = _held_back(m)
    with m.database.reading() as session:
        held = session.scalars(select(Email.activityid).where(Email.lw_hold.is_not(None))).one()
    conversations.vouch(m.office.services, _boss(m), leadid, held)
    return leadid


def _went_on(m: Talking) -> str:
    leadid = _held_back(m)
    conversations.go_on(m.office.services, _boss(m), leadid)
    return leadid


def _linked(m: Talking) -> str:
    leadid = _written_to(m)
    nothing = "<nothing@elsewhere.example>"
    m.talk.answer(
        ADA, EAGER, From="stranger@elsewhere.example", Subject="Robots", In_Reply_To=nothing, References=nothing
    )
    m.work()
    with m.database.reading() as session:
        unplaced = session.scalars(select(InboundMessage.inboundmessageid).where(InboundMessage.state == "unmatched"))
        inboundid = unplaced.one()
    inbox.link(m.office.services, _boss(m), inboundid, leadid)
    return leadid


def _suppressed_by_a_file(m: Talking) -> str:
    leadid = _handed_over(m)
    row = Carried(hash_address(ADA), "address", "", Reason.OPT_OUT, "a file", m.talk.clock())
    suppressions.import_rows(m.office.services, m.talk.admin, [row])
    m.work()
    assert m.row("lead", leadid)["donotemail"] is True
    return leadid


TALKS = (
    _written_to, _handed_over, _written_by_a_seller, _taken_over, _taken_over_by_rule, _stopped, _not_written_to,
    _paused, _left_by_link, _asked_to_be_left, _qualified_after_handover, _disqualified_in_talk, _named_somebody,
    _silent, _bounced, _archived, _approved, _vouched, _went_on, _linked, _suppressed_by_a_file,
)  # fmt: skip


@pytest.mark.parametrize("done", TALKS, ids=lambda done: done.__name__.strip("_"))
def test_what_comes_of_a_conversation_is_seen_over_there(talking: Talking, done: Callable[[Talking], str]) -> None:
    leadid = done(talking)
    if done is not _archived:
        talking.work()
    settle(talking)
    alike(talking, leadid)
    assert talking.talk.row_of(leadid).subject == "Faster picking"
    assert all(row["statecode"] == 1 for row in talking.find("email", regardingobjectid=leadid))


def test_what_concerns_no_record_works_and_writes_nothing_over_there(talking: Talking) -> None:
    services, admin, agentid = talking.office.services, talking.talk.admin, talking.talk.agentid
    _handed_over(talking)
    talking.talk.lead(emailaddress1="bo@harbour.example", lastname="Bo", companyname="Harbour Foods")
    talking.work()
    settle(talking)
    before = len(talking.writes())
    seller, today = talking.office.sellers[0], talking.talk.clock().date()
    with talking.database.reading() as session:
        unit = session.get_one(SystemUser, seller).businessunitid
    people.set_away(services, admin, seller, today, today)
    people.edit_user(
        services, admin, seller, fullname="Mira S", email="m@seller.example", timezone="UTC", businessunitid=unit
    )
    people.set_roles(services, admin, seller, [SALES_MANAGER])
    people.disable_user(services, admin, seller)
    people.disable_user(services, admin, seller, disabled=False)
    team = teams.create_team(services, admin, "East", [seller])
    teams.edit_team(services, admin, team, "West", unit)
    teams.delete_team(services, admin, team)
    below = business_units.create_business_unit(services, admin, "Below", unit)
    business_units.delete_business_unit(services, admin, below)
    token = personal_tokens.add_token(services, admin, "A test", days=7, readonly=False)
    personal_tokens.revoke_token(services, admin, token.tokenid)
    hook = webhooks.register(services, admin, "Told", "https://hooks.example/told", ["lead.handed_over"])
    webhooks.remove(services, admin, hook.webhookid)
    text = agent_file.export_agent(services, admin)
    assert agent_file.apply_file(services, admin, text.replace("Twice the picks", "Thrice the picks")).changed
    assert health.examine(services, admin)
    simulation.start_simulation(services, admin, agentid, 1, begin=simulate)
    shown = simulation.latest_simulation(services, admin, agentid)
    assert shown
    assert [draft.state for draft in shown.leads] == ["drafted"]
    testid = backtest.start_backtest(services, admin, agentid, Choice(5), begin=judge_again)
    assert backtest.read_backtest(services, admin, agentid, testid, most=None)
    assert list(suppressions.export_rows(talking.database)) == []
    agent.stop_agent(services, admin, agentid, "drain")
    assert [(w.action, w.kind) for w in talking.writes()[before:]] == []
