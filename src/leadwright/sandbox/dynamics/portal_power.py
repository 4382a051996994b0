"""Power Platform admin center: Environments > Settings > Users + permissions > Application users."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_applications, showing
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.entra_resources import ORGANISATION_HOSTS
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.portal_access import dataverse_user, signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/power"
_SETTINGS = f"{PATH}/environments/contoso/settings"
_USERS = f"{_SETTINGS}/appusers"


def routes(world: World) -> list[Route]:
    """Environments, settings of the one there is, its application users."""
    return [
        signed_route(world, PATH, _environments),
        signed_route(world, _SETTINGS, _settings),
        signed_route(world, _USERS, _list),
        signed_route(world, f"{_USERS}/new", _new),
        signed_route(world, _USERS + "/{id}", _one),
    ]


def _environments(world: World, request: Request, user: User) -> Response:
    url = f"https://{ORGANISATION_HOSTS[0]}"
    return showing.page(
        world, request, "power_environments.html", person=user, url=url, organizationid=world.organizationid
    )


def _settings(world: World, request: Request, user: User) -> Response:
    return showing.page(world, request, "power_settings.html", person=user)


def _list(world: World, request: Request, user: User) -> Response:
    found = [row for row in records.find(world, "systemuser") if row["applicationid"]]
    said = request.query_params.get("said", "")
    return showing.page(world, request, "power_users.html", person=user, users=found, said=said)


def _new(world: World, request: Request, user: User) -> Response:
    by = dataverse_user(world, user, "create an application user")
    wrong = ""
    given = showing.form_lists(request) if request.method == "POST" else []
    if request.method == "POST":
        fields = dict(given)
        try:
            _create(world, fields, [v for k, v in given if k == "role"], by)
            return showing.see_other(f"{_USERS}?{urlencode({'said': 'The app user is created.'})}")
        except Refused as refused:
            wrong = refused.message
    units = records.find(world, "businessunit")
    taken = {row["applicationid"] for row in records.find(world, "systemuser")}
    context: dict[str, Any] = {
        "apps": [app for app in entra_applications.applications(world) if app.appid not in taken],
        "units": units,
        "roles": seed.role_names(world),
        "given": dict(given),
        "chosen": [v for k, v in given if k == "role"],
        "wrong": wrong,
    }
    return showing.page(world, request, "power_new.html", 400 if wrong else 200, person=user, **context)


def _create(world: World, fields: dict[str, str], roles: list[str], by: str) -> None:
    if not fields.get("app"):
        raise Refused(400, "0x80040203", "Choose an app first: + Add an app lists the applications of the tenant.")
    unit = fields.get("unit") or seed.root_unit(world)
    with world.transaction():
        made = records.create(world, "systemuser", {"applicationid": fields["app"], "businessunitid": unit}, by=by)
        for role in roles:
            seed.give_role(world, made, role)


def _one(world: World, request: Request, user: User) -> Response:
    row = records.read(world, "systemuser", request.path_params["id"])
    if row is None or not row["applicationid"]:
        raise Refused(404, "0x80040217", "There is no application user with this id.")
    held = seed.roles_of(world, row["systemuserid"])
    if request.method == "POST":
        by = dataverse_user(world, user, "change an application user")
        given = showing.form_lists(request)
        _change(world, row["systemuserid"], dict(given).get("what", ""), [v for k, v in given if k == "role"], held, by)
        return showing.see_other(f"{request.url.path}?{urlencode({'said': 'Saved.'})}")
    unit = records.read(world, "businessunit", row["businessunitid"])
    said = request.query_params.get("said", "")
    context: dict[str, Any] = {"row": row, "unit": unit, "roles": seed.role_names(world), "held": held, "said": said}
    return showing.page(world, request, "power_user.html", person=user, **context)


def _change(world: World, id: str, what: str, wanted: list[str], held: list[str], by: str) -> None:
    if what == "roles":
        for role in set(wanted) - set(held):
            seed.give_role(world, id, role)
        for role in set(held) - set(wanted):
            seed.take_role(world, id, role)
    elif what in {"deactivate", "activate"}:
        records.update(world, "systemuser", id, {"isdisabled": what == "deactivate"}, by=by)
