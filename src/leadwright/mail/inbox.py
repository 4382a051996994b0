"""What came in is stored once: a message is the same by Message-ID and content, whatever its uid. Parses nothing else.

Works on bytes with two patterns, so that a hostile message costs no more than a friendly one.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import LargeBinary, Table, func, insert, select, update
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, MailboxFolder
from leadwright.domain.plain_text import storable
from leadwright.mail.arrivals import VALIDITY
from leadwright.mail.mailbox import Batch, Cursor, Fetched

LOOK_HOLDS = timedelta(minutes=30)  # so long after the last look at it a mailbox may send
LOOK_NOTED = timedelta(minutes=5)  # where nothing is new, a look is written down so often
SAME_WORDS = timedelta(hours=24)  # the same words of one sender, answering the same, under another Message-ID: a copy
NOT_WHOLE = "not_whole"  # kind of a message that is too large, or not given by its server: put aside, not read
_SAME_MOMENT = timedelta(hours=1)  # that kinds of mailboxes differ by about when a message came
_HEAD_BYTES = 102_400
_MESSAGES = cast(Table, InboundMessage.__table__)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a message is recognised by."""

    messageid: str | None
    identity: str
    contenthash: str
    answers: bytes  # its In-Reply-To


def read_cursor(session: Session, mailboxid: str, folder: str) -> Cursor:
    """How far a folder was read."""
    row = session.get(MailboxFolder, (mailboxid, folder))
    return Cursor(row.uidvalidity, row.lastuid) if row else Cursor()


def store_batch(session: Session, mailboxid: str, folder: str, batch: Batch, moment: datetime) -> list[str]:
    """Store what is new of a batch, and how far the folder was read, in one transaction. Safe to repeat.

    Returns:
        Ids of new messages to act on, oldest first; copies are not among them.
    """
    return list(store_fresh(session, mailboxid, folder, batch, moment))


def store_fresh(session: Session, mailboxid: str, folder: str, batch: Batch, moment: datetime) -> dict[str, Fetched]:
    """The same as `store_batch`; gives each new message to act on with its id, for who reads it at once."""
    marked = [(message, marks(message.raw)) for message in batch.messages]
    known = _known(session, mailboxid, {about.identity for _, about in marked})
    named = _named(session, mailboxid, {about.messageid for _, about in marked if about.identity not in known})
    validity = batch.cursor.uidvalidity
    aside = _not_whole(session, mailboxid, folder, validity, [message.uid for message in batch.messages])
    firsts = _firsts(session, mailboxid, {about.contenthash for _, about in marked})
    ids = _ids(session, mailboxid, {about.identity for _, about in marked if about.identity not in known})
    rows: dict[str, dict[str, Any]] = {}
    fresh: dict[str, Fetched] = {}
    for message, about in marked:
        row, again = known.get(about.identity), aside.get(message.uid)
        if again is not None and row in (None, again) and about.identity not in rows:
            known[about.identity] = again
            if _given_again(again, message, about):
                fresh[again.inboundmessageid] = message
        elif row is not None:
            _seen_again(row, validity, message.uid)
            _close_copy(again, message, row.inboundmessageid)
        elif (row := _told_otherwise(named.get(about.messageid, ()), validity, message)) is not None:
            _seen_again(row, validity, message.uid)
            row.identity, row.contenthash = about.identity, about.contenthash
            known[about.identity] = row
        elif (own := rows.get(about.identity)) is not None:
            own["uid"], own["deliveries"] = max(own["uid"], message.uid), own["deliveries"] + 1
            _close_copy(again, message, own["inboundmessageid"])
        else:
            row_id = ids.get(about.identity) or new_id()
            before = firsts.setdefault((about.contenthash, about.answers), [])
            new = _new_row(message, about, moment, before)
            rows[about.identity] = {
                **new, "inboundmessageid": row_id, "mailboxid": mailboxid, "folder": folder,
                "uidvalidity": validity,
            }  # fmt: skip
            if new["firstid"] is None:
                before.append((message.received or moment, row_id))
            if new["state"] == "new":
                fresh[row_id] = message
    session.flush()
    if rows:
        session.execute(insert(_MESSAGES), list(rows.values()))
    keep_cursor(session, mailboxid, folder, batch.cursor, moment)
    return fresh


def marks(raw: bytes) -> Marks:
    """What a message is recognised by; the lines a server adds on the way in do not count."""
    head, _, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.partition(b"\n\n")
    unfolded = _FOLD.sub(b" ", head[:_HEAD_BYTES])
    values = {name: _value(unfolded, name) for name in (b"message-id", b"from", b"subject", b"date", b"in-reply-to")}
    content = sha256(b"\n".join((values[b"from"], values[b"subject"], body.strip()))).hexdigest()
    named = values[b"message-id"] or b"no id, " + values[b"date"]
    messageid = _CONTROL.sub("", storable(values[b"message-id"].decode("utf-8", "replace")))[:998] or None
    return Marks(messageid, sha256(named + b"\n" + content.encode()).hexdigest(), content, values[b"in-reply-to"])


def _value(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"(?im)^" + name + rb"[ \t]*:[ \t]*(.*?)[ \t\r]*$", head)
    return found[1] if found else b""


def _known(session: Session, mailboxid: str, identities: Iterable[str]) -> dict[str, InboundMessage]:
    rows = session.scalars(
        select(InboundMessage).where(
            InboundMessage.mailboxid == mailboxid, InboundMessage.identity.in_(list(identities))
        )
    )
    return {row.identity: row for row in rows}


def _ids(session: Session, mailboxid: str, identities: Iterable[str]) -> dict[str, str]:
    """Their ids, the same whenever they are stored: what is decided about one again, after a restore, has one name.

    Left out is one whose id another has, that was told otherwise since.
    """
    found = {identity: str(uuid5(NAMESPACE_OID, f"leadwright:{mailboxid}:{identity}")) for identity in identities}
    query = select(InboundMessage.inboundmessageid).where(InboundMessage.inboundmessageid.in_(list(found.values())))
    taken = set(session.scalars(query)) if found else set()
    return {identity: id_ for identity, id_ in found.items() if id_ not in taken}


def _named(session: Session, mailboxid: str, ids: Iterable[str | None]) -> dict[str | None, list[InboundMessage]]:
    """Those that were read, by Message-ID."""
    found: dict[str | None, list[InboundMessage]] = {}
    if not (wanted := [messageid for messageid in ids if messageid]):
        return found
    mine = (InboundMessage.mailboxid == mailboxid) & InboundMessage.messageid.in_(wanted)
    for row in session.scalars(select(InboundMessage).where(mine, InboundMessage.state != "quarantined")):
        found.setdefault(row.messageid, []).append(row)
    return found


def note_gone(session: Session, mailboxid: str, folder: str, validity: int, uids: Collection[int]) -> None:
    """Their server has them no more: whoever looks at one that was put aside reads so."""
    for row in _not_whole(session, mailboxid, folder, validity, uids).values():
        row.reason = "It is no longer on the server."


def _not_whole(
    session: Session, mailboxid: str, folder: str, validity: int, uids: Collection[int]
) -> dict[int, InboundMessage]:
    """By uid those put aside without their content: what comes under the same number is the same message."""
    mine = (InboundMessage.mailboxid == mailboxid) & (InboundMessage.folder == folder)
    aside = (InboundMessage.state == "quarantined") & (InboundMessage.kind == NOT_WHOLE)
    numbered = (InboundMessage.uidvalidity == validity) & InboundMessage.uid.in_(uids)
    return {row.uid: row for row in session.scalars(select(InboundMessage).where(mine, aside, numbered))}


def _given_again(row: InboundMessage, message: Fetched, about: Marks) -> bool:
    """Keep what its server gives of it by now. True: it is whole, and to be acted on."""
    new = _new_row(message, about, row.fetchedon, ())
    if new["kind"]:
        row.reason = new["reason"]
        return False
    for name, value in new.items():
        setattr(row, name, value)
    row.attempts, row.failures = row.attempts + 1, 0
    return True


def _close_copy(aside: InboundMessage | None, message: Fetched, firstid: str) -> None:
    """Put aside before and given by now, it is what came as that row too: nobody needs to look at it any more."""
    if aside is not None and not message.trouble:
        aside.state, aside.firstid = "duplicate", firstid
        aside.reason = "The same message came once more and is dealt with there."


def _told_otherwise(named: Iterable[InboundMessage], validity: int, message: Fetched) -> InboundMessage | None:
    """The row of the same message as another kind of mailbox told it: under another number and with other bytes."""
    for row in named:
        other_platform = validity == VALIDITY and bool(row.activityid) != (message.tracked is not None)
        otherwise = row.uidvalidity != validity or other_platform
        came, then = message.received, row.receivedon
        if otherwise and (came is None or then is None or abs(came - then) <= _SAME_MOMENT):
            return row
    return None


def _seen_again(row: InboundMessage, validity: int, uid: int) -> None:
    if row.uidvalidity != validity:
        row.uidvalidity, row.uid, row.deliveries = validity, uid, 1
    elif uid > row.uid:
        row.uid, row.deliveries = uid, row.deliveries + 1


def _new_row(
    message: Fetched, about: Marks, moment: datetime, before: Sequence[tuple[datetime, str]]
) -> dict[str, Any]:
    """The columns that are the message's own. `before`: when the same words came, oldest first, and as which row."""
    state, kind, reason, first, told = "new", "", "", None, message.tracked
    if message.trouble:
        kind, reason = NOT_WHOLE, storable(message.trouble)
    elif message.size > len(message.raw):
        kind = NOT_WHOLE
        reason = f"The message is too large ({message.size:,} bytes). Only its beginning is kept."
    else:
        came = message.received or moment
        first = next((row for at, row in before if abs(came - at) <= SAME_WORDS), None)
        if first is not None:
            state, reason = "duplicate", "The same words came before under another Message-ID."
    return {
        "identity": about.identity,
        "contenthash": about.contenthash,
        "messageid": about.messageid,
        "raw": message.raw,
        "uid": message.uid,
        "deliveries": 1,
        "receivedon": message.received,
        "fetchedon": moment,
        "state": state,
        "kind": kind,
        "reason": reason,
        "firstid": first,
        "activityid": told.activityid if told else None,
        "answersid": (told.answersid or None) if told else None,
        "answersby": told.method if told else 0,
    }


def _firsts(
    session: Session, mailboxid: str, contents: Iterable[str]
) -> dict[tuple[str, bytes], list[tuple[datetime, str]]]:
    """For each content and the mail it answers: when it came, oldest first, and as which row.

    "Yes" to a second question is another answer than "Yes" to the first.
    """
    found: dict[tuple[str, bytes], list[tuple[datetime, str]]] = {}
    came = func.coalesce(InboundMessage.receivedon, InboundMessage.fetchedon).label("came")
    head = func.substr(InboundMessage.raw, 1, _HEAD_BYTES, type_=LargeBinary).label("head")
    for row in session.execute(
        select(InboundMessage.contenthash, came, head, InboundMessage.inboundmessageid)
        .where(
            InboundMessage.mailboxid == mailboxid,
            InboundMessage.contenthash.in_(list(contents)),
            InboundMessage.firstid.is_(None),
        )
        .order_by(came)
    ):
        answers = marks(row.head).answers
        found.setdefault((row.contenthash, answers), []).append((row.came, row.inboundmessageid))
    return found


def note_look(database: Database, mailboxid: str, folder: str, moment: datetime) -> None:
    """All that is new in a folder is stored: keep when, to within some minutes, so that most looks write nothing."""
    mine = MailboxFolder.mailboxid == mailboxid, MailboxFolder.folder == folder
    with database.reading() as session:
        last = session.scalar(select(MailboxFolder.readon).where(*mine))
    if last is not None and last <= moment < last + LOOK_NOTED:
        return
    with database.transaction() as session:
        session.execute(update(MailboxFolder).where(*mine).values(readon=moment))


def keep_cursor(
    session: Session, mailboxid: str, folder: str, cursor: Cursor, moment: datetime, *, sorting: bool | None = None
) -> None:
    """Store how far a folder was read, and whether a look through its backlog goes on; None leaves that as it is."""
    row = session.get(MailboxFolder, (mailboxid, folder))
    if row is None:
        row = MailboxFolder(mailboxid=mailboxid, folder=folder, uidvalidity=0, lastuid=0)
        session.add(row)
    if row.uidvalidity != cursor.uidvalidity or cursor.lastuid >= row.lastuid:
        row.uidvalidity, row.lastuid, row.readon = cursor.uidvalidity, cursor.lastuid, moment
    if sorting is not None:
        row.sorting = sorting
