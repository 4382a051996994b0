"""Inviting people and letting in who forgot the password: links by mail where it can be sent, else handed over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.actions.people import create_user_in
from leadwright.actions.security_mail import tell_of_change
from leadwright.db import audit
from leadwright.db.people import SystemUser
from leadwright.db.system_mail import SystemMail
from leadwright.domain.optionsets import AccessMode
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.links import Purpose, make_link, person_of, use_link
from leadwright.identity.passwords import PASSWORDS, Passwords, check_strength
from leadwright.identity.secrets import open_vault
from leadwright.identity.sessions import count_attempt, end_sessions
from leadwright.mail.system_mail import queue_system_mail, way_out
from leadwright.services import Services

_PATHS: dict[Purpose, str] = {"invitation": "welcome", "reset": "password/reset"}
_MOST_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a link.

    Args:
        link: to be handed over in private; empty when it was sent by mail.
    """

    systemuserid: str
    link: str
    endson: datetime

    @property
    def is_sent(self) -> bool:
        """It is on its way by mail, and nobody else sees it."""
        return not self.link


def invite(
    services: Services,
    who: Principal,
    *,
    fullname: str,
    email: str,
    roles: Iterable[str] = (),
    businessunitid: str | None = None,
    timezone: str = "UTC",
) -> Handed:
    """Add a person and send a link under which they choose their own password within seven days.

    Raises:
        NotAllowed: prvCreateUser, or prvAssignRole when roles are given, is missing.
        BadInput: something given cannot be used.
        Conflict: the email address is taken.
    """
    return create_user_in(
        services,
        who,
        lambda session, user: _hand_over(services, session, user, "invitation", who),
        fullname=fullname,
        email=email,
        roles=roles,
        businessunitid=businessunitid,
        timezone=timezone,
    )


def send_link(services: Services, who: Principal, systemuserid: str) -> Handed:
    """A new link for somebody: the invitation again while they have no password, else one for a new password.

    Raises:
        NotAllowed: prvWriteUser is missing.
        Conflict: the user is disabled, has no address, or is an application.
    """
    require(who, "prvWriteUser")
    with services.database.transaction() as session:
        user = session.get(SystemUser, systemuserid)
        if user is None:
            raise NotFound("There is no such user.")
        if user.accessmode != AccessMode.READ_WRITE or not user.internalemailaddress:
            raise Conflict("An application user signs in with its client secret, never with a password.")
        if user.isdisabled:
            raise Conflict("This user is disabled. Enable them first.")
        purpose: Purpose = "reset" if user.passwordhash else "invitation"
        return _hand_over(services, session, user, purpose, who)


def accept_invitation(services: Services, token: str, password: str, *, passwords: Passwords = PASSWORDS) -> str:
    """Choose the first password. Returns the email address to sign in with.

    Raises:
        NotFound: the link is not good any more.
        BadInput: the password is too weak.
    """
    return _choose(services, "invitation", token, password, "user.invitation_accepted", passwords)


def reset_password(services: Services, token: str, password: str, *, passwords: Passwords = PASSWORDS) -> str:
    """Choose a new password; every session ends. A second factor stays. Returns the email address.

    Raises:
        NotFound: the link is not good any more.
        BadInput: the password is too weak.
    """
    return _choose(services, "reset", token, password, "user.password_set", passwords)


def named(services: Services, purpose: Purpose, token: str) -> str:
    """Whom a link is for.

    Raises:
        NotFound: it is not good any more.
    """
    with services.database.reading() as session:
        return person_of(session, purpose, token, services.clock()).fullname


def can_mail(services: Services) -> bool:
    """Is there a way for mails to users?"""
    with services.database.reading() as session:
        return way_out(session, services.settings) is not None


def count_request(services: Services, email: str, address: str) -> None:
    """Count that somebody asked for a new password, whoever it is.

    Raises:
        TooManyAttempts: ten times for the address from this place, or fifty from it in all, within 15 minutes.
    """
    with services.database.transaction() as session:
        account = f"reset of {email.strip().casefold()}"[:100]
        count_attempt(session, account, f"reset {address}"[:60], services.clock())


def mail_reset_link(services: Services, email: str) -> bool:
    """Send a link when somebody has this address. For the time after the answer, which is the same for every address.

    Returns:
        Whether a mail was queued; never shown to who asked.
    """
    with services.database.transaction() as session:
        user = session.scalar(
            select(SystemUser).where(
                SystemUser.internalemailaddress == email.strip().casefold(),
                SystemUser.isdisabled.is_(False),
                SystemUser.accessmode == AccessMode.READ_WRITE,
            )
        )
        if user is None or way_out(session, services.settings) is None or _flooded(session, email, services.clock()):
            return False
        _hand_over(services, session, user, "reset", None)
        return True


def _flooded(session: Session, email: str, moment: datetime) -> bool:
    """So many links within the hour that somebody, from however many addresses, only fills an inbox."""
    asked = select(func.count()).where(
        SystemMail.kind == "reset",
        SystemMail.recipient == email.strip().casefold(),
        SystemMail.createdon > moment - timedelta(hours=1),
    )
    return (session.scalar(asked) or 0) >= _MOST_AN_HOUR


def _hand_over(
    services: Services, session: Session, user: SystemUser, purpose: Purpose, who: Principal | None
) -> Handed:
    moment = services.clock()
    made = make_link(session, user.systemuserid, purpose, moment, createdby=who.id or None if who else None)
    link = f"{services.settings.address}/{_PATHS[purpose]}/{made.token}"
    sent = way_out(session, services.settings) is not None
    if sent:
        subject, text = _words(user, purpose, link, made.endson, who)
        queue_system_mail(
            session,
            to=str(user.internalemailaddress),
            subject=subject,
            text=text,
            kind=purpose,
            vault=open_vault(services.settings),
            expires_at=made.endson,
            moment=moment,
        )
    actor = who.actor if who else audit.Actor(None, "person", "somebody who is not signed in")
    action = "user.invited" if purpose == "invitation" else "user.reset_link_made"
    after = {"email": user.internalemailaddress, "endson": made.endson, "sent": sent}
    audit.record(session, actor, action, "systemuser", user.systemuserid, after=after)
    return Handed(user.systemuserid, "" if sent else link, made.endson)


def _choose(services: Services, purpose: Purpose, token: str, password: str, action: str, passwords: Passwords) -> str:
    with services.database.reading() as session:
        user = person_of(session, purpose, token, services.clock())
    check_strength(password, personal=(user.fullname, user.internalemailaddress or ""))
    hashed = passwords.hash(password)
    with services.database.transaction() as session:
        user = use_link(session, purpose, token, services.clock())
        user.passwordhash = hashed
        end_sessions(session, user.systemuserid)
        actor = audit.Actor(user.systemuserid, "person", user.fullname)
        audit.record(session, actor, action, "systemuser", user.systemuserid)
        if purpose == "reset":
            tell_of_change(services, session, user, "your password was changed")
        if not user.internalemailaddress:
            raise BadInput("This user has no email address to sign in with. Ask an administrator.")
        return user.internalemailaddress


def _words(user: SystemUser, purpose: Purpose, link: str, endson: datetime, who: Principal | None) -> tuple[str, str]:
    until = f"It works once, until {endson:%d %B %Y, %H:%M} UTC."
    if purpose == "invitation":
        inviter = f"{who.name} has" if who and who.id else "You have been"
        verb = "invited you" if who and who.id else "invited"
        return (
            "You are invited to Leadwright",
            f"Hello {user.fullname},\n\n{inviter} {verb} to Leadwright, where leads are researched and handed over.\n\n"
            f"Choose your password here:\n{link}\n\n{until} You then sign in with {user.internalemailaddress}.\n",
        )
    return (
        "Choose a new password for Leadwright",
        f"Hello {user.fullname},\n\nsomebody, hopefully you, asked for a new password in Leadwright.\n\n"
        f"Choose it here:\n{link}\n\n{until}\n\nWas it not you? Then do nothing: your password stays as it is.\n",
    )
