"""Approvals: mails of the agent that wait for a person, to be read, changed, approved or rejected; and which wait."""

from starlette.responses import Response

from leadwright.actions import approvals as act
from leadwright.actions import oversight
from leadwright.actions.oversight import Watch
from leadwright.db.pages.agent_settings import present_agent
from leadwright.domain.approval import KIND_LABELS
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/approvals", *act.NEEDS)
def approvals(visit: Visit) -> Response:
    """A page of mails, oldest first."""
    return _page(visit)


@pages.post("/approvals/approve", *act.NEEDS)
def approve(visit: Visit) -> Response:
    """One mail, or all that were ticked and read."""
    chosen = [str(value).partition(":")[::2] for value in visit.form.getlist("mail")]
    if len(chosen) > 1 and visit.text("read") != "1":
        return _page(visit, "Tick that you have read the mails you chose; then approve them together.", 422)
    try:
        done = act.approve(visit.services, visit.who, chosen)
    except (BadInput, Conflict, NotFound) as error:
        return visit.to("/approvals", str(error), "bad")
    return visit.to("/approvals", f"{done} mail{'s' if done != 1 else ''} approved. They leave as the rules allow.")


@pages.get("/approvals/{outboxid}", *act.NEEDS)
def one(visit: Visit) -> Response:
    """One mail, to be changed or rejected."""
    return _mail(visit)


@pages.post("/approvals/{outboxid}/change", *act.NEEDS)
def change(visit: Visit) -> Response:
    """Other words; then it is read once more and approved."""
    outboxid = str(visit.request.path_params["outboxid"])
    words = {"subject": visit.text("subject", most=800), "body": visit.text("body", most=200_000)}
    try:
        act.change(visit.services, visit.who, outboxid, visit.text("hash", most=64), **words)
    except (BadInput, Conflict) as error:
        return _mail(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    return visit.to(f"/approvals/{outboxid}", "Changed. Read it as it leaves now, then approve it.")


@pages.post("/approvals/{outboxid}/reject", *act.NEEDS)
def reject(visit: Visit) -> Response:
    """It does not leave; the reason goes with its draft."""
    outboxid, seen = str(visit.request.path_params["outboxid"]), visit.text("hash", most=64)
    try:
        act.reject(
            visit.services,
            visit.who,
            outboxid,
            seen,
            visit.text("feedback", most=5_000),
            instruction=visit.text("instruction") == "1",
        )
    except (BadInput, Conflict) as error:
        return _mail(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    return visit.to("/approvals", "Rejected. Its words stay as a draft of the lead, with your reason.")


@pages.post("/approvals-settings", "prvConfigureAgent")
def choose(visit: Visit) -> Response:
    """Which kinds of mail wait, and how long an approval holds."""
    agent = _agent(visit)
    try:
        before = oversight.read_watch(visit.services, visit.who, agent)
        kinds = {name: visit.text(name) == "1" for name in ("firstmails", "followups", "answers")}
        watch = Watch(**kinds, hours=visit.number("hours") or 0, percent=before.percent)
        oversight.set_watch(visit.services, visit.who, agent, watch)
    except BadInput as error:
        return visit.to("/approvals", str(error), "bad")
    return visit.to("/approvals", "Saved. It holds from now on, for mails that wait already too.")


def _agent(visit: Visit) -> str:
    with visit.services.database.reading() as session:
        agent = present_agent(session)
    if agent is None:
        raise NotFound("There is no agent yet. Create one on the page Agent settings.")
    return agent.agentid


def _page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    rows, following, count = act.waiting_mails(visit.services, visit.who, after=visit.text("after", most=36))
    with visit.services.database.reading() as session:
        agent = present_agent(session)
    watch = (
        oversight.read_watch(visit.services, visit.who, agent.agentid) if agent and visit.may("prvReadAgent") else None
    )
    return visit.page(
        "approvals.html",
        status,
        rows=rows,
        following=following,
        count=count,
        problem=problem,
        labels=KIND_LABELS,
        watch=watch,
        ticked={str(v).partition(":")[0] for v in visit.form.getlist("mail")},
    )


def _mail(visit: Visit, problem: str = "", status: int = 200) -> Response:
    mail = act.waiting_mail(visit.services, visit.who, str(visit.request.path_params["outboxid"]))
    typed = bool(visit.form) and "body" in visit.form
    return visit.page(
        "approval.html",
        status,
        mail=mail,
        problem=problem,
        labels=KIND_LABELS,
        subject=visit.text("subject", most=800) if typed else mail.subject,
        body=visit.text("body", most=200_000) if typed else mail.body,
        feedback=visit.text("feedback", most=5_000),
    )
