"""People of the tenant, the directory roles they hold, and their sessions in the stand-in's own pages."""

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadwright.sandbox.dynamics import entra_tenant
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

GLOBAL_ADMINISTRATOR = "Global Administrator"
PRIVILEGED_ROLE_ADMINISTRATOR = "Privileged Role Administrator"
APPLICATION_ADMINISTRATOR = "Application Administrator"
CLOUD_APPLICATION_ADMINISTRATOR = "Cloud Application Administrator"
APPLICATION_DEVELOPER = "Application Developer"
EXCHANGE_ADMINISTRATOR = "Exchange Administrator"
EXCHANGE_RECIPIENT_ADMINISTRATOR = "Exchange Recipient Administrator"
DYNAMICS_ADMINISTRATOR = "Dynamics 365 Administrator"

ROLE_TEMPLATES = {
    GLOBAL_ADMINISTRATOR: "62e90394-69f5-4237-9190-012177145e10",
    PRIVILEGED_ROLE_ADMINISTRATOR: "e8611ab8-c189-46e8-94e1-60213ab1f814",
    APPLICATION_ADMINISTRATOR: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    CLOUD_APPLICATION_ADMINISTRATOR: "158c047a-c907-4556-b7ef-446551a6b5f7",
    APPLICATION_DEVELOPER: "cf1c38e5-3621-4004-a7cb-879624dced7c",
    EXCHANGE_ADMINISTRATOR: "29232cdf-9323-42fd-ade2-1d097af3e4de",
    EXCHANGE_RECIPIENT_ADMINISTRATOR: "31392ffb-586c-42d1-9346-e59415a2cc4e",
    DYNAMICS_ADMINISTRATOR: "44367163-eba1-44c3-98af-f5787879f96a",
}
MAY_REGISTER = frozenset(
    {
        GLOBAL_ADMINISTRATOR,
        APPLICATION_ADMINISTRATOR,
        CLOUD_APPLICATION_ADMINISTRATOR,
        APPLICATION_DEVELOPER,
    }
)
MAY_CONSENT = frozenset({GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR})
MAY_CONSENT_FOR_PEOPLE = MAY_CONSENT | {APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR}
MAY_MAKE_MAILBOXES = frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR, EXCHANGE_RECIPIENT_ADMINISTRATOR})
MAY_VOUCH_FOR_ADDRESSES = frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR})

ADMINISTRATOR = "admin@contoso.onmicrosoft.com"
_SEED = (
    (ADMINISTRATOR, "Avery Admin", (GLOBAL_ADMINISTRATOR,)),
    ("developer@contoso.onmicrosoft.com", "Devon Developer", (APPLICATION_DEVELOPER,)),
    ("dynamics@contoso.onmicrosoft.com", "Dana Dynamics", (DYNAMICS_ADMINISTRATOR,)),
    ("exchange@contoso.onmicrosoft.com", "Ellis Exchange", (EXCHANGE_ADMINISTRATOR,)),
    ("recipients@contoso.onmicrosoft.com", "Remy Recipients", (EXCHANGE_RECIPIENT_ADMINISTRATOR,)),
    ("seller@contoso.onmicrosoft.com", "Sam Seller", ()),
)
SESSION = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class User:
    """A person of the tenant; `roles` are names of directory roles."""

    objectid: str
    upn: str
    mail: str
    displayname: str
    roles: frozenset[str]
    enabled: bool

    def holds(self, any_of: Iterable[str]) -> bool:
        """Does the person hold one of these directory roles?"""
        return not self.roles.isdisjoint(any_of)


def seed(world: World) -> None:
    """The people of a new tenant: one for each role a prerequisite asks for, and a seller who holds none."""
    with world.transaction() as db:
        for upn, name, roles in _SEED:
            if db.execute("SELECT 1 FROM entra_user WHERE upn=?", (upn,)).fetchone() is None:
                _insert(db, User(new_guid(), upn, upn, name, frozenset(roles), True))


def create_user(
    world: World,
    upn: str,
    displayname: str,
    *,
    mail: str = "",
    roles: Iterable[str] = (),
    enabled: bool = True,
    objectid: str = "",
) -> User:
    """Add a person, or the disabled account behind a shared mailbox.

    Raises:
        Refused: 400, the sign-in name is taken.
    """
    made = User(objectid or new_guid(), upn, mail or upn, displayname, frozenset(roles), enabled)
    with entra_tenant.prepare(world).transaction() as db:
        if user(world, upn) is not None:
            message = "Another object with the same value for property userPrincipalName already exists."
            raise Refused(400, "Request_BadRequest", message)
        _insert(db, made)
    return made


def change_user(
    world: World, objectid: str, *, roles: Iterable[str] | None = None, enabled: bool | None = None
) -> None:
    """Give or take directory roles, or block sign-in."""
    with entra_tenant.prepare(world).transaction() as db:
        if roles is not None:
            db.execute("UPDATE entra_user SET roles=? WHERE objectid=?", (json.dumps(sorted(roles)), objectid))
        if enabled is not None:
            db.execute("UPDATE entra_user SET enabled=? WHERE objectid=?", (enabled, objectid))


def user(world: World, name: str) -> User | None:
    """A person by object id, sign-in name or address."""
    with entra_tenant.prepare(world).reading() as db:
        row = db.execute(
            "SELECT * FROM entra_user WHERE objectid=? OR upn=? OR mail=? COLLATE NOCASE", (name.lower(), name, name)
        ).fetchone()
    return _user(row) if row else None


def users(world: World) -> list[User]:
    """Everybody, by sign-in name."""
    with entra_tenant.prepare(world).reading() as db:
        return [_user(row) for row in db.execute("SELECT * FROM entra_user ORDER BY upn")]


def signs_in(world: World, upn: str, password: str) -> User | None:
    """The person, when name and password are right and the account is not blocked."""
    found = user(world, upn.strip())
    right = hmac.compare_digest(password.encode(), entra_tenant.password(world).encode())
    return found if found and found.enabled and right else None


def open_session(world: World, userid: str) -> str:
    """What the cookie of the stand-in's pages holds."""
    token = secrets.token_urlsafe(24)
    with world.transaction() as db:
        values = (_digest(token), userid, (world.clock() + SESSION).isoformat())
        db.execute("INSERT INTO entra_session VALUES (?,?,?)", values)
    return token


def close_session(world: World, token: str) -> None:
    """Sign out. Safe to repeat."""
    with world.transaction() as db:
        db.execute("DELETE FROM entra_session WHERE digest=?", (_digest(token),))


def session_user(world: World, token: str | None) -> User | None:
    """Who is signed in with this cookie; None when nobody, or when the account was blocked since."""
    if not token:
        return None
    with entra_tenant.prepare(world).reading() as db:
        row = db.execute("SELECT * FROM entra_session WHERE digest=?", (_digest(token),)).fetchone()
    if row is None or datetime.fromisoformat(row["endsat"]) <= world.clock():
        return None
    found = user(world, row["userid"])
    return found if found and found.enabled else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _insert(db: sqlite3.Connection, made: User) -> None:
    values = (
        made.objectid,
        made.upn,
        made.mail,
        made.displayname,
        json.dumps(sorted(made.roles)),
        made.enabled,
    )
    db.execute("INSERT INTO entra_user VALUES (?,?,?,?,?,?)", values)


def _user(row: sqlite3.Row) -> User:
    return User(
        row["objectid"],
        row["upn"],
        row["mail"],
        row["displayname"],
        frozenset(json.loads(row["roles"])),
        bool(row["enabled"]),
    )
