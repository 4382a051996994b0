"""A message that its server does not give for long is put aside, and holds up no other; until then all wait for it."""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from leadwright.errors import LeadwrightError, MailError, OutsideError
from leadwright.mail.heads import head_of
from leadwright.mail.mailbox import Fetched

PATIENCE = 300.0  # seconds that the same messages are not given before one of them is to blame, and not the server
_SEVERAL = 3_600.0  # the same where of several none is given, which is hardly a message's fault
_PASS = 300.0  # seconds after which a pass asks for no further part: other mailboxes are to be read too
_log = structlog.get_logger(__name__)
T = TypeVar("T")
Place = tuple[Hashable, ...]


@dataclass(slots=True)
class _Walk:
    """Messages are asked for in ever smaller parts; in the next pass it goes on: what failed is not asked for anew."""

    began: float = 0.0
    failed: dict[frozenset[Any], str] = field(default_factory=dict)  # part -> why
    again: dict[frozenset[Any], str] = field(default_factory=dict)  # the same of those asked for once more


class PatientReader:
    """Reads the messages of one mailbox. Keeps since when it does not get on, so it must outlive a broken line."""

    def __init__(self) -> None:
        self._where: Hashable = None
        self._since = 0.0
        self._halved = 0.0  # when each was asked for by itself last, or the trouble began
        self._walks: dict[Place, _Walk] = {}

    def read_each(
        self,
        place: Place,
        some: Sequence[T],
        read: Callable[[Sequence[T]], Sequence[Fetched]],
        answers: Callable[[Exception], None],
        stub: Callable[[T, str], Fetched],
    ) -> list[Fetched]:
        """What these messages hold, by uid; after long trouble those of each half, down to the ones that fail.

        Args:
            place: what is asked for, and where in the mailbox: the same for as long as reading does not get on.
            read: asks for some of them at once.
            answers: raises when the server answers nobody now, so that no message is to blame for the error.
            stub: stands for a message that cannot be read, with the reason.

        Raises:
            Exception: it is not certain yet that a message is to blame.
        """
        walk = self._walks.get(place) or _Walk()
        found, refused = self._walked(walk, place, some, read, answers)
        self._walks.pop(place, None)
        if len(refused) > 1 and not found and walk.began - self._since < _SEVERAL:
            self._halved = time.monotonic()
            raise MailError(refused[0][1])
        for one, why in refused:
            reason = f"The server has this message and does not give it: {why}"
            _log.warning("a message cannot be read", reason=reason)
            found.append(stub(one, reason))
        return sorted(found, key=lambda message: message.uid)

    def _walked(
        self,
        walk: _Walk,
        place: Place,
        some: Sequence[T],
        read: Callable[[Sequence[T]], Sequence[Fetched]],
        answers: Callable[[Exception], None],
    ) -> tuple[list[Fetched], list[tuple[T, str]]]:
        """What is given, and each that is not, with the reason. Raises while that is not certain."""
        ends = time.monotonic() + _PASS

        def ask(part: Sequence[T], failed: dict[frozenset[Any], str]) -> Sequence[Fetched] | str:
            for those, why in failed.items():
                if those <= set(part):
                    return why
            try:
                return read(part)
            except Exception as error:
                self._blame(error, walk, place, answers)
                failed[frozenset(part)] = in_words(error)
                if len(some) > 1 and time.monotonic() > ends:
                    raise
                return in_words(error)

        found, refused = _read_parts(some, partial(ask, failed=walk.failed))
        if not found or not refused:
            return found, refused
        others = [one for one, _ in refused]  # the server may have been ill at those, and be well by now
        more, refused = _read_parts(others, partial(ask, failed=walk.again))
        return found + more, refused

    def _blame(self, error: Exception, walk: _Walk, place: Place, answers: Callable[[Exception], None]) -> None:
        """Raises the error unless nothing is read there for so long that a message is to blame."""
        if isinstance(error, SQLAlchemyError) or (isinstance(error, OutsideError) and error.installation):
            raise error
        answers(error)
        moment, where = time.monotonic(), place[1:]
        if where != self._where:
            self._where, self._since, self._halved, self._walks = where, moment, moment, {}
        if moment - self._halved < PATIENCE:
            raise error
        if place not in self._walks:
            walk.began, self._walks[place] = moment, walk


def _read_parts(
    some: Sequence[T], ask: Callable[[Sequence[T]], Sequence[Fetched] | str]
) -> tuple[list[Fetched], list[tuple[T, str]]]:
    """What could be read, and each that could not, with the reason."""
    given = ask(some)
    if not isinstance(given, str):
        return list(given), []
    if len(some) == 1:
        return [], [(some[0], given)]
    half = len(some) // 2
    (found, refused), (more, others) = (_read_parts(part, ask) for part in (some[:half], some[half:]))
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
