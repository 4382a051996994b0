"""What a new application user gets from its registration in Entra: name, object id, non-interactive access."""

import sqlite3
from typing import Any

from leadwright.sandbox.dynamics.world import Refused, World


def describe(world: World, db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Fill in the columns of an application user.

    Raises:
        Refused: 400, the application has no service principal in this tenant, or has a user already.
    """
    client = row["applicationid"]
    if db.execute("SELECT 1 FROM dv_systemuser WHERE applicationid=?", (client,)).fetchone():
        message = f"A user with the same application ID {client} already exists in this organization."
        raise Refused(412, "0x80040237", message)
    name, principal = _registered(db, client)
    row["accessmode"] = 4
    row["azureactivedirectoryobjectid"] = principal or row.get("azureactivedirectoryobjectid")
    row["fullname"] = row.get("fullname") or f"# {name}"
    row["lastname"] = row.get("lastname") or name
    row["firstname"] = row.get("firstname") or "#"
    row["domainname"] = row.get("domainname") or f"{client}@{world.tenantid}"
    slug = "".join(letter for letter in name.lower() if letter.isalnum()) or "application"
    row["internalemailaddress"] = row.get("internalemailaddress") or f"{slug}_{client}@{world.tenantid[:8]}.invalid"


def _registered(db: sqlite3.Connection, client: str) -> tuple[str, str | None]:
    there = db.execute("SELECT 1 FROM sqlite_master WHERE name='entra_principal'").fetchone()
    if there is None:
        return "Application", None
    columns = {row["name"] for row in db.execute("PRAGMA table_info(entra_principal)")}
    key = next((name for name in ("clientid", "appid", "app_id", "appId") if name in columns), None)
    if key is None:
        return "Application", None
    found = db.execute(f'SELECT * FROM entra_principal WHERE lower("{key}")=?', (client,)).fetchone()  # noqa: S608
    if found is None:
        message = f"The application with ID {client} was not found in the tenant. Register it and its service principal first."
        raise Refused(400, "0x80050140", message)
    values = dict(found)
    name = next((str(values[k]) for k in ("display_name", "displayname", "displayName", "name") if values.get(k)), "")
    principal = next((str(values[k]) for k in ("objectid", "object_id", "id") if values.get(k)), None)
    return name or "Application", principal
