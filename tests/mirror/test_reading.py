"""A page of rows is read whole, also where a value is none that a database keeps."""

import json
from typing import Any

import pytest

from leadwright.domain.attributes import Attribute, Kind
from leadwright.mirror.reading import read
from leadwright.mirror.tables import TABLES

LEAD = TABLES["lead"]


def answer(key: str, **values: Any) -> dict[str, Any]:
    """A lead as Dataverse answers: every column, null where empty."""
    empty: dict[str, Any] = dict.fromkeys(LEAD.asked())
    return {"@odata.etag": 'W/"7"', **empty, "leadid": key.upper(), **values}


def test_what_is_seen_is_kept_without_what_is_empty() -> None:
    rows = read(LEAD, [answer("a", lastname="Jensen", createdon="2026-11-26T08:00:00Z"), answer("b")], {})
    assert rows.ids == ["a", "b"]
    seen = [{n: v for n, v in json.loads(text).items() if n != "custom"} for text in rows.seen]
    usual = {n: c.otherwise for n, c in LEAD.columns.items() if c.otherwise is not None}
    assert seen == [{**usual, "lastname": "Jensen", "createdon": "2026-11-26T08:00:00Z"}, usual]
    assert rows.columns["lastname"] == ["Jensen", None]


def test_an_answer_that_tells_some_columns_only_is_read_too() -> None:
    rows = read(LEAD, [answer("a", lastname="Jensen"), {"leadid": "b", "lastname": "Okafor"}], {})
    assert rows.columns["lastname"] == ["Jensen", "Okafor"]
    assert rows.columns["companyname"] == [None, None]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Nor\x00thwind", "Northwind"), ("Northwind \ud83d", "Northwind ?"), ("\ude00\x00", "?")],
    ids=["NUL", "half a surrogate pair", "both"],
)
def test_what_no_database_keeps_is_taken_out_and_the_other_rows_stay(given: str, kept: str) -> None:
    own = {"new_shade": Attribute("new_shade", "Shade", Kind.TEXT)}
    page = [answer("a", companyname="Contoso"), answer("b", companyname=given, new_shade=given)]
    rows = read(LEAD, page, own)
    assert rows.columns["companyname"] == ["Contoso", kept]
    assert rows.columns["custom"] == [{}, {"new_shade": kept}]
    assert json.loads(rows.seen[1])["companyname"] == kept
