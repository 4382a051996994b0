"""Microsoft Graph of the stand-in: the routes under /v1.0, who calls, limits of mailboxes, which handler answers."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import (
    graph_applications,
    graph_batch,
    graph_delta,
    graph_limits,
    graph_mail,
    graph_notifications,
    graph_people,
    graph_principals,
    graph_subscriptions,
)
from leadwright.sandbox.dynamics.entra_tokens import caller_of
from leadwright.sandbox.dynamics.graph_calls import (
    Answer,
    Call,
    Handler,
    answer_error,
    bad,
    not_found,
    read_options,
    read_path,
)
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_ANY = "{}"


def routes(world: World) -> list[Route]:
    """Routes for /v1.0/... and /beta/...; a double slash in a path counts as one."""
    graph_notifications.prepare(world)

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        answered = await run_in_threadpool(_answer, world, request, body)
        sent = request.headers.get("client-request-id", "")
        made = new_guid()
        headers = {"request-id": made, "client-request-id": sent or made, **answered.headers}
        return Response(answered.body, answered.status, headers)

    return [Route(f"/{version}/{{rest:path}}", endpoint, methods=_METHODS) for version in ("v1.0", "beta")]


def answer(call: Call) -> Answer:
    """The reply to one request of a known caller; errors included."""
    try:
        with graph_limits.entered(call):
            return _handled(call)
    except Refused as refused:
        return answer_error(call.world, refused, call.headers.get("client-request-id", ""))


def _answer(world: World, request: Request, body: bytes) -> Answer:
    origin = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw = request.scope.get("raw_path") or request.url.path.encode()
    version, _, rest = raw.decode("latin-1").split("?", 1)[0].lstrip("/").partition("/")
    try:
        caller = caller_of(world, headers.get("authorization", ""), origin)
    except Refused as refused:
        return answer_error(world, refused, headers.get("client-request-id", ""))
    query = request.url.query
    call = Call(
        world,
        caller,
        request.method,
        read_path(rest),
        read_options(query),
        headers,
        body,
        f"{origin}/{version}",
        query,
    )
    if call.path == ["$batch"]:
        return graph_batch.answer(call, answer)
    return answer(call)


def _handled(call: Call) -> Answer:
    path = _plain(call)
    others = False
    for method, pattern, handler in _HANDLERS:
        found = _match(pattern, path)
        if found is None:
            continue
        if method == call.method:
            return handler(call, *found)
        others = True
    if others:
        raise Refused(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    raise not_found(path[-1] if path else "")


def _plain(call: Call) -> list[str]:
    """The path with /me as the person himself, and messages of a folder as messages of the mailbox."""
    path = list(call.path)
    if path and path[0].lower() == "me":
        if call.is_application:
            raise bad("/me request is only valid with delegated authentication flow.")
        path[:1] = ["users", call.caller.objectid]
    if len(path) > 5 and path[2].lower() == "mailfolders" and path[4].lower() == "messages" and path[5] != "delta":
        path = [*path[:2], *path[4:]]
    return path


def _match(pattern: str, path: list[str]) -> list[str] | None:
    """What stands for the brackets of a pattern; None where the path is another one."""
    parts = pattern.split("/")
    if len(parts) != len(path):
        return None
    found = []
    for part, given in zip(parts, path, strict=True):
        if part == _ANY:
            found.append(given)
        elif part.lower() != given.lower():
            return None
    return found


_HANDLERS: list[tuple[str, str, Handler]] = [
    *graph_people.HANDLERS,
    *graph_delta.HANDLERS,
    *graph_mail.HANDLERS,
    *graph_applications.HANDLERS,
    *graph_principals.HANDLERS,
    *graph_subscriptions.HANDLERS,
]
