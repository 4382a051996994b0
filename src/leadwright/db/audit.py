"""The audit log: append-only and hash-chained, its end marked. Written in the transaction of the change it records."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, cast

from sqlalchemy import Index, Integer, String, Table, column, insert, select, table, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db import mirror_writes
from leadwright.db.acts import act_of
from leadwright.db.base import Base, Id, now
from leadwright.db.webhooks import announce_act
from leadwright.errors import Conflict

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
    __table_args__ = (Index("ix_auditentry_at", "at"), Index("ix_auditentry_actor", "actorid", "number"))


_ENTRIES = cast(Table, AuditEntry.__table__)
_COLUMNS = list(_ENTRIES.columns.keys())
_HEAD = table("audithead", column("number"), column("hash"))  # where the log ends; made and guarded by migration 0003
_APPEND, _HEAD_ROW, _MOVE_HEAD = insert(_ENTRIES), select(_HEAD.c.number, _HEAD.c.hash), update(_HEAD)
_BLOCK = 1_000  # entries inserted at a time


@dataclass(frozen=True, slots=True)
class Changed:
    """One record of many that were changed by the same act."""

    recordid: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act to be recorded, of several that one transaction stores."""

    actor: Actor
    action: str
    recordtype: str
    recordid: str
    after: Mapping[str, Any]
    cause: str = ""


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    return _digest({name: getattr(entry, name) for name in _COLUMNS})


def _digest(entry: Mapping[str, Any]) -> str:
    content = [
        entry["previoushash"],
        entry["number"],
        entry["at"].isoformat(),
        entry["actorid"],
        entry["actorkind"],
        entry["actorname"],
        entry["action"],
        entry["recordtype"],
        entry["recordid"],
        entry["before"],
        entry["after"],
        entry["cause"],
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
    record_many(session, actor, action, recordtype, [Changed(recordid, before or {}, after or {})], cause=cause)


def record_many(
    session: Session, actor: Actor, action: str, recordtype: str, changed: Iterable[Changed], *, cause: str = ""
) -> None:
    """Append an entry for each record that one act changed, a block at a time. Otherwise as `record`."""
    acts = (act_of(actor, action, recordtype, one.recordid, one.before, one.after, cause) for one in changed)
    _append(session, acts)


def record_acts(session: Session, acts: Iterable[Act]) -> None:
    """Append an entry for each of several acts, in their order. Otherwise as `record`."""
    _append(session, (act_of(a.actor, a.action, a.recordtype, a.recordid, {}, a.after, a.cause) for a in acts))


def _kind_of_act(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["action"], row["recordtype"]


def _append(session: Session, entries: Iterator[dict[str, Any]]) -> None:
    hold_chain(session)
    session.flush()
    number, last = _head(session)
    began, at = number, session.info.get("clock", now)()
    while block := list(islice(entries, _BLOCK)):
        for row in block:
            number += 1
            row |= {"number": number, "previoushash": last, "at": at}
            row["hash"] = last = _digest(row)
        session.execute(_APPEND, block if len(block) > 1 else block[0])
        for (action, recordtype), same in groupby(block, key=_kind_of_act):
            announce_act(session, action, recordtype, {row["recordid"]: row["after"] for row in same})
        mirror_writes.follow(session, block)
    if number > began:
        session.execute(_MOVE_HEAD, {"number": number, "hash": last})


def broken_link(session: Session) -> int | None:
    """Number of the first entry that was changed, removed or put in between; None when the chain holds.

    Entries missing at the end count: the log must reach its head, which moves forward only.
    """
    (least, marked), previous, expected = _head(session), _GENESIS, 1
    pages = select(AuditEntry).order_by(AuditEntry.number).limit(500)
    while page := session.scalars(pages.where(AuditEntry.number >= expected)).all():
        for entry in page:
            if entry.number != expected or entry.previoushash != previous or digest(entry) != entry.hash:
                return expected
            if expected == least and entry.hash != marked:
                return expected
            previous, expected = entry.hash, expected + 1
        session.expunge_all()
    if expected <= least:
        return expected
    most, _ = _head(session)  # once more: others may have appended meanwhile
    return most + 1 if expected > most + 1 else None


def _head(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry; nothing was ever written: 0 and the first hash."""
    head = session.execute(_HEAD_ROW).first()
    if head is None:
        raise Conflict("The end of the audit log is not known: its table audithead was emptied. Restore a backup.")
    return head.number, head.hash
