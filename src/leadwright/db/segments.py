"""Stored membership: which leads match the applied criteria, kept up to date from changes, paged and counted at once.

A full pass over the leads happens only when a version is applied, and from time to time when the criteria move with
the clock (last X days). Whether a lead is taken is never read from here, but decided on the lead itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, Table, bindparam, delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion, Segment, SegmentMember
from leadwright.db.audit import hold_chain
from leadwright.db.base import now as moment
from leadwright.db.sales import Lead
from leadwright.db.selection import PREVIEW_COLUMNS, applied_rules, load, matching_leads, rules_in_force, tables_of
from leadwright.domain.selection import compiled

_segment, _member = cast(Table, Segment.__table__).c, cast(Table, SegmentMember.__table__).c
_agent, _version = cast(Table, Agent.__table__).c, cast(Table, AgentVersion.__table__).c
_OF_LEAD = (  # every filled segment, the version it is of, and whether the lead is in it
    select(_segment.agentid, _version.version, _version.appliedon, _member.leadid)
    .select_from(Segment.__table__)
    .join(Agent.__table__, _agent.agentid == _segment.agentid)
    .join(
        AgentVersion.__table__,
        (_version.agentid == _agent.agentid) & (_version.version == _agent.appliedversion),
    )
    .outerjoin(
        SegmentMember.__table__,
        (_member.agentid == _segment.agentid) & (_member.leadid == bindparam("leadid")),
    )
    .where(_segment.version > 0)
    .order_by(_segment.agentid)
)
_LEAVE = delete(cast(Table, SegmentMember.__table__)).where(
    _member.agentid == bindparam("of_agent"), _member.leadid == bindparam("of_lead")
)
_COUNT_ONE = (
    update(cast(Table, Segment.__table__))
    .where(_segment.agentid == bindparam("of_agent"))
    .values(members=_segment.members + bindparam("change"))
)
MOVES = timedelta(hours=1)  # criteria that move with the clock are counted anew after this time


def refill(session: Session, agentid: str, now: datetime | None = None) -> int:
    """Fill the membership of the applied version anew, in a write transaction. Returns how many leads match.

    Raises:
        BadInput: the applied criteria cannot be used any more.
    """
    now, tables = now or moment(), tables_of(session)
    rules = rules_in_force(session, agentid, tables)
    segment = _locked(session, agentid)
    session.execute(delete(SegmentMember).where(SegmentMember.agentid == agentid))
    segment.members = _add(session, agentid, matching_leads(session, rules, now=now, tables=tables)) if rules else 0
    segment.version = session.scalar(select(Agent.appliedversion).where(Agent.agentid == agentid)) or 0
    segment.filledon = now
    session.flush()
    return segment.members


def is_stale(session: Session, agentid: str, now: datetime) -> bool:
    """A newer version was applied, or time has moved what the criteria match."""
    applied = session.scalar(select(Agent.appliedversion).where(Agent.agentid == agentid)) or 0
    segment = session.get(Segment, agentid)
    if segment is None or segment.version != applied:
        return applied > 0
    if segment.filledon is not None and now - segment.filledon < MOVES:
        return False
    rules = rules_in_force(session, agentid, tables_of(session))
    return rules is not None and rules.moves


def update_lead(session: Session, leadid: str, now: datetime | None = None) -> None:
    """Bring the membership of one lead up to date, for every agent whose membership was filled."""
    segments = session.execute(_OF_LEAD, {"leadid": leadid}).all()
    if not segments:
        return
    now, tables = now or moment(), tables_of(session)
    for agentid, version, appliedon, member in segments:
        rules = applied_rules(session, agentid, version, appliedon, tables)
        lead = load(session, [leadid], rules.lookups, tables).get(leadid)
        matches = lead is not None and compiled(rules, now, tables)(lead.record, lead.related)
        if matches and member is None:
            _counted(session, agentid, _add(session, agentid, select(Lead.leadid).where(Lead.leadid == leadid)))
        elif not matches and member is not None:
            _counted(session, agentid, -_rows(session, _LEAVE, {"of_agent": agentid, "of_lead": leadid}))


def update_members(session: Session, scope: ColumnElement[bool], now: datetime | None = None) -> None:
    """The same for all leads in scope, in three statements for each agent."""
    agents = filled(session)
    if not agents:
        return
    now, tables = now or moment(), tables_of(session)
    for agentid in agents:
        rules = rules_in_force(session, agentid, tables)
        if rules is not None:
            _update(session, agentid, matching_leads(session, rules, now=now, tables=tables, scope=scope), scope)


def forget(session: Session, leadid: str) -> None:
    """The lead is about to be deleted."""
    agents = session.scalars(select(SegmentMember.agentid).where(SegmentMember.leadid == leadid)).all()
    if agents:
        hold_chain(session)
        session.execute(delete(SegmentMember).where(SegmentMember.leadid == leadid))
        _count(session, agents, -1)


def page(session: Session, agentid: str, limit: int = 50, after: str | None = None) -> tuple[Sequence[Any], int]:
    """A page of the segment, newest first, and how many leads it counts.

    Args:
        limit: rows in a page.
        after: leadid of the last row of the page before.

    Returns:
        Rows with PREVIEW_COLUMNS, and the total; one statement, because each costs a round trip.
    """
    keys = select(SegmentMember.leadid).where(SegmentMember.agentid == agentid)
    if after is not None:
        keys = keys.where(SegmentMember.leadid < after)
    keys_page = keys.order_by(SegmentMember.leadid.desc()).limit(limit).subquery()
    total = select(Segment.members).where(Segment.agentid == agentid).scalar_subquery()
    rows = session.execute(
        select(*PREVIEW_COLUMNS, total.label("total"))
        .join(keys_page, keys_page.c.leadid == Lead.leadid)
        .order_by(Lead.leadid.desc())
    ).all()
    return rows, rows[0].total or 0 if rows else count(session, agentid)


def count(session: Session, agentid: str) -> int:
    """How many leads are in the segment."""
    return session.scalar(select(Segment.members).where(Segment.agentid == agentid)) or 0


def filled(session: Session) -> Sequence[str]:
    """Agents whose membership is stored."""
    return session.scalars(select(Segment.agentid).where(Segment.version > 0).order_by(Segment.agentid)).all()


def _update(session: Session, agentid: str, matching: Select[str], scope: ColumnElement[bool]) -> None:
    members = SegmentMember.agentid == agentid
    within = SegmentMember.leadid.in_(select(Lead.leadid).where(scope))
    removed = _rows(session, delete(SegmentMember).where(members, within, SegmentMember.leadid.not_in(matching)))
    already = select(SegmentMember.leadid).where(members, within)
    added = _add(session, agentid, matching.where(Lead.leadid.not_in(already)))
    _counted(session, agentid, added - removed)


def _counted(session: Session, agentid: str, change: int) -> None:
    if change:
        hold_chain(session)  # counts are changed by one writer after another, in the order of the audit log
        session.execute(_COUNT_ONE, {"of_agent": agentid, "change": change})


def _count(session: Session, agents: Sequence[str], change: int) -> None:
    counted = update(Segment).where(Segment.agentid.in_(agents)).values(members=Segment.members + change)
    session.execute(counted, execution_options={"synchronize_session": False})


def _add(session: Session, agentid: str, leads: Select[str]) -> int:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = leads.with_only_columns(literal(agentid), Lead.leadid)
    return _rows(
        session, dialect.insert(SegmentMember).from_select(["agentid", "leadid"], rows).on_conflict_do_nothing()
    )


def _rows(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    done = session.execute(
        statement, values, execution_options={"synchronize_session": False, "preserve_rowcount": True}
    )
    assert isinstance(done, CursorResult)
    return done.rowcount


def _locked(session: Session, agentid: str) -> Segment:
    hold_chain(session)
    found = session.get(Segment, agentid, populate_existing=True)
    if found is None:
        found = Segment(agentid=agentid, version=0, members=0)
        session.add(found)
        session.flush()
    return found
