"""Service principals of Graph, and the app roles given to them: giving one is the consent of an administrator."""

from typing import Any

from leadwright.sandbox.dynamics import entra_principals, entra_users
from leadwright.sandbox.dynamics.entra_principals import Grant, Principal
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS
from leadwright.sandbox.dynamics.graph_access import need
from leadwright.sandbox.dynamics.graph_applications import READ, WRITE
from leadwright.sandbox.dynamics.graph_calls import Answer, Call, Handler, bad, lowered, moment_text
from leadwright.sandbox.dynamics.graph_query import one, page
from leadwright.sandbox.dynamics.world import Refused

_CONSENT = ("AppRoleAssignment.ReadWrite.All",)


def _named(call: Call, name: str) -> Principal:
    """A principal by object id; `servicePrincipals(appId='...')` by its client id."""
    return entra_principals.principal_of(call.world, name) or entra_principals.principal(call.world, name)


def _list(call: Call) -> Answer:
    need(call, READ)
    return page(call, [_shown(found) for found in entra_principals.principals(call.world)], "servicePrincipals")


def _create(call: Call) -> Answer:
    need(call, WRITE, entra_users.MAY_REGISTER)
    appid = lowered(call.json()).get("appid")
    if not appid:
        raise bad("A value is required for property 'appId' of resource 'ServicePrincipal'.", "Request_BadRequest")
    made = entra_principals.create_principal(call.world, str(appid))
    return one(call, _shown(made), "servicePrincipals", 201)


def _read(call: Call, name: str) -> Answer:
    need(call, READ)
    return one(call, _shown(_named(call, name)), "servicePrincipals")


def _change(call: Call, name: str) -> Answer:
    need(call, WRITE, entra_users.MAY_REGISTER - {entra_users.APPLICATION_DEVELOPER})
    found, given = _named(call, name), lowered(call.json())
    if isinstance(given.get("accountenabled"), bool):
        entra_principals.change_principal(call.world, found.objectid, enabled=given["accountenabled"])
    return Answer(204)


def _delete(call: Call, name: str) -> Answer:
    need(call, WRITE, entra_users.MAY_REGISTER - {entra_users.APPLICATION_DEVELOPER})
    entra_principals.delete_principal(call.world, _named(call, name).objectid)
    return Answer(204)


def _grants(call: Call, name: str) -> Answer:
    need(call, (*READ, *_CONSENT))
    found = _named(call, name)
    rows = [_grant(call, held) for held in entra_principals.grants_of(call.world, found.objectid)]
    return page(call, rows, f"servicePrincipals('{found.objectid}')/appRoleAssignments")


def _give(call: Call, name: str) -> Answer:
    need(call, _CONSENT, entra_users.MAY_CONSENT)
    found, given = _named(call, name), lowered(call.json())
    missing = [key for key in ("principalId", "resourceId", "appRoleId") if not given.get(key.lower())]
    if missing:
        raise bad(f"A value is required for property '{missing[0]}' of resource 'AppRoleAssignment'.",
                  "Request_BadRequest")  # fmt: skip
    if str(given["principalid"]).lower() != found.objectid:
        raise bad("The principalId does not match the service principal of the address.", "Request_BadRequest")
    made = entra_principals.grant(
        call.world, found.objectid, str(given["resourceid"]).lower(), str(given["approleid"]).lower()
    )
    return one(call, _grant(call, made), f"servicePrincipals('{found.objectid}')/appRoleAssignments", 201)


def _one_grant(call: Call, name: str, id: str) -> Answer:
    found = _named(call, name)
    if call.method == "DELETE":
        need(call, _CONSENT, entra_users.MAY_CONSENT)
        entra_principals.revoke(call.world, found.objectid, id)
        return Answer(204)
    need(call, (*READ, *_CONSENT))
    for held in entra_principals.grants_of(call.world, found.objectid):
        if held.id == id:
            return one(call, _grant(call, held), f"servicePrincipals('{found.objectid}')/appRoleAssignments")
    raise Refused(404, "Request_ResourceNotFound", f"Resource '{id}' does not exist.")


def _shown(found: Principal) -> dict[str, Any]:
    roles = [
        {
            "allowedMemberTypes": ["Application"],
            "description": role.says,
            "displayName": role.says,
            "id": role.id,
            "isEnabled": True,
            "origin": "Application",
            "value": role.value,
        }
        for role in (GRAPH_PERMISSIONS if found.appid == GRAPH else ())
    ]
    return {
        "id": found.objectid,
        "accountEnabled": found.enabled,
        "appId": found.appid,
        "appDisplayName": found.displayname,
        "displayName": found.displayname,
        "servicePrincipalType": "Application",
        "servicePrincipalNames": [found.appid],
        "createdDateTime": moment_text(found.createdat),
        "appRoles": roles,
    }


def _grant(call: Call, held: Grant) -> dict[str, Any]:
    principal = entra_principals.principal(call.world, held.principalid)
    resource = entra_principals.principal(call.world, held.resourceid)
    return {
        "id": held.id,
        "deletedDateTime": None,
        "appRoleId": held.roleid,
        "createdDateTime": moment_text(held.createdat),
        "principalDisplayName": principal.displayname,
        "principalId": held.principalid,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": resource.displayname,
        "resourceId": held.resourceid,
    }


_ONE = "servicePrincipals/{}"
HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "servicePrincipals", _list),
    ("POST", "servicePrincipals", _create),
    ("GET", _ONE, _read),
    ("PATCH", _ONE, _change),
    ("DELETE", _ONE, _delete),
    ("GET", f"{_ONE}/appRoleAssignments", _grants),
    ("POST", f"{_ONE}/appRoleAssignments", _give),
    ("GET", f"{_ONE}/appRoleAssignments/{{}}", _one_grant),
    ("DELETE", f"{_ONE}/appRoleAssignments/{{}}", _one_grant),
]
