"""What the rehearsal's pages tell of a company: priorities, logistics, finances, news. All invented from a seed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import lru_cache
from random import Random

from leadwright.sandbox.companies import Company, site
from leadwright.sandbox.seller import COMPETITORS

_PRIORITIES = (
    "Our first priority is to ship every order within one day from {n} regional distribution centers.",
    "We are modernizing {n} warehouses to raise throughput without adding floor space.",
    "We want to cut workplace injuries in our warehouses by {p} percent within two years.",
    "We are bringing down inventory by {p} percent while keeping our service level.",
    "We are investing in automation so that scarce staff can do more rewarding work.",
    "We are reducing emissions from freight by {p} percent through better planned loads.",
    "We are building one view of stock across all of our {n} sites.",
    "We are expanding direct delivery to customers in {n} more states.",
)
_CUSTOMERS = (
    "Business customers and households alike rely on its {industry} products and services.",
    "It serves business customers, from local firms to national chains.",
    "It sells to consumers through its own channels and through partners.",
)
_LOGISTICS = (
    "{name} runs {n} distribution centers, most of them with manual picking and forklifts.",
    "{name} moves its goods through {n} warehouses operated together with partners.",
    "{name} has few warehouses of its own; goods for its {n} service depots come from suppliers.",
)
_GROWTH = (
    "{p} percent more than in the year before",
    "roughly level with the year before",
    "{p} percent less, after a slow second half",
)
_SPENDING = (
    "Capital spending of ${n}0 million is planned for supply chain and logistics.",
    "Management plans to hold capital spending level and to pay down debt.",
    "Management expects savings of ${n} million a year from its efficiency program.",
)
_NEWS = (
    (
        "{name} opens a distribution center near {city}",
        "The new site handles up to {p},000 orders a day and creates {n}0 jobs.",
    ),
    ("{name} names a new head of supply chain", "The team is to bring {n} regional networks under one plan."),
    (
        "{name} starts a warehouse automation pilot with {rival}",
        "The pilot covers one site and runs for {n} months before a decision.",
    ),
    (
        "{name} reports longer delivery times in peak season",
        "Orders took {p} percent longer than planned, and night shifts were hard to staff.",
    ),
    ("{name} sets a safety target for its sites", "Incidents with vehicles are to fall by {p} percent."),
    ("{name} consolidates its storage sites", "It will close {n} older storage sites and enlarge the rest."),
    ("{name} is named a top employer near {city}", "The award rests on a survey of {p}0 staff."),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One invented piece of news."""

    title: str
    text: str
    more: str
    date: str
    published: str
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a company's pages tell beyond the facts."""

    customers: str
    priorities: tuple[str, ...]
    logistics: str
    growth: str
    margin: int
    spending: str
    news: tuple[Item, ...]


@lru_cache(maxsize=512)
def story(firm: Company, port: int, today: date) -> Story:
    """The story of a company: the same for the same company and day."""
    chance = Random(f"story:{firm.slug}")  # noqa: S311

    def say(text: str) -> str:
        return text.format(
            name=firm.name,
            city=firm.city,
            industry=firm.industry.casefold(),
            rival=chance.choice(COMPETITORS).name,
            n=chance.randrange(3, 19),
            p=chance.randrange(5, 36),
        )

    return Story(
        customers=say(chance.choice(_CUSTOMERS)),
        priorities=tuple(say(p) for p in chance.sample(_PRIORITIES, 3)),
        logistics=say(chance.choice(_LOGISTICS)),
        growth=say(chance.choice(_GROWTH)),
        margin=chance.randrange(4, 24),
        spending=say(chance.choice(_SPENDING)),
        news=tuple(
            _item(
                say(title),
                say(text),
                today - timedelta(days=chance.randrange(4, 160)),
                f"{site(firm.slug, port)}/news/{number}",
            )
            for number, (title, text) in enumerate(chance.sample(_NEWS, chance.randrange(0, 4)), 1)
        ),
    )


def _item(title: str, text: str, day: date, url: str) -> Item:
    return Item(
        title=title,
        text=text,
        more="This news item belongs to a Leadwright rehearsal; it is invented.",
        date=day.isoformat(),
        published=format_datetime(datetime.combine(day, time(9), UTC)),
        url=url,
    )
