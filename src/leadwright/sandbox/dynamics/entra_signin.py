"""Where people meet Entra: sign-in, consent, the code of a device, admin consent. Tokens are made elsewhere."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_grants, entra_principals, entra_users, showing
from leadwright.sandbox.dynamics.entra_clients import Client, find_client, tenant_of
from leadwright.sandbox.dynamics.entra_errors import Aadsts, aadsts
from leadwright.sandbox.dynamics.entra_resources import NATIVE_REDIRECTS, USER_SCOPES
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.world import World

_MODES = frozenset({"query", "fragment", "form_post"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the authorize endpoint that may be answered at its redirect URI."""

    client: Client
    redirect: str
    confidential: bool
    mode: str
    state: str
    scope: str
    nonce: str
    challenge: str
    method: str
    prompt: str


def routes(world: World) -> list[Route]:
    """Pages for people."""

    def authorize(request: Request) -> Response:
        return _authorize(world, request)

    def admin_consent(request: Request) -> Response:
        return _admin_consent(world, request)

    def device(request: Request) -> Response:
        return _device(world, request)

    def sign_in(request: Request) -> Response:
        return _sign_in(world, request)

    def logout(request: Request) -> Response:
        return showing.signed_out(world, request, "/_portal/sign-in")

    both = ["GET", "POST"]
    return [
        Route("/_portal/sign-in", sign_in, methods=both),
        Route("/_portal/sign-out", logout, methods=["POST"]),
        Route("/devicelogin", device, methods=both),
        Route("/{tenant}/oauth2/deviceauth", device, methods=both),
        Route("/{tenant}/oauth2/v2.0/authorize", authorize, methods=both),
        Route("/{tenant}/oauth2/authorize", authorize, methods=both),
        Route("/{tenant}/oauth2/v2.0/logout", logout),
        Route("/{tenant}/adminconsent", admin_consent, methods=both),
        Route("/{tenant}/v2.0/adminconsent", admin_consent, methods=both),
    ]


def _sign_in(world: World, request: Request) -> Response:
    target = showing.local_target(request.query_params.get("next", "/_portal"))
    wrong = ""
    if request.method == "POST":
        given = showing.form(request)
        user = entra_users.signs_in(world, given.get("login", ""), given.get("passwd", ""))
        if user is not None:
            return showing.signed_in(world, user, target)
        wrong = "AADSTS50126: Error validating credentials due to invalid username or password."
    people = [user for user in entra_users.users(world) if user.enabled]
    hint = request.query_params.get("login_hint", "")
    return showing.page(
        world, request, "sign_in.html", 200 if not wrong else 400, people=people, wrong=wrong, hint=hint
    )


def _authorize(world: World, request: Request) -> Response:
    try:
        ask = _read(world, request)
    except Aadsts as refused:
        return _refused_page(world, request, refused)
    try:
        return _decide(world, request, ask)
    except Aadsts as refused:
        return _back(ask, {"error": refused.error, "error_description": f"AADSTS{refused.code}: {refused.sentence}"})


def _read(world: World, request: Request) -> Ask:
    """What is asked for, as far as it may be answered at all: the client is known and the redirect URI is its own."""
    given = request.query_params
    if not given.get("client_id"):
        raise aadsts(900144, name="client_id")
    client = find_client(world, given["client_id"], request.path_params["tenant"])
    redirect = given.get("redirect_uri", "")
    kind = _redirect_kind(client, redirect)
    if kind is None:
        raise aadsts(50011, redirect=redirect, app=client.appid)
    return Ask(
        client,
        redirect or _first_redirect(client),
        kind == "web",
        given.get("response_mode", "query"),
        given.get("state", ""),
        given.get("scope", ""),
        given.get("nonce", ""),
        given.get("code_challenge", ""),
        given.get("code_challenge_method", "plain"),
        given.get("prompt", ""),
    )


def _redirect_kind(client: Client, redirect: str) -> str | None:
    """Under which platform the URI is registered; any port is good for http://localhost."""
    if client.registration is None:
        return "publicClient" if _any_port(redirect) in NATIVE_REDIRECTS or not redirect else None
    for kind, uris in client.registration.redirects.items():
        if any(redirect in ("", uri) or _any_port(redirect) == _any_port(uri) for uri in uris):
            return kind
    return None


def _any_port(uri: str) -> str:
    parts = urlsplit(uri)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    return parts._replace(netloc=parts.hostname or "", path=parts.path.rstrip("/")).geturl() if local else uri


def _first_redirect(client: Client) -> str:
    if client.registration is None:
        return NATIVE_REDIRECTS[0]
    return next((uri for uris in client.registration.redirects.values() for uri in uris), "")


def _decide(world: World, request: Request, ask: Ask) -> Response:
    if request.query_params.get("response_type") != "code" or ask.mode not in _MODES:
        raise aadsts(70007, value=request.query_params.get("response_type", "") or ask.mode)
    scopes = entra_grants.read_scopes(ask.scope, request.headers["host"], request.path_params["tenant"])
    user = showing.person(world, request)
    given = showing.form(request) if request.method == "POST" else {}
    if user is None or (ask.prompt in {"login", "select_account"} and not given and not _just_signed_in(request)):
        if ask.prompt == "none":
            raise aadsts(16000)
        return showing.see_other(_again(request))
    wanted = [*sorted(scopes.openid), *entra_grants.granted(world, ask.client, scopes, request.headers["host"])]
    if given.get("answer") == "cancel":
        raise aadsts(65004)
    if given.get("answer") != "accept" and (ask.prompt == "consent" or not USER_SCOPES.issuperset(wanted)):
        return _consent_page(world, request, ask.client, wanted, user)
    _agree(world, user, ask.client, wanted)
    kept = {
        "appid": ask.client.appid,
        "redirect": ask.redirect,
        "confidential": ask.confidential,
        "scope": ask.scope,
        "nonce": ask.nonce,
        "challenge": ask.challenge,
        "method": ask.method,
    }
    code = entra_grants.keep_code(world, "code", kept, entra_grants.CODE_LIFE, userid=user.objectid)
    return _back(ask, {"code": code})


def _just_signed_in(request: Request) -> bool:
    return request.query_params.get("standin_signed_in") == "1"


def _again(request: Request) -> str:
    """The sign-in page, which leads back to the same request."""
    back = f"{request.url.path}?{request.url.query}&standin_signed_in=1"
    hint = request.query_params.get("login_hint", "")
    return f"/_portal/sign-in?{urlencode({'next': back, 'login_hint': hint})}"


def _agree(world: World, user: User, client: Client, scopes: list[str]) -> None:
    """Permissions over other people's things are an administrator's to grant."""
    if client.registration is None:
        entra_grants.agree(world, client, user, scopes)
    elif not USER_SCOPES.issuperset(scopes) and not user.holds(entra_users.MAY_CONSENT):
        raise aadsts(90094)


def _consent_page(world: World, request: Request, client: Client, scopes: list[str], user: User) -> Response:
    return showing.page(world, request, "consent.html", client=client, asked=scopes, whole=False, person=user)


def _back(ask: Ask, answer: dict[str, str]) -> Response:
    """To the redirect URI, the way response_mode says."""
    answer = {**answer, "state": ask.state} if ask.state else answer
    if ask.mode == "form_post":
        return _form_post(ask.redirect, answer)
    mark = "#" if ask.mode == "fragment" else "&" if urlsplit(ask.redirect).query else "?"
    return showing.see_other(f"{ask.redirect}{mark}{urlencode(answer, quote_via=quote)}")


def _form_post(redirect: str, answer: dict[str, str]) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(showing.rendered("form_post.html", redirect=redirect, answer=answer))


def _refused_page(world: World, request: Request, refused: Aadsts) -> Response:
    return showing.page(world, request, "refused.html", refused.status, refused=refused)


def _admin_consent(world: World, request: Request) -> Response:
    """An administrator grants, for everybody, what the registration lists."""
    given = request.query_params
    tenant = request.path_params["tenant"]
    try:
        if not given.get("client_id"):
            raise aadsts(900144, name="client_id")
        client = _consentable(world, given["client_id"], tenant)
        redirect = given.get("redirect_uri", "")
        if _redirect_kind(client, redirect) is None and redirect:
            raise aadsts(50011, redirect=redirect, app=client.appid)
    except Aadsts as refused:
        return _refused_page(world, request, refused)
    user = showing.person(world, request)
    if user is None:
        return showing.see_other(_again(request))
    state = {"state": given["state"]} if given.get("state") else {}
    if not user.holds(entra_users.MAY_CONSENT):
        return _consent_answer(world, request, redirect, {**_words(aadsts(90094)), **state})
    answer = showing.form(request).get("answer") if request.method == "POST" else None
    if answer == "cancel":
        return _consent_answer(world, request, redirect, {**_words(aadsts(65004)), **state})
    if answer != "accept":
        asked = [f"{p.value}: {p.says}" for p in entra_principals.asked_permissions(world, client.appid)]
        return showing.page(world, request, "consent.html", client=client, asked=asked, whole=True)
    entra_principals.consent(world, client.appid)
    said = {"admin_consent": "True", "tenant": tenant_of(world, tenant), **state}
    return _consent_answer(world, request, redirect, said)


def _consentable(world: World, appid: str, tenant: str) -> Client:
    """As `find_client`, but consent makes a principal that is missing."""
    from leadwright.sandbox.dynamics.entra_applications import application_of

    if application_of(world, appid) and entra_principals.principal_of(world, appid) is None:
        entra_principals.create_principal(world, appid)
    return find_client(world, appid, tenant)


def _words(refused: Aadsts) -> dict[str, str]:
    return {"error": refused.error, "error_description": f"AADSTS{refused.code}: {refused.sentence}"}


def _consent_answer(world: World, request: Request, redirect: str, answer: dict[str, str]) -> Response:
    if redirect:
        return showing.see_other(f"{redirect}{'&' if urlsplit(redirect).query else '?'}{urlencode(answer)}")
    return showing.page(world, request, "consent_done.html", 400 if "error" in answer else 200, answer=answer)


def _device(world: World, request: Request) -> Response:
    """Code, sign-in, accept or decline."""
    given = showing.form(request) if request.method == "POST" else {}
    usercode = given.get("user_code") or request.query_params.get("user_code", "")
    asked = entra_grants.device_request(world, usercode) if usercode else None
    if asked is None:
        wrong = "That code didn't work. Check the code and try again; codes are good for 15 minutes." * bool(usercode)
        return showing.page(world, request, "device.html", 400 if wrong else 200, wrong=wrong)
    user = showing.person(world, request)
    if user is None:
        back = f"{request.url.path}?{urlencode({'user_code': usercode})}"
        return showing.see_other(f"/_portal/sign-in?{urlencode({'next': back})}")
    client = find_client(world, asked["appid"], asked["tenant"])
    scopes = entra_grants.read_scopes(asked["scope"], request.headers["host"], asked["tenant"])
    wanted = [*sorted(scopes.openid), *entra_grants.granted(world, client, scopes, request.headers["host"])]
    if given.get("answer") in {"accept", "cancel"}:
        return _settle_device(world, request, usercode, user, client, wanted, accepted=given["answer"] == "accept")
    context: dict[str, Any] = {"client": client, "asked": wanted, "usercode": usercode, "whole": False}
    return showing.page(world, request, "consent.html", **context)


def _settle_device(
    world: World, request: Request, usercode: str, user: User, client: Client, wanted: list[str], *, accepted: bool
) -> Response:
    try:
        if accepted:
            _agree(world, user, client, wanted)
    except Aadsts as refused:
        return _refused_page(world, request, refused)
    entra_grants.settle_device(world, usercode, user.objectid, accepted=accepted)
    return showing.page(world, request, "device_done.html", client=client, accepted=accepted)
