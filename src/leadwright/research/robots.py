"""Remembers for a day what the robots.txt of each site lets us read. `fetch` asks for it, `domain.robots` reads it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from leadwright.domain.robots import MAX_CHARACTERS, Robots, read_robots
from leadwright.errors import FetchError, LeftAlone
from leadwright.research.addresses import Target

PROGRAM = "Leadwright"
MAX_BYTES = MAX_CHARACTERS
_DAY = 24 * 3600.0
_SOON = 300.0  # until a site that could not say is asked again
_MOST_SITES = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site said.

    Args:
        status: of the answer in the end, after redirects.
        body: of a status 200, else empty.
        origin: whose robots.txt answered, see `origin`.
    """

    status: int
    body: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What counts until `until`; None: the site could not say."""

    robots: Robots | None
    until: float
    status: int = 200


def origin(target: Target) -> str:
    """Scheme, host and port: a robots.txt counts for exactly these."""
    return f"{target.scheme}://{target.host}:{target.port}"


class KnownRobots:
    """The robots.txt of every site asked lately. Shared by all threads.

    Args:
        ask: gets the robots.txt of a target's site; its errors go through to whoever wants the page.
    """

    def __init__(self, ask: Callable[[Target], Answer], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def check(self, wanted: Target) -> None:
        """Nothing, when the page may be read.

        Raises:
            LeftAlone: the site asks programs not to read it.
            FetchError: the site cannot say at the moment (RFC 9309, 2.3.1.4).
        """
        with self._lock:
            known = self._known.get(origin(wanted))
        if known is None or known.until < self._clock():
            known = self._learn(wanted, known)
        if known.robots is None:
            raise FetchError(
                f"{wanted.host} cannot say at the moment whether its pages may be read: "
                f"its robots.txt answered with status {known.status}."
            )
        if not known.robots.allows(wanted.path):
            raise LeftAlone(f"The robots.txt of {wanted.host} asks programs not to read this page; it was left alone.")

    def _learn(self, wanted: Target, before: _Known | None) -> _Known:
        answer = self._ask(wanted)
        if answer.status >= 500:
            robots = before.robots if before else None
            known = _Known(robots, self._clock() + _SOON, answer.status)
        else:  # 4xx and the like: there is none, so nothing is forbidden (RFC 9309, 2.3.1.3)
            robots = read_robots(answer.body.decode("utf-8", "replace"), PROGRAM)
            known = _Known(robots, self._clock() + _DAY)
        with self._lock:
            for name in {origin(wanted), answer.origin}:
                self._known[name] = known
                self._known.move_to_end(name)
            while len(self._known) > _MOST_SITES:
                self._known.popitem(last=False)
        return known
