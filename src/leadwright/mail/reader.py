"""Reads mail in child processes, so that no mail can stop the queue: too big, too slow or a crash is a quarantine."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from leadwright.mail.child import read_frame, write_frame
from leadwright.mail.limits import Limits
from leadwright.mail.reading import Reading

# What Python needs to start; keys and passwords of ours stay out of the process that reads strangers' mail.
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
_MAILS_A_CHILD = 2_000
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
        patience: seconds by the clock for one mail, whatever the processor does.
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
        for _ in range(max(1, processes)):
            self._idle.put(None)

    def read(self, raw: bytes) -> Reading | Quarantine:
        """Reads one mail. Never raises for what the mail holds; a crash is tried once more in a new process."""
        if len(raw) > self._limits.size:
            return Quarantine(Why.TOO_MUCH, f"The mail has {len(raw):,} bytes; the limit is {self._limits.size:,}.")
        child = self._idle.get()
        try:
            found: Reading | Quarantine | None = None
            for _ in range(2):
                if child is None or child.is_spent:
                    if child:
                        child.end()
                    child = _Child(self._configuration, self._patience, self._seconds)
                found = child.read(raw)
                if not isinstance(found, Quarantine):
                    return found
                if child.is_dead:
                    child = None
                if found.why is not Why.CRASHED:
                    return found
            return found or Quarantine(Why.CRASHED, "Reading it ended the parsing process.")
        finally:
            if self._closed and child:
                child.end()
                child = None
            self._idle.put(child)

    def close(self) -> None:
        """Ends the idle processes; one that is still reading ends after its mail."""
        self._closed = True
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
        self._mails += 1
        answer = self._answer_to(raw) if len(raw) < _FITS_THE_PIPE else self._watched_answer_to(raw)
        if answer is None:
            return self._died()
        data = json.loads(answer)
        if "quarantine" in data:
            why, reason = data["quarantine"]
            return Quarantine(Why(why), reason)
        return Reading.from_json(data["reading"])

    def _answer_to(self, raw: bytes) -> bytes | None:
        """For mails that fit the pipe, so that writing cannot block: waits for the answer to begin."""
        try:
            write_frame(self._in, raw)
            ready, _, _ = select.select([self._out], [], [], self._patience)
            if not ready:
                self._give_up()
            return read_frame(self._out)
        except OSError:
            return None

    def _watched_answer_to(self, raw: bytes) -> bytes | None:
        """For large mails: a second thread ends the process when patience does."""
        watch = threading.Timer(self._patience, self._give_up)
        watch.start()
        try:
            write_frame(self._in, raw)
            return read_frame(self._out)
        except OSError:
            return None
        finally:
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
