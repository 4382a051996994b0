"""Tells the administrators inside Leadwright, each event once: pauses, secrets about to end. No mail."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.connection import connection_row
from leadwright.db.people import Application, ApplicationSecret, Role, SystemUser, UserRole
from leadwright.db.sales import AppNotification
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.platform import CredentialKind
from leadwright.domain.prerequisites import expiry_notice
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.domain.stage import AgentState
from leadwright.identity.installation import Installation

SETTINGS_PAGE = "/agent/prerequisites"
CONNECTION_PAGE = SETTINGS_PAGE  # prerequisite 1 holds the connection


def administrators(session: Session) -> list[str]:
    """Ids of the enabled System Administrators."""
    return list(
        session.scalars(
            select(SystemUser.systemuserid)
            .join(UserRole, UserRole.systemuserid == SystemUser.systemuserid)
            .join(Role, Role.roleid == UserRole.roleid)
            .where(Role.name == SYSTEM_ADMINISTRATOR, SystemUser.isdisabled.is_(False))
            .order_by(SystemUser.systemuserid)
        )
    )


def tell_administrators(
    session: Session, key: str, title: str, body: str, *, icon: NotificationIcon, link: str, moment: datetime
) -> int:
    """Notify each administrator, in the caller's transaction.

    Args:
        key: names the event, at most 80 characters; the same event notifies a person once.

    Returns:
        How many were told just now.
    """
    told = 0
    for owner in administrators(session):
        values: dict[str, Any] = {
            "appnotificationid": new_id(),
            "ownerid": owner,
            "title": title,
            "body": body,
            "icontype": int(icon),
            "link": link,
            "createdon": moment,
            "lw_key": f"{key}:{owner}",
        }
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        done = session.execute(
            insert(AppNotification)
            .values(values)
            .on_conflict_do_nothing(index_elements=["lw_key"])
            .returning(AppNotification.appnotificationid)
        )
        told += len(done.all())
    return told


def announce_expiry(services: Installation) -> list[str]:
    """Tell about the last secret of an application that is the identity of an agent, and about the one of the
    connection to Dynamics 365, 30, 7 and 1 days ahead.

    Returns:
        The sentences told just now.
    """
    with services.database.reading() as session:
        secrets = session.execute(
            select(Application.appid, Application.displayname, func.max(ApplicationSecret.endson).label("endson"))
            .join(ApplicationSecret, ApplicationSecret.appid == Application.appid)
            .join(SystemUser, SystemUser.applicationid == Application.appid)
            .join(Agent, Agent.agentuserid == SystemUser.systemuserid)
            .where(Agent.state != AgentState.ARCHIVED)
            .group_by(Application.appid, Application.displayname)
        ).all()
    told: list[str] = []
    for secret in secrets:
        what = f"The client secret of {secret.displayname}"
        told += _announce_end(services, f"secret.expiry:{secret.appid}", what, secret.endson, SETTINGS_PAGE)
    return told + _announce_connection(services)


def _announce_connection(services: Installation) -> list[str]:
    """The same for what the connection to Dynamics 365 signs in with. Entra does not tell: the end was entered."""
    with services.database.reading() as session:
        row = connection_row(session)
        if row is None or row.secretendson is None:
            return []
        kind = "certificate" if row.credentialkind == CredentialKind.CERTIFICATE else "client secret"
        key, ends = f"connection.expiry:{row.connectionid}", row.secretendson
    return _announce_end(services, key, f"The {kind} of the connection to Dynamics 365", ends, CONNECTION_PAGE)


def _announce_end(services: Installation, key: str, what: str, endson: datetime, link: str) -> list[str]:
    moment = services.clock()
    days = expiry_notice((endson - moment) / timedelta(days=1))
    key = f"{key}:{int(endson.timestamp())}:{days}"
    if days is None or _told_before(services, key):
        return []
    sentence = f"{what} {'ends' if days else 'ended'} on {endson:%Y-%m-%d %H:%M} UTC. Add a new one."
    icon = NotificationIcon.WARNING if days else NotificationIcon.FAILURE
    title = "Certificate" if "certificate" in what else "Client secret"
    with services.database.transaction() as session:
        new = tell_administrators(session, key, title, sentence, icon=icon, link=link, moment=moment)
    return [sentence] if new else []


def _told_before(services: Installation, key: str) -> bool:
    with services.database.reading() as session:
        return (
            session.scalar(
                select(AppNotification.lw_key).where(AppNotification.lw_key.startswith(f"{key}:", autoescape=True))
            )
            is not None
        )
