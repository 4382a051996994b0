"""The flips of a back-test as CSV: one line for each criterion that did it; formulas defused."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from leadwright.domain.csv_cells import safe_cell

_HEADINGS = (
    "Lead", "Company", "Email", "From", "To", "What becomes of it changes", "Judged on", "Criterion", "Criterion from",
    "Criterion to", "Reason", "Evidence", "Source", "Flips anyway", "A person decided",
)  # fmt: skip
_JUDGED_ON = {"fit": "profile", "mail": "first email", "reply": "conversation"}
_NOTHING = {"criterion": "", "before": "", "after": "", "reason": "", "evidence": []}


def write_flips(flips: Iterable[Any]) -> str:
    """CSV with a heading line.

    Args:
        flips: as `actions.backtest.read_backtest` gives them.
    """
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(_HEADINGS)
    writer.writerows([safe_cell(cell) for cell in row] for flip in flips for row in _rows(flip))
    return kept.getvalue()


def _rows(flip: Any) -> list[list[str]]:
    lead = [flip.fullname or "", flip.companyname or "", flip.emailaddress1 or "", flip.before, flip.after]
    told = [*lead, "yes" if flip.outcome else "no", _JUDGED_ON.get(flip.kind, flip.kind)]
    end = ["yes" if flip.anyway else "", flip.overruled]
    return [
        [*told, c["criterion"], c["before"], c["after"], c["reason"], *_evidence(c["evidence"]), *end]
        for c in flip.causes or [_NOTHING]
    ]


def _evidence(quoted: list[dict[str, Any]]) -> tuple[str, str]:
    return " | ".join(e["quote"] for e in quoted), " | ".join(e["source"] for e in quoted)
