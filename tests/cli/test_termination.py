"""SIGTERM: whatever command runs, what it opened is closed before it ends; the database is one file again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.test_work_together import children_of, workers

from leadwright.db.engine import Database
from leadwright.db.schema import migrate

WITHIN = """
import os, signal, time, weakref
from leadwright.cli.termination import closed_at_sigterm

class Thing: pass

def told(_=None):
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000): pass

with closed_at_sigterm():
    try:
        {how}
        time.sleep(20)
        print("never told", flush=True)
    finally:
        print("closed", flush=True)
"""


def databases(folder: Path) -> list[str]:
    """The files of databases in a folder, with what SQLite left beside them."""
    return sorted(path.name for path in folder.glob("*.db*"))


@contextmanager
def command(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LEADWRIGHT_")}
    known |= {"LEADWRIGHT_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "leadwright", *words, "--port", "0"],
        env=known, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return
    raise AssertionError(f"it never said {words!r}: {''.join(said)}")


@pytest.mark.parametrize(
    "how",
    ["told()", "thing = Thing(); seen = weakref.ref(thing, told); del thing"],
    ids=["at work", "collecting garbage"],
)
def test_what_is_open_is_closed_and_then_the_signal_ends_the_process(how: str) -> None:
    script = [sys.executable, "-c", WITHIN.format(how=how)]
    ran = subprocess.run(script, check=False, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("closed\n", "")
    assert ran.returncode == -signal.SIGTERM


@pytest.mark.parametrize("told", ["Leadwright is at", "Application startup complete"])
def test_who_served_leaves_each_database_in_one_file(tmp_path: Path, told: str) -> None:
    with command(tmp_path, "serve") as served:
        read_until(served, told)
        served.send_signal(signal.SIGTERM)
        said = served.communicate(timeout=60)[0]
    assert served.returncode == -signal.SIGTERM, said
    assert "leadwright.db" in databases(tmp_path)
    assert not [name for name in databases(tmp_path) if not name.endswith(".db")]


@pytest.mark.parametrize("told", ["Importing", "The desk"])
def test_a_demo_leaves_each_database_in_one_file(tmp_path: Path, told: str) -> None:
    with command(tmp_path, "demo", "--leads", "20", "--data-dir", str(tmp_path)) as demo:
        read_until(demo, told)
        demo.send_signal(signal.SIGTERM)
        said = demo.communicate(timeout=60)[0]
    assert demo.returncode == -signal.SIGTERM, said
    assert "leadwright.db" in databases(tmp_path)
    assert not [name for name in databases(tmp_path) if not name.endswith(".db")]


def test_workers_leave_one_file_also_when_some_were_killed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'leadwright.db'}")
    migrate(database)
    database.close()
    with workers(tmp_path, database) as process:
        read_until(process, "Working leads as")
        read_until(process, "Working leads as")
        for worker in children_of(process, 2):
            worker.kill()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 0, said
    assert [name for name in databases(tmp_path) if name.startswith("leadwright.db")] == ["leadwright.db"]
