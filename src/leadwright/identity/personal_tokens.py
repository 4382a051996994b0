"""Personal access tokens: made by a person for a program of theirs, shown once, kept as a hash, until they end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leadwright.db.people import SystemUser
from leadwright.db.programs import PersonalToken
from leadwright.db.visitor import note_at_once
from leadwright.identity.installation import Installation

PREFIX = "lwp_"
MOST_DAYS = 365
_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. `value` is shown once and never again."""

    tokenid: str
    value: str
    hint: str
    endson: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is."""

    tokenid: str
    systemuserid: str
    readonly: bool
    endson: datetime


def make_token(
    session: Session, systemuserid: str, *, name: str, days: int, readonly: bool, moment: datetime
) -> NewToken:
    """Make a token, in the caller's transaction."""
    value = f"{PREFIX}{token_urlsafe(32)}"
    row = PersonalToken(
        systemuserid=systemuserid,
        name=name,
        hint=f"{value[:8]}...",
        tokenhash=_hash(value),
        readonly=readonly,
        createdon=moment,
        endson=moment + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return NewToken(row.tokenid, value, row.hint, row.endson)


def holder_of(services: Installation, value: str) -> Holder | None:
    """Whose token this is; None when there is none such, it has ended, or its person is disabled.

    Its last use is noted, every ten minutes at most, and not at all while another writer holds the database.
    """
    moment = services.clock()
    with services.database.reading() as session:
        row = session.execute(
            select(
                PersonalToken.tokenid,
                PersonalToken.systemuserid,
                PersonalToken.readonly,
                PersonalToken.endson,
                PersonalToken.lastusedon,
            )
            .join(SystemUser, SystemUser.systemuserid == PersonalToken.systemuserid)
            .where(PersonalToken.tokenhash == _hash(value), PersonalToken.endson > moment)
            .where(SystemUser.isdisabled.is_(False))
        ).first()
    if row is None:
        return None
    if row.lastusedon is None or moment - row.lastusedon >= _NOTED_EVERY:
        used = update(PersonalToken).where(PersonalToken.tokenid == row.tokenid).values(lastusedon=moment)
        note_at_once(services.database, used)
    return Holder(row.tokenid, row.systemuserid, row.readonly, row.endson)


def _hash(value: str) -> str:
    """Tokens are 256 random bits: a plain hash cannot be guessed back."""
    return sha256(value.encode()).hexdigest()
