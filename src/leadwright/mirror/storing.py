"""Stores a page of rows in the caller's transaction: inserts, updates, the row as last seen, news for selection.

What our own unsent writes hold is not overwritten. Rows that did not change since are left alone.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from leadwright.db.bulk import Inserter, one_of
from leadwright.db.mirror import MirrorRow
from leadwright.db.mirror_seen import NO_VERSION
from leadwright.db.mirror_writes import deleted_here
from leadwright.mirror import fitting
from leadwright.mirror.reading import Rows
from leadwright.mirror.tables import NEVER_TOLD, ROW_VERSION, Mirrored

Pending = Callable[[Session, str, str], Collection[str]]
"""(session, table, id) -> columns our own unsent writes hold."""
_ROWS = cast(Table, MirrorRow.__table__)
_OURS_TO_KEEP = {"email": frozenset({"subject", "description", "sender", "torecipients", "regardingobjectid"})}
_IN_ETAG = re.compile(r'W/"(\d+)"$')
_OPT_OUTS = frozenset({"donotemail", "donotbulkemail"})
_ALSO = {"lead": ("lw_emailstate", "lw_emailtype"), "account": ("lw_domain", "lw_namekey")}


def nothing_pending(_session: Session, _table: str, _recordid: str) -> Collection[str]:
    """For a mirror that writes nothing out."""
    return frozenset()


@dataclass(slots=True)
class Stored:
    """What became of a page.

    Args:
        created: ids of new rows.
        before: id of a row that changed -> column -> value before, without those that are no news.
        after: the same columns now.
        moved: rows of which only such columns changed.
        same: how many had not changed since they were seen.
    """

    created: list[str] = field(default_factory=list)
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    after: dict[str, dict[str, Any]] = field(default_factory=dict)
    moved: int = 0
    same: int = 0

    @property
    def changed(self) -> int:
        """Rows that are others now."""
        return len(self.created) + len(self.before)


def store(
    session: Session,
    table: Mirrored,
    rows: Rows,
    moment: datetime,
    *,
    pending: Pending = nothing_pending,
    passed: int = 0,
    known: Mapping[str, str] | None = None,
    again: bool = False,
    every: bool = False,
) -> Stored:
    """Store them. Safe to repeat: the same page again changes nothing.

    Args:
        moment: now.
        passed: number of the comparison that met these rows.
        known: id -> ETag as it was here when a comparison asked for these rows; None: they are of no comparison.
        again: rows here become what they are over there, whatever the ETag says; only who is not to be written to
            here stays so, unless that was seen over there too. Else a column that did not change over there since it
            was seen keeps what it is here: what the agent found out itself is not lost.
        every: look at rows whose ETag is the same too, as after more columns are asked for.
    """
    rows = fitting.wanted(session, table, _once(rows))
    seen = _seen(session, table.name, rows.ids)
    fresh = [i for i, key in enumerate(rows.ids) if key not in seen]
    older = _older(session, table.name, rows, seen)
    late = older if known is None else {k for k in older if seen[k] != known.get(k)}
    other = [
        i for i, key in enumerate(rows.ids)
        if key in seen and key not in late and (again or every or seen[key] != rows.etags[i])
    ]  # fmt: skip
    done = Stored(same=len(rows.ids) - len(fresh) - len(other))
    if not fresh and not other:
        return done
    ours = _ours(session, table, [rows.ids[i] for i in [*fresh, *other]]) if other or fresh else {}
    here = rows.pick([i for i in [*fresh, *other] if rows.ids[i] in ours])
    away = deleted_here(session, table.name)  # they stay away, whatever changes over there, until that is settled
    news = rows.pick([i for i in fresh if rows.ids[i] not in ours and rows.ids[i] not in away])
    lost = rows.pick([i for i in other if rows.ids[i] not in ours and rows.ids[i] not in away])
    for part in (news, lost):
        if part.ids:
            fitting.fit(session, table, part)
            _insert(session, table, part, moment)
            done.created += part.ids
    if here.ids:
        fitting.fit(session, table, here)
        _keep_opt_outs(session, table, here, ours, older)
        based = [key for key in here.ids if not again and seen.get(key) != NO_VERSION]
        bases = _bases(session, table.name, based) if based else {}
        _update(session, table, here, ours, bases, done, pending)
    _note_seen(session, table.name, rows.pick(fresh), rows.pick(other), passed)
    return done


def _once(rows: Rows) -> Rows:
    """Each id once; the later of two."""
    places = {key: i for i, key in enumerate(rows.ids)}
    return rows if len(places) == len(rows.ids) else rows.pick(sorted(places.values()))


def _seen(session: Session, name: str, ids: Sequence[str]) -> dict[str, str]:
    """id -> ETag, of rows seen before; of those we could not see meanwhile none that fits."""
    query = (
        select(MirrorRow.recordid, MirrorRow.etag, MirrorRow.hidden)
        .where(MirrorRow.tablename == name, one_of(session, MirrorRow.recordid, ids))
        .order_by(MirrorRow.recordid)
        .with_for_update()  # what goes out stores what it was answered at the same time
    )
    return {key: "" if hidden and etag != NO_VERSION else etag for key, etag, hidden in session.execute(query)}


def _older(session: Session, name: str, rows: Rows, seen: Mapping[str, str]) -> set[str]:
    """Ids of rows that were read before what is stored of them already: the number of a version grows.

    They may be overtaken by an answer to what we wrote. A comparison takes rows as they are, unless just that happened
    since it asked for them: the organisation may have been restored from a backup, whose numbers are smaller.
    """
    others = {k: i for i, k in enumerate(rows.ids) if seen.get(k) not in (None, "", NO_VERSION, rows.etags[i])}
    known = _bases(session, name, list(others)) if others else {}
    was = {k: _version(known[k]) or _of_etag(seen[k]) for k in others}
    return {k for k, i in others.items() if 0 < _version(json.loads(rows.seen[i])) < was[k]}


def _version(seen: Mapping[str, Any]) -> int:
    """Its number; 0 where it is not told: then nobody knows which of two is the later one."""
    return int(seen.get(ROW_VERSION) or 0)


def _of_etag(etag: str) -> int:
    """The number of a row that was read before 0.9.0, which did not ask for it: Dataverse makes its ETag of it."""
    told = _IN_ETAG.match(etag)
    return int(told[1]) if told else 0


def _ours(session: Session, table: Mirrored, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """id -> our row."""
    sql = fitting.sql_table(table.name)
    names = [*table.columns, *_ALSO.get(table.name, ())]
    names += [n for n in ("custom", "versionnumber", "lw_threadid", "lw_runid") if n in sql.c]
    columns = [sql.c[table.key], *(sql.c[n] for n in dict.fromkeys(names) if n != table.key)]
    query = select(*columns).where(one_of(session, sql.c[table.key], ids))
    return {row[0]: dict(row._mapping) for row in session.execute(query)}


def _bases(session: Session, name: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """id -> the row as it was seen last."""
    query = select(MirrorRow.recordid, MirrorRow.seen).where(
        MirrorRow.tablename == name, one_of(session, MirrorRow.recordid, ids)
    )
    return {key: json.loads(seen) for key, seen in session.execute(query)}


def _keep_opt_outs(
    session: Session, table: Mirrored, rows: Rows, ours: Mapping[str, dict[str, Any]], older: Collection[str]
) -> None:
    """A person who asked here for no mail gets none: only one who took that back over there is written to again.

    A row that is older than what was seen, as from a backup, takes nothing back.
    """
    for name in _OPT_OUTS & set(table.columns):
        values = rows.columns[name]
        places = [i for i, key in enumerate(rows.ids) if ours[key][name] and not values[i]]
        bases = _bases(session, table.name, [rows.ids[i] for i in places]) if places else {}
        for i in places:
            values[i] = rows.ids[i] in older or not bases.get(rows.ids[i], {}).get(name)


def _insert(session: Session, table: Mirrored, rows: Rows, moment: datetime) -> None:
    sql = fitting.sql_table(table.name)
    for name in ("createdon", "modifiedon"):
        if name in rows.columns and None in rows.columns[name]:
            rows.columns[name] = [v or moment for v in rows.columns[name]]
    if table.name == "businessunit":
        rows = _parents_first(rows)
    names = list(rows.columns)
    constants = _defaults(sql, {table.key, *names}, moment)
    Inserter(session, sql, [table.key, *names], constants).insert([rows.ids, *rows.columns.values()])


def _defaults(sql: Table, given: Collection[str], moment: datetime) -> dict[str, Any]:
    """Of columns that may not be empty and do not travel, what the model begins with."""
    found: dict[str, Any] = {}
    for column in sql.c:
        if column.name in given or column.nullable:
            continue
        default: Any = column.default
        if default is None:
            continue
        if default.is_scalar:
            found[column.name] = default.arg
        else:
            found[column.name] = moment if column.name.endswith("on") else default.arg(None)
    return found


def _parents_first(rows: Rows) -> Rows:
    """Units after the one above them."""
    up = dict(zip(rows.ids, rows.columns["parentbusinessunitid"], strict=True))

    def depth(key: str) -> int:
        steps = 0
        while (above := up.get(key)) and steps < len(up):
            key, steps = above, steps + 1
        return steps

    return rows.pick(sorted(range(len(rows.ids)), key=lambda i: depth(rows.ids[i]))) if len(up) > 1 else rows


def _update(
    session: Session,
    table: Mirrored,
    rows: Rows,
    ours: Mapping[str, dict[str, Any]],
    bases: Mapping[str, Mapping[str, Any]],
    done: Stored,
    pending: Pending,
) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for place, key in enumerate(rows.ids):
        theirs, base = rows.row(place), bases.get(key)
        if base is not None:
            theirs = _changed_there(table, theirs, json.loads(rows.seen[place]), base)
        values = _differences(table, theirs, ours[key], rows.own)
        if values:
            held = pending(session, table.name, key)
            values = {n: v for n, v in values.items() if n not in held}
        if not values:
            continue
        before, after = _news(values, ours[key])
        if before:
            done.before[key], done.after[key] = before, after
        else:
            done.moved += 1
        by_columns.setdefault(tuple(sorted(values)), []).append(
            {"of_key": key, **{f"to_{n}": v for n, v in values.items()}}
        )
    sql = fitting.sql_table(table.name)
    for names, changes in by_columns.items():
        to: dict[str, Any] = {n: bindparam(f"to_{n}", type_=sql.c[n].type) for n in names}
        if "versionnumber" in sql.c:
            to["versionnumber"] = sql.c.versionnumber + 1
        session.execute(update(sql).where(sql.c[table.key] == bindparam("of_key")).values(**to), changes)


def _changed_there(
    table: Mirrored, theirs: Mapping[str, Any], seen: Mapping[str, Any], base: Mapping[str, Any]
) -> dict[str, Any]:
    """Columns that are others over there than when they were seen last, and those we make of them."""
    travelling = {*table.columns, "custom"}
    return {n: v for n, v in theirs.items() if n not in travelling or seen.get(n) != base.get(n)}


def _differences(
    table: Mirrored, theirs: Mapping[str, Any], ours: Mapping[str, Any], own: Collection[str]
) -> dict[str, Any]:
    """Our columns that become others. Own columns that only we have keep their values."""
    if "custom" in theirs:
        mine = {n: v for n, v in (ours["custom"] or {}).items() if n not in own}
        theirs = {**theirs, "custom": {**mine, **theirs["custom"]}}
    kept: Collection[str] = ()
    if ours.get("lw_threadid") or ours.get("lw_runid"):  # a mail of the agent: its words are ours
        kept = _OURS_TO_KEEP.get(table.name, ())
    values = {n: v for n, v in theirs.items() if v != ours[n] and n not in kept}
    for name in ("createdon", "modifiedon"):
        if name in values and values[name] is None:
            del values[name]
    if table.name == "systemuser" and ours["applicationid"]:
        values.pop("applicationid", None)
        if values.get("internalemailaddress", "") is None:
            del values["internalemailaddress"]
    if table.name == "lead" and "emailaddress1" in values:  # what was found out about the old one is of no use
        values |= {n: None for n in _ALSO["lead"] if ours[n] is not None}
    return values


def _news(values: Mapping[str, Any], ours: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns before and after, the organisation's own by their names, without what is no news."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        if name == "custom":
            old = ours["custom"] or {}
            for own in sorted({*old, *value}):
                if old.get(own) != value.get(own):
                    before[own], after[own] = old.get(own), value.get(own)
        elif name not in NEVER_TOLD:
            before[name], after[name] = ours[name], value
    return before, after


def _note_seen(session: Session, name: str, fresh: Rows, other: Rows, passed: int) -> None:
    if fresh.ids:
        constants = {"tablename": name, "pass": passed, "hidden": False}
        Inserter(session, _ROWS, ["recordid", "etag", "values"], constants).insert([fresh.ids, fresh.etags, fresh.seen])
    if other.ids:
        statement = (
            update(_ROWS)
            .where(_ROWS.c.tablename == name, _ROWS.c.recordid == bindparam("of_key"))
            .values({"etag": bindparam("to_etag"), "values": bindparam("to_seen"), "pass": passed, "hidden": False})
        )
        rows = zip(other.ids, other.etags, other.seen, strict=True)
        session.execute(statement, [{"of_key": k, "to_etag": e, "to_seen": s} for k, e, s in rows])
