"""Prerequisite 2 on Dynamics 365: the application user is found over there, or created with an administrator's token.

What is found is kept here under the same ids: business unit, application, user, role. Ticks nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions import dynamics_connection
from leadwright.actions.agent_rows import agent_of
from leadwright.actions.prerequisite_rows import begin, may_set_up, open_row, row_of, untick
from leadwright.db import audit
from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.mirror_waking import wake_mirror
from leadwright.db.people import Application, BusinessUnit, Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.platform import Platform
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, Conflict, CrmError, LeadwrightError
from leadwright.identity.access import Principal
from leadwright.identity.directories import DirectoryUser
from leadwright.identity.dynamics_verification import entra_directory
from leadwright.identity.entra_directory import NoEnabledUser
from leadwright.identity.refusals import NotAMember
from leadwright.identity.seed import root_business_unit
from leadwright.identity.synchronisation_checks import ALL_MAIL, FILTER
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import AlreadyThere, RowGone
from leadwright.services import Services

PLATFORM = {"platform": str(Platform.DYNAMICS365)}


def needed_connection(session: Session) -> CrmConnection:
    """The connection in use.

    Raises:
        Conflict: there is none.
    """
    row = connection_row(session)
    if row is None:
        raise Conflict("This installation is not connected to Dynamics 365. Set up prerequisite 1 first.")
    return row


def find_application_user(services: Services, who: Principal, agentid: str) -> str:
    """Keep the application user that the connection's token acts as, and make it the agent user. Returns its id.

    Raises:
        NotAllowed: prvCreateUser or prvAssignRole is missing.
        BadInput: the organisation has none, a disabled one, or one with another role; says which and what to do.
        Conflict: no connection, or the prerequisite is ticked.
        CrmError: Dynamics 365 cannot be asked.
    """
    may_set_up(who, 2)
    with services.database.reading() as session:
        row = needed_connection(session)
    directory = entra_directory(services, row)
    try:
        user = directory.user(directory.who_am_i())
    except NotAMember as error:
        raise BadInput(_why_none(error, row.clientid), field="systemuserid") from error
    if user is None:
        raise BadInput("The application user cannot be read. Give it the role AISalesPerson.", field="systemuserid")
    _refuse_another_role(user.name, directory.roles(user.id))
    return _keep(services, who, agentid, row, user)


def create_application_user(
    services: Services, who: Principal, agentid: str, dataverse: Dataverse, *, businessunitid: str = ""
) -> str:
    """Find or create the application user with the rights of an administrator, give it the role, and keep it.

    Args:
        dataverse: in the name of the administrator who signed in for this.
        businessunitid: of the organisation; the root one unless given.

    Returns:
        The user's id.

    Raises:
        NotAllowed: prvCreateUser or prvAssignRole is missing.
        BadInput: no such business unit, or it has no role AISalesPerson.
        Conflict: no connection, or the prerequisite is ticked.
        CrmError: Dynamics 365 refuses it, or cannot be asked.
    """
    may_set_up(who, 2)
    with services.database.reading() as session:
        row = needed_connection(session)
        open_row(session, agentid, 2)
    unit = businessunitid or _root_unit(dataverse)
    systemuserid = _existing(dataverse, row.clientid) or _created(dataverse, row.clientid, unit)
    directory = entra_directory(services, row, dataverse)
    user = directory.user(systemuserid)
    if user is None:
        raise BadInput("The application user cannot be read back. Try again in a moment.", field="systemuserid")
    _give_role(dataverse, user)
    return _keep(services, who, agentid, row, user)


def track_all_mail(dataverse: Dataverse, systemuserid: str) -> None:
    """Have server-side synchronisation track every mail of a user, not answers alone. Safe to repeat.

    Raises:
        CrmError: who asks may not change it, or Dynamics 365 cannot be asked.
    """
    found = dataverse.get(f"usersettingscollection({systemuserid})", select=FILTER)
    if found.get(FILTER) != ALL_MAIL:
        dataverse.update("usersettingscollection", systemuserid, {FILTER: ALL_MAIL}, None)


def business_units(dataverse: Dataverse) -> list[tuple[str, str]]:
    """Business units of the organisation, the root one first: id and name."""
    rows = dataverse.get("businessunits", select="businessunitid,name,_parentbusinessunitid_value", orderby="name")
    found = sorted(rows["value"], key=lambda unit: bool(unit.get("_parentbusinessunitid_value")))
    return [(str(unit["businessunitid"]), str(unit["name"])) for unit in found]


def _root_unit(dataverse: Dataverse) -> str:
    wanted = "_parentbusinessunitid_value eq null"
    return str(dataverse.get("businessunits", select="businessunitid", filter=wanted)["value"][0]["businessunitid"])


def _existing(dataverse: Dataverse, clientid: str) -> str:
    wanted = f"applicationid eq {clientid}"
    found = dataverse.get("systemusers", select="systemuserid,isdisabled", filter=wanted)["value"]
    if not found:
        return ""
    if found[0].get("isdisabled"):
        dataverse.update("systemusers", str(found[0]["systemuserid"]), {"isdisabled": False}, None)
    return str(found[0]["systemuserid"])


def _created(dataverse: Dataverse, clientid: str, unit: str) -> str:
    """Looked for first, and again when somebody else was as fast: an application has one user."""
    values = {"applicationid": clientid, "businessunitid@odata.bind": f"/businessunits({unit})"}
    try:
        dataverse.action("systemusers", values)
    except (AlreadyThere, RowGone) as error:
        if not _existing(dataverse, clientid):
            raise BadInput("There is no such business unit. Choose another.", field="businessunitid") from error
    except CrmError:
        if not _existing(dataverse, clientid):
            raise
    return _existing(dataverse, clientid)


def _give_role(dataverse: Dataverse, user: DirectoryUser) -> None:
    """The copy of AISalesPerson in the user's own business unit."""
    wanted = f"_businessunitid_value eq {user.business_unit_id}"
    roles = dataverse.get("roles", select="roleid,name", filter=wanted)["value"]
    role = next((r for r in roles if str(r["name"]).casefold() == AI_SALESPERSON.casefold()), None)
    if role is None:
        raise BadInput(
            f"The business unit {user.business_unit} has no security role {AI_SALESPERSON}. Install the sales agent's "
            "solution, or make a role of this name with the privileges in docs/dynamics365.md.",
            field="businessunitid",
        )
    dataverse.associate("systemusers", user.id, "systemuserroles_association", "roles", str(role["roleid"]))


def _why_none(error: NotAMember, clientid: str) -> str:
    places = "Power Platform admin center > Environments > Settings > Users + permissions > Application users"
    if isinstance(error, NoEnabledUser) and error.code == "0x80042f09":
        give = f"Give it {AI_SALESPERSON} under {places} > Edit security roles."
        return f"The application user holds no security role. {give}"
    if isinstance(error, NoEnabledUser) and error.systemuserid:
        return f"The application user is disabled: {error} Activate it under {places}."
    return (
        f"403 {error.code}: {error} The organisation has no application user with the client ID {clientid}. Create it "
        f"under {places} > + New app user > + Add an app."
    )


def _refuse_another_role(name: str, roles: tuple[str, ...]) -> None:
    if any(role.casefold() == AI_SALESPERSON.casefold() for role in roles):
        return
    raise BadInput(
        f"{name} holds {', '.join(roles) or 'no role'}, not {AI_SALESPERSON}. Give it {AI_SALESPERSON} under "
        "Application users > Edit security roles, then look again.",
        field="systemuserid",
    )


def _keep(services: Services, who: Principal, agentid: str, row: CrmConnection, user: DirectoryUser) -> str:
    try:
        with services.database.transaction() as session:
            prerequisite = open_row(session, agentid, 2)
            before = session.get(SystemUser, user.id)
            changes = prerequisite.inputs.get("systemuserid") != user.id
            keep_application_user(session, row, user)
            inputs = {"systemuserid": user.id, "businessunitid": user.business_unit_id, "clientid": row.clientid}
            begin(prerequisite, {**PLATFORM, **inputs, "username": user.name, "unitname": user.business_unit})
            agent_of(session, agentid).agentuserid = user.id
            if changes:  # the mailbox record was another user's
                untick(row_of(session, agentid, 4))
            after: Mapping[str, Any] = {"fullname": user.name, **inputs, "roles": [AI_SALESPERSON]}
            action = "user.changed" if before else "user.created"
            audit.record(session, who.actor, action, "systemuser", user.id, after=dict(after), cause="Dynamics 365")
            wake_mirror(session, services.clock())
    except IntegrityError as error:
        raise Conflict("The mirror brought this user at the same moment. Try again.") from error
    with suppress(LeadwrightError):  # what the organisation is called could not be asked before there was a user
        dynamics_connection.check(services, who)
    return user.id


def keep_application_user(session: Session, row: CrmConnection, user: DirectoryUser) -> None:
    """Business unit, application, user and role under the ids they have over there; what is there stays."""
    if session.get(BusinessUnit, user.business_unit_id) is None:
        unit = BusinessUnit(
            businessunitid=user.business_unit_id,
            name=_free_name(session, user.business_unit),
            parentbusinessunitid=root_business_unit(session),
        )
        session.add(unit)
    if session.get(Application, row.clientid) is None:
        session.add(Application(appid=row.clientid, displayname=user.name[:120]))
    session.flush()
    kept = session.get(SystemUser, user.id)
    if kept is None:
        kept = SystemUser(systemuserid=user.id, fullname=user.name[:200], businessunitid=user.business_unit_id)
        session.add(kept)
    kept.applicationid, kept.accessmode, kept.isdisabled = row.clientid, int(AccessMode.NON_INTERACTIVE), False
    session.flush()
    role = session.scalars(select(Role.roleid).where(Role.name == AI_SALESPERSON)).one()
    if session.get(UserRole, (user.id, role)) is None:
        session.add(UserRole(systemuserid=user.id, roleid=role))
        session.flush()


def _free_name(session: Session, name: str) -> str:
    name = name[:140]
    taken = session.scalar(select(BusinessUnit.businessunitid).where(BusinessUnit.name == name))
    return f"{name} (Dynamics 365)" if taken else name
