"""In-app notifications of one person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.sales import AppNotification

MOST = 100


def newest(session: Session, systemuserid: str) -> Sequence[Any]:
    """The newest notifications, unread ones first."""
    query = select(*AppNotification.__table__.columns).where(AppNotification.ownerid == systemuserid)
    order = (AppNotification.readon.is_not(None), AppNotification.createdon.desc())
    return session.execute(query.order_by(*order).limit(MOST)).all()
