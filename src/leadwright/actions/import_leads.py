"""Import a list of leads: preview it, or store it, all rows or none.

A list is read and checked as a whole before the one transaction that stores it begins. The audit log
gets an entry for each lead changed, and one that describes the import: file, hash, counts, and the hash of the ids it
created and changed. Leads it created get no entry of their own: that would treble the time of an import.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadwright.actions.import_bad_rows import write_bad_rows
from leadwright.actions.import_list import (
    OpenedList,
    notes_of,
    open_for_import,
    read_rows,
    refuse_clashes,
    unknown_words,
)
from leadwright.actions.import_selection import taking_of
from leadwright.actions.import_store import Counts, Store, stored_unsaid
from leadwright.actions.known_leads import KnownLeads
from leadwright.actions.leads import owner_of_new
from leadwright.actions.owners import refuse_who_is_here_alone
from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.columns import add_own_column
from leadwright.domain.attributes import Attribute, Table
from leadwright.domain.headings import Fate, Heading
from leadwright.errors import BadInput, Busy
from leadwright.identity.access import Principal, require
from leadwright.leadfile.mapping import ImportMapping
from leadwright.leadfile.problems import Problem
from leadwright.leadfile.rows import LeadList
from leadwright.leadfile.spool import SHOWN, Progress, Ready, Repetition, Spool
from leadwright.services import Services

FIRST_ROWS = 10
_NAMED = 5  # problems named in the sentence of a refusal
_PATIENCE = 600.0  # seconds an import waits for other writers, such as a long import beside it
_PAUSE = 0.5  # seconds before another try
_OWNER = "give the new leads to one: leadwright import --owner ADDRESS"


class RowsRefused(BadInput):
    """Some rows cannot be used, so nothing was imported.

    Args:
        problems: the first of them, in order.
        bad_rows: rows concerned.
        rows: rows in the list.
    """

    def __init__(self, problems: Sequence[Problem], bad_rows: int, rows: int) -> None:
        named = "\n".join(f"  {p}" for p in problems[:_NAMED])
        more = f"\n  and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
        super().__init__(
            f"Nothing was imported: {bad_rows:,} of {rows:,} rows cannot be used.\n{named}{more}\n"
            "Correct them, or import the good rows and get the bad ones in a file of their own (skip bad rows)."
        )
        self.problems = list(problems)
        self.bad_rows = bad_rows
        self.rows = rows


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of a list would do; nothing is stored.

    Args:
        table: the lead table with the organisation's own columns, new ones included.
        headings: what each column means.
        first: first rows as they would be stored, logical name -> value.
        new_columns: columns of the organisation's own that would be added.
        originals: of each of the first rows, logical name -> what the list says, where that is not what is stored.
        problems, repetitions: the first thousand of each.
        notes: sentences a person should read before going on.
        unknown_words: (column, word) that is no choice of the column -> rows that say it.
    """

    leads: LeadList
    table: Table
    headings: list[Heading]
    first: list[dict[str, Any]]
    originals: list[dict[str, str]]
    new_columns: list[Attribute]
    rows: int
    new: int
    updated: int
    unchanged: int
    bad_rows: int
    repeated: int
    blank: int
    problems: list[Problem]
    repetitions: list[Repetition]
    notes: list[str]
    unknown_words: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Args:
        importid: record id of its audit entry.
        bad_rows: rows not imported for a problem (only when they were to be skipped).
        remarked: rows imported of which a cell is not as it should be; the notes tell, and a note on each new lead.
        bad_rows_file: where they were written, with their reasons.
    """

    importid: str
    rows: int
    created: int
    updated: int
    unchanged: int
    bad_rows: int
    repeated: int
    blank: int
    problems: list[Problem]
    repetitions: list[Repetition]
    notes: list[str]
    unknown_words: dict[tuple[str, str], int]
    remarked: int = 0
    bad_rows_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """A list that was read, and what it is to be stored with."""

    services: Services
    who: Principal
    opened: OpenedList
    spool: Spool
    owner: str
    progress: Progress | None
    notes: list[str]
    only_judged: bool


def headings_of(
    services: Services, who: Principal, path: Path, mapping: ImportMapping | Mapping[str, Any] | None = None
) -> tuple[LeadList, list[Heading]]:
    """The list opened and what each heading means, clashes left in; for asking a person about the rest.

    Raises:
        NotAllowed, BadInput.
    """
    opened = open_for_import(services, who, path, mapping)
    return opened.leads, opened.headings


def preview(
    services: Services,
    who: Principal,
    path: Path,
    mapping: ImportMapping | Mapping[str, Any] | None = None,
    *,
    progress: Progress | None = None,
) -> Preview:
    """Read and check the whole list and compare it with the leads we have, storing nothing.

    Raises:
        NotAllowed: needs prvImportLead, prvCreateLead and prvWriteLead.
        BadInput: the file or the mapping as a whole cannot be used.
    """
    opened = open_for_import(services, who, path, mapping)
    refuse_clashes(opened)
    with read_rows(opened, progress, keep_problems=False) as spool:
        counts, first, originals = Counts(), list[dict[str, Any]](), list[dict[str, str]]()
        with services.database.reading() as session:
            now, known = services.clock(), None
            taking = taking_of(session, stored_unsaid(owner_of_new(session, who), now), now)
            for ready in spool.blocks():
                known = known or KnownLeads(session, who, list(ready.columns))
                done = known.sort_out(ready)
                counts.add(done)
                if taking:
                    taking.add(ready, done.new)
                originals += _originals(ready, FIRST_ROWS - len(first))
                first += _first(ready, FIRST_ROWS - len(first))
        return Preview(
            leads=opened.leads,
            table=opened.table,
            headings=opened.headings,
            first=first,
            originals=originals,
            new_columns=opened.new_columns,
            rows=spool.rows,
            new=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            bad_rows=spool.bad_rows + len(counts.problems),
            repeated=spool.repeated + len(counts.repetitions),
            blank=spool.blank,
            problems=sorted([*spool.problems, *counts.problems], key=lambda p: p.row)[:SHOWN],
            repetitions=[*spool.repetitions, *counts.repetitions][:SHOWN],
            notes=[*(taking.in_words() if taking else ()), *notes_of(opened, spool)],
            unknown_words=unknown_words(opened, spool),
        )


def import_file(
    services: Services,
    who: Principal,
    path: Path,
    mapping: ImportMapping | Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    *,
    skip_bad_rows: bool = False,
    bad_rows_file: Path | None = None,
    owner: str = "",
    keep_bad_rows: bool = False,
) -> ImportResult:
    """Store the leads of a list. Leads we have are updated; rows that say what is stored touch nothing.

    1. Read and check every row. 2. In one transaction: recognise, insert, update, note the changes, audit.

    Args:
        mapping: an `ImportMapping`, or its document (see docs/importing.md).
        progress: told "Reading" or "Storing" and the share done, 0 to 1; or that it waits for another import.
        skip_bad_rows: import the good rows and write the bad ones with their reasons to `bad_rows_file`.
        bad_rows_file: default beside the list, ``NAME-not-imported.csv``.
        owner: email address of the owner of new leads.
        keep_bad_rows: as for a list that is only judged: every row becomes a lead, without the cells that cannot be
            used (a note on the lead tells), created on the day that the list says.

    Raises:
        NotAllowed: needs prvImportLead, prvCreateLead and prvWriteLead.
        RowsRefused: rows cannot be used; nothing was stored.
        BadInput: the file or the mapping as a whole cannot be used, or the owner owns nothing in Dynamics 365; nothing
            was stored.
        Busy: others wrote without a pause for ten minutes; nothing was stored.
    """
    opened = open_for_import(services, who, path, mapping, with_creation_date=keep_bad_rows)
    refuse_clashes(opened)
    with read_rows(opened, progress, keep_problems=skip_bad_rows, keep_bad_rows=keep_bad_rows) as spool:
        if spool.bad_rows and not skip_bad_rows:
            raise RowsRefused(spool.problems, spool.bad_rows, spool.rows)
        notes = notes_of(opened, spool, only_judged=keep_bad_rows)
        work = _Work(services, who, opened, spool, owner, progress, notes, only_judged=keep_bad_rows)
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return _store(work, path, bad_rows_file, skip_bad_rows=skip_bad_rows)
            except Busy:
                if time.monotonic() > until:
                    raise
                if progress:
                    progress("Waiting for another import", 0.0)
                time.sleep(_PAUSE)


def _store(work: _Work, path: Path, bad_rows_file: Path | None, *, skip_bad_rows: bool) -> ImportResult:
    """All of it in one transaction; may be repeated after `Busy`, for it left nothing behind."""
    services, who, opened, spool, progress = work.services, work.who, work.opened, work.spool, work.progress
    importid = new_id()
    with services.database.transaction() as session:
        for column in opened.new_columns:
            require(who, "prvWriteCustomColumn")
            add_own_column(session, "lead", column)
        holder, now = owner_of_new(session, who, work.owner), services.clock()
        taking = None if work.only_judged else taking_of(session, stored_unsaid(holder, now), now)
        with closing(Store(session, who, now, holder, taking)) as store:
            for ready in spool.blocks():
                store.add(ready)
                if progress and spool.good:
                    progress("Storing", store.counts.rows / spool.good)
            problems = sorted([*spool.problems, *store.counts.problems], key=lambda p: p.row)
            if store.counts.problems and not skip_bad_rows:
                raise RowsRefused(problems, len(store.counts.problems), spool.rows)
            if store.counts.created:
                refuse_who_is_here_alone(session, holder.systemuserid, holder.fullname, _OWNER)
            store.record(importid)
            written = write_bad_rows(opened.leads, path, problems, bad_rows_file) if problems else None
            told = taking.in_words() if taking else []
            result = replace(_result(work, importid, store.counts, problems, written), notes=[*told, *work.notes])
            after = _described(opened, result, store.ids_hash)
            audit.record(session, who.actor, "leads.imported", "import", importid, after=after)
    return result


def _result(work: _Work, importid: str, counts: Counts, problems: list[Problem], written: Path | None) -> ImportResult:
    spool = work.spool
    return ImportResult(
        importid=importid,
        rows=spool.rows,
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        bad_rows=spool.bad_rows + len(counts.problems),
        repeated=spool.repeated + len(counts.repetitions),
        blank=spool.blank,
        problems=problems[:SHOWN],
        repetitions=[*spool.repetitions, *counts.repetitions][:SHOWN],
        notes=work.notes,
        unknown_words=unknown_words(work.opened, spool),
        remarked=spool.rows_remarked,
        bad_rows_file=written,
    )


def _first(ready: Ready, many: int) -> list[dict[str, Any]]:
    rows = []
    for i in range(min(max(many, 0), len(ready))):
        row = {n: values[i] for n, values in ready.columns.items() if values[i] not in (None, {})}
        rows.append({**row, **row.pop("custom", {})})
    return rows


def _originals(ready: Ready, many: int) -> list[dict[str, str]]:
    return [
        {remark.target: remark.cell for remark in ready.remarks.get(number, ()) if remark.cell}
        for number in ready.numbers[: max(many, 0)]
    ]


def _described(opened: OpenedList, result: ImportResult, ids_hash: str) -> dict[str, Any]:
    """What the audit log keeps of an import."""
    return {
        "file": opened.leads.name,
        "sha256": opened.leads.sha256,
        "sheet": opened.leads.sheet,
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "bad_rows": result.bad_rows,
        "repeated": result.repeated,
        "columns": {h.text: h.target for h in opened.headings if h.fate is Fate.MAPPED},
        "new_columns": [a.name for a in opened.new_columns],
        "leads_sha256": ids_hash,
    }
