"""A sign-in that is half done: password or provider were right, the second factor is still owed. Not a session."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.people import SignInAttempt, SystemUser, WebSession
from leadwright.db.sign_in import PendingSignIn
from leadwright.domain.optionsets import AccessMode
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity import second_factor
from leadwright.identity.installation import Installation
from leadwright.identity.secrets import open_vault
from leadwright.identity.sessions import PENDING, Device, SignedIn, count_attempt, open_session

_HOW = {"app": "app", "recovery": "recovery code"}
_OVER = "This sign-in has taken too long or is over. Sign in again."
WRONG = "This code is wrong or was used before. Wait for the next one, or use a recovery code."


def pending(session: Session, token: str, moment: datetime) -> tuple[PendingSignIn, SystemUser]:
    """The half sign-in of this token and whose it is.

    Raises:
        NotAllowed: over, unknown, or the user is disabled meanwhile.
    """
    found = session.execute(
        select(PendingSignIn, SystemUser)
        .join(SystemUser, SystemUser.systemuserid == PendingSignIn.systemuserid)
        .where(
            PendingSignIn.tokenhash == _hash(token),
            PendingSignIn.createdon > moment - PENDING,
            SystemUser.isdisabled.is_(False),
            SystemUser.accessmode == AccessMode.READ_WRITE,
        )
    ).first()
    if found is None:
        raise NotAllowed(_OVER)
    return found[0], found[1]


def finish_with_code(
    services: Installation, token: str, code: str, device: Device, *, replaces: str | None = None
) -> tuple[SignedIn, str]:
    """Take a code of the app or a recovery code and open the session. Returns it and the page wanted at first.

    Raises:
        TooManyAttempts: ten wrong codes within 15 minutes.
        BadInput: the code is wrong.
        NotAllowed: the sign-in is over.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        _, user = pending(session, token, moment)
        guessed = f"code of {user.systemuserid}"
        count_attempt(session, guessed, guessed, moment)
    with services.database.transaction() as session:
        step, user = pending(session, token, moment)
        used = second_factor.use_code(session, open_vault(services.settings), user.systemuserid, code, moment)
        actor = audit.Actor(user.systemuserid, "person", user.fullname)
        if used:
            method, target = f"{step.method}, {_HOW[used]}", step.target
            opened = _open(session, step, method, device, moment, replaces)
            session.execute(delete(SignInAttempt).where(SignInAttempt.account == guessed))
            after = {"method": method}
            audit.record(session, actor, "person.signed_in", "systemuser", user.systemuserid, after=after)
        else:
            audit.record(session, actor, "person.code_refused", "systemuser", user.systemuserid)
    if not used:
        raise BadInput(WRONG, field="code")
    return opened, target


def app_to_set_up(services: Installation, token: str) -> tuple[str, str]:
    """Somebody who must have an app, and has none, sets it up. Returns the secret, the same until its first code
    was seen, and the account's name.

    Raises:
        NotAllowed: the sign-in is over.
        Conflict: there is an app already.
    """
    moment, vault = services.clock(), open_vault(services.settings)
    with services.database.transaction() as session:
        _, user = pending(session, token, moment)
        secret = second_factor.begun(session, vault, user.systemuserid)
        secret = secret or second_factor.begin(session, vault, user.systemuserid, moment)
        return secret, user.internalemailaddress or user.fullname


def finish_with_new_app(
    services: Installation, token: str, code: str, device: Device, *, replaces: str | None = None
) -> tuple[SignedIn, str, list[str]]:
    """The first code of the app just set up opens the session. Returns it, the page wanted, the recovery codes.

    Raises:
        TooManyAttempts: ten wrong codes within 15 minutes.
        BadInput: the code is wrong.
        NotAllowed: the sign-in is over.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        _, user = pending(session, token, moment)
        guessed = f"code of {user.systemuserid}"
        count_attempt(session, guessed, guessed, moment)
    with services.database.transaction() as session:
        step, user = pending(session, token, moment)
        vault = open_vault(services.settings)
        codes = second_factor.confirm(session, vault, user.systemuserid, code, moment)
        method, target = f"{step.method}, app", step.target
        opened = _open(session, step, method, device, moment, replaces)
        session.execute(delete(SignInAttempt).where(SignInAttempt.account == guessed))
        actor = audit.Actor(user.systemuserid, "person", user.fullname)
        audit.record(session, actor, "user.app_set_up", "systemuser", user.systemuserid)
        audit.record(session, actor, "person.signed_in", "systemuser", user.systemuserid, after={"method": method})
        return opened, target, codes


def _open(
    session: Session, step: PendingSignIn, method: str, device: Device, moment: datetime, replaces: str | None
) -> SignedIn:
    session.execute(delete(PendingSignIn).where(PendingSignIn.tokenhash == step.tokenhash))
    if replaces:
        session.execute(delete(WebSession).where(WebSession.tokenhash == _hash(replaces)))
    return open_session(session, step.systemuserid, device, method, moment)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
