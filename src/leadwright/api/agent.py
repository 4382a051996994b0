"""The agent over the API: its settings and sections, prerequisites, start and stop, selection, dashboard."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from leadwright.actions import agent as act
from leadwright.actions import applications, prerequisites
from leadwright.actions import simulation as tests
from leadwright.api import answers
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.pages.agent_settings import present_agent
from leadwright.db.sales import Lead
from leadwright.domain.simulation import MOST_FEEDBACK, MOST_LEADS
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, readable
from leadwright.identity.directory import SECRET_DAYS
from leadwright.services import Services

router = APIRouter(tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]
Editor = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent"))]
SecretKeeper = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication"))]
Starter = Annotated[Principal, Depends(needs("prvReadAgent", "prvStartAgent"))]


class NewAgent(BaseModel):
    """The automation level: research, or engage which includes it."""

    name: str = Field("Sales Qualification Agent", max_length=120)
    mode: Literal["research", "engage"] = "research"


class Edit(BaseModel):
    """Settings of one section; those not named stay."""

    values: dict[str, Any]
    versionnumber: int | None = None


class Test(BaseModel):
    """How many of the matching leads are tried."""

    leads: int = Field(5, ge=1, le=MOST_LEADS)


class Approval(BaseModel):
    """approved = false only keeps the text."""

    subject: str | None = Field(None, max_length=800)
    body: str | None = Field(None, max_length=100_000)
    approved: bool = True
    versionnumber: int | None = None


class Feedback(BaseModel):
    """What the agent should do otherwise."""

    feedback: str = Field(min_length=1, max_length=MOST_FEEDBACK)
    versionnumber: int | None = None


class Mode(BaseModel):
    """The automation level: Research-only can be upgraded, nothing else."""

    mode: Literal["research", "engage"]


class Stop(BaseModel):
    """drain: finish begun leads; halt: leave them where they are."""

    how: Literal["drain", "halt"] = "drain"


class NewSecret(BaseModel):
    """How long it is valid."""

    days: int = Field(SECRET_DAYS, ge=1, le=applications.MOST_SECRET_DAYS)


@router.get("/agent", summary="The agent, its sections and what Start still needs", response_model=answers.AgentRead)
def read_agent(services: Adapters, who: Reader) -> dict[str, Any]:
    """State, draft configuration, sections with reasons, differences to the applied version."""
    agent = needed_agent(services)
    return {
        **{n: getattr(agent, n) for n in ("agentid", "name", "mode", "state", "statereason", "versionnumber")},
        "applied_version": agent.appliedversion,
        "started_at": agent.startedon,
        "draft": agent.draft,
        "sections": [
            {"key": s.key, "title": s.title, "state": s.state, "reasons": s.reasons, "closed": s.closed}
            for s in act.sections(services, who, agent.agentid)
        ],
        "missing": act.can_start(services, who, agent.agentid),
        "changes": [
            {"path": d.path, "applied": d.applied, "draft": d.draft}
            for d in act.difference(services, who, agent.agentid)
        ],
    }


@router.post("/agent", status_code=201, summary="Create the agent", response_model=answers.AgentMade)
def create_agent(services: Adapters, who: Editor, body: NewAgent) -> dict[str, str]:
    """One agent in an organisation."""
    return {"agentid": act.create_agent(services, who, name=body.name, mode=body.mode)}


@router.post("/agent/mode", summary="Upgrade Research-only to Research and engage", response_model=answers.AgentMode)
def change_mode(services: Adapters, who: Editor, body: Mode) -> dict[str, str]:
    """Refused with 409 while the agent works, and the other way."""
    act.change_mode(services, who, needed_agent(services).agentid, body.mode)
    return {"mode": body.mode}


@router.patch("/agent/{section}", summary="Change a section of the draft", response_model=answers.Edited)
def edit(services: Adapters, who: Editor, section: str, body: Edit) -> dict[str, Any]:
    """Takes effect at Start or Apply. `warnings` names the criteria that the analyst cannot read."""
    agent = needed_agent(services)
    version = act.edit_draft(services, who, agent.agentid, section, body.values, versionnumber=body.versionnumber)
    warned = act.unreadable_criteria(services, who, agent.agentid) if section == "criteria" else ()
    return {"versionnumber": version, "warnings": list(warned)}


@router.get(
    "/agent/simulation", summary="The latest test of the draft, with its emails", response_model=answers.SimulationRead
)
def read_simulation(services: Adapters, who: Reader) -> dict[str, Any]:
    """How far it is, and each lead with its research, email and review."""
    shown = tests.latest_simulation(services, who, needed_agent(services).agentid)
    if shown is None:
        raise NotFound("There is no test yet. POST /api/v1/agent/simulation starts one.")
    names = ("simulationid", "state", "reason", "wanted", "matched", "startedon", "finishedon")
    test = {name: getattr(shown.test, name) for name in names}
    return {**test, "interrupted": shown.lost, "leads": [dict(row._mapping) for row in shown.leads]}


@router.post(
    "/agent/simulation",
    status_code=201,
    summary="Test the draft on matching leads",
    response_model=answers.SimulationMade,
)
def start_simulation(services: Adapters, who: Editor, body: Test) -> dict[str, str]:
    """Nothing is sent and no lead is changed. Follow it with GET."""
    return {"simulationid": tests.start_simulation(services, who, needed_agent(services).agentid, body.leads)}


@router.post(
    "/agent/simulation/continue",
    summary="Go on with a test that was interrupted or had failures",
    response_model=answers.AgentState,
)
def continue_simulation(services: Adapters, who: Editor) -> dict[str, str]:
    """Leads without a result, and those that failed, are tried again."""
    tests.continue_simulation(services, who, needed_agent(services).agentid)
    return {"state": "running"}


@router.post(
    "/agent/simulation/{draftid}/approve",
    summary="Approve an email of the test, or change it",
    response_model=answers.Approved,
)
def approve(services: Adapters, who: Editor, draftid: str, body: Approval) -> dict[str, bool]:
    """Texts not named stay."""
    tests.approve(services, who, needed_agent(services).agentid, draftid, **body.model_dump())
    return {"approved": body.approved}


@router.post(
    "/agent/simulation/{draftid}/feedback", summary="Give feedback on an email of the test", response_model=answers.Kept
)
def feedback(services: Adapters, who: Editor, draftid: str, body: Feedback) -> dict[str, bool]:
    """Kept as an instruction of the draft settings."""
    agentid, number = needed_agent(services).agentid, body.versionnumber
    tests.give_feedback(services, who, agentid, draftid, body.feedback, versionnumber=number)
    return {"kept": True}


@router.get(
    "/agent/prerequisites",
    summary="Prerequisites with the evidence of their last check",
    response_model=list[answers.ReportRead],
)
def read_prerequisites(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """The four of them."""
    return [prerequisite_report(r) for r in prerequisites.reports(services, who, needed_agent(services).agentid)]


@router.post("/agent/prerequisites/{number}/done", summary="Mark as done: verify", response_model=answers.ReportRead)
def mark_done(services: Adapters, who: Reader, number: int) -> dict[str, Any]:
    """`done` stays false when a check failed; `checks` says which and what to do."""
    return prerequisite_report(prerequisites.mark_done(services, who, needed_agent(services).agentid, number))


@router.get(
    "/agent/prerequisites/1/secrets",
    summary="Client secrets of the agent's application",
    response_model=list[answers.SecretLine],
)
def read_secrets(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadApplication"))]
) -> list[dict[str, Any]]:
    """Never their values. The agent signs in with the first."""
    return [dict(row._mapping) for row in applications.secrets_of(services, who, needed_agent(services).agentid)]


@router.post(
    "/agent/prerequisites/1/secrets", status_code=201, summary="Add a client secret", response_model=answers.SecretMade
)
def new_secret(services: Adapters, who: SecretKeeper, body: NewSecret) -> dict[str, Any]:
    """Its value is in this answer and nowhere else; former ones stay valid until they are revoked."""
    made = applications.new_secret(services, who, needed_agent(services).agentid, days=body.days)
    return {"keyid": made.keyid, "value": made.value, "endson": made.endson}


@router.delete("/agent/prerequisites/1/secrets/{keyid}", status_code=204, summary="Revoke a client secret")
def revoke_secret(services: Adapters, who: SecretKeeper, keyid: str) -> None:
    """An agent that has no other is paused at its next check."""
    applications.revoke_secret(services, who, needed_agent(services).agentid, keyid)


@router.post("/agent/start", summary="Start the agent", response_model=answers.AgentVersion)
def start(services: Adapters, who: Starter) -> dict[str, int]:
    """Refused with 409 and everything that is missing."""
    return {"version": act.start_agent(services, who, needed_agent(services).agentid)}


@router.post("/agent/apply", summary="Apply the draft as the next version", response_model=answers.AgentVersion)
def apply(services: Adapters, who: Starter) -> dict[str, int]:
    """Leads already processed stay as they are."""
    return {"version": act.apply_changes(services, who, needed_agent(services).agentid)}


@router.post("/agent/stop", summary="Stop the agent", response_model=answers.AgentState)
def stop(services: Adapters, who: Starter, body: Stop) -> dict[str, str]:
    """Drain or halt."""
    return {"state": act.stop_agent(services, who, needed_agent(services).agentid, body.how)}


@router.post("/agent/archive", summary="Archive the stopped agent", response_model=answers.AgentState)
def archive(services: Adapters, who: Starter) -> dict[str, str]:
    """Its history stays; leads it still has go back to people."""
    act.archive_agent(services, who, needed_agent(services).agentid)
    return {"state": "archived"}


@router.delete("/agent", status_code=204, summary="Delete the agent that was never started")
def delete_agent(services: Adapters, who: Editor) -> None:
    """Refused with 409 for one that was started: archive that."""
    act.delete_agent(services, who, needed_agent(services).agentid)


@router.get("/agent/selection/preview", summary="Leads the draft criteria select", response_model=answers.Preview)
def preview(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadLead"))],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(max_length=36)] = "",
) -> dict[str, Any]:
    """A page of matching leads, newest first, and how many match in all."""
    agent = needed_agent(services)
    scope = readable(who, Lead, "prvReadLead")
    with services.database.reading() as session:
        rules = selection.rules_of(Configuration.model_validate(agent.draft), selection.tables_of(session))
        rows, total = selection.preview(session, rules, limit, after or None, scope=scope, now=services.clock())
        return {"total": total, "leads": [dict(row._mapping) for row in rows]}


@router.get(
    "/agent/selection/why/{leadid}", summary="Why a lead is selected or not", response_model=list[answers.ConditionRead]
)
def why(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadLead"))], leadid: str
) -> list[dict[str, Any]]:
    """Each condition with the lead's value."""
    agent = needed_agent(services)
    with services.database.reading() as session:
        seen = session.scalar(select(Lead.leadid).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")))
        if seen is None:
            raise NotFound("There is no such lead.")
        rules = selection.rules_of(Configuration.model_validate(agent.draft), selection.tables_of(session))
        lines = selection.why(session, rules, leadid, agentid=agent.agentid, now=services.clock())
        return [{"condition": c.text, "value": c.value, "met": c.met, "depth": c.depth} for c in lines]


def needed_agent(services: Services) -> Agent:
    """The organisation's agent.

    Raises:
        NotFound: there is none yet.
    """
    with services.database.reading() as session:
        agent = present_agent(session)
    if agent is None:
        raise NotFound("There is no agent yet. POST /api/v1/agent creates it.")
    return agent


def prerequisite_report(report: prerequisites.Report) -> dict[str, Any]:
    """A prerequisite with the evidence of its last check."""
    return {
        "number": report.step.number,
        "title": report.step.title,
        "state": report.state,
        "done": report.done,
        "attested": report.attested,
        "inputs": report.inputs,
        "checked_at": report.checked_at,
        "unknown": report.unknown,
        "unknown_since": report.unknown_since,
        "may": report.may,
        "missing_role": report.missing_role,
        "checks": [
            {name: getattr(c, name) for name in ("name", "passed", "detail", "remedy", "warns", "place")}
            for c in report.checks
        ],
    }
