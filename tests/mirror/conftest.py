"""An office mirrored to an organisation at the stand-in, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mirror.mirrored import Mirrored, open_mirrored

from leadwright.db.engine import Database
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty organisation."""
    made = World(tmp_path / "dynamics")
    yield made
    made.close()


@pytest.fixture
def mirrored(database: Database, world: World, tmp_path: Path) -> Mirrored:
    """The office and the organisation, connected."""
    return open_mirrored(database, world, tmp_path)
