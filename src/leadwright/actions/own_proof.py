"""A person proves again that it is they, before a way in or a session of theirs changes. Changes nothing itself."""

from datetime import timedelta

from leadwright.db.people import SystemUser, WebSession
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal
from leadwright.identity.passwords import PASSWORDS, Passwords
from leadwright.identity.sessions import is_own_password
from leadwright.services import Services

FRESH = timedelta(minutes=15)  # since the sign-in, for whoever has no password


def prove_again(
    services: Services, who: Principal, password: str, *, session_key: str = "", passwords: Passwords = PASSWORDS
) -> None:
    """By the current password; whoever has none, because a provider lets them in, by having signed in just now.

    Args:
        session_key: `key` of the session the person asks from.

    Raises:
        BadInput: the password is wrong, or the sign-in was too long ago.
        TooManyAttempts: guessed at too often.
    """
    with services.database.reading() as session:
        user = session.get(SystemUser, who.id)
        here = session.get(WebSession, session_key) if session_key else None
    if user is None:
        raise NotFound("There is no such user.")
    if user.passwordhash is not None:
        if not is_own_password(services, who.id, user.passwordhash, password, passwords):
            raise BadInput("The current password is wrong.", field="current")
        return
    if here is None or here.systemuserid != who.id or services.clock() - here.createdon > FRESH:
        raise BadInput(
            "You have no password here. Sign out, sign in with your provider again, and do this within 15 minutes.",
            field="current",
        )
