"""Exchange of the stand-in: mailboxes, their folders, who may send as whom. Messages lie in exchange_messages.py."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakSet

from leadwright.sandbox.dynamics import entra_tenant, entra_users
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

SHARED, USER = "shared", "user"
DOMAINS = (entra_tenant.DOMAIN, entra_tenant.INITIAL_DOMAIN)
FOLDERS = {
    "inbox": "Inbox",
    "drafts": "Drafts",
    "sentitems": "Sent Items",
    "deleteditems": "Deleted Items",
    "archive": "Archive",
    "junkemail": "Junk Email",
    "outbox": "Outbox",
}
_TABLES = """
CREATE TABLE IF NOT EXISTS exchange_mailbox (
  id TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE COLLATE NOCASE, displayname TEXT NOT NULL, purpose TEXT NOT NULL,
  createdat TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchange_member (
  mailbox TEXT NOT NULL REFERENCES exchange_mailbox ON DELETE CASCADE, userid TEXT NOT NULL, access TEXT NOT NULL,
  PRIMARY KEY (mailbox, userid, access));
CREATE TABLE IF NOT EXISTS exchange_folder (
  id TEXT PRIMARY KEY, mailbox TEXT NOT NULL REFERENCES exchange_mailbox ON DELETE CASCADE, known TEXT NOT NULL,
  displayname TEXT NOT NULL, parent TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS i_exchange_folder ON exchange_folder (mailbox);
CREATE TABLE IF NOT EXISTS exchange_message (
  id TEXT PRIMARY KEY, restid TEXT NOT NULL UNIQUE, mailbox TEXT NOT NULL REFERENCES exchange_mailbox ON DELETE CASCADE,
  folder TEXT NOT NULL REFERENCES exchange_folder ON DELETE CASCADE, isdraft INTEGER NOT NULL, isread INTEGER NOT NULL,
  messageid TEXT NOT NULL, conversation TEXT NOT NULL, thread TEXT NOT NULL, item TEXT NOT NULL, raw BLOB,
  receivedat TEXT NOT NULL, sentat TEXT NOT NULL, createdat TEXT NOT NULL, modifiedat TEXT NOT NULL,
  version INTEGER NOT NULL, born INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS i_exchange_message ON exchange_message (folder, version);
CREATE INDEX IF NOT EXISTS i_exchange_messageid ON exchange_message (mailbox, messageid);
CREATE TABLE IF NOT EXISTS exchange_attachment (
  id TEXT PRIMARY KEY, message TEXT NOT NULL REFERENCES exchange_message ON DELETE CASCADE, name TEXT NOT NULL,
  contenttype TEXT NOT NULL, contentid TEXT NOT NULL, inline INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS i_exchange_attachment ON exchange_attachment (message);
CREATE TABLE IF NOT EXISTS exchange_gone (
  folder TEXT NOT NULL, id TEXT NOT NULL, restid TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS i_exchange_gone ON exchange_gone (folder, version);
CREATE TABLE IF NOT EXISTS exchange_version (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL);
INSERT OR IGNORE INTO exchange_version VALUES (1, 1);
CREATE TABLE IF NOT EXISTS exchange_queue (
  id TEXT PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL, raw BLOB NOT NULL, due TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchange_submitted (sender TEXT NOT NULL COLLATE NOCASE, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS i_exchange_submitted ON exchange_submitted (sender, at);
CREATE TABLE IF NOT EXISTS exchange_outside (
  id INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL, raw BLOB NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchange_policy (appid TEXT NOT NULL, address TEXT NOT NULL COLLATE NOCASE,
  access TEXT NOT NULL, PRIMARY KEY (appid, address));
CREATE TABLE IF NOT EXISTS exchange_assignment (appid TEXT NOT NULL, role TEXT NOT NULL,
  address TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (appid, role, address));
"""
_READY: WeakSet[World] = WeakSet()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox; `id` is also the object id of the account behind it. `purpose` is user or shared."""

    id: str
    address: str
    displayname: str
    purpose: str
    createdat: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; `known` is its well-known name, empty for one that somebody made."""

    id: str
    mailbox: str
    known: str
    displayname: str
    parent: str


def prepare(world: World) -> World:
    """Make the tables, once. Safe to repeat."""
    if world not in _READY:
        entra_tenant.prepare(world)
        world.schema(_TABLES)
        _READY.add(world)
    return world


def create_shared_mailbox(world: World, address: str, displayname: str) -> Mailbox:
    """Add a shared mailbox and the account behind it, which nobody can sign in with.

    Raises:
        Refused: 400, the domain is not one of the tenant, or the address is taken.
    """
    address = address.strip()
    if address.rpartition("@")[2].lower() not in DOMAINS or not address.partition("@")[0]:
        message = f"You can't use the domain of '{address}' because it's not an accepted domain for your organization."
        raise Refused(400, "NotAcceptedDomainException", message)
    with prepare(world).transaction() as db:
        if mailbox_at(world, address) is not None or entra_users.user(world, address) is not None:
            message = f'The proxy address "SMTP:{address}" is already being used. Please choose another proxy address.'
            raise Refused(400, "ProxyAddressExistsException", message)
        account = entra_users.create_user(world, address, displayname.strip() or address, enabled=False)
        return _open(world, db, account.objectid, address, account.displayname, SHARED)


def mailboxes(world: World) -> list[Mailbox]:
    """Every mailbox, by display name: shared ones and those of people who may sign in."""
    with prepare(world).transaction() as db:
        held = {row["id"] for row in db.execute("SELECT id FROM exchange_mailbox")}
        for person in entra_users.users(world):
            if person.enabled and person.objectid not in held:
                _open(world, db, person.objectid, person.mail, person.displayname, USER)
        rows = db.execute("SELECT * FROM exchange_mailbox ORDER BY displayname, address").fetchall()
    return [_mailbox(row) for row in rows]


def mailbox_at(world: World, name: str) -> Mailbox | None:
    """The mailbox with this address or id; the one of a person is made when it is first asked for."""
    name = name.strip()
    with prepare(world).reading() as db:
        found = "SELECT * FROM exchange_mailbox WHERE address=? OR id=?"
        row = db.execute(found, (name, name.lower())).fetchone()
    if row is not None:
        return _mailbox(row)
    person = entra_users.user(world, name)
    if person is None or not person.enabled:
        return None
    with world.transaction() as db:
        row = db.execute("SELECT * FROM exchange_mailbox WHERE id=?", (person.objectid,)).fetchone()
        if row is not None:
            return _mailbox(row)
        return _open(world, db, person.objectid, person.mail, person.displayname, USER)


def delete_mailbox(world: World, address: str) -> None:
    """Take a mailbox away with what lies in it; what is sent to it afterwards comes back. Safe to repeat."""
    with prepare(world).transaction() as db:
        row = db.execute("SELECT id, purpose FROM exchange_mailbox WHERE address=?", (address,)).fetchone()
        if row is not None:
            db.execute("DELETE FROM exchange_mailbox WHERE id=?", (row["id"],))
            db.execute("DELETE FROM entra_user WHERE objectid=? AND ?='shared'", (row["id"], row["purpose"]))


def add_member(world: World, address: str, userid: str, access: Iterable[str] = ("FullAccess", "SendAs")) -> None:
    """Let a person read a shared mailbox (FullAccess) and write as it (SendAs).

    Raises:
        Refused: 404, there is no such mailbox.
    """
    mailbox = need_mailbox(world, address)
    with world.transaction() as db:
        for one in access:
            db.execute("INSERT OR IGNORE INTO exchange_member VALUES (?,?,?)", (mailbox.id, userid, one))


def remove_member(world: World, address: str, userid: str) -> None:
    """Take a person's access to a shared mailbox away. Safe to repeat."""
    mailbox = need_mailbox(world, address)
    with world.transaction() as db:
        db.execute("DELETE FROM exchange_member WHERE mailbox=? AND userid=?", (mailbox.id, userid))


def members(world: World, mailbox: Mailbox) -> dict[str, list[str]]:
    """Object id of each member -> what they may: FullAccess, SendAs."""
    found: dict[str, list[str]] = {}
    with prepare(world).reading() as db:
        rows = db.execute("SELECT * FROM exchange_member WHERE mailbox=? ORDER BY access", (mailbox.id,)).fetchall()
    for row in rows:
        found.setdefault(row["userid"], []).append(row["access"])
    return found


def may(world: World, mailbox: Mailbox, userid: str, access: str) -> bool:
    """Whether a person may read a mailbox or send as it: his own, or one he is a member of."""
    if mailbox.id == userid:
        return True
    found = "SELECT 1 FROM exchange_member WHERE mailbox=? AND userid=? AND access=?"
    with prepare(world).reading() as db:
        return db.execute(found, (mailbox.id, userid, access)).fetchone() is not None


def need_mailbox(world: World, name: str) -> Mailbox:
    """The mailbox with this address or id.

    Raises:
        Refused: 404, there is none.
    """
    found = mailbox_at(world, name)
    if found is None:
        message = f"The requested user '{name}' is invalid."
        raise Refused(404, "ErrorInvalidUser", message)
    return found


def folders(world: World, mailbox: Mailbox, parent: str = "") -> list[Folder]:
    """The folders right below another one, by name; without one, those at the top."""
    found = "SELECT * FROM exchange_folder WHERE mailbox=? AND parent=? ORDER BY displayname"
    with prepare(world).reading() as db:
        return [_folder(row) for row in db.execute(found, (mailbox.id, parent))]


def folder_of(world: World, mailbox: Mailbox, name: str) -> Folder:
    """A folder by its id or its well-known name.

    Raises:
        Refused: 404, there is none.
    """
    found = "SELECT * FROM exchange_folder WHERE mailbox=? AND (id=? OR known=?)"
    with prepare(world).reading() as db:
        row = db.execute(found, (mailbox.id, name, name.lower() or "-")).fetchone()
    if row is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return _folder(row)


def create_folder(world: World, mailbox: Mailbox, displayname: str, parent: str = "") -> Folder:
    """Add a folder.

    Raises:
        Refused: 400 without a name, 409 with the name of another one.
    """
    if not displayname.strip():
        raise Refused(400, "ErrorInvalidArgument", "The display name of a folder must not be empty.")
    with prepare(world).transaction() as db:
        if any(one.displayname.lower() == displayname.lower() for one in folders(world, mailbox, parent)):
            raise Refused(409, "ErrorFolderExists", "A folder with the specified name already exists.")
        made = Folder(f"AAMk{new_guid()}".replace("-", ""), mailbox.id, "", displayname, parent)
        _keep_folder(db, made)
    return made


def restrict(world: World, appid: str, addresses: Sequence[str], access: str = "RestrictAccess") -> None:
    """New-ApplicationAccessPolicy: an application may open these mailboxes only (or, DenyAccess, any but these)."""
    with prepare(world).transaction() as db:
        for address in addresses:
            db.execute("INSERT OR REPLACE INTO exchange_policy VALUES (?,?,?)", (appid, address, access))


def assign_role(world: World, appid: str, role: str, address: str = "") -> None:
    """New-ManagementRoleAssignment -App: such as `Application Mail.Send` for one mailbox, or without one for all."""
    with prepare(world).transaction() as db:
        db.execute("INSERT OR IGNORE INTO exchange_assignment VALUES (?,?,?)", (appid, role, address))


def is_denied(world: World, appid: str, address: str) -> bool:
    """Whether an application access policy keeps an application out of a mailbox."""
    with prepare(world).reading() as db:
        rows = db.execute("SELECT * FROM exchange_policy WHERE appid=?", (appid,)).fetchall()
    denied = any(row["access"] == "DenyAccess" and row["address"].lower() == address.lower() for row in rows)
    only = [row["address"].lower() for row in rows if row["access"] == "RestrictAccess"]
    return denied or bool(only and address.lower() not in only)


def assigned_roles(world: World, appid: str, address: str) -> frozenset[str]:
    """Permissions that RBAC for Applications gives for a mailbox, such as Mail.Send."""
    found = "SELECT role FROM exchange_assignment WHERE appid=? AND address IN ('', ?)"
    with prepare(world).reading() as db:
        return frozenset(row["role"].removeprefix("Application ") for row in db.execute(found, (appid, address)))


def deliver(world: World, raw: bytes, to: Sequence[str]) -> list[str]:
    """Mail from outside into mailboxes of the tenant, at once; ids of the messages made.

    Raises:
        Refused: 550 as SMTP, nobody here has such an address.
    """
    from leadwright.sandbox.dynamics import exchange_messages

    found = [(address, mailbox_at(world, address)) for address in to]
    for address, mailbox in found:
        if mailbox is None:
            raise Refused(550, "RecipientNotFound", f"5.1.10 RESOLVER.ADR.RecipientNotFound; {address} was not found.")
    return [exchange_messages.receive(world, mailbox, raw) for _, mailbox in found if mailbox is not None]


def _open(world: World, db: sqlite3.Connection, id: str, address: str, displayname: str, purpose: str) -> Mailbox:
    values = (id, address, displayname, purpose, world.clock().isoformat())
    db.execute("INSERT INTO exchange_mailbox VALUES (?,?,?,?,?)", values)
    for known, name in FOLDERS.items():
        _keep_folder(db, Folder(f"AQMk{new_guid()}".replace("-", ""), id, known, name, ""))
    return Mailbox(id, address, displayname, purpose, world.clock())


def _keep_folder(db: sqlite3.Connection, made: Folder) -> None:
    values = (made.id, made.mailbox, made.known, made.displayname, made.parent)
    db.execute("INSERT INTO exchange_folder VALUES (?,?,?,?,?)", values)


def _mailbox(row: sqlite3.Row) -> Mailbox:
    moment = datetime.fromisoformat(row["createdat"])
    return Mailbox(row["id"], row["address"], row["displayname"], row["purpose"], moment)


def _folder(row: sqlite3.Row) -> Folder:
    return Folder(row["id"], row["mailbox"], row["known"], row["displayname"], row["parent"])
