"""Our price list: read from CSV, product names found again as people type them. No conversation, no policy."""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from leadwright.analyst.builtin.numbers import quantities
from leadwright.analyst.builtin.words import fold
from leadwright.domain.evidence import Evidence, Passage, SourceKind, quote
from leadwright.errors import BadInput

MAX_ROWS = 20_000
_CLOSE = 91.0  # similarity of 100 from which a name is taken as mistyped
_NAME = re.compile(
    r"^(?:product|item|article|sku name|name|title|model|plan|package|service|bezeichnung|produkt|artikel)\b"
)
_PRICE = re.compile(r"\b(?:price|preis|amount|cost|rate|msrp|rrp|fee|prix|precio)\b")
_LIST = re.compile(r"\b(?:list|unit|msrp|rrp|standard|regular|catalog(?:ue)?)\b")
_CURRENCY = re.compile(r"\b(usd|eur|gbp|chf|jpy|inr|cad|aud|sek|nok|dkk|cny|brl|mxn|sgd|pln)\b")


@dataclass(frozen=True, slots=True)
class Price:
    """The list price of one unit. `passage` is the row of the list it stands in."""

    product: str
    amount: float
    currency: str
    passage: Passage

    @property
    def evidence(self) -> Evidence:
        """The row as evidence."""
        return quote(self.passage)


@dataclass(frozen=True)
class PriceList:
    """List prices by product."""

    prices: tuple[Price, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Price]:
        """Folded product name -> price."""
        return {fold(p.product): p for p in self.prices}

    @cached_property
    def lowest(self) -> float:
        """The lowest price of the list; 0 when it is empty."""
        return min((p.amount for p in self.prices), default=0.0)

    @cached_property
    def usual(self) -> tuple[float, float]:
        """The lowest price, and the one that three in four products do not exceed.

        (0, infinity) where prices lie too far apart to say what an unlisted product costs: the highest more than three
        times the lowest.
        """
        amounts = sorted(p.amount for p in self.prices)
        if not amounts or amounts[-1] > 3 * amounts[0]:
            return 0.0, math.inf
        return amounts[0], amounts[math.ceil(0.75 * len(amounts)) - 1]

    def find(self, name: str) -> Price | None:
        """The price of a product as somebody names it: plural, other case, one letter wrong. None when not listed."""
        wanted = fold(name)
        for form in (wanted, wanted.removesuffix("s"), wanted.removesuffix("es")):
            if form in self.by_name:
                return self.by_name[form]
        if len(wanted) < 6:
            return None
        close = process.extract(wanted, list(self.by_name), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=2)
        return self.by_name[close[0][0]] if close and (len(close) == 1 or close[0][1] > close[1][1] + 2) else None


def read_prices(text: str, *, source: str = "price list") -> PriceList:
    """Read a price list: CSV with a heading for the product and one for the price, in any of the usual words.

    Args:
        text: content of the file; comma, semicolon or tab between the columns.
        source: name shown with quotes.

    Raises:
        BadInput: no such headings, or a price that cannot be read; the sentence names the line.
    """
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")), _dialect(text))
    headings = [fold(h).replace("_", " ") for h in next(lines, [])]
    name, price = _columns(headings, source)
    stated = next((c for h in (headings[price], *headings) for c in _CURRENCY.findall(h)), "usd").upper()
    code = next((i for i, h in enumerate(headings) if h in ("currency", "waehrung", "wahrung", "devise")), None)
    found = []
    for number, row in enumerate(lines, 2):
        if len(row) <= max(name, price) or not row[name].strip():
            continue
        if number > MAX_ROWS:
            raise BadInput(f"{source} has more than {MAX_ROWS:,} lines. Give the part that is sold to these leads.")
        amount = _amount(row[price])
        if amount is None:
            if not row[price].strip():
                continue
            raise BadInput(
                f"{source}, line {number}: {row[price][:40]!r} is no price. Write it as 499.99.", field="prices"
            )
        currency = (
            row[code].strip().upper()[:3] if code is not None and len(row) > code and row[code].strip() else stated
        )
        found.append(_price(row[name].strip()[:200], amount[0], amount[1] or currency, source))
    if not found:
        raise BadInput(f"{source} holds no price. Give one line a product, with its price.", field="prices")
    return PriceList(tuple(found))


def _price(product: str, amount: float, currency: str, source: str) -> Price:
    text = f"{product}: {amount:,.2f} {currency}"
    return Price(
        product, amount, currency, Passage(f"price:{product}", SourceKind.KNOWLEDGE, source, "List price", text)
    )


def _columns(headings: Iterable[str], source: str) -> tuple[int, int]:
    headings = list(headings)
    names = [i for i, h in enumerate(headings) if _NAME.search(h)]
    prices = [i for i, h in enumerate(headings) if _PRICE.search(h) and i not in names[:1]]
    prices.sort(key=lambda i: not _LIST.search(headings[i]))
    if not names or not prices:
        raise BadInput(
            f"{source}: the first line must name the columns, one for the product and one for the price, "
            'such as "product,list_price_usd".',
            field="prices",
        )
    return names[0], prices[0]


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.partition("\n")[0]

    class Lines(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Lines


def _amount(cell: str) -> tuple[float, str | None] | None:
    found = quantities(fold(cell))
    return (found[0].value, found[0].currency) if found and found[0].value >= 0 else None
