"""Tells the administrators inside Leadwright, each event once: pauses, secrets about to end. No mail."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.people import Application, ApplicationSecret, Role, SystemUser, UserRole
from leadwright.db.sales import AppNotification
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.prerequisites import expiry_notice
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.domain.stage import AgentState
from leadwright.identity.installation import Installation

SETTINGS_PAGE = "/agent/prerequisites"


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
    """Tell about the last secret of an application that is the identity of an agent, 30, 7 and 1 days ahead.

    Returns:
        The sentences told just now.
    """
    moment = services.clock()
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
        days = expiry_notice((secret.endson - moment) / timedelta(days=1))
        key = f"secret.expiry:{secret.appid}:{int(secret.endson.timestamp())}:{days}"
        if days is None or _told_before(services, key):
            continue
        ends = f"{secret.endson:%Y-%m-%d %H:%M} UTC"
        sentence = f"The client secret of {secret.displayname} {'ends' if days else 'ended'} on {ends}. Add a new one."
        icon = NotificationIcon.WARNING if days else NotificationIcon.FAILURE
        with services.database.transaction() as session:
            new = tell_administrators(
                session, key, "Client secret", sentence, icon=icon, link=SETTINGS_PAGE, moment=moment
            )
        told += [sentence] if new else []
    return told


def _told_before(services: Installation, key: str) -> bool:
    with services.database.reading() as session:
        return (
            session.scalar(
                select(AppNotification.lw_key).where(AppNotification.lw_key.startswith(f"{key}:", autoescape=True))
            )
            is not None
        )
