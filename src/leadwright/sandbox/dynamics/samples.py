"""Leads for an organisation that has none: made-up people of the rehearsal, at companies with sites to research."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from leadwright.sandbox import people
from leadwright.sandbox.characters import prospects
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.world import World

_COLUMNS = {
    "Topic": "subject",
    "First Name": "firstname",
    "Last Name": "lastname",
    "Job Title": "jobtitle",
    "Company Name": "companyname",
    "Email": "emailaddress1",
    "Business Phone": "telephone1",
    "Website": "websiteurl",
    "City": "address1_city",
    "State/Province": "address1_stateorprovince",
    "Country/Region": "address1_country",
}
_NUMBERS = {"No. of Employees": "numberofemployees", "Annual Revenue": "revenue"}
_CHOICES = {"Lead Source": "leadsourcecode", "Rating": "leadqualitycode"}
PORT = "port of the web outside"


def add_leads(world: World, count: int, *, by: str) -> int:
    """Add sample leads, owned by who adds them: first the forty who answer mail, then others. Never one twice.

    Returns:
        How many were added.
    """
    port = int(world.fact(PORT, lambda: "8490"))
    held = {str(row["emailaddress1"] or "").casefold() for row in records.find(world, "lead")}
    rows = chain((prospect.row(port) for prospect in prospects()), people.leads(count + len(held), port))
    fresh = (row for row in rows if row["Email"] and row["Email"].casefold() not in held)
    return _add(world, islice(fresh, count), by)


def who_answer(world: World) -> int:
    """How many of the forty who answer mail are no lead yet."""
    held = {str(row["emailaddress1"] or "").casefold() for row in records.find(world, "lead")}
    return sum(prospect.address.casefold() not in held for prospect in prospects())


def _add(world: World, rows: Iterable[dict[str, str]], by: str) -> int:
    added = 0
    with world.transaction():
        for row in rows:
            records.create(world, "lead", _values(world, row), by=by)
            added += 1
    return added


def _values(world: World, row: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[head] for head, name in _COLUMNS.items() if row[head]}
    values |= {name: int(float(row[head])) for head, name in _NUMBERS.items() if row[head]}
    for head, name in _CHOICES.items():
        code = option(world, "lead", name, row[head])
        if code is not None:
            values[name] = code
    return values


def options(world: World, table: str, column: str) -> dict[int, str]:
    """Value -> label of a choice, as the organisation has them now."""
    return {choice.value: choice.label for choice in schema_of(world).tables[table].columns[column].choices}


def option(world: World, table: str, column: str, label: str) -> int | None:
    """The value of a label."""
    return next((code for code, text in options(world, table, column).items() if text == label), None)
