"""Sessions, authenticator app and connected providers: one's own, and what an administrator does about another's.

Whatever concerns oneself asks for a proof first; `session_key` is of the session it is asked from, see `own_proof`.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.actions.own_proof import prove_again
from leadwright.actions.security_mail import tell_of_change
from leadwright.db import audit
from leadwright.db.people import SystemUser, WebSession
from leadwright.db.sign_in import ExternalIdentity
from leadwright.errors import Conflict, NotFound
from leadwright.identity import second_factor
from leadwright.identity.access import Principal, require
from leadwright.identity.passwords import PASSWORDS, Passwords
from leadwright.identity.secrets import open_vault
from leadwright.identity.sessions import end_sessions
from leadwright.services import Services

SHORT = 20  # of a session's hash, enough to name it


def end_session(
    services: Services,
    who: Principal,
    systemuserid: str,
    handle: str,
    password: str = "",
    *,
    session_key: str = "",
    passwords: Passwords = PASSWORDS,
) -> None:
    """End one browser session, of oneself or, with prvWriteUser, of anyone.

    Args:
        handle: as lists of sessions give it.

    Raises:
        BadInput: the current password is wrong.
        NotFound: it has ended already.
    """
    _prove_or_administer(services, who, systemuserid, password, session_key, passwords)
    with services.database.transaction() as session:
        ended = (
            delete(WebSession)
            .where(WebSession.systemuserid == systemuserid, WebSession.tokenhash.startswith(handle, autoescape=True))
            .returning(WebSession.tokenhash)
        )
        if len(handle) != SHORT or session.scalar(ended) is None:
            raise NotFound("This session has ended already.")
        audit.record(session, who.actor, "user.session_ended", "systemuser", systemuserid)


def end_all_sessions(
    services: Services,
    who: Principal,
    systemuserid: str,
    password: str = "",
    *,
    but: str | None = None,
    passwords: Passwords = PASSWORDS,
) -> int:
    """End every session of oneself or, with prvWriteUser, of anyone. Returns how many ended.

    Args:
        but: `key` of the session that stays.

    Raises:
        BadInput: the current password is wrong.
    """
    _prove_or_administer(services, who, systemuserid, password, but or "", passwords)
    with services.database.transaction() as session:
        _person(session, systemuserid)
        ended = end_sessions(session, systemuserid, but=but)
        audit.record(session, who.actor, "user.sessions_ended", "systemuser", systemuserid, after={"ended": ended})
        return ended


def begin_app(
    services: Services,
    who: Principal,
    password: str,
    *,
    session_key: str = "",
    passwords: Passwords = PASSWORDS,
) -> str:
    """A secret for one's authenticator app; it counts once `confirm_app` has seen a code.

    Raises:
        BadInput: the current password is wrong.
        Conflict: there is an app already.
    """
    prove_again(services, who, password, session_key=session_key, passwords=passwords)
    with services.database.transaction() as session:
        return second_factor.begin(session, open_vault(services.settings), who.id, services.clock())


def confirm_app(services: Services, who: Principal, code: str) -> list[str]:
    """The first code of the app makes it count. Returns the recovery codes, which are shown this once.

    Raises:
        BadInput: the code is wrong.
        Conflict: nothing was begun.
    """
    with services.database.transaction() as session:
        vault, moment = open_vault(services.settings), services.clock()
        codes = second_factor.confirm(session, vault, who.id, code, moment)
        audit.record(session, who.actor, "user.app_set_up", "systemuser", who.id)
        tell_of_change(services, session, _person(session, who.id), "an authenticator app was set up for you")
        return codes


def begun_app(services: Services, who: Principal) -> str | None:
    """The secret that waits for its first code, for showing the page again."""
    with services.database.reading() as session:
        return second_factor.begun(session, open_vault(services.settings), who.id)


def renew_recovery_codes(
    services: Services, who: Principal, password: str, *, session_key: str = "", passwords: Passwords = PASSWORDS
) -> list[str]:
    """Ten new recovery codes; the former ones are void.

    Raises:
        BadInput: the current password is wrong.
        Conflict: there is no app.
    """
    prove_again(services, who, password, session_key=session_key, passwords=passwords)
    with services.database.transaction() as session:
        if not second_factor.is_on(session, who.id):
            raise Conflict("Set up an authenticator app first.")
        codes = second_factor.new_recovery_codes(session, who.id)
        audit.record(session, who.actor, "user.recovery_codes_renewed", "systemuser", who.id)
        return codes


def remove_app(
    services: Services,
    who: Principal,
    systemuserid: str,
    password: str = "",
    *,
    session_key: str = "",
    passwords: Passwords = PASSWORDS,
) -> None:
    """Sign in without the app from now on. One's own needs the password, another's prvWriteUser (a lost phone).

    Raises:
        BadInput: the current password is wrong.
        Conflict: there is no app.
    """
    _prove_or_administer(services, who, systemuserid, password, session_key, passwords)
    with services.database.transaction() as session:
        user = _person(session, systemuserid)
        if not second_factor.remove(session, systemuserid):
            raise Conflict("There is no authenticator app to remove.")
        tell_of_change(services, session, user, "your authenticator app was removed")
        audit.record(session, who.actor, "user.app_removed", "systemuser", systemuserid)


def disconnect(
    services: Services,
    who: Principal,
    systemuserid: str,
    issuer: str,
    subject: str,
    password: str = "",
    *,
    session_key: str = "",
    passwords: Passwords = PASSWORDS,
) -> None:
    """A provider's account opens this one no longer.

    Raises:
        BadInput: the current password is wrong.
        NotFound: it is not connected.
        Conflict: it is the person's only way in.
    """
    _prove_or_administer(services, who, systemuserid, password, session_key, passwords)
    with services.database.transaction() as session:
        user = _person(session, systemuserid)
        known = session.get(ExternalIdentity, (issuer, subject))
        if known is None or known.systemuserid != systemuserid:
            raise NotFound("This account is not connected any more.")
        others = select(ExternalIdentity.subject).where(
            ExternalIdentity.systemuserid == systemuserid,
            (ExternalIdentity.issuer != issuer) | (ExternalIdentity.subject != subject),
        )
        if systemuserid == who.id and user.passwordhash is None and session.scalar(others.limit(1)) is None:
            raise Conflict("This is your only way to sign in. Set a password first.")
        session.delete(known)
        before = {"issuer": issuer, "subject": subject, "shown": known.shown}
        audit.record(session, who.actor, "user.provider_disconnected", "systemuser", systemuserid, before=before)


def sessions_of(
    services: Services, who: Principal, systemuserid: str
) -> list[tuple[str, datetime, datetime, str, str, str]]:
    """(handle, opened, last used, method, address, browser) of each session, newest use first."""
    _own_or_administrator(who, systemuserid)
    query = (
        select(WebSession)
        .where(WebSession.systemuserid == systemuserid)
        .order_by(WebSession.lastseenon.desc())
        .limit(200)
    )
    with services.database.reading() as session:
        return [
            (each.tokenhash[:SHORT], each.createdon, each.lastseenon, each.method, each.address, each.useragent)
            for each in session.scalars(query)
        ]


def _own_or_administrator(who: Principal, systemuserid: str) -> None:
    if systemuserid != who.id:
        require(who, "prvWriteUser")


def _prove_or_administer(
    services: Services, who: Principal, systemuserid: str, password: str, session_key: str, passwords: Passwords
) -> None:
    """One's own: a proof. Another's: the privilege."""
    _own_or_administrator(who, systemuserid)
    if systemuserid == who.id:
        prove_again(services, who, password, session_key=session_key, passwords=passwords)


def _person(session: Session, systemuserid: str) -> SystemUser:
    user = session.get(SystemUser, systemuserid)
    if user is None:
        raise NotFound("There is no such user.")
    return user
