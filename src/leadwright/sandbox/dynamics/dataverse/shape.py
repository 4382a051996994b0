"""How rows look in a reply: names, etags, annotations, what $expand brings along."""

import re
import sqlite3
from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse.calls import no_property, split_list
from leadwright.sandbox.dynamics.dataverse.tables import LOOKUPS, Column, ManyToMany, Table
from leadwright.sandbox.dynamics.dataverse.values import formatted
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.queries import Reader, Wanted

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOGICAL = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
_EXPANDED = re.compile(r"(\w+)(?:\((.*)\))?", re.DOTALL)
_CHUNK = 500


class Shape:
    """The columns of one query and how each is shown."""

    def __init__(self, reader: "Reader", table: Table, ask: "Wanted") -> None:
        self.reader, self.table, self.ask = reader, table, ask
        names = _selected(table, ask.select)
        self.shown = [table.columns[name] for name in names]
        self.expanded = [self._expansion(part) for part in split_list(ask.expand)]
        need = dict.fromkeys(column.name for column in self.shown)
        need |= dict.fromkeys([table.id, "versionnumber"])
        own = [link for name, _, link, _ in self.expanded if isinstance(link, Column) and table.navigation(name)]
        for column in [*self.shown, *own]:
            need |= dict.fromkeys([column.name, *([f"{column.name}type"] if column.many_targets else [])])
        self._at = {name: n for n, name in enumerate(need)}
        self.columns = ", ".join(f't."{name}"' for name in need)
        wanted = reader.annotations
        self.formatted, self.logical, self.navigation = (
            _asks(wanted, name) for name in (FORMATTED, LOGICAL, NAVIGATION)
        )
        self._texts: dict[str, dict[Any, str | None]] = {column.name: {} for column in self.shown}

    def show(self, db: sqlite3.Connection, found: list[sqlite3.Row]) -> list[dict[str, Any]]:
        """Rows as JSON has them."""
        names = self._names(db, found) if self.formatted else {}
        odata = [column.odata for column in self.shown]
        bools = [column.odata for column in self.shown if column.type == "bool"]
        annotated = self.formatted or self.logical or self.navigation
        key, version = self._at[self.table.id], self._at["versionnumber"]
        rows = []
        for values in map(tuple, found):
            one = dict(zip(odata, values, strict=False))
            for name in bools:
                if one[name] is not None:
                    one[name] = bool(one[name])
            one.setdefault(self.table.id, values[key])
            rows.append(
                {
                    "@odata.etag": f'W/"{values[version]}"',
                    **(self._annotated(values, names) if annotated else {}),
                    **one,
                }
            )
        for name, ask, link, other in self.expanded:
            self._expand(db, found, rows, name, ask, link, other)
        return rows

    def _annotated(self, values: tuple[Any, ...], names: dict[str, str | None]) -> dict[str, str]:
        found: dict[str, str] = {}
        for n, column in enumerate(self.shown):
            value = values[n]
            if value is None:
                continue
            if column.type in LOOKUPS:
                self._annotate_lookup(values, n, column, found, names)
            elif self.formatted:
                texts = self._texts[column.name]
                if value not in texts:
                    texts[value] = formatted(column, value)
                text = texts[value]
                if text is not None:
                    found[f"{column.odata}@{FORMATTED}"] = text
        return found

    def _annotate_lookup(
        self, values: tuple[Any, ...], n: int, column: Column, found: dict[str, str], names: dict[str, str | None]
    ) -> None:
        target = values[self._at[f"{column.name}type"]] if column.many_targets else next(iter(column.targets))
        text = names.get(values[n])
        if self.formatted and text:
            found[f"{column.odata}@{FORMATTED}"] = text
        if self.navigation and target in column.targets and not column.fixed:
            found[f"{column.odata}@{NAVIGATION}"] = column.targets[target]
        if self.logical:
            found[f"{column.odata}@{LOGICAL}"] = target

    def _names(self, db: sqlite3.Connection, found: list[sqlite3.Row]) -> dict[str, str | None]:
        wanted: dict[str, set[str]] = {}
        for column in self.shown:
            if column.type in LOOKUPS:
                for row in found:
                    if row[column.name] is not None:
                        wanted.setdefault(_target(row, column), set()).add(row[column.name])
        names: dict[str, str | None] = {}
        for target, keys in wanted.items():
            other = self.reader.schema.tables.get(target)
            if other is None or not other.name_column:
                continue
            for part in _chunks(sorted(keys)):
                marks = ",".join("?" * len(part))
                source = f'SELECT "{other.id}" AS id, "{other.name_column}" AS name FROM "{other.stored}"'  # noqa: S608
                names |= {
                    row["id"]: row["name"] for row in db.execute(f'{source} WHERE "{other.id}" IN ({marks})', part)
                }
        return names

    def _expansion(self, text: str) -> "tuple[str, Wanted, Column | ManyToMany | None, Table]":
        from leadwright.sandbox.dynamics.dataverse.queries import wanted

        match = _EXPANDED.fullmatch(text)
        if match is None:
            raise Refused(400, "0x80060888", f"Term '{text}' is not valid in a $select or $expand expression.")
        options = {}
        for part in split_list(match[2] or "", ";"):
            name, _, value = part.partition("=")
            options[name.strip()] = value.strip()
        ask, name, schema = wanted(options), match[1], self.reader.schema
        found = self.table.navigation(name)
        if found is not None:
            return name, ask, found[0], schema.tables[found[1]]
        many = schema.many.get(name)
        end = many.from_table(self.table.name) if many else None
        if many is not None and end is not None:
            return name, ask, many, schema.tables[end[1]]
        other = schema.collections.get((self.table.name, name))
        if other is None:
            raise no_property(name, self.table.name)
        return name, ask, other[1], other[0]

    def _expand(
        self, db: sqlite3.Connection, found: list[sqlite3.Row], rows: list[dict[str, Any]], name: str,
        ask: "Wanted", link: "Column | ManyToMany | None", other: Table,
    ) -> None:  # fmt: skip
        own = isinstance(link, Column) and self.table.navigation(name) is not None
        if own and isinstance(link, Column):
            self._expand_single(db, found, rows, name, ask, link, other)
            return
        column, source = self._link(link, other)
        for row in rows:
            extra = (f'{column}=?', [row[self.table.id]])  # fmt: skip
            try:
                row[name], _ = self.reader.rows(other, ask, ask.top if ask.top is not None else 5000, extra, source)
            except Refused as refused:
                if refused.status != 403:
                    raise
                row[name] = []
            row[f"{name}@odata.nextLink"] = f"{self.reader.base}{self.table.set}({row[self.table.id]})/{name}" + (
                f"?$select={','.join(ask.select)}" if ask.select else ""
            )

    def _expand_single(
        self, db: sqlite3.Connection, found: list[sqlite3.Row], rows: list[dict[str, Any]], name: str,
        ask: "Wanted", column: Column, other: Table,
    ) -> None:  # fmt: skip
        tables = [self.reader.schema.tables[one] for one in column.targets] if column.type == "owner" else [other]
        for table in tables:
            keys = sorted({r[column.name] for r in found if r[column.name] and _target(r, column) == table.name})
            related: dict[str, dict[str, Any]] = {}
            chosen = ask if table is other or column.type != "owner" else _only(ask, table)
            for part in _chunks(keys):
                extra = (f't."{table.id}" IN ({",".join("?" * len(part))})', list(part))
                try:
                    got, _ = self.reader.rows(table, chosen, len(part), extra)
                except Refused as refused:
                    if refused.status != 403:
                        raise
                    got = []
                related |= {one[table.id]: one for one in got}
            for row, shown in zip(found, rows, strict=True):
                if _target(row, column) == table.name or name not in shown:
                    shown[name] = related.get(row[column.name]) or shown.get(name)

    def _link(self, link: "Column | ManyToMany | None", other: Table) -> tuple[str, str]:
        if isinstance(link, ManyToMany):
            end = link.from_table(self.table.name)
            assert end is not None
            own, _, other_id = end
            return f'n."{own}"', f'JOIN "{link.stored}" n ON n."{other_id}"=t."{other.id}"'
        assert link is not None
        return f't."{link.name}"', ""


def _selected(table: Table, select: list[str]) -> list[str]:
    from leadwright.sandbox.dynamics.dataverse.queries import select_column

    if not select or select == ["*"]:
        return list(table.columns)
    return list(dict.fromkeys(select_column(table, name) for name in select))


def _only(ask: "Wanted", table: Table) -> "Wanted":
    from leadwright.sandbox.dynamics.dataverse.queries import Wanted

    return Wanted(select=[name for name in ask.select if name in table.columns] or [table.id])


def _target(row: sqlite3.Row, column: Column) -> str:
    return str(row[f"{column.name}type"]) if column.many_targets else next(iter(column.targets))


def _chunks(keys: list[str]) -> list[list[str]]:
    return [keys[n : n + _CHUNK] for n in range(0, len(keys), _CHUNK)]


def _asks(wanted: str, name: str) -> bool:
    for one in wanted.split(","):
        text = one.strip()
        if text == name or (text.endswith("*") and name.startswith(text[:-1])):
            return True
    return False
