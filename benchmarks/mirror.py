"""The mirror of Dynamics 365 against the stand-in, in a process of its own, 40 ms added to each answer.

First load of 100,000 leads beside a bare client that only fetches: pages of 5,000 rows, the allowed concurrency, the
stretches of time cut evenly beforehand, nothing stored. The stand-in answers far faster than an organisation does, so
three figures more say what bounds it: what the driver alone needs to store the same rows; what the processors then
allow (the time of theirs that fetching takes, of the stand-in and of the client, and the driver's, over all of them,
nothing read into columns); and the same load where each answer takes three seconds. 1,000 changed leads: requests, and
the polling periods until they are here. The same organisation, server and machine for both, in turns; the median of
each counts.
"""

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select

from benchmarks.figures import Figure, report
from benchmarks.importing import postgres
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorTable
from leadwright.db.sales import Lead
from leadwright.db.schema import migrate
from leadwright.identity.seed import seed_directory
from leadwright.microsoft.budget import SharedBudget
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.mirror.dataverse import DataverseMirror
from leadwright.mirror.incoming import Incoming
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

ROWS, CHANGED, LATENCY, PAGE, AT_ONCE, PERIOD = 100_000, 1_000, 40, 5_000, 8, 5.0
SLOW = 3.0  # seconds of an answer in the last figure
_YEARS = timedelta(days=3 * 365)
_EXTRA_SECONDS = "UPDATE dv_lead SET createdon = ?, modifiedon = ? WHERE leadid = ?"


@dataclass(frozen=True)
class Place:
    """What a client needs to know of the organisation."""

    origin: str
    authority: str
    tenantid: str
    clientid: str
    secret: str
    folder: str
    process: int

    def busy(self) -> float:
        """Seconds of processor that the stand-in and this process have had until now."""
        own, server = time.process_time(), Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return own + (int(server[11]) + int(server[12])) / os.sysconf("SC_CLK_TCK")


def fill(world: World, rows: int) -> tuple[str, str]:
    """An organisation with leads created over three years, and our application in it: client id and secret."""
    made = entra_applications.create_application(world, "Leadwright", by="a benchmark")
    entra_principals.create_principal(world, made.appid)
    _, secret = entra_applications.add_secret(world, made.objectid)
    admin = seed.administrator(world)
    user = records.create(
        world, "systemuser", {"applicationid": made.appid, "businessunitid": seed.root_unit(world)}, by=admin
    )
    seed.give_role(world, user, "AISalesPerson")
    began = datetime.now(UTC) - _YEARS
    with world.transaction() as db:
        for n in range(rows):
            key = records.create(world, "lead", _lead(n), by=admin)
            at = (began + _YEARS * n / rows).strftime("%Y-%m-%dT%H:%M:%SZ")
            db.execute(_EXTRA_SECONDS, (at, at, key))
    return made.appid, secret


def _lead(n: int) -> dict[str, Any]:
    firm = f"firm{n % 30_000}"
    return {
        "subject": f"Needs conveyors for plant {n}",
        "firstname": f"Given{n % 977}",
        "lastname": f"Family{n}",
        "companyname": f"Firm {n % 30_000} Inc.",
        "jobtitle": ("CEO", "Plant Manager", "Buyer", "VP Operations")[n % 4],
        "emailaddress1": f"given{n}@{firm}.example",
        "telephone1": f"+1 555 {1_000_000 + n}",
        "websiteurl": f"https://www.{firm}.example",
        "address1_line1": f"{n % 9_999} Long Street",
        "address1_city": ("Chicago", "Austin", "Boston")[n % 3],
        "address1_country": "United States",
        "industrycode": 1 + n % 33,
        "numberofemployees": 10 + n % 60_000,
        "revenue": 1_000_000.0 + n,
        "leadsourcecode": 1 + n % 10,
        "description": "Met at the fair; wants a quote for two lines and asked about delivery before winter.",
    }


def serve(folder: Path, rows: int) -> None:
    """The stand-in, until it is told to stop."""
    world = World(folder / "dynamics")
    clientid, secret = fill(world, rows)
    with StandIn(world) as standin:
        world.break_it("latency", {"ms": LATENCY})
        authority = str(standin.certificates.authority)
        place = Place(
            standin.origin, authority, world.tenantid, clientid, secret, str(folder / "dynamics"), os.getpid()
        )
        print(json.dumps(asdict(place)), flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


@contextmanager
def organisation(folder: Path, rows: int) -> Iterator[Place]:
    """The stand-in in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.mirror", "--serve", str(folder), "--rows", str(rows)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield Place(**json.loads(server.stdout.readline()))
    finally:
        server.terminate()
        server.wait(30)


def line(place: Place, budget: SharedBudget | None = None) -> MicrosoftHttp:
    """Our client to it."""
    connection = Connection(
        place.origin, place.tenantid, place.clientid, Secrets((place.secret,)), place.origin, place.origin,
        Path(place.authority), instance_discovery=False,
    )  # fmt: skip
    return MicrosoftHttp(connection, Tokens(connection), budget)


def bare(place: Place, rows: int) -> float:
    """Seconds a client needs that only fetches every page of the same columns, and keeps nothing."""
    http = line(place)
    token = http.tokens.token(place.origin)
    select_ = ",".join(TABLES["lead"].asked())
    began = datetime.now(UTC) - _YEARS
    marks = [(began + _YEARS * n / AT_ONCE).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(1, AT_ONCE)]
    ends = zip(["1990-01-01T00:00:00Z", *marks], [*marks, "2100-01-01T00:00:00Z"], strict=True)
    headers = {
        "Authorization": f"Bearer {token}",
        "Prefer": f"odata.maxpagesize={PAGE}",
        "Accept": "application/json",
        "OData-Version": "4.0",
    }
    client = http.tokens.client

    def read(stretch: tuple[str, str]) -> int:
        where = f"createdon ge {stretch[0]} and createdon lt {stretch[1]}"
        address = f"{place.origin}/api/data/v9.2/leads?$select={select_}&$filter={where}"
        address += "&$orderby=createdon asc,leadid asc"
        count = 0
        while address:
            page = json.loads(client.get(httpx2.URL(address), headers=headers).raise_for_status().content)
            count += len(page["value"])
            address = page.get("@odata.nextLink", "")
        return count

    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = sum(pool.map(read, ends))
    took = time.perf_counter() - start
    assert found == rows, found
    http.close()
    return took


class Memory:
    """The most memory this process has at any moment, looked at ten times a second."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.seen.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def opened(url: str, place: Place) -> tuple[Database, Incoming]:
    """Our own installation, connected; nothing is mirrored."""
    database = Database(url)
    migrate(database)
    with database.transaction() as session:
        seed_directory(session)
        session.merge(CrmConnection(dataverseurl=place.origin, tenantid=place.tenantid, clientid=place.clientid))
    mirror = DataverseMirror(Dataverse(line(place, SharedBudget(database)), most_at_once=AT_ONCE))
    return database, Incoming(database, mirror, period=PERIOD, most_at_once=AT_ONCE)


def first_load(url: str, place: Place, rows: int) -> tuple[float, list[float], Database, Incoming]:
    """Seconds from the first question for leads until every lead is here, memory meanwhile, what it was done with."""
    database, incoming = opened(url, place)
    with Memory() as memory:
        start = time.perf_counter()
        incoming.round()
        whole = time.perf_counter() - start
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == rows
        state = session.get_one(MirrorTable, "lead")
        assert state.began is not None
        assert state.loadedon is not None
        took = (state.loadedon - state.began).total_seconds()
    print(f"leads {took:.1f} s, metadata and the other tables with them {whole:.1f} s", flush=True)
    return took, memory.seen, database, incoming


def changes(place: Place, database: Database, incoming: Incoming) -> tuple[int, int]:
    """Requests for the table of leads after 1,000 of them changed, and rounds until all are here."""
    world = World(Path(place.folder))
    admin = seed.administrator(world)
    with database.reading() as session:
        keys = list(session.scalars(select(Lead.leadid).order_by(Lead.leadid).limit(CHANGED)))
    with world.transaction() as db:
        for key in keys:
            records.update(world, "lead", key, {"jobtitle": "Changed over there"}, by=admin)
        last = int(db.execute("SELECT coalesce(max(id), 0) FROM seen").fetchone()[0])
    rounds = 0
    while True:
        time.sleep(PERIOD)
        rounds += 1
        incoming.round()
        with database.reading() as session:
            found = session.scalar(select(func.count()).where(Lead.jobtitle == "Changed over there"))
        if found == CHANGED or rounds == 10:
            break
    with world.reading() as db:
        query = "SELECT count(*) FROM seen WHERE id > ? AND (path LIKE '%/leads?%' OR path LIKE '%$batch%')"
        asked = int(db.execute(query, (last,)).fetchone()[0])
    world.close()
    return asked, rounds


def driver_alone(database: Database, url: str) -> tuple[float, float]:
    """Seconds the database's driver needs for the very rows the load stored, and of these those of processor.

    One executemany a table, no checks.

    Columns that are empty in every row are left out, as the load leaves them out page by page.
    """
    other = Database(url)
    migrate(other)
    with other.transaction() as session:
        seed_directory(session)
    took = busy = 0.0
    for name in ("businessunit", "lead", "mirrorrow"):
        with database.engine.connect() as connection:
            found = connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            columns = zip(found.keys(), zip(*found, strict=True), strict=True)
            filled = {n: v for n, v in columns if v.count(None) < len(v)}
            rows, marks = list(zip(*filled.values(), strict=True)), ",".join("?" * len(filled))
            names = ",".join(f'"{n}"' for n in filled)
        raw: Any = other.engine.raw_connection()
        raw.execute("PRAGMA synchronous=NORMAL")
        start, before = time.perf_counter(), time.process_time()
        raw.execute("BEGIN")
        raw.executemany(f'INSERT OR REPLACE INTO "{name}" ({names}) VALUES ({marks})', rows)
        raw.commit()
        took += time.perf_counter() - start
        busy += time.process_time() - before
        raw.close()
    other.close()
    return took, busy


def slow_service(urls: Iterator[str], place: Place, rows: int, seconds: float) -> Figure:
    """The same load where each answer takes seconds, as large pages of a real organisation do."""
    world = World(Path(place.folder))
    world.break_it("slow dataverse", seconds)
    fetching = bare(place, rows)
    loading, _, database, _ = first_load(next(urls), place, rows)
    world.mend("slow dataverse")
    world.close()
    database.close()
    said = f"fetching alone {fetching:.1f} s, stored {loading:.1f} s"
    return Figure("mirror", f"the same where each answer takes {seconds:.0f} s", fetching / loading, "", said)


def measure(kind: str, urls: Iterator[str], place: Place, rows: int, rounds: int) -> list[Figure]:
    """The goals of one kind of database."""
    bares, busy, ours, memory = [], [], [], []
    for _ in range(rounds):
        before = place.busy()
        bares.append(bare(place, rows))
        busy.append(place.busy() - before)
        took, seen, database, incoming = first_load(next(urls), place, rows)
        ours.append(took)
        memory.append(seen)
    fetching, loading = statistics.median(bares), statistics.median(ours)
    half = [max(seen[len(seen) // 4 : len(seen) // 2], default=1) for seen in memory]
    rest = [max(seen[len(seen) // 2 :], default=1) for seen in memory]
    growth = statistics.median(b / a for a, b in zip(half, rest, strict=True))
    raw, stored = driver_alone(database, next(urls)) if kind == "SQLite" else (0.0, 0.0)
    processors, needed = len(os.sched_getaffinity(0)), statistics.median(busy) + stored
    asked, periods = changes(place, database, incoming)
    said = f"{rows:,} leads: fetching alone {fetching:.1f} s, stored {loading:.1f} s, {rows / loading:,.0f} a second"
    what = f"{kind}: the driver's own executemany of the same rows, of the first load"
    driver = Figure("mirror", what, raw / loading, "", f"{raw:.1f} s of {loading:.1f} s")
    most = Figure("mirror", f"{kind}: the most {processors} processors allow, were nothing read into columns",
                  fetching / max(fetching, needed / processors), "",
                  f"fetching {needed - stored:.1f} s of processor, the driver {stored:.1f} s")  # fmt: skip
    return [
        *([driver, most] if raw else []),
        Figure("mirror", f"{kind}: first load as a share of bare paging", fetching / loading, ">= 0.85", said),
        Figure("mirror", f"{kind}: memory in the second half of it, of that before", growth, "<= 1.15",
               f"at most {max(map(max, memory)):.0f} MB"),
        Figure("mirror", f"{kind}: requests for {CHANGED:,} changed leads", asked, f"<= {CHANGED / PAGE + 2}", "leads"),
        Figure("mirror", f"{kind}: polling periods until they are here", periods, "<= 2", f"{PERIOD:.0f} s each"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="measure PostgreSQL too")
    given = parser.parse_args()
    if given.serve:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        serve(given.serve, given.rows)
        return
    with tempfile.TemporaryDirectory() as name, organisation(Path(name), given.rows) as place:
        files = (f"sqlite:///{Path(name) / f'mirror{n}.db'}" for n in range(100))
        figures = measure("SQLite", files, place, given.rows, given.rounds)
        figures.append(slow_service(files, place, given.rows, SLOW))
        if given.postgres:
            figures += measure("PostgreSQL", iter(postgres, ""), place, given.rows, given.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, the bare client included: {peak:.0f} MB")
    report(figures)


if __name__ == "__main__":
    main()
