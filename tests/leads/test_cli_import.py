"""`leadwright import` as a person runs it: one sentence for each error, a summary, and nothing stored by a preview."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leadwright.db.engine import Database

from .conftest import Office

Write = Callable[..., Path]
LINES = ["Company,Email,Farbe", "Acme,a@acme.example,red", "[red]Beta[/red],b@beta.example,"]


@pytest.fixture
def installed(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


def environment(office: Office) -> dict[str, str]:
    return {**os.environ, "LEADWRIGHT_DATABASE_URL": office.services.database.url, "NO_COLOR": "1", "COLUMNS": "160"}


def run(office: Office, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leadwright", "import", *map(str, arguments)]
    return subprocess.run(
        command, env=environment(office), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def test_a_preview_shows_the_mapping_and_stores_nothing(installed: Office, as_csv: Write) -> None:
    done = run(installed, as_csv(LINES), "--preview")
    assert done.returncode == 0, done.stderr
    assert "Company Name (companyname)" in done.stdout
    assert "not mapped" in done.stdout
    assert "[red]Beta[/red]" in done.stdout
    assert "2 new" in done.stdout
    assert installed.count() == 0


def test_a_list_is_imported_and_summed_up(installed: Office, as_csv: Write) -> None:
    done = run(installed, as_csv([*LINES, "Bad,nothing,"]), "--skip-bad-rows", "--yes")
    assert done.returncode == 0, done.stderr
    assert "2 new leads" in done.stdout
    assert "Row 4, Email (column B)" in done.stdout
    assert "leads-not-imported.csv" in done.stdout
    assert installed.count() == 2


def test_an_error_is_one_sentence_and_no_traceback(installed: Office, as_csv: Write, tmp_path: Path) -> None:
    for arguments in ([tmp_path / "nothing.csv"], [as_csv([*LINES, "Bad,nothing,"])], [as_csv([""])]):
        done = run(installed, *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("leadwright: ")
        assert "Traceback" not in done.stderr
    assert installed.count() == 0


def test_at_a_terminal_unknown_headings_are_asked_for(installed: Office, as_csv: Write) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "leadwright", "import", str(as_csv(LINES))]
    process = subprocess.Popen(command, env=environment(installed), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, b"colour of the logo\nnew_colour: text\ny\n")
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # the other end is closed
        pass
    assert process.wait(60) == 0, said.decode()
    os.close(ours)
    assert '"Farbe" (column C)' in said.decode()
    assert "no column of a lead" in said.decode()
    assert [lead.custom for lead in installed.leads()] == [{"new_colour": "red"}, {}]
