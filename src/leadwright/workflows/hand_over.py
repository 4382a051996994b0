"""Whose desk a lead lands on: picks by the assignment rule and advances the turn, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, Turn
from leadwright.db.configuration import Assignment
from leadwright.db.people import RolePrivilege, SystemUser, TeamMember, UserRole
from leadwright.domain.assignment import Choice, Seller, Why, choose

_COLUMNS = (
    SystemUser.systemuserid,
    SystemUser.fullname,
    SystemUser.isdisabled,
    SystemUser.awayfrom,
    SystemUser.awayuntil,
    SystemUser.businessunitid,
    SystemUser.timezone,
)
_NEEDED = ("prvReadLead", "prvWriteLead")  # else the lead would land on a desk where nobody can open it


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
    session.execute(select(Agent.agentid).where(Agent.agentid == agentid).with_for_update(key_share=True))
    units: dict[str, str] = {}
    today = moment.astimezone(UTC).date()
    sellers = [s for s in _sellers(session, rule, units, moment) if s.id != besides]
    turns = _last_turns(session, agentid)
    kept = previous if rule.keep_human_owner and previous != besides else None
    choice = choose(sellers, turns, today, kept_owner=_person(session, kept, units, moment))
    if choice is None:
        choice = choose((), {}, today, supervisor=_person(session, rule.supervisor, units, moment))
    if choice is None:
        return None
    if choice.seller.id in {s.id for s in sellers}:
        _count_turn(session, agentid, choice.seller.id, turns)
    return Assigned(choice.seller.id, units[choice.seller.id], choice.seller.name, _sentence(choice, len(sellers)))


def names_nobody(rule: Assignment) -> bool:
    """The rule names no seller, team or supervisor at all: nobody was asked for, as when a list is only judged."""
    return not (rule.sellers or rule.team or rule.supervisor)


def entitled(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Those of these users whose roles let them open and change leads of their own."""
    held = (
        select(UserRole.systemuserid)
        .join(RolePrivilege, RolePrivilege.roleid == UserRole.roleid)
        .where(UserRole.systemuserid.in_(list(ids)), RolePrivilege.privilege.in_(_NEEDED))
        .group_by(UserRole.systemuserid)
        .having(func.count(RolePrivilege.privilege.distinct()) == len(_NEEDED))
    )
    return frozenset(session.scalars(held))


def _sellers(session: Session, rule: Assignment, units: dict[str, str], moment: datetime) -> list[Seller]:
    query = select(*_COLUMNS).where(SystemUser.applicationid.is_(None))
    if rule.team:
        query = query.join(TeamMember, TeamMember.systemuserid == SystemUser.systemuserid)
        rows = session.execute(query.where(TeamMember.teamid == rule.team).order_by(SystemUser.fullname)).all()
        return _as_sellers(session, rows, units, moment)
    rows = session.execute(query.where(SystemUser.systemuserid.in_(rule.sellers))).all()
    found = {seller.id: seller for seller in _as_sellers(session, rows, units, moment)}
    return [found[id_] for id_ in rule.sellers if id_ in found]  # a deleted seller is passed over


def _person(session: Session, id_: str | None, units: dict[str, str], moment: datetime) -> Seller | None:
    if not id_:
        return None
    query = select(*_COLUMNS).where(SystemUser.systemuserid == id_, SystemUser.applicationid.is_(None))
    return next(iter(_as_sellers(session, session.execute(query).all(), units, moment)), None)


def _as_sellers(session: Session, rows: Sequence[Any], units: dict[str, str], moment: datetime) -> list[Seller]:
    """The sellers; notes their business units."""
    may = entitled(session, [row.systemuserid for row in rows])
    units.update({row.systemuserid: row.businessunitid for row in rows})
    return [
        Seller(
            row.systemuserid,
            row.fullname,
            row.isdisabled,
            row.awayfrom,
            row.awayuntil,
            entitled=row.systemuserid in may,
            today=_day(moment, row.timezone),
        )
        for row in rows
    ]


def _day(moment: datetime, timezone: str) -> date:
    """The day in that time zone; an unknown zone counts as UTC."""
    zone: tzinfo = UTC
    with suppress(ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError
        zone = ZoneInfo(timezone)
    return moment.astimezone(zone).date()


def _last_turns(session: Session, agentid: str) -> dict[str, int]:
    rows = session.execute(select(Turn.systemuserid, Turn.lastturn).where(Turn.agentid == agentid))
    return {row[0]: row[1] for row in rows}


def _count_turn(session: Session, agentid: str, sellerid: str, turns: Mapping[str, int]) -> None:
    values = {"lastturn": max(turns.values(), default=0) + 1}
    mine = (Turn.agentid == agentid) & (Turn.systemuserid == sellerid)
    if sellerid in turns:
        session.execute(update(Turn).where(mine).values(values))
    else:
        session.execute(insert(Turn).values(agentid=agentid, systemuserid=sellerid, **values))


def _sentence(choice: Choice, sellers: int) -> str:
    name = choice.seller.name
    if choice.why is Why.KEPT_OWNER:
        return f"{name} owned the lead before and keeps it."
    if choice.why is Why.SUPERVISOR:
        return f"No seller is available, so it goes to {name}, the supervisor."
    return f"{name} is next in turn." if sellers > 1 else f"{name} is the only seller of the rule."
