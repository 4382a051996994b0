"""After a restore of an older backup: what Sent has and our tables do not know is learned from it before mails go out.

A copy in Sent names its mail by Message-ID, and by the business key sealed in its link to unsubscribe. Neither a mail
that waits in the backup goes out again, nor one that is decided again because the backup is older than its decision:
the copy is that mail, and what waits for it goes on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.bulk import one_of
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.domain.personal_mail import PURPOSE
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput
from leadwright.mail.addresses import domain_of, hash_address, hash_domain
from leadwright.mail.mailbox import Mailbox, SentCopy
from leadwright.mail.outbox import Clock, record_end, show_found, show_on_email

_FOUND = "Found in the Sent folder. The database did not know: it was restored from an older backup."
_AGAIN = f"{_FOUND} What went out are the words of the copy there."
_TO_SEND = (Phase.QUEUED, Phase.SENDING)
_NOT_SENT = (*_TO_SEND, Phase.UNKNOWN, Phase.HELD)
_DECIDED_AGAIN = (Phase.QUEUED, Phase.CANCELLED)
_DAY = timedelta(days=1)
_AT_ONCE = 500  # copies looked up with one question
_log = structlog.get_logger(__name__)


def learn_from_sent(database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock) -> int:
    """Look through what Sent got since the last mail we know to have left. How many were learned. Safe to repeat.

    What is decided says nothing of that: after a restore much is decided again before Sent is asked.

    Raises:
        MailError: the Sent folder could not be asked.
    """
    with database.reading() as session:
        mine = Outbox.mailboxid == mailboxid
        made = session.scalar(select(MailboxRow.createdon).where(MailboxRow.mailboxid == mailboxid))
        left = session.scalar(select(func.max(Outbox.spenton)).where(mine, Outbox.phase == Phase.SENT))
        waiting = session.scalar(select(func.min(Outbox.createdon)).where(mine, Outbox.phase.in_(_TO_SEND)))
    known = [moment for moment in (left or made, waiting) if moment is not None]
    if not known:
        return 0
    learned = 0
    copies = mailbox.sent_since(min(known) - _DAY)
    while some := list(islice(copies, _AT_ONCE)):
        for copy in _unknown(database, some):
            with database.transaction() as session:
                learned += _learn(session, mailboxid, copy, clock())
    if learned:
        _log.warning("mails in Sent were not known here: restored from an older backup?", mails=learned)
    return learned


def _unknown(database: Database, copies: Sequence[SentCopy]) -> list[SentCopy]:
    """Those whose mail is not known to have been sent, and those of no mail that is known at all."""
    named, activities = [c.messageid for c in copies], [c.emailid for c in copies if c.emailid]
    with database.reading() as session:
        mine = one_of(session, Outbox.messageid, named)
        if activities:
            mine = or_(mine, one_of(session, Outbox.emailid, activities))
        known = session.execute(select(Outbox.messageid, Outbox.emailid, Outbox.phase).where(mine)).all()
    phases = {row.emailid: row.phase for row in known if row.emailid} | {row.messageid: row.phase for row in known}
    found = [(copy, phases.get(copy.messageid) or phases.get(copy.emailid)) for copy in copies]
    return [copy for copy, phase in found if phase in _NOT_SENT or (phase is None and copy.businesskey)]


def _learn(session: Session, mailboxid: str, copy: SentCopy, moment: datetime) -> bool:
    row, reason = _locked(session, _is(copy)), _FOUND
    if row is None and (again := _locked(session, Outbox.businesskey == copy.businesskey)):
        if again.phase not in _DECIDED_AGAIN:
            return False
        again.messageid, again.raw = copy.messageid, copy.head
        row, reason = again, _AGAIN
        show_found(session, row, moment)
    elif row is None:
        row, reason = _made(session, mailboxid, copy, moment), _AGAIN
        if row is None:
            return False
        session.add(row)
        session.flush()
    elif row.phase not in _NOT_SENT:
        return False
    else:
        show_on_email(session, row.emailid, Phase.SENT, moment)
    row.phase, row.reason, row.concludedon, row.filedon = Phase.SENT, reason, moment, moment
    row.spenton = row.spenton or copy.filed or moment
    record_end(session, row)
    return True


def _made(session: Session, mailboxid: str, copy: SentCopy, moment: datetime) -> Outbox | None:
    """A row for a mail of which nothing else is left. Its writer is the mailbox's agent, unless a person was."""
    try:
        hashes = hash_address(copy.recipient), hash_domain(domain_of(copy.recipient))
    except BadInput:
        return None
    purpose = copy.businesskey.partition(":")[0]
    return Outbox(
        outboxid=new_id(),
        businesskey=copy.businesskey,
        mailboxid=mailboxid,
        agentid=_agent_of(session, mailboxid) if purpose != PURPOSE else None,
        messageid=copy.messageid,
        sender=copy.sender,
        recipient=copy.recipient,
        recipienthash=hashes[0],
        domainhash=hashes[1],
        raw=copy.head,
        createdon=copy.filed or moment,
        dueat=copy.filed or moment,
    )


def _agent_of(session: Session, mailboxid: str) -> str | None:
    """The agent that writes from this mailbox; one that is archived only where there is no other."""
    query = (
        select(Agent.agentid)
        .join(MailboxRow, MailboxRow.regardingobjectid == Agent.agentuserid)
        .where(MailboxRow.mailboxid == mailboxid)
        .order_by(Agent.state == AgentState.ARCHIVED, Agent.createdon.desc())
    )
    return session.scalar(query.limit(1))


def _is(copy: SentCopy) -> ColumnElement[bool]:
    """The row of this copy: by its activity where the platform keeps one, since it chose the Message-ID itself."""
    known = Outbox.messageid == copy.messageid
    return or_(known, Outbox.emailid == copy.emailid) if copy.emailid else known


def _locked(session: Session, which: object) -> Outbox | None:
    query = select(Outbox).where(which).with_for_update()  # type: ignore[arg-type]
    return session.scalar(query.execution_options(populate_existing=True))
