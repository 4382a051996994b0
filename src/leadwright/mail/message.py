"""What one mail is after parsing: plain values only, so that it can cross from the parsing process as JSON."""

import re
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

_PEOPLE = ("reply_to", "to", "cc")
_LONGEST_STUB = 300
_STUB = re.compile(  # "This message needs an HTML viewer."
    r"\b(?:needs?|requires?|use|using|enable|view|open|support\w*|display|read)\b.{0,80}\bhtml\b|"
    r"\bhtml\b.{0,60}\b(?:viewer|client|format|reader|capable|support\w*|version|enabled|browser)|"
    r"\b(?:view|open|read)\b.{0,40}\bin (?:your|a|the) (?:web ?)?browser\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header. `address` has no display name and is not case-folded; it may lack a domain."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text of the mail. `size` is in bytes after decoding."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Report:
    """A machine-readable part of a delivery report, complaint or read receipt; or the returned mail.

    `type` is the lower-case content type, `text` the decoded part, headers included for a returned mail.
    """

    type: str
    text: str


@dataclass(frozen=True)
class Message:
    """One mail, decoded as far as it can be.

    Args:
        headers: every header in order, names as sent, values decoded, unfolded and free of control characters.
        plain: the text/plain parts, joined.
        html_text: the text/html parts as text, without what a reader would not see; quotes start with "> ". Read where
            there is no plain text, or where the HTML says more or may hide something; else "".
        hidden: what was hidden from a reader and removed, e.g. "display:none", "zero-width"; empty when nothing was.
        attachments: parts that are not text of the mail.
        calendar: methods of calendar parts, e.g. "REQUEST"; "" when a part names none.
        reports: machine-readable parts and returned mails.
        defects: what was wrong with the mail and was read all the same.
    """

    headers: tuple[tuple[str, str], ...]
    plain: str = ""
    html_text: str = ""
    hidden: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    calendar: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    defects: tuple[str, ...] = ()
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    references: tuple[str, ...] = field(default=())
    in_reply_to: tuple[str, ...] = ()
    message_id: str | None = None

    @cached_property
    def text(self) -> str:
        """The plain text, or that of the HTML part where there is no plain one, or only a stub of it."""
        return self.html_text if _is_stub(self.plain.strip(), self.html_text.strip()) else self.plain

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, topmost first; the case of the name does not matter."""
        return self._by_name.get(name.lower(), ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name.lower(), []).append(value)
        return {name: tuple(values) for name, values in found.items()}

    def value(self, name: str) -> str:
        """The topmost value of a header; "" when absent."""
        return next(iter(self.values(name)), "")

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return self.value("subject")

    @property
    def is_answer(self) -> bool:
        """Does a header name the mail that it answers?"""
        return bool(self.in_reply_to or self.references)

    @property
    def answers_by_hand(self) -> bool:
        """Does the subject look as a mail program writes it for a person who answers?"""
        return self.subject.lower().startswith(("re:", "aw:", "sv:", "antw:"))

    @property
    def return_path(self) -> str | None:
        """The envelope sender; "" for the empty one of reports (`<>`), None when no header names it."""
        paths = self.values("return-path")
        return paths[0].strip().strip("<>").strip() if paths else None

    @property
    def date(self) -> datetime | None:
        """When it was written according to its sender, aware; None when it does not say or makes no sense."""
        try:
            found = parsedate_to_datetime(self.value("date"))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dicts; `from_json` is the way back."""
        plain = {f.name: getattr(self, f.name) for f in _FIELDS}
        plain["sender"] = asdict(self.sender) if self.sender else None
        for name in ("attachments", "reports", *_PEOPLE):
            plain[name] = [asdict(item) for item in plain[name]]
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Message":
        """The message that `as_json` described."""
        return cls(
            **{
                **data,
                "headers": tuple((name, value) for name, value in data["headers"]),
                "sender": Address(**data["sender"]) if data["sender"] else None,
                "attachments": tuple(Attachment(**a) for a in data["attachments"]),
                "reports": tuple(Report(**r) for r in data["reports"]),
                **{name: tuple(Address(**a) for a in data[name]) for name in _PEOPLE},
                **{name: tuple(data[name]) for name in ("hidden", "calendar", "defects", "references", "in_reply_to")},
            }
        )


def _is_stub(plain: str, html: str) -> bool:
    """Is the plain text empty, much shorter than what the HTML shows unquoted, or a note that there is HTML to see?"""
    if not plain or not html:
        return not plain
    shown = sum(len(line) + 1 for line in html.splitlines() if not line.startswith(">"))
    return len(plain) * 4 < shown or points_to_html(plain)


def points_to_html(plain: str) -> bool:
    """Does this plain text say little but that there is HTML to look at?"""
    return len(plain) < _LONGEST_STUB and _STUB.search(plain) is not None


_FIELDS = fields(Message)
