"""What the frame around every page shows: the reader's zone, unread notifications, the agent's state."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.engine.interfaces import Dialect

from leadwright.db.agent import Agent
from leadwright.db.compiled import Compiled, Source, dialect_of
from leadwright.db.mail import InboundMessage
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification

MOST_UNREAD = 100
WAITING = ("unmatched", "quarantined")


@dataclass(frozen=True, slots=True)
class Shell:
    """`unread` and `inbox`, mails that wait for a person, stop counting at `MOST_UNREAD`.

    `agentstate` is None before an agent was created.
    """

    timezone: str
    email: str
    unread: int
    agentstate: str | None
    inbox: int = 0


def read(source: Source, systemuserid: str) -> Shell:
    """One short query; asked with every page."""
    rows = _statement(dialect_of(source)).rows(source, {"who": systemuserid})
    zone, email, unread, state, inbox = rows[0] if rows else ("UTC", "", 0, None, 0)
    return Shell(zone, email or "", unread, state, inbox)


@lru_cache(maxsize=4)
def _statement(dialect: Dialect) -> Compiled:
    who = bindparam("who", type_=SystemUser.systemuserid.type)
    unread = (
        select(AppNotification.appnotificationid)
        .where(AppNotification.ownerid == who, AppNotification.readon.is_(None))
        .limit(MOST_UNREAD)
        .subquery()
    )
    agent = select(Agent.state).order_by(Agent.createdon).limit(1).scalar_subquery()
    counted = select(func.count()).select_from(unread).scalar_subquery()
    waiting = (
        select(InboundMessage.inboundmessageid)
        .where(or_(*(InboundMessage.state == s for s in WAITING)))
        .limit(MOST_UNREAD)
    )
    inbox = select(func.count()).select_from(waiting.subquery()).scalar_subquery()
    query = select(SystemUser.timezone, SystemUser.internalemailaddress, counted, agent, inbox)
    return Compiled(query.where(SystemUser.systemuserid == who), dialect)
