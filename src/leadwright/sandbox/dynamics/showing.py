"""Pages of the stand-in: templates, the cookie of who is signed in, and the check that a form is one of ours."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_users
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.world import World

COOKIE = "standin"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action *; frame-ancestors 'none'; base-uri 'none'"
)
_TEMPLATES = Environment(
    loader=PackageLoader("leadwright.sandbox.dynamics"), autoescape=select_autoescape(["html"]), auto_reload=False
)


def page(world: World, request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Render a template; every one knows who is signed in as `person`."""
    context.setdefault("person", person(world, request))
    text = _TEMPLATES.get_template(template).render(path=request.url.path, **context)
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return HTMLResponse(text, status, headers)


def rendered(template: str, **context: Any) -> str:
    """A template as text, for pages with a policy of their own."""
    return _TEMPLATES.get_template(template).render(**context)


def person(world: World, request: Request) -> User | None:
    """Who is signed in on this browser."""
    return entra_users.session_user(world, request.cookies.get(COOKIE))


def signed_in(world: World, user: User, target: str) -> Response:
    """Go on at `target` as this person."""
    response = see_other(target)
    token = entra_users.open_session(world, user.objectid)
    response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax")
    return response


def signed_out(world: World, request: Request, target: str) -> Response:
    """Forget who is signed in."""
    entra_users.close_session(world, request.cookies.get(COOKIE, ""))
    response = see_other(target)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    return response


def see_other(target: str) -> RedirectResponse:
    """Show another page after a form."""
    return RedirectResponse(target, 303)


def local_target(target: str) -> str:
    """A path of our own to go back to; anything else becomes the first page."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/_portal"


def sign_in_link(request: Request) -> str:
    """Where to sign in and come back here."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/_portal/sign-in?next={quote(here, safe='')}"


def form(request: Request) -> Mapping[str, str]:
    """The fields of a posted form. The edge has read the body; a form of another site is empty."""
    return dict(form_lists(request))


def form_lists(request: Request) -> list[tuple[str, str]]:
    """The same with fields that come several times."""
    if not _ours(request):
        return []
    body: bytes = request.scope.get("standin.body", b"")
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _ours(request: Request) -> bool:
    """Browsers say where a form comes from; programs of tests do not."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    same = origin in (None, "null") or urlsplit(str(origin)).netloc == request.headers.get("host")
    return site in {"same-origin", "none"} and same


def stylesheet(_request: Request) -> Response:
    """The one style sheet."""
    source, _, _ = _TEMPLATES.loader.get_source(_TEMPLATES, "portal.css")  # type: ignore[union-attr]
    return Response(source, media_type="text/css", headers={"Cache-Control": "max-age=300"})


ROUTES = [Route("/_portal/portal.css", stylesheet)]
