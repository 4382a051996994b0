"""Decisions of the agent and of people, as the organisation's tables show them afterwards."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.mail.post_office import letter
from tests.microsoft.organisation import make_needed_role
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.workflows.office import runs_of

from leadwright.actions import mirror_writes, outcome
from leadwright.actions.connected_records import edit_record
from leadwright.actions.import_leads import import_file
from leadwright.actions.leads import create_lead, delete_lead, edit_lead
from leadwright.actions.qualify import Sale, qualify
from leadwright.db.agent import LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.db.mirror_writes import MirrorWrite, put_mail
from leadwright.db.people import UserRole
from leadwright.db.sales import ActivityParty, Email, Lead, LeadCompetitor
from leadwright.domain.dataverse_privileges import AGENT_TABLES, NEEDED_FOR_AGENT_TABLES
from leadwright.domain.outgoing import WriteKind, WriteState
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.domain.stage import AgentMode
from leadwright.domain.suppression import Reason
from leadwright.identity.access import Principal, principal
from leadwright.mail.outbox import Order, put
from leadwright.mail.suppression import suppress
from leadwright.sandbox.dynamics.dataverse import roles, seed
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.opt_outs import spare_leads
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.runs import Given


def work(mirrored: Mirrored, count: int, **values: object) -> list[str]:
    """Leads the agent has finished."""
    ids = mirrored.leads(count, **values)
    for run in runs_of(mirrored.office):
        if run.leadid in ids:
            research_lead(mirrored.office.services, Given(run.runid, run.leadid, 1, 0))
    return ids


def administrator(mirrored: Mirrored) -> Principal:
    from leadwright.db.people import Role

    with mirrored.database.transaction() as session:
        role = session.scalar(select(Role.roleid).where(Role.name == SYSTEM_ADMINISTRATOR))
        session.merge(UserRole(systemuserid=mirrored.office.supervisor, roleid=role))
    with mirrored.database.reading() as session:
        return principal(session, mirrored.office.supervisor)


def test_leads_of_a_file_are_made_over_there(mirrored: Mirrored, tmp_path: Path) -> None:
    file = tmp_path / "fair.csv"
    file.write_text(
        "First Name,Last Name,Company,Email\n"
        "Jane,Doe,Acme Foods,jane@acme.example\nJohn,Roe,Baker Foods,john@baker.example\n"
    )
    assert import_file(mirrored.office.services, administrator(mirrored), file).created == 2
    mirrored.send()
    assert {write.state for write in mirrored.writes()} == {WriteState.SENT}
    made = mirrored.writes(kind=WriteKind.CREATE)
    assert {mirrored.row("lead", write.recordid)["emailaddress1"] for write in made} == {
        "jane@acme.example",
        "john@baker.example",
    }


def ours(mirrored: Mirrored, leadid: str) -> Lead:
    with mirrored.database.reading() as session:
        return session.get_one(Lead, leadid)


def test_a_handover_shows_owner_rating_note_and_news_over_there(mirrored: Mirrored) -> None:
    leads = work(mirrored, 4)
    assert mirrored.send() > 0
    assert {write.state for write in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    for leadid in leads:
        here, there = ours(mirrored, leadid), mirrored.row("lead", leadid)
        assert there["ownerid"] == here.ownerid in mirrored.office.sellers
        assert there["leadqualitycode"] == here.leadqualitycode == 2
        (note,) = mirrored.find("annotation", objectid=leadid)
        assert note["subject"] == "Research: handed over by the agent"
        assert "Industry: met" in note["notetext"]
        (news,) = [n for n in mirrored.find("appnotification") if f"id={leadid}" in (n["data"] or "")]
        assert news["ownerid"] == here.ownerid
        assert json.loads(news["data"])["actions"][0]["title"] == "View lead"
    told = Counter(row["ownerid"] for row in mirrored.find("appnotification"))
    assert told == dict.fromkeys(mirrored.office.sellers, 1)


def test_a_low_fit_is_closed_over_there_and_stays_with_the_agent(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1, lw_industry="Farming", jobtitle="Intern")
    mirrored.send()
    there = mirrored.row("lead", leadid)
    assert (there["statecode"], there["statuscode"], there["leadqualitycode"]) == (2, 7, 3)
    assert there["ownerid"] == mirrored.office.agent_user
    assert mirrored.find("annotation", objectid=leadid)[0]["subject"] == "Research: disqualified by the agent"
    assert [n["ownerid"] for n in mirrored.find("appnotification")] == [mirrored.office.supervisor]


def test_a_disqualified_lead_that_is_reassigned_is_open_over_there_too(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1, lw_industry="Farming", jobtitle="Intern")
    mirrored.send()
    who = administrator(mirrored)
    seller = mirrored.office.sellers[1]
    outcome.reassign(mirrored.office.services, who, leadid, sellerid=seller)
    mirrored.send()
    there = mirrored.row("lead", leadid)
    assert (there["statecode"], there["statuscode"], there["ownerid"]) == (0, 1, seller)


def test_a_qualified_lead_leads_to_the_same_ids_on_both_sides(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    who = administrator(mirrored)
    sale = Sale("Conveyors", 12_000.5, date(2027, 3, 1))
    made = qualify(mirrored.office.services, who, leadid, sale=sale)
    mirrored.send()
    mirrored.send()
    assert {write.state for write in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    there = mirrored.row("lead", leadid)
    assert (there["statecode"], there["statuscode"]) == (1, 3)
    assert there["qualifyingopportunityid"] == made.opportunityid
    opportunity = mirrored.row("opportunity", str(made.opportunityid))
    assert (opportunity["name"], opportunity["estimatedvalue"]) == ("Conveyors", 12_000.5)
    assert opportunity["originatingleadid"] == leadid
    assert opportunity["parentaccountid"] == made.accountid == there["parentaccountid"]
    assert mirrored.row("contact", str(made.contactid))["parentcustomerid"] == made.accountid
    assert len(mirrored.find("opportunity")) == len(mirrored.find("account")) == len(mirrored.find("contact")) == 1


def counted(mirrored: Mirrored) -> tuple[int, int, int]:
    return len(mirrored.find("account")), len(mirrored.find("contact")), len(mirrored.find("opportunity"))


@pytest.mark.parametrize(("state", "reason", "said"), [(1, 3, "qualified"), (2, 4, "disqualified")])
def test_nothing_is_made_for_a_lead_that_somebody_closed_over_there_before_it_was_sent(
    mirrored: Mirrored, state: int, reason: int, said: str
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    firm = mirrored.make("account", name="Made by a person")
    mirrored.theirs("lead", leadid, parentaccountid=("account", firm), statecode=state, statuscode=reason)
    before = mirrored.row("lead", leadid)
    qualify(services, who, leadid)
    for _ in range(3):
        mirrored.send()
    assert counted(mirrored) == (1, 0, 0)
    (held,) = mirrored.writes(state="held")
    assert (held.kind, held.tablename, f"The lead was {said} in Dynamics 365" in held.reason) == (
        "create",
        "account",
        True,
    )
    assert {w.state for w in mirrored.writes() if w.number != held.number} == {"waiting"}
    assert mirrored.row("lead", leadid) == before
    mirror_writes.retry_all(services, who)
    mirrored.send()
    assert counted(mirrored) == (1, 0, 0)
    mirror_writes.drop(services, who, held.number)
    for _ in range(2):
        mirrored.send()
    assert {(w.kind, w.state) for w in mirrored.writes() if w.action != "mirror.read_again"} == {
        ("create", "dropped"), ("change", "dropped"), ("qualify", "dropped"),
    }  # fmt: skip
    assert counted(mirrored) == (1, 0, 0)
    assert mirrored.row("lead", leadid) == before
    here = ours(mirrored, leadid)
    assert (here.statecode, here.statuscode, here.qualifyingopportunityid) == (state, reason, None)


def test_a_qualification_that_was_held_is_sent_once_the_lead_is_open_again(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    mirrored.theirs("lead", leadid, statecode=2, statuscode=4)
    made = qualify(services, who, leadid)
    mirrored.send()
    assert counted(mirrored) == (0, 0, 0)
    mirrored.theirs("lead", leadid, statecode=0, statuscode=1)
    mirror_writes.retry_all(services, who)
    for _ in range(3):
        mirrored.send()
    assert counted(mirrored) == (1, 1, 1)
    there = mirrored.row("lead", leadid)
    assert (there["statecode"], there["qualifyingopportunityid"]) == (1, made.opportunityid)
    assert {w.state for w in mirrored.writes()} == {"sent"}


@pytest.mark.parametrize("mode", list(AgentMode))
def test_a_role_with_exactly_the_documented_privileges_does_all_the_agent_does(
    database: Database, tmp_path: Path, mode: AgentMode
) -> None:
    world = World(tmp_path / "needed")
    make_needed_role(world, mode)
    mirrored = open_mirrored(database, world, tmp_path, role="Needed")
    rival = mirrored.make("competitor", name="Rival Racks")
    mirrored.load("competitor")
    (researched,) = work(mirrored, 1)
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.transaction() as session:
        session.add(LeadCompetitor(leadid=leadid, competitorid=rival))
    services, who = mirrored.office.services, administrator(mirrored)
    entered = create_lead(services, who, {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd"})
    made = qualify(services, who, leadid)
    for _ in range(3):
        mirrored.send()
    mirrored.load("account")
    edit_record(services, who, "account", str(made.accountid), {"telephone1": "+1 312 555 0100"})
    for _ in range(3):
        mirrored.send()
    assert [(w.kind, w.tablename, w.reason) for w in mirrored.writes() if w.state != "sent"] == []
    assert mirrored.row("lead", leadid)["qualifyingopportunityid"] == made.opportunityid
    assert mirrored.row("account", str(made.accountid))["ownerid"] == who.id
    assert mirrored.row("account", str(made.accountid))["telephone1"] == "+1 312 555 0100"
    assert mirrored.row("lead", entered)["ownerid"] == who.id
    assert mirrored.row("lead", researched)["ownerid"] in mirrored.office.sellers
    world.close()


def test_the_competitors_of_a_lead_are_those_of_its_opportunity_over_there_too(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    rival = mirrored.make("competitor", name="Rival Racks")
    mirrored.load("competitor")
    with mirrored.database.transaction() as session:
        session.add(LeadCompetitor(leadid=leadid, competitorid=rival))
    made = qualify(mirrored.office.services, administrator(mirrored), leadid)
    for _ in range(3):
        mirrored.send()
    assert {write.state for write in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    with mirrored.world.reading() as db:
        linked = db.execute("SELECT opportunityid, competitorid FROM opportunitycompetitors").fetchall()
    assert [tuple(row) for row in linked] == [(made.opportunityid, rival)]
    with mirrored.database.transaction() as session:
        session.execute(update(MirrorWrite).where(MirrorWrite.kind == "link").values(state="waiting"))
    mirrored.send()  # once more: it is there already
    assert mirrored.writes(kind="link")[0].state == "sent"


def test_a_lead_made_here_is_made_there_and_what_is_changed_after_follows(mirrored: Mirrored) -> None:
    who = administrator(mirrored)
    services = mirrored.office.services
    leadid = create_lead(services, who, {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd", "numberofemployees": "40"})
    edit_lead(services, who, leadid, {"jobtitle": "Owner", "donotemail": True})
    mirrored.send()
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    there = mirrored.row("lead", leadid)
    assert (there["lastname"], there["companyname"], there["numberofemployees"]) == ("Diaz", "Rosa Ltd", 40)
    assert (there["jobtitle"], bool(there["donotemail"]), there["ownerid"]) == ("Owner", True, who.id)
    delete_lead(services, who, leadid)
    mirrored.send()
    assert "DeleteAccess" in mirrored.writes(kind="delete")[0].reason  # the role deletes the agent's own leads only
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    mirrored.again()
    mirrored.send()
    assert mirrored.find("lead", leadid=leadid) == []


def test_mails_of_a_mailbox_outside_are_recorded_as_sent_and_received_and_not_sent(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    ids = {}
    with mirrored.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        for outgoing in (True, False):
            id_ = ids[outgoing] = new_id()
            session.add(
                Email(activityid=id_, regardingobjectid=leadid, subject="Shelves", description="Hello <you>\nBye",
                      directioncode=outgoing, statecode=1, statuscode=3 if outgoing else 4, ownerid=lead.ownerid,
                      owningbusinessunit=lead.owningbusinessunit, messageid=f"<{id_}@us.example>", senton=now())
            )  # fmt: skip
            session.flush()
            us = {"partyid": mirrored.office.agent_user, "partyobjecttypecode": "systemuser"}
            them = {"partyid": leadid, "partyobjecttypecode": "lead", "addressused": lead.emailaddress1}
            for mask, party in ((1, us if outgoing else them), (2, them if outgoing else us)):
                session.add(ActivityParty(activityid=id_, participationtypemask=mask, **party))
            session.flush()
            put_mail(session, id_)
            put_mail(session, id_)
    mirrored.send()
    assert [w.state for w in mirrored.writes()] == ["sent", "sent"], [w.reason for w in mirrored.writes()]
    for outgoing, id_ in ids.items():
        there = mirrored.row("email", id_)
        assert (there["statecode"], there["statuscode"]) == (1, 3 if outgoing else 4)
        assert there["regardingobjectid"] == leadid
        assert "Hello &lt;you&gt;<br>" in there["description"]
    assert len(mirrored.find("email")) == 2


def test_a_mail_that_left_before_the_lead_opted_out_is_recorded_all_the_same(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.theirs("lead", leadid, donotemail=True)
    id_ = put_sent(mirrored, leadid, mirrored.office.agent_user)
    mirrored.send()
    assert mirrored.row("email", id_)["statuscode"] == 3


def test_a_mail_that_left_is_recorded_as_sent_though_it_may_not_be_sent_as_its_sender(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    let(mirrored, prvSendAsUser=0)
    id_ = put_sent(mirrored, leadid, mirrored.office.sellers[0])
    mirrored.send()
    assert (mirrored.row("email", id_)["statuscode"], mirrored.writes(kind="mail")[0].state) == (3, "sent")


def test_a_mail_that_left_and_cannot_be_closed_leaves_no_draft_to_send_again(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    let(mirrored, prvWriteActivity=0)
    id_ = put_sent(mirrored, leadid, mirrored.office.agent_user)
    mirrored.send()
    assert mirrored.find("email") == []
    (write,) = mirrored.writes(kind="mail")
    assert (write.state, "prvWriteActivity" in write.reason) == ("waiting", True)
    let(mirrored, prvWriteActivity=1)
    mirrored.again()
    mirrored.send()
    assert mirrored.row("email", id_)["statuscode"] == 3


def let(mirrored: Mirrored, **depths: int) -> None:
    """Change privileges of the agent's role; a depth of 0 takes one away."""
    with mirrored.world.transaction() as db:
        role = seed.role_named(mirrored.world, "AISalesPerson")
        roles.set_privileges(db, role, depths, stamp(mirrored.world.clock()))


def put_sent(mirrored: Mirrored, leadid: str, sender: str) -> str:
    """A mail to a lead that left through a mailbox outside Dataverse, to be recorded there."""
    id_ = new_id()
    with mirrored.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        session.add(
            Email(activityid=id_, regardingobjectid=leadid, subject="Shelves", description="Hello", statecode=1,
                  statuscode=3, ownerid=lead.ownerid, owningbusinessunit=lead.owningbusinessunit)
        )  # fmt: skip
        session.flush()
        session.add(ActivityParty(activityid=id_, participationtypemask=1, partyid=sender,
                                  partyobjecttypecode="systemuser"))  # fmt: skip
        session.add(ActivityParty(activityid=id_, participationtypemask=2, partyid=leadid, partyobjecttypecode="lead",
                                  addressused="a@b.example"))  # fmt: skip
        session.flush()
        put_mail(session, id_)
    return id_


def test_the_tables_of_microsofts_agent_are_filled_only_when_they_are_wanted(mirrored: Mirrored) -> None:
    work(mirrored, 1)
    mirrored.send()
    assert mirrored.find("msdyn_salesagentrun") == []
    with mirrored.database.transaction() as session:
        session.execute(update(CrmConnection).values(usemsdyn=True))
    (leadid,) = work(mirrored, 1)
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    (run,) = mirrored.find("msdyn_salesagentrun")
    assert (run["msdyn_regardingid"], run["statecode"], run["statuscode"]) == (leadid, 1, 3)
    (handover,) = mirrored.find("msdyn_salesagenthandover")
    assert handover["msdyn_salesagentrun"] == run["msdyn_salesagentrunid"]
    (result,) = mirrored.find("msdyn_leadagentresult")
    assert (result["msdyn_leadid"], result["msdyn_qualificationresultrank"]) == (leadid, 733390000)


def test_the_privileges_that_are_checked_are_what_filling_the_tables_of_microsofts_agent_takes(
    database: Database, tmp_path: Path
) -> None:
    world = World(tmp_path / "needed")
    make_needed_role(world, AgentMode.RESEARCH)
    mirrored = open_mirrored(database, world, tmp_path, role="Needed")
    with database.transaction() as session:
        session.execute(update(CrmConnection).values(usemsdyn=True))
    work(mirrored, 1)
    mirrored.send()
    assert {w.tablename for w in mirrored.writes() if w.state != "sent"} == set(AGENT_TABLES)
    seed.make_role(world, "Agent tables", f"User one: {' '.join(NEEDED_FOR_AGENT_TABLES)}")
    seed.give_role(world, mirrored.office.agent_user, "Agent tables")
    mirrored.shift += timedelta(minutes=6)
    mirrored.send()
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_decided_twice_before_it_is_sent_is_one_request(mirrored: Mirrored, times: int) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    who = administrator(mirrored)
    for _ in range(times):
        for rating in (1, 2):
            edit_lead(mirrored.office.services, who, leadid, {"leadqualitycode": rating})
    assert len(mirrored.writes()) == 2 * times
    assert mirrored.send() == 2 * times
    assert mirrored.row("lead", leadid)["leadqualitycode"] == 2
    assert {w.state for w in mirrored.writes()} == {"sent"}


def test_a_run_that_was_taken_and_finished_in_the_meantime_keeps_its_order(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    actions = [w.action for w in mirrored.writes(kind="change")]
    assert actions == ["lead.taken_by_agent", "lead.handed_over"]
    mirrored.send()
    with mirrored.database.reading() as session:
        run = session.scalars(select(LeadRun).where(LeadRun.leadid == leadid)).one()
    assert mirrored.row("lead", leadid)["ownerid"] == run.ownerid


def test_an_opt_out_after_the_handover_is_seen_over_there(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.send()
    with mirrored.database.transaction() as session:
        box = Mailbox(name="Sales", emailaddress="sales@seller.example")
        session.add(box)
        session.flush()
        address = str(session.get_one(Lead, leadid).emailaddress1)
        put(session, Order("outreach:1", box.mailboxid, letter(address), leadid=leadid), now())
        suppress(session, address, reason=Reason.OPT_OUT, source="one_click", clock=now)
        spare_leads(session, address, now())
    mirrored.send()
    assert {write.state for write in mirrored.writes()} == {"sent"}, [w.reason for w in mirrored.writes()]
    assert mirrored.row("lead", leadid)["donotemail"] is True
    assert any("Do not write to" in str(n["title"]) for n in mirrored.find("appnotification"))
