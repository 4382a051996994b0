"""One pass over a lead: from queued to an owner with evidence and a draft, on both databases."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError
from tests.workflows.office import PlainAnalyst, add_leads, open_office, runs_of, services_of, stages

from leadwright.db import findings
from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.people import SystemUser, UserRole
from leadwright.db.sales import ActivityParty, AppNotification, Email, Lead
from leadwright.domain.fit import Verdict
from leadwright.domain.stage import AgentState, Stage
from leadwright.errors import ModelError
from leadwright.identity.agent_identity import pause_or_resume
from leadwright.services import Services
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.runs import Given
from leadwright.workflows.runtime import Runtime

Start = Callable[[Services], Runtime]


def test_a_fitting_lead_lands_on_a_sellers_desk_with_evidence_and_a_draft(
    database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    leads = add_leads(office, 8)
    seen: list[int] = []
    start(office.services).run_until_idle(lambda p: seen.append(p.done), timeout=60)
    assert stages(office) == {"handed_over": 8}
    assert seen[-1] == 8
    owners = Counter(run.ownerid for run in runs_of(office))
    assert owners == dict.fromkeys(office.sellers, 2)
    with database.reading() as session:
        for leadid in leads:
            lead = session.get_one(Lead, leadid)
            run = session.scalars(select(LeadRun).where(LeadRun.leadid == leadid)).one()
            assert (lead.ownerid, lead.lw_stage, lead.lw_band) == (run.ownerid, "handed_over", "High")
            assert lead.leadqualitycode == run.rating == 2
            found = findings.from_json(run.findings)
            assert [j.verdict for j in found.judgements] == [Verdict.MET, Verdict.MET]
            assert all(j.evidence[0].quote for j in found.judgements)
            assert findings.to_json(found) == run.findings
            mail = session.scalars(select(Email).where(Email.regardingobjectid == leadid)).one()
            assert mail.ownerid == lead.ownerid
            assert (mail.statuscode, mail.lw_hold) == (1, None)
            assert "written with the help of AI" in mail.description
            parties = session.scalars(select(ActivityParty).where(ActivityParty.activityid == mail.activityid)).all()
            assert {p.participationtypemask: p.partyid for p in parties} == {1: lead.ownerid, 2: leadid, 8: leadid}
            steps = session.scalars(select(RunStep.name).where(RunStep.runid == run.runid)).all()
            assert {"validate_email", "connect", "read", "decide", "draft", "check_draft", "assign"} <= set(steps)
        told = session.scalars(select(AppNotification.ownerid)).all()
        assert Counter(told) == dict.fromkeys(office.sellers, 2)
        actions = Counter(session.scalars(select(AuditEntry.action).where(AuditEntry.actorid == office.agent_user)))
        assert actions == {"lead.taken_by_agent": 8, "lead.handed_over": 8, "email.drafted": 8}
        assert broken_link(session) is None


def test_a_low_fit_is_disqualified_stays_with_the_agent_and_the_supervisor_is_told(
    database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    (leadid,) = add_leads(office, 1, jobtitle="Software engineer", lw_industry="Aviation")
    start(office.services).run_until_idle(timeout=60)
    with database.reading() as session:
        lead = session.get_one(Lead, leadid)
        assert (lead.ownerid, lead.statecode, lead.lw_stage) == (office.agent_user, 2, "disqualified")
        assert session.scalar(select(AppNotification.ownerid)) == office.supervisor
        assert session.scalar(select(func.count()).select_from(Email)) == 0
    (run,) = runs_of(office)
    assert run.reasons[0] == "Low fit: 2 of 2 known criteria are not met."


def test_thin_data_is_unknown_and_handed_over_to_find_out(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    add_leads(office, 1, jobtitle=None, lw_industry=None)
    start(office.services).run_until_idle(timeout=60)
    (run,) = runs_of(office)
    assert (run.stage, run.band, run.signal) == ("handed_over", "Unknown", "weak")
    assert run.reasons[0].startswith("To find out")
    assert run.findings["next_actions"][0] == "Find out: Industry and Role."
    assert run.findings["missing"] == ["job title"]


@pytest.mark.parametrize("address", [None, "not an address"])
def test_a_missing_or_invalid_address_goes_back_to_the_owner(
    sqlite_database: Database, tmp_path: Path, start: Start, address: str | None
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    (leadid,) = add_leads(office, 1, emailaddress1=address)
    start(office.services).run_until_idle(timeout=60)
    assert stages(office) == {"returned": 1}
    with sqlite_database.reading() as session:
        assert session.get_one(Lead, leadid).ownerid == office.owner
        told = session.scalars(select(AppNotification)).one()
        assert told.ownerid == office.owner
        assert "Correct the address" in told.body


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"statecode": 2}, "cancelled"),
        ({"donotemail": True}, "cancelled"),
        ({"ownerid": "seller"}, "cancelled"),
    ],
)
def test_a_persons_change_meanwhile_wins(
    sqlite_database: Database, tmp_path: Path, start: Start, change: dict[str, object], outcome: str
) -> None:
    def meanwhile(_company: str) -> None:
        values = {k: office.sellers[0] if v == "seller" else v for k, v in change.items()}
        with sqlite_database.transaction() as session:
            session.execute(update(Lead).values(**values))

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=meanwhile)))
    add_leads(office, 1)
    start(office.services).run_until_idle(timeout=60)
    (run,) = runs_of(office)
    assert run.stage == outcome
    assert len(run.reasons) == 1
    with sqlite_database.reading() as session:
        lead = session.scalars(select(Lead)).one()
        assert lead.ownerid == (office.sellers[0] if "ownerid" in change else office.owner)
        assert session.scalar(select(func.count()).select_from(Email)) == 0


def test_a_lead_that_allows_no_bulk_emails_is_researched_by_an_agent_that_sends_none(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    add_leads(office, 1, donotbulkemail=True)
    start(office.services).run_until_idle(timeout=60)
    assert stages(office) == {"handed_over": 1}


def test_a_lead_deleted_meanwhile_is_gone_and_nothing_breaks(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    def meanwhile(_company: str) -> None:
        with sqlite_database.transaction() as session:
            session.delete(session.scalars(select(Lead)).one())

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=meanwhile)))
    add_leads(office, 1)
    runtime = start(office.services)
    runtime.run_until_idle(timeout=60)
    assert runs_of(office) == []
    assert runtime.troubles == {}


def test_one_poisoned_lead_touches_no_other(sqlite_database: Database, tmp_path: Path, start: Start) -> None:
    def poison(company: str) -> None:
        if company == "Company 3":
            raise ModelError("The model refused.", permanent=True)
        if company == "Company 5":
            raise ZeroDivisionError

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=poison)))
    leads = add_leads(office, 20)
    start(office.services).run_until_idle(timeout=60)
    assert stages(office) == {"handed_over": 18, "blocked": 1, "failed": 1}
    by_lead = {run.leadid: run for run in runs_of(office)}
    assert by_lead[leads[3]].reasons == ["The model refused."]
    assert "ZeroDivisionError" in by_lead[leads[5]].reasons[0]
    with sqlite_database.reading() as session:
        told = session.scalars(select(AppNotification).where(AppNotification.ownerid == office.supervisor)).all()
    assert {n.title for n in told} == {"A lead could not be worked"}


def test_a_passing_failure_is_tried_again_later(sqlite_database: Database, tmp_path: Path, start: Start) -> None:
    failures = iter([ModelError("The model is busy.", retry_after=1)])

    def busy(_company: str) -> None:
        for error in failures:
            raise error

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=busy)))
    add_leads(office, 1)
    runtime = start(office.services)
    while not (run := runs_of(office)[0]).attempts:
        time.sleep(0.02)
    assert (run.stage, run.generation) == ("researching", 1)
    assert run.reasons == ["Waits for another try: The model is busy."]
    assert run.dueat
    assert run.dueat > now() + timedelta(seconds=2)
    with sqlite_database.transaction() as session:
        session.execute(update(LeadRun).values(dueat=now()))
    runtime.run_until_idle(timeout=60)
    assert stages(office) == {"handed_over": 1}


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT", {}, Exception("server closed the connection")), ConnectionResetError(), TimeoutError()],
)
def test_a_lost_connection_never_fails_a_lead_however_often(
    sqlite_database: Database, tmp_path: Path, error: Exception
) -> None:
    def lose(_company: str) -> None:
        raise error

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=lose)))
    add_leads(office, 1)
    for generation in range(8):
        (run,) = runs_of(office)
        research_lead(office.services, Given(run.runid, run.leadid, 1, generation))
        (run,) = runs_of(office)
        assert (run.stage, run.attempts, run.generation) == ("researching", 0, generation + 1)
        assert run.dueat
    office.services.analyst.before = None  # type: ignore[attr-defined]
    research_lead(office.services, Given(run.runid, run.leadid, 1, 8))
    assert stages(office) == {"handed_over": 1}


def test_a_database_that_is_down_even_for_putting_off_leaves_the_run_as_it_is(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("no connection"))

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    add_leads(office, 1)
    (run,) = runs_of(office)
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_database, "reading", away)
        patch.setattr(sqlite_database, "transaction", away)
        research_lead(office.services, Given(run.runid, run.leadid, 1, 0))
    assert [(r.stage, r.generation, r.attempts) for r in runs_of(office)] == [("queued", 0, 0)]


def test_a_refused_key_blames_no_lead_and_the_work_goes_on_by_itself(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    def refuse(_company: str) -> None:
        raise ModelError("The provider refused the key.", permanent=True, installation=True)

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=refuse)))
    add_leads(office, 6)
    runtime = start(office.services)
    runtime.run_until_idle(timeout=60)
    for run in runs_of(office):
        assert (run.stage, run.attempts) == ("researching", 0)
        assert "goes on by itself: The provider refused the key." in run.reasons[0]
        assert run.dueat
        assert timedelta(minutes=4) < run.dueat - now() <= timedelta(minutes=5)
    _make_due(sqlite_database)
    while any(run.generation < 2 for run in runs_of(office)):
        time.sleep(0.05)
    assert all(r.dueat and timedelta(minutes=29) < r.dueat - now() <= timedelta(minutes=30) for r in runs_of(office))
    with sqlite_database.reading() as session:
        assert session.scalars(select(AppNotification.ownerid)).all() == [office.supervisor]
    office.services.analyst.before = None  # type: ignore[attr-defined]
    _make_due(sqlite_database)
    runtime.wake()
    while stages(office) != {"handed_over": 6}:
        runtime.run_until_idle(timeout=60)


def test_a_field_corrected_during_the_run_is_judged_anew(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    corrections = iter([{"jobtitle": "Buyer", "lw_industry": "Retail"}])

    def correct(_company: str) -> None:
        for values in corrections:
            _correct(sqlite_database, values)

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=correct)))
    add_leads(office, 1, jobtitle="Software engineer", lw_industry="Aviation")
    start(office.services).run_until_idle(timeout=60)
    (run,) = runs_of(office)
    assert (run.stage, run.band, run.attempts, run.generation) == ("handed_over", "High", 0, 1)
    with sqlite_database.reading() as session:
        step = session.scalars(select(RunStep).where(RunStep.name == "look_again")).one()
    assert step.outputs == {"times": 1}
    assert set(step.inputs["changed"]) == {"jobtitle", "lw_industry"}


def test_an_address_corrected_during_the_run_is_the_one_the_draft_goes_to(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    def correct(_company: str) -> None:
        _correct(sqlite_database, {"emailaddress1": "right@company0.example"})

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=correct)))
    add_leads(office, 1)
    start(office.services).run_until_idle(timeout=60)
    with sqlite_database.reading() as session:
        to = session.scalars(select(ActivityParty.addressused).where(ActivityParty.participationtypemask == 2)).all()
    assert to == ["right@company0.example"]


def test_an_address_spoilt_during_the_run_gets_no_draft(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    def spoil(_company: str) -> None:
        _correct(sqlite_database, {"emailaddress1": "no address"})

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=spoil)))
    add_leads(office, 1)
    start(office.services).run_until_idle(timeout=60)
    assert stages(office) == {"returned": 1}
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Email)) == 0


def test_a_lead_that_changes_all_the_time_comes_to_an_end_with_a_held_draft(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    numbers = iter(range(100))

    def change(_company: str) -> None:
        _correct(sqlite_database, {"emailaddress1": f"other{next(numbers)}@company0.example"})

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=change)))
    (leadid,) = add_leads(office, 1)
    start(office.services).run_until_idle(timeout=60)
    (run,) = runs_of(office)
    assert (run.stage, run.generation) == ("handed_over", 3)
    with sqlite_database.reading() as session:
        mail = session.scalars(select(Email)).one()
        to = session.scalars(select(ActivityParty.addressused).where(ActivityParty.participationtypemask == 2)).all()
        assert to == [session.get_one(Lead, leadid).emailaddress1]
    assert "changed while the agent worked" in str(mail.lw_hold)


def test_an_address_corrected_between_two_tries_is_validated(sqlite_database: Database, tmp_path: Path) -> None:
    def busy(_company: str) -> None:
        raise ModelError("The model is busy.")

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=busy)))
    (leadid,) = add_leads(office, 1)
    (run,) = runs_of(office)
    research_lead(office.services, Given(run.runid, leadid, 1, 0))
    _correct(sqlite_database, {"emailaddress1": "no address"})
    research_lead(office.services, Given(run.runid, leadid, 1, 1))
    assert stages(office) == {"returned": 1}


def test_a_lead_taken_over_while_blocked_is_not_taken_back(sqlite_database: Database, tmp_path: Path) -> None:
    office = open_office(
        services_of(sqlite_database, tmp_path, PlainAnalyst()), sellers=0, supervisor=None, team="none"
    )
    (leadid,) = add_leads(office, 1)
    (run,) = runs_of(office)
    research_lead(office.services, Given(run.runid, leadid, 1, 0))
    assert stages(office) == {"blocked": 1}
    _correct(sqlite_database, {"ownerid": office.owner})
    research_lead(office.services, Given(run.runid, leadid, 1, 1))
    assert stages(office) == {"cancelled": 1}


def _correct(database: Database, values: dict[str, object]) -> None:
    with database.transaction() as session:
        session.execute(update(Lead).values(**values))


def _make_due(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(LeadRun).values(dueat=now()))


def test_a_halted_agent_decides_nothing_and_goes_on_at_the_next_start(
    database: Database, tmp_path: Path, start: Start
) -> None:
    def halt(company: str) -> None:
        if company == "Company 0":
            with database.transaction() as session:
                session.execute(update(Agent).values(state=AgentState.OFF))

    office = open_office(services_of(database, tmp_path, PlainAnalyst(before=halt), workers=1))
    add_leads(office, 5)
    runtime = start(office.services)
    runtime.run_until_idle(timeout=60)
    assert set(stages(office)) == {"queued", "researching"}
    office.services.analyst.before = None  # type: ignore[attr-defined]
    with database.transaction() as session:
        session.execute(update(Agent).values(state=AgentState.ON))
    runtime.run_until_idle(timeout=60)
    assert stages(office) == {"handed_over": 5}


def test_without_its_role_the_agent_pauses_with_the_reason_and_goes_on_when_it_is_back(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    with sqlite_database.transaction() as session:
        held = session.scalars(select(UserRole).where(UserRole.systemuserid == office.agent_user)).one()
        roleid = held.roleid
        session.delete(held)
    add_leads(office, 3)
    runtime = start(office.services)
    while not (reason := _agent(sqlite_database).statereason):
        time.sleep(0.02)
    assert "AISalesPerson" in reason
    runtime.run_until_idle(timeout=60)
    assert stages(office) == {"queued": 3}
    with sqlite_database.transaction() as session:
        session.add(UserRole(systemuserid=office.agent_user, roleid=roleid))
    pause_or_resume(office.services)
    runtime.run_until_idle(timeout=60)
    assert stages(office) == {"handed_over": 3}


def test_a_role_taken_away_in_the_middle_of_the_work_stops_it_before_anything_is_decided(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    def take_away(_company: str) -> None:
        with sqlite_database.transaction() as session:
            session.execute(delete(UserRole).where(UserRole.systemuserid == office.agent_user))
        pause_or_resume(office.services)

    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(before=take_away), workers=2))
    add_leads(office, 6)
    start(office.services).run_until_idle(timeout=60)
    assert "handed_over" not in stages(office)
    assert _agent(sqlite_database).state == AgentState.PAUSED


def test_nobody_to_take_a_lead_blocks_it_and_a_new_seller_gets_it(
    sqlite_database: Database, tmp_path: Path, start: Start
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()), sellers=1, supervisor=None)
    _disable(sqlite_database, office.sellers[0], True)
    add_leads(office, 1)
    runtime = start(office.services)
    runtime.run_until_idle(timeout=60)
    (run,) = runs_of(office)
    assert run.stage == Stage.BLOCKED
    assert "Add a seller" in run.reasons[0]
    _disable(sqlite_database, office.sellers[0], False)
    with sqlite_database.transaction() as session:
        session.execute(update(LeadRun).values(dueat=now()))
    while stages(office) != {"handed_over": 1}:
        runtime.run_until_idle(timeout=60)


def _disable(database: Database, id_: str, disabled: bool) -> None:
    with database.transaction() as session:
        session.execute(update(SystemUser).where(SystemUser.systemuserid == id_).values(isdisabled=disabled))


def _agent(database: Database) -> Agent:
    with database.reading() as session:
        return session.scalars(select(Agent)).one()
