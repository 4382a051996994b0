"""Briefs for the tests: a made-up company with pages, news and papers."""

from typing import Any

from leadwright.analyst import Brief, Competitor, MailBrief, Offering, Reading, Usage
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.profile import read_profile

PROFILE = {
    "icp": [
        {"criteria": "Industries targeted", "details": "Retail, e-commerce and grocery chains"},
        {"criteria": "Size of the customer", "details": "1000 to 50000+ employees"},
        {"criteria": "Job Title of the lead", "details": "C-suite or procurement decision makers"},
        {"criteria": "Annual revenue range", "details": "$100 million to $10 billion+"},
        {"criteria": "Location", "details": "North America, except New York"},
    ]
}
OFFERING = Offering(
    "Tailwind Systems",
    "https://tailwind.example",
    "Tailwind plans inventory for retailers, so that shelves stay full with less stock.",
    "Fewer stockouts, lower inventory, faster replenishment of stores",
)
PAGE = (
    "Accept all cookies to continue browsing this site.\n"
    "Fabrikam Outdoors is a specialty retailer of camping gear with 12,000 employees. "
    "The company is headquartered in Denver, Colorado. "
    "Fabrikam Outdoors plans to open 40 stores across the Midwest by 2027. "
    "Fabrikam Outdoors reported annual revenue of $2.4 billion in its latest fiscal year.\n"
    "Home | Shop | About | Contact us today | Sign in"
)
NEWS = (
    "Fabrikam Outdoors announced a new inventory program for its stores. "
    "The program covers replenishment in 300 shops, Fabrikam Outdoors said on Tuesday."
)
PAPER = "Adventure Works reduced stockouts by 31 % within six months. Prices are on request."
BATTLECARD = (
    "Overview\nNorthwind Planning is a planning suite for large retailers.\n"
    "Strengths\nIt has a broad partner network across Europe.\n"
    "Weaknesses\nIt lacks automatic replenishment for small stores.\n"
    "Talking points\nAsk how long the last Northwind Planning roll-out took."
)


def passage(
    name: str, kind: SourceKind, text: str, title: str = "", source: str = "", date: str | None = None
) -> Passage:
    return Passage(name, kind, source or f"https://{name}.example/", title or name, text, date)


def passages(*more: Passage, **fields: str) -> dict[str, Passage]:
    own = [Passage(f"field:lead.{k}", SourceKind.FIELD, f"lead.{k}", k, v) for k, v in fields.items()]
    return {p.id: p for p in (*own, *more)}


def research() -> tuple[Passage, ...]:
    return (
        passage("page", SourceKind.WEB, PAGE, "Fabrikam Outdoors", "https://www.fabrikam.example/about"),
        passage("news", SourceKind.NEWS, NEWS, "Fabrikam Outdoors starts inventory program", date="2026-05-04"),
        passage("paper", SourceKind.KNOWLEDGE, PAPER, "Results"),
        passage("card", SourceKind.KNOWLEDGE, BATTLECARD, "Northwind Planning battlecard"),
    )


def brief(
    *more: Passage, profile: dict[str, Any] | None = None, competitors: tuple[str, ...] = (), **fields: str
) -> Brief:
    lead = {f"lead.{k}": v for k, v in fields.items()}
    return Brief("run", lead, passages(*more, **fields), read_profile(profile or PROFILE), OFFERING, competitors)


def mail_brief(reading: Reading | None = None, *more: Passage, **changes: Any) -> MailBrief:
    fields = changes.pop("fields", {})
    values: dict[str, Any] = {
        "key": "run",
        "greeting_name": "Jane",
        "topic": "Inventory planning",
        "company": "Fabrikam Outdoors",
        "lead": {f"lead.{k}": v for k, v in fields.items()},
        "reading": reading or Reading((), (), (), Usage("builtin")),
        "passages": passages(*more, **fields),
        "offering": OFFERING,
    }
    return MailBrief(**{**values, **changes})


def competitor(name: str) -> Competitor:
    return Competitor(name)
