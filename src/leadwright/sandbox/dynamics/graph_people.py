"""People and the organisation in Graph."""

from typing import Any

from leadwright.sandbox.dynamics import entra_tenant, entra_users
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.graph_access import need
from leadwright.sandbox.dynamics.graph_calls import Answer, Call, Handler
from leadwright.sandbox.dynamics.graph_query import one, page
from leadwright.sandbox.dynamics.world import Refused

_HIDDEN = ("accountEnabled", "userType", "createdDateTime", "proxyAddresses")
_READ = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "User.ReadBasic.All")


def _shown(user: User) -> dict[str, Any]:
    given, _, family = user.displayname.partition(" ")
    return {
        "businessPhones": [],
        "displayName": user.displayname,
        "givenName": given,
        "jobTitle": None,
        "mail": user.mail or None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": family or None,
        "userPrincipalName": user.upn,
        "id": user.objectid,
        "accountEnabled": user.enabled,
        "userType": "Member",
        "proxyAddresses": [f"SMTP:{user.mail}"] if user.mail else [],
    }


def _list(call: Call) -> Answer:
    need(call, _READ)
    return page(call, [_shown(user) for user in entra_users.users(call.world)], "users", hidden=_HIDDEN)


def _read(call: Call, name: str) -> Answer:
    if name.lower() not in {call.caller.objectid, call.caller.upn.lower()}:
        need(call, _READ)
    found = entra_users.user(call.world, name)
    if found is None:
        message = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        raise Refused(404, "Request_ResourceNotFound", message)
    return one(call, _shown(found), "users", hidden=_HIDDEN)


def _organisation(call: Call) -> Answer:
    need(call, ("Organization.Read.All", "Directory.Read.All", "User.Read", "User.Read.All"))
    domains = [
        {"name": entra_tenant.DOMAIN, "isDefault": True, "isInitial": False, "type": "Managed"},
        {"name": entra_tenant.INITIAL_DOMAIN, "isDefault": False, "isInitial": True, "type": "Managed"},
    ]
    row = {"id": call.world.tenantid, "displayName": "Contoso", "tenantType": "AAD", "verifiedDomains": domains}
    return page(call, [row], "organization")


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "users", _list),
    ("GET", "users/{}", _read),
    ("GET", "organization", _organisation),
]
