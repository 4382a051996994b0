"""What the web says of one company: its own pages, its news, search results. Nothing of another company gets in."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from leadwright.db.recent import Recent
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.errors import FetchError, LeftAlone, SearchError
from leadwright.research.company_names import (
    company_domain,
    is_shared,
    mentions,
    name_key,
    plainly_mentions,
    registered_domain,
    spoken_name,
)
from leadwright.research.fetch import Fetcher
from leadwright.research.means import Means
from leadwright.research.pages import Text, read_feed, read_page
from leadwright.research.passages import cut
from leadwright.research.search import NoSearch, SearchHit, WebSearch, company_query
from leadwright.research.subjects import Found, Subject, Work, research, subject_key

MAX_NEWS = 3
_MAX_SEARCH = 4
_MAX_OF_PAGE = 12
_WORDS = 80  # of a passage of a company's page
_SAYS_NOTHING = frozenset(
    {"welcome", "home", "homepage", "home page", "index", "start", "startseite", "willkommen", "accueil", "untitled"}
)
_SECONDS = 30.0  # after which no further page is begun
_KINDS_OF_PAGE = (
    re.compile(r"about|company|who-we-are|our-story|profile|unternehmen|ueber-uns|a-propos", re.I),
    re.compile(r"invest|annual-report|financ|shareholder", re.I),
    re.compile(r"news|press|media|blog|presse|aktuelles", re.I),
)


_topics = Recent[Subject](timedelta(seconds=5), most=500)  # they are the same for every lead


@dataclass(frozen=True, slots=True)
class Company:
    """The company of a lead.

    Args:
        name: as the lead gives it.
        domain: registered domain of its own, or empty.
        website: address of its site, or empty.
        chosen: values of lead columns that the admin lets go to the search provider.
    """

    name: str
    domain: str
    website: str
    chosen: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Equal for leads with the same registered domain and the same name key; empty when neither is known.

        Neither alone will do: people of several companies share a domain, and companies of one name are many.
        """
        name = name_key(self.name)
        return subject_key("company", self.domain, name) if self.domain or name else ""


def company_of(name: str | None, website: str | None, email: str | None, *, chosen: tuple[str, ...] = ()) -> Company:
    """The company behind a lead's fields. An address gives its domain alone, and only when it is no free mail."""
    website = (website or "").strip()
    if website and "//" not in website:
        website = f"https://{website}"
    return Company((name or "").strip(), company_domain(website, email), website, chosen)


def research_company(means: Means, company: Company, runid: str) -> Subject | None:
    """Stored or new research of a company; None when there is nothing to look for or nowhere to look.

    Its passages: pages of its own site (home, about, investors, news), at most three news with dates, search results.
    """
    searching = not isinstance(means.search, NoSearch)
    reading = bool(company.website) and means.settings.fetch_company_sites
    if not company.key or not (searching or reading):
        return None
    found = research(means, company.key, runid, lambda: _look(means, company))
    return replace(found, passages=own_passages(company, found.passages))


def own_passages(company: Company, stored: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """The passages of those sources that name this company or lie at its own domain."""
    told = _texts(stored).items()
    about = {source for source, text in told if _is_at_home(company, source) or _is_about(company, text)}
    return tuple(p for p in stored if p.source in about)


def without_namesakes(company: Company, passages: Sequence[Passage], city: str) -> list[Passage]:
    """Its own pages, and what others say in words that no company of the same name fits as well."""
    told = _texts(passages).items()
    plain = {source for source, text in told if plainly_mentions(text, company.name, company.domain, city)}
    return [p for p in passages if p.kind is SourceKind.WEB or _is_at_home(company, p.source) or p.source in plain]


def _texts(passages: Sequence[Passage]) -> dict[str, str]:
    """All that each source says."""
    told: dict[str, str] = {}
    for p in passages:
        told[p.source] = f"{told.get(p.source, '')}\n{p.title}\n{p.text}"
    return told


def research_topic(means: Means, key: str, runid: str, name: str, about: str, *, website: str = "") -> Subject | None:
    """Search results about a company (such as a competitor); None without a search provider or a name."""
    if isinstance(means.search, NoSearch) or not name_key(name):
        return None

    def look() -> Work:
        query = company_query(spoken_name(name), website=website, about=about)
        try:
            hits = means.search.search(query, count=8)
        except SearchError as error:
            return Work((), (str(error),))
        found = [_of_hit(h, SourceKind.SEARCH) for h in hits if mentions(f"{h.title} {h.text}", name, website)]
        return Work(tuple(found))

    moment = means.clock()
    return _topics.get(
        (means.database.url, key, means.looks_outside), moment, lambda: research(means, key, runid, look)
    )


@dataclass
class _Look:
    """State of one research."""

    company: Company
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pages: list[Found] = field(default_factory=list)
    news: list[Found] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    end: float = 0.0


def _look(means: Means, company: Company) -> Work:
    look = _Look(company, end=time.monotonic() + _SECONDS)
    hits = _search(look, means.search, news=False)
    news = _search(look, means.search, news=True)
    if means.settings.fetch_company_sites:
        site = company.website or _site_among(company, hits)
        if site:
            _read_site(look, means.fetcher, site)
    look.news += [_of_hit(h, SourceKind.NEWS) for h in news if _is_about(company, f"{h.title} {h.text}")]
    found = look.pages + _newest(look.news)
    known = {f.source for f in found}
    others = [h for h in hits if h.url not in known and h.url not in look.seen]
    found += [_of_hit(h, SourceKind.SEARCH) for h in others if _is_about(company, f"{h.title} {h.text}")][:_MAX_SEARCH]
    return Work(tuple(f for f in found if f.text), tuple(look.problems), tuple(look.notes))


def _search(look: _Look, search: WebSearch, *, news: bool) -> list[SearchHit]:
    if isinstance(search, NoSearch) or not look.company.name:
        return []
    company = look.company
    query = company_query(
        spoken_name(company.name),
        website="" if news else company.domain,
        chosen=company.chosen,
        about="news" if news else "",
    )
    try:
        return search.search(query, count=8, news=news)
    except SearchError as error:
        look.problems.append(str(error))
        return []


def _site_among(company: Company, hits: list[SearchHit]) -> str:
    """The company's site, when the lead names none but the search found its domain."""
    for hit in hits:
        if company.domain and registered_domain(hit.url) == company.domain:
            return f"{urlsplit(hit.url).scheme}://{urlsplit(hit.url).netloc}/"
    return ""


def _read_site(look: _Look, fetcher: Fetcher, site: str) -> None:
    home = _page(look, fetcher, site, matters=True)
    if home is None:
        return
    own = [(url, words) for url, words in home.links if _is_own(look.company, site, url)]
    for kind in _KINDS_OF_PAGE:
        url = next((u for u, words in own if u not in look.seen and (kind.search(_last(u)) or kind.search(words))), "")
        if url and time.monotonic() < look.end:
            _page(look, fetcher, url)
    feed = next((f for f in home.feeds if _is_own(look.company, site, f)), "")
    if feed and time.monotonic() < look.end:
        _read_news_feed(look, fetcher, feed)


def _page(look: _Look, fetcher: Fetcher, url: str, *, matters: bool = False) -> Text | None:
    """Read one page; only a page that speaks of this company gives passages. `matters`: its failure is a problem."""
    look.seen.add(url)
    try:
        page = fetcher.fetch(url)
        text = read_page(page)
    except LeftAlone as error:
        look.notes.append(str(error))
        return None
    except FetchError as error:
        if matters or not error.permanent:
            look.problems.append(str(error))
        return None
    look.seen.add(page.url)
    if not _is_about(look.company, f"{text.title}\n{text.text}"):
        return text if matters else None
    for part in cut(text.text, words=_WORDS)[:_MAX_OF_PAGE]:
        title = _title(text.title, part.heading, page.url)
        look.pages.append(Found(SourceKind.WEB, page.url, title[:300], part.text[:900], text.date))
    return text


def _read_news_feed(look: _Look, fetcher: Fetcher, feed: str) -> None:
    try:
        page = fetcher.fetch(feed)
        entries = read_feed(page.content, page.url, limit=10)
    except LeftAlone as error:
        look.notes.append(str(error))
        return
    except FetchError:
        return
    for entry in entries:
        text = f"{entry.title}. {entry.text}".strip(". ")
        if _is_about(look.company, text) or _is_at_home(look.company, feed):
            look.news.append(Found(SourceKind.NEWS, entry.url or page.url, entry.title, text[:600], entry.date))


def _newest(news: list[Found]) -> list[Found]:
    """At most three, the newest first, each once."""
    once = {name_key(n.title) or n.source: n for n in reversed(news)}
    return sorted(once.values(), key=lambda n: n.date or "", reverse=True)[:MAX_NEWS]


def _of_hit(hit: SearchHit, kind: SourceKind) -> Found:
    text = hit.text if hit.title.casefold() in hit.text.casefold() else f"{hit.title}. {hit.text}".strip(". ")
    return Found(kind, hit.url, hit.title, text, hit.date)


def _is_about(company: Company, text: str) -> bool:
    return mentions(text, company.name, company.domain)


def _is_at_home(company: Company, url: str) -> bool:
    return company.domain != "" and registered_domain(url) == company.domain


def _title(title: str, heading: str, url: str) -> str:
    """How evidence names a part of a page: ``Welcome | Acme`` with the heading ``Welcome`` is just ``Acme``."""
    parts = [p.strip(" :") for p in re.split(r"\s+[|–—·»-]\s+|\s+::\s+", title)]
    parts = [p for p in dict.fromkeys(parts) if p and p.casefold() not in _SAYS_NOTHING]
    known = " ".join(parts).casefold()
    if heading and heading.casefold() not in known and heading.casefold().strip(" !.") not in _SAYS_NOTHING:
        parts = [f"{', '.join(parts)}: {heading}" if parts else heading]
    return ", ".join(parts) or (urlsplit(url).hostname or "").removeprefix("www.")


def _is_own(company: Company, site: str, url: str) -> bool:
    """On the company's own site. Where many share a host, or it has no domain, below the home page only."""
    if not _is_at_home(company, site) and (not registered_domain(site) or is_shared(site)):
        start = urlsplit(site)
        folder = start.path if "." not in _last(site) else start.path.rsplit("/", 1)[0]
        if is_shared(site) and folder.strip("/") == "":
            return False
        return url.startswith(f"{start.scheme}://{start.netloc}{folder.rstrip('/')}/")
    same_host = urlsplit(url).netloc.lower() == urlsplit(site).netloc.lower()
    return same_host or (bool(company.domain) and registered_domain(url) == company.domain)


def _last(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]
