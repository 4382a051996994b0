"""What an administrator's one-time sign-in at Microsoft does: registers the application, makes its user, approves.

The sign-in waits in a sealed ticket that the person's own browser or program keeps. The token is used at once, and
kept nowhere.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from leadwright.actions import dynamics_mailbox as mail
from leadwright.actions import dynamics_platform as platform
from leadwright.actions import dynamics_user as users
from leadwright.actions.agent_rows import agent_of
from leadwright.actions.dynamics_rows import Tried
from leadwright.actions.dynamics_user import needed_connection
from leadwright.actions.dynamics_values import ConnectionForm, organisation_url
from leadwright.actions.prerequisite_rows import may_set_up, open_row, refuse_while_working, row_of
from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.domain.platform import Cloud, cloud_of
from leadwright.errors import BadInput, Conflict, CrmError
from leadwright.identity.access import Principal, require
from leadwright.identity.directory import directory_of
from leadwright.microsoft import bootstrap
from leadwright.microsoft.bootstrap import AdminToken, Plan, Purpose
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.dataverse import Dataverse
from leadwright.services import Services

PERMISSIONS = ("User.Read.All", "MailboxSettings.Read")
_SEAL = "administrator errand"
_NOT_YET = ("AADSTS7000215", "AADSTS700016", "AADSTS7000229")
_LOOKS, _BETWEEN = 10, 3.0  # what Entra made is known on all its servers a little later


class Errand(StrEnum):
    """What the sign-in is for."""

    APPLICATION = "application"
    USER = "user"
    APPROVE = "approve"


DOES: Mapping[Errand, str] = {
    Errand.APPLICATION: "The application of prerequisite 1 is registered with a client secret and a service principal, "
    "and this installation is connected with it.",
    Errand.USER: "The application user of prerequisite 2 is found or created, and gets the role AISalesPerson.",
    Errand.APPROVE: "The email address of the agent's mailbox record is approved, Test & Enable is started, and all "
    "mail of the application user is tracked.",
}
NEEDS: Mapping[Errand, str] = {
    Errand.APPLICATION: "Application Administrator, Cloud Application Administrator or Global Administrator (an "
    "Application Developer once one of them has done so; permissions take a Global Administrator or Privileged Role "
    "Administrator)",
    Errand.USER: "System Administrator of the organisation",
    Errand.APPROVE: "System Administrator of the organisation who is also Global or Exchange Administrator",
}

CALLED: Mapping[Errand, str] = {  # the program that Microsoft's page names
    Errand.APPLICATION: "Microsoft Graph Command Line Tools",
    Errand.USER: "Dynamics 365 Example Client Application",
    Errand.APPROVE: "Dynamics 365 Example Client Application",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done, as the person entered it.

    Args:
        organisation: address, of the errand `application`; else that of the connection.
        tenant: id or domain, of the errand `application`.
        name: of the application.
        cloud: empty: as the address says.
        permissions: grant those of Graph that prerequisite 3 is verified with.
        unit: name of the business unit, of the errand `user`; empty: the root one.
    """

    errand: Errand
    organisation: str = ""
    tenant: str = ""
    name: str = ""
    cloud: str = ""
    permissions: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-in that waits for the administrator.

    Args:
        ticket: sealed; it is given back to `go_on`, by the same person.
    """

    errand: Errand
    usercode: str
    address: str
    endson: datetime
    interval: int
    ticket: str


def begin(services: Services, who: Principal, agentid: str, wanted: Wanted) -> Waiting:
    """Ask Microsoft for a code that the administrator enters there.

    Raises:
        NotAllowed: the person may not set that prerequisite up.
        BadInput: something given cannot be used.
        Conflict: the prerequisite is ticked, or the agent works.
        CrmError: Microsoft cannot be asked.
    """
    _may(services, who, agentid, wanted.errand)
    wanted = _checked(services, wanted)
    purpose = Purpose.REGISTER if wanted.errand is Errand.APPLICATION else Purpose.ORGANISATION
    started = bootstrap.begin(_place(services, wanted), purpose, tenant=wanted.tenant, grants=wanted.permissions)
    kept = {
        "who": who.id,
        "agentid": agentid,
        "run": new_id()[:8],
        "wanted": asdict(wanted),
        "ticket": started.ticket,
        "shown": [started.usercode, started.address, started.endson.isoformat(), started.interval],
    }
    sealed = services.vault.seal(json.dumps(kept), _SEAL)
    return Waiting(wanted.errand, started.usercode, started.address, started.endson, started.interval, sealed)


def waiting(services: Services, who: Principal, ticket: str) -> Waiting:
    """What a ticket waits for.

    Raises:
        BadInput: it is not this person's, or damaged.
    """
    kept = _opened(services, who, ticket)
    code, address, ends, interval = kept["shown"]
    return Waiting(Errand(kept["wanted"]["errand"]), code, address, datetime.fromisoformat(ends), int(interval), ticket)


def go_on(services: Services, who: Principal, ticket: str) -> str:
    """Do it, when the administrator has signed in. Returns what was done; empty while nobody has signed in.

    Raises:
        NotAllowed, BadInput, Conflict, CrmError: as the errand itself; it may be begun again.
    """
    kept = _opened(services, who, ticket)
    wanted = Wanted(**(kept["wanted"] | {"errand": Errand(kept["wanted"]["errand"])}))
    _may(services, who, kept["agentid"], wanted.errand)
    place = _place(services, wanted)
    token = bootstrap.poll(place, kept["ticket"])
    if token is None:
        return ""
    _note(services, who, wanted, token)
    if wanted.errand is Errand.APPLICATION:
        return _register(services, who, kept["agentid"], wanted, kept["run"], place, token)
    line = bootstrap.administrator_line(place, token)
    try:
        return _DO[wanted.errand](services, who, kept["agentid"], wanted, Dataverse(line))
    finally:
        line.close()


def _may(services: Services, who: Principal, agentid: str, errand: Errand) -> None:
    with services.database.reading() as session:
        if errand is Errand.APPLICATION:
            require(who, "prvCreateApplication")
            require(who, "prvAssignRole")
            refuse_while_working(agent_of(session, agentid))
        elif errand is Errand.USER:
            may_set_up(who, 2)
            needed_connection(session)
            open_row(session, agentid, 2)
        else:
            require(who, "prvApproveMailbox")
            needed_connection(session)


def _checked(services: Services, wanted: Wanted) -> Wanted:
    if wanted.errand is not Errand.APPLICATION:
        with services.database.reading() as session:
            row = needed_connection(session)
        return Wanted(wanted.errand, row.dataverseurl, row.tenantid, "", row.cloud, unit=wanted.unit.strip())
    name = " ".join(wanted.name.split())
    if not name or len(name) > 120:
        raise BadInput("Give the application a name of at most 120 characters.", field="name")
    try:
        url = organisation_url(wanted.organisation, any_host=bool(services.settings.microsoft_authority))
    except BadInput as error:
        raise BadInput(str(error), field="organisation") from error
    tenant = wanted.tenant.strip().lower()
    if not tenant or not all(c.isalnum() or c in ".-" for c in tenant) or tenant in ("common", "organizations"):
        raise BadInput("Enter the Directory (tenant) ID, or a domain of the tenant.", field="tenant")
    cloud = wanted.cloud or str(cloud_of(url.removeprefix("https://")) or Cloud.WORLDWIDE)
    return Wanted(wanted.errand, url, tenant, name, cloud, wanted.permissions)


def _place(services: Services, wanted: Wanted) -> Connection:
    try:
        cloud = Cloud(wanted.cloud)
    except ValueError:
        raise BadInput("Choose one of Microsoft's clouds: worldwide, us or china.", field="cloud") from None
    return bootstrap.place_of(services.settings, cloud, dataverse_url=wanted.organisation)


def _register(
    services: Services, who: Principal, agentid: str, wanted: Wanted, run: str, place: Connection, token: AdminToken
) -> str:
    with services.database.reading() as session:
        marker = directory_of(services).organization_id(session)
    plan = Plan(wanted.name, marker, run, permissions=PERMISSIONS if wanted.permissions else ())
    made = bootstrap.set_up(place, token, plan)
    form = ConnectionForm(
        wanted.organisation, made.tenantid, made.clientid, secret=made.secret, secret_endson=made.endson,
        cloud=wanted.cloud,
    )  # fmt: skip
    tried = _patiently(lambda: platform.connect(services, who, agentid, form))
    parts = [f"The application {wanted.name} is registered, and this installation is connected with it."]
    parts += [f"{name} could not be granted: {why}" for name, why in made.refused.items()]
    return " ".join([*parts, *([tried] if tried else [])])


def _patiently(connect: Callable[[], Tried]) -> str:
    """Connect, asking again while Entra does not know yet, on all its servers, what it made a moment ago."""
    for attempt in range(_LOOKS):
        try:
            tried = connect()
        except BadInput as error:
            if attempt == _LOOKS - 1 or not any(code in str(error) for code in _NOT_YET):
                raise
            time.sleep(_BETWEEN)
            continue
        # without an application user everything else is still to come: that is prerequisite 2
        return "" if tried.code == "0x80072560" else tried.warning
    raise AssertionError("unreachable")


def _make_user(services: Services, who: Principal, agentid: str, wanted: Wanted, dataverse: Dataverse) -> str:
    unit = ""
    if wanted.unit:
        units = users.business_units(dataverse)
        unit = next((id for id, name in units if name.casefold() == wanted.unit.casefold()), "")
        if not unit:
            known = ", ".join(name for _, name in units[:10])
            raise BadInput(f"The organisation has no business unit {wanted.unit}. It has {known}.", field="unit")
    users.create_application_user(services, who, agentid, dataverse, businessunitid=unit)
    return "The application user is there and holds AISalesPerson. Mark prerequisite 2 as done to verify it."


def _approve(services: Services, who: Principal, agentid: str, wanted: Wanted, dataverse: Dataverse) -> str:
    mail.approve_email(services, who, agentid, dataverse=dataverse)
    mail.enable_mailbox(services, who, agentid, dataverse=dataverse)
    done = "The address is approved, and the test of the mailbox is queued at Microsoft."
    return f"{done} {_track(services, agentid, dataverse)}".strip()


def _track(services: Services, agentid: str, dataverse: Dataverse) -> str:
    """Have all mail of the application user tracked, unless it is read through Graph. What became of it.

    Who may approve may not always write this: what is done already is told all the same.
    """
    with services.database.reading() as session:
        known = row_of(session, agentid, 2).inputs.get("systemuserid")
        user = str(known or needed_connection(session).applicationuserid or "")
        by_graph = row_of(session, agentid, 3).inputs.get("mail") == "graph"
    if by_graph or not user:
        return ""
    try:
        users.track_all_mail(dataverse, user)
    except CrmError as error:
        return (
            f"All mail of the application user could not be set to be tracked: {error} A System Administrator of the "
            "organisation signs in here for that; the check Tracked mail says whether it is needed."
        )
    return "All mail of the application user is tracked."


_DO: Mapping[Errand, Callable[[Services, Principal, str, Wanted, Dataverse], str]] = {
    Errand.USER: _make_user,
    Errand.APPROVE: _approve,
}


def _note(services: Services, who: Principal, wanted: Wanted, token: AdminToken) -> None:
    after = {"errand": str(wanted.errand), "signed_in": token.upn, "tenantid": token.tenantid}
    with services.database.transaction() as session:
        audit.record(session, who.actor, "administrator.signed_in", "crmconnection", "dynamics365", after=after)


def _opened(services: Services, who: Principal, ticket: str) -> dict[str, Any]:
    damaged = "This sign-in has ended or is damaged. Start it again."
    try:
        kept = json.loads(services.vault.open(ticket, _SEAL))
    except (Conflict, ValueError) as error:
        raise BadInput(damaged) from error
    if not isinstance(kept, dict) or kept.get("who") != who.id:
        raise BadInput(damaged)
    return kept
