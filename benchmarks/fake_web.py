"""The rehearsal world as a process of its own, slow on purpose: `python -m benchmarks.fake_web --latency 0.1`."""

import argparse
import threading

from leadwright.sandbox.world import Faults, World


def main() -> None:
    """Serve until killed; prints the port first."""
    options = argparse.ArgumentParser()
    options.add_argument("--latency", type=float, default=0.1)
    options.add_argument("--break", action="append", default=[], dest="broken", metavar="SLUG=STATUS")
    given = options.parse_args()
    status = {slug: int(code) for slug, _, code in (b.partition("=") for b in given.broken)}
    with World(faults=Faults(delay=given.latency, status=status)) as world:
        print(world.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
