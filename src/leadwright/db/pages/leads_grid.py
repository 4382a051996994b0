"""The leads grid: one page of leads for a view, filters, search and sort. Key paging; nothing counts the table.

Each combination of owner and stage is a range of an index, so the page is put together from the heads of those ranges
and costs the same for the first and the thousandth page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

from leadwright.db.agent import LeadRun
from leadwright.db.compiled import Compiled, Source, dialect_of
from leadwright.db.people import SystemUser, Team
from leadwright.db.sales import Lead

Query = Select[*tuple[Any, ...]]

PAGE = 50
MOST_COUNTED = 100
_LAST = "\U0010ffff"  # sorts after every letter

SORTS = {
    "created": Lead.createdon,
    "modified": Lead.modifiedon,
    "name": Lead.fullname,
    "company": Lead.companyname,
}
"""Sort key -> column. Only columns with an index that ends in `leadid`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the grid is asked for.

    Args:
        owners: only leads these own; None: every owner (the reader may see all).
        unit: also leads of this business unit, for readers whose right reaches that far.
        stages: only these stages; empty: all.
        search: beginning of name, company or email; ``*word`` finds it anywhere.
        sort, descending: see `SORTS`.
        after: (value, leadid) of the last row before this page, None for the first page.
        backwards: `after` is the first row of the page that follows this one.
    """

    owners: tuple[str, ...] | None = None
    unit: str | None = None
    stages: tuple[str, ...] = ()
    band: str = ""
    signal: str = ""
    source: int | None = None
    owner: str = ""
    search: str = ""
    sort: str = "created"
    descending: bool = True
    after: tuple[Any, str] | None = None
    backwards: bool = False


class GridRow(NamedTuple):
    """One line of the grid; fifty are made for every page, and a tuple is made ten times faster than a dataclass."""

    leadid: str
    fullname: str | None
    jobtitle: str | None
    companyname: str | None
    emailaddress1: str | None
    stage: str | None
    band: str | None
    signal: str | None
    rating: int | None
    source: int | None
    ownerid: str
    createdon: datetime
    modifiedon: datetime
    statecode: int
    owner: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order shown, and whether there are rows before and after them."""

    rows: list[GridRow] = field(default_factory=list)
    before: bool = False
    after: bool = False


_COLUMNS = (
    Lead.leadid,
    Lead.fullname,
    Lead.jobtitle,
    Lead.companyname,
    Lead.emailaddress1,
    Lead.lw_stage,
    Lead.lw_band,
    Lead.lw_signal,
    Lead.leadqualitycode,
    Lead.leadsourcecode,
    Lead.ownerid,
    Lead.createdon,
    Lead.modifiedon,
    Lead.statecode,
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the statement's text; values come as parameters."""

    owners: int | None
    unit: bool
    stages: int
    band: bool
    signal: bool
    source: bool
    owner: bool
    search: str  # "", "begins" or "contains"
    sort: str
    falling: bool
    after: str  # "", "value" or "null"


def read(source: Source, question: Question) -> Page:
    """One page. A few index ranges of at most 51 rows each."""
    shape, values = _parameters(question)
    found = _statement(shape, dialect_of(source)).rows(source, values)
    more, rows = len(found) > PAGE, [GridRow._make(row) for row in found[:PAGE]]
    if question.backwards:
        return Page(rows[::-1], before=more, after=True)
    return Page(rows, before=question.after is not None, after=more)


def counts(source: Source, views: dict[str, Question]) -> dict[str, int]:
    """How many leads each view holds, counted to `MOST_COUNTED` at most; one query."""
    shapes, values = _several(tuple(views.values()))
    row = _counting(shapes, dialect_of(source)).rows(source, values)[0]
    return dict(zip(views, row, strict=True))


@lru_cache(maxsize=512)
def _several(questions: tuple[Question, ...]) -> tuple[tuple[_Shape, ...], Mapping[str, Any]]:
    """Shapes and values of several questions in one statement: always the same for one reader."""
    asked = [_parameters(question) for question in questions]
    values = {f"v{n}_{key}": value for n, (_, given) in enumerate(asked) for key, value in given.items()}
    return tuple(shape for shape, _ in asked), values


def _parameters(question: Question) -> tuple[_Shape, dict[str, Any]]:
    values: dict[str, Any] = {}
    owners = question.owners
    if question.owner and owners is not None and question.unit is None:
        owners = (question.owner,) if question.owner in owners else ()
    for n, owner in enumerate(owners or ()):
        values[f"owner{n}"] = owner
    for n, stage in enumerate(question.stages):
        values[f"stage{n}"] = stage
    for name in ("band", "signal", "source", "unit"):
        if (value := getattr(question, name)) not in ("", None):
            values[name] = value
    by_owner = bool(question.owner) and (owners is None or question.unit is not None)
    if by_owner:
        values["theowner"] = question.owner
    search = question.search.strip()
    how = "contains" if search.startswith("*") else "begins" if search else ""
    if search := search.strip("* "):
        if how == "contains":
            values["search"] = f"%{_escaped(search.casefold())}%"
        for n, spelling in enumerate(_spellings(search) if how == "begins" else ()):
            values[f"from{n}"], values[f"until{n}"] = spelling, spelling + _LAST
    after = ""
    if question.after is not None:
        value, values["afterid"] = question.after
        after = "null" if value is None else "value"
        if value is not None:
            values["after"] = value
    shape = _Shape(
        owners=None if owners is None else len(owners),
        unit=question.unit is not None,
        stages=len(question.stages),
        band=bool(question.band),
        signal=bool(question.signal),
        source=question.source is not None,
        owner=by_owner,
        search=how if search else "",
        sort=question.sort,
        falling=question.descending != question.backwards,
        after=after,
    )
    return shape, values


def _spellings(text: str) -> tuple[str, ...]:
    """The ways names are usually written, so that each is one range of an index. Always as many."""
    return (text, text.casefold(), text.upper(), text.title(), text[:1].upper() + text[1:].casefold())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache(maxsize=512)
def _statement(shape: _Shape, dialect: Dialect) -> Compiled:
    branches = [query for conditions in _ranges(shape, dialect) for query in _branches(shape, conditions, dialect)]
    if len(branches) == 1:  # one range comes in order: nothing to sort
        return Compiled(_completed(branches[0], Lead.ownerid, Lead.leadid), dialect)
    heads = _together(branches)
    query = select(*heads.c).select_from(heads).limit(PAGE + 1)
    column = SORTS[shape.sort].name
    query = query.order_by(*_order(heads.c[column], heads.c.leadid, shape.falling))
    page = query.subquery("page")  # SQLite would complete every head before it sorts them
    shown = select(*page.c).select_from(page).order_by(*_order(page.c[column], page.c.leadid, shape.falling))
    return Compiled(_completed(shown, page.c.ownerid, page.c.leadid), dialect)


def _completed(query: Query, ownerid: Any, leadid: Any) -> Query:
    """The query with two more columns: name of the owner, a person or a team; how the newest conversation ended."""
    newest = select(LeadRun.outcome).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1)
    query = query.outerjoin(SystemUser, SystemUser.systemuserid == ownerid).outerjoin(Team, Team.teamid == ownerid)
    return query.add_columns(func.coalesce(SystemUser.fullname, Team.name), newest.scalar_subquery())


def _together(branches: Sequence[Query]) -> FromClause:
    if len(branches) == 1:
        return branches[0].subquery("head")
    return union_all(*(select(b.subquery()) for b in branches)).subquery("head")


def _ranges(shape: _Shape, dialect: Dialect) -> list[list[ColumnElement[bool]]]:
    """Every combination of owner and stage: each is one range of an index.

    PostgreSQL searches words first, once for all of them, and then looks at owner and stage of what it found.
    """
    owners: Sequence[list[ColumnElement[bool]]] = [[]]
    if shape.owners is not None and not shape.unit:
        owners = [[Lead.ownerid == bindparam(f"owner{n}", type_=String())] for n in range(shape.owners)]
        owners = owners or [[literal(1) == 0]]
    stages: Sequence[list[ColumnElement[bool]]] = [[]]
    if shape.stages:
        stages = [[Lead.lw_stage == bindparam(f"stage{n}", type_=String())] for n in range(shape.stages)]
    if shape.search == "begins" and dialect.name == "postgresql":
        return [[or_(*(part for one in each for part in one)) for each in (owners, stages) if each[0]]]
    return [o + s for o in owners for s in stages]


def _branches(shape: _Shape, conditions: list[ColumnElement[bool]], dialect: Dialect) -> list[Query]:
    column = SORTS[shape.sort]
    query: Query = select(*_COLUMNS).where(*conditions, *_filters(shape, dialect))
    query = query.order_by(*_order(column, Lead.leadid, shape.falling)).limit(PAGE + 1)
    return [query.where(part) for part in _beyond(shape, column, dialect)] if shape.after else [query]


def _filters(shape: _Shape, dialect: Dialect) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if shape.unit:
        mine = [Lead.ownerid == bindparam(f"owner{n}", type_=String()) for n in range(shape.owners or 0)]
        found.append(or_(Lead.owningbusinessunit == bindparam("unit", type_=String()), *mine))
    if shape.band:
        found.append(Lead.lw_band == bindparam("band", type_=String()))
    if shape.signal:
        found.append(Lead.lw_signal == bindparam("signal", type_=String()))
    if shape.source:
        found.append(Lead.leadsourcecode == bindparam("source", type_=Integer()))
    if shape.owner:
        found.append(Lead.ownerid == bindparam("theowner", type_=String()))
    if shape.search:
        found.append(_search(shape, dialect))
    return found


def _search(shape: _Shape, dialect: Dialect) -> ColumnElement[bool]:
    columns = (Lead.fullname, Lead.lastname, Lead.companyname, Lead.emailaddress1)
    if shape.search == "contains":
        pattern = bindparam("search", type_=String())
        return or_(*(func.lower(t).like(pattern, escape="\\") for t in columns))
    ranges = []
    for n in range(len(_spellings("a"))):
        start, end = bindparam(f"from{n}", type_=String()), bindparam(f"until{n}", type_=String())
        ranges += [select(Lead.leadid).where(_within(column, start, end, dialect)) for column in columns]
    return Lead.leadid.in_(union_all(*ranges))


def _within(column: Any, start: Any, end: Any, dialect: Dialect) -> ColumnElement[bool]:
    """Text from `start` up to `end`, byte by byte: PostgreSQL has operators of its own for that, and indexes."""
    if dialect.name != "postgresql":
        return and_(column >= start, column < end)
    return and_(column.bool_op("~>=~")(start), column.bool_op("~<~")(end))


def _beyond(shape: _Shape, column: Any, dialect: Dialect) -> list[ColumnElement[bool]]:
    """Rows after the key, as one or two ranges. Empty values sort first on SQLite, last on PostgreSQL."""
    value, lead = bindparam("after", type_=column.type), bindparam("afterid", type_=String())
    empty_last = column.nullable and shape.falling == (dialect.name == "sqlite")
    if shape.after == "null":
        within = and_(column.is_(None), Lead.leadid < lead if shape.falling else Lead.leadid > lead)
        return [within] if empty_last else [within, column.is_not(None)]
    pair, key = tuple_(column, Lead.leadid), tuple_(value, lead)
    beyond: ColumnElement[bool] = pair < key if shape.falling else pair > key
    return [beyond, column.is_(None)] if empty_last else [beyond]


def _order(column: Any, leadid: Any, falling: bool) -> tuple[Any, Any]:
    return (column.desc(), leadid.desc()) if falling else (column.asc(), leadid.asc())


@lru_cache(maxsize=64)
def _counting(shapes: tuple[_Shape, ...], dialect: Dialect) -> Compiled:
    columns = []
    for n, shape in enumerate(shapes):
        parts = []
        for conditions in _ranges(shape, dialect):
            query: Query = select(literal(1).label("one")).where(*conditions, *_filters(shape, dialect))
            query = query.limit(MOST_COUNTED)
            parts.append(_renamed(query, f"v{n}_"))
        first = select(literal(1)).select_from(_together(parts)).limit(MOST_COUNTED).subquery()
        columns.append(select(func.count()).select_from(first).scalar_subquery())
    return Compiled(select(*columns), dialect)


def _renamed(query: Query, prefix: str) -> Query:
    """The same query with its named parameters prefixed, so that several fit into one statement."""

    def rename(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and not element.unique:
            return bindparam(prefix + element.key, type_=element.type)
        return None

    renamed: Query = visitors.replacement_traverse(query, {}, rename)  # type: ignore[assignment]
    return renamed
