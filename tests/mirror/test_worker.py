"""The worker's thread reads in over a real line, in one process at a time, and does nothing without a connection."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.microsoft.organisation import register_agent
from tests.microsoft.test_opening import services_of, store

from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorTable
from leadwright.db.sales import Lead
from leadwright.identity.seed import seed_directory
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.mirroring import Mirroring


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """An organisation over TLS, on the real clock."""
    world = World(tmp_path / "dynamics")
    with StandIn(world) as served:
        yield served
    world.close()


def until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def leads(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def test_a_worker_reads_in_what_is_there_and_what_comes(database: Database, standin: StandIn, tmp_path: Path) -> None:
    services = services_of(database, standin, tmp_path)
    registered = register_agent(standin.world, "AISalesPerson")
    with database.transaction() as session:
        seed_directory(session)
    store(services, registered, standin.origin)
    registered.lead()
    stopping, woken = threading.Event(), threading.Event()
    working, second = (Mirroring(services, stopping, woken.set) for _ in range(2))
    working.start()
    try:
        until(lambda: leads(database) == 1)
        second.start()
        registered.lead()
        with database.transaction() as session:
            session.get_one(MirrorTable, "lead").dueat = None
        until(lambda: leads(database) == 2)
        assert woken.is_set()
        assert (working.trouble, second.trouble) == ("", "")
    finally:
        stopping.set()
        working.stop(30)
        second.stop(30)
    assert not [thread for thread in threading.enumerate() if thread.name == "leadwright-mirror"]


def test_without_a_connection_nothing_is_read_and_nothing_is_written(
    database: Database, standin: StandIn, tmp_path: Path
) -> None:
    stopping = threading.Event()
    working = Mirroring(services_of(database, standin, tmp_path), stopping, lambda: None)
    working.start()
    time.sleep(0.5)
    stopping.set()
    working.stop(10)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MirrorTable)) == 0
    with standin.world.reading() as db:
        assert db.execute("SELECT count(*) FROM seen").fetchone()[0] == 0
