"""Sections of the agent settings page: closed by what was never done, not by what cannot be checked at the moment."""

from leadwright.db.configuration import Configuration
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.sections import Facts, closed_by, sections
from leadwright.domain.stage import AgentMode, AgentState

DONE, DOING = SetupState.DONE, SetupState.IN_PROGRESS


def test_what_is_marked_and_cannot_be_checked_now_closes_nothing_of_an_agent_that_was_started() -> None:
    known = {1: DONE, 2: DOING}
    working = Facts(AgentMode.RESEARCH, AgentState.ON, "Scout", known, marked=frozenset({1, 2}))
    assert closed_by(working) == ()
    (found, *_) = sections(Configuration().model_dump(mode="json"), working)
    (reason,) = found.reasons
    assert "is marked as done, and not every check of it can be run now" in reason
    assert "set it up" not in reason
    draft = Facts(AgentMode.RESEARCH, AgentState.DRAFT, "Scout", known, marked=frozenset({1, 2}))
    assert ["is marked as done" in line for line in closed_by(draft)] == [True]
    unmarked = Facts(AgentMode.RESEARCH, AgentState.OFF, "Scout", known, marked=frozenset({1}))
    assert ["is not done." in line for line in closed_by(unmarked)] == [True]
