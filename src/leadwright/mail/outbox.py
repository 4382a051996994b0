"""The outbox: written in the transaction that decides, its phase stored before the point of no return and after it.

Reliability first: a mail is never sent twice; when nobody knows whether it went out, it is looked up or held.
Functions here work in the caller's transaction and never talk to a server; `claim` takes the next mail, `sender` sends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, defer

from leadwright.db import audit
from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import IN_FLIGHT, Phase, has_expired, wait_before
from leadwright.domain.optionsets import EmailState, EmailStatus
from leadwright.domain.plain_text import storable
from leadwright.errors import Conflict
from leadwright.mail.addresses import domain_of, hash_address, hash_domain
from leadwright.mail.mailbox import Letter, Outcome, Result
from leadwright.mail.suppression import share_recipient, why_hash_suppressed

DOT_LEASE = timedelta(seconds=660)  # the server has 600 s for its answer to the dot
PAUSE = timedelta(seconds=300)  # of a mailbox after trouble that every mail would meet

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
class Claimed:
    """A mail that this worker alone may send, until the lease ends.

    Args:
        hashes: of recipient and domain, as in suppression.
        purpose: scope of suppression.
    """

    outboxid: str
    token: int
    leaseuntil: datetime
    letter: Letter
    hashes: tuple[str, str]
    purpose: str
    emailid: str | None


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
        show_on_email(session, order.emailid, Phase.QUEUED, moment)
        return made, True
    found = session.scalar(select(Outbox.outboxid).where(Outbox.businesskey == order.businesskey))
    if found is None:
        raise Conflict("The same mail was written by another process a moment ago. Try again.")
    return found, False


def pass_the_point(session: Session, claimed: Claimed, clock: Clock) -> bool:
    """Store that the outcome is unknown from now on. False: do not send, the mail is not ours any more or suppressed.

    Commit the transaction before the server is given the last byte.
    """
    share_recipient(session, claimed.hashes)
    moment = clock()
    why = why_hash_suppressed(session, claimed.hashes, claimed.purpose)
    if why is not None:
        _move(session, claimed, (Phase.SENDING,), phase=Phase.SUPPRESSED, reason=why, concludedon=moment)
        show_on_email(session, claimed.emailid, Phase.SUPPRESSED, moment)
        return False
    if moment >= claimed.leaseuntil:
        return False
    return _move(session, claimed, (Phase.SENDING,), phase=Phase.COMMITTING, leaseuntil=moment + DOT_LEASE)


def conclude(session: Session, claimed: Claimed, outcome: Outcome, moment: datetime) -> Phase | None:
    """Store what became of the attempt. None: the mail is not ours any more, and nothing was stored. Safe to repeat."""
    row = session.get(
        Outbox, claimed.outboxid, populate_existing=True, with_for_update=True, options=[defer(Outbox.raw)]
    )
    if row is None or row.token != claimed.token:
        return None
    if row.phase == Phase.SENT and outcome.result is Result.ACCEPTED:
        return Phase.SENT  # stored before, though the answer to the commit never came
    late = outcome.result is Result.ACCEPTED and row.phase in (Phase.UNKNOWN, Phase.HELD, Phase.QUEUED)
    if row.phase not in IN_FLIGHT and not late:
        return None
    if outcome.result is Result.STOPPED and row.phase == Phase.COMMITTING:
        outcome = Outcome(Result.LATER, outcome.words)  # the point was stored, the last byte was not sent
    _store(session, row, outcome, moment)
    show_on_email(session, row.emailid, Phase(row.phase), moment)
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
        show_on_email(session, row.emailid, Phase.CANCELLED, moment)
    return len(rows)


def record_end(session: Session, row: Outbox, *, actor: audit.Actor | None = None) -> None:
    """The audit entry of a mail that went out or failed."""
    if actor is None:
        named = select(Agent.agentuserid, Agent.name).where(Agent.agentid == row.agentid)
        agent = session.execute(named).first() if row.agentid else None
        actor = audit.Actor(agent.agentuserid, "agent", agent.name) if agent else audit.SYSTEM
    after = {"messageid": row.messageid, "lead": row.leadid, "version": row.version, "server": row.reason[:300]}
    kind, which = ("email", row.emailid) if row.emailid else ("outbox", row.outboxid)
    audit.record(session, actor, f"email.{row.phase}", kind, which, after=after, cause=row.businesskey)


def _store(session: Session, row: Outbox, outcome: Outcome, moment: datetime) -> None:
    row.reason, row.leaseuntil = storable(outcome.words), moment
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
        row.reason = f"Given up after {row.attempts} tries in five days. The server said last: {row.reason}"
        return
    wait = max(wait_before(row.attempts), timedelta(seconds=outcome.retry_after or 0))
    row.phase, row.dueat = Phase.QUEUED, moment + wait


def _pause(session: Session, mailboxid: str, outcome: Outcome, moment: datetime) -> None:
    session.execute(
        update(Mailbox)
        .where(Mailbox.mailboxid == mailboxid)
        .values(lw_pauseduntil=moment + PAUSE, lw_lasterror=storable(outcome.words), lw_lasterroron=moment)
    )


def _move(session: Session, claimed: Claimed, phases: tuple[Phase, ...], **values: object) -> bool:
    return change(session, claimed.outboxid, claimed.token, phases, values)


def change(session: Session, outboxid: str, token: int, phases: tuple[Phase, ...], values: dict[str, object]) -> bool:
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


def show_on_email(session: Session, emailid: str | None, phase: Phase, moment: datetime) -> None:
    """Bring the email activity in line with the phase of its outbox row."""
    if emailid is None or phase not in _EMAIL:
        return
    state, status = _EMAIL[phase]
    left = {"senton": moment} if phase is Phase.SENT else {}
    session.execute(
        update(Email)
        .where(Email.activityid == emailid)
        .values(statecode=state, statuscode=status, modifiedon=moment, **left)
        .execution_options(synchronize_session=False)
    )
