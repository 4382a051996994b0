"""What a person does with their own notifications."""

from sqlalchemy import update

from leadwright.db.sales import AppNotification
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.services import Services


def mark_read(services: Services, who: Principal, notificationid: str | None = None) -> str | None:
    """Mark one notification of `who` as read, or all of them.

    Returns:
        The path the one leads to, if it has one.

    Raises:
        NotFound: there is no such notification of theirs.
    """
    change = update(AppNotification).where(AppNotification.ownerid == who.id).values(readon=services.clock())
    with services.database.transaction() as session:
        if notificationid is None:
            session.execute(change.where(AppNotification.readon.is_(None)))
            return None
        one = change.where(AppNotification.appnotificationid == notificationid).returning(AppNotification.link)
        found = session.execute(one).first()
    if found is None:
        raise NotFound("This notification is no longer there.")
    link: str | None = found[0]
    return link
