"""The process that `benchmarks.agent` measures: it sets a rehearsal up, works it, and prints what it used as JSON."""

import argparse
import json
import os
import resource
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

_CONTACTED: set[str] = set()


class _Enough(Exception):
    """The leads that are left wait for another try."""


def _watch(event: str, given: tuple[object, ...]) -> None:
    """Every address this process connects to, however it does it."""
    if event == "socket.connect":
        address = given[1]
        _CONTACTED.add(f"{address[0]}:{address[1]}" if isinstance(address, tuple) else str(address))
    elif event == "socket.getaddrinfo":
        _CONTACTED.add(f"name {given[0]}")


def main() -> None:
    """Run one of: prepare, work."""
    options = argparse.ArgumentParser()
    options.add_argument("what", choices=["prepare", "work"])
    options.add_argument("--folder", type=Path)
    options.add_argument("--world", type=int)
    options.add_argument("--model", type=int)
    options.add_argument("--leads", type=int, default=100)
    options.add_argument("-k", type=int, default=8)
    options.add_argument("--warm", type=int, default=0, help="leads done before measuring begins")
    options.add_argument("--spare", type=int, default=-1, help="end when only so many leads wait for another try")
    options.add_argument("--timeout", type=float, default=600)
    options.add_argument("--database", default="")
    options.add_argument("--embedding", default="none", help="none: as installed without the extra; empty: with it")
    options.add_argument("--name", default="benchmark", help="executor id, when several work together")
    given = options.parse_args()
    sys.addaudithook(_watch)
    print(json.dumps(_prepare(given) if given.what == "prepare" else _work(given)), flush=True)
    os._exit(0)


def _services(given: argparse.Namespace):
    from leadwright import logs
    from leadwright.bootstrap import open_services
    from leadwright.sandbox import rehearsal

    settings = rehearsal.settings_of(given.folder, given.world, 8480).model_copy(
        update={
            "database_url": given.database,
            "analyst": "model",
            "model": "openai:fake",
            "model_base_url": f"http://127.0.0.1:{given.model}/v1",
            "model_concurrency": given.k,
            "model_timeout_seconds": 5.0,
            "workers": given.k,
            "executor_id": given.name,
            "embedding_model": given.embedding,
            "log_level": "error",
        }
    )
    logs.configure(settings)
    return open_services(settings)


def _prepare(given: argparse.Namespace) -> dict[str, object]:
    from leadwright.sandbox import people, rehearsal
    from leadwright.sandbox.companies import companies

    plain = people.leads

    def marked(count: int, port: int, *, seed: int = 1):
        """Leads that pass, each with a word of its own in a field the prompts hold."""
        for number, row in enumerate(plain(count, port, seed=seed)):
            first, last = row["First Name"], row["Last Name"]
            email = f"{first}.{last}.{number}@bench{number}.example".casefold()
            yield {
                **row,
                "Email": email,
                "Job Title": f"VP Supply Chain MK{number:06d}Q",
                "Rating": "Cold",
                "Lead Source": "Web",
                "Company Name": row["Company Name"] or companies()[number % 200].name,
            }

    people.leads = marked
    made = rehearsal.begin(given.folder, given.world, given.leads)
    services = _services(given)
    imported = rehearsal.set_up(services, given.folder, made, lambda _line: None)
    services.database.close()
    return {"created": imported.created}


def _work(given: argparse.Namespace) -> dict[str, object]:
    from leadwright.workflows.runtime import Runtime

    services = _services(given)
    import pydantic_ai.direct
    import pydantic_ai.models.openai  # noqa: F401

    memory: list[tuple[float, float]] = []
    done: list[tuple[float, int, float]] = []
    runtime = Runtime(services)
    runtime.start()
    begun = time.monotonic()
    threading.Thread(target=_sample, args=(memory,), daemon=True).start()

    def look(state: object) -> None:
        done.append((time.monotonic() - begun, state.done, _cpu()))  # type: ignore[attr-defined]
        if state.done and state.open <= given.spare:  # type: ignore[attr-defined]
            raise _Enough

    with suppress(_Enough):
        runtime.run_until_idle(look, timeout=given.timeout)
    first = next(d for d in done if d[1] >= given.warm)
    last = next(d for d in done if d[1] == done[-1][1])
    result = {
        "leads": last[1] - first[1],
        "wall": last[0] - first[0],
        "cpu": last[2] - first[2],
        "in_work": runtime.concurrency,
        "done": [d[:2] for d in done[:: max(1, len(done) // 2_000)]] + [done[-1][:2]],
        "memory": memory[:: max(1, len(memory) // 2_000)],
        "contacted": sorted(_CONTACTED),
    }
    runtime.stop(timeout=30)
    return result


def _sample(memory: list[tuple[float, float]]) -> None:
    import psutil

    process, begun = psutil.Process(), time.monotonic()
    while True:
        memory.append((time.monotonic() - begun, process.memory_info().rss / 2**20))
        time.sleep(0.25)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
