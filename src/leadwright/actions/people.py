"""Users, roles and absences, as a person may change them."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar
from zoneinfo import available_timezones

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions.security_mail import tell_of_change
from leadwright.db import audit
from leadwright.db.base import Base
from leadwright.db.people import BusinessUnit, Role, SystemUser, UserRole
from leadwright.db.sign_in import SignInLink
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import AI_SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.announcements import administrators
from leadwright.identity.passwords import PASSWORDS, Passwords, check_strength
from leadwright.identity.seed import root_business_unit, seed_directory
from leadwright.identity.sessions import end_sessions, is_own_password
from leadwright.services import Services

R = TypeVar("R")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


def first_administrator(
    services: Services,
    *,
    fullname: str,
    email: str,
    password: str,
    timezone: str = "UTC",
    passwords: Passwords = PASSWORDS,
) -> str:
    """Set up an empty installation: root business unit, roles, and the administrator. Returns the user's id.

    Raises:
        Conflict: a person exists already.
        BadInput: name, email or password cannot be used.
    """
    values = _person(fullname, email, password, timezone, passwords)
    with services.database.transaction() as session:
        seed_directory(session)
        root = root_business_unit(session, lock=True)
        if _people(session):
            raise Conflict("Leadwright has been set up already. Sign in, or ask an administrator for an account.")
        user = SystemUser(**values, businessunitid=root, createdon=services.clock())
        session.add(user)
        session.flush()
        session.add(UserRole(systemuserid=user.systemuserid, roleid=_roles(session, [SYSTEM_ADMINISTRATOR])[0].roleid))
        after = {"fullname": fullname, "roles": [SYSTEM_ADMINISTRATOR]}
        audit.record(session, audit.SYSTEM, "user.created", "systemuser", user.systemuserid, after=after)
        return user.systemuserid


def needs_first_administrator(services: Services) -> bool:
    """True while no person exists."""
    with services.database.reading() as session:
        return not _people(session)


def create_user(
    services: Services,
    who: Principal,
    *,
    fullname: str,
    email: str,
    password: str | None = None,
    roles: Iterable[str] = (),
    businessunitid: str | None = None,
    timezone: str = "UTC",
    passwords: Passwords = PASSWORDS,
) -> str:
    """Add a person. Without a password they cannot sign in until one is set. Returns the user's id.

    Raises:
        NotAllowed: prvCreateUser, or prvAssignRole when roles are given, is missing.
        BadInput: something given cannot be used.
        Conflict: the email address is taken.
    """
    return create_user_in(
        services,
        who,
        lambda _session, user: user.systemuserid,
        fullname=fullname,
        email=email,
        password=password,
        roles=roles,
        businessunitid=businessunitid,
        timezone=timezone,
        passwords=passwords,
    )


def create_user_in(
    services: Services,
    who: Principal,
    finish: Callable[[Session, SystemUser], R],
    *,
    fullname: str,
    email: str,
    password: str | None = None,
    roles: Iterable[str] = (),
    businessunitid: str | None = None,
    timezone: str = "UTC",
    passwords: Passwords = PASSWORDS,
) -> R:
    """As `create_user`, with something more in the same transaction, whose answer is returned."""
    require(who, "prvCreateUser")
    wanted = sorted(set(roles))
    if wanted:
        require(who, "prvAssignRole")
    values = _person(fullname, email, password, timezone, passwords)
    try:
        with services.database.transaction() as session:
            unit = existing_business_unit(session, businessunitid)
            user = SystemUser(**values, businessunitid=unit, createdon=services.clock())
            session.add(user)
            session.flush()
            _give_roles(session, user, wanted)
            after = {"fullname": user.fullname, "email": user.internalemailaddress, "roles": wanted}
            audit.record(session, who.actor, "user.created", "systemuser", user.systemuserid, after=after)
            return finish(session, user)
    except IntegrityError as error:
        raise Conflict(f"There is a user with the email address {values['internalemailaddress']} already.") from error


def set_roles(services: Services, who: Principal, systemuserid: str, roles: Iterable[str]) -> None:
    """Give a user exactly these roles. What they may do changes with their next request.

    Raises:
        NotAllowed: prvAssignRole is missing.
        BadInput: no such role, or AISalesPerson for a person.
        Conflict: nobody would be left as System Administrator.
    """
    require(who, "prvAssignRole")
    wanted = sorted(set(roles))
    with services.database.transaction() as session:
        root_business_unit(session, lock=True)
        user = _user(session, systemuserid)
        before = _role_names(session, systemuserid)
        session.execute(delete(UserRole).where(UserRole.systemuserid == systemuserid))
        _give_roles(session, user, wanted)
        _keep_an_administrator(session)
        audit.record(
            session,
            who.actor,
            "user.roles_set",
            "systemuser",
            systemuserid,
            before={"roles": before},
            after={"roles": wanted},
        )


def set_away(
    services: Services, who: Principal, systemuserid: str, away_from: date | None, away_until: date | None
) -> None:
    """Say from which to which day a person is away (both included); both None: they are here.

    Everyone may say so of themselves; for others it needs prvWriteUser.
    """
    if systemuserid != who.id:
        require(who, "prvWriteUser")
    if away_from and away_until and away_until < away_from:
        raise BadInput("The last day away is before the first one.", field="awayuntil")
    with services.database.transaction() as session:
        user = _user(session, systemuserid)
        before = {"awayfrom": user.awayfrom, "awayuntil": user.awayuntil}
        user.awayfrom, user.awayuntil = away_from, away_until
        after = {"awayfrom": away_from, "awayuntil": away_until}
        audit.record(session, who.actor, "user.away_set", "systemuser", systemuserid, before=before, after=after)


def disable_user(services: Services, who: Principal, systemuserid: str, *, disabled: bool = True) -> None:
    """Disable a user, whose sessions end at once, or enable one again.

    Raises:
        NotAllowed: prvDisableUser is missing.
        Conflict: it is you, or the last System Administrator.
    """
    require(who, "prvDisableUser")
    if systemuserid == who.id and disabled:
        raise Conflict("You cannot disable yourself. Ask another administrator.")
    with services.database.transaction() as session:
        root_business_unit(session, lock=True)
        user = _user(session, systemuserid)
        before = user.isdisabled
        user.isdisabled = disabled
        session.flush()
        _keep_an_administrator(session)
        if disabled:
            end_sessions(session, systemuserid)
        action = "user.disabled" if disabled else "user.enabled"
        was, becomes = {"isdisabled": before}, {"isdisabled": disabled}
        audit.record(session, who.actor, action, "systemuser", systemuserid, before=was, after=becomes)


def set_password(
    services: Services,
    who: Principal,
    systemuserid: str,
    password: str,
    *,
    current: str | None = None,
    keep_session: str | None = None,
    passwords: Passwords = PASSWORDS,
) -> None:
    """Set a new password; the user's other sessions end. One's own needs the current one, another's prvWriteUser.

    Args:
        keep_session: `key` of the session that stays signed in.

    Raises:
        BadInput: the current password is wrong, or the new one is too weak.
        Conflict: an application user has no password; or one's own is the first, which needs a link by mail.
        TooManyAttempts: the current password was guessed at too often.
    """
    if systemuserid != who.id:
        require(who, "prvWriteUser")
    with services.database.reading() as session:
        user = _user(session, systemuserid)
    if user.applicationid is not None:
        raise Conflict("An application user signs in with its client secret, never with a password.")
    if systemuserid == who.id and user.passwordhash is None:
        raise Conflict("You sign in with a provider and have no password. Ask for a link at /password/forgotten.")
    if systemuserid == who.id and not is_own_password(services, who.id, user.passwordhash, current or "", passwords):
        raise BadInput("The current password is wrong.", field="current")
    check_strength(password, personal=(user.fullname, user.internalemailaddress or ""))
    hashed = passwords.hash(password)
    with services.database.transaction() as session:
        user = _user(session, systemuserid)
        user.passwordhash = hashed
        tell_of_change(services, session, user, "your password was changed")
        end_sessions(session, systemuserid, but=keep_session)
        audit.record(session, who.actor, "user.password_set", "systemuser", systemuserid)


def edit_user(
    services: Services,
    who: Principal,
    systemuserid: str,
    *,
    fullname: str,
    email: str,
    timezone: str,
    businessunitid: str,
) -> None:
    """Change name, sign-in address, time zone and business unit; the records they own move to that business unit.

    Links sent to a former address are void.

    Raises:
        NotAllowed: prvWriteUser is missing.
        BadInput: something given cannot be used.
        Conflict: the email address is taken, or it is an application user, which prerequisite 2 keeps.
    """
    require(who, "prvWriteUser")
    values = person_values(fullname, email, timezone)
    try:
        with services.database.transaction() as session:
            user = _user(session, systemuserid)
            if user.applicationid is not None:
                raise Conflict("An application user is changed in prerequisite 2 of the agent's settings.")
            unit = existing_business_unit(session, businessunitid)
            before = {name: getattr(user, name) for name in (*values, "businessunitid")}
            for name, value in values.items():
                setattr(user, name, value)
            if before["internalemailaddress"] != user.internalemailaddress:
                session.execute(delete(SignInLink).where(SignInLink.systemuserid == systemuserid))
            if user.businessunitid != unit:
                user.businessunitid = unit
                move_records(session, systemuserid, unit)
            session.flush()
            after = values | {"businessunitid": unit}
            audit.record(session, who.actor, "user.changed", "systemuser", systemuserid, before=before, after=after)
    except IntegrityError as error:
        raise Conflict(f"There is a user with the email address {values['internalemailaddress']} already.") from error


def set_timezone(services: Services, who: Principal, timezone: str) -> None:
    """Choose one's own time zone, in which dates are shown."""
    _check_timezone(timezone)
    with services.database.transaction() as session:
        user = _user(session, who.id)
        before = user.timezone
        user.timezone = timezone
        was, becomes = {"timezone": before}, {"timezone": timezone}
        audit.record(session, who.actor, "user.changed", "systemuser", who.id, before=was, after=becomes)


def person_values(fullname: str, email: str, timezone: str) -> dict[str, str]:
    """Name, address and time zone as they are kept.

    Raises:
        BadInput: one of them cannot be used.
    """
    name, address = " ".join(fullname.split()), email.strip().casefold()
    if not name or len(name) > 200:
        raise BadInput("Enter a name of at most 200 characters.", field="fullname")
    if len(address) > 100 or not _EMAIL.fullmatch(address):
        raise BadInput(f"{address or 'Nothing'} is not an email address.", field="email")
    _check_timezone(timezone)
    return {"fullname": name, "internalemailaddress": address, "timezone": timezone}


def existing_business_unit(session: Session, businessunitid: str | None) -> str:
    """The id when there is such a business unit; None: the root one.

    Raises:
        BadInput: there is none.
    """
    if businessunitid is None:
        return root_business_unit(session)
    if session.get(BusinessUnit, businessunitid) is None:
        raise BadInput("There is no such business unit. Choose one from the list.", field="businessunitid")
    return businessunitid


def move_records(session: Session, ownerid: str, businessunitid: str) -> None:
    """What somebody owns belongs to their business unit, so that whoever may see that unit sees it."""
    for table in Base.metadata.sorted_tables:
        if {"ownerid", "owningbusinessunit"} <= set(table.c.keys()):
            session.execute(update(table).where(table.c.ownerid == ownerid).values(owningbusinessunit=businessunitid))


def _check_timezone(timezone: str) -> None:
    if timezone not in available_timezones():
        raise BadInput(f"{timezone} is not a time zone. Use a name such as Europe/Berlin.", field="timezone")


def _person(
    fullname: str, email: str, password: str | None, timezone: str, passwords: Passwords
) -> dict[str, str | None]:
    values = person_values(fullname, email, timezone)
    if password is not None:
        check_strength(password, personal=(values["fullname"], values["internalemailaddress"]))
    return {**values, "passwordhash": None if password is None else passwords.hash(password)}


def _people(session: Session) -> int:
    return session.scalar(select(func.count()).where(SystemUser.accessmode == AccessMode.READ_WRITE)) or 0


def _user(session: Session, systemuserid: str) -> SystemUser:
    user = session.get(SystemUser, systemuserid)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def _roles(session: Session, names: list[str]) -> list[Role]:
    """The roles by name, however they are capitalised (Microsoft itself writes AIsalesperson too)."""
    by_name = {r.name.casefold(): r for r in session.scalars(select(Role))}
    unknown = [n for n in names if n.casefold() not in by_name]
    if unknown:
        known = ", ".join(sorted(r.name for r in by_name.values()))
        raise BadInput(f"There is no security role {unknown[0]}. There are: {known}.", field="roles")
    return list({by_name[n.casefold()].roleid: by_name[n.casefold()] for n in names}.values())


def _give_roles(session: Session, user: SystemUser, names: list[str]) -> None:
    for role in _roles(session, names):
        if role.name == AI_SALESPERSON and user.applicationid is None:
            raise BadInput(f"{AI_SALESPERSON} is for the agent's application user, not for people.", field="roles")
        session.add(UserRole(systemuserid=user.systemuserid, roleid=role.roleid))
    session.flush()


def _role_names(session: Session, systemuserid: str) -> list[str]:
    return sorted(session.scalars(select(Role.name).join(UserRole).where(UserRole.systemuserid == systemuserid)))


def _keep_an_administrator(session: Session) -> None:
    if not administrators(session):
        raise Conflict(f"Somebody must stay {SYSTEM_ADMINISTRATOR}. Give another person the role first.")
