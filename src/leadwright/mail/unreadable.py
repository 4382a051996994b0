"""A message that its server does not give is put aside after a few tries, and holds up no other."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from leadwright.errors import LeadwrightError, OutsideError
from leadwright.mail.mailbox import Fetched

TRIES = 3
_log = structlog.get_logger(__name__)
T = TypeVar("T")


def read_each(
    some: Sequence[T],
    read: Callable[[Sequence[T]], Sequence[Fetched]],
    answers: Callable[[Exception], None],
    stub: Callable[[T, str], Fetched],
) -> list[Fetched]:
    """What these messages hold; when they cannot be read together, those of each half, down to the one that fails.

    Args:
        read: asks for some of them at once.
        answers: raises when the server answers nobody now, so that no message is to blame for the error.
        stub: stands for a message that cannot be read, with the reason.
    """
    trouble: Exception | None = None
    for _ in range(TRIES if len(some) == 1 else 1):
        try:
            return list(read(some))
        except Exception as error:
            if isinstance(error, SQLAlchemyError) or (isinstance(error, OutsideError) and error.installation):
                raise
            answers(error)
            trouble = error
            if isinstance(error, OutsideError) and error.permanent:
                break
    if len(some) > 1:
        half = len(some) // 2
        return [each for part in (some[:half], some[half:]) for each in read_each(part, read, answers, stub)]
    reason = f"The server has this message and does not give it: {in_words(trouble)}"
    _log.warning("a message cannot be read", reason=reason)
    return [stub(each, reason) for each in some]


def in_words(error: Exception | None) -> str:
    """What went wrong, for a person."""
    if isinstance(error, LeadwrightError):
        return str(error)
    return f"An error of Leadwright itself ({type(error).__name__}: {error}). Report it; the log has more."


def stub_of(name: str) -> bytes:
    """A header that tells the message apart from every other.

    Args:
        name: what its server knows it by.
    """
    return f"Message-ID: <{name}@unreadable.invalid>\r\n\r\n".encode("utf-8", "replace")
