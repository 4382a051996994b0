"""Forms of a record's columns: each input, what was typed and what is wrong with it, what is shown. No rules."""

from collections.abc import Sequence
from typing import Any

from leadwright.actions.columns import latest_day
from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.cells import Rules, Unreadable
from leadwright.domain.values import reader
from leadwright.web.visit import Visit

Sections = Sequence[tuple[str, tuple[str, ...]]]
_INPUTS = {
    Kind.EMAIL: "email",
    Kind.URL: "text",
    Kind.PHONE: "tel",
    Kind.MEMO: "textarea",
    Kind.NUMBER: "text",
    Kind.MONEY: "text",
    Kind.DECIMAL: "text",
    Kind.DATE: "date",
    Kind.CHOICE: "select",
    Kind.BOOLEAN: "select",
}
_HINTS = {
    "lw_timezone": "Such as America/Chicago. Empty: told from the address.",
    "lw_consentbasis": "Why this person may be written to. Some countries ask for one.",
    "lw_consentsource": "Where it is from, such as a form, a contract or a web page.",
}


def inputs(table: Table, sections: Sections) -> list[tuple[str, list[dict[str, Any]]]]:
    """Sections with their inputs; the organisation's own columns come last."""
    own = tuple(a.name for a in table.attributes.values() if a.custom)
    found = [
        (title, [_input(table.attributes[n]) for n in names if n in table.attributes])
        for title, names in (*sections, ("More fields", own))
    ]
    return [section for section in found if section[1]]


def typed(visit: Visit, table: Table, sections: Sections) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, and what is wrong with it, field by field."""
    names = [n for _, section in sections for n in section] + [a.name for a in table.attributes.values() if a.custom]
    values, problems = {}, {}
    rules = Rules(today=latest_day(visit.services.clock()))
    for name in names:
        values[name] = visit.text(name)
        try:
            reader(table.attributes[name], rules)(values[name])
        except Unreadable as error:
            problems[name] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return values, problems


def shown(table: Table, record: Any) -> dict[str, str]:
    """The record's values as a form shows them."""
    stored = {**record._mapping, **record.custom}
    return {name: _written(attribute, stored.get(name)) for name, attribute in table.attributes.items()}


def _input(attribute: Attribute) -> dict[str, Any]:
    choices: list[tuple[Any, str]] = [("", "")]
    if attribute.kind is Kind.BOOLEAN:
        choices += [("yes", "Yes"), ("no", "No")]
    choices += [(str(k), v) for k, v in (attribute.choices or attribute.words).items()]
    return {
        "name": attribute.name,
        "label": attribute.label,
        "kind": "select" if attribute.words else _INPUTS.get(attribute.kind, "text"),
        "choices": choices,
        "most": attribute.length,
        "hint": _HINTS.get(attribute.name, ""),
    }


def _written(attribute: Attribute, value: Any) -> str:
    if value is None:
        return ""
    if attribute.kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00")
    return str(value)
