"""Rejections judged again: a person decides about a lead without knowing what the agent decided; the rate of errors."""

from starlette.responses import Response

from leadwright.actions import oversight
from leadwright.actions import rejections as act
from leadwright.actions.oversight import Watch
from leadwright.db.pages.agent_settings import present_agent
from leadwright.db.pages.people import assignable
from leadwright.domain.rejection import WORD_LABELS
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.web.pages.dashboard import PERIODS, period_of
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/rejections", *act.NEEDS)
def rejections(visit: Visit) -> Response:
    """What waits to be judged, the rate, and the leads behind it."""
    days, since, until = period_of(visit)
    wrong = visit.text("wrong") == "1"
    rows, count = act.waiting_reviews(visit.services, visit.who)
    report = act.report(visit.services, visit.who, since, until, wrong=wrong, after=visit.text("after", most=36))
    with visit.services.database.reading() as session:
        agent = present_agent(session)
    may_see = agent is not None and visit.may("prvReadAgent")
    watch = oversight.read_watch(visit.services, visit.who, agent.agentid) if agent and may_see else None
    return visit.page(
        "rejections.html",
        waiting=rows,
        count=count,
        report=report,
        days=days,
        periods=PERIODS,
        wrong=wrong,
        watch=watch,
        words=WORD_LABELS,
    )


@pages.get("/rejections/{reviewid}", *act.NEEDS)
def review(visit: Visit) -> Response:
    """One lead, without a verdict until it is judged."""
    return _page(visit)


@pages.post("/rejections/{reviewid}/judge", *act.NEEDS, "prvWriteLead")
def judge(visit: Visit) -> Response:
    """What the person says; then the verdict is shown."""
    reviewid = str(visit.request.path_params["reviewid"])
    try:
        act.judge(visit.services, visit.who, reviewid, visit.text("word", most=10), visit.text("comment", most=5_000))
    except (BadInput, Conflict) as error:
        return _page(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    return visit.to(f"/rejections/{reviewid}", "Kept. Below is what the agent had decided.")


@pages.post("/rejections-settings", "prvConfigureAgent")
def choose(visit: Visit) -> Response:
    """How many are drawn."""
    with visit.services.database.reading() as session:
        agent = present_agent(session)
    if agent is None:
        raise NotFound("There is no agent yet. Create one on the page Agent settings.")
    try:
        percent = float(visit.text("percent", most=10).replace(",", ".") or "nan")
        before = oversight.read_watch(visit.services, visit.who, agent.agentid)
        watch = Watch(before.firstmails, before.followups, before.answers, before.hours, percent)
        oversight.set_watch(visit.services, visit.who, agent.agentid, watch)
    except ValueError:
        return visit.to("/rejections", "Choose 0 to 100 per cent.", "bad")
    except BadInput as error:
        return visit.to("/rejections", str(error), "bad")
    return visit.to("/rejections", "Saved. It holds for what the agent decides from now on.")


def _page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    found = act.review_of(visit.services, visit.who, str(visit.request.path_params["reviewid"]))
    with visit.services.database.reading() as session:
        sellers = assignable(session) if found.revealed and visit.may("prvAssignLead") else []
    return visit.page(
        "rejection.html",
        status,
        found=found,
        problem=problem,
        words=WORD_LABELS,
        sellers=sellers,
        word=visit.text("word", most=10),
        comment=visit.text("comment", most=5_000),
    )
