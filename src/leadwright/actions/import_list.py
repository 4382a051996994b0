"""Opens a list for an import: rights, headings, clashes, every row read, what a person should know. Stores nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadwright.actions.columns import latest_day
from leadwright.db.columns import table_with_own
from leadwright.domain.attributes import Attribute, Table, with_custom
from leadwright.domain.headings import Clash, Fate, Heading, by_letter, clashes, label_of, recognise, with_creation
from leadwright.domain.spelling import plain
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.leadfile.columns import ColumnReader
from leadwright.leadfile.mapping import ImportMapping, mapping_from, own_columns
from leadwright.leadfile.problems import Unsaid
from leadwright.leadfile.rows import LeadList
from leadwright.leadfile.source import open_list
from leadwright.leadfile.spool import Progress, Spool, read_all
from leadwright.services import Services

_REMARKS = 12  # different things made of cells that are told


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list with its headings understood."""

    leads: LeadList
    headings: list[Heading]
    table: Table
    new_columns: list[Attribute]
    mapping: ImportMapping


def open_for_import(
    services: Services,
    who: Principal,
    path: Path,
    mapping: ImportMapping | Mapping[str, Any] | None,
    *,
    with_creation_date: bool = False,
) -> OpenedList:
    """The list with its headings understood; clashes are left in.

    Args:
        with_creation_date: take the day a lead was created from the list.

    Raises:
        NotAllowed, BadInput.
    """
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
    if with_creation_date:
        headings = with_creation(headings)
    rules = replace(wanted.rules, today=latest_day(services.clock()))
    return OpenedList(leads, headings, table, new, replace(wanted, rules=rules))


def _refuse_absent(targets: Mapping[str, str], leads: LeadList) -> None:
    there = {plain(h) for h in leads.headings} | {plain(by_letter(i)) for i in range(len(leads.headings))}
    for heading in targets:
        if plain(heading) not in there:
            raise BadInput(
                f'The mapping names the heading "{heading}", which {leads.name} has not. Its headings are: '
                f"{', '.join(h for h in leads.headings if h)}."
            )


def refuse_clashes(opened: OpenedList) -> None:
    """Two columns that mean the same, or none that names a lead, cannot be imported.

    Raises:
        BadInput: names the columns and says what to do.
    """
    for clash in clashes(opened.headings):
        raise _clash_in_words(clash, opened)
    mapped = {h.target for h in opened.headings if h.fate is Fate.MAPPED}
    if not mapped & {"companyname", "fullname", "firstname", "lastname"}:
        raise Unsaid(
            f"None of the headings of {opened.leads.name} is a company or a name: "
            f"{', '.join(h.text or '(none)' for h in opened.headings)}. Write the headings in the first row",
            "columns",
        )


def _clash_in_words(clash: Clash, opened: OpenedList) -> Unsaid:
    a, b = clash.first, clash.second
    both = f'"{a.text.strip()}" (column {a.letter}) and "{b.text.strip()}" (column {b.letter})'
    if plain(a.text) == plain(b.text):
        return Unsaid(
            f"Two columns of {opened.leads.name} have the same heading: {both}. Rename or remove one of them",
            "columns",
            f'leave one out in the mapping file by its letter: "{by_letter(b.position)}" = "ignore"',
        )
    meaning = label_of(clash.target, opened.table)
    return Unsaid(
        f"Two columns of {opened.leads.name} mean {meaning}: {both}. Rename or remove one",
        "columns",
        'map it to "ignore" in the mapping file',
    )


@contextmanager
def read_rows(
    opened: OpenedList, progress: Progress | None, *, keep_problems: bool, keep_bad_rows: bool = False
) -> Iterator[Spool]:
    """Every row, read and checked; the temporary file behind it is gone at the end.

    Raises:
        BadInput: there are no rows, or the file cannot be read on.
    """
    rules, bad_cells = opened.mapping.rules, opened.leads.bad_cells
    reader = ColumnReader(opened.headings, opened.table, rules, bad_cells, keep_bad_rows=keep_bad_rows)
    spool = read_all(opened.leads, reader, progress=progress, keep_problems=keep_problems)
    try:
        if not spool.rows:
            raise BadInput(f"{opened.leads.name} has headings but no rows. Give a list with one row per lead.")
        yield spool
    finally:
        spool.close()


def notes_of(opened: OpenedList, spool: Spool, *, only_judged: bool = False) -> list[str]:
    """What a person should know of the list, in sentences.

    Args:
        only_judged: nobody is handed back to be completed, as when a list is only judged.
    """
    notes = [*opened.leads.notes, *_remarks_in_words(spool)]
    if only_judged:
        return notes
    for count, what in ((spool.without_email, "email address"), (spool.without_company, "company")):
        if count:
            has = "lead has" if count == 1 else "leads have"
            notes.append(
                f"{count:,} {has} no {what}: imported, but handed back to be completed before the agent works them."
            )
    return notes


def unknown_words(opened: OpenedList, spool: Spool) -> dict[tuple[str, str], int]:
    """(column, word) that is no choice of that column -> good rows that say it; of the first thousand cells."""
    choices = {a.name for a in opened.table.attributes.values() if a.choices or a.words}
    return {(target, word): rows for (target, word), rows in spool.doubtful.items() if target in choices}


def _remarks_in_words(spool: Spool) -> list[str]:
    """One sentence for each different thing that was made of a cell, the most frequent first, with its rows."""
    often = sorted(spool.remarked.items(), key=lambda said: -said[1])
    notes = [
        f"{where + ': ' if where else ''}{text} ({rows:,} {'row' if rows == 1 else 'rows'})."
        for (where, text), rows in often[:_REMARKS]
    ]
    if len(often) > _REMARKS:
        notes.append(f"And {len(often) - _REMARKS:,} more such cells in {spool.rows_remarked:,} rows.")
    return notes
