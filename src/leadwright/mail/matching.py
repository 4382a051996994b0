"""Which mail of ours does this one answer? By Message-ID, by the sealed link in what it quotes, by sender.

Only a Message-ID, which nobody can guess, or the link prove that the writer has our mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, or_, select
from sqlalchemy.orm import Session

from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Email, Lead
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


class How(StrEnum):
    """What it was recognised by."""

    MESSAGE_ID = "message_id"
    LINK = "link"
    SUBJECT = "subject"  # sender and subject
    SENDER = "sender"  # the sender alone: one lead has that address and is in conversation
    PERSON = "person"  # somebody of ours said so


@dataclass(frozen=True, slots=True)
class Match:
    """The lead a mail is about, and what proves it.

    Args:
        runid: of the conversation; None when the mail of ours belonged to none.
        outboxid: the mail of ours, when one is named.
        recipients: whom that mail was sent to; of a lead that somebody of ours named, every address it has.
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


def match_reply(session: Session, message: Message, vault: Seals) -> Match | None:
    """The lead that a mail answers, in the order of product.md 8; None when nothing tells."""
    sender = message.sender.address if message.sender else ""
    return (
        _by_ids(session, _named(message))
        or _by_link(session, message, vault)
        or _by_sender(session, sender, message.subject)
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
    return _by_ids(session, named) or _by_sender(session, head.sender) or _by_hash(session, senderhash)


MOST_NAMED = 10  # leads with one address that a person is shown


def leads_of(address: str) -> CompoundSelect[str]:
    """Ids of the leads that have this address, or had it when the agent began to write to them.

    Raises:
        BadInput: not an address.
    """
    spelled = {address.strip().casefold(), normalise(address)}
    talked = select(Engagement.leadid).where(Engagement.addresshash == hash_address(address))
    return select(Lead.leadid).where(Lead.emailaddress1.in_(spelled)).union(talked)


def match_linked(session: Session, row: InboundMessage) -> Match | None:
    """The lead a person linked the mail with, and its newest conversation; None when nobody did or the lead is gone."""
    lead = session.get(Lead, row.leadid or "") if row.vouchedby else None
    if lead is None:
        return None
    talk = session.execute(
        select(Engagement.runid, Engagement.address)
        .where(Engagement.leadid == lead.leadid)
        .order_by(Engagement.createdon.desc())
        .limit(1)
    ).first()
    known = (talk.address if talk else None, lead.emailaddress1, lead.emailaddress2, lead.emailaddress3)
    addresses = tuple(dict.fromkeys(address for address in known if address))
    return Match(How.PERSON, lead.leadid, talk.runid if talk else None, None, addresses)


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
