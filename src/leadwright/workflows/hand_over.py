"""Whose desk a lead lands on: picks by the assignment rule and advances the turn, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, Turn
from leadwright.db.configuration import Assignment
from leadwright.db.people import SystemUser, TeamMember
from leadwright.domain.assignment import Choice, Seller, Why, choose

_COLUMNS = (
    SystemUser.systemuserid,
    SystemUser.fullname,
    SystemUser.isdisabled,
    SystemUser.awayfrom,
    SystemUser.awayuntil,
    SystemUser.businessunitid,
)


@dataclass(frozen=True, slots=True)
class Assigned:
    """The new owner: their id, business unit and name, and one sentence why."""

    ownerid: str
    businessunitid: str
    name: str
    reason: str


def next_owner(
    session: Session, agentid: str, rule: Assignment, today: date, *, previous: str | None = None, besides: str = ""
) -> Assigned | None:
    """Pick the next seller and count the turn. Fair when many do it at once: the rule is locked until the commit.

    Args:
        session: the write transaction that also gives the lead away, so that turn and owner change together.
        previous: systemuser id of the human owner from before.
        besides: a seller who is passed over this time, such as the one who returned the lead.

    Returns:
        None when no seller is available and there is no supervisor.
    """
    # Without the key: rows that refer to the agent may still be inserted beside us, else PostgreSQL finds deadlocks.
    session.execute(select(Agent.agentid).where(Agent.agentid == agentid).with_for_update(key_share=True))
    units: dict[str, str] = {}
    sellers = [s for s in _sellers(session, rule, units) if s.id != besides]
    turns = _last_turns(session, agentid)
    kept = previous if rule.keep_human_owner and previous != besides else None
    choice = choose(sellers, turns, today, kept_owner=_person(session, kept, units))
    if choice is None:
        choice = choose((), {}, today, supervisor=_person(session, rule.supervisor, units))
    if choice is None:
        return None
    if choice.seller.id in {s.id for s in sellers}:
        _count_turn(session, agentid, choice.seller.id, turns)
    return Assigned(choice.seller.id, units[choice.seller.id], choice.seller.name, _sentence(choice, len(sellers)))


def names_nobody(rule: Assignment) -> bool:
    """The rule names no seller, team or supervisor at all: nobody was asked for, as when a list is only judged."""
    return not (rule.sellers or rule.team or rule.supervisor)


def _sellers(session: Session, rule: Assignment, units: dict[str, str]) -> list[Seller]:
    query = select(*_COLUMNS).where(SystemUser.applicationid.is_(None))
    if rule.team:
        query = query.join(TeamMember, TeamMember.systemuserid == SystemUser.systemuserid)
        rows = session.execute(query.where(TeamMember.teamid == rule.team).order_by(SystemUser.fullname)).all()
        return [_seller(row, units) for row in rows]
    rows = session.execute(query.where(SystemUser.systemuserid.in_(rule.sellers))).all()
    found = {row[0]: _seller(row, units) for row in rows}
    return [found[id_] for id_ in rule.sellers if id_ in found]  # a deleted seller is passed over


def _person(session: Session, id_: str | None, units: dict[str, str]) -> Seller | None:
    if not id_:
        return None
    query = select(*_COLUMNS).where(SystemUser.systemuserid == id_, SystemUser.applicationid.is_(None))
    row = session.execute(query).first()
    return _seller(row, units) if row else None


def _seller(row: Any, units: dict[str, str]) -> Seller:
    """The seller; notes their business unit."""
    units[row.systemuserid] = row.businessunitid
    return Seller(row.systemuserid, row.fullname, row.isdisabled, row.awayfrom, row.awayuntil)


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
