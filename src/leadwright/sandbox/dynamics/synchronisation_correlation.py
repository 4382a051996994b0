"""Which email activity an arriving mail answers, in the documented order; whom its addresses stand for."""

import re
from dataclasses import dataclass
from typing import Any

from leadwright.sandbox.dynamics import exchange_mime
from leadwright.sandbox.dynamics.dataverse import parties, records
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.world import World

Row = dict[str, Any]
NONE, IN_REPLY_TO, TRACKING_TOKEN, CONVERSATION_INDEX, SMART_MATCHING = 0, 3, 4, 5, 6
_ALIKE = 2  # addresses that smart matching wants both mails to share
_RESOLVED = (
    ("systemuser", ("internalemailaddress",), "isdisabled=0"),
    ("queue", ("emailaddress",), "1"),
    ("contact", ("emailaddress1", "emailaddress2", "emailaddress3"), "statecode=0"),
    ("account", ("emailaddress1", "emailaddress2", "emailaddress3"), "statecode=0"),
    ("lead", ("emailaddress1", "emailaddress2", "emailaddress3"), "1"),
)


@dataclass(frozen=True, slots=True)
class Correlation:
    """What an arriving mail answers; `email` is None where it answers nothing."""

    method: int
    email: Row | None = None
    token: str | None = None


def correlate(world: World, message: Message) -> Correlation:
    """In-Reply-To, then the tracking token of the subject, then the conversation index, then smart matching."""
    for parent in message.item.get("parents", ())[:1]:
        found = records.find(world, "email", messageid=parent)
        if found:
            return Correlation(IN_REPLY_TO, found[0])
    by_token = _by_token(world, message.item.get("subject") or "")
    if by_token is not None:
        return by_token
    root = exchange_mime.thread_root(message.thread)
    found = _by_thread(world, message.thread) if root else []
    if found:
        return Correlation(CONVERSATION_INDEX, found[-1])
    smart = _smart(world, message)
    return Correlation(SMART_MATCHING, smart) if smart else Correlation(NONE)


def resolve(world: World, address: str, regarding: tuple[str, str] | None = None) -> tuple[str, str] | None:
    """The record an address belongs to; the one a conversation is about comes first, an open lead before a closed."""
    if regarding is not None:
        with world.reading() as db:
            row = records.read(world, *regarding)
            if row and address.lower() in {str(row.get(name) or "").lower() for name in _columns(regarding[0])}:
                return regarding
            own, _ = parties.address_of(db, *regarding)
            if own.lower() == address.lower() and own:
                return regarding
    with world.reading() as db:
        for table, columns, condition in _RESOLVED:
            order = "statecode, createdon DESC" if table == "lead" else "createdon"
            where = " OR ".join(f'"{name}"=?' for name in columns)
            statement = f'SELECT "{table}id" AS id FROM "dv_{table}" WHERE ({where}) AND {condition} ORDER BY {order}'  # noqa: S608
            found = db.execute(statement, [address] * len(columns)).fetchone()
            if found:
                return table, str(found["id"])
    return None


def is_known(world: World, address: str) -> bool:
    """Whether an address belongs to a lead, contact or account."""
    found = resolve(world, address)
    return found is not None and found[0] in {"lead", "contact", "account"}


def _columns(table: str) -> tuple[str, ...]:
    return next((columns for name, columns, _ in _RESOLVED if name == table), ())


def _by_token(world: World, subject: str) -> Correlation | None:
    organisation = records.read(world, "organization", world.organizationid) or {}
    prefix, digits = organisation.get("trackingprefix") or "CRM:", organisation.get("trackingtokeniddigits") or 7
    for token in re.findall(rf"{re.escape(prefix)}\d+", subject, re.IGNORECASE):
        if len(token) < len(prefix) + int(digits):
            continue
        found = records.find(world, "email", trackingtoken=token)
        if found:
            return Correlation(TRACKING_TOKEN, found[0], token)
    return None


def _by_thread(world: World, thread: str) -> list[Row]:
    """Mails whose conversation index begins the same way: 22 bytes, of which 28 characters are whole."""
    with world.reading() as db:
        statement = (
            "SELECT activityid FROM dv_email WHERE substr(conversationindex, 1, 28)=? ORDER BY createdon, versionnumber"
        )
        rows = db.execute(statement, (thread[:28],)).fetchall()
    found = [records.read(world, "email", row["activityid"]) for row in rows]
    root = exchange_mime.thread_root(thread)
    return [row for row in found if row and exchange_mime.thread_root(row["conversationindex"] or "") == root]


def _smart(world: World, message: Message) -> Row | None:
    """A mail with the same subject between the same people, where the answer says that it is one."""
    subject = message.item.get("subject") or ""
    bare = exchange_mime.topic(subject)
    if not bare or bare == subject.strip():
        return None
    theirs = {one.lower() for one in exchange_mime.addresses_in(message.item, "toRecipients", "ccRecipients")}
    theirs.add(exchange_mime.address_of(message.item.get("from")).lower())
    with world.reading() as db:
        statement = (
            "SELECT activityid, (SELECT emailaddress FROM dv_mailbox WHERE mailboxid=sendermailboxid) AS sent_by "
            "FROM dv_email WHERE subject=? AND directioncode=1 ORDER BY createdon DESC"
        )
        for row in db.execute(statement, (bare,)).fetchall():
            used = {str(party["addressused"] or "").lower() for party in parties.of_activity(db, row["activityid"])}
            used.add(str(row["sent_by"] or "").lower())
            if len((used - {""}) & theirs) >= _ALIKE:
                return records.read(world, "email", row["activityid"])
    return None
