"""The rehearsal's clock: it jumps, never back, and stands still unless it is told to run."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from leadwright.errors import BadInput
from leadwright.sandbox.clock import VirtualClock, rehearsal_start

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_it_stands_still_between_jumps_and_never_goes_back() -> None:
    clock = VirtualClock(START)
    assert clock() == clock() == START
    assert clock.advance_to(START + timedelta(days=3)) == START + timedelta(days=3)
    assert clock.advance_to(START) == clock() == START + timedelta(days=3)


def test_real_time_passes_only_when_asked() -> None:
    ticks = [100.0]
    clock = VirtualClock(START, lambda: ticks[0])
    ticks[0] += 60
    assert clock() == START
    clock.run()
    clock.run()
    ticks[0] += 60
    assert clock() == START + timedelta(seconds=60)
    clock.advance_to(START + timedelta(days=1))
    ticks[0] += 5
    assert clock() == START + timedelta(days=1, seconds=5)
    clock.halt()
    ticks[0] += 5
    assert clock() == START + timedelta(days=1, seconds=5)


def test_many_threads_end_at_the_latest_moment() -> None:
    clock = VirtualClock(START)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: clock.advance_to(START + timedelta(minutes=n)), [*range(200), *range(200, 0, -1)]))
    assert clock() == START + timedelta(minutes=200)


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="time zone"):
        VirtualClock(datetime(2026, 11, 2))  # noqa: DTZ001


@pytest.mark.parametrize("days", range(7))
def test_a_rehearsal_starts_three_weeks_ago_on_a_monday_or_friday_morning(days: int) -> None:
    real_now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC) + timedelta(days=days)
    start = rehearsal_start(real_now)
    assert start.strftime("%A") in {"Monday", "Friday"}
    assert (start.hour, start.minute) == (12, 0)
    assert timedelta(days=21) <= real_now - start < timedelta(days=25)
