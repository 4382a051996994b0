"""Notes every change of a lead, or of a record it is related to, so that selection looks at it, and keeps the
stored membership up to date. Decides nothing.

Call in the transaction of the change, after the record was written. Each agent that was ever started gets rows of
its own; they wait while that agent is paused or off.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, String, Table, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from leadwright.db import segments
from leadwright.db.agent import Agent, LeadChange
from leadwright.db.base import Id, Json, Moment, now
from leadwright.db.sales import Lead
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput

ChangeKind = Literal["created", "changed"]
_STARTED = (AgentState.ON, AgentState.PAUSED, AgentState.DRAINING, AgentState.OFF)
_LOOKUP = {"account": "parentaccountid", "contact": "parentcontactid", "opportunity": "qualifyingopportunityid"}
_CHANGES = cast(Table, LeadChange.__table__)
_AGENTS = select(Agent.agentid).where(Agent.state.in_(_STARTED)).order_by(Agent.agentid)
_COLUMNS = ("agentid", "leadid", "kind", "before", "byid", "at")
_ROWS = select(
    bindparam("of_agent", type_=Id),
    Lead.leadid,
    bindparam("of_kind", type_=String(20)),
    bindparam("was", type_=Json),
    Lead.modifiedby,
    bindparam("moment", type_=Moment),
)
_NOTE_ONE = insert(_CHANGES).from_select(_COLUMNS, _ROWS.where(Lead.leadid == bindparam("of_lead")))
_CHUNK = 500  # ids in one statement; SQLite takes 999 values at the least


def record(session: Session, leadid: str, kind: ChangeKind, before: Mapping[str, Any] | None = None) -> None:
    """A lead was created or changed.

    Args:
        kind: "created", or "changed".
        before: column -> value before the change, for each column that changed (custom columns by their name).
            Empty for a new lead. `lead.modifiedby` must already name who made the change: what the agent itself
            writes never makes it take a lead.
    """
    session.flush()
    for agentid in _started_agents(session):
        change = {"of_agent": agentid, "of_kind": kind, "was": _plain(before or {}), "moment": now()}
        session.execute(_NOTE_ONE, {**change, "of_lead": leadid})
    segments.update_lead(session, leadid)


def record_many(session: Session, leadids: Sequence[str], kind: ChangeKind = "created") -> None:
    """The same for many leads at once, e.g. after an import; a few statements for each 500 leads.

    Leads that changed go through `record_changed`, which keeps what they were before.
    """
    if not (_started_agents(session) or segments.filled(session)):
        return
    for chunk in _chunks(leadids):
        _note(session, kind, {}, Lead.leadid.in_(chunk))
        segments.update_members(session, Lead.leadid.in_(chunk))


def record_changed(session: Session, before: Mapping[str, Mapping[str, Any]]) -> None:
    """Many leads changed at once, each with its own columns; by the same person, as `lead.modifiedby` already says.

    Args:
        before: lead -> column -> value before, as for `record`.
    """
    session.flush()
    agents = _started_agents(session)
    for chunk in _chunks(list(before) if agents else []):
        moment = now()
        by = dict(session.execute(select(Lead.leadid, Lead.modifiedby).where(Lead.leadid.in_(chunk))).all())
        rows = [
            {"agentid": a, "leadid": i, "kind": "changed", "before": _plain(before[i]), "byid": by.get(i), "at": moment}
            for a in agents
            for i in chunk
        ]
        session.execute(insert(LeadChange), rows)
        segments.update_members(session, Lead.leadid.in_(chunk))


def record_related(session: Session, table: str, recordid: str, before: Mapping[str, Any] | None = None) -> None:
    """An account, contact or opportunity changed: every lead that looks up to it may match now, or no longer.

    Args:
        table: logical name of the changed record's table.
        before: column -> value before, as for `record`.

    Raises:
        BadInput: leads do not look up to that table.
    """
    if table not in _LOOKUP:
        raise BadInput(f"Leads are not related to {table}. Related tables are: {', '.join(_LOOKUP)}.", field="table")
    lookup = _LOOKUP[table]
    scope = getattr(Lead, lookup) == recordid
    # Held before the end of the audit chain is, as every writer does: whoever holds one of them waits for nothing else.
    session.execute(select(Lead.leadid).where(scope).order_by(Lead.leadid).with_for_update(read=True, key_share=True))
    _note(session, "related", {lookup: _plain(before or {})}, scope)
    segments.update_members(session, scope)


def forget(session: Session, leadid: str) -> None:
    """The lead is about to be deleted: nothing of it waits any more. Call before the deletion."""
    session.execute(delete(LeadChange).where(LeadChange.leadid == leadid))
    segments.forget(session, leadid)


def _note(session: Session, kind: str, before: Mapping[str, Any], scope: ColumnElement[bool]) -> None:
    session.flush()
    for agentid in _started_agents(session):
        change = {"of_agent": agentid, "of_kind": kind, "was": _plain(before), "moment": now()}
        session.execute(insert(_CHANGES).from_select(_COLUMNS, _ROWS.where(scope)), change)


def _started_agents(session: Session) -> Sequence[str]:
    return session.scalars(_AGENTS).all()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON form: dates and times as ISO text."""
    return {
        name: _plain(value) if isinstance(value, Mapping) else value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
