"""What a benchmark says: one figure a goal, printed as a table for people and as JSON for programs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One goal.

    Args:
        goal: number in the list of goals, or a word for one that has none.
        what: what was measured.
        value: the ratio, or the count.
        must: the bar, as people write it, e.g. ``<= 0.05``; empty: only reported.
        detail: the figures the ratio is made of.
    """

    goal: str
    what: str
    value: float
    must: str = ""
    detail: str = ""

    @property
    def holds(self) -> bool | None:
        """Is the bar met? None without a bar."""
        if not self.must:
            return None
        sign, bar = self.must.split()
        return {"<=": self.value <= float(bar), ">=": self.value >= float(bar), "==": self.value == float(bar)}[sign]


def report(figures: Sequence[Figure]) -> None:
    """Print a table, then one line of JSON."""
    print(f"{'goal':<6} {'':<4} {'value':>10} {'bar':>9}  what (detail)")
    for f in figures:
        mark = {True: "ok", False: "MISS", None: "-"}[f.holds]
        print(f"{f.goal:<6} {mark:<4} {f.value:>10.4g} {f.must:>9}  {f.what} ({f.detail})")
    print("FIGURES " + json.dumps([asdict(f) for f in figures]))
    sys.stdout.flush()
