"""Writes the blocks of one import inside its transaction: inserts, updates, changes for selection. Checks nothing."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from leadwright.actions.import_selection import Taking
from leadwright.actions.known_leads import Change, KnownLeads, Sorted
from leadwright.db import audit, changes, mirror_writes
from leadwright.db.base import new_id
from leadwright.db.bulk import Inserter
from leadwright.db.people import SystemUser
from leadwright.db.sales import Annotation, Lead
from leadwright.domain.headings import EXTERNAL_ID, LEAD_ID
from leadwright.domain.lead import guid
from leadwright.domain.optionsets import LeadRating, LeadState, LeadStatus
from leadwright.identity.access import Principal
from leadwright.leadfile.problems import Problem
from leadwright.leadfile.spool import Ready, Repetition

UNREAD = "From the imported list"  # subject of the note that keeps what could not be stored
_IN_MEMORY = 16_000_000  # bytes of notes for the audit log before they go to a temporary file
# What a new lead has where the list says nothing.
_DEFAULTS: dict[str, Any] = {
    "leadqualitycode": int(LeadRating.COLD),
    "statecode": int(LeadState.OPEN),
    "statuscode": int(LeadStatus.NEW),
    "donotemail": False,
    "donotbulkemail": False,
    "custom": {},
}


def stored_unsaid(owner: SystemUser, moment: datetime) -> dict[str, Any]:
    """What a new lead has where the list says nothing, logical name -> value."""
    return {
        **_DEFAULTS,
        "ownerid": owner.systemuserid,
        "owningbusinessunit": owner.businessunitid,
        "createdon": moment,
        "modifiedon": moment,
    }


@dataclass(slots=True)
class Counts:
    """Rows stored so far, by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    repetitions: list[Repetition] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All of them."""
        return self.created + self.updated + self.unchanged + len(self.problems) + len(self.repetitions)

    def add(self, done: Sorted) -> None:
        """Count a block."""
        self.created += len(done.new)
        self.updated += len(done.changes)
        self.unchanged += done.unchanged
        self.problems += done.problems
        self.repetitions += done.repetitions


class Store:
    """Stores blocks of one import.

    Args:
        moment: when the import is said to have happened.
        owner: of new leads.
        taking: counts which of the new leads the agent would take.
    """

    def __init__(
        self, session: Session, who: Principal, moment: datetime, owner: SystemUser, taking: Taking | None = None
    ) -> None:
        self.counts = Counts()
        self._taking = taking
        self._session, self._who, self._moment, self._owner = session, who, moment, owner
        self._ids = hashlib.sha256()
        self._known: KnownLeads | None = None
        self._inserter: Inserter | None = None
        self._names: list[str] = []
        self._noted = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 `close` ends it

    @property
    def ids_hash(self) -> str:
        """SHA-256 over the ids created and changed, in order, each on a line."""
        return self._ids.hexdigest()

    def add(self, ready: Ready) -> None:
        """Store one block. All blocks of an import have the same columns."""
        if self._known is None:
            self._known = KnownLeads(self._session, self._who, list(ready.columns))
        done = self._known.sort_out(ready)
        self._insert(ready, done.new)
        if self._taking:
            self._taking.add(ready, done.new)
        self._update(done.changes)
        self._recognise_by(done.keys)
        self.counts.add(done)

    def record(self, importid: str) -> None:
        """An audit entry for each lead changed, naming the import.

        At the very end: other writers of the audit log wait from here on.
        """
        self._noted.seek(0)
        entries = (audit.Changed(*json.loads(line)) for line in self._noted)
        cause = f"import {importid}"
        audit.record_many(self._session, self._who.actor, "lead.changed", "lead", entries, cause=cause)

    def close(self) -> None:
        """Give up the notes for the audit log."""
        self._noted.close()

    def _insert(self, ready: Ready, new: list[int]) -> None:
        if not new:
            return
        everything = len(new) == len(ready)

        def picked(values: list[Any]) -> list[Any]:
            return values if everything else [values[i] for i in new]

        given = picked(ready.columns[LEAD_ID]) if LEAD_ID in ready.columns else [None] * len(new)
        ids = [guid(g) or new_id() for g in given]
        self._inserter = self._inserter or self._prepared(ready)
        columns = []
        for name in self._names:
            values, default = picked(ready.columns[name]), _DEFAULTS.get(name)
            if name == "createdon":
                values = [self._created(day) for day in values]
            columns.append(values if default is None else [default if v is None else v for v in values])
        self._inserter.insert([ids, picked(ready.keys), *columns])
        self._note_remarks(ids, picked(ready.numbers), ready)
        self._note_ids(ids)
        changes.record_many(self._session, ids)
        mirror_writes.put_created(self._session, "lead", ids, self._who.actor)

    def _created(self, day: date | None) -> datetime:
        """When the list says that a lead was created; a day to come is none."""
        if day is None:
            return self._moment
        return min(datetime(day.year, day.month, day.day, tzinfo=UTC), self._moment)

    def _note_remarks(self, ids: list[str], numbers: list[int], ready: Ready) -> None:
        """What the list says and could not be stored stays with the new lead, as a note."""
        notes = [
            {
                "annotationid": new_id(),
                "objectid": leadid,
                "objecttypecode": "lead",
                "subject": UNREAD,
                "notetext": "\n".join(map(str, ready.remarks[number])),
                "createdon": self._moment,
                "createdby": self._who.id or None,
            }
            for leadid, number in zip(ids, numbers, strict=True)
            if number in ready.remarks
        ]
        if notes:
            self._session.execute(insert(Annotation), notes)

    def _prepared(self, ready: Ready) -> Inserter:
        self._names = [n for n in ready.columns if n not in (LEAD_ID, EXTERNAL_ID)]
        constants = {
            "ownerid": self._owner.systemuserid,
            "owningbusinessunit": self._owner.businessunitid,
            **({} if "createdon" in self._names else {"createdon": self._moment}),
            "modifiedon": self._moment,
            "createdby": self._who.id or None,
            "modifiedby": self._who.id or None,
            "versionnumber": 1,
            "lw_accountunlinked": False,
            "lw_contactunlinked": False,
            **{n: v for n, v in _DEFAULTS.items() if n not in self._names},
        }
        return Inserter(self._session, Lead.__table__, ["leadid", "lw_importkey", *self._names], constants)  # type: ignore[arg-type]

    def _update(self, changed: list[Change]) -> None:
        by_columns: dict[tuple[str, ...], list[Change]] = {}
        for change in changed:
            by_columns.setdefault(tuple(sorted(change.values)), []).append(change)
        for names, alike in by_columns.items():
            statement = (
                update(Lead.__table__)  # type: ignore[arg-type]
                .where(Lead.__table__.c.leadid == bindparam("of_lead"))
                .values(
                    **{n: bindparam(f"to_{n}", type_=Lead.__table__.c[n].type) for n in names},
                    versionnumber=Lead.__table__.c.versionnumber + 1,
                    modifiedon=self._moment,
                    modifiedby=self._who.id or None,
                )
            )
            rows = [{"of_lead": c.leadid, **{f"to_{n}": c.values[n] for n in names}} for c in alike]
            self._session.execute(statement, rows)
        if changed:
            self._note_ids([c.leadid for c in changed])
            changes.record_changed(self._session, {c.leadid: c.before for c in changed})
            lines = (json.dumps([c.leadid, c.before, _after(c)], default=str) for c in changed)
            self._noted.write("".join(f"{line}\n" for line in lines).encode())

    def _recognise_by(self, keys: dict[str, str]) -> None:
        """Surer keys. They are ours alone, so no version number moves and selection is not told."""
        if keys:
            statement = (
                update(Lead.__table__)  # type: ignore[arg-type]
                .where(Lead.__table__.c.leadid == bindparam("of_lead"))
                .values(lw_importkey=bindparam("to_key"))
            )
            self._session.execute(statement, [{"of_lead": i, "to_key": k} for i, k in keys.items()])

    def _note_ids(self, ids: list[str]) -> None:
        self._ids.update("".join(f"{i}\n" for i in ids).encode())


def _after(change: Change) -> dict[str, Any]:
    """The values now, of the same columns as `before`; the organisation's own ones by their names."""
    own = change.values.get("custom", {})
    return {name: change.values[name] if name in change.values else own.get(name) for name in change.before}
