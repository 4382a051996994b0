"""A mail server told of new mail: the reader looks at once. Who tells proves it by the secret of the subscription."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from leadwright.db.mail import Mailbox
from leadwright.services import Services

_SELDOM = timedelta(seconds=1)


def state_of(services: Services, mailboxid: str) -> str:
    """The secret by which a notification of this mailbox is known; empty: none is expected."""
    with services.database.reading() as session:
        return session.scalar(select(Mailbox.lw_clientstate).where(Mailbox.mailboxid == mailboxid)) or ""


def look_at_once(services: Services, mailboxid: str) -> None:
    """Once a second at most is stored that there is something new."""
    moment = services.clock()
    seldom = or_(Mailbox.lw_nudgedon.is_(None), Mailbox.lw_nudgedon < moment - _SELDOM)
    with services.database.transaction() as session:
        session.execute(update(Mailbox).where(Mailbox.mailboxid == mailboxid, seldom).values(lw_nudgedon=moment))
