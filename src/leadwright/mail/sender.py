"""Sends what is due in one mailbox: claim, hand over with the phase stored before the dot, conclude. One a worker."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.errors import LeadwrightError, MailError
from leadwright.mail.claim import Check, Nothing, claim
from leadwright.mail.mailbox import Mailbox, Outcome, Result
from leadwright.mail.outbox import Claimed, Clock, conclude, pass_the_point
from leadwright.mail.restored import learn_from_sent
from leadwright.mail.suppression import share_recipient
from leadwright.mail.unknown import expire_leases, resolve_unknown

_LONGEST_SLEEP = 1.0  # seconds: what is due, or stopped, meanwhile is seen by then
_FILED_A_PASS = 50
_ASK_AGAIN = 60.0  # seconds between two tries to look through Sent
_log = structlog.get_logger(__name__)


@dataclass
class _Hold:
    """What a worker must not forget of a mailbox that it has open, however many senders it makes for it.

    Args:
        unstored: the outcome of the last mail, while the database cannot store it.
        learned: Sent was looked through once.
        asked: when it was last tried (monotonic).
    """

    unstored: tuple[Claimed, Outcome] | None = None
    learned: bool = False
    asked: float = -_ASK_AGAIN


_HOLDS: WeakKeyDictionary[Mailbox, _Hold] = WeakKeyDictionary()


class Sender:
    """A worker's hold on one mailbox.

    Args:
        mailbox: the adapter; this worker's own.
        worker: name in the records.
        checks: run in each claim, besides suppression and pace.
        still: asked once more at the point of no return, in its transaction; False leaves the mail to the next claim.
        clock: the present moment; rehearsals pass a virtual one.
    """

    def __init__(
        self,
        database: Database,
        mailboxid: str,
        mailbox: Mailbox,
        *,
        worker: str,
        checks: Sequence[Check] = (),
        still: Callable[[Session, Claimed], bool] = lambda _session, _claimed: True,
        clock: Clock = now,
    ) -> None:
        self._database = database
        self._mailboxid = mailboxid
        self._mailbox = mailbox
        self._worker = worker
        self._checks = tuple(checks)
        self._still = still
        self._clock = clock
        self._hold = _HOLDS.setdefault(mailbox, _Hold())

    def send_next(self) -> Phase | Nothing | None:
        """Send one mail. Gives its phase, `Nothing` when none may be sent now, None when it was taken from us.

        An outcome that could not be stored is stored first: until it is, this worker claims nothing and raises again.
        """
        if self._hold.unstored is not None:
            self._conclude(*self._hold.unstored)
        self._learn()
        # A claim need not wait for the disk: it has no effect outside, and the commit before the dot, which waits,
        # makes it durable too. Lost with the power, the mail is queued as it was, and nothing was handed over.
        with self._database.transaction(repeatable=True) as session:
            claimed = claim(session, self._mailboxid, worker=self._worker, clock=self._clock, checks=self._checks)
        if isinstance(claimed, Nothing):
            return claimed
        outcome = self._mailbox.send(claimed.letter, lambda: self._pass(claimed))
        self._hold.unstored = (claimed, outcome)
        try:
            return self._conclude(claimed, outcome)
        except (SQLAlchemyError, LeadwrightError):
            if outcome.result is Result.ACCEPTED:  # leave a proof where the next look-up finds it
                with suppress(MailError):
                    self._mailbox.file_sent(claimed.letter.raw, self._clock())
            raise

    def send_due(self, *, most: int | None = None, until: datetime | None = None) -> int:
        """Send until nothing may be sent now, at most `most` mails. How many were handed to the server.

        Args:
            until: wait for places of the pace until this moment instead of stopping.
        """
        sent = 0
        while most is None or sent < most:
            done = self.send_next()
            if not isinstance(done, Nothing):
                sent += done is not None
                continue
            moment = self._clock()
            if done.until is not None and done.until <= moment:
                continue
            if until is None or done.until is None or done.until >= until:
                break
            self._sleep(done.until - moment)
        return sent

    def tidy(self) -> None:
        """Take over what dead workers left, look up what is unknown, file copies that are missing in Sent."""
        with self._database.transaction() as session:
            expire_leases(session, self._mailboxid, self._clock)
        resolve_unknown(self._database, self._mailboxid, self._mailbox, self._clock)
        self.file_copies()

    def file_copies(self) -> int:
        """Put a copy of each sent mail into the Sent folder, where the server does not do it. How many."""
        with self._database.reading() as session:
            if session.scalar(select(MailboxRow.lw_filessent).where(MailboxRow.mailboxid == self._mailboxid)):
                return 0
            rows = session.execute(
                select(Outbox.outboxid, Outbox.raw, Outbox.concludedon)
                .where(Outbox.mailboxid == self._mailboxid, Outbox.phase == Phase.SENT, Outbox.filedon.is_(None))
                .order_by(Outbox.concludedon)
                .limit(_FILED_A_PASS)
            ).all()
        for row in rows:
            try:
                self._mailbox.file_sent(row.raw, row.concludedon)
            except MailError as error:
                _log.warning("a copy could not be filed in Sent", outbox=row.outboxid, error=str(error))
                return 0
            with self._database.transaction() as session:
                session.execute(update(Outbox).where(Outbox.outboxid == row.outboxid).values(filedon=self._clock()))
        return len(rows)

    def run(self, stopping: Callable[[], bool], *, every: float = 5.0) -> None:
        """Send and tidy until `stopping` says so. A database that fails is waited for."""
        tidied, longest = -every, timedelta(seconds=_LONGEST_SLEEP)
        while not stopping():
            try:
                if time.monotonic() - tidied >= every:
                    tidied = time.monotonic()
                    self.tidy()
                done = self.send_next()
            except (SQLAlchemyError, LeadwrightError) as error:  # the database is busy, full or away: claim nothing
                _log.error("sending waits for the database", error=repr(error))
                self._sleep(longest)
                continue
            if isinstance(done, Nothing):
                self._sleep((done.until - self._clock()) if done.until else longest)

    def close(self) -> None:
        """Let the connections go."""
        self._mailbox.close()

    def _conclude(self, claimed: Claimed, outcome: Outcome) -> Phase | None:
        with self._database.transaction() as session:
            phase = conclude(session, claimed, outcome, self._clock())
        self._hold.unstored = None
        if phase is None and outcome.result is Result.ACCEPTED:
            _log.error("a mail was accepted after another worker had taken it over", outbox=claimed.outboxid)
        return phase

    def _learn(self) -> None:
        """Before the first mail: was the database restored, and does Sent know more than it?"""
        hold = self._hold
        if hold.learned or time.monotonic() - hold.asked < _ASK_AGAIN:
            return
        hold.asked = time.monotonic()
        try:
            learn_from_sent(self._database, self._mailboxid, self._mailbox, self._clock)
        except MailError as error:
            _log.warning("Sent could not be looked through", mailbox=self._mailboxid, error=str(error))
        else:
            hold.learned = True

    def _pass(self, claimed: Claimed) -> bool:
        with self._database.transaction() as session:
            share_recipient(session, claimed.hashes)  # first, as in the claim: the recipient, then the lead
            passed = self._still(session, claimed) and pass_the_point(session, claimed, self._clock)
        return passed and self._clock() < claimed.leaseuntil

    @staticmethod
    def _sleep(wait: timedelta) -> None:
        time.sleep(min(max(wait.total_seconds(), 0.001), _LONGEST_SLEEP))
