"""Writes an agent's plain form as TOML with comments. The same form always gives the same bytes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from leadwright.agentfile.shape import FORMAT, LISTED, PARTS, Part, Plain

_HEAD = """\
# A Leadwright agent: all its settings, and no secret.
# See what a change would do:  leadwright plan FILE
# Put it in force:             leadwright apply FILE
# A section or a setting that is left out stays as it is.
"""
_WIDTH = 100


def write(plain: Plain, remarks: Mapping[str, str] | None = None) -> str:
    """The file's text, ending in a line break.

    Args:
        remarks: a row of conditions as JSON -> what it says in words, written beside it.
    """
    lines = [*_HEAD.splitlines(), f"format = {FORMAT}"]
    lines += [f"{section} = []" for section in LISTED if section in plain and not plain[section][""]]
    for section, part in PARTS.items():
        if section in plain and (told := _section(section, part, plain[section], remarks or {})):
            lines += ["", *told]
    return "\n".join(lines) + "\n"


def row_key(row: Any) -> str:
    """How `remarks` names a row of conditions."""
    return json.dumps(row, sort_keys=True, default=str)


def _section(section: str, part: Part, keys: Mapping[str, Any], remarks: Mapping[str, str]) -> list[str]:
    head = [f"# {part.title}{'. ' if part.hint else ''}{part.hint}"]
    if section in LISTED:
        entries, lines = keys[""], head if keys[""] else []
        for n, entry in enumerate(entries):
            lines += [*([""] if n else []), f"[[{section}]]", *_pairs(entry, {}, remarks)]
        return lines
    hints = {s.key: s.hint for s in part.settings}
    tables = {key: value for key, value in keys.items() if isinstance(value, Mapping) and value}
    lines = [*head, f"[{section}]", *_pairs({k: v for k, v in keys.items() if k not in tables}, hints, remarks)]
    for key, value in tables.items():
        lines += ["", f"[{section}.{key}]", *_pairs(value, {}, remarks)]
    return lines


def _pairs(keys: Mapping[str, Any], hints: Mapping[str, str], remarks: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for key, value in keys.items():
        if hint := hints.get(key):
            lines.append(f"# {key}: {hint}")
        lines.append(f"{_key(key)} = {_rows(value, remarks) if key == 'conditions' else _value(value)}")
    return lines


def _rows(rows: list[Any], remarks: Mapping[str, str]) -> str:
    """One row a line, with what it says beside it."""
    if not rows:
        return "[]"
    lines = ["["]
    for row in rows:
        said = remarks.get(row_key(row), "")
        lines.append(f"  {_value(row)},{f'  # {_comment(said)}' if said else ''}")
    return "\n".join([*lines, "]"])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return _list(value)
    return _text(str(value))


def _list(values: Iterable[Any]) -> str:
    told = [_value(v) for v in values]
    short = f"[{', '.join(told)}]"
    plain = len(short) <= _WIDTH and not any("\n" in t or t.startswith("{") for t in told)
    return short if plain or not told else "[\n" + "".join(f"  {t},\n" for t in told) + "]"


def _key(key: str) -> str:
    return key if key and key.isascii() and key.replace("_", "").replace("-", "").isalnum() else _basic(key)


def _text(text: str) -> str:
    if "\n" not in text:
        return _basic(text)
    return '"""\n' + "\n".join(_line(line) for line in text.split("\n")) + '"""'


def _line(line: str) -> str:
    """One line of a text in three quotes: a quote needs no escape where it cannot end the text."""
    escaped = _basic(line)[1:-1]
    return escaped if '""' in line or line.endswith('"') else escaped.replace('\\"', '"')


def _basic(text: str) -> str:
    """As JSON, whose escapes TOML shares; the one control character that JSON lets pass is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
