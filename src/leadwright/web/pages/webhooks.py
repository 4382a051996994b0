"""Webhooks: who is told of which events, what was delivered, trying and sending again. A secret is on the page once."""

from starlette.responses import Response

from leadwright.actions import webhooks as act
from leadwright.domain.webhooks import EVENTS
from leadwright.errors import BadInput, Conflict
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/webhooks", act.NEEDED)
def webhooks(visit: Visit) -> Response:
    """All of them, and the form for a new one."""
    return _page(visit)


@pages.post("/webhooks", act.NEEDED)
def register(visit: Visit) -> Response:
    """Register one and show its secret."""
    try:
        made = act.register(visit.services, visit.who, *_typed(visit))
    except (BadInput, Conflict) as error:
        return _refused(visit, error)
    return _page(visit, made=made)


@pages.get("/webhooks/{webhookid}", act.NEEDED)
def webhook(visit: Visit) -> Response:
    """One with its deliveries."""
    return _one(visit)


@pages.post("/webhooks/{webhookid}", act.NEEDED)
def change(visit: Visit) -> Response:
    """Another name, address or choice."""
    try:
        act.change(visit.services, visit.who, _id(visit), *_typed(visit))
    except BadInput as error:
        return _one(visit, 422, problems={error.field or "": str(error)})
    return visit.to(f"/webhooks/{_id(visit)}", "The webhook is changed.")


@pages.post("/webhooks/{webhookid}/secret", act.NEEDED)
def secret(visit: Visit) -> Response:
    """A new secret, shown once."""
    return _one(visit, made=act.replace_secret(visit.services, visit.who, _id(visit)))


@pages.post("/webhooks/{webhookid}/test", act.NEEDED)
def test(visit: Visit) -> Response:
    """Send a test event."""
    act.send_test(visit.services, visit.who, _id(visit))
    return visit.to(f"/webhooks/{_id(visit)}", "A test event is on its way. Reload the page to see what came of it.")


@pages.post("/webhooks/{webhookid}/switch", act.NEEDED)
def switch(visit: Visit) -> Response:
    """Disable or enable."""
    disabled = visit.text("disabled", most=5) == "yes"
    act.switch(visit.services, visit.who, _id(visit), disabled=disabled)
    words = "The webhook is disabled." if disabled else "The webhook is enabled. What waited is sent now."
    return visit.to(f"/webhooks/{_id(visit)}", words)


@pages.post("/webhooks/{webhookid}/remove", act.NEEDED)
def remove(visit: Visit) -> Response:
    """Remove it, after a tick that says so."""
    if visit.text("sure", most=5) != "yes":
        return visit.to(f"/webhooks/{_id(visit)}", "Tick the box to remove the webhook with its deliveries.", "warn")
    act.remove(visit.services, visit.who, _id(visit))
    return visit.to("/webhooks", "The webhook is removed.")


@pages.post("/webhooks/{webhookid}/deliveries/{deliveryid}/again", act.NEEDED)
def again(visit: Visit) -> Response:
    """Send one delivery once more."""
    act.send_again(visit.services, visit.who, _id(visit), str(visit.request.path_params["deliveryid"]))
    return visit.to(f"/webhooks/{_id(visit)}", "It is sent again. Reload the page to see what came of it.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["webhookid"])


def _typed(visit: Visit) -> tuple[str, str, list[str]]:
    chosen = [str(event) for event in visit.form.getlist("events")]
    return visit.text("name", most=200), visit.text("url", most=2000), chosen


def _refused(visit: Visit, error: BadInput | Conflict) -> Response:
    field = (error.field if isinstance(error, BadInput) else None) or "name"
    return _page(visit, 409 if isinstance(error, Conflict) else 422, problems={field: str(error)})


def _page(
    visit: Visit, status: int = 200, *, problems: dict[str, str] | None = None, made: act.NewWebhook | None = None
) -> Response:
    name, url, chosen = _typed(visit) if problems else ("", "", [])
    return visit.page(
        "webhooks.html",
        status,
        hooks=act.webhooks(visit.services, visit.who),
        events=list(EVENTS.items()),
        problems=problems or {},
        made=made,
        name=name,
        url=url,
        chosen=chosen,
    )


def _one(
    visit: Visit, status: int = 200, *, problems: dict[str, str] | None = None, made: act.NewWebhook | None = None
) -> Response:
    deliveries = act.deliveries(visit.services, visit.who, _id(visit))
    hook = next(h for h in act.webhooks(visit.services, visit.who) if h.webhookid == _id(visit))
    name, url, chosen = _typed(visit) if problems else (hook.name, hook.url, hook.events)
    return visit.page(
        "webhook.html",
        status,
        hook=hook,
        deliveries=deliveries,
        events=list(EVENTS.items()),
        problems=problems or {},
        made=made,
        name=name,
        url=url,
        chosen=chosen,
    )
