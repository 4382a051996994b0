"""Tables of the ways in: links by mail, second factors, sign-ins half done, providers of OpenID Connect."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class SignInLink(Base):
    """A link that lets one person choose a password, once. The link holds a random token, the table its SHA-256."""

    __tablename__ = "signinlink"
    tokenhash: Mapped[str] = mapped_column(String(64), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))  # invitation or reset
    createdon: Mapped[datetime] = mapped_column(default=now)
    endson: Mapped[datetime]
    createdby: Mapped[str | None] = mapped_column(Id)  # the administrator; nobody: the person asked for it


class SecondFactor(Base):
    """A person's authenticator app (TOTP, RFC 6238)."""

    __tablename__ = "secondfactor"
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[str] = mapped_column(Text)  # the shared secret, purpose secondfactor:{systemuserid}
    createdon: Mapped[datetime] = mapped_column(default=now)
    confirmedon: Mapped[datetime | None]  # counts from then on
    lastcounter: Mapped[int] = mapped_column(Integer, default=0)  # 30-second step of the last code: each counts once


class RecoveryCode(Base):
    """A code that stands in for the app, once. Random, so its SHA-256 cannot be guessed back."""

    __tablename__ = "recoverycode"
    codehash: Mapped[str] = mapped_column(String(64), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)


class PendingSignIn(Base):
    """Somebody whose password or provider was right, and who still owes the second factor. No session."""

    __tablename__ = "pendingsignin"
    tokenhash: Mapped[str] = mapped_column(String(64), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(String(120))  # what was proven so far
    target: Mapped[str] = mapped_column(Text, default="/")
    createdon: Mapped[datetime] = mapped_column(default=now)


class IdentityProvider(Base):
    """A provider of OpenID Connect people may sign in with."""

    __tablename__ = "identityprovider"
    identityproviderid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)  # on the button
    issuer: Mapped[str] = mapped_column(String(400), unique=True)
    clientid: Mapped[str] = mapped_column(String(200))
    sealedclientsecret: Mapped[str | None] = mapped_column(Text)  # purpose identityprovider:{id}; none: PKCE alone
    createrole: Mapped[str] = mapped_column(String(100), default="")  # of unknown people; empty: they are refused
    domains: Mapped[str] = mapped_column(Text, default="")  # of their addresses, spaces between; empty: every
    linksbyemail: Mapped[bool] = mapped_column(Boolean, default=False)  # a verified address finds its account
    isenabled: Mapped[bool] = mapped_column(Boolean, default=True)
    createdon: Mapped[datetime] = mapped_column(default=now)


class ExternalIdentity(Base):
    """Who a provider's subject is here. Never found by address: addresses change hands."""

    __tablename__ = "externalidentity"
    issuer: Mapped[str] = mapped_column(String(400), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)
    shown: Mapped[str] = mapped_column(String(320), default="")  # address or name, as the provider gave it
    createdon: Mapped[datetime] = mapped_column(default=now)
    lastusedon: Mapped[datetime | None]
