"""Long work that people may leave: a thread of this process works, its row says whose it is and whether it lives.

What a simulation, a back-test and the test pane of knowledge share; what they do is in modules of their own.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

from leadwright.db.backtest import Backtest
from leadwright.db.base import new_id, now
from leadwright.db.insight_trial import InsightTrial
from leadwright.db.simulation import Simulation
from leadwright.services import Services

LOST_AFTER = timedelta(minutes=10)  # without a sign of life; longer than any one lead takes


def claim(test: Simulation | Backtest) -> str:
    """Take it up, or over from whoever worked on it. Returns the token for the work."""
    test.state, test.reason, test.finishedon = "running", "", None
    test.token, test.seenon = new_id(), now()
    return test.token


def is_running(test: Simulation | Backtest | InsightTrial | None) -> bool:
    """Somebody works on it."""
    return test is not None and test.state == "running" and not is_lost(test)


def is_lost(test: Simulation | Backtest | InsightTrial) -> bool:
    """It should be running, but nobody has worked on it for long."""
    return test.state == "running" and now() - test.seenon > LOST_AFTER


def in_thread(work: Callable[..., None], services: Services, which: str, *more: str) -> threading.Thread:
    """Work on it in a thread of this process."""
    name = f"{work.__module__.rpartition('.')[2]}-{which}"
    thread = threading.Thread(target=work, args=(services, which, *more), name=name, daemon=True)
    thread.start()
    return thread
