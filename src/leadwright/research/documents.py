"""Reads the words of one uploaded document. Runs only in the child process of `reading`, under its limits.

Formats: pdf, docx, pptx, xlsx, html, md, txt, csv. Each reader gives markdown: headings, paragraphs, rows.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadwright.errors import BadInput, MissingExtra
from leadwright.research.untrusted import clean, has_hidden, line

MAX_BYTES = 50 * 1024 * 1024
MAX_TEXT = 2_000_000
MAX_PAGES = 2_000
MAX_ROWS = 20_000
_MAX_PARTS = 5_000
_MAX_UNPACKED = 150 * 1024 * 1024
_MAX_XML = 60 * 1024 * 1024
_MAX_RATIO = 200
_ENTITIES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O|E\0N)")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: `text` is markdown, `hidden` tells that unseen characters or elements were removed."""

    title: str
    text: str
    date: str | None = None
    hidden: bool = False


def read_document(path: Path) -> Document:
    """Read one file by its ending.

    Raises:
        BadInput: it cannot be read, is too large or is an attack; the sentence says what to do.
        MissingExtra: its format needs the extra `documents`.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path.name}: files of this kind are not read. Use {', '.join(sorted(SUFFIXES))}.")
    size = path.stat().st_size
    if not size:
        raise BadInput(f"{path.name} is empty.")
    if size > MAX_BYTES:
        raise BadInput(f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MB. Split it, or save it smaller.")
    if path.suffix.lower() in (".docx", ".pptx", ".xlsx"):
        _check_package(path)
    found = reader(path)
    text = clean(found.text, MAX_TEXT)
    if not text:
        raise BadInput(f"{path.name} holds no text. If it is a scan, save it with recognised text (OCR).")
    return Document(
        line(found.title, 200) or path.stem, text, found.date, found.hidden or has_hidden(found.text[:200_000])
    )


def _check_package(path: Path) -> None:
    """Refuse zip bombs, paths that climb out, and XML that declares entities, before any library unpacks it."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            unpacked = sum(p.file_size for p in parts)
            packed = sum(p.compress_size for p in parts) or 1
            if (
                len(parts) > _MAX_PARTS
                or unpacked > _MAX_UNPACKED
                or (unpacked > 10_000_000 and unpacked / packed > _MAX_RATIO)
            ):
                raise BadInput(f"{path.name} unpacks to far more than it should. It was not opened.")
            for part in parts:
                if part.flag_bits & 1:
                    raise BadInput(f"{path.name} is protected by a password. Save it without one.")
                if part.filename.startswith(("/", "\\")) or ".." in Path(part.filename.replace("\\", "/")).parts:
                    raise BadInput(f"{path.name} holds paths that lead outside. It was not opened.")
                if part.filename.lower().endswith((".xml", ".rels")):
                    _check_xml(path, package, part)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged or not what its ending says. Save it again.") from error


def _check_xml(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.file_size > _MAX_XML:
        raise BadInput(f"{path.name} unpacks to far more than it should. It was not opened.")
    before = b""
    with package.open(part) as stream:
        while chunk := stream.read(1 << 20):
            if _ENTITIES.search(before + chunk):
                raise BadInput(f"{path.name} declares XML entities, which real documents do not. It was not opened.")
            before = chunk[-16:]


def _read_pdf(path: Path) -> Document:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtra("Reading PDF files", "documents") from error
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        what = "is protected by a password" if "password" in str(error).lower() else "is damaged or no PDF"
        raise BadInput(f"{path.name} {what}. Save it again without a password.") from error
    if len(document) > MAX_PAGES:
        raise BadInput(f"{path.name} has more than {MAX_PAGES} pages. Split it.")
    pages: list[str] = []
    length = 0
    for number in range(len(document)):
        words = str(document[number].get_textpage().get_text_bounded())
        pages.append(f"## Page {number + 1}\n\n{_paragraphs(words)}" if words.strip() else "")
        length += len(words)
        if length > MAX_TEXT:
            break
    facts = document.get_metadata_dict()
    return Document(str(facts.get("Title") or ""), "\n\n".join(filter(None, pages)), _pdf_date(facts.get("ModDate")))


def _read_docx(path: Path) -> Document:
    try:
        import docx
    except ImportError as error:
        raise MissingExtra("Reading Word files", "documents") from error
    document: Any = _opened(path, docx.Document)
    lines: list[str] = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            lines += _rows((c.text for c in row.cells) for row in block.rows)
        elif block.text.strip():
            level = re.fullmatch(r"(?:Heading (\d)|Title)", block.style.name if block.style else "")
            marks = "#" * int(level.group(1) or 1) + " " if level else ""
            lines.append(marks + _visible_runs(block))
    facts = document.core_properties
    return Document(facts.title or "", "\n\n".join(lines), _day(facts.modified))


def _visible_runs(paragraph: Any) -> str:
    if not any(run.font.hidden for run in paragraph.runs):
        return str(paragraph.text)
    return "".join(run.text for run in paragraph.runs if not run.font.hidden)


def _read_pptx(path: Path) -> Document:
    try:
        import pptx
    except ImportError as error:
        raise MissingExtra("Reading PowerPoint files", "documents") from error
    presentation: Any = _opened(path, pptx.Presentation)
    lines: list[str] = []
    for number, slide in enumerate(presentation.slides, 1):
        title = slide.shapes.title
        lines.append(f"## {line(title.text, 150) if title is not None and title.text.strip() else f'Slide {number}'}")
        for shape in slide.shapes:
            if title is not None and shape.shape_id == title.shape_id:
                continue
            if shape.has_text_frame:
                lines.append(shape.text_frame.text)
            elif getattr(shape, "has_table", False) and shape.has_table:
                lines += _rows((c.text for c in row.cells) for row in shape.table.rows)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines.append(slide.notes_slide.notes_text_frame.text)
    facts = presentation.core_properties
    return Document(facts.title or "", "\n\n".join(x for x in lines if x.strip()), _day(facts.modified))


def _read_xlsx(path: Path) -> Document:
    import openpyxl

    book: Any = _opened(path, lambda p: openpyxl.load_workbook(p, read_only=True, data_only=True))
    lines: list[str] = []
    for sheet in book.worksheets:
        lines.append(f"## {line(sheet.title, 100)}")
        rows = sheet.iter_rows(max_row=MAX_ROWS, max_col=100, values_only=True)
        lines += _rows(("" if v is None else str(v) for v in row) for row in rows)
    return Document(book.properties.title or "", "\n\n".join(lines), _day(book.properties.modified))


def _read_csv(path: Path) -> Document:
    text = _text(path)
    unreadable = f"{path.name} could not be read as a table. Save it as CSV (UTF-8), one row a line, and add it again."
    if "\0" in text:
        raise BadInput(unreadable)
    csv.field_size_limit(100_000)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:5_000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        return Document("", "\n\n".join(_rows(csv.reader(io.StringIO(text, newline=None), dialect))))
    except csv.Error as error:
        raise BadInput(unreadable) from error


def _read_html(path: Path) -> Document:
    from leadwright.research.pages import decode, read_html

    found = read_html(decode(path.read_bytes()))
    return Document(found.title, found.text, found.date, found.hidden)


def _read_text(path: Path) -> Document:
    text = _text(path)
    title = re.search(r"^#\s+(.+)$", text, re.M)
    return Document(title.group(1) if title else "", re.sub(r"<!--.*?-->", "", text, flags=re.S))


def _text(path: Path) -> str:
    from leadwright.research.pages import decode

    return decode(path.read_bytes())


def _rows(rows: Iterable[Iterable[str]]) -> list[str]:
    """Each row as one line that reads alone: ``Product: Anvil, Price: 120``."""
    return list(_row_lines(rows))


def _row_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    headings: list[str] | None = None
    for number, row in enumerate(rows):
        cells = [line(c, 1_000) for c in row]
        if number > MAX_ROWS:
            return
        if not any(cells):
            continue
        if headings is None:
            headings = cells
            if len([c for c in cells if c]) < 2:
                yield " ".join(c for c in cells if c)
            continue
        named = zip(headings + [""] * len(cells), cells, strict=False)
        yield ", ".join(f"{h}: {c}" if h else c for h, c in named if c) + "."


def _opened(path: Path, open_it: Callable[[str], Any]) -> Any:
    try:
        return open_it(str(path))
    except MemoryError:
        raise
    except Exception as error:  # each library has errors of its own for a file that is not what it says
        raise BadInput(f"{path.name} is damaged or not what its ending says. Save it again.") from error


def _paragraphs(words: str) -> str:
    """Lines of a PDF page joined to paragraphs; a word broken at the line's end is put together."""
    words = words.replace("\r\n", "\n").replace("\ufffe", "-")
    words = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", words)
    return re.sub(r"(?<![.!?:])\n(?=\S)", " ", words)


def _day(moment: object) -> str | None:
    return moment.date().isoformat() if isinstance(moment, datetime) else None


def _pdf_date(text: object) -> str | None:
    found = re.match(r"D:(\d{4})(\d{2})(\d{2})", str(text or ""))
    return "-".join(found.groups()) if found else None


_READERS: dict[str, Callable[[Path], Document]] = {
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".pptx": _read_pptx,
    ".xlsx": _read_xlsx,
    ".csv": _read_csv,
    ".html": _read_html,
    ".htm": _read_html,
    ".md": _read_text,
    ".txt": _read_text,
}
SUFFIXES = frozenset(_READERS)
