"""A filter tree turned into SQL with parameters, over one table and what its relations lead to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadwright.sandbox.dynamics.dataverse import periods
from leadwright.sandbox.dynamics.dataverse.calls import no_property
from leadwright.sandbox.dynamics.dataverse.filters import Call, Compare, In, Joined, Lambda, Literal, Not, Path
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.tables import CHOICES, LOOKUPS, NUMBERS, TEXTS, Column, Schema, Table
from leadwright.sandbox.dynamics.dataverse.values import guid, moment
from leadwright.sandbox.dynamics.world import Refused

CRM = "Microsoft.Dynamics.CRM."
_TEXT_CALLS = {"contains": ("%", "%"), "startswith": ("", "%"), "endswith": ("%", "")}
_PARTS = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S"}


@dataclass(frozen=True, slots=True)
class Expression:
    """An SQL expression, what it needs and the column it stands for."""

    sql: str
    given: tuple[Any, ...]
    column: Column | None = None
    literal: Literal | None = None


class Conditions:
    """Writes conditions for one query; `joins` collects the tables that navigation paths need.

    Args:
        now: for today, last seven days and the like.
        rights: rows behind a relation count only where they may be read.
    """

    def __init__(self, schema: Schema, table: Table, rights: Rights, now: datetime, alias: str = "t") -> None:
        self.schema, self.table, self.rights, self.now, self.alias = schema, table, rights, now, alias
        self.joins: dict[str, str] = {}
        self._scopes: dict[str, tuple[Table, str]] = {}
        self._numbers = iter(range(1, 1000))

    def condition(self, tree: Any) -> tuple[str, list[Any]]:
        """SQL and parameters of a tree.

        Raises:
            Refused: 400 of a name, a function or a value that does not fit.
        """
        if isinstance(tree, Joined):
            parts = [self.condition(part) for part in tree.parts]
            return f"({f' {tree.word} '.join(sql for sql, _ in parts)})", [one for _, more in parts for one in more]
        if isinstance(tree, Not):
            sql, given = self.condition(tree.of)
            return f"(NOT coalesce({sql}, 0))", given
        if isinstance(tree, Compare):
            return self._compare(tree)
        if isinstance(tree, In):
            return self._in(tree.left, tree.values)
        if isinstance(tree, Lambda):
            return self._some(tree)
        if isinstance(tree, Call):
            return self._call(tree)
        raise Refused(400, "0x80060888", "The filter expression must evaluate to a single boolean value.")

    def order(self, path: Path) -> str:
        """The SQL expression to sort by."""
        return self._column(path).sql

    def _compare(self, tree: Compare) -> tuple[str, list[Any]]:
        left, right, operator = self._operand(tree.left), self._operand(tree.right), tree.operator
        if left.literal is not None and right.literal is None:
            left, right = right, left
            operator = {">": "<", "<": ">", ">=": "<=", "<=": ">="}.get(operator, operator)
        if right.literal is None:
            return f"{left.sql} {operator} {right.sql}", [*left.given, *right.given]
        if right.literal.kind == "null":
            if operator not in {"=", "<>"}:
                raise self._types(left, right, operator)
            return f"{left.sql} IS {'NOT ' if operator == '<>' else ''}NULL", [*left.given]
        value, operator = self._value(left, right, operator)
        if operator == "never":
            return "0", []
        if operator == "<>":
            return f"({left.sql} <> ? OR {left.sql} IS NULL)", [*left.given, value, *left.given]
        return f"{left.sql} {operator} ?", [*left.given, value]

    def _in(self, left: Any, values: tuple[Any, ...]) -> tuple[str, list[Any]]:
        found = self._operand(left)
        given: list[Any] = list(found.given)
        for value in values:
            one, operator = self._value(found, self._operand(value), "=")
            given.append(None if operator == "never" else one)
        return f"{found.sql} IN ({','.join('?' * len(values))})", given

    def _value(self, left: Expression, right: Expression, operator: str) -> tuple[Any, str]:
        literal, column = right.literal, left.column
        if literal is None:
            raise self._types(left, right, operator)
        if column is None:
            return (int(literal.value) if literal.kind == "bool" else literal.value), operator
        if literal.kind == "null":
            return None, operator
        expected = self._fits(column, literal)
        if not expected:
            raise self._types(left, right, operator)
        if column.type in {"guid", "id"} | LOOKUPS:
            return guid(literal.value), operator
        if column.type == "date":
            return str(literal.value)[:10], operator
        if column.type == "datetime":
            return _moment(str(literal.value), operator)
        return (int(literal.value) if literal.kind == "bool" else literal.value), operator

    @staticmethod
    def _fits(column: Column, literal: Literal) -> bool:
        if column.type in TEXTS:
            return literal.kind == "string"
        if column.type == "bool":
            return literal.kind == "bool"
        if column.type in CHOICES | NUMBERS:
            return literal.kind == "number" or (column.type in CHOICES and str(literal.value).lstrip("-").isdigit())
        if column.type in {"datetime", "date"}:
            return literal.kind == "moment" or (literal.kind == "string" and moment(str(literal.value)) is not None)
        return literal.kind == "guid" or (literal.kind == "string" and guid(literal.value) is not None)

    def _types(self, left: Expression, right: Expression, operator: str) -> Refused:
        kinds = [edm(left.column), _literal_edm(right.literal) if right.literal else edm(right.column)]
        word = {"=": "Equal", "<>": "NotEqual", ">": "GreaterThan", ">=": "GreaterThanOrEqual", "<": "LessThan",
                "<=": "LessThanOrEqual"}.get(operator, operator)  # fmt: skip
        message = (
            "A binary operator with incompatible types was detected. Found operand types "
            f"'{kinds[0]}' and '{kinds[1]}' for operator kind '{word}'."
        )
        return Refused(400, "0x80060888", message)

    def _operand(self, tree: Any) -> Expression:
        if isinstance(tree, Literal):
            return Expression("?", (tree.value,), literal=tree)
        if isinstance(tree, Path):
            return self._column(tree)
        if isinstance(tree, Call):
            return self._scalar(tree)
        raise Refused(400, "0x80060888", "The filter expression is not supported here.")

    def _scalar(self, call: Call) -> Expression:
        inner = [self._operand(arg) for arg in call.args]
        given = tuple(one for arg in inner for one in arg.given)
        if call.name in _PARTS and len(inner) == 1:
            return Expression(f"CAST(strftime('{_PARTS[call.name]}', {inner[0].sql}) AS INTEGER)", given)
        if call.name in {"tolower", "toupper", "trim", "length"} and len(inner) == 1:
            name = {"tolower": "lower", "toupper": "upper"}.get(call.name, call.name)
            alike = "" if name == "length" else " COLLATE NOCASE"
            return Expression(f"{name}({inner[0].sql}){alike}", given)
        if call.name in _TEXT_CALLS or call.name.startswith(CRM):
            sql, more = self._call(call)
            return Expression(f"({sql})", tuple(more))
        if call.name == "now" and not inner:
            return Expression("?", (stamp(self.now),), literal=Literal("moment", stamp(self.now)))
        raise Refused(400, "0x80060888", f"An unknown function with name '{call.name}' was found.")

    def _column(self, path: Path) -> Expression:
        table, alias, parts = self.table, self.alias, list(path.parts)
        if parts[0] in self._scopes:
            table, alias = self._scopes[parts.pop(0)]
            if not parts:
                raise Refused(400, "0x80060888", "A range variable alone cannot be compared.")
        while len(parts) > 1:
            found = table.navigation(parts[0])
            if found is None:
                raise no_property(parts[0], table.name)
            name = f"{alias}_{parts.pop(0)}"
            table, alias = self._join(table, alias, *found, name), name
        column = table.by_odata().get(parts[0])
        if column is None:
            raise no_property(parts[0], table.name)
        return Expression(f'{alias}."{column.name}"', (), column)

    def _join(self, table: Table, alias: str, column: Column, target: str, name: str) -> Table:
        other = self.schema.tables[target]
        self.rights.where("Read", other, "x")  # refuses who may read no row of it
        kind = f" AND {alias}.\"{column.name}type\"='{target}'" if column.many_targets else ""
        if alias in {a for _, a in self._scopes.values()}:
            raise Refused(400, "0x80060888", "Navigation inside any and all is not supported.")
        self.joins[name] = f'LEFT JOIN "{other.stored}" "{name}" ON "{name}"."{other.id}"={alias}."{column.name}"{kind}'
        return other

    def _call(self, call: Call) -> tuple[str, list[Any]]:
        if call.name in _TEXT_CALLS and len(call.args) == 2:
            left, right = (self._operand(arg) for arg in call.args)
            if right.literal is None or right.literal.kind != "string":
                raise Refused(
                    400, "0x80060888", f"No function signature for the function with name '{call.name}' matches."
                )
            before, after = _TEXT_CALLS[call.name]
            text = str(right.literal.value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            return f"{left.sql} LIKE ? ESCAPE '\\'", [*left.given, f"{before}{text}{after}"]
        if call.name.startswith(CRM):
            return self._crm(call.name[len(CRM) :], dict(call.named))
        raise Refused(400, "0x80060888", f"An unknown function with name '{call.name}' was found.")

    def _crm(self, name: str, named: dict[str, Any]) -> tuple[str, list[Any]]:
        property_name = named.get("PropertyName")
        if not isinstance(property_name, Literal):
            raise Refused(400, "0x80060888", f"The function {CRM}{name} needs PropertyName.")
        column = self._column(Path(tuple(str(property_name.value).split("/"))))
        given = _values(named)
        if name in {"In", "NotIn"}:
            sql, more = self._in_values(column, given)
            return (f"({column.sql} IS NULL OR NOT {sql})" if name == "NotIn" else sql), more
        if name in {"Between", "NotBetween"} and len(given) == 2 and column.column and column.column.type in NUMBERS:
            sql = f"{column.sql} BETWEEN ? AND ?"
            return (f"NOT ({sql})" if name == "NotBetween" else sql), [float(one) for one in given]
        if name in {"EqualUserId", "NotEqualUserId"}:
            operator = "IS NOT" if name.startswith("Not") else "="
            return f"{column.sql} {operator} ?", [self.rights.user]
        if name in {"EqualUserTeams", "EqualUserOrUserTeams"}:
            who = [*self.rights.teams, *([self.rights.user] if "Or" in name else [])]
            return f"{column.sql} IN ({','.join('?' * len(who))})", who
        if name in {"EqualBusinessId", "NotEqualBusinessId"}:
            return f"{column.sql} {'<>' if name.startswith('Not') else '='} ?", [self.rights.unit]
        return self._period(name, column, given)

    def _in_values(self, column: Expression, given: list[Any]) -> tuple[str, list[Any]]:
        values = [guid(one) or one if column.column and column.column.type in {"guid", "id"} | LOOKUPS else one
                  for one in given]  # fmt: skip
        return f"{column.sql} IN ({','.join('?' * len(values))})", values

    def _period(self, name: str, column: Expression, given: list[Any]) -> tuple[str, list[Any]]:
        if column.column is None or column.column.type not in {"datetime", "date"}:
            message = f"The function {CRM}{name} is not valid for the attribute."
            raise Refused(400, "0x80060888", message)
        start, end, inside = periods.span(name, given, self.now)
        cut: Callable[[datetime], str] = (lambda at: stamp(at)[:10]) if column.column.type == "date" else stamp
        parts, values = [], []
        if start is not None:
            parts.append(f"{column.sql} >= ?")
            values.append(cut(start))
        if end is not None:
            parts.append(f"{column.sql} < ?")
            values.append(cut(end))
        sql = " AND ".join(parts)
        return (f"({sql})" if inside else f"NOT ({sql})"), values

    def _some(self, tree: Lambda) -> tuple[str, list[Any]]:
        if len(tree.path.parts) != 1:
            raise Refused(400, "0x80060888", "Only collections of the table itself can be searched with any and all.")
        name = tree.path.parts[0]
        alias = f"c{next(self._numbers)}"
        table, source, joined = self._collection(name, alias)
        inner: str = "1"
        given: list[Any] = []
        if tree.condition is not None:
            self._scopes[tree.variable] = table, alias
            inner, given = self.condition(tree.condition)
            del self._scopes[tree.variable]
        readable, more = self.rights.where("Read", table, alias)
        found = f"SELECT 1 FROM {source} WHERE {joined} AND {readable}"  # noqa: S608
        if tree.word == "all":
            return f"NOT EXISTS ({found} AND NOT coalesce({inner}, 0))", [*more, *given]
        return f"EXISTS ({found} AND {inner})", [*more, *given]

    def _collection(self, name: str, alias: str) -> tuple[Table, str, str]:
        many = self.schema.many.get(name)
        end = many.from_table(self.table.name) if many else None
        if many and end:
            own, other, other_id = end
            table = self.schema.tables[other]
            source = (
                f'"{many.stored}" n{alias} JOIN "{table.stored}" {alias} ON {alias}."{table.id}"=n{alias}."{other_id}"'
            )
            return table, source, f'n{alias}."{own}"={self.alias}."{self.table.id}"'
        found = self.schema.collections.get((self.table.name, name))
        if found is None:
            raise no_property(name, self.table.name)
        table, column = found
        return table, f'"{table.stored}" {alias}', f'{alias}."{column.name}"={self.alias}."{self.table.id}"'


def edm(column: Column | None) -> str:
    """The type of a column as OData names it."""
    if column is None:
        return "Edm.Int32"
    if column.type in TEXTS:
        return "Edm.String"
    if column.type in CHOICES | {"int"}:
        return "Edm.Int32"
    names = {"bool": "Edm.Boolean", "bigint": "Edm.Int64", "datetime": "Edm.DateTimeOffset", "date": "Edm.Date",
             "double": "Edm.Double", "money": "Edm.Decimal", "decimal": "Edm.Decimal"}  # fmt: skip
    return names.get(column.type, "Edm.Guid")


def _literal_edm(literal: Literal) -> str:
    names = {"string": "Edm.String", "guid": "Edm.Guid", "moment": "Edm.DateTimeOffset", "bool": "Edm.Boolean"}
    return names.get(literal.kind, "Edm.Int32")


def _values(named: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for key in ("PropertyValue", "PropertyValue1", "PropertyValue2", "PropertyValues"):
        value = named.get(key)
        if isinstance(value, tuple):
            found += [one.value for one in value if isinstance(one, Literal)]
        elif isinstance(value, Literal):
            found.append(value.value)
    return found


def _moment(text: str, operator: str) -> tuple[Any, str]:
    found = moment(text)
    if found is None:
        raise Refused(400, "0x80060888", f"Unrecognized 'Edm.DateTimeOffset' literal '{text}'.")
    if found.microsecond:
        if operator == "=":
            return None, "never"
        operator = {">=": ">", "<": "<="}.get(operator, operator)
    return stamp(found.astimezone(UTC)), operator
