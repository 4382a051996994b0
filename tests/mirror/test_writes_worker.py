"""The worker's threads, one for each way, over a real line: what comes in is changed here and goes out again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.microsoft.organisation import register_agent, services_at, store_connection
from tests.mirror.test_worker import leads, until

from leadwright.actions.leads import edit_lead
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.identity.access import operator
from leadwright.identity.seed import seed_directory
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.mirror_sending import MirrorSending
from leadwright.workflows.mirroring import Mirroring


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """An organisation over TLS, on the real clock."""
    world = World(tmp_path / "dynamics")
    with StandIn(world) as served:
        yield served
    world.close()


def test_a_worker_sends_what_is_decided_here(database: Database, standin: StandIn, tmp_path: Path) -> None:
    services = services_at(database, standin, tmp_path)
    registered = register_agent(standin.world, "AISalesPerson")
    with database.transaction() as session:
        seed_directory(session)
    store_connection(services, registered, standin.origin)
    leadid = registered.lead()
    stopping = threading.Event()
    reading, sending = Mirroring(services, stopping, lambda: None), MirrorSending(services, "worker", stopping)
    reading.start()
    sending.start()
    try:
        until(lambda: leads(database) == 1)
        with database.reading() as session:
            who = operator(session)
        edit_lead(services, who, leadid, {"companyname": "Here Ltd"})
        until(lambda: (records.read(standin.world, "lead", leadid) or {})["companyname"] == "Here Ltd")
        until(lambda: _states(database) == ["sent"])
        assert sending.trouble == ""
    finally:
        stopping.set()
        reading.stop(30)
        sending.stop(30)


def test_without_a_connection_the_thread_only_looks(database: Database, standin: StandIn, tmp_path: Path) -> None:
    services = services_at(database, standin, tmp_path)
    stopping = threading.Event()
    sending = MirrorSending(services, "worker", stopping)
    sending.start()
    stopping.wait(0.5)
    stopping.set()
    sending.stop(30)
    assert sending.trouble == ""
    assert _states(database) == []
    with standin.world.reading() as db:
        assert db.execute("SELECT count(*) FROM seen").fetchone()[0] == 0


def _states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(MirrorWrite.state)))
