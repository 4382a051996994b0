"""Dynamics 365 Advanced Settings > Email Configuration > Mailboxes: address, Approve Email, Test & Enable Mailbox."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import showing
from leadwright.sandbox.dynamics.dataverse import mailboxes, records
from leadwright.sandbox.dynamics.dataverse.rights import rights_of
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.portal_access import dataverse_user, signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/dynamics"
_METHODS = {0: "None", 1: "Microsoft Dynamics 365 for Outlook", 2: "Server-Side Synchronization", 3: "Forward Mailbox"}
_SERVER_SIDE = 2


def routes(world: World) -> list[Route]:
    """Settings, the list of mailboxes, one mailbox."""
    return [
        signed_route(world, PATH, _settings),
        signed_route(world, f"{PATH}/mailboxes", _list),
        signed_route(world, PATH + "/mailboxes/{id}", _one),
    ]


def _settings(world: World, request: Request, user: User) -> Response:
    return showing.page(world, request, "dynamics_settings.html", person=user)


def _list(world: World, request: Request, user: User) -> Response:
    rows = sorted(records.find(world, "mailbox"), key=lambda row: str(row["name"] or ""))
    return showing.page(world, request, "dynamics_mailboxes.html", person=user, rows=rows)


def _one(world: World, request: Request, user: User) -> Response:
    row = records.read(world, "mailbox", request.path_params["id"])
    if row is None:
        raise Refused(404, "0x80040217", "There is no mailbox record with this id.")
    wrong = ""
    if request.method == "POST":
        try:
            said = _change(world, row, dict(showing.form(request)), user)
            return showing.see_other(f"{request.url.path}?{urlencode({'said': said})}")
        except Refused as refused:
            wrong = refused.message
    context: dict[str, Any] = {
        "row": row,
        "methods": _METHODS,
        "profiles": records.find(world, "emailserverprofile"),
        "alerts": _alerts(world, row["mailboxid"]),
        "said": request.query_params.get("said", ""),
        "wrong": wrong,
    }
    return showing.page(world, request, "dynamics_mailbox.html", 400 if wrong else 200, person=user, **context)


def _change(world: World, row: dict[str, Any], given: dict[str, str], user: User) -> str:
    """What a button of the form does, with the rights of who is signed in."""
    by = dataverse_user(world, user, "change a mailbox record")
    values, said = _wanted(row, given)
    with world.transaction():
        changed = mailboxes.check_change(world, rights_of(world, by), row, values)
        records.update(world, "mailbox", row["mailboxid"], changed, by=by)
    return said


def _wanted(row: dict[str, Any], given: dict[str, str]) -> tuple[dict[str, Any], str]:
    what = given.get("what", "")
    if what == "save":
        values: dict[str, Any] = {
            "emailaddress": given.get("emailaddress", "").strip(),
            "incomingemaildeliverymethod": int(given.get("incoming", "0")),
            "outgoingemaildeliverymethod": int(given.get("outgoing", "0")),
        }
        if given.get("profile"):
            values["emailserverprofile"] = given["profile"]
        return {name: value for name, value in values.items() if row.get(name) != value}, "Saved."
    if what == "approve":
        if row["emailrouteraccessapproval"] == 1:
            raise Refused(400, "0x80040203", "The email address of this mailbox is approved already.")
        return {"emailrouteraccessapproval": 1}, "The email address is approved."
    if what == "reject":
        return {"emailrouteraccessapproval": 3}, "The email address is rejected."
    if what == "test":
        return {
            "testemailconfigurationscheduled": True
        }, "The test is queued. Reload until both say Success or Failure."
    raise Refused(400, "0x80040203", "Nothing was changed: the form did not come from this page.")


def _alerts(world: World, mailboxid: str) -> list[dict[str, Any]]:
    try:
        found = records.find(world, "tracelog", regardingobjectid=mailboxid)
    except Refused:
        return []
    return sorted(found, key=lambda row: str(row.get("createdon")), reverse=True)[:20]
