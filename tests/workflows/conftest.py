"""A runtime that is always stopped at the end: DBOS is one for a process."""

from collections.abc import Callable, Iterator

import pytest

from leadwright.services import Services
from leadwright.workflows.runtime import Runtime


@pytest.fixture
def start() -> Iterator[Callable[[Services], Runtime]]:
    """Start a runtime on the given services."""
    started: list[Runtime] = []

    def begin(services: Services) -> Runtime:
        runtime = Runtime(services)
        runtime.start()
        started.append(runtime)
        return runtime

    yield begin
    for runtime in started:
        runtime.stop()
