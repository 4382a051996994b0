"""Requests to rows: read one, query, create, change, upsert, delete, single values, links. Rights are asked here."""

import json
from typing import Any

from leadwright.sandbox.dynamics.dataverse import (
    aggregates,
    changes,
    duplicates,
    fetching,
    payloads,
    records,
    statements,
)
from leadwright.sandbox.dynamics.dataverse.calls import (
    Answer,
    Asked,
    Segment,
    answer_error,
    answer_json,
    entity_address,
    no_property,
    not_found,
    split_list,
)
from leadwright.sandbox.dynamics.dataverse.links import Links
from leadwright.sandbox.dynamics.dataverse.queries import Reader, Wanted, applied, context, page, wanted
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.dataverse.values import guid, shown
from leadwright.sandbox.dynamics.world import Refused, World

MISMATCH = "The version of the existing record doesn't match the RowVersion property provided."
UNVERSIONED = (
    "Optimistic concurrency isn't enabled for entity type {}. The IfVersionMatches value of ConcurrencyBehavior can "
    "only be used if optimistic concurrency is enabled."
)
EXISTS = "A record with matching key values already exists."


class Struck(Refused):
    """Refused by the fault `etag mismatch`, which is used up only after the transaction is rolled back."""


def refused_answer(world: World, refused: Refused) -> Answer:
    """The reply of a refusal; outside of any transaction."""
    if isinstance(refused, Struck):
        world.fault("etag mismatch")
    return answer_error(refused)


class Entities:
    """Answers requests to rows for one caller."""

    def __init__(self, world: World, rights: Rights, asked: Asked) -> None:
        self.world, self.rights, self.asked = world, rights, asked
        self.schema = schema_of(world)
        self.preferences = asked.preferences()
        self.annotations = self.preferences.get("odata.include-annotations", "")
        self.reader = Reader(world, self.schema, rights, asked.base, self.annotations)

    def table(self, set_name: str) -> Table:
        """The table behind an entity set."""
        found = self.schema.sets.get(set_name)
        if found is None:
            raise not_found(set_name)
        return found

    def answer(self, segments: list[Segment]) -> Answer:
        """The reply to a path of an entity set."""
        head, rest = segments[0], segments[1:]
        table = self.table(head.name)
        if head.key is None:
            return self._set(table, rest)
        if not rest:
            return self._row(table, head.key)
        return Links(self).answer(table, self.existing(table, head.key), rest)

    def _set(self, table: Table, rest: list[Segment]) -> Answer:
        if rest and rest[0].name == "$count" and self.asked.method == "GET":
            total = self.reader.count(table, wanted(self.asked.options()))
            return Answer(200, str(min(total, 5000)).encode(), {"Content-Type": "text/plain"})
        if rest:
            raise not_found(rest[0].name)
        if self.asked.method == "GET":
            if "odata.track-changes" in self.preferences or "$deltatoken" in self.asked.options():
                return changes.answer(self.reader, table, self.asked)
            for option, other in _OTHER_QUERIES.items():
                if option in self.asked.options():
                    return other(self.reader, table, self.asked)
            return page(self.reader, table, self.asked)
        if self.asked.method == "POST":
            return self._create(table)
        raise not_allowed(self.asked.method)

    def _row(self, table: Table, key_text: str) -> Answer:
        if self.asked.method == "GET":
            return self._retrieve(table, key_text)
        if self.asked.method == "PATCH":
            return self._patch(table, key_text)
        if self.asked.method == "DELETE":
            key = self.existing(table, key_text)
            self.delete(table, key)
            return Answer(204)
        raise not_allowed(self.asked.method)

    def key_values(self, table: Table, text: str) -> tuple[str | None, dict[str, Any]]:
        """The id in the brackets of an address, or the values of an alternate key."""
        found = guid(text)
        if found:
            return found, {}
        values: dict[str, Any] = {}
        for part in split_list(text):
            name, mark, value = part.partition("=")
            if not mark:
                raise Refused(400, "0x80060888", f"The URI segment '{table.set}({text})' has an invalid key value.")
            column = table.by_odata().get(name.strip()) or table.columns.get(name.strip())
            if column is None:
                raise no_property(name, table.name)
            values[column.name] = _key_value(value.strip())
        if list(values) == [table.id]:
            return guid(values[table.id]), {}
        if not any(set(key) == set(values) for key in table.keys):
            message = f"The specified key attributes are not a defined key for the {table.name} entity"
            raise Refused(400, "0x80060889", message)
        return None, values

    def find_key(self, table: Table, text: str) -> tuple[str | None, dict[str, Any]]:
        """The id of the row an address means (None: there is none) and the values of its alternate key."""
        key, values = self.key_values(table, text)
        if key:
            return (key if self._there(table, key) else None), {table.id: key}
        found = records.find(self.world, table.name, **values)
        return (str(found[0][table.id]) if found else None), values

    def existing(self, table: Table, text: str) -> str:
        """The id of the row an address means.

        Raises:
            Refused: 404, there is none.
        """
        key, values = self.find_key(table, text)
        if key is None:
            if table.id in values:
                raise records.does_not_exist(table, values[table.id])
            named = ", ".join(f"{name}={value}" for name, value in values.items())
            message = f"A record with the specified key values does not exist in {table.name} entity"
            raise Refused(404, "0x80060891", f"{message} ({named})")
        return key

    def _there(self, table: Table, key: str) -> bool:
        with self.world.reading() as db:
            source = f'SELECT 1 FROM "{table.stored}" WHERE "{table.id}"=?'  # noqa: S608
            return db.execute(source, (key,)).fetchone() is not None

    def _retrieve(self, table: Table, key_text: str) -> Answer:
        key = self.existing(table, key_text)
        self.rights.check("Read", table, key)
        ask = wanted(self.asked.options())
        unless = self.asked.headers.get("if-none-match")
        if unless and not ask.expand and not self.annotations and unless == self.etag(table, key):
            return Answer(304)
        return self.shown(table, key, ask)

    def shown(self, table: Table, key: str, ask: Wanted, status: int = 200) -> Answer:
        """One row as a reply."""
        row = self.reader.one(table, key, ask)
        if row is None:
            raise records.does_not_exist(table, key)
        body = {"@odata.context": context(self.asked.base, table, ask, "/$entity"), **row}
        return answer_json(body, status, {**applied(self.preferences, self.annotations), "ETag": row["@odata.etag"]})

    def etag(self, table: Table, key: str) -> str:
        """The etag of a row."""
        with self.world.reading() as db:
            source = f'SELECT versionnumber FROM "{table.stored}" WHERE "{table.id}"=?'  # noqa: S608
            found = db.execute(source, (key,)).fetchone()
        return f'W/"{found["versionnumber"]}"' if found else ""

    def _create(self, table: Table) -> Answer:
        key = self.create(table, self.asked.json())
        return self._made(table, key, created=True)

    def _made(self, table: Table, key: str, *, created: bool) -> Answer:
        address = entity_address(self.asked.base, table.set, key)
        if self.preferences.get("return") == "representation":
            ask = wanted({k: v for k, v in self.asked.options().items() if k in {"$select", "$expand"}})
            answer = self.shown(table, key, ask, 201 if created else 200)
            answer.headers |= {"Preference-Applied": "return=representation", "OData-EntityId": address}
            if created:
                answer.headers["Location"] = address
            return answer
        return Answer(204, headers={"OData-EntityId": address, "Location": address})

    def create(self, table: Table, body: dict[str, Any]) -> str:
        """A row out of a JSON body; its id."""
        with self.world.transaction():
            values, after = payloads.read(self, table, body)
            payloads.check_create(self, table, values)
            duplicates.refuse(self, table, values)
            key = records.create(self.world, table.name, values, by=self.rights.user, behalf=self._actor())
            for other, column, one in after:
                self.create(other, {**one, f"{column.targets[table.name]}@odata.bind": f"/{table.set}({key})"})
            return key

    def update(self, table: Table, key: str, body: dict[str, Any]) -> None:
        """Change a row by a JSON body."""
        with self.world.transaction():
            values, after = payloads.read(self, table, body, updating=True)
            if after:
                raise Refused(400, "0x80060888", "Deep update is not supported. Change related rows by themselves.")
            values.pop(table.id, None)
            before = records.read(self.world, table.name, key)
            assert before is not None
            values = payloads.check_update(self, table, before, values)
            if values or body:
                records.update(self.world, table.name, key, values, by=self.rights.user, behalf=self._actor())

    def delete(self, table: Table, key: str) -> None:
        """Delete a row, if its etag fits."""
        with self.world.transaction():
            self.rights.check("Delete", table, key)
            self._match(table, key)
            records.delete(self.world, table.name, key, by=self.rights.user)

    def _actor(self) -> str | None:
        return self.rights.actor.user if self.rights.actor else None

    def _match(self, table: Table, key: str) -> None:
        """The fault `etag mismatch` makes every etag a stale one, as under a storm of other writers."""
        wanted_tag = self.asked.headers.get("if-match")
        if not wanted_tag or wanted_tag == "*":
            return
        if not table.versioned:
            raise Refused(400, "0x8006088d", UNVERSIONED.format(table.name))
        if "etag mismatch" in self.world.faults():
            raise Struck(412, "0x80060882", MISMATCH)
        if wanted_tag != self.etag(table, key):
            raise Refused(412, "0x80060882", MISMATCH)

    def _patch(self, table: Table, key_text: str) -> Answer:
        body = self.asked.json()
        with self.world.transaction():
            key, values = self.find_key(table, key_text)
            if key is not None:
                if self.asked.headers.get("if-none-match") == "*":
                    raise Refused(412, "0x80040237", EXISTS)
                self.rights.check("Write" if set(body) - _OWNER_KEYS else "Assign", table, key)
                self._match(table, key)
                self.update(table, key, body)
                return self._made(table, key, created=False)
            if self.asked.headers.get("if-match"):
                self.existing(table, key_text)
            key = self.create(table, {**body, **values})
            return self._made(table, key, created=True)

    def value(self, table: Table, key: str, name: str) -> tuple[str, Any]:
        """Name in replies and value of one column of a row."""
        column = table.by_odata().get(name) or table.columns.get(name)
        if column is None:
            raise no_property(name, table.name)
        row = records.read(self.world, table.name, key)
        assert row is not None
        return column.odata, shown(column, row[column.name])

    def target(self, address: str) -> tuple[Table, str]:
        """The row behind an address in a body: /leads(id), a whole address, or $1 inside a change set."""
        text = address.strip()
        if text.startswith("$"):
            text = self.asked.named.get(text[1:], text)
        text = text.removeprefix(self.asked.base).lstrip("/")
        if "/api/data/" in text:
            text = text.split("/api/data/", 1)[1].split("/", 1)[1]
        name, _, rest = text.partition("(")
        table = self.schema.sets.get(name) or self.schema.tables.get(name)
        if table is None or not rest.endswith(")"):
            raise not_found(text or address)
        return table, self.existing(table, rest[:-1])


_OWNER_KEYS = {"ownerid@odata.bind"}


_OTHER_QUERIES = {"$apply": aggregates.answer, "fetchXml": fetching.answer, "sql": statements.answer}


def not_allowed(method: str) -> Refused:
    """405."""
    return Refused(405, "0x80060888", f"The requested resource does not support http method '{method}'.")


def _key_value(text: str) -> Any:
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1].replace("''", "'")
    try:
        return json.loads(text)
    except ValueError:
        return text
