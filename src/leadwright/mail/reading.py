"""Everything that is read out of one mail before anybody judges it. Runs in the parsing process, see `reader`."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from leadwright.domain.opt_out import answers_one, opt_out_in
from leadwright.mail.automatic import FOOTERED, WISHLESS, Automatic, why_automatic
from leadwright.mail.automatic import Kind as AutomaticKind
from leadwright.mail.bounce import DeliveryReport, read_delivery_report
from leadwright.mail.limits import Limits
from leadwright.mail.message import Message
from leadwright.mail.parse import parse_mail
from leadwright.mail.trim import trim_reply
from leadwright.mail.unsubscribe import bare_subject


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read.

    Args:
        message: its headers, texts, attachments.
        new_text: what its sender wrote newly, without quotes and signature.
        report: what it tells about a mail of ours, when it is a bounce, a complaint or a delivery report.
        automatic: what shows that a machine wrote it; None for a mail a person may have written.
        beside: the new text of its other part, where plain text and HTML say different things; else "".
    """

    message: Message
    new_text: str
    report: DeliveryReport | None
    automatic: Automatic | None
    beside: str = ""

    @property
    def subject(self) -> str:
        """Its subject, without what our own link to unsubscribe by mail puts there."""
        return bare_subject(self.message.subject)

    @property
    def leaving_subject(self) -> str:
        """Its whole subject; "" where it answers one and says something: then its words tell, not what it answers."""
        return "" if self.new_text.strip() and answers_one(self.message.subject) else self.message.subject

    @property
    def opt_out(self) -> str:
        """The words that ask not to be written to again; "" in absence notes and what else asks nothing of us."""
        kind = self.automatic.kind if self.automatic else None
        if kind in WISHLESS:
            return ""
        asked = partial(opt_out_in, automatic=kind in FOOTERED, footed=kind is AutomaticKind.MAILING_SERVICE)
        return asked(self.new_text, bare_subject(self.leaving_subject)) or asked(self.beside)

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` is the way back."""
        return {
            "message": self.message.as_json(),
            "new_text": self.new_text,
            "report": self.report.as_json() if self.report else None,
            "automatic": asdict(self.automatic) if self.automatic else None,
            "beside": self.beside,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Reading":
        """The reading that `as_json` described."""
        automatic = data["automatic"]
        return cls(
            Message.from_json(data["message"]),
            data["new_text"],
            DeliveryReport.from_json(data["report"]) if data["report"] else None,
            Automatic(AutomaticKind(automatic["kind"]), automatic["sign"]) if automatic else None,
            data["beside"],
        )


def read_mail(raw: bytes, own: Collection[str] = (), limits: Limits = Limits()) -> Reading:
    """Reads one mail in this process: for `reader`'s child, tests and benchmarks.

    Raises:
        TooMuch: a limit is passed; nothing was parsed.
    """
    message = parse_mail(raw, limits)
    automatic = why_automatic(message, own)
    report = read_delivery_report(message)
    new_text = trim_reply(message.text)
    if report and not message.reports and _is_persons(automatic, new_text):
        report = None
    return Reading(message, new_text, report, automatic, _beside(message))


def _is_persons(automatic: Automatic | None, new_text: str) -> bool:
    """Is what only sounds like a report an absence note, or the words of a person who wants no more mails?"""
    if automatic:
        return automatic.kind is AutomaticKind.OUT_OF_OFFICE
    return opt_out_in(new_text) != ""


def _beside(message: Message) -> str:
    other = message.html_text if message.text is message.plain else message.plain
    return trim_reply(other) if set(other.split()) - set(message.text.split()) else ""
