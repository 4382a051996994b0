"""The people who get the mails of `benchmarks.sequence`: most say nothing, the others do one thing each, by seed."""

import heapq
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from random import Random

from leadwright.sandbox.mail_faults import Fault, Step
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Accepted

KINDS = {
    "silent": 0.70, "asks": 0.10, "buys": 0.05, "refuses": 0.05, "opts out": 0.04, "clicks": 0.02,
    "bounces later": 0.01, "unknown": 0.01, "away": 0.02,
}  # fmt: skip
_SAYS = {
    "asks": "Hello,\n\nhow long does the implementation take?\n\nKind regards",
    "buys": "Hello,\n\nyes, we want to buy this. I decide on it, we have a budget of 500,000 dollars, our warehouse "
    "picks too slowly, and we want to start within three months. Please call me.\n\nKind regards",
    "refuses": "Hello,\n\nthank you, but we are not interested.\n\nKind regards",
    "opts out": "Please remove me from your list.",
}
_GRAIN = 5  # minutes: people answer at full ones, so that the clock does not stop for each of them alone
_LEAVE = re.compile(r"/unsubscribe/([^>/\s]+)>")


class Crowd:
    """Reads the server's log and reacts, once a person. Not thread-safe; sleeps never.

    Args:
        mailbox: address of the shared mailbox.
        leave: posts a one-click link's token.
        wait: seconds that the server takes for each mail of the agent.
    """

    def __init__(
        self, server: MailServer, clock: Callable[[], datetime], mailbox: str, leave: Callable[[str], object],
        *, seed: int = 1, wait: float = 0.05,
    ) -> None:  # fmt: skip
        self.did: Counter[str] = Counter()
        self._server, self._clock, self._mailbox, self._leave, self._seed = server, clock, mailbox, leave, seed
        self._read = 0
        self._met: set[str] = set()
        self._due: list[tuple[datetime, int, str, Accepted]] = []
        self._wait = Fault(wait=wait)
        server.faults.script = self._answer

    def kind_of(self, address: str) -> str:
        """What this person does."""
        place, bound = Random(f"{self._seed}:{address.casefold()}").random(), 0.0
        for kind, share in KINDS.items():
            bound += share
            if place < bound:
                return kind
        return "silent"

    def act(self, now: datetime) -> int:
        """Read what came, do what is due. How many things were done."""
        done = 0
        self._look()
        while self._due and self._due[0][0] <= now:
            _, _, kind, mail = heapq.heappop(self._due)
            self._do(kind, mail, now)
            self.did[kind] += 1
            done += 1
        return done

    def next_at(self) -> datetime | None:
        """When somebody does something next."""
        self._look()
        return self._due[0][0] if self._due else None

    def _answer(self, step: Step, recipient: str) -> Fault | None:
        if recipient.casefold() == self._mailbox:
            return None
        if step is Step.RCPT and self.kind_of(recipient) == "unknown":
            self.did["unknown"] += 1
            return Fault(answer="550 5.1.1 no such user here")
        return self._wait if step is Step.DOT else None

    def _look(self) -> None:
        log = self._server.store.log
        for mail in log[self._read :]:
            if mail.sender.casefold() != self._mailbox or mail.recipient.casefold() in (*self._met, self._mailbox):
                continue
            self._met.add(mail.recipient.casefold())
            kind = self.kind_of(mail.recipient)
            if kind != "silent":
                hours = Random(f"{self._seed}:{mail.recipient}:wait").uniform(0.2, 100)
                at = mail.at + timedelta(minutes=_GRAIN * round(hours * 60 / _GRAIN))
                heapq.heappush(self._due, (at, len(self._met), kind, mail))
        self._read = len(log)

    def _do(self, kind: str, mail: Accepted, now: datetime) -> None:
        if kind == "clicks":
            found = _LEAVE.search(mail.raw.decode("latin-1").replace("\r\n ", ""))
            if found is None:
                raise ValueError("a mail has no one-click link")
            self._leave(found[1])
        elif kind == "bounces later":
            self._server.deliver("", self._mailbox, _returned(mail, self._mailbox))
        else:
            self._server.deliver(mail.recipient, self._mailbox, _reply(kind, mail, self._mailbox, now))


def _reply(kind: str, mail: Accepted, mailbox: str, now: datetime) -> bytes:
    parent = message_from_bytes(mail.raw, policy=policy.default)
    reply = EmailMessage()
    reply["From"], reply["To"] = mail.recipient, mailbox
    reply["Subject"] = f"{'Automatic reply' if kind == 'away' else 'Re'}: {parent['Subject']}"
    reply["Date"] = now
    reply["Message-ID"] = f"<re.{mail.messageid.strip('<>').partition('@')[0]}@{mail.recipient.partition('@')[2]}>"
    reply["In-Reply-To"] = reply["References"] = mail.messageid
    if kind == "away":
        reply["Auto-Submitted"] = "auto-replied"
    back = (now + timedelta(days=8)).date()
    reply.set_content(_SAYS.get(kind) or f"I am out of office until {back:%d %B %Y}. {mail.recipient}")
    return reply.as_bytes(policy=policy.SMTP)


def _returned(mail: Accepted, mailbox: str) -> bytes:
    """A delivery report of a permanent failure (RFC 3464)."""
    to, number = mail.recipient, mail.messageid.strip("<>").partition("@")[0]
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {mailbox}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <dsn.{number}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nYour mail to <{to}> was not delivered: no such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail.messageid}\r\nTo: {to}\r\n\r\n--b--\r\n"
    ).encode()
