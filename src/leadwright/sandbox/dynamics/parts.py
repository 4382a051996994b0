"""The parts of the stand-in by name, for those that are put together from whatever is there."""

import importlib
import importlib.util
from typing import Any

_HERE = "leadwright.sandbox.dynamics"


def part_named(name: str) -> Any | None:
    """The module of a part; None where it is not there."""
    if importlib.util.find_spec(f"{_HERE}.{name}") is None:
        return None
    return importlib.import_module(f"{_HERE}.{name}")
