"""More open requests than Graph allows at a mailbox: it answers 429, and each mail still leaves, once."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.contracts.mailboxes import InGraph

from leadwright.db.engine import Database
from leadwright.mail.mailbox import Result
from leadwright.sandbox.dynamics import graph_limits


def test_two_workers_that_ask_for_too_much_at_once_lose_and_double_nothing(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_limits, "AT_ONCE", 2)  # each worker keeps to four
    graph = InGraph(tmp_path / "dynamics", sqlite_database)
    letters = [graph.letter(n) for n in range(8)]
    workers = [(graph.open(), letters[:4]), (graph.open(), letters[4:])]

    def send(worker: int) -> None:
        mailbox, waiting = workers[worker]
        for _ in range(20):
            told = mailbox.send_together(waiting, lambda which: [True] * len(which))
            outcomes = dict(itertools.chain.from_iterable(told))
            waiting = [letter for n, letter in enumerate(waiting) if outcomes[n].result is not Result.ACCEPTED]
            if not waiting:
                return
            time.sleep(max(outcome.retry_after or 0.0 for outcome in outcomes.values()))
        raise AssertionError(outcomes)

    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(send, range(2)))
        with graph.world.reading() as db:
            throttled = db.execute("SELECT count(*) FROM seen WHERE status = 429").fetchone()[0]
        assert throttled > 0
        assert [graph.left(letter) for letter in letters] == [1] * 8
    finally:
        for mailbox, _ in workers:
            mailbox.close()
        graph.close()
