"""Taking the next mail of a mailbox: once, under a lease, all that could forbid it checked in the same transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod
from leadwright.errors import LeadwrightError, NotFound
from leadwright.mail.mailbox import Letter
from leadwright.mail.outbox import Claimed, Clock, change, show_on_email
from leadwright.mail.pace import SKEW, next_place
from leadwright.mail.suppression import share_recipient, why_hash_suppressed

CLAIM_LEASE = timedelta(seconds=240)  # connecting, and everything before the dot
_UNCHECKED_WAIT = timedelta(seconds=300)
_LOOK = 20  # waiting mails looked at in one claim


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
class Nothing:
    """Nothing may be sent now; when to ask again (None: nothing waits) and why."""

    until: datetime | None
    why: str = ""


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


def _closed(mailbox: Mailbox, moment: datetime) -> Nothing | None:
    if mailbox.emailrouteraccessapproval != AddressApproval.APPROVED:
        return Nothing(None, f"The address {mailbox.emailaddress} is not approved. Choose Approve Email.")
    if mailbox.outgoingemaildeliverymethod == DeliveryMethod.NONE:
        return Nothing(None, f"The mailbox {mailbox.emailaddress} does not send. Set its outgoing delivery method.")
    ahead = mailbox.lw_lasterroron is not None and mailbox.lw_lasterroron > moment + SKEW  # by a clock that was wrong
    if mailbox.lw_pauseduntil is not None and mailbox.lw_pauseduntil > moment and not ahead:
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
        .order_by(Outbox.dueat)  # and nothing else: thousands wait for the same opening of a window
        .limit(_LOOK)
    )
    return [Waiting(*row[:9], (row.recipienthash, row.domainhash)) for row in rows]


def _next_due(session: Session, mailboxid: str) -> datetime | None:
    queued = (Outbox.mailboxid == mailboxid, Outbox.phase == Phase.QUEUED)
    return session.scalar(select(Outbox.dueat).where(*queued).order_by(Outbox.dueat).limit(1))


def _refusal(session: Session, waiting: Waiting, moment: datetime, checks: Sequence[Check]) -> Refusal | None:
    if (why := why_hash_suppressed(session, waiting.hashes, waiting.purpose)) is not None:
        return Refusal(Phase.SUPPRESSED, why)
    try:
        return next((r for r in (check(session, waiting, moment) for check in checks) if r is not None), None)
    except LeadwrightError as error:  # one mail that cannot be checked must not stop the others
        return Refusal(Phase.QUEUED, str(error), moment + _UNCHECKED_WAIT)


def _apply(session: Session, waiting: Waiting, refusal: Refusal, moment: datetime) -> None:
    values: dict[str, object] = {"phase": refusal.phase, "reason": refusal.reason}
    if refusal.phase is Phase.QUEUED:
        values["dueat"] = refusal.until or moment + timedelta(seconds=60)
    else:
        values["concludedon"] = moment
    if change(session, waiting.outboxid, waiting.token, (Phase.QUEUED,), values):
        show_on_email(session, waiting.emailid, refusal.phase, moment)


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
    row = session.execute(
        update(Outbox)
        .where(Outbox.outboxid == waiting.outboxid, Outbox.token == waiting.token, Outbox.phase == Phase.QUEUED)
        .values(values)
        .returning(Outbox.messageid, Outbox.sender, Outbox.recipient, Outbox.raw, Outbox.smtputf8)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    show_on_email(session, waiting.emailid, Phase.SENDING, moment)
    return Claimed(waiting.outboxid, token, lease, Letter(*row), waiting.hashes, waiting.purpose, waiting.emailid)
