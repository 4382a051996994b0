"""Summer time and far zones, on naive builds: what many do with a time of day, and the test that must fail."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from tests.domain import test_sending
from tests.unguarded import harm_is_found


def by_offset(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The offset of midnight holds for the day."""
    offset = datetime.combine(day, time(), zone).utcoffset()
    assert offset is not None
    return (datetime.combine(day, wall, UTC) - offset).astimezone(UTC)


def later_fold(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Whatever the library makes of it."""
    return datetime.combine(day, wall, zone).replace(fold=1).astimezone(UTC)


@pytest.mark.parametrize(
    ("naive", "proof"),
    [
        (by_offset, test_sending.test_a_time_that_does_not_exist_is_the_moment_of_the_change),
        (later_fold, test_sending.test_a_time_that_comes_twice_is_its_first),
    ],
)
def test_a_naive_time_of_day_misses_the_hours_that_change(
    monkeypatch: pytest.MonkeyPatch, naive: object, proof: Callable[[], None]
) -> None:
    """F43"""
    monkeypatch.setattr(test_sending, "instant_of", naive)
    with harm_is_found():
        proof()
