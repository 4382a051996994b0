"""A worker process of `benchmarks.sequence`: it does all that is due at the shared moment, as `leadwright work` does.

DBOS is left out: it hands the same calls out in real time, and the clock here stands still between two jumps.
"""

import resource
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from leadwright.db.agent import WAITING_RUN, LeadRun
from leadwright.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CONNECTIONS = 4  # to the mail server, of all workers together
_WINDOW = 64


class SharedClock:
    """The present moment, in microseconds since 1970 where every process sees it."""

    def __init__(self, shared: Any) -> None:
        self._shared = shared

    def __call__(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._shared[0])

    def move_to(self, moment: datetime) -> None:
        """Jump ahead; an earlier moment changes nothing."""
        self._shared[0] = max(self._shared[0], (moment - _EPOCH) // timedelta(microseconds=1))


@dataclass(frozen=True)
class Place:
    """What a worker shares with the others.

    Args:
        notices: how often the mail server said that something came in.
        done: things done by each worker, and last by the driver.
        seen: sum of `done` before the last round of each worker that found nothing to do.
        report: where the worker puts a dictionary when it ends.
    """

    index: int
    workers: int
    clock: Any
    notices: Any
    done: Any
    seen: Any
    stop: Any
    report: Any


class _Worker:
    def __init__(self, settings: Settings, place: Place) -> None:
        from leadwright.bootstrap import open_services
        from leadwright.workflows.post import Post

        clock = SharedClock(place.clock)
        opened = open_services(settings)
        opened.database.clock = clock
        self.services = replace(opened, clock=clock, rehearses=True)
        self.place, self.clock = place, clock
        self.moment, self.more, self.told = _EPOCH, True, -1
        self.troubles: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        count = 1
        self.senders = [Post(self.services, f"bench-{place.index}-{n}") for n in range(count)]
        self.receiver = Post(self.services, f"bench-{place.index}-inbox")
        self.pool = ThreadPoolExecutor(settings.workers + count + 1)

    def round(self) -> int:
        """Everything that is due now, once."""
        from leadwright.workflows import conversations, runs
        from leadwright.workflows.research_lead import research_lead
        from leadwright.workflows.settle import settle
        from leadwright.workflows.take_in import take_in

        done, given, new = 0, [], self.moment != self.clock()
        if new:
            self.moment, self.more = self.clock(), True
            while taken := self._counted("take in", take_in, self.services):
                done += taken
        if self.more:
            with self.services.database.transaction() as session:
                given = runs.give(session, _WINDOW)
                self.more = session.scalar(select(LeadRun.runid).where(WAITING_RUN).limit(1)) is not None
        work = [w for w in conversations.due_work(self.services, 400) if self._is_mine(w)]
        sending = [
            self.pool.submit(self._counted, "send", lambda p=p: p.send_due(until=self.clock() + timedelta(seconds=1)))
            for p in self.senders
        ]
        if new or self.told != self.place.notices[0]:  # mails wait where the inbox was not looked at for half an hour
            self.told = self.place.notices[0]
            sending.append(self.pool.submit(self._counted, "receive", self.receiver.receive))
        doing = [self.pool.submit(self._counted, "research", research_lead, self.services, run) for run in given]
        doing += [self.pool.submit(self._counted, "converse", conversations.do, self.services, w) for w in work]
        for future in doing:
            future.result()
        done += len(doing) + sum(future.result() for future in sending)
        return done + self._counted("settle", lambda: settle(self.services, thorough=new or not done))

    def _is_mine(self, work: Any) -> bool:
        return zlib.crc32(work.workflow_id.encode()) % self.place.workers == self.place.index

    def _counted(self, name: str, what: Callable[..., Any], *args: Any) -> int:
        began = time.perf_counter()
        try:
            return what(*args) or 0
        except Exception as error:
            self.troubles[f"{name}: {type(error).__name__}: {error}"[:300]] += 1
            return 0
        finally:
            self.seconds[name] += time.perf_counter() - began


def work(settings: Settings, place: Place) -> None:
    """Until the driver says stop."""
    from leadwright import logs

    logs.configure(settings)
    worker = _Worker(settings, place)
    rounds = empty = 0
    try:
        while not place.stop.is_set():
            seen = sum(place.done)
            did = worker.round()
            rounds += 1
            if did:
                place.done[place.index] += did
                continue
            empty += 1
            place.seen[place.index] = seen
            while sum(place.done) == seen and not place.stop.is_set():
                time.sleep(0.002)
    except BaseException:
        worker.troubles[traceback.format_exc()[-2_000:]] += 1
    finally:
        used = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        place.report.put(
            {
                "cpu": used.ru_utime + used.ru_stime,
                "memory": used.ru_maxrss / 1024,
                "rounds": rounds,
                "empty": empty,
                "seconds": dict(worker.seconds),
                "troubles": dict(worker.troubles),
                "readers": children.ru_utime + children.ru_stime,
            }
        )
        worker.services.reader.close()
