"""`leadwright backtest`: past leads judged again by the draft or by a file, and the verdicts that would flip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from threading import Thread

    from leadwright.actions.backtest import Shown
    from leadwright.identity.access import Principal
    from leadwright.services import Services

_FLIPS = 2  # exit status when something would become of a lead otherwise
_SHOWN = 50
_SECONDS = 2.0  # between two words about progress


def backtest(
    config: Annotated[
        Path | None, typer.Option(help="An agent's TOML file to try; without it the draft. - reads standard input.")
    ] = None,
    leads: Annotated[int, typer.Option(help="How many past leads, the newest first.")] = 200,
    days: Annotated[int | None, typer.Option(help="Only those researched in the last days.")] = None,
    view: Annotated[str, typer.Option(help="handed-over, disqualified or conversation; all without it.")] = "",
    tokens: Annotated[int | None, typer.Option(help="Tokens a model may use at most.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every flip to this CSV file.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, even where a model costs money.")] = False,
) -> None:
    """Judge past leads again and list each verdict that would flip. Fetches, sends and changes nothing.

    Exit status: 0 nothing would become of a lead otherwise, 2 something would, 1 it could not be done.
    """
    from leadwright.actions import backtest as act
    from leadwright.actions.backtest import Choice
    from leadwright.actions.flip_list import write_flips
    from leadwright.cli.agent_file import open_as_operator, read_text
    from leadwright.db.pages.agent_settings import present_agent
    from leadwright.errors import NotFound
    from leadwright.workflows.backtest import in_background

    services, who = open_as_operator()
    try:
        with services.database.reading() as session:
            agent = present_agent(session)
        if agent is None:
            raise NotFound("There is no agent yet. Create one first.")
        choice, text = Choice(leads, days, view), read_text(config) if config else ""
        expected = act.estimate(services, who, agent.agentid, choice)
        if expected.tokens:
            money = "price not known" if expected.cost is None else f"about {expected.cost:.2f} US dollars"
            typer.echo(f"{expected.leads:,} leads, about {expected.tokens:,} tokens, {money} with {expected.analyst}.")
            if not yes:
                typer.confirm("Go on?", abort=True)
        at_work: list[Thread] = []

        def begin(services: Services, backtestid: str, token: str) -> None:
            at_work.append(in_background(services, backtestid, token))

        testid = act.start_backtest(services, who, agent.agentid, choice, file=text, mosttokens=tokens, begin=begin)
        try:
            _watch(services, who, agent.agentid, testid, at_work[0])
        except KeyboardInterrupt:
            act.stop_backtest(services, who, agent.agentid, testid)
            at_work[0].join()
        shown = act.read_backtest(services, who, agent.agentid, testid, most=None)
    finally:
        services.database.close()
    _say(shown)
    if csv is not None:
        csv.write_text(write_flips(shown.flips), encoding="utf-8-sig", newline="")
        typer.echo(f"Written to {csv}.")
    if shown.test.state != "done":
        raise typer.Exit(1)
    if shown.outcomes:
        raise typer.Exit(_FLIPS)


def _watch(services: Services, who: Principal, agentid: str, testid: str, thread: Thread) -> None:
    """Say how far it is while it goes on."""
    from leadwright.actions.backtest import read_backtest

    said = 0
    while thread.is_alive():
        thread.join(_SECONDS)
        test = read_backtest(services, who, agentid, testid, most=0).test
        if test.state == "running" and test.done != said:
            said = test.done
            typer.echo(f"{said:,} of {len(test.runs):,} leads judged", err=True)


def _say(shown: Shown) -> None:
    test = shown.test
    typer.echo(
        f"{test.done:,} of {len(test.runs):,} leads judged in {test.seconds:.1f} s; {test.same:,} stay as they are."
    )
    if test.skipped:
        typer.echo(f"{test.skipped:,} could not be judged again.")
    if test.tokensin or test.tokensout:
        money = "price not known" if test.cost is None else f"{test.cost:.2f} US dollars"
        typer.echo(f"{test.tokensin + test.tokensout:,} tokens, {money}.")
    for way in shown.directions:
        typer.echo(f"{way.count:>6,}  {way.before} -> {way.after}")
    for flip in shown.flips[:_SHOWN]:
        name = ", ".join(part for part in (flip.fullname, flip.companyname) if part) or flip.leadid
        typer.echo(f"\n{name}: {flip.before} -> {flip.after}")
        for cause in flip.causes:
            quote = f' "{cause["evidence"][0]["quote"][:120]}"' if cause["evidence"] else ""
            typer.echo(f"  {cause['criterion']}: {cause['before']} -> {cause['after']}.{quote}")
        if flip.overruled:
            typer.echo(f"  {flip.overruled}")
    if len(shown.flips) > _SHOWN:
        typer.echo(f"\n{len(shown.flips) - _SHOWN:,} more; --csv FILE writes all of them.")
    if test.reason:
        typer.echo(test.reason, err=True)
