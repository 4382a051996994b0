"""Random criteria and random leads for the property tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from leadwright.domain.attributes import TABLES as KNOWN
from leadwright.domain.attributes import Attribute, Kind, with_custom
from leadwright.domain.selection import Criteria, Rules, from_json
from leadwright.domain.selection.operators import Family, Needs, family, needs, operators_of

NOW = datetime(2026, 3, 31, 22, 30, 15, 250, tzinfo=UTC)  # already April in Berlin
OWN = (
    Attribute("new_words", "Words", Kind.TEXT, custom=True),
    Attribute("new_amount", "Amount", Kind.DECIMAL, custom=True),
    Attribute("new_flag", "Flag", Kind.BOOLEAN, custom=True),
    Attribute("new_day", "Day", Kind.DATE, custom=True),
    Attribute("new_moment", "Moment", Kind.DATETIME, custom=True),
    Attribute("new_choice", "Choice", Kind.CHOICE, custom=True),
)
TABLES = {name: with_custom(name, OWN if name in ("lead", "account") else ()) for name in KNOWN}
USED = {  # a column or two of each kind; all kinds are read the same way
    "lead": "jobtitle companyname emailaddress1 emailaddress2 description numberofemployees revenue estimatedclosedate "
    "leadsourcecode statecode donotemail decisionmaker ownerid createdon",
    "account": "name lw_industry revenue createdon",
    "contact": "fullname",
    "opportunity": "estimatedvalue statecode actualclosedate",
}
KEYS = [f"00000000-0000-7000-8000-{n:012d}" for n in range(6)]
_PIECES = [
    "a",
    "A",
    "ab",
    "Müller",
    "MÜLLER",
    "straße",
    "ẞ",
    "İ",
    "ı",
    "K",
    "Σ",
    "ς",
    "жЖ",
    "%",
    "_",
    "\\",
    "'",
    '"',
    " ",
    "é",
    "E",
]
_ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=4)

words = st.one_of(
    st.none(), st.sampled_from(["", "  "]), st.lists(st.sampled_from(_PIECES), max_size=3).map("".join), _ANY
)
needles = st.one_of(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=2).map("".join), _ANY).filter(
    lambda t: t.strip() != ""
)
_numbers = st.sampled_from([0, 1, 2, 3, 10, 99, 1000, 2**31 - 1, 5_000_000])
_amounts = st.sampled_from([0.0, 0.1, 1.5, 2.0, 100.25, 1e9, -3.0])
_days = st.integers(-800, 800).map(lambda n: NOW.date() + timedelta(days=n)) | st.sampled_from(
    [date(2026, 3, 31), date(2026, 4, 1), date(2026, 3, 30), date(2026, 1, 1), date(2025, 12, 31), date(2026, 4, 5)]
)
_moments = st.integers(-3_000, 3_000).map(lambda n: NOW + timedelta(hours=n)) | st.sampled_from(
    [
        NOW,
        NOW - timedelta(hours=1),
        NOW + timedelta(microseconds=1),
        datetime(2026, 3, 31, tzinfo=UTC),
        datetime(2026, 3, 30, 22, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
        datetime(2026, 3, 31, 4, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
)


@dataclass(frozen=True)
class World:
    """Leads and the records they look up to, as table rows."""

    leads: Sequence[dict[str, Any]]
    accounts: Sequence[dict[str, Any]]
    contacts: Sequence[dict[str, Any]]
    opportunities: Sequence[dict[str, Any]]


def _used(table: str) -> list[Attribute]:
    return [a for a in TABLES[table].attributes.values() if a.custom or a.name in USED[table].split()]


def _value(attribute: Attribute) -> st.SearchStrategy[Any]:
    """A value a column may hold."""
    kind = family(attribute.kind)
    if attribute.custom:
        return _own(attribute)
    if attribute.kind is Kind.NUMBER:
        return st.none() | _numbers
    return {
        Family.TEXT: words,
        Family.NUMBER: st.none() | _amounts,
        Family.DATE: st.none() | _days,
        Family.DATETIME: st.none() | _moments,
        Family.CHOICE: st.none() | st.sampled_from(sorted(attribute.choices) or [1]),
        Family.BOOLEAN: st.none() | st.booleans(),
        Family.LOOKUP: st.none() | st.sampled_from(KEYS),
    }[kind]  # type: ignore[index]


def _own(attribute: Attribute) -> st.SearchStrategy[Any]:
    """A value in the JSON column, sometimes of the wrong type."""
    right: st.SearchStrategy[Any] = {
        Kind.TEXT: words,
        Kind.DECIMAL: _amounts | _numbers,
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: _days.map(date.isoformat),
        Kind.DATETIME: _moments.map(lambda m: m.isoformat()),
        Kind.CHOICE: st.sampled_from([1, 2, 3]),
    }[attribute.kind]
    return right | st.sampled_from([None, "x", 2, 2.5, True, False, [1], {"a": 1}])


_REQUIRED = {"statecode": 0, "statuscode": 1, "donotemail": False, "donotbulkemail": False, "name": "A"}


@st.composite
def _row(draw: st.DrawFn, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] = {TABLES[table].key: key, "owningbusinessunit": "", "custom": {}, "versionnumber": 1}
    row |= {k: v for k, v in _REQUIRED.items() if k in TABLES[table].attributes}
    for attribute in (*_used(table), *(TABLES[table].attributes[n] for n in ("createdon", "modifiedon", "ownerid"))):
        value = draw(_value(attribute))
        if attribute.custom:
            if draw(st.booleans()):
                row["custom"][attribute.name] = value
            continue
        if value is None and attribute.name in {*_REQUIRED, "createdon", "modifiedon", "ownerid"}:
            value = {**_REQUIRED, "createdon": NOW, "modifiedon": NOW, "ownerid": KEYS[0]}[attribute.name]
        row[attribute.name] = value
    return row


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to four leads over two accounts, two contacts, two opportunities."""
    accounts = [draw(_row("account", key)) for key in KEYS[:2]]
    contacts = [draw(_row("contact", key)) for key in KEYS[:2]]
    opportunities = [draw(_row("opportunity", key)) for key in KEYS[:2]]
    links = st.none() | st.sampled_from(KEYS[:2])
    leads = [
        {**draw(_row("lead", key)), **{lookup: draw(links) for lookup in TABLES["lead"].related}}
        for key in KEYS[: draw(st.integers(1, 4))]
    ]
    return World(leads, accounts, contacts, opportunities)


def _operand(attribute: Attribute) -> st.SearchStrategy[Any]:
    kind = family(attribute.kind)
    if attribute.kind is Kind.NUMBER:
        return _numbers
    return {
        Family.TEXT: needles,
        Family.NUMBER: _amounts,
        Family.DATE: _days.map(date.isoformat),
        Family.DATETIME: _days.map(date.isoformat),
        Family.CHOICE: st.sampled_from(sorted(attribute.choices) or [1, 2, 3]),
        Family.BOOLEAN: st.booleans(),
        Family.LOOKUP: st.sampled_from(KEYS),
    }[kind]  # type: ignore[index]


@st.composite
def _rows(draw: st.DrawFn, table: str) -> dict[str, Any]:
    attribute = draw(st.sampled_from(_used(table)))
    operator = draw(st.sampled_from(operators_of(attribute.kind)))
    row: dict[str, Any] = {"attribute": attribute.name, "operator": operator.value}
    wanted = needs(operator)
    if wanted is Needs.COUNT:
        row["value"] = draw(st.sampled_from([1, 2, 7, 30, 10_000]))
    elif wanted is Needs.ONE:
        row["value"] = draw(_operand(attribute))
    elif wanted is Needs.TWO:
        row["values"] = sorted([draw(_operand(attribute)), draw(_operand(attribute))])
    elif wanted is Needs.MANY:
        row["values"] = draw(st.lists(_operand(attribute), min_size=1, max_size=3))
    return row


@st.composite
def _related(draw: st.DrawFn) -> dict[str, Any]:
    lookup = draw(st.sampled_from(sorted(TABLES["lead"].related)))
    entry: dict[str, Any] = {"related": lookup, "exists": draw(st.booleans())}
    table = TABLES["lead"].related[lookup]
    return entry | (draw(_groups(_rows(table), 2)) if draw(st.integers(0, 3)) else {})


def _groups(parts: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda word, inner: {word: inner}, st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=most)
    )


trees_json = st.builds(
    lambda tree, zone: {**tree, "timezone": zone},
    _groups(_rows("lead") | _groups(_rows("lead") | _rows("lead"), 2) | _related(), 3),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]),
)
criteria: st.SearchStrategy[Criteria] = trees_json.map(lambda data: from_json(data, TABLES))
rules: st.SearchStrategy[Rules] = st.builds(
    lambda tree, email, seller: Rules(tree, email, sellers=(("ours", seller),) if seller else ()),
    criteria,
    st.sampled_from(["emailaddress1", "emailaddress2"]),
    st.none() | criteria,
)
