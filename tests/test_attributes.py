"""The columns people see are the columns of the database."""

import pytest

from leadwright.db.tables import metadata
from leadwright.domain.attributes import TABLES, Kind


@pytest.mark.parametrize("name", list(TABLES))
def test_every_attribute_is_a_column_of_its_table(name: str) -> None:
    columns = metadata.tables[name].columns
    for attribute in TABLES[name].attributes.values():
        assert attribute.name in columns, f"{name}.{attribute.name}"
        if attribute.kind in {Kind.TEXT, Kind.EMAIL, Kind.URL, Kind.PHONE}:
            assert columns[attribute.name].type.length == attribute.length, attribute.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", list(TABLES))
def test_every_lookup_points_to_a_table(name: str) -> None:
    for attribute in TABLES[name].attributes.values():
        assert bool(attribute.target) == (attribute.kind is Kind.LOOKUP), attribute.name
