"""What is done over there for one or several writes: its calls, and what their answers mean. The base of its kinds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.outgoing import LONGEST, WriteState, wait_after
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.errors import (
    CannotReach,
    MicrosoftError,
    NotAMember,
    PrivilegeMissing,
    Refused,
    RowChanged,
    RowGone,
    ServiceDown,
    SignInRefused,
    Throttled,
    Unclear,
)
from leadwright.mirror.write_claims import Ending

Came = Answer | MicrosoftError
_RIGHTS_AGAIN = timedelta(minutes=5)
_AMISS = (
    "It could not be made ready for Dynamics 365, or the answer could not be read ({}). The log of the worker says "
    "why. Correct it there by hand, then Drop it; or Retry after an update of Leadwright."
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A row as it is over there now.

    Args:
        raw: None: it is not there any more.
        was: ETag of the version that our own write took the place of; empty: our own write created the row; None: it
            was only read.
    """

    table: str
    recordid: str
    raw: dict[str, Any] | None
    was: str | None = None


class Errand:
    """One or several writes that are done together.

    `looks` and `calls` are asked until `endings` has one for every write: first what has to be read, then what is to be
    sent; `looked` and `came` take the answers.
    """

    def __init__(self, writes: Sequence[MirrorWrite], moment: datetime) -> None:
        self.writes, self.moment = list(writes), moment
        self.endings: dict[int, Ending] = {}
        self.arrived: Arrived | None = None

    @property
    def first(self) -> MirrorWrite:
        """The oldest of the writes."""
        return self.writes[0]

    @property
    def is_open(self) -> bool:
        """Is something still to be done?"""
        return len(self.endings) < len(self.writes)

    def looks(self) -> list[Call]:
        """What has to be read before anything is sent."""
        return []

    def looked(self, answers: Sequence[Came]) -> None:
        """The answers to `looks`."""

    def calls(self) -> list[Call]:
        """What is to be sent now, in this order; nothing when all is over."""
        raise NotImplementedError

    def came(self, answers: Sequence[Came]) -> None:
        """The answers to `calls`."""
        raise NotImplementedError

    def end(self, state: WriteState, reason: str = "", **more: Any) -> None:
        """The same ending for every write that has none yet."""
        for write in self.writes:
            self.endings.setdefault(write.number, Ending(state, reason, **more))

    def wait(self, reason: str, *, seconds: float | None = None, **more: Any) -> None:
        """Every write that has no ending waits for another try, ever longer; `more` as of `Ending`."""
        after = wait_after(self.first.attempts + 1)
        wait = min(max(after, timedelta(seconds=seconds or 0)), LONGEST)
        self.end(WriteState.WAITING, reason, wait=wait, **more)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whatever fails inside holds this errand and keeps no other."""
        try:
            yield
        except SQLAlchemyError:
            raise
        except Exception as error:
            _log.exception("a write could not be done", number=self.first.number, kind=self.first.kind)
            self.end(WriteState.HELD, _AMISS.format(type(error).__name__), doubtful=True)

    def names_nobody(self, error: RowGone) -> None:
        """The row is there: what it was to name is not."""
        reason = (
            "Dynamics 365 does not know a record that was chosen here, such as a user who exists in Leadwright only."
        )
        said = f" It says: {error.said.rstrip('. ')}." if error.said else ""
        self.end(WriteState.HELD, f"{reason}{said} Choose another one here, then Drop this; or create it, then Retry.")

    def failed_whole(self, error: MicrosoftError) -> None:
        """The request it went in failed as a whole: it waits, whatever the reason."""
        if isinstance(error, Throttled):
            self.failed(error)
        else:
            self.wait(str(error), doubtful=True if isinstance(error, Unclear | ServiceDown | Refused) else None)

    def failed(self, error: MicrosoftError) -> None:
        """An answer that refuses: what passes is waited for, what a person has to mend is held."""
        reason = str(error)
        match error:
            case Throttled():
                wait = min(timedelta(seconds=error.retry_after or 5), LONGEST)  # the line itself is closed for longer
                self.end(WriteState.WAITING, reason, wait=wait, blame=False)
            case Unclear() | ServiceDown():
                self.wait(reason, doubtful=True, seconds=error.retry_after)
            case RowChanged():
                self.wait(reason)
            case CannotReach() | SignInRefused() | NotAMember():
                self.end(WriteState.WAITING, reason, wait=wait_after(self.first.attempts + 1))
            case PrivilegeMissing() if error.privilege:  # every write alike: it goes on when the role is mended
                self.end(WriteState.WAITING, reason, wait=_RIGHTS_AGAIN, for_administrator=True)
            case PrivilegeMissing():
                self.end(
                    WriteState.HELD, f"{reason} Dynamics 365 says: {error.said} Give the right, then Retry; or Drop."
                )
            case _:
                self.end(WriteState.HELD, f"{reason} Mend it, then Retry; or Drop it.")
