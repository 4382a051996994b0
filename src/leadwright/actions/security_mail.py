"""Mails that tell a person what changed about their way in, so that a stranger's change does not stay unseen."""

from sqlalchemy.orm import Session

from leadwright.db.people import SystemUser
from leadwright.mail.system_mail import queue_system_mail, way_out
from leadwright.services import Services


def tell_of_change(services: Services, session: Session, user: SystemUser, what: str) -> None:
    """Queue it in the caller's transaction; nothing where no mail can leave or the user has no address.

    Args:
        what: goes on from "In Leadwright ", such as "your password was changed".
    """
    if not user.internalemailaddress or way_out(session, services.settings) is None:
        return
    queue_system_mail(
        session,
        to=user.internalemailaddress,
        subject=f"In Leadwright {what}",
        text=f"Hello {user.fullname},\n\nin Leadwright {what} just now.\n\nWas it not you? Ask for a new password at "
        f"{services.settings.address}/password/forgotten and tell an administrator at once.\n",
        kind="security",
        moment=services.clock(),
    )
