"""Searching leads on PostgreSQL: by indexes, whatever the database's collation, and the words as people write them."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, text, true
from tests.conftest import postgres_url

from leadwright.db.compiled import dialect_of
from leadwright.db.engine import Database
from leadwright.db.pages import connected_records, leads_grid
from leadwright.db.pages.leads_grid import Question
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Contact, Lead
from leadwright.db.schema import migrate
from leadwright.domain.stage import OPEN_STAGES

ROWS = 20_000
OWNED = {"ownerid": "o", "owningbusinessunit": "b"}
MINE: dict[str, Any] = {"owners": ("o", "team"), "stages": tuple(OPEN_STAGES)}
INDEXES = {"ix_lead_fullname_begins", "ix_lead_lastname", "ix_lead_company_begins", "ix_lead_emailaddress1"}


@pytest.fixture(scope="module")
def filled() -> Iterator[Database]:
    """20,000 leads and as many contacts on PostgreSQL, with the planner's statistics."""
    with postgres_url() as url:
        database = Database(url)
        migrate(database)
        with database.transaction() as session:
            session.add(BusinessUnit(businessunitid="b", name="Root"))
            session.flush()
            stages = tuple(OPEN_STAGES)
            session.execute(
                insert(Lead), [{**OWNED, **_person(n), "lw_stage": stages[n % len(stages)]} for n in range(ROWS)]
            )
            session.execute(insert(Contact), [{**OWNED, "fullname": _person(n)["fullname"]} for n in range(ROWS)])
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield database
        database.close()


def _person(n: int) -> dict[str, Any]:
    first, last = f"{chr(65 + n % 26)}nne{n % 89}", f"{chr(65 + n % 23)}ost{n:05}"
    return {
        "fullname": f"{first} {last}",
        "firstname": first,
        "lastname": last,
        "companyname": f"Firm {n % 4000:04} Ltd",
        "emailaddress1": f"{first}.{last}@firm{n % 4000}.example".casefold(),
    }


def _plan(database: Database, question: Question) -> str:
    shape, values = leads_grid._parameters(question)
    statement = leads_grid._statement(shape, dialect_of(database))
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN {statement.sql}", {**statement.fixed, **values})
        return "\n".join(str(row[0]) for row in cursor.fetchall())


@pytest.mark.parametrize("narrowed", [{}, MINE, {"sort": "name", "descending": False}])
@pytest.mark.parametrize("words", ["bost00001", "Firm 0123", "anne7.post", "Bnne1 B"])
def test_a_search_by_beginnings_reads_no_table_from_end_to_end(
    filled: Database, words: str, narrowed: dict[str, Any]
) -> None:
    plan = _plan(filled, Question(search=words, **narrowed))
    assert "Seq Scan on lead " not in plan
    assert {index for index in INDEXES if index in plan} == INDEXES
    assert plan.count("ix_lead_lastname") == 5, "each way of writing is looked up once"


@pytest.mark.parametrize(
    ("words", "found"), [("bost00001", 1), ("FIRM 0123", 5), ("anne0.aost00000", 1), ("ost00001", 0)]
)
def test_a_search_finds_what_begins_so(filled: Database, words: str, found: int) -> None:
    for narrowed in ({}, MINE):
        assert len(leads_grid.read(filled, Question(search=words, **narrowed)).rows) == found
    assert leads_grid.read(filled, Question(search=words, owners=("nobody",), stages=MINE["stages"])).rows == []
    assert leads_grid.read(filled, Question(search=words, owners=())).rows == []


def test_an_address_is_looked_up_and_contacts_are_listed_by_an_index(filled: Database) -> None:
    with filled.engine.connect() as connection:
        address = connection.execute(text("EXPLAIN SELECT 1 FROM lead WHERE emailaddress1 = 'a@b.example'")).scalars()
        assert "ix_lead_emailaddress1" in "\n".join(address)
    with filled.reading() as session:
        query = connected_records._contacts(session, true(), "").limit(51).compile(session.get_bind())
        listed = session.connection().exec_driver_sql(f"EXPLAIN {query}", query.params).scalars()
        assert "ix_contact_name" in "\n".join(listed)
