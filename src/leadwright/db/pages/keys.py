"""Page keys: the place after which a list goes on, as text in a link. They come from outside; nothing is believed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from leadwright.domain.plain_text import holds_unstorable
from leadwright.errors import BadInput


def write_key(value: datetime | str | None, recordid: str) -> str:
    """The key of a row: what the list is sorted by, and its id."""
    text = json.dumps([value.isoformat() if isinstance(value, datetime) else value, recordid])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_key(key: str, *, moment: bool) -> tuple[Any, str]:
    """Value and id of the row.

    Args:
        moment: the list is sorted by a time.

    Raises:
        BadInput: no key of ours.
    """
    try:
        value, recordid = json.loads(urlsafe_b64decode(key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4)))
        if not isinstance(recordid, str) or not isinstance(value, str | None) or holds_unstorable([value, recordid]):
            raise TypeError(key)
        return (_moment(value) if moment else value), recordid
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadInput("This page link is damaged. Start again from the first page.", field="after") from error


def _moment(text: str | None) -> datetime:
    read = datetime.fromisoformat(text or "")
    if read.tzinfo is None:
        raise ValueError(text)
    return read.astimezone(UTC)
