"""A message that its server does not give for long is put aside, and holds up no other; until then all wait for it."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from leadwright.errors import LeadwrightError, OutsideError
from leadwright.mail.heads import head_of
from leadwright.mail.mailbox import Fetched

PATIENCE = 300.0  # seconds that the same messages are not given before one of them is to blame, and not the server
_SEVERAL = 3_600.0  # the same where of several none is given, which is hardly a message's fault
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class PatientReader:
    """Reads the messages of one mailbox. Keeps since when it does not get on, so it must outlive a broken line."""

    def __init__(self) -> None:
        self._place: Hashable = None
        self._since = 0.0
        self._halved = 0.0  # when each was asked for by itself last, or the trouble began

    def read_each(
        self,
        place: Hashable,
        some: Sequence[T],
        read: Callable[[Sequence[T]], Sequence[Fetched]],
        answers: Callable[[Exception], None],
        stub: Callable[[T, str], Fetched],
    ) -> list[Fetched]:
        """What these messages hold, by uid; after long trouble those of each half, down to the ones that fail.

        Args:
            place: where in the mailbox they are: the same for as long as reading does not get on.
            read: asks for some of them at once.
            answers: raises when the server answers nobody now, so that no message is to blame for the error.
            stub: stands for a message that cannot be read, with the reason.

        Raises:
            Exception: it is not certain yet that a message is to blame.
        """

        def blame(error: Exception) -> None:
            if isinstance(error, SQLAlchemyError) or (isinstance(error, OutsideError) and error.installation):
                raise error
            answers(error)
            if not self._waited_long(place):
                raise error

        found, refused = _read_parts(some, read, blame)
        if len(refused) > 1 and not found and time.monotonic() - self._since < _SEVERAL:
            self._halved = time.monotonic()
            raise refused[0][1]
        for one, error in refused:
            reason = f"The server has this message and does not give it: {in_words(error)}"
            _log.warning("a message cannot be read", reason=reason)
            found.append(stub(one, reason))
        return sorted(found, key=lambda message: message.uid)

    def _waited_long(self, place: Hashable) -> bool:
        """Is nothing read there for so long that a message is to blame?"""
        moment = time.monotonic()
        if place != self._place:
            self._place, self._since, self._halved = place, moment, moment
        return moment - self._halved >= PATIENCE


def _read_parts(
    some: Sequence[T], read: Callable[[Sequence[T]], Sequence[Fetched]], blame: Callable[[Exception], None]
) -> tuple[list[Fetched], list[tuple[T, Exception]]]:
    """What could be read, and each that could not, with its error."""
    try:
        return list(read(some)), []
    except Exception as error:
        blame(error)
        if len(some) == 1:
            return [], [(some[0], error)]
    half = len(some) // 2
    (found, refused), (more, others) = (_read_parts(part, read, blame) for part in (some[:half], some[half:]))
    return found + more, refused + others


def in_words(error: Exception | None) -> str:
    """What went wrong, for a person."""
    if isinstance(error, LeadwrightError):
        return str(error)
    return f"An error of Leadwright itself ({type(error).__name__}: {error}). Report it; the log has more."


def stub_of(name: str, head: bytes = b"") -> bytes:
    """A header that tells the message apart from every other: its own, where that is given and has a Message-ID.

    Args:
        name: what its server knows it by.
    """
    if head_of(head).messageid:
        return head
    line = f"Message-ID: <{name}@unreadable.invalid>\r\n".encode("utf-8", "replace")
    return line + (head.lstrip(b"\r\n") or b"\r\n")
