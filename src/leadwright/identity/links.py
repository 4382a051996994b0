"""Links that let one person choose a password, once and for a while: invitations and forgotten passwords. No mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.db.people import SystemUser
from leadwright.db.sign_in import SignInLink
from leadwright.domain.optionsets import AccessMode
from leadwright.errors import NotFound

Purpose = Literal["invitation", "reset"]
GOOD_FOR: dict[Purpose, timedelta] = {"invitation": timedelta(days=7), "reset": timedelta(minutes=30)}
OVER = "This link was used, replaced by a newer one, or has expired. Ask for a new one."


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link. `token` is in it and nowhere else."""

    token: str
    endson: datetime


def make_link(
    session: Session, systemuserid: str, purpose: Purpose, moment: datetime, *, createdby: str | None = None
) -> MadeLink:
    """A link for this person, in the caller's transaction; a former one of the same purpose is void.

    Args:
        createdby: the administrator; None when the person asked for it.
    """
    mine = (SignInLink.systemuserid == systemuserid) & (SignInLink.purpose == purpose)
    session.execute(delete(SignInLink).where(mine))
    made = MadeLink(token_urlsafe(32), moment + GOOD_FOR[purpose])
    session.add(
        SignInLink(
            tokenhash=_hash(made.token),
            systemuserid=systemuserid,
            purpose=purpose,
            createdon=moment,
            endson=made.endson,
            createdby=createdby,
        )
    )
    session.flush()
    return made


def person_of(session: Session, purpose: Purpose, token: str, moment: datetime) -> SystemUser:
    """Whom the link lets in; it stays good.

    Raises:
        NotFound: it is not good any more, or the person is disabled.
    """
    query = (
        select(SystemUser)
        .join(SignInLink, SignInLink.systemuserid == SystemUser.systemuserid)
        .where(
            SignInLink.tokenhash == _hash(token),
            SignInLink.purpose == purpose,
            SignInLink.endson > moment,
            SystemUser.isdisabled.is_(False),
            SystemUser.accessmode == AccessMode.READ_WRITE,
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(OVER)
    return found


def use_link(session: Session, purpose: Purpose, token: str, moment: datetime) -> SystemUser:
    """The same, once: this link and the person's others are void when the caller's transaction commits.

    Raises:
        NotFound: it is not good any more, or another request was first.
    """
    user = person_of(session, purpose, token, moment)
    gone = delete(SignInLink).where(SignInLink.tokenhash == _hash(token)).returning(SignInLink.tokenhash)
    if session.scalar(gone) is None:
        raise NotFound(OVER)
    session.execute(delete(SignInLink).where(SignInLink.systemuserid == user.systemuserid))
    return user


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
