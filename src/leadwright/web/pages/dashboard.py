"""The supervisor's dashboard: figures of a period, the funnel, and the list behind each figure."""

from datetime import datetime, timedelta

from starlette.responses import Response

from leadwright.actions.rejections import NEEDS as REJECTIONS
from leadwright.db.pages.agent_settings import present_mode
from leadwright.db.pages.dashboard import Dashboard, leads_behind, leads_measured, read_dashboard
from leadwright.db.pages.rejections import false_reject_rate
from leadwright.db.sales import Lead
from leadwright.domain.kpis import ENGAGE_FUNNEL, ENGAGEMENT, FUNNEL, INTEREST, LABELS, MEASURES, Figure, Measure
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput
from leadwright.identity.access import owners_reached, readable
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
    Figure.IN_CONVERSATION: 6,
    Figure.WRITTEN_TO: 1,
    Figure.REPLIED: 3,
    Figure.NO_REPLY: 7,
    Figure.UNDER_WAY: 6,
    Figure.AUTONOMOUS: 3,
    Figure.TRANSFERRED: 2,
    Figure.WAITS_FOR_PERSON: 4,
    Figure.HANDOVER_FAILED: 5,
    Figure.POSITIVE: 3,
    Figure.NEGATIVE: 5,
    Figure.UNDETECTED: 7,
}
_AMOUNTS = {Measure.PIPELINE: "Est. revenue", Measure.MAILS: "Emails", Measure.ANSWERS: "Answers"}
_ROWS = 50
_MOST_PAGES = 100_000


@pages.get("/dashboard", "prvReadDashboard")
def dashboard(visit: Visit) -> Response:
    """Every figure of the period."""
    days, since, until = period_of(visit)
    board = _board(visit, days, since, until)
    if board is None:
        return visit.page("dashboard_counting.html", days=days, periods=PERIODS, refreshed=None)
    mode = board.mode
    with visit.services.database.reading() as session:
        rejects = false_reject_rate(session, readable(visit.who, Lead, "prvReadLead"), since, until)
    return visit.page(
        "dashboard.html",
        board=board,
        rejects=rejects,
        may_judge=all(visit.may(p) for p in REJECTIONS),
        days=days,
        periods=PERIODS,
        refreshed=board.until,
        funnel=_bars(board, ENGAGE_FUNNEL if mode is AgentMode.ENGAGE else FUNNEL, days),
        engagement=_bars(board, ENGAGEMENT, days),
        interest=_bars(board, INTEREST, days),
        ratings=_bars(board, (Figure.HOT, Figure.WARM, Figure.COLD), days),
        bands=_bars(board, (Figure.HIGH, Figure.MODERATE, Figure.LOW, Figure.UNKNOWN), days),
        figure=Figure,
        measure=Measure,
        link=lambda figure: _link(figure, days),
    )


@pages.get("/dashboard/leads", "prvReadDashboard")
def behind(visit: Visit) -> Response:
    """The leads behind one figure, or those a measure is taken over, each with its part."""
    days, since, until = period_of(visit)
    asked = visit.text("figure", most=40)
    if asked in set(Measure):
        return _measured(visit, Measure(asked), days, since, until)
    try:
        figure = Figure(asked)
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
        measured=None,
        amount=None,
    )


def _measured(visit: Visit, measure: Measure, days: str, since: datetime, until: datetime) -> Response:
    """Sorted by what each lead took or cost; the figure of the dashboard stands above."""
    visible, page = readable(visit.who, Lead, "prvReadLead"), max(visit.number("page") or 1, 1)
    if page > _MOST_PAGES:
        raise BadInput("This list ends before that page. Start again from the first page.", field="page")
    offset = (page - 1) * _ROWS
    with visit.services.database.reading() as session:
        rows = leads_measured(session, measure, visible, since, until, limit=_ROWS + 1, offset=offset)
    board = _board(visit, days, since, until)
    return visit.page(
        "dashboard_leads.html",
        label=MEASURES[measure],
        period=PERIODS[days],
        rows=rows[:_ROWS],
        following=f"{_link(measure, days)}&page={page + 1}" if len(rows) > _ROWS else "",
        days=days,
        measured=str(measure),
        amount=_AMOUNTS.get(measure),
        board=board,
    )


def _board(visit: Visit, days: str, since: datetime, until: datetime) -> Dashboard | None:
    """The figures of the period for whatever this reader may see; None: they are still being counted."""

    def count() -> Dashboard:
        with visit.services.database.reading() as session:
            visible, mode = readable(visit.who, Lead, "prvReadLead"), present_mode(session)
            return read_dashboard(session, visible, since, until, mode)

    return visit.services.boards.board((days, owners_reached(visit.who, "prvReadLead")), count)


def period_of(visit: Visit) -> tuple[str, datetime, datetime]:
    """Days as chosen, and from when to when.

    Raises:
        BadInput: a period that is not offered.
    """
    days = visit.text("days") or "7"
    if days not in PERIODS:
        raise BadInput(f"Choose one of these periods: {', '.join(PERIODS.values())}.", field="days")
    until = visit.services.clock()
    return days, until - timedelta(days=int(days)), until


def _bars(board: Dashboard, figures: tuple[Figure, ...], days: str) -> list[Bar]:
    return [Bar(LABELS[f], board.counts[f], _link(f, days), _COLOURS[f]) for f in figures]


def _link(figure: Figure | Measure, days: str) -> str:
    return f"/dashboard/leads?figure={figure}&days={days}"
