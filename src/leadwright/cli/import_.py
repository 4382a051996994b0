"""`leadwright import`: shows what a list would do, asks about unknown headings, imports with a progress bar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from leadwright.actions.import_leads import ImportResult, Preview
    from leadwright.identity.access import Principal
    from leadwright.leadfile.mapping import ImportMapping
    from leadwright.services import Services

_SHOWN = 20  # problems and repetitions printed
_COLUMNS = 6  # of the preview table


def import_leads(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file with one row of headings and one row per lead.")],
    mapping: Annotated[Path | None, typer.Option(help="TOML or JSON file that says what headings mean.")] = None,
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook; else the first with headings.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV file; else it is found out.")] = "",
    owner: Annotated[str, typer.Option(help="Email address of who owns new leads; else the first administrator.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Show what would happen and store nothing.")] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Import the good rows; write the bad ones to a file of their own.")
    ] = False,
    bad_rows_file: Annotated[Path | None, typer.Option(help="Where bad rows go; else beside the list.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Import leads from a CSV or XLSX file: all rows or none. A list imported again updates, it does not duplicate."""
    import sys

    from rich.console import Console

    from leadwright.actions.import_leads import import_file
    from leadwright.bootstrap import open_services
    from leadwright.identity.access import operator
    from leadwright.leadfile.mapping import ImportMapping, read_mapping
    from leadwright.settings import load_settings

    console = Console()
    wanted = read_mapping(mapping) if mapping else ImportMapping()
    wanted = replace(wanted, sheet=sheet or wanted.sheet, encoding=encoding or wanted.encoding)
    services = open_services(load_settings())
    with services.database.reading() as session:
        who = operator(session)
    asks = sys.stdin.isatty() and console.is_terminal and not yes
    try:
        if asks:
            wanted = ask_for_headings(services, who, console, file, wanted)
        if preview or asks:
            show_preview(console, _previewed(services, who, console, file, wanted))
            if preview or not typer.confirm("Import these leads?"):
                return
        with _Bar(console) as progress:
            result = import_file(
                services,
                who,
                file,
                wanted,
                progress,
                skip_bad_rows=skip_bad_rows,
                bad_rows_file=bad_rows_file,
                owner=owner,
            )
    finally:
        services.database.close()
    show_result(console, result)


def ask_for_headings(
    services: Services, who: Principal, console: Console, file: Path, wanted: ImportMapping
) -> ImportMapping:
    """Ask, for each heading that is not known, what it means; Enter leaves it out."""
    from leadwright.actions.import_leads import headings_of
    from leadwright.domain.headings import IGNORE, Fate
    from leadwright.errors import BadInput
    from leadwright.leadfile.mapping import own_columns

    _, headings = headings_of(services, who, file, wanted)
    unknown = [h for h in headings if h.fate is Fate.UNKNOWN and h.text.strip()]
    if not unknown:
        return wanted
    console.print(
        "Some headings are not known. Write a column of a lead such as [b]companyname[/b], a new column of your own "
        "such as [b]new_region: text[/b] (text, number, date, yes/no), or just Enter to leave it out."
    )
    columns = dict(wanted.columns)
    for heading in unknown:
        while True:
            answer = typer.prompt(f'"{heading.text}" (column {heading.letter})', default="", show_default=False).strip()
            tried = replace(wanted, columns={**columns, heading.text: answer or IGNORE})
            try:
                own_columns(tried)
            except BadInput as error:
                console.print(f"[yellow]{_plain(str(error))}[/yellow]")
                continue
            columns = dict(tried.columns)
            break
    return replace(wanted, columns=columns)


def show_preview(console: Console, seen: Preview) -> None:
    """Headings, first rows as they would be stored, counts, and everything that is wrong."""
    from rich.table import Table

    from leadwright.domain.headings import Fate, label_of

    table = Table(title=_plain(seen.leads.name), title_justify="left")
    for title in ("Column", "Heading", "becomes"):
        table.add_column(title)
    for h in seen.headings:
        if h.fate is Fate.MAPPED:
            meaning = f"{_plain(label_of(h.target, seen.table))} ({h.target})"
        else:
            meaning = f"[dim]{h.fate}{f': {h.reason}' if h.reason else ''}[/dim]"
        table.add_row(h.letter, _plain(h.text), meaning)
    console.print(table)
    names = list(dict.fromkeys(n for row in seen.first for n in row))[:_COLUMNS]
    rows = Table(title="First rows as they would be stored", title_justify="left")
    for name in names:
        rows.add_column(name, overflow="ellipsis", no_wrap=True)
    for row, originals in zip(seen.first, seen.originals, strict=True):
        shown = {
            n: f"{row.get(n, '')} (in the list: {originals[n]})" if n in originals else row.get(n, "") for n in names
        }
        rows.add_row(*(_plain(str(shown[n])) for n in names))
    console.print(rows)
    console.print(
        f"{seen.rows:,} rows: [b]{seen.new:,}[/b] new, [b]{seen.updated:,}[/b] updated, {seen.unchanged:,} unchanged, "
        f"{seen.repeated:,} repeated, [b]{seen.bad_rows:,}[/b] that cannot be used."
    )
    _show_rows(console, [*map(str, seen.problems), *map(str, seen.repetitions)], seen.bad_rows + seen.repeated)
    _show_notes(console, seen)


def show_result(console: Console, done: ImportResult) -> None:
    """What was imported and what was not."""
    console.print(
        f"[green]Imported.[/green] {done.created:,} new leads, {done.updated:,} updated, {done.unchanged:,} unchanged."
    )
    if done.repeated or done.bad_rows:
        console.print(f"Left out: {done.repeated:,} repeated rows, {done.bad_rows:,} rows that cannot be used.")
        _show_rows(console, [*map(str, done.problems), *map(str, done.repetitions)], done.bad_rows + done.repeated)
    if done.bad_rows_file:
        console.print(
            f"The rows that cannot be used are in {_plain(str(done.bad_rows_file))}, each with its reasons. "
            "Correct them there and import that file.",
            soft_wrap=True,
        )
    _show_notes(console, done)


def _show_notes(console: Console, of: Preview | ImportResult) -> None:
    for note in of.notes:
        console.print(f"[yellow]{_plain(note)}[/yellow]")
    if of.unknown_words:
        column, word = next(iter(of.unknown_words))
        told = f'What a word means can be said in the mapping file: [values.{column}], then "{word}" = a choice of it.'
        console.print(f"[yellow]{_plain(told)}[/yellow]")


def _show_rows(console: Console, lines: list[str], total: int) -> None:
    for line in lines[:_SHOWN]:
        console.print(f"  {_plain(line)}", soft_wrap=True)
    if total > _SHOWN:
        console.print(f"  and {total - _SHOWN:,} more")


def _previewed(services: Services, who: Principal, console: Console, file: Path, wanted: ImportMapping) -> Preview:
    from leadwright.actions.import_leads import preview

    with _Bar(console) as progress:
        return preview(services, who, file, wanted, progress=progress)


class _Bar:
    """A progress bar that is gone when the work is done; called with the stage and the share done."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, stage: str, share: float) -> None:
        from rich.progress import TaskID

        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=1.0)
        self._progress.update(TaskID(self._tasks[stage]), completed=share)


def _plain(text: str) -> str:
    """Text of a list as it is: no markup, and nothing that moves the cursor."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() or c == "\n" else " " for c in text))
