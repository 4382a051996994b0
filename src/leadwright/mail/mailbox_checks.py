"""The checks of prerequisites 3 and 4: is there a shared mailbox, may we use it, is its record approved and tested.

Signs in at the mail servers, sends nothing and changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.db.people import SystemUser
from leadwright.domain.mailbox_kind import LABELS, MailboxKind
from leadwright.domain.optionsets import AddressApproval, MailboxTest
from leadwright.domain.prerequisites import BY_NUMBER, Check
from leadwright.errors import LeadwrightError
from leadwright.mail.mailbox import Access
from leadwright.mail.records import open_mailbox
from leadwright.mail.unsubscribe import Seals
from leadwright.microsoft.connection import Connected
from leadwright.microsoft.tenant_wide import ANYBODY, TAKE_AWAY

SERVER_SECONDS = 10.0  # for one answer, while a person or the schedule waits
_NOT_RUN = "Not run, because a check above did not pass."
_SERVERS = "Check host, port, security, user and password under Set up, or the mailbox on its server."


def check_mailbox(
    installation: Connected, vault: Seals, number: int, inputs: Mapping[int, Mapping[str, Any]]
) -> list[Check]:
    """Every check of prerequisite 3 or 4, in order; those after one that stops them say that they were not run.

    Args:
        inputs: prerequisite number -> what was set up: 2 ``systemuserid``; 3 and 4 ``mailboxid``, ``emailaddress``.
    """
    user = str(inputs.get(2, {}).get("systemuserid") or "")
    with installation.database.reading() as session:
        mailbox = session.get(Mailbox, str(inputs.get(number, {}).get("mailboxid") or ""))
        if number == 3:
            checks = _shared(session, mailbox, user)
        else:
            checks = _recorded(session, mailbox, user, str(inputs.get(3, {}).get("emailaddress") or ""))
    if mailbox is not None and all(c.passed for c in checks):
        access = _access(mailbox, vault, installation)
        checks += _on_the_server(mailbox, access) if number == 3 else [_sign_in(mailbox, access)]
    seen = {c.name for c in checks}
    return [*checks, *(Check(name, None, _NOT_RUN) for name in BY_NUMBER[number].verifies if name not in seen)]


def _shared(session: Session, mailbox: Mailbox | None, user: str) -> list[Check]:
    if mailbox is None:
        return [Check("Shared mailbox", False, "No shared mailbox is set up.", "Enter it under Set up.")]
    address = mailbox.emailaddress
    owner = session.scalar(select(SystemUser.fullname).where(SystemUser.internalemailaddress == address))
    if owner is not None:
        found = f"{address} is the address of {owner}, not a shared mailbox."
        return [Check("Shared mailbox", False, found, "Use an address that belongs to nobody alone.")]
    checks = [Check("Shared mailbox", True, f"{mailbox.name}, {address}, is the address of no single person.")]
    if not user:
        return [*checks, Check("Member", False, "There is no application user.", "Finish prerequisite 2 first.")]
    name = session.scalar(select(SystemUser.fullname).where(SystemUser.systemuserid == user)) or user
    if session.get(MailboxMember, (mailbox.mailboxid, user)) is None:
        return [*checks, Check("Member", False, f"{name} is not a member of {address}.", f"Tick {name} as a member.")]
    if others := _other_memberships(session, mailbox.mailboxid, user):
        member = Check("Member", True, f"{name} is a member of this mailbox.")
        found = f"{name} is also a member of {others} other mailbox{'es' if others > 1 else ''}."
        return [
            *checks,
            member,
            Check("No other mailbox", False, found, "Set this mailbox up once more: it leaves the others."),
        ]
    return [*checks, Check("Member", True, f"{name} is a member of this mailbox and of no other.")]


def _other_memberships(session: Session, mailboxid: str, user: str) -> int:
    member = (MailboxMember.systemuserid == user, MailboxMember.mailboxid != mailboxid)
    return session.scalar(select(func.count()).select_from(MailboxMember).where(*member)) or 0


def _access(mailbox: Mailbox, vault: Seals, installation: Connected) -> Access:
    try:
        opened = open_mailbox(mailbox, vault, timeout=SERVER_SECONDS, installation=installation)
        try:
            return opened.try_access()
        finally:
            opened.close()
    except LeadwrightError as error:  # a server or the key to the password is missing
        return Access(str(error), "", str(error))


def _on_the_server(mailbox: Mailbox, access: Access) -> list[Check]:
    address, (smtp, imap) = mailbox.emailaddress, _servers(mailbox)
    if access.send_as:
        checks = [Check("Send as", False, _ended(access.send_as), _SERVERS)]
    elif access.address:
        checks = [
            Check("Send as", True, f"{smtp} takes mail from {address}."),
            Check(
                "Address", False, _ended(access.address), "Create the mailbox on its server, or correct the address."
            ),
        ]
    elif access.may_send:
        checks = [
            Check("Send as", True, f"{smtp} takes mail from {address} after signing in."),
            Check("Address", True, f"{smtp} takes mail for {address}."),
        ]
    else:
        found = (
            f"{smtp} takes drafts of {address}. Whether it sends them, Test & Enable Mailbox shows (prerequisite 4)."
        )
        checks = [Check("Send as", True, found), Check("Address", True, f"{smtp} has the mailbox {address}.")]
    if access.read:
        return [*checks, Check("Read", False, _ended(access.read), _SERVERS)]
    return [*checks, Check("Read", True, f"{imap} opens the INBOX of {address}."), _others(access)]


def _servers(mailbox: Mailbox) -> tuple[str, str]:
    """Who takes mail, and who shows it, for sentences."""
    if mailbox.lw_kind != MailboxKind.SMTP_IMAP:
        return (LABELS[MailboxKind(mailbox.lw_kind)].partition(",")[0],) * 2
    return f"{mailbox.lw_smtphost}:{mailbox.lw_smtpport}", f"{mailbox.lw_imaphost}:{mailbox.lw_imapport}"


def _others(access: Access) -> Check:
    if access.as_anybody:
        return Check("No other mailbox", False, ANYBODY, TAKE_AWAY)
    if access.others is None:
        return Check(
            "No other mailbox",
            None,
            "The server does not say which other mailboxes this sign-in can read.",
            "Look at the account on the server; then a System Administrator may attest it.",
        )
    if access.others:
        found = f"The sign-in also reads {len(access.others)} folder(s) of other people, such as {access.others[0]}."
        return Check("No other mailbox", False, found, "Take these rights away from the account on the server.")
    return Check("No other mailbox", True, "The server shows no folder of anybody else to this sign-in.")


def _recorded(session: Session, mailbox: Mailbox | None, user: str, shared: str) -> list[Check]:
    if mailbox is None:
        remedy = "Choose it under Set up."
        return [Check("Mailbox record", False, "No mailbox record is chosen for the application user.", remedy)]
    name = session.scalar(select(SystemUser.fullname).where(SystemUser.systemuserid == user)) if user else None
    if name is None or mailbox.regardingobjectid != user:
        found = f"The record of {mailbox.emailaddress} is not the one of the application user."
        return [Check("Mailbox record", False, found, "Set this prerequisite up again.")]
    if mailbox.emailaddress != shared:
        found = f"The record has the address {mailbox.emailaddress}, the shared mailbox is {shared or 'not set up'}."
        return [Check("Mailbox record", False, found, "Replace the address under Set up.")]
    checks = [Check("Mailbox record", True, f"The mailbox record of {name} has the address {shared}.")]
    if mailbox.emailrouteraccessapproval != AddressApproval.APPROVED:
        return [*checks, Check("Approved", False, f"The address {shared} is not approved.", "Choose Approve Email.")]
    checks.append(Check("Approved", True, f"The address {shared} is approved."))
    when = mailbox.testmailboxaccesscompletedon
    out = _tested("Outgoing", mailbox.outgoingemailstatus, mailbox.lw_outgoingwords, when)
    return [*checks, out, _tested("Incoming", mailbox.incomingemailstatus, mailbox.lw_incomingwords, when)]


def _tested(name: str, status: int, words: str, when: datetime | None) -> Check:
    moment = f"{when:%Y-%m-%d %H:%M} UTC" if when else "never"
    if status == MailboxTest.SUCCESS:
        what = "The test message went out" if name == "Outgoing" else "The test message came back in"
        return Check(name, True, f"Success, {moment}. {what}.")
    if status == MailboxTest.FAILURE:
        return Check(name, False, f"Failure, {moment}. {_ended(words)}", _SERVERS)
    return Check(name, False, "Not run.", "Choose Test & Enable Mailbox.")


def _sign_in(mailbox: Mailbox, access: Access) -> Check:
    if trouble := access.send_as or access.read:
        return Check("Sign-in", False, _ended(trouble), _SERVERS)
    smtp, imap = _servers(mailbox)
    who = smtp if smtp == imap else f"{mailbox.lw_smtphost} and {mailbox.lw_imaphost}"
    return Check("Sign-in", True, f"{who} {'lets' if smtp == imap else 'let'} the application in.")


def _ended(words: str) -> str:
    """The server's words as a sentence, so that what to do can follow."""
    return words if words.endswith((".", "!", "?")) else f"{words}."
