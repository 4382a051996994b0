"""The service document and $metadata: every table, column and relation as CSDL."""

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json
from leadwright.sandbox.dynamics.dataverse.conditions import edm
from leadwright.sandbox.dynamics.dataverse.tables import Schema, Table

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities


def answer(entities: "Entities") -> Answer:
    """The reply to the base address or to $metadata."""
    if entities.asked.path.strip("/") == "$metadata":
        return Answer(200, _metadata(entities.schema).encode(), {"Content-Type": "application/xml"})
    value = [
        {"name": table.set, "kind": "EntitySet", "url": table.set}
        for table in sorted(entities.schema.tables.values(), key=lambda one: one.set)
    ]
    return answer_json({"@odata.context": f"{entities.asked.base}$metadata", "value": value})


def _metadata(schema: Schema) -> str:
    types = "".join(_type(schema, table) for table in schema.tables.values())
    sets = "".join(_set(schema, table) for table in schema.tables.values())
    return (
        '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" '
        'xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        '<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'{types}<EntityContainer Name="System">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def _navigations(schema: Schema, table: Table) -> list[tuple[str, str, bool]]:
    found = [
        (navigation, target, False)
        for column in table.columns.values()
        for target, navigation in column.targets.items()
        if not (column.type == "owner" and target == "team")
    ]
    found += [(name, other.name, True) for (target, name), (other, _) in schema.collections.items()
              if target == table.name]  # fmt: skip
    for many in schema.many_from(table.name):
        end = many.from_table(table.name)
        if end:
            found.append((many.name, end[1], True))
    return found


def _type(schema: Schema, table: Table) -> str:
    columns = "".join(
        f"<Property Name={quoteattr(column.odata)} Type={quoteattr(edm(column))} />"
        for column in table.columns.values()
    )
    links = "".join(
        f"<NavigationProperty Name={quoteattr(name)} Type="
        + quoteattr(f"Collection(mscrm.{target})" if many else f"mscrm.{target}")
        + " />"
        for name, target, many in _navigations(schema, table)
    )
    key = f"<Key><PropertyRef Name={quoteattr(table.id)} /></Key>"
    return f"<EntityType Name={quoteattr(table.name)}>{key}{columns}{links}</EntityType>"


def _set(schema: Schema, table: Table) -> str:
    links = "".join(
        f"<NavigationPropertyBinding Path={quoteattr(name)} Target={quoteattr(schema.tables[target].set)} />"
        for name, target, _ in _navigations(schema, table)
        if target in schema.tables
    )
    return f"<EntitySet Name={quoteattr(table.set)} EntityType={quoteattr(f'mscrm.{table.name}')}>{links}</EntitySet>"
