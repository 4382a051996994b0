"""The first mail of a past lead written again by other settings: would it be ready, held, or not drafted at all?"""

from collections.abc import Mapping
from typing import Any

from leadwright.analyst import Reading, Usage
from leadwright.db.configuration import Configuration
from leadwright.domain.backtest import Cause, Flip
from leadwright.domain.stage import AgentMode
from leadwright.research.brief import Gathered, mail_brief
from leadwright.research.dossier import Dossier
from leadwright.services import Services
from leadwright.workflows.first_mail import first_mail
from leadwright.workflows.steps import Steps

READY, HELD, NONE = "First email ready", "First email held for a person", "No first email"
_MOST = 160  # characters of a setting that are shown


def written_by(configuration: Configuration) -> object:
    """What a first mail depends on beside the lead."""
    return configuration.email, configuration.profile, configuration.company


def drafted_then(steps: Mapping[str, Mapping[str, Any]]) -> str:
    """How the first mail came out.

    Args:
        steps: name -> outputs of the steps ``draft`` and ``check_draft_again`` of the run.
    """
    if "draft" not in steps:
        return NONE
    held = steps["draft"].get("without_value") or steps.get("check_draft_again", {}).get("unsupported")
    return HELD if held else READY


def write_again(
    services: Services,
    dossier: Dossier,
    gathered: Gathered,
    reading: Reading,
    mode: AgentMode,
    then: Configuration,
    before: str,
) -> tuple[Flip | None, Usage | None]:
    """Draft it and compare; the draft itself is thrown away.

    Args:
        before: as `drafted_then` says.

    Raises:
        ModelError: the analyst could not answer.
    """
    ours, steps = dossier.configuration, Steps()
    after, why = NONE, "Nothing says what is offered. Write the value proposition."
    if ours.company.value_proposition.strip() or ours.company.benefits.strip() or ours.email.fixed_body:
        mail = first_mail(services, ours, mail_brief(services, dossier, gathered.company, reading), steps, mode)
        after, why = (HELD if mail.hold else READY), mail.hold or ""
    if after == before:
        return None, steps.usage
    return Flip(before, after, mode is AgentMode.ENGAGE, _causes(then, ours, why)), steps.usage


def _causes(then: Configuration, now: Configuration, why: str) -> tuple[Cause, ...]:
    """Each setting of the mail that differs; the reason stands with the first."""
    causes: list[Cause] = []
    for part, title in (("email", "Email instructions"), ("profile", "Agent profile"), ("company", "Products")):
        was, is_ = (getattr(c, part).model_dump() for c in (then, now))
        for key in was:
            if was[key] != is_[key]:
                name = f"{title}, {key.replace('_', ' ')}"
                causes.append(Cause(name, _shown(was[key]), _shown(is_[key]), "" if causes else why))
    return tuple(causes)


def _shown(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    flat = " ".join(text.split())
    return (flat if len(flat) <= _MOST else f"{flat[:_MOST]}...") or "empty"
