"""What people are told inside Leadwright goes to them by mail too, as each chose: at once, once a day, never."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from leadwright.db.oversight import NotificationChoice
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification
from leadwright.domain.notices import DEFAULTS, How, Kind, digest_moment, kind_of
from leadwright.errors import BadInput
from leadwright.mail.system_mail import queue_system_mail, way_out
from leadwright.services import Services

_MOST = 500
_TOO_OLD = timedelta(days=2)  # news that could not be told for so long is read inside
_LISTED = 50
_END = "You choose what you are told by mail here:"


def mail_notices(services: Services) -> int:
    """Queue the mails that are due. How many. Safe to repeat, and for several processes at once."""
    with services.database.reading() as session:
        if session.scalar(_news().limit(1)) is None:
            return 0
    moment, queued = services.clock(), 0
    with services.database.transaction() as session:
        old = AppNotification.lw_mailedon.is_(None) & (AppNotification.createdon < moment - _TOO_OLD)
        session.execute(update(AppNotification).where(old).values(lw_mailedon=moment))
        way = way_out(session, services.settings) is not None
        rows = session.scalars(
            _news().order_by(AppNotification.ownerid, AppNotification.createdon).limit(_MOST).with_for_update()
        ).all()
        for ownerid, news in groupby(rows, key=lambda row: row.ownerid):
            queued += _for_one(services, session, ownerid, list(news), moment, way=way)
    return queued


def choices_of(session: Session, systemuserid: str) -> dict[Kind, How]:
    """How this person wants to be told of each kind."""
    query = select(NotificationChoice.kind, NotificationChoice.how).where(
        NotificationChoice.systemuserid == systemuserid
    )
    chosen = {Kind(kind): How(how) for kind, how in session.execute(query) if kind in set(Kind)}
    return {kind: chosen.get(kind, DEFAULTS[kind]) for kind in Kind}


def _news() -> Select[AppNotification]:
    return select(AppNotification).where(AppNotification.lw_mailedon.is_(None))


def _for_one(
    services: Services, session: Session, ownerid: str, news: list[AppNotification], moment: datetime, *, way: bool
) -> int:
    person = session.execute(
        select(SystemUser.internalemailaddress, SystemUser.timezone, SystemUser.isdisabled).where(
            SystemUser.systemuserid == ownerid
        )
    ).first()
    address = person.internalemailaddress if person is not None and not person.isdisabled and way else None
    if address is None or person is None:
        _told(news, moment)
        return 0
    chosen, queued = choices_of(session, ownerid), 0
    at_once = [n for n in news if chosen[kind_of(n.lw_key)] is How.NOW]
    daily = [n for n in news if chosen[kind_of(n.lw_key)] is How.DAILY]
    for one in at_once:
        text = _text(services, [one])
        queued += _queue(session, address, one.title, text, f"notice:{one.appnotificationid}", moment)
    _told([n for n in news if n not in daily], moment)
    due = digest_moment(moment, person.timezone)
    if due is not None and any(n.createdon < due for n in daily):
        unread = [n for n in daily if n.readon is None]
        _told(daily, moment)
        if unread:
            title = f"{len(unread)} news of the day" if len(unread) > 1 else unread[0].title
            queued += _queue(
                session, address, title, _text(services, unread), f"digest:{ownerid}:{due:%Y-%m-%d}", moment
            )
    return queued


def _queue(session: Session, address: str, title: str, text: str, key: str, moment: datetime) -> int:
    try:
        queue_system_mail(session, to=address, subject=title[:200], text=text, key=key, moment=moment)
    except BadInput:  # an address that cannot be written to: the news stays inside
        return 0
    return 1


def _text(services: Services, news: Sequence[AppNotification]) -> str:
    home = services.settings.address
    parts = ["\n".join(p for p in (n.title, n.body, f"{home}{n.link}" if n.link else "") if p) for n in news[:_LISTED]]
    if len(news) > _LISTED:
        parts.append(f"And {len(news) - _LISTED} more.")
    return "\n\n".join([*parts, f"{_END} {home}/notifications"])


def _told(news: Sequence[AppNotification], moment: datetime) -> None:
    for one in news:
        one.lw_mailedon = moment
