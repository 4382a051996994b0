"""Testing the agent's draft before it starts: start, go on, review. Nothing is sent and no lead is changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from leadwright.actions.agent_draft import edit_draft, sections
from leadwright.actions.agent_rows import agent_of, locked, settings_of
from leadwright.db import audit, selection
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.db.simulation import Simulation, SimulationDraft
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.simulation import MOST_FEEDBACK, MOST_LEADS, LeadState, ReviewState
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services
from leadwright.workflows.simulation import in_background
from leadwright.workflows.unattended import claim, is_lost, is_running

Begin = Callable[[Services, str, str], Any]
_NEEDED = ("company", "products", "selection", "email", "validation", "criteria")
_MOST_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Shown:
    """The latest test with the leads the caller may read: SimulationDraft columns and the lead's name and company."""

    test: Simulation
    leads: Sequence[Row[Any]]
    lost: bool


def start_simulation(
    services: Services, who: Principal, agentid: str, leads: int, *, begin: Begin = in_background
) -> str:
    """Test the draft on the newest leads that match it. Returns the id of the test.

    Args:
        leads: how many, 1 to 50; fewer are tested when fewer match.
        begin: starts the work; default: a thread of this process.

    Raises:
        NotAllowed: prvConfigureAgent or prvReadLead is missing.
        BadInput: not a number of leads.
        Conflict: a test is running, a section is not complete, or no lead matches.
    """
    require(who, "prvConfigureAgent")
    require(who, "prvReadLead")
    if not 1 <= leads <= MOST_LEADS:
        raise BadInput(f"Choose 1 to {MOST_LEADS} leads.", field="leads")
    _ready(services, who, agentid)
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if agent.state == AgentState.ARCHIVED:
            raise Conflict("An archived agent cannot be tested.")
        before = _latest(session, agentid)
        if is_running(before):
            raise Conflict("A test is running. Wait until it has finished.")
        configuration = settings_of(agent)
        rules = selection.rules_of(Configuration.model_validate(configuration), selection.tables_of(session))
        scope = readable(who, Lead, "prvReadLead")
        rows, matched = selection.preview(session, rules, leads, scope=scope, now=services.clock())
        if not rows:
            raise Conflict("No lead matches the selection criteria. Import leads, or change the criteria, then test.")
        test = Simulation(
            agentid=agentid,
            wanted=leads,
            matched=matched,
            configuration=configuration,
            startedby=who.id or None,
            startedon=services.clock(),
        )
        session.add(test)
        session.flush()
        session.add_all(
            SimulationDraft(simulationid=test.simulationid, leadid=row.leadid, position=n) for n, row in enumerate(rows)
        )
        token = claim(test)
        after = {"leads": len(rows), "matched": matched}
        audit.record(session, who.actor, "simulation.started", "agent", agentid, after=after)
        simulationid = test.simulationid
    begin(services, simulationid, token)
    return simulationid


def continue_simulation(services: Services, who: Principal, agentid: str, *, begin: Begin = in_background) -> None:
    """Go on with the latest test: leads without a result, and those that failed, are tried again.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: it is being worked on, or there is nothing left to do.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        locked(session, agentid)
        test = _latest(session, agentid)
        if test is None:
            raise Conflict("There is no test yet. Start one.")
        if is_running(test):
            raise Conflict("The test is running.")
        drafts = session.scalars(select(SimulationDraft).where(SimulationDraft.simulationid == test.simulationid)).all()
        again = [d for d in drafts if d.state in (LeadState.WAITING, LeadState.WORKING, LeadState.FAILED)]
        if not again and test.state == "done":
            raise Conflict("Every lead of this test has a result. Start another test.")
        for draft in again:
            draft.state, draft.reason = LeadState.WAITING, ""
        token = claim(test)
        audit.record(session, who.actor, "simulation.continued", "agent", agentid, after={"leads": len(again)})
        simulationid = test.simulationid
    begin(services, simulationid, token)


def latest_simulation(services: Services, who: Principal, agentid: str) -> Shown | None:
    """The latest test, None before there is one. Leads the caller may not read are left out."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        test = _latest(session, agentid)
        if test is None:
            return None
        columns = (*SimulationDraft.__table__.columns, Lead.fullname, Lead.companyname, Lead.emailaddress1)
        leads = session.execute(
            select(*columns)
            .join(Lead, Lead.leadid == SimulationDraft.leadid)
            .where(SimulationDraft.simulationid == test.simulationid, readable(who, Lead, "prvReadLead"))
            .order_by(SimulationDraft.position)
        ).all()
        return Shown(test, leads, is_lost(test))


def approve(
    services: Services,
    who: Principal,
    agentid: str,
    draftid: str,
    *,
    subject: str | None = None,
    body: str | None = None,
    approved: bool = True,
    versionnumber: int | None = None,
) -> None:
    """Approve a mail, as it is or as the person rewrote it.

    Args:
        subject, body: the new text; None leaves it.
        approved: False only keeps the text; a mail that is changed has to be approved again.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        NotFound: no such mail in the latest test.
        BadInput: the subject or the text is empty or too long.
        Conflict: somebody changed it meanwhile.
    """
    text = {"subject": subject, "body": body}
    changed = {name: value.replace("\r\n", "\n").strip() for name, value in text.items() if value is not None}
    for name, value in changed.items():
        if not value or len(value) > (800 if name == "subject" else _MOST_BODY):
            raise BadInput(f"The {name} is empty or too long.", field=name)
    with services.database.transaction() as session:
        draft = _reviewed(session, who, agentid, draftid, versionnumber)
        new = {name: value for name, value in changed.items() if value != getattr(draft, name)}
        for name, value in new.items():
            setattr(draft, name, value)
        draft.edited = draft.edited or bool(new)
        draft.versionnumber += 1
        if approved:
            _note(services, who, draft, ReviewState.APPROVED)
        elif new:
            draft.review = ReviewState.OPEN
        action = "simulation.approved" if approved else "simulation.edited"
        after = {"lead": draft.leadid, "edited": draft.edited}
        audit.record(session, who.actor, action, "simulationdraft", draftid, after=after)


def give_feedback(
    services: Services, who: Principal, agentid: str, draftid: str, text: str, *, versionnumber: int | None = None
) -> None:
    """Keep what a person wants otherwise as an instruction of the agent's draft settings. The mail counts as reviewed.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        BadInput: nothing was said, or too much.
        Conflict: somebody changed the mail meanwhile, or its section is closed.
    """
    require(who, "prvConfigureAgent")
    said = " ".join(text.split())
    if not said or len(said) > MOST_FEEDBACK:
        raise BadInput(f"Say what to do otherwise, in at most {MOST_FEEDBACK:,} characters.", field="feedback")
    with services.database.reading() as session:
        _reviewed(session, who, agentid, draftid, versionnumber)
    instruct(services, who, agentid, said)
    with services.database.transaction() as session:
        draft = _reviewed(session, who, agentid, draftid, None)
        draft.feedback = said
        draft.versionnumber += 1
        _note(services, who, draft, ReviewState.FEEDBACK)
        after = {"lead": draft.leadid, "feedback": said}
        audit.record(session, who.actor, "simulation.feedback", "simulationdraft", draftid, after=after)


def instruct(services: Services, who: Principal, agentid: str, said: str) -> None:
    """Keep a person's words as an instruction of the agent's draft settings. Said before, nothing changes.

    Raises:
        NotAllowed, NotFound, Conflict.
    """
    with services.database.reading() as session:
        agent = agent_of(session, agentid)
        present, version = settings_of(agent)["email"]["instructions"], agent.versionnumber
    if said not in present:
        values = {"instructions": [*present, said]}
        edit_draft(services, who, agentid, "email", values, versionnumber=version)


def _ready(services: Services, who: Principal, agentid: str) -> None:
    found = [s for s in sections(services, who, agentid) if s.key in _NEEDED]
    if any(s.closed for s in found):
        raise Conflict("The test opens when the prerequisites are done.")
    open_ = [f"{s.title}: {' '.join(s.reasons)}" for s in found if s.state is not SetupState.DONE]
    if open_:
        raise Conflict(f"Complete these sections first. {' '.join(open_)}")


def _latest(session: Session, agentid: str) -> Simulation | None:
    query = select(Simulation).where(Simulation.agentid == agentid)
    return session.scalar(query.order_by(Simulation.startedon.desc(), Simulation.simulationid.desc()).limit(1))


def _reviewed(
    session: Session, who: Principal, agentid: str, draftid: str, versionnumber: int | None
) -> SimulationDraft:
    require(who, "prvConfigureAgent")
    test = _latest(session, agentid)
    draft = session.scalar(
        select(SimulationDraft)
        .join(Lead, Lead.leadid == SimulationDraft.leadid)
        .where(SimulationDraft.draftid == draftid, readable(who, Lead, "prvReadLead"))
    )
    if test is None or draft is None or draft.simulationid != test.simulationid:
        raise NotFound("There is no such email in the latest test.")
    if draft.state != LeadState.DRAFTED:
        raise Conflict("The test drafted no email to this lead, so there is nothing to review.")
    if versionnumber is not None and versionnumber != draft.versionnumber:
        raise Conflict("Somebody changed this email meanwhile. Reload the page and make your change again.")
    return draft


def _note(services: Services, who: Principal, draft: SimulationDraft, review: ReviewState) -> None:
    draft.review, draft.reviewedby, draft.reviewedon = review, who.id or None, services.clock()
