"""Where a mirrored table stands, in a word each, and as people read it."""

from enum import StrEnum


class Phase(StrEnum):
    """What is done with a table next."""

    WAITING = "waiting"  # it was never looked at
    LOADING = "loading"  # all rows are read
    COMPARING = "comparing"  # ids and ETags of all rows are held against ours
    FOLLOWING = "following"  # changes come in


WORDS = {
    Phase.WAITING: "Not begun",
    Phase.LOADING: "Reading all rows",
    Phase.COMPARING: "Comparing",
    Phase.FOLLOWING: "Up to date",
}

FOREIGN = (
    "The records here come from another organisation than the one that is connected now. Connect that one again, or "
    "connect this one to a new, empty installation: records of two organisations are never mixed."
)
