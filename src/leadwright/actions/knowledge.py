"""The knowledge sources of the agent: add, refresh, remove, and see what one set would answer."""

import re
import threading
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import func, select

from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.knowledge import KnowledgeDocument, KnowledgeSource
from leadwright.domain.evidence import Passage
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, require
from leadwright.research import knowledge
from leadwright.research.knowledge import Ingested
from leadwright.services import Services

UPLOAD_BYTES = 50_000_000
UPLOAD_KINDS = (".pdf", ".docx", ".pptx", ".xlsx", ".html", ".htm", ".md", ".txt", ".csv")
READING = "new"  # never taken in, or just being so
_BLOCK = 1 << 16
_log = structlog.get_logger(__name__)


def add_source(services: Services, who: Principal, purpose: str, kind: str, location: str, title: str = "") -> Ingested:
    """Add a source to one set and take it in at once.

    Raises:
        NotAllowed: prvWriteKnowledge is missing.
        BadInput: names the field that is wrong.
    """
    sourceid = _add(services, who, purpose, kind, location, title)
    return knowledge.ingest(services.database, services.fetcher, sourceid, services.embedding)


def add_in_background(
    services: Services, who: Principal, purpose: str, kind: str, location: str, title: str = ""
) -> str:
    """Add a source that may take minutes to read, such as a web site; its state says how far it is. Returns its id.

    Raises:
        NotAllowed: prvWriteKnowledge is missing.
        BadInput: names the field that is wrong.
    """
    sourceid = _add(services, who, purpose, kind, location, title)
    _read_in_background(services, sourceid)
    return sourceid


def refresh_in_background(services: Services, who: Principal, sourceid: str) -> None:
    """Take a source in again without waiting for it."""
    require(who, "prvWriteKnowledge")
    with services.database.transaction() as session:
        source = session.get(KnowledgeSource, sourceid)
        if source is None:
            raise NotFound("This knowledge source does not exist any more.")
        source.state, source.detail = READING, ""
    _read_in_background(services, sourceid)


def _read_in_background(services: Services, sourceid: str) -> None:
    def work() -> None:
        try:
            knowledge.ingest(services.database, services.fetcher, sourceid, services.embedding)
        except NotFound:
            return  # removed meanwhile
        except Exception as error:
            _log.exception("knowledge source failed", source=sourceid)
            said = f"Something unexpected went wrong ({type(error).__name__}). Refresh it; the log has the details."
            with services.database.transaction() as session:
                if (row := session.get(KnowledgeSource, sourceid)) is not None:
                    row.state, row.detail = "failing", said

    threading.Thread(target=work, name=f"knowledge-{sourceid}", daemon=True).start()


def _add(services: Services, who: Principal, purpose: str, kind: str, location: str, title: str) -> str:
    require(who, "prvWriteKnowledge")
    with services.database.transaction() as session:
        source = knowledge.add_source(session, purpose, kind, location, title, forbidden=services.settings.data_dir)
        after = {"purpose": purpose, "kind": kind, "location": source.location}
        audit.record(session, who.actor, "knowledge.added", "knowledgesource", source.sourceid, after=after)
        return source.sourceid


def upload(services: Services, who: Principal, purpose: str, name: str, content: BinaryIO) -> Ingested:
    """Keep an uploaded file under the data folder and take it in. A file of the same name in the set is replaced.

    Raises:
        BadInput: of a kind that cannot be read, empty, or over 50 MB.
    """
    require(who, "prvWriteKnowledge")
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name).strip(". ")[:120]
    if not plain.lower().endswith(UPLOAD_KINDS):
        raise BadInput(f"Files of these kinds can be read: {', '.join(k[1:] for k in UPLOAD_KINDS)}.", field="file")
    folder = services.settings.data_dir / "uploads" / re.sub(r"[^\w\-]", "_", purpose)
    folder.mkdir(parents=True, exist_ok=True)
    arriving = folder / f".{new_id()}"
    try:
        size = 0
        with arriving.open("wb") as out:
            while block := content.read(_BLOCK):
                size += len(block)
                if size > UPLOAD_BYTES:
                    raise BadInput("This file is larger than 50 MB. Split it, or add its folder instead.", field="file")
                out.write(block)
        if not size:
            raise BadInput("This file is empty. Choose another.", field="file")
        arriving.replace(folder / plain)
    finally:
        arriving.unlink(missing_ok=True)
    return add_source(services, who, purpose, "file", str(folder / plain), plain)


def refresh_source(services: Services, who: Principal, sourceid: str) -> Ingested:
    """Take a source in again; only what changed is read."""
    require(who, "prvWriteKnowledge")
    return knowledge.ingest(services.database, services.fetcher, sourceid, services.embedding)


def remove_source(services: Services, who: Principal, sourceid: str) -> None:
    """Remove a source and everything taken from it. An uploaded file stays in the data folder."""
    require(who, "prvWriteKnowledge")
    with services.database.transaction() as session:
        source = session.get(KnowledgeSource, sourceid)
        if source is None:
            raise NotFound("This knowledge source does not exist any more.")
        before = {"purpose": source.purpose, "kind": source.kind, "location": source.location}
        knowledge.remove_source(session, sourceid)
        audit.record(session, who.actor, "knowledge.removed", "knowledgesource", sourceid, before=before)


def sources(services: Services, who: Principal) -> dict[str, list[KnowledgeSource]]:
    """Every source by its set."""
    require(who, "prvReadKnowledge")
    found: dict[str, list[KnowledgeSource]] = {}
    with services.database.reading() as session:
        for source in session.scalars(select(KnowledgeSource).order_by(KnowledgeSource.createdon)):
            found.setdefault(source.purpose, []).append(source)
    return found


def last_read(services: Services, who: Principal) -> dict[str, datetime]:
    """When a document of each source was read last, by sourceid; a source of which none could be read is left out."""
    require(who, "prvReadKnowledge")
    document = KnowledgeDocument
    newest = select(document.sourceid, func.max(document.ingestedon)).where(document.problem.is_(None))
    with services.database.reading() as session:
        return {row[0]: row[1] for row in session.execute(newest.group_by(document.sourceid))}


def ask(services: Services, who: Principal, purpose: str, question: str, limit: int = 5) -> list[Passage]:
    """The test pane: which passages of one set answer a question."""
    require(who, "prvReadKnowledge")
    with services.database.reading() as session:
        return knowledge.retrieve(session, purpose, question, limit, embedding=services.embedding)
