"""The audit of rejections: which are drawn, what a person may say, and how sure the rate of false ones is."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from math import sqrt


class Word(StrEnum):
    """What a person says of a lead without knowing what the agent decided."""

    PURSUE = "pursue"  # a seller should have it
    DROP = "drop"
    UNSURE = "unsure"


WORD_LABELS = {
    Word.PURSUE: "A seller should have it",
    Word.DROP: "Not worth a seller's time",
    Word.UNSURE: "Cannot say",
}
_Z = 1.959963984540054  # of 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """Wrong rejections among those a person judged.

    Args:
        wrong: disqualified, and a person would have pursued it.
        judged: disqualified, and a person said yes or no; who could not say does not count.
        low: and `high`: the Wilson score interval of 95 %. None, as the share, where nobody judged any.
    """

    wrong: int
    judged: int
    share: float | None
    low: float | None
    high: float | None


def is_drawn(runid: str, percent: float) -> bool:
    """Is this run in the random share? Fixed by its id, so that a repeated step draws the same.

    Args:
        percent: 0 to 100.
    """
    place = int.from_bytes(sha256(b"rejection audit " + runid.encode()).digest()[:8], "big") / 2**64
    return place * 100 < percent


def rate(wrong: int, judged: int) -> Rate:
    """The false reject rate with its Wilson score interval (E. B. Wilson, 1927)."""
    if not judged:
        return Rate(0, 0, None, None, None)
    p, n, z2 = wrong / judged, judged, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Rate(wrong, judged, p, max(0.0, middle - half), min(1.0, middle + half))
