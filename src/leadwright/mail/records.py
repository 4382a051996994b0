"""From a mailbox record to the mailbox itself: servers, sign-in and DKIM key, secrets opened only when needed."""

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from leadwright.db.mail import Mailbox
from leadwright.domain.mailbox_kind import MailboxKind, files_what_it_sends, lies_at_microsoft
from leadwright.domain.optionsets import AddressApproval, MailboxTest
from leadwright.errors import BadInput
from leadwright.mail.addresses import domain_of
from leadwright.mail.dkim import DkimKey, load_key
from leadwright.mail.login import Login, Security, Server
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.mailbox import Trip
from leadwright.mail.oauth import PROVIDERS, Application, Tokens
from leadwright.mail.platform_records import open_platform_mailbox
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.mail.unsubscribe import Seals
from leadwright.microsoft.connection import Connected


def open_mailbox(
    row: Mailbox, vault: Seals, *, timeout: float = 60.0, installation: Connected | None = None
) -> MailboxPort:
    """The mailbox of a record, by its kind.

    Args:
        timeout: seconds for one answer.
        installation: whose connection to Microsoft is used, where the mailbox lies there.

    Raises:
        BadInput: a server is missing, or who gives the tokens.
        Conflict: the mailbox lies at Microsoft, and there is no connection to it.
    """
    if lies_at_microsoft(row.lw_kind):
        if installation is None:
            raise BadInput(f"The mailbox {row.emailaddress} can only be opened where the connection to Microsoft is.")
        return open_platform_mailbox(row, vault, installation, timeout=timeout)
    if not row.lw_smtphost or not row.lw_imaphost:
        raise BadInput(f"The mailbox {row.emailaddress} lacks its servers. Give the host of SMTP and of IMAP.")
    return SmtpImapMailbox(
        row.emailaddress,
        smtp=Server(row.lw_smtphost, row.lw_smtpport, cast(Security, row.lw_smtpsecurity), timeout=timeout),
        imap=Server(row.lw_imaphost, row.lw_imapport, cast(Security, row.lw_imapsecurity), timeout=timeout),
        login=_login(row, vault),
        sent=row.lw_sentfolder,
        seals=vault,
    )


def seal_secret(row: Mailbox, vault: Seals, secret: str) -> None:
    """Keep the password, or Google's refresh token, encrypted for this mailbox alone."""
    row.lw_sealedsecret = vault.seal(secret, f"mailbox:{row.mailboxid}")


def seal_client_secret(row: Mailbox, vault: Seals, secret: str) -> None:
    """Keep the secret of the application that asks for tokens, encrypted for this mailbox alone."""
    row.lw_sealedclientsecret = vault.seal(secret, f"mailboxclient:{row.mailboxid}")


def seal_dkim_key(row: Mailbox, vault: Seals, selector: str, pem: str) -> DkimKey:
    """Keep the DKIM key, encrypted for this mailbox alone. Nothing is signed before `sign_with_it`.

    Raises:
        BadInput: not a usable key.
    """
    key = load_key(domain_of(row.emailaddress), selector, pem)
    row.lw_dkimdomain, row.lw_dkimselector = None, selector
    row.lw_sealeddkimkey = vault.seal(pem, f"dkim:{row.mailboxid}")
    return key


def sign_with_it(row: Mailbox) -> None:
    """From now on the key that is kept signs."""
    row.lw_dkimdomain = domain_of(row.emailaddress)


def forget_dkim_key(row: Mailbox) -> None:
    """No key is kept."""
    row.lw_dkimdomain = row.lw_dkimselector = row.lw_sealeddkimkey = None


def signs_itself(row: Mailbox) -> bool:
    """Do we sign? Exchange writes the mail anew as it leaves, and signs it itself; a domain of before signs nothing."""
    return row.lw_kind == MailboxKind.SMTP_IMAP and row.lw_dkimdomain == domain_of(row.emailaddress)


def kept_dkim_key(row: Mailbox, vault: Seals) -> DkimKey | None:
    """The key that is kept for this mailbox, whether it signs or not."""
    if row.lw_kind != MailboxKind.SMTP_IMAP or not row.lw_sealeddkimkey or not row.lw_dkimselector:
        return None
    pem = vault.open(row.lw_sealeddkimkey, f"dkim:{row.mailboxid}")
    return load_key(domain_of(row.emailaddress), row.lw_dkimselector, pem)


def dkim_key(row: Mailbox, vault: Seals) -> DkimKey | None:
    """The key that signs this mailbox's mails; None where the server signs."""
    return kept_dkim_key(row, vault) if signs_itself(row) else None


def set_kind(row: Mailbox, kind: MailboxKind) -> None:
    """What is behind it, and whether that files by itself what it takes."""
    row.lw_kind, row.lw_filessent = kind, files_what_it_sends(kind)


def approve(row: Mailbox, moment: datetime) -> None:
    """Approve Email: this address may be used."""
    row.emailrouteraccessapproval, row.modifiedon = AddressApproval.APPROVED, moment


def reset_test(row: Mailbox) -> None:
    """The record changed: it has to be approved and tested again."""
    row.emailrouteraccessapproval = AddressApproval.PENDING_APPROVAL
    row.incomingemailstatus = row.outgoingemailstatus = row.mailboxstatus = MailboxTest.NOT_RUN
    row.lw_incomingwords = row.lw_outgoingwords = ""
    row.testmailboxaccesscompletedon = None


def note_test(session: Session, row: Mailbox, trip: Trip, moment: datetime) -> bool:
    """Keep what Test & Enable found. True: both directions work.

    Incoming is "not run" when the server could be read, but no test mail went out that might have come in.
    """
    row.outgoingemailstatus = MailboxTest.FAILURE if trip.outgoing else MailboxTest.SUCCESS
    row.incomingemailstatus = MailboxTest.FAILURE if trip.incoming else MailboxTest.SUCCESS
    row.lw_outgoingwords, row.lw_incomingwords = trip.outgoing, trip.incoming
    row.testmailboxaccesscompletedon = moment
    if trip.outgoing and not trip.incoming:
        row.incomingemailstatus = MailboxTest.NOT_RUN
    works = not trip.outgoing and not trip.incoming
    row.lw_filessent = files_what_it_sends(row.lw_kind, row.lw_smtphost, seen=works and trip.files_sent)
    row.mailboxstatus = MailboxTest.SUCCESS if works else MailboxTest.FAILURE
    if works:
        row.lw_lasterror = row.lw_lasterroron = row.lw_pauseduntil = None
    else:
        row.lw_lasterror, row.lw_lasterroron = " ".join(s for s in (trip.outgoing, trip.incoming) if s), moment
    row.modifiedon = moment
    session.flush()
    return works


def _login(row: Mailbox, vault: Seals) -> Login | None:
    user = row.username or row.emailaddress
    if row.lw_authentication == "xoauth2":
        tokens = _tokens(row, vault)
        return Login(user, tokens.current, xoauth2=True, renew=tokens.renew)
    sealed = row.lw_sealedsecret
    if not sealed:
        return None
    return Login(user, lambda: vault.open(sealed, f"mailbox:{row.mailboxid}"))


def _tokens(row: Mailbox, vault: Seals) -> Tokens:
    client, refresh, mailboxid = row.lw_sealedclientsecret, row.lw_sealedsecret, row.mailboxid
    if row.lw_provider not in PROVIDERS or not client:
        raise BadInput(
            f"The mailbox {row.emailaddress} signs in with a token, and no application gives one. Enter it under "
            "Set up of prerequisite 3."
        )

    def secrets() -> tuple[str, str]:
        opened = vault.open(client, f"mailboxclient:{mailboxid}")
        return opened, vault.open(refresh, f"mailbox:{mailboxid}") if refresh else ""

    return Tokens(Application(row.lw_provider, row.lw_clientid, row.lw_tenant, row.lw_tokenurl), secrets)
