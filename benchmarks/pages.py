"""Every page of the desk at 100,000 leads, with twenty people at it and a worker that researches beside them.

A real office works through 200 leads for three weeks (mails, replies, handovers); their rows are then copied under new
ids until there are 100,000. `leadwright serve` with its worker gets 2,000 new leads, and twenty signed-in people open
pages, one every two seconds each. Bar of the issue: p95 of any page under 300 ms.
"""

import argparse
import asyncio
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from sqlalchemy import UniqueConstraint
from starlette.routing import Route
from tests.engage.office import PASSWORD, Clock, Office, open_office, start

from benchmarks.figures import Figure, report
from benchmarks.importing import write_list
from benchmarks.web import ROOT, free_port
from leadwright.actions.import_leads import import_file
from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.db.tables import metadata
from leadwright.identity.sessions import sign_in
from leadwright.sandbox.mail_server import MailServer
from leadwright.services import Services
from leadwright.web.pages import ALL

SEEDS, NEW_LEADS, PEOPLE, PAUSE = 200, 2_000, 20, 2.0
TABLES = (
    "lead", "leadrun", "email", "engagement", "activityparty", "outbox", "opportunity", "segmentmember", "annotation",
    "appnotification", "runstep", "inboundmessage",
)  # fmt: skip
HEAVY = frozenset({"runstep", "inboundmessage"})  # looked up by key only: copied for a tenth
ANSWERS = (
    "Interesting. How long does implementation take?",
    "We need it for two warehouses, have a budget of 400,000 dollars and I decide. Can we talk on Thursday?",
    "No thank you, we are not interested.",
    "Please remove me from your list.",
)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


def work_through(office: Office) -> None:
    """Three weeks of a real agent with 200 leads: half of a good fit, a third of those written to answer."""
    chance = random.Random(1)
    addresses = [f"p{n}@company{n}.example" for n in range(SEEDS)]
    for n, address in enumerate(addresses):
        size = {} if n % 4 else {"lw_industry": "Aviation", "numberofemployees": 20, "address1_country": "Chile"}
        office.lead(firstname=f"Ada{n}", emailaddress1=address, companyname=f"Company {n}", **size)
    for _ in range(10):
        office.pass_days(2)
        for address in addresses:
            if office.mails_to(address) and chance.random() < 0.06:
                office.answer(address, chance.choice(ANSWERS))
    office.pass_days(1)


def copy_rows(path: Path, leads: int) -> None:
    """Copy every row that belongs to a lead until there are so many leads, each copy under ids of its own."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        rows = {name: (db.execute(f"SELECT * FROM {name}")) for name in TABLES}
        read = {name: ([c[0] for c in cursor.description], cursor.fetchall()) for name, cursor in rows.items()}
        own = {
            value
            for name, (columns, found) in read.items()
            for key in metadata.tables[name].primary_key
            for value in (row[columns.index(key.name)] for row in found)
            if isinstance(value, str) and _ID.fullmatch(value)
        }
        copies = leads // max(1, len(read["lead"][1]))
        for number in range(1, copies):
            for name, (columns, found) in read.items():
                if number > copies // 10 and name in HEAVY:
                    continue
                made = [_copied(row, columns, _unique(name), own, number) for row in found]
                db.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(columns))})", made)
        db.execute("ANALYZE")


def _unique(name: str) -> frozenset[str]:
    """Columns of text that alone or with others must not repeat."""
    table = metadata.tables[name]
    lists = [i.columns for i in table.indexes if i.unique]
    lists += [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]
    return frozenset(column.name for columns in lists for column in columns)


def _copied(
    row: Sequence[object], columns: list[str], unique: frozenset[str], own: set[str], number: int
) -> list[object]:
    def anew(match: re.Match[str]) -> str:
        return f"{number:08x}{match[1]}" if match[0] in own else match[0]

    made: list[object] = []
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str):
            changed = _ID.sub(anew, value)
            if changed == value and column in unique and value not in own:
                changed = f"{value}.{number}" if not _ID.fullmatch(value) else value
            made.append(changed)
        else:
            made.append(value)
    return made


def addresses(services: Services, path: Path) -> list[str]:
    """Every page that is opened without a choice, and those of one lead for several leads."""
    with sqlite3.connect(path) as db:
        leads = [r[0] for r in db.execute("SELECT leadid FROM leadrun WHERE stage='handed_over' LIMIT 5")]
        leads += [r[0] for r in db.execute("SELECT leadid FROM engagement LIMIT 5")]
    found = []
    for pages in ALL:
        for route in pages.routes(services):
            if not isinstance(route, Route) or "GET" not in (route.methods or ()):
                continue
            if set(route.param_convertors) <= {"leadid"} and not re.search(r"sign|set-up|download|export", route.path):
                found += [route.path.replace("{leadid}", lead) for lead in (leads if route.param_convertors else [""])]
    found += ["/leads?view=all", "/leads?view=all&q=Ada1", "/leads?view=all&sort=company", "/dashboard?days=90"]
    return found


async def visit(address: str, cookies: list[str], paths: list[str], seconds: float) -> dict[str, list[float]]:
    """Twenty people who each open a page every two seconds. Milliseconds a page."""
    took: dict[str, list[float]] = {}
    refused: dict[str, int] = {}
    end = time.monotonic() + seconds

    async def person(number: int, client: httpx2.AsyncClient) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.random() * PAUSE)
        while time.monotonic() < end:
            path = chance.choice(paths)
            began = time.perf_counter()
            answer = await client.get(address + path, headers={"Cookie": cookies[number % len(cookies)]})
            if answer.status_code == 200:
                took.setdefault(_named(path), []).append((time.perf_counter() - began) * 1_000)
            else:
                refused[_named(path)] = answer.status_code
            await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)

    async with httpx2.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(person(n, client) for n in range(PEOPLE)))
    for path, status in sorted(refused.items()):
        print(f"not counted: {path} answers {status} to some", file=sys.stderr)
    return took


def _named(path: str) -> str:
    return _ID.sub("{id}", path)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The product as people start it, worker included."""
    port = free_port()
    environment = os.environ | {
        "LEADWRIGHT_DATA_DIR": str(folder), "LEADWRIGHT_LOG_LEVEL": "error", "LEADWRIGHT_DNS_CHECKS": "false",
        "LEADWRIGHT_FETCH_COMPANY_SITES": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "leadwright", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx2.get(f"{address}/sign-in", timeout=5)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def signed_in(services: Services) -> list[str]:
    """The cookies of an administrator, twice, a supervisor and a seller."""
    people = [f"{name}@seller.example" for name in ("ola", "ola", "odalys", "mira")]
    tokens = [sign_in(services, person, PASSWORD, address="127.0.0.1").token for person in people]
    return [f"leadwright-session={token}" for token in tokens]


def main() -> None:
    """Fill, serve, visit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "leadwright.db"
        database = Database(f"sqlite:///{path}")
        migrate(database)
        clock = Clock(datetime.now(UTC) - timedelta(days=22))
        with MailServer(clock=clock) as server:
            office = open_office(database, folder, server, clock)
            start(office)
            work_through(office)
            copy_rows(path, options.leads)
            clock.move_to(datetime.now(UTC))
            write_list(folder / "new.csv", NEW_LEADS)
            import_file(office.services, office.admin, folder / "new.csv", owner="odalys@seller.example")
            paths, cookies = addresses(office.services, path), signed_in(office.services)
            office.services.reader.close()
            if office.post:
                office.post.close()
            database.close()
            with serving(folder) as address:
                began = _worked(path)
                took = asyncio.run(visit(address, cookies, paths, options.seconds))
                worked = _worked(path) - began
    report(figures_of(took, worked, options.leads))


def _worked(path: Path) -> int:
    with sqlite3.connect(path) as db:
        return int(db.execute("SELECT count(*) FROM leadrun WHERE stage NOT IN ('queued','researching')").fetchone()[0])


def figures_of(took: dict[str, list[float]], worked: int, leads: int) -> list[Figure]:
    """The slowest pages and all together, as shares of 300 ms."""

    def p95(values: list[float]) -> float:
        return statistics.quantiles(values, n=20)[18] if len(values) > 1 else values[0]

    pages = sorted(((p95(v), name, len(v)) for name, v in took.items()), reverse=True)
    every = [value for values in took.values() for value in values]
    detail = f"{len(every)} views of {len(pages)} pages, {leads:,} leads, {worked} leads worked meanwhile"
    figures = [Figure("pages", "p95 of all pages / 300 ms", p95(every) / 300, "<= 1", detail)]
    figures += [
        Figure("pages", f"p95 of {name} / 300 ms", value / 300, "<= 1", f"{value:.0f} ms, {count} views")
        for value, name, count in pages[:12]
    ]
    return figures


if __name__ == "__main__":
    main()
