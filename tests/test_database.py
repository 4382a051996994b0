"""The store: both databases, migrations, transactions, audit chain."""

import threading

import pytest
from sqlalchemy import select, text

from leadwright.db import audit
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.db.schema import drift, migrate
from leadwright.errors import BadInput


def test_models_and_migrations_agree(database: Database) -> None:
    assert drift(database) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    assert drift(database) == []


def test_sqlite_is_opened_with_write_ahead_log_and_foreign_keys(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.add(BusinessUnit(name="Root"))
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(BusinessUnit)).all() == []


def test_another_kind_of_database_is_refused_with_the_two_that_work() -> None:
    with pytest.raises(BadInput, match="SQLite and PostgreSQL"):
        Database("mysql://localhost/x")


def test_the_audit_chain_holds_when_many_write_at_once(database: Database) -> None:
    def write(n: int) -> None:
        for i in range(5):
            with database.transaction() as session:
                audit.record(session, audit.SYSTEM, "test.done", "lead", f"{n}-{i}", after={"n": n})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with database.reading() as session:
        assert len(session.scalars(select(audit.AuditEntry)).all()) == 40
        assert audit.broken_link(session) is None


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE auditentry SET actorname = 'x' WHERE number = 2", "DELETE FROM auditentry WHERE number = 2"],
)
def test_a_changed_or_removed_audit_entry_is_found(database: Database, tampering: str) -> None:
    with database.transaction() as session:
        for n in range(3):
            audit.record(session, audit.SYSTEM, "test.done", "lead", str(n))
    with database.transaction() as session:
        session.execute(text(tampering))
    with database.reading() as session:
        assert audit.broken_link(session) == 2
