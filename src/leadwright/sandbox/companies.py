"""The companies of the rehearsal: real public facts from data/companies.csv, invented figures from a seed.

Those of the prospects who answer mail are invented altogether: nobody says a word here in the name of a real company.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from io import StringIO
from random import Random

_ABROAD = frozenset({"Bermuda", "Canada", "Ireland", "Netherlands", "Singapore", "Switzerland", "United Kingdom"})
_REVENUE_PER_HEAD = {  # invented, US dollars, only to keep size and revenue in proportion
    "Energy": 1_400_000,
    "Financials": 600_000,
    "Utilities": 800_000,
    "Real Estate": 900_000,
    "Consumer Staples": 350_000,
    "Consumer Discretionary": 260_000,
}
_HEADS = (350, 700, 1_200, 2_600, 4_800, 8_200, 13_500, 21_000, 38_000, 64_000, 110_000)


@dataclass(frozen=True, slots=True)
class Company:
    """One company. The first six are facts unless it is invented; `employees` and `revenue` always are invented.

    Args:
        symbol: at the stock exchange; "" for an invented company.
        revenue: US dollars a year.
        discloses: whether its pages give figures at all.
        has_site: a few answer 404 everywhere.
    """

    symbol: str
    name: str
    sector: str
    industry: str
    headquarters: str
    founded: str
    slug: str
    employees: int
    revenue: int
    discloses: bool
    has_site: bool

    @property
    def is_invented(self) -> bool:
        """Does it exist in the rehearsal only?"""
        return not self.symbol

    @property
    def trade(self) -> str:
        """Its industry with the article: ``an Automotive Parts & Equipment``."""
        return f"{'an' if self.industry[:1] in 'AEIO' else 'a'} {self.industry}"

    @property
    def city(self) -> str:
        """Of the headquarters."""
        return self.headquarters.split(", ")[0]

    @property
    def state(self) -> str:
        """State of the headquarters in the United States, else empty."""
        region = self.headquarters.split(", ")[-1]
        return "" if region in _ABROAD else region

    @property
    def country(self) -> str:
        """Country of the headquarters."""
        region = self.headquarters.split(", ")[-1]
        return region if region in _ABROAD else "United States"


def slug(name: str) -> str:
    """``A. O. Smith`` -> ``a-o-smith``: part of a URL path and of a reserved domain name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


@cache
def companies() -> tuple[Company, ...]:
    """All 200, in the order of their names. The same on every machine and every run."""
    return tuple(_company(row) for row in _rows("companies.csv"))


@cache
def invented_companies() -> tuple[Company, ...]:
    """Forty that do not exist: each has a site and figures that suit the seller's profile."""
    return tuple(_invented(_company({"symbol": "", **row})) for row in _rows("invented.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / "data" / name).read_text("utf-8")
    return list(csv.DictReader(StringIO(text)))


def site(named: str, port: int) -> str:
    """Where the company's site is served. Names below localhost are this machine (RFC 6761)."""
    return f"http://{named}.localhost:{port}"


def company(named: str) -> Company | None:
    """The company of a slug."""
    return _by_slug().get(named)


@cache
def _by_slug() -> dict[str, Company]:
    return {c.slug: c for c in (*companies(), *invented_companies())}


def _invented(drawn: Company) -> Company:
    heads = min(max(drawn.employees, 1_400), 42_000)
    revenue = min(max(drawn.revenue, 620_000_000), 12_000_000_000)
    return replace(drawn, employees=heads, revenue=revenue, discloses=True, has_site=True)


def _company(row: dict[str, str]) -> Company:
    name = slug(row["name"])
    chance = Random(f"figures:{name}")  # noqa: S311 (a rehearsal, not a secret)
    heads = round(chance.choice(_HEADS) * chance.uniform(0.85, 1.15), -2)
    revenue = round(heads * _REVENUE_PER_HEAD.get(row["gics_sector"], 320_000) * chance.uniform(0.7, 1.4), -7)
    return Company(
        symbol=row["symbol"],
        name=row["name"],
        sector=row["gics_sector"],
        industry=row["gics_sub_industry"],
        headquarters=row["headquarters"],
        founded=row["founded"],
        slug=name,
        employees=int(heads),
        revenue=int(max(revenue, 20_000_000)),
        discloses=chance.random() > 0.12,
        has_site=chance.random() > 0.03,
    )


def dollars(amount: int) -> str:
    """``1234000000`` -> ``$1.2 billion``."""
    if amount >= 1_000_000_000:
        return f"${amount / 1e9:.1f} billion"
    return f"${round(amount / 1e6)} million"
