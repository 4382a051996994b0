"""A back-test flips exactly what the real path flips after Apply; it changes nothing, stops at its cap, and goes on."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.engage.office import MONDAY, Clock
from tests.engage.office import Office as Engaged
from tests.engage.office import open_office as open_engaged
from tests.engage.office import start as start_engaged
from tests.workflows.office import Office, add_leads, open_office, runs_of, services_of

from leadwright.actions import agent as agents
from leadwright.actions import outcome
from leadwright.actions.backtest import (  # fmt: skip
    Choice,
    Shown,
    backtests,
    continue_backtest,
    estimate,
    read_backtest,
    start_backtest,
    stop_backtest,
)
from leadwright.analyst import Brief, Reading, Usage
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.audit import AuditEntry
from leadwright.db.backtest import Backtest
from leadwright.db.configuration import Configuration, ProfileCriterion
from leadwright.db.engine import Database
from leadwright.db.sales import Email, Lead
from leadwright.domain.fit import CriterionKind
from leadwright.domain.optionsets import LeadState, LeadStatus
from leadwright.domain.stage import Stage, Trigger
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.access import Principal, operator, principal
from leadwright.sandbox.mail_server import MailServer
from leadwright.workflows import runs
from leadwright.workflows.backtest import work
from leadwright.workflows.research_lead import research_lead

PROFILE = [
    ("Industries", CriterionKind.INDUSTRY, "Retail, including e-commerce and department stores"),
    ("Size", CriterionKind.EMPLOYEES, "1,000 to 50,000 employees"),
    ("Roles", CriterionKind.ROLE, "Procurement decision makers in retail or C-suite"),
    ("Revenue", CriterionKind.REVENUE, "100 M to 10 B USD"),
    ("Location", CriterionKind.LOCATION, "North America, except New York"),
]
OTHER = [
    ("Industries", CriterionKind.INDUSTRY, "Manufacturing, aviation"),
    ("Size", CriterionKind.EMPLOYEES, "100 to 2,000 employees"),
    ("Location", CriterionKind.LOCATION, "India, Chile, New York"),
    ("Revenue", CriterionKind.REVENUE, "at most 400 M USD"),
]
INDUSTRIES = ("Retail", "E-commerce", "Department Store", "Manufacturing", "Aviation", "")
PLACES = (("New York", "NY", "United States"), ("Chicago", "IL", "United States"), ("Santiago", "", "Chile"),
          ("Hyderabad", "", "India"), ("", "", ""))  # fmt: skip
TITLES = ("Procurement Manager", "CFO", "CEO", "Operations Manager", "Software engineer", "")


def _criteria(rows: Sequence[tuple[str, CriterionKind, str]], **must: bool) -> list[ProfileCriterion]:
    return [ProfileCriterion(name=n, kind=k, details=d, must_have=must.get(n, False)) for n, k, d in rows]


def _random_leads(office: Office, count: int, seed: int) -> None:
    chance = random.Random(seed)
    for n in range(count):
        city, state, country = chance.choice(PLACES)
        add_leads(
            office, 1, companyname=f"Company {n}", emailaddress1=f"p{n}@c{n}.example",
            lw_industry=chance.choice(INDUSTRIES) or None, jobtitle=chance.choice(TITLES) or None,
            numberofemployees=chance.choice([None, 200, 500, 1_000, 10_000, 90_000]),
            revenue=chance.choice([None, 80e6, 150e6, 500e6, 20e9]),
            address1_city=city or None, address1_stateorprovince=state or None, address1_country=country or None,
        )  # fmt: skip


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    made = open_office(services_of(database, tmp_path, BuiltinAnalyst()))
    with database.transaction() as session:
        version = session.get_one(AgentVersion, (made.agentid, 1))
        configuration = Configuration.model_validate(version.configuration)
        configuration = configuration.model_copy(update={"criteria": _criteria(PROFILE)})
        version.configuration = configuration.model_dump(mode="json")
        session.get_one(Agent, made.agentid).draft = version.configuration
    return made


def _who(office: Office) -> Principal:
    with office.services.database.reading() as session:
        return operator(session)


def _draft(office: Office, criteria: list[ProfileCriterion]) -> None:
    with office.services.database.transaction() as session:
        agent = session.get_one(Agent, office.agentid)
        agent.draft = {**agent.draft, "criteria": [c.model_dump(mode="json") for c in criteria]}


def _work(office: Office) -> None:
    while True:
        with office.services.database.transaction() as session:
            given = runs.give(session, 64)
        if not given:
            return
        for run in given:
            research_lead(office.services, run)


def _apply(office: Office) -> None:
    """The draft is version 2; prerequisites do not count here."""
    with office.services.database.transaction() as session:
        agent = session.get_one(Agent, office.agentid)
        agent.appliedversion = 2
        session.add(AgentVersion(agentid=office.agentid, version=2, configuration=agent.draft))


def _process_again(office: Office) -> dict[str, tuple[str, str]]:
    """Every lead once more by the real path with the version in force. Lead -> stage and band."""
    with office.services.database.transaction() as session:
        for lead in session.scalars(select(Lead)):
            lead.statecode, lead.statuscode, lead.ownerid = int(LeadState.OPEN), int(LeadStatus.NEW), office.owner
            session.add(
                LeadRun(leadid=lead.leadid, number=2, agentid=office.agentid, version=2, trigger=Trigger.RETRIED)
            )
    _work(office)
    return {r.leadid: (r.stage, str(r.band)) for r in runs_of(office) if r.number == 2}


def _verdicts(office: Office) -> dict[str, tuple[str, str]]:
    return {r.leadid: (r.stage, str(r.band)) for r in runs_of(office)}


def _test(office: Office, choice: Choice | None = None, **more: Any) -> Shown:
    who = _who(office)
    testid = start_backtest(office.services, who, office.agentid, choice or Choice(5_000), begin=work, **more)
    return read_backtest(office.services, who, office.agentid, testid, most=None)


@pytest.mark.parametrize("wanted", [_criteria(OTHER), _criteria(PROFILE, Location=True), _criteria(PROFILE[:2])])
def test_the_backtest_flips_exactly_what_apply_then_flips(office: Office, wanted: list[ProfileCriterion]) -> None:
    _random_leads(office, 36, seed=7)
    _work(office)
    before = _verdicts(office)
    assert len(set(before.values())) >= 3
    _draft(office, wanted)
    shown = _test(office)
    assert (shown.test.state, shown.test.done, shown.test.skipped) == ("done", 36, 0)
    assert _verdicts(office) == before
    _apply(office)
    after = _process_again(office)
    really = {leadid for leadid in before if before[leadid] != after[leadid]}
    assert {f.leadid for f in shown.flips} == really
    assert really
    for flip in shown.flips:
        stage, band = after[flip.leadid]
        assert flip.outcome == (stage != before[flip.leadid][0])
        said = "to find out" if band == "Unknown" else f"{band} fit"
        assert flip.after.endswith(said)
        assert flip.after.startswith("Disqualified" if stage == Stage.DISQUALIFIED else "Handed over")
        assert flip.causes
    assert shown.test.same == 36 - len(really)
    assert sum(d.count for d in shown.directions) == len(really)


def test_each_flip_names_the_criterion_with_its_evidence_and_what_a_person_said(office: Office) -> None:
    add_leads(office, 1, lw_industry="Aviation", numberofemployees=500, jobtitle="Software engineer", revenue=5e6,
              address1_country="India", address1_city="Hyderabad", companyname="Blue Yonder")  # fmt: skip
    _work(office)
    with office.services.database.reading() as session:
        lead = session.scalars(select(Lead)).one()
    assert lead.statecode == LeadState.DISQUALIFIED
    outcome.reassign(office.services, _who(office), lead.leadid)
    _draft(office, _criteria(OTHER))
    flip = _test(office).flips[0]
    assert (flip.before, flip.after, flip.outcome) == ("Disqualified, Low fit", "Handed over, High fit", True)
    causes = {c["criterion"]: c for c in flip.causes}
    assert (causes["Industries"]["before"], causes["Industries"]["after"]) == ("not met", "met")
    assert causes["Industries"]["evidence"][0]["quote"] == "Aviation"
    assert causes["Roles"]["after"] == "not in the profile"
    assert flip.overruled.startswith("A person overruled this: it was reassigned")
    assert not flip.anyway


def test_email_instructions_flip_whether_the_first_email_is_held_as_the_real_path_then_does(office: Office) -> None:
    good = {"numberofemployees": 5_000, "jobtitle": "CFO", "revenue": 5e8, "address1_country": "Canada"}
    with_topic = add_leads(office, 1, **good)[0]
    without = add_leads(office, 1, **good, subject=None)[0]
    low = add_leads(office, 1, numberofemployees=5, revenue=5.0, jobtitle="Clerk", address1_country="Chile")[0]
    _work(office)
    with office.services.database.transaction() as session:
        agent = session.get_one(Agent, office.agentid)
        fixed = {"fixed_subject": "Shelves", "fixed_body": "Hello {{Lead.First Name}}, about {{Lead.Topic}}."}
        agent.draft = {**agent.draft, "email": {**agent.draft["email"], **fixed}}
    shown = _test(office)
    flips = {f.leadid: f for f in shown.flips}
    assert set(flips) == {without}
    assert (flips[without].kind, flips[without].before) == ("mail", "First email ready")
    assert flips[without].after == "First email held for a person"
    assert "has no value for this lead" in flips[without].causes[0]["reason"]
    _apply(office)
    _process_again(office)
    with office.services.database.reading() as session:
        second = select(LeadRun.runid).where(LeadRun.number == 2)
        held = dict(
            session.execute(select(Email.regardingobjectid, Email.lw_hold).where(Email.lw_runid.in_(second))).all()
        )
    assert held[with_topic] is None
    assert held[without] is not None
    assert low not in held


def test_a_lead_that_changed_since_says_that_it_would_flip_anyway(office: Office) -> None:
    (leadid,) = add_leads(office, 1, numberofemployees=5_000, jobtitle="CFO", revenue=5e8, address1_country="Canada")
    _work(office)
    with office.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        lead.numberofemployees, lead.revenue, lead.lw_industry = 5, 5.0, "Aviation"
    assert [f.anyway for f in _test(office).flips] == [True]


def test_nothing_flips_where_nothing_differs_and_nothing_is_changed(office: Office) -> None:
    _random_leads(office, 20, seed=3)
    _work(office)
    with office.services.database.reading() as session:
        before = (
            session.scalar(select(func.count()).select_from(AuditEntry)),
            session.scalar(select(func.count()).select_from(Email)),
        )
    shown = _test(office)
    assert (shown.flips, shown.test.same) == ([], 20)
    with office.services.database.reading() as session:
        told = session.scalars(select(AuditEntry.action).order_by(AuditEntry.at.desc())).all()
        assert len(told) == (before[0] or 0) + 1
        assert session.scalar(select(func.count()).select_from(Email)) == before[1]


def test_which_leads_is_chosen_by_number_days_and_view(office: Office) -> None:
    _random_leads(office, 20, seed=5)
    _work(office)
    disqualified = sum(r.stage == Stage.DISQUALIFIED for r in runs_of(office))
    assert disqualified
    who = _who(office)
    for choice, leads in (
        (Choice(5), 5),
        (Choice(5_000, days=1), 20),
        (Choice(5_000, view="disqualified"), disqualified),
    ):
        assert estimate(office.services, who, office.agentid, choice).leads == leads
    with pytest.raises(BadInput, match="1 to 5,000"):
        estimate(office.services, who, office.agentid, Choice(0))
    with pytest.raises(BadInput, match="no view"):
        estimate(office.services, who, office.agentid, Choice(5, view="nowhere"))
    with pytest.raises(Conflict, match="No past lead"):
        start_backtest(office.services, who, office.agentid, Choice(5, view="conversation"), begin=work)


def test_a_person_without_the_right_is_refused_and_sees_only_leads_within_reach(office: Office) -> None:
    _random_leads(office, 5, seed=1)
    _work(office)
    _draft(office, _criteria(OTHER))
    testid = _test(office).test.backtestid
    with office.services.database.reading() as session:
        seller = principal(session, office.sellers[0])
    with pytest.raises(NotAllowed, match="prvConfigureAgent"):
        start_backtest(office.services, seller, office.agentid, Choice(5), begin=work)
    with pytest.raises(NotAllowed, match="prvReadAgent"):
        read_backtest(office.services, seller, office.agentid, testid)
    assert len(backtests(office.services, _who(office), office.agentid)) == 1


class Dear(BuiltinAnalyst):
    """Judges as the builtin does, and charges for it."""

    name = "dear"

    def read_lead(self, brief: Brief) -> Reading:
        said = super().read_lead(brief)
        return Reading(said.judgements, said.insights, said.competitors, Usage("dear", 900, 100, 0.01, calls=1))


def test_a_model_is_estimated_before_capped_and_reported_after(database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(database, tmp_path, Dear(), model_concurrency=4))
    with database.transaction() as session:
        agent = session.get_one(Agent, office.agentid)
        agent.draft = session.get_one(AgentVersion, (office.agentid, 1)).configuration
    _random_leads(office, 20, seed=2)
    _work(office)
    _draft(office, _criteria(OTHER))
    expected = estimate(office.services, _who(office), office.agentid, Choice(20))
    assert (expected.tokens, round(expected.cost or 0, 2)) == (20_000, 0.20)
    shown = _test(office, mosttokens=9_000)
    assert (shown.test.state, shown.test.done) == ("stopped", 8)
    assert shown.test.tokensin + shown.test.tokensout == 8_000
    assert "Go on with a higher cap" in shown.test.reason
    who, testid = _who(office), shown.test.backtestid
    continue_backtest(office.services, who, office.agentid, testid, mosttokens=100_000, begin=work)
    test = read_backtest(office.services, who, office.agentid, testid).test
    assert (test.state, test.done, test.tokensin, round(test.cost or 0, 2)) == ("done", 20, 18_000, 0.20)
    with pytest.raises(Conflict, match="not running"):
        stop_backtest(office.services, who, office.agentid, testid)


def test_a_backtest_that_was_interrupted_goes_on_where_it_was(office: Office) -> None:
    _random_leads(office, 5, seed=1)
    _work(office)
    _draft(office, _criteria(OTHER))
    who, ids = _who(office), []
    testid = start_backtest(
        office.services, who, office.agentid, Choice(5), begin=lambda _s, i, token: ids.append((i, token))
    )
    with pytest.raises(Conflict, match="is running"):
        start_backtest(office.services, who, office.agentid, Choice(5), begin=work)
    stop_backtest(office.services, who, office.agentid, testid)
    work(office.services, *ids[0])  # who lost it does nothing
    with office.services.database.reading() as session:
        assert session.get_one(Backtest, testid).done == 0
    continue_backtest(office.services, who, office.agentid, testid, begin=work)
    assert read_backtest(office.services, who, office.agentid, testid).test.state == "done"


MAILS = (
    "Sounds interesting, please tell me more about it.",
    "We want five robots by the end of May. The budget of 200,000 dollars is approved, and I decide. Call me tomorrow.",
    "What does one robot cost?",
    "No thanks, we are not interested.",
    "We would like a demo next week. Please send me a date.",
    "We are looking into it. Our warehouse is too slow and I am responsible for operations.",
)


@pytest.mark.parametrize(
    "handoff",
    [{"need": "", "timeline": "", "budget": "", "authority": ""}, {"fast_track": False}],
    ids=["interest alone decides", "no fast track"],
)
def test_conversations_flip_exactly_as_the_same_mails_do_after_apply(
    database: Database, tmp_path: Path, handoff: dict[str, Any]
) -> None:
    clock = Clock(MONDAY)
    with MailServer(clock=clock) as server:
        office = open_engaged(database, tmp_path, server, clock)
        start_engaged(office)
        before = _talk(office, "first")
        agents.edit_draft(office.services, office.admin, office.agentid, "handoff", handoff)
        testid = start_backtest(office.services, office.admin, office.agentid, Choice(100), begin=work)
        shown = read_backtest(office.services, office.admin, office.agentid, testid, most=None)
        assert (shown.test.state, shown.test.skipped) == ("done", 0)
        agents.apply_changes(office.services, office.admin, office.agentid)
        after = _talk(office, "second")
        really = {n for n, move in enumerate(before.values()) if move != list(after.values())[n]}
        leads = list(before)
        assert {leads.index(f.leadid) for f in shown.flips} == really
        assert really
        assert all(f.kind == "reply" and f.causes for f in shown.flips)
        if office.post:
            office.post.close()
        office.services.reader.close()


def _talk(office: Engaged, name: str) -> dict[str, str]:
    """A lead for each mail, who answers the first mail with it. Lead -> what followed."""
    leads = [
        office.lead(emailaddress1=f"{name}{n}@{name}{n}.example", companyname=f"{name} {n} Foods")
        for n in range(len(MAILS))
    ]
    office.work()
    for n, text in enumerate(MAILS):
        office.answer(f"{name}{n}@{name}{n}.example", text)
    office.work()
    moves: dict[str, str] = {}
    with office.services.database.reading() as session:
        for leadid in leads:
            theirs = (Email.regardingobjectid == leadid, Email.directioncode.is_(False))
            judged = session.scalars(select(Email.lw_judgement).where(*theirs)).one()
            moves[leadid] = f"{judged['move']} {judged['ask']}"
    return moves
