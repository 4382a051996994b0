"""Several lines to one submission server: a mail on each, their texts together, then their dots. One thread drives all.

So one wait for the disk, and one for the server, serve as many mails as there are lines.
"""

import re
import selectors
import ssl
import time
from collections.abc import Callable, Iterator, Sequence

import structlog

from leadwright.mail.mailbox import Letter, Outcome, Result
from leadwright.mail.smtp import SmtpConnection

MOST_LINES = 4  # as many mails of a mailbox as are at once under way, whoever sends them
_FEWER_SECONDS = 600.0  # after a server did not take another line
_TOGETHER_SECONDS = 0.05  # answers that come within are told together
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # without a file of its own: none may be left
_TOO_MANY = re.compile(r"\b432\b|\bconcurren|too many (?:\w+ )?(?:connections|sessions)|thread limit", re.IGNORECASE)
_log = structlog.get_logger(__name__)

Told = list[tuple[int, Outcome]]  # which mail, and what became of it


class SmtpLines:
    """The lines of one mailbox, opened as they are needed.

    Args:
        open_line: makes one; it connects by itself.
    """

    def __init__(self, open_line: Callable[[], SmtpConnection]) -> None:
        self._open_line = open_line
        self._lines = [open_line()]
        self._most = MOST_LINES
        self._fewer_until = 0.0

    @property
    def first(self) -> SmtpConnection:
        """The line that is always there."""
        return self._lines[0]

    @property
    def at_once(self) -> int:
        """How many mails may be handed over together: fewer for a while where the server took no more lines."""
        if self._most < MOST_LINES and time.monotonic() >= self._fewer_until:
            self._most = MOST_LINES
        return self._most

    def send(self, letter: Letter, before_the_dot: Callable[[], bool]) -> Outcome:
        """Hand over one mail. Never raises. See `mailbox.Mailbox.send`."""
        told = self.send_together([letter], lambda _which: [before_the_dot()])
        return next(outcome for known in told for _, outcome in known)

    def send_together(
        self, letters: Sequence[Letter], before_the_dots: Callable[[Sequence[int]], Sequence[bool]]
    ) -> Iterator[Told]:
        """Hand over several. Never raises. See `mailbox.Mailbox.send_together`."""
        lines = self._in_use(len(letters))
        offered = _in_turns(lines, letters)
        told = {n: self._unless_too_many(lines, n, outcome) for n, outcome in enumerate(offered) if outcome is not None}
        ready = [n for n in range(len(lines)) if n not in told]
        waiting: dict[int, SmtpConnection] = {}
        go_on = _asked(before_the_dots, ready, trouble=any(o.result is Result.MAILBOX for o in told.values()))
        for n, go in zip(ready, go_on, strict=True):
            if not go:
                lines[n].drop()
                told[n] = Outcome(Result.STOPPED, "Stopped before anything was handed over.")
            elif (lost := lines[n].give_dot()) is not None:
                told[n] = lost
            else:
                waiting[n] = lines[n]
        yield from _answers(waiting, sorted(told.items()))

    def close(self) -> None:
        """Let them go. Safe to repeat."""
        for line in self._lines:
            line.close()
        del self._lines[1:]

    def _in_use(self, count: int) -> list[SmtpConnection]:
        while len(self._lines) < count:
            self._lines.append(self._open_line())
        self._lines.sort(key=lambda line: not line.is_open)  # those that are open first
        return self._lines[:count]

    def _unless_too_many(self, lines: Sequence[SmtpConnection], which: int, outcome: Outcome) -> Outcome:
        """A line too many is not the mail's trouble: it waits for another line, and there are fewer for a while."""
        taken = sum(line.is_open for line in lines)
        if len(lines) == 1 or not taken or not (lines[which].turned_away or _TOO_MANY.search(outcome.words)):
            return outcome
        self._most, self._fewer_until = min(taken, len(lines) - 1), time.monotonic() + _FEWER_SECONDS
        _log.info("the server takes no more lines", lines=self._most, words=outcome.words)
        return Outcome(Result.STOPPED, outcome.words)


def _in_turns(lines: Sequence[SmtpConnection], letters: Sequence[Letter]) -> list[Outcome | None]:
    """Everything before the dots: each writes, then each reads, so that all wait for the server at the same time.

    Once a line cannot be opened no other is tried: four refused sign-ins would lock an account.
    """
    under_way = dict(enumerate(line.offering(letter) for line, letter in zip(lines, letters, strict=True)))
    ended: list[Outcome | None] = [None] * len(lines)
    closed: Outcome | None = None
    while under_way:
        for n, offering in list(under_way.items()):
            if closed is not None and not lines[n].is_open:
                ended[n] = Outcome(Result.STOPPED, closed.words)
                del under_way[n]
                continue
            try:
                next(offering)
            except StopIteration as end:
                ended[n] = end.value
                del under_way[n]
                if end.value is not None and end.value.result is Result.MAILBOX and not lines[n].is_open:
                    closed = end.value
    return ended


def _asked(
    before_the_dots: Callable[[Sequence[int]], Sequence[bool]], ready: Sequence[int], *, trouble: bool
) -> Sequence[bool]:
    """Which get their dot: none when the mailbox is in trouble that each of them would meet."""
    if not ready or trouble:
        return [False] * len(ready)
    try:
        return before_the_dots(ready)
    except Exception as error:
        _log.warning("mails were stopped before their dots", error=repr(error))
        return [False] * len(ready)


def _answers(waiting: dict[int, SmtpConnection], known: Told) -> Iterator[Told]:
    """What is known already, with the answers that come at once; the others as they come.

    A line whose answer nobody took is let go: it would be read as the answer to another mail.
    """
    try:
        with _Selector() as selector:
            for n, line in waiting.items():
                assert line.socket is not None
                selector.register(line.socket, selectors.EVENT_READ, n)
            while waiting:
                longest = max(min(line.dot_until for line in waiting.values()) - time.monotonic(), 0.0)
                ready = _readable(selector, waiting, min(longest, _TOGETHER_SECONDS) if known else longest)
                if not ready and known:
                    yield known
                    known = []
                    continue
                for n in ready or list(waiting):  # nothing came in time: each says so itself
                    line = waiting.pop(n)
                    if line.socket is not None:
                        selector.unregister(line.socket)
                    known.append((n, line.answer()))
        if known:
            yield known
    finally:
        for line in waiting.values():
            line.drop()


def _readable(selector: selectors.BaseSelector, waiting: dict[int, SmtpConnection], seconds: float) -> list[int]:
    held = [n for n, line in waiting.items() if isinstance(line.socket, ssl.SSLSocket) and line.socket.pending()]
    return held or [key.data for key, _ in selector.select(seconds)]
