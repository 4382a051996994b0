"""The organisation's own columns and choices, as its metadata tells them, in our lists; where a lost one is used."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.columns import choice_rows
from leadwright.db.mirror import ChoiceColumn, MirrorTable
from leadwright.db.people import CustomColumn
from leadwright.domain.attributes import TABLES as OURS
from leadwright.domain.attributes import Attribute, Kind
from leadwright.mirror.mirror import Described
from leadwright.mirror.tables import ROW_VERSION, TABLES, Mirrored

SECTIONS = {
    "selection": "Selection criteria",
    "email": "Email instructions",
    "validation": "Email validation",
    "criteria": "Ideal customer profile",
    "search_fields": "Fields for the web search",
}
"""Part of a configuration -> what pages call it."""


def names_to_ask(table: Mirrored, described: Described) -> tuple[str, ...]:
    """Columns to be read of a table: ours that the organisation has, its own, and the number of the version."""
    names = [column.theirs for column in table.columns.values() if column.name in described.columns]
    names += [ROW_VERSION] if ROW_VERSION in described.columns else []
    return (*names, *sorted(described.own)) if table.own else tuple(names)


def keep_columns(session: Session, described: Mapping[str, Described], moment: datetime) -> None:
    """Bring our lists up to date, in the caller's transaction.

    A column that is gone over there leaves the list, unless something of an agent still names it: then it stays, with
    the values last seen, and is marked as gone. One that is of another kind now is as one that no row was read with.
    """
    for name, table in TABLES.items():
        if table.own and name in described:
            _keep_own(session, name, described[name].own, moment)
            _keep_choices(session, name, described[name].choices)
    session.flush()


def mirrored_columns(session: Session, table: str) -> dict[str, Attribute]:
    """The organisation's own columns that come from over there and are still there, by name."""
    rows = session.scalars(
        select(CustomColumn).where(
            CustomColumn.tablename == table, CustomColumn.mirrored.is_(True), CustomColumn.goneon.is_(None)
        )
    )
    return {row.name: Attribute(row.name, row.label, Kind(row.kind), custom=True) for row in rows}


def lost_columns(session: Session) -> list[tuple[str, str, str, list[str]]]:
    """Table, name, label of each column that is gone over there, and where agents still use it."""
    rows = session.scalars(select(CustomColumn).where(CustomColumn.goneon.is_not(None)).order_by(CustomColumn.name))
    return [(row.tablename, row.name, row.label, uses_of(session, row.tablename, row.name)) for row in rows]


def uses_of(session: Session, table: str, name: str) -> list[str]:
    """Where agents name a column, such as "Anna: Selection criteria"."""
    found = dict.fromkeys(
        f"{agent}: {SECTIONS[part]}"
        for agent, configuration in _configurations(session)
        for part in SECTIONS
        if _names(configuration.get(part), {name, f"{table}.{name}"})
    )
    return list(found)


def _configurations(session: Session) -> Iterator[tuple[str, Mapping[str, Any]]]:
    applied = (AgentVersion.agentid == Agent.agentid) & (AgentVersion.version == Agent.appliedversion)
    query = select(Agent.name, Agent.draft, AgentVersion.configuration).outerjoin(AgentVersion, applied)
    for name, draft, configuration in session.execute(query.order_by(Agent.name)):
        yield name, configuration or {}
        yield name, draft or {}


def _names(part: Any, wanted: set[str]) -> bool:
    if isinstance(part, Mapping):
        return any(_names(value, wanted) for value in part.values())
    if isinstance(part, list):
        return any(_names(value, wanted) for value in part)
    return isinstance(part, str) and part in wanted


def _keep_own(session: Session, table: str, own: Mapping[str, Attribute], moment: datetime) -> None:
    known = {c.name: c for c in session.scalars(select(CustomColumn).where(CustomColumn.tablename == table))}
    for name, column in known.items():
        if name in own or not column.mirrored:
            continue
        if not uses_of(session, table, name):
            session.delete(column)
        elif column.goneon is None:
            column.goneon = moment
    session.flush()
    labels = {c.label: n for n, c in known.items() if n in own or not c.mirrored or c.goneon is not None}
    for name, there in own.items():
        if name in OURS[table].attributes:
            continue
        label = there.label if labels.get(there.label, name) == name else f"{there.label[:55]} ({name})"
        labels[label] = name
        here = known.get(name)
        if here is None:
            here = CustomColumn(tablename=table, name=name)
            session.add(here)
        elif here.kind != there.kind:
            _read_anew(session, table, name)
        here.label, here.kind, here.choices = label, there.kind, choice_rows(there.choices)
        here.mirrored, here.goneon = True, None


def _read_anew(session: Session, table: str, name: str) -> None:
    """Its values are written another way from now on: rows that were read with the former kind are read again."""
    state = session.get(MirrorTable, table)
    if state is not None:
        state.columns = [column for column in state.columns if column != name]


def _keep_choices(session: Session, table: str, choices: Mapping[str, Mapping[int, str]]) -> None:
    """Choices of standard columns, where they are others than the published ones."""
    session.execute(delete(ChoiceColumn).where(ChoiceColumn.tablename == table))
    for name, there in choices.items():
        ours = OURS[table].attributes.get(name)
        if ours is not None and ours.kind is Kind.CHOICE and there and dict(ours.choices) != dict(there):
            session.add(ChoiceColumn(tablename=table, name=name, choices=choice_rows(there)))
