"""Runs the checks of a prerequisite against Microsoft Entra, Dataverse and Graph. Changes nothing there.

Here it notes which certificate of the connection signs, as the token shows that was asked for.

What cannot be asked at the moment is said so: a line that is down is no reason to pause an agent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from leadwright.db import audit
from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.domain.dataverse_privileges import NEEDED_FOR_CURRENCIES, NEEDED_TO_DELETE, lacking
from leadwright.domain.dynamics_prerequisites import step_on
from leadwright.domain.platform import Platform
from leadwright.domain.portals import Portals
from leadwright.domain.prerequisites import Check
from leadwright.domain.stage import AgentMode
from leadwright.errors import Conflict, CrmError, LeadwrightError
from leadwright.identity.connection_keys import not_known_yet, note_signing
from leadwright.identity.entra_directory import EntraDirectory, NoEnabledUser
from leadwright.identity.entra_token import connection_check, credential_check, token_checks
from leadwright.identity.installation import Installation
from leadwright.identity.seller_role_checks import agent_tables_check, change_tracking_check, seller_roles_check
from leadwright.identity.shared_mailbox_checks import Asked, shared_mailbox_checks
from leadwright.identity.synchronisation_checks import mailbox_state, synchronisation_checks
from leadwright.identity.user_checks import Places, application_user_checks, role_check
from leadwright.microsoft.connection import Certificates, opened
from leadwright.microsoft.dataverse import Dataverse, open_dataverse
from leadwright.microsoft.errors import MicrosoftError
from leadwright.microsoft.graph import open_graph
from leadwright.settings import Settings

PATIENCE = 15.0  # seconds one question may wait
NOT_RUN = "Not run, because a check above did not pass."
_MICROSOFT = (".microsoftonline.com", ".microsoftonline.us", ".microsoftonline.cn", ".chinacloudapi.cn")
_PURPOSES = {
    "To delete there any lead that is deleted here": NEEDED_TO_DELETE,
    "To make the records of a qualified lead in its currency": NEEDED_FOR_CURRENCIES,
}
Inputs = Mapping[int, Mapping[str, Any]]


def verify_on_dynamics(services: Installation, number: int, mode: AgentMode, inputs: Inputs) -> list[Check]:
    """Every check of one prerequisite, in order; those that a failing one stops say that they were not run.

    Args:
        inputs: prerequisite number -> what was set up: 2 ``systemuserid``, ``businessunitid``; 3 ``emailaddress``; 4
            ``mailboxid``.
    """
    with services.database.reading() as session:
        row = connection_row(session)
    if row is None:
        found = "There is no connection to an organisation of Dynamics 365."
        return _complete([Check("Connection", False, found, "Enter it under Set up of prerequisite 1.")], number)
    elsewhere = number > 1 and inputs.get(number, {}).get("platform", Platform.DYNAMICS365) != Platform.DYNAMICS365
    if elsewhere:
        name = step_on(Platform.DYNAMICS365, number).verifies[0]
        found = "This was set up on the built-in platform."
        return _complete([Check(name, False, found, "Set it up again for Dynamics 365.")], number)
    portals = portals_of(services.settings, row)
    checks: list[Check] = []
    try:
        for check in _CHECKS[number](services, row, portals, mode, inputs):
            checks.append(check)
    except LeadwrightError as error:
        checks.append(_broken(number, checks, error, portals))
    return _complete(checks, number)


def portals_of(settings: Settings, row: CrmConnection | None) -> Portals:
    """The admin pages of the connection: Microsoft's, or those of a stand-in whose authority is set."""
    authority = settings.microsoft_authority.rstrip("/")
    host = urlsplit(authority).hostname or ""
    known = not host or any(f".{host}".endswith(ending) for ending in _MICROSOFT)
    rehearsal = settings.microsoft_portals_url.rstrip("/") or ("" if known else authority)
    if row is None:
        return Portals(rehearsal=rehearsal)
    return Portals(row.cloud, row.dataverseurl, row.clientid, rehearsal)


def entra_directory(services: Installation, row: CrmConnection, dataverse: Dataverse | None = None) -> EntraDirectory:
    """The directory of a connection.

    Raises:
        Conflict: its secret was sealed with a key that is not at hand.
    """
    connection = opened(row, services.settings, services.vault)
    return EntraDirectory(connection, row, dataverse or open_dataverse(services).patient(PATIENCE), services.clock)


def _application(
    services: Installation, row: CrmConnection, portals: Portals, mode: AgentMode, inputs: Inputs
) -> Iterator[Check]:
    yield connection_check(row)
    directory = entra_directory(services, row)
    tokens = token_checks(directory, row, portals)
    if directory.signed_with:
        _note_signing(services, row, directory.signed_with)
    credential = directory.connection.credential
    waiting = isinstance(credential, Certificates) and bool(not_known_yet(row, credential.pairs))
    yield credential_check(row, services.clock(), portals, waiting=waiting)
    yield from tokens


def _note_signing(services: Installation, row: CrmConnection, certificate: str) -> None:
    """On the row in hand and on the stored one, unless somebody changed that meanwhile."""
    before = row.certificatethumbprint
    note_signing(row, certificate)
    if row.certificatethumbprint == before:
        return
    with services.database.transaction() as session:
        held = session.get(CrmConnection, row.connectionid)
        if held is None or (held.sealedkey, held.certificatethumbprint) != (row.sealedkey, before):
            return
        note_signing(held, certificate)
        was, now = {"certificatethumbprint": before}, {"certificatethumbprint": held.certificatethumbprint}
        audit.record(
            session,
            audit.SYSTEM,
            "connection.certificate_signs",
            "crmconnection",
            row.connectionid,
            before=was,
            after=now,
        )


def _user(
    services: Installation, row: CrmConnection, portals: Portals, mode: AgentMode, inputs: Inputs
) -> Iterator[Check]:
    dataverse = open_dataverse(services).patient(PATIENCE)
    directory = entra_directory(services, row, dataverse)
    wanted = inputs.get(2, {})
    places = places_of(services, portals)
    checks = application_user_checks(directory, mode, row.clientid, wanted, places)
    if checks[0].passed is False and not wanted.get("systemuserid"):
        checks = [checks[0]]
    held: Mapping[str, int] | None = None
    for check in explained(directory, checks, places):
        if check.name == "Privileges":
            held = directory.privileges(directory.who_am_i())
            yield _told_of_more(check, held)
        else:
            yield check
    if held is not None:
        yield change_tracking_check(dataverse, held, portals)
        yield seller_roles_check(dataverse, portals)
        if row.usemsdyn:
            yield agent_tables_check(dataverse, held, portals)


def _told_of_more(check: Check, held: Mapping[str, int]) -> Check:
    """The check of privileges, with what is lacking for what the agent itself needs nothing of."""
    said = check.detail
    for purpose, needed in _PURPOSES.items():
        if check.passed and (lacks := ", ".join(lacking(held, needed))):
            said = f"{said} {purpose}, and for nothing else, it needs {lacks}."
    return replace(check, detail=said)


def agent_tables_found(services: Installation) -> Check:
    """The check of the tables of Microsoft's own agent by itself, as for who just chose them.

    Raises:
        CrmError, Conflict: it cannot be asked now.
    """
    with services.database.reading() as session:
        row = connection_row(session)
    if row is None:
        raise Conflict("Dynamics 365 is not connected. Enter the connection first.")
    dataverse = open_dataverse(services).patient(PATIENCE)
    directory = entra_directory(services, row, dataverse)
    held = directory.privileges(directory.who_am_i())
    return agent_tables_check(dataverse, held, portals_of(services.settings, row))


def explained(directory: EntraDirectory, checks: list[Check], places: Places) -> list[Check]:
    """The checks, and where the organisation refuses the user, what it says about why: disabled, or without a role."""
    if checks[0].passed is not False or len(checks) > 1:
        return checks
    try:
        directory.who_am_i()
    except NoEnabledUser as error:
        if not error.systemuserid:
            return checks
        if error.code == "0x80042f09":
            first = Check("Who am I", True, f"The application's token stands for user {error.systemuserid}.")
            return [first, role_check("The application user", (), places)]
        found, remedy = f"The application user is disabled: {error}", "Activate it under Application users."
        return [checks[0], Check("User enabled", False, found, remedy, place=places.user)]
    except LeadwrightError:
        return checks
    return checks


def places_of(services: Installation, portals: Portals) -> Places:
    """Where application users are put right."""
    with services.database.reading() as session:
        units = session.execute(select(BusinessUnit.businessunitid, BusinessUnit.name)).all()
    return Places(
        portals.application_users,
        "Give it the role under Application users > Edit security roles.",
        "Give {name} the role {role} under Application users > Edit security roles. Where it has that, the role "
        "holds less than is needed: make one beside it under Security roles > + New role, with what is missing here, "
        "each at the depth that is named, and give {name} that as well.",
        "Create it under Application users > + New app user > + Add an app, with the client ID {client}; a disabled "
        "one has to be activated.",
        {unit.businessunitid: unit.name for unit in units},
    )


def _mailbox(
    services: Installation, row: CrmConnection, portals: Portals, mode: AgentMode, inputs: Inputs
) -> Iterator[Check]:
    wanted = inputs.get(3, {})
    address = str(wanted.get("emailaddress") or "")
    if not address:
        found = "No shared mailbox is set up."
        yield Check("Shared mailbox", False, found, "Enter its address under Set up.", place=portals.shared_mailboxes)
        return
    owner = select(SystemUser.internalemailaddress).where(
        SystemUser.applicationid.is_(None), SystemUser.internalemailaddress.is_not(None)
    )
    with services.database.reading() as session:
        known = tuple(str(a) for a in session.scalars(owner.order_by(SystemUser.internalemailaddress).limit(5)))
    asked = Asked(address, known, by_graph=wanted.get("mail") == "graph")
    graph = open_graph(services).patient(PATIENCE)
    graph.http.tokens.forget(graph.url)  # permissions granted since count at once
    yield from shared_mailbox_checks(graph, asked, portals)


def _synchronisation(
    services: Installation, row: CrmConnection, portals: Portals, mode: AgentMode, inputs: Inputs
) -> Iterator[Check]:
    mailboxid = str(inputs.get(4, {}).get("mailboxid") or "")
    if not mailboxid:
        found = "No mailbox record is chosen for the application user."
        yield Check("Mailbox record", False, found, "Choose it under Set up.", place=portals.mailboxes)
        return
    state = mailbox_state(open_dataverse(services).patient(PATIENCE), mailboxid)
    user = str(inputs.get(2, {}).get("systemuserid") or row.applicationuserid or "")
    shared = inputs.get(3, {})
    address, by_graph = str(shared.get("emailaddress") or ""), shared.get("mail") == "graph"
    yield from synchronisation_checks(state, user, address, portals, by_graph=by_graph)


_Run = Callable[[Installation, CrmConnection, Portals, AgentMode, Inputs], Iterator[Check]]
_CHECKS: Mapping[int, _Run] = {1: _application, 2: _user, 3: _mailbox, 4: _synchronisation}


def _broken(number: int, checks: list[Check], error: LeadwrightError, portals: Portals) -> Check:
    """The check that stands where the others could not go on."""
    seen = {c.name for c in checks}
    name = next((n for n in step_on(Platform.DYNAMICS365, number).verifies if n not in seen), "Connection")
    place = portals.application_users if number == 2 else ""
    if isinstance(error, CrmError):
        missing = str(getattr(error, "privilege", "") or "") or None
        final = _is_final(error)
        remedy = "" if final else "Check again in a moment."
        return Check(name, False if final else None, str(error), remedy, place=place, privilege=missing)
    return Check(name, False, str(error), "Finish prerequisite 1 first." if isinstance(error, Conflict) else "")


def _is_final(error: CrmError) -> bool:
    """Does asking again change nothing?"""
    return error.permanent or (isinstance(error, MicrosoftError) and error.status == 403)


def _complete(checks: list[Check], number: int) -> list[Check]:
    seen = {c.name for c in checks}
    left = (n for n in step_on(Platform.DYNAMICS365, number).verifies if n not in seen)
    return [*checks, *(Check(name, None, NOT_RUN) for name in left)]
