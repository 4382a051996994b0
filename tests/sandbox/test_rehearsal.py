"""The rehearsal sets itself up as people would, and `leadwright demo` runs the main job on it."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from leadwright.bootstrap import open_services
from leadwright.cli.app import app
from leadwright.cli.demo import own_command
from leadwright.cli.serve import address, listen
from leadwright.db.agent import Agent, LeadRun, Prerequisite
from leadwright.db.audit import AuditEntry
from leadwright.db.knowledge import KnowledgePassage
from leadwright.db.sales import Lead
from leadwright.errors import BadInput, Conflict
from leadwright.sandbox import rehearsal, seller


def test_a_folder_with_a_real_installation_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "leadwright.db").write_bytes(b"somebody's leads")
    ran = CliRunner().invoke(app, ["demo", "--once", "--data-dir", str(tmp_path)])
    assert isinstance(ran.exception, BadInput)
    assert "not a rehearsal" in str(ran.exception)
    assert (tmp_path / "leadwright.db").read_bytes() == b"somebody's leads"


def demo(folder: Path) -> str:
    command = [sys.executable, "-W", "error", "-m", "leadwright", "demo", "--once", "--leads", "10", "--port", "0"]
    done = subprocess.run([*command, "--data-dir", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_sets_up_works_its_leads_tells_the_outcome_and_goes_on_when_run_again(tmp_path: Path) -> None:
    first = demo(tmp_path)
    assert "Outcome by fit" in first
    assert re.search(r"\d+ leads in [\d.]+ seconds", first)
    again = demo(tmp_path)
    assert "Going on with the rehearsal" in again
    assert "Nothing was left to do" in again
    made = rehearsal.load(tmp_path)
    assert made
    assert made.ready
    for told in (first, again):
        assert f"LEADWRIGHT_DATA_DIR={tmp_path.resolve()} {sys.executable} -m leadwright serve" in told
        assert made.password in told
        assert seller.ADMINISTRATOR[1] in told
    assert (tmp_path / "rehearsal.json").stat().st_mode & 0o077 == 0
    services = open_services(rehearsal.settings_of(tmp_path, made.world_port, 0))
    with services.database.reading() as session:
        checked = session.scalars(select(Prerequisite).where(Prerequisite.number <= 2)).all()
        assert all(p.done and not p.attested and p.checks for p in checked)
        assert session.scalar(select(Agent.state)) == "on"
        assert session.scalar(select(func.count()).select_from(Lead)) == 10
        runs = session.execute(select(LeadRun.leadid, LeadRun.stage)).all()
        sets = set(session.scalars(select(KnowledgePassage.purpose)))
        actions = set(session.scalars(select(AuditEntry.action)))
    services.database.close()
    assert len({r.leadid for r in runs}) == len(runs) > 5
    assert {r.stage for r in runs} <= {"handed_over", "disqualified", "returned"}
    assert {"research", "outreach", "competitor:Gripwell Automation"} <= sets
    assert {"application.registered", "prerequisite.done", "agent.started", "leads.imported"} <= actions


def test_the_command_to_go_on_is_the_name_on_the_path_else_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "my tools" / "leadwright"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho started\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(script), "demo"])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    told = own_command()
    assert subprocess.run(told, shell=True, capture_output=True, text=True, check=True).stdout == "started\n"
    monkeypatch.setenv("PATH", str(script.parent))
    assert own_command() == "leadwright"


def test_a_taken_port_is_named_or_another_is_taken() -> None:
    with listen("127.0.0.1", 0) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port}"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, other=True) as free:
            assert free.getsockname()[1] != port
            assert address(free) == f"http://127.0.0.1:{free.getsockname()[1]}/"
            assert free.family == socket.AF_INET
