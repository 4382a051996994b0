"""What models cost, and the caps of a day, over the API."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import spending as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.domain.spending import Limits, Spent
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["usage"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Administrator = Annotated[Principal, Depends(needs("prvConfigureAgent"))]


class Caps(BaseModel):
    """Caps of one day (UTC); null: none. `at_cap`: the built-in analyst judges, or the work waits."""

    tokens: int | None = Field(None, ge=1, le=act.MOST_TOKENS)
    dollars: float | None = Field(None, gt=0, le=act.MOST_DOLLARS)
    at_cap: Literal["builtin", "pause"] = "builtin"


@router.get("/usage", summary="Tokens and money by day, model and purpose, with the forecast for the month")
def usage(services: Adapters, who: Administrator) -> dict[str, Any]:
    """The last 31 days; `dollars` counts calls of a known price, `unpriced` the others."""
    found = act.usage(services, who)
    return {
        "limits": _limits(found.limits),
        "level": str(found.level),
        "today": _spent(found.today),
        "month": _spent(found.month),
        "forecast": _spent(found.forecast),
        "days": [{"day": day.isoformat(), **_spent(spent)} for day, spent in found.days],
        "models": [{"model": line.name, **_spent(line.spent)} for line in found.models],
        "purposes": [{"purpose": line.name, **_spent(line.spent)} for line in found.purposes],
    }


@router.put("/usage/limits", summary="Set the caps of a day")
def set_limits(services: Adapters, who: Administrator, body: Caps) -> dict[str, Any]:
    """They hold from the next call on."""
    return _limits(act.set_limits(services, who, tokens=body.tokens, dollars=body.dollars, at_cap=body.at_cap))


def _limits(limits: Limits) -> dict[str, Any]:
    return {"tokens": limits.tokens, "dollars": limits.dollars, "at_cap": str(limits.at_cap)}


def _spent(spent: Spent) -> dict[str, Any]:
    return {"tokens": spent.tokens, "dollars": spent.dollars, "calls": spent.calls, "unpriced": spent.unpriced}
