"""SQL and Python say the same about every lead, on both databases."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session
from tests.selection.trees import NOW, TABLES, World, criteria, needles, rules, trees_json, words, worlds

from leadwright.db.base import Base
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.db.selection import load, matching_leads
from leadwright.domain.selection import Criteria, Rules, compiled, explain, from_json, sentence, to_json
from leadwright.domain.selection.probes import fold
from leadwright.domain.selection.tree import Group

SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
LOOKUPS = tuple(TABLES["lead"].related)


def _store(session: Session, world: World) -> list[str]:
    unit = BusinessUnit(name="Root")
    session.add(unit)
    session.flush()
    for table, rows in (
        ("account", world.accounts),
        ("contact", world.contacts),
        ("opportunity", world.opportunities),
        ("lead", world.leads),
    ):
        placed = [{**row, "owningbusinessunit": unit.businessunitid} for row in rows]
        if placed:
            session.execute(insert(Base.metadata.tables[table]), placed)
    return [row["leadid"] for row in world.leads]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(world=worlds(), trees=st.lists(criteria | rules, min_size=4, max_size=10))
def test_sql_and_python_select_the_same_leads(database: Database, world: World, trees: list[Criteria | Rules]) -> None:
    with database.reading() as session:
        ids = _store(session, world)
        loaded = load(session, ids, LOOKUPS, TABLES)
        for tree in trees:
            found = set(session.scalars(matching_leads(session, tree, now=NOW, tables=TABLES)))
            predicate = compiled(tree, NOW, TABLES)
            expected = {key for key, lead in loaded.items() if predicate(lead.record, lead.related)}
            assert found == expected, tree


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(values=st.lists(words, min_size=1, max_size=8), wanted=st.lists(needles, min_size=1, max_size=6))
def test_text_is_compared_alike_whatever_its_letters(database: Database, values: list[Any], wanted: list[str]) -> None:
    world = World([{"leadid": f"lead-{n}", "ownerid": "x", "jobtitle": v} for n, v in enumerate(values)], [], [], [])
    with database.reading() as session:
        ids = _store(session, world)
        loaded = load(session, ids, (), TABLES)
        for needle in wanted:
            for operator in ("eq", "ne", "contains", "not-contains", "begins-with", "ends-with", "not-end-with"):
                tree = from_json({"all": [{"attribute": "jobtitle", "operator": operator, "value": needle}]})
                found = set(session.scalars(matching_leads(session, tree, now=NOW)))
                predicate = compiled(tree, NOW)
                assert found == {k for k, lead in loaded.items() if predicate(lead.record, {})}, (operator, needle)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=trees_json)
def test_json_form_gives_the_same_criteria_back(data: dict[str, Any]) -> None:
    tree = from_json(data, TABLES)
    assert from_json(to_json(tree), TABLES) == tree
    assert sentence(tree.root, "lead", TABLES)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(world=worlds(), tree=criteria)
def test_the_lines_of_why_add_up_to_the_verdict(world: World, tree: Criteria) -> None:
    accounts = {row["accountid"]: row for row in world.accounts}
    for lead in world.leads:
        record = {**lead["custom"], **lead}
        account = accounts.get(record["parentaccountid"])
        related = {"parentaccountid": {**account["custom"], **account} if account else None}
        lines = explain(tree, record, related, now=NOW, tables=TABLES)
        whole = Criteria(Group(True, (tree.root,)), tree.timezone)
        assert all(line.met for line in lines if line.depth == 0) == compiled(whole, NOW, TABLES)(record, related)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MÜLLER", "müller", True),
        ("ЖУК", "жук", True),
        ("ΣΟΦΙΑ", "σοφια", True),
        ("Muller", "Müller", False),
        ("STRASSE", "straße", False),
    ],
)
def test_case_does_not_count_but_accents_do(one: str, other: str, same: bool) -> None:
    assert (fold(one) == fold(other)) is same
