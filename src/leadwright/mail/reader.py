"""Reads mail in child processes, so that no mail can stop the queue: too big, too slow or a crash is a quarantine."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import chain
from types import TracebackType
from typing import Any, Self

from leadwright.mail.child import read_frame, write_frame, write_question
from leadwright.mail.limits import Limits
from leadwright.mail.reading import Reading

# What Python needs to start; keys and passwords of ours stay out of the process that reads strangers' mail.
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
_MAILS_A_CHILD = 10_000
_MAILS_A_QUESTION, _BYTES_A_QUESTION = 25, 500_000
# A pipe of Linux holds 64 kB; elsewhere the second thread watches every mail.
_FITS_THE_PIPE = 60_000 if sys.platform == "linux" else 0


class Why(StrEnum):
    """Why a mail was put aside unread."""

    TOO_MUCH = "too much"
    TOO_SLOW = "too slow"
    TOO_MUCH_MEMORY = "too much memory"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A mail that is kept raw and put aside; `reason` is the sentence for the person who looks at it."""

    why: Why
    reason: str


class MailReader:
    """A pool of warm parsing processes. Safe to use from several threads; `close` it, or use it in `with`.

    Args:
        processes: how many mails are read at once.
        own: addresses of our own mailboxes, in lower case: mail from them is a loop.
        limits: what is counted before parsing.
        seconds: processor time for one mail, whole seconds.
        memory: bytes one child may take, itself included.
        patience: seconds by the clock for one mail, or for the few of one question, whatever the processor does.
    """

    def __init__(
        self,
        processes: int = 1,
        *,
        own: Collection[str] = (),
        limits: Limits = Limits(),
        seconds: int = 5,
        memory: int = 300 * 1024 * 1024,
        patience: float = 30.0,
    ) -> None:
        self._limits, self._patience, self._seconds = limits, patience, seconds
        self._configuration = json.dumps(
            {"limits": asdict(limits), "own": sorted(own), "seconds": seconds, "memory": memory}
        ).encode()
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._closed = False
        self._processes = max(1, processes)
        self._threads: ThreadPoolExecutor | None = None
        for _ in range(self._processes):
            self._idle.put(None)

    def read(self, raw: bytes) -> Reading | Quarantine:
        """Reads one mail. Never raises for what the mail holds; a crash is tried once more in a new process."""
        if len(raw) > self._limits.size:
            return Quarantine(Why.TOO_MUCH, f"The mail has {len(raw):,} bytes; the limit is {self._limits.size:,}.")
        child = self._idle.get()
        try:
            found: Reading | Quarantine | None = None
            for _ in range(2):
                child = self._usable(child)
                found = child.read(raw)
                if not isinstance(found, Quarantine):
                    return found
                if child.is_dead:
                    child = None
                if found.why is not Why.CRASHED:
                    return found
            return found or Quarantine(Why.CRASHED, "Reading it ended the parsing process.")
        finally:
            self._put_back(child)

    def _usable(self, child: "_Child | None") -> "_Child":
        if child is not None and not child.is_spent:
            return child
        if child is not None:
            child.end()
        return _Child(self._configuration, self._patience, self._seconds)

    def _put_back(self, child: "_Child | None") -> None:
        if self._closed and child:
            child.end()
            child = None
        self._idle.put(child)

    def read_many(self, mails: Sequence[bytes]) -> Iterator[Reading | Quarantine]:
        """Begins to read at once, in every process and several mails a question; gives what was read in their order.

        The caller may do other things before it asks for the first. What holds for `read` holds for each mail: the
        mails of a question whose process died are read again, one by one.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._processes, thread_name_prefix="mail-reader")
        return chain.from_iterable(self._threads.map(self._read_some, _questions(mails)))

    def _read_some(self, mails: Sequence[bytes]) -> list[Reading | Quarantine]:
        if len(mails) == 1:
            return [self.read(mails[0])]
        child = self._idle.get()
        try:
            child = self._usable(child)
            found = child.read_some(mails)
        finally:
            self._put_back(child)
        return [self.read(raw) for raw in mails] if found is None else found

    def close(self) -> None:
        """Ends the idle processes; one that is still reading ends after its mail."""
        self._closed = True
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
        waiting: list[_Child | None] = []
        while not self._idle.empty():
            waiting.append(self._idle.get_nowait())
        for child in waiting:
            if child:
                child.end()
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Child:
    """One parsing process and its pipes."""

    def __init__(self, configuration: bytes, patience: float, seconds: int) -> None:
        self._patience, self._seconds, self._mails = patience, seconds, 0
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leadwright.mail.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a process was started without pipes")
        self._in, self._out = self._process.stdin, self._process.stdout
        try:
            write_frame(self._in, configuration)
        except OSError:
            self.end()

    @property
    def is_spent(self) -> bool:
        """Has it died, or read so many mails that a new one is due?"""
        return self.is_dead or self._mails >= _MAILS_A_CHILD

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def read(self, raw: bytes) -> Reading | Quarantine:
        answer = self._answer_to([raw])
        return self._died() if answer is None else _found(json.loads(answer)[0])

    def read_some(self, mails: Sequence[bytes]) -> list[Reading | Quarantine] | None:
        """What was read, in order; None when the process died, whichever mail it was."""
        answer = self._answer_to(mails)
        if answer is None:
            self.end()
            return None
        return [_found(data) for data in json.loads(answer)]

    def _answer_to(self, mails: Sequence[bytes]) -> bytes | None:
        """None: the process is gone. What fits the pipe cannot block while it is written; else a timer watches."""
        self._mails += len(mails)
        watched = sum(map(len, mails)) + 8 * len(mails) + 8 > _FITS_THE_PIPE
        watch = threading.Timer(self._patience, self._give_up) if watched else None
        if watch:
            watch.start()
        try:
            write_question(self._in, mails)
            if not watch and not select.select([self._out], [], [], self._patience)[0]:
                self._give_up()
            return read_frame(self._out)
        except OSError:
            return None
        finally:
            if watch:
                watch.cancel()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _died(self) -> Quarantine:
        """Says how the process ended."""
        self.end()
        code = self._process.returncode
        if self._late:
            return Quarantine(Why.TOO_SLOW, f"Reading it took longer than {self._patience:g} seconds.")
        if code == -getattr(signal, "SIGXCPU", 24):
            return Quarantine(Why.TOO_SLOW, f"Reading it took more than {self._seconds} seconds of processor.")
        return Quarantine(Why.CRASHED, f"Reading it ended the parsing process (exit code {code}).")

    def end(self) -> None:
        """Closes the pipes and waits; kills what does not end."""
        for pipe in (self._in, self._out):
            try:
                pipe.close()
            except OSError:
                continue
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _found(data: dict[str, Any]) -> Reading | Quarantine:
    if "quarantine" in data:
        why, reason = data["quarantine"]
        return Quarantine(Why(why), reason)
    return Reading.from_json(data["reading"])


def _questions(mails: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The mails in order, some a question; a large one alone."""
    some: list[bytes] = []
    size = 0
    for raw in mails:
        if some and (len(some) == _MAILS_A_QUESTION or size + len(raw) > _BYTES_A_QUESTION):
            yield some
            some, size = [], 0
        some.append(raw)
        size += len(raw)
    if some:
        yield some
