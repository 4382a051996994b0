"""Whoever reads and writes words: one Protocol, two implementations (`builtin`, `model`).

An analyst only proposes. `domain` decides, and what it writes must quote passages it was given.
"""

from leadwright.analyst.protocol import (
    Analyst,
    Brief,
    Competitor,
    Draft,
    FollowUp,
    Insight,
    MailBrief,
    Offering,
    Reading,
    Referral,
    ReplyBrief,
    ReplyReading,
    Section,
    Usage,
)

__all__ = [
    "Analyst",
    "Brief",
    "Competitor",
    "Draft",
    "FollowUp",
    "Insight",
    "MailBrief",
    "Offering",
    "Reading",
    "Referral",
    "ReplyBrief",
    "ReplyReading",
    "Section",
    "Usage",
]
