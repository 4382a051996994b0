"""Makes rows of an organisation fit our tables: lookups to what is not here yet, names that must be one of a kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from leadwright.db.base import Base
from leadwright.db.bulk import one_of
from leadwright.db.mirror import MirrorGap
from leadwright.identity.seed import root_business_unit
from leadwright.mirror.reading import Rows
from leadwright.mirror.tables import NOTED, TABLES, Mirrored, Type
from leadwright.research.company_names import company_domain, name_key

NOBODY = "00000000-0000-0000-0000-000000000000"  # owner of a row whose owner we may not read
ONE_OF_A_KIND = {"businessunit": "name", "team": "name", "competitor": "name", "systemuser": "internalemailaddress"}
_MARK = " (Dynamics 365)"


def sql_table(name: str) -> Table:
    """Our table of that name."""
    return Base.metadata.tables[name]


def wanted(session: Session, table: Mirrored, rows: Rows) -> Rows:
    """Without rows we do not keep: mails that are about no lead, notes on other records."""
    if table.name == "email":
        known = _present(session, "email", rows.ids)
        about = rows.columns["regardingobjectid"]
        return rows.pick([i for i, key in enumerate(rows.ids) if about[i] or key in known])
    if table.name == "annotation":
        kinds, on = rows.columns["objecttypecode"], rows.columns["objectid"]
        return rows.pick([i for i in range(len(rows.ids)) if kinds[i] in NOTED and on[i]])
    return rows


def fit(session: Session, table: Mirrored, rows: Rows) -> None:
    """Change the values of rows so that our table takes them, and note lookups that must be set later."""
    _hold_lookups(session, table, rows)
    _fill_in(session, table, rows)
    if table.name == "systemuser":
        known = _present(session, "application", [v for v in rows.columns["applicationid"] if v])
        rows.columns["applicationid"] = [v if v in known else None for v in rows.columns["applicationid"]]
    if table.name in ONE_OF_A_KIND:
        _make_unique(session, table, rows, ONE_OF_A_KIND[table.name])
    if table.name == "account":
        _add_search_keys(rows)


def fill_gaps(session: Session, target: str, ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    """Set the lookups that waited for rows of the target, which are here now.

    Returns:
        leadid -> column -> value before, of leads that were changed.
    """
    if not ids:
        return {}
    gaps = session.execute(
        select(MirrorGap.tablename, MirrorGap.recordid, MirrorGap.columnname, MirrorGap.targetid).where(
            one_of(session, MirrorGap.targetid, ids)
        )
    ).all()
    leads: dict[str, dict[str, Any]] = {}
    for name, recordid, column, targetid in gaps:
        if TABLES[name].columns[column].target != target:
            continue
        ours = sql_table(name)
        row = ours.c[TABLES[name].key] == recordid
        if name == "lead":
            was = session.scalar(select(ours.c[column]).where(row))
            leads.setdefault(recordid, {})[column] = was
        values: dict[str, Any] = {column: targetid}
        if "versionnumber" in ours.c:
            values["versionnumber"] = ours.c.versionnumber + 1
        session.execute(update(ours).where(row).values(**values))
    forget_gaps(session, gaps)
    return leads


def forget_gaps(session: Session, gaps: Iterable[Any]) -> None:
    """The lookups do not wait any more."""
    for name, recordid, column, _ in gaps:
        session.execute(
            delete(MirrorGap).where(
                MirrorGap.tablename == name, MirrorGap.recordid == recordid, MirrorGap.columnname == column
            )
        )


def _present(session: Session, name: str, ids: Sequence[str]) -> set[str]:
    """Which ids our table has."""
    if not ids:
        return set()
    ours = sql_table(name)
    key = next(iter(ours.primary_key.columns))
    return set(session.scalars(select(key).where(one_of(session, key, list(set(ids))))))


def _hold_lookups(session: Session, table: Mirrored, rows: Rows) -> None:
    """Empty lookups to rows that are not here, and note them; rows of the same page count as here."""
    session.execute(
        delete(MirrorGap).where(MirrorGap.tablename == table.name, one_of(session, MirrorGap.recordid, rows.ids))
    )
    gaps = []
    for column in table.columns.values():
        if column.type is not Type.LOOKUP or not column.held or not column.target:
            continue
        values = rows.columns[column.name]
        asked = {v for v in values if v}
        missing = asked - _present(session, column.target, list(asked)) if asked else set()
        if column.target == table.name:
            missing -= set(rows.ids)
        if not missing:
            continue
        rows.columns[column.name] = [None if v in missing else v for v in values]
        gaps += [
            {"tablename": table.name, "recordid": key, "columnname": column.name, "targetid": v}
            for key, v in zip(rows.ids, values, strict=True)
            if v in missing
        ]
    if gaps:
        session.execute(insert(MirrorGap), gaps)


def _fill_in(session: Session, table: Mirrored, rows: Rows) -> None:
    """What our table needs and the organisation does not tell."""
    unit = None
    for column in table.columns.values():
        values = rows.columns[column.name]
        if column.type is Type.OWNER:
            rows.columns[column.name] = [v or NOBODY for v in values]
        elif column.target == "businessunit" and None in values:
            unit = unit or root_business_unit(session)
            rows.columns[column.name] = [v or unit for v in values]


def _make_unique(session: Session, table: Mirrored, rows: Rows, name: str) -> None:
    """No two rows with the same name: a later one is marked; of a person the address is left out.

    Who was here before keeps it.
    """
    ours = sql_table(table.name)
    values = rows.columns[name]
    found = session.execute(
        select(ours.c[name], ours.c[table.key]).where(one_of(session, ours.c[name], [v for v in values if v]))
    )
    holder = {value: key for value, key in found}  # noqa: C416 rows are no pairs to mypy
    for place, (key, value) in enumerate(zip(rows.ids, values, strict=True)):
        if value and holder.setdefault(value, key) != key:
            values[place] = None if table.name == "systemuser" else _marked(value, key, table.columns[name].length)


def _marked(value: str, key: str, length: int) -> str:
    mark = f"{_MARK} {key[:8]}"
    return value[: length - len(mark)] + mark


def _add_search_keys(rows: Rows) -> None:
    columns = rows.columns
    sites = zip(columns["websiteurl"], columns["emailaddress1"], strict=True)
    columns["lw_domain"] = [company_domain(site, mail)[:120] or None for site, mail in sites]
    columns["lw_namekey"] = [name_key(name)[:160] or None for name in columns["name"]]
