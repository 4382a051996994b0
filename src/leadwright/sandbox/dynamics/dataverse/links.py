"""What follows a row in a path: one of its values, a related row, a collection, $ref to join and part."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import memberships, records
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Segment, answer_json, no_property, not_found
from leadwright.sandbox.dynamics.dataverse.queries import page, wanted
from leadwright.sandbox.dynamics.dataverse.store import next_version
from leadwright.sandbox.dynamics.dataverse.tables import Column, ManyToMany, Table
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities


class Links:
    """Answers paths behind a row."""

    def __init__(self, entities: "Entities") -> None:
        self.entities, self.world, self.asked = entities, entities.world, entities.asked

    def answer(self, table: Table, key: str, rest: list[Segment]) -> Answer:
        """The reply to `{set}({key})/...`."""
        name, tail = rest[0].name, [one.name for one in rest[1:]]
        found = table.navigation(name)
        if found is not None and name not in table.by_odata():
            return self._related(table, key, found[0], found[1], tail)
        if found is not None and tail[:1] == ["$ref"]:
            return self._related(table, key, found[0], found[1], tail)
        many = self.entities.schema.many.get(name)
        end = many.from_table(table.name) if many else None
        if many is not None and end is not None:
            return self._many(table, key, many, rest[0].key, tail)
        collection = self.entities.schema.collections.get((table.name, name))
        if collection is not None:
            return self._collection(table, key, *collection, rest[0].key, tail)
        return self._value(table, key, name, tail)

    def _value(self, table: Table, key: str, name: str, tail: list[str]) -> Answer:
        method = self.asked.method
        if method == "GET":
            self.entities.rights.check("Read", table, key)
            _, value = self.entities.value(table, key, name)
            if value is None:
                return Answer(204)
            if tail == ["$value"]:
                return Answer(200, str(value).encode(), {"Content-Type": "text/plain"})
            return answer_json(
                {"@odata.context": f"{self.asked.base}$metadata#{table.set}({key})/{name}", "value": value}
            )
        column = table.by_odata().get(name)
        if column is None:
            raise no_property(name, table.name)
        self.entities.rights.check("Write", table, key)
        if column.type == "id":
            raise Refused(400, "0x80060888", "The primary key of a row cannot be changed.")
        if method == "DELETE":
            self.entities.update(table, key, {name: None})
        elif method == "PUT":
            self.entities.update(table, key, {name: self.asked.json().get("value")})
        else:
            raise not_found(name)
        return Answer(204)

    def _related(self, table: Table, key: str, column: Column, target: str, tail: list[str]) -> Answer:
        method, rights = self.asked.method, self.entities.rights
        if tail == ["$ref"] and method in {"PUT", "DELETE"}:
            rights.check("Write", table, key)
            name = column.targets[target]
            bound = self.asked.json().get("@odata.id") if method == "PUT" else None
            self.entities.update(table, key, {f"{name}@odata.bind": bound})
            return Answer(204)
        rights.check("Read", table, key)
        row = records.read(self.world, table.name, key)
        assert row is not None
        if row[column.name] is None or (column.many_targets and column.type != "owner"
                                        and row[f"{column.name}type"] != target):  # fmt: skip
            return Answer(204)
        kind = row[f"{column.name}type"] if column.many_targets else target
        other = self.entities.schema.tables[kind]
        if tail == ["$ref"]:
            context = f"{self.asked.base}$metadata#$ref"
            address = f"{self.asked.base}{other.set}({row[column.name]})"
            return answer_json({"@odata.context": context, "@odata.id": address})
        if tail:
            return self.answer(other, str(row[column.name]), [Segment(part) for part in tail])
        rights.check("Read", other, row[column.name])
        return self.entities.shown(other, str(row[column.name]), wanted(self.asked.options()))

    def _collection(
        self, table: Table, key: str, other: Table, column: Column, inner: str | None, tail: list[str]
    ) -> Answer:
        extra = (f't."{column.name}"=?', [key])
        if self.asked.method == "GET" and inner is None:
            self.entities.rights.check("Read", table, key)
            return self._listed(other, extra, "", tail)
        if self.asked.method == "POST" and tail == ["$ref"]:
            related, other_key = self.entities.target(str(self.asked.json().get("@odata.id", "")))
            self._relate(related, other_key, column, (table.name, key))
            return Answer(204)
        if self.asked.method == "POST" and not tail:
            bind = {f"{column.targets[table.name]}@odata.bind": f"/{table.set}({key})"}
            made = self.entities.create(other, {**self.asked.json(), **bind})
            address = f"{self.asked.base}{other.set}({made})"
            return Answer(204, headers={"OData-EntityId": address, "Location": address})
        if self.asked.method == "DELETE" and tail == ["$ref"]:
            self._relate(other, self._inner(other, inner), column, None)
            return Answer(204)
        raise not_found(tail[0] if tail else other.set)

    def _relate(self, other: Table, key: str, column: Column, value: tuple[str, str] | None) -> None:
        self.entities.rights.check("Write", other, key)
        if value is not None:
            self.entities.rights.check("AppendTo", self.entities.schema.tables[value[0]], value[1])
        records.update(self.world, other.name, key, {column.name: value}, by=self.entities.rights.user)

    def _many(self, table: Table, key: str, many: ManyToMany, inner: str | None, tail: list[str]) -> Answer:
        end = many.from_table(table.name)
        assert end is not None
        own, other_name, other_id = end
        other = self.entities.schema.tables[other_name]
        if self.asked.method == "GET" and inner is None:
            self.entities.rights.check("Read", table, key)
            source = f'JOIN "{many.stored}" n ON n."{other_id}"=t."{other.id}"'
            return self._listed(other, (f'n."{own}"=?', [key]), source, tail)
        if tail != ["$ref"]:
            raise not_found(tail[0] if tail else many.name)
        if self.asked.method == "POST":
            related, other_key = self.entities.target(str(self.asked.json().get("@odata.id", "")))
            if related.name != other_name:
                raise Refused(400, "0x80060888", f"{many.name} joins rows of {other_name}, not of {related.name}.")
            self._join(table, key, many, other, other_key)
            return Answer(204)
        if self.asked.method == "DELETE":
            self._part(table, key, many, other, self._inner(other, inner))
            return Answer(204)
        raise not_found(many.name)

    def _join(self, table: Table, key: str, many: ManyToMany, other: Table, other_key: str) -> None:
        left, right = _ends(many, table, key, other_key)
        with self.world.transaction() as db:
            memberships.check(self.world, self.entities.rights, many, left, right, joining=True)
            known = db.execute(
                f'SELECT 1 FROM "{many.stored}" WHERE "{many.left_id}"=? AND "{many.right_id}"=?',  # noqa: S608
                (left, right),
            ).fetchone()
            if known:
                raise Refused(412, "0x80040237", "Cannot insert duplicate key.")
            db.execute(f'INSERT INTO "{many.stored}" ("{many.left_id}", "{many.right_id}") VALUES (?,?)', (left, right))  # noqa: S608
            self._touch(table, key)

    def _part(self, table: Table, key: str, many: ManyToMany, other: Table, other_key: str) -> None:
        left, right = _ends(many, table, key, other_key)
        with self.world.transaction() as db:
            memberships.check(self.world, self.entities.rights, many, left, right, joining=False)
            db.execute(f'DELETE FROM "{many.stored}" WHERE "{many.left_id}"=? AND "{many.right_id}"=?', (left, right))  # noqa: S608
            self._touch(table, key)

    def _touch(self, table: Table, key: str) -> None:
        with self.world.transaction() as db:
            if table.name in {"team", "systemuser"}:
                db.execute(
                    f'UPDATE "{table.stored}" SET versionnumber=? WHERE "{table.id}"=?',  # noqa: S608
                    (next_version(db), key),
                )

    def _inner(self, other: Table, inner: str | None) -> str:
        if inner is not None:
            return self.entities.existing(other, inner)
        address = self.asked.options().get("$id", "")
        if not address:
            raise Refused(400, "0x80060888", "Say which row is meant: $ref?$id=<address of the row>.")
        return self.entities.target(address)[1]

    def _listed(self, other: Table, extra: tuple[str, list[Any]], source: str, tail: list[str]) -> Answer:
        reader = self.entities.reader
        if tail == ["$count"]:
            total = reader.count(other, wanted(self.asked.options()), extra, source)
            return Answer(200, str(total).encode(), {"Content-Type": "text/plain"})
        if tail == ["$ref"]:
            ask = wanted({"$select": other.id})
            rows, _ = reader.rows(other, ask, 5000, extra, source)
            value = [{"@odata.id": f"{self.asked.base}{other.set}({row[other.id]})"} for row in rows]
            return answer_json({"@odata.context": f"{self.asked.base}$metadata#Collection($ref)", "value": value})
        if tail:
            raise not_found(tail[0])
        return page(reader, other, self.asked, extra, source)


def _ends(many: ManyToMany, table: Table, key: str, other_key: str) -> tuple[str, str]:
    return (key, other_key) if many.left == table.name else (other_key, key)
