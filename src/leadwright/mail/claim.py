"""Taking the next mails of a mailbox: each once, under a lease, all that could forbid it checked in the transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, select, tuple_, update
from sqlalchemy.orm import Session

from leadwright.db.base import Moment
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod
from leadwright.errors import LeadwrightError, NotFound
from leadwright.mail.mailbox import Letter
from leadwright.mail.outbox import Claimed, Clock, change, show_on_email, show_on_emails
from leadwright.mail.pace import SKEW, free_places
from leadwright.mail.suppression import share_free_recipients, share_recipients, whys_suppressed

CLAIM_LEASE = timedelta(seconds=240)  # connecting, and everything before the dot
_UNCHECKED_WAIT = timedelta(seconds=300)
_LOOK = 20  # waiting mails looked at in one claim
_OUTBOX, _BOXES = cast(Table, Outbox.__table__), cast(Table, Mailbox.__table__).c
_ROWS = _OUTBOX.c
_MAILBOX = (
    select(
        _BOXES.mailboxid, _BOXES.emailaddress, _BOXES.emailrouteraccessapproval,
        _BOXES.outgoingemaildeliverymethod, _BOXES.lw_pauseduntil, _BOXES.lw_lasterror, _BOXES.lw_lasterroron,
        _BOXES.lw_perminute, _BOXES.lw_perday, _BOXES.lw_atonce,
    )
    .where(_BOXES.mailboxid == bindparam("whose"))
    .with_for_update(key_share=True)
)  # fmt: skip
_DUE = (
    select(
        _ROWS.outboxid, _ROWS.businesskey, _ROWS.mailboxid, _ROWS.leadid, _ROWS.emailid, _ROWS.agentid,
        _ROWS.recipient, _ROWS.purpose, _ROWS.token, _ROWS.recipienthash, _ROWS.domainhash,
    )
    .where(
        _ROWS.mailboxid == bindparam("whose"), _ROWS.phase == Phase.QUEUED,
        _ROWS.dueat <= bindparam("moment", type_=Moment),
    )
    .order_by(_ROWS.dueat)  # and nothing else: thousands wait for the same opening of a window
    .limit(_LOOK)
)  # fmt: skip
_FREE_LEADS = (
    select(Lead.leadid)
    .where(Lead.leadid.in_(bindparam("which", expanding=True)))
    .with_for_update(read=True, skip_locked=True)
)
_TAKE = (
    update(_OUTBOX)
    .where(_ROWS.outboxid.in_(bindparam("which", expanding=True)))
    .where(tuple_(_ROWS.outboxid, _ROWS.token).in_(bindparam("held", expanding=True)))  # alone it uses no index
    .where(_ROWS.phase == Phase.QUEUED)
    .values(
        phase=Phase.SENDING,
        token=_ROWS.token + 1,
        worker=bindparam("name"),
        leaseuntil=bindparam("lease"),
        claimedon=bindparam("moment"),
        firsttriedon=func.coalesce(_ROWS.firsttriedon, bindparam("moment", type_=Moment)),
        reason="",
    )
    .returning(
        _ROWS.outboxid, _ROWS.messageid, _ROWS.sender, _ROWS.recipient, _ROWS.raw, _ROWS.smtputf8,
        func.coalesce(_ROWS.emailid, ""), func.coalesce(_ROWS.leadid, ""),
    )
)  # fmt: skip


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
    """Take the next mail of this mailbox that may go out, or say when to ask again. See `claim_some`."""
    claims = claim_some(session, mailboxid, 1, worker=worker, clock=clock, checks=checks)
    return claims if isinstance(claims, Nothing) else claims[0]


def claim_some(
    session: Session, mailboxid: str, most: int, *, worker: str, clock: Clock, checks: Sequence[Check] = ()
) -> list[Claimed] | Nothing:
    """Take the next mails of this mailbox that may go out, at most so many, or say when to ask again.

    Suppression, the mailbox and its pace are always checked, `checks` besides, for each mail and all in this
    transaction. Locks are taken in one order: mailbox, recipient, whatever the checks lock, the row itself. They are
    waited for until one mail is taken; the others are taken only as far as nobody holds theirs, so that nobody ever
    waits for us while we wait for him.
    """
    mailbox = session.connection().execute(_MAILBOX, {"whose": mailboxid}).first()
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    if (closed := _closed(mailbox, clock())) is not None:
        return closed
    places, later = free_places(session, mailbox, clock(), most)
    if later is not None:
        return Nothing(later, "The mailbox sends as fast as it may.")
    due = _due(session, mailboxid, clock())
    if not due:
        return Nothing(_next_due(session, mailboxid))
    taking = _Taking(session, worker, clock, tuple(checks))
    free = _hold(session, due[:places])
    taking.take(free, places)
    for waiting in (waiting for waiting in due if waiting not in free):
        if taking.claims:
            break
        share_recipients(session, [waiting.hashes])
        taking.take([waiting], 1)
    show_on_emails(session, [c.emailid for c in taking.claims if c.emailid], Phase.SENDING, clock())
    return taking.claims or Nothing(clock())


def _hold(session: Session, due: Sequence[Waiting]) -> list[Waiting]:
    """Lock what the checks of these mails read: waiting for the first, and of the others what is free at once."""
    first, others = due[0], due[1:]
    share_recipients(session, [first.hashes])
    if not others:
        return [first]
    recipients = share_free_recipients(session, [waiting.hashes for waiting in others])
    wanted = sorted({waiting.leadid for waiting in others if waiting.leadid})
    leads = set(session.scalars(_FREE_LEADS, {"which": wanted})) if wanted else set()
    return [first, *(w for w in others if w.hashes in recipients and (w.leadid is None or w.leadid in leads))]


@dataclass
class _Taking:
    """One claim under way.

    Args:
        claims: what was taken so far.
    """

    session: Session
    worker: str
    clock: Clock
    checks: tuple[Check, ...]
    claims: list[Claimed] = field(default_factory=list)

    def take(self, due: Sequence[Waiting], most: int) -> None:
        """Check each, then take or refuse it. Their recipients are shared."""
        whys = whys_suppressed(self.session, [(waiting.hashes, waiting.purpose) for waiting in due])
        wanted: list[Waiting] = []
        for waiting, why in zip(due, whys, strict=True):
            if len(self.claims) + len(wanted) == most:
                break
            moment = self.clock()
            refusal = Refusal(Phase.SUPPRESSED, why) if why is not None else self._refusal(waiting, moment)
            if refusal is not None:
                _apply(self.session, waiting, refusal, moment)
                continue
            wanted.append(waiting)
            if self.checks:  # the check of the next one counts it: few a day to one company
                self.claims += _take(self.session, wanted, self.worker, moment)
                wanted = []
        if wanted:
            self.claims += _take(self.session, wanted, self.worker, self.clock())

    def _refusal(self, waiting: Waiting, moment: datetime) -> Refusal | None:
        try:
            asked = (check(self.session, waiting, moment) for check in self.checks)
            return next((refusal for refusal in asked if refusal is not None), None)
        except LeadwrightError as error:  # one mail that cannot be checked must not stop the others
            return Refusal(Phase.QUEUED, str(error), moment + _UNCHECKED_WAIT)


def _closed(mailbox: Row[*tuple[Any, ...]], moment: datetime) -> Nothing | None:
    if mailbox.emailrouteraccessapproval != AddressApproval.APPROVED:
        return Nothing(None, f"The address {mailbox.emailaddress} is not approved. Choose Approve Email.")
    if mailbox.outgoingemaildeliverymethod == DeliveryMethod.NONE:
        return Nothing(None, f"The mailbox {mailbox.emailaddress} does not send. Set its outgoing delivery method.")
    ahead = mailbox.lw_lasterroron is not None and mailbox.lw_lasterroron > moment + SKEW  # by a clock that was wrong
    if mailbox.lw_pauseduntil is not None and mailbox.lw_pauseduntil > moment and not ahead:
        return Nothing(mailbox.lw_pauseduntil, mailbox.lw_lasterror or "The mailbox is paused.")
    return None


def _due(session: Session, mailboxid: str, moment: datetime) -> list[Waiting]:
    rows = session.connection().execute(_DUE, {"whose": mailboxid, "moment": moment})
    return [Waiting(*row[:9], (row.recipienthash, row.domainhash)) for row in rows]


def _next_due(session: Session, mailboxid: str) -> datetime | None:
    queued = (Outbox.mailboxid == mailboxid, Outbox.phase == Phase.QUEUED)
    return session.scalar(select(Outbox.dueat).where(*queued).order_by(Outbox.dueat).limit(1))


def _apply(session: Session, waiting: Waiting, refusal: Refusal, moment: datetime) -> None:
    values: dict[str, object] = {"phase": refusal.phase, "reason": refusal.reason}
    if refusal.phase is Phase.QUEUED:
        values["dueat"] = refusal.until or moment + timedelta(seconds=60)
    else:
        values["concludedon"] = moment
    if change(session, waiting.outboxid, waiting.token, (Phase.QUEUED,), values):
        show_on_email(session, waiting.emailid, refusal.phase, moment)


def _take(session: Session, wanted: Sequence[Waiting], worker: str, moment: datetime) -> list[Claimed]:
    """Those of them that are still as they were read."""
    lease = moment + CLAIM_LEASE
    which = {"which": [w.outboxid for w in wanted], "held": [(w.outboxid, w.token) for w in wanted]}
    rows = session.connection().execute(_TAKE, {**which, "name": worker, "lease": lease, "moment": moment})
    letters = {row.outboxid: Letter(*row[1:]) for row in rows}
    return [
        Claimed(w.outboxid, w.token + 1, lease, letters[w.outboxid], w.hashes, w.purpose, w.emailid)
        for w in wanted
        if w.outboxid in letters
    ]
