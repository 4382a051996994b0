"""Where a lead stands with the agent, and the outcome of one pass over it (product.md 9, 10)."""

from enum import StrEnum


class Stage(StrEnum):
    """State of a run, one pass of the agent over a lead. The last five are final."""

    QUEUED = "queued"
    RESEARCHING = "researching"
    BLOCKED = "blocked"  # waits for a person, with the reason
    ENGAGED = "engaged"  # in conversation with the agent: `db.engagement` says where it stands
    HANDED_OVER = "handed_over"
    DISQUALIFIED = "disqualified"
    RETURNED = "returned"  # back to the original owner: email missing or invalid
    FAILED = "failed"  # tried and given up, with the reason; a person may try again
    CANCELLED = "cancelled"  # the lead was taken over, merged or deleted meanwhile


OPEN_STAGES = frozenset({Stage.QUEUED, Stage.RESEARCHING, Stage.BLOCKED, Stage.ENGAGED})


class Trigger(StrEnum):
    """Why a run began (the table of product.md 4)."""

    NEW_LEAD = "new_lead"
    EMAIL_SET = "email_set"  # from empty or invalid to valid
    COMPANY_SET = "company_set"
    LEAD_CHANGED = "lead_changed"  # a field change made it match
    RELATED_CHANGED = "related_changed"
    RETRIED = "retried"  # a person asked for another try after a failure


class AgentMode(StrEnum):
    """Automation level."""

    RESEARCH = "research"
    ENGAGE = "engage"


class AgentState(StrEnum):
    """State of an agent. Paused agents resume by themselves; stopped ones do not."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    DRAINING = "draining"
    OFF = "off"
    ARCHIVED = "archived"
