"""Operators of Dataverse views (FetchXML names), which kinds of column take which, and what each needs as a value.

Negative operators (does not equal, does not contain, not in, not between, ...) also match a column without data, as
Dataverse views do; every other operator never does.
"""

from enum import Enum, StrEnum

from leadwright.domain.attributes import Kind


class Operator(StrEnum):
    """What a condition asks of a column."""

    EQUALS = "eq"
    NOT_EQUALS = "ne"
    IN = "in"
    NOT_IN = "not-in"
    HAS_DATA = "not-null"
    NO_DATA = "null"
    CONTAINS = "contains"
    NOT_CONTAINS = "not-contains"
    BEGINS = "begins-with"
    NOT_BEGINS = "not-begin-with"
    ENDS = "ends-with"
    NOT_ENDS = "not-end-with"
    LESS = "lt"
    AT_MOST = "le"
    GREATER = "gt"
    AT_LEAST = "ge"
    BETWEEN = "between"
    NOT_BETWEEN = "not-between"
    ON = "on"
    NOT_ON = "not-on"
    BEFORE = "before"
    ON_OR_BEFORE = "on-or-before"
    AFTER = "after"
    ON_OR_AFTER = "on-or-after"
    TODAY = "today"
    YESTERDAY = "yesterday"
    TOMORROW = "tomorrow"
    LAST_HOURS = "last-x-hours"
    LAST_DAYS = "last-x-days"
    LAST_WEEKS = "last-x-weeks"
    LAST_MONTHS = "last-x-months"
    LAST_YEARS = "last-x-years"
    NEXT_HOURS = "next-x-hours"
    NEXT_DAYS = "next-x-days"
    NEXT_WEEKS = "next-x-weeks"
    NEXT_MONTHS = "next-x-months"
    NEXT_YEARS = "next-x-years"
    OLDER_HOURS = "olderthan-x-hours"
    OLDER_DAYS = "olderthan-x-days"
    OLDER_WEEKS = "olderthan-x-weeks"
    OLDER_MONTHS = "olderthan-x-months"
    OLDER_YEARS = "olderthan-x-years"
    THIS_WEEK = "this-week"
    LAST_WEEK = "last-week"
    NEXT_WEEK = "next-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    NEXT_MONTH = "next-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    NEXT_QUARTER = "next-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    NEXT_YEAR = "next-year"


class Family(Enum):
    """Kinds of column that take the same operators."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "date and time"
    CHOICE = "choice"
    BOOLEAN = "yes/no"
    LOOKUP = "lookup"


class Needs(Enum):
    """What stands beside the operator."""

    NOTHING = "no value"
    ONE = "one value"
    TWO = "two values"
    MANY = "a list of values"
    COUNT = "a whole number from 1 to 10,000"


O = Operator  # noqa: E741
_DATA = (O.HAS_DATA, O.NO_DATA)
_SAME = (O.EQUALS, O.NOT_EQUALS, O.IN, O.NOT_IN)
_ROLLING = tuple(o for o in O if "-x-" in o.value)
_HOURS = frozenset({O.LAST_HOURS, O.NEXT_HOURS, O.OLDER_HOURS})
_CALENDAR = tuple(o for o in O if o.value.split("-")[0] in {"this", "last", "next"} and "-x-" not in o.value)
_DAYS = (O.TODAY, O.YESTERDAY, O.TOMORROW)
_DATED = (O.ON, O.NOT_ON, O.BEFORE, O.ON_OR_BEFORE, O.AFTER, O.ON_OR_AFTER, O.BETWEEN, O.NOT_BETWEEN)

_FAMILY = {
    Kind.TEXT: Family.TEXT,
    Kind.EMAIL: Family.TEXT,
    Kind.URL: Family.TEXT,
    Kind.PHONE: Family.TEXT,
    Kind.MEMO: Family.TEXT,
    Kind.AUTONUMBER: Family.TEXT,
    Kind.NUMBER: Family.NUMBER,
    Kind.MONEY: Family.NUMBER,
    Kind.DECIMAL: Family.NUMBER,
    Kind.DATE: Family.DATE,
    Kind.DATETIME: Family.DATETIME,
    Kind.CHOICE: Family.CHOICE,
    Kind.BOOLEAN: Family.BOOLEAN,
    Kind.LOOKUP: Family.LOOKUP,
    Kind.OWNER: Family.LOOKUP,
    Kind.CUSTOMER: Family.LOOKUP,
}

OPERATORS: dict[Family, tuple[Operator, ...]] = {
    Family.TEXT: (
        *_SAME,
        *(O.CONTAINS, O.NOT_CONTAINS, O.BEGINS, O.NOT_BEGINS, O.ENDS, O.NOT_ENDS),
        *_DATA,
    ),
    Family.NUMBER: (*_SAME, O.LESS, O.AT_MOST, O.GREATER, O.AT_LEAST, O.BETWEEN, O.NOT_BETWEEN, *_DATA),
    Family.DATE: (*_DATED, *_DAYS, *(o for o in _ROLLING if o not in _HOURS), *_CALENDAR, *_DATA),
    Family.DATETIME: (*_DATED, *_DAYS, *_ROLLING, *_CALENDAR, *_DATA),
    Family.CHOICE: (*_SAME, *_DATA),
    Family.BOOLEAN: (O.EQUALS, O.NOT_EQUALS, *_DATA),
    Family.LOOKUP: (*_SAME, *_DATA),
}

NEGATIVE = frozenset(
    {O.NOT_EQUALS, O.NOT_IN, O.NOT_CONTAINS, O.NOT_BEGINS, O.NOT_ENDS, O.NOT_BETWEEN, O.NOT_ON},
)
MOVING = frozenset({*_DAYS, *_ROLLING, *_CALENDAR})  # what they match changes as time passes


def family(kind: Kind) -> Family | None:
    """The family of a kind of column; None when it cannot be selected by (party list, file, formula, prompt)."""
    return _FAMILY.get(kind)


def operators_of(kind: Kind) -> tuple[Operator, ...]:
    """Operators that a column of this kind takes, in the order a person is offered them."""
    found = family(kind)
    return OPERATORS[found] if found else ()


def needs(operator: Operator) -> Needs:
    """How many values the operator takes."""
    if operator in _ROLLING:
        return Needs.COUNT
    if operator in (O.BETWEEN, O.NOT_BETWEEN):
        return Needs.TWO
    if operator in (O.IN, O.NOT_IN):
        return Needs.MANY
    return Needs.NOTHING if operator in (*_DATA, *_DAYS, *_CALENDAR) else Needs.ONE


_LABELS = {
    O.EQUALS: "equals",
    O.NOT_EQUALS: "does not equal",
    O.IN: "is one of",
    O.NOT_IN: "is not one of",
    O.HAS_DATA: "contains data",
    O.NO_DATA: "does not contain data",
    O.CONTAINS: "contains",
    O.NOT_CONTAINS: "does not contain",
    O.BEGINS: "begins with",
    O.NOT_BEGINS: "does not begin with",
    O.ENDS: "ends with",
    O.NOT_ENDS: "does not end with",
    O.LESS: "is less than",
    O.AT_MOST: "is at most",
    O.GREATER: "is greater than",
    O.AT_LEAST: "is at least",
    O.BETWEEN: "is between",
    O.NOT_BETWEEN: "is not between",
    O.ON: "is on",
    O.NOT_ON: "is not on",
    O.BEFORE: "is before",
    O.ON_OR_BEFORE: "is on or before",
    O.AFTER: "is after",
    O.ON_OR_AFTER: "is on or after",
}


def label(operator: Operator) -> str:
    """What a person reads; X stands where the number goes: ``in the last X days``."""
    if operator in _LABELS:
        return _LABELS[operator]
    words = operator.value.replace("olderthan-x", "older than X").replace("-x-", " X ").replace("-", " ")
    return f"is in the {words}" if operator in _ROLLING and not words.startswith("older") else f"is {words}"
