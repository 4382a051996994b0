"""Sends what is due in one mailbox: claim, hand over with the phase stored before the dots, conclude. One a worker."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.domain.plain_text import storable
from leadwright.errors import LeadwrightError, MailError
from leadwright.mail.claim import Check, Nothing, claim_some
from leadwright.mail.conclusion import conclude_all
from leadwright.mail.fates import Unwanted, Wanted, learn_fates, take_back
from leadwright.mail.mailbox import Mailbox, Outcome, Result
from leadwright.mail.outbox import Claimed, Clock, pass_points
from leadwright.mail.restored import learn_from_sent
from leadwright.mail.suppression import share_recipients
from leadwright.mail.unknown import expire_leases, resolve_unknown

_LONGEST_SLEEP = 1.0  # seconds: what is due, or stopped, meanwhile is seen by then
_FILED_A_PASS = 50
_ASK_AGAIN = timedelta(seconds=15)  # between two tries to look through Sent
_UNLEARNED = "The Sent folder cannot be read: a restored database may not know what went out. Mails wait until it can."
_TOUCH = update(Outbox).where(Outbox.outboxid == bindparam("which")).values(token=Outbox.token)
_log = structlog.get_logger(__name__)

Ends = list[tuple[Outcome, Phase | None]]  # what became of each mail, and its phase; None: it was taken from us


@dataclass
class _Hold:
    """What a worker must not forget of a mailbox that it has open, however many senders it makes for it.

    Args:
        unstored: outcomes of the last mails, while the database cannot store them.
        afloat: the last mail whose outcome was stored without waiting for the disk; empty: all are on it.
        learned: Sent was looked through once.
        asked: when it was last tried.
    """

    unstored: list[tuple[Claimed, Outcome]] = field(default_factory=list)
    afloat: str = ""
    learned: bool = False
    asked: datetime | None = None


_HOLDS: WeakKeyDictionary[Mailbox, _Hold] = WeakKeyDictionary()


def _ids_of(claims: Sequence[Claimed]) -> list[str]:
    return [claimed.outboxid for claimed in claims]


class Sender:
    """A worker's hold on one mailbox.

    Args:
        mailbox: the adapter; this worker's own.
        worker: name in the records.
        checks: run in each claim, besides suppression and pace.
        still: asked once more at the point of no return, in its transaction, for the ids of those that are still to be
            sent; the others are left to the next claim.
        wanted: asked about mails that a platform has and has not sent: ids of those that may still leave.
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
        still: Wanted = lambda _session, claims: _ids_of(claims),
        wanted: Wanted = lambda _session, claims: _ids_of(claims),
        clock: Clock = now,
    ) -> None:
        self._database = database
        self._mailboxid = mailboxid
        self._mailbox = mailbox
        self._worker = worker
        self._checks = tuple(checks)
        self._still = still
        self._wanted = wanted
        self._clock = clock
        self._hold = _HOLDS.setdefault(mailbox, _Hold())

    def send_next(self) -> Phase | Nothing | None:
        """Send one mail. Gives its phase, `Nothing` when none may be sent now, None when it was taken from us.

        An outcome that could not be stored is stored first: until it is, this worker claims nothing and raises again.
        """
        done = self._send(1)
        return done if isinstance(done, Nothing) else done[0][1]

    def send_some(self, most: int | None = None) -> Ends | Nothing:
        """Send as many mails together as the mailbox can, `most` at the most. The outcome and the phase of each.

        While more wait, their outcomes do not wait for the disk: the next commit before a dot, which does, takes them
        along, and so does `secure`. Lost with the power, they are looked up like any outcome that is unknown.
        """
        together = self._mailbox.at_once if most is None else min(self._mailbox.at_once, most)
        return self._send(together, secure=False)

    def secure(self) -> None:
        """Have on the disk what was stored without waiting for it. Safe to repeat."""
        if self._hold.afloat:
            with self._database.transaction() as session:
                session.execute(_TOUCH, {"which": self._hold.afloat})
            self._hold.afloat = ""

    def _send(self, most: int, *, secure: bool = True) -> Ends | Nothing:
        if self._hold.unstored:
            self._conclude(secure=True)
        if (unlearned := self._learn()) is not None:
            return unlearned
        # A claim need not wait for the disk: it has no effect outside, and the commit before the dot, which waits,
        # makes it durable too. Lost with the power, the mail is queued as it was, and nothing was handed over.
        with self._database.transaction(repeatable=True) as session:
            claims = claim_some(
                session, self._mailboxid, most, worker=self._worker, clock=self._clock, checks=self._checks
            )
        if isinstance(claims, Nothing):
            self.secure()
            return claims
        letters = [claimed.letter for claimed in claims]
        told = self._mailbox.send_together(letters, lambda which: self._pass([claims[n] for n in which]))
        return self._store(claims, told, secure=secure or len(claims) < most)

    def _store(self, claims: Sequence[Claimed], told: Iterable[list[tuple[int, Outcome]]], *, secure: bool) -> Ends:
        """Store what is told, all of it, whatever happens meanwhile; what could not be stored is kept."""
        ends: Ends = []
        trouble: Exception | None = None
        for known in told:
            self._hold.unstored += [(claims[n], outcome) for n, outcome in known]
            if trouble is not None:
                continue
            try:
                ends += self._conclude(secure=secure)
            except (SQLAlchemyError, LeadwrightError) as error:
                trouble = error
        if trouble is None:
            return ends
        for claimed, outcome in self._hold.unstored:
            if outcome.result is Result.ACCEPTED:  # leave a proof where the next look-up finds it
                with suppress(MailError):
                    self._mailbox.file_sent(claimed.letter.raw, self._clock())
        raise trouble

    def send_due(self, *, most: int | None = None, until: datetime | None = None) -> int:
        """Send until nothing may be sent now, at most `most` mails. How many were handed to the server.

        Args:
            until: wait for places of the pace until this moment instead of stopping.
        """
        sent = 0
        while most is None or sent < most:
            done = self.send_some(None if most is None else most - sent)
            if not isinstance(done, Nothing):
                sent += sum(phase is not None and outcome.result is not Result.STOPPED for outcome, phase in done)
                continue
            moment = self._clock()
            if done.until is not None and done.until <= moment:
                continue
            if until is None or done.until is None or done.until >= until:
                break
            self._sleep(done.until - moment)
        self.secure()
        return sent

    def tidy(self) -> Sequence[Unwanted]:
        """Take over what dead workers left, look up what is unknown, take back what may not leave, file copies.

        Returns:
            What may not leave and is not given back.
        """
        with self._database.transaction() as session:
            expire_leases(session, self._mailboxid, self._clock)
        resolve_unknown(self._database, self._mailboxid, self._mailbox, self._clock)
        _, refused = take_back(self._database, self._mailboxid, self._mailbox, self._clock, self._wanted)
        learn_fates(self._database, self._mailboxid, self._mailbox, self._clock)
        self.file_copies()
        return refused

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
                done = self.send_some()
            except (SQLAlchemyError, LeadwrightError) as error:  # the database is busy, full or away: claim nothing
                _log.error("sending waits for the database", error=repr(error))
                self._sleep(longest)
                continue
            if isinstance(done, Nothing):
                self._sleep((done.until - self._clock()) if done.until else longest)

    def close(self) -> None:
        """Let the connections go."""
        self._mailbox.close()

    def _conclude(self, *, secure: bool) -> Ends:
        ends = list(self._hold.unstored)
        with self._database.transaction(repeatable=not secure) as session:
            phases = conclude_all(session, ends, self._clock())
        self._hold.unstored.clear()
        self._hold.afloat = "" if secure else ends[-1][0].outboxid
        for (claimed, outcome), phase in zip(ends, phases, strict=True):
            if phase is None and outcome.result is Result.ACCEPTED:
                _log.error("a mail was accepted after another worker had taken it over", outbox=claimed.outboxid)
        return [(outcome, phase) for (_, outcome), phase in zip(ends, phases, strict=True)]

    def _learn(self) -> Nothing | None:
        """Before the first mail: was the database restored, and does Sent know more than it? Until then none goes."""
        hold, moment = self._hold, self._clock()
        if hold.learned:
            return None
        if hold.asked is None or not timedelta(0) <= moment - hold.asked < _ASK_AGAIN:
            hold.asked = moment
            try:
                learn_from_sent(self._database, self._mailboxid, self._mailbox, self._clock)
            except MailError as error:
                self._note(f"{_UNLEARNED} {error}", moment)
            else:
                hold.learned = True
                return None
        return Nothing(hold.asked + _ASK_AGAIN, _UNLEARNED)

    def _note(self, trouble: str, moment: datetime) -> None:
        _log.warning("mails wait", mailbox=self._mailboxid, reason=trouble)
        with self._database.transaction() as session:
            session.execute(
                update(MailboxRow)
                .where(MailboxRow.mailboxid == self._mailboxid)
                .values(lw_lasterror=storable(trouble), lw_lasterroron=moment)
            )

    def _pass(self, claims: Sequence[Claimed]) -> list[bool]:
        """One commit, which waits for the disk, before the dots of all these mails."""
        with self._database.transaction() as session:
            share_recipients(session, [claimed.hashes for claimed in claims])  # first, as in the claim, then the lead
            wanted = self._still(session, claims)
            passed = pass_points(session, [claimed for claimed in claims if claimed.outboxid in wanted], self._clock)
        if passed:
            self._hold.afloat = ""
        moment = self._clock()
        return [claimed.outboxid in passed and moment < claimed.leaseuntil for claimed in claims]

    @staticmethod
    def _sleep(wait: timedelta) -> None:
        time.sleep(min(max(wait.total_seconds(), 0.001), _LONGEST_SLEEP))
