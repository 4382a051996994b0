"""Messages in mailboxes: drafts, received and sent ones, files, moves; each change counts up what delta looks at."""

import base64
import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadwright.sandbox.dynamics import exchange, exchange_mime
from leadwright.sandbox.dynamics.exchange import Folder, Mailbox
from leadwright.sandbox.dynamics.exchange_mime import Attachment, Item
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

MOST_ITEM = 150_000_000  # bytes of a message with its files


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Args:
        id: immutable id; `restid` changes when the message moves.
        folder: id of the folder.
        messageid: Message-ID with its brackets.
        conversation: a guid; all messages of a thread in a mailbox share it.
        thread: Thread-Index, base64.
        born: number of the change that brought it into its folder.
        item: subject, body, people, headers as Graph spells them; `parents` are Message-IDs it answers; `came`: it was
            delivered, and not written here.
    """

    id: str
    restid: str
    mailbox: str
    folder: str
    isdraft: bool
    isread: bool
    messageid: str
    conversation: str
    thread: str
    item: Item
    receivedat: datetime
    sentat: datetime
    createdat: datetime
    modifiedat: datetime
    version: int
    born: int
    files: int


_SELECT = (
    "SELECT m.id, restid, mailbox, folder, isdraft, isread, messageid, conversation, thread, item, receivedat, sentat, "
    "createdat, modifiedat, version, born, (SELECT count(*) FROM exchange_attachment a WHERE a.message=m.id) AS files "
    "FROM exchange_message m "
)


def create_draft(
    world: World,
    mailbox: Mailbox,
    item: Mapping[str, Any],
    files: Iterable[Attachment] = (),
    *,
    folder: str = "drafts",
    messageid: str = "",
    answers: Message | None = None,
    parents: Sequence[str] = (),
) -> Message:
    """A draft with its Message-ID, which it keeps when it is sent.

    Args:
        answers: message of the same mailbox that it answers: same conversation, threading headers.
        parents: Message-IDs it answers where the message itself is not there.
    """
    moment = world.clock()
    known = answers or _parent(world, mailbox, parents)
    thread = exchange_mime.next_thread(known.thread, moment) if known else exchange_mime.new_thread(moment)
    before = [answers.messageid, *answers.item.get("parents", ())] if answers else [*parents]
    own = exchange_mime.recipient(mailbox.address, mailbox.displayname)
    whole = {"from": own, "sender": own, **{key: value for key, value in item.items() if value is not None}}
    return _keep(
        world,
        mailbox,
        exchange.folder_of(world, mailbox, folder),
        {**whole, "parents": [one for one in before if one]},
        messageid or new_messageid(),
        (known.conversation if known else exchange_mime.thread_root(thread), thread),
        files,
        raw=None,
        isdraft=True,
        moments=(moment, moment),
    )


def new_messageid() -> str:
    """A Message-ID as Exchange Online makes them."""
    return f"<{secrets.token_hex(16).upper()}@{secrets.token_hex(6).upper()}.EURPRD01.PROD.OUTLOOK.COM>"


def receive(world: World, mailbox: Mailbox, raw: bytes, folder: str = "inbox") -> str:
    """A message that arrives; its immutable id."""
    read = exchange_mime.read_mime(raw)
    moment = world.clock()
    known = _parent(world, mailbox, read.parents)
    thread = read.thread or (
        exchange_mime.next_thread(known.thread, moment) if known else exchange_mime.new_thread(moment)
    )
    conversation = known.conversation if known else exchange_mime.thread_root(thread) or new_guid()
    item = {**read.item, "parents": read.parents, "meeting": read.is_meeting, "came": True}
    where = exchange.folder_of(world, mailbox, folder)
    messageid = read.messageid or new_messageid()
    moments = (moment, read.sentat or moment)
    threading = (conversation, thread)
    made = _keep(
        world, mailbox, where, item, messageid, threading, read.attachments, raw=raw, isdraft=False, moments=moments
    )
    return made.id


def message_of(world: World, mailbox: Mailbox, id: str) -> Message:
    """A message by either of its ids.

    Raises:
        Refused: 404, it is not in this mailbox or has another id since it was moved.
    """
    with exchange.prepare(world).reading() as db:
        row = db.execute(f"{_SELECT} WHERE mailbox=? AND (m.id=? OR restid=?)", (mailbox.id, id, id)).fetchone()
    if row is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return _message(row)


def messages(world: World, mailbox: Mailbox, folder: Folder | None = None, messageid: str = "") -> list[Message]:
    """Messages of a mailbox or one folder of it, the newest first."""
    clauses, values = ["mailbox=?"], [mailbox.id]
    for column, value in (("folder", folder.id if folder else ""), ("messageid", messageid)):
        if value:
            clauses.append(f"{column}=?")
            values.append(value)
    statement = f"{_SELECT} WHERE {' AND '.join(clauses)} ORDER BY receivedat DESC, m.rowid DESC"
    with exchange.prepare(world).reading() as db:
        return [_message(row) for row in db.execute(statement, values)]


def changed_since(world: World, folder: Folder, since: int, upto: int) -> list[Message]:
    """Messages of a folder that came or changed after one version and not after another, in that order."""
    statement = f"{_SELECT} WHERE folder=? AND version>? AND version<=? ORDER BY version"
    with exchange.prepare(world).reading() as db:
        return [_message(row) for row in db.execute(statement, (folder.id, since, upto))]


def gone_since(world: World, folder: Folder, since: int, upto: int) -> list[tuple[str, str, str]]:
    """What left a folder: immutable id, id at that time, reason (deleted, changed where it was moved)."""
    statement = "SELECT * FROM exchange_gone WHERE folder=? AND version>? AND version<=? ORDER BY version"
    with exchange.prepare(world).reading() as db:
        rows = db.execute(statement, (folder.id, since, upto)).fetchall()
    return [(row["id"], row["restid"], row["reason"]) for row in rows]


def version_now(world: World) -> int:
    """Number of the last change of any message."""
    with exchange.prepare(world).reading() as db:
        return int(db.execute("SELECT value FROM exchange_version").fetchone()["value"])


def change(
    world: World, message: Message, item: Mapping[str, Any] | None = None, *, isread: bool | None = None
) -> None:
    """Change a draft, or mark a message as read."""
    with world.transaction() as db:
        values = (
            json.dumps({**message.item, **(item or {})}),
            message.isread if isread is None else isread,
            world.clock().isoformat(),
            next_version(db),
            message.id,
        )
        db.execute("UPDATE exchange_message SET item=?, isread=?, modifiedat=?, version=? WHERE id=?", values)


def move(world: World, message: Message, folder: Folder) -> str:
    """Put a message into another folder; its new id."""
    with world.transaction() as db:
        made = new_restid()
        _leave(db, message, "changed")
        version = next_version(db)
        values = (folder.id, made, version, version, message.id)
        db.execute("UPDATE exchange_message SET folder=?, restid=?, version=?, born=? WHERE id=?", values)
    return made


def mark_sent(world: World, message: Message, raw: bytes, folder: Folder) -> None:
    """A draft was sent: it is none any more and lies in another folder."""
    moment = world.clock().isoformat()
    with world.transaction() as db:
        move(world, message, folder)
        values = (raw, moment, moment, moment, message.id)
        statement = "UPDATE exchange_message SET isdraft=0, isread=1, raw=?, sentat=?, receivedat=?, modifiedat=?"
        db.execute(f"{statement} WHERE id=?", values)


def delete(world: World, mailbox: Mailbox, message: Message) -> None:
    """To Deleted Items; from there it is gone."""
    bin = exchange.folder_of(world, mailbox, "deleteditems")
    if message.folder != bin.id:
        move(world, message, bin)
        return
    remove(world, message)


def remove(world: World, message: Message) -> None:
    """Gone for good."""
    with world.transaction() as db:
        _leave(db, message, "deleted")
        db.execute("DELETE FROM exchange_message WHERE id=?", (message.id,))


def raw_of(world: World, message: Message) -> bytes:
    """The message as MIME."""
    with exchange.prepare(world).reading() as db:
        row = db.execute("SELECT raw FROM exchange_message WHERE id=?", (message.id,)).fetchone()
    if row is not None and row["raw"] is not None:
        return bytes(row["raw"])
    files = [file for _, file in files_of(world, message)]
    parents = message.item.get("parents", ())
    return exchange_mime.write_mime(message.item, message.messageid, message.thread, world.clock(), files, parents)


def files_of(world: World, message: Message) -> list[tuple[str, Attachment]]:
    """Files of a message with their ids."""
    with exchange.prepare(world).reading() as db:
        statement = "SELECT * FROM exchange_attachment WHERE message=? ORDER BY rowid"
        rows = db.execute(statement, (message.id,)).fetchall()
    return [(row["id"], _file(row)) for row in rows]


def add_file(world: World, message: Message, file: Attachment) -> str:
    """Add a file to a draft; its id."""
    with world.transaction() as db:
        made = _keep_file(db, message.id, file)
        change(world, message)
    return made


def remove_file(world: World, message: Message, id: str) -> None:
    """Take a file away.

    Raises:
        Refused: 404, there is none with this id.
    """
    with world.transaction() as db:
        if not db.execute("DELETE FROM exchange_attachment WHERE message=? AND id=?", (message.id, id)).rowcount:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        change(world, message)


def next_version(db: sqlite3.Connection) -> int:
    """The number of the next change."""
    db.execute("UPDATE exchange_version SET value=value+1")
    return int(db.execute("SELECT value FROM exchange_version").fetchone()["value"])


def new_restid() -> str:
    """An id as Outlook's REST interface makes them: long, upper and lower case count."""
    return f"AAMkAD{base64.urlsafe_b64encode(secrets.token_bytes(72)).decode()}AAA="


def _keep(
    world: World,
    mailbox: Mailbox,
    folder: Folder,
    item: Item,
    messageid: str,
    threading: tuple[str, str],
    files: Iterable[Attachment],
    *,
    raw: bytes | None,
    isdraft: bool,
    moments: tuple[datetime, datetime],
) -> Message:
    made = f"AAkALgAA{base64.urlsafe_b64encode(secrets.token_bytes(42)).decode()}"
    now = world.clock().isoformat()
    received, sent = (moment.astimezone(UTC).isoformat() for moment in moments)
    with exchange.prepare(world).transaction() as db:
        head = (made, new_restid(), mailbox.id, folder.id, isdraft, isdraft, messageid, *threading, json.dumps(item))
        version = next_version(db)
        values = (*head, raw, received, sent, now, now, version, version)
        db.execute(f"INSERT INTO exchange_message VALUES ({','.join('?' * 17)})", values)  # noqa: S608
        for file in files:
            _keep_file(db, made, file)
        return message_of(world, mailbox, made)


def _keep_file(db: sqlite3.Connection, message: str, file: Attachment) -> str:
    made = f"AAMkATT{base64.urlsafe_b64encode(secrets.token_bytes(36)).decode()}"
    values = (made, message, file.name, file.contenttype, file.contentid, file.inline, file.content)
    db.execute("INSERT INTO exchange_attachment VALUES (?,?,?,?,?,?,?)", values)
    return made


def _leave(db: sqlite3.Connection, message: Message, reason: str) -> None:
    values = (message.folder, message.id, message.restid, next_version(db), reason)
    db.execute("INSERT INTO exchange_gone VALUES (?,?,?,?,?)", values)


def _parent(world: World, mailbox: Mailbox, parents: Sequence[str]) -> Message | None:
    for one in parents:
        found = messages(world, mailbox, messageid=one)
        if found:
            return found[0]
    return None


def _file(row: sqlite3.Row) -> Attachment:
    return Attachment(row["name"], row["contenttype"], bytes(row["content"]), bool(row["inline"]), row["contentid"])


def _message(row: sqlite3.Row) -> Message:
    moments = (datetime.fromisoformat(row[name]) for name in ("receivedat", "sentat", "createdat", "modifiedat"))
    received, sent, created, modified = moments
    return Message(
        row["id"],
        row["restid"],
        row["mailbox"],
        row["folder"],
        bool(row["isdraft"]),
        bool(row["isread"]),
        row["messageid"],
        row["conversation"],
        row["thread"],
        json.loads(row["item"]),
        received,
        sent,
        created,
        modified,
        int(row["version"]),
        int(row["born"]),
        int(row["files"]),
    )
