"""Functions and actions by name: bound to nothing, to a row or to a table. Each asks for its own rights."""

import re
from collections.abc import Callable
from typing import Any

from leadwright.sandbox.dynamics.dataverse import bulk, mappings, payloads, qualify, records, roles, sending, timezones
from leadwright.sandbox.dynamics.dataverse.calls import (
    Answer,
    Segment,
    answer_json,
    not_found,
    object_in,
    objects_in,
    split_list,
)
from leadwright.sandbox.dynamics.dataverse.entities import Entities
from leadwright.sandbox.dynamics.dataverse.rights import rights_of
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused

CRM = "Microsoft.Dynamics.CRM."
_ACCESS = {"ReadAccess": 1, "WriteAccess": 2, "AppendAccess": 4, "AppendToAccess": 16, "CreateAccess": 32,
           "DeleteAccess": 65536, "ShareAccess": 262144, "AssignAccess": 524288}  # fmt: skip
_VERBS = {"ReadAccess": "Read", "WriteAccess": "Write", "AppendAccess": "Append", "AppendToAccess": "AppendTo",
          "DeleteAccess": "Delete", "ShareAccess": "Share", "AssignAccess": "Assign"}  # fmt: skip
Parameters = dict[str, Any]


def is_action(segments: list[Segment]) -> bool:
    """Whether a path names a function or an action."""
    return segments[-1].name.startswith(CRM) or (len(segments) == 1 and segments[0].name in _UNBOUND)


def answer(entities: Entities, segments: list[Segment]) -> Answer:
    """The reply of the function or action a path names.

    Raises:
        Refused: 404 of a name that is none here.
    """
    last = segments[-1]
    name = last.name.removeprefix(CRM)
    given = _parameters(entities, last)
    if len(segments) == 1:
        found = _UNBOUND.get(name)
        if found is None:
            raise not_found(last.name)
        return found(entities, given)
    table = entities.table(segments[0].name)
    if segments[0].key is None:
        many = bulk.ACTIONS.get(name)
        if many is None:
            raise not_found(last.name)
        return many(entities, table, given)
    bound = _BOUND.get((table.name, name))
    if bound is None:
        raise not_found(last.name)
    return bound(entities, table, entities.existing(table, segments[0].key), given)


def _parameters(entities: Entities, segment: Segment) -> Parameters:
    if entities.asked.method == "POST":
        return entities.asked.json()
    options, found = entities.asked.options(), {}
    for part in split_list(segment.key or ""):
        name, _, value = part.partition("=")
        text = options.get(value.strip(), value.strip())
        found[name.strip()] = text[1:-1].replace("''", "'") if text.startswith("'") else payloads.parse(_quoted(text))
    return found


def _quoted(text: str) -> str:
    if text.startswith(("{", "[", '"')):
        return text.replace("'", '"') if '"' not in text else text
    return text if re.fullmatch(r"-?\d+(\.\d+)?|true|false|null", text) else f'"{text}"'


def _context(entities: Entities, name: str) -> str:
    return f"{entities.asked.base}$metadata#{CRM}{name}Response"


def _reply(entities: Entities, name: str, **values: Any) -> Answer:
    return answer_json({"@odata.context": _context(entities, name), **values})


def who_am_i(entities: Entities, given: Parameters) -> Answer:
    """Who calls."""
    rights = entities.rights
    ids = {"BusinessUnitId": rights.unit, "UserId": rights.user, "OrganizationId": entities.world.organizationid}
    return _reply(entities, "WhoAmI", **ids)


def _version(entities: Entities, given: Parameters) -> Answer:
    return _reply(entities, "RetrieveVersion", Version="9.2.26103.00180")


def _organization(entities: Entities, given: Parameters) -> Answer:
    row = records.read(entities.world, "organization", entities.world.organizationid) or {}
    address = entities.asked.base.split("/api/data/")[0]
    detail = {
        "OrganizationId": entities.world.organizationid,
        "FriendlyName": row.get("name"),
        "OrganizationVersion": "9.2.26103.00180",
        "EnvironmentId": entities.world.organizationid,
        "UniqueName": row.get("name"),
        "UrlName": row.get("name"),
        "State": "Enabled",
        "TenantId": entities.world.tenantid,
        "Endpoints": {"Keys": ["WebApplication"], "Values": [f"{address}/"], "Count": 1, "IsReadOnly": False},
    }
    return _reply(entities, "RetrieveCurrentOrganization", Detail=detail)


def _total_count(entities: Entities, given: Parameters) -> Answer:
    keys, counts = [], []
    for name in given.get("EntityNames", []):
        table = entities.schema.tables.get(name)
        if table is None:
            raise not_found(name)
        entities.rights.need(f"prvRead{table.privilege}", table)
        with entities.world.reading() as db:
            counts.append(db.execute(f'SELECT count(*) FROM "{table.stored}"').fetchone()[0])  # noqa: S608
        keys.append(name)
    counted = {"Count": len(keys), "IsReadOnly": False, "Keys": keys, "Values": counts}
    return _reply(entities, "RetrieveTotalRecordCount", EntityRecordCountCollection=counted)


def _user_privileges(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
    entities.rights.check("Read", table, key)
    held = rights_of(entities.world, key, without_role=True)
    found = [
        {
            "Depth": roles.DEPTH_NAME[max(mask for mask, _ in masks)],
            "PrivilegeId": roles.privilege_id(name),
            "BusinessUnitId": held.unit,
            "PrivilegeName": name,
            "RecordFilterId": "00000000-0000-0000-0000-000000000000",
            "RecordFilterUniqueName": "",
        }
        for name, masks in sorted(held.depths.items())
    ]
    return _reply(entities, "RetrieveUserPrivileges", RolePrivileges=found)


def _principal_access(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
    target = given.get("Target")
    if not isinstance(target, dict) or "@odata.id" not in target:
        raise Refused(400, "0x80060888", 'Say which row is meant: (Target=@p1)?@p1={"@odata.id":"leads(<id>)"}.')
    other, other_key = entities.target(str(target["@odata.id"]))
    entities.rights.check("Read", other, other_key)
    held = rights_of(entities.world, key, without_role=True)
    found = [word for word, verb in _VERBS.items() if _allows(held, verb, other, other_key)]
    return _reply(entities, "RetrievePrincipalAccess", AccessRights=", ".join(found) or "None")


def _allows(held: Any, verb: str, table: Table, key: str) -> bool:
    try:
        held.check(verb, table, key)
    except Refused:
        return False
    return True


def _role_privileges(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
    entities.rights.check("Read", table, key)
    row = records.read(entities.world, "role", key) or {}
    with entities.world.reading() as db:
        rows = db.execute(
            "SELECT p.name, p.privilegeid, r.privilegedepthmask AS depth FROM dv_roleprivileges r "
            "JOIN dv_privilege p USING (privilegeid) WHERE r.roleid=? ORDER BY p.name",
            (key,),
        ).fetchall()
    found = [
        {"Depth": roles.DEPTH_NAME[one["depth"]], "PrivilegeId": one["privilegeid"],
         "BusinessUnitId": row["businessunitid"], "PrivilegeName": one["name"]}
        for one in rows
    ]  # fmt: skip
    return _reply(entities, "RetrieveRolePrivilegesRole", RolePrivileges=found)


def _add_privileges(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
    entities.rights.check("Write", table, key)
    depths = {"Basic": 1, "Local": 2, "Deep": 4, "Global": 8, 0: 1, 1: 2, 2: 4, 3: 8, "0": 1, "1": 2, "2": 4, "3": 8}
    wanted = {}
    for one in objects_in(given, "Privileges"):
        if one.get("Depth") not in depths or "PrivilegeId" not in one:
            raise Refused(
                400, "0x80040203", "Every privilege needs PrivilegeId and Depth: Basic, Local, Deep or Global."
            )
        wanted[str(one["PrivilegeId"]).lower()] = depths[one["Depth"]]
    _set_role(entities, key, wanted)
    return Answer(204)


def _remove_privilege(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
    entities.rights.check("Write", table, key)
    _set_role(entities, key, {str(given.get("PrivilegeId", "")).lower(): 0})
    return Answer(204)


def _set_role(entities: Entities, key: str, wanted: dict[str, int]) -> None:
    row = records.read(entities.world, "role", key) or {}
    if row["parentroleid"]:
        raise Refused(400, "0x80048302", "Change the role of the root business unit: copies below follow it.")
    with entities.world.transaction() as db:
        names = {one["privilegeid"]: one["name"] for one in db.execute("SELECT privilegeid, name FROM dv_privilege")}
        for privilege in wanted:
            if privilege not in names:
                raise records.does_not_exist(entities.schema.tables["privilege"], privilege)
        depths = {names[privilege]: depth for privilege, depth in wanted.items()}
        roles.set_privileges(db, key, depths, stamp(entities.world.clock()))


def _members(joining: bool) -> Callable[[Entities, Table, str, Parameters], Answer]:
    def change(entities: Entities, table: Table, key: str, given: Parameters) -> Answer:
        entities.rights.check("Write", table, key)
        with entities.world.transaction() as db:
            for one in objects_in(given, "Members"):
                user = entities.existing(entities.schema.tables["systemuser"], str(one.get("systemuserid", "")))
                statement = (
                    "INSERT OR IGNORE INTO teammembership (teamid, systemuserid) VALUES (?,?)"
                    if joining
                    else "DELETE FROM teammembership WHERE teamid=? AND systemuserid=?"
                )
                db.execute(statement, (key, user))
        return Answer(204)

    return change


def _share(word: str) -> Callable[[Entities, Parameters], Answer]:
    def change(entities: Entities, given: Parameters) -> Answer:
        target, grantee = given.get("Target"), object_in(given, "PrincipalAccess")
        principal = grantee.get("Principal", {}) if word != "RevokeAccess" else given.get("Revokee", {})
        table, key = _row(entities, target)
        who, who_key = _row(entities, principal)
        entities.rights.check("Share", table, key)
        mask = sum(_ACCESS.get(one.strip(), 0) for one in str(grantee.get("AccessMask", "")).split(","))
        with entities.world.transaction() as db:
            db.execute("DELETE FROM dv_principalobjectaccess WHERE objectid=? AND principalid=?", (key, who_key))
            if word != "RevokeAccess":
                values = {"principalid": who_key, "principaltypecode": who.name, "objectid": key,
                          "objecttypecode": table.name, "accessrightsmask": mask}  # fmt: skip
                records.create(entities.world, "principalobjectaccess", values, by=entities.rights.user)
        return Answer(204)

    return change


def _row(entities: Entities, value: Any) -> tuple[Table, str]:
    if not isinstance(value, dict):
        raise Refused(400, "0x80060888", "A row must be given as a JSON object with its id and @odata.type.")
    if "@odata.id" in value:
        return entities.target(str(value["@odata.id"]))
    name = str(value.get("@odata.type", "")).rsplit(".", 1)[-1]
    table = entities.schema.tables.get(name)
    if table is None or table.id not in value:
        raise Refused(400, "0x80060888", "A row must be given as a JSON object with its id and @odata.type.")
    return table, entities.existing(table, str(value[table.id]))


def _close_opportunity(state: int, closed: str) -> Callable[[Entities, Parameters], Answer]:
    def close(entities: Entities, given: Parameters) -> Answer:
        table = entities.schema.tables["opportunity"]
        closing = object_in(given, "OpportunityClose")
        _, key = entities.target(str(closing.get("opportunityid@odata.bind", "")))
        entities.rights.check("Write", table, key)
        values = {"statecode": state, "statuscode": given.get("Status", -1)}
        values |= {"actualvalue": closing["actualrevenue"]} if "actualrevenue" in closing else {}
        values["actualclosedate"] = stamp(entities.world.clock())[:10]
        records.update(entities.world, "opportunity", key, values, by=entities.rights.user)
        return Answer(204)

    return close


_UNBOUND: dict[str, Callable[[Entities, Parameters], Answer]] = {
    "WhoAmI": who_am_i,
    "RetrieveVersion": _version,
    "RetrieveCurrentOrganization": _organization,
    "RetrieveTotalRecordCount": _total_count,
    "InitializeFrom": mappings.initialize_from,
    "SendAppNotification": sending.send_notification,
    "GrantAccess": _share("GrantAccess"),
    "ModifyAccess": _share("ModifyAccess"),
    "RevokeAccess": _share("RevokeAccess"),
    "WinOpportunity": _close_opportunity(1, "won"),
    "LoseOpportunity": _close_opportunity(2, "lost"),
    "BulkDelete": bulk.bulk_delete,
    "GetAllTimeZonesWithDisplayName": timezones.all_zones,
    "GetTimeZoneCodeByLocalizedName": timezones.code_by_name,
    "LocalTimeFromUtcTime": timezones.local_time,
    "UtcTimeFromLocalTime": timezones.utc_time,
}
_BOUND: dict[tuple[str, str], Callable[[Entities, Table, str, Parameters], Answer]] = {
    ("systemuser", "RetrieveUserPrivileges"): _user_privileges,
    ("systemuser", "RetrievePrincipalAccess"): _principal_access,
    ("lead", "QualifyLead"): qualify.qualify,
    ("email", "SendEmail"): sending.send_email,
    ("role", "RetrieveRolePrivilegesRole"): _role_privileges,
    ("role", "AddPrivilegesRole"): _add_privileges,
    ("role", "RemovePrivilegeRole"): _remove_privilege,
    ("team", "AddMembersTeam"): _members(True),
    ("team", "RemoveMembersTeam"): _members(False),
}
BOUND_NAMES = {name for _, name in _BOUND} | set(bulk.ACTIONS)
