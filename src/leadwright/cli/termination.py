"""SIGTERM ends a command as Ctrl-C does: what is open is closed first. SQLite's log stays beside a file left open."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

_AGAIN = 0.05  # seconds


class _Terminated(BaseException):
    """SIGTERM came."""


@contextmanager
def closed_at_sigterm() -> Iterator[None]:
    """Within, SIGTERM is raised as an exception; the signal ends the process afterwards. A second one ends it at once.

    For the main thread, once in a process. A command may still take the signal for itself.
    """
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _raise_again
    try:
        yield
    except _Terminated:
        signal.raise_signal(signal.SIGTERM)  # whoever started us sees why we ended
        sys.exit(128 + signal.SIGTERM)  # the first process of a container does not die of it


def _terminate(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise _Terminated


def _raise_again(lost: "sys.UnraisableHookArgs") -> None:
    """What is raised while Python collects garbage goes no further: raise it again a moment later."""
    if lost.exc_type is not _Terminated:
        sys.__unraisablehook__(lost)
        return
    signal.signal(signal.SIGTERM, _terminate)
    threading.Timer(_AGAIN, os.kill, (os.getpid(), signal.SIGTERM)).start()
