"""Opens CSV files: finds out encoding and delimiter, streams rows. Memory does not grow with the file."""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from leadwright.domain.cells import Cell
from leadwright.errors import BadInput
from leadwright.leadfile.problems import Unsaid
from leadwright.leadfile.rows import BLOCK, HEADINGS_WITHIN, LeadList, Rows, fitted, heading_row

DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_STEP = 1 << 20
_NOT_CP1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Known = Callable[[Sequence[str]], int]


@dataclass(slots=True)
class _Look:
    """What one pass over the bytes tells."""

    sha256: str
    head: bytes
    is_utf8: bool
    strange: int  # offset of the first byte that Windows-1252 has not, or -1


def open_text(path: Path, known: Known, *, encoding: str = "", delimiter: str = "", most_rows: int) -> LeadList:
    """A CSV file, opened; its headings are read, its rows are not.

    Args:
        known: how many of some headings are recognised; it picks the delimiter and the row of headings.

    Raises:
        BadInput: empty, no text in an encoding we can tell, or no rows.
    """
    look = _look(path)
    notes: list[str] = []
    encoding = _checked(encoding) or _encoding(look, path.name, notes)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            sample = stream.read(_SAMPLE)
    except UnicodeError as error:
        raise _undecodable(path.name, encoding) from error
    skip = 0
    if sample[:4].casefold() == "sep=" and sample[4:5] and sample[5:6] in ("\r", "\n", ""):
        delimiter, skip = delimiter or sample[4], 1
    delimiter = delimiter or _delimiter(sample, known)
    first = _first_rows(sample, delimiter)
    at = heading_row(first[skip:], known)
    if at is None:
        raise BadInput(f"{path.name} is empty. Give a list with one row of headings and one row per lead.")
    headings = tuple(first[skip + at])
    while headings and not headings[-1].strip():
        headings = headings[:-1]

    def blocks() -> Iterator[Rows]:
        return _blocks(path, encoding, delimiter, skip=skip + at + 1, width=len(headings), most_rows=most_rows)

    return LeadList(path.name, "CSV", look.sha256, headings, blocks, encoding, delimiter, notes=tuple(notes))


def _look(path: Path) -> _Look:
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    head, is_utf8, strange, at = b"", True, -1, 0
    with path.open("rb") as stream:
        while block := stream.read(_STEP):
            head = head or block
            digest.update(block)
            if is_utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_utf8 = False
            if strange < 0:
                strange = min((at + i for b in _NOT_CP1252 if (i := block.find(b)) >= 0), default=-1)
            at += len(block)
    try:
        decoder.decode(b"", final=is_utf8)
    except UnicodeDecodeError:
        is_utf8 = False
    return _Look(digest.hexdigest(), head, is_utf8, strange)


def _checked(encoding: str) -> str:
    try:
        if encoding:
            io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # knows "hex" and its like to be no encodings of text
        return codecs.lookup(encoding).name if encoding else ""
    except (LookupError, ValueError):
        raise BadInput(f'"{encoding}" is no encoding. Use utf-8, utf-16, windows-1252 or another known name.') from None


def _encoding(look: _Look, name: str, notes: list[str]) -> str:
    for mark, encoding in _BOMS:
        if look.head.startswith(mark):
            return encoding
    sample = look.head[:4096]
    if sample.count(0) > len(sample) // 5:  # UTF-16 without its mark: every other byte of western text is 0
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if min(even, odd) * 4 < max(even, odd):
            return "utf-16-be" if even > odd else "utf-16-le"
        raise BadInput(f"{name} is not a text file. Give a CSV or an XLSX file.")
    if look.is_utf8:
        return "utf-8"
    if look.strange >= 0:
        raise Unsaid(
            f"{name} is neither UTF-8 nor Windows-1252 text (byte {look.strange + 1:,} fits neither). Save it as "
            '"CSV UTF-8"',
            "encoding",
        )
    notes.append(
        "The file is not UTF-8; it was read as Windows-1252. Look at accented letters in the preview, and if they are "
        'wrong save it as "CSV UTF-8".'
    )
    return "cp1252"


def _undecodable(name: str, encoding: str) -> BadInput:
    return Unsaid(f'{name} is not {encoding} text throughout. Save it as "CSV UTF-8"', "encoding")


def _first_rows(sample: str, delimiter: str) -> list[list[str]]:
    whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind("\n") + 1] or sample
    try:
        return list(islice(csv.reader(whole.splitlines(keepends=True), delimiter=delimiter), 2 * HEADINGS_WITHIN))
    except csv.Error:
        return []


def _delimiter(sample: str, known: Known) -> str:
    """The candidate whose first rows have the most known headings, then the most alike and the widest rows."""

    def score(candidate: str) -> tuple[int, float, int]:
        rows = [r for r in _first_rows(sample, candidate) if any(r)]
        widths = [len(r) for r in rows]
        if not widths or max(widths) < 2:
            return (0, 0.0, 0)
        usual = max(set(widths), key=widths.count)
        return max(known(r) for r in rows[:HEADINGS_WITHIN]), widths.count(usual) / len(widths), usual

    return max(DELIMITERS, key=score)


def _blocks(path: Path, encoding: str, delimiter: str, *, skip: int, width: int, most_rows: int) -> Iterator[Rows]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        lines = _Lines(stream, path.name, encoding)
        reader = csv.reader(lines, delimiter=delimiter)
        row = len(list(islice(reader, skip)))
        while block := _next(reader, lines, row, path.name, delimiter):
            if row + len(block) - skip > most_rows:
                raise BadInput(
                    f"{path.name} has more than {most_rows:,} rows, the most one import takes. Split it, or raise the "
                    "setting import_max_rows."
                )
            yield _rows(block, row, width, min(raw.tell() / size, 1.0))
            row += len(block)


class _Lines:
    """Lines of the file; remembers those of the block being read, and says which cannot be decoded."""

    def __init__(self, stream: TextIO, name: str, encoding: str) -> None:
        self.stream, self.name, self.encoding = stream, name, encoding
        self.block: list[str] = []

    def __iter__(self) -> Iterator[str]:
        try:
            for line in self.stream:
                self.block.append(line)
                yield line
        except UnicodeError as error:
            raise _undecodable(self.name, self.encoding) from error


def _next(reader: Iterator[list[str]], lines: _Lines, row: int, name: str, delimiter: str) -> list[list[str]]:
    lines.block.clear()
    try:
        block = list(islice(reader, BLOCK))
    except csv.Error as error:
        raise BadInput(_unclosed(name, row + _whole_rows(lines.block, delimiter)[0] + 1)) from error
    if len(block) < BLOCK:
        whole, is_open = _whole_rows(lines.block, delimiter, strict=True)
        if is_open:
            raise BadInput(_unclosed(name, row + whole + 1))
    return block


def _whole_rows(lines: list[str], delimiter: str, *, strict: bool = False) -> tuple[int, bool]:
    """How many rows end before a quotation mark that never closes, and whether there is one."""
    reader, whole = csv.reader(iter(lines), delimiter=delimiter, strict=strict), 0
    while True:
        try:
            next(reader)
        except StopIteration:
            return whole, False
        except csv.Error as error:
            if "expected after" not in str(error):  # a stray mark inside a value is no mark that stays open
                return whole, True
        whole += 1


def _unclosed(name: str, row: int) -> str:
    return (
        f"{name}: a quotation mark is opened in row {row:,} and never closed, so the rows after it run together. "
        "Close it, or write a quotation mark inside a value twice."
    )


def _rows(block: list[list[str]], before: int, width: int, done: float) -> Rows:
    cells: list[list[Cell]] = []
    numbers: list[int] = []
    broken: dict[int, str] = {}
    for number, raw in enumerate(block, before + 1):
        if len(raw) != width:
            if not any(raw):
                continue
            row, why = fitted(list(raw), width)
            if why:
                broken[len(cells)] = why
            cells.append(row)
            numbers.append(number)
        elif any(raw):
            cells.append(raw)  # type: ignore[arg-type]
            numbers.append(number)
    return Rows(cells, numbers, len(block) - len(cells), broken, done)
