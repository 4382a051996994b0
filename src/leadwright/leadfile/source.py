"""Opens a lead list whatever it is: tells the kind by its content, refuses what is no list, before anything is read."""

from collections.abc import Sequence
from pathlib import Path

from leadwright.domain.attributes import TABLES, Table
from leadwright.domain.headings import how_many_known
from leadwright.domain.spelling import plain
from leadwright.errors import BadInput
from leadwright.leadfile.mapping import ImportMapping
from leadwright.leadfile.rows import LeadList

MAX_MB = 512
MAX_ROWS = 1_000_000
_WORKBOOK_MB = 400  # of an XLSX when unpacked; a million cells take about 50
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old .xls file or protected by a password. Save it as .xlsx without a password"),
    (b"%PDF", "a PDF. Ask for the list as CSV or XLSX"),
    (b"\x1f\x8b", "compressed. Unpack it first"),
    (b"7z\xbc\xaf", "compressed. Unpack it first"),
    (b"Rar!", "compressed. Unpack it first"),
    (b"\x89PNG", "a picture. Give a CSV or an XLSX file"),
    (b"\xff\xd8\xff", "a picture. Give a CSV or an XLSX file"),
    (b"SQLite format 3", "a database. Export the leads as CSV"),
    (b"{\\rtf", "a text document. Give a CSV or an XLSX file"),
)


def open_list(
    path: Path,
    mapping: ImportMapping | None = None,
    *,
    table: Table = TABLES["lead"],
    max_mb: int = MAX_MB,
    max_rows: int = MAX_ROWS,
) -> LeadList:
    """The list in a file, headings read, rows not yet.

    Raises:
        BadInput: no file, empty, too large, no list, or without rows; the message says what to do.
    """
    mapping = mapping or ImportMapping()
    head = check_file(path, max_mb)
    given = {plain(h) for h in mapping.columns}

    def known(headings: Sequence[str]) -> int:
        return how_many_known(headings, table) + sum(1 for h in headings if plain(h) in given)

    if head.startswith(b"PK"):
        from leadwright.leadfile.workbook import open_workbook

        return open_workbook(
            path, known, sheet=mapping.sheet, most_rows=max_rows, most_bytes=min(_WORKBOOK_MB, max_mb) * 1_000_000
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        raise BadInput(f"{path.name} is no workbook, whatever its name says. Save it again as XLSX or CSV.")
    if mapping.sheet:
        raise BadInput(f"{path.name} is a CSV file and has no sheets. Leave the sheet out.")
    from leadwright.leadfile.text import open_text

    return open_text(path, known, encoding=mapping.encoding, delimiter=mapping.delimiter, most_rows=max_rows)


def check_file(path: Path, max_mb: int = MAX_MB) -> bytes:
    """The first bytes of a file that may be a list: it is there, has something in it and is not too large.

    Raises:
        BadInput: no file, empty, too large, or of a kind that is known to be no list.
    """
    size, head = _first_look(path)
    if size > max_mb * 1_000_000:
        raise BadInput(
            f"{path.name} has {size / 1e6:,.0f} MB, one import takes {max_mb:,} MB. Split it, or raise the setting "
            "import_max_mb."
        )
    for mark, what in _OTHERS:
        if head.startswith(mark):
            raise BadInput(f"{path.name} is {what}.")
    return head


def _first_look(path: Path) -> tuple[int, bytes]:
    try:
        if not path.is_file():
            raise BadInput(f"There is no file {path}. Check the name and the folder.")
        with path.open("rb") as stream:
            head = stream.read(16)
        size = path.stat().st_size
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}. Check who may read it.") from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t \0"):
        with path.open("rb") as stream:
            if not stream.read(1 << 20).strip(b"\xef\xbb\xbf\xff\xfe\r\n\t \0"):
                raise BadInput(f"{path.name} is empty. Give a list with one row of headings and one row per lead.")
    return size, head
