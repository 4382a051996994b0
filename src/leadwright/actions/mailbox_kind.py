"""What is behind the agent's mailbox: shown, and changed while nothing is under way. Servers are set up elsewhere."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import agent_of
from leadwright.actions.prerequisite_rows import refuse_while_working, row_of, untick
from leadwright.db import audit
from leadwright.db.connection import platform_of
from leadwright.db.mail import MailArrival, Mailbox, MailboxFolder, Outbox
from leadwright.db.pages.mailboxes import mailboxid_of
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.mailbox_kind import LABELS, MailboxKind
from leadwright.domain.platform import Platform
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, require
from leadwright.mail.arrivals import VALIDITY
from leadwright.mail.backlog import forget_backlog
from leadwright.mail.fates import stuck
from leadwright.mail.intake import INBOX
from leadwright.mail.records import reset_test, set_kind
from leadwright.services import Services

_OVERLAP = timedelta(minutes=5)  # read again after a change: what came meanwhile
_UNSETTLED = (*IN_FLIGHT, Phase.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of mailbox, and why it cannot be chosen now; empty: it can."""

    kind: MailboxKind
    label: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind the agent's mailbox.

    Args:
        address: empty: there is no mailbox yet.
        waiting: mails its platform took and has had for long, and `said` what it says of them.
        own_application: it signs in with an application of its own.
    """

    address: str
    kind: MailboxKind
    platform: Platform
    choices: tuple[Choice, ...]
    waiting: int = 0
    said: str = ""
    trouble: str = ""
    notified_until: datetime | None = None
    own_application: bool = False


def what_is_behind(services: Services, who: Principal, agentid: str) -> Behind:
    """The kind of the agent's mailbox, and what else could be chosen.

    Raises:
        NotAllowed: prvReadAgent is missing.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        platform = platform_of(session)
        mailboxid = mailboxid_of(session, agentid)
        row = session.get(Mailbox, mailboxid) if mailboxid else None
        if row is None:
            return Behind("", MailboxKind.SMTP_IMAP, platform, ())
        count, said = stuck(session, row.mailboxid, services.clock())
        choices = tuple(Choice(k, LABELS[k], _why_not(row, k, platform)) for k in MailboxKind)
        return Behind(
            row.emailaddress, MailboxKind(row.lw_kind), platform, choices, count, said, row.lw_lasterror or "",
            row.lw_subscribeduntil if row.lw_subscriptionid else None,
            bool(row.lw_clientid) and row.lw_kind == MailboxKind.GRAPH,
        )  # fmt: skip


def choose_kind(services: Services, who: Principal, agentid: str, kind: str) -> None:
    """Let mail go another way from now on. The mailbox has to be tested again: prerequisite 4 loses its mark.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: no such kind, or one this mailbox cannot have.
        Conflict: there is no mailbox, the agent is working, or the outcome of a mail is not known yet.
    """
    require(who, "prvCreateMailbox")
    if kind not in set(MailboxKind):
        raise BadInput(f"Choose what is behind the mailbox: {', '.join(MailboxKind)}.", field="kind")
    with services.database.transaction() as session:
        refuse_while_working(agent_of(session, agentid))
        row = _mailbox(session, agentid)
        if row.lw_kind == kind:
            return
        if why := _why_not(row, MailboxKind(kind), platform_of(session)):
            raise BadInput(why, field="kind")
        before = {"lw_kind": row.lw_kind}
        go_another_way(session, row, MailboxKind(kind), row.emailaddress, services.clock())
        reset_test(row)
        named = row_of(session, agentid, 3)
        if "platform" in named.inputs:
            named.inputs = {**named.inputs, "mail": "graph" if kind == MailboxKind.GRAPH else ""}
        untick(row_of(session, agentid, 4))
        after = {"lw_kind": kind}
        audit.record(session, who.actor, "mailbox.kind_changed", "mailbox", row.mailboxid, before=before, after=after)


def go_another_way(session: Session, row: Mailbox, kind: MailboxKind, address: str, moment: datetime) -> None:
    """Give a mailbox another kind or address, and read on from now. Nothing changes when it has both already.

    Raises:
        Conflict: the outcome of a mail is not known yet.
    """
    if (row.lw_kind, row.emailaddress) == (kind, address):
        return
    refuse_unsettled(session, row, kind, address)
    set_kind(row, kind)
    row.emailaddress, row.modifiedon = address, moment
    row.lw_pauseduntil = row.lw_subscriptionid = row.lw_subscribeduntil = None
    _read_from_now(session, row.mailboxid, moment)


def refuse_unsettled(session: Session, row: Mailbox, kind: MailboxKind, address: str) -> None:
    """Refuse another kind or address while only the present one can tell what became of a mail.

    Raises:
        Conflict: the outcome of a mail is not known yet.
    """
    unsettled = exists().where(Outbox.mailboxid == row.mailboxid, Outbox.phase.in_(_UNSETTLED))
    if (row.lw_kind, row.emailaddress) != (kind, address) and session.scalar(select(unsettled)):
        raise Conflict(
            "Of a mail that was handed over it is not known yet whether it left; only the present way can tell. "
            "Wait until the outbox shows none, or decide about it there."
        )


def _mailbox(session: Session, agentid: str) -> Mailbox:
    mailboxid = mailboxid_of(session, agentid)
    row = session.get(Mailbox, mailboxid, with_for_update=True) if mailboxid else None
    if row is None:
        raise Conflict("There is no mailbox yet. Set up prerequisite 3 first.")
    return row


def _why_not(row: Mailbox, kind: MailboxKind, platform: Platform) -> str:
    if kind is MailboxKind.SMTP_IMAP:
        known = row.lw_smtphost and row.lw_imaphost
        return "" if known else "Its servers are not known. Enter them under Set up of prerequisite 3."
    if platform is Platform.DYNAMICS365:
        return ""
    if kind is MailboxKind.DATAVERSE:
        return "Dynamics 365 is not connected. Connect it first."
    if row.lw_clientid and row.lw_sealedclientsecret and row.lw_tenant:
        return ""
    return "No application of Microsoft is known for it. Set the mailbox up through Microsoft Graph first."


def _read_from_now(session: Session, mailboxid: str, moment: datetime) -> None:
    """What was read before the change is not read again under other numbers, and what was numbered is not asked for."""
    row = session.get(MailboxFolder, (mailboxid, INBOX))
    if row is None:
        return
    numbered = select(func.max(MailArrival.uid)).where(MailArrival.mailboxid == mailboxid, MailArrival.folder == INBOX)
    last = session.scalar(numbered) or 0
    row.place = json.dumps({"since": (moment - _OVERLAP).isoformat()})
    row.uidvalidity, row.lastuid, row.sorting, row.readon = VALIDITY if last else 0, last, False, None
    forget_backlog(session, mailboxid, INBOX, 0)
