"""The record of how a result was made: the steps of one run, collected in order and stored at its end."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from leadwright.analyst import Usage
from leadwright.db.agent import RunStep
from leadwright.db.base import now

_TABLE = cast(Table, RunStep.__table__)  # one statement for all rows; the mapped class would take one for each


@dataclass
class Step:
    """One step; fill in `outputs` and the rest while it runs.

    Args:
        state: done, partial, failed or skipped.
        seconds: wall time.
    """

    name: str
    state: str = "done"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    usage: Usage | None = None
    seconds: float = 0.0


class Steps:
    """The steps of one run so far."""

    def __init__(self) -> None:
        self._steps: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str, **inputs: Any) -> Iterator[Step]:
        """Time a step and keep it, also when it fails."""
        step, began = Step(name, inputs=inputs), time.perf_counter()
        try:
            yield step
        except BaseException as error:
            step.state, step.detail = "failed", str(error)
            raise
        finally:
            step.seconds = time.perf_counter() - began
            self.add(step)

    def add(self, step: Step) -> None:
        """Keep a step that was timed elsewhere."""
        usage = step.usage or Usage("")
        self._steps.append(
            {
                "name": step.name,
                "state": step.state,
                "inputs": dict(step.inputs),
                "outputs": dict(step.outputs),
                "detail": step.detail,
                "model": usage.model,
                "tokensin": usage.tokens_in,
                "tokensout": usage.tokens_out,
                "cost": usage.cost,
                "seconds": step.seconds,
                "at": now(),
            }
        )

    @property
    def usage(self) -> Usage | None:
        """What all steps so far cost together; None when none was asked of an analyst."""
        paid = [s for s in self._steps if s["model"]]
        if not paid:
            return None
        costs = [s["cost"] for s in paid]
        return Usage(
            paid[-1]["model"],
            sum(s["tokensin"] for s in paid),
            sum(s["tokensout"] for s in paid),
            None if None in costs else sum(costs),
        )

    def store(self, session: Session, runid: str, *, first: bool = False) -> None:
        """Write the steps, in place of those that an earlier try left; a `first` try has none before it."""
        by_name = {s["name"]: s for s in self._steps}
        if not first:
            session.execute(delete(RunStep).where(RunStep.runid == runid))
        if by_name:
            rows = [{**s, "runid": runid, "position": n} for n, s in enumerate(by_name.values(), 1)]
            session.execute(insert(_TABLE), rows)

    def store_more(self, session: Session, runid: str, prefix: str) -> None:
        """Write the steps after those that the run has already, their names beginning with `prefix`."""
        last = session.scalar(select(func.max(RunStep.position)).where(RunStep.runid == runid)) or 0
        names = {f"{prefix}_{s['name']}"[:60]: s for s in self._steps}
        session.execute(delete(RunStep).where(RunStep.runid == runid, RunStep.name.in_(names)))
        if rows := [
            {**s, "name": n, "runid": runid, "position": last + k} for k, (n, s) in enumerate(names.items(), 1)
        ]:
            session.execute(insert(_TABLE), rows)
