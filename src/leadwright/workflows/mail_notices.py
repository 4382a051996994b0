"""Have a server that can do so tell us of new mail: agreed where it reaches us, renewed in time. Mail is polled too."""

import secrets
from datetime import timedelta

import structlog
from sqlalchemy import update

from leadwright.db.mail import Mailbox
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.errors import OutsideError
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.mailbox import Notice
from leadwright.services import Services

PATH = "/api/v1/mail/notifications/"
_RENEWED = timedelta(hours=12)  # before it ends
AGAIN = timedelta(minutes=30)  # after one that could not be agreed: mail is looked for meanwhile
_log = structlog.get_logger(__name__)


def stay_notified(services: Services, row: Mailbox, mailbox: MailboxPort) -> bool:
    """Agree or renew, when it is time. False: that failed, and is worth another try after `AGAIN`.

    Nothing is lost meanwhile, mail is looked for besides.
    """
    moment, public = services.clock(), services.settings.public_url.rstrip("/")
    if row.lw_kind != MailboxKind.GRAPH or not public.startswith("https://"):
        return True
    if row.lw_subscriptionid and row.lw_subscribeduntil is not None and row.lw_subscribeduntil > moment + _RENEWED:
        return True
    notice = Notice(
        f"{public}{PATH}{row.mailboxid}", row.lw_clientstate or secrets.token_urlsafe(32), row.lw_subscriptionid or ""
    )
    _keep(services, row.mailboxid, lw_clientstate=notice.state)
    try:
        agreed = mailbox.stay_notified(notice)
    except OutsideError as error:
        _log.info("new mail is not notified", mailbox=row.mailboxid, reason=str(error))
        _keep(services, row.mailboxid, lw_subscriptionid=None, lw_subscribeduntil=None)
        return False
    if agreed is not None:
        _keep(services, row.mailboxid, lw_subscriptionid=agreed.id, lw_subscribeduntil=agreed.until)
    return True


def _keep(services: Services, mailboxid: str, **values: object) -> None:
    with services.database.transaction() as session:
        session.execute(update(Mailbox).where(Mailbox.mailboxid == mailboxid).values(values))
