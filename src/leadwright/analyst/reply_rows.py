"""Turns a row of a file into the brief of one reply, and a reading into the row of an answer. Reads no file."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from leadwright.analyst.protocol import ReplyBrief, ReplyReading

_SUBJECT_LINE = re.compile(r"\s*Subject:[ \t]*(.*?)[ \t]*(?:\r?\n[ \t]*\r?\n|\r?\n|$)", re.IGNORECASE)
_DAYS = ("received_on", "received_at", "date")


def reply_of_row(row: Mapping[str, Any], *, key: str) -> ReplyBrief:
    """The brief of one row: `text`, and where the row has them `subject`, `headers` and the day it came.

    A text that begins with a line "Subject: ..." is split there. A column `auto_submitted` counts as that header.
    """
    text = str(row.get("text") or "")
    subject = str(row.get("subject") or "")
    if line := _SUBJECT_LINE.match(text):
        subject, text = subject or line[1], text[line.end() :]
    return ReplyBrief(key, text, _day(row), subject, _headers(row))


def answer_of_reply(reading: ReplyReading) -> dict[str, Any]:
    """Class, return date and the words it rests on."""
    return {
        "class": reading.kind.value,
        "return_date": reading.return_date.isoformat() if reading.return_date else None,
        "quote": reading.quote.quote if reading.quote else None,
    }


def answer_of_interest(reading: ReplyReading) -> dict[str, Any]:
    """Polarity, confidence, category, reason and the words they rest on."""
    interest = reading.interest
    return {
        "polarity": interest.polarity.value,
        "confidence": interest.confidence.value if interest.confidence else None,
        "category": interest.category.value if interest.category else None,
        "reason": interest.reason,
        "quote": interest.evidence[0].quote if interest.evidence else None,
    }


def _headers(row: Mapping[str, Any]) -> dict[str, str]:
    given = row.get("headers")
    headers = {str(k).casefold(): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    automatic = row.get("auto_submitted")
    if automatic not in (None, "", False):
        headers.setdefault("auto-submitted", "auto-replied" if automatic is True else str(automatic))
    return headers


def _day(row: Mapping[str, Any]) -> date | None:
    for name in _DAYS:
        try:
            return date.fromisoformat(str(row.get(name) or "")[:10])
        except ValueError:
            continue
    return None
