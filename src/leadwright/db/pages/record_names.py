"""Names of records that are known by their ids alone, for pages that show ids. Never writes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from leadwright.db.agent import Agent
from leadwright.db.mail import Mailbox
from leadwright.db.people import Application, BusinessUnit, Role, SystemUser, Team
from leadwright.db.sales import Account, Competitor, Contact, Lead, Opportunity

_NAMED: tuple[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]], ...] = (
    (Lead.leadid, Lead.fullname),
    (SystemUser.systemuserid, SystemUser.fullname),
    (Team.teamid, Team.name),
    (Account.accountid, Account.name),
    (Contact.contactid, Contact.fullname),
    (Opportunity.opportunityid, Opportunity.name),
    (Competitor.competitorid, Competitor.name),
    (Agent.agentid, Agent.name),
    (Mailbox.mailboxid, Mailbox.name),
    (Application.appid, Application.displayname),
    (BusinessUnit.businessunitid, BusinessUnit.name),
    (Role.roleid, Role.name),
)
_CHUNK = 500  # ids in one statement; SQLite takes 999 values at the least


def names_of(session: Session, texts: Iterable[object]) -> dict[str, str]:
    """Id -> name, for those of the texts that are ids of records that are still there."""
    ids = sorted({text for text in texts if isinstance(text, str) and _is_id(text)})
    found: dict[str, str] = {}
    for chunk in _batches(ids):
        for key, name in _NAMED:
            found.update(
                (id_, named) for id_, named in session.execute(select(key, name).where(key.in_(chunk))) if named
            )
    return found


def _batches(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False
