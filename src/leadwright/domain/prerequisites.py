"""The four prerequisites of an agent as data, and when one is done, failing or may be attested (product.md 3.2).

Pure: what a check found is handed in. Running checks belongs to `identity.verification`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadwright.domain.stage import AgentMode


class SetupState(StrEnum):
    """State of a prerequisite or of a section of the settings page."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified.

    Args:
        name: what was looked at, e.g. ``Security role``.
        passed: True, False, or None when the check could not be run.
        detail: what was found.
        remedy: what to do about it; empty when passed.
        privilege: the missing privilege, when the check failed for one.
        warns: passed, and still something to look at; `remedy` says what.
        place: address of the page where the remedy is carried out; empty where there is none.
        unknown: why it could not be checked again since; what is told here was found before. Empty: it could.
        unknown_since: the moment that began, in ISO 8601; empty with `unknown`.
    """

    name: str
    passed: bool | None
    detail: str
    remedy: str = ""
    privilege: str | None = None
    warns: bool = False
    place: str = ""
    unknown: str = ""
    unknown_since: str = ""

    @property
    def sentence(self) -> str:
        """Name, finding and remedy in one line."""
        return f"{self.name}: {self.detail} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """What an administrator prepares before the agent can work.

    Args:
        modes: the modes that need it.
        role: the security role meant for it.
        privileges: every one of them is needed to set it up and to tick it.
        sets_up: what "Set up" does.
        verifies: what "Mark as done" verifies.
    """

    number: int
    title: str
    modes: frozenset[AgentMode]
    role: str
    privileges: tuple[str, ...]
    sets_up: str
    verifies: tuple[str, ...]

    def needed_in(self, mode: AgentMode) -> bool:
        """True when an agent of this mode cannot start without it."""
        return mode in self.modes


_BOTH = frozenset(AgentMode)
_ENGAGE = frozenset({AgentMode.ENGAGE})

PREREQUISITES: tuple[Prerequisite, ...] = (
    Prerequisite(
        1,
        "Create an application",
        _BOTH,
        "Application Developer",
        ("prvCreateApplication",),
        "Registers an application in the directory: name, account type, optional redirect URI. Shows the Application "
        "(client) ID, the tenant ID and, once, a client secret.",
        ("Application", "Client secret", "Access token"),
    ),
    Prerequisite(
        2,
        "Create an application user and assign the AISalesPerson role",
        _BOTH,
        "System Administrator",
        ("prvCreateUser", "prvAssignRole"),
        "Creates an application user for the client ID of prerequisite 1, in a business unit (the root one unless "
        "another is chosen), with the security role AISalesPerson.",
        ("Who am I", "User enabled", "Business unit", "Security role", "Privileges"),
    ),
    Prerequisite(
        3,
        "Create a shared mailbox",
        _ENGAGE,
        "Exchange Administrator",
        ("prvCreateMailbox",),
        "Display name, email address, servers and password of a shared mailbox on your own mail server, with the "
        "application user as a member.",
        ("Shared mailbox", "Member", "Send as", "Address", "Read", "No other mailbox"),
    ),
    Prerequisite(
        4,
        "Configure server-side synchronisation",
        _ENGAGE,
        "System Administrator and Exchange Administrator",
        ("prvWriteUser", "prvApproveMailbox"),
        "Gives the application user's mailbox record the address of the shared mailbox. Then Approve Email, and Test & "
        "Enable Mailbox: a test message goes out and comes back in.",
        ("Mailbox record", "Approved", "Outgoing", "Incoming", "Sign-in"),
    ),
)

BY_NUMBER = {p.number: p for p in PREREQUISITES}
ON_SERVERS = frozenset({3, 4})
"""Numbers of those whose checks speak to servers that others run: the schedule asks them less often."""
SIGNS_IN = 4
"""The one whose checks do no more than sign in there: asked so often that a broken mailbox shows within a minute."""


def needed(mode: AgentMode) -> tuple[Prerequisite, ...]:
    """Those an agent of this mode cannot start without, in order."""
    return tuple(p for p in PREREQUISITES if p.needed_in(mode))


def failing(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Checks that were run and did not pass."""
    return tuple(c for c in checks if c.passed is False)


def verified(checks: Sequence[Check]) -> bool:
    """True when there are checks and every one was run and passed. Only then may the box be ticked."""
    return bool(checks) and all(c.passed is True for c in checks)


def says_nothing(checks: Sequence[Check]) -> bool:
    """True when nothing failed and something could not be checked: neither passed nor failed."""
    return not failing(checks) and any(c.passed is None for c in checks)


def still_standing(before: Sequence[Check], found: Sequence[Check], moment: datetime) -> tuple[Check, ...]:
    """What was found before, with the note that it could not be checked again: what is not known replaces nothing.

    Passed stays passed, and failed stays failed, all of it: where one check of several failed, those after it are not
    known either.

    Args:
        before: says something.
        found: says nothing, as `says_nothing`.
    """
    missed = next(c for c in found if c.passed is None)
    since = next((c.unknown_since for c in before if c.unknown), "") or moment.isoformat()
    place = next((n for n, c in enumerate(before) if c.name == missed.name), 0)
    cleared = [replace(c, unknown="", unknown_since="") for c in before]
    noted = replace(cleared[place], unknown=f"{missed.name}: {missed.detail}", unknown_since=since)
    return (*cleared[:place], noted, *cleared[place + 1 :])


def not_known_now(checks: Sequence[Check]) -> Check | None:
    """The check that carries the note of `still_standing`; None when all of it could be checked the last time."""
    return next((c for c in checks if c.unknown), None)


def attestable(checks: Sequence[Check]) -> bool:
    """True when nothing failed but something could not be checked: then a person may vouch for it."""
    return bool(checks) and not failing(checks) and any(c.passed is None for c in checks)


def state_of(*, done: bool, attested: bool, begun: bool, checks: Sequence[Check]) -> SetupState:
    """The state to show.

    Args:
        done: ticked.
        attested: ticked on a person's word.
        begun: something of it was set up.
        checks: what the last verification found; a failing one shows even when the box was ticked before.
    """
    if failing(checks):
        return SetupState.FAILING
    if done and (attested or verified(checks)):
        return SetupState.DONE
    return SetupState.IN_PROGRESS if begun or checks else SetupState.NOT_STARTED


EXPIRY_NOTICE_DAYS = (30, 7, 1)


def expiry_notice(days_left: float) -> int | None:
    """Which notice is due for a secret that ends in `days_left` days: 30, 7 or 1; 0 when it has ended; else None."""
    if days_left <= 0:
        return 0
    return min((d for d in EXPIRY_NOTICE_DAYS if days_left <= d), default=None)
