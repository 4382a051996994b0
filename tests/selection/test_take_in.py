"""The trigger table of product.md 4: which changes make the agent take a lead, and which do not."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from tests.selection.agents import START, World

from leadwright.db import audit, changes, segments
from leadwright.db.agent import LeadChange, LeadRun, SegmentMember
from leadwright.db.audit import AuditEntry
from leadwright.db.engine import Database
from leadwright.db.people import CustomColumn
from leadwright.db.sales import Account, Lead
from leadwright.domain.selection import Criteria, Group, Rules
from leadwright.domain.selection.triggers import Change, trigger
from leadwright.domain.stage import Trigger

LARGE = {
    "conditions": {
        "all": [
            {"attribute": "statecode", "operator": "eq", "value": 0},
            {"related": "parentaccountid", "all": [{"attribute": "revenue", "operator": "ge", "value": 1_000_000}]},
        ]
    }
}


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def _waiting(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LeadChange)) or 0


def test_a_new_lead_that_matches_is_queued_once(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    assert world.take_in() == 1
    assert world.take_in() == 0
    with world.database.reading() as session:
        run = session.scalars(select(LeadRun)).one()
    assert (run.leadid, run.number, run.stage, run.version, run.trigger) == (lead, 1, "queued", 1, "new_lead")
    assert run.previousownerid == world.seller
    assert world.lead(lead).lw_stage == "queued"
    assert _waiting(world.database) == 0


def test_a_change_during_a_run_waits_for_its_end_and_holds_no_other_lead_up(world: World) -> None:
    world.start()
    busy = [world.add(Lead) for _ in range(3)]
    assert world.take_in() == 3
    for lead in busy * 40:
        world.change(lead, emailaddress1="no address")
    world.change(busy[0], emailaddress1="kim@right.example")
    other = world.add(Lead)
    assert world.take_in() == 1
    assert world.lead(other).lw_stage == "queued"
    assert _waiting(world.database) == 121
    with world.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == busy[0]).values(lw_emailstate="invalid"))
    world.conclude(busy[0], "returned")
    assert world.take_in() == 1
    with world.database.reading() as session:
        newest = session.scalars(select(LeadRun).where(LeadRun.leadid == busy[0], LeadRun.number == 2)).one()
    assert newest.trigger == "email_set"
    assert _waiting(world.database) == 80


def test_each_queued_lead_is_audited_as_the_agents_doing(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()
    with world.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.queued")).one()
        assert audit.broken_link(session) is None
    assert (entry.recordid, entry.actorid, entry.actorkind) == (lead, world.agentuser, "agent")
    assert entry.after["trigger"] == "new_lead"


@pytest.mark.parametrize(
    "values",
    [
        {"leadqualitycode": 1},
        {"leadsourcecode": 2},
        {"statecode": 2},
        {"companyname": None},
        {"companyname": "  "},
        {"emailaddress1": None},
    ],
)
def test_a_new_lead_that_does_not_match_is_left_alone(world: World, values: dict[str, object]) -> None:
    world.start()
    lead = world.add(Lead, **values)
    assert world.take_in() == 0
    assert world.triggers(lead) == []
    assert _waiting(world.database) == 0


def test_a_lead_owned_by_the_agent_itself_is_not_taken_as_new(world: World) -> None:
    world.start()
    world.add(Lead, ownerid=world.agentuser)
    assert world.take_in() == 0


def test_a_lead_in_a_seller_segment_goes_to_people(world: World) -> None:
    large = {"all": [{"attribute": "numberofemployees", "operator": "ge", "value": 5000}]}
    world.start({"seller_segments": [{"name": "Key accounts", "conditions": large}]})
    kept, taken = world.add(Lead, numberofemployees=9000), world.add(Lead, numberofemployees=50)
    world.take_in()
    assert world.triggers(kept) == []
    assert world.triggers(taken) == ["new_lead"]


def test_by_default_only_leads_created_after_the_start_are_new(world: World) -> None:
    world.start()
    old = world.add(Lead, createdon=START - timedelta(days=1))
    world.take_in()
    assert world.triggers(old) == []


def test_the_start_looks_back_once(world: World) -> None:
    world.start({"look_back_days": 30})
    inside = world.add(Lead, createdon=START - timedelta(days=29), noted=False)
    outside = world.add(Lead, createdon=START - timedelta(days=31), noted=False)
    assert world.take_in() == 1
    assert world.triggers(inside) == ["new_lead"]
    assert world.triggers(outside) == []
    later = world.add(Lead, createdon=START - timedelta(days=3), noted=False)
    assert world.take_in() == 0
    assert world.triggers(later) == []


def test_an_address_that_comes_in_runs_everything_whatever_the_creation_date(world: World) -> None:
    world.start()
    lead = world.add(Lead, createdon=START - timedelta(days=400), emailaddress1=None)
    world.take_in()
    world.change(lead, emailaddress1="kim@northwind.example")
    world.take_in()
    assert world.triggers(lead) == ["email_set"]


def test_a_returned_lead_runs_again_when_its_address_was_corrected(world: World) -> None:
    world.start()
    lead = world.add(Lead, emailaddress1="kim@@northwind")
    world.take_in()
    world.conclude(lead, "returned")
    world.change(lead, by=world.agentuser, lw_emailstate="invalid", ownerid=world.agentuser)
    world.change(lead, by=world.agentuser, ownerid=world.seller)
    assert world.take_in() == 0
    world.change(lead, emailaddress1="kim@northwind.example")
    assert world.take_in() == 1
    assert world.triggers(lead) == ["new_lead", "email_set"]
    assert world.lead(lead).lw_emailstate == "valid"


@pytest.mark.parametrize(("set_by_hand", "runs"), [(None, 2), (1, 1)])
def test_what_the_agent_wrote_keeps_no_returned_lead_out(world: World, set_by_hand: int | None, runs: int) -> None:
    """The criteria ask for Cold, and the agent rates it Warm. What a person rates it afterwards counts."""
    cold = {"conditions": {"all": [{"attribute": "leadqualitycode", "operator": "eq", "value": 3}]}}
    world.start(cold)
    lead = world.add(Lead, leadqualitycode=3)
    assert world.take_in() == 1
    values = {"leadqualitycode": 2, "lw_emailstate": "invalid"}
    with world.database.transaction() as session:
        actor = audit.Actor(world.agentuser, "agent", "Qualifier")
        was = {"leadqualitycode": 3, "lw_emailstate": None}
        audit.record(session, actor, "lead.email_invalid", "lead", lead, before=was, after=values)
    world.change(lead, by=world.agentuser, **values)
    world.conclude(lead, "returned")
    if set_by_hand is not None:
        world.change(lead, leadqualitycode=set_by_hand)
    world.change(lead, subject="Nothing to do with it")
    assert world.take_in() == 0
    world.change(lead, emailaddress1="kim@right.example")
    world.take_in()
    assert world.triggers(lead) == ["new_lead", "email_set"][:runs]


def test_an_address_corrected_to_another_wrong_one_does_not_run(world: World) -> None:
    world.start()
    lead = world.add(Lead, emailaddress1="kim@@northwind")
    world.take_in()
    world.conclude(lead, "returned")
    world.change(lead, emailaddress1="kim@@@northwind")
    assert world.take_in() == 0
    assert world.lead(lead).lw_emailstate == "invalid"


def test_a_person_who_overrules_the_validation_makes_the_lead_run(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()
    world.conclude(lead, "returned")
    world.change(lead, by=world.agentuser, lw_emailstate="invalid")
    world.take_in()
    world.change(lead, lw_emailstate="overruled_valid")
    assert world.take_in() == 1
    assert world.triggers(lead)[-1] == "email_set"


def test_another_valid_address_is_validated_and_nothing_else_runs(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()
    world.conclude(lead, "disqualified")
    world.change(lead, by=world.agentuser, lw_emailstate="valid")
    world.change(lead, emailaddress1="other@mailinator.com")
    assert world.take_in() == 0
    assert world.lead(lead).lw_emailstate == "invalid"
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "lead.address_validated")) == 1


def test_a_company_that_comes_in_runs_everything(world: World) -> None:
    world.start()
    lead = world.add(Lead, createdon=START - timedelta(days=400), companyname=None)
    world.take_in()
    world.change(lead, companyname="Northwind")
    world.take_in()
    assert world.triggers(lead) == ["company_set"]


def test_an_account_that_is_linked_counts_as_a_company(world: World) -> None:
    world.start()
    account = world.add(Account, name="Northwind")
    lead = world.add(Lead, companyname=None)
    world.take_in()
    world.change(lead, parentaccountid=account)
    world.take_in()
    assert world.triggers(lead) == ["company_set"]


def test_a_column_that_changes_so_that_the_lead_matches_runs_everything(world: World) -> None:
    world.start()
    lead = world.add(Lead, createdon=START - timedelta(days=400), leadqualitycode=1)
    world.take_in()
    world.change(lead, leadqualitycode=3)
    world.take_in()
    assert world.triggers(lead) == ["lead_changed"]


def test_a_change_of_a_lead_that_matched_already_runs_nothing(world: World) -> None:
    world.start()
    lead = world.add(Lead, createdon=START - timedelta(days=400))
    world.change(lead, jobtitle="Head of Purchasing")
    assert world.take_in() == 0


def test_what_the_agent_itself_writes_takes_no_lead(world: World) -> None:
    world.start()
    lead = world.add(Lead, leadqualitycode=1, createdon=START - timedelta(days=400))
    world.take_in()
    world.change(lead, by=world.agentuser, leadqualitycode=3)
    assert world.take_in() == 0


@pytest.mark.parametrize(
    ("days", "taken"), [(29, ["related_changed"]), (31, [])], ids=["inside the look-back", "outside it"]
)
def test_a_related_record_counts_only_inside_the_look_back(world: World, days: int, taken: list[str]) -> None:
    world.start({**LARGE, "look_back_days": 30})
    account = world.add(Account, name="Northwind", revenue=10.0)
    lead = world.add(Lead, parentaccountid=account, createdon=START - timedelta(days=days))
    world.take_in()
    world.change_related(Account, account, revenue=5_000_000.0)
    world.take_in()
    assert world.triggers(lead) == taken


def test_linking_a_lead_to_an_account_that_fits_is_a_change_of_the_lead(world: World) -> None:
    world.start(LARGE)
    account = world.add(Account, name="Northwind", revenue=5_000_000.0)
    lead = world.add(Lead, createdon=START - timedelta(days=400))
    world.take_in()
    world.change(lead, parentaccountid=account)
    world.take_in()
    assert world.triggers(lead) == ["lead_changed"]


@pytest.mark.parametrize(("stage", "again"), [("handed_over", False), ("cancelled", False), ("disqualified", True)])
def test_a_lead_that_is_with_people_is_not_taken_back(world: World, stage: str, again: bool) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()
    world.conclude(lead, stage)
    world.change(lead, by=world.agentuser, statecode=2)
    world.take_in()
    world.change(lead, statecode=0)
    assert (world.take_in() == 1) is again


def test_a_lead_in_work_is_left_alone(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()
    world.change(lead, leadqualitycode=1)
    world.take_in()
    world.change(lead, leadqualitycode=3)
    assert world.take_in() == 0
    assert world.triggers(lead) == ["new_lead"]


@pytest.mark.parametrize("state", ["paused", "draining", "off"])
def test_changes_wait_while_the_agent_is_not_on(world: World, state: str) -> None:
    world.start()
    world.switch(state)
    lead = world.add(Lead)
    assert world.take_in() == 0
    assert _waiting(world.database) == 1
    world.switch("on")
    assert world.take_in() == 1
    assert world.triggers(lead) == ["new_lead"]


def test_a_deleted_lead_leaves_no_change_behind(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    with world.database.transaction() as session:
        session.execute(delete(Lead).where(Lead.leadid == lead))
    assert world.take_in() == 0
    assert _waiting(world.database) == 0


def test_many_workers_queue_each_lead_once(world: World) -> None:
    world.start()
    leads = [world.add(Lead, noted=False) for _ in range(150)]
    with world.database.transaction() as session:
        changes.record_many(session, leads)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(world.take_in())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.take_in()
    with world.database.reading() as session:
        runs = session.scalars(select(LeadRun.leadid)).all()
        assert audit.broken_link(session) is None
    assert sorted(runs) == sorted(leads)
    assert len(counts) == 4


def test_membership_follows_each_change(world: World) -> None:
    world.start()
    lead = world.add(Lead)
    world.take_in()

    def members() -> tuple[list[str], int]:
        with world.database.reading() as session:
            rows, total = segments.page(session, world.agentid)
            stored = session.scalar(select(func.count()).select_from(SegmentMember)) or 0
            assert stored == total
            return [row.leadid for row in rows], total

    assert members() == ([lead], 1)
    world.change(lead, leadqualitycode=1)
    assert members() == ([], 0)
    world.change(lead, leadqualitycode=3)
    other = world.add(Lead)
    assert members() == ([other, lead], 2)
    with world.database.transaction() as session:
        changes.forget(session, lead)
        session.execute(delete(Lead).where(Lead.leadid == lead))
    assert members() == ([other], 1)


def test_many_changed_at_once_are_judged_each_by_what_it_was(world: World) -> None:
    world.start()
    warm, hot, clerk = (world.add(Lead, leadqualitycode=code) for code in (2, 1, 3))
    world.take_in()
    world.conclude(clerk, "disqualified")
    with world.database.transaction() as session:
        for key in (warm, hot):
            session.get_one(Lead, key).leadqualitycode = 3
        befores = {warm: {"leadqualitycode": 2}, hot: {"leadqualitycode": 1}, clerk: {"jobtitle": "Clerk"}}
        changes.record_changed(session, befores)
    with world.database.reading() as session:
        assert segments.count(session, world.agentid) == 3
    assert world.take_in() == 2
    assert [world.triggers(key)[-1] for key in (warm, hot, clerk)] == ["lead_changed", "lead_changed", "new_lead"]


def test_membership_follows_related_records(world: World) -> None:
    world.start(LARGE)
    account = world.add(Account, name="Northwind", revenue=10.0)
    leads = {world.add(Lead, parentaccountid=account) for _ in range(3)}
    world.take_in()
    world.change_related(Account, account, revenue=5_000_000.0)
    with world.database.reading() as session:
        rows, total = segments.page(session, world.agentid, limit=2)
        more, _ = segments.page(session, world.agentid, limit=2, after=rows[-1].leadid)
    assert (total, {r.leadid for r in (*rows, *more)}) == (3, leads)


def test_criteria_on_an_own_column_take_leads(world: World) -> None:
    with world.database.transaction() as session:
        session.add(CustomColumn(tablename="lead", name="new_region", label="Region", kind="text"))
    world.start({"conditions": {"all": [{"attribute": "new_region", "operator": "eq", "value": "NORD"}]}})
    lead = world.add(Lead, custom={"new_region": "nord"}, createdon=START - timedelta(days=400))
    world.take_in()
    assert world.triggers(lead) == []
    world.change(lead, custom={"new_region": "süd"})
    world.take_in()
    world.change(lead, custom={"new_region": "Nord"})
    world.take_in()
    assert world.triggers(lead) == ["lead_changed"]


def test_the_table_prefers_the_more_exact_reason() -> None:
    change = Change(changed=True, matches=True, address_became_valid=True, company_became_set=True)
    assert trigger(change) is Trigger.EMAIL_SET


def test_the_look_back_begins_that_many_days_before_the_start() -> None:
    rules = Rules(Criteria(Group(True, ())), look_back_days=7)
    assert rules.considered_from(START) == START - timedelta(days=7)
    assert Rules(Criteria(Group(True, ()))).considered_from(START) == START
