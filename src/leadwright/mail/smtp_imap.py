"""A mailbox behind SMTP and IMAP: any mail server, Microsoft 365 and Google with XOAUTH2, the built-in one."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from leadwright.domain.plain_text import storable
from leadwright.errors import MailError
from leadwright.mail.compose import new_message_id, plain_note
from leadwright.mail.imap import ImapConnection
from leadwright.mail.login import Login, Server
from leadwright.mail.mailbox import (
    Access,
    Batch,
    Cursor,
    Fetched,
    Found,
    Handed,
    Letter,
    Notice,
    Outcome,
    Result,
    SentCopy,
    Trip,
    Word,
)
from leadwright.mail.smtp import DOT_SECONDS, SmtpConnection
from leadwright.mail.smtp_lines import SmtpLines, Told
from leadwright.mail.unsubscribe import Seals, mail_of

_LOOK_SECONDS = 0.5


class SmtpImapMailbox:
    """See `mailbox.Mailbox`. Lines are opened when first needed.

    Args:
        sent: name of the Sent folder.
        seals: opens the links in what we sent; without it a copy in Sent has no business key.
    """

    def __init__(
        self,
        address: str,
        *,
        smtp: Server,
        imap: Server,
        login: Login | None,
        sent: str = "Sent",
        dot_seconds: float = DOT_SECONDS,
        seals: Seals | None = None,
    ) -> None:
        self.address = address
        self._seals = seals
        self._sent = sent
        self._smtp = SmtpLines(lambda: SmtpConnection(smtp, login, dot_seconds=dot_seconds))
        self._imap = ImapConnection(imap, login, sent=sent)

    def send(self, letter: Letter, before_the_dot: Callable[[], bool]) -> Outcome:
        """Hand the mail over by SMTP."""
        return self._smtp.send(letter, before_the_dot)

    @property
    def at_once(self) -> int:
        """As many as there may be lines."""
        return self._smtp.at_once

    def send_together(
        self, letters: Sequence[Letter], before_the_dots: Callable[[Sequence[int]], Sequence[bool]]
    ) -> Iterator[Told]:
        """Hand them over by SMTP, each on a line of its own."""
        return self._smtp.send_together(letters, before_the_dots)

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        """Search the Sent folder by Message-ID."""
        return self._imap.find_sent(messageid)

    def fates(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """Nothing: a server that took a mail tells of it by another mail."""
        return iter(())

    def take_back(self, mails: Sequence[Handed]) -> Iterator[Word]:
        """None: what a server took is on its way."""
        return iter(())

    def file_sent(self, raw: bytes, moment: datetime) -> None:
        """Append a copy to the Sent folder, unless it is there."""
        self._imap.file_sent(raw, moment, _message_id(raw))

    def sent_since(self, moment: datetime) -> Iterator[SentCopy]:
        """Read the header fields that name our mails."""
        for found in self._imap.sent_heads(moment, "MESSAGE-ID FROM TO LIST-UNSUBSCRIBE"):
            if (copy := self._copy(found)) is not None:
                yield copy

    def fetch_new(
        self, cursor: Cursor, *, folder: str = "INBOX", most_bytes: int, most_whole: int | None = None
    ) -> Iterator[Batch]:
        """Fetch in ranges what came after the cursor."""
        return self._imap.fetch_new(cursor, folder=folder, most_bytes=most_bytes, most_whole=most_whole)

    def fetch_some(
        self, validity: int, sizes: dict[int, int], *, folder: str = "INBOX", most_bytes: int
    ) -> Iterator[Batch]:
        """Fetch in ranges what is asked for by uid."""
        return self._imap.fetch_some(validity, sizes, folder=folder, most_bytes=most_bytes)

    def wait_for_new(
        self, seconds: float, *, folder: str = "INBOX", enough: Callable[[], bool] = lambda: False
    ) -> bool:
        """IDLE, or a look every 15 seconds where the server has none."""
        return self._imap.wait_for_new(seconds, folder=folder, enough=enough)

    def stay_notified(self, notice: Notice) -> Notice | None:
        """Nothing posts to us."""
        return None

    def test_trip(self, seconds: float) -> Trip:
        """Send ourselves a mail, see it arrive, remove it."""
        incoming = self._imap.sign_in()
        messageid = new_message_id(self.address)
        letter = plain_note(self.address, messageid, "Leadwright tests this mailbox", "You may delete this mail.")
        outcome = self._smtp.send(letter, lambda: True)
        if outcome.result is not Result.ACCEPTED:
            return Trip(outgoing=outcome.words, incoming=incoming)
        return Trip(incoming=incoming) if incoming else self._see_it_arrive(messageid, seconds)

    def try_access(self) -> Access:
        """May we send as this address, does it take mail, may we read it, and what else? Sends nothing."""
        sender, recipient = self._smtp.first.try_envelope(self.address)
        read = self._imap.try_reading()
        try:
            others = None if read else self._imap.others_folders()
        except MailError:
            others = None
        return Access(sender, recipient, read, others)

    def close(self) -> None:
        """Let all lines go."""
        self._smtp.close()
        self._imap.close()

    def _copy(self, found: Fetched) -> SentCopy | None:
        head = BytesHeaderParser().parsebytes(found.raw)
        messageid = storable(str(head.get("Message-ID", ""))).strip()
        if not messageid:
            return None
        sender, recipient = (parseaddr(storable(str(head.get(name, ""))))[1] for name in ("From", "To"))
        ours = mail_of(self._seals, "".join(str(head.get("List-Unsubscribe", "")).split()))
        return SentCopy(messageid, sender, recipient, ours.businesskey if ours else "", found.raw, found.received)

    def _see_it_arrive(self, messageid: str, seconds: float) -> Trip:
        end = time.monotonic() + seconds
        try:
            while not self._imap.uids_of("INBOX", messageid):
                if time.monotonic() >= end:
                    late = f"The test mail was accepted, but did not arrive in INBOX within {seconds:.0f} seconds."
                    return Trip(incoming=late)
                time.sleep(_LOOK_SECONDS)
            files_sent = self._sent.upper() != "INBOX" and self._imap.find_sent(messageid) is Found.YES
            for folder in ("INBOX", self._sent):
                self._imap.remove(folder, messageid)
        except MailError as error:
            return Trip(incoming=str(error))
        return Trip(files_sent=files_sent)


def _message_id(raw: bytes) -> str:
    head = BytesHeaderParser().parsebytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return str(head.get("Message-ID", "")).strip()
