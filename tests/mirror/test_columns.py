"""The organisation's own columns and choices come from its metadata and are listed wherever columns are chosen."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.mirror.organisation import Office

from leadwright.db.agent import Agent
from leadwright.db.columns import table_with_own
from leadwright.db.mirror_seen import last_seen
from leadwright.db.people import CustomColumn
from leadwright.db.sales import Lead
from leadwright.db.selection import tables_of
from leadwright.domain.attributes import Kind
from leadwright.microsoft.answers import Answer
from leadwright.mirror.columns import keep_columns, lost_columns
from leadwright.mirror.dataverse_definitions import describe
from leadwright.mirror.phases import Phase
from leadwright.sandbox.dynamics.dataverse import store


def add(office: Office, name: str, line: str, table: str = "lead") -> None:
    store.add_column(office.world, table, name, line)


def attributes(office: Office) -> dict[str, Any]:
    with office.database.reading() as session:
        return dict(table_with_own(session, "lead").attributes)


def test_own_columns_are_listed_with_their_kinds_and_their_values_come_along(office: Office) -> None:
    add(office, "new_region", "string 100; Region")
    add(office, "new_size", "int; Plant size")
    add(office, "new_grade", "choice 1 Gold | 2 Silver; Grade")
    add(office, "new_shared", "choice global 1 North | 2 South; Region of all tables")
    add(office, "new_since", "date; Customer since")
    add(office, "new_vip", "bool No | Yes; VIP")
    lead = office.lead(new_region="North", new_size=12, new_grade=2, new_since="2025-05-01", new_vip=True)
    office.round()
    found = attributes(office)
    kinds = {name: found[name].kind for name in found if name.startswith("new_")}
    assert kinds == {
        "new_region": Kind.TEXT,
        "new_size": Kind.NUMBER,
        "new_grade": Kind.CHOICE,
        "new_shared": Kind.CHOICE,
        "new_since": Kind.DATE,
        "new_vip": Kind.BOOLEAN,
    }
    assert found["new_grade"].choices == {1: "Gold", 2: "Silver"}
    assert found["new_shared"].choices == {1: "North", 2: "South"}
    assert found["new_region"].label == "Region"
    assert office.ours(Lead, lead).custom == {
        "new_region": "North",
        "new_size": 12,
        "new_grade": 2,
        "new_since": "2025-05-01",
        "new_vip": True,
    }


def test_a_column_that_is_added_later_is_read_for_every_row(office: Office) -> None:
    lead = office.lead()
    office.round()
    add(office, "new_region", "string 100; Region")
    with office.world.transaction() as db:
        db.execute("UPDATE dv_lead SET new_region='North' WHERE leadid=?", (lead,))
    office.round(minutes=16)
    assert office.ours(Lead, lead).custom == {"new_region": "North"}
    office.change("lead", lead, new_region="South")
    assert office.round() == 1
    assert office.ours(Lead, lead).custom == {"new_region": "South"}


def test_a_column_that_is_deleted_while_it_runs_stops_nothing_and_leaves_the_lists(office: Office) -> None:
    add(office, "new_region", "string 100; Region")
    lead = office.lead(new_region="North")
    office.round()
    store.delete_column(office.world, "lead", "new_region")
    office.change("lead", lead, companyname="Southwind")
    office.round()
    office.round()
    office.round()
    assert office.ours(Lead, lead).companyname == "Southwind"
    assert office.state().trouble == ""
    assert "new_region" not in attributes(office)


def test_a_column_that_is_deleted_during_a_first_load_by_links_begins_it_anew(office: Office) -> None:
    add(office, "new_region", "string 100; Region")
    keys = {office.lead(companyname=f"C{n}") for n in range(30)}
    office.incoming.page, pages = 10, iter(range(99))

    def deleted_meanwhile() -> bool:
        """Asked before each page."""
        if _stored(office) and next(pages) == 0:
            store.delete_column(office.world, "lead", "new_region")
        return False

    office.incoming.mirror.totals = dict  # type: ignore[method-assign,assignment]
    office.incoming.stopping = deleted_meanwhile
    for _ in range(3):
        office.round(minutes=16)
    assert (office.state().phase, office.state().trouble, set(office.leads())) == (Phase.FOLLOWING, "", keys)
    assert "new_region" not in attributes(office)


def _stored(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def test_a_deleted_column_that_an_agent_uses_is_named_with_the_place(office: Office) -> None:
    add(office, "new_region", "string 100; Region")
    lead = office.lead(new_region="North")
    office.round()
    with office.database.transaction() as session:
        session.add(Agent(name="Anna", mode="research", draft={"email": {"fields": ["lead.new_region"]}}))
    store.delete_column(office.world, "lead", "new_region")
    office.round(minutes=16)
    with office.database.reading() as session:
        assert lost_columns(session) == [("lead", "new_region", "Region", ["Anna: Email instructions"])]
    assert "new_region" in attributes(office)
    assert office.ours(Lead, lead).custom == {"new_region": "North"}
    with office.database.transaction() as session:
        session.scalars(select(Agent)).one().draft = {}
    office.round(minutes=16)
    with office.database.reading() as session:
        assert session.scalars(select(CustomColumn.name)).all() == []


def test_choices_of_the_organisation_replace_the_published_ones(office: Office) -> None:
    office.round()
    assert attributes(office)["leadsourcecode"].choices[8] == "Web"
    there = office.mirror.describe()
    sources = {**there["lead"].choices["leadsourcecode"], 8: "Our site", 100000001: "LinkedIn"}
    changed = {**there, "lead": replace(there["lead"], choices={**there["lead"].choices, "leadsourcecode": sources})}
    with office.database.transaction() as session:
        keep_columns(session, changed, office.clock())
    assert attributes(office)["leadsourcecode"].choices[100000001] == "LinkedIn"
    assert not attributes(office)["leadsourcecode"].custom
    with office.database.reading() as session:
        assert tables_of(session)["lead"].attributes["leadsourcecode"].choices[8] == "Our site"
    office.round(minutes=16)
    assert attributes(office)["leadsourcecode"].choices[8] == "Web"


def tell_as(office: Office, name: str, behaviour: str) -> None:
    """The metadata tells the column as one of the format Date Only with this behaviour."""

    def told(answer: dict[str, Any]) -> dict[str, Any]:
        for column in answer.get("value", ()):
            if column.get("LogicalName") == name and "DateTimeBehavior" in column:
                column |= {"Format": "DateOnly", "DateTimeBehavior": {"Value": behaviour}}
        return answer

    dataverse = office.agent.dataverse
    batch = type(dataverse).batch

    def asked(calls: Any) -> list[Any]:
        return [replace(a, json=told(a.json)) if isinstance(a, Answer) else a for a in batch(dataverse, calls)]

    dataverse.batch = asked  # type: ignore[method-assign,assignment]


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [("DateOnly", Kind.DATE), ("UserLocal", Kind.DATETIME), ("TimeZoneIndependent", Kind.DATETIME)],
)
def test_a_day_that_travels_as_a_moment_is_one(office: Office, behaviour: str, kind: Kind) -> None:
    """The platform tells a column of the format Date Only and another behaviour as 2025-05-01T22:00:00Z."""
    add(office, "new_since", "datetime; Customer since")
    tell_as(office, "new_since", behaviour)
    assert describe(office.agent.dataverse)["lead"].own["new_since"].kind is kind


def test_a_day_that_becomes_a_moment_is_read_again_in_every_row_and_loses_nothing_found_here(office: Office) -> None:
    add(office, "new_since", "datetime; Customer since")
    tell_as(office, "new_since", "DateOnly")
    lead = office.lead(new_since="2025-05-01T22:00:00Z")
    office.round()
    assert office.leads()[lead].custom == {"new_since": "2025-05-01"}
    with office.database.transaction() as session:
        session.get_one(Lead, lead).jobtitle = "Found out here"
    tell_as(office, "new_since", "UserLocal")
    office.round(minutes=16)
    office.round()
    here = office.leads()[lead]
    assert (here.custom, here.jobtitle) == ({"new_since": "2025-05-01T22:00:00+00:00"}, "Found out here")
    with office.database.reading() as session:
        seen = last_seen(session, "lead", lead)
    assert seen is not None
    assert seen.values["new_since"] == "2025-05-01T22:00:00+00:00"
