"""Who is signed in on the portal pages, and who may do what there. A refusal names the role that is missing."""

from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import showing
from leadwright.sandbox.dynamics.dataverse import mailboxes, records
from leadwright.sandbox.dynamics.entra_users import User
from leadwright.sandbox.dynamics.world import Refused, World

Handler = Callable[[World, Request, User], Response]


def signed_route(world: World, path: str, handler: Handler) -> Route:
    """A page for who is signed in; others sign in first. What is refused is shown with its reason."""

    def serve(request: Request) -> Response:
        user = showing.person(world, request)
        if user is None:
            return showing.see_other(showing.sign_in_link(request))
        try:
            return handler(world, request, user)
        except Refused as refused:
            return showing.page(world, request, "missing.html", refused.status, person=user, wrong=refused.message)

    return Route(path, serve, methods=["GET", "POST"])


def need_role(user: User, roles: Iterable[str], what: str) -> None:
    """Refuse who holds none of these directory roles.

    Raises:
        Refused: 403 names them.
    """
    if not user.holds(roles):
        names = ", ".join(sorted(roles))
        raise Refused(
            403,
            "Authorization_RequestDenied",
            f"{user.displayname} may not {what}. It takes one of: {names}. Sign out and sign in as somebody who "
            "holds one.",
        )


def dataverse_user(world: World, user: User, what: str) -> str:
    """systemuserid of a person who is System Administrator of the environment.

    Raises:
        Refused: 403.
    """
    found = records.find(world, "systemuser", azureactivedirectoryobjectid=user.objectid)
    if not found or not mailboxes.is_administrator(world, str(found[0]["systemuserid"])):
        message = (
            f"{user.displayname} may not {what}. It takes the security role System Administrator in the environment. "
            "Sign out and sign in as somebody who holds it, such as dynamics@contoso.onmicrosoft.com."
        )
        raise Refused(403, "0x80040220", message)
    return str(found[0]["systemuserid"])
