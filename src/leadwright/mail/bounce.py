"""Delivery reports: did a mail of ours bounce, was it complained about, is it late, did it arrive, and for whom.

A report proves nothing by itself: whoever acts on one must know `original_message_id` as a mail really sent to that
recipient, since anybody can write such a mail.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from leadwright.mail.bounce_phrases import HARD, Reason
from leadwright.mail.bounce_reasons import is_about_the_address, reason_in, reason_of_status, refused_to_the_end
from leadwright.mail.bounce_text import TextRefusal, read_refusals
from leadwright.mail.dsn import Notice, original_id, read_notices
from leadwright.mail.message import Message
from leadwright.mail.ses import read_notification


class Kind(StrEnum):
    """What a report tells."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient of a report.

    Args:
        recipient: the address, as the report writes it.
        hard: True when the report proves that the address takes no mail; False when it may yet, so also when it gives
            no reason; None for a complaint or a delivery.
        reason: why, as far as it can be told.
        status: enhanced status code such as "5.1.1"; "" when there is none.
        said: what the other server said, at most 500 characters.
        forwarded: it failed for somebody the mail was passed on to; others behind the address may have it.
    """

    recipient: str
    hard: bool | None
    reason: Reason
    status: str
    said: str
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail system tells about a mail of ours; `feedback` is the type of a complaint, e.g. "abuse", "opt-out"."""

    kind: Kind
    failures: tuple[Failure, ...]
    original_message_id: str | None
    feedback: str | None = None

    @property
    def hard(self) -> bool | None:
        """True when every recipient failed for good, False when none did or the mail may still arrive, else None."""
        if self.kind is not Kind.BOUNCE:
            return False
        found = {failure.hard for failure in self.failures}
        return found.pop() if len(found) == 1 else None

    @property
    def reason(self) -> Reason | None:
        """The reason of the first recipient."""
        return self.failures[0].reason if self.failures else None

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` is the way back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "DeliveryReport":
        """The report that `as_json` described."""
        failures = tuple(Failure(**{**item, "reason": Reason(item["reason"])}) for item in data["failures"])
        return cls(**{**data, "kind": Kind(data["kind"]), "failures": failures})


def read_delivery_report(message: Message) -> DeliveryReport | None:
    """The report this mail is; None for any other mail, automatic answers and read receipts included."""
    return _complaint(message) or _from_notification(message) or _from_notices(message) or _from_text(message)


def _complaint(message: Message) -> DeliveryReport | None:
    """An abuse report (RFC 5965), or the older kind that is only a covering note with the mail attached."""
    report = next((part for part in message.reports if part.type == "message/feedback-report"), None)
    if report is None and not _is_covering_note(message):
        return None
    original = original_id(message)
    if report is None:
        return DeliveryReport(Kind.COMPLAINT, (), original, "abuse")
    fields = [line.partition(":") for line in report.text.splitlines()]
    named = [(name.strip().lower(), value.strip()) for name, _, value in fields]
    feedback = next((value.lower() for name, value in named if name == "feedback-type"), "abuse")
    people = [value.strip("<>") for name, value in named if name in ("original-rcpt-to", "removal-recipient") and value]
    failures = tuple(Failure(person, None, Reason.UNCLEAR, "", "") for person in dict.fromkeys(people))
    return DeliveryReport(Kind.COMPLAINT, failures, original, feedback)


def _is_covering_note(message: Message) -> bool:
    """Feedback loops that attach the mail without a feedback report: staff@hotmail.com and those that copy it."""
    subject = message.subject.lower()
    return any(part.type == "message/rfc822" for part in message.reports) and (
        subject.startswith(("complaint about message", "abuse report", "email feedback report", "spam complaint"))
        or bool(message.value("x-hmxmroriginalrecipient"))
        or "jmr" in message.value("x-loop").lower()
    )


def _from_notification(message: Message) -> DeliveryReport | None:
    """A bounce, complaint or delivery that a sending service reports as JSON in a mail."""
    found = read_notification(message.text)
    if found is None:
        return None
    kind = Kind(found.kind)
    failures = tuple(_failure(person, status, said, "", kind, found.permanent) for person, status, said in found.people)
    return DeliveryReport(kind, failures, found.message_id)


def _from_notices(message: Message) -> DeliveryReport | None:
    """The standard form (RFC 3464), and reports that call themselves one."""
    notices = read_notices(message)
    if not notices:
        return None
    original = original_id(message)
    kinds = [_kind(notice) for notice in notices]
    kind = next((k for k in (Kind.BOUNCE, Kind.DELAYED, Kind.DELIVERED) if k in kinds), Kind.BOUNCE)
    told = [notice for notice, its in zip(notices, kinds, strict=True) if its is kind]
    spoken = read_refusals(message) if kind is Kind.BOUNCE else ()

    def failure(n: Notice) -> Failure:
        around, permanent = _spoken_of(n.recipient, spoken), False if n.by_rule else None
        judged = _failure(
            n.recipient, n.status, n.said, around, kind, permanent, standard=True, category=n.category
        )  # fmt: skip
        return replace(judged, forwarded=n.forwarded)

    failures = tuple(map(failure, told))
    return DeliveryReport(kind, failures, original)


def _kind(notice: Notice) -> Kind:
    if notice.action.startswith("delay"):
        return Kind.DELAYED
    if notice.action.startswith(("deliver", "relay", "expand")) or notice.status.startswith("2"):
        return Kind.DELIVERED
    return Kind.BOUNCE


def _spoken_of(recipient: str, refusals: tuple[TextRefusal, ...]) -> str:
    """What the covering text says about a recipient, or about all when it names none."""
    mine = [refusal for refusal in refusals if refusal.recipient.lower() == recipient.lower()]
    return " ".join(refusal.said for refusal in mine or refusals)


def _from_text(message: Message) -> DeliveryReport | None:
    refusals = read_refusals(message)
    if not refusals:
        return None
    original = original_id(message)
    delayed = all(refusal.delayed for refusal in refusals)
    kind = Kind.DELAYED if delayed else Kind.BOUNCE
    failures = tuple(_failure(r.recipient, r.status, r.said, r.around, kind) for r in refusals)
    return DeliveryReport(kind, failures, original)


def _failure(
    recipient: str,
    status: str,
    said: str,
    around: str,
    kind: Kind,
    permanent: bool | None = None,
    *,
    standard: bool = False,
    category: str = "",
) -> Failure:
    """Judges one recipient: the server's words, then its code, then the words around them."""
    if kind is Kind.DELAYED:
        return Failure(recipient, False, Reason.DELAYED, status, said[:500])
    if kind is not Kind.BOUNCE:
        return Failure(recipient, None, Reason.UNCLEAR, status, said[:500])
    spoken = reason_in(said)
    reason = spoken
    if spoken in (None, Reason.FILTERED, Reason.POLICY):
        reason = reason_of_status(status) or spoken or reason_in(around)
    whole = f"{said} {around}"
    hard = False
    if status.startswith("4"):
        hard = permanent is not False and refused_to_the_end(status, said, whole)
    elif reason in HARD and permanent is not False:
        hard = is_about_the_address(
            reason, status, said, whole, recipient=recipient, standard=standard, category=category
        )
    return Failure(recipient, hard, reason or Reason.UNCLEAR, status, said[:500])
