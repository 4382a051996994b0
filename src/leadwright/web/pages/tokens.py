"""A person's own access tokens, for their programs and agents. A new one is on the page once."""

from starlette.responses import Response

from leadwright.actions import personal_tokens as act
from leadwright.errors import BadInput, Conflict
from leadwright.identity.personal_tokens import NewToken
from leadwright.web.security import SIGNED_IN
from leadwright.web.visit import Pages, Visit

pages = Pages()

_LIFETIMES = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "12 months")]
_USUAL = 30


@pages.get("/tokens", SIGNED_IN)
def tokens(visit: Visit) -> Response:
    """Tokens and the form for a new one."""
    return _page(visit)


@pages.post("/tokens", SIGNED_IN)
def add(visit: Visit) -> Response:
    """Make one and show it."""
    try:
        made = act.add_token(
            visit.services,
            visit.who,
            visit.text("name", most=200),
            days=visit.number("days") or _USUAL,
            readonly=visit.text("rights") != "change",
        )
    except (BadInput, Conflict) as error:
        field = (error.field if isinstance(error, BadInput) else None) or "name"
        return _page(visit, 409 if isinstance(error, Conflict) else 422, problems={field: str(error)})
    return _page(visit, made=made)


@pages.post("/tokens/{tokenid}/revoke", SIGNED_IN)
def revoke(visit: Visit) -> Response:
    """End one."""
    act.revoke_token(visit.services, visit.who, str(visit.request.path_params["tokenid"]))
    return visit.to("/tokens", "The token is revoked. Whoever uses it is refused from now on.")


def _page(
    visit: Visit, status: int = 200, *, problems: dict[str, str] | None = None, made: NewToken | None = None
) -> Response:
    typed = visit.form if problems else {}
    return visit.page(
        "tokens.html",
        status,
        tokens=act.tokens_of(visit.services, visit.who),
        made=made,
        problems=problems or {},
        lifetimes=_LIFETIMES,
        name=typed.get("name", ""),
        days=typed.get("days", str(_USUAL)),
        rights=typed.get("rights", "read"),
        address=visit.services.settings.address.rstrip("/"),
    )
