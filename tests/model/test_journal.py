"""Answers paid for are committed before they are used, many in one transaction, and none suffers from another."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, event

from leadwright.analyst.model.journal import Journal, Paid
from leadwright.db.engine import Database

ANSWER = Paid("read_lead", 0, "c" * 64, "openai:fake", "{}", 10, 5, 0.001, 0.2)


def test_answers_that_come_while_others_are_written_share_one_transaction(database: Database) -> None:
    journal, commits = Journal(database), []

    def committed(_connection: Connection) -> None:
        commits.append(1)

    event.listen(Engine, "commit", committed)
    try:
        with ThreadPoolExecutor(20) as pool:
            with journal._writing:  # somebody writes just now
                kept = [pool.submit(journal.record, f"run-{n}", replace(ANSWER, answer=str(n))) for n in range(20)]
                while len(journal._waiting) < 20:
                    time.sleep(0.001)
            for each in kept:
                each.result()
    finally:
        event.remove(Engine, "commit", committed)
    assert len(commits) == 1
    assert all([p.answer for p in journal.paid(f"run-{n}")] == [str(n)] for n in range(20))


def test_the_first_answer_under_a_key_stays(database: Database) -> None:
    journal = Journal(database)
    journal.record("run", ANSWER)
    Journal(database).record("run", replace(ANSWER, answer="another process"))
    assert [p.answer for p in journal.paid("run")] == ["{}"]


def test_an_answer_that_cannot_be_stored_stops_no_other(database: Database) -> None:
    journal = Journal(database)

    def record(n: int) -> bool:
        wrong = {"tokens_in": "many"} if n % 10 == 3 and not database.is_sqlite else {}
        wrong = {"answer": object()} if n % 10 == 3 and database.is_sqlite else wrong
        try:
            journal.record(f"run-{n}", replace(ANSWER, **wrong))  # type: ignore[arg-type]
        except Exception:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        kept = list(pool.map(record, range(100)))
    assert kept == [n % 10 != 3 for n in range(100)]
    assert all(bool(journal.paid(f"run-{n}")) == (n % 10 != 3) for n in range(100))


class Away:
    """A database that cannot be written."""

    is_sqlite = True

    @contextmanager
    def transaction(self, **_: object) -> Iterator[None]:
        raise OSError("away")
        yield


def test_a_database_that_is_away_is_said_to_each() -> None:
    journal = Journal(Away())  # type: ignore[arg-type]
    for n in range(3):
        with pytest.raises(OSError, match="away"):
            journal.record(f"run-{n}", ANSWER)
    assert journal._waiting == []
