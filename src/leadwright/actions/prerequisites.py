"""Setting up and ticking the prerequisites of an agent: each step with its right, its verification, its audit entry."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.people import Application, ApplicationSecret, BusinessUnit, Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.prerequisites import (
    BY_NUMBER,
    PREREQUISITES,
    Check,
    SetupState,
    attestable,
    failing,
    state_of,
    verified,
)
from leadwright.domain.prerequisites import Prerequisite as Step
from leadwright.domain.privileges import AI_SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.agent_identity import check_again, inputs_of, keep_checks
from leadwright.identity.directory import SECRET_DAYS, NewSecret, TokenRefused, directory_of
from leadwright.identity.seed import root_business_unit
from leadwright.identity.verification import verify
from leadwright.services import Services

ACCOUNT_TYPES = {
    "AzureADMyOrg": "Accounts in this organisational directory only",
    "AzureADMultipleOrgs": "Accounts in any organisational directory",
    "AzureADandPersonalMicrosoftAccount": "Accounts in any organisational directory and personal accounts",
}
MOST_SECRET_DAYS = 730
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_RUNNING = frozenset({AgentState.ON, AgentState.PAUSED, AgentState.DRAINING})


@dataclass(frozen=True, slots=True)
class Registered:
    """An application just registered. `secret.value` is shown once."""

    clientid: str
    tenantid: str
    secret: NewSecret


@dataclass(frozen=True, slots=True)
class Report:
    """One prerequisite of an agent as the page shows it.

    Args:
        done: ticked. `attested`: on a person's word.
        may: True when the asking person may set it up and tick it; else `missing` names the first missing privilege.
        attestable: nothing failed, something could not be checked.
        inputs: what was set up, e.g. ``clientid``, ``tenantid``, ``systemuserid``.
    """

    step: Step
    state: SetupState
    done: bool
    attested: bool
    checks: tuple[Check, ...]
    checked_at: datetime | None
    inputs: dict[str, str]
    may: bool
    missing: str | None
    attestable: bool


def reports(services: Services, who: Principal, agentid: str) -> tuple[Report, ...]:
    """The four prerequisites with their state and the evidence of the last check."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        _agent(session, agentid)
        return tuple(_report(who, _row(session, agentid, p.number)) for p in PREREQUISITES)


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
    _may_set_up(who, 1)
    name, redirect = _application_values(name, account_type, redirect_uri, secret_days)
    directory = directory_of(services)
    with services.database.transaction() as session:
        row = _open_row(session, agentid, 1)
        client = directory.register(session, name, audience=account_type, redirect_uri=redirect, createdby=who.actor.id)
        secret = directory.add_secret(session, client, days=secret_days)
        tenant = directory.tenant_id(session)
        _begin(row, {"clientid": client, "tenantid": tenant})
        after = {"displayname": name, "signinaudience": account_type, "secret": secret.hint, "endson": secret.endson}
        audit.record(session, who.actor, "application.registered", "application", client, after=after)
    return Registered(client, tenant, secret)


def add_secret(services: Services, who: Principal, clientid: str, *, days: int = SECRET_DAYS) -> NewSecret:
    """Add a client secret; the former ones stay valid until they end or are removed. Its value is shown once."""
    require(who, "prvCreateApplication")
    _check_days(days)
    with services.database.transaction() as session:
        secret = directory_of(services).add_secret(session, clientid, days=days)
        after = {"keyid": secret.keyid, "secret": secret.hint, "endson": secret.endson}
        audit.record(session, who.actor, "application.secret_added", "application", clientid, after=after)
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
        directory_of(services).remove_secret(session, keyid)
        audit.record(session, who.actor, "application.secret_removed", "application", clientid, before=before)


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
    _may_set_up(who, 2)
    client = clientid.strip().casefold()
    wrong = _wrong_client(services, agentid, client)
    if wrong is not None:
        _keep_refusal(services, who, agentid, wrong)
        raise BadInput(f"The check {wrong.sentence}", field="clientid")
    with services.database.transaction() as session:
        row = _open_row(session, agentid, 2)
        unit = businessunitid or root_business_unit(session)
        if session.get(BusinessUnit, unit) is None:
            raise BadInput("There is no such business unit. Choose one from the list.", field="businessunitid")
        user = _add_application_user(session, client, unit, role, name)
        user.createdon = services.clock()
        _begin(row, {"systemuserid": user.systemuserid, "businessunitid": unit, "clientid": client})
        _agent(session, agentid).agentuserid = user.systemuserid
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
    _refuse_while_working(agent)
    before, agent.agentuserid = agent.agentuserid, systemuserid
    row = _row(session, agent.agentid, 2)
    _untick(row)
    unit = user.businessunitid
    _begin(row, {"systemuserid": systemuserid, "businessunitid": unit, "clientid": user.applicationid})
    was, becomes = {"agentuserid": before}, {"agentuserid": systemuserid}
    audit.record(session, who.actor, "agent.user_chosen", "agent", agent.agentid, before=was, after=becomes)


def mark_done(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Tick a prerequisite: verify it, and keep the tick only when every check passed.

    While the agent works, a tick that fails stays and turns red: the agent pauses, and resumes when it passes again.

    Returns:
        The report; `done` is False when the tick did not stay, and `checks` says which one failed and what to do.

    Raises:
        NotAllowed: the person may not set this prerequisite up; names the missing privilege.
        Conflict: this version cannot verify it.
    """
    _may_set_up(who, number)
    _refuse_unavailable(number)
    with services.database.reading() as session:
        agent = _agent(session, agentid)
        mode, working = AgentMode(agent.mode), agent.state in _RUNNING
        inputs = inputs_of(session.scalars(select(Prerequisite).where(Prerequisite.agentid == agentid)).all())
    checks = verify(services, number, mode, inputs)
    with services.database.transaction() as session:
        row = _row(session, agentid, number)
        if row.inputs != inputs[number]:
            raise Conflict("Somebody changed this prerequisite meanwhile. Reload the page and try again.")
        before = row.done
        row.done, row.attested = verified(checks) or (before and working), False
        keep_checks(session, (agentid, number), checks, who.actor, services.clock())
        action = "prerequisite.done" if verified(checks) else "prerequisite.refused"
        _audit_tick(session, who, row, action, before)
        return _report(who, row)


def attest(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Tick a prerequisite on a System Administrator's word, because a check cannot be run. Shown as attested.

    Raises:
        NotAllowed: not a System Administrator.
        Conflict: a check fails, or every check could be run.
    """
    if SYSTEM_ADMINISTRATOR not in who.roles:
        raise NotAllowed(f"Only a {SYSTEM_ADMINISTRATOR} may attest a prerequisite.", privilege="prvAssignRole")
    report = mark_done(services, who, agentid, number)
    if report.done:
        return report
    if not attestable(report.checks):
        broken = failing(report.checks)
        raise Conflict(
            f"This cannot be attested, because a check fails. {broken[0].sentence if broken else ''}".strip()
        )
    with services.database.transaction() as session:
        row = _row(session, agentid, number)
        row.done, row.attested = True, True
        row.state = state_of(done=True, attested=True, begun=True, checks=report.checks)
        _audit_tick(session, who, row, "prerequisite.attested", False)
        return _report(who, row)


def unmark(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Clear the tick, so that something else can be set up. Refused while the agent works."""
    _may_set_up(who, number)
    with services.database.transaction() as session:
        _refuse_while_working(_agent(session, agentid))
        row = _row(session, agentid, number)
        before = row.done
        _untick(row)
        _audit_tick(session, who, row, "prerequisite.cleared", before)
        return _report(who, row)


def recheck(services: Services, who: Principal, agentid: str) -> tuple[Report, ...]:
    """Run the checks of every ticked prerequisite again and show what was found."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        mode = AgentMode(_agent(session, agentid).mode)
    check_again(services, agentid, mode, by=who.actor)
    return reports(services, who, agentid)


def prepare(session: Session, agentid: str) -> None:
    """Rows of the four prerequisites for a new agent, in the caller's transaction."""
    session.add_all(Prerequisite(agentid=agentid, number=p.number) for p in PREREQUISITES)
    session.flush()


def _may_set_up(who: Principal, number: int) -> None:
    if number not in BY_NUMBER:
        raise NotFound("There are four prerequisites, 1 to 4.")
    step = BY_NUMBER[number]
    for privilege in step.privileges:
        if not who.may(privilege):
            raise NotAllowed(
                f"Prerequisite {number} is for the role {step.role}: you lack the privilege {privilege}. "
                "Ask someone who has it.",
                privilege=privilege,
            )


def _refuse_unavailable(number: int) -> None:
    if not BY_NUMBER[number].available:
        raise Conflict(
            f"Prerequisite {number} is needed only for Research and engage. This version does not send email, so it "
            "can be neither set up nor verified here."
        )


def _refuse_while_working(agent: Agent) -> None:
    if agent.state in _RUNNING:
        raise Conflict(f"{agent.name} is working. Stop the agent first.")


def _agent(session: Session, agentid: str) -> Agent:
    agent = session.get(Agent, agentid)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def _row(session: Session, agentid: str, number: int) -> Prerequisite:
    row = session.get(Prerequisite, (agentid, number))
    if row is None:
        raise NotFound("There is no such agent or prerequisite.")
    return row


def _open_row(session: Session, agentid: str, number: int) -> Prerequisite:
    """The row, when it may be set up anew."""
    _refuse_while_working(_agent(session, agentid))
    row = _row(session, agentid, number)
    if row.done:
        raise Conflict(f"Prerequisite {number} is marked as done. Clear the mark before you set it up anew.")
    return row


def _begin(row: Prerequisite, inputs: dict[str, str]) -> None:
    row.inputs, row.checks = inputs, []
    row.state = state_of(done=row.done, attested=row.attested, begun=True, checks=())


def _untick(row: Prerequisite) -> None:
    row.done, row.attested, row.checks = False, False, []
    row.state = state_of(done=False, attested=False, begun=bool(row.inputs), checks=())


def _audit_tick(session: Session, who: Principal, row: Prerequisite, action: str, before: bool) -> None:
    after = {
        "done": row.done,
        "attested": row.attested,
        "checks": [{name: c[name] for name in ("name", "passed", "detail")} for c in row.checks],
    }
    key = f"{row.agentid}:{row.number}"
    audit.record(session, who.actor, action, "prerequisite", key, before={"done": before}, after=after)


def _application_values(
    name: str, account_type: str, redirect_uri: str | None, secret_days: int
) -> tuple[str, str | None]:
    name, redirect = " ".join(name.split()), (redirect_uri or "").strip()
    if not name or len(name) > 120:
        raise BadInput("Give the application a name of at most 120 characters.", field="name")
    if account_type not in ACCOUNT_TYPES:
        raise BadInput(f"Choose an account type: {', '.join(ACCOUNT_TYPES)}.", field="account_type")
    _check_days(secret_days)
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
        registered = _row(session, agentid, 1).inputs.get("clientid")
        if registered and registered != client:
            name = session.get_one(Application, client).displayname
            return Check("Application", False, f"{client} is {name}, not the application of prerequisite 1.", remedy)
    return None


def _keep_refusal(services: Services, who: Principal, agentid: str, check: Check) -> None:
    with services.database.transaction() as session:
        _open_row(session, agentid, 2)
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


def _report(who: Principal, row: Prerequisite) -> Report:
    step = BY_NUMBER[row.number]
    checks = tuple(Check(**c) for c in row.checks)
    missing = next((p for p in step.privileges if not who.may(p)), None)
    return Report(
        step,
        SetupState(row.state),
        row.done,
        row.attested,
        checks,
        row.checkedon,
        dict(row.inputs),
        missing is None and step.available,
        missing,
        attestable(checks),
    )
