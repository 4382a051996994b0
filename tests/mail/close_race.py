"""Two acts at once, again and again, and so close that either may come first."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def run_close_race(
    pairs: int, prepare: Callable[[int], None], one: Callable[[int], bool], other: Callable[[int], None]
) -> None:
    """``pairs`` races of ``one``, which says whether it came first, against ``other``; ``prepare`` comes before each.

    Who came first starts later the next time: on a slow machine and on a fast one the two meet.
    """
    chance, together = random.Random(7), threading.Barrier(2, timeout=60)
    jitter = [(chance.random() * 0.002, chance.random() * 0.002) for _ in range(pairs)]
    handicap = 0.0  # seconds that the other waits longer; where negative, the one does

    def run_one() -> None:
        nonlocal handicap
        for n, (delay, _) in enumerate(jitter):
            prepare(n)
            together.wait()
            time.sleep(delay + max(0.0, -handicap))
            first = one(n)
            together.wait()
            handicap += -0.001 if first else 0.001

    def run_other() -> None:
        for n, (_, delay) in enumerate(jitter):
            together.wait()
            time.sleep(delay + max(0.0, handicap))
            other(n)
            together.wait()

    def until_the_end(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException:
            together.abort()
            raise

    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(until_the_end, run) for run in (run_one, run_other)]
    failures = [failure for end in ends if (failure := end.exception()) is not None]
    for failure in sorted(failures, key=lambda failure: isinstance(failure, threading.BrokenBarrierError)):
        raise failure
