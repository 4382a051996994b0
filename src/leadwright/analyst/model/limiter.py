"""One limiter for all calls to the model: at most K in flight, so many a minute, and waiting when told to wait."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_MINUTE = 60.0


class Limiter:
    """Use inside one event loop.

    Args:
        in_flight: K, calls under way at most.
        per_minute: calls started in any 60 seconds at most; 0: no limit.
    """

    def __init__(self, in_flight: int, per_minute: int = 0) -> None:
        self._slots = asyncio.Semaphore(in_flight)
        self._per_minute = per_minute
        self._started: deque[float] = deque()
        self._not_before = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it while the call is under way."""
        async with self._slots:
            await self._turn()
            yield

    def pause(self, seconds: float) -> None:
        """The provider asked for a pause: nothing starts before it is over."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    async def _turn(self) -> None:
        while (wait := self._wait()) > 0:
            await asyncio.sleep(wait)
        self._started.append(time.monotonic())

    def _wait(self) -> float:
        moment = time.monotonic()
        while self._started and self._started[0] <= moment - _MINUTE:
            self._started.popleft()
        full = self._per_minute and len(self._started) >= self._per_minute
        return max(self._not_before - moment, self._started[0] + _MINUTE - moment if full else 0.0)
