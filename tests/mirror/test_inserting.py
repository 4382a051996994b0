"""Rows that are inserted at the speed of the driver: what is told is stored, what is not is NULL or the table's own."""

from datetime import UTC, datetime
from typing import cast

import pytest
from sqlalchemy import Table, select

from leadwright.db.bulk import Inserter
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Lead
from leadwright.errors import Busy

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LEADS = cast(Table, Lead.__table__)
CONSTANTS = {
    "statecode": 0, "statuscode": 1, "donotemail": False, "donotbulkemail": True, "lw_accountunlinked": False,
    "lw_contactunlinked": False, "ownerid": "nobody", "owningbusinessunit": "unit", "createdon": AT, "modifiedon": AT,
    "versionnumber": 1,
}  # fmt: skip


@pytest.fixture
def units(database: Database) -> Database:
    with database.transaction() as session:
        session.add(BusinessUnit(businessunitid="unit", name="Sales"))
    return database


def stored(database: Database) -> list[tuple[object, ...]]:
    columns = (
        Lead.leadid,
        Lead.lastname,
        Lead.jobtitle,
        Lead.revenue,
        Lead.custom,
        Lead.createdon,
        Lead.donotbulkemail,
    )
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Lead.leadid))]


def test_empty_columns_are_null_whether_all_of_a_page_or_some_rows_are(units: Database) -> None:
    names = ["leadid", "lastname", "jobtitle", "revenue", "custom"]
    with units.transaction() as session:
        inserter = Inserter(session, LEADS, names, CONSTANTS)
        inserter.insert([["a", "b"], ["Okafor", None], [None, None], [None, None], [{}, {"new_size": 3}]])
        inserter.insert([["c", "d"], ["Lee", "Li"], ["CEO", None], [0.0, 1.5], [{"new_size": None}, {}]])
        inserter.insert([[], [], [], [], []])
    assert stored(units) == [
        ("a", "Okafor", None, None, {}, AT, True),
        ("b", None, None, None, {"new_size": 3}, AT, True),
        ("c", "Lee", "CEO", 0.0, {"new_size": None}, AT, True),
        ("d", "Li", None, 1.5, {}, AT, True),
    ]


def test_a_row_that_is_there_already_is_said(units: Database) -> None:
    with units.transaction() as session:
        Inserter(session, LEADS, ["leadid", "custom"], CONSTANTS).insert([["a"], [{}]])
    with pytest.raises(Busy, match="Start again"), units.transaction() as session:
        Inserter(session, LEADS, ["leadid", "custom"], CONSTANTS).insert([["b", "a"], [{}, {}]])
    assert [row[0] for row in stored(units)] == ["a"]
