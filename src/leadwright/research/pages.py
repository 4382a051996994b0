"""Reads what a person would see on an unknown web page or in a feed. Nothing is fetched here."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadwright.errors import FetchError
from leadwright.research.fetch import Page
from leadwright.research.search import iso_date
from leadwright.research.untrusted import clean, line

MAX_SOURCE = 1_000_000  # characters of markup read; the words of a page come well before
MAX_TEXT = 200_000
_THIN = 200  # characters below which the main-text finder has probably missed the page
_DROPPED = "script, style, template, svg, iframe, object, embed, noscript, canvas, head > *:not(title):not(meta)"
_MENUS = "nav, form, button, select, input, textarea, [role=navigation]"
_NOT_SEEN = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$|!)"
    r"|font-size:0|(?:^|;)(?:width|height|max-height|max-width):0(?:px|em|rem|%)?(?:;|$|!)"
    r"|(?:left|top|right|text-indent|margin-left|margin-top):-\d{3,}"
    r"|clip:rect\(0|clip-path:inset\((?:50|100)%|transform:scale\(0|font-size:1px"
    r"|color:transparent"
)
_DATE_SELECTORS = (
    "meta[property='article:published_time']",
    "meta[name='date']",
    "meta[name='dc.date']",
    "meta[itemprop='datePublished']",
    "time[datetime]",
)


@dataclass(frozen=True, slots=True)
class Text:
    """A page as read: `text` is markdown (headings, lists, tables), `links` are absolute with their words."""

    title: str
    text: str
    date: str | None
    links: tuple[tuple[str, str], ...] = ()
    feeds: tuple[str, ...] = ()
    hidden: bool = False  # text that a person cannot see was removed


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed."""

    title: str
    url: str
    text: str
    date: str | None


def read_page(page: Page) -> Text:
    """The visible text of an HTML or plain text page.

    Raises:
        FetchError: the page is neither (a PDF is read by `documents`).
    """
    if page.media_type == "application/pdf":
        raise FetchError(f"{page.url} is a PDF document, not a page.", permanent=True)
    source = decode(page.content, page.charset)
    if page.media_type in ("text/html", "application/xhtml+xml") or source.lstrip()[:200].lower().startswith(
        ("<!doctype html", "<html")
    ):
        return read_html(source, page.url)
    text = clean(re.sub(r"<[^>]{0,500}>", " ", source) if "xml" in page.media_type else source, MAX_TEXT)
    return Text(title=line(text.split("\n", 1)[0], 120), text=text, date=None)


def read_html(source: str, url: str = "") -> Text:
    """The visible text of HTML, with hidden text taken out first."""
    tree = LexborHTMLParser(source[:MAX_SOURCE])
    title = _title(tree)
    date = _date(tree)
    links, feeds = _links(tree, url)
    hidden = _remove_hidden(tree)
    for node in tree.css(f"{_DROPPED}, {_MENUS}"):
        node.decompose(recursive=False)  # unlinks; several matches may lie in one another
    visible = tree.html or ""
    text = _main_text(visible)
    if len(text) < _THIN:
        text = max(text, _all_text(tree), key=len)
    return Text(title, clean(text, MAX_TEXT), date, links, feeds, hidden)


def read_feed(content: bytes, url: str = "", *, limit: int = 50) -> list[Entry]:
    """Entries of an RSS or Atom feed, newest first where dates are known.

    Args:
        content: as fetched by our own fetcher; nothing is fetched from here.

    Raises:
        FetchError: it is no feed.
    """
    import feedparser

    if re.search(rb"<!\s*(?:ENTITY|DOCTYPE[^>]*\[)", content):
        raise FetchError("The feed declares entities of its own, which is not accepted.", permanent=True)
    parsed: Any = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version") and not parsed.get("entries"):
        raise FetchError(
            "This is neither an RSS nor an Atom feed. Give the address of the feed itself.", permanent=True
        )
    entries = [_entry(e, url) for e in parsed["entries"][: limit * 4]]
    entries = [e for e in entries if e.title or e.text]
    return sorted(entries, key=lambda e: e.date or "", reverse=True)[:limit]


def decode(content: bytes, charset: str = "") -> str:
    """Bytes to text: byte-order mark, then the declared charset, then UTF-8, then Windows-1252."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    declared = charset
    if not declared and (found := re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", content[:4096], re.I)):
        declared = found.group(1).decode("ascii")
    for name in (declared, "utf-8"):
        try:
            if name and name.lower() not in ("utf-7", "utf7"):
                return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _main_text(source: str) -> str:
    try:
        return _extract(source, fast=True) or _extract(source, fast=False)
    except Exception:  # the finder is a heuristic over hostile input; the plain reading below takes its place
        return ""


def _extract(source: str, *, fast: bool) -> str:
    """`fast` leaves out the second and third opinion, which cost four times as much and seldom differ."""
    found = trafilatura.extract(
        source, output_format="markdown", include_formatting=True, include_comments=False, favor_recall=True, fast=fast
    )
    return found if found and (len(found) >= _THIN or not fast) else ""


def _all_text(tree: LexborHTMLParser) -> str:
    for node in tree.css("footer"):
        node.decompose(recursive=False)
    for level in range(1, 5):
        for node in tree.css(f"h{level}"):
            words = line(node.text(deep=True), 200)
            if words:
                node.replace_with(f"\n\n{'#' * level} {words}\n\n")
    return tree.body.text(separator="\n", strip=False) if tree.body else ""


def _remove_hidden(tree: LexborHTMLParser) -> bool:
    found = False
    for selector in ("[hidden]", "[style]", *_hiding_selectors(tree)):
        for node in _matching(tree, selector):
            if node.tag in ("html", "body", "-undef"):
                continue
            if selector == "[style]" and not _is_hiding(node.attributes.get("style")):
                continue
            found = found or bool(node.text(deep=True, strip=True))
            node.decompose(recursive=False)
    return found


def _matching(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except Exception:  # a selector of the page's own that the parser does not know
        return []


def _is_hiding(style: str | None) -> bool:
    return bool(_NOT_SEEN.search(re.sub(r"\s+", "", (style or "").lower())))


def _hiding_selectors(tree: LexborHTMLParser) -> list[str]:
    """Selectors of the page's own style sheets that hide, media queries left out."""
    rules: list[str] = []
    for node in tree.css("style"):
        sheet = re.sub(r"/\*.*?\*/", "", (node.text(deep=True) or "")[:200_000], flags=re.S)
        sheet = re.sub(r"@[\w-]+[^{};]{0,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
        for selector, body in re.findall(r"([^{}@;]{1,300})\{([^{}]{1,2000})\}", sheet):
            if _is_hiding(body):
                rules += [s.strip() for s in selector.split(",") if re.fullmatch(r"[\w\s.#>-]{1,80}", s.strip())]
    return [r for r in rules if r not in ("html", "body", "*")][:200]


def _title(tree: LexborHTMLParser) -> str:
    for selector in ("title", "h1"):
        if (node := tree.css_first(selector)) and (words := line(node.text(deep=True), 200)):
            return words
    return ""


def _date(tree: LexborHTMLParser) -> str | None:
    for selector in _DATE_SELECTORS:
        if node := tree.css_first(selector):
            found = iso_date(node.attributes.get("content") or node.attributes.get("datetime"))
            if found:
                return found
    return None


def _links(tree: LexborHTMLParser, url: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    links: dict[str, str] = {}
    for node in tree.css("a[href]")[:1_000]:
        address = _absolute(url, node.attributes.get("href"))
        if address:
            links.setdefault(address, line(node.text(deep=True), 100))
    feeds = [
        _absolute(url, node.attributes.get("href"))
        for node in tree.css(
            "link[rel='alternate'][type='application/rss+xml'], link[rel='alternate'][type='application/atom+xml']"
        )
    ]
    return tuple(links.items()), tuple(dict.fromkeys(f for f in feeds if f))


def _absolute(base: str, address: str | None) -> str:
    try:
        joined = urljoin(base, (address or "").strip()).split("#", 1)[0]
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) and len(joined) <= 1_000 else ""


def _entry(raw: Any, url: str) -> Entry:
    content = raw.get("content") or []
    body = content[0].get("value", "") if content and isinstance(content[0], dict) else raw.get("summary", "")
    words = _plain(body)
    published = raw.get("published_parsed") or raw.get("updated_parsed")
    date = "{:04d}-{:02d}-{:02d}".format(*published[:3]) if published else iso_date(raw.get("published"))
    title = raw.get("title") or ""
    return Entry(
        line(_plain(title), 200),
        _absolute(url, raw.get("link")),
        clean(words, 5_000),
        date,
    )


def _plain(markup: str) -> str:
    """Words of a small piece of HTML; hidden ones left out."""
    if "<" not in markup:
        return markup
    tree = LexborHTMLParser(markup[:50_000])
    _remove_hidden(tree)
    for node in tree.css(_DROPPED):
        node.decompose(recursive=False)
    return tree.body.text(separator=" ") if tree.body else ""
