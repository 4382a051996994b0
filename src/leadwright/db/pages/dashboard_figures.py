"""Each figure of the dashboard as one condition on a run, its lead and its conversation. Counts nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, true
from sqlalchemy.orm import aliased

from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.sales import Lead, Opportunity
from leadwright.domain.engagement import LOW_INTEREST, State
from leadwright.domain.interest import Polarity
from leadwright.domain.kpis import Figure
from leadwright.domain.optionsets import LeadRating, LeadState
from leadwright.domain.stage import Stage

_PROCESSED = LeadRun.stage.in_([Stage.HANDED_OVER, Stage.DISQUALIFIED, Stage.RETURNED, Stage.FAILED])
_HANDED_OVER = or_(LeadRun.stage == Stage.HANDED_OVER, LeadRun.reassigned)
_POSITIVE = LeadRun.interest == Polarity.POSITIVE
_BY_AGENT = ~LeadRun.byperson
_POSITIVE_HANDOVER = and_(LeadRun.stage == Stage.HANDED_OVER, _POSITIVE, _BY_AGENT)
_LOW_INTEREST = and_(
    LeadRun.stage == Stage.DISQUALIFIED, LeadRun.outcome.in_(sorted(LOW_INTEREST)), ~LeadRun.reassigned, _BY_AGENT
)
_NOWHERE = [Stage.FAILED, Stage.BLOCKED, Stage.RETURNED]
_TALKS = LeadRun.stage == Stage.ENGAGED
_WAITS = func.coalesce(Engagement.state, "") == State.PERSON

_CONDITIONS: Mapping[Figure, ColumnElement[bool]] = {
    Figure.ASSIGNED: true(),
    Figure.IN_PROGRESS: LeadRun.stage.in_([Stage.QUEUED, Stage.RESEARCHING]),
    Figure.BLOCKED: LeadRun.stage == Stage.BLOCKED,
    Figure.RESEARCHED: LeadRun.researchedon.is_not(None),
    Figure.PROCESSED: _PROCESSED,
    Figure.HANDED_OVER: _HANDED_OVER,
    Figure.REASSIGNED: LeadRun.reassigned.is_(True),
    Figure.DISQUALIFIED: and_(LeadRun.stage == Stage.DISQUALIFIED, ~LeadRun.reassigned),
    Figure.RETURNED: LeadRun.stage == Stage.RETURNED,
    Figure.FAILED: LeadRun.stage == Stage.FAILED,
    Figure.OPPORTUNITIES: and_(_HANDED_OVER, exists().where(Opportunity.originatingleadid == LeadRun.leadid)),
    **{figure: LeadRun.rating == int(LeadRating[figure.name]) for figure in (Figure.HOT, Figure.WARM, Figure.COLD)},
    **{
        figure: LeadRun.band == figure.value.capitalize()
        for figure in (Figure.HIGH, Figure.MODERATE, Figure.LOW, Figure.UNKNOWN)
    },
    Figure.IN_CONVERSATION: _TALKS,
    Figure.UNDER_WAY: and_(_TALKS, ~_WAITS),
    Figure.WAITS_FOR_PERSON: and_(_TALKS, _WAITS),
    Figure.HANDOVER_FAILED: and_(Engagement.sent > 0, LeadRun.stage.in_(_NOWHERE)),
    Figure.WRITTEN_TO: or_(Engagement.sent > 0, Engagement.heard > 0),
    Figure.REPLIED: Engagement.heard > 0,
    Figure.NO_REPLY: and_(Engagement.sent > 0, Engagement.heard == 0),
    Figure.POSITIVE_HANDOVERS: _POSITIVE_HANDOVER,
    Figure.LOW_INTEREST: _LOW_INTEREST,
    Figure.AUTONOMOUS: or_(_POSITIVE_HANDOVER, _LOW_INTEREST),
    Figure.TRANSFERRED: and_(
        LeadRun.stage == Stage.HANDED_OVER,
        LeadRun.outcome.is_not(None),
        or_(func.coalesce(LeadRun.interest, "") != Polarity.POSITIVE, LeadRun.byperson),
    ),
    Figure.CONVERTED: and_(_PROCESSED, Lead.statecode == int(LeadState.QUALIFIED)),
    Figure.POSITIVE: _POSITIVE,
    Figure.NEGATIVE: LeadRun.interest == Polarity.NEGATIVE,
    Figure.UNDETECTED: LeadRun.interest == Polarity.UNDETECTED,
}


def condition(figure: Figure) -> ColumnElement[bool]:
    """Which rows of `of_runs` a figure counts."""
    return _CONDITIONS[figure]


def of_runs(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Runs with their lead and, where there is one, their conversation."""
    joined = query.select_from(LeadRun).join(Lead, Lead.leadid == LeadRun.leadid)
    return joined.outerjoin(Engagement, Engagement.runid == LeadRun.runid)


def handed_over_later() -> ColumnElement[bool]:
    """The lead of a run was handed over again in a later one."""
    later = aliased(LeadRun)
    over = or_(later.stage == Stage.HANDED_OVER, later.reassigned)
    return exists().where(later.leadid == LeadRun.leadid, later.number > LeadRun.number, over)
