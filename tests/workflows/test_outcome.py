"""What people do with finished leads, with their rights: draft, reassign, return, qualify, try again, overrule."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, runs_of, services_of

from leadwright.actions import outcome
from leadwright.actions.agent import archive_agent
from leadwright.actions.leads import edit_lead
from leadwright.db.agent import Agent, LeadRun
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit, Role, SystemUser, UserRole
from leadwright.db.sales import (
    Account,
    ActivityParty,
    AppNotification,
    Competitor,
    Contact,
    Email,
    Lead,
    LeadCompetitor,
    Opportunity,
    OpportunityCompetitor,
)
from leadwright.domain.privileges import SALES_MANAGER
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, operator, principal
from leadwright.services import Services
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.runs import Given


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(services_of(database, tmp_path, PlainAnalyst()))


@pytest.fixture
def worked(office: Office) -> Callable[..., str]:
    """A lead that the agent has finished."""

    def finish(**values: object) -> str:
        (leadid,) = add_leads(office, 1, **values)
        (run,) = [r for r in runs_of(office) if r.leadid == leadid]
        research_lead(office.services, Given(run.runid, leadid, 1, 0))
        return leadid

    return finish


def who(office: Office, id_: str) -> Principal:
    with office.services.database.reading() as session:
        return principal(session, id_)


def manager(office: Office) -> Principal:
    with office.services.database.transaction() as session:
        role = session.scalars(select(Role.roleid).where(Role.name == SALES_MANAGER)).one()
        session.merge(UserRole(systemuserid=office.supervisor, roleid=role))
    return who(office, office.supervisor)


def lead_of(services: Services, leadid: str) -> Lead:
    with services.database.reading() as session:
        return session.get_one(Lead, leadid)


LOW = {"jobtitle": "Engineer", "lw_industry": "Aviation"}


def test_a_disqualified_lead_is_reassigned_in_turn_and_counts_as_handed_over(
    office: Office, worked: Callable[..., str]
) -> None:
    leadid = worked(**LOW)
    assert lead_of(office.services, leadid).ownerid == office.agent_user
    owner = outcome.reassign(office.services, manager(office), leadid)
    lead = lead_of(office.services, leadid)
    assert (lead.ownerid, lead.statecode, lead.lw_stage) == (owner, 0, "handed_over")
    (run,) = runs_of(office)
    assert (run.stage, run.reassigned, run.ownerid) == ("handed_over", True, office.sellers[0])
    chosen = worked(**LOW)
    assert outcome.reassign(office.services, manager(office), chosen, sellerid=office.sellers[3]) == office.sellers[3]
    with pytest.raises(Conflict, match="disqualified"):
        outcome.reassign(office.services, manager(office), leadid)


def test_a_lead_is_not_given_to_somebody_who_may_not_open_it(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked(jobtitle="Software engineer", lw_industry="Aviation")
    with office.services.database.transaction() as session:
        session.execute(delete(UserRole).where(UserRole.systemuserid == office.sellers[0]))
    with pytest.raises(BadInput, match="may not open leads"):
        outcome.reassign(office.services, manager(office), leadid, sellerid=office.sellers[0])
    assert outcome.reassign(office.services, manager(office), leadid) == office.sellers[1]


def test_every_stopped_lead_is_tried_again_at_once_by_whoever_may_write_all(office: Office) -> None:
    leads = add_leads(office, 4)
    with office.services.database.transaction() as session:
        for leadid, stage in zip(leads, ("blocked", "failed", "disqualified", "researching"), strict=True):
            stopped = {"stage": stage, "attempts": 5, "generation": 1, "dueat": None}
            stopped |= {"dueat": now() + timedelta(minutes=30)} if stage == "researching" else {}
            session.execute(update(LeadRun).where(LeadRun.leadid == leadid).values(**stopped))
    with pytest.raises(NotAllowed, match="prvWriteLead"):
        outcome.retry_all_stopped(office.services, who(office, office.sellers[0]))
    assert outcome.retry_all_stopped(office.services, manager(office)) == 3
    newest = {run.leadid: run for run in sorted(runs_of(office), key=lambda run: run.number)}
    assert [newest[leadid].stage for leadid in leads] == ["queued", "queued", "disqualified", "researching"]
    assert [newest[leadid].number for leadid in leads] == [1, 2, 1, 1]
    assert all(newest[leadid].dueat is None for leadid in leads)
    assert outcome.retry_all_stopped(office.services, manager(office)) == 0


def test_archiving_a_halted_agent_gives_its_open_leads_back(office: Office) -> None:
    leads = add_leads(office, 5)
    database = office.services.database
    with database.transaction() as session:
        for leadid, stage in zip(leads, ("queued", "researching", "blocked", "failed", "disqualified"), strict=True):
            run = {"stage": stage, "previousownerid": office.owner if stage != "blocked" else None}
            session.execute(update(LeadRun).where(LeadRun.leadid == leadid).values(**run))
            held = {"lw_stage": stage} | ({"ownerid": office.agent_user} if stage != "queued" else {})
            session.execute(update(Lead).where(Lead.leadid == leadid).values(**held))
        session.execute(update(Agent).values(state="off"))
        administrator = operator(session)
    archive_agent(office.services, administrator, office.agentid)
    by_lead = {run.leadid: run for run in runs_of(office)}
    assert [by_lead[i].stage for i in leads] == ["cancelled", "cancelled", "cancelled", "failed", "disqualified"]
    with database.reading() as session:
        owners = [session.get_one(Lead, i).ownerid for i in leads]
        assert owners == [office.owner, office.owner, office.supervisor, office.owner, office.agent_user]
        audited = session.scalars(select(AuditEntry.recordid).where(AuditEntry.action == "lead.cancelled")).all()
        assert set(audited) == set(leads[:4])
        assert broken_link(session) is None
    with pytest.raises(Conflict, match="archived"):
        outcome.retry_run(office.services, manager(office), leads[0])


def test_a_seller_may_not_reassign_and_does_not_see_other_peoples_leads(
    office: Office, worked: Callable[..., str]
) -> None:
    leadid = worked(**LOW)
    with pytest.raises(NotAllowed) as refused:
        outcome.reassign(office.services, who(office, office.sellers[0]), leadid)
    assert refused.value.privilege == "prvAssignLead"
    with pytest.raises(NotFound):
        outcome.qualify(office.services, who(office, office.sellers[0]), leadid)


def test_a_returned_lead_goes_to_the_next_seller_with_the_reason(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked()
    first = lead_of(office.services, leadid).ownerid
    with pytest.raises(BadInput):
        outcome.return_lead(office.services, who(office, first), leadid, "  ")
    second = outcome.return_lead(office.services, who(office, first), leadid, "Not my region")
    assert second in set(office.sellers) - {first}
    (run,) = runs_of(office)
    assert "Returned by Seller 0: Not my region" in run.reasons
    with office.services.database.reading() as session:
        mail = session.scalars(select(Email)).one()
        assert mail.ownerid == second
        sender = select(ActivityParty.partyid).where(ActivityParty.participationtypemask == 1)
        assert session.scalars(sender).one() == second
        told = session.scalars(select(AppNotification.body).where(AppNotification.ownerid == second)).all()
        assert any("Not my region" in body for body in told)


def test_a_draft_is_saved_and_a_stale_save_is_refused(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked()
    seller = who(office, lead_of(office.services, leadid).ownerid)
    with office.services.database.transaction() as session:
        session.execute(update(Email).values(lw_hold="Look at it."))
    saved = outcome.save_draft(
        office.services, seller, leadid, subject="Hello\r\nBcc: x@y.example", body="Body", versionnumber=1
    )
    with office.services.database.reading() as session:
        mail = session.get_one(Email, saved)
        assert (mail.subject, mail.description, mail.lw_hold) == ("Hello Bcc: x@y.example", "Body", None)
    with pytest.raises(Conflict, match="Somebody changed"):
        outcome.save_draft(office.services, seller, leadid, subject="S", body="B", versionnumber=1)


def test_qualify_makes_account_contact_and_opportunity_once(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked(estimatedamount=5_000.0)
    with office.services.database.transaction() as session:
        rival = Competitor(competitorid=new_id(), name="Rival")
        session.add(rival)
        session.flush()
        session.add(LeadCompetitor(leadid=leadid, competitorid=rival.competitorid))
    seller = who(office, lead_of(office.services, leadid).ownerid)
    made = outcome.qualify(office.services, seller, leadid)
    lead = lead_of(office.services, leadid)
    assert (lead.statecode, lead.statuscode, lead.qualifyingopportunityid) == (1, 3, made.opportunityid)
    with office.services.database.reading() as session:
        opportunity = session.get_one(Opportunity, made.opportunityid)
        assert (opportunity.originatingleadid, opportunity.estimatedvalue) == (leadid, 5_000.0)
        assert (opportunity.parentaccountid, opportunity.parentcontactid) == (made.accountid, made.contactid)
        assert session.get_one(Contact, made.contactid).parentcustomerid == made.accountid
        assert session.scalars(select(OpportunityCompetitor.opportunityid)).one() == made.opportunityid
        assert broken_link(session) is None
    with pytest.raises(Conflict, match="closed"):
        outcome.qualify(office.services, seller, leadid)


def test_qualify_uses_a_linked_account_again(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked()
    seller = who(office, lead_of(office.services, leadid).ownerid)
    first = outcome.qualify(office.services, seller, leadid, contact=False, opportunity=False)
    assert (first.contactid, first.opportunityid) == (None, None)
    other = worked(parentaccountid=first.accountid)
    seller = who(office, lead_of(office.services, other).ownerid)
    assert outcome.qualify(office.services, seller, other, opportunity=False).accountid == first.accountid
    with office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_returned_address_is_overruled_and_the_lead_tried_again(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked(emailaddress1="person@mailinator.com")
    assert lead_of(office.services, leadid).lw_stage == "returned"
    owner = who(office, office.owner)
    outcome.overrule_email(office.services, owner, leadid, valid=True, kind="work")
    runid = outcome.retry_run(office.services, owner, leadid)
    research_lead(office.services, Given(runid, leadid, 2, 0))
    assert lead_of(office.services, leadid).lw_stage == "handed_over"
    with office.services.database.reading() as session:
        stages = session.scalars(select(LeadRun.stage).order_by(LeadRun.number)).all()
        assert stages == [Stage.RETURNED, Stage.HANDED_OVER]
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actorid == office.owner)).all()
        assert actions == ["lead.email_overruled", "lead.retried"]


def test_a_lead_that_did_not_fail_is_not_tried_again(office: Office, worked: Callable[..., str]) -> None:
    leadid = worked()
    with pytest.raises(Conflict, match="blocked, failed"):
        outcome.retry_run(office.services, who(office, lead_of(office.services, leadid).ownerid), leadid)


def test_a_disconnected_account_stays_disconnected(office: Office, worked: Callable[..., str]) -> None:
    with office.services.database.transaction() as session:
        unit = session.get_one(SystemUser, office.owner).businessunitid
        account = Account(name="Company 0", lw_namekey="company 0", ownerid=office.owner, owningbusinessunit=unit)
        session.add(account)
        session.flush()
        accountid = account.accountid
    leadid = worked(emailaddress1=None, websiteurl=None)
    owner = who(office, office.owner)
    outcome.connect(office.services, owner, leadid, "account", accountid)
    assert lead_of(office.services, leadid).parentaccountid == accountid
    outcome.disconnect(office.services, owner, leadid, "account")
    lead = lead_of(office.services, leadid)
    assert (lead.parentaccountid, lead.lw_accountunlinked) == (None, True)


def _two_accounts(office: Office) -> tuple[str, str]:
    """One that the agent finds by name, and another one."""
    with office.services.database.transaction() as session:
        owned = {
            "ownerid": office.owner,
            "owningbusinessunit": session.get_one(SystemUser, office.owner).businessunitid,
        }
        found = Account(name="Company 0", lw_namekey="company 0", **owned)
        other = Account(name="Company 0 Holding in Another Town", lw_namekey="elsewhere", **owned)
        session.add_all([found, other])
        session.flush()
        return found.accountid, other.accountid


@pytest.mark.parametrize("choice", ["another", "none"])
def test_what_a_person_chose_is_kept_by_the_agents_next_run(
    office: Office, worked: Callable[..., str], choice: str
) -> None:
    found, other = _two_accounts(office)
    leadid = worked(emailaddress1=None)
    owner = who(office, office.owner)
    outcome.connect(office.services, owner, leadid, "account", other if choice == "another" else None)
    edit_lead(office.services, owner, leadid, {"emailaddress1": "jo@company0.example"})
    runid = outcome.retry_run(office.services, owner, leadid)
    research_lead(office.services, Given(runid, leadid, 2, 0))
    lead = lead_of(office.services, leadid)
    assert lead.lw_stage == "handed_over"
    assert lead.parentaccountid == (other if choice == "another" else None)
    assert found != other


def test_the_agent_connects_by_name_when_nobody_chose(office: Office, worked: Callable[..., str]) -> None:
    found, _ = _two_accounts(office)
    assert lead_of(office.services, worked()).parentaccountid == found


def test_a_record_out_of_reach_is_not_connected(office: Office, worked: Callable[..., str]) -> None:
    with office.services.database.transaction() as session:
        unit = BusinessUnit(name="Elsewhere")
        session.add(unit)
        session.flush()
        hidden = Account(name="Hidden", ownerid=office.supervisor, owningbusinessunit=unit.businessunitid)
        session.add(hidden)
        session.flush()
        accountid = hidden.accountid
    leadid = worked(emailaddress1=None)
    with pytest.raises(NotAllowed, match="prvReadAccount"):
        outcome.connect(office.services, who(office, office.owner), leadid, "account", accountid)
    with pytest.raises(BadInput, match="no such account"):
        outcome.connect(office.services, who(office, office.owner), leadid, "account", "no such id")
