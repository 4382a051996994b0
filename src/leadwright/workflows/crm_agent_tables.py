"""Rows for the tables of Microsoft's own sales agent, where an administrator wants them: run, lead result, handover."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.mirror_writes import asks_for_agent_tables, put_row
from leadwright.db.sales import Lead
from leadwright.domain.fit import Band
from leadwright.domain.interest import Polarity
from leadwright.domain.stage import Stage
from leadwright.workflows.judging import Result

_RESEARCH, _ENGAGE = 2, 4  # msdyn_agenttype
_COMPLETED = {"statecode": 1, "statuscode": 3}
_DECISION = {Stage.HANDED_OVER: 733400000, Stage.ENGAGED: 733400000, Stage.DISQUALIFIED: 733400001}
_RANK = {Band.HIGH: 733390000, Band.MODERATE: 733390001, Band.LOW: 733390002}
_NO_MATCH, _SELLER = 733390003, 100000000
_INTENT = {Polarity.POSITIVE: 100000000, Polarity.NEGATIVE: 100000001, Polarity.UNDETECTED: 100000002}


def put_result(session: Session, run: LeadRun, lead: Lead, result: Result) -> None:
    """The run of research, and what it found."""
    if not asks_for_agent_tables(session):
        return
    _put_run(session, run, lead, _RESEARCH)
    details = {
        "band": str(result.fit.band),
        "signal": str(result.fit.signal),
        "reasons": list(run.reasons),
        "verdicts": [[j.criterion, str(j.verdict), j.reason] for j in result.fit.judgements],
    }
    changes: dict[str, Any] = {
        "msdyn_name": _name(lead, "result"),
        "msdyn_leadid": _lead(lead),
        "msdyn_qualificationdecision": _DECISION[Stage(run.stage)],
        "msdyn_qualificationresultrank": _RANK.get(result.fit.band, _NO_MATCH),
        "msdyn_qualificationresultdetails": json.dumps(details, ensure_ascii=False),
    }
    if result.fit.share is not None:
        changes["msdyn_icpscore"] = round(result.fit.share * 100, 2)
    put_row(session, "msdyn_leadagentresult", lead.leadid, f"agentresult:{run.runid}", changes)


def put_handover(session: Session, run: LeadRun, lead: Lead, interest: Polarity | None, actions: Sequence[str]) -> None:
    """The lead was handed over to a seller.

    Args:
        interest: None: nobody was asked.
    """
    if not asks_for_agent_tables(session):
        return
    kind = _RESEARCH if interest is None else _ENGAGE
    runid = _put_run(session, run, lead, kind)
    changes = {
        "msdyn_name": _name(lead, "handover"),
        "msdyn_handoverintent": _INTENT[interest or Polarity.UNDETECTED],
        "msdyn_salesagenthandovertarget": _SELLER,
        "msdyn_handoveractions": "\n".join(actions)[:4000],
        "msdyn_regardingid": _lead(lead),
        "msdyn_salesagentrun": {"table": "msdyn_salesagentrun", "id": runid},
    }
    put_row(session, "msdyn_salesagenthandover", lead.leadid, f"agenthandover:{run.runid}", changes)


def _put_run(session: Session, run: LeadRun, lead: Lead, kind: int) -> str:
    changes = {
        "msdyn_name": _name(lead, f"run {run.number}"),
        "msdyn_agenttype": kind,
        "msdyn_regardingid": _lead(lead),
        "msdyn_starttime": run.startedon,
        "msdyn_endtime": run.concludedon or run.researchedon,
        **_COMPLETED,
    }
    return put_row(session, "msdyn_salesagentrun", lead.leadid, f"agentrun:{run.runid}:{kind}", changes)


def _lead(lead: Lead) -> dict[str, str]:
    return {"table": "lead", "id": lead.leadid}


def _name(lead: Lead, what: str) -> str:
    return f"{lead.fullname or lead.companyname or lead.subject or 'A lead'}, {what}"[:100]
