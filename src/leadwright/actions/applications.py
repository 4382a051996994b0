"""Applications, their secrets and application users: what "Set up" of prerequisites 1 and 2 does. Ticks nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import agent_of
from leadwright.actions.prerequisite_rows import (
    begin,
    may_set_up,
    open_row,
    refuse_on_dynamics,
    refuse_while_working,
    row_of,
    untick,
)
from leadwright.db import audit
from leadwright.db.agent import Agent
from leadwright.db.connection import platform_of
from leadwright.db.pages.agent_settings import client_secrets
from leadwright.db.people import Application, ApplicationSecret, BusinessUnit, Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode, NotificationIcon
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import Check
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.agent_identity import keep_checks
from leadwright.identity.announcements import SETTINGS_PAGE, tell_administrators
from leadwright.identity.directory import SECRET_DAYS, NewSecret, TokenRefused, directory_of
from leadwright.identity.seed import root_business_unit
from leadwright.services import Services

ACCOUNT_TYPES = {
    "AzureADMyOrg": "Accounts in this organisational directory only",
    "AzureADMultipleOrgs": "Accounts in any organisational directory",
    "AzureADandPersonalMicrosoftAccount": "Accounts in any organisational directory and personal accounts",
}
MOST_SECRET_DAYS = 730
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Registered:
    """An application just registered. `secret.value` is shown once."""

    clientid: str
    tenantid: str
    secret: NewSecret


def register_application(
    services: Services,
    who: Principal,
    agentid: str,
    *,
    name: str,
    account_type: str = "AzureADMyOrg",
    redirect_uri: str | None = None,
    secret_days: int = SECRET_DAYS,
) -> Registered:
    """Prerequisite 1: register an application with its first secret.

    Args:
        account_type: a key of `ACCOUNT_TYPES`.
        secret_days: 1 to 730.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        Conflict: the prerequisite is ticked already.
        BadInput: something given cannot be used.
    """
    may_set_up(who, 1)
    name, redirect = application_values(name, account_type, redirect_uri)
    _check_days(secret_days)
    directory = directory_of(services)
    with services.database.transaction() as session:
        refuse_on_dynamics(session)
        row = open_row(session, agentid, 1)
        client = directory.register(session, name, audience=account_type, redirect_uri=redirect, createdby=who.actor.id)
        secret = directory.add_secret(session, client, days=secret_days)
        tenant = directory.tenant_id(session)
        begin(row, {"clientid": client, "tenantid": tenant})
        after = {"displayname": name, "signinaudience": account_type, "secret": secret.hint, "endson": secret.endson}
        audit.record(session, who.actor, "application.registered", "application", client, after=after)
    return Registered(client, tenant, secret)


def add_secret(services: Services, who: Principal, clientid: str, *, days: int = SECRET_DAYS) -> NewSecret:
    """Add a client secret; the former ones stay valid until they end or are removed. Its value is shown once.

    Administrators are told about each secret of the agent's application.

    Raises:
        NotAllowed: prvCreateApplication is missing; or prvAssignRole, when the application has a user.
    """
    require(who, "prvCreateApplication")
    _check_days(days)
    with services.database.transaction() as session:
        may_change_secrets(session, who, clientid)
        secret = directory_of(services).add_secret(session, clientid, days=days)
        after = {"keyid": secret.keyid, "secret": secret.hint, "endson": secret.endson}
        audit.record(session, who.actor, "application.secret_added", "application", clientid, after=after)
        what = f"client secret {secret.hint}"
        tell_of_credential(session, who, clientid, secret.keyid, what, services.clock())
    return secret


def remove_secret(services: Services, who: Principal, keyid: str) -> None:
    """Remove a client secret. An agent that has no other is paused at its next check."""
    require(who, "prvCreateApplication")
    with services.database.transaction() as session:
        secret = session.get(ApplicationSecret, keyid)
        if secret is None:
            raise NotFound("There is no such secret.")
        before = {"keyid": keyid, "secret": secret.hint, "endson": secret.endson}
        clientid = secret.appid
        may_change_secrets(session, who, clientid)
        directory_of(services).remove_secret(session, keyid)
        audit.record(session, who.actor, "application.secret_removed", "application", clientid, before=before)


def secrets_of(services: Services, who: Principal, agentid: str) -> Sequence[Row[Any]]:
    """Client secrets of the agent's application without their values; it signs in with the first.

    Returns:
        rows of keyid, hint, startson, endson.

    Raises:
        NotAllowed: prvReadApplication is missing.
    """
    require(who, "prvReadApplication")
    with services.database.reading() as session:
        clientid = row_of(session, agentid, 1).inputs.get("clientid")
        return client_secrets(session, clientid) if clientid else []


def new_secret(services: Services, who: Principal, agentid: str, *, days: int = SECRET_DAYS) -> NewSecret:
    """Add a secret to the agent's application, so that a former one, which others may know, can be revoked.

    Raises:
        NotAllowed, BadInput: as for `add_secret`.
        Conflict: no application is registered.
    """
    return add_secret(services, who, registered_client(services, agentid), days=days)


def revoke_secret(services: Services, who: Principal, agentid: str, keyid: str) -> None:
    """Remove a secret of the agent's application.

    Raises:
        NotAllowed: as for `add_secret`.
        NotFound: the application has no such secret.
    """
    require(who, "prvCreateApplication")
    clientid = registered_client(services, agentid)
    with services.database.reading() as session:
        if keyid not in {row.keyid for row in client_secrets(session, clientid)}:
            raise NotFound("There is no such secret any more.")
    remove_secret(services, who, keyid)


def create_application_user(
    services: Services,
    who: Principal,
    agentid: str,
    *,
    clientid: str,
    businessunitid: str | None = None,
    role: str = AI_SALESPERSON,
    name: str | None = None,
) -> str:
    """Prerequisite 2: create the application user of a client ID and make it the agent user.

    Args:
        businessunitid: the root one unless given.
        name: what people see as the owner of leads in process; the application's name unless given.

    Returns:
        The user's id.

    Raises:
        NotAllowed: prvCreateUser or prvAssignRole is missing.
        BadInput: the client ID is not the one of a registered application; the failing check is named and kept.
        Conflict: the application has a user already, or the prerequisite is ticked.
    """
    may_set_up(who, 2)
    client = clientid.strip().casefold()
    wrong = _wrong_client(services, agentid, client)
    if wrong is not None:
        _keep_refusal(services, who, agentid, wrong)
        raise BadInput(f"The check {wrong.sentence}", field="clientid")
    with services.database.transaction() as session:
        refuse_on_dynamics(session)
        row = open_row(session, agentid, 2)
        unit = businessunitid or root_business_unit(session)
        if session.get(BusinessUnit, unit) is None:
            raise BadInput("There is no such business unit. Choose one from the list.", field="businessunitid")
        user = _add_application_user(session, client, unit, role, name)
        user.createdon = services.clock()
        begin(row, {"systemuserid": user.systemuserid, "businessunitid": unit, "clientid": client})
        agent_of(session, agentid).agentuserid = user.systemuserid
        after = {"fullname": user.fullname, "applicationid": client, "businessunitid": unit, "roles": [role]}
        audit.record(session, who.actor, "user.created", "systemuser", user.systemuserid, after=after)
        return user.systemuserid


def choose_agent_user(session: Session, who: Principal, agent: Agent, systemuserid: str) -> None:
    """Make another application user the agent user, in the caller's transaction; nothing happens when it is already.

    Prerequisite 2 must then be marked as done again.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        BadInput: not an application user.
        Conflict: the agent is working.
    """
    require(who, "prvConfigureAgent")
    user = session.get(SystemUser, systemuserid)
    if user is None or user.applicationid is None:
        raise BadInput("The agent works as an application user. Choose one.", field="agentuserid")
    if agent.agentuserid == systemuserid:
        return
    refuse_while_working(agent)
    before, agent.agentuserid = agent.agentuserid, systemuserid
    row = row_of(session, agent.agentid, 2)
    untick(row)
    unit = user.businessunitid
    where = {"platform": str(now)} if (now := platform_of(session)) is Platform.DYNAMICS365 else {}
    begin(row, {**where, "systemuserid": systemuserid, "businessunitid": unit, "clientid": user.applicationid})
    was, becomes = {"agentuserid": before}, {"agentuserid": systemuserid}
    audit.record(session, who.actor, "agent.user_chosen", "agent", agent.agentid, before=was, after=becomes)


def registered_client(services: Services, agentid: str) -> str:
    """The client ID of the agent's application.

    Raises:
        Conflict: none is registered.
    """
    with services.database.reading() as session:
        clientid = row_of(session, agentid, 1).inputs.get("clientid")
    if not clientid:
        raise Conflict("No application is registered yet. Set up prerequisite 1 first.")
    return str(clientid)


def may_change_secrets(session: Session, who: Principal, clientid: str) -> None:
    """Whoever holds a secret acts with the rights of the application's user: as good as giving oneself its roles.

    Raises:
        NotAllowed: prvAssignRole is missing and the application has a user.
    """
    if session.scalar(select(SystemUser.systemuserid).where(SystemUser.applicationid == clientid)) is not None:
        require(who, "prvAssignRole")


def tell_of_credential(
    session: Session, who: Principal, clientid: str, keyid: str, what: str, moment: datetime
) -> None:
    """Tell the administrators that an agent's application got another way to sign in."""
    name = session.scalar(
        select(Application.displayname)
        .join(SystemUser, SystemUser.applicationid == Application.appid)
        .join(Agent, Agent.agentuserid == SystemUser.systemuserid)
        .where(Application.appid == clientid)
    )
    if name is None:
        return
    body = f"{who.name} added the {what} to {name}. If this was not agreed, remove it."
    key, icon = f"secret.added:{keyid}", NotificationIcon.WARNING
    title = f"New {what.rpartition(' ')[0]}"
    tell_administrators(session, key, title, body, icon=icon, link=SETTINGS_PAGE, moment=moment)


def application_values(name: str, account_type: str, redirect_uri: str | None) -> tuple[str, str | None]:
    """Name and redirect URI as they are kept.

    Raises:
        BadInput: one of them, or the account type, cannot be used.
    """
    name, redirect = " ".join(name.split()), (redirect_uri or "").strip()
    if not name or len(name) > 120:
        raise BadInput("Give the application a name of at most 120 characters.", field="name")
    if account_type not in ACCOUNT_TYPES:
        raise BadInput(f"Choose an account type: {', '.join(ACCOUNT_TYPES)}.", field="account_type")
    if redirect:
        parts = urlsplit(redirect)
        local = parts.hostname in {"localhost", "127.0.0.1"}
        if (
            len(redirect) > 400
            or not parts.hostname
            or (parts.scheme != "https" and not (local and parts.scheme == "http"))
        ):
            raise BadInput(
                "A redirect URI begins with https:// (http:// only for localhost). It may be left empty.",
                field="redirect_uri",
            )
    return name, redirect or None


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_SECRET_DAYS:
        raise BadInput(f"A secret is valid for 1 to {MOST_SECRET_DAYS} days.", field="secret_days")


def _wrong_client(services: Services, agentid: str, client: str) -> Check | None:
    """The failing check when this client ID cannot be the agent's; None when it can."""
    remedy = "Copy the Application (client) ID from prerequisite 1."
    if not _GUID.fullmatch(client):
        return Check("Application", False, f"{client or 'An empty text'} is not a client ID.", remedy)
    with services.database.reading() as session:
        try:
            directory_of(services).application(session, client)
        except TokenRefused as error:
            return Check("Application", False, str(error))
        registered = row_of(session, agentid, 1).inputs.get("clientid")
        if registered and registered != client:
            name = session.get_one(Application, client).displayname
            return Check("Application", False, f"{client} is {name}, not the application of prerequisite 1.", remedy)
    return None


def _keep_refusal(services: Services, who: Principal, agentid: str, check: Check) -> None:
    with services.database.transaction() as session:
        open_row(session, agentid, 2)
        keep_checks(session, (agentid, 2), [check], who.actor, services.clock())


def _add_application_user(session: Session, client: str, unit: str, role: str, name: str | None) -> SystemUser:
    application = session.get_one(Application, client)
    if session.scalar(select(SystemUser.systemuserid).where(SystemUser.applicationid == client)):
        raise Conflict(f"{application.displayname} has an application user already. Choose it in the agent profile.")
    wanted = session.scalar(select(Role).where(Role.name == role))
    if wanted is None:
        raise BadInput(f"There is no security role {role}. Choose {AI_SALESPERSON}.", field="role")
    user = SystemUser(
        fullname=(name or application.displayname).strip()[:200],
        applicationid=client,
        accessmode=AccessMode.NON_INTERACTIVE,
        businessunitid=unit,
    )
    session.add(user)
    session.flush()
    session.add(UserRole(systemuserid=user.systemuserid, roleid=wanted.roleid))
    session.flush()
    return user
