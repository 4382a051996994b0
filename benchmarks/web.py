"""Goals 22 and 23: the leads grid at 1,000,000 rows beside the same page by Django, on one SQLite file, in one run.

Both are served by one process; `wrk -t1 -c16` asks in turns, three times each, and medians count. Django is installed
into an environment of its own (.venv-bench). Page 1,000 is asked by the key that page 999 gives.
"""

import argparse
import os
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, report
from benchmarks.peers.environment import peer_python
from leadwright.actions.people import first_administrator
from leadwright.analyst import Analyst
from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.identity.sessions import sign_in
from leadwright.services import Services
from leadwright.settings import Settings

ROOT = Path(__file__).parents[1]
PASSWORD = "a benchmark needs no sleep"
SECONDS, ROUNDS, PAGE = 6, 3, 50
STAGES = ("handed_over", "disqualified", "queued", "researching", None, "handed_over")
BANDS = {"handed_over": "High", "disqualified": "Low"}


def fill(path: Path, leads: int) -> None:
    """Leads, a fifth as many accounts, fifty owners, seeded."""
    chance = random.Random(1)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with sqlite3.connect(path) as db:
        unit = db.execute("SELECT businessunitid FROM businessunit").fetchone()[0]
        stamp = now.strftime("%Y-%m-%d %H:%M:%S.000000")
        owners = [new_id() for _ in range(50)]
        db.executemany(
            "INSERT INTO systemuser (systemuserid, fullname, accessmode, isdisabled, businessunitid, timezone,"
            " createdon) VALUES (?,?,0,0,?,'UTC',?)",
            [(o, f"Seller Number {n}", unit, stamp) for n, o in enumerate(owners)],
        )
        accounts = [new_id() for _ in range(leads // 5)]
        db.executemany(
            "INSERT INTO account (accountid, name, ownerid, owningbusinessunit, createdon, modifiedon, versionnumber,"
            " custom) VALUES (?,?,?,?,?,?,1,'{}')",
            ((a, f"Company {n:06}", owners[n % 50], unit, stamp, stamp) for n, a in enumerate(accounts)),
        )

        def rows() -> Iterator[tuple[object, ...]]:
            for n in range(leads):
                stage = chance.choice(STAGES)
                made = (now - timedelta(seconds=n * 7)).strftime("%Y-%m-%d %H:%M:%S.000000")
                company = n % len(accounts)
                yield (
                    *(
                        new_id(),
                        owners[n % 50],
                        unit,
                        made,
                        made,
                        f"First{n % 997} Last{n % 7919}",
                        f"Company {company:06}",
                    ),
                    *(f"person{n}@company{company}.example", "Head of Purchasing", accounts[company]),
                    *(stage, BANDS.get(stage or ""), "strong" if stage else None),
                )

        db.executemany(
            "INSERT INTO lead (leadid, ownerid, owningbusinessunit, createdon, modifiedon, fullname, companyname,"
            " emailaddress1, jobtitle, parentaccountid, lw_stage, lw_band, lw_signal, versionnumber, custom, statecode,"
            " statuscode, donotemail, donotbulkemail, lw_accountunlinked, lw_contactunlinked, leadqualitycode)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,1,'{}',0,1,0,0,0,0,3)",
            rows(),
        )
        db.execute("ANALYZE")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[object], port: int, cookie: str, **environment: str) -> Iterator[str]:
    """Run a server until the block ends; gives the address of its grid."""
    process = subprocess.Popen(
        [str(c) for c in command], cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/leads"
    try:
        for _ in range(300):
            try:
                fetch(address, cookie)
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def fetch(address: str, cookie: str) -> str:
    """One page as text."""
    request = urllib.request.Request(address, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def wrk(address: str, cookie: str) -> tuple[float, float]:
    """Requests a second and p95 in milliseconds, with sixteen connections."""
    script = Path(tempfile.gettempdir(), "leadwright-wrk.lua")
    script.write_text(
        'done = function(s, l, r) io.write(string.format("P95 %.3f\\nRPS %.3f\\nBAD %d\\n", l:percentile(95) / 1000,'
        " s.requests / (s.duration / 1e6), s.errors.status)) end\n"
    )
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", script, "-H", f"Cookie: {cookie}", address],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    found = dict(re.findall(r"^(P95|RPS|BAD) ([\d.]+)$", out, re.M))
    if float(found["BAD"]):
        sys.exit(f"{address} answered with errors")
    return float(found["RPS"]), float(found["P95"])


def deep(address: str, cookie: str, pages: int) -> str:
    """The address of a page far down, reached by the links of the pages before."""
    root = address.partition("/leads")[0]
    for _ in range(pages - 1):
        following = re.search(r'href="(/leads\?[^"]*)" rel="next"', fetch(address, cookie))
        if following is None:
            sys.exit("the grid has no next page")
        address = root + following[1].replace("&amp;", "&")
    return address


def main() -> None:
    """Fill, serve both, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=1_000)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk (Debian: apt install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "leadwright.db")
        unused: Analyst = None  # type: ignore[assignment]  # nobody judges here
        services = Services(Settings(data_dir=Path(folder)), Database(f"sqlite:///{path}"), unused)
        migrate(services.database)
        first_administrator(services, fullname="Bench Mark", email="bench@example.com", password=PASSWORD)
        signed = sign_in(services, "bench@example.com", PASSWORD, address="127.0.0.1")
        fill(path, options.leads)
        services.database.close()
        cookie = f"leadwright-session={signed.token}"
        ours, theirs = free_port(), free_port()
        mine = [sys.executable, "-m", "leadwright", "serve", "--no-worker", "--port", ours]
        gunicorn = [
            peer_python(),
            "-m",
            "gunicorn",
            "-w1",
            "-b",
            f"127.0.0.1:{theirs}",
            "benchmarks.peers.django_grid:application",
        ]
        figures = []
        with (
            served(mine, ours, cookie, LEADWRIGHT_DATA_DIR=folder, LEADWRIGHT_LOG_LEVEL="error") as ours_at,
            served(gunicorn, theirs, cookie, GRID_DATABASE=str(path)) as peer,
        ):
            grid = ours_at + "?view=all"
            far = deep(grid, cookie, options.pages)
            runs = [(wrk(grid, cookie), wrk(peer, cookie), wrk(far, cookie)) for _ in range(ROUNDS)]
            rps, p95 = (statistics.median(r[0][i] for r in runs) for i in (0, 1))
            peer_rps, peer_p95 = (statistics.median(r[1][i] for r in runs) for i in (0, 1))
            far_rps = statistics.median(r[2][0] for r in runs)
            size, peer_size = len(fetch(grid, cookie)), len(fetch(peer, cookie))
        detail = f"{rps:.0f}/s, {size:,} bytes, beside {peer_rps:.0f}/s, {peer_size:,} bytes"
        figures.append(Figure("22", "grid requests a second / Django's", rps / peer_rps, ">= 2", detail))
        figures.append(
            Figure("22", "grid p95 / Django's", p95 / peer_p95, "<= 0.4", f"{p95:.0f} ms beside {peer_p95:.0f} ms")
        )
        detail = f"{1000 / far_rps:.2f} ms beside {1000 / rps:.2f} ms a page"
        figures.append(Figure("23", f"page {options.pages:,} / page 1, time", rps / far_rps, "<= 1.2", detail))
        report(figures)


if __name__ == "__main__":
    main()
