"""What is behind a mailbox: servers of SMTP and IMAP, Dataverse and server-side synchronisation, or Graph."""

from enum import StrEnum


class MailboxKind(StrEnum):
    """How mail of a mailbox goes out and comes in."""

    SMTP_IMAP = "smtp_imap"
    DATAVERSE = "dataverse"  # email activities, sent and tracked by server-side synchronisation
    GRAPH = "graph"  # Exchange Online, asked directly


LABELS = {
    MailboxKind.SMTP_IMAP: "SMTP and IMAP servers",
    MailboxKind.DATAVERSE: "Dynamics 365, by server-side synchronisation",
    MailboxKind.GRAPH: "Exchange Online, by Microsoft Graph",
}


def lies_at_microsoft(kind: str | None) -> bool:
    """Is it opened by the connection to Microsoft?"""
    return kind in (MailboxKind.DATAVERSE, MailboxKind.GRAPH)


_FILING = frozenset({"smtp.gmail.com", "smtp.office365.com", "smtp-mail.outlook.com"})


def files_what_it_sends(kind: str, smtp_host: str = "", *, seen: bool = False) -> bool:
    """Does the server itself keep a copy of whatever it takes? Then what has none after a while was not sent.

    Of any other server a copy of a mail to ourselves proves nothing: a rule may have put it there as it came in.

    Args:
        seen: Test & Enable found in Sent what nobody but the server can have put there.
    """
    return lies_at_microsoft(kind) or (seen and smtp_host.casefold() in _FILING)
