"""Runs the benchmarks, each in a process of its own: `make bench`, or BENCH="segments web" for some of them."""

import argparse
import json
import subprocess
import sys

from benchmarks.figures import Figure, report

ALL = {
    "start": "install size and how fast the command line answers",
    "importing": "import of 100,000 leads beside a raw executemany",
    "segments": "selection over 1,000,000 leads beside a naive indexed query",
    "web": "the leads grid at 1,000,000 rows beside Django",
    "pages": "every page at 100,000 leads, twenty people at it, a worker beside them",
    "companies": "2,378 real companies with the built-in analyst",
    "parsing": "reading one mail beside the standard library",
    "mailsync": "reading a mailbox of 10,000 messages on a real Dovecot beside a raw drain and mbsync",
    "mailsend": "sending to smtp-sink beside smtplib, and the pace of three workers",
    "mirror_writes": "500 handovers sent to a stand-in of Dynamics 365 that answers 40 ms late",
    "backtest": "2,000 past leads judged again by a draft, and as Apply then judges them",
    "mirror": "first load and changes of a Dynamics 365 stand-in beside a bare client that only fetches",
    "agent": "throughput, tokens, CPU and memory with a model of 200 ms",
    "sequence": "leads from research to the last follow-up, weeks in virtual time, with the invariants",
}


def main() -> None:
    """Run the named benchmarks, or all, and print one table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(f"{n}: {w}" for n, w in ALL.items()))
    names = parser.parse_args().names or list(ALL)
    figures: list[Figure] = []
    for name in names:
        if name not in ALL:
            parser.error(f"no benchmark is called {name}; there are {', '.join(ALL)}")
        print(f"== {name}: {ALL[name]}", flush=True)
        run = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=False
        )
        print(run.stdout, flush=True)
        lines = [line for line in run.stdout.splitlines() if line.startswith("FIGURES ")]
        if run.returncode or not lines:
            sys.exit(f"benchmark {name} failed with exit status {run.returncode}")
        figures += [Figure(**f) for f in json.loads(lines[-1].removeprefix("FIGURES "))]
    report(figures)


if __name__ == "__main__":
    main()
