"""Back-test: judge past leads again by the draft, watch it, and see which verdicts would flip and by what."""

from starlette.responses import Response

from leadwright.actions import backtest as act
from leadwright.actions.flip_list import write_flips
from leadwright.domain.backtest import MOST_LEADS
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()
PAGE = 100


@pages.get("/agent/backtest", "prvReadAgent")
def backtest(visit: Visit) -> Response:
    """The form, with what it would cost, and the back-tests that are kept."""
    return _page(visit, {})


@pages.post("/agent/backtest", "prvReadAgent", "prvConfigureAgent", "prvReadLead")
def start(visit: Visit) -> Response:
    """Estimate, or start."""
    agent = needed_agent(visit)
    try:
        choice, cap = _choice(visit), visit.number("mosttokens")
        if visit.text("do") == "estimate":
            expected = act.estimate(visit.services, visit.who, agent.agentid, choice)
            return _page(visit, {}, expected=expected)
        testid = act.start_backtest(visit.services, visit.who, agent.agentid, choice, mosttokens=cap)
    except BadInput as error:
        return _page(visit, {error.field or "leads": str(error)}, 422)
    return visit.to(f"/agent/backtest/{testid}", "The back-test has begun. Nothing is sent, fetched or changed.")


@pages.get("/agent/backtest/{backtestid}", "prvReadAgent")
def shown(visit: Visit) -> Response:
    """Progress, counts by direction, and each flip."""
    agent, page = needed_agent(visit), min(max(visit.number("page") or 1, 1), 100)
    found = act.read_backtest(
        visit.services, visit.who, agent.agentid, _id(visit), most=PAGE + 1, first=(page - 1) * PAGE
    )
    more = len(found.flips) > PAGE
    return settings_page(
        visit, agent, "start", "agent/backtest_shown.html", shown=found, flips=found.flips[:PAGE], page=page, more=more
    )


@pages.get("/agent/backtest/{backtestid}/flips.csv", "prvReadAgent")
def flips(visit: Visit) -> Response:
    """Every flip, one line for each criterion that did it."""
    agent = needed_agent(visit)
    found = act.read_backtest(visit.services, visit.who, agent.agentid, _id(visit), most=None)
    headers = {"Content-Disposition": f'attachment; filename="backtest-{found.test.startedon:%Y-%m-%d}.csv"'}
    return Response("\ufeff" + write_flips(found.flips), media_type="text/csv; charset=utf-8", headers=headers)


@pages.post("/agent/backtest/{backtestid}/continue", "prvReadAgent", "prvConfigureAgent")
def go_on(visit: Visit) -> Response:
    """Go on, with a higher cap where one is given."""
    cap, testid = visit.number("mosttokens"), _id(visit)
    act.continue_backtest(visit.services, visit.who, needed_agent(visit).agentid, testid, mosttokens=cap)
    return visit.to(f"/agent/backtest/{testid}", "The back-test goes on.")


@pages.post("/agent/backtest/{backtestid}/stop", "prvReadAgent", "prvConfigureAgent")
def stop(visit: Visit) -> Response:
    """Stop it; what is found stays."""
    act.stop_backtest(visit.services, visit.who, needed_agent(visit).agentid, _id(visit))
    return visit.to(f"/agent/backtest/{_id(visit)}", "Stopped. What was found stays.")


def _id(visit: Visit) -> str:
    found: str = visit.request.path_params["backtestid"]
    return found


def _choice(visit: Visit) -> act.Choice:
    leads, days = visit.number("leads"), visit.number("days")
    return act.Choice(leads if leads is not None else 0, days, visit.text("view", most=40))


def _page(visit: Visit, problems: dict[str, str], status: int = 200, expected: act.Estimate | None = None) -> Response:
    agent = needed_agent(visit)
    typed = {n: visit.text(n) for n in ("leads", "days", "view", "mosttokens")}
    return settings_page(
        visit,
        agent,
        "start",
        "agent/backtest.html",
        status,
        problems=problems,
        typed=typed,
        most=MOST_LEADS,
        tests=act.backtests(visit.services, visit.who, agent.agentid),
        views=[(name, words.capitalize()) for name, (words, _) in act.VIEWS.items()],
        builtin=visit.services.analyst.name == "builtin",
        expected=expected,
    )
