"""Import a list of leads: preview it, or store it, all rows or none.

A list is read and checked as a whole before the one transaction that stores it begins. The audit log
gets an entry for each lead changed, and one that describes the import: file, hash, counts, and the hash of the ids it
created and changed. Leads it created get no entry of their own: that would treble the time of an import.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadwright.actions.import_store import Counts, Store
from leadwright.actions.known_leads import KnownLeads
from leadwright.actions.leads import owner_of_new
from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.columns import add_own_column, table_with_own
from leadwright.domain.attributes import Attribute, Table, with_custom
from leadwright.domain.headings import Fate, Heading, clashes, label_of, plain, recognise
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.leadfile.columns import ColumnReader, Problem
from leadwright.leadfile.mapping import ImportMapping, mapping_from, own_columns
from leadwright.leadfile.rows import LeadList
from leadwright.leadfile.source import open_list
from leadwright.leadfile.spool import SHOWN, Progress, Ready, Repetition, Spool, read_all
from leadwright.services import Services

FIRST_ROWS = 10
_NAMED = 5  # problems named in the sentence of a refusal
_ESCAPED = ("=", "+", "-", "@", "\t", "\r")


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
        problems, repetitions: the first thousand of each.
        notes: sentences a person should read before going on.
    """

    leads: LeadList
    table: Table
    headings: list[Heading]
    first: list[dict[str, Any]]
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


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Args:
        importid: record id of its audit entry.
        bad_rows: rows not imported for a problem (only when they were to be skipped).
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
    bad_rows_file: Path | None = None


@dataclass(slots=True)
class _Opened:
    """A list with its headings understood."""

    leads: LeadList
    headings: list[Heading]
    table: Table
    new_columns: list[Attribute]
    mapping: ImportMapping
    columns: list[str] = field(default_factory=list)


def headings_of(
    services: Services, who: Principal, path: Path, mapping: ImportMapping | Mapping[str, Any] | None = None
) -> tuple[LeadList, list[Heading]]:
    """The list opened and what each heading means, clashes left in; for asking a person about the rest.

    Raises:
        NotAllowed, BadInput.
    """
    opened = _open(services, who, path, mapping)
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
    opened = _open(services, who, path, mapping)
    _refuse_clashes(opened)
    with _read(opened, progress, keep_problems=False) as spool:
        counts, first = Counts(), list[dict[str, Any]]()
        with services.database.reading() as session:
            known: KnownLeads | None = None
            for ready in spool.blocks():
                known = known or KnownLeads(session, who, list(ready.columns))
                counts.add(known.sort_out(ready))
                first += _first(ready, FIRST_ROWS - len(first))
        return Preview(
            leads=opened.leads,
            table=opened.table,
            headings=opened.headings,
            first=first,
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
            notes=_notes(opened, spool),
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
) -> ImportResult:
    """Store the leads of a list. Leads we have are updated; rows that say what is stored touch nothing.

    1. Read and check every row. 2. In one transaction: recognise, insert, update, note the changes, audit.

    Args:
        mapping: an `ImportMapping`, or its document (see docs/importing.md).
        progress: told "Reading" or "Storing" and the share done, 0 to 1.
        skip_bad_rows: import the good rows and write the bad ones with their reasons to `bad_rows_file`.
        bad_rows_file: default beside the list, ``NAME-not-imported.csv``.
        owner: email address of the owner of new leads.

    Raises:
        NotAllowed: needs prvImportLead, prvCreateLead and prvWriteLead.
        RowsRefused: rows cannot be used; nothing was stored.
        BadInput: the file or the mapping as a whole cannot be used; nothing was stored.
        Conflict: somebody stored the same leads in this moment; nothing was stored.
    """
    opened = _open(services, who, path, mapping)
    _refuse_clashes(opened)
    with _read(opened, progress, keep_problems=skip_bad_rows) as spool:
        if spool.bad_rows and not skip_bad_rows:
            raise RowsRefused(spool.problems, spool.bad_rows, spool.rows)
        importid, written = new_id(), None
        with services.database.transaction() as session:
            for column in opened.new_columns:
                require(who, "prvWriteCustomColumn")
                add_own_column(session, "lead", column)
            holder = owner_of_new(session, who, owner)
            with closing(Store(session, who, services.clock(), holder)) as store:
                for ready in spool.blocks():
                    store.add(ready)
                    if progress and spool.good:
                        progress("Storing", store.counts.rows / spool.good)
                counts = store.counts
                problems = sorted([*spool.problems, *counts.problems], key=lambda p: p.row)
                if counts.problems and not skip_bad_rows:
                    raise RowsRefused(problems, len(counts.problems), spool.rows)
                if problems:
                    written = _write_bad_rows(opened.leads, path, problems, bad_rows_file)
                result = ImportResult(
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
                    notes=_notes(opened, spool),
                    bad_rows_file=written,
                )
                after = _described(opened, result, store.ids_hash)
                store.record(importid)
                audit.record(session, who.actor, "leads.imported", "import", importid, after=after)
    return result


def _open(services: Services, who: Principal, path: Path, mapping: ImportMapping | Mapping[str, Any] | None) -> _Opened:
    for privilege in ("prvImportLead", "prvCreateLead", "prvWriteLead"):
        require(who, privilege)
    wanted = mapping if isinstance(mapping, ImportMapping) else mapping_from(dict(mapping or {}))
    with services.database.reading() as session:
        table = table_with_own(session, "lead")
    targets, new = own_columns(wanted, table)
    if new:
        require(who, "prvWriteCustomColumn")
        table = with_custom("lead", [*(a for a in table.attributes.values() if a.custom), *new])
    settings = services.settings
    leads = open_list(path, wanted, table=table, max_mb=settings.import_max_mb, max_rows=settings.import_max_rows)
    headings = recognise(leads.headings, targets, table)
    _refuse_absent(targets, leads)
    return _Opened(leads, headings, table, new, wanted)


def _refuse_absent(targets: Mapping[str, str], leads: LeadList) -> None:
    there = {plain(h) for h in leads.headings}
    for heading in targets:
        if plain(heading) not in there:
            raise BadInput(
                f'The mapping names the heading "{heading}", which {leads.name} has not. Its headings are: '
                f"{', '.join(h for h in leads.headings if h)}."
            )


def _refuse_clashes(opened: _Opened) -> None:
    for clash in clashes(opened.headings):
        a, b = clash.first, clash.second
        raise BadInput(
            f'Two columns of {opened.leads.name} mean {label_of(clash.target, opened.table)}: "{a.text}" (column '
            f'{a.letter}) and "{b.text}" (column {b.letter}). Rename or remove one, or map it to "ignore".',
            field=b.text,
        )
    mapped = {h.target for h in opened.headings if h.fate is Fate.MAPPED}
    if not mapped & {"companyname", "fullname", "firstname", "lastname"}:
        raise BadInput(
            f"None of the headings of {opened.leads.name} is a company or a name: "
            f"{', '.join(h.text or '(none)' for h in opened.headings)}. Is the first row the headings? If so, say in a "
            "mapping file which column is which."
        )


@contextmanager
def _read(opened: _Opened, progress: Progress | None, *, keep_problems: bool) -> Iterator[Spool]:
    reader = ColumnReader(opened.headings, opened.table, opened.mapping.rules, opened.leads.bad_cells)
    spool = read_all(opened.leads, reader, progress=progress, keep_problems=keep_problems)
    try:
        if not spool.rows:
            raise BadInput(f"{opened.leads.name} has headings but no rows. Give a list with one row per lead.")
        yield spool
    finally:
        spool.close()


def _first(ready: Ready, many: int) -> list[dict[str, Any]]:
    rows = []
    for i in range(min(max(many, 0), len(ready))):
        row = {n: values[i] for n, values in ready.columns.items() if values[i] not in (None, {})}
        rows.append({**row, **row.pop("custom", {})})
    return rows


def _notes(opened: _Opened, spool: Spool) -> list[str]:
    notes = list(opened.leads.notes)
    for count, what in ((spool.without_email, "email address"), (spool.without_company, "company")):
        if count:
            has = "lead has" if count == 1 else "leads have"
            notes.append(
                f"{count:,} {has} no {what}: imported, but handed back to be completed before the agent works them."
            )
    return notes


def _described(opened: _Opened, result: ImportResult, ids_hash: str) -> dict[str, Any]:
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


def _write_bad_rows(leads: LeadList, path: Path, problems: Sequence[Problem], wanted: Path | None) -> Path:
    """The bad rows as they came, with row number and reasons; formulas defused, so that a spreadsheet may open it."""
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        where = f"{problem.column or problem.letter}: " if problem.letter else ""
        reasons.setdefault(problem.row, []).append(f"{where}{problem.reason}")
    target = wanted or _free_name(path.with_name(f"{path.stem}-not-imported.csv"))
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*leads.headings, "Row", "Why it was not imported"])
            for rows in leads.blocks():
                for number, cells in zip(rows.numbers, rows.cells, strict=True):
                    if number in reasons:
                        why = "; ".join(reasons[number])
                        writer.writerow([*(_defused(c) for c in cells), number, _defused(why)])
    except OSError as error:
        raise BadInput(
            f"The bad rows cannot be written to {target}: {error.strerror}. Nothing was imported; name another file."
        ) from error
    return target


def _free_name(path: Path) -> Path:
    free, n = path, 1
    while free.exists():
        n += 1
        free = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return free


def _defused(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_ESCAPED) else cell
