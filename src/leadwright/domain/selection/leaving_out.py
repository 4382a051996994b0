"""What keeps a lead out of the agent's segment, condition by condition, as tests that are cheap over many leads."""

from collections.abc import Mapping
from datetime import datetime

from leadwright.domain.attributes import TABLES, Table
from leadwright.domain.selection.evaluate import Predicate, compiled, has_company, has_text
from leadwright.domain.selection.operators import Operator
from leadwright.domain.selection.probes import attribute_of
from leadwright.domain.selection.sentences import sentence, shown_value
from leadwright.domain.selection.tree import Condition, Criteria, Group, Part, Rules, conditions

_COMPANY = ("companyname", "parentaccountid")


def exclusions(rules: Rules, now: datetime, tables: Mapping[str, Table] = TABLES) -> list[tuple[str, Predicate]]:
    """For each thing that is asked of a lead: why a lead that fails it is left out, and the test it must pass.

    A lead that passes all of them is in the segment. The reason is a sentence without its stop: ``Rating is not Cold``.

    Raises:
        BadInput: a column the tables do not have.
    """
    found: list[tuple[str, Predicate]] = [("there is no company", lambda record, _related: has_company(record))]
    if email := rules.email_field:
        label = tables["lead"].attributes[email].label if email in tables["lead"].attributes else email
        found.append((f"there is no address in {label}", lambda record, _related: has_text(record.get(email))))
    tree = rules.criteria
    for part in tree.root.parts if tree.root.all_of else (tree.root,):
        if rules.email_field and part == Condition(rules.email_field, Operator.HAS_DATA):
            continue  # the standing rule says the same
        test = compiled(Criteria(Group(True, (part,)), tree.timezone), now, tables)
        found.append((_failed(part, tables), test))
    for name, segment in rules.sellers:
        found.append((f"in the seller segment {name}, so people work them", _outside(compiled(segment, now, tables))))
    return found


def columns_of(rules: Rules) -> frozenset[str]:
    """Columns of the lead that `exclusions` look at."""
    trees = (rules.criteria, *(c for _, c in rules.sellers))
    return frozenset({*_COMPANY, rules.email_field, *(c.attribute for t in trees for c in conditions(t.root))} - {""})


def _failed(part: Part, tables: Mapping[str, Table]) -> str:
    if isinstance(part, Condition) and part.operator in (Operator.EQUALS, Operator.IN):
        attribute = attribute_of(part, "lead", tables)
        return f"{attribute.label} is not {' or '.join(shown_value(v, attribute) for v in part.values)}"
    if isinstance(part, Condition) and part.operator is Operator.HAS_DATA:
        return f"{attribute_of(part, 'lead', tables).label} is empty"
    return f"not met: {sentence(part, 'lead', tables)}"


def _outside(taken: Predicate) -> Predicate:
    return lambda record, related: not taken(record, related)
