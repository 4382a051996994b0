"""Letting in whom a provider vouches for: known by its subject, connected by themselves, or created where allowed."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sign_in import ExternalIdentity
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.access import Principal
from leadwright.identity.links import use_link
from leadwright.identity.oidc import Errand, Provider, SignInRefused, Subject, authorization_url, finish, new_errand
from leadwright.identity.providers import provider
from leadwright.identity.secrets import open_vault
from leadwright.identity.seed import root_business_unit
from leadwright.identity.sessions import Device, SecondStepOwed, SignedIn, enter
from leadwright.services import Services

ERRAND_SECONDS = 600
_DISABLED = "Your account here is disabled. Ask an administrator."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what it brings back sealed in a cookie."""

    url: str
    sealed: str


@dataclass(frozen=True, slots=True)
class _Kept:
    providerid: str
    errand: Errand
    target: str
    begun: float
    connects: str
    invitation: str


def start(
    services: Services, providerid: str, *, target: str = "/", connects: str = "", invitation: str = ""
) -> Started:
    """Begin a sign-in with a provider.

    Args:
        connects: id of the signed-in person who connects the provider's account to their own.
        invitation: token of an invitation that is accepted in this way.

    Raises:
        NotFound: there is no such provider.
        ProviderError: it cannot be asked.
    """
    with services.database.reading() as session:
        with_whom = provider(session, services.settings, providerid)
    errand = new_errand()
    url = authorization_url(with_whom, errand, redirect_uri(services, providerid))
    kept = _Kept(providerid, errand, target[:1000], services.clock().timestamp(), connects, invitation)
    return Started(url, open_vault(services.settings).seal(json.dumps(asdict(kept)), _purpose(providerid)))


def redirect_uri(services: Services, providerid: str) -> str:
    """What is to be registered at the provider; one for each, so that no provider can answer for another."""
    return f"{services.settings.address}/sign-in/with/{providerid}/back"


def come_back(
    services: Services,
    providerid: str,
    sealed: str,
    answer: dict[str, str],
    device: Device,
    *,
    who: Principal | None = None,
    replaces: str | None = None,
) -> tuple[SignedIn | SecondStepOwed | None, str]:
    """The browser is back. Returns the session, or what is owed first, or None when an account was connected; and
    the page wanted at first.

    Args:
        answer: the query it came back with.
        who: the person signed in, when accounts are being connected.

    Raises:
        NotAllowed: this person is not let in; the sentence says what to do.
        Conflict: the provider's account belongs to somebody else here.
        ProviderError: the provider cannot be asked.
    """
    kept = _opened(services, providerid, sealed)
    with services.database.reading() as session:
        with_whom = provider(session, services.settings, providerid)
    moment = services.clock()
    try:
        subject = finish(with_whom, kept.errand, answer, redirect_uri(services, providerid), moment)
    except SignInRefused as error:
        _log.warning("sign-in with a provider refused", provider=with_whom.name, reason=error.why)
        raise
    if kept.connects:
        if who is None or who.id != kept.connects:
            raise NotAllowed("Your session has ended meanwhile. Sign in and connect the account again.")
        _connect(services, who, with_whom, subject, moment)
        return None, kept.target
    return _enter(services, with_whom, subject, kept, device, replaces), kept.target


def _opened(services: Services, providerid: str, sealed: str) -> _Kept:
    try:
        read = json.loads(open_vault(services.settings).open(sealed, _purpose(providerid)))
    except Conflict as error:
        raise SignInRefused("no errand of this browser") from error
    kept = _Kept(**(read | {"errand": Errand(**read["errand"])}))
    if not 0 <= services.clock().timestamp() - kept.begun <= ERRAND_SECONDS:
        raise SignInRefused("it took too long")
    return kept


def _enter(
    services: Services, with_whom: Provider, subject: Subject, kept: _Kept, device: Device, replaces: str | None
) -> SignedIn | SecondStepOwed:
    try:
        with services.database.transaction() as session:
            user = _person(services, session, with_whom, subject, kept)
            actor = audit.Actor(user.systemuserid, "person", user.fullname)
            return enter(
                session,
                services,
                actor,
                device,
                with_whom.name,
                kept.target,
                replaces=replaces,
                strong=subject.is_strong,
            )
    except IntegrityError as error:
        raise Conflict("Somebody was added at the same moment. Sign in again.") from error


def _person(services: Services, session: Session, with_whom: Provider, subject: Subject, kept: _Kept) -> SystemUser:
    """Whom the subject stands for here; found, connected or created.

    Raises:
        NotAllowed: nobody, or somebody who is disabled.
    """
    moment = services.clock()
    known = session.get(ExternalIdentity, (subject.issuer, subject.subject))
    if known is not None:
        user = session.get_one(SystemUser, known.systemuserid)
        if user.isdisabled or user.accessmode != AccessMode.READ_WRITE:
            raise NotAllowed(_DISABLED)
        known.lastusedon = moment
        return user
    if kept.invitation:
        user = use_link(session, "invitation", kept.invitation, moment)
        _note(session, user, subject, with_whom, moment)
        return user
    mirrored = _mirrored(session, subject)
    by_email = select(SystemUser).where(SystemUser.internalemailaddress == subject.email)
    found = mirrored or (session.scalar(by_email) if subject.email else None)
    if found is not None:
        if mirrored is None and not with_whom.links_by_email:
            raise NotAllowed(_connect_first(with_whom))
        if found.isdisabled or found.accessmode != AccessMode.READ_WRITE:
            raise NotAllowed(_connect_first(with_whom) if mirrored is None else _DISABLED)
        _note(session, found, subject, with_whom, moment)
        return found
    return _create(session, with_whom, subject, moment)


def _mirrored(session: Session, subject: Subject) -> SystemUser | None:
    """The user this person is in the organisation whose users are mirrored; None for people of other providers."""
    column = SystemUser.__table__.columns.get("azureactivedirectoryobjectid")
    if column is None or not subject.objectid:
        return None
    return session.scalar(select(SystemUser).where(column == subject.objectid))


def _create(session: Session, with_whom: Provider, subject: Subject, moment: datetime) -> SystemUser:
    if not with_whom.create_role:
        raise NotAllowed(_connect_first(with_whom))
    if not subject.email:
        raise NotAllowed(f"{with_whom.name} does not vouch for your email address. Ask an administrator to invite you.")
    domain = subject.email.rpartition("@")[2]
    if with_whom.domains and domain not in with_whom.domains:
        raise NotAllowed(f"People of {domain} are not let in with {with_whom.name}. Ask an administrator.")
    role = session.scalar(select(Role).where(Role.name == with_whom.create_role))
    if role is None or role.name == AI_SALESPERSON:
        raise NotAllowed(f"The role {with_whom.create_role} for new people does not exist. Ask an administrator.")
    user = SystemUser(
        fullname=subject.fullname,
        internalemailaddress=subject.email[:100],
        businessunitid=root_business_unit(session),
        createdon=moment,
    )
    session.add(user)
    session.flush()
    session.add(UserRole(systemuserid=user.systemuserid, roleid=role.roleid))
    after = {"fullname": user.fullname, "email": subject.email, "roles": [role.name]}
    cause = f"signed in with {with_whom.name}"
    audit.record(session, audit.SYSTEM, "user.created", "systemuser", user.systemuserid, after=after, cause=cause)
    _note(session, user, subject, with_whom, moment)
    return user


def _connect(services: Services, who: Principal, with_whom: Provider, subject: Subject, moment: datetime) -> None:
    with services.database.transaction() as session:
        known = session.get(ExternalIdentity, (subject.issuer, subject.subject))
        if known is not None and known.systemuserid != who.id:
            raise Conflict(f"This account of {with_whom.name} belongs to somebody else here. Use your own.")
        if known is None:
            _note(session, session.get_one(SystemUser, who.id), subject, with_whom, moment)


def _note(session: Session, user: SystemUser, subject: Subject, with_whom: Provider, moment: datetime) -> None:
    session.add(
        ExternalIdentity(
            issuer=subject.issuer,
            subject=subject.subject,
            systemuserid=user.systemuserid,
            shown=subject.shown,
            createdon=moment,
            lastusedon=moment,
        )
    )
    session.flush()
    actor = audit.Actor(user.systemuserid, "person", user.fullname)
    after = {"provider": with_whom.name, "issuer": subject.issuer, "subject": subject.subject, "shown": subject.shown}
    audit.record(session, actor, "user.provider_connected", "systemuser", user.systemuserid, after=after)


def _connect_first(with_whom: Provider) -> str:
    return (
        f"{with_whom.name} knows you, and Leadwright does not yet. Sign in with your password and connect the account "
        "under Your account, or ask an administrator to invite you."
    )


def _purpose(providerid: str) -> str:
    return f"sign-in with {providerid}"
