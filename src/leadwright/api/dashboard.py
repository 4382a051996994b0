"""The dashboard over the API: figures of a period, and the leads behind each."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from leadwright.api import answers
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.agent_settings import present_mode
from leadwright.db.pages.dashboard import leads_behind, leads_measured, read_dashboard
from leadwright.db.sales import Lead
from leadwright.domain.kpis import Figure, Measure
from leadwright.identity.access import Principal, readable
from leadwright.services import Services

router = APIRouter(tags=["dashboard"], route_class=ProblemRoute)

_PAGE = 50
Adapters = Annotated[Services, Depends(services_of)]


@router.get("/dashboard", summary="Figures of a period", response_model=answers.DashboardRead)
def dashboard(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadDashboard", "prvReadLead"))],
    days: Annotated[int, Query(ge=1, le=3660)] = 7,
) -> dict[str, Any]:
    """Counts, rates, mails and cost of the leads taken in during the last days, by the formulas of the agent's mode."""
    until = services.clock()
    with services.database.reading() as session:
        visible, mode = readable(who, Lead, "prvReadLead"), present_mode(session)
        board = read_dashboard(session, visible, until - timedelta(days=days), until, mode)
    return {
        "since": board.since,
        "until": board.until,
        "mode": board.mode,
        "counts": board.counts,
        "rates": {name: getattr(board.kpis, name) for name in board.kpis.__slots__},
        "mails": {n: getattr(board.mailed, n) for n in ("sent", "outreach", "answers")},
        "cost": {"tokens": board.spent.tokens, "dollars": board.spent.dollars, "unpriced": board.spent.unpriced},
    }


@router.get("/dashboard/leads", summary="The leads behind a figure", response_model=list[answers.DashboardLead])
def dashboard_leads(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadDashboard", "prvReadLead"))],
    figure: Figure | Measure,
    days: Annotated[int, Query(ge=1, le=3660)] = 7,
    after: Annotated[str, Query(max_length=36, description="runid of the last row; of figures.")] = "",
    page: Annotated[int, Query(ge=1, le=100_000, description="Of measures such as cost.")] = 1,
) -> list[dict[str, Any]]:
    """Fifty a page. Of a measure with the part of each: seconds, dollars and tokens, or `amount`; the most first."""
    until = services.clock()
    since, visible = until - timedelta(days=days), readable(who, Lead, "prvReadLead")
    with services.database.reading() as session:
        if isinstance(figure, Measure):
            skipped = (page - 1) * _PAGE
            rows = leads_measured(session, figure, visible, since, until, limit=_PAGE, offset=skipped)
        else:
            rows = leads_behind(session, figure, visible, since, until, limit=_PAGE, after=after)
        return [dict(row._mapping) for row in rows]
