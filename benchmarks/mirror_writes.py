"""500 handovers of the agent, sent to a stand-in of Dynamics 365 that answers 40 ms late: requests, pace, limits.

The leads are researched by the real workflow; what it decided waits in the outbox. Then one worker sends all of it over
TLS, with the budget all workers share. Requests are those the stand-in saw, reading the metadata included. The limits
of service protection are held against every window of five minutes: 6,000 requests, 1,200 s of execution.
"""

import argparse
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.workflows.office import runs_of

from benchmarks.figures import Figure, report
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.schema import migrate
from leadwright.microsoft.budget import SharedBudget
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.runs import Given

_WINDOW = 300.0
_REQUESTS, _SECONDS = 6_000, 1_200.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handovers", type=int, default=500)
    parser.add_argument("--latency", type=float, default=40.0, help="milliseconds added to each answer")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="leadwright-bench-") as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'leadwright.db'}")
        migrate(database)
        world = World(folder / "dynamics")
        with StandIn(world) as standin:
            mirrored = open_mirrored(database, world, folder, standin=standin)
            report(_measure(mirrored, given.handovers, given.latency))
        world.close()
        database.close()


def _measure(mirrored: Mirrored, handovers: int, latency: float) -> list[Figure]:
    _decide(mirrored, handovers)
    connection = mirrored.connected.connection
    http = MicrosoftHttp(connection, Tokens(connection), SharedBudget(mirrored.database))
    writer = mirrored.writer("bench", Dataverse(http))
    mirrored.world.break_it("latency", {"ms": latency, "path": "/api/data"})
    began, before, used = mirrored.world.clock().isoformat(), time.perf_counter(), time.process_time()
    while writer.send_due():
        continue
    elapsed, used = time.perf_counter() - before, time.process_time() - used
    with mirrored.database.reading() as session:
        counted = dict(session.execute(select(MirrorWrite.state, func.count()).group_by(MirrorWrite.state)).all())
    assert set(counted) == {"sent"}, counted
    writes = counted["sent"]
    seen = _seen(mirrored, began)
    requests, seconds = _most_in_a_window(seen)
    detail = f"{writes} writes, {len(seen)} requests, {elapsed:.0f} s, {used:.1f} s of processor"
    allowed = "of what service protection allows in any five minutes"
    return [
        Figure("i5-3", f"{handovers} handovers: requests a write", len(seen) / writes, "<= 0.1", detail),
        Figure("i5-3", f"share {allowed}: requests", requests / _REQUESTS, "<= 1", f"{requests} of {_REQUESTS}"),
        Figure("i5-3", f"share {allowed}: execution", seconds / _SECONDS, "<= 1", f"{seconds:.0f} of {_SECONDS:.0f} s"),
        Figure("", "writes a second, one worker", writes / elapsed),
    ]


def _decide(mirrored: Mirrored, handovers: int) -> None:
    mirrored.leads(handovers)
    for run in runs_of(mirrored.office):
        research_lead(mirrored.office.services, Given(run.runid, run.leadid, 1, 0))


def _seen(mirrored: Mirrored, began: str) -> list[tuple[float, float]]:
    """Second and seconds of each request to Dataverse since then."""
    with mirrored.world.reading() as db:
        rows: list[Any] = db.execute(
            "SELECT at, ms FROM seen WHERE path LIKE '/api/data/%' AND at >= ? ORDER BY at", (began,)
        ).fetchall()
    return [(datetime.fromisoformat(row["at"]).timestamp(), row["ms"] / 1000) for row in rows]


def _most_in_a_window(seen: list[tuple[float, float]]) -> tuple[int, float]:
    most, longest = 0, 0.0
    for start, _ in seen:
        inside = [took for at, took in seen if start <= at < start + _WINDOW]
        most, longest = max(most, len(inside)), max(longest, sum(inside))
    return most, longest


if __name__ == "__main__":
    main()
