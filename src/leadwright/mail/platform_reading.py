"""How a mailbox is read whose platform numbers nothing, Dataverse and Graph alike: in batches, by our own numbers."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from leadwright.errors import CrmError, MailError
from leadwright.mail.arrivals import VALIDITY, Arrivals, Numbered
from leadwright.mail.mailbox import Batch, Cursor, Fetched
from leadwright.mail.unreadable import PatientReader, stub_of
from leadwright.microsoft.errors import MicrosoftError


class PlatformReading:
    """The reading half of `mailbox.Mailbox`; what differs is how a platform tells of messages and gives them.

    Args:
        arrivals: numbers what came in; without them nothing can be read.
        at_once: messages in one batch.
        look_seconds: between two looks.
    """

    def __init__(self, arrivals: Arrivals | None, *, at_once: int, look_seconds: float) -> None:
        self._arrivals, self._batch, self._look_seconds = arrivals, at_once, look_seconds
        self._reader = PatientReader()

    def fetch_new(
        self, cursor: Cursor, *, folder: str = "INBOX", most_bytes: int, most_whole: int | None = None
    ) -> Iterator[Batch]:
        """What the platform tells of after the cursor."""
        arrivals = self._needed()
        last, restarted = (cursor.lastuid, False) if cursor.uidvalidity == VALIDITY else (0, bool(cursor.uidvalidity))
        try:
            self._learn(arrivals)
            backlog = most_whole is not None and arrivals.count_after(last) > most_whole
            while some := arrivals.after(last, self._batch):
                last = some[-1].uid
                at = Cursor(VALIDITY, last)
                if backlog:
                    goes_on = bool(arrivals.count_after(last))
                    yield Batch(at, restarted=restarted, heads=self._each_head(some), goes_on=goes_on)
                else:
                    yield Batch(at, self._each(some, most_bytes), restarted)
            if last == 0 or cursor.uidvalidity != VALIDITY or most_whole == 0:
                yield Batch(Cursor(VALIDITY, last), restarted=restarted)
        except CrmError as error:
            raise as_mail_error(error) from error

    def fetch_some(
        self, validity: int, sizes: dict[int, int], *, folder: str = "INBOX", most_bytes: int
    ) -> Iterator[Batch]:
        """The messages with these numbers."""
        arrivals = self._needed()
        wanted = arrivals.those(sizes) if validity == VALIDITY else []
        try:
            for start in range(0, len(wanted), self._batch):
                some = wanted[start : start + self._batch]
                yield Batch(Cursor(VALIDITY, some[-1].uid), self._each(some, most_bytes))
        except CrmError as error:
            raise as_mail_error(error) from error

    def wait_for_new(
        self, seconds: float, *, folder: str = "INBOX", enough: Callable[[], bool] = lambda: False
    ) -> bool:
        """Until the platform tells of something, or it is time for the next look."""
        end = time.monotonic() + min(seconds, self._look_seconds)
        while time.monotonic() < end and not enough():
            if self._is_nudged():
                return True
            time.sleep(min(0.5, max(end - time.monotonic(), 0.01)))
        return not enough()

    def _needed(self) -> Arrivals:
        if self._arrivals is None:
            raise MailError("This mailbox can only send here.", permanent=True)
        return self._arrivals

    def _is_nudged(self) -> bool:
        """Did the platform tell that something came?"""
        return False

    def _each(self, some: Sequence[Numbered], most_bytes: int) -> tuple[Fetched, ...]:
        place = "whole", some[0].uid
        read = partial(self._fetched, most_bytes=most_bytes)
        return tuple(self._reader.read_each(place, some, read, self._answers, self._stub))

    def _each_head(self, some: Sequence[Numbered]) -> tuple[Fetched, ...]:
        """One whose head is not given is asked for whole, and put aside then."""

        def stub(one: Numbered, _: str) -> Fetched:
            return Fetched(one.uid, b"", one.size, one.received)

        return tuple(self._reader.read_each(("heads", some[0].uid), some, self._heads, self._answers, stub))

    def _stub(self, one: Numbered, reason: str) -> Fetched:
        """What stands for a message that cannot be read."""
        return Fetched(one.uid, stub_of(one.platformid), one.size, one.received, trouble=reason)

    def _answers(self, error: Exception) -> None:
        """Raises when the platform answers nobody now, so that no message is to blame for the error."""
        raise NotImplementedError

    def _learn(self, arrivals: Arrivals) -> None:
        """Number what the platform tells of."""
        raise NotImplementedError

    def _heads(self, some: Sequence[Numbered]) -> tuple[Fetched, ...]:
        """Heads of those messages; the ones that are gone are missing."""
        raise NotImplementedError

    def _fetched(self, some: Sequence[Numbered], most_bytes: int) -> tuple[Fetched, ...]:
        """The same, whole."""
        raise NotImplementedError


def as_mail_error(error: CrmError) -> MailError:
    """The same for the inbox and the outbox, with how long to wait."""
    wait = error.retry_after if isinstance(error, MicrosoftError) else None
    return MailError(str(error), permanent=error.permanent, retry_after=wait, installation=error.installation)
