"""`leadwright verify-audit` as an operator runs it."""

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.conftest import unguard_audit_log
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.db import audit
from leadwright.db.engine import Database


def test_the_command_says_that_the_chain_holds_and_names_the_entry_where_it_does_not(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LEADWRIGHT_DATABASE_URL", database_url)
    with database.transaction() as session:
        for n in range(5):
            audit.record(session, audit.Actor(None, "person", "Ada"), "lead.changed", "lead", f"r{n}")
    holds = CliRunner().invoke(app, ["verify-audit"])
    assert holds.exit_code == 0
    assert "The chain holds: 5 entries" in holds.stdout
    unguard_audit_log(database)
    with database.transaction() as session:
        session.execute(text("UPDATE auditentry SET actorname = 'Nobody' WHERE number = 3"))
    broken = CliRunner().invoke(app, ["verify-audit"])
    assert broken.exit_code == 1
    assert "broken at entry 3 (lead.changed by Nobody" in broken.output
    with database.transaction() as session:
        session.execute(text("DELETE FROM auditentry WHERE number = 2"))
    assert "broken at entry 2, missing" in CliRunner().invoke(app, ["verify-audit"]).output
