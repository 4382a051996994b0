"""How a list is to be read, as the import page asks it: controls, meanings of unknown words, errors that name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile

from leadwright.actions.import_leads import Preview
from leadwright.domain.attributes import Table
from leadwright.errors import BadInput
from leadwright.leadfile.mapping import ImportMapping, document_of, mapping_from, parse_mapping
from leadwright.leadfile.problems import Unsaid
from leadwright.web.visit import Visit

WORDS = 100  # unknown words a page asks about
_MAPPING_BYTES = 1_000_000
_FOUND_OUT = ("", "As recognised")
CONTROLS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "numbers": ("Numbers", (_FOUND_OUT, ("point", "1,200.50 (point)"), ("comma", "1.200,50 (comma)"))),
    "dates": (
        "Dates",
        (_FOUND_OUT, ("day first", "31/12/2026 (day first)"), ("month first", "12/31/2026 (month first)")),
    ),
    "encoding": (
        "Encoding",
        (
            _FOUND_OUT,
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("windows-1252", "Western European (Windows-1252)"),
            ("windows-1250", "Central European (Windows-1250)"),
            ("windows-1251", "Cyrillic (Windows-1251)"),
            ("windows-1253", "Greek (Windows-1253)"),
            ("windows-1254", "Turkish (Windows-1254)"),
            ("shift_jis", "Japanese (Shift JIS)"),
            ("euc_kr", "Korean (EUC-KR)"),
            ("gb18030", "Chinese (GB 18030)"),
            ("big5", "Chinese (Big5)"),
        ),
    ),
    "delimiter": ("Separator", (_FOUND_OUT, (",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Bar"))),
}
OF_TEXT = ("encoding", "delimiter")  # a workbook has neither
ON_PAGE = {
    "numbers": "choose under Numbers on this page how the list writes them",
    "dates": "choose under Dates on this page which comes first",
    "encoding": "choose its Encoding on this page",
    "columns": "choose under Columns on this page which column is which",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the list that is no choice of its column.

    Args:
        label: of the choice it is taken for; empty: not said.
        rows: that say it; 0 when it is said already what it means.
    """

    column: str
    word: str
    label: str
    rows: int


def on_page(error: BadInput) -> str:
    """The sentence of an error, with the control that would help instead of the mapping file."""
    return error.told(ON_PAGE) if isinstance(error, Unsaid) else str(error)


def controls(mapping: ImportMapping, *, text: bool) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Name, label, value and choices of each control; those of text files only where the list is one."""
    chosen, found = document_of(mapping), []
    for name, (label, choices) in CONTROLS.items():
        if text or name not in OF_TEXT:
            value = chosen.get(name) or ""
            others = [] if value in dict(choices) else [(value, value)]
            found.append((name, label, value, [*choices, *others]))
    return found


def words_of(mapping: ImportMapping, seen: Preview | None, table: Table) -> list[Word]:
    """The words the page asks about: those said already, then those nobody knows, the most frequent first."""
    choices = {a.name for a in table.attributes.values() if a.choices or a.words}
    said = [Word(c, w, label, 0) for c, ws in mapping.rules.words.items() if c in choices for w, label in ws.items()]
    unknown = sorted(seen.unknown_words.items(), key=lambda found: -found[1]) if seen else []
    known = {(w.column, w.word) for w in said}
    return [*said, *(Word(*key, "", rows) for key, rows in unknown if key not in known)][:WORDS]


def read_reading(visit: Visit, old: ImportMapping, columns: Mapping[str, str]) -> ImportMapping:
    """What the form says of the list; a control that the form does not have keeps its value.

    Raises:
        BadInput: a value that no control offers.
    """
    document: dict[str, Any] = document_of(old)
    document |= {n: visit.text(n, most=40) for n in CONTROLS if n in visit.form}
    words = {c: dict(ws) for c, ws in old.rules.words.items()}
    for n in range(WORDS):
        column, word = visit.text(f"word-{n}-column", most=200), visit.text(f"word-{n}", most=10_000)
        if not column or not word:
            continue
        if label := visit.text(f"word-{n}-means", most=200):
            words.setdefault(column, {})[word] = label
        else:
            words.get(column, {}).pop(word, None)
    given = {n: v for n, v in document.items() if v}
    return mapping_from({**given, "columns": dict(columns), "values": words}, name="This page")


def mapping_sent(visit: Visit) -> ImportMapping:
    """The mapping file sent with a list; an empty mapping when there is none.

    Raises:
        BadInput: too large, or no mapping file.
    """
    file = visit.form.get("mapping")
    if not isinstance(file, UploadFile) or not file.filename:
        return ImportMapping()
    if (file.size or 0) > _MAPPING_BYTES:
        raise BadInput(
            "The mapping file is larger than 1 MB. Is it the list? Choose the mapping file.", field="mapping"
        )
    return parse_mapping(file.file.read(), file.filename[-120:])
