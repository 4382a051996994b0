"""Exchange admin center: Recipients > Mailboxes > Add a shared mailbox, and its members."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_tenant, entra_users, showing
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.parts import part_named
from leadwright.sandbox.dynamics.portal_access import need_role, signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/exchange"


def routes(world: World) -> list[Route]:
    """The list of mailboxes, the panel that adds one, one with its members."""
    return [
        signed_route(world, PATH, _list),
        signed_route(world, f"{PATH}/mailboxes/new", _new),
        signed_route(world, PATH + "/mailboxes/{id}", _one),
    ]


def _list(world: World, request: Request, user: User) -> Response:
    exchange = part_named("exchange")
    rows = exchange.mailboxes(world) if exchange else []
    said = request.query_params.get("said", "")
    return showing.page(world, request, "exchange_mailboxes.html", person=user, rows=rows, said=said)


def _new(world: World, request: Request, user: User) -> Response:
    need_role(user, entra_users.MAY_MAKE_MAILBOXES, "add a shared mailbox")
    given: dict[str, str] = {}
    wrong = ""
    if request.method == "POST":
        given = dict(showing.form(request))
        try:
            address = _create(world, given)
            return showing.see_other(f"{PATH}?{urlencode({'said': f'The shared mailbox {address} was created.'})}")
        except Refused as refused:
            wrong = refused.message
    context: dict[str, Any] = {"domains": (entra_tenant.DOMAIN, entra_tenant.INITIAL_DOMAIN), "given": given}
    status = 400 if wrong else 200
    return showing.page(world, request, "exchange_new.html", status, person=user, wrong=wrong, **context)


def _one(world: World, request: Request, user: User) -> Response:
    exchange = part_named("exchange")
    mailbox = exchange.mailbox_at(world, request.path_params["id"]) if exchange else None
    if exchange is None or mailbox is None:
        raise Refused(404, "NotFound", "There is no mailbox with this id.")
    if request.method == "POST":
        need_role(user, entra_users.MAY_MAKE_MAILBOXES, "change the members of a shared mailbox")
        given = showing.form(request)
        change = {"add": exchange.add_member, "remove": exchange.remove_member}.get(given.get("what", ""))
        if change is not None and mailbox.purpose == exchange.SHARED and given.get("member"):
            change(world, mailbox.address, given["member"])
        return showing.see_other(f"{request.url.path}?{urlencode({'said': 'Saved.'})}")
    held = exchange.members(world, mailbox)
    people = [one for one in entra_users.users(world) if one.enabled]
    context: dict[str, Any] = {
        "row": mailbox,
        "held": [(one, held[one.objectid]) for one in people if one.objectid in held],
        "others": [one for one in people if one.objectid not in held],
    }
    said = request.query_params.get("said", "")
    return showing.page(world, request, "exchange_mailbox.html", person=user, said=said, **context)


def _create(world: World, given: dict[str, str]) -> str:
    name, alias = given.get("name", "").strip(), given.get("alias", "").strip()
    if not name or not alias or not all(c.isalnum() or c in "._-" for c in alias):
        raise Refused(400, "BadRequest", "Give a display name, and an address of letters, digits, dots and dashes.")
    exchange = part_named("exchange")
    if exchange is None:
        raise Refused(501, "NotImplemented", "This build has no Exchange.")
    address = f"{alias}@{given.get('domain') or entra_tenant.DOMAIN}"
    exchange.create_shared_mailbox(world, address, name)
    return address
