"""Browser sessions: sign-in by email and password with throttling, the session of a cookie, sign-out.

The cookie holds a random token, the store only its SHA-256. Everything is asked again at each request, so disabling a
user ends their sessions at once. Cookies themselves belong to `web`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from time import sleep

from sqlalchemy import ColumnElement, delete, func, or_, orm, select, text, update

from leadwright.db import audit
from leadwright.db.compiled import Source
from leadwright.db.people import SignInAttempt, SystemUser, WebSession
from leadwright.db.sign_in import PendingSignIn, SignInLink
from leadwright.db.visitor import Visitor, read_visitor, touch_session
from leadwright.domain.optionsets import AccessMode
from leadwright.errors import NotAllowed
from leadwright.identity import second_factor
from leadwright.identity.access import Principal
from leadwright.identity.installation import Installation
from leadwright.identity.passwords import PASSWORDS, Passwords

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 10
PER_ADDRESS = 50
PER_ACCOUNT = 100  # from all addresses; more only slows down, or anybody could lock anybody out
SLOW_SECONDS = 2.0
PENDING = timedelta(minutes=10)  # for the second factor, after the password
KEPT_LINKS = timedelta(days=30)  # after their end, so that People can say that an invitation has expired
_TOUCH_SECONDS = 60
_THROTTLE_LOCK = 7312
REFUSED = "The email address or the password is wrong. Try again, or ask an administrator to set a new password."


class TooManyAttempts(NotAllowed):
    """No password is looked at for a while: too many were wrong. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        minutes = max(1, -(-retry_after // 60))
        super().__init__(f"Too many attempts. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.retry_after = retry_after


class SecondStepOwed(NotAllowed):
    """The password was right, the second factor is owed. `token` goes into a cookie of its own; see `second_step`."""

    def __init__(self, token: str) -> None:
        super().__init__("Enter the code of your authenticator app.")
        self.token = token


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in from, as the request says."""

    address: str = ""
    useragent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` goes into the cookie and is nowhere else."""

    token: str
    csrf: str
    systemuserid: str


@dataclass(frozen=True, slots=True)
class Session:
    """The browser session a request belongs to.

    Args:
        csrf: the form token; unsafe requests must bring it.
        timezone: IANA name, for showing times.
        key: names the session without giving its token away.
        stale: its last use was noted some time ago; `touch` it.
    """

    principal: Principal
    csrf: str
    timezone: str
    key: str
    stale: bool = False


def sign_in(
    services: Installation,
    email: str,
    password: str,
    *,
    address: str,
    useragent: str = "",
    replaces: str | None = None,
    target: str = "/",
    passwords: Passwords = PASSWORDS,
    wait: Callable[[float], None] = sleep,
) -> SignedIn:
    """Check the password and open a new session.

    The attempt is counted before the password is looked at, so a burst of guesses cannot slip through. An unknown
    email, a wrong password and a disabled user are refused with the same words after the same work.

    Args:
        address: where the request came from.
        replaces: token of the browser's session until now; it ends.
        target: the page wanted at first, kept for whoever owes a second factor.
        wait: how a try on an account that is being guessed at is slowed down.

    Raises:
        TooManyAttempts: ten tries on the account from this address, or fifty from it in all, within 15 minutes.
        NotAllowed: email or password are wrong.
        SecondStepOwed: they are right, and the person has, or must have, an authenticator app.
    """
    moment, account = services.clock(), email.strip().casefold()[:100]
    with services.database.transaction() as session:
        guessed_at = count_attempt(session, account, address[:60], moment)
        user = session.execute(
            select(SystemUser.systemuserid, SystemUser.fullname, SystemUser.passwordhash).where(
                SystemUser.internalemailaddress == account,
                SystemUser.isdisabled.is_(False),
                SystemUser.accessmode == AccessMode.READ_WRITE,
            )
        ).first()
    if guessed_at:
        wait(SLOW_SECONDS)
    stored = user.passwordhash if user else None
    right = passwords.verify(stored, password)
    fresh = passwords.hash(password) if right and stored and passwords.outdated(stored) else None
    with services.database.transaction() as session:
        actor = audit.Actor(user.systemuserid if user else None, "person", user.fullname if user else "unknown")
        if user is None or not right or not _still_the_same(session, user.systemuserid, stored):
            audit.record(session, actor, "person.sign_in_refused", "systemuser", actor.id or "unknown")
            entered = None
        else:
            mine = (SignInAttempt.account == account) & (SignInAttempt.address == address[:60])
            session.execute(delete(SignInAttempt).where(mine))
            if fresh:
                session.execute(
                    update(SystemUser).where(SystemUser.systemuserid == user.systemuserid).values(passwordhash=fresh)
                )
            entered = enter(session, services, actor, Device(address, useragent), "password", target, replaces=replaces)
    if entered is None:
        raise NotAllowed(REFUSED)
    if isinstance(entered, SecondStepOwed):
        raise entered
    return entered


def enter(
    session: orm.Session,
    services: Installation,
    actor: audit.Actor,
    device: Device,
    method: str,
    target: str,
    *,
    replaces: str | None = None,
    strong: bool = False,
) -> SignedIn | SecondStepOwed:
    """After the first step was right: the new session, or what is owed first. In the caller's transaction.

    Args:
        method: how it was proven who they are, in words.
        strong: a provider said that it asked for two factors itself.
    """
    moment, systemuserid = services.clock(), str(actor.id)
    if not strong and second_factor.step_owed(session, services.settings, systemuserid):
        token = token_urlsafe(32)
        session.add(
            PendingSignIn(
                tokenhash=_hash(token), systemuserid=systemuserid, method=method[:80], target=target, createdon=moment
            )
        )
        return SecondStepOwed(token)
    if replaces:
        session.execute(delete(WebSession).where(WebSession.tokenhash == _hash(replaces)))
    opened = open_session(session, systemuserid, device, method, moment)
    audit.record(session, actor, "person.signed_in", "systemuser", systemuserid, after={"method": method})
    return opened


def is_own_password(
    services: Installation, systemuserid: str, stored: str | None, given: str, passwords: Passwords = PASSWORDS
) -> bool:
    """Whether a signed-in person knows the current password. Counted before it is looked at, as at sign-in.

    It is counted by person, from wherever the guesses come, and apart from sign-in: who found a screen unlocked cannot
    guess on, and the person can still sign in.

    Raises:
        TooManyAttempts: ten wrong ones within 15 minutes.
    """
    if not given:
        return False
    guessed = f"password of {systemuserid}"
    with services.database.transaction() as session:
        count_attempt(session, guessed, guessed, services.clock())
    right = passwords.verify(stored, given)
    if right:
        with services.database.transaction() as session:
            session.execute(delete(SignInAttempt).where(SignInAttempt.account == guessed))
    return right


def session_of(services: Installation, token: str | None, source: Source | None = None) -> Session | None:
    """The session a cookie's token stands for; None when there is none, it has ended, or the user is disabled.

    Ends: after `session_idle_minutes` without a request, and `session_hours` after sign-in in any case. Writes nothing,
    so that it never waits for a writer: the caller touches a `stale` session, `forget_ended` removes those that ended.

    Args:
        source: read on this connection.
    """
    if not token:
        return None
    key, moment = _hash(token), services.clock()
    found = read_visitor(source or services.database, key)
    if found is None:
        return None
    idle = timedelta(minutes=services.settings.session_idle_minutes)
    absolute = timedelta(hours=services.settings.session_hours)
    if found.isdisabled or moment - found.lastseenon > idle or moment - found.createdon > absolute:
        return None
    stale = moment - found.lastseenon > min(timedelta(seconds=_TOUCH_SECONDS), idle / 10)
    return Session(_principal(found), found.csrf, found.timezone, key, stale)


def touch(services: Installation, key: str) -> bool:
    """Note that the session is in use, unless somebody else is writing; the next request tries again."""
    return touch_session(services.database, key, services.clock())


def _principal(found: Visitor) -> Principal:
    """The same as `access.principal`, from what one read brought; asked with every page, so it must be cheap."""
    privileges: dict[str, int] = {}
    for kind, name, depth in found.held:
        if kind == "p" and depth > privileges.get(name, 0):
            privileges[name] = depth
    return Principal(
        id=found.systemuserid,
        kind="person",
        name=found.fullname,
        businessunitid=found.businessunitid,
        privileges=privileges,
        teams=frozenset([name for kind, name, _ in found.held if kind == "t"]),
        roles=frozenset([name for kind, name, _ in found.held if kind == "r"]),
    )


def sign_out(services: Installation, token: str) -> None:
    """End this session. Safe to repeat."""
    with services.database.transaction() as session:
        session.execute(delete(WebSession).where(WebSession.tokenhash == _hash(token)))


def end_sessions(session: orm.Session, systemuserid: str, *, but: str | None = None) -> int:
    """End every session of a user, in the caller's transaction.

    Args:
        but: `key` of a session that stays, when a person ends the others.

    Returns:
        How many ended.
    """
    query = delete(WebSession).where(WebSession.systemuserid == systemuserid)
    if but is not None:
        query = query.where(WebSession.tokenhash != but)
    return len(session.scalars(query.returning(WebSession.tokenhash)).all())


def forget_ended(services: Installation) -> int:
    """Remove sessions and sign-in attempts that are past their time. Called by the ticks. Returns sessions removed."""
    moment = services.clock()
    with services.database.transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < moment - WINDOW))
        session.execute(delete(PendingSignIn).where(PendingSignIn.createdon < moment - PENDING))
        session.execute(delete(SignInLink).where(SignInLink.endson < moment - KEPT_LINKS))
        ended = delete(WebSession).where(
            or_(
                WebSession.lastseenon < moment - timedelta(minutes=services.settings.session_idle_minutes),
                WebSession.createdon < moment - timedelta(hours=services.settings.session_hours),
            )
        )
        return len(session.scalars(ended.returning(WebSession.tokenhash)).all())


def count_attempt(session: orm.Session, account: str, address: str, moment: datetime) -> bool:
    """Count this try. True: the account is being guessed at from many addresses.

    Raises:
        TooManyAttempts: this address tried too often.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _THROTTLE_LOCK})
    from_here, of_account = SignInAttempt.address == address, SignInAttempt.account == account
    for tries, most in ((from_here & of_account, PER_ACCOUNT_AND_ADDRESS), (from_here, PER_ADDRESS)):
        counted, oldest = _tries(session, tries, moment)
        if counted >= most:
            raise TooManyAttempts(max(1, int((oldest + WINDOW - moment).total_seconds())))
    guessed_at = _tries(session, of_account, moment)[0] >= PER_ACCOUNT
    session.add(SignInAttempt(account=account, address=address, at=moment))
    return guessed_at


def _tries(session: orm.Session, which: ColumnElement[bool], moment: datetime) -> tuple[int, datetime]:
    query = select(func.count(), func.min(SignInAttempt.at)).where(which, SignInAttempt.at > moment - WINDOW)
    counted, oldest = session.execute(query).one()
    return counted, oldest


def _still_the_same(session: orm.Session, systemuserid: str, stored: str | None) -> bool:
    """Neither disabled nor given another password while the hash was computed."""
    found = session.execute(
        select(SystemUser.isdisabled, SystemUser.passwordhash).where(SystemUser.systemuserid == systemuserid)
    ).first()
    return found is not None and not found.isdisabled and found.passwordhash == stored


def open_session(session: orm.Session, systemuserid: str, device: Device, method: str, moment: datetime) -> SignedIn:
    """Open one, in the caller's transaction, for a person about whom every doubt is settled."""
    opened = SignedIn(token_urlsafe(32), token_urlsafe(32), systemuserid)
    session.add(
        WebSession(
            tokenhash=_hash(opened.token),
            systemuserid=systemuserid,
            csrf=opened.csrf,
            createdon=moment,
            lastseenon=moment,
            useragent=device.useragent[:200],
            address=device.address[:60],
            method=method[:120],
        )
    )
    return opened


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
