"""Privileges, security roles and their copies in each business unit."""

import sqlite3
from functools import cache
from uuid import NAMESPACE_OID, uuid5

from leadwright.sandbox.dynamics.dataverse.tables import Schema
from leadwright.sandbox.dynamics.world import World, new_guid

BASIC, LOCAL, DEEP, GLOBAL = 1, 2, 4, 8
DEPTH = {"User": BASIC, "Local": LOCAL, "Deep": DEEP, "Global": GLOBAL}
DEPTH_NAME = {BASIC: "Basic", LOCAL: "Local", DEEP: "Deep", GLOBAL: "Global"}
RIGHTS = {"Read": 1, "Write": 2, "Append": 4, "AppendTo": 16, "Create": 32, "Delete": 65536, "Share": 262144,
          "Assign": 524288}  # fmt: skip
SINGLE = (
    *("prvApproveRejectEmailAddress", "prvActOnBehalfOfAnotherUser", "prvSendAsUser", "prvBulkDelete", "prvAssignRole"),
    *("prvCreateEntity", "prvWriteEntity", "prvReadEntity", "prvDeleteEntity", "prvCreateAttribute"),
    *("prvWriteAttribute", "prvReadAttribute", "prvDeleteAttribute", "prvDisableUser", "prvReparentUser"),
    *("prvSearchAvailability", "prvMerge", "prvDelegatedMailboxApprover", "prvOverrideCreatedOnCreatedBy"),
)
_OWN = "Read Write Append AppendTo Create Delete Share Assign"
_AGENT_TABLES = (
    "msdyn_salesagentprofile msdyn_salesagentconfigurationv2 msdyn_salesagentrun msdyn_leadagentresult "
    "msdyn_synthesizeroutput msdyn_summarysynthesizerinput msdyn_engagereadinessagentresult "
    "msdyn_salesagenthandover msdyn_dcaengageagentresult msdyn_salescopilotinsight msdyn_salescopilotemailinsight "
    "msdyn_salescopilotinsightcardstate"
)
_READ_SETTINGS = (
    "Global Read: User Team Role BusinessUnit Organization Privilege Queue TransactionCurrency EmailServerProfile "
    "Campaign Connectionrole SdkMessage; Global AppendTo: TransactionCurrency; User Read: UserSettings; "
    "Global one: prvReadEntity prvReadAttribute"
)
_SELLER = (
    "User Read Write Append AppendTo Create Delete Share Assign: Lead Account Contact Opportunity Activity Note "
    "Connection; Global Read Append AppendTo: Competitor; User Read Write Create Delete: appnotification; "
    "User Read Write: UserSettings Mailbox; User AppendTo: User Team; "
    f"Global Read: {_AGENT_TABLES}; "
    "User Append AppendTo Assign Write Create Delete Share: msdyn_salesagenthandover; "
    "User Read Write: msdyn_engagereadinessagentresult; User one: prvSendAsUser"
)
SEED_ROLES = {
    "System Customizer": f"{_READ_SETTINGS}; Global one: prvCreateEntity prvWriteEntity prvDeleteEntity "
    "prvCreateAttribute prvWriteAttribute prvDeleteAttribute",
    "Sales Manager": f"{_READ_SETTINGS}; {_SELLER}; Deep {_OWN}: Lead Account Contact Opportunity Activity Note "
    "Connection Campaign; Global Create Write Delete: Competitor; Global one: prvBulkDelete prvMerge",
    "Salesperson": f"{_READ_SETTINGS}; {_SELLER}",
    "Basic User": f"{_READ_SETTINGS}; User {_OWN}: Account Contact Activity Note Connection; "
    "User Read Write Create Delete: appnotification; User Read Write: UserSettings Mailbox; User AppendTo: User",
    "AISalesPerson": f"{_READ_SETTINGS}; Global Read Write Append AppendTo Assign: Lead; "
    "User Create Delete Share: Lead; "
    "Global Read Append AppendTo Write Create Assign: Account Contact Opportunity; "
    f"Global Read Append AppendTo: Competitor; User {_OWN}: Activity; Global Read Write AppendTo: Activity; "
    "Global Read Write Append AppendTo Create Assign: Note Connection; Global Read AppendTo: User Team; "
    "Global Read Write Create Delete Append AppendTo Assign: appnotification; "
    "User Read Write: Mailbox UserSettings; Global Read: Mailbox TraceLog; "
    f"Global {_OWN}: {_AGENT_TABLES}; User one: prvSendAsUser",
    "Delegate": "Global one: prvActOnBehalfOfAnotherUser",
    "Delegated Mailbox Approver": "Global one: prvDelegatedMailboxApprover prvApproveRejectEmailAddress; "
    "Global Read Write: Mailbox",
    "Service Reader": "Global Read: Lead Account Contact Opportunity Activity Note Competitor Connection "
    f"User Team Role BusinessUnit Organization; {_READ_SETTINGS}",
}

TEMPLATES = {
    "System Administrator": "627090ff-40a3-4053-8790-584edc5be201",
    "System Customizer": "119f245c-3cc8-4b62-b31c-d1a046ced15d",
    "Sales Manager": "c0ed2f4f-6f92-4691-92ba-78f2931e8fba",
    "Salesperson": "a4be89ff-7c35-4d69-9900-999c3f603e6f",
    "Basic User": "236750cd-45ae-4939-ab12-b24b920ced93",
    "Delegate": "d892cc0b-28c7-4e88-bd92-72f2c366baed",
}
"""Standard role -> id of its template: the same in every organisation, whatever the role is called there."""


@cache
def privilege_id(name: str) -> str:
    """The id of a privilege: the same in every organisation."""
    return str(uuid5(NAMESPACE_OID, f"privilege {name.lower()}"))


def make_privileges(db: sqlite3.Connection, schema: Schema, now: str) -> None:
    """A row for every privilege there is; what is there stays."""
    names = {f"prv{verb}{table.privilege}": right for table in schema.tables.values() for verb, right in RIGHTS.items()}
    names |= dict.fromkeys(SINGLE, 0)
    db.executemany(
        "INSERT OR IGNORE INTO dv_privilege (privilegeid, name, accessright, canbebasic, canbelocal, canbedeep, "
        "canbeglobal, isdisabledwhenintegrated, createdon, modifiedon, versionnumber) VALUES (?,?,?,1,1,1,1,0,?,?,1)",
        [(privilege_id(name), name, right, now, now) for name, right in names.items()],
    )


def make_templates(db: sqlite3.Connection, now: str) -> None:
    """The templates of the standard roles; roles that were made before there were any get theirs."""
    for name, key in TEMPLATES.items():
        db.execute(
            "INSERT OR IGNORE INTO dv_roletemplate (roletemplateid, name, createdon, modifiedon, versionnumber) "
            "VALUES (?,?,?,?,1)",
            (key, name, now, now),
        )
        db.execute("UPDATE dv_role SET roletemplateid=? WHERE name=? AND roletemplateid IS NULL", (key, name))


def grants(text: str) -> dict[str, int]:
    """Privileges and depth masks out of a line such as `Global Read Write: Lead Account; User one: prvSendAsUser`."""
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        head, _, tail = part.partition(":")
        depth, *verbs = head.split()
        for noun in tail.split():
            for name in [noun] if verbs == ["one"] else [f"prv{verb}{noun}" for verb in verbs]:
                found[name] = max(found.get(name, 0), DEPTH[depth])
    return found


def set_privileges(db: sqlite3.Connection, role: str, depths: dict[str, int], now: str) -> None:
    """Let a role and its copies have exactly these privileges; a depth of 0 takes one away."""
    copies = [row["roleid"] for row in db.execute("SELECT roleid FROM dv_role WHERE parentrootroleid=?", (role,))]
    for one in copies:
        keys = {name: str(uuid5(NAMESPACE_OID, f"{one} {name}")) for name in depths}
        db.executemany("DELETE FROM dv_roleprivileges WHERE roleprivilegeid=?", [(key,) for key in keys.values()])
        db.executemany(
            "INSERT INTO dv_roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, createdon, "
            "modifiedon, versionnumber) VALUES (?,?,?,?,?,?,1)",
            [(keys[n], one, privilege_id(n), depth, now, now) for n, depth in depths.items() if depth],
        )


def copy_into_unit(world: World, db: sqlite3.Connection, unit: str, by: str) -> None:
    """Give a new business unit its own copy of every role."""
    roots = db.execute("SELECT * FROM dv_role WHERE parentroleid IS NULL").fetchall()
    for root in roots:
        copy_role(db, dict(root), unit)


def copy_role(db: sqlite3.Connection, root: dict[str, object], unit: str) -> str:
    """A copy of a role of the root business unit in another one; its id."""
    if root["businessunitid"] == unit:
        return str(root["roleid"])
    key = new_guid()
    parent = {"parentroleid": root["roleid"], "parentrootroleid": root["roleid"]}
    row = {**root, "roleid": key, "businessunitid": unit, "roleidunique": new_guid(), **parent}
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f"INSERT INTO dv_role ({names}) VALUES ({','.join('?' * len(row))})", list(row.values()))  # noqa: S608
    held = db.execute(
        "SELECT p.name, r.privilegedepthmask AS depth, r.createdon FROM dv_roleprivileges r "
        "JOIN dv_privilege p USING (privilegeid) WHERE r.roleid=?",
        (root["roleid"],),
    ).fetchall()
    for one in held:
        db.execute(
            "INSERT INTO dv_roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, createdon, "
            "modifiedon, versionnumber) VALUES (?,?,?,?,?,?,1)",
            (str(uuid5(NAMESPACE_OID, f"{key} {one['name']}")), key, privilege_id(one["name"]), one["depth"],
             one["createdon"], one["createdon"]),
        )  # fmt: skip
    return key
