"""The outbox: written in the transaction that decides, claimed once, its phase stored before the point of no return.

Reliability first: a mail is never sent twice; when nobody knows whether it went out, it is looked up or held.
Functions here work in the caller's transaction and never talk to a server; `sender` does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Email
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod, EmailState, EmailStatus
from leadwright.domain.sending import IN_FLIGHT, Phase, has_expired, wait_before
from leadwright.errors import Conflict, NotFound
from leadwright.mail.addresses import domain_of, hash_address, hash_domain
from leadwright.mail.mailbox import Letter, Outcome, Result
from leadwright.mail.pace import next_place
from leadwright.mail.suppression import share_recipient, why_hash_suppressed

CLAIM_LEASE = timedelta(seconds=240)  # connecting, and everything before the dot
DOT_LEASE = timedelta(seconds=660)  # the server has 600 s for its answer to the dot
PAUSE = timedelta(seconds=300)  # of a mailbox after trouble that every mail would meet
_LOOK = 20  # waiting mails looked at in one claim

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Order:
    """A mail to be sent.

    Args:
        businesskey: what makes it once and only once, e.g. ``outreach:{leadid}:{run}:{step}``.
        purpose: scope of suppression.
        version: of the configuration that decided it.
        due: not before.
    """

    businesskey: str
    mailboxid: str
    letter: Letter
    purpose: str = "outreach"
    leadid: str | None = None
    emailid: str | None = None
    agentid: str | None = None
    version: int = 0
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting mail as a check sees it."""

    outboxid: str
    businesskey: str
    mailboxid: str
    leadid: str | None
    emailid: str | None
    agentid: str | None
    recipient: str
    purpose: str
    token: int
    hashes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a mail may not go out now.

    Args:
        phase: QUEUED waits until `until`; SUPPRESSED, CANCELLED, HELD end it.
        reason: a sentence for the person who looks at the mail.
    """

    phase: Phase
    reason: str
    until: datetime | None = None


Check = Callable[[Session, Waiting, datetime], Refusal | None]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this worker alone may send, until the lease ends."""

    outboxid: str
    token: int
    leaseuntil: datetime
    letter: Letter


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing may be sent now; when to ask again (None: nothing waits) and why."""

    until: datetime | None
    why: str = ""


def put(session: Session, order: Order, moment: datetime) -> tuple[str, bool]:
    """Write the mail, in the transaction that decided it. The same key again changes nothing.

    Returns:
        The row's id, and whether it is new.

    Raises:
        BadInput: the recipient is not an address.
    """
    letter = order.letter
    values = {
        "outboxid": new_id(),
        "businesskey": order.businesskey,
        "mailboxid": order.mailboxid,
        "leadid": order.leadid,
        "emailid": order.emailid,
        "agentid": order.agentid,
        "version": order.version,
        "messageid": letter.messageid,
        "sender": letter.sender,
        "recipient": letter.recipient,
        "recipienthash": hash_address(letter.recipient),
        "domainhash": hash_domain(domain_of(letter.recipient)),
        "raw": letter.raw,
        "smtputf8": letter.needs_smtputf8,
        "purpose": order.purpose,
        "createdon": moment,
        "dueat": order.due or moment,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.flush()
    made = session.scalar(
        dialect.insert(Outbox)
        .values(values)
        .on_conflict_do_nothing(index_elements=[Outbox.businesskey])
        .returning(Outbox.outboxid)
    )
    if made is not None:
        _tell_email(session, order.emailid, Phase.QUEUED, moment)
        return made, True
    found = session.scalar(select(Outbox.outboxid).where(Outbox.businesskey == order.businesskey))
    if found is None:
        raise Conflict("The same mail was written by another process a moment ago. Try again.")
    return found, False


def claim(
    session: Session, mailboxid: str, *, worker: str, clock: Clock, checks: Sequence[Check] = ()
) -> Claimed | Nothing:
    """Take the next mail of this mailbox that may go out, or say when to ask again.

    Suppression, the mailbox and its pace are always checked, `checks` besides, all in this transaction. Locks are taken
    in one order: mailbox, recipient, whatever the checks lock, the row itself.
    """
    mailbox = session.get(Mailbox, mailboxid, with_for_update={"key_share": True}, populate_existing=True)
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    if (closed := _closed(mailbox, clock())) is not None:
        return closed
    if (later := next_place(session, mailbox, clock())) is not None:
        return Nothing(later, "The mailbox sends as fast as it may.")
    due = _due(session, mailboxid, clock())
    for waiting in due:
        share_recipient(session, waiting.hashes)
        moment = clock()
        refusal = _refusal(session, waiting, moment, checks)
        if refusal is not None:
            _apply(session, waiting, refusal, moment)
        elif (claimed := _take(session, waiting, worker, moment)) is not None:
            return claimed
    return Nothing(clock() if due else _next_due(session, mailboxid))


def pass_the_point(session: Session, claimed: Claimed, clock: Clock) -> bool:
    """Store that the outcome is unknown from now on. False: do not send, the mail is not ours any more or suppressed.

    Commit the transaction before the server is given the last byte.
    """
    row = session.execute(
        select(Outbox.recipienthash, Outbox.domainhash, Outbox.purpose, Outbox.emailid).where(
            Outbox.outboxid == claimed.outboxid
        )
    ).one()
    share_recipient(session, (row.recipienthash, row.domainhash))
    moment = clock()
    why = why_hash_suppressed(session, (row.recipienthash, row.domainhash), row.purpose)
    if why is not None:
        _move(session, claimed, (Phase.SENDING,), phase=Phase.SUPPRESSED, reason=why, concludedon=moment)
        _tell_email(session, row.emailid, Phase.SUPPRESSED, moment)
        return False
    if moment >= claimed.leaseuntil:
        return False
    return _move(session, claimed, (Phase.SENDING,), phase=Phase.COMMITTING, leaseuntil=moment + DOT_LEASE)


def conclude(session: Session, claimed: Claimed, outcome: Outcome, moment: datetime) -> Phase | None:
    """Store what became of the attempt. None: the mail was not ours any more, and nothing was stored."""
    row = session.get(Outbox, claimed.outboxid, populate_existing=True, with_for_update=True)
    if row is None or row.token != claimed.token:
        return None
    late = outcome.result is Result.ACCEPTED and row.phase in (Phase.UNKNOWN, Phase.HELD, Phase.QUEUED)
    if row.phase not in IN_FLIGHT and not late:
        return None
    if outcome.result is Result.STOPPED and row.phase == Phase.COMMITTING:
        outcome = Outcome(Result.LATER, outcome.words)  # the point was stored, the last byte was not sent
    _store(session, row, outcome, moment)
    _tell_email(session, row.emailid, Phase(row.phase), moment)
    if row.phase in (Phase.SENT, Phase.FAILED):
        record_end(session, row)
    return Phase(row.phase)


def cancel_waiting(session: Session, leadid: str, reason: str, moment: datetime) -> int:
    """End every waiting mail to a lead, e.g. because it was handed over. One under way ends by itself."""
    rows = session.scalars(
        select(Outbox).where(Outbox.leadid == leadid, Outbox.phase == Phase.QUEUED).with_for_update()
    ).all()
    for row in rows:
        row.phase, row.reason, row.concludedon = Phase.CANCELLED, reason, moment
        _tell_email(session, row.emailid, Phase.CANCELLED, moment)
    return len(rows)


def record_end(session: Session, row: Outbox, *, actor: audit.Actor | None = None) -> None:
    """The audit entry of a mail that went out or failed."""
    if actor is None:
        agent = session.get(Agent, row.agentid) if row.agentid else None
        actor = audit.Actor(agent.agentuserid, "agent", agent.name) if agent else audit.SYSTEM
    after = {"messageid": row.messageid, "lead": row.leadid, "version": row.version, "server": row.reason[:300]}
    kind, which = ("email", row.emailid) if row.emailid else ("outbox", row.outboxid)
    audit.record(session, actor, f"email.{row.phase}", kind, which, after=after, cause=row.businesskey)


def tell_email(session: Session, row: Outbox, moment: datetime) -> None:
    """Bring the email activity in line with its outbox row."""
    _tell_email(session, row.emailid, Phase(row.phase), moment)


def _closed(mailbox: Mailbox, moment: datetime) -> Nothing | None:
    if mailbox.emailrouteraccessapproval != AddressApproval.APPROVED:
        return Nothing(None, f"The address {mailbox.emailaddress} is not approved. Choose Approve Email.")
    if mailbox.outgoingemaildeliverymethod == DeliveryMethod.NONE:
        return Nothing(None, f"The mailbox {mailbox.emailaddress} does not send. Set its outgoing delivery method.")
    if mailbox.lw_pauseduntil is not None and mailbox.lw_pauseduntil > moment:
        return Nothing(mailbox.lw_pauseduntil, mailbox.lw_lasterror or "The mailbox is paused.")
    return None


def _due(session: Session, mailboxid: str, moment: datetime) -> list[Waiting]:
    columns = (
        Outbox.outboxid, Outbox.businesskey, Outbox.mailboxid, Outbox.leadid, Outbox.emailid, Outbox.agentid,
        Outbox.recipient, Outbox.purpose, Outbox.token, Outbox.recipienthash, Outbox.domainhash,
    )  # fmt: skip
    rows = session.execute(
        select(*columns)
        .where(Outbox.mailboxid == mailboxid, Outbox.phase == Phase.QUEUED, Outbox.dueat <= moment)
        .order_by(Outbox.dueat, Outbox.outboxid)
        .limit(_LOOK)
    )
    return [Waiting(*row[:9], (row.recipienthash, row.domainhash)) for row in rows]


def _next_due(session: Session, mailboxid: str) -> datetime | None:
    queued = (Outbox.mailboxid == mailboxid, Outbox.phase == Phase.QUEUED)
    return session.scalar(select(Outbox.dueat).where(*queued).order_by(Outbox.dueat).limit(1))


def _refusal(session: Session, waiting: Waiting, moment: datetime, checks: Sequence[Check]) -> Refusal | None:
    if (why := why_hash_suppressed(session, waiting.hashes, waiting.purpose)) is not None:
        return Refusal(Phase.SUPPRESSED, why)
    return next((r for r in (check(session, waiting, moment) for check in checks) if r is not None), None)


def _apply(session: Session, waiting: Waiting, refusal: Refusal, moment: datetime) -> None:
    values: dict[str, object] = {"phase": refusal.phase, "reason": refusal.reason}
    if refusal.phase is Phase.QUEUED:
        values["dueat"] = refusal.until or moment + timedelta(seconds=60)
    else:
        values["concludedon"] = moment
    if _change(session, waiting.outboxid, waiting.token, (Phase.QUEUED,), values):
        _tell_email(session, waiting.emailid, refusal.phase, moment)


def _take(session: Session, waiting: Waiting, worker: str, moment: datetime) -> Claimed | None:
    token, lease = waiting.token + 1, moment + CLAIM_LEASE
    values = {
        "phase": Phase.SENDING,
        "token": token,
        "worker": worker,
        "leaseuntil": lease,
        "claimedon": moment,
        "firsttriedon": func.coalesce(Outbox.firsttriedon, moment),
        "reason": "",
    }
    if not _change(session, waiting.outboxid, waiting.token, (Phase.QUEUED,), values):
        return None
    _tell_email(session, waiting.emailid, Phase.SENDING, moment)
    row = session.execute(
        select(Outbox.messageid, Outbox.sender, Outbox.recipient, Outbox.raw, Outbox.smtputf8).where(
            Outbox.outboxid == waiting.outboxid
        )
    ).one()
    return Claimed(waiting.outboxid, token, lease, Letter(*row))


def _store(session: Session, row: Outbox, outcome: Outcome, moment: datetime) -> None:
    row.reason, row.leaseuntil = outcome.words, moment
    match outcome.result:
        case Result.ACCEPTED:
            row.phase, row.spenton, row.concludedon = Phase.SENT, moment, moment
        case Result.REFUSED:
            row.phase, row.concludedon = Phase.FAILED, moment
        case Result.UNKNOWN:
            row.phase, row.spenton = Phase.UNKNOWN, moment
        case Result.MAILBOX:
            row.phase = Phase.QUEUED
            _pause(session, row.mailboxid, outcome, moment)
        case Result.STOPPED:
            row.phase = Phase.QUEUED
        case Result.LATER:
            _again(row, outcome, moment)


def _again(row: Outbox, outcome: Outcome, moment: datetime) -> None:
    row.attempts += 1
    if has_expired(row.firsttriedon or moment, moment):
        row.phase, row.concludedon = Phase.FAILED, moment
        row.reason = f"Given up after {row.attempts} tries in five days. The server said last: {outcome.words}"
        return
    wait = max(wait_before(row.attempts), timedelta(seconds=outcome.retry_after or 0))
    row.phase, row.dueat = Phase.QUEUED, moment + wait


def _pause(session: Session, mailboxid: str, outcome: Outcome, moment: datetime) -> None:
    session.execute(
        update(Mailbox)
        .where(Mailbox.mailboxid == mailboxid)
        .values(lw_pauseduntil=moment + PAUSE, lw_lasterror=outcome.words, lw_lasterroron=moment)
    )


def _move(session: Session, claimed: Claimed, phases: tuple[Phase, ...], **values: object) -> bool:
    return _change(session, claimed.outboxid, claimed.token, phases, values)


def _change(session: Session, outboxid: str, token: int, phases: tuple[Phase, ...], values: dict[str, object]) -> bool:
    """Compare and set: only while the row is in one of `phases` under this token."""
    done = session.execute(
        update(Outbox)
        .where(Outbox.outboxid == outboxid, Outbox.token == token, Outbox.phase.in_(phases))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


_EMAIL = {
    Phase.QUEUED: (EmailState.OPEN, EmailStatus.PENDING_SEND),
    Phase.SENDING: (EmailState.OPEN, EmailStatus.SENDING),
    Phase.SENT: (EmailState.COMPLETED, EmailStatus.SENT),
    Phase.FAILED: (EmailState.OPEN, EmailStatus.FAILED),
    Phase.SUPPRESSED: (EmailState.CANCELED, EmailStatus.CANCELED),
    Phase.CANCELLED: (EmailState.CANCELED, EmailStatus.CANCELED),
}


def _tell_email(session: Session, emailid: str | None, phase: Phase, moment: datetime) -> None:
    if emailid is None or phase not in _EMAIL:
        return
    state, status = _EMAIL[phase]
    session.execute(
        update(Email)
        .where(Email.activityid == emailid)
        .values(statecode=state, statuscode=status, modifiedon=moment)
        .execution_options(synchronize_session=False)
    )
