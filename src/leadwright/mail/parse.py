"""Raw bytes to a `Message`. Pure: nothing is fetched or written; the limits are checked before anything else."""

import re

from leadwright.mail.charsets import decode
from leadwright.mail.header_fields import read_addresses, read_ids, split_header
from leadwright.mail.hidden import remove_unseen
from leadwright.mail.html import read_html
from leadwright.mail.html_hiding import may_hide
from leadwright.mail.limits import Limits, refuse_too_much
from leadwright.mail.message import Address, Attachment, Message, Report, points_to_html
from leadwright.mail.parts import Part, read_parts

_MOST_TEXT = 1_000_000
_MOST_REPORT = 64_000
_REPORTS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
    "message/rfc822",
    "message/global",
    "message/partial",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
    "message/xdelivery-status",
)
_TAG = re.compile(r"<[^<>]*>")
_BREAKS = re.compile(r"\r\n?")


def parse_mail(raw: bytes, limits: Limits = Limits()) -> Message:
    """The typed message of some bytes, whatever they are; an empty one for bytes that hold nothing.

    Raises:
        TooMuch: a limit is passed; nothing was parsed.
    """
    raw = raw.lstrip(b" \t\r\n") if raw[:1].isspace() else raw
    refuse_too_much(raw, limits)
    headers, _ = split_header(raw)
    parts, defects = read_parts(raw)
    plain, unseen = remove_unseen(_joined(parts, "text/plain")[:_MOST_TEXT])
    source = _joined(parts, "text/html")
    read = source and (not plain.strip() or may_hide(source) or _says_more(source, plain))
    html, hidden = read_html(source) if read else ("", ())
    html, unseen_too = remove_unseen(html)
    others = [part for part in parts if not _is_text(part)]
    fields = _Fields(headers)
    return Message(
        headers=headers,
        plain=plain,
        html_text=html[:_MOST_TEXT],
        hidden=tuple(dict.fromkeys((*unseen, *hidden, *unseen_too))),
        attachments=tuple(
            Attachment(part.name, part.type, len(part.data))
            for part in others
            if part.type not in _REPORTS or part.disposition == "attachment"
        ),
        calendar=tuple(part.parameters.get("method", "").upper() for part in parts if part.type == "text/calendar"),
        reports=tuple(Report(p.type, _text(p)[:_MOST_REPORT]) for p in parts if p.type in _REPORTS)[:50],
        defects=defects,
        sender=next(iter(fields.people("from") or fields.people("sender")), None),
        reply_to=fields.people("reply-to"),
        to=fields.people("to"),
        cc=fields.people("cc"),
        references=fields.ids("references"),
        in_reply_to=fields.ids("in-reply-to"),
        message_id=next(iter(fields.ids("message-id")), None) or fields.first("message-id") or None,
    )


class _Fields:
    """The headers by name, every value of each."""

    def __init__(self, headers: tuple[tuple[str, str], ...]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in headers:
            self._values.setdefault(name.lower(), []).append(value)

    def first(self, name: str) -> str:
        return next(iter(self._values.get(name, ())), "").strip()

    def people(self, name: str) -> tuple[Address, ...]:
        return read_addresses(", ".join(self._values.get(name, ())))

    def ids(self, name: str) -> tuple[str, ...]:
        return read_ids(" ".join(self._values.get(name, ())))


def _is_text(part: Part) -> bool:
    """Is this part read as the mail's own words? Named or attached files are not."""
    return part.type in ("text/plain", "text/html") and part.disposition != "attachment" and not part.name


def _says_more(html: str, plain: str) -> bool:
    """May a reader see more in the HTML than the plain text holds? Cheap."""
    return points_to_html(plain) or len("".join(_TAG.sub("", html).split())) > 1.1 * len("".join(plain.split()))


def _joined(parts: tuple[Part, ...], kind: str) -> str:
    return "\n".join(_text(part) for part in parts if part.type == kind and _is_text(part))


def _text(part: Part) -> str:
    return _BREAKS.sub("\n", decode(part.data, part.parameters.get("charset", "")))
