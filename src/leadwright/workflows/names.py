"""The names that a mail was written with, kept on its email activity: changed since, its words are wrong."""

from collections.abc import Mapping
from typing import Any

from leadwright.db.sales import Lead

RENAMED = "The lead's name or company was changed after this mail was written."
_NAMES = ("firstname", "lastname", "fullname", "companyname")


def names_of(lead: Lead) -> dict[str, Any]:
    """The JSON of `Email.lw_judgement` of a mail of ours: the lead's names as its words know them."""
    return {"names": {column: _said(getattr(lead, column)) for column in _NAMES}}


def is_renamed(kept: Mapping[str, Any], lead: Lead) -> bool:
    """Is the lead called otherwise than when the mail was written? A mail that kept nothing is older than this."""
    names = kept.get("names")
    return bool(names) and names != names_of(lead)["names"]


def _said(name: str | None) -> str:
    return " ".join((name or "").split())
