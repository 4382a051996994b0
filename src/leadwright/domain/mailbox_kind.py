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


def files_what_it_sends(kind: str) -> bool:
    """Exchange keeps a copy of whatever it takes: what has none after a while was not sent."""
    return lies_at_microsoft(kind)
