"""`leadwright research`: works through a list to a file, without a desk. Killed and started again, it goes on."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from leadwright.errors import BadInput, Conflict

if TYPE_CHECKING:
    from rich.console import Console

    from leadwright.actions.import_leads import ImportResult
    from leadwright.cli.list_job import ListJob
    from leadwright.cli.list_output import Output
    from leadwright.services import Services
    from leadwright.settings import Settings
    from leadwright.workflows.executors import Hold


def research(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file with one row of headings and one row per lead.")],
    profile: Annotated[
        Path,
        typer.Option(
            help='JSON file: {"icp": [...]}; may also hold "company": {"name", "website", "value_proposition"}.'
        ),
    ],
    output: Annotated[Path, typer.Option(help="JSON Lines file to write, one line per lead in the list's order.")],
    company: Annotated[str, typer.Option(help="Name of your company, for the drafts.")] = "",
    website: Annotated[str, typer.Option(help="Web site of your company.")] = "",
    offering: Annotated[str, typer.Option(help="What you sell and what it is good for; drafts are built on it.")] = "",
    knowledge: Annotated[Path | None, typer.Option(help="Folder of product papers.")] = None,
    analyst: Annotated[
        Literal["builtin", "model"] | None, typer.Option(help="Who judges; default: the setting `analyst`.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML or JSON file that says what headings mean.")] = None,
    sellers: Annotated[str, typer.Option(help="Names that take turns, with commas between; default: nobody.")] = "",
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the progress; default: beside the output.")] = None,
    web: Annotated[bool, typer.Option("--web", help="Read the web sites that the list names (needs network).")] = False,
) -> None:
    """Research a list of leads or companies and write what came of each. Start it again to go on after a crash."""
    from rich.console import Console

    from leadwright import logs
    from leadwright.cli.list_job import ListJob, claimed_folder
    from leadwright.leadfile.mapping import read_mapping
    from leadwright.leadfile.source import check_file

    console = Console(stderr=True)
    job = ListJob(
        list_file=file,
        profile=_with_company(_read_profile(profile), name=company, website=website, value_proposition=offering),
        knowledge=_folder(knowledge),
        sellers=tuple(dict.fromkeys(name.strip() for name in sellers.split(",") if name.strip())),
        mapping=read_mapping(mapping) if mapping else None,
    )
    folder = data_dir or output.with_name(f"{output.name}.job")
    settings = _settings(folder, analyst, web)
    logs.configure(settings.model_copy(update={"log_level": "error"}))
    check_file(file, settings.import_max_mb)
    with claimed_folder(folder, job):
        services, alone = _open(console, settings, job)
    try:
        _run(console, services, output)
    finally:
        alone.release()


def _open(console: "Console", settings: "Settings", job: "ListJob") -> tuple["Services", "Hold"]:
    """The job's database with the list in it, and the lock that keeps a second process off it."""
    from leadwright.bootstrap import open_services
    from leadwright.cli.list_job import set_up
    from leadwright.cli.list_waits import try_again_now
    from leadwright.workflows.executors import hold

    services = open_services(settings)
    try:
        if (alone := hold(services.database, "list")) is None:
            raise Conflict("Another process is working on this list. Let it finish, or choose another --output.")
        imported = set_up(services, job, lambda sentence: console.print(f"[yellow]{sentence}[/]", highlight=False))
        if imported:
            _say_imported(console, imported)
        else:
            with services.database.transaction() as session:
                try_again_now(session)
    except BaseException:
        services.database.close()
        raise
    return services, alone


def _run(console: "Console", services: "Services", output: Path) -> None:
    from leadwright.cli.list_job import summary
    from leadwright.cli.list_output import Output
    from leadwright.cli.list_waits import ending

    finished = True
    try:
        out = Output(services, output)
        if out.written:
            console.print(f"Going on after {out.written:,} of {out.expected:,} leads.")
        began, before = time.monotonic(), out.written
        if out.write_ready() < out.expected:
            finished = _work(console, services, out)
        out.close()
        with services.database.reading() as session:
            counts = summary(session)
        last = ending(services)
    finally:
        services.database.close()
    _say_summary(console, counts, output, out.written - before, time.monotonic() - began)
    for sentence in last:
        _say(console, sentence)
    status = int(out.written < out.expected)
    if not finished:
        os._exit(status)  # a thread still waits for an answer from outside; nothing of its lead is lost
    if status:
        raise typer.Exit(status)


def _work(console: "Console", services: "Services", out: "Output") -> bool:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from leadwright.cli.list_waits import Watch
    from leadwright.cli.work import stop_on_signals
    from leadwright.workflows.runtime import Runtime

    runtime = Runtime(services)
    stopping = stop_on_signals()
    columns = (TextColumn("Researching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    runtime.start()
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("", total=out.expected)
            watch = Watch(services, lambda sentence: _say(console, sentence))
            runtime.run_until_idle(_each(out, stopping.is_set, lambda n: bar.update(task, completed=n), watch.look))
            bar.update(task, completed=out.write_ready())
    except KeyboardInterrupt:
        console.print("Stopped; start it again to go on.")
    finally:
        finished = runtime.stop()
        out.write_ready()
    return finished


def _each(
    out: "Output", stopped: Callable[[], bool], show: Callable[[int], None], look: Callable[[], None]
) -> Callable[[Any], None]:
    def progress(_: Any) -> None:
        if stopped():
            raise KeyboardInterrupt
        show(out.write_ready())
        look()

    return progress


def _settings(folder: Path, analyst: str | None, web: bool) -> "Settings":
    from leadwright.settings import load_settings

    own: dict[str, Any] = {"data_dir": folder, "database_url": "", "executor_id": "list", "fetch_company_sites": web}
    own |= {} if web else {"dns_checks": False, "search": "none"}  # without --web nothing leaves this machine
    return load_settings().model_copy(update=own | ({"analyst": analyst} if analyst else {}))


def _read_profile(path: Path) -> dict[str, Any]:
    from leadwright.domain.profile import read_profile

    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"The profile {path} cannot be read: {error.strerror}.", field="profile") from error
    except ValueError as error:
        raise BadInput(f"The profile {path} is not valid JSON: {error}", field="profile") from error
    if not isinstance(data, dict):
        raise BadInput(f'The profile {path} must be an object with a list "icp".', field="profile")
    if not read_profile(data):
        raise BadInput(f'The profile {path} has no criteria: nothing could be judged. Add one to "icp".', field="icp")
    return data


def _with_company(profile: dict[str, Any], **given: str) -> dict[str, Any]:
    """The profile with what the options say of our company; an option beats the file."""
    said = {name: text.strip() for name, text in given.items() if text.strip()}
    known = profile.get("company", {})
    if not isinstance(known, dict):
        raise BadInput('The profile\'s "company" must be an object with name and value_proposition.', field="profile")
    return {**profile, "company": {**known, **said}} if said else profile


def _folder(knowledge: Path | None) -> Path | None:
    if knowledge and not knowledge.is_dir():
        raise BadInput(f"{knowledge} is no folder. Give the folder of the product papers.", field="knowledge")
    return knowledge


def _say_imported(console: "Console", imported: "ImportResult") -> None:
    console.print(f"{imported.created:,} leads read.")
    if imported.repeated:
        console.print(f"[yellow]{imported.repeated:,} rows are repetitions and are left out.[/]")
    if imported.remarked:
        rows = "1 row has" if imported.remarked == 1 else f"{imported.remarked:,} rows have"
        console.print(
            f'[yellow]{rows} something that cannot be used as it stands; see "problems" in the output:[/]',
            soft_wrap=True,
        )
    for note in imported.notes:
        console.print(f"  {note}", markup=False, highlight=False, soft_wrap=True)


def _say(console: "Console", sentence: str) -> None:
    console.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _say_summary(console: "Console", counts: dict[str, int], output: Path, leads: int, seconds: float) -> None:
    parts = ", ".join(f"{count:,} {stage.replace('_', ' ')}" for stage, count in sorted(counts.items()))
    console.print(f"{parts}. Written to {output}.")
    if leads and seconds > 1:
        console.print(f"{leads:,} leads in {seconds:.0f} seconds, {leads / seconds * 60:,.0f} a minute.")
