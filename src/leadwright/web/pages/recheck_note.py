"""What Check again tells: what fails, what could not be checked and why, and whether the agent goes on. No request."""

from collections.abc import Sequence

from leadwright.actions.prerequisites import Report
from leadwright.db.agent import Agent
from leadwright.domain.prerequisites import Check, failing, says_nothing
from leadwright.domain.stage import AgentMode, AgentState


def recheck_note(reports: Sequence[Report], before: Agent, after: Agent) -> tuple[str, str]:
    """The sentences and their tone.

    Args:
        before: the agent before the checks; `after`: when they had run, and it had followed what was found.
    """
    asked = [r for r in reports if r.done and not r.attested and r.step.needed_in(AgentMode(after.mode))]
    broken = [f"{_name(r)}: {c.sentence}" for r in asked for c in failing(r.checks)]
    unknown = [not_checked(r) for r in asked if r.unknown or says_nothing(r.checks)]
    if broken or unknown:
        return " ".join((*broken, *unknown)), "bad" if broken else "warn"
    if not asked:
        return "Nothing was checked: no prerequisite that can be verified is marked as done.", "info"
    if after.state == AgentState.PAUSED:
        return f"Every check passed, and {after.name} is still paused. {_when(after.statereason or '')}".strip(), "warn"
    if before.state == AgentState.PAUSED and after.state == AgentState.ON:
        return f"Every check passed. {after.name} is on again.", "good"
    return "Every check passed.", "good"


def not_checked(report: Report) -> str:
    """That a prerequisite could not be checked, why, and what counts meanwhile."""
    why = report.unknown or _reason(next(c for c in report.checks if c.passed is None))
    stands = " What was found before counts until then." if report.unknown else ""
    return f"{_name(report)}, could not be checked. {why}{stands}"


def _name(report: Report) -> str:
    return f"{report.step.number}, {report.step.title}"


def _reason(check: Check) -> str:
    return f"{check.name}: {check.detail}"


def _when(reason: str) -> str:
    """It is asked again without anybody's doing."""
    again = "It is checked again by itself within a minute, and goes on when this has come in from Dynamics 365."
    return f"{reason} {again}" if reason.startswith("Prerequisite") else reason
