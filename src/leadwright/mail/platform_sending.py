"""Sending through a platform: a draft first, then the order to send it, several at once; what errors mean for it.

The draft is made before the point of no return and the order is given after it, so that whoever comes after a crash
finds the mail at the platform, and whether it left.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from leadwright.errors import LeadwrightError, OutsideError
from leadwright.mail.mailbox import Letter, Outcome, Result
from leadwright.microsoft.errors import (
    CannotReach,
    MicrosoftError,
    NotAMember,
    PrivilegeMissing,
    RowGone,
    ServiceDown,
    SignInRefused,
    Throttled,
    Unclear,
)

_UNCLEAR_SECONDS = 30.0  # before a draft is looked for that may have been made
_OF_THE_MAILBOX = (SignInRefused, Throttled, ServiceDown, NotAMember, CannotReach)
_REFUSALS = (Result.REFUSED, Result.DENIED)
_log = structlog.get_logger(__name__)

Told = list[tuple[int, Outcome]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that lies at the platform and was not sent.

    Args:
        etag: of the version that was seen; empty: not said.
    """

    id: str
    etag: str = ""


class Platform(Protocol):
    """What a platform does with one mail. May be called by several threads."""

    def make_draft(self, letter: Letter) -> Draft | Outcome:
        """Have the mail lie at the platform, once, whatever was tried before; or say what became of it.

        Raises:
            OutsideError: it may not lie there; nothing was sent.
        """
        ...

    def send_draft(self, letter: Letter, draft: Draft) -> Outcome:
        """Order the platform to send it.

        Raises:
            OutsideError: see `after_order` for what that means.
        """
        ...

    def look(self, letter: Letter, draft: Draft) -> Outcome | None:
        """What the platform says of a mail whose order was not answered: accepted, or None when it is a draft still.

        Raises:
            OutsideError: it cannot be asked.
        """
        ...

    def refuses_all(self, error: OutsideError) -> bool:
        """After a refusal: would every mail of this mailbox meet it? Yes, too, when that cannot be told."""
        ...

    def remove_draft(self, draft: Draft) -> None:
        """Take a draft away that nobody is to send.

        Raises:
            OutsideError: it could not be.
        """
        ...


def hand_over(
    platform: Platform,
    pool: ThreadPoolExecutor,
    letters: Sequence[Letter],
    before_the_dots: Callable[[Sequence[int]], Sequence[bool]],
) -> Iterator[Told]:
    """See `mailbox.Mailbox.send_together`. Never raises."""
    drafts: dict[int, Draft] = {}
    told: dict[int, Outcome] = {}
    made = [pool.submit(_made, platform, letter) for letter in letters]
    for n, future in enumerate(made):
        found = future.result()
        if isinstance(found, Draft):
            drafts[n] = found
        else:
            told[n] = found
    go_on = _asked(before_the_dots, list(drafts), trouble=any(o.result is Result.MAILBOX for o in told.values()))
    sending: dict[Future[Outcome], int] = {}
    for n, go in zip(list(drafts), go_on, strict=True):
        if go:
            sending[pool.submit(_sent, platform, letters[n], drafts[n])] = n
        else:
            _remove(platform, drafts[n])
            told[n] = Outcome(Result.STOPPED, "Stopped before anything was handed over.")
    if told:
        yield sorted(told.items())
    for ended in as_completed(sending):
        yield [(sending[ended], ended.result())]


def before_order(error: OutsideError) -> Outcome:
    """What an error means while nothing was ordered yet: trouble of the mailbox, of this mail, or of the moment."""
    words = str(error)
    if isinstance(error, _OF_THE_MAILBOX) or error.installation:
        return Outcome(Result.MAILBOX, words, _code(error), error.retry_after)
    if isinstance(error, Unclear):
        return Outcome(Result.LATER, words, retry_after=_UNCLEAR_SECONDS)
    if isinstance(error, PrivilegeMissing):
        return Outcome(Result.DENIED, words, _code(error))
    refused = error.permanent and not isinstance(error, RowGone)
    return Outcome(Result.REFUSED if refused else Result.LATER, words, _code(error), error.retry_after)


def after_order(error: OutsideError) -> Outcome:
    """What an error means once the order was given: the service refused it and did nothing, or nobody knows."""
    if isinstance(error, Unclear | ServiceDown):
        return Outcome(Result.UNKNOWN, f"The mail was handed over, and no answer came. {error}", _code(error))
    return before_order(error)


def _made(platform: Platform, letter: Letter) -> Draft | Outcome:
    try:
        return platform.make_draft(letter)
    except OutsideError as error:
        return _whose(platform, error, before_order(error))
    except LeadwrightError as error:  # a part that is installed on choice is missing, a secret cannot be opened
        return Outcome(Result.MAILBOX, str(error))
    except Exception as error:
        _log.exception("a draft could not be made")
        return Outcome(Result.LATER, f"The mail could not be prepared ({error!r}). It is tried again.")


def _sent(platform: Platform, letter: Letter, draft: Draft) -> Outcome:
    try:
        return platform.send_draft(letter, draft)
    except OutsideError as error:
        return _looked(platform, letter, draft, error)
    except Exception as error:
        _log.exception("a draft could not be sent")
        return Outcome(Result.UNKNOWN, f"The mail was handed over, and what came back makes no sense ({error!r}).")


def _looked(platform: Platform, letter: Letter, draft: Draft, error: OutsideError) -> Outcome:
    """An order that failed: had it been carried out, or one before it? A draft proves nothing as long as it runs."""
    outcome = _whose(platform, error, after_order(error))
    if outcome.result is Result.MAILBOX:
        return outcome
    try:
        found = platform.look(letter, draft)
    except OutsideError:
        return outcome
    if found is None and outcome.result in _REFUSALS:
        _remove(platform, draft)
    return found or outcome


def _whose(platform: Platform, error: OutsideError, outcome: Outcome) -> Outcome:
    """A refusal of the whole mailbox is no refusal of the mail that met it."""
    ours = outcome.result in _REFUSALS and platform.refuses_all(error)
    return replace(outcome, result=Result.MAILBOX) if ours else outcome


def _asked(
    before_the_dots: Callable[[Sequence[int]], Sequence[bool]], ready: Sequence[int], *, trouble: bool
) -> Sequence[bool]:
    """Which are sent: none when the mailbox is in trouble that each of them would meet."""
    if not ready or trouble:
        return [False] * len(ready)
    try:
        return before_the_dots(ready)
    except Exception as error:
        _log.warning("mails were stopped before they were sent", error=repr(error))
        return [False] * len(ready)


def _remove(platform: Platform, draft: Draft) -> None:
    """Nobody is to find it and press Send. One that stays is found by the next try."""
    try:
        platform.remove_draft(draft)
    except Exception as error:
        _log.info("a draft stays at the platform", draft=draft.id, reason=str(error))


def _code(error: OutsideError) -> int:
    return error.status if isinstance(error, MicrosoftError) else 0
