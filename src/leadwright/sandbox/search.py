"""The rehearsal's search provider: answers as SearXNG does (`/search?format=json`), from the sandbox's pages alone."""

import re
from datetime import date
from typing import Any

from leadwright.sandbox.companies import Company, companies, dollars, invented_companies, site
from leadwright.sandbox.stories import story

_WORD = re.compile(r"[a-z0-9&]+")
_COMMON = frozenset(
    [
        "company",
        "companies",
        "the",
        "of",
        "and",
        "for",
        "inc",
        "corp",
        "corporation",
        "group",
        "co",
        "news",
        "annual",
        "revenue",
        "employees",
    ]
)


def results(query: str, port: int, today: date, *, news: bool = False, count: int = 10) -> list[dict[str, Any]]:
    """What SearXNG lists under ``results``, best first. Empty when no company of the world is meant.

    Args:
        query: as typed.
        port: of the world.
        news: only the news category.
    """
    firm = meant(query)
    if firm is None or not firm.has_site:
        return []
    told = story(firm, port, today)
    home = site(firm.slug, port)
    articles = [_result(i.url, i.title, i.text, "news", i.date) for i in told.news]
    if news:
        return articles[:count]
    size = f" It has about {firm.employees:,} employees (rehearsal figure)." if firm.discloses else ""
    money = f" Annual revenue was {dollars(firm.revenue)} (rehearsal figure)." if firm.discloses else ""
    about = f"{firm.name} is {firm.trade} company headquartered in {firm.headquarters}, founded in {firm.founded}."
    pages = [
        _result(f"{home}/about", f"About us | {firm.name}", about + size, "general"),
        _result(
            f"{home}/investors", f"Investors | {firm.name}", f"{firm.name} investor information.{money}", "general"
        ),
        _result(f"{home}/", f"{firm.name}", told.priorities[0], "general"),
    ]
    return (pages + articles)[:count]


def meant(query: str) -> Company | None:
    """The company whose name a query holds: the longest name all of whose words occur."""
    words = set(_WORD.findall(query.casefold()))
    found = [c for c in (*companies(), *invented_companies()) if (name := _words(c)) and name <= words]
    return max(found, key=lambda c: len(c.name), default=None)


def _words(firm: Company) -> set[str]:
    words = set(_WORD.findall(firm.name.casefold()))
    return (words - _COMMON) or words


def _result(url: str, title: str, content: str, category: str, published: str | None = None) -> dict[str, Any]:
    return {
        "url": url,
        "title": title,
        "content": content,
        "engine": "rehearsal",
        "engines": ["rehearsal"],
        "category": category,
        "publishedDate": f"{published}T09:00:00" if published else None,
        "score": 1.0,
    }
