"""In-app notifications of one person."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.sales import AppNotification
from leadwright.domain.notices import Kind, kind_of

MOST = 100


def newest(session: Session, systemuserid: str) -> Sequence[Any]:
    """The newest notifications, unread ones first."""
    query = select(*AppNotification.__table__.columns).where(AppNotification.ownerid == systemuserid)
    order = (AppNotification.readon.is_not(None), AppNotification.createdon.desc())
    return session.execute(query.order_by(*order).limit(MOST)).all()


def unread_by_kind(session: Session, systemuserid: str) -> dict[Kind, int]:
    """Kind -> how many of the newest hundred are unread."""
    query = select(AppNotification.lw_key).where(
        AppNotification.ownerid == systemuserid, AppNotification.readon.is_(None)
    )
    keys = session.scalars(query.order_by(AppNotification.createdon.desc()).limit(MOST))
    return dict(Counter(kind_of(key) for key in keys))
