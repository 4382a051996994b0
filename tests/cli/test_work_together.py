"""Several workers by one command: they share the limits and the leads, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.workflows.office import PlainAnalyst, add_leads, open_office, services_of, stages

from leadwright.cli.work_together import shares
from leadwright.db.engine import Database
from leadwright.settings import Settings


@contextmanager
def workers(folder: Path, database: Database, *more: str) -> Iterator[subprocess.Popen[str]]:
    known = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    place = {"LEADWRIGHT_DATA_DIR": str(folder), "LEADWRIGHT_DNS_CHECKS": "false"}
    place |= {"LEADWRIGHT_FETCH_COMPANY_SITES": "false", "LEADWRIGHT_DATABASE_URL": database.url}
    command = [sys.executable, "-m", "leadwright", "work", "--processes", "2", *more]
    process = subprocess.Popen(
        command, env={**known, **place}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()  # its workers end by themselves; a test proves it
        process.communicate()


def children_of(process: subprocess.Popen[str], wanted: int) -> list[psutil.Process]:
    """The workers, without the helper process of multiprocessing."""
    for _ in range(300):
        children = [c for c in psutil.Process(process.pid).children() if c.status() != psutil.STATUS_ZOMBIE]
        found = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
        if len(found) >= wanted:
            return found
        time.sleep(0.1)
    raise AssertionError("the workers did not start")


@pytest.mark.parametrize(
    ("calls", "per_minute", "processes", "expected"),
    [(8, 0, 2, [4, 4]), (7, 0, 2, [4, 3]), (1, 0, 4, [1]), (32, 2, 4, [16, 16])],
)
def test_the_limits_of_the_model_are_shared(calls: int, per_minute: int, processes: int, expected: list[int]) -> None:
    settings = Settings(analyst="model", model_concurrency=calls, model_requests_per_minute=per_minute)
    given = shares(settings, processes)
    assert [int(share["LEADWRIGHT_MODEL_CONCURRENCY"]) for share in given] == expected
    assert sum(int(share.get("LEADWRIGHT_MODEL_REQUESTS_PER_MINUTE", 0)) for share in given) <= per_minute


def test_a_configured_name_is_numbered() -> None:
    given = shares(Settings(executor_id="north"), 3)
    assert [share["LEADWRIGHT_EXECUTOR_ID"] for share in given] == ["north-1", "north-2", "north-3"]


def test_two_workers_bring_each_lead_to_one_outcome_and_end(database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    add_leads(office, 20)
    with workers(tmp_path, database, "--until-idle") as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "Starting 2 workers" in said
    assert stages(office) == {"handed_over": 20}


def test_a_worker_that_dies_is_replaced_and_none_outlives_the_parent(sqlite_database: Database, tmp_path: Path) -> None:
    open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    with workers(tmp_path, sqlite_database) as process:
        first = children_of(process, 2)
        first[0].kill()
        first[0].wait(20)
        second = children_of(process, 2)
        assert {c.pid for c in second} != {c.pid for c in first}
        process.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(second, timeout=60)
        assert not alive
