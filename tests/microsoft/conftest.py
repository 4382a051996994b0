"""An organisation at the stand-in, and our client connected to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.microsoft.organisation import Agent, Desk, connect, first_administrator, register_agent, services_at

from leadwright.db.engine import Database
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty organisation."""
    made = World(tmp_path / "dynamics")
    yield made
    made.close()


@pytest.fixture
def standin(world: World) -> Iterator[StandIn]:
    """The stand-in over TLS on free ports, with its proxy."""
    with StandIn(world) as started:
        yield started


@pytest.fixture
def agent(world: World) -> Agent:
    """An application that is a System Administrator of the organisation, called in-process."""
    registered = register_agent(world, "System Administrator")
    client = TestClient(served(world), base_url="https://localhost")
    return connect(registered, "https://localhost", client=client)


@pytest.fixture
def tls_agent(world: World, standin: StandIn) -> Iterator[Agent]:
    """The same over TLS."""
    made = connect(
        register_agent(world, "System Administrator"), standin.origin, ca_file=standin.certificates.authority
    )
    yield made
    made.http.close()


@pytest.fixture
def desk(database: Database, standin: StandIn, tmp_path: Path) -> Desk:
    """An administrator at an installation that leads to the stand-in, on both databases."""
    services = services_at(database, standin, tmp_path)
    return Desk(services, register_agent(standin.world, "System Administrator"), standin, first_administrator(services))
