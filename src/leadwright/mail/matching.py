"""Which mail of ours does this one answer? By Message-ID, by the sealed link in what it quotes, by sender.

Only a Message-ID, which nobody can guess, or the link prove that the writer has our mail.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from leadwright.db.columns import own_columns
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Email, Lead
from leadwright.domain.attributes import Kind
from leadwright.domain.optionsets import Correlation
from leadwright.errors import BadInput
from leadwright.mail.addresses import hash_address, normalise
from leadwright.mail.bounce import DeliveryReport
from leadwright.mail.compose import reply_subject
from leadwright.mail.heads import head_of
from leadwright.mail.message import Message
from leadwright.mail.unsubscribe import Seals, leaving_in, linked_in

_PROVING = (Correlation.X_HEADER, Correlation.IN_REPLY_TO, Correlation.CONVERSATION_INDEX)
_MOST_IDS = 40
_MOST_BESIDE = 50  # leads that share an address


class How(StrEnum):
    """What it was recognised by."""

    MESSAGE_ID = "message_id"
    LINK = "link"
    SUBJECT = "subject"  # sender and subject
    SENDER = "sender"  # the sender alone: one lead has that address and is in conversation
    ADDRESS = "address"  # the same, but we write to that lead at another address
    PERSON = "person"  # somebody of ours said so


@dataclass(frozen=True, slots=True)
class Match:
    """The lead a mail is about, and what proves it.

    Args:
        runid: of the conversation; None when the mail of ours belonged to none.
        outboxid: the mail of ours, when one is named.
        recipients: whom that mail was sent to; of a lead that somebody of ours named, or that wrote from another
            address than we write to, every address it has.
    """

    how: How
    leadid: str
    runid: str | None
    outboxid: str | None = None
    recipients: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """The writer has a mail of ours, or somebody of ours vouches for it."""
        return self.how in (How.MESSAGE_ID, How.LINK, How.PERSON)

    @property
    def for_the_lead(self) -> bool:
        """What it asks for, it asks for the whole lead, at whichever address we write to it."""
        return self.proven or self.how is How.ADDRESS


def match_reply(session: Session, message: Message, vault: Seals) -> Match | None:
    """The lead that a mail answers, in the order of product.md 8; None when nothing tells."""
    sender = message.sender.address if message.sender else ""
    return (
        _by_ids(session, _named(message))
        or _by_link(session, message, vault)
        or _by_sender(session, sender, message.subject)
        or _by_other_address(session, sender)
    )


def answers_ours(session: Session, message: Message) -> bool:
    """Does it name a mail that we sent, whether or not that lead is still here?"""
    known = _is_known(_bracketed(_named(message)))
    return session.scalar(select(Outbox.outboxid).where(known).limit(1)) is not None


def match_head(session: Session, raw: bytes, senderhash: str | None = None) -> Match | None:
    """The lead of a mail that cannot be read: by what its header lines name, else by its sender.

    Args:
        senderhash: of its sender, where the header is not given any more.
    """
    head = head_of(raw)
    named = (*head.thread[:1], *reversed(head.thread))[:_MOST_IDS]
    return (
        _by_ids(session, named)
        or _by_sender(session, head.sender)
        or _by_hash(session, senderhash)
        or _by_other_address(session, head.sender)
    )


MOST_NAMED = 10  # leads with one address that a person is shown


def leads_of(address: str) -> CompoundSelect[str]:
    """Ids of the leads that have this address as one of their three, or had it when the agent began to write to them.

    Raises:
        BadInput: not an address.
    """
    spelled = _spellings(address)
    talked = select(Engagement.leadid).where(Engagement.addresshash == hash_address(address))
    columns = (Lead.emailaddress1, Lead.emailaddress2, Lead.emailaddress3)  # each has an index
    first, *others = [select(Lead.leadid).where(column.in_(spelled)) for column in columns]
    return first.union(*others, talked)


def leads_at(session: Session, address: str) -> Sequence[Lead]:
    """The same leads, and those in conversation that have it in a column of the organisation's own: `MOST_NAMED`.

    Raises:
        BadInput: not an address.
    """
    named: ColumnElement[bool] = Lead.leadid.in_(leads_of(address))
    own = [column.name for column in own_columns(session, "lead") if column.kind is Kind.EMAIL]
    if own:  # no index finds those, so only the few with whom a conversation is open are looked at
        spelled = _spellings(address)
        has = or_(*(func.lower(Lead.custom[name].as_string()).in_(spelled) for name in own))
        talking = select(Engagement.leadid).where(Engagement.endedon.is_(None))
        found = session.scalars(select(Lead.leadid).where(Lead.leadid.in_(talking), has).limit(MOST_NAMED)).all()
        named = or_(named, Lead.leadid.in_(found))
    query = select(Lead).where(named).order_by(Lead.createdon, Lead.leadid)
    return session.scalars(query.limit(MOST_NAMED)).all()


def lead_alone_at(session: Session, address: str) -> Lead | None:
    """The one lead that has this address; None when there is none, or several."""
    try:
        leads = leads_at(session, address)
    except BadInput:
        return None
    return leads[0] if len(leads) == 1 else None


def addresses_of(session: Session, lead: Lead) -> tuple[str, ...]:
    """Every address of a lead at which it may be written to, and that of its newest conversation, each once."""
    known = (_newest_talk(session, lead.leadid)[1], lead.emailaddress1, lead.emailaddress2, lead.emailaddress3)
    return tuple(dict.fromkeys(address for address in known if address))


def hashes_beside(session: Session, address: str) -> set[str]:
    """Hashes of this address and of all others that the leads with it have.

    Raises:
        BadInput: not an address.
    """
    columns = (Lead.emailaddress1, Lead.emailaddress2, Lead.emailaddress3, Lead.custom)
    found = {hash_address(address)}
    for *known, own in session.execute(select(*columns).where(Lead.leadid.in_(leads_of(address))).limit(_MOST_BESIDE)):
        for other in (*known, *(own or {}).values()):
            if isinstance(other, str) and "@" in other:
                with suppress(BadInput):  # a text may hold more than an address
                    found.add(hash_address(other))
    return found


def match_linked(session: Session, row: InboundMessage) -> Match | None:
    """The lead a person linked the mail with, and its newest conversation; None when nobody did or the lead is gone."""
    lead = session.get(Lead, row.leadid or "") if row.vouchedby else None
    if lead is None:
        return None
    return Match(How.PERSON, lead.leadid, _newest_talk(session, lead.leadid)[0], None, addresses_of(session, lead))


def match_tracked(session: Session, row: InboundMessage) -> Match | None:
    """The mail of ours that the outside CRM says it answers; None when it says none, or one that is not ours.

    Only what names a Message-ID or a conversation of ours proves anything: a tracking token can be guessed.
    """
    if not row.answersid:
        return None
    ours = session.execute(_ours().where(Outbox.emailid == row.answersid)).first()
    if ours is None:
        return None
    how = How.MESSAGE_ID if row.answersby in _PROVING else How.SUBJECT
    return Match(how, ours.leadid, ours.lw_threadid, ours.outboxid, (ours.recipient,))


def match_report(session: Session, report: DeliveryReport) -> Match | None:
    """The mail of ours that a delivery report is about; None when it names none that we sent."""
    return _by_ids(session, [report.original_message_id]) if report.original_message_id else None


def _by_ids(session: Session, ids: Sequence[str]) -> Match | None:
    wanted = _bracketed(ids)
    if not wanted:
        return None
    rows: dict[str, Any] = {}
    for found in session.execute(_ours().where(_is_known(wanted))):
        rows |= {found.messageid: found} | ({found.sentmessageid: found} if found.sentmessageid else {})
    row = next((rows[i] for i in wanted if i in rows), None)
    return Match(How.MESSAGE_ID, row.leadid, row.lw_threadid, row.outboxid, (row.recipient,)) if row else None


def _named(message: Message) -> list[str]:
    """Ids of the mails before it in its thread, the nearest first."""
    return [*message.in_reply_to, *reversed(message.references)][:_MOST_IDS]


def _bracketed(ids: Sequence[str]) -> list[str]:
    return [i if i.startswith("<") else f"<{i}>" for i in ids]


def _is_known(ids: Sequence[str]) -> ColumnElement[bool]:
    return or_(Outbox.messageid.in_(ids), Outbox.sentmessageid.in_(ids))


def _by_link(session: Session, message: Message, vault: Seals) -> Match | None:
    text = f"{message.plain}\n{message.html_text}"
    for leaving in (leaving_in(vault, message.subject), *linked_in(vault, text)):
        if leaving is None:
            continue
        row = session.execute(_ours().where(Outbox.businesskey == leaving.businesskey)).first()
        if row is not None:
            return Match(How.LINK, row.leadid, row.lw_threadid, row.outboxid, (row.recipient,))
    return None


def _by_sender(session: Session, sender: str, subject: str = "") -> Match | None:
    try:
        return _by_hash(session, hash_address(sender), subject)
    except BadInput:
        return None


def _by_other_address(session: Session, sender: str) -> Match | None:
    """One lead alone has this address, and is or was in conversation at another of its addresses."""
    lead = lead_alone_at(session, sender)
    runid = _newest_talk(session, lead.leadid)[0] if lead else None
    if lead is None or runid is None:
        return None
    return Match(How.ADDRESS, lead.leadid, runid, None, addresses_of(session, lead))


def _newest_talk(session: Session, leadid: str) -> tuple[str | None, str | None]:
    """Its runid and address; a lead has one open conversation at the most, and that is the newest."""
    query = select(Engagement.runid, Engagement.address).where(Engagement.leadid == leadid)
    talk = session.execute(query.order_by(Engagement.createdon.desc()).limit(1)).first()
    return (talk.runid, talk.address) if talk else (None, None)


def _spellings(address: str) -> set[str]:
    return {address.strip().casefold(), normalise(address)}


def _by_hash(session: Session, senderhash: str | None, subject: str = "") -> Match | None:
    if not senderhash:
        return None
    rows = session.execute(
        select(Engagement.runid, Engagement.leadid, Engagement.address, Engagement.endedon)
        .where(Engagement.addresshash == senderhash)
        .order_by(Engagement.createdon.desc())
        .limit(10)
    ).all()
    open_ = [row for row in rows if row.endedon is None]
    if not rows or len({row.leadid for row in rows}) > 1:
        return None
    row = (open_ or rows)[0]
    wanted = reply_subject(subject).casefold()
    ours = session.scalars(select(Email.subject).where(Email.lw_threadid == row.runid, Email.directioncode.is_(True)))
    how = How.SUBJECT if any(reply_subject(s).casefold() == wanted for s in ours) else How.SENDER
    return Match(how, row.leadid, row.runid, None, (row.address,))


def _ours() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Outbox.outboxid, Outbox.leadid, Email.lw_threadid, Outbox.messageid, Outbox.sentmessageid, Outbox.recipient
        )
        .join(Email, Email.activityid == Outbox.emailid)
        .where(Outbox.leadid.is_not(None))
    )
