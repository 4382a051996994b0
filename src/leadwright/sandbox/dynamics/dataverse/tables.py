"""What the organisation's tables look like: columns, choices, lookups, relations. Read from metadata/*.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

STANDARD = {
    "createdon": "datetime!; Created On",
    "modifiedon": "datetime!; Modified On",
    "createdby": "lookup! systemuser; Created By; lk_{table}_createdby",
    "modifiedby": "lookup! systemuser; Modified By; lk_{table}_modifiedby",
    "createdonbehalfby": "lookup! systemuser; Created By (Delegate); lk_{table}_createdonbehalfby",
    "modifiedonbehalfby": "lookup! systemuser; Modified By (Delegate); lk_{table}_modifiedonbehalfby",
    "overriddencreatedon": "datetime; Record Created On",
    "importsequencenumber": "int; Import Sequence Number",
    "versionnumber": "bigint!; Version Number",
}
OWNED = {
    "ownerid": "owner systemuser team; Owner; {table}_owner_systemuser {table}_owner_team",
    "owningbusinessunit": "lookup! businessunit; Owning Business Unit; business_unit_{table}",
    "owninguser": "lookup! systemuser; Owning User; user_{table}",
    "owningteam": "lookup! team; Owning Team; team_{table}",
}
ACTIVITY = {
    "activitytypecode": "string! 100; Activity Type",
    "regardingobjectid": "lookup lead account contact opportunity competitor systemuser; Regarding; "
    "Lead_{Table}s Account_{Table}s Contact_{Table}s Opportunity_{Table}s Competitor_{Table}s SystemUser_{Table}s",
    "scheduledstart": "datetime; Start Date",
    "scheduledend": "datetime; Due Date",
    "actualstart": "datetime; Actual Start",
    "actualend": "datetime; Actual End",
    "prioritycode": "choice 0 Low | 1 Normal | 2 High = 1; Priority",
    "isworkflowcreated": "bool No | Yes = 0; Is Workflow Created",
}
NUMBERS = {"int", "bigint", "decimal", "money", "double"}
TEXTS = {"string", "memo"}
CHOICES = {"choice", "state", "status"}
LOOKUPS = {"lookup", "owner"}
_OFFLINE = {"lead", "account", "contact", "opportunity", "competitor", "campaign", "connection", "annotation", "email",
            "task", "phonecall", "appointment", "appnotification"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option set; a status reason also belongs to a state."""

    value: int
    label: str
    state: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        type: string, memo, int, bigint, decimal, money, double, bool, datetime, date, guid, id, choice, state,
            status, lookup, owner.
        limit: greatest length of a text.
        targets: of a lookup: table -> navigation property, in the case it is written with.
        relations: of a lookup: table -> name of the collection on the other side.
        odata: name in a reply: `_x_value` for a lookup.
        required: forms ask for it (ApplicationRequired); the API does not.
        needed: the API refuses a row without it (SystemRequired).
        fixed: only the platform sets it.
        shared: its choices are a global option set.
        schema_name: as metadata spells it.
    """

    name: str
    type: str
    label: str
    limit: int | None = None
    low: float | None = None
    high: float | None = None
    required: bool = False
    needed: bool = False
    fixed: bool = False
    choices: tuple[Choice, ...] = ()
    targets: dict[str, str] = field(default_factory=dict)
    relations: dict[str, str] = field(default_factory=dict)
    default: Any = None
    custom: bool = False
    shared: bool = False
    schema_name: str = ""
    odata: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "odata", f"_{self.name}_value" if self.type in LOOKUPS else self.name)

    @property
    def many_targets(self) -> bool:
        """Whether the table a value points to is stored beside it, in `{name}type`."""
        return self.type == "owner" or len(self.targets) > 1

    def label_of(self, value: int) -> str | None:
        """Label of a choice, or None where the option set has no such value."""
        return next((one.label for one in self.choices if one.value == value), None)


@dataclass(slots=True)
class Table:
    """One table.

    Args:
        set: name in addresses, such as leads.
        id: primary key column.
        name_column: primary name column; empty where there is none.
        ownership: user, business (rights by the business unit of the row), organization, none.
        privilege: what privileges are named after: prvRead{privilege}.
        tracked: whether change tracking is on.
        bulk: whether CreateMultiple and its like are offered.
    """

    name: str
    set: str
    label: str
    plural: str
    code: int
    id: str
    name_column: str
    ownership: str
    privilege: str
    columns: dict[str, Column]
    tracked: bool = False
    bulk: bool = False
    activity: bool = False
    custom: bool = False
    schema_name: str = ""
    keys: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def stored(self) -> str:
        """Name of the SQL table."""
        return f"dv_{self.name}"

    @property
    def versioned(self) -> bool:
        """Whether a change may ask for a version by its etag."""
        return self.custom or self.name in _OFFLINE or self.name.startswith("msdyn_")

    def by_odata(self) -> dict[str, Column]:
        """Columns under the names replies use."""
        return {column.odata: column for column in self.columns.values()}

    def navigation(self, name: str) -> tuple[Column, str] | None:
        """The lookup and the table behind a navigation property; names are case-sensitive."""
        for column in self.columns.values():
            for target, navigation in column.targets.items():
                if name == navigation or (column.type == "owner" and name == "ownerid"):
                    return column, target
                if self.activity and column.name == "regardingobjectid" and name == f"{navigation}_{self.name}":
                    return column, target
        return None


@dataclass(frozen=True, slots=True)
class ManyToMany:
    """A relation kept in a table of its own, which has the two id columns."""

    name: str
    left: str
    left_id: str
    right: str
    right_id: str
    stored: str

    def from_table(self, table: str) -> tuple[str, str, str] | None:
        """Own id column, the other table and its id column, seen from one end; None where it is no end."""
        if table == self.left:
            return self.left_id, self.right, self.right_id
        if table == self.right:
            return self.right_id, self.left, self.left_id
        return None


def read_column(table: str, name: str, text: str, others: dict[str, Column] | None = None) -> Column:
    """A column out of its line: `type arguments = default; label; relations`."""
    parts = [part.strip() for part in text.split(";")]
    kind, _, rest = parts[0].partition(" ")
    marks, kind = kind[len(kind.rstrip("!*")) :], kind.rstrip("!*")
    rest, _, default = rest.partition("=") if kind not in LOOKUPS else (rest, "", "")
    if not kind:
        raise ValueError(f"{table}.{name}: {text}")
    names = [one.replace("{table}", table).replace("{Table}", table.title()) for one in " ".join(parts[2:]).split()]
    found = Column(
        name=name,
        type=kind,
        label=parts[1] if len(parts) > 1 else name,
        required="*" in marks,
        needed="**" in marks,
        fixed="!" in marks,
        schema_name=name,
        **_arguments(kind, name, rest.strip(), names, others or {}),
    )
    return _with(found, default=_default(kind, default.strip())) if default.strip() else found


def _arguments(kind: str, name: str, rest: str, names: list[str], others: dict[str, Column]) -> dict[str, Any]:
    if kind in TEXTS:
        return {"limit": int(rest or 100)}
    if kind in NUMBERS:
        bounds = rest.split()
        low, high = (float(bounds[0]), float(bounds[1])) if bounds else (None, None)
        return {"low": low, "high": high} if kind != "int" or bounds else {"low": -(2.0**31), "high": 2.0**31 - 1}
    if kind == "bool":
        return {"choices": tuple(Choice(n, label.strip()) for n, label in enumerate((rest or "No | Yes").split("|")))}
    if kind == "choice" and rest.startswith("as "):
        return {"choices": others[rest[3:].strip()].choices}
    if kind == "choice":
        pairs = [one.strip().partition(" ") for one in rest.removeprefix("global ").split("|")]
        choices = tuple(Choice(int(value), label.strip()) for value, _, label in pairs)
        return {"choices": choices, "shared": rest.startswith("global ")}
    if kind in LOOKUPS:
        return _lookup(kind, name, rest.split(), names)
    return {}


def _lookup(kind: str, name: str, words: list[str], names: list[str]) -> dict[str, Any]:
    alone = len(words) == 1 or kind == "owner"
    targets = {}
    for word in words:
        target, _, navigation = word.partition("=")
        targets[target] = navigation or (name if alone else f"{name}_{target}")
    return {"targets": targets, "relations": dict(zip(targets, names, strict=False))}


def _default(kind: str, text: str) -> Any:
    if kind == "bool":
        return text == "1"
    return text if kind in TEXTS else int(text)


def _with(column: Column, **changes: Any) -> Column:
    fields = {name: getattr(column, name) for name in Column.__slots__}
    return Column(**(fields | changes))


def _states(text: str) -> tuple[Column, Column]:
    states, reasons = [], []
    for part in text.split("|"):
        head, _, tail = part.partition(":")
        value, _, label = head.strip().partition(" ")
        states.append(Choice(int(value), label))
        for one in tail.split(","):
            reason, _, reason_label = one.strip().partition(" ")
            reasons.append(Choice(int(reason), reason_label, int(value)))
    first = states[0].value
    return (
        Column("statecode", "state", "Status", choices=tuple(states), default=first, schema_name="statecode"),
        Column("statuscode", "status", "Status Reason", choices=tuple(reasons), schema_name="statuscode"),
    )


def read_table(name: str, text: dict[str, Any], others: dict[str, Column]) -> Table:
    """A table out of its section."""
    ours = name.startswith("msdyn_")
    label, _, plural = text["label"].partition("|")
    table = Table(
        name=name,
        set=text["set"],
        label=label,
        plural=plural or label,
        code=text["code"],
        id=text.get("id", f"{name}id"),
        name_column=text.get("name", "msdyn_name" if ours else ""),
        ownership=text.get("ownership", "user"),
        privilege=text.get("privilege", name if ours else name.title()),
        columns={},
        tracked=text.get("tracked", ours),
        bulk=text.get("bulk", ours),
        activity=text.get("activity", False),
        custom=text.get("custom", False),
        schema_name=text.get("schema_name", name if ours else name[0].upper() + name[1:]),
        keys=[tuple(key.split()) for key in text.get("keys", ())],
    )
    lines = dict(text["columns"])
    if table.activity:
        lines |= ACTIVITY
    if table.ownership != "none":
        lines |= STANDARD
    else:
        lines |= {key: STANDARD[key] for key in ("createdon", "modifiedon", "versionnumber")}
    if table.ownership == "user":
        lines |= OWNED
    columns = {table.id: Column(table.id, "id", table.label, fixed=False, schema_name=table.id)}
    columns |= {column: read_column(name, column, line, others) for column, line in lines.items()}
    if "states" in text:
        columns["statecode"], columns["statuscode"] = _states(text["states"])
    table.columns = columns
    others |= {f"{name}.{column}": value for column, value in columns.items()}
    return table


@cache
def seed_text() -> dict[str, dict[str, Any]]:
    """Every table of the seed as its file says it."""
    folder = files(__package__).joinpath("metadata")
    found: dict[str, dict[str, Any]] = {}
    for file in ("people.toml", "sales.toml", "mail.toml", "agent.toml"):
        found |= tomllib.loads(folder.joinpath(file).read_text(encoding="utf-8"))
    return found


@cache
def _seed() -> dict[str, Table]:
    others: dict[str, Column] = {}
    return {name: read_table(name, text, others) for name, text in seed_text().items()}


def seed_tables() -> dict[str, Table]:
    """The tables every organisation starts with, under their logical names; each organisation changes its own."""
    return {n: replace(table, columns={**table.columns}, keys=[*table.keys]) for n, table in _seed().items()}


@cache
def seed_relations() -> dict[str, ManyToMany]:
    """The many-to-many relations, under their names."""
    text = files(__package__).joinpath("metadata").joinpath("relations.toml").read_text(encoding="utf-8")
    return {name: ManyToMany(name, *line.split()) for name, line in tomllib.loads(text).items()}


class Schema:
    """All tables and relations of one organisation at one moment."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.tables = tables
        self.sets = {table.set: table for table in tables.values()}
        self.many = seed_relations()
        self.collections: dict[tuple[str, str], tuple[Table, Column]] = {}
        for table in tables.values():
            for column in table.columns.values():
                for target, name in column.relations.items():
                    self.collections[target, name] = table, column

    def many_from(self, table: str) -> Iterator[ManyToMany]:
        """Many-to-many relations with this table at one end."""
        return (one for one in self.many.values() if table in {one.left, one.right})
