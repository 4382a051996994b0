"""The contract's view of a private Postfix and Dovecot."""

import time
from typing import Any

from tests.contracts.mailboxes import SEALS, a_mail, leave
from tests.mail.post_office import SALES, letter
from tests.mail.test_real_servers import LEADS, UNKNOWN, mailbox_on
from tests.mail_servers.running import wait_until

from leadwright.mail.mailbox import Letter, Mailbox


class Real:
    """SMTP and IMAP servers as they are installed."""

    name = "real"
    cannot = frozenset({"lose", "push back", "go away", "damage"})

    def __init__(self, servers: Any) -> None:
        self.servers = servers

    def open(self) -> Mailbox:
        return mailbox_on(self.servers, seals=SEALS)

    def letter(self, n: int) -> Letter:
        address = LEADS[n % len(LEADS)]
        return letter(address, n, unsubscribe_url=leave(address, n))

    def refused(self) -> Letter:
        return letter(UNKNOWN)

    def left(self, letter: Letter) -> int:
        end = time.monotonic() + 3
        while True:
            found = sum(letter.messageid.encode() in raw for raw in self.servers.mails(letter.recipient))
            if found or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def comes(self, subject: str, words: str = "Thank you.") -> None:
        before = len(self.servers.mails(SALES))
        self.servers.deliver("pat@example.net", SALES, a_mail(SALES, subject, words))
        wait_until(lambda: len(self.servers.mails(SALES)) > before)

    def forget(self) -> None:
        time.sleep(1.1)  # Dovecot numbers by the second
        self.servers.renumber(SALES)
