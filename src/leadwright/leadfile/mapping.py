"""The mapping file of an import, TOML or JSON: what each heading means, how dates, numbers and choices are written."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadwright.db.columns import attribute
from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.cells import Rules
from leadwright.domain.headings import EXTERNAL_ID, IGNORE, LEAD_ID, importable
from leadwright.errors import BadInput

NEW_KINDS = {
    "text": Kind.TEXT,
    "number": Kind.DECIMAL,
    "whole number": Kind.NUMBER,
    "money": Kind.MONEY,
    "date": Kind.DATE,
    "yes/no": Kind.BOOLEAN,
    "email": Kind.EMAIL,
    "url": Kind.URL,
}
_NEW = re.compile(r"([a-z][a-z0-9]{1,7}_[a-z0-9_]{1,50})\s*:\s*(.+)")
_CHOICES = {"dates": ("day first", "month first"), "numbers": ("point", "comma"), "delimiter": (",", ";", "tab", "|")}
_KEYS = frozenset({"columns", "values", "encoding", "sheet", *_CHOICES})


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """How a list is to be read. Everything is optional.

    Args:
        columns: heading -> logical name, "ignore", or a new column such as ``new_region: text``.
        rules: order of dates, decimal sign, further words for choices.
        encoding: of a CSV file; empty: found out.
        delimiter: of a CSV file; empty: found out.
        sheet: of a workbook; empty: the first with headings.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def read_mapping(path: Path) -> ImportMapping:
    """The mapping in a file.

    Raises:
        BadInput: no such file, neither TOML nor JSON, or a key or value that is not known.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"The mapping file {path} cannot be read: {error.strerror or error}.") from error
    return parse_mapping(content, path.name)


def parse_mapping(content: bytes, name: str) -> ImportMapping:
    """The mapping in the bytes of a file; JSON when its name ends so, else TOML.

    Raises:
        BadInput: not UTF-8, neither TOML nor JSON, or a key or value that is not known.
    """
    kind = "JSON" if name.lower().endswith(".json") else "TOML"
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(f"The mapping file {name} cannot be read: it is not UTF-8 text.") from error
    try:
        data = json.loads(text) if kind == "JSON" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The mapping file {name} is not valid {kind}: {error}") from error
    return mapping_from(data, name=name)


def document_of(mapping: ImportMapping) -> dict[str, Any]:
    """The mapping as a document that `mapping_from` reads, JSON-able; what is not said is left out."""
    document = {
        "columns": dict(mapping.columns),
        "values": {c: dict(words) for c, words in mapping.rules.words.items()},
        "dates": mapping.rules.dates,
        "numbers": mapping.rules.numbers,
        "encoding": mapping.encoding,
        "delimiter": "tab" if mapping.delimiter == "\t" else mapping.delimiter,
        "sheet": mapping.sheet,
    }
    return {key: value for key, value in document.items() if value or key == "columns"}


def mapping_from(data: Any, *, name: str = "mapping") -> ImportMapping:
    """The mapping in a document; a flat one, heading -> column, will do.

    Raises:
        BadInput: a key or value is not known; the message names it.
    """
    if not isinstance(data, dict):
        raise BadInput(f"{name}: write a table of headings and columns.")
    if "columns" not in data and not (set(data) & _KEYS):
        data = {"columns": data}
    if unknown := set(data) - _KEYS:
        raise BadInput(f'{name}: "{min(unknown)}" is not known. Headings belong under [columns].')
    for key, allowed in _CHOICES.items():
        if data.get(key) is not None and data[key] not in allowed:
            raise BadInput(f'{name}: {key} = "{data[key]}" is not one of {", ".join(allowed)}.')
    delimiter = "\t" if data.get("delimiter") == "tab" else data.get("delimiter", "")
    words = data.get("values", {})
    if not isinstance(words, dict) or not all(isinstance(w, dict) for w in words.values()):
        raise BadInput(f'{name}: write values as [values.leadsourcecode], then "Phone Inquiry" = "Other".')
    words = {str(c): {str(k): str(v) for k, v in w.items()} for c, w in words.items()}
    return ImportMapping(
        columns=_columns(data.get("columns", {}), name),
        rules=Rules(dates=data.get("dates"), numbers=data.get("numbers"), words=words),
        encoding=str(data.get("encoding", "")),
        delimiter=delimiter,
        sheet=str(data.get("sheet", "")),
    )


def own_columns(mapping: ImportMapping, table: Table = TABLES["lead"]) -> tuple[dict[str, str], list[Attribute]]:
    """Heading -> target, and the new columns of the organisation's own that the mapping asks for.

    Raises:
        BadInput: a target is no column that a list may fill; a new column has an unknown kind or a taken name.
    """
    known = importable(table)
    targets: dict[str, str] = {}
    new: dict[str, Attribute] = {}
    for heading, wanted in mapping.columns.items():
        if made := _NEW.fullmatch(wanted):
            column = _new_column(heading, made[1], made[2].strip(), table)
            new[column.name] = column
            targets[heading] = column.name
        elif wanted in known or wanted in (IGNORE, LEAD_ID, EXTERNAL_ID):
            targets[heading] = wanted
        else:
            raise BadInput(
                f'"{heading}" is mapped to "{wanted}", which is no column of a lead that a list may fill. Use a '
                f'logical name such as companyname, "{IGNORE}", or a new column such as "new_region: text".',
                field=heading,
            )
    return targets, [a for a in new.values() if a.name not in table.attributes]


def _columns(columns: Any, name: str) -> dict[str, str]:
    if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
        raise BadInput(f'{name}: write columns as "heading" = "logical name".')
    return {str(k): v.strip() for k, v in columns.items()}


def _new_column(heading: str, name: str, kind: str, table: Table) -> Attribute:
    if kind not in NEW_KINDS:
        raise BadInput(
            f'"{heading}": "{kind}" is no kind of column. Use one of: {", ".join(NEW_KINDS)}.', field=heading
        )
    if name.startswith("lw_"):
        raise BadInput(f'"{heading}": the prefix lw_ is Leadwright\'s own. Use new_ or your own.', field=heading)
    old = table.attributes.get(name)
    if old and old.kind is not NEW_KINDS[kind]:
        raise BadInput(f'"{heading}": {name} exists and is of the kind {old.kind}. Use another name.', field=heading)
    return old or attribute(name, heading.strip()[:120] or name, NEW_KINDS[kind])
