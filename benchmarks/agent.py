"""Goals 1, 2, 4 to 12: the agent on a model of 200 ms and a web of 100 ms, each in a process of its own.

`python -m benchmarks.agent [--full]`; --full adds 20,000 leads and 30 kills.
"""

import argparse
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from benchmarks.figures import Figure, report
from benchmarks.peers.environment import peer_python
from leadwright.sandbox.companies import companies

LATENCY, WEB = 0.2, 0.1
PEER_CALLS, PEER_TOKENS, PEER_RATE, SECOND_PEER_RATE = 16, 24_000, 9.0, 386.0
_FINAL = ("handed_over", "disqualified", "returned", "failed", "cancelled", "blocked")


class Bench:
    """A folder with a rehearsal, a fake model and a fake web, each a process."""

    def __init__(self, model: int, world: int, folder: Path) -> None:
        self.model, self.world, self.folder = model, world, folder

    def command(self, what: str, leads: int, k: int, *more: str) -> list[str]:
        ports = ["--model", str(self.model), "--world", str(self.world), "--folder", str(self.folder)]
        return [
            sys.executable,
            "-m",
            "benchmarks.agent_worker",
            what,
            *ports,
            "--leads",
            str(leads),
            "-k",
            str(k),
            *more,
        ]

    def run(self, what: str, leads: int, k: int, *more: str) -> dict[str, Any]:
        done = subprocess.run(self.command(what, leads, k, *more), stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    def work_together(self, leads: int, k: int, processes: int) -> dict[str, Any]:
        """Several workers share the leads and K, as `leadwright work --processes` does."""
        commands = [self.command("work", leads, k // processes, "--name", f"bench-{n}") for n in range(processes)]
        running = [subprocess.Popen(c, stdout=subprocess.PIPE, text=True) for c in commands]
        said = [json.loads(p.communicate()[0].splitlines()[-1]) for p in running]
        return {
            "in_work": sum(s["in_work"] for s in said),
            "contacted": sorted({c for s in said for c in s["contacted"]}),
        }

    def rate(self, window: tuple[int, int]) -> float:
        """Leads a second between two of them, counted as they end: while as many as can be are in work, each at a
        company of its own (there are 200), and what is imported and connected at the start aside.
        """
        rows = self.query(f"SELECT concludedon FROM leadrun WHERE stage IN {_FINAL} ORDER BY concludedon")
        first, last = (datetime.fromisoformat(rows[n - 1][0]) for n in window)
        return (window[1] - window[0]) / (last - first).total_seconds()

    def sdk_loop(self, client: str, leads: int, k: int) -> dict[str, Any]:
        """The reference loop on the same fakes, in an environment of its own."""
        names = json.dumps([companies()[n % 200].name for n in range(leads)])
        where = ["--model", f"http://127.0.0.1:{self.model}/v1", "--search", f"http://127.0.0.1:{self.world}"]
        command = [peer_python(), "-m", "benchmarks.peers.sdk_loop", "--client", client, *where, "-k", str(k)]
        done = subprocess.run(command, input=names, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def stats(self) -> dict[str, Any]:
        return _get(f"http://127.0.0.1:{self.model}/stats")

    def prompts(self) -> list[str]:
        return _get(f"http://127.0.0.1:{self.model}/prompts")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.folder / "leadwright.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


@contextmanager
def bench(
    leads: int, *model_options: str, world_options: tuple[str, ...] = (), latency: float = LATENCY
) -> Iterator[Bench]:
    """Servers and a rehearsal with its leads imported, nothing worked yet."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-bench-"))
    commands = (
        ["benchmarks.fake_model", "--latency", str(latency), *model_options],
        ["benchmarks.fake_web", "--latency", str(WEB if latency else 0), *world_options],
    )
    servers = [subprocess.Popen([sys.executable, "-m", *c], stdout=subprocess.PIPE, text=True) for c in commands]
    try:
        model, world = (int(s.stdout.readline()) for s in servers if s.stdout)
        made = Bench(model, world, folder)
        made.run("prepare", leads, 8)
        yield made
    finally:
        for server in servers:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def limit(calls: float, in_row: float, k: int, in_work: int) -> float:
    """Leads a second that no agent can beat: section 2 of performance.md."""
    return min(k / (calls * LATENCY), in_work / (in_row * LATENCY + WEB))


def share_of_limit(b: Bench, calls: float, k: int, in_work: int, window: tuple[int, int]) -> tuple[float, str]:
    """Our leads a second over the limit's."""
    rate, ours = limit(calls, calls, k, in_work), b.rate(window)
    return ours / rate, f"{ours * 60:.0f} of {rate * 60:.0f} leads/min"


def throughput() -> list[Figure]:
    """Goals 1, 2, 4 to 7, 11 and 12: a hundred leads at K = 8, after as many to warm up as are in work at once."""
    figures = []
    with bench(164) as b:
        used, asked = b.run("work", 164, 8, "--warm", "32"), b.stats()
        contacted = b.query("SELECT count(*) FROM email")[0][0]
        worked = b.query(f"SELECT count(*) FROM leadrun WHERE stage IN {_FINAL}")[0][0]
        calls, tokens = asked["calls"] / worked, asked["prompt_characters"] / 4 / contacted
        rate = b.rate((32, 132)) * 60
        share, detail = share_of_limit(b, calls, 8, used["in_work"], (32, 132))
        cpu = used["cpu"] / used["leads"]
        loops = {client: b.sdk_loop(client, 100, 8)["cpu"] for client in ("httpx", "httpx2")}
        figures += [
            Figure("1", "calls of a contacted lead / 16", _calls(b) / PEER_CALLS, "<= 0.125", f"{calls:.2f} a lead"),
            Figure("2", "prompt tokens / 24,000", tokens / PEER_TOKENS, "<= 0.25", f"{tokens:.0f} with the schemas"),
            Figure("4", "throughput / limit at K = 8", share, ">= 0.80", detail),
            Figure("6", "leads/min / crewAI example as published", rate / SECOND_PEER_RATE, ">= 1.3", f"{rate:.0f}"),
            Figure("6", "leads/min / kaymen99 as published", rate / PEER_RATE, ">= 50", f"{rate:.0f}"),
            Figure(
                "7",
                "CPU of a contacted lead / loop with SDK and httpx",
                cpu / loops["httpx"],
                "<= 3",
                f"{cpu * 1000:.0f} / {loops['httpx'] * 1000:.0f} ms, {contacted} of {worked} contacted",
            ),
            Figure(
                "7",
                "the same / loop with SDK and httpx2",
                cpu / loops["httpx2"],
                "<= 3",
                f"{cpu * 1000:.0f} / {loops['httpx2'] * 1000:.0f} ms",
            ),
            _foreign(b),
            *_bounds(b, asked, used, 8),
        ]
    with bench(328) as b:
        used, asked = b.work_together(328, 32, 2), b.stats()
        share, detail = share_of_limit(b, 2.0, 32, used["in_work"], (100, 200))
        figures.append(Figure("5", "throughput / limit at K = 32, two processes", share, ">= 0.50", detail))
        figures += [f for f in _bounds(b, asked, used, 32) if f.what.startswith("calls in flight")]
    return figures


def _calls(b: Bench) -> float:
    rows = b.query(
        "SELECT count(*) FROM modelanswer a JOIN email e ON a.key LIKE e.lw_runid || ':%' GROUP BY e.lw_runid"
    )
    return mean(r[0] for r in rows) if rows else 0.0


def _foreign(b: Bench) -> Figure:
    """Goal 11: another lead's word in a prompt or in a mail."""
    prompts = b.prompts()
    mixed = sum(len(set(re.findall(r"MK\d{6}Q", p))) > 1 for p in prompts)
    seen = sum(bool(re.search(r"MK\d{6}Q", p)) for p in prompts)
    mails = b.query(
        "SELECT e.subject || e.description || e.lw_paragraphs, l.jobtitle FROM email e "
        "JOIN lead l ON l.leadid = e.regardingobjectid"
    )
    wrong = sum(bool(set(re.findall(r"MK\d{6}Q", text)) - set(re.findall(r"MK\d{6}Q", title))) for text, title in mails)
    return Figure(
        "11",
        "prompts and mails with another lead's facts",
        mixed + wrong,
        "== 0",
        f"{len(prompts)} prompts ({seen} with a marker), {len(mails)} mails",
    )


def _bounds(b: Bench, asked: dict[str, Any], used: dict[str, Any], k: int) -> list[Figure]:
    allowed = {f"127.0.0.1:{b.model}", f"127.0.0.1:{b.world}", "name 127.0.0.1", "name localhost"}
    foreign = [c for c in used["contacted"] if c not in allowed and ".localhost" not in c]
    return [
        Figure(
            "12",
            f"calls in flight beyond K = {k}",
            max(0, asked["most_in_flight"] - k),
            "== 0",
            f"{asked['most_in_flight']} at most",
        ),
        Figure(
            "12", "hosts contacted that were not configured", len(foreign), "== 0", ", ".join(foreign[:3]) or "none"
        ),
    ]


def pause_obeyed() -> Figure:
    """Goal 12: after a 429 with Retry-After: 1 nothing starts for a second, but what was on its way already."""
    with bench(20, "--throttle", "15") as b:
        b.run("work", 20, 8)
        asked = b.stats()
        at = asked["refused_at"][0]
        early = sum(at + 0.1 < start < at + 0.95 for start in asked["starts"])
        return Figure("12", "calls begun within a pause asked for", early, "== 0", f"{asked['calls']} calls")


def growth(sizes: tuple[int, ...]) -> list[Figure]:
    """Goal 8: memory and time of a lead as the list grows; the model and the web answer at once."""
    figures = []
    with bench(sizes[-1], latency=0.0) as b:
        used = b.run("work", sizes[-1], 8, "--timeout", "7200")
        base = _memory_at(used, sizes[0])
        early = _seconds_a_lead(used, 10, sizes[0])
        for size in sizes[1:]:
            late = _seconds_a_lead(used, size - 90 if size > 200 else size // 2, size)
            grown = _memory_at(used, size)
            figures += [
                Figure(
                    "8",
                    f"peak memory at {size:,} leads / at {sizes[0]}",
                    grown / base,
                    "<= 1.15",
                    f"{grown:.0f} / {base:.0f} MB",
                ),
                Figure(
                    "8",
                    f"time of lead {size:,} / lead 10",
                    late / early,
                    "<= 1.10",
                    f"{late * 1000:.1f} / {early * 1000:.1f} ms",
                ),
            ]
    return figures


def _memory_at(used: dict[str, Any], leads: int) -> float:
    at = next((t for t, done in used["done"] if done >= leads), used["done"][-1][0])
    return max(m for t, m in used["memory"] if t <= at + 0.3)


def _seconds_a_lead(used: dict[str, Any], first: int, last: int) -> float:
    reached = [(t, done) for t, done in used["done"] if first <= done <= last]
    (t0, n0), (t1, n1) = reached[0], reached[-1]
    return (t1 - t0) / max(n1 - n0, 1)


def crashes(kills: int) -> list[Figure]:
    """Goal 9: kill -9 at seeded points of 200 leads, start again, count."""
    chance = Random(9)
    with bench(200) as b:
        points = sorted(chance.sample(range(10, 390), kills))
        for point in points:
            process = subprocess.Popen(b.command("work", 200, 8), stdout=subprocess.DEVNULL)
            while process.poll() is None and b.stats()["calls"] < point:
                time.sleep(0.01)
            process.kill()
            process.wait()
        b.run("work", 200, 8)
        paid, kept = b.stats()["calls"], b.query("SELECT count(*) FROM modelanswer")[0][0]
        lost = 200 - b.query(f"SELECT count(DISTINCT leadid) FROM leadrun WHERE stage IN {_FINAL}")[0][0]
        twice = b.query("SELECT count(*) - count(DISTINCT regardingobjectid) FROM email")[0][0]
        again = b.query("SELECT count(*) - count(DISTINCT leadid) FROM leadrun")[0][0]
        return [
            Figure("9", f"leads lost over {kills} kills", lost, "== 0"),
            Figure("9", f"leads worked or drafted twice over {kills} kills", twice + again, "== 0"),
            Figure("9", "calls repaid a kill", (paid - kept) / kills, "<= 8", f"{paid} paid, {kept} kept"),
        ]


def poison() -> Figure:
    """Goal 10: five leads with nonsense, 500, 429, timeout and a broken site; the others must not notice."""
    broken = {f"MK{n:06d}Q": w for n, w in ((3, "nonsense"), (7, "500"), (11, "429"), (15, "timeout"), (19, "huge"))}
    options = [f for text, what in broken.items() for f in ("--poison", f"{text}={what}")]
    with bench(60, *options, world_options=("--break", "accenture=500", "--break", "ibm=404")) as b:
        b.run("work", 60, 8, "--spare", "3", "--timeout", "300")
        rows = b.query("SELECT l.jobtitle, r.stage FROM lead l LEFT JOIN leadrun r ON r.leadid = l.leadid")
        affected = [
            t
            for t, stage in rows
            if stage in ("failed", "blocked", "queued", "researching") and not any(m in t for m in broken)
        ]
        held = [stage for t, stage in rows if any(m in t for m in broken)]
        return Figure("10", "leads affected by five poisoned ones", len(affected), "== 0", f"poisoned end as {held}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true")
    options.add_argument("only", nargs="*", help="throughput, pause, growth, crashes, poison")
    given = options.parse_args()
    parts = {
        "throughput": throughput,
        "pause": lambda: [pause_obeyed()],
        "growth": lambda: growth((100, 1_000, 20_000) if given.full else (100, 1_000)),
        "crashes": lambda: crashes(30 if given.full else 5),
        "poison": lambda: [poison()],
    }
    figures: list[Figure] = []
    for name in given.only or parts:
        begun = time.monotonic()
        figures += parts[name]()
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    report(figures)


if __name__ == "__main__":
    main()
