"""Conditions in words, and why a lead is selected or not: each condition beside the lead's value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.selection.evaluate import (
    Record,
    RelatedRecords,
    compiled,
    has_company,
    has_text,
    row_test,
)
from leadwright.domain.selection.operators import Needs, label, needs
from leadwright.domain.selection.probes import attribute_of
from leadwright.domain.selection.tree import Condition, Criteria, Group, Part, Related, Rules, Value


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One line of why / why not.

    Args:
        text: the condition in words.
        value: the lead's value as a person reads it; empty when there is none.
        met: whether this line is met.
        depth: how deep in groups it stands; 0 for the outermost.
        kind: "row", "group", "related", or "rule" for the standing rules.
    """

    text: str
    value: str
    met: bool
    depth: int = 0
    kind: str = "row"


def sentence(
    part: Part,
    table: str = "lead",
    tables: Mapping[str, Table] = TABLES,
    names: Mapping[str, str] | None = None,
) -> str:
    """The part in words: ``Rating equals Cold``; groups joined by *and* / *or*.

    Args:
        names: record id -> name, for lookups; the id is shown where a name is missing.
    """
    if isinstance(part, Condition):
        return row_sentence(part, attribute_of(part, table, tables), names)
    if isinstance(part, Related):
        head = _related_head(part, tables)
        if part.conditions is None:
            return head
        return f"{head}, where {sentence(part.conditions, tables['lead'].related[part.lookup], tables, names)}"
    inner = [sentence(p, table, tables, names) for p in part.parts]
    inner = [f"({s})" if isinstance(p, Group) else s for s, p in zip(inner, part.parts, strict=True)]
    return (" and " if part.all_of else " or ").join(inner) or "every lead"


def row_sentence(condition: Condition, attribute: Attribute, names: Mapping[str, str] | None = None) -> str:
    """One row in words.

    Args:
        names: record id -> name, for lookups; the id is shown where a name is missing.
    """
    words = label(condition.operator)
    shown = [shown_value(v, attribute, names or {}) for v in condition.values]
    wanted = needs(condition.operator)
    if wanted is Needs.COUNT:
        words = words.replace(" X ", f" {condition.values[0]} ")
        return f"{attribute.label} {words[:-1] if condition.values[0] == 1 else words}"
    if wanted is Needs.TWO:
        return f"{attribute.label} {words} {shown[0]} and {shown[1]}"
    return " ".join([attribute.label, words, *([", ".join(shown)] if shown else [])])


def shown_value(value: Value | None, attribute: Attribute, names: Mapping[str, str] | None = None) -> str:
    """A value as a person reads it: a choice's label, Yes or No, 1,000,000, a date; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if attribute.kind is Kind.CHOICE and isinstance(value, int):
        return attribute.choices.get(value, str(value))
    if isinstance(value, int | float):
        return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, date):
        return value.isoformat()
    return (names or {}).get(value, attribute.words.get(value, str(value)))


def explain(
    criteria: Criteria | Rules,
    record: Record,
    related: RelatedRecords | None = None,
    *,
    now: datetime,
    tables: Mapping[str, Table] = TABLES,
    names: Mapping[str, str] | None = None,
) -> list[ConditionResult]:
    """Why the lead is selected or not: one line for each condition, groups before what is in them.

    With `Rules` the standing ones (company, address, seller segments) come first.
    """
    rules = criteria if isinstance(criteria, Rules) else None
    tree = rules.criteria if rules else criteria
    assert isinstance(tree, Criteria)
    told = _Telling(record, related or {}, now, tree.timezone, tables, names or {})
    lines = told.standing(rules) if rules else []
    for part in tree.root.parts if tree.root.all_of else (tree.root,):
        lines += told.lines(part, "lead", record, 0)
    return lines


@dataclass(frozen=True, slots=True)
class _Telling:
    """What `explain` carries down the tree."""

    record: Record
    related: RelatedRecords
    now: datetime
    timezone: str
    tables: Mapping[str, Table]
    names: Mapping[str, str]

    def standing(self, rules: Rules) -> list[ConditionResult]:
        email = self.tables["lead"].attributes.get(rules.email_field)
        company = self.record.get("companyname") or self._name(self.record.get("parentaccountid"))
        address = self.record.get(rules.email_field)
        lines = [
            ConditionResult("The lead has a company", company, has_company(self.record), 0, "rule"),
        ]
        if email:
            text = f"The lead has a primary address ({email.label})"
            lines.append(ConditionResult(text, str(address or ""), has_text(address), 0, "rule"))
        for name, segment in rules.sellers:
            taken = compiled(segment, self.now, self.tables)(self.record, self.related)
            text = f"The lead is not in the seller segment {name}"
            lines.append(
                ConditionResult(
                    text, f"in {name}, so it goes to people" if taken else "not in it", not taken, 0, "rule"
                )
            )
        return lines

    def lines(self, part: Part, table: str, record: Record | None, depth: int) -> list[ConditionResult]:
        if isinstance(part, Condition):
            return [self._row(part, table, record, depth)]
        if isinstance(part, Related):
            return self._linked(part, depth)
        head = "All of these" if part.all_of else "At least one of these"
        below = [line for p in part.parts for line in self.lines(p, table, record, depth + 1)]
        own = [line.met for line in below if line.depth == depth + 1]
        met = all(own) if part.all_of else any(own)
        return [ConditionResult(head, "", met, depth, "group"), *below]

    def _row(self, row: Condition, table: str, record: Record | None, depth: int) -> ConditionResult:
        attribute = attribute_of(row, table, self.tables)
        value = None if record is None else record.get(row.attribute)
        test = row_test(row, table, self.now, self.timezone, self.tables)
        met = record is not None and test(value)
        return ConditionResult(
            row_sentence(row, attribute, self.names), shown_value(value, attribute, self.names), met, depth
        )

    def _linked(self, part: Related, depth: int) -> list[ConditionResult]:
        other = self.related.get(part.lookup)
        below: list[ConditionResult] = []
        holds = other is not None
        if part.conditions:
            below = self.lines(part.conditions, self.tables["lead"].related[part.lookup], other, depth + 1)
            holds = holds and below[0].met
        shown = "" if other is None else str(other.get("name") or other.get("fullname") or "set")
        head = ConditionResult(_related_head(part, self.tables), shown, holds is part.exists, depth, "related")
        return [head, *below]

    def _name(self, key: Any) -> str:
        return "" if key is None else self.names.get(key, str(key))


def _related_head(part: Related, tables: Mapping[str, Table]) -> str:
    attribute = tables["lead"].attributes[part.lookup]
    return f"{attribute.label} {'contains data' if part.exists else 'does not contain data'}"
