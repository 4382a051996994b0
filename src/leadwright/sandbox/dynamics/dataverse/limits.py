"""Service protection: requests, execution time and concurrency of each user over five minutes, counted for real."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from leadwright.sandbox.dynamics.world import Refused, World

WINDOW = timedelta(seconds=300)
REQUESTS, SECONDS, CONCURRENT = 6000, 1200.0, 52


@dataclass(slots=True)
class Use:
    """What one user did lately: when requests came and how long they took."""

    came: deque[datetime] = field(default_factory=deque)
    took: deque[tuple[datetime, float]] = field(default_factory=deque)
    running: int = 0
    hammered: int = 0


_uses: "WeakKeyDictionary[World, dict[str, Use]]" = WeakKeyDictionary()
_lock = Lock()


def enter(world: World, user: str) -> None:
    """Count a request that begins.

    The fault `service limits` gives smaller limits: {"requests": 100, "seconds": 10, "concurrent": 4}.

    Raises:
        Refused: 429 with Retry-After, longer for who goes on hammering.
    """
    own = _own(world)
    now = world.clock()
    with _lock:
        use = _uses.setdefault(world, {}).setdefault(user, Use())
        _forget(use, now)
        limit = int(own.get("requests", REQUESTS))
        if len(use.came) >= limit:
            message = f"Number of requests exceeded the limit of {limit} over time window of 300 seconds."
            raise _too_many(use, "0x80072322", message, use.came[0], now)
        seconds = own.get("seconds", SECONDS)
        if sum(took for _, took in use.took) >= seconds:
            message = (
                f"Combined execution time of incoming requests exceeded limit of {seconds * 1000:,.0f} milliseconds "
                "over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of "
                "requests and try again later."
            )
            raise _too_many(use, "0x80072321", message, use.took[0][0], now)
        concurrent = int(own.get("concurrent", CONCURRENT))
        if use.running >= concurrent:
            message = f"Number of concurrent requests exceeded the limit of {concurrent}."
            raise _too_many(use, "0x80072326", message, now - WINDOW + timedelta(seconds=2), now)
        use.came.append(now)
        use.running += 1
        use.hammered = 0


def leave(world: World, user: str, seconds: float) -> dict[str, str]:
    """Count how long a request took; the headers that say what is left."""
    own = _own(world)
    with _lock:
        use = _uses[world][user]
        use.running -= 1
        use.took.append((world.clock(), seconds))
        left = max(0, int(own.get("requests", REQUESTS)) - len(use.came))
        time = max(0.0, own.get("seconds", SECONDS) - sum(took for _, took in use.took))
    return {
        "x-ms-ratelimit-burst-remaining-xrm-requests": str(left),
        "x-ms-ratelimit-time-remaining-xrm-requests": f"{time:,.2f}",
    }


def used(world: World, user: str) -> tuple[int, float]:
    """Requests and seconds of a user inside the window, for the control page and for tests."""
    with _lock:
        use = _uses.get(world, {}).get(user, Use())
        _forget(use, world.clock())
        return len(use.came), sum(took for _, took in use.took)


def _own(world: World) -> dict[str, float]:
    found = world.fault("service limits")
    return {name: float(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _forget(use: Use, now: datetime) -> None:
    while use.came and now - use.came[0] >= WINDOW:
        use.came.popleft()
    while use.took and now - use.took[0][0] >= WINDOW:
        use.took.popleft()


def _too_many(use: Use, code: str, message: str, oldest: datetime, now: datetime) -> Refused:
    use.hammered += 1
    wait = max(1.0, (oldest + WINDOW - now).total_seconds()) + min(use.hammered - 1, 60)
    return Refused(429, code, message, {"Retry-After": str(int(wait + 0.999))})
