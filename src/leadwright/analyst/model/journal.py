"""The journal of model calls in the database: an answer that was paid for is never paid for again."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from leadwright.db.agent import ModelAnswer
from leadwright.db.base import now
from leadwright.db.engine import Database

_row = cast(Table, ModelAnswer.__table__)
_OF_RUN = (_row.c.key >= bindparam("first"), _row.c.key < bindparam("end"))
_PAID = select(_row).where(*_OF_RUN)
_SPENT = select(func.sum(_row.c.tokensin + _row.c.tokensout)).where(*_OF_RUN)


@dataclass(frozen=True, slots=True)
class Paid:
    """One answer as it came, valid or not.

    Args:
        attempt: 0 for the first try of a question, 1 for the next.
        contenthash: SHA-256 of what was asked.
        cost: US dollars; None when the price is not known.
    """

    question: str
    attempt: int
    contenthash: str
    model: str
    answer: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float


class Journal:
    """Answers by key ``{run id}:{question}:{attempt}``. Every row is committed before its answer is used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()  # over the list of those who wait
        self._writing = threading.Lock()  # whoever has it writes for all of them
        self._waiting: list[_Waiting] = []
        dialect = sqlite if database.is_sqlite else postgresql
        self._record = dialect.insert(_row).on_conflict_do_nothing()

    def paid(self, run: str) -> list[Paid]:
        """Everything paid for one run, in the order of question and attempt."""
        with self._database.reading() as session:
            found = session.execute(_PAID, {"first": f"{run}:", "end": f"{run};"}).all()
        entries = [
            Paid(*_split(r.key), r.contenthash, r.model, r.answer, r.tokensin, r.tokensout, r.cost, r.seconds)
            for r in found
            if r.key.count(":") == run.count(":") + 2  # those of its mails and follow-ups have keys of their own
        ]
        return sorted(entries, key=lambda p: (p.question, p.attempt))

    def spent(self, run: str) -> int:
        """Tokens, in and out, of everything that was asked for this run: research, mails, replies."""
        with self._database.reading() as session:
            return int(session.scalar(_SPENT, {"first": f"{run}:", "end": f"{run};"}) or 0)

    def record(self, run: str, paid: Paid) -> None:
        """Keep an answer. Where another process kept one under the same key in this moment, that one stays.

        Answers that come while others are being written go into one transaction together: on SQLite every commit
        waits for the disk, and each writer for the one before.
        """
        mine = _Waiting(_as_row(run, paid))
        with self._lock:
            self._waiting.append(mine)
        with self._writing:
            if not mine.written:
                self._write(mine)

    def _write(self, mine: "_Waiting") -> None:
        """Write all that waits; where that fails, this one alone, so that no answer suffers from another's."""
        with self._lock:
            together, self._waiting = self._waiting, []
        try:
            self._store(together)
        except Exception:
            with self._lock:
                self._waiting = [each for each in together if each is not mine] + self._waiting
            self._store([mine])

    def _store(self, answers: Sequence["_Waiting"]) -> None:
        with self._database.transaction(repeatable=True) as session:
            session.execute(self._record, [each.row for each in answers])
        for each in answers:
            each.written = True


@dataclass
class _Waiting:
    row: dict[str, Any]
    written: bool = False


def _as_row(run: str, paid: Paid) -> dict[str, Any]:
    return {
        "key": f"{run}:{paid.question}:{paid.attempt}",
        "contenthash": paid.contenthash,
        "model": paid.model[:120],
        "answer": paid.answer,
        "tokensin": paid.tokens_in,
        "tokensout": paid.tokens_out,
        "cost": paid.cost,
        "seconds": paid.seconds,
        "at": now(),
    }


def _split(key: str) -> tuple[str, int]:
    _, question, attempt = key.rsplit(":", 2)
    return question, int(attempt)
