"""Usage: what models cost by day, model and purpose, the month's forecast, and the caps of a day."""

from starlette.responses import Response

from leadwright.actions import spending as act
from leadwright.errors import BadInput
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/usage", "prvConfigureAgent")
def usage(visit: Visit) -> Response:
    """Figures and caps."""
    return _page(visit, {})


@pages.post("/usage", "prvConfigureAgent")
def set_caps(visit: Visit) -> Response:
    """Set the caps of a day."""
    try:
        tokens, dollars = visit.number("tokens"), _money(visit)
        act.set_limits(visit.services, visit.who, tokens=tokens, dollars=dollars, at_cap=visit.text("at_cap"))
    except BadInput as error:
        return _page(visit, {error.field or "tokens": str(error)}, 422)
    return visit.to("/usage", "Saved. The caps hold from the next call on.")


def _money(visit: Visit) -> float | None:
    text = visit.text("dollars", most=20)
    try:
        return float(text) if text else None
    except ValueError:
        raise BadInput("Please give a number of dollars, such as 12.50.", field="dollars") from None


def _page(visit: Visit, problems: dict[str, str], status: int = 200) -> Response:
    found, settings = act.usage(visit.services, visit.who), visit.services.settings
    limits = found.limits
    typed = {
        "tokens": visit.text("tokens") if problems else limits.tokens or "",
        "dollars": visit.text("dollars") if problems else limits.dollars or "",
        "at_cap": visit.text("at_cap") if problems else str(limits.at_cap),
    }
    return visit.page(
        "usage.html",
        status,
        problems=problems,
        found=found,
        typed=typed,
        analyst=visit.services.analyst.name,
        per_lead=settings.model_tokens_per_lead,
        dearest=max([spent.tokens for _, spent in found.days] or [0]) or 1,
    )
