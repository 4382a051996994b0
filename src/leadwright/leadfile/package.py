"""Looks into the ZIP package of an XLSX file before anything opens it: bombs, damage, formulas without a value.

Every part is really unpacked once and counted, because the sizes a package states can lie.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from leadwright.domain.headings import column_letter
from leadwright.errors import BadInput

_STEP = 1 << 16
_MOST_PARTS = 5_000
_MARKS = (b"<f", b":f", b't="e"', b"t='e'")
_REMEDY = 'Open the file in a spreadsheet and save it as "CSV UTF-8".'


@dataclass(frozen=True, slots=True)
class Package:
    """What is in the file.

    Args:
        suspects: parts that hold a formula or an error value.
    """

    sha256: str
    names: frozenset[str]
    suspects: frozenset[str]


def look_into(path: Path, *, most_bytes: int) -> Package:
    """Unpack every part once, keeping nothing.

    Raises:
        BadInput: damaged, no workbook, or larger than `most_bytes` when unpacked.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    suspects, left = set(), most_bytes
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            names = frozenset(archive.namelist())
            if "xl/workbook.xml" not in names:
                raise BadInput(f"{path.name} is no XLSX workbook. {_REMEDY}")
            if len(archive.infolist()) > _MOST_PARTS:
                raise BadInput(f"{path.name} holds more than {_MOST_PARTS:,} parts, too many for a list. {_REMEDY}")
            if sum(i.file_size for i in archive.infolist()) > most_bytes:
                raise _too_large(path, most_bytes)
            for info in archive.infolist():
                size, marked = _unpacked(raw, info, left)
                left -= size
                if left < 0:
                    raise _too_large(path, most_bytes)
                if marked:
                    suspects.add(info.filename)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened. {_REMEDY}") from error
    return Package(digest, names, frozenset(suspects))


def cells_without_value(path: Path, part: str) -> dict[tuple[int, int], str]:
    """(1-based row, 0-based column) -> why: a formula whose result was not saved, or an error value."""
    found = _Cells()
    with _opened(path) as archive, archive.open(part) as stream:
        _parse(stream, found.start, found.end, found.text)
    return found.bad


def sheet_parts(path: Path) -> dict[str, str]:
    """Name of each sheet -> its part in the package."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets[attributes.get("name", "")] = attributes.get("id", "")

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    with _opened(path) as archive:
        with archive.open("xl/workbook.xml") as stream:
            _parse(stream, sheet)
        if "xl/_rels/workbook.xml.rels" in archive.namelist():
            with archive.open("xl/_rels/workbook.xml.rels") as stream:
                _parse(stream, relation)
    return {name: targets[i] for name, i in sheets.items() if i in targets}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The package; damage that shows only now becomes a sentence."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened. {_REMEDY}") from error


def _too_large(path: Path, most_bytes: int) -> BadInput:
    return BadInput(
        f"{path.name} holds more than {most_bytes // 1_000_000:,} MB when unpacked, too much for a list of leads. "
        "Save the sheet with the leads as CSV and import that."
    )


def _unpacked(raw: IO[bytes], info: zipfile.ZipInfo, most: int) -> tuple[int, bool]:
    """Bytes of the part, counted up to just above `most`, and whether it needs a look for formulas."""
    raw.seek(info.header_offset)
    header = raw.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04" or info.flag_bits & 1 or info.compress_type not in (0, 8):
        raise ValueError("not a plain part")
    raw.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    unpack = zlib.decompressobj(-15) if info.compress_type else None
    size, marked, tail, todo = 0, False, b"", info.compress_size
    is_sheet = info.filename.startswith("xl/worksheets/")
    while todo > 0 and size <= most and (packed := raw.read(min(_STEP, todo))):
        todo -= len(packed)
        while packed and size <= most:
            block = unpack.decompress(packed, _STEP) if unpack else packed
            packed = unpack.unconsumed_tail if unpack else b""
            size += len(block)
            if is_sheet and not marked:
                seen = tail + block
                marked = any(mark in seen for mark in _MARKS)
                tail = seen[-8:]
    return size, marked


def _parse(stream: Any, start: Any, end: Any = None, text: Any = None) -> None:
    """Run a parser that refuses document types, so that no entity is ever expanded; names come without prefix."""

    def refuse(*_: Any) -> None:
        raise BadInput(f"The workbook has a document type declaration, which none needs. {_REMEDY}")

    def begin(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()})

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    if end:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise BadInput(f"The workbook is damaged: {error}. {_REMEDY}") from error


class _Cells:
    """Follows the cells of one sheet."""

    def __init__(self) -> None:
        self.bad: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._is_error = self._has_formula = self._has_value = self._in_value = False
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
        elif name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._is_error = attributes.get("t") == "e"
            self._has_formula = self._has_value = False
            self._value = ""
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._in_value = True

    def text(self, data: str) -> None:
        if self._in_value:
            self._has_value = True
            self._value += data

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c":
            where = f"cell {column_letter(self._column)}{self._row}"
            if self._is_error:
                self.bad[self._row, self._column] = f"{where} shows {self._value or 'an error'}. Correct it"
            elif self._has_formula and not self._has_value:
                self.bad[self._row, self._column] = (
                    f"{where} holds a formula whose result was not saved. Open the file in a spreadsheet and save it, "
                    "or paste the column as values"
                )


def _column(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1
