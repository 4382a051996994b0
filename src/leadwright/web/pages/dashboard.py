"""The supervisor's dashboard: figures of a period, the funnel, and the list behind each figure."""

from datetime import datetime, timedelta

from starlette.responses import Response

from leadwright.db.pages.dashboard import Dashboard, leads_behind, read_dashboard
from leadwright.db.sales import Lead
from leadwright.domain.kpis import FUNNEL, LABELS, Figure
from leadwright.errors import BadInput
from leadwright.identity.access import readable
from leadwright.web.charts import Bar
from leadwright.web.visit import Pages, Visit

pages = Pages()

PERIODS = {"1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days", "365": "Last year"}
_COLOURS = {
    Figure.ASSIGNED: 1,
    Figure.IN_PROGRESS: 6,
    Figure.BLOCKED: 4,
    Figure.DISQUALIFIED: 2,
    Figure.RETURNED: 4,
    Figure.FAILED: 5,
    Figure.HANDED_OVER: 3,
    Figure.OPPORTUNITIES: 3,
    Figure.HOT: 5,
    Figure.WARM: 4,
    Figure.COLD: 1,
    Figure.HIGH: 3,
    Figure.MODERATE: 4,
    Figure.LOW: 5,
    Figure.UNKNOWN: 7,
}
_ROWS = 50


@pages.get("/dashboard", "prvReadDashboard")
def dashboard(visit: Visit) -> Response:
    """Every figure of the period."""
    days, since, until = _period(visit)
    with visit.services.database.reading() as session:
        board = read_dashboard(session, readable(visit.who, Lead, "prvReadLead"), since, until)
    return visit.page(
        "dashboard.html",
        board=board,
        days=days,
        periods=PERIODS,
        refreshed=until,
        funnel=_bars(board, FUNNEL, days),
        ratings=_bars(board, (Figure.HOT, Figure.WARM, Figure.COLD), days),
        bands=_bars(board, (Figure.HIGH, Figure.MODERATE, Figure.LOW, Figure.UNKNOWN), days),
        figure=Figure,
        link=lambda figure: _link(figure, days),
    )


@pages.get("/dashboard/leads", "prvReadDashboard")
def behind(visit: Visit) -> Response:
    """The leads behind one figure."""
    days, since, until = _period(visit)
    try:
        figure = Figure(visit.text("figure"))
    except ValueError:
        raise BadInput("There is no such figure. Open the dashboard and choose one.", field="figure") from None
    with visit.services.database.reading() as session:
        rows = leads_behind(
            session,
            figure,
            readable(visit.who, Lead, "prvReadLead"),
            since,
            until,
            limit=_ROWS + 1,
            after=visit.text("after", most=36),
        )
    shown = rows[:_ROWS]
    following = f"{_link(figure, days)}&after={shown[-1].runid}" if len(rows) > _ROWS else ""
    return visit.page(
        "dashboard_leads.html",
        label=LABELS[figure],
        period=PERIODS[days],
        rows=shown,
        following=following,
        days=days,
    )


def _period(visit: Visit) -> tuple[str, datetime, datetime]:
    days = visit.text("days") or "7"
    if days not in PERIODS:
        raise BadInput(f"Choose one of these periods: {', '.join(PERIODS.values())}.", field="days")
    until = visit.services.clock()
    return days, until - timedelta(days=int(days)), until


def _bars(board: Dashboard, figures: tuple[Figure, ...], days: str) -> list[Bar]:
    return [Bar(LABELS[f], board.counts[f], _link(f, days), _COLOURS[f]) for f in figures]


def _link(figure: Figure, days: str) -> str:
    return f"/dashboard/leads?figure={figure}&days={days}"
