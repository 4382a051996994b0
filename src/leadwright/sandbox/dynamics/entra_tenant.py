"""The tenant: its tables, the names it goes by, and what is in it at first start."""

import secrets
import uuid
from weakref import WeakSet

from leadwright.sandbox.dynamics.entra_resources import DATAVERSE, GRAPH, PUBLIC_CLIENTS
from leadwright.sandbox.dynamics.world import World, new_guid

DOMAIN = "contoso.com"
INITIAL_DOMAIN = "contoso.onmicrosoft.com"
OTHER_DOMAIN = "fabrikam.onmicrosoft.com"

_TABLES = """
CREATE TABLE IF NOT EXISTS entra_application (
  objectid TEXT PRIMARY KEY, appid TEXT NOT NULL UNIQUE, displayname TEXT NOT NULL, audience TEXT NOT NULL,
  redirects TEXT NOT NULL DEFAULT '{}', required TEXT NOT NULL DEFAULT '[]', publicclient INTEGER NOT NULL DEFAULT 0,
  notes TEXT NOT NULL DEFAULT '', createdat TEXT NOT NULL, createdby TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entra_secret (
  keyid TEXT PRIMARY KEY, objectid TEXT NOT NULL REFERENCES entra_application ON DELETE CASCADE,
  displayname TEXT NOT NULL, hint TEXT NOT NULL, digest TEXT NOT NULL, startsat TEXT NOT NULL, endsat TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entra_certificate (
  keyid TEXT PRIMARY KEY, objectid TEXT NOT NULL REFERENCES entra_application ON DELETE CASCADE,
  displayname TEXT NOT NULL, sha1 TEXT NOT NULL, sha256 TEXT NOT NULL, der BLOB NOT NULL,
  startsat TEXT NOT NULL, endsat TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entra_federation (
  id TEXT PRIMARY KEY, objectid TEXT NOT NULL REFERENCES entra_application ON DELETE CASCADE,
  name TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL, audience TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '', UNIQUE (objectid, name), UNIQUE (objectid, issuer, subject));
CREATE TABLE IF NOT EXISTS entra_principal (
  objectid TEXT PRIMARY KEY, appid TEXT NOT NULL UNIQUE, displayname TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1, createdat TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entra_grant (
  id TEXT PRIMARY KEY, principalid TEXT NOT NULL REFERENCES entra_principal ON DELETE CASCADE,
  resourceid TEXT NOT NULL REFERENCES entra_principal ON DELETE CASCADE, roleid TEXT NOT NULL,
  createdat TEXT NOT NULL, UNIQUE (principalid, resourceid, roleid));
CREATE TABLE IF NOT EXISTS entra_consent (appid TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (appid, scope));
CREATE TABLE IF NOT EXISTS entra_user (
  objectid TEXT PRIMARY KEY, upn TEXT NOT NULL UNIQUE COLLATE NOCASE, mail TEXT NOT NULL DEFAULT '',
  displayname TEXT NOT NULL, roles TEXT NOT NULL DEFAULT '[]', enabled INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS entra_key (
  kid TEXT PRIMARY KEY, private TEXT NOT NULL, certificate TEXT NOT NULL, createdat TEXT NOT NULL, retiresat TEXT);
CREATE TABLE IF NOT EXISTS entra_assertion (
  appid TEXT NOT NULL, jti TEXT NOT NULL, digest TEXT NOT NULL, endsat TEXT NOT NULL, PRIMARY KEY (appid, jti));
CREATE TABLE IF NOT EXISTS entra_code (
  digest TEXT PRIMARY KEY, kind TEXT NOT NULL, usercode TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
  userid TEXT NOT NULL DEFAULT '', asked TEXT NOT NULL, endsat TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entra_session (
  digest TEXT PRIMARY KEY, userid TEXT NOT NULL REFERENCES entra_user ON DELETE CASCADE, endsat TEXT NOT NULL);
"""

_READY: WeakSet[World] = WeakSet()


def prepare(world: World) -> World:
    """Make the tables and what a new tenant holds, once. Safe to repeat; every part calls it first."""
    if world in _READY:
        return world
    world.schema(_TABLES)
    moment = world.clock().isoformat()
    with world.transaction() as db:
        for appid, name in ((GRAPH, "Microsoft Graph"), (DATAVERSE, "Dataverse")):
            db.execute("INSERT OR IGNORE INTO entra_principal VALUES (?,?,?,1,?)", (new_guid(), appid, name, moment))
        for client in PUBLIC_CLIENTS:
            values = (new_guid(), client.appid, client.name, moment)
            db.execute("INSERT OR IGNORE INTO entra_principal VALUES (?,?,?,1,?)", values)
    from leadwright.sandbox.dynamics import entra_users

    entra_users.seed(world)
    _READY.add(world)
    return world


def other_tenantid(world: World) -> str:
    """A second tenant, in which none of the applications is: what a wrong tenant id finds."""
    return world.fact("othertenantid", new_guid)


def password(world: World) -> str:
    """The one password of everybody in the tenant, made at first start and shown by the command that serves."""
    return world.fact("password", lambda: secrets.token_urlsafe(12))


def tenant_named(world: World, name: str) -> str | None:
    """The tenant id behind an id or a domain; None when there is no such tenant."""
    plain = name.lower()
    if plain in {world.tenantid, DOMAIN, INITIAL_DOMAIN}:
        return world.tenantid
    if plain in {other_tenantid(world), OTHER_DOMAIN}:
        return other_tenantid(world)
    return None


def looks_like_a_tenant(name: str) -> bool:
    """Is it an id or a domain at all?"""
    try:
        uuid.UUID(name)
    except ValueError:
        return "." in name
    return True
