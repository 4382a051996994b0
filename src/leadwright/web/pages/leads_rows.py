"""The rows of the leads grid as HTML. Python and not a template, which took most of the time of a page of fifty rows.

Every value that comes from outside passes `escape`.
"""

from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from leadwright.db.pages.leads_grid import GridRow
from leadwright.domain.engagement import LABELS, Outcome
from leadwright.domain.optionsets import LeadRating, LeadSource, LeadState, choices, label
from leadwright.domain.stage import Stage
from leadwright.web.rendering import initials, tone
from leadwright.web.static_files import address

STAGES = {
    Stage.QUEUED: ("Queued", ""),
    Stage.RESEARCHING: ("Researching", "info"),
    Stage.BLOCKED: ("Waiting for a person", "warn"),
    Stage.ENGAGED: ("In conversation", "info"),
    Stage.HANDED_OVER: ("Handed over", "good"),
    Stage.DISQUALIFIED: ("Disqualified", "plum"),
    Stage.RETURNED: ("Returned", "warn"),
    Stage.FAILED: ("Failed", "bad"),
    Stage.CANCELLED: ("Cancelled", ""),
}
_BANDS = {"High": "good", "Moderate": "warn", "Low": "bad"}
_RATINGS = {LeadRating.HOT: "bad", LeadRating.WARM: "warn", LeadRating.COLD: "info"}
_SOURCES = choices(LeadSource)
# A reference, not the letter: with one character beyond ASCII, Python takes a hundred times as long to encode the page.
_DASH = "&mdash;"
_NOTHING = f'<span class="muted">{_DASH}</span>'


def rows_html(rows: list[GridRow], zone: ZoneInfo) -> Markup:
    """Table rows, in order. `zone` is the reader's."""
    names = _escaped([row.fullname or row.emailaddress1 or "No name" for row in rows])
    companies = _escaped([row.companyname or "" for row in rows])
    titles, ids = _escaped([row.jobtitle or "" for row in rows]), _escaped([row.leadid for row in rows])
    shown = zip(rows, names, companies, titles, ids, strict=True)
    return Markup("".join([_row(*each, zone) for each in shown]))  # noqa: S704 each text was escaped


def _escaped(texts: list[str]) -> list[str]:
    """One call escapes a whole column: that is where the time goes."""
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts):
        joined = "\0".join([text.replace("\0", "") for text in texts])
    return str(escape(joined)).split("\0")


def _row(row: GridRow, name: str, company: str, title: str, leadid: str, zone: ZoneInfo) -> str:
    sub = f'<span class="sub clip">{title}</span>' if title else ""
    return (
        f'<tr><td><a href="/leads/{leadid}" class="strong">{name}</a>{sub}</td>'
        f'<td data-label="Company"><div class="clip">{company or _DASH}</div></td>'
        f"{_standing(row.band, row.signal, row.rating, row.stage, row.statecode, row.outcome)}{_owner(row.owner)}"
        f'<td data-label="Source">{_source(row.source)}</td>'
        f'<td data-label="Created on" class="nowrap">{_day(row.createdon.astimezone(zone).date())}</td></tr>'
    )


@lru_cache(maxsize=2048)
def _standing(
    band: str | None, signal: str | None, rating: int | None, stage: str | None, state: int, outcome: str | None
) -> str:
    """Fit, signal, rating and stage: few combinations, the same for thousands of leads."""
    bars = f'<svg aria-hidden="true"><use href="{address("icons.svg")}#signal-{escape(signal)}"/></svg>'
    cells = (
        ("Fit", _tag(band, _BANDS.get(band, "")) if band else _NOTHING),
        ("Signal", f'<span class="signal">{bars}{escape(signal.capitalize())}</span>' if signal else _NOTHING),
        ("Rating", _tag(label(LeadRating(rating)), _RATINGS[LeadRating(rating)]) if rating in _RATINGS else _NOTHING),
        ("Stage", _stage(stage, state, outcome)),
    )
    return "".join(f'<td data-label="{name}">{inside}</td>' for name, inside in cells)


def _stage(stage: str | None, state: int, outcome: str | None) -> str:
    if state == LeadState.QUALIFIED:
        return _tag("Qualified", "good")
    if state == LeadState.DISQUALIFIED and stage != Stage.DISQUALIFIED:
        return _tag(*STAGES[Stage.DISQUALIFIED]) + '<span class="sub">by a person</span>'
    if stage is None:
        return '<span class="muted">Not with the agent</span>'
    ended = outcome if stage in (Stage.HANDED_OVER, Stage.DISQUALIFIED) else None
    how = f'<span class="sub">{escape(LABELS[Outcome(ended)])}</span>' if ended else ""
    return _tag(*STAGES.get(Stage(stage), (stage, ""))) + how


@lru_cache(maxsize=2048)
def _owner(name: str | None) -> str:
    face = f'<span class="face tiny t{tone(name)}" aria-hidden="true">{escape(initials(name))}</span>'
    text = escape(name) if name else _DASH
    return f'<td data-label="Owner"><div class="owner">{face}<span class="clip">{text}</span></div></td>'


@lru_cache(maxsize=64)
def _source(value: int | None) -> str:
    return str(escape(_SOURCES[value])) if value in _SOURCES else _DASH


@lru_cache(maxsize=2048)
def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _tag(text: Any, tone_: str) -> str:
    return f'<span class="tag {tone_}">{escape(text)}</span>'
