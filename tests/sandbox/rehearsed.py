"""A mail server, the forty prospects, and an agent that writes to them: what tests of the rehearsal share."""

import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadwright.domain.evidence import Passage, SourceKind
from leadwright.mail.compose import Letterhead, Message, Thread, compose
from leadwright.mail.reading import Reading, read_mail
from leadwright.sandbox import seller
from leadwright.sandbox.characters import Prospect, prospects
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Stored
from leadwright.sandbox.prospects import Prospects

SALES = seller.SHARED_MAILBOX[1]
PASSWORD = "of the sandbox"
START = datetime(2026, 11, 2, 12, tzinfo=UTC)
LEAVE = "http://127.0.0.1:1/unsubscribe/v1.key.token"
_LETTERHEAD = Letterhead(seller.NAME, SALES, seller.NAME, "1 Main Street\nSpringfield 12345", "Written by an AI.")


@dataclass
class Rehearsed:
    """The server, the clock, the prospects, and every address that was opened."""

    server: MailServer
    clock: VirtualClock
    prospects: Prospects
    opened: list[tuple[str, str]]

    def mail(self, prospect: Prospect, body: str = "We make robots.", *, leave: str = LEAVE, **more: Any) -> str:
        """The agent writes, signed in at its server; gives what the server said, "" when it took the mail."""
        letter = compose(
            _LETTERHEAD,
            Message(
                to_name=prospect.name,
                to_address=prospect.address,
                subject="Faster order picking",
                body=f"Hello,\n\n{body}",
                why="You get this mail because your company ships goods.",
                unsubscribe_url=leave,
                moment=self.clock(),
                **more,
            ),
        )
        with smtplib.SMTP("127.0.0.1", self.server.smtp_port, local_hostname="agent.test") as line:
            line.login(SALES, PASSWORD)
            try:
                line.sendmail(letter.sender, [letter.recipient], letter.raw)
            except smtplib.SMTPRecipientsRefused as error:
                return f"{error.recipients[letter.recipient][0]}"
        return ""

    def play(self, days: float = 10) -> None:
        """Let the prospects do all that is due in the next days, as a driver would."""
        end = self.clock() + timedelta(days=days)
        while (at := self.prospects.next_at()) is not None and at <= end:
            self.clock.advance_to(at)
            self.prospects.answer_due(self.clock())
        self.clock.advance_to(end)

    def answers(self) -> list[Stored]:
        """What came to the shared mailbox."""
        return list(self.server.folder(SALES).messages)

    def readings(self) -> list[Reading]:
        """The same, read."""
        return [read_mail(stored.raw) for stored in self.answers()]


def rehearse(server: MailServer, clock: VirtualClock, seed: int = 1) -> Rehearsed:
    """Everybody moves in; links are noted and not opened."""
    server.add_account(SALES, PASSWORD)
    opened: list[tuple[str, str]] = []

    def visit(method: str, address: str) -> int:
        opened.append((method, address))
        return 200

    return Rehearsed(server, clock, Prospects(server, prospects(), clock, seed, visit=visit), opened)


def one(character: str, n: int = 0) -> Prospect:
    """The n-th prospect of a character."""
    return [p for p in prospects() if p.character == character][n]


def followup_papers() -> dict[str, Passage]:
    """The follow-up papers as passages."""
    folder = Path(seller.__file__).parent / "data" / "papers" / "followup"
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    return {n: Passage(n, SourceKind.KNOWLEDGE, n, t.splitlines()[0].strip("# "), t) for n, t in texts.items()}


def thread_of(reading: Reading) -> Thread:
    """What an answer of the agent to this mail hangs on."""
    message = reading.message
    return Thread(message.message_id or "", " ".join(message.references), message.subject)
