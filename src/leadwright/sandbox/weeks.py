"""Simulated weeks: work until nothing is due, let the prospects act, jump to the next moment. Nobody sleeps.

Everything is done by the code that does it in earnest: the outbox and its claims, real SMTP and IMAP, the analyst.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from leadwright.db.mail import InboundMessage
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.prospects import Prospects
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.conversations import one_round
from leadwright.workflows.engagements import next_due
from leadwright.workflows.post import Post, next_mail_due
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.take_in import take_in

_PACE = timedelta(seconds=2)  # a mail is due, and the mailbox sends as fast as it may
_AT_ONCE = 8  # leads researched at the same time


@dataclass(frozen=True, slots=True)
class Passed:
    """How far it is: the moment, and what was done there."""

    moment: datetime
    worked: int
    reacted: int


class Weeks:
    """Drives a rehearsal in this thread.

    Args:
        clock: the one that `services`, the mail server and `prospects` use.
    """

    def __init__(self, services: Services, prospects: Prospects, clock: VirtualClock) -> None:
        self._services = services
        self._prospects = prospects
        self._clock = clock
        self._post = Post(services, "rehearsal")

    def play(self, end: datetime, progress: Callable[[Passed], None]) -> None:
        """Until `end`, or until nothing will ever be due again before it."""
        tidied = self._clock()
        while True:
            progress(self._at_this_moment())
            if self._clock() - tidied > timedelta(hours=12):
                self._post.tidy()
                tidied = self._clock()
            coming = self.next_moment()
            if coming is None or coming > end:
                self._clock.advance_to(end)
                progress(self._at_this_moment())
                self._post.tidy()
                return
            self._clock.advance_to(coming)

    def next_moment(self) -> datetime | None:
        """When something is due next: a step, a mail, or a prospect's deed."""
        moment = self._clock()
        with self._services.database.reading() as session:
            later = select(InboundMessage.dueat).where(InboundMessage.state == "new").order_by(InboundMessage.dueat)
            found = [next_due(session), next_mail_due(session), session.scalar(later.limit(1))]
        found.append(self._prospects.next_at())
        return min((max(at, moment + _PACE) for at in found if at is not None), default=None)

    def skip(self) -> datetime | None:
        """Jump to the next moment, for a person who plays along; None when nothing is due any more."""
        coming = self.next_moment()
        return self._clock.advance_to(coming) if coming else None

    def close(self) -> None:
        """Let the connections go."""
        self._post.close()

    def _at_this_moment(self) -> Passed:
        worked = reacted = 0
        while True:
            done = self._research() + one_round(self._services, self._post)
            acted = self._prospects.answer_due(self._clock())
            worked, reacted = worked + done, reacted + acted
            if not done and not acted:
                return Passed(self._clock(), worked, reacted)

    def _research(self) -> int:
        while take_in(self._services):
            continue
        with self._services.database.transaction() as session:
            given = runs.give(session, 64)
        if given:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(lambda run: research_lead(self._services, run), given))
        return len(given)
