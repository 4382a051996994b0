"""An administrator's one-time sign-in at Microsoft: the code, waiting for it, what came of it."""

from datetime import UTC, datetime

from starlette.responses import Response

from leadwright.actions import administrator_errand as act
from leadwright.actions.administrator_errand import CALLED, DOES, NEEDS, Errand, Waiting, Wanted
from leadwright.errors import BadInput, Conflict, CrmError
from leadwright.web import security
from leadwright.web.pages.agent import needed_agent
from leadwright.web.pages.agent_dynamics import dynamics_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_COOKIE = "errand"
_SECONDS = 900
_HERE, _BACK = "/agent/administrator", "/agent/prerequisites"
_STEP = {Errand.APPLICATION: 1, Errand.USER: 2, Errand.APPROVE: 4}


@pages.post("/agent/administrator", "prvReadAgent")
def begin(visit: Visit) -> Response:
    """Ask Microsoft for a code."""
    agent = needed_agent(visit)
    try:
        wanted = Wanted(
            errand=_errand(visit),
            organisation=visit.text("organisation", most=400),
            tenant=visit.text("tenant", most=200),
            name=visit.text("name", most=400),
            cloud=visit.text("in_cloud", most=20),
            permissions=bool(visit.text("permissions")),
            unit=visit.text("unit", most=160),
        )
        started = act.begin(visit.services, visit.who, agent.agentid, wanted)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=_STEP[_errand(visit)])
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"": str(error)}, opened=_STEP[_errand(visit)])
    answer = visit.to(_HERE)
    security.set_cookie(answer, visit.request, visit.services.settings, _COOKIE, started.ticket, seconds=_SECONDS)
    return answer


@pages.get("/agent/administrator", "prvReadAgent")
def shown(visit: Visit) -> Response:
    """The code, and how it goes on."""
    needed_agent(visit)
    try:
        found = act.waiting(visit.services, visit.who, _ticket(visit))
    except BadInput:
        return visit.to(_BACK, "No sign-in is waiting. Start it on this page.", "info")
    return _page(visit, found)


@pages.post("/agent/administrator/continue", "prvReadAgent")
def go_on(visit: Visit) -> Response:
    """Look whether the administrator has signed in, and do what it was for."""
    needed_agent(visit)
    ticket = _ticket(visit)
    found = act.waiting(visit.services, visit.who, ticket)
    if found.endson < datetime.now(UTC):
        return _ended(visit, visit.to(f"{_BACK}#p{_STEP[found.errand]}", "The code has expired. Start again.", "bad"))
    try:
        done = act.go_on(visit.services, visit.who, ticket)
    except (BadInput, Conflict, CrmError) as error:
        if isinstance(error, CrmError) and not error.permanent:
            return visit.to(_HERE, str(error), "warn")
        return _ended(visit, _page(visit, found, str(error)))
    if not done:
        return visit.to(_HERE, "" if visit.text("again") else "Nobody has signed in with this code yet.", "info")
    return _ended(visit, visit.to(f"{_BACK}#p{_STEP[found.errand]}", done))


@pages.post("/agent/administrator/cancel", "prvReadAgent")
def cancel(visit: Visit) -> Response:
    """Forget the sign-in that waits."""
    return _ended(visit, visit.to(_BACK, "The sign-in is cancelled. Nothing was changed.", "info"))


def _page(visit: Visit, found: Waiting, problem: str = "") -> Response:
    return visit.page(
        "agent/dynamics/administrator.html",
        422 if problem else 200,
        waiting=0 if problem else max(found.interval, 3),
        problem=problem,
        does=DOES[found.errand],
        needs=NEEDS[found.errand],
        called=CALLED[found.errand],
        address=found.address,
        code=found.usercode,
        ends=found.endson,
        back=f"{_BACK}#p{_STEP[found.errand]}"
        if found.errand is not Errand.APPLICATION
        else f"{_BACK}?platform=dynamics365#p1",
    )


def _errand(visit: Visit) -> Errand:
    try:
        return Errand(visit.text("errand", most=20))
    except ValueError:
        raise BadInput("This form is damaged. Open the prerequisites again.") from None


def _ticket(visit: Visit) -> str:
    return security.read_cookie(visit.request, visit.services.settings, _COOKIE) or ""


def _ended(visit: Visit, answer: Response) -> Response:
    security.drop_cookie(answer, visit.request, visit.services.settings, _COOKIE)
    return answer
