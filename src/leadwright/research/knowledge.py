"""The admin's knowledge: sources added, taken in when they change, passages found again. Strictly one set a purpose.

Gathering a source's documents is `sources`; reading a file is `reading`; finding passages is `retrieval`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeSource
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.errors import BadInput, LeadwrightError, NotFound
from leadwright.research import retrieval, vectors
from leadwright.research.documents import Document
from leadwright.research.embedding import Embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.passages import cut
from leadwright.research.reading import DocumentReader
from leadwright.research.sources import Found, Listing, listing

KINDS = ("file", "folder", "site", "feed", "table")
_PURPOSE = re.compile(r"research|outreach|followup|competitor:.{1,120}")
_BATCH = 20


@dataclass(frozen=True, slots=True)
class Ingested:
    """What taking in a source did.

    Args:
        state: ready, partial (some documents could not be read) or failing (nothing could).
        detail: a sentence for the settings page; names the first documents with a problem.
        documents: how many the source has now. changed, removed: since the last time.
        problems: document -> what is wrong and what to do.
    """

    state: str
    detail: str
    documents: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[tuple[str, str], ...] = ()


def add_source(
    session: Session, purpose: str, kind: str, location: str, title: str = "", *, forbidden: Path | None = None
) -> KnowledgeSource:
    """Add a source to one set; the same source twice gives the one there. Call `ingest` afterwards.

    Args:
        purpose: research, outreach, followup or ``competitor:NAME``.
        kind: file, folder, site, feed or table.
        location: path, URL, or name of a CRM table.
        forbidden: the data folder; nothing in it but ``uploads`` may be a source, nor a folder that holds it.

    Raises:
        BadInput: names the field that is wrong.
    """
    if not _PURPOSE.fullmatch(purpose):
        raise BadInput("The set is research, outreach, followup or competitor:NAME.", field="purpose")
    if kind not in KINDS:
        raise BadInput(f"The kind is one of {', '.join(KINDS)}.", field="kind")
    location = _location(kind, location.strip(), forbidden)
    found = session.scalar(
        select(KnowledgeSource).where(
            KnowledgeSource.purpose == purpose, KnowledgeSource.kind == kind, KnowledgeSource.location == location
        )
    )
    if found is None:
        found = KnowledgeSource(purpose=purpose, kind=kind, location=location, title=title.strip()[:300])
        session.add(found)
        session.flush()
    return found


def remove_source(session: Session, sourceid: str) -> None:
    """Remove a source with everything taken from it."""
    session.execute(delete(KnowledgeSource).where(KnowledgeSource.sourceid == sourceid))


def due_sources(
    session: Session, *, older_than: timedelta = timedelta(days=1), embedding: Embedding | None = None
) -> Sequence[str]:
    """Ids of sources never taken in, not looked at for this long, or with passages that this model has not seen."""
    due = [KnowledgeSource.ingestedon.is_(None), KnowledgeSource.ingestedon < now() - older_than]
    if embedding and not embedding.failed:
        lacking = select(KnowledgeDocument.sourceid).join(KnowledgePassage).where(vectors.is_missing(embedding))
        due.append(KnowledgeSource.sourceid.in_(lacking))
    return session.scalars(select(KnowledgeSource.sourceid).where(or_(*due))).all()


def ingest(database: Database, fetcher: Fetcher, sourceid: str, embedding: Embedding | None = None) -> Ingested:
    """Take in a source: new and changed documents are read, removed ones forgotten, the others left alone.

    Safe to repeat and to run twice at once. A document that cannot be read is noted and the rest goes on; a source
    that cannot be reached keeps what was taken in before. With an embedding, passages get the vectors they lack.

    Raises:
        NotFound: no such source.
    """
    with database.reading() as session:
        source = session.get(KnowledgeSource, sourceid)
        if source is None:
            raise NotFound("This knowledge source does not exist any more.")
        known = {
            row.location: row.sha256
            for row in session.execute(
                select(KnowledgeDocument.location, KnowledgeDocument.sha256).where(
                    KnowledgeDocument.sourceid == sourceid, KnowledgeDocument.problem.is_(None)
                )
            )
        }
    try:
        found = listing(database, fetcher, source.kind, source.location)
    except LeadwrightError as error:
        found = Listing((), (), str(error))
    done = _take_in(database, source, found, known)
    if embedding:
        done = _embed(database, embedding, sourceid, done)
    with database.transaction() as session:
        row = session.get(KnowledgeSource, sourceid)
        if row is not None:
            row.state, row.detail, row.ingestedon = done.state, done.detail, now()
    return done


def retrieve(
    session: Session, purpose: str, query: str, limit: int = 5, *, embedding: Embedding | None = None, meaning: str = ""
) -> list[Passage]:
    """The passages of one set that answer a query best. Any text is a valid query.

    Args:
        meaning: what the embedding is asked, when that is less than the query: names tell it nothing, and a question
            that many leads share is embedded once.
    """
    return [
        Passage(
            id=f"knowledge:{row.passageno}",
            kind=SourceKind.KNOWLEDGE,
            source=row.location,
            title=": ".join(dict.fromkeys(t for t in (row.title, row.heading) if t)),
            text=row.text,
            date=row.publishedon,
        )
        for row in retrieval.search(session, purpose, query, limit, embedding, meaning or query)
    ]


def _location(kind: str, location: str, forbidden: Path | None) -> str:
    if kind in ("file", "folder"):
        path = Path(location).expanduser()
        right = path.is_file() if kind == "file" else path.is_dir()
        if not right:
            raise BadInput(f"There is no {kind} at {location!r} on this machine.", field="location")
        path = path.resolve()
        if forbidden is not None and is_ours(path, forbidden.expanduser().resolve()):
            raise BadInput(
                "This is, or holds, Leadwright's own data folder with its keys and databases. "
                "Put the documents into a folder of their own.",
                field="location",
            )
        return str(path)
    if kind in ("site", "feed") and not re.match(r"https?://[^/\s]+", location):
        raise BadInput("Give the whole address, with https:// in front.", field="location")
    if kind == "table" and location not in ("account", "opportunity", "competitor"):
        raise BadInput(
            "A table is account, opportunity or competitor. Leads and contacts are not knowledge: what is known of "
            "one person never goes into another's research.",
            field="location",
        )
    return location


def is_ours(path: Path, data: Path) -> bool:
    """Is it in the data folder but outside ``uploads``, or does it hold the data folder? Both resolved."""
    if data.is_relative_to(path):
        return True
    return path.is_relative_to(data) and not path.is_relative_to(data / "uploads")


def _take_in(database: Database, source: KnowledgeSource, found: Listing, known: dict[str, str]) -> Ingested:
    problems: dict[str, str] = dict(found.problems)
    fresh: list[tuple[Found, Document | None]] = []
    changed = 0
    with DocumentReader() as reader:
        for item in found.items:
            if known.get(item.location) == item.sha256:
                continue
            document: Document | None = None
            try:
                document = item.read(reader)
            except LeadwrightError as error:
                problems[item.location] = str(error)
            fresh.append((item, document))
            changed += document is not None
            if len(fresh) >= _BATCH:
                _store(database, source, fresh, problems)
                fresh.clear()
    _store(database, source, fresh, problems)
    removed = (
        0 if found.failure else _forget(database, source.sourceid, {*problems, *(i.location for i in found.items)})
    )
    return _result(found, changed, removed, problems)


def _embed(database: Database, embedding: Embedding, sourceid: str, done: Ingested) -> Ingested:
    try:
        vectors.compute_missing(database, embedding, sourceid)
    except BadInput as error:  # found by its words all the same
        return replace(done, detail=f"{done.detail} {error}".strip())
    return done


def _result(found: Listing, changed: int, removed: int, problems: dict[str, str]) -> Ingested:
    documents = len(found.items)
    listed = tuple(problems.items())
    if found.failure:
        return Ingested("failing", f"{found.failure} What was read before stays in use.", problems=listed)
    if not documents and not problems:
        return Ingested("failing", "There is nothing here that can be read.", removed=removed)
    detail = " ".join(text for _, text in listed[:3]) + (f" And {len(listed) - 3} more." if len(listed) > 3 else "")
    readable = documents - sum(i.location in problems for i in found.items)
    state = "ready" if not problems else "partial" if readable else "failing"
    return Ingested(state, detail, documents, changed, removed, listed)


def _store(
    database: Database,
    source: KnowledgeSource,
    fresh: Iterable[tuple[Found, Document | None]],
    problems: dict[str, str],
) -> None:
    with database.transaction() as session:
        # The row lock makes two takings-in of one source wait for each other (SQLite has one writer anyway).
        alive = session.scalar(
            select(KnowledgeSource.sourceid).where(KnowledgeSource.sourceid == source.sourceid).with_for_update()
        )
        if alive is None:
            return
        for item, document in fresh:
            session.execute(
                delete(KnowledgeDocument).where(
                    KnowledgeDocument.sourceid == source.sourceid, KnowledgeDocument.location == item.location
                )
            )
            _store_one(session, source, item, document, problems.get(item.location))


def _store_one(
    session: Session, source: KnowledgeSource, item: Found, document: Document | None, problem: str | None
) -> None:
    documentid, at = new_id(), now()
    session.execute(
        insert(KnowledgeDocument).values(
            documentid=documentid,
            sourceid=source.sourceid,
            location=item.location,
            title=(document.title if document else item.title) or item.location,
            sha256=item.sha256,
            publishedon=document.date if document else None,
            problem=problem,
            ingestedon=at,
        )
    )
    passages = cut(document.text) if document else []
    if passages:
        session.execute(
            insert(KnowledgePassage),
            [
                {"documentid": documentid, "purpose": source.purpose, "heading": p.heading, "text": p.text}
                for p in passages
            ],
        )


def _forget(database: Database, sourceid: str, kept: set[str]) -> int:
    """Delete documents that the source no longer has."""
    with database.transaction() as session:
        there = session.execute(
            select(KnowledgeDocument.documentid, KnowledgeDocument.location).where(
                KnowledgeDocument.sourceid == sourceid
            )
        ).all()
        gone = [row.documentid for row in there if row.location not in kept]
        for n in range(0, len(gone), 500):
            session.execute(delete(KnowledgeDocument).where(KnowledgeDocument.documentid.in_(gone[n : n + 500])))
    return len(gone)
