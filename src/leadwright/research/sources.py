"""Lists the documents of a knowledge source: file, folder, web site, feed, CRM table. Nothing is stored here."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select

from leadwright.db.engine import Database
from leadwright.db.sales import Account, Competitor, Opportunity
from leadwright.domain.attributes import TABLES, Kind
from leadwright.errors import BadInput, FetchError, LeadwrightError
from leadwright.research.documents import MAX_BYTES, SUFFIXES, Document
from leadwright.research.fetch import Fetcher, Page
from leadwright.research.pages import Entry, Text, read_feed, read_page
from leadwright.research.reading import DocumentReader

MAX_FILES = 2_000
MAX_PAGES = 20
MAX_DEPTH = 2
MAX_ROWS = 5_000
_NOT_KNOWLEDGE = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".css", ".js", ".zip", ".mp4", ".ico", ".webp", ".woff2")


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a source, not read yet when it is a file.

    Args:
        location: name within the source: relative path, URL or row; what evidence shows.
        sha256: of its content; the same hash is not read again.
        read: gives its words; raises BadInput or MissingExtra.
    """

    location: str
    sha256: str
    read: Callable[[DocumentReader], Document]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents of a source. `failure` is set when the source as a whole cannot be reached."""

    items: tuple[Found, ...]
    problems: tuple[tuple[str, str], ...] = ()
    failure: str = ""


def listing(database: Database, fetcher: Fetcher, kind: str, location: str) -> Listing:
    """What a source holds now.

    Raises:
        LeadwrightError: the source cannot be reached; the sentence says what to do.
    """
    if kind == "file":
        return _file(Path(location))
    if kind == "folder":
        return _folder(Path(location))
    if kind == "site":
        return _site(fetcher, location)
    if kind == "feed":
        return _feed(fetcher, location)
    return _table(database, location)


def _file(path: Path) -> Listing:
    if not path.is_file():
        raise BadInput(f"The file {path.name} is not there any more. Put it back, or remove this source.")
    try:
        return Listing((_on_disk(path, path.name),))
    except (OSError, BadInput) as error:
        return Listing((), failure=_unreadable(path.name, error))


def _folder(folder: Path) -> Listing:
    if not folder.is_dir():
        raise BadInput(f"The folder {folder.name} is not there any more. Put it back, or remove this source.")
    items: list[Found] = []
    problems: list[tuple[str, str]] = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if len(items) >= MAX_FILES:
            problems.append((folder.name, f"Only the first {MAX_FILES} files were read. Divide the folder."))
            break
        try:
            items.append(_on_disk(path, name))
        except (OSError, BadInput) as error:
            problems.append((name, _unreadable(name, error)))
    return Listing(tuple(items), tuple(problems))


def _files(folder: Path) -> Iterator[Path]:
    """Files of the kinds that are read, hidden ones and links that lead outside left out, in a fixed order."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix.lower() not in SUFFIXES or any(p.startswith((".", "~$")) for p in relative.parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path


def _on_disk(path: Path, name: str) -> Found:
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"{name} is larger than {MAX_BYTES // 1024 // 1024} MB. Split it, or save it smaller.")
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Found(name, sha256, lambda reader: reader.read(path))


def _unreadable(name: str, error: Exception) -> str:
    return str(error) if isinstance(error, LeadwrightError) else f"{name} cannot be opened. Check its permissions."


@dataclass
class _Crawl:
    """State of one crawl: same host, at most two links deep, at most twenty pages."""

    host: str
    items: dict[str, Found] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def _site(fetcher: Fetcher, start: str) -> Listing:
    first = fetcher.fetch(start)
    crawl = _Crawl(urlsplit(first.url).netloc.lower())
    level = _visit(crawl, first)
    crawl.seen.update({start, first.url})
    for _ in range(MAX_DEPTH):
        following: list[str] = []
        for url in level:
            if len(crawl.items) >= MAX_PAGES:
                break
            if url in crawl.seen:
                continue
            crawl.seen.add(url)
            try:
                page = fetcher.fetch(url)
            except FetchError as error:
                crawl.problems.append((url, str(error)))
                continue
            if urlsplit(page.url).netloc.lower() == crawl.host:
                following += _visit(crawl, page)
        level = following
    return Listing(tuple(crawl.items.values()), tuple(crawl.problems[:10]))


def _visit(crawl: _Crawl, page: Page) -> list[str]:
    if page.media_type == "application/pdf":
        crawl.items[page.url] = _pdf(page)
        return []
    text = read_page(page)
    if text.text:
        crawl.items[page.url] = _page(page.url, text)
    return [
        url
        for url, _ in text.links
        if urlsplit(url).netloc.lower() == crawl.host and not urlsplit(url).path.lower().endswith(_NOT_KNOWLEDGE)
    ]


def _page(url: str, text: Text) -> Found:
    document = Document(text.title, text.text, text.date, text.hidden)
    return Found(url, _digest(text.title, text.text), lambda _: document, text.title)


def _pdf(page: Page) -> Found:
    def read(reader: DocumentReader) -> Document:
        with tempfile.TemporaryDirectory(prefix="leadwright-") as folder:
            path = Path(folder) / "page.pdf"
            path.write_bytes(page.content)
            return reader.read(path)

    return Found(page.url, hashlib.sha256(page.content).hexdigest(), read)


def _feed(fetcher: Fetcher, url: str) -> Listing:
    page = fetcher.fetch(url)
    entries = {entry.url or entry.title: entry for entry in read_feed(page.content, page.url)}
    return Listing(tuple(_entry(location, entry) for location, entry in entries.items()))


def _entry(location: str, entry: Entry) -> Found:
    document = Document(entry.title, entry.text or entry.title, entry.date)
    return Found(location, _digest(entry.title, entry.text), lambda _: document, entry.title)


def _table(database: Database, name: str) -> Listing:
    table = {"account": Account, "opportunity": Opportunity, "competitor": Competitor}.get(name)
    if table is None:
        raise BadInput("A table is account, opportunity or competitor.")
    columns = table.__table__.c
    key = columns[f"{name}id"]
    with database.reading() as session:
        rows = session.execute(select(*columns).order_by(key).limit(MAX_ROWS + 1)).mappings().all()
    items = [_row(name, str(row[key.name]), dict(row)) for row in rows[:MAX_ROWS]]
    more = ((name, f"Only the first {MAX_ROWS} rows were read."),) if len(rows) > MAX_ROWS else ()
    return Listing(tuple(items), more)


def _row(table: str, key: str, values: dict[str, object]) -> Found:
    shown = {"name": "Name", "websiteurl": "Website"}
    attributes = TABLES[table].attributes if table in TABLES else {}
    lines: list[str] = []
    for name, stored in values.items():
        value = stored
        attribute = attributes.get(name)
        label = attribute.label if attribute else shown.get(name)
        skipped = attribute and attribute.kind in (Kind.OWNER, Kind.LOOKUP, Kind.EMAIL, Kind.PHONE, Kind.DATETIME)
        if value in (None, "") or label is None or skipped:
            continue
        if attribute and attribute.kind is Kind.CHOICE and isinstance(value, int):
            value = attribute.choices.get(value, value)
        lines.append(f"{label}: {value:,.0f}" if isinstance(value, float) else f"{label}: {value}")
    text = ". ".join(lines)
    title = str(values.get("name") or key)
    document = Document(title, text)
    return Found(f"{table}/{key}", _digest(title, text), lambda _: document, title)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
