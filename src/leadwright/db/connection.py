"""Tables of the connection to an outside CRM: the one connection, and what all workers use of its limits together."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.base import Base, Id, now
from leadwright.domain.platform import Cloud, ConnectionState, CredentialKind, Platform

DYNAMICS365 = "dynamics365"


class CrmConnection(Base):
    """The connection of this installation; no row, or state "off": there is none. Its secrets are sealed."""

    __tablename__ = "crmconnection"
    connectionid: Mapped[str] = mapped_column(String(40), primary_key=True, default=DYNAMICS365)
    dataverseurl: Mapped[str] = mapped_column(String(400))  # https://contoso.crm.dynamics.com, no path
    tenantid: Mapped[str] = mapped_column(String(100))
    clientid: Mapped[str] = mapped_column(Id)
    credentialkind: Mapped[str] = mapped_column(String(20), default=CredentialKind.SECRET)
    sealedsecret: Mapped[str | None] = mapped_column(Text)  # JSON list of texts, newest first; crmconnectionsecret:{id}
    sealedkey: Mapped[str | None] = mapped_column(Text)  # JSON list of PEM, key and certificate; crmconnectionkey:{id}
    certificatethumbprint: Mapped[str | None] = mapped_column(String(64))  # SHA-1 of the one that signs
    federationfile: Mapped[str | None] = mapped_column(String(1000))
    secretendson: Mapped[datetime | None]  # of the secret or certificate in use
    cloud: Mapped[str] = mapped_column(String(20), default=Cloud.WORLDWIDE)
    organizationid: Mapped[str | None] = mapped_column(Id)
    organizationname: Mapped[str | None] = mapped_column(String(200))
    applicationuserid: Mapped[str | None] = mapped_column(Id)
    usemsdyn: Mapped[bool] = mapped_column(Boolean, default=False)  # mirror the tables of Microsoft's own agent too
    connectedon: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(String(20), default=ConnectionState.ON)


class CrmBudget(Base):
    """What all workers together used of the service-protection limits lately, and what they may use now."""

    __tablename__ = "crmbudget"
    budgetid: Mapped[str] = mapped_column(String(40), primary_key=True, default=DYNAMICS365)
    used: Mapped[list[Any]] = mapped_column(default=list)  # [epoch second, requests, seconds of execution]
    seats: Mapped[dict[str, Any]] = mapped_column(default=dict)  # process -> [requests at once, until epoch second]
    pauseduntil: Mapped[datetime | None]
    pausereason: Mapped[str] = mapped_column(String(200), default="")
    reachedon: Mapped[datetime | None]
    throttled: Mapped[list[Any]] = mapped_column(default=list)  # epoch seconds of 429s, of the last hour
    lasterror: Mapped[str] = mapped_column(String(500), default="")
    lasterroron: Mapped[datetime | None]


def connection_row(session: Session) -> CrmConnection | None:
    """The connection that is in use; None when there is none or it is switched off."""
    row = session.scalar(select(CrmConnection).where(CrmConnection.connectionid == DYNAMICS365))
    return row if row is not None and row.state == ConnectionState.ON else None


def platform_of(session: Session) -> Platform:
    """The platform of this installation."""
    query = select(CrmConnection.state).where(CrmConnection.connectionid == DYNAMICS365)
    return Platform.DYNAMICS365 if session.scalar(query) == ConnectionState.ON else Platform.BUILTIN


def fills_agent_tables(session: Session) -> bool:
    """Is what the agent does written into the tables of Microsoft's own agent too?"""
    row = connection_row(session)
    return row is not None and row.usemsdyn
