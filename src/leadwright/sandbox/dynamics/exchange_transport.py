"""Delivery: what is sent waits in a queue, goes to mailboxes here or out to the world, comes back when it cannot."""

import smtplib
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_string
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.message import Message as AnyMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid
from typing import Any
from weakref import WeakKeyDictionary

from leadwright.sandbox.dynamics import entra_tenant, exchange, exchange_messages, exchange_mime
from leadwright.sandbox.dynamics.exchange import Mailbox
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

NOT_FOUND = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
REFUSED = "550 5.1.1 The email account that you tried to reach does not exist"
POSTMASTER = f"postmaster@{entra_tenant.INITIAL_DOMAIN}"
_MOST_RECIPIENTS = 500


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that left the tenant."""

    sender: str
    recipient: str
    raw: bytes
    at: datetime


class Bounced(Exception):
    """A hook raises it: the world refused a mail, in the words of its server, such as `550 5.1.1 No such user`."""


Hook = Callable[[Outgoing], None]
_HOOKS: "WeakKeyDictionary[World, list[Hook]]" = WeakKeyDictionary()


def on_outside(world: World, hook: Hook) -> None:
    """Call this with each mail that leaves the tenant, in the thread that delivers."""
    _HOOKS.setdefault(world, []).append(hook)


def smtp_relay(host: str, port: int) -> Hook:
    """A hook that hands each mail to a real mail server; what that refuses comes back as a bounce."""

    def relay(outgoing: Outgoing) -> None:
        try:
            with smtplib.SMTP(host, port, timeout=10) as session:
                session.sendmail(outgoing.sender, [outgoing.recipient], outgoing.raw)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise Bounced(f"{code} {text.decode(errors='replace')}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Bounced(f"450 4.4.316 Connection refused ({error})") from error

    return relay


def sent_outside(world: World) -> list[Outgoing]:
    """Everything that left the tenant, the oldest first."""
    with exchange.prepare(world).reading() as db:
        rows = db.execute("SELECT * FROM exchange_outside ORDER BY id").fetchall()
    return [Outgoing(r["sender"], r["recipient"], bytes(r["raw"]), datetime.fromisoformat(r["at"])) for r in rows]


def send(world: World, mailbox: Mailbox, message: Message, *, save: bool = True) -> None:
    """Send a draft: it lies in Sent Items at once (or nowhere, without `save`), delivery comes later.

    The fault `stay in outbox` holds it there, a draft still, as Exchange does with what it throttles.

    Raises:
        Refused: 400 without recipients, with one that is no address or with too many of them.
    """
    to = exchange_mime.addresses_in(message.item, "toRecipients", "ccRecipients", "bccRecipients")
    if not to or len(to) > _MOST_RECIPIENTS or any(not _is_address(one) for one in to):
        raise Refused(400, "ErrorInvalidRecipients", "At least one recipient isn't valid., At least one recipient "
                      "isn't valid.")  # fmt: skip
    with world.transaction():
        if save and concerns(world, "stay in outbox", *to):
            exchange_messages.move(world, message, exchange.folder_of(world, mailbox, "outbox"))
            return
        raw = exchange_messages.raw_of(world, message)
        if save:
            exchange_messages.mark_sent(world, message, raw, exchange.folder_of(world, mailbox, "sentitems"))
        else:
            exchange_messages.remove(world, message)
        submit(world, mailbox.address, to, raw)


def submit(world: World, sender: str, to: Iterable[str], raw: bytes) -> None:
    """Put a mail into the queue, one entry for each recipient. The fault `delay delivery` holds it that long.

    The fault `message rate` lets so many mails of a mailbox out in a minute, as Exchange Online does with 30.
    """
    with exchange.prepare(world).transaction() as db:
        wait = timedelta(seconds=number(world.fault("delay delivery"), "seconds"))
        due = (max(world.clock(), _slot(world, db, sender)) + wait).isoformat()
        for one in to:
            db.execute("INSERT INTO exchange_queue VALUES (?,?,?,?,?)", (new_guid(), sender, one, raw, due))


def run(world: World) -> int:
    """Deliver what is due; how many mails that were."""
    _let_out(world)
    with exchange.prepare(world).reading() as db:
        now = world.clock().isoformat()
        due = db.execute("SELECT * FROM exchange_queue WHERE due<=? ORDER BY rowid", (now,)).fetchall()
    for row in due:
        left: Outgoing | None = None
        with world.transaction() as db:
            if db.execute("DELETE FROM exchange_queue WHERE id=?", (row["id"],)).rowcount:
                left = _deliver(world, row["sender"], row["recipient"], bytes(row["raw"]))
        if left is not None:
            _hand_over(world, left)
    return len(due)


def _let_out(world: World) -> None:
    """Send what the Outboxes hold, unless it is still to stay there."""
    with exchange.prepare(world).reading() as db:
        held = db.execute(
            "SELECT m.id, m.mailbox FROM exchange_message m JOIN exchange_folder f ON f.id=m.folder "
            "WHERE f.known='outbox' ORDER BY m.rowid"
        ).fetchall()
    for row in held:
        mailbox = exchange.need_mailbox(world, row["mailbox"])
        send(world, mailbox, exchange_messages.message_of(world, mailbox, row["id"]))


def number(value: Any, name: str, otherwise: float = 0.0) -> float:
    """The number of a fault, however the control page wrote it down."""
    if isinstance(value, dict):
        value = value.get(name, value.get("value", otherwise))
    if value is None or isinstance(value, bool):
        return otherwise
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def concerns(world: World, name: str, *texts: str) -> bool:
    """Whether a fault strikes this: it may be narrowed to a part of an address or a subject."""
    on = world.faults().get(name)
    if on is None:
        return False
    value = on[0].get("value") if isinstance(on[0], dict) else on[0]
    if isinstance(value, str) and value and not any(value.lower() in text.lower() for text in texts):
        return False
    return bool(world.fault(name))


def _slot(world: World, db: sqlite3.Connection, sender: str) -> datetime:
    """When the rate of a mailbox lets its next mail out."""
    now = world.clock()
    most = int(number(world.fault("message rate"), "value"))
    if most <= 0:
        return now
    statement = "SELECT at FROM exchange_submitted WHERE sender=? ORDER BY at DESC LIMIT 1 OFFSET ?"
    row = db.execute(statement, (sender, most - 1)).fetchone()
    slot = max(now, datetime.fromisoformat(row["at"]) + timedelta(minutes=1)) if row else now
    db.execute("INSERT INTO exchange_submitted VALUES (?,?)", (sender, slot.isoformat()))
    return slot


def _deliver(world: World, sender: str, recipient: str, raw: bytes) -> Outgoing | None:
    """Into a mailbox; or what is to be handed over to the world."""
    if concerns(world, "drop delivery", recipient):
        return None
    if concerns(world, "bounce", recipient):
        _return(world, sender, recipient, raw, REFUSED)
        return None
    twice = 2 if concerns(world, "duplicate delivery", recipient) else 1
    mailbox = exchange.mailbox_at(world, recipient)
    if mailbox is not None:
        for _ in range(twice):
            exchange_messages.receive(world, mailbox, raw)
        return None
    if recipient.rpartition("@")[2].lower() in exchange.DOMAINS:
        _return(world, sender, recipient, raw, NOT_FOUND)
        return None
    left = Outgoing(sender, recipient, raw, world.clock())
    with world.transaction() as db:
        values = (sender, recipient, raw, left.at.isoformat())
        for _ in range(twice):
            db.execute("INSERT INTO exchange_outside (sender, recipient, raw, at) VALUES (?,?,?,?)", values)
    return left


def _hand_over(world: World, left: Outgoing) -> None:
    for hook in _HOOKS.get(world, ()):
        try:
            hook(left)
        except Bounced as bounced:
            with world.transaction():
                _return(world, left.sender, left.recipient, left.raw, str(bounced))


def _return(world: World, sender: str, recipient: str, raw: bytes, why: str) -> None:
    """A non-delivery report to who sent it; a report that cannot be delivered is dropped."""
    mailbox = exchange.mailbox_at(world, sender) if sender else None
    if mailbox is not None:
        exchange_messages.receive(world, mailbox, _report(world, sender, recipient, raw, why))


def _report(world: World, sender: str, recipient: str, raw: bytes, why: str) -> bytes:
    original = BytesParser().parsebytes(raw, headersonly=True)
    code = next((word for word in why.split() if word.count(".") == 2 and word[0].isdigit()), "5.0.0")
    report = EmailMessage()
    report["From"] = f"Microsoft Outlook <{POSTMASTER}>"
    report["To"] = sender
    report["Subject"] = f"Undeliverable: {_line(original, 'Subject')}"
    report["Date"] = format_datetime(world.clock())
    report["Message-ID"] = make_msgid(domain=entra_tenant.INITIAL_DOMAIN)
    for name in ("In-Reply-To", "References"):
        report[name] = _line(original, "Message-ID")
    report["Auto-Submitted"] = "auto-replied"
    report["X-MS-Exchange-Message-Is-Ndr"] = ""
    for name in ("Thread-Topic", "Thread-Index"):
        if original.get(name):
            report[name] = _line(original, name)
    report.set_content(f"Your message to {recipient} couldn't be delivered.\n\n{why}\n")
    report.make_mixed()
    status = (
        f"Reporting-MTA: dns;{entra_tenant.INITIAL_DOMAIN}\n\nFinal-Recipient: rfc822;{recipient}\n"
        f"Action: failed\nStatus: {code}\nDiagnostic-Code: smtp;{why}\n"
    )
    for text, kind in ((status, "message/delivery-status"), (_head(raw), "text/rfc822-headers")):
        report.attach(message_from_string(f"Content-Type: {kind}\n\n{text}"))  # type: ignore[arg-type]
    whole = report.as_bytes()
    return whole.replace(b"multipart/mixed;", b"multipart/report; report-type=delivery-status;", 1)


def _head(raw: bytes) -> str:
    return raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].decode("latin-1") + "\n"


def _line(message: AnyMessage, name: str) -> str:
    try:
        return " ".join(str(make_header(decode_header(str(message.get(name, ""))))).split())
    except (ValueError, LookupError):
        return ""


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and "." in domain and not any(c.isspace() or c in "<>,;" for c in text))
