"""The stand-in of `tests/dynamics`, for Microsoft's own client libraries."""

from tests.dynamics.conftest import standin, world

__all__ = ["standin", "world"]
