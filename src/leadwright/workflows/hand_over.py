"""Whose desk a lead lands on: picks by the assignment rule and advances the turn, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
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
    session.execute(select(Agent.agentid).where(Agent.agentid == agentid).with_for_update())
    sellers = [s for s in _sellers(session, rule) if s.id != besides]
    choice = choose(
        sellers,
        _last_turns(session, agentid),
        today,
        supervisor=_person(session, rule.supervisor),
        kept_owner=_person(session, previous) if rule.keep_human_owner and previous != besides else None,
    )
    if choice is None:
        return None
    if choice.why is not Why.SUPERVISOR:
        _count_turn(session, agentid, choice.seller.id, sellers)
    unit = session.scalar(select(SystemUser.businessunitid).where(SystemUser.systemuserid == choice.seller.id))
    return Assigned(choice.seller.id, unit or "", choice.seller.name, _sentence(choice, len(sellers)))


def names_nobody(rule: Assignment) -> bool:
    """The rule names no seller, team or supervisor at all: nobody was asked for, as when a list is only judged."""
    return not (rule.sellers or rule.team or rule.supervisor)


def _sellers(session: Session, rule: Assignment) -> list[Seller]:
    query = select(*_COLUMNS).where(SystemUser.applicationid.is_(None))
    if rule.team:
        query = query.join(TeamMember, TeamMember.systemuserid == SystemUser.systemuserid)
        rows = session.execute(query.where(TeamMember.teamid == rule.team).order_by(SystemUser.fullname)).all()
        return [Seller(*row) for row in rows]
    found = {row[0]: Seller(*row) for row in session.execute(query.where(SystemUser.systemuserid.in_(rule.sellers)))}
    return [found[id_] for id_ in rule.sellers if id_ in found]  # a deleted seller is passed over


def _person(session: Session, id_: str | None) -> Seller | None:
    if not id_:
        return None
    query = select(*_COLUMNS).where(SystemUser.systemuserid == id_, SystemUser.applicationid.is_(None))
    row = session.execute(query).first()
    return Seller(*row) if row else None


def _last_turns(session: Session, agentid: str) -> dict[str, int]:
    rows = session.execute(select(Turn.systemuserid, Turn.lastturn).where(Turn.agentid == agentid))
    return {row[0]: row[1] for row in rows}


def _count_turn(session: Session, agentid: str, sellerid: str, sellers: Sequence[Seller]) -> None:
    if sellerid not in {s.id for s in sellers}:
        return  # a kept owner outside the rule has no turn
    last = max(_last_turns(session, agentid).values(), default=0)
    turn = session.get(Turn, (agentid, sellerid))
    if turn is None:
        session.add(Turn(agentid=agentid, systemuserid=sellerid, lastturn=last + 1))
    else:
        turn.lastturn = last + 1
    session.flush()


def _sentence(choice: Choice, sellers: int) -> str:
    name = choice.seller.name
    if choice.why is Why.KEPT_OWNER:
        return f"{name} owned the lead before and keeps it."
    if choice.why is Why.SUPERVISOR:
        return f"No seller is available, so it goes to {name}, the supervisor."
    return f"{name} is next in turn." if sellers > 1 else f"{name} is the only seller of the rule."
