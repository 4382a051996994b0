"""Our copy of the mailbox record of Dynamics 365: the row that sending and reading mail go by. No rights here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.mailbox_kind import go_another_way, refuse_unsettled
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval, MailboxTest
from leadwright.errors import Conflict
from leadwright.mail.records import set_kind

_READ = (
    "emailrouteraccessapproval",
    "incomingemaildeliverymethod",
    "outgoingemaildeliverymethod",
    "incomingemailstatus",
    "outgoingemailstatus",
    "mailboxstatus",
)


def refuse_record(session: Session, mailboxid: str, address: str, kind: MailboxKind | None) -> None:
    """Refuse what cannot be kept; asked before anything is changed over there, and again when it is kept.

    Raises:
        Conflict: another mailbox here has the address, or it changes while the outcome of a mail is not known.
    """
    other = session.scalar(select(Mailbox).where(Mailbox.emailaddress == address, Mailbox.mailboxid != mailboxid))
    if other is not None:
        raise Conflict(f"The mailbox {other.name} of this installation has the address {address} already. Rename it.")
    row = session.get(Mailbox, mailboxid)
    if row is not None:
        refuse_unsettled(session, row, kind or MailboxKind(row.lw_kind), address)


def keep_record(
    session: Session, values: Mapping[str, Any], address: str, user: str, moment: datetime, kind: MailboxKind | None
) -> Mailbox:
    """Keep a record as Dataverse has it, with its own id, for an application user.

    Args:
        values: its columns by logical name.
        address: of the shared mailbox.
        kind: which of Microsoft's two ways the mail goes; None: as it goes now, at first through Dataverse.

    Raises:
        Conflict: another mailbox here has the address, or it changes while the outcome of a mail is not known.
    """
    mailboxid = str(values["mailboxid"])
    refuse_record(session, mailboxid, address, kind)
    for former in session.scalars(select(Mailbox).where(Mailbox.regardingobjectid == user)):
        if former.mailboxid != mailboxid:
            former.regardingobjectid = None
    row = session.get(Mailbox, mailboxid, with_for_update=True)
    if row is None:
        row = Mailbox(mailboxid=mailboxid, createdon=moment, name="", emailaddress=address)
        set_kind(row, kind or MailboxKind.DATAVERSE)
        session.add(row)
    go_another_way(session, row, kind or MailboxKind(row.lw_kind), address, moment)
    row.name = str(values.get("name") or address)[:160]
    row.regardingobjectid, row.modifiedon, row.lw_pauseduntil = user, moment, None
    note_state(row, values)
    session.flush()
    if session.get(MailboxMember, (mailboxid, user)) is None:
        session.add(MailboxMember(mailboxid=mailboxid, systemuserid=user))
        session.flush()
    return row


def note_state(row: Mailbox, values: Mapping[str, Any]) -> None:
    """Approval, delivery methods and statuses as they were read back."""
    for name in _READ:
        if values.get(name) is not None:
            setattr(row, name, int(values[name]))


def note_enabled(session: Session, mailboxid: str, moment: datetime) -> None:
    """Prerequisite 4 was just verified: the record is approved or need not be, and works in both directions."""
    row = session.get(Mailbox, mailboxid) if mailboxid else None
    if row is None:
        return
    row.emailrouteraccessapproval = AddressApproval.APPROVED
    row.incomingemailstatus = row.outgoingemailstatus = row.mailboxstatus = int(MailboxTest.SUCCESS)
    row.incomingemaildeliverymethod = row.outgoingemaildeliverymethod = 2
    row.testmailboxaccesscompletedon = row.testmailboxaccesscompletedon or moment
