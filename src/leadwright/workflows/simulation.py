"""Trying an agent's draft on some leads: the path of real work without its ends. Sends nothing, changes no lead.

One thread works on one test. Progress is in its rows, so that a test goes on after the process was ended.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.analyst.grounding import grounded
from leadwright.db import findings
from leadwright.db.agent import Agent
from leadwright.db.base import now
from leadwright.db.configuration import Configuration
from leadwright.db.findings import Findings
from leadwright.db.sales import Lead
from leadwright.db.simulation import Simulation, SimulationDraft
from leadwright.domain.simulation import LeadState
from leadwright.domain.stage import AgentMode, Stage
from leadwright.errors import LeadwrightError, MissingExtra, NotFound, OutsideError
from leadwright.research.brief import gather, mail_brief
from leadwright.research.dossier import open_dossier
from leadwright.research.email_validation import of_lead
from leadwright.services import Services
from leadwright.workflows.case import missing_of
from leadwright.workflows.first_mail import first_mail
from leadwright.workflows.judging import judge
from leadwright.workflows.steps import Steps
from leadwright.workflows.unattended import in_thread

_log = structlog.get_logger(__name__)
_UNFINISHED = (LeadState.WAITING, LeadState.WORKING)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a test works with; `token` says that it is still ours."""

    simulationid: str
    token: str
    configuration: Configuration
    mode: AgentMode = AgentMode.RESEARCH


class _Stopped(Exception):
    """Every lead would fail alike; the sentence says what to put right."""


def in_background(services: Services, simulationid: str, token: str) -> threading.Thread:
    """Work on the test in a thread of this process."""
    return in_thread(work, services, simulationid, token)


def work(services: Services, simulationid: str, token: str) -> None:
    """Research and draft for each lead of the test that has no result yet, one after the other.

    A lead that fails keeps its reason and stops no other. What would fail for every lead stops the test with the
    reason; so does a fault of ours. Raises nothing.
    """
    try:
        with services.database.reading() as session:
            test = session.get(Simulation, simulationid)
            agent = session.get(Agent, test.agentid) if test else None
        if test is None or agent is None or test.token != token:
            return
        configuration = Configuration.model_validate(test.configuration)
        given = _Given(simulationid, token, configuration, AgentMode(agent.mode))
        while (draft := _next(services, given)) is not None:
            if not _keep(services, given, draft.draftid, _tried(services, given, draft)):
                return
        _end(services, given, "done", "")
    except _Stopped as stop:
        _end(services, given, "stopped", str(stop))
    except Exception as error:
        _log.exception("simulation failed", simulation=simulationid)
        reason = f"Something unexpected went wrong ({type(error).__name__}). The log has the details; let it go on."
        _end(services, _Given(simulationid, token, Configuration()), "stopped", reason)


def _next(services: Services, given: _Given) -> SimulationDraft | None:
    with services.database.transaction() as session:
        test = _ours(session, given)
        if test is None:
            return None
        draft = session.scalar(
            select(SimulationDraft)
            .where(SimulationDraft.simulationid == given.simulationid, SimulationDraft.state.in_(_UNFINISHED))
            .order_by(SimulationDraft.position)
            .limit(1)
        )
        test.seenon = now()
        if draft is not None:
            draft.state = LeadState.WORKING
            session.flush()
            session.expunge(draft)
        return draft


def _tried(services: Services, given: _Given, draft: SimulationDraft) -> Mapping[str, Any]:
    """What is stored of this lead; never raises what one lead causes."""
    try:
        return _try(services, given, draft)
    except MissingExtra as error:
        raise _Stopped(str(error)) from error
    except OutsideError as error:
        if error.installation:
            raise _Stopped(str(error)) from error
        return {"state": LeadState.FAILED, "reason": str(error)}
    except LeadwrightError as error:
        return {"state": LeadState.FAILED, "reason": str(error)}
    except Exception as error:
        _log.exception("lead of a simulation failed", simulation=given.simulationid, lead=draft.leadid)
        reason = f"Something unexpected went wrong ({type(error).__name__}). The log has the details."
        return {"state": LeadState.FAILED, "reason": reason}


def _try(services: Services, given: _Given, draft: SimulationDraft) -> Mapping[str, Any]:
    configuration = given.configuration
    with services.database.reading() as session:
        lead = session.get(Lead, draft.leadid)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        session.expunge_all()
    email: dict[str, Any] = {}
    if field := configuration.validation.field:
        check = of_lead(lead, field=field, resolver=services.resolver)
        email = {"state": check.state, "type": check.type, "reason": check.reason}
        if check.state != "valid":
            reason = f"{check.reason} The agent would give this lead back."
            return {"state": LeadState.RETURNED, "reason": reason, "findings": findings.to_json(Findings(email=email))}
    dossier = open_dossier(services, draft.draftid, draft.leadid, configuration)
    gathered = gather(services, dossier)
    reading, _ = grounded(services.analyst.read_lead(gathered.brief), gathered.brief.passages)
    result = judge(
        lead,
        configuration,
        reading,
        missing=missing_of(lead, configuration),
        so_far=Findings(email=email),
        researched_at=services.clock(),
        mode=given.mode,
    )
    values: dict[str, Any] = {
        "findings": findings.to_json(result.found),
        "band": str(result.fit.band),
        "signal": str(result.fit.signal),
        "reason": " ".join(result.decision.reasons),
    }
    if result.decision.stage is Stage.DISQUALIFIED:
        return {**values, "state": LeadState.DISQUALIFIED}
    try:
        brief = mail_brief(services, dossier, gathered.company, reading)
        mail = first_mail(services, configuration, brief, Steps(), given.mode)
    except OutsideError as error:
        if error.installation:
            raise
        return {**values, "state": LeadState.FAILED, "reason": f"No email was drafted: {error}"}
    paragraphs = findings.statements(mail.paragraphs)
    written = {"subject": mail.subject, "body": mail.body, "paragraphs": paragraphs, "hold": mail.hold}
    return {**values, **written, "state": LeadState.DRAFTED}


def _keep(services: Services, given: _Given, draftid: str, values: Mapping[str, Any]) -> bool:
    """Store the result. False: another thread or process has taken the test over."""
    with services.database.transaction() as session:
        test, draft = _ours(session, given), session.get(SimulationDraft, draftid)
        if test is None:
            return False
        test.seenon = now()
        if draft is not None:  # else the lead was deleted meanwhile
            for name, value in values.items():
                setattr(draft, name, value)
        return True


def _end(services: Services, given: _Given, state: str, reason: str) -> None:
    with services.database.transaction() as session:
        test = _ours(session, given)
        if test is not None:
            test.state, test.reason, test.finishedon = state, reason, now()


def _ours(session: Session, given: _Given) -> Simulation | None:
    test = session.get(Simulation, given.simulationid, with_for_update=True)
    return test if test is not None and test.token == given.token and test.state == "running" else None
