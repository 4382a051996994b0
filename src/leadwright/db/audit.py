"""The audit log: append-only and hash-chained. Written in the transaction of the change it records."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, String, Table, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.base import Base, Id, now

_GENESIS = "0" * 64
_CHAIN_LOCK = 7310  # PostgreSQL advisory lock: one writer appends at a time


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `kind` is person, agent, application or system."""

    id: str | None
    kind: str
    name: str


SYSTEM = Actor(None, "system", "Leadwright")


class AuditEntry(Base):
    """Who did what to what, before and after, when, under which configuration version."""

    __tablename__ = "auditentry"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actorid: Mapped[str | None] = mapped_column(Id)
    actorkind: Mapped[str] = mapped_column(String(20))  # person, agent, application, system
    actorname: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60), index=True)  # e.g. lead.handed_over
    recordtype: Mapped[str] = mapped_column(String(40))
    recordid: Mapped[str] = mapped_column(String(120), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cause: Mapped[str] = mapped_column(String(300), default="")
    previoushash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


_ENTRIES = cast(Table, AuditEntry.__table__)


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    content = [
        entry.previoushash,
        entry.number,
        entry.at.isoformat(),
        entry.actorid,
        entry.actorkind,
        entry.actorname,
        entry.action,
        entry.recordtype,
        entry.recordid,
        entry.before,
        entry.after,
        entry.cause,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def hold_chain(session: Session) -> None:
    """Hold the chain's end until the transaction ends, so that writers go one after another. Safe to repeat."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def record(
    session: Session,
    actor: Actor,
    action: str,
    recordtype: str,
    recordid: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    cause: str = "",
) -> None:
    """Append one entry to the chain, in the caller's write transaction.

    On PostgreSQL the chain's end is held by an advisory lock until the transaction ends; SQLite has one writer anyway.
    """
    hold_chain(session)
    session.flush()
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now(),
        actorid=actor.id,
        actorkind=actor.kind,
        actorname=actor.name,
        action=action,
        recordtype=recordtype,
        recordid=recordid,
        before=_plain(before),
        after=_plain(after),
        cause=cause,
        previoushash=last.hash if last else _GENESIS,
    )
    entry.hash = digest(entry)
    session.execute(insert(_ENTRIES), {name: getattr(entry, name) for name in _ENTRIES.columns.keys()})  # noqa: SIM118


def broken_link(session: Session) -> int | None:
    """Number of the first entry that was changed, removed or put in between; None when the chain holds."""
    previous, expected = _GENESIS, 1
    pages = select(AuditEntry).order_by(AuditEntry.number).limit(500)
    while page := session.scalars(pages.where(AuditEntry.number >= expected)).all():
        for entry in page:
            if entry.number != expected or entry.previoushash != previous or digest(entry) != entry.hash:
                return expected
            previous, expected = entry.hash, expected + 1
        session.expunge_all()
    return None


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dict(values or {}), default=str))
    return plain
