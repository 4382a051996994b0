"""A world of its own for each test, and the stand-in served over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    made = World(tmp_path / "dynamics")
    yield made
    made.close()


@pytest.fixture
def standin(world: World) -> Iterator[StandIn]:
    """The stand-in over TLS on free ports, with its proxy."""
    with StandIn(world) as served:
        yield served
