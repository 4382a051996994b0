"""Templates and how values are written for people: dates in the reader's zone, money, numbers. No queries."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from leadwright import __version__
from leadwright.web import charts
from leadwright.web.browser_names import browser_name
from leadwright.web.site_map import SITE_MAP
from leadwright.web.static_files import address

_TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one template environment: everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        static=address, version=__version__, charts=charts, site_map=SITE_MAP, icon=icon, drawn=icon, options=options
    )
    made.filters.update(
        browser_name=browser_name,
        when=_when,
        ago=_ago,
        until=_until,
        day=_day,
        money=money,
        number=number,
        percent=percent,
        initials=initials,
        tone=tone,
        duration=duration,
    )
    return made


def render(name: str, context: Mapping[str, Any]) -> str:
    """The page as HTML. The context needs at least what `visit.Visit.page` puts in."""
    return environment().get_template(name).render(context)


@lru_cache(maxsize=512)
def icon(name: str, small: bool = False) -> Markup:
    """One of our icons, for decoration: screen readers skip it."""
    look = "icon small" if small else "icon"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        look, address("icons.svg"), name
    )


@lru_cache(maxsize=512)
def options(choices: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    """Options of a select box, (value, text) each."""
    one, this = Markup('<option value="{}">{}</option>'), Markup('<option value="{}" selected>{}</option>')
    return Markup("").join((this if v == chosen else one).format(v, text) for v, text in choices)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name, UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@pass_context
def _when(context: Context, moment: datetime | None) -> str:
    """Date and time in the reader's zone: ``24 Nov 2026, 14:05``."""
    if moment is None:
        return "—"
    local = moment.astimezone(context["zone"])
    return f"{local.day} {local:%b %Y, %H:%M}"


@pass_context
def _day(context: Context, moment: datetime | date | str | None) -> str:
    """Date in the reader's zone: ``24 Nov 2026``. ISO text is understood, other text is left as it is."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment) if len(moment) > 10 else date.fromisoformat(moment)
        except ValueError:
            return str(moment)
    if moment is None:
        return "—"
    if isinstance(moment, datetime):
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(context["zone"]).date()
    return f"{moment.day} {moment:%b %Y}"


@pass_context
def _ago(context: Context, moment: datetime | None) -> str:
    """How long ago, from the page's clock: ``2 h ago``; older than two weeks: the date."""
    if moment is None:
        return "—"
    seconds = (context["now"] - moment).total_seconds()
    for limit, unit, size in ((60, "", 1), (3600, "min", 60), (86400, "h", 3600), (14 * 86400, "days", 86400)):
        if seconds < limit:
            count = int(seconds // size)
            return "just now" if not unit else f"{count} {'day' if count == 1 and unit == 'days' else unit} ago"
    return _day(context, moment)


@pass_context
def _until(context: Context, moment: datetime | None) -> str:
    """How long until then, from the page's clock: ``in 3 days``, ``in 5 h``, ``now``."""
    if moment is None:
        return "—"
    seconds = (moment - context["now"]).total_seconds()
    if seconds < 60:
        return "now"
    for limit, unit, size in ((3_600, "min", 60), (129_600, "h", 3_600)):
        if seconds < limit:
            return f"in {round(seconds / size)} {unit}"
    return f"in {round(seconds / 86_400)} days"


def money(amount: float | None) -> str:
    """Dollars, short for large sums: ``$4.2 billion``, ``$80 million``, ``$950,000``."""
    if amount is None:
        return "—"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(amount) >= size:
            return f"${amount / size:,.1f}".removesuffix(".0") + f" {word}"
    return f"${amount:,.0f}" if abs(amount) >= 1 or amount == 0 else f"${amount:.4f}"


def number(count: float | None) -> str:
    """A whole number with separators."""
    return "—" if count is None else f"{count:,.0f}"


def percent(share: float | None) -> str:
    """A share of 1 as a whole per cent."""
    return "—" if share is None else f"{share * 100:.0f} %"


def duration(seconds: float | None) -> str:
    """How long something took: ``850 ms``, ``12 s``, ``4 min``, ``3.5 h``, ``2.1 days``."""
    if seconds is None:
        return "—"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for limit, size, unit, form in ((120, 1, "s", ".0f"), (7200, 60, "min", ".0f"), (172_800, 3600, "h", ".1f")):
        if seconds < limit:
            return f"{seconds / size:{form}} {unit}"
    return f"{seconds / 86_400:.1f} days"


def initials(name: str | None) -> str:
    """Two letters for a person's or team's face."""
    words = [w for w in (name or "?").replace("-", " ").split() if w[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tone(name: str | None) -> int:
    """0 to 5, the same for the same name: which colour a face gets."""
    return sum(map(ord, name or "")) % 6
