"""Entra admin center: App registrations, with the names of Microsoft's menus and buttons."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_applications, entra_principals, entra_users, showing
from leadwright.sandbox.dynamics.entra_applications import Application
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.portal_access import need_role, signed_route
from leadwright.sandbox.dynamics.world import Refused, World

PATH = "/_portal/entra"
_ACCOUNTS = (
    ("AzureADMyOrg", "Accounts in this organizational directory only (Contoso only - Single tenant)"),
    ("AzureADMultipleOrgs", "Accounts in any organizational directory (Any Microsoft Entra ID tenant - Multitenant)"),
    ("AzureADandPersonalMicrosoftAccount", "Accounts in any organizational directory and personal Microsoft accounts"),
)
_LIVES = (
    (180, "180 days (6 months)"),
    (90, "90 days (3 months)"),
    (365, "365 days (12 months)"),
    (730, "730 days (24 months)"),
)
_ANY_APPLICATION = entra_users.MAY_REGISTER - {entra_users.APPLICATION_DEVELOPER}


def routes(world: World) -> list[Route]:
    """The list, a new registration, and the four pages of one."""
    one = PATH + "/applications/{objectid}"
    return [
        signed_route(world, PATH, _list),
        signed_route(world, f"{PATH}/applications/new", _new),
        signed_route(world, one, _overview),
        signed_route(world, f"{one}/authentication", _authentication),
        signed_route(world, f"{one}/credentials", _credentials),
        signed_route(world, f"{one}/permissions", _permissions),
    ]


def _list(world: World, request: Request, user: User) -> Response:
    found = entra_applications.applications(world)
    return showing.page(world, request, "entra_list.html", person=user, applications=found)


def _new(world: World, request: Request, user: User) -> Response:
    need_role(user, entra_users.MAY_REGISTER, "register an application")
    given, wrong = {}, ""
    if request.method == "POST":
        given = dict(showing.form(request))
        uri = given.get("redirect", "").strip()
        try:
            made = entra_applications.create_application(
                world,
                given.get("name", ""),
                by=user.objectid,
                audience=given.get("audience", ""),
                redirects={given.get("platform", "web"): [uri]} if uri else {},
            )
            entra_principals.create_principal(world, made.appid)
            return showing.see_other(f"{PATH}/applications/{made.objectid}")
        except Refused as refused:
            wrong = refused.message
    context: dict[str, Any] = {"accounts": _ACCOUNTS, "given": given, "wrong": wrong}
    return showing.page(world, request, "entra_new.html", 400 if wrong else 200, person=user, **context)


def _overview(world: World, request: Request, user: User) -> Response:
    return _shown(world, request, user, "entra_overview.html")


def _authentication(world: World, request: Request, user: User) -> Response:
    found = _application(world, request)
    if request.method != "POST":
        return _shown(world, request, user, "entra_authentication.html")
    _may_change(user, found)
    given = showing.form(request)
    redirects = {kind: given.get(kind, "").split() for kind in ("web", "spa", "publicClient")}
    try:
        changes = {"redirects": redirects, "publicclient": "public" in given}
        entra_applications.change_application(world, found.objectid, changes)
    except Refused as refused:
        return _shown(world, request, user, "entra_authentication.html", wrong=refused.message)
    return _said(request, "Saved.")


def _credentials(world: World, request: Request, user: User) -> Response:
    found = _application(world, request)
    if request.method != "POST":
        return _shown(world, request, user, "entra_credentials.html")
    _may_change(user, found)
    given = showing.form(request)
    try:
        if given.get("what") == "secret":
            days = int(given["days"]) if given.get("days", "").isdecimal() else 180
            ends = world.clock() + timedelta(days=days)
            made, text = entra_applications.add_secret(world, found.objectid, given.get("description", ""), ends)
            return _shown(world, request, user, "entra_credentials.html", fresh=made, text=text)
        return _said(request, _changed_credential(world, found, given))
    except Refused as refused:
        return _shown(world, request, user, "entra_credentials.html", wrong=refused.message)


def _changed_credential(world: World, found: Application, given: Any) -> str:
    what, key = given.get("what", ""), given.get("key", "")
    if what == "certificate":
        content = given.get("certificate", "").encode()
        entra_applications.add_certificate(world, found.objectid, content, given.get("description", ""))
        return "The certificate is added. Earlier ones stay valid."
    if what == "federation":
        fields = (given.get(name, "").strip() for name in ("name", "issuer", "subject"))
        entra_applications.add_federation(world, found.objectid, *fields)
        return "The federated credential is added."
    if what == "remove secret":
        entra_applications.remove_secret(world, found.objectid, key)
    elif what == "remove certificate":
        entra_applications.remove_certificate(world, found.objectid, key)
    elif what == "remove federation":
        entra_applications.remove_federation(world, found.objectid, key)
    else:
        return "Nothing was changed: the form did not come from this page."
    return "It is deleted; nobody can use it any more."


def _permissions(world: World, request: Request, user: User) -> Response:
    found = _application(world, request)
    if request.method != "POST":
        return _shown(world, request, user, "entra_permissions.html")
    given = showing.form_lists(request)
    what = dict(given).get("what")
    if what == "consent":
        need_role(user, entra_users.MAY_CONSENT, "grant admin consent for Contoso")
        made = entra_principals.consent(world, found.appid)
        names = ", ".join(p.value for p in made)
        return _said(request, f"Granted for Contoso: {names}." if names else "Everything listed is granted already.")
    if what == "revoke":
        need_role(user, entra_users.MAY_CONSENT, "revoke admin consent")
        principal = entra_principals.principal_of(world, found.appid)
        if principal:
            entra_principals.revoke(world, principal.objectid, dict(given).get("grant", ""))
        return _said(request, "The consent is revoked. Tokens given out keep it until they expire.")
    _may_change(user, found)
    chosen = [value for name, value in given if name == "permission"]
    access = [{"id": p.id, "type": "Role"} for p in GRAPH_PERMISSIONS if p.id in chosen]
    others = [r for r in found.required if r.get("resourceAppId") != GRAPH]
    required = [*others, {"resourceAppId": GRAPH, "resourceAccess": access}] if access else others
    entra_applications.change_application(world, found.objectid, {"required": required})
    return _said(request, "The permissions are listed. They count once an administrator grants consent.")


def _application(world: World, request: Request) -> Application:
    return entra_applications.application(world, request.path_params["objectid"])


def _may_change(user: User, found: Application) -> None:
    """Owners change what they registered; administrators of applications change any."""
    if found.createdby != user.objectid:
        need_role(user, _ANY_APPLICATION, "change an application somebody else registered")


def _said(request: Request, said: str) -> Response:
    return showing.see_other(f"{request.url.path}?{urlencode({'said': said})}")


def _shown(world: World, request: Request, user: User, template: str, **more: Any) -> Response:
    found = _application(world, request)
    principal = entra_principals.principal_of(world, found.appid)
    grants = entra_principals.grants_of(world, principal.objectid) if principal else []
    context: dict[str, Any] = {
        "app": found,
        "principal": principal,
        "accounts": dict(_ACCOUNTS),
        "secrets": entra_applications.secrets_of(world, found.objectid),
        "certificates": entra_applications.certificates_of(world, found.objectid),
        "federations": entra_applications.federations_of(world, found.objectid),
        "all_permissions": GRAPH_PERMISSIONS,
        "asked": entra_principals.asked_permissions(world, found.appid),
        "granted": {grant.roleid: grant.id for grant in grants},
        "lives": _LIVES,
        "tenantid": world.tenantid,
        "now": world.clock(),
        "said": request.query_params.get("said", ""),
        **more,
    }
    return showing.page(world, request, template, 400 if more.get("wrong") else 200, person=user, **context)
