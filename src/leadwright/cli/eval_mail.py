"""`leadwright eval bounce|mime|trim`: the tasks that read mail. Each mail goes through the same pool as real ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadwright.cli.eval_files import read_rows, show_progress, write_answers
from leadwright.errors import BadInput

if TYPE_CHECKING:
    from leadwright.mail.reader import Quarantine
    from leadwright.mail.reading import Reading

MailFolder = Annotated[Path, typer.Option("--input", help="Folder of .eml files.")]
TextFile = Annotated[Path, typer.Option("--input", help="Mail texts as .jsonl: id, text.")]
OutputFile = Annotated[Path, typer.Option("--output", help="Where to write the answers, as .jsonl.")]
Who = Annotated[str, typer.Option("--analyst", help="Accepted for symmetry: rules read mail, whoever judges.")]


def bounce(input: MailFolder, output: OutputFile, analyst: Who = "builtin") -> None:
    """Tell bounces, complaints and absence notes apart, hard from soft, with the recipients."""
    _read_folder(input, output, judge_bounce)


def mime(input: MailFolder, output: OutputFile, analyst: Who = "builtin") -> None:
    """Parse whole mails: subject, sender, length of the text, attachments."""
    _read_folder(input, output, describe)


def trim(input: TextFile, output: OutputFile, analyst: Who = "builtin") -> None:
    """Cut quoted mails and signatures off replies."""
    total = sum(1 for _ in read_rows(input))
    if not total:
        raise BadInput(f"{input} holds no texts. Give a file with one JSON object a line: id, text.", field="input")
    write_answers(output, show_progress((trim_row(row, n) for n, row in read_rows(input)), total))
    typer.echo(f"{total:,} replies trimmed, written to {output}")


def trim_row(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The new part of one row's text; what fails becomes its `error`."""
    from leadwright.mail.trim import trim_reply

    name = str(row.get("id") or number)
    if not isinstance(row.get("text"), str):
        return {"id": name, "error": 'This row has no "text".'}
    try:
        return {"id": name, "text": trim_reply(row["text"])}
    except Exception as error:  # one odd row must not cost the others
        return {"id": name, "error": f"This row could not be trimmed ({type(error).__name__})."}


def judge_bounce(found: "Reading | Quarantine") -> dict[str, Any]:
    """`class`, `hard`, `reason` and `recipients` of one mail."""
    from leadwright.mail import automatic, bounce
    from leadwright.mail.reader import Quarantine

    if isinstance(found, Quarantine):
        return {"class": "other", "hard": None, "reason": None, "recipients": [], "error": found.reason}
    report = found.report
    away = found.automatic is not None and found.automatic.kind is automatic.Kind.OUT_OF_OFFICE
    if report is None:
        return {"class": "out_of_office" if away else "other", "hard": None, "reason": None, "recipients": []}
    failed = report.kind in (bounce.Kind.BOUNCE, bounce.Kind.DELAYED)
    kind = "bounce" if failed else "complaint" if report.kind is bounce.Kind.COMPLAINT else "other"
    return {
        "class": kind,
        "hard": report.hard if failed else None,
        "reason": report.feedback or (report.reason.value if report.reason else None),
        "recipients": [failure.recipient for failure in report.failures],
        "original_message_id": report.original_message_id,
    }


def describe(found: "Reading | Quarantine") -> dict[str, Any]:
    """Subject, sender, length of the text and attachments of one mail, or why it was put aside."""
    from leadwright.mail.reader import Quarantine, Why

    if isinstance(found, Quarantine):
        failed = found.why in (Why.CRASHED, Why.UNREADABLE)
        return {"quarantined": found.reason, "error": found.reason if failed else None}
    message = found.message
    return {
        "subject": message.subject,
        "from": message.sender.address if message.sender else None,
        "text_length": len(message.text),
        "attachments": [{"name": a.name, "type": a.type, "size": a.size} for a in message.attachments],
        "quarantined": None,
        "error": None,
    }


def _read_folder(folder: Path, output: Path, answer: "Callable[[Reading | Quarantine], dict[str, Any]]") -> None:
    from leadwright.mail.reader import MailReader

    files = _mails(folder)
    with MailReader() as reader:

        def answers() -> Iterator[dict[str, Any]]:
            for file in files:
                try:
                    raw = file.read_bytes()
                except OSError as error:
                    yield {"file": file.name, "error": f"It cannot be opened: {error.strerror or error}."}
                    continue
                yield {"file": file.name, **answer(reader.read(raw))}

        write_answers(output, show_progress(answers(), len(files)))
    typer.echo(f"{len(files):,} mails read, written to {output}")


def _mails(folder: Path) -> list[Path]:
    """The .eml files of a folder, by name; also of its folder `eml`, where the labels lie beside that."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder. Give the folder that holds the .eml files.", field="input")
    files = sorted(folder.glob("*.eml")) or sorted((folder / "eml").glob("*.eml"))
    if not files:
        raise BadInput(f"{folder} holds no .eml files.", field="input")
    return files
