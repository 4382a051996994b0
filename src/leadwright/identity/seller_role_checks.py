"""Checks of prerequisite 2 that warn and never fail: change tracking, roles of sellers, tables of Microsoft's agent."""

from collections.abc import Mapping
from typing import Any

from leadwright.domain.dataverse_privileges import (
    AGENT_TABLES,
    NEEDED_FOR_AGENT_TABLES,
    PUBLISHED_FOR_SELLERS,
    STANDARD_ROLES,
    TRACKED,
    depths_held,
    lacking,
)
from leadwright.domain.portals import Portals
from leadwright.domain.prerequisites import Check
from leadwright.domain.privileges import Depth
from leadwright.errors import CrmError
from leadwright.microsoft.dataverse import Dataverse

_MOST_ROLES, _SHOWN = 20, 6


def change_tracking_check(dataverse: Dataverse, held: Mapping[str, int], portals: Portals) -> Check:
    """Can the mirror follow the changes of each table, or does it have to ask for what was modified?

    Args:
        held: privilege in lower case -> widest depth of the application user.
    """
    try:
        wanted = " or ".join(f"LogicalName eq '{name}'" for name in TRACKED)
        rows = dataverse.get("EntityDefinitions", select="LogicalName,ChangeTrackingEnabled", filter=wanted)["value"]
        found = {row["LogicalName"]: row.get("ChangeTrackingEnabled") for row in rows}
    except CrmError as error:
        remedy = "Then what was modified is asked for instead."
        return Check("Change tracking", True, f"It cannot be read: {error}", remedy, warns=True)
    off = [name for name in TRACKED if found.get(name) is False]
    partly = [n for n in TRACKED if n not in off and held.get(f"prvread{n}", 0) < Depth.ORGANISATION]
    if not off and not partly:
        return Check("Change tracking", True, "On for every table, and the role reads all rows.")
    parts = [f"Off for {', '.join(off)}."] if off else []
    parts += [f"Not allowed for {', '.join(partly)}: the role does not read all rows of the organisation."] * bool(
        partly
    )
    remedy = "Turn on Track changes in the properties of the table, or give the role Organization read. Until then the "
    remedy += "mirror asks for what was modified: deleted rows are noticed later."
    return Check("Change tracking", True, " ".join(parts), remedy, warns=True, place=portals.tables)


def seller_roles_check(dataverse: Dataverse, portals: Portals) -> Check:
    """Custom roles that read leads, compared with what Microsoft publishes for roles of sellers."""
    try:
        needed = _published_here(dataverse)
        short = [f"{name}: {_some(missing)}" for name, missing in _lacking_roles(dataverse, needed)]
    except CrmError as error:
        return Check("Seller roles", True, f"They cannot be read: {error}", "Compare them by hand.", warns=True)
    if not short:
        return Check("Seller roles", True, "Every custom role that reads leads has the published privileges.")
    remedy = "Add these privileges to the role; without them its people do not see all that the agent hands over."
    return Check("Seller roles", True, " ".join(short), remedy, warns=True, place=portals.application_users)


def agent_tables_check(dataverse: Dataverse, held: Mapping[str, int], portals: Portals) -> Check:
    """Can runs, results and handovers be written into the tables of Microsoft's own agent, as it was chosen?

    Args:
        held: as of `change_tracking_check`.
    """
    name, back = "Agent tables", "or choose under Mirror that they are left out."
    try:
        wanted = " or ".join(f"LogicalName eq '{table}'" for table in AGENT_TABLES)
        rows = dataverse.get("EntityDefinitions", select="LogicalName", filter=wanted)["value"]
    except CrmError as error:
        return Check(name, True, f"They cannot be read: {error}", f"Check again, {back}", warns=True)
    there = {str(row["LogicalName"]).lower() for row in rows}
    absent = [table for table in AGENT_TABLES if table not in there]
    needed = {one: depth for one, depth in NEEDED_FOR_AGENT_TABLES.items() if not one.endswith(tuple(absent))}
    missing = lacking(held, needed)
    parts, remedies = list[str](), list[str]()
    if absent:
        parts.append(
            f"Not installed in this organisation: {', '.join(absent)}. What would be written there is left out."
        )
        remedies.append("Install the Sales Qualification Agent of Microsoft there")
    if missing:
        parts.append(f"Missing: {', '.join(missing)}. What is to be written there waits until it is given.")
        remedies.append("Add what is missing to a role of the application user")
    if parts:
        place, lack = (portals.application_users, missing[0].partition(" ")[0]) if missing else ("", None)
        return Check(name, True, " ".join(parts), f"{', '.join(remedies)}, {back}", lack, warns=True, place=place)
    return Check(name, True, "Runs, results and handovers are written into the tables of Microsoft's own agent too.")


def _published_here(dataverse: Dataverse) -> dict[str, Depth]:
    """The published privileges, without those of tables that this organisation does not have."""
    names = sorted(PUBLISHED_FOR_SELLERS)
    present: set[str] = set()
    for start in range(0, len(names), 20):
        wanted = " or ".join(f"name eq '{name}'" for name in names[start : start + 20])
        rows = dataverse.get("privileges", select="name", filter=wanted)["value"]
        present |= {str(row["name"]).lower() for row in rows}
    return {name: depth for name, depth in PUBLISHED_FOR_SELLERS.items() if name.lower() in present}


def _lacking_roles(dataverse: Dataverse, needed: Mapping[str, Depth]) -> list[tuple[str, tuple[str, ...]]]:
    roles = dataverse.get("roles", select="name,roleid", filter="_parentroleid_value eq null")["value"]
    custom = [row for row in roles if str(row["name"]).lower() not in STANDARD_ROLES][:_MOST_ROLES]
    found = []
    for row in sorted(custom, key=_name):
        path = f"roles({row['roleid']})/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole()"
        held = depths_held(_granted(dataverse, path, str(row["roleid"])))
        if "prvreadlead" in held and (missing := lacking(held, needed)):
            found.append((_name(row), missing))
    return found


def _granted(dataverse: Dataverse, path: str, roleid: str) -> list[dict[str, Any]]:
    """Privileges of a role; the unbound spelling where the bound one is not known."""
    try:
        answer = dataverse.get(path)
    except CrmError:
        answer = dataverse.get(f"RetrieveRolePrivilegesRole(RoleId={roleid})")
    return list(answer.get("RolePrivileges") or ())


def _name(row: Mapping[str, Any]) -> str:
    return str(row["name"])


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}."
