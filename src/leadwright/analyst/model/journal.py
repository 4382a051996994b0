"""The journal of model calls in the database: an answer that was paid for is never paid for again."""

from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from leadwright.db.agent import ModelAnswer
from leadwright.db.base import now
from leadwright.db.engine import Database

_row = cast(Table, ModelAnswer.__table__)
_PAID = select(_row).where(_row.c.key >= bindparam("first"), _row.c.key < bindparam("end"))
_RECORD = insert(_row)


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

    def paid(self, run: str) -> list[Paid]:
        """Everything paid for one run, in the order of question and attempt."""
        with self._database.reading() as session:
            found = session.execute(_PAID, {"first": f"{run}:", "end": f"{run};"}).all()
        entries = [
            Paid(*_split(r.key), r.contenthash, r.model, r.answer, r.tokensin, r.tokensout, r.cost, r.seconds)
            for r in found
        ]
        return sorted(entries, key=lambda p: (p.question, p.attempt))

    def record(self, run: str, paid: Paid) -> None:
        """Keep an answer. Where another process kept one under the same key in this moment, that one stays."""
        row = {
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
        with suppress(IntegrityError), self._database.transaction() as session:
            session.execute(_RECORD, row)


def _split(key: str) -> tuple[str, int]:
    _, question, attempt = key.rsplit(":", 2)
    return question, int(attempt)
