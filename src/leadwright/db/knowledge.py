"""Tables of the admin's knowledge: sources, their documents, and passages to retrieve."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class KnowledgeSource(Base):
    """A source of one set (research, outreach, followup, competitor:NAME). Another set never sees it."""

    __tablename__ = "knowledgesource"
    sourceid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    purpose: Mapped[str] = mapped_column(String(140))
    kind: Mapped[str] = mapped_column(String(20))  # file, folder, site, feed, table
    location: Mapped[str] = mapped_column(Text)  # path, URL or table name
    title: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(20), default="new")  # new, ready, partial, failing
    detail: Mapped[str] = mapped_column(Text, default="")
    ingestedon: Mapped[datetime | None]
    createdon: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (UniqueConstraint("purpose", "kind", "location"),)


class KnowledgeDocument(Base):
    """One file, page, entry or row of a source. Re-ingested when its hash changes."""

    __tablename__ = "knowledgedocument"
    documentid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sourceid: Mapped[str] = mapped_column(ForeignKey("knowledgesource.sourceid", ondelete="CASCADE"), index=True)
    location: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64))
    publishedon: Mapped[str | None] = mapped_column(String(30))
    problem: Mapped[str | None] = mapped_column(Text)  # why it could not be read, and what to do
    ingestedon: Mapped[datetime] = mapped_column(default=now)


class KnowledgePassage(Base):
    """A passage of about 150 words. Its words are indexed in `knowledgepassage_text` (FTS5 or tsvector)."""

    __tablename__ = "knowledgepassage"
    passageno: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    documentid: Mapped[str] = mapped_column(ForeignKey("knowledgedocument.documentid", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(140))
    heading: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)  # float16, where an embedding is at hand
    __table_args__ = (Index("ix_knowledgepassage_purpose", "purpose"),)
