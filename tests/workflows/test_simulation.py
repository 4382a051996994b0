"""Testing the agent's draft: nothing is sent, no lead is changed, one bad lead stops no other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, services_of

from leadwright.actions import simulation
from leadwright.actions.agent import sections
from leadwright.actions.simulation import Shown
from leadwright.db.agent import Agent, AgentVersion, LeadRun, Prerequisite
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.sales import Email, Lead
from leadwright.db.simulation import Simulation
from leadwright.domain.optionsets import LeadRating
from leadwright.domain.sections import Facts, missing_for_start
from leadwright.domain.sections import sections as all_sections
from leadwright.domain.simulation import Review
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import BadInput, Conflict, ModelError, NotAllowed, NotFound
from leadwright.identity.access import Principal, operator
from leadwright.workflows.simulation import work


@pytest.fixture
def analyst() -> PlainAnalyst:
    return PlainAnalyst()


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, analyst: PlainAnalyst) -> Office:
    made = open_office(services_of(sqlite_database, tmp_path, analyst))
    with sqlite_database.transaction() as session:
        agent = session.get_one(Agent, made.agentid)
        agent.draft = session.get_one(AgentVersion, (made.agentid, 1)).configuration
        session.add_all(Prerequisite(agentid=made.agentid, number=n, state="done") for n in (1, 2))
    return made


@pytest.fixture
def admin(office: Office) -> Principal:
    with office.services.database.reading() as session:
        return operator(session)


def _test(office: Office, admin: Principal, leads: int = 10, begin: Callable[..., Any] = work) -> Shown:
    simulation.start_simulation(office.services, admin, office.agentid, leads, begin=begin)
    return _shown(office, admin)


def _shown(office: Office, admin: Principal) -> Shown:
    shown = simulation.latest_simulation(office.services, admin, office.agentid)
    assert shown is not None
    return shown


def _leads(office: Office, count: int, **values: Any) -> list[str]:
    return add_leads(office, count, queued=False, **{"leadqualitycode": int(LeadRating.COLD), **values})


def _state(office: Office, admin: Principal) -> str:
    return next(s.state for s in sections(office.services, admin, office.agentid) if s.key == "simulation")


def _rows(office: Office) -> list[dict[str, Any]]:
    with office.services.database.reading() as session:
        return [dict(r) for r in session.execute(select(Lead.__table__).order_by(Lead.leadid)).mappings()]


def test_leads_are_researched_and_mails_drafted_without_changing_or_sending_anything(
    office: Office, admin: Principal
) -> None:
    _leads(office, 3)
    _leads(office, 1, jobtitle="Pilot", lw_industry="Mining")
    before = _rows(office)
    shown = _test(office, admin)
    assert [shown.test.state, shown.test.matched] == ["done", 4]
    assert sorted(r.state for r in shown.leads) == ["disqualified", "drafted", "drafted", "drafted"]
    drafted = next(r for r in shown.leads if r.state == "drafted")
    assert drafted.body.startswith("Hello Person,")
    assert [v["verdict"] for v in drafted.findings["verdicts"]] == ["met", "met"]
    assert drafted.findings["verdicts"][0]["evidence"][0]["quote"] == "Retail"
    assert _rows(office) == before
    with office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Email)) == 0
        assert session.scalar(select(func.count()).select_from(LeadRun)) == 0


def test_only_as_many_leads_are_tried_as_were_asked_for(office: Office, admin: Principal) -> None:
    _leads(office, 4)
    shown = _test(office, admin, 2)
    assert [len(shown.leads), shown.test.matched] == [2, 4]
    for wrong in (0, 51):
        with pytest.raises(BadInput):
            simulation.start_simulation(office.services, admin, office.agentid, wrong, begin=work)


def test_a_test_needs_a_lead_that_matches(office: Office, admin: Principal) -> None:
    _leads(office, 1, emailaddress1=None)
    with pytest.raises(Conflict, match="No lead matches"):
        _test(office, admin)


def test_one_bad_lead_does_not_stop_the_others_and_is_tried_again(
    office: Office, admin: Principal, analyst: PlainAnalyst
) -> None:
    def fails(company: str) -> None:
        if company == "Company 1":
            raise ModelError("The model answered nonsense twice.")

    analyst.before = fails
    _leads(office, 3)
    shown = _test(office, admin)
    assert shown.test.state == "done"
    assert sorted(r.state for r in shown.leads) == ["drafted", "drafted", "failed"]
    assert next(r.reason for r in shown.leads if r.state == "failed") == "The model answered nonsense twice."
    analyst.before = None
    simulation.continue_simulation(office.services, admin, office.agentid, begin=work)
    assert {r.state for r in _shown(office, admin).leads} == {"drafted"}


def test_what_fails_for_every_lead_stops_the_test_which_goes_on_when_repaired(
    office: Office, admin: Principal, analyst: PlainAnalyst
) -> None:
    def fails(company: str) -> None:
        raise ModelError("The key was refused.", installation=True)

    analyst.before = fails
    _leads(office, 2)
    shown = _test(office, admin)
    assert [shown.test.state, shown.test.reason] == ["stopped", "The key was refused."]
    analyst.before = None
    simulation.continue_simulation(office.services, admin, office.agentid, begin=work)
    shown = _shown(office, admin)
    assert [shown.test.state, *(r.state for r in shown.leads)] == ["done", "drafted", "drafted"]


def test_a_test_whose_process_ended_is_taken_up_where_it_was(
    office: Office, admin: Principal, analyst: PlainAnalyst
) -> None:
    _leads(office, 2)
    tokens: list[str] = []
    shown = _test(office, admin, begin=lambda *given: tokens.append(given[2]))
    assert not shown.lost
    with pytest.raises(Conflict, match="running"):
        simulation.start_simulation(office.services, admin, office.agentid, 1, begin=work)
    with office.services.database.transaction() as session:
        test = session.get_one(Simulation, shown.test.simulationid)
        test.seenon = test.seenon.replace(year=2020)
    assert _shown(office, admin).lost
    simulation.continue_simulation(office.services, admin, office.agentid, begin=work)
    assert _shown(office, admin).test.state == "done"
    asked = len(analyst.calls)
    work(office.services, shown.test.simulationid, tokens[0])  # the one that was thought dead
    assert len(analyst.calls) == asked


def test_review_is_complete_when_every_mail_was_approved_or_commented(office: Office, admin: Principal) -> None:
    assert _state(office, admin) == "not_started"
    _leads(office, 2)
    first, second = _test(office, admin).leads
    assert _state(office, admin) == "in_progress"
    agentid, services = office.agentid, office.services
    simulation.approve(services, admin, agentid, first.draftid, body="Hello,\r\n\r\nmy own words.")
    with pytest.raises(Conflict, match="changed this email"):
        simulation.approve(services, admin, agentid, first.draftid, versionnumber=first.versionnumber)
    assert _state(office, admin) == "in_progress"
    simulation.give_feedback(services, admin, agentid, second.draftid, "Never mention  prices.")
    assert _state(office, admin) == "done"
    approved, commented = _shown(office, admin).leads
    assert [approved.review, approved.body, approved.edited] == ["approved", "Hello,\n\nmy own words.", True]
    assert [commented.review, commented.feedback] == ["feedback", "Never mention prices."]
    with services.database.reading() as session:
        agent = session.get_one(Agent, agentid)
        assert agent.draft["email"]["instructions"] == ["Never mention prices."]
    simulation.approve(services, admin, agentid, first.draftid, subject="Another", approved=False)
    assert _state(office, admin) == "in_progress"


def test_a_seller_can_neither_start_nor_review_a_test(office: Office, admin: Principal) -> None:
    _leads(office, 1)
    draftid = _test(office, admin).leads[0].draftid
    nobody = Principal("", "person", "Nobody", admin.businessunitid)
    for refused in (
        lambda: simulation.start_simulation(office.services, nobody, office.agentid, 1, begin=work),
        lambda: simulation.approve(office.services, nobody, office.agentid, draftid),
        lambda: simulation.give_feedback(office.services, nobody, office.agentid, draftid, "Shorter."),
        lambda: simulation.latest_simulation(office.services, nobody, office.agentid),
    ):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(NotFound):
        simulation.approve(office.services, admin, office.agentid, "no-such-mail")


def test_engage_waits_for_the_review_and_research_only_does_not() -> None:
    configuration = Configuration().model_dump(mode="json")
    missing = {}
    for mode in AgentMode:
        facts = Facts(mode, AgentState.DRAFT, "Scout", {}, review=Review("done", mails=3, reviewed=1))
        missing[mode] = missing_for_start(all_sections(configuration, facts), facts)
    assert "Simulation: Review 2 more emails." in missing[AgentMode.ENGAGE]
    assert not any(m.startswith("Simulation") for m in missing[AgentMode.RESEARCH])
