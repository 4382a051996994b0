"""Puts the commands together. Each command lives in a file of its own, imported here."""

from typing import Annotated

import typer

from leadwright import __version__
from leadwright.cli import agent_file, eval_bant  # noqa: F401  # adds its command to `eval`
from leadwright.cli.backtest import backtest
from leadwright.cli.demo import demo
from leadwright.cli.doctor import doctor
from leadwright.cli.eval import app as evaluation
from leadwright.cli.import_ import import_leads
from leadwright.cli.mcp import mcp
from leadwright.cli.research import research
from leadwright.cli.rotate_key import rotate_key
from leadwright.cli.rotate_signing_key import rotate_signing_key
from leadwright.cli.sandbox import app as sandbox
from leadwright.cli.serve import serve
from leadwright.cli.suppressions import app as suppressions
from leadwright.cli.verify_audit import verify_audit
from leadwright.cli.work import work

app = typer.Typer(
    name="leadwright",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Takes the leads nobody has time for, researches each company, judges the fit, "
    "and puts the good ones on a seller's desk with the evidence and a drafted email.\n\n"
    "Start with **leadwright demo**: it needs no key and no network.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadwright {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[bool, typer.Option("--version", callback=_version, help="Print the version and stop.")] = False,
) -> None:
    """Options before the command."""


app.command()(demo)
app.command()(serve)
app.command()(work)
app.command()(research)
app.command()(doctor)
app.command()(mcp)
app.command("rotate-signing-key")(rotate_signing_key)
app.command("import")(import_leads)
app.command()(rotate_key)
app.command()(verify_audit)
app.command()(agent_file.export)
app.command()(agent_file.plan)
app.command()(agent_file.apply)
app.command()(backtest)
app.add_typer(evaluation, name="eval")
app.add_typer(suppressions, name="suppressions")
app.add_typer(sandbox, name="sandbox")
