"""Mails that came in and that the agent could not place or read: a person links them, ignores them, tries again."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.conversation_rows import visible
from leadwright.db import audit
from leadwright.db.mail import InboundMessage
from leadwright.db.pages import inbox as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.sales import Lead
from leadwright.domain.plain_text import storable
from leadwright.domain.privileges import Depth
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.mail.backlog import take_out, want_again
from leadwright.mail.header_fields import read_addresses, split_header
from leadwright.mail.inbox import NOT_WHOLE
from leadwright.mail.matching import MOST_NAMED, leads_of
from leadwright.mail.reader import Quarantine
from leadwright.services import Services
from leadwright.workflows.incoming import wake_unplaced

_MOST_TEXT = 20_000
_MOST_LINE = 300
_SHOWN = ("From", "To", "Subject", "Date")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits for a person.

    Args:
        state: unmatched, quarantined or new; `reason` says why.
        size: bytes that are kept.
        head: its first header lines and text, decoded as far as can be, as plain text.
        candidates: leads with its sender's address, of those the reader may see: leadid, fullname, companyname,
            emailaddress1.
    """

    inboundid: str
    state: str
    reason: str
    mailbox: str
    at: datetime
    size: int
    sender: str
    subject: str
    head: str
    candidates: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Mails in one state, newest first; `next` is the key of the page after, empty on the last one."""

    rows: tuple[Waiting, ...]
    next: str
    counts: dict[str, int]


def waiting_mails(services: Services, who: Principal, state: str, *, after: str = "") -> Page:
    """A page of mails that nobody could match, or that were put aside.

    Args:
        state: unmatched, quarantined, or new: came in, and the agent has not read it yet.
        after: `next` of the page before.

    Raises:
        NotAllowed: not a supervisor or administrator.
        BadInput: another state, or a damaged key.
    """
    _may(who, "prvReadActivity")
    if state not in read.STATES:
        raise BadInput(f"Choose one of {', '.join(read.STATES)}.", field="state")
    key = read_key(after, moment=True) if after else None
    with services.database.reading() as session:
        rows, counts = read.waiting(session, state, after=key), read.counts(session)
        shown = tuple(_named(session, who, _read_row(row)) for row in rows[: read.PAGE])
    more = len(rows) > read.PAGE
    return Page(shown, write_key(shown[-1].at, shown[-1].inboundid) if more else "", counts)


def words_of(services: Services, who: Principal, inboundid: str) -> tuple[Waiting, str]:
    """One mail with what its sender wrote; its source where it cannot be read.

    Raises:
        NotAllowed.
        NotFound: there is no such mail, or it was decided about.
    """
    _may(who, "prvReadActivity")
    with services.database.reading() as session:
        row, raw = read.one(session, inboundid), read.source(session, inboundid)
        if row is None or raw is None:
            raise NotFound("This mail waits no more. Go back to the inbox.")
        mail = _named(session, who, _read_row(row))
    found = services.reader.read(raw) if mail.state != "quarantined" else None
    text = mail.head if found is None or isinstance(found, Quarantine) else found.message.text
    return mail, text[:_MOST_TEXT]


def source_of(services: Services, who: Principal, inboundid: str) -> bytes:
    """The mail as it is kept.

    Raises:
        NotAllowed, NotFound.
    """
    _may(who, "prvReadActivity")
    with services.database.reading() as session:
        raw = read.source(session, inboundid)
    if raw is None:
        raise NotFound("This mail waits no more. Go back to the inbox.")
    return raw


def link(services: Services, who: Principal, inboundid: str, leadid: str) -> None:
    """The mail belongs to this lead: the agent acts on it as the lead's answer. The same again changes nothing.

    Raises:
        NotAllowed, NotFound.
        Conflict: somebody decided otherwise meanwhile.
    """
    _may(who, "prvWriteActivity")
    with services.database.transaction() as session:
        visible(session, who, leadid, ("prvReadLead", "prvWriteLead"))
        row = _row(session, inboundid)
        if row.vouchedby and row.leadid == leadid:
            return
        _still(row, "unmatched")
        row.leadid, row.vouchedby = leadid, who.id
        _read_again(row, f"{who.name} linked it with a lead.")
        wake_unplaced(session, services.clock())
        after = {"inbound": inboundid}
        audit.record(session, who.actor, "lead.mail_linked", "lead", leadid, after=after)


def ignore(services: Services, who: Principal, inboundid: str) -> None:
    """Nothing follows from the mail; it stays stored. The same again changes nothing.

    Raises:
        NotAllowed, NotFound.
        Conflict: somebody decided otherwise meanwhile.
    """
    _may(who, "prvWriteActivity")
    with services.database.transaction() as session:
        row = _row(session, inboundid)
        if row.state == "ignored":
            return
        _still(row, *read.DECIDED)
        before = {"state": row.state, "reason": row.reason}
        row.state, row.reason = "ignored", f"{who.name} looked at it: nothing follows."
        take_out(session, row.mailboxid, row.folder, row.uidvalidity, [row.uid])
        wake_unplaced(session, services.clock())
        audit.record(session, who.actor, "mail.ignored", "inboundmessage", inboundid, before=before)


def try_again(services: Services, who: Principal, inboundid: str) -> None:
    """Read a mail that was put aside once more; one that is not whole is fetched anew. The same again changes nothing.

    Raises:
        NotAllowed, NotFound.
        Conflict: somebody decided otherwise meanwhile, or its server cannot be asked for it.
    """
    _may(who, "prvWriteActivity")
    with services.database.transaction() as session:
        row = _row(session, inboundid)
        if row.state == "new":
            return
        _still(row, "quarantined")
        before = {"reason": row.reason}
        if row.kind != NOT_WHOLE:
            _read_again(row, f"{who.name} asked to read it again.")
        elif not want_again(session, row):
            return
        audit.record(session, who.actor, "mail.tried_again", "inboundmessage", inboundid, before=before)


def _read_row(row: Any) -> Waiting:
    head = bytes(row.head)
    headers, body = split_header(head)
    values = {name.title(): storable(value)[:_MOST_LINE] for name, value in reversed(headers)}
    lines = [f"{name}: {values[name]}" for name in _SHOWN if name in values]
    text = storable(head[body:].decode("utf-8", "replace"))
    return Waiting(
        inboundid=row.inboundmessageid,
        state=row.state,
        reason=row.reason,
        mailbox=row.emailaddress,
        at=row.fetchedon,
        size=row.size,
        sender=values.get("From", ""),
        subject=values.get("Subject", ""),
        head="\n".join([*lines, "", text]).strip(),
    )


def _named(session: Session, who: Principal, mail: Waiting) -> Waiting:
    """With the leads it may be of."""
    sender = next(iter(read_addresses(mail.sender)), None)
    if mail.state != "unmatched" or sender is None:
        return mail
    columns = (Lead.leadid, Lead.fullname, Lead.companyname, Lead.emailaddress1)
    with suppress(BadInput):
        theirs = (Lead.leadid.in_(leads_of(sender.address)), readable(who, Lead, "prvReadLead"))
        query = select(*columns).where(*theirs).order_by(Lead.createdon, Lead.leadid).limit(MOST_NAMED)
        return replace(mail, candidates=tuple(session.execute(query).all()))
    return mail


def _read_again(row: InboundMessage, reason: str) -> None:
    row.state, row.reason, row.dueat, row.attempts = "new", reason, None, row.attempts + 1


def _row(session: Session, inboundid: str) -> InboundMessage:
    row = session.get(InboundMessage, inboundid, with_for_update=True)
    if row is None:
        raise NotFound("There is no such mail in the inbox.")
    return row


def _still(row: InboundMessage, *states: str) -> None:
    if row.state not in states:
        raise Conflict("Somebody decided about this mail meanwhile, or the agent read it. Load the inbox again.")


def _may(who: Principal, privilege: str) -> None:
    """The inbox holds mails of everybody: the privilege has to reach all of them."""
    require(who, "prvReadDashboard")
    require(who, privilege)
    if who.privileges[privilege] < Depth.ORGANISATION:
        raise NotAllowed(
            f"The inbox is for supervisors and administrators: your privilege {privilege} reaches only your own "
            "records.",
            privilege=privilege,
        )
