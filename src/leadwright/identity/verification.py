"""Runs the checks of a prerequisite on the platform of this installation and says what was found. Changes nothing.

The same checks run when a box is ticked, on a schedule, before each start, and each time the agent signs in.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.connection import platform_of
from leadwright.db.people import Application, ApplicationSecret, BusinessUnit
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import BY_NUMBER, Check
from leadwright.domain.privileges import AI_SALESPERSON, missing_privileges
from leadwright.domain.stage import AgentMode
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.access import Principal, principal
from leadwright.identity.builtin_identity import BuiltinIdentity
from leadwright.identity.directory import BuiltinDirectory, directory_of
from leadwright.identity.dynamics_verification import NOT_RUN, verify_on_dynamics
from leadwright.identity.installation import Installation
from leadwright.identity.secrets import open_vault
from leadwright.identity.user_checks import Places, application_user_checks, role_check

__all__ = ["NOT_RUN", "identity_check", "verify"]


def verify(
    services: Installation, number: int, mode: AgentMode, inputs: Mapping[int, Mapping[str, Any]]
) -> list[Check]:
    """Every check of one prerequisite, in order. Must not be called inside a write transaction: a token is issued.

    Args:
        inputs: prerequisite number -> what was set up: 1 ``clientid``; 2 ``systemuserid``, ``businessunitid``; 3 and 4
            ``mailboxid``, ``emailaddress``.
    """
    with services.database.reading() as session:
        platform = platform_of(session)
    if platform is Platform.DYNAMICS365:
        return verify_on_dynamics(services, number, mode, inputs)
    if (wrong := _of_elsewhere(number, inputs)) is not None:
        return _stopped([wrong], number)
    if number == 1:
        return _application(services, directory_of(services), str(inputs.get(1, {}).get("clientid") or ""))
    if number == 2:
        return _application_user(services, mode, inputs)
    return services.check_mailbox(services, open_vault(services.settings), number, inputs)


def identity_check(session: Session, systemuserid: str, mode: AgentMode) -> tuple[Principal | None, list[Check]]:
    """Role and privileges of the agent's user, read back from the store; the principal when the user is enabled."""
    try:
        who = principal(session, systemuserid, kind="agent")
    except NotAllowed:
        return None, [
            Check("User enabled", False, "The application user is disabled or gone.", "Enable it, or create another.")
        ]
    return who, [
        Check("User enabled", True, f"{who.name} is enabled."),
        role_check(who.name, tuple(sorted(who.roles)), Places()),
        _privileges(who, mode),
    ]


def _application(services: Installation, directory: BuiltinDirectory, client_id: str) -> list[Check]:
    if not client_id:
        return _stopped([Check("Application", False, "No application is registered.", "Register one under Set up.")], 1)
    with services.database.reading() as session:
        application = session.get(Application, client_id)
    if application is None:
        found = f"AADSTS700016: no application has the client ID {client_id}."
        return _stopped([Check("Application", False, found, "Register the application again.")], 1)
    checks = [Check("Application", True, f"{application.displayname} has the client ID {client_id}.")]
    checks.append(_secret(services, client_id))
    if checks[-1].passed is not True:
        return _stopped(checks, 1)
    return [*checks, _token(directory, client_id)]


def _secret(services: Installation, client_id: str) -> Check:
    moment = services.clock()
    with services.database.reading() as session:
        secrets = session.execute(
            select(
                ApplicationSecret.kind,
                ApplicationSecret.hint,
                ApplicationSecret.endson,
                func.coalesce(ApplicationSecret.sealed, ApplicationSecret.sealedkey).is_not(None).label("kept"),
            )
            .where(ApplicationSecret.appid == client_id)
            .order_by(ApplicationSecret.endson.desc())
        ).all()
    valid = [s for s in secrets if s.endson > moment]
    kept = [s for s in valid if s.kept]
    if kept:
        what = "The certificate " if kept[0].kind == "certificate" else ""
        return Check("Client secret", True, f"{what}{kept[0].hint} is valid until {kept[0].endson:%Y-%m-%d}.")
    if valid:
        return Check(
            "Client secret",
            None,
            f"{valid[0].hint} is valid, but its value is not kept here, so no token can be requested with it.",
            "Add a secret, or have a System Administrator attest it.",
        )
    if secrets:
        ended = f"AADSTS7000222: the last secret, {secrets[0].hint}, expired on {secrets[0].endson:%Y-%m-%d}."
        return Check("Client secret", False, ended, "Add a new secret.")
    return Check("Client secret", False, "The application has no secret.", "Add a secret.")


def _token(directory: BuiltinDirectory, client_id: str) -> Check:
    try:
        token = directory.own_token(client_id)
        claims = directory.verify_token(token.value)
    except (NotAllowed, Conflict) as error:
        return Check("Access token", False, f"No token was issued: {error}", "Add a new secret and try again.")
    if claims["appid"] != client_id:
        return Check("Access token", False, "The token belongs to another application.", "Add a new secret.")
    until = f"{token.expires_at:%Y-%m-%d %H:%M} UTC"
    return Check("Access token", True, f"Issued by client credentials and verified; valid until {until}.")


def _application_user(services: Installation, mode: AgentMode, inputs: Mapping[int, Mapping[str, Any]]) -> list[Check]:
    client_id = str(inputs.get(1, {}).get("clientid") or "")
    if not inputs.get(2, {}).get("systemuserid"):
        missing = "No application user has been created."
        return _stopped([Check("Who am I", False, missing, "Create one under Set up.")], 2)
    with services.database.reading() as session:
        units = session.execute(select(BusinessUnit.businessunitid, BusinessUnit.name)).all()
    places = Places(units={unit.businessunitid: unit.name for unit in units})
    directory = BuiltinIdentity(services, client_id)
    return _stopped(application_user_checks(directory, mode, client_id, inputs[2], places), 2)


def _of_elsewhere(number: int, inputs: Mapping[int, Mapping[str, Any]]) -> Check | None:
    """The failing check of what was set up while this installation was on Dynamics 365."""
    if inputs.get(number, {}).get("platform", Platform.BUILTIN) == Platform.BUILTIN:
        return None
    found = "This was set up on Dynamics 365, and the installation is on the built-in platform."
    return Check(BY_NUMBER[number].verifies[0], False, found, "Clear the mark and set it up again.")


def _privileges(who: Principal, mode: AgentMode) -> Check:
    missing = missing_privileges(who.privileges, mode)
    if not missing:
        return Check("Privileges", True, f"{who.name} holds each privilege the agent needs.")
    return Check(
        "Privileges",
        False,
        f"Missing: {', '.join(missing)}.",
        f"Give {who.name} the role {AI_SALESPERSON}, or the privileges to a role it holds.",
        privilege=missing[0],
    )


def _stopped(checks: list[Check], number: int) -> list[Check]:
    """The checks so far, and those after them as not run."""
    seen = {c.name for c in checks}
    return [*checks, *(Check(name, None, NOT_RUN) for name in BY_NUMBER[number].verifies if name not in seen)]
