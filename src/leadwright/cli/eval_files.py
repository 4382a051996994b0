"""The files of `leadwright eval`: labelled cases in, one line of JSON out for each."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from leadwright.errors import BadInput


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number (from 1) and fields of each row of a .csv or .jsonl file, one at a time.

    Raises:
        BadInput: naming file and line.
    """
    reader: Callable[[Path], Iterator[tuple[int, dict[str, Any]]]] = (
        _csv_rows if path.suffix.lower() in (".csv", ".tsv") else _json_rows
    )
    try:
        yield from reader(path)
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text. Save it as UTF-8 and try again.", field="input") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.", field="input") from None


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        try:
            for number, row in enumerate(lines, 1):
                if None in row:
                    raise BadInput(
                        f"{path}, line {lines.line_num}: more values than headings. Put texts with commas in quotes.",
                        field="input",
                    )
                yield number, row
        except csv.Error as error:
            raise BadInput(f"{path}, line {lines.line_num}: this is no valid CSV ({error}).", field="input") from None


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    with path.open(encoding="utf-8-sig") as file:
        for line_number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                raise BadInput(f"{path}, line {line_number}: this is no valid JSON.", field="input") from None
            if not isinstance(row, dict):
                raise BadInput(f"{path}, line {line_number}: each line must be one JSON object.", field="input")
            number += 1
            yield number, row


def show_progress(answers: Iterator[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    """The answers as they come, with a bar on a terminal."""
    if not sys.stderr.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(answers, description="Judging", total=total, console=Console(stderr=True))


def write_answers(path: Path, answers: Iterable[dict[str, Any]]) -> None:
    """One JSON line for each answer.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            for answer in answers:
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", field="output") from None
