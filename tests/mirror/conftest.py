"""An organisation and our mirror of it, in-process, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.mirror.organisation import Clock, Office, connect_office

from leadwright.db.engine import Database
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty organisation, whose clock is ours too."""
    made = World(tmp_path / "dynamics", Clock())
    yield made
    made.close()


@pytest.fixture
def office(world: World, database: Database) -> Office:
    """Connected, with the role AISalesPerson; nothing is mirrored yet."""
    return connect_office(world, database)


@pytest.fixture
def mirrored(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """An office whose people and leads are in an organisation too, ready to write to it."""
    world = World(tmp_path / "written")
    yield open_mirrored(database, world, tmp_path)
    world.close()
