"""The faults of workers and desks, on naive builds: a guard of the real one is taken out, and its test must fail."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unguarded import harm_is_found
from tests.workflows import test_hand_over, test_killed
from tests.workflows.office import Office, PlainAnalyst, open_office, services_of

from leadwright.db.engine import Database
from leadwright.domain import assignment
from leadwright.errors import Conflict
from leadwright.services import Services
from leadwright.workflows.executors import Executing
from leadwright.workflows.runtime import Runtime


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(services_of(database, tmp_path, PlainAnalyst()))


def test_without_a_lock_on_its_name_a_second_process_starts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F18"""
    free = SimpleNamespace(lasts=lambda: True, release=lambda: None)
    monkeypatch.setattr("leadwright.workflows.executors.hold", lambda _database, _name: free)
    with harm_is_found():
        test_killed.test_a_second_process_with_a_living_name_refuses_to_start(database)


def test_a_process_that_does_not_compare_its_incarnation_works_on_under_a_name_that_was_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F18"""
    monkeypatch.setattr(Executing, "beat", lambda self: self.leave() or True)
    with harm_is_found():
        test_killed.test_a_process_whose_name_was_taken_over_learns_it_at_its_next_heartbeat(database)


@pytest.mark.faults
def test_without_a_take_over_the_leads_of_a_dead_process_wait_for_ever(
    sqlite_database: Database, tmp_path: Path, start: Callable[[Services], Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20: by itself the engine recovers only what its own process left."""
    until_idle = Runtime.run_until_idle
    monkeypatch.setattr(Runtime, "_take_over", lambda _self: None)
    monkeypatch.setattr(Runtime, "run_until_idle", lambda self, timeout: until_idle(self, timeout=timeout / 6))
    with pytest.raises(Conflict, match="leads are still being worked"):
        test_killed.test_work_of_a_dead_process_is_taken_over_by_another(sqlite_database, tmp_path, start)


@pytest.mark.faults
def test_without_a_comparison_with_the_engine_a_lost_work_file_loses_leads(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19: what the engine kept is gone, and only its own file told that they were under way."""
    monkeypatch.setenv("NAIVE", "yes")
    with harm_is_found():
        test_killed.test_a_lost_work_file_loses_no_lead(sqlite_database, tmp_path)


def turns_without_a_lock(office: Office) -> list[str]:
    """As many do it: read whose turn it is, then write that it was."""
    both_read, given, turns = threading.Barrier(8), [], Counter[str]()
    people = [assignment.Seller(id_) for id_ in office.sellers]

    def hand_over() -> None:
        choice = assignment.choose(people, dict(turns), test_hand_over.now().date())
        assert choice
        both_read.wait()
        turns[choice.seller.id] += 1
        given.append(choice.seller.id)

    threads = [threading.Thread(target=hand_over) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_turns_that_are_read_before_they_are_written_go_to_one_seller(office: Office) -> None:
    """F41"""
    counts = Counter(turns_without_a_lock(office))
    assert max(counts.values()) - min(counts[seller] for seller in office.sellers) > 1


@pytest.mark.parametrize(
    "proof",
    [
        test_hand_over.test_a_disabled_seller_is_skipped,
        test_hand_over.test_a_seller_who_is_away_is_skipped_until_the_day_after_the_last,
    ],
)
def test_taking_turns_without_asking_who_is_there_gives_leads_to_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch, proof: Callable[[Office], None]
) -> None:
    """F40"""
    monkeypatch.setattr(assignment, "is_available", lambda _seller, _today: True)
    with harm_is_found():
        proof(office)


def test_without_a_supervisor_behind_it_an_empty_team_drops_the_lead(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F40"""
    choose = assignment.choose

    def only_sellers(sellers: Iterable[assignment.Seller], turns: Any, today: Any, **_: Any) -> Any:
        return choose(sellers, turns, today)

    monkeypatch.setattr("leadwright.workflows.hand_over.choose", only_sellers)
    with harm_is_found():
        test_hand_over.test_an_empty_team_means_the_supervisor(office)
