"""The outbox for people: what waits and how fast, and the mails of which nobody knows whether they arrived."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.conversation_rows import talk_of
from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.pages import mailboxes as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.sales import Email
from leadwright.domain.engagement import LABELS, Outcome, State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.privileges import Depth
from leadwright.domain.sender_records import NEARLY_BULK
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.mail.addresses import domain_of
from leadwright.mail.pace import DAY, MINUTE, sent_within
from leadwright.mail.suppression import why_hash_suppressed
from leadwright.mail.unknown import decide_held
from leadwright.services import Services
from leadwright.workflows.engagements import Held, lock_any
from leadwright.workflows.moves import doubt_ended
from leadwright.workflows.sending_rules import ANSWER

Decision = Literal["arrived", "again", "give_up"]
NEEDS: dict[str, str] = {"arrived": "prvWriteActivity", "again": "prvCreateActivity", "give_up": "prvWriteActivity"}
"""Decision -> the privilege it needs: whoever sends again creates what a stranger may get twice."""
_MOST_TEXT = 4_000
_HELD = (Phase.HELD,)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of what a mailbox may send is used.

    Args:
        minute: mails that went out in the last 60 seconds; `day` in the last 24 hours.
        phases: phase -> number of mails of the outbox.
    """

    mailbox: Any
    minute: int
    day: int
    phases: dict[str, int]


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail whose fate nobody knows. `row` has recipient, reason, lead and times; `subject` and `text` its words."""

    row: Any
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox at a glance. `waiting` are at most a hundred rows, in the order in which they are due.

    Args:
        next: the key of the page after, empty on the last one.
        left: how many mails are still to go out, on all pages.
        bulk: domain -> mails of the last 24 hours, for those that soon count as senders of bulk mail.
    """

    paces: tuple[Pace, ...]
    waiting: Sequence[Any]
    held: int
    next: str = ""
    left: int = 0
    bulk: Mapping[str, int] = field(default_factory=dict)


def queue(services: Services, who: Principal, *, after: str = "") -> Queue:
    """What waits to go out and how fast each mailbox sends.

    Args:
        after: `next` of the page before.

    Raises:
        NotAllowed: not a supervisor or administrator.
        BadInput: a damaged key.
    """
    _may(who, "prvReadActivity")
    key = read_key(after, moment=True) if after else None
    moment = services.clock()
    with services.database.reading() as session:
        phases = read.phases(session)
        paces = []
        for mailbox in read.mailboxes(session):
            minute, day = sent_within(session, mailbox.mailboxid, moment, (MINUTE, DAY))
            paces.append(Pace(mailbox, minute, day, phases.get(mailbox.mailboxid, {})))
        held, left = (sum(p.phases.get(phase, 0) for p in paces for phase in some) for some in (_HELD, read.WAITING))
        rows = read.waiting_mails(session, key)
        return Queue(tuple(paces), rows[: read.PAGE], held, _next(rows, "dueat"), left, _bulk(paces))


def _bulk(paces: Sequence[Pace]) -> dict[str, int]:
    days: Counter[str] = Counter()
    for pace in paces:
        days[domain_of(pace.mailbox.emailaddress)] += pace.day
    return {domain: count for domain, count in days.items() if count >= NEARLY_BULK}


def held_mails(services: Services, who: Principal, *, after: str = "") -> tuple[list[HeldMail], str]:
    """Mails that wait for a person's word, oldest first, at most a hundred; and the key of the page after.

    Args:
        after: that key of the page before.

    Raises:
        NotAllowed: not a supervisor or administrator.
        BadInput: a damaged key.
    """
    _may(who, "prvReadActivity")
    key = read_key(after, moment=True) if after else None
    with services.database.reading() as session:
        rows = read.held_mails(session, key)
    return [HeldMail(row, *_words(row)) for row in rows[: read.PAGE]], _next(rows, "createdon")


def decide(services: Services, who: Principal, outboxid: str, decision: str) -> Phase:
    """A person says what became of a held mail: it arrived, send it again, or give it up. Audited.

    Raises:
        NotAllowed: the privilege of `NEEDS` is missing or does not reach every record.
        BadInput: no such decision.
        NotFound, Conflict: there is no such mail, it is not held any more, or its conversation does not wait for it.
    """
    if decision not in NEEDS:
        raise BadInput(f"Choose one of {', '.join(NEEDS)}.", field="decision")
    _may(who, NEEDS[decision])
    with services.database.transaction() as session:
        if (mail := session.get(Outbox, outboxid)) is None:
            raise NotFound("There is no such mail in the outbox.")
        runid = _talk_of(session, mail)
        rows = lock_any(session, runid, services.clock()) if runid else None
        if decision == "again" and runid and (rows is None or rows.engagement.outboxid != outboxid):
            said = _why_not_again(session, mail, runid, rows)
            raise Conflict(f"{said} This mail does not leave any more: say here that it arrived, or give it up.")
        phase = decide_held(
            session,
            outboxid,
            was_sent=decision == "arrived",
            again=decision == "again",
            actor=who.actor,
            clock=services.clock,
        )
        if rows is not None:
            doubt_ended(session, talk_of(services, session, who, rows), rows, mail)
        return phase


def _talk_of(session: Session, mail: Outbox) -> str | None:
    """runid of the conversation that the mail is of."""
    talk = select(Engagement.runid).join(Email, Email.lw_threadid == Engagement.runid)
    return session.scalar(talk.where(Email.activityid == mail.emailid))


def _why_not_again(session: Session, mail: Outbox, runid: str, rows: Held | None) -> str:
    """Why its conversation does not wait for this mail any more."""
    hashes = mail.recipienthash, mail.domainhash
    if unwanted := why_hash_suppressed(session, hashes, mail.purpose):
        return unwanted
    if rows is None:
        outcome = session.scalar(select(LeadRun.outcome).where(LeadRun.runid == runid))
        return f"The conversation has ended: {LABELS[Outcome(outcome)]}." if outcome else "The conversation has ended."
    if rows.engagement.state == State.PERSON:
        return "The conversation went on meanwhile and waits for a person: decide on the lead's page."
    answers = (Outbox.leadid == mail.leadid, Outbox.purpose == ANSWER, Outbox.phase != Phase.CANCELLED)
    later = (Outbox.outboxid != mail.outboxid, Outbox.createdon >= mail.createdon)
    if session.scalar(select(Outbox.outboxid).where(*answers, *later).limit(1)):
        return "The conversation went on meanwhile: the lead wrote and is answered."
    return "The conversation went on meanwhile without it."


def _may(who: Principal, privilege: str) -> None:
    """The outbox holds mails to everybody's leads: the privilege has to reach all of them."""
    require(who, "prvReadDashboard")
    require(who, privilege)
    if who.privileges[privilege] < Depth.ORGANISATION:
        raise NotAllowed(
            f"The outbox is for supervisors and administrators: your privilege {privilege} reaches only your own "
            "records.",
            privilege=privilege,
        )


def _next(rows: Sequence[Any], column: str) -> str:
    """The key of the page after, when there is one."""
    last = rows[read.PAGE - 1] if len(rows) > read.PAGE else None
    return write_key(getattr(last, column), last.outboxid) if last is not None else ""


def _words(row: Any) -> tuple[str, str]:
    """Subject and text of the mail as it goes out."""
    mail = message_from_bytes(row.raw, policy=policy.default)
    part = mail.get_body(("plain",))
    return str(mail.get("Subject", "")), (str(part.get_content()) if part else "")[:_MOST_TEXT]
