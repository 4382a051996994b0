"""Tables of people and rights: business units, users, roles, teams, applications, sessions, mailboxes of sign-in."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.base import Base, Id, new_id, now
from leadwright.db.connection import platform_of
from leadwright.db.mirror_seen import is_seen
from leadwright.domain.platform import Platform
from leadwright.domain.privileges import NEEDED_BY_SELLERS


class BusinessUnit(Base):
    """A business unit; the root one has no parent."""

    __tablename__ = "businessunit"
    businessunitid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    parentbusinessunitid: Mapped[str | None] = mapped_column(ForeignKey("businessunit.businessunitid"))


class SystemUser(Base):
    """A person who signs in, or an application user (then `applicationid` is set and there is no password)."""

    __tablename__ = "systemuser"
    systemuserid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    fullname: Mapped[str] = mapped_column(String(200))
    internalemailaddress: Mapped[str | None] = mapped_column(String(100), unique=True)  # casefolded; the sign-in name
    passwordhash: Mapped[str | None] = mapped_column(String(300))  # argon2id
    applicationid: Mapped[str | None] = mapped_column(ForeignKey("application.appid"), unique=True)
    azureactivedirectoryobjectid: Mapped[str | None] = mapped_column(
        Id, unique=True, index=True
    )  # who this is in Entra
    accessmode: Mapped[int] = mapped_column(Integer, default=0)
    isdisabled: Mapped[bool] = mapped_column(Boolean, default=False)
    businessunitid: Mapped[str] = mapped_column(ForeignKey("businessunit.businessunitid"))
    awayfrom: Mapped[date | None] = mapped_column(Date)  # first day away
    awayuntil: Mapped[date | None] = mapped_column(Date)  # last day away
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    createdon: Mapped[datetime] = mapped_column(default=now)


class Role(Base):
    """A security role."""

    __tablename__ = "role"
    roleid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class RolePrivilege(Base):
    """A privilege a role grants, e.g. ``prvReadLead``, to a depth (1 user, 2 business unit, 4 its children, 8 all)."""

    __tablename__ = "roleprivilege"
    roleid: Mapped[str] = mapped_column(ForeignKey("role.roleid", ondelete="CASCADE"), primary_key=True)
    privilege: Mapped[str] = mapped_column(String(100), primary_key=True)
    depth: Mapped[int] = mapped_column(Integer)


class UserRole(Base):
    """Which roles a user holds."""

    __tablename__ = "systemuserroles"
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True
    )
    roleid: Mapped[str] = mapped_column(ForeignKey("role.roleid", ondelete="CASCADE"), primary_key=True, index=True)


class Team(Base):
    """A team; owner teams may own records."""

    __tablename__ = "team"
    teamid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    businessunitid: Mapped[str] = mapped_column(ForeignKey("businessunit.businessunitid"))


class TeamMember(Base):
    """Who is in a team."""

    __tablename__ = "teammembership"
    teamid: Mapped[str] = mapped_column(ForeignKey("team.teamid", ondelete="CASCADE"), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True, index=True
    )


class Application(Base):
    """An application registered in the built-in directory (prerequisite 1)."""

    __tablename__ = "application"
    appid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)  # the client ID
    displayname: Mapped[str] = mapped_column(String(120))
    signinaudience: Mapped[str] = mapped_column(String(60), default="AzureADMyOrg")
    redirecturi: Mapped[str | None] = mapped_column(String(400))
    createdon: Mapped[datetime] = mapped_column(default=now)
    createdby: Mapped[str | None] = mapped_column(Id)


class ApplicationSecret(Base):
    """A client secret: shown once, kept as a hash; or a certificate, then the hash is its SHA-256 thumbprint."""

    __tablename__ = "applicationsecret"
    keyid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    appid: Mapped[str] = mapped_column(ForeignKey("application.appid", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="secret")
    hint: Mapped[str] = mapped_column(String(10))
    secrethash: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[str | None] = mapped_column(String(1000))  # encrypted; the agent itself signs in with it
    certificate: Mapped[str | None] = mapped_column(Text)  # PEM, of certificates
    sealedkey: Mapped[str | None] = mapped_column(Text)  # its private key, encrypted, where the agent signs in with it
    startson: Mapped[datetime] = mapped_column(default=now)
    endson: Mapped[datetime]


class SigningKey(Base):
    """A key that signs access tokens. The newest signs; older ones verify until `retireson`."""

    __tablename__ = "signingkey"
    kid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sealed: Mapped[str]  # private key, encrypted
    publickey: Mapped[str]
    createdon: Mapped[datetime] = mapped_column(default=now)
    retireson: Mapped[datetime | None]


class WebSession(Base):
    """A browser session. The cookie holds a random token, the table its SHA-256."""

    __tablename__ = "websession"
    tokenhash: Mapped[str] = mapped_column(String(64), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    createdon: Mapped[datetime] = mapped_column(default=now)
    lastseenon: Mapped[datetime] = mapped_column(default=now)
    useragent: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(60), default="")  # where it was opened from
    method: Mapped[str] = mapped_column(String(120), default="")  # how the person signed in


class SignInAttempt(Base):
    """A failed sign-in, for throttling by account and by address."""

    __tablename__ = "signinattempt"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (
        Index("ix_signinattempt_account", "account", "at"),
        Index("ix_signinattempt_address", "address", "at"),
    )


class CustomColumn(Base):
    """A column of the organisation's own (prefix of a publisher, e.g. ``new_region``), kept in JSON ``custom``."""

    __tablename__ = "customcolumn"
    tablename: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    choices: Mapped[list[Any]] = mapped_column(default=list)  # [value, label] of a choice column
    mirrored: Mapped[bool] = mapped_column(Boolean, default=False)  # it comes from the organisation's CRM
    goneon: Mapped[datetime | None]  # it was deleted over there and is still used here
    __table_args__ = (UniqueConstraint("tablename", "label"),)


def entitled(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Those of these users who may be given leads: their roles let them open and change leads of their own.

    Where an outside CRM is connected nothing over there can belong to somebody who exists here only.
    """
    held = (
        select(UserRole.systemuserid)
        .join(RolePrivilege, RolePrivilege.roleid == UserRole.roleid)
        .where(UserRole.systemuserid.in_(list(ids)), RolePrivilege.privilege.in_(NEEDED_BY_SELLERS))
        .group_by(UserRole.systemuserid)
        .having(func.count(RolePrivilege.privilege.distinct()) == len(NEEDED_BY_SELLERS))
    )
    if platform_of(session) is not Platform.BUILTIN:
        held = held.where(is_seen("systemuser", UserRole.systemuserid))
    return frozenset(session.scalars(held))
