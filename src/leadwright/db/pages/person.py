"""One user in full: who they are, how they get in, what they belong to. Nothing secret is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.people import BusinessUnit, SystemUser, Team, TeamMember
from leadwright.db.sign_in import ExternalIdentity, RecoveryCode, SecondFactor, SignInLink

_COLUMNS = (
    "systemuserid",
    "fullname",
    "internalemailaddress",
    "applicationid",
    "accessmode",
    "isdisabled",
    "businessunitid",
    "awayfrom",
    "awayuntil",
    "timezone",
    "createdon",
)


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a user signs in.

    Args:
        app_since: the authenticator app counts since then.
        codes_left: unused recovery codes.
        connected: rows issuer, subject, shown, createdon, lastusedon.
        invited_until: end of the newest invitation, while there is no password.
    """

    has_password: bool
    app_since: datetime | None
    codes_left: int
    connected: Sequence[Any]
    invited_until: datetime | None


def user_row(session: Session, systemuserid: str) -> Any:
    """The user with the name of the business unit; None when there is none."""
    columns = [getattr(SystemUser, name) for name in _COLUMNS]
    query = select(*columns, BusinessUnit.name.label("businessunit")).join(
        BusinessUnit, BusinessUnit.businessunitid == SystemUser.businessunitid
    )
    return session.execute(query.where(SystemUser.systemuserid == systemuserid)).first()


def ways_in(session: Session, systemuserid: str) -> WaysIn:
    """How this user signs in."""
    person = SystemUser.systemuserid == systemuserid
    has_password = bool(session.scalar(select(SystemUser.passwordhash.is_not(None)).where(person)))
    app = select(SecondFactor.confirmedon).where(SecondFactor.systemuserid == systemuserid)
    codes = select(func.count()).where(RecoveryCode.systemuserid == systemuserid)
    columns = (ExternalIdentity.issuer, ExternalIdentity.subject, ExternalIdentity.shown)
    connected = session.execute(
        select(*columns, ExternalIdentity.createdon, ExternalIdentity.lastusedon)
        .where(ExternalIdentity.systemuserid == systemuserid)
        .order_by(ExternalIdentity.createdon)
    ).all()
    invited = select(func.max(SignInLink.endson)).where(
        SignInLink.systemuserid == systemuserid, SignInLink.purpose == "invitation"
    )
    until = None if has_password else session.scalar(invited)
    return WaysIn(has_password, session.scalar(app), session.scalar(codes) or 0, connected, until)


def team_names(session: Session, systemuserid: str) -> Sequence[str]:
    """Of the teams the user is in, by name."""
    query = select(Team.name).join(TeamMember, TeamMember.teamid == Team.teamid)
    return session.scalars(query.where(TeamMember.systemuserid == systemuserid).order_by(Team.name)).all()


def waiting_invitations(session: Session) -> dict[str, datetime]:
    """systemuserid -> when the invitation ends or ended, of everybody who has not accepted it."""
    query = select(SignInLink.systemuserid, func.max(SignInLink.endson)).join(
        SystemUser, SystemUser.systemuserid == SignInLink.systemuserid
    )
    query = query.where(SignInLink.purpose == "invitation", SystemUser.passwordhash.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(SignInLink.systemuserid))}
