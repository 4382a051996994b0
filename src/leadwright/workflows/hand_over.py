"""Whose desk a lead lands on: picks by the assignment rule and advances the turn, in the caller's transaction."""

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, Turn
from leadwright.db.configuration import Assignment
from leadwright.db.connection import platform_of
from leadwright.db.people import SystemUser, TeamMember, entitled
from leadwright.domain.assignment import Choice, Seller, Why, choose, no_taker

_user, _turn = cast(Table, SystemUser.__table__), cast(Table, Turn.__table__)
_RULE = select(Agent.agentid).where(Agent.agentid == bindparam("agentid")).with_for_update(key_share=True)
_TAKE_TURN = update(_turn).where(_turn.c.agentid == bindparam("whose"), _turn.c.systemuserid == bindparam("seller"))
_given = _turn.alias("given")
_newest = select(func.coalesce(func.max(_given.c.lastturn), 0)).where(_given.c.agentid == bindparam("agentid"))
_PEOPLE = (
    select(
        *(_user.c[name] for name in ("systemuserid", "fullname", "isdisabled", "awayfrom", "awayuntil")),
        _user.c.businessunitid,
        _user.c.timezone,
        _turn.c.lastturn,
        _newest.scalar_subquery().label("newest"),
    )
    .outerjoin(_turn, (_turn.c.systemuserid == _user.c.systemuserid) & (_turn.c.agentid == bindparam("agentid")))
    .where(_user.c.applicationid.is_(None))
)
_OF_RULE = _PEOPLE.where(_user.c.systemuserid.in_(bindparam("ids", expanding=True)))
_OF_TEAM = (
    _PEOPLE.join(TeamMember, TeamMember.systemuserid == _user.c.systemuserid)
    .where(TeamMember.teamid == bindparam("teamid"))
    .order_by(_user.c.fullname)
)


@dataclass(frozen=True, slots=True)
class Assigned:
    """The new owner: their id, business unit and name, and one sentence why."""

    ownerid: str
    businessunitid: str
    name: str
    reason: str


def next_owner(
    session: Session,
    agentid: str,
    rule: Assignment,
    moment: datetime,
    *,
    previous: str | None = None,
    besides: str = "",
) -> Assigned | None:
    """Pick the next seller and count the turn. Fair when many do it at once: the rule is locked until the commit.

    Args:
        session: the write transaction that also gives the lead away, so that turn and owner change together.
        moment: now; each seller's absence is judged by the day where they are.
        previous: systemuser id of the human owner from before.
        besides: a seller who is passed over this time, such as the one who returned the lead.

    Returns:
        None when no seller is available and there is no supervisor.
    """
    # Without the key: rows that refer to the agent may still be inserted beside us, else PostgreSQL finds deadlocks.
    session.execute(_RULE, {"agentid": agentid})
    today = moment.astimezone(UTC).date()
    people = _people(session, agentid, rule, previous)
    sellers = [people.as_seller(row, moment) for row in people.of_rule if row.systemuserid != besides]
    turns = {row.systemuserid: row.lastturn for row in people.of_rule if row.lastturn is not None}
    kept = previous if rule.keep_human_owner and previous != besides else None
    choice = choose(sellers, turns, today, kept_owner=people.seller(kept, moment))
    if choice is None:
        choice = choose((), {}, today, supervisor=people.seller(rule.supervisor, moment))
    if choice is None:
        return None
    if choice.seller.id in {s.id for s in sellers}:
        _count_turn(session, agentid, people.known[choice.seller.id])
    unit = people.known[choice.seller.id].businessunitid
    return Assigned(choice.seller.id, unit, choice.seller.name, _sentence(choice, len(sellers)))


def names_nobody(rule: Assignment) -> bool:
    """The rule names no seller, team or supervisor at all: nobody was asked for, as when a list is only judged."""
    return not (rule.sellers or rule.team or rule.supervisor)


def why_nobody(session: Session, agentid: str, rule: Assignment, moment: datetime, *, besides: str = "") -> str:
    """Why `next_owner` finds nobody, and what to do, as a person reads it. Arguments as there."""
    people = _people(session, agentid, rule, None)
    sellers = [people.as_seller(row, moment) for row in people.of_rule if row.systemuserid != besides]
    return no_taker(sellers, people.seller(rule.supervisor, moment), platform_of(session))


@dataclass(frozen=True, slots=True)
class _People:
    """Rows of `_PEOPLE`: the sellers of the rule in its order, everybody asked for by id; ids of who may get leads."""

    of_rule: Sequence[Any]
    known: Mapping[str, Any]
    entitled: Set[str]

    def seller(self, id_: str | None, moment: datetime) -> Seller | None:
        return self.as_seller(self.known[id_], moment) if id_ and id_ in self.known else None

    def as_seller(self, row: Any, moment: datetime) -> Seller:
        return Seller(
            row.systemuserid,
            row.fullname,
            row.isdisabled,
            row.awayfrom,
            row.awayuntil,
            entitled=row.systemuserid in self.entitled,
            today=_day(moment, row.timezone),
        )


def _people(session: Session, agentid: str, rule: Assignment, previous: str | None) -> _People:
    """Everybody who may get the lead; a deleted seller is passed over."""
    others = [id_ for id_ in (previous if rule.keep_human_owner else None, rule.supervisor) if id_]
    team = session.execute(_OF_TEAM, {"agentid": agentid, "teamid": rule.team}).all() if rule.team else []
    asked = others if rule.team else [*rule.sellers, *others]
    rows = session.execute(_OF_RULE, {"agentid": agentid, "ids": asked}).all() if asked else []
    known = {row.systemuserid: row for row in (*team, *rows)}
    of_rule = team if rule.team else [known[id_] for id_ in rule.sellers if id_ in known]
    return _People(of_rule, known, entitled(session, known))


def _day(moment: datetime, timezone: str) -> date:
    """The day in that time zone; an unknown zone counts as UTC."""
    zone: tzinfo = UTC
    with suppress(ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError
        zone = ZoneInfo(timezone)
    return moment.astimezone(zone).date()


def _count_turn(session: Session, agentid: str, seller: Any) -> None:
    turn = seller.newest + 1
    if seller.lastturn is not None:
        session.execute(_TAKE_TURN, {"whose": agentid, "seller": seller.systemuserid, "lastturn": turn})
    else:
        session.execute(insert(_turn).values(agentid=agentid, systemuserid=seller.systemuserid, lastturn=turn))


def _sentence(choice: Choice, sellers: int) -> str:
    name = choice.seller.name
    if choice.why is Why.KEPT_OWNER:
        return f"{name} owned the lead before and keeps it."
    if choice.why is Why.SUPERVISOR:
        return f"No seller is available, so it goes to {name}, the supervisor."
    return f"{name} is next in turn." if sellers > 1 else f"{name} is the only seller of the rule."
