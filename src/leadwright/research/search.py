"""Web search: one Protocol, three providers and none. Answers are strangers' text and leave here cleaned.

What goes out is built by `company_query` alone: company and competitor names, web site, columns the admin chose.
"""

import json
import re
import time
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx2

from leadwright.errors import SearchError
from leadwright.research.untrusted import line

MAX_BYTES = 2 * 1024 * 1024
MAX_HITS = 20
_MAX_QUERY = 300


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result: `text` is the provider's excerpt (at most 600 characters), `date` ISO when known."""

    title: str
    url: str
    text: str
    date: str | None = None


class WebSearch(Protocol):
    """Finds pages. Safe to repeat.

    Raises:
        SearchError: the provider is down, slow or answers nonsense; the sentence says what to do.
    """

    name: str

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        """At most `count` hits, best first."""
        ...


def company_query(
    company: str, *, competitor: str = "", website: str = "", chosen: Iterable[str] = (), about: str = ""
) -> str:
    """The only text that goes to a provider: no person's name, address, telephone or mail text ever enters.

    Args:
        company: company name; put in quotes.
        competitor: competitor name, when the question is about one.
        website: registered domain.
        chosen: values of columns the admin chose; anything that looks like an address or telephone is dropped.
        about: our own fixed words, e.g. "news".
    """
    parts = [f'"{_bare(name)}"' for name in (company, competitor) if _bare(name)]
    parts += [_bare(website), *(_bare(value) for value in chosen), about]
    return " ".join(dict.fromkeys(p for p in parts if p))[:_MAX_QUERY].strip()


def _bare(text: str) -> str:
    text = re.sub(r"\S*\s*@\s*\S*", " ", line(text, 120).replace('"', " "))
    return re.sub(r"\s+", " ", re.sub(r"\+?\d[\d\s()./-]{7,}\d", " ", text)).strip()


class NoSearch:
    """No provider is configured: finds nothing, says so by its name."""

    name = "none"

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        """Nothing."""
        return []


class _Provider:
    """What the providers share: one client, a limit on time and size, and plain errors."""

    name = ""

    def __init__(self, url: str, *, key: str = "", seconds: float = 10.0, client: httpx2.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._seconds = seconds
        self._client = client or httpx2.Client(timeout=seconds, follow_redirects=False)
        if client is None:
            weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.close()

    def _ask(self, method: str, path: str, **request: Any) -> Mapping[str, Any]:
        end = time.monotonic() + self._seconds
        try:
            with self._client.stream(method, self._url + path, timeout=self._seconds, **request) as response:
                _check_status(self.name, response)
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise SearchError(f"{self.name} sent more than {MAX_BYTES // 1024 // 1024} MB.", permanent=True)
                    if time.monotonic() > end:
                        raise SearchError(self._too_slow())
        except httpx2.TimeoutException as error:
            raise SearchError(self._too_slow()) from error
        except httpx2.InvalidURL as error:
            raise SearchError(f"The address of {self.name} is not valid. Set search_url.", permanent=True) from error
        except (httpx2.HTTPError, OSError) as error:
            raise SearchError(
                f"{self.name} could not be reached. Check search_url ({self._url}) and the network."
            ) from error
        return _json(self.name, bytes(body))

    def _too_slow(self) -> str:
        return (
            f"{self.name} did not answer within {self._seconds:g} seconds. Try again, or raise search_timeout_seconds."
        )


class SearxngSearch(_Provider):
    """SearXNG, through its JSON API (``search.formats`` of that server must list json)."""

    name = "SearXNG"

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        """At most `count` hits."""
        answer = self._ask(
            "GET",
            "/search",
            params={"q": query, "format": "json", "categories": "news" if news else "general"},
            headers={"Accept": "application/json"},
        )
        return _hits(_rows(self.name, answer, "results"), count, text="content", date="publishedDate")


class BraveSearch(_Provider):
    """Brave Search API; web and news have addresses of their own."""

    name = "Brave"

    def __init__(
        self, key: str, *, url: str = "https://api.search.brave.com", seconds: float = 10.0, client: Any = None
    ) -> None:
        super().__init__(url, key=key, seconds=seconds, client=client)

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        """At most `count` hits."""
        answer = self._ask(
            "GET",
            f"/res/v1/{'news' if news else 'web'}/search",
            params={"q": query, "count": str(min(count, MAX_HITS))},
            headers={"Accept": "application/json", "X-Subscription-Token": self._key},
        )
        if not news:
            answer = answer.get("web") or {"results": []}
        return _hits(_rows(self.name, answer, "results"), count, text="description", date="page_age")


class TavilySearch(_Provider):
    """Tavily search API."""

    name = "Tavily"

    def __init__(
        self, key: str, *, url: str = "https://api.tavily.com", seconds: float = 10.0, client: Any = None
    ) -> None:
        super().__init__(url, key=key, seconds=seconds, client=client)

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        """At most `count` hits."""
        answer = self._ask(
            "POST",
            "/search",
            json={"query": query, "topic": "news" if news else "general", "max_results": min(count, MAX_HITS)},
            headers={"Authorization": f"Bearer {self._key}"},
        )
        return _hits(_rows(self.name, answer, "results"), count, text="content", date="published_date")


def _check_status(name: str, response: httpx2.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status == 429:
        wait = _retry_after(response.headers.get("retry-after", ""))
        when = f"Try again in {wait:g} seconds" if wait is not None else "Try again later"
        raise SearchError(f"{name} says too many searches were made. {when}.", retry_after=wait)
    if status in (401, 403):
        raise SearchError(
            f"{name} refuses (status {status}). Check search_api_key; for SearXNG, allow the json format.",
            permanent=True,
        )
    if status >= 500:
        raise SearchError(f"{name} is out of order (status {status}). Try again later.")
    raise SearchError(f"{name} answered with status {status}. Check search_url.", permanent=True)


def _retry_after(value: str) -> float | None:
    """Seconds, from either form of the header; at most an hour is believed."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), 3600.0) if seconds == seconds else None  # noqa: PLR0124 - not a NaN


def _json(name: str, body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SearchError(
            f"{name} did not answer in JSON. Check search_url; a SearXNG server must list json in search.formats.",
            permanent=True,
        ) from error
    if not isinstance(answer, dict):
        raise SearchError(f"{name} answered in a form that is not known. Check search_url.", permanent=True)
    return answer


def _rows(name: str, answer: Any, key: str) -> list[Any]:
    rows = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise SearchError(f"{name} answered without a list of results. Check search_url.", permanent=True)
    return rows


def _hits(rows: list[Any], count: int, *, text: str, date: str) -> list[SearchHit]:
    hits: dict[str, SearchHit] = {}
    for row in rows[: MAX_HITS * 5]:
        if len(hits) >= min(count, MAX_HITS):
            break
        if not isinstance(row, dict):
            continue
        url = line(row.get("url"), 1_000)
        if not url.startswith(("http://", "https://")) or " " in url or url in hits:
            continue
        title, excerpt = (_without_tags(row.get("title"), 200), _without_tags(row.get(text), 600))
        if title or excerpt:
            hits[url] = SearchHit(title, url, excerpt, iso_date(row.get(date)))
    return list(hits.values())


def _without_tags(text: object, limit: int) -> str:
    return line(
        re.sub(r"</?(?:strong|b|em|i|mark|span|br)[^>]{0,80}>", "", text) if isinstance(text, str) else "", limit
    )


def iso_date(text: object) -> str | None:
    """The day in a provider's or feed's date, as YYYY-MM-DD; None when it is no date."""
    if not isinstance(text, str) or len(text) > 60:
        return None
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})", text):
        year, month, day = map(int, found.groups())
        return found.group() if 1990 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 else None
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError):
        return None
