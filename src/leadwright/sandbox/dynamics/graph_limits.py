"""Limits of Graph for a mailbox: four requests of an application at a time, 10,000 in ten minutes."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from leadwright.sandbox.dynamics import exchange
from leadwright.sandbox.dynamics.exchange_transport import number
from leadwright.sandbox.dynamics.graph_calls import Call
from leadwright.sandbox.dynamics.world import Refused, World

AT_ONCE, IN_A_WINDOW, WINDOW = 4, 10_000, timedelta(minutes=10)
_OF_MAIL = {"messages", "mailfolders", "sendmail", "mailboxsettings"}
_Key = tuple[str, str]
_lock = Lock()
_running: "WeakKeyDictionary[World, dict[_Key, int]]" = WeakKeyDictionary()
_past: "WeakKeyDictionary[World, dict[_Key, deque[datetime]]]" = WeakKeyDictionary()


@contextmanager
def entered(call: Call) -> Iterator[None]:
    """Count a request to a mailbox while it runs.

    Raises:
        Refused: 429 with Retry-After, the application asks for too much at once or in ten minutes.
    """
    key = _key(call)
    if key is None:
        yield
        return
    _enter(call.world, key)
    try:
        yield
    finally:
        with _lock:
            _running[call.world][key] -= 1


def _enter(world: World, key: _Key) -> None:
    fault = world.fault("mailbox throttled")
    if fault is not None:
        raise _throttled("Request limit exceeded.", int(number(fault, "seconds", 10)))
    now = world.clock()
    with _lock:
        running = _running.setdefault(world, {})
        past = _past.setdefault(world, {}).setdefault(key, deque())
        while past and past[0] + WINDOW <= now:
            past.popleft()
        if running.get(key, 0) >= AT_ONCE:
            raise _throttled("Application is over its MailboxConcurrency limit.", 1)
        if len(past) >= IN_A_WINDOW:
            left = int((past[0] + WINDOW - now).total_seconds()) + 1
            raise _throttled("Application is over its Requests limit.", left)
        past.append(now)
        running[key] = running.get(key, 0) + 1


def _key(call: Call) -> _Key | None:
    path = [part.lower() for part in call.path]
    if path[:1] == ["me"]:
        return (call.caller.clientid, call.caller.objectid) if len(path) > 1 and path[1] in _OF_MAIL else None
    if len(path) > 2 and path[0] == "users" and path[2] in _OF_MAIL:
        mailbox = exchange.mailbox_at(call.world, path[1])
        return call.caller.clientid, mailbox.id if mailbox else path[1]
    return None


def _throttled(message: str, seconds: int) -> Refused:
    return Refused(429, "ApplicationThrottled", message, {"Retry-After": str(seconds)})
