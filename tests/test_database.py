"""The store: both databases, migrations, transactions, audit chain."""

import threading
import time

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from tests.conftest import unguard_audit_log

from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.engine import RESTED_SECONDS, Database
from leadwright.db.mail import InboundMessage, Mailbox
from leadwright.db.people import BusinessUnit
from leadwright.db.schema import _config, drift, migrate
from leadwright.errors import BadInput
from leadwright.mail.inbox import NOT_WHOLE


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


def test_connections_that_postgresql_closed_while_they_rested_are_replaced(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("only a server closes connections")
    with database.reading() as session, database.reading() as other:
        mine = [s.scalar(text("SELECT pg_backend_pid()")) for s in (session, other)]
    with database.reading() as session:
        others = [pid for pid in mine if pid != session.scalar(text("SELECT pg_backend_pid()"))]
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": others[0]})
    time.sleep(RESTED_SECONDS + 0.1)
    with database.reading() as session, database.reading() as other:
        assert others[0] not in [s.scalar(text("SELECT pg_backend_pid()")) for s in (session, other)]


def test_only_what_may_be_repeated_is_committed_without_the_disk_on_postgresql(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has connections of their own for it")
    for repeatable, expected in ((True, "off"), (False, "on")):
        with database.transaction(repeatable=repeatable) as session:
            assert session.scalar(text("SHOW synchronous_commit")) == expected


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


TAMPERING = (
    "UPDATE auditentry SET actorname = 'x' WHERE number = 2",
    "DELETE FROM auditentry WHERE number = 2",
    "DELETE FROM auditentry WHERE number >= 2",
)


def write_three(database: Database) -> None:
    with database.transaction() as session:
        for n in range(3):
            audit.record(session, audit.SYSTEM, "test.done", "lead", str(n))


@pytest.mark.parametrize(
    "tampering",
    [
        *TAMPERING,
        "UPDATE audithead SET number = 1",
        "UPDATE audithead SET number = 9",
        "DELETE FROM audithead",
        "INSERT INTO audithead (one, number, hash) VALUES (1, 1, '')",
    ],
)
def test_the_database_refuses_to_change_or_shorten_the_audit_log(database: Database, tampering: str) -> None:
    write_three(database)
    with pytest.raises(DBAPIError, match="can only grow"), database.transaction() as session:
        session.execute(text(tampering))
    with database.reading() as session:
        assert audit.broken_link(session) is None


def test_an_audit_entry_cannot_be_replaced(sqlite_database: Database) -> None:
    write_three(sqlite_database)
    with pytest.raises(DBAPIError, match="can only grow"), sqlite_database.transaction() as session:
        session.execute(text("INSERT OR REPLACE INTO auditentry SELECT * FROM auditentry WHERE number = 2"))


@pytest.mark.parametrize("tampering", TAMPERING)
def test_an_audit_entry_changed_or_removed_without_the_triggers_is_found(database: Database, tampering: str) -> None:
    write_three(database)
    unguard_audit_log(database)
    with database.transaction() as session:
        session.execute(text(tampering))
    with database.reading() as session:
        assert audit.broken_link(session) == 2


def test_an_entry_put_at_the_end_from_outside_is_found(database: Database) -> None:
    write_three(database)
    with database.transaction() as session:
        last = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.number == 3)).one()
        values = {c: getattr(last, c) for c in audit.AuditEntry.__table__.columns.keys()}  # noqa: SIM118
        forged = audit.AuditEntry(**{**values, "number": 4, "previoushash": last.hash})
        forged.hash = audit.digest(forged)
        session.add(forged)
    with database.reading() as session:
        assert audit.broken_link(session) == 4


def test_many_records_changed_at_once_are_entries_of_one_chain(database: Database) -> None:
    write_three(database)
    with database.transaction() as session:
        changed = (audit.Changed(str(n), {"n": n}, {"n": n + 1}) for n in range(2500))
        audit.record_many(session, audit.SYSTEM, "lead.changed", "lead", changed, cause="import")
    write_three(database)
    with database.reading() as session:
        assert audit.broken_link(session) is None
        last = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.number == 2503)).one()
        assert (last.recordid, last.before, last.after, last.cause) == ("2499", {"n": 2499}, {"n": 2500}, "import")


def test_a_log_of_before_gets_its_head_where_it_ends(database: Database) -> None:
    write_three(database)
    with database.engine.execution_options(leadwright_writes=True).begin() as connection:
        command.downgrade(_config(connection), "0002")
    migrate(database)
    write_three(database)
    with database.reading() as session:
        assert audit.broken_link(session) is None
        assert session.scalar(text("SELECT number FROM audithead")) == 6


def test_a_mail_that_was_put_aside_without_its_content_before_is_known_as_one(database: Database) -> None:
    """An earlier version forgot that, and read it again as an empty answer."""
    reasons = (
        "The server has this message and does not give it: NO",
        "The message is too large (9 bytes). Only its beginning is kept.",
        "Reading it took too long.",
    )
    with database.transaction() as session:
        session.add(Mailbox(mailboxid=new_id(), name="Sales", emailaddress="sales@seller.example"))
        session.flush()
        for uid, reason in enumerate(reasons):
            session.add(
                InboundMessage(
                    mailboxid=session.scalars(select(Mailbox.mailboxid)).one(), identity=str(uid), contenthash="",
                    raw=b"", folder="INBOX", uidvalidity=1, uid=uid, state="quarantined", reason=reason,
                )
            )  # fmt: skip
    with database.engine.execution_options(leadwright_writes=True).begin() as connection:
        command.downgrade(_config(connection), "0025")
    migrate(database)
    with database.reading() as session:
        kinds = session.scalars(select(InboundMessage.kind).order_by(InboundMessage.uid)).all()
    assert kinds == [NOT_WHOLE, NOT_WHOLE, ""]
