"""Answers paid for are committed before they are used, many in one transaction, and none suffers from another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event

from leadwright.analyst.model.journal import Journal, Paid
from leadwright.db.engine import Database

ANSWER = Paid("read_lead", 0, "c" * 64, "openai:fake", "{}", 10, 5, 0.001, 0.2)


def test_answers_that_come_at_once_are_each_kept_and_share_transactions(database: Database) -> None:
    journal, commits = Journal(database), []
    event.listen(database.engine, "commit", lambda _connection: commits.append(1))
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda n: journal.record(f"run-{n}", replace(ANSWER, answer=str(n))), range(200)))
    assert all([p.answer for p in journal.paid(f"run-{n}")] == [str(n)] for n in range(200))
    assert len(commits) <= 200


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


def test_a_database_that_is_away_is_said_to_each(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(database)
    database.close()

    def gone(*_: object, **__: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(database, "transaction", gone)
    for n in range(3):
        with pytest.raises(OSError, match="away"):
            journal.record(f"run-{n}", ANSWER)
    assert journal._waiting == []
