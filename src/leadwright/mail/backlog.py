"""The backlog of a mailbox: mail from before it was ours, kept by its header, fetched whole once it matters to us.

Nothing of it may come too late: whoever is written to is looked for in it first, and until what matters is read the
mailbox sends nothing. All functions work in the caller's transaction.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from leadwright.db.backlog import BacklogMail
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Mailbox, MailboxFolder, Outbox
from leadwright.db.mailbox_use import READ, wrote_to_them
from leadwright.db.sales import Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import DeliveryMethod
from leadwright.errors import BadInput, Conflict
from leadwright.mail.addresses import domain_of, hash_address, normalise
from leadwright.mail.claim import Refusal, Waiting
from leadwright.mail.heads import Head, Matter, head_of, read_head
from leadwright.mail.inbox import LOOK_HOLDS, LOOK_NOTED, keep_cursor
from leadwright.mail.mailbox import Batch
from leadwright.mail.pace import SKEW

MOST_NEW = 100  # messages that are read whole at once; more are a backlog
_BEFORE = timedelta(days=2)  # clocks of servers, and mail that was under way
_READING = timedelta(seconds=30)
_JUST_READ = LOOK_NOTED + timedelta(minutes=1)
_BEFORE_US = "Mail that was in the mailbox before is read first."
_ANSWERS_IN = "Answers may lie in {}, which wrote to them before. {}"
_ASKED = 500  # values of one query
_MOST_THREAD = 40
_ROWS = cast(Table, BacklogMail.__table__)
_KEPT = BacklogMail.matters == ""
_WANTED = BacklogMail.matters > ""
_PLAIN = {"synchronize_session": False}


def is_sorting(session: Session, mailboxid: str, folder: str) -> bool:
    """Was a look through the backlog begun and not ended?"""
    row = session.get(MailboxFolder, (mailboxid, folder))
    return row is not None and row.sorting


def ours_since(session: Session, mailboxid: str) -> datetime:
    """Since when this mailbox may hold what concerns us: two days before its record, or our first mail from it.

    What was read in another way, before its kind was changed, is not all read again.
    """
    mailbox = session.get_one(Mailbox, mailboxid)
    mine = or_(Outbox.mailboxid == mailboxid, Outbox.sender == mailbox.emailaddress)
    first = session.scalar(select(func.min(Outbox.createdon)).where(mine))
    begun = min(mailbox.createdon, first or mailbox.createdon)
    changed = _changed_on(session, mailboxid) if mailbox.lw_kind == MailboxKind.SMTP_IMAP else None
    return max(begun, changed or begun) - _BEFORE


def _changed_on(session: Session, mailboxid: str) -> datetime | None:
    """When it was given its present kind; None: it always had it. A platform keeps its own place there."""
    for place in session.scalars(select(MailboxFolder.place).where(MailboxFolder.mailboxid == mailboxid)):
        if place and place.startswith("{") and (since := json.loads(place).get("since")):
            return datetime.fromisoformat(since)
    return None


def keep_heads(session: Session, mailboxid: str, folder: str, batch: Batch, since: datetime, moment: datetime) -> None:
    """Store the heads of a batch, which of them matter, and how far the folder was read, in one transaction.

    Args:
        batch: without heads: the look through the backlog ended with those before.
        since: from when on everything matters, see `ours_since`.
    """
    heads = [read_head(fetched) for fetched in batch.heads]
    domains = _open_domains(session)
    answered = _ours_named(session, heads)
    leads = _leads(session, heads)
    validity, rows = batch.cursor.uidvalidity, []
    for head in heads:
        hashed, domain = _who(head.sender)
        rows.append(
            {
                "mailboxid": mailboxid, "folder": folder, "uidvalidity": validity, "uid": head.uid, "size": head.size,
                "messageid": head.messageid or None, "thread": " ".join(head.thread[-_MOST_THREAD:]),
                "senderhash": hashed, "receivedon": head.received,
                "matters": _matter(head, since, answered, leads, in_talk=domain in domains),
            }
        )  # fmt: skip
    keep_cursor(session, mailboxid, folder, batch.cursor, moment, sorting=batch.goes_on)
    session.flush()
    first = min((head.uid for head in heads), default=batch.cursor.lastuid + 1)
    stale = or_(BacklogMail.uidvalidity != validity, BacklogMail.uid >= first)
    session.execute(delete(BacklogMail).where(_in(mailboxid, folder), stale))
    if rows:
        session.execute(insert(_ROWS), rows)
    if not batch.goes_on:
        _mark_related(session, mailboxid)


def wanted(session: Session, mailboxid: str, folder: str, most: int) -> tuple[int, dict[int, int]]:
    """UIDVALIDITY, and uid -> size, of what is to be fetched whole, oldest first."""
    query = select(BacklogMail.uidvalidity, BacklogMail.uid, BacklogMail.size).where(_in(mailboxid, folder), _WANTED)
    rows = session.execute(query.order_by(BacklogMail.uid).limit(most)).all()
    validity = rows[0].uidvalidity if rows else 0
    return validity, {row.uid: row.size for row in rows if row.uidvalidity == validity}


def want_again(session: Session, row: InboundMessage) -> bool:
    """Have a message that came without its content fetched anew. False: it is wanted already.

    Raises:
        Conflict: it cannot be asked for, as its number means another message by now, or none.
    """
    folder = session.get(MailboxFolder, (row.mailboxid, row.folder))
    if folder is None or folder.uidvalidity != row.uidvalidity:
        raise Conflict(
            "The mail server has numbered its mails anew and cannot be asked for this one. Read it in the mailbox "
            "itself, then ignore it here."
        )
    place = {"mailboxid": row.mailboxid, "folder": row.folder, "uidvalidity": row.uidvalidity, "uid": row.uid}
    if session.get(BacklogMail, tuple(place.values())) is not None:
        return False
    about = {"messageid": row.messageid, "thread": "", "senderhash": "", "receivedon": row.receivedon}
    session.add(BacklogMail(**place, **about, size=0, matters=Matter.AGAIN))
    return True


def lend_heads(session: Session, mailboxid: str, folder: str, validity: int, stubs: Mapping[str, int]) -> None:
    """What their heads told of messages that are not given now, not even their headers: sender and thread.

    Args:
        stubs: id of the stored row -> uid.
    """
    for inboundid, uid in stubs.items():
        known = session.get(BacklogMail, (mailboxid, folder, validity, uid))
        row = session.get_one(InboundMessage, inboundid)
        if known is not None and not head_of(row.raw).sender:
            row.senderhash = known.senderhash or None
            row.raw = f"References: {known.thread}\r\n".encode() + row.raw if known.thread else row.raw


def take_out(session: Session, mailboxid: str, folder: str, validity: int, uids: Collection[int]) -> None:
    """They are stored whole, in this transaction, or are no longer on the server."""
    for some in _chunks(uids):
        session.execute(
            delete(BacklogMail).where(
                _in(mailboxid, folder), BacklogMail.uidvalidity == validity, BacklogMail.uid.in_(some)
            )
        )


def forget_backlog(session: Session, mailboxid: str, folder: str, validity: int) -> None:
    """The uids of another UIDVALIDITY mean nothing any more; what is still there is found anew."""
    session.execute(delete(BacklogMail).where(_in(mailboxid, folder), BacklogMail.uidvalidity != validity))


def want_mails_of(session: Session, addresshash: str) -> None:
    """We write to them: what they wrote before matters."""
    mine = (BacklogMail.senderhash == addresshash) & _KEPT
    session.execute(update(BacklogMail).where(mine).values(matters=Matter.LEAD).execution_options(**_PLAIN))


def backlog_is_read(session: Session, waiting: Waiting, moment: datetime) -> Refusal | None:
    """A check of the claim: nothing goes out before all that matters, and all the recipient wrote, is read.

    Nor does an agent's mail, or a person's that has waited, while nobody looks at what comes in: the recipient may
    have asked to be left alone. They may have asked a former mailbox, too, that has written to them.
    """
    if why := _unread(session, waiting, waiting.mailboxid, moment):
        return Refusal(Phase.QUEUED, why, moment + _READING)
    for other in wrote_to_them(session, waiting.mailboxid, waiting.leadid, waiting.hashes[0]):
        if why := _unread(session, waiting, other.mailboxid, moment):
            return Refusal(Phase.QUEUED, _ANSWERS_IN.format(other.emailaddress, why), moment + _READING)
    return None


def _unread(session: Session, waiting: Waiting, mailboxid: str, moment: datetime) -> str:
    mailbox = session.get(Mailbox, mailboxid)
    if mailbox is None or mailbox.incomingemaildeliverymethod == DeliveryMethod.NONE:
        return ""
    if _may_be_overtaken(session, waiting, mailboxid, moment) and (unread := not_looked_at(session, mailboxid, moment)):
        return unread
    mine = BacklogMail.mailboxid == mailboxid
    theirs = session.scalar(select(exists().where(mine, BacklogMail.senderhash == waiting.hashes[0], _KEPT)))
    if theirs:
        want_mails_of(session, waiting.hashes[0])
    return _BEFORE_US if theirs or _is_left(session, mailboxid) else ""


def _may_be_overtaken(session: Session, waiting: Waiting, mailboxid: str, moment: datetime) -> bool:
    """The agent's mail, or a person's that has waited for as long as a look holds, by what comes in there.

    Nobody looks at a person's own mailbox.
    """
    if waiting.agentid is not None:
        return True
    is_read = select(Mailbox.mailboxid).where(Mailbox.mailboxid == mailboxid, READ)
    return has_waited(session, waiting.outboxid, moment) and session.scalar(is_read) is not None


def has_waited(session: Session, outboxid: str, moment: datetime) -> bool:
    """Was the mail written so long ago that an answer may have come meanwhile?"""
    written = session.scalar(select(Outbox.createdon).where(Outbox.outboxid == outboxid))
    return written is not None and moment - written > LOOK_HOLDS


def may_hold_answers(session: Session, mailboxid: str, moment: datetime, leadid: str | None = None) -> str:
    """A sentence while an answer may lie in the mailbox that nobody has read: until then silence is no answer.

    Args:
        leadid: the same of every other mailbox that has written to this lead.
    """
    if why := _may_hold(session, mailboxid, moment):
        return why
    for other in wrote_to_them(session, mailboxid, leadid):
        if why := _may_hold(session, other.mailboxid, moment):
            return _ANSWERS_IN.format(other.emailaddress, why)
    return ""


def _may_hold(session: Session, mailboxid: str, moment: datetime) -> str:
    mailbox = session.get(Mailbox, mailboxid)
    if mailbox is None or mailbox.incomingemaildeliverymethod == DeliveryMethod.NONE:
        return ""
    last, failed = last_look(session, mailboxid), mailbox.lw_lasterroron
    if last is None:
        return "The mailbox has not been read yet, and an answer may be in it."
    if (failed is not None and last < failed <= moment + SKEW) or not moment - _JUST_READ <= last <= moment + SKEW:
        return f"The mailbox was read last at {last:%Y-%m-%d %H:%M} UTC, and an answer may be in it."
    return _BEFORE_US if _is_left(session, mailboxid) else ""


def _is_left(session: Session, mailboxid: str) -> bool:
    """Is a look through the backlog not ended, or something of it yet to be read whole?"""
    mine = BacklogMail.mailboxid == mailboxid
    matters, sorting = session.execute(
        select(
            exists().where(mine, _WANTED, BacklogMail.matters != Matter.AGAIN),  # nobody waits for what is put aside
            exists().where(MailboxFolder.mailboxid == mailboxid, MailboxFolder.sorting),
        )
    ).one()
    return bool(matters or sorting)


def last_look(session: Session, mailboxid: str) -> datetime | None:
    """When somebody looked at the inbox last."""
    return session.scalar(select(func.max(MailboxFolder.readon)).where(MailboxFolder.mailboxid == mailboxid))


def not_looked_at(session: Session, mailboxid: str, moment: datetime) -> str:
    """A sentence when the inbox was not looked at for a while."""
    last = last_look(session, mailboxid)
    if last is None:
        return "The mailbox has not been read yet."
    if moment - LOOK_HOLDS <= last <= moment + SKEW:
        return ""
    return f"The mailbox was read last at {last:%Y-%m-%d %H:%M} UTC; the mail waits until it is read again."


def _in(mailboxid: str, folder: str) -> ColumnElement[bool]:
    return (BacklogMail.mailboxid == mailboxid) & (BacklogMail.folder == folder)


def _matter(head: Head, since: datetime, answered: set[str], leads: set[str], *, in_talk: bool) -> str:
    if head.received is None or head.received >= since:
        return Matter.RECENT
    if head.is_cut or not head.messageid:
        return Matter.UNCLEAR
    if not answered.isdisjoint(head.thread):
        return Matter.ANSWERS
    if head.may_report:
        return Matter.REPORT
    if head.sender.casefold() in leads:
        return Matter.LEAD
    return Matter.COMPANY if in_talk else ""


def _mark_related(session: Session, mailboxid: str) -> None:
    """What only the whole table tells, or was decided while it was filled: our recipients, one id for several mails."""
    mine = (BacklogMail.mailboxid == mailboxid) & _KEPT
    for some in _chunks(_other_addresses(session)):
        theirs = BacklogMail.senderhash.in_(some)
        session.execute(update(BacklogMail).where(mine, theirs).values(matters=Matter.LEAD).execution_options(**_PLAIN))
    for column in (Engagement.addresshash, Outbox.recipienthash):
        known = exists().where(column == BacklogMail.senderhash)
        session.execute(update(BacklogMail).where(mine, known).values(matters=Matter.LEAD).execution_options(**_PLAIN))
    other = (
        select(BacklogMail.messageid)
        .where(BacklogMail.mailboxid == mailboxid)
        .group_by(BacklogMail.messageid)
        .having(func.count() > literal(1))
    )
    whole = exists().where(InboundMessage.mailboxid == mailboxid, InboundMessage.messageid == BacklogMail.messageid)
    twins = or_(BacklogMail.messageid.in_(other), whole)
    session.execute(update(BacklogMail).where(mine, twins).values(matters=Matter.TWIN).execution_options(**_PLAIN))


def _ours_named(session: Session, heads: Sequence[Head]) -> set[str]:
    """Those of the ids they name that are mails of ours."""
    if session.scalar(select(Outbox.outboxid).limit(1)) is None:
        return set()
    named = {each for head in heads for each in head.thread if len(each) <= 250}
    return _found(session, Outbox.messageid, named) | _found(session, Outbox.sentmessageid, named)


def _leads(session: Session, heads: Sequence[Head]) -> set[str]:
    """Those of their senders, case folded, that are the first address of a lead."""
    if session.scalar(select(Lead.leadid).limit(1)) is None:
        return set()
    senders = {head.sender for head in heads if head.sender}
    spelled = senders | {sender.casefold() for sender in senders}
    return {found.casefold() for found in _found(session, Lead.emailaddress1, spelled)}


def _other_addresses(session: Session) -> set[str]:
    """Hashes of the second and third addresses of leads, which no index knows."""
    found: set[str] = set()
    for column in (Lead.emailaddress2, Lead.emailaddress3):
        found.update(_who(address)[0] for address in session.scalars(select(column).where(column > "")) if address)
    return found - {""}


def _open_domains(session: Session) -> set[str]:
    """The domains of whom we are in conversation with."""
    found = session.scalars(select(Engagement.address).where(Engagement.endedon.is_(None)))
    return {_who(address)[1] for address in found} - {""}


def _who(address: str) -> tuple[str, str]:
    """Hash and domain; empty for what is no address."""
    try:
        key = normalise(address)
        return hash_address(key), domain_of(key)
    except BadInput:
        return "", ""


def _found(session: Session, column: InstrumentedAttribute[Any], values: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in _chunks(values):
        found.update(session.scalars(select(column).where(column.in_(some))))
    return found


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    each = list(values)
    return (each[start : start + _ASKED] for start in range(0, len(each), _ASKED))
