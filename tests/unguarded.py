"""A fault test is run once more on a naive build: the real one with its guard taken out. It must find the harm."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def harm_is_found() -> Iterator[None]:
    """The test that is called within has to fail; one that passes without the guard proves nothing."""
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        yield
