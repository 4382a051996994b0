"""What a draft changes, in words: labels, criteria one by one, conditions as a sentence, people by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadwright.actions.agent import Difference
from leadwright.domain.attributes import Table
from leadwright.domain.selection import default_criteria, from_json
from leadwright.domain.selection.sentences import sentence
from leadwright.errors import BadInput

_SECTIONS: Mapping[str, tuple[str, str]] = {
    "profile": ("Agent profile", "/agent/section/profile"),
    "company": ("Company and products", "/agent/section/products"),
    "selection": ("Selection criteria", "/agent/selection"),
    "email": ("Email instructions", "/agent/section/email"),
    "validation": ("Email validation", "/agent/section/validation"),
    "criteria": ("Handoff criteria", "/agent/section/criteria"),
    "assignment": ("Assignment rules", "/agent/section/assignment"),
    "competitors": ("Key competitors", "/agent/knowledge#competitors"),
    "handoff": ("Readiness", "/agent/section/handoff"),
    "sending": ("Sending discipline", "/agent/sending"),
}
_UNTOLD = frozenset({"schema_version", "profile.signature_html"})  # its plain text says it
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what would change. `section` and `address` say where it is set."""

    section: str
    address: str
    setting: str
    applied: str
    draft: str


def readable_changes(
    differences: Sequence[Difference], tables: Mapping[str, Table], names: Mapping[str, str]
) -> list[Change]:
    """A line for each setting that differs; a list of criteria gives a line for each criterion.

    Args:
        names: id -> name of people and teams.
    """
    told = (c for d in differences if d.path not in _UNTOLD for c in _changes(d, tables, names))
    return [c for c in told if c.applied != c.draft]


def _changes(d: Difference, tables: Mapping[str, Table], names: Mapping[str, str]) -> Iterator[Change]:
    part, _, rest = d.path.partition(".")
    section, address = _SECTIONS.get(part, (part.replace("_", " ").capitalize(), "/agent"))
    if part == "criteria" or rest == "seller_segments":
        before, after = (_by_name(v, tables, names, segments=part != "criteria") for v in (d.applied, d.draft))
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) != after.get(name):
                yield Change(section, address, name, before.get(name, _NOTHING), after.get(name, _NOTHING))
        if [n for n in before if n in after] != [n for n in after if n in before]:
            yield Change(section, address, "Order", ", ".join(before), ", ".join(after))
        return
    setting = (rest.rpartition(".")[2] or part).replace("_", " ").capitalize()
    applied, draft = (_told(rest, v, tables, names) for v in (d.applied, d.draft))
    yield Change(section, address, setting, applied, draft)


def _by_name(value: Any, tables: Mapping[str, Table], names: Mapping[str, str], *, segments: bool) -> dict[str, str]:
    told: dict[str, str] = {}
    for entry in value or ():
        if segments:
            told[entry["name"]] = _conditions(entry["conditions"], tables, names)
            continue
        more = ["must have"] if entry.get("must_have") else []
        more += [f"from {', '.join(entry['fields'])}"] if entry.get("fields") else []
        more += [f"answered from {entry['url']}"] if entry.get("url") else []
        more += [entry["instructions"]] if entry.get("instructions") else []
        told[entry["name"]] = entry["details"] + (f" ({'; '.join(more)})" if more else "")
    return told


def _told(setting: str, value: Any, tables: Mapping[str, Table], names: Mapping[str, str]) -> str:
    if setting == "conditions":
        return _conditions(value, tables, names)
    if setting == "signature_image":
        return "an image" if value else _NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if setting == "weekdays":
        return ", ".join(_DAYS[day] for day in value or ()) or _NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(names.get(str(v), str(v)) for v in value) or _NOTHING
    return _NOTHING if value in (None, "") else names.get(str(value), str(value))


def _conditions(value: Any, tables: Mapping[str, Table], names: Mapping[str, str]) -> str:
    try:
        found = default_criteria() if value is None else from_json(value, tables)
        return sentence(found.root, tables=tables, names=names) or "every lead"
    except BadInput as error:
        return str(error)
