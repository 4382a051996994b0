"""Charts as SVG drawn on the server: they need no script, print well, and a screen reader can read every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or slice: what it counts, how many, the list behind it, and colour class 1 to 7."""

    label: str
    value: float
    link: str = ""
    colour: int = 1
    shown: str = ""

    @property
    def text(self) -> str:
        """The figure as a person reads it."""
        return self.shown or f"{self.value:,.0f}"


def bars(title: str, items: Sequence[Bar], *, width: int = 640, label: int = 170) -> Markup:
    """Horizontal bars, widest = largest value. Each with its label, figure and link."""
    top = max([i.value for i in items], default=0) or 1
    space = width - label - 80
    rows = []
    for n, item in enumerate(items):
        y, long = n * 36, item.value / top * space
        row = Markup(
            '<text x="0" y="{t}">{name}</text><rect class="track" x="{x}" y="{y}" width="{space}" height="22" rx="4"/>'
            '<rect class="f{c}" x="{x}" y="{y}" width="{long:.1f}" height="22" rx="4"/>'
            '<text x="{end}" y="{t}" font-weight="600">{text}</text>'
        ).format(
            t=y + 20,
            y=y + 4,
            x=label,
            space=space,
            long=long,
            c=item.colour,
            name=item.label,
            text=item.text,
            end=label + space + 10,
        )
        rows.append(_linked(item, row))
    return _chart(title, Markup("").join(rows), width, max(len(items) * 36, 1), items)


def ring(title: str, share: float | None, tone: str) -> Markup:
    """A share as a ring with the per cent inside. `tone` is good, warn or bad."""
    round_ = 2 * pi * 42
    arc = Markup(
        '<circle class="arc {tone}" cx="50" cy="50" r="42" fill="none" stroke-width="10" stroke-linecap="round" '
        'stroke-dasharray="{on:.1f} {all:.1f}" transform="rotate(-90 50 50)"/>'
    ).format(tone=tone, on=(share or 0) * round_, all=round_)
    return Markup(
        '<svg viewBox="0 0 100 100" role="img" aria-label="{title}"><circle class="track" cx="50" cy="50" r="42" '
        'fill="none" stroke-width="10"/>{arc}<text x="50" y="58" text-anchor="middle">{text}</text></svg>'
    ).format(title=title, arc=arc if share else "", text="?" if share is None else f"{share * 100:.0f}%")


def _linked(item: Bar, drawn: Markup) -> Markup:
    tip = Markup("<title>{}: {}</title>").format(item.label, item.text)
    if not item.link:
        return Markup("<g>{}{}</g>").format(tip, drawn)
    return Markup('<a href="{}" aria-label="{}: {}">{}{}</a>').format(item.link, item.label, item.text, tip, drawn)


def _chart(title: str, inside: Markup, width: int, height: int, items: Sequence[Bar]) -> Markup:
    spoken = "; ".join(f"{i.label} {i.text}" for i in items)
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="group" aria-label="{title}: {spoken}">{inside}</svg>'
    ).format(w=width, h=height, title=escape(title), spoken=escape(spoken), inside=inside)
