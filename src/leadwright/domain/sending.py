"""May this mail leave now, and if not, when at the earliest? Rules only: no storage, no clock, no pace.

How fast a mailbox sends is counted where all workers count together, in `mail/pace`.

Asked in the transaction that claims the mail. What may not leave now waits with a sentence, what may never leave is
cancelled with one (product rules, section 7; reliability, 1.2 and 3.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadwright.domain.country_gates import RULES, ConsentBasis, CountryRule, pass_gate
from leadwright.domain.sending_window import Window, next_opening
from leadwright.errors import BadInput

DAY = timedelta(days=1)
MARGIN = timedelta(milliseconds=500)  # a server counts arrivals, which lag behind claims by unequal times


class Answer(StrEnum):
    """What happens with the mail."""

    SEND = "send"
    WAIT = "wait"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with a sentence that says why not.

    Args:
        at: when a mail that waits may be asked for again (aware UTC); None: once somebody has acted.
    """

    answer: Answer
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Discipline:
    """The admin's sending discipline.

    Args:
        window: hours and weekdays, in the lead's time zone.
        per_company: mails to one company in any 24 hours.
        lead_gap: least time between two mails to one lead; never under a day.

    Raises:
        BadInput: a limit below 1, or a gap under a day.
    """

    window: Window = field(default_factory=Window)
    per_company: int = 3
    lead_gap: timedelta = DAY

    def __post_init__(self) -> None:
        if self.per_company < 1:
            raise BadInput("Mails to one company must be at least 1 a day.", field="per_company")
        if self.lead_gap < DAY:
            raise BadInput("A lead never gets two mails within a day. Make the gap a day or more.", field="lead_gap")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What has left already. Mails on their way count from their claim.

    Args:
        company_nth: when the `per_company`-th latest mail to the company left; None when there were fewer.
        lead_last: when the latest mail to the lead left.
    """

    company_nth: datetime | None = None
    lead_last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail that wants to leave.

    Args:
        due_at: not before (a follow-up's day); None: at once.
        zones: of `zones_of`; all their windows must hold.
        paused_until: the day before which a person of ours wants nothing to go out.
        back_at: when an absent person is back (`follow_up.return_of`).
        never: a sentence when it may never leave: suppressed, address invalid, mailed already, lead taken back.
        paused: a sentence while it may not: agent stopped, prerequisite red.
        postal_address: the sender's, printed in each mail.
        country, basis: of the person written to.
    """

    zones: Sequence[ZoneInfo]
    postal_address: str
    country: str | None = None
    basis: ConsentBasis | None = None
    due_at: datetime | None = None
    paused_until: datetime | None = None
    back_at: datetime | None = None
    never: str = ""
    paused: str = ""


def decide(
    mail: Outgoing,
    discipline: Discipline,
    traffic: Traffic,
    now: datetime,
    rules: Mapping[str, CountryRule] = RULES,
) -> Decision:
    """Send, wait or cancel.

    Args:
        mail: what wants to leave.
        discipline: the limits.
        traffic: what left before, read in the same transaction.
        now: aware.
        rules: country gates.
    """
    if mail.never:
        return Decision(Answer.CANCEL, mail.never)
    gate = pass_gate(mail.country, mail.basis, now.astimezone(UTC).date(), rules)
    if not gate.is_open:
        return Decision(Answer.CANCEL if gate.for_good else Answer.WAIT, gate.why_not)
    if mail.paused:
        return Decision(Answer.WAIT, mail.paused)
    if not mail.postal_address.strip():
        return Decision(
            Answer.WAIT, "No mail leaves without the sender's postal address. Enter it in Email instructions."
        )
    return _in_time(mail, discipline, traffic, now.astimezone(UTC))


def _in_time(mail: Outgoing, discipline: Discipline, traffic: Traffic, now: datetime) -> Decision:
    earliest, reason = now, ""
    for at, why in _bounds(mail, discipline, traffic):
        if at is not None and at > earliest:
            earliest, reason = at.astimezone(UTC), why
    opening = next_opening(earliest, discipline.window, mail.zones)
    if opening is None:
        return Decision(
            Answer.WAIT,
            "No hour lies in the sending window of all time zones this lead may be in. "
            "Set the lead's time zone or widen the window.",
        )
    if opening > earliest:
        reason = (
            f"{reason} Then it waits for the sending window." if reason else "Outside the sending window of the lead."
        )
    return Decision(Answer.WAIT, reason, opening) if opening > now else Decision(Answer.SEND)


def _bounds(mail: Outgoing, discipline: Discipline, traffic: Traffic) -> tuple[tuple[datetime | None, str], ...]:
    """Instants before which the mail may not leave, each with its sentence."""
    return (
        (mail.due_at, "It is not due yet."),
        (mail.paused_until, "The conversation is paused."),
        (mail.back_at, "The person is out of office."),
        (_after(traffic.lead_last, discipline.lead_gap), "The lead had a mail less than a day ago."),
        (_after(traffic.company_nth, DAY), f"The company had {discipline.per_company} mails within a day."),
    )


def _after(at: datetime | None, period: timedelta) -> datetime | None:
    return at + period + MARGIN if at else None
