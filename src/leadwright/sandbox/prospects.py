"""The rehearsal's prospects at work: they read what came to their mailboxes and answer by SMTP, in virtual time."""

import heapq
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.sandbox import errands
from leadwright.sandbox.answers import Outgoing, Received, links_in, read_received, write, write_by_hand
from leadwright.sandbox.characters import Act, AtServer, Prospect, Step
from leadwright.sandbox.mail_faults import Fault
from leadwright.sandbox.mail_faults import Step as SmtpStep
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Stored
from leadwright.sandbox.seller import SHARED_MAILBOX

_AGAIN = timedelta(minutes=5)  # when the server did not take a mail
_TWICE = timedelta(minutes=1)
_PASSWORD = "rehearsal"  # noqa: S105 (of mailboxes in memory on loopback, so that any mail program looks in)


@dataclass(order=True, frozen=True, slots=True)
class _Due:
    at: datetime
    number: int
    prospect: Prospect = field(compare=False)
    step: Step = field(compare=False)
    mail: Received = field(compare=False)
    salt: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a prospect did. `about` says what, for people: ``POST 200``, or the subject of a mail."""

    at: datetime
    prospect: Prospect
    act: Act
    about: str


class Prospects:
    """All of them. Thread-safe; sleeps never.

    Args:
        server: gets their domains and mailboxes, and the faults of their mail servers before any others it has.
        leads: who takes part.
        clock: virtual time; the server must stamp with the same.
        seed: another seed, other delays.
        mailbox: address of the shared mailbox, where a new mail goes.
        visit: opens links; 0 when nobody answers.
    """

    def __init__(
        self,
        server: MailServer,
        leads: Sequence[Prospect],
        clock: Callable[[], datetime],
        seed: int = 1,
        *,
        mailbox: str = SHARED_MAILBOX[1],
        visit: errands.Visit = errands.visit,
    ) -> None:
        self.leads = tuple(leads)
        self.deeds: list[Deed] = []
        self.mailbox = mailbox
        self._server, self._clock, self._seed, self._visit = server, clock, seed, visit
        self._by_address = {lead.address: lead for lead in self.leads}
        self._read_to = dict.fromkeys(self._by_address, 0)
        self._played: set[str] = set()
        self._due: list[_Due] = []
        self._numbers = 0
        self._greylisted = {lead.address for lead in self.leads if lead.server is AtServer.GREYLISTS}
        self._lock = threading.RLock()
        self._move_in()

    def rows(self, port: int) -> list[dict[str, str]]:
        """Their lines for the import, headings as in `people`. `port` is the world's."""
        return [lead.row(port) for lead in self.leads]

    def answer_due(self, now: datetime) -> int:
        """Read new mail and do what is due; each thing once. Gives how many were done."""
        done = 0
        with self._lock:
            self._read()
            while self._due and self._due[0].at <= now:
                due = heapq.heappop(self._due)
                if due.prospect.address in self._played:
                    continue
                if self._do(due, now):
                    done += 1
                else:
                    self._numbers += 1
                    heapq.heappush(
                        self._due, _Due(now + _AGAIN, self._numbers, due.prospect, due.step, due.mail, due.salt)
                    )
        return done

    def next_at(self) -> datetime | None:
        """When the next thing is due; None when nobody has anything to do."""
        with self._lock:
            self._read()
            return next((due.at for due in sorted(self._due) if due.prospect.address not in self._played), None)

    def find(self, address: str) -> Prospect:
        """Who has this address.

        Raises:
            NotFound: none of the prospects.
        """
        found = self._by_address.get(address)
        if found is None:
            raise NotFound("No prospect of this rehearsal has this address.")
        return found

    def received(self, prospect: Prospect) -> list[Received]:
        """What came to a prospect, oldest first."""
        return [read_received(m.raw, m.uid, m.received, n) for n, m in enumerate(self._inbox(prospect), 1)]

    def sent(self, prospect: Prospect) -> list[Received]:
        """What a prospect sent, oldest first; `number` and `to` are of no use here."""
        account = self._server.store.account(prospect.address)
        messages = list(account.folders["Sent"].messages) if account else []
        return [read_received(m.raw, m.uid, m.received, n) for n, m in enumerate(messages, 1)]

    def received_count(self, prospect: Prospect) -> int:
        """How many mails came to a prospect."""
        return len(self._inbox(prospect))

    def sent_count(self, prospect: Prospect) -> int:
        """How many mails a prospect sent."""
        account = self._server.store.account(prospect.address)
        return len(account.folders["Sent"].messages) if account else 0

    def write(self, prospect: Prospect, text: str, *, subject: str = "", answers: Received | None = None) -> None:
        """Send what the person at the keyboard wrote; from then on the prospect's own script rests.

        Raises:
            BadInput: there is no text, or no subject for a new mail.
            Conflict: the mail server did not take it.
        """
        if not text.strip():
            raise BadInput("The mail has no text. Write one.", field="text")
        if not subject.strip():
            raise BadInput("The mail has no subject. Write one.", field="subject")
        with self._lock:
            now, to = self._clock(), answers.to if answers else self.mailbox
            salt = f"{self._seed}:{prospect.address}:by hand:{self.sent_count(prospect)}"
            if not self._hand_in(prospect, write_by_hand(prospect, to, subject, text, now, salt, answers), now):
                raise Conflict("The rehearsal's mail server did not take the mail. Try again.")
            self._played.add(prospect.address)
            self.deeds.append(Deed(now, prospect, Act.ANSWER, subject))

    def is_played(self, prospect: Prospect) -> bool:
        """Does the person at the keyboard answer for this one?"""
        return prospect.address in self._played

    def _move_in(self) -> None:
        unknown = [lead.address for lead in self.leads if lead.server is AtServer.UNKNOWN]
        others = {step.sender.rpartition("@")[2] for lead in self.leads for step in lead.script if step.sender}
        for domain in sorted({lead.domain for lead in self.leads} | others):
            self._server.add_domain(domain, _PASSWORD, unknown=unknown)
        for lead in self.leads:
            self._server.add_account(lead.address, _PASSWORD)
        before = self._server.faults.script
        self._server.faults.script = lambda step, to: self._refused(step, to) or (before(step, to) if before else None)

    def _refused(self, step: SmtpStep, recipient: str) -> Fault | None:
        if step is not SmtpStep.RCPT or recipient.casefold() not in self._greylisted:
            return None
        self._greylisted.discard(recipient.casefold())
        return Fault(answer="451 4.7.1 Greylisted, please try again in five minutes")

    def _inbox(self, prospect: Prospect) -> list[Stored]:
        account = self._server.store.account(prospect.address)
        return list(account.folders["INBOX"].messages) if account else []

    def _read(self) -> None:
        """Schedule what the new mails cause."""
        for address, prospect in self._by_address.items():
            inbox = self._inbox(prospect)
            for number, stored in enumerate(inbox[self._read_to[address] :], self._read_to[address] + 1):
                mail = read_received(stored.raw, stored.uid, stored.received, number)
                for place, step in enumerate(prospect.script):
                    if number in step.to or not step.to:
                        self._schedule(prospect, step, mail, f"{self._seed}:{address}:{number}:{place}")
            self._read_to[address] = len(inbox)

    def _schedule(self, prospect: Prospect, step: Step, mail: Received, salt: str) -> None:
        at = mail.at + timedelta(hours=Random(salt).uniform(*step.hours))  # noqa: S311
        for again in range(1 + step.twice):
            self._numbers += 1
            due = _Due(at + again * _TWICE, self._numbers, prospect, step, mail, f"{salt}:{again}")
            heapq.heappush(self._due, due)

    def _do(self, due: _Due, now: datetime) -> bool:
        if due.step.act in (Act.CLICK, Act.SCAN):
            about = self._click(due.mail) if due.step.act is Act.CLICK else self._scan(due.mail)
        else:
            if not self._hand_in(due.prospect, write(due.prospect, due.step, due.mail, now, due.salt), now):
                return False
            about = due.mail.subject
        self.deeds.append(Deed(now, due.prospect, due.step.act, about))
        return True

    def _click(self, mail: Received) -> str:
        allowed = errands.on_this_machine([mail.leave_url])
        return f"POST {self._visit('POST', allowed[0])}" if allowed else "no link to post to on this machine"

    def _scan(self, mail: Received) -> str:
        said = [self._visit("GET", link) for link in errands.on_this_machine((*links_in(mail.raw), mail.leave_url))]
        return f"GET {', '.join(map(str, said))}" if said else "no link to open on this machine"

    def _hand_in(self, prospect: Prospect, mail: Outgoing, now: datetime) -> bool:
        if not errands.hand_in(self._server.smtp_port, mail):
            return False
        account = self._server.store.account(prospect.address)
        if account is not None:
            account.folders["Sent"].add(mail.raw, now, {"\\Seen"})
        return True
