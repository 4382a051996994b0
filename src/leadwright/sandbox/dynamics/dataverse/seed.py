"""What a new organisation holds: itself, its root business unit, roles, an administrator, currency, messages."""

from leadwright.sandbox.dynamics import entra_users
from leadwright.sandbox.dynamics.dataverse import records, roles
from leadwright.sandbox.dynamics.dataverse.store import schema_of, stamp
from leadwright.sandbox.dynamics.world import World, new_guid

_NAMES = ("SYSTEM", "INTEGRATION")
_PEOPLE = {
    entra_users.ADMINISTRATOR: "System Administrator",
    "dynamics@contoso.onmicrosoft.com": "System Administrator",
    "seller@contoso.onmicrosoft.com": "Salesperson",
}
_MESSAGES = (
    *("Create", "Update", "Delete", "Assign", "SetState"),
    *("QualifyLead", "Send", "CreateMultiple", "UpdateMultiple"),
)
_STAKEHOLDERS = ("Stakeholder", "Champion", "Decision Maker", "Economic Buyer", "Influencer", "Technical Buyer")


def system_user(world: World) -> str:
    """The platform's own user: `by` of what nobody in particular does."""
    schema_of(world)
    return world.fact("dataverse system user", new_guid)


def administrator(world: World) -> str:
    """systemuserid of the administrator who set the organisation up."""
    schema_of(world)
    return world.fact("dataverse administrator", new_guid)


def root_unit(world: World) -> str:
    """businessunitid of the root."""
    schema_of(world)
    return world.fact("dataverse root business unit", new_guid)


def fill(world: World) -> None:
    """Make what is missing; safe to repeat."""
    schema = schema_of(world)
    now = stamp(world.clock())
    with world.transaction() as db:
        roles.make_privileges(db, schema, now)
        roles.make_templates(db, now)
        if records.read(world, "organization", world.organizationid) is not None:
            _refresh_administrator(world, now)
            return
        system, unit = system_user(world), root_unit(world)
        values = {"name": "contoso", "languagecode": 1033, "organizationid": world.organizationid}
        tracking = {"trackingprefix": "CRM:", "trackingtokenidbase": 0, "trackingtokeniddigits": 7}
        records.create(world, "organization", {**values, **tracking}, by=system)
        profile = {"name": "Microsoft Exchange Online", "servertype": 3, "useautodiscover": True}
        db.execute("INSERT INTO dv_businessunit (businessunitid, name, organizationid, createdon, modifiedon, "
                   "versionnumber, isdisabled) VALUES (?,?,?,?,?,1,0)",
                   (unit, "contoso", world.organizationid, now, now))  # fmt: skip
        _platform_users(world, system, unit)
        records.create(world, "emailserverprofile", profile, by=system)
        team = {"name": "contoso", "businessunitid": unit, "isdefault": True, "administratorid": system}
        records.create(world, "team", team, by=system)
        currency = {"currencyname": "US Dollar", "isocurrencycode": "USD", "currencysymbol": "$"}
        money = records.create(world, "transactioncurrency", {**currency, "currencyprecision": 2,
                               "exchangerate": 1.0}, by=system)  # fmt: skip
        records.update(world, "organization", world.organizationid, {"basecurrencyid": money}, by=system)
        for name in ("System Administrator", *roles.SEED_ROLES):
            make_role(world, name)
        _people(world, unit)
        for name in _STAKEHOLDERS:
            records.create(world, "connectionrole", {"name": name, "category": 1000}, by=system)
        _messages(world, system)


def make_role(world: World, name: str, grants: str | None = None) -> str:
    """A role of the root business unit with copies below; its privileges from the seed or from a line like there."""
    schema = schema_of(world)
    now = stamp(world.clock())
    with world.transaction() as db:
        key = new_guid()
        db.execute(
            "INSERT INTO dv_role (roleid, name, businessunitid, parentrootroleid, roleidunique, organizationid, "
            "roletemplateid, ismanaged, iscustomizable, isinherited, createdon, modifiedon, createdby, modifiedby, "
            "versionnumber) VALUES (?,?,?,?,?,?,?,0,1,1,?,?,?,?,1)",
            (key, name, root_unit(world), key, new_guid(), world.organizationid, roles.TEMPLATES.get(name), now, now,
             system_user(world), system_user(world)),
        )  # fmt: skip
        if name == "System Administrator":
            held = {row["name"]: roles.GLOBAL for row in db.execute("SELECT name FROM dv_privilege")}
            held.pop("prvDelegatedMailboxApprover")
        else:
            held = roles.grants(grants if grants is not None else roles.SEED_ROLES[name])
        roles.set_privileges(db, key, held, now)
        root = dict(db.execute("SELECT * FROM dv_role WHERE roleid=?", (key,)).fetchone())
        below = db.execute("SELECT businessunitid FROM dv_businessunit WHERE parentbusinessunitid IS NOT NULL")
        for unit in below.fetchall():
            roles.copy_role(db, root, unit["businessunitid"])
    assert schema is not None
    return key


def role_named(world: World, name: str, unit: str | None = None) -> str:
    """roleid of the copy of a role in a business unit (the root's by default)."""
    found = records.find(world, "role", name=name, businessunitid=unit or root_unit(world))
    return str(found[0]["roleid"])


def give_role(world: World, user: str, name: str) -> None:
    """Assign a role to a user: the copy of the user's own business unit."""
    row = records.read(world, "systemuser", user)
    assert row is not None
    with world.transaction() as db:
        role = role_named(world, name, row["businessunitid"])
        db.execute("INSERT OR IGNORE INTO systemuserroles (systemuserid, roleid) VALUES (?,?)", (user, role))


def take_role(world: World, user: str, name: str) -> None:
    """Take a role from a user."""
    with world.transaction() as db:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid=? AND roleid IN "
                   "(SELECT roleid FROM dv_role WHERE name=?)", (user, name))  # fmt: skip


def role_names(world: World) -> list[str]:
    """Names of all roles."""
    return sorted({str(row["name"]) for row in records.find(world, "role")})


def roles_of(world: World, user: str) -> list[str]:
    """Names of the roles a user holds himself."""
    with world.reading() as db:
        rows = db.execute(
            "SELECT DISTINCT name FROM systemuserroles JOIN dv_role USING (roleid) WHERE systemuserid=? ORDER BY name",
            (user,),
        ).fetchall()
    return [str(row["name"]) for row in rows]


def _platform_users(world: World, system: str, unit: str) -> None:
    for name, key in zip(_NAMES, (system, new_guid()), strict=True):
        values = {"systemuserid": key, "lastname": name, "fullname": name, "businessunitid": unit, "accessmode": 3}
        records.create(world, "systemuser", {**values, "domainname": ""}, by=system)


def _people(world: World, unit: str) -> None:
    for upn, role in _PEOPLE.items():
        person = entra_users.user(world, upn)
        if person is None:
            continue
        first, _, last = person.displayname.partition(" ")
        values = {"firstname": first, "lastname": last, "domainname": person.upn, "businessunitid": unit}
        values |= {"internalemailaddress": person.mail, "azureactivedirectoryobjectid": person.objectid}
        if upn == entra_users.ADMINISTRATOR:
            values["systemuserid"] = administrator(world)
        give_role(world, records.create(world, "systemuser", values, by=system_user(world)), role)


def _refresh_administrator(world: World, now: str) -> None:
    with world.transaction() as db:
        held = {row["name"]: roles.GLOBAL for row in db.execute("SELECT name FROM dv_privilege")}
        held.pop("prvDelegatedMailboxApprover")
        roles.set_privileges(db, role_named(world, "System Administrator"), held, now)


def _messages(world: World, system: str) -> None:
    for name in _MESSAGES:
        message = records.create(world, "sdkmessage", {"name": name}, by=system)
        for table in ("lead", "account", "contact", "opportunity", "email", "annotation", "competitor", "systemuser"):
            if (name == "QualifyLead") <= (table == "lead") and (name == "Send") <= (table == "email"):
                values = {"sdkmessageid": message, "primaryobjecttypecode": table}
                records.create(world, "sdkmessagefilter", values, by=system)
