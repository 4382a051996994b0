"""`leadwright eval`: answers labelled cases with the code that answers real ones, without seeing a label."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from leadwright.cli.eval_files import read_rows, show_progress, write_answers
from leadwright.cli.eval_mail import bounce, mime, trim
from leadwright.errors import BadInput, LeadwrightError

if TYPE_CHECKING:
    from leadwright.analyst import Analyst, ReplyReading
    from leadwright.domain.fit import Criterion

app = typer.Typer(no_args_is_help=True, help="Answer labelled cases, one line out for each line in, to be scored.")

ProfileFile = Annotated[Path, typer.Option("--profile", help='JSON: {"icp": [{"criteria", "details"}]}.')]
InputFile = Annotated[Path, typer.Option("--input", help="Leads as .jsonl or .csv.")]
Replies = Annotated[Path, typer.Option("--input", help="Replies as .jsonl or .csv, with a column text.")]
OutputFile = Annotated[Path, typer.Option("--output", help="Where to write the answers, as .jsonl.")]
Who = Annotated[Literal["builtin", "model"], typer.Option("--analyst", help="Who judges.")]

app.command()(bounce)
app.command()(mime)
app.command()(trim)


@app.callback()
def tasks() -> None:
    """Answer labelled cases, one line out for each line in, to be scored."""


@app.command()
def fit(profile: ProfileFile, input: InputFile, output: OutputFile, analyst: Who = "builtin") -> None:
    """Judge how well leads fit a customer profile."""
    criteria = read_profile_file(profile)
    total = sum(1 for _ in read_rows(input))
    if not total:
        raise BadInput(f"{input} holds no leads. Give a file with one lead a line.", field="input")
    judge = _analyst(analyst)
    write_answers(output, show_progress((judge_row(judge, row, criteria, n) for n, row in read_rows(input)), total))
    typer.echo(f"{total:,} leads judged, written to {output}")


def judge_row(
    analyst: "Analyst", row: dict[str, Any], criteria: "tuple[Criterion, ...]", number: int
) -> dict[str, Any]:
    """The answer for one row; what fails becomes its `error`."""
    from leadwright.analyst.rows import brief_of_row, row_id
    from leadwright.domain.fit import weigh

    name = row_id(row, number)
    try:
        reading = analyst.read_lead(brief_of_row(row, criteria, key=f"eval:{name}"))
        found = weigh(criteria, reading.judgements)
    except LeadwrightError as error:
        return {"id": name, "error": str(error)}
    except Exception as error:  # one odd row must not cost the others
        return {"id": name, "error": f"This row could not be judged ({type(error).__name__})."}
    return {
        "id": name,
        "band": found.band.value,
        "share": None if found.share is None else round(found.share, 4),
        "signal": found.signal.value,
        "criteria": [
            {
                "name": j.criterion,
                "verdict": j.verdict.value,
                "reason": j.reason,
                "evidence": [{"source": e.source, "quote": e.quote} for e in j.evidence],
            }
            for j in found.judgements
        ],
    }


@app.command()
def reply(input: Replies, output: OutputFile, analyst: Who = "builtin") -> None:
    """Tell what replies are: interested, question, opt-out, out of office and the others."""
    from leadwright.analyst.reply_rows import answer_of_reply

    _read_replies(input, output, analyst, answer_of_reply)


@app.command()
def interest(input: Replies, output: OutputFile, analyst: Who = "builtin") -> None:
    """Judge the purchase interest of replies."""
    from leadwright.analyst.reply_rows import answer_of_interest

    _read_replies(input, output, analyst, answer_of_interest)


def _read_replies(input: Path, output: Path, analyst: str, answer: "Callable[[ReplyReading], dict[str, Any]]") -> None:
    total = sum(1 for _ in read_rows(input))
    if not total:
        raise BadInput(f"{input} holds no replies. Give a file with one reply a line.", field="input")
    reader = _analyst(analyst)
    answers = (read_reply_row(reader, row, answer, n) for n, row in read_rows(input))
    write_answers(output, show_progress(answers, total))
    typer.echo(f"{total:,} replies read, written to {output}")


def read_reply_row(
    analyst: "Analyst", row: dict[str, Any], answer: "Callable[[ReplyReading], dict[str, Any]]", number: int
) -> dict[str, Any]:
    """The answer for one reply; what fails becomes its `error`."""
    from leadwright.analyst.reply_rows import reply_of_row
    from leadwright.analyst.rows import row_id

    name = row_id(row, number)
    try:
        return {"id": name, **answer(analyst.read_reply(reply_of_row(row, key=f"eval:{name}")))}
    except LeadwrightError as error:
        return {"id": name, "error": str(error)}
    except Exception as error:  # one odd row must not cost the others
        return {"id": name, "error": f"This reply could not be read ({type(error).__name__})."}


def read_profile_file(path: Path) -> "tuple[Criterion, ...]":
    """The criteria of a profile file.

    Raises:
        BadInput: naming the file, and the line where the JSON breaks.
    """
    from leadwright.domain.profile import read_profile

    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}, line {error.lineno}: this is no valid JSON ({error.msg}).", field="profile") from None
    try:
        criteria = read_profile(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}", field=error.field) from None
    if not criteria:
        raise BadInput(f"{path}: the profile has no criteria. Add at least one.", field="profile")
    return criteria


def read_text(path: Path) -> str:
    """The words of a UTF-8 file.

    Raises:
        BadInput: naming the file.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text. Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None


def _analyst(name: str) -> "Analyst":
    if name == "builtin":
        from leadwright.analyst.builtin import BuiltinAnalyst

        return BuiltinAnalyst()
    from leadwright.bootstrap import open_services
    from leadwright.settings import load_settings

    return open_services(load_settings(analyst="model")).analyst
