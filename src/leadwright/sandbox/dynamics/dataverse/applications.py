"""What a new application user gets from its registration in Entra: name, object id, non-interactive access."""

import sqlite3
from typing import Any

from leadwright.sandbox.dynamics import entra_principals
from leadwright.sandbox.dynamics.entra_tenant import INITIAL_DOMAIN
from leadwright.sandbox.dynamics.world import Refused, World


def describe(world: World, db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Fill in the columns of an application user.

    Raises:
        Refused: 400, the application has no service principal in this tenant; 412, it has a user already.
    """
    client = row["applicationid"]
    if db.execute("SELECT 1 FROM dv_systemuser WHERE applicationid=?", (client,)).fetchone():
        message = f"A user with the same application ID {client} already exists in this organization."
        raise Refused(412, "0x80040237", message)
    principal = entra_principals.principal_of(world, client)
    if principal is None:
        message = (
            f"The application with ID {client} was not found in the tenant. Register it and create its service "
            "principal first."
        )
        raise Refused(400, "0x80050140", message)
    name = principal.displayname
    slug = "".join(letter for letter in name.lower() if letter.isalnum()) or "application"
    row["accessmode"] = 4
    row["azureactivedirectoryobjectid"] = principal.objectid
    row["firstname"], row["lastname"] = row.get("firstname") or "#", row.get("lastname") or name
    row["fullname"] = f"{row['firstname']} {row['lastname']}"
    row["domainname"] = row.get("domainname") or f"{slug}_{client}@{INITIAL_DOMAIN}"
    row["internalemailaddress"] = row.get("internalemailaddress") or f"{slug}_{client[:8]}@{INITIAL_DOMAIN}"
