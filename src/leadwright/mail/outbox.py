"""The outbox: written in the transaction that decides, its phase stored before the point of no return and after it.

Reliability first: a mail is never sent twice; when nobody knows whether it went out, it is looked up or held.
Functions here work in the caller's transaction and never talk to a server; `claim` takes the next mails, `sender`
sends them, `conclusion` stores what became of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Table, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from leadwright.db import audit, mirror_writes
from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailState, EmailStatus
from leadwright.errors import Conflict
from leadwright.mail.addresses import domain_of, hash_address, hash_domain
from leadwright.mail.mailbox import Letter
from leadwright.mail.suppression import share_recipients, whys_suppressed

DOT_LEASE = timedelta(seconds=660)  # the server has 600 s for its answer to the dot

Clock = Callable[[], datetime]

_ROWS, _EMAILS = cast(Table, Outbox.__table__), cast(Table, Email.__table__)
_COMMIT = (
    update(_ROWS)
    .where(_ROWS.c.outboxid.in_(bindparam("which", expanding=True)))
    .where(tuple_(_ROWS.c.outboxid, _ROWS.c.token).in_(bindparam("held", expanding=True)))  # alone it uses no index
    .where(_ROWS.c.phase == Phase.SENDING)
    .values(phase=Phase.COMMITTING, leaseuntil=bindparam("lease"))
    .returning(_ROWS.c.outboxid)
)
_SHOW = (
    update(_EMAILS)
    .where(_EMAILS.c.activityid.in_(bindparam("which", expanding=True)))
    .values(statecode=bindparam("state"), statuscode=bindparam("status"), modifiedon=bindparam("moment"))
)
_SHOW_SENT = _SHOW.values(senton=bindparam("moment"))


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


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the outbox without the mail itself."""

    outboxid: str
    token: int
    businesskey: str
    mailboxid: str
    emailid: str | None
    leadid: str | None
    agentid: str | None
    version: int
    messageid: str
    firsttriedon: datetime | None
    phase: str
    reason: str
    attempts: int
    dueat: datetime
    leaseuntil: datetime | None
    spenton: datetime | None
    concludedon: datetime | None
    askon: datetime | None


def put(session: Session, order: Order, moment: datetime) -> tuple[str, bool]:
    """Write the mail, in the transaction that decided it. The same key again changes nothing.

    One that Sent had under this key, and that nothing here knew of, is this mail from now on.

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
    found = session.scalar(select(Outbox).where(Outbox.businesskey == order.businesskey))
    if found is None:
        raise Conflict("The same mail was written by another process a moment ago. Try again.")
    if found.phase == Phase.SENT and found.emailid is None and order.emailid:
        found.leadid, found.emailid, found.purpose = order.leadid, order.emailid, order.purpose
        found.agentid, found.version = order.agentid, order.version
        show_found(session, found, moment)
    return found.outboxid, False


def show_found(session: Session, row: Outbox, moment: datetime) -> None:
    """The email activity of a mail that was decided again is that of its copy in Sent; an outside CRM has that one."""
    session.execute(update(Email).where(Email.activityid == row.emailid).values(messageid=row.messageid))
    with mirror_writes.arriving(session):
        show_on_email(session, row.emailid, Phase.SENT, moment)


def pass_the_point(session: Session, claimed: Claimed, clock: Clock) -> bool:
    """Store that the outcome is unknown from now on. False: do not send, the mail is not ours any more or suppressed.

    Commit the transaction before the server is given the last byte.
    """
    share_recipients(session, [claimed.hashes])
    return claimed.outboxid in pass_points(session, [claimed], clock)


def pass_points(session: Session, claims: Sequence[Claimed], clock: Clock) -> set[str]:
    """The same for several mails, whose recipients the caller has shared. Ids of those that may be sent."""
    whys = whys_suppressed(session, [(claimed.hashes, claimed.purpose) for claimed in claims]) if claims else []
    moment, held = clock(), []
    for claimed, why in zip(claims, whys, strict=True):
        if why is not None:
            _move(session, claimed, (Phase.SENDING,), phase=Phase.SUPPRESSED, reason=why, concludedon=moment)
            show_on_email(session, claimed.emailid, Phase.SUPPRESSED, moment)
        elif moment < claimed.leaseuntil:
            held.append((claimed.outboxid, claimed.token))
    asked = {"which": [which for which, _ in held], "held": held, "lease": moment + DOT_LEASE}
    return set(session.connection().execute(_COMMIT, asked).scalars()) if held else set()


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
    record_ends(session, [row], actor=actor)


def record_ends(session: Session, rows: Sequence[Outbox | Entry], *, actor: audit.Actor | None = None) -> None:
    """The audit entries of several."""
    writers = sorted({row.agentid for row in rows if row.agentid}) if actor is None else []
    named = select(Agent.agentid, Agent.agentuserid, Agent.name).where(Agent.agentid.in_(writers))
    found = session.execute(named) if writers else ()
    agents = {agent.agentid: audit.Actor(agent.agentuserid, "agent", agent.name) for agent in found}
    audit.record_acts(session, [_ending(row, actor or agents.get(row.agentid or "", audit.SYSTEM)) for row in rows])


def _ending(row: Outbox | Entry, actor: audit.Actor) -> audit.Act:
    after = {"messageid": row.messageid, "lead": row.leadid, "version": row.version, "server": row.reason[:300]}
    kind, which = ("email", row.emailid) if row.emailid else ("outbox", row.outboxid)
    return audit.Act(actor, f"email.{row.phase}", kind, which, after, row.businesskey)


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
    show_on_emails(session, [emailid] if emailid else [], phase, moment)


def show_on_emails(session: Session, emailids: Sequence[str], phase: Phase, moment: datetime) -> None:
    """The same for several."""
    if not emailids or phase not in _EMAIL:
        return
    state, status = _EMAIL[phase]
    shown = {"state": state, "status": status, "moment": moment}
    session.connection().execute(_SHOW_SENT if phase is Phase.SENT else _SHOW, {"which": sorted(emailids), **shown})
    if phase is Phase.SENT:
        mirror_writes.put_sent(session, sorted(emailids))
