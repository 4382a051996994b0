"""`leadwright suppressions` as an operator runs it after a backup was restored."""

import csv
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import migrated_sqlite
from tests.mail.post_office import add_mailbox, letter
from typer.testing import CliRunner, Result

from leadwright.actions import suppressions
from leadwright.cli.app import app
from leadwright.db.audit import AuditEntry
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox, Suppression
from leadwright.domain.mail_phase import Phase
from leadwright.domain.suppression import Reason
from leadwright.mail.outbox import Order, put
from leadwright.mail.suppression import suppress, suppress_domain, why_suppressed

THEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ADA, PAT = "ada@northwind.example", "pat@company.example"


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Database]:
    """The database that the backup was made of, with all that came after it."""
    shutil.copy(migrated_sqlite(), tmp_path / "newer.db")
    opened = Database(f"sqlite:///{tmp_path / 'newer.db'}")
    yield opened
    opened.close()


def _run(database: Database, monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> Result:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LEADWRIGHT_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("LEADWRIGHT_DATABASE_URL", database.url)
    return CliRunner().invoke(app, ["suppressions", *words])


def _opt_outs(database: Database) -> None:
    with database.transaction() as session:
        suppress(session, ADA, reason=Reason.OPT_OUT, source="one_click", clock=lambda: THEN)
        suppress(session, PAT, reason=Reason.COMPLAINT, source='inbound:"x", y', clock=lambda: THEN, scope="outreach")
        suppress_domain(session, "quiet.example", reason=Reason.PERSON, source="person", clock=lambda: THEN)


def _kept(database: Database) -> list[tuple[object, ...]]:
    columns = (Suppression.hash, Suppression.kind, Suppression.scope, Suppression.reason, Suppression.source)
    with database.reading() as session:
        query = select(*columns, Suppression.at).order_by(Suppression.hash)
        return [tuple(row) for row in session.execute(query)]


def test_opt_outs_are_carried_into_a_database_that_lacks_them_and_end_what_waits(
    database: Database, newer: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opt_outs(newer)
    mailboxid = add_mailbox(database)
    with database.transaction() as session:
        put(session, Order("one", mailboxid, letter(ADA)), THEN)
        put(session, Order("two", mailboxid, letter("kim@company.example")), THEN)
        suppress(session, ADA, reason=Reason.HARD_BOUNCE, source="bounce", clock=lambda: THEN)
    out = _run(newer, monkeypatch, tmp_path, "export", "opt-outs.csv")
    assert (out.exit_code, out.stdout) == (0, "3 opt-outs are in opt-outs.csv.\n")
    assert "@" not in (tmp_path / "opt-outs.csv").read_text("utf-8")
    into = _run(database, monkeypatch, tmp_path, "import", "opt-outs.csv")
    assert into.exit_code == 0, into.output
    assert "3 opt-outs read, 3 were not known here" in into.stdout, "a bounce alone is no opt-out"
    assert _kept(database) == _kept(newer)
    again = _run(database, monkeypatch, tmp_path, "import", "opt-outs.csv")
    assert "3 opt-outs read, 0 were not known here" in again.stdout
    with database.reading() as session:
        phases = {row.businesskey: row.phase for row in session.scalars(select(Outbox))}
        assert why_suppressed(session, "anybody@quiet.example", "outreach") is not None
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "suppression.imported")).all()
    assert phases == {"one": Phase.SUPPRESSED, "two": Phase.QUEUED}
    assert [entry.after for entry in entries] == [{"rows": 3, "new": 3}, {"rows": 3, "new": 0}]
    assert _run(database, monkeypatch, tmp_path, "export", "again.csv").exit_code == 0
    first, second = ((tmp_path / name).read_text("utf-8") for name in ("opt-outs.csv", "again.csv"))
    assert sorted(second.splitlines()) == sorted(first.splitlines())


def test_a_file_that_excel_saved_with_semicolons_is_taken(
    sqlite_database: Database, newer: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opt_outs(newer)
    _run(newer, monkeypatch, tmp_path, "export", "opt-outs.csv")
    with (tmp_path / "opt-outs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "saved.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    into = _run(sqlite_database, monkeypatch, tmp_path, "import", "saved.csv")
    assert "3 opt-outs read, 3 were not known here" in into.stdout, into.output
    assert _kept(sqlite_database) == _kept(newer)


@pytest.mark.parametrize(
    "line",
    [
        "ada@northwind.example,address,,opt_out,x,2026-11-20T09:30:00+00:00",
        "0" * 64 + ",person,,opt_out,x,2026-11-20T09:30:00+00:00",
        "0" * 64 + ",address,,because,x,2026-11-20T09:30:00+00:00",
        "0" * 64 + ",address,,opt_out,x,2026-11-20T09:30:00",
        "0" * 64 + ",address,,opt_out",
    ],
)
def test_a_file_with_a_line_that_cannot_be_used_is_refused_whole(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    good = "1" * 64 + ",address,,opt_out,x,2026-11-20T09:30:00+00:00"
    (tmp_path / "opt-outs.csv").write_text(f"hash,kind,scope,reason,source,at\n{good}\n{line}\n", "utf-8")
    refused = _run(sqlite_database, monkeypatch, tmp_path, "import", "opt-outs.csv")
    assert refused.exit_code == 1
    assert "Line 3 is no opt-out" in str(refused.exception)
    assert _kept(sqlite_database) == []


def test_a_damaged_database_is_read_as_far_as_it_can_be(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.transaction() as session:
        session.add_all(
            Suppression(hash=f"{n:064x}", kind="address", scope="", reason=Reason.OPT_OUT, source="x", at=THEN)
            for n in range(3_000)
        )
    assert _run(sqlite_database, monkeypatch, tmp_path, "export", "opt-outs.csv").exit_code == 0
    whole = (tmp_path / "opt-outs.csv").read_bytes()
    _damage(Path(str(sqlite_database.engine.url.database)), "suppression")
    broken = _run(sqlite_database, monkeypatch, tmp_path, "export", "opt-outs.csv")
    assert broken.exit_code == 1
    read = len((tmp_path / "opt-outs.csv.part").read_text("utf-8").splitlines()) - 1
    assert 500 < read < 3_000
    assert f"{read} opt-outs are in opt-outs.csv.part; the database cannot be read further" in broken.output
    assert (tmp_path / "opt-outs.csv").read_bytes() == whole, "what was good before stays"
    gone = Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    assert "There is no database at" in str(_run(gone, monkeypatch, tmp_path, "export", "opt-outs.csv").exception)


def _damage(file: Path, table: str) -> None:
    """Spoil one page in the last third of a table, as a failing disk does."""
    with closing(sqlite3.connect(file)) as line:
        line.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = line.execute("PRAGMA page_size").fetchone()
        query = "SELECT pageno FROM dbstat WHERE name=? AND pagetype='leaf' ORDER BY path"
        try:
            leaves = [number for (number,) in line.execute(query, (table,))]
        except sqlite3.OperationalError:
            pytest.skip("This SQLite does not tell which pages a table has.")
    with file.open("r+b") as opened:
        opened.seek((leaves[len(leaves) * 2 // 3] - 1) * size)
        opened.write(b"\xff" * size)


def test_a_link_stays_one_a_device_is_written_to_and_nobody_else_may_read(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opt_outs(sqlite_database)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "opt-outs.csv").symlink_to(tmp_path / "elsewhere" / "opt-outs.csv")
    assert _run(sqlite_database, monkeypatch, tmp_path, "export", "opt-outs.csv").exit_code == 0
    assert (tmp_path / "opt-outs.csv").is_symlink()
    kept = tmp_path / "elsewhere" / "opt-outs.csv"
    assert (len(kept.read_text("utf-8").splitlines()), kept.stat().st_mode & 0o77) == (4, 0)
    assert _run(sqlite_database, monkeypatch, tmp_path, "export", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()
    refused = _run(sqlite_database, monkeypatch, tmp_path, "export", "nowhere/opt-outs.csv")
    assert "cannot be written: No such file or directory" in str(refused.exception)


def test_a_file_without_an_opt_out_is_refused(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "opt-outs.csv").write_text("hash,kind,scope,reason,source,at\n", "utf-8")
    refused = _run(sqlite_database, monkeypatch, tmp_path, "import", "opt-outs.csv")
    assert "There is no opt-out in this file" in str(refused.exception)


def test_many_come_in_a_few_at_a_time_and_an_interrupted_import_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n:064x},address,,opt_out,x,2026-11-20T09:30:00+00:00" for n in range(450)]
    text = "\n".join(["\ufeffhash,kind,scope,reason,source,at", *rows]) + "\n"
    (tmp_path / "opt-outs.csv").write_text(text, "utf-8")
    again, count = suppressions.suppress_again, 0

    def fail_late(*args: Any) -> bool:
        nonlocal count
        count += 1
        if count > 430:
            raise KeyboardInterrupt
        return again(*args)

    monkeypatch.setattr(suppressions, "suppress_again", fail_late)
    assert _run(database, monkeypatch, tmp_path, "import", "opt-outs.csv").exit_code != 0
    assert len(_kept(database)) == 400
    monkeypatch.setattr(suppressions, "suppress_again", again)
    rest = _run(database, monkeypatch, tmp_path, "import", "opt-outs.csv")
    assert "450 opt-outs read, 50 were not known here" in rest.stdout
