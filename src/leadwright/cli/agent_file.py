"""`leadwright export`, `plan` and `apply`: the agent as one text file, what it would change, and making it so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadwright.actions.agent_plan import Plan
    from leadwright.identity.access import Principal
    from leadwright.services import Services

_SHOWN = 400  # characters of one value
_DIFFERS = 2  # exit status of `plan` when there is something to apply
_FILE = typer.Argument(help="The agent's TOML file, as `leadwright export` writes it; - reads standard input.")


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; else standard output.")] = None,
    version: Annotated[
        str, typer.Option(help="applied (the draft before the first version), draft, or the number of a version.")
    ] = "applied",
) -> None:
    """Write the whole agent as one readable TOML file. It holds no secret."""
    from leadwright.actions.agent_file import export_agent

    services, who = open_as_operator()
    try:
        text = export_agent(services, who, version)
    finally:
        services.database.close()
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {file}.")


def plan(file: Annotated[Path, _FILE]) -> None:
    """Show what applying a file would change, and change nothing.

    Exit status: 0 nothing would change, 2 something would, 1 the file cannot be used.
    """
    from leadwright.actions.agent_plan import plan_file

    services, who = open_as_operator()
    try:
        found = plan_file(services, who, read_text(file))
    finally:
        services.database.close()
    _say(found, file)
    if found.problems:
        raise typer.Exit(1)
    if found.lines or found.draft_lines:
        typer.echo(f"\nTo put exactly this in force: leadwright apply {file} --against {found.against}")
        raise typer.Exit(_DIFFERS)


def apply(
    file: Annotated[Path, _FILE],
    against: Annotated[
        str, typer.Option(help="The version or the hash a plan was made against; another state is refused.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Make the agent what the file says: a numbered version like any other. Shows the plan and asks first."""
    from leadwright.actions.agent_file import apply_file
    from leadwright.actions.agent_plan import plan_file

    services, who = open_as_operator()
    try:
        text = read_text(file)
        found = plan_file(services, who, text)
        _say(found, file)
        if found.problems:
            raise typer.Exit(1)
        if not yes and (found.lines or found.draft_lines or found.creates):
            typer.confirm("Apply this?", abort=True)
        done = apply_file(services, who, text, against=against or found.against, note=note)
    finally:
        services.database.close()
    if not done.changed:
        typer.echo("Nothing was changed.")
    elif found.started:
        typer.echo(f"Version {done.version} is in force. Leads already processed stay as they are.")
    else:
        typer.echo("The draft is what the file says. The agent was never started: Start applies its first version.")


def lines_of(found: Plan) -> Iterator[str]:
    """The plan as lines a person reads."""
    if found.creates:
        yield "There is no agent yet: applying creates it."
    yield from (_short(str(line)) for line in found.lines)
    if not found.lines:
        yield "The settings in force are what the file says." if found.version else "The draft is what the file says."
    if found.draft_lines:
        yield ""
        yield "The draft is another one; applying replaces it. Its difference to the file:"
        yield from (_short(str(line)) for line in found.draft_lines)
    yield ""
    if (chosen := found.selected) is not None:
        change = f"{chosen.more:,} more, {chosen.fewer:,} fewer" if chosen.more or chosen.fewer else "the same leads"
        yield f"Leads that match the selection criteria: {chosen.now:,} now, {chosen.then:,} then ({change})."
    for version, count in found.conversations.items():
        yield f"{_conversations(count)} under version {version}, with which it began."
    if found.feel:
        yield f"{_conversations(found.feel)} and will feel the new sources or limits at once."
    if found.missing:
        yield ""
        yield "Still to be done before it can work:"
        yield from (f"- {each}" for each in found.missing)


def _conversations(count: int) -> str:
    return "1 open conversation goes on" if count == 1 else f"{count:,} open conversations go on"


def _say(found: Plan, file: Path) -> None:
    if found.problems:
        for problem in found.problems:
            typer.echo(f"{file}, {problem}", err=True)
        return
    for line in lines_of(found):
        typer.echo(line)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}..."


def read_text(file: Path) -> str:
    """The file's text; - is standard input.

    Raises:
        BadInput: it is not UTF-8.
    """
    from leadwright.agentfile.reading import MOST_BYTES
    from leadwright.errors import BadInput

    try:
        if str(file) == "-":
            return typer.get_text_stream("stdin").read(MOST_BYTES + 1)
        with file.open(encoding="utf-8") as opened:
            return opened.read(MOST_BYTES + 1)
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8 text. Save it as UTF-8.") from None


def open_as_operator() -> tuple[Services, Principal]:
    """The installation, and whoever runs commands on this machine."""
    from leadwright.bootstrap import open_services
    from leadwright.identity.access import operator
    from leadwright.settings import load_settings

    services = open_services(load_settings())
    with services.database.reading() as session:
        return services, operator(session)
