"""Dashboards that take long to count are shown as they were a little earlier, never waited for; quick ones are live."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import pytest

from leadwright.db.pages.dashboard import Dashboard
from leadwright.db.pages.kept_board import FRESH, USABLE, KeptBoards
from leadwright.domain.kpis import Figure, Mailed, Spent, kpis
from leadwright.domain.stage import AgentMode

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def board(leads: int) -> Dashboard:
    counts = dict.fromkeys(Figure, 0) | {Figure.ASSIGNED: leads}
    spent, mailed = Spent(0, 0.0, 0, 0), Mailed(0, 0, 0, 0.0)
    divided = kpis(counts, spent, None, 7, AgentMode.RESEARCH, mailed)
    return Dashboard(counts, divided, spent, mailed, AgentMode.RESEARCH, NOW, NOW)


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def slow(clock: Clock, gate: Event, leads: int) -> Callable[[], Dashboard]:
    def count() -> Dashboard:
        assert gate.wait(10)
        clock.at += 2
        return board(leads)

    return count


def leads_of(shown: Dashboard | None) -> int | None:
    return None if shown is None else shown.counts[Figure.ASSIGNED]


def settled(boards: KeptBoards, key: str) -> None:
    """Wait for the count under way."""
    while counting := boards._counting.get(key):
        counting.result(10)


def test_a_quick_count_is_of_this_moment_every_time() -> None:
    boards = KeptBoards(patience=10, clock=Clock())
    assert [leads_of(boards.board("k", lambda n=n: board(n))) for n in range(3)] == [0, 1, 2]


def test_a_long_count_is_not_waited_for_is_made_once_and_then_shown_for_a_minute() -> None:
    clock, gate, calls = Clock(), Event(), []
    boards = KeptBoards(patience=0.01, clock=clock)

    def counted() -> Dashboard:
        calls.append(1)
        return slow(clock, gate, 7)()

    assert boards.board("k", counted) is None
    assert boards.board("k", counted) is None
    gate.set()
    settled(boards, "k")
    clock.at += FRESH - 1
    assert leads_of(boards.board("k", counted)) == 7
    assert len(calls) == 1


def test_after_a_minute_the_former_figures_stand_in_while_they_are_counted_again() -> None:
    clock, gate = Clock(), Event()
    boards = KeptBoards(patience=0.01, clock=clock)
    gate.set()
    boards.board("k", slow(clock, gate, 7))
    settled(boards, "k")
    gate.clear()
    clock.at += FRESH + 1
    assert leads_of(boards.board("k", slow(clock, gate, 8))) == 7
    clock.at += USABLE
    assert boards.board("k", slow(clock, gate, 8)) is None
    gate.set()
    settled(boards, "k")
    assert leads_of(boards.board("k", slow(clock, gate, 9))) == 8


def test_readers_of_different_reach_never_see_each_others_figures() -> None:
    clock, gate = Clock(), Event()
    gate.set()
    boards = KeptBoards(patience=0.01, clock=clock)
    for key, leads in (("all", 9), ("mine", 1)):
        boards.board(key, slow(clock, gate, leads))
        settled(boards, key)
    assert [leads_of(boards.board(key, slow(clock, gate, 0))) for key in ("all", "mine")] == [9, 1]


def test_a_count_that_fails_says_so_and_the_next_visit_counts_again() -> None:
    boards = KeptBoards(patience=10, clock=Clock())

    def fails() -> Dashboard:
        raise ValueError("disk is full")

    with pytest.raises(ValueError, match="disk is full"):
        boards.board("k", fails)
    assert leads_of(boards.board("k", lambda: board(3))) == 3
