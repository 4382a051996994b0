"""Service principals: an application as it stands in the tenant, and the permissions it was granted there."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from leadwright.sandbox.dynamics import entra_tenant
from leadwright.sandbox.dynamics.entra_applications import application_of
from leadwright.sandbox.dynamics.entra_resources import GRAPH, PERMISSIONS, Permission
from leadwright.sandbox.dynamics.world import Refused, World, new_guid


@dataclass(frozen=True, slots=True)
class Principal:
    """A service principal; `objectid` is what Dataverse, Exchange and the claim `oid` know."""

    objectid: str
    appid: str
    displayname: str
    enabled: bool
    createdat: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """An app role given to a principal: admin consent for one application permission."""

    id: str
    principalid: str
    resourceid: str
    roleid: str
    createdat: datetime


def create_principal(world: World, appid: str) -> Principal:
    """Let an application of the tenant sign in here.

    Raises:
        Refused: 400 no such application, 409 it has one.
    """
    found = application_of(world, appid)
    if found is None:
        message = f"The appId '{appid}' of the service principal does not reference a valid application object."
        raise Refused(400, "Request_BadRequest", message)
    if principal_of(world, appid) is not None:
        message = "The service principal cannot be created because it is already in use by another one."
        raise Refused(409, "Request_MultipleObjectsWithSameKeyValue", message)
    made = new_guid()
    with world.transaction() as db:
        values = (made, found.appid, found.displayname, world.clock().isoformat())
        db.execute("INSERT INTO entra_principal VALUES (?,?,?,1,?)", values)
    return principal(world, made)


def principal(world: World, objectid: str) -> Principal:
    """The principal with this object id.

    Raises:
        Refused: 404 unknown.
    """
    found = _one(world, "objectid", objectid)
    if found is None:
        raise Refused(404, "Request_ResourceNotFound", f"Resource '{objectid}' does not exist.")
    return found


def principal_of(world: World, appid: str) -> Principal | None:
    """The principal of a client id, or None."""
    return _one(world, "appid", appid)


def principals(world: World) -> list[Principal]:
    """Every principal, those of Microsoft as well, by name."""
    with entra_tenant.prepare(world).reading() as db:
        return [_principal(row) for row in db.execute("SELECT * FROM entra_principal ORDER BY displayname")]


def change_principal(world: World, objectid: str, *, enabled: bool) -> None:
    """Allow or forbid sign-in of an application (AADSTS7000112 when forbidden).

    Raises:
        Refused: 404 unknown.
    """
    principal(world, objectid)
    with world.transaction() as db:
        db.execute("UPDATE entra_principal SET enabled=? WHERE objectid=?", (enabled, objectid))


def delete_principal(world: World, objectid: str) -> None:
    """Remove a principal with its grants; the registration stays.

    Raises:
        Refused: 404 unknown.
    """
    principal(world, objectid)
    with world.transaction() as db:
        db.execute("DELETE FROM entra_principal WHERE objectid=?", (objectid,))


def grant(world: World, principalid: str, resourceid: str, roleid: str) -> Grant:
    """Consent to one application permission.

    Args:
        resourceid: object id of the principal of Microsoft Graph.

    Raises:
        Refused: 404 unknown principal, 400 unknown permission or granted already.
    """
    principal(world, principalid)
    if principal(world, resourceid).appid != GRAPH or roleid not in PERMISSIONS:
        raise Refused(400, "Request_BadRequest", "Permission being assigned was not found on application.")
    if any((g.resourceid, g.roleid) == (resourceid, roleid) for g in grants_of(world, principalid)):
        raise Refused(400, "Request_BadRequest", "Permission being assigned already exists on the object.")
    made = Grant(new_guid(), principalid, resourceid, roleid, world.clock())
    with world.transaction() as db:
        values = (made.id, principalid, resourceid, roleid, made.createdat.isoformat())
        db.execute("INSERT INTO entra_grant VALUES (?,?,?,?,?)", values)
    return made


def grants_of(world: World, principalid: str) -> list[Grant]:
    """What a principal was granted, the newest last."""
    with entra_tenant.prepare(world).reading() as db:
        rows = db.execute("SELECT * FROM entra_grant WHERE principalid=? ORDER BY rowid", (principalid,)).fetchall()
    return [
        Grant(r["id"], r["principalid"], r["resourceid"], r["roleid"], datetime.fromisoformat(r["createdat"]))
        for r in rows
    ]


def revoke(world: World, principalid: str, id: str) -> None:
    """Take a grant back.

    Raises:
        Refused: 404 unknown.
    """
    with entra_tenant.prepare(world).transaction() as db:
        if db.execute("DELETE FROM entra_grant WHERE principalid=? AND id=?", (principalid, id)).rowcount == 0:
            raise Refused(404, "Request_ResourceNotFound", f"Resource '{id}' does not exist.")


def permissions_of(world: World, appid: str) -> frozenset[str]:
    """Names of the granted application permissions, such as Mail.Send."""
    found = principal_of(world, appid)
    return frozenset(PERMISSIONS[g.roleid].value for g in grants_of(world, found.objectid)) if found else frozenset()


def asked_permissions(world: World, appid: str) -> list[Permission]:
    """The application permissions of Graph that the registration lists under API permissions."""
    found = application_of(world, appid)
    if found is None:
        return []
    access = [a for r in found.required if r.get("resourceAppId") == GRAPH for a in r.get("resourceAccess", ())]
    return [PERMISSIONS[a["id"]] for a in access if a.get("type") == "Role" and a.get("id") in PERMISSIONS]


def consent(world: World, appid: str) -> list[Permission]:
    """Grant admin consent: every permission the registration lists and was not granted; makes the principal if need be.

    Raises:
        Refused: 400 no such application.
    """
    with entra_tenant.prepare(world).transaction():
        held = principal_of(world, appid) or create_principal(world, appid)
        graph = principal_of(world, GRAPH)
        already = permissions_of(world, appid)
        given = [p for p in asked_permissions(world, appid) if p.value not in already]
        for permission in given:
            grant(world, held.objectid, graph.objectid if graph else "", permission.id)
    return given


def _one(world: World, column: str, value: str) -> Principal | None:
    with entra_tenant.prepare(world).reading() as db:
        row = db.execute(f"SELECT * FROM entra_principal WHERE {column}=?", (value.lower(),)).fetchone()  # noqa: S608
    return _principal(row) if row else None


def _principal(row: sqlite3.Row) -> Principal:
    return Principal(
        row["objectid"],
        row["appid"],
        row["displayname"],
        bool(row["enabled"]),
        datetime.fromisoformat(row["createdat"]),
    )
