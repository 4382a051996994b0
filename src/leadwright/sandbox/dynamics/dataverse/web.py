"""The routes under /api/data: who calls, on whose behalf, limits; then rows, actions, metadata, batches."""

import time
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics.dataverse import (
    actions,
    batch,
    customisation,
    definitions,
    limits,
    service,
    users,
)
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, Segment, answer_error
from leadwright.sandbox.dynamics.dataverse.entities import Entities, refused_answer
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.entra_tokens import caller_of
from leadwright.sandbox.dynamics.world import Caller, Refused, World, new_guid

Identify = Callable[[World, str, str], Caller]
_LIMITER: RunVar[CapacityLimiter] = RunVar("dataverse threads")
_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def routes(world: World, identify: Identify | None = None) -> list[Route]:
    """Routes for /api/data/v9.2/... and older versions.

    Args:
        world: its fault `slow dataverse` (seconds) makes every request take that long, which counts in the limits.
        identify: who a bearer token stands for: (world, authorization, audience) -> Caller; Entra's by default.
    """
    schema_of(world)
    who = identify or caller_of

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        answered = await to_thread.run_sync(_answer, world, who, request, body, limiter=_threads())
        status = answered.status
        headers = {"OData-Version": "4.0", "x-ms-service-request-id": new_guid(), **answered.headers}
        return Response(answered.body, status, headers)

    return [
        Route("/api/data/{version}/{rest:path}", endpoint, methods=_METHODS, name="dataverse"),
        Route("/api/data/{version}", endpoint, methods=["GET"], name="dataverse service"),
    ]


def _threads() -> CapacityLimiter:
    """More than the service protection lets through, so that it is the one to refuse."""
    try:
        return _LIMITER.get()
    except LookupError:
        made = CapacityLimiter(120)
        _LIMITER.set(made)
        return made


def _answer(world: World, identify: Identify, request: Request, body: bytes) -> Answer:
    version = request.path_params["version"]
    origin = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("latin-1").split("?", 1)[0].split(f"/api/data/{version}", 1)[-1].lstrip("/")
    headers = {name.lower(): value for name, value in request.headers.items()}
    base = f"{origin}/api/data/{version}/"
    asked = Asked(request.method, path, request.url.query, headers, body, base)
    try:
        caller = identify(world, headers.get("authorization", ""), origin)
        rights = users.rights_of_caller(world, caller, headers)
        return _counted(world, rights, asked)
    except Refused as refused:
        return answer_error(refused)


def _counted(world: World, rights: Rights, asked: Asked) -> Answer:
    user = rights.actor.user if rights.actor else rights.user
    limits.enter(world, user)
    started = time.monotonic()
    try:
        time.sleep(_slowness(world))
        answered = answer(world, rights, asked)
    except Refused as refused:
        answered = refused_answer(world, refused)
    finally:
        left = limits.leave(world, user, time.monotonic() - started)
    answered.headers |= left
    return answered


def _slowness(world: World) -> float:
    found = world.fault("slow dataverse")
    if isinstance(found, dict):
        found = next(iter(found.values()), 0)
    return float(found or 0)


def _is_denied(world: World, path: str) -> bool:
    found = world.fault("deny row") if "(" in path else None
    return bool(found) and str(found.get("value") if isinstance(found, dict) else found).lower() in path.lower()


def answer(world: World, rights: Rights, asked: Asked) -> Answer:
    """The reply to one request of a known caller.

    Raises:
        Refused: as the Web API words it.
    """
    if asked.path.strip("/") == "$batch":
        if asked.method != "POST":
            raise Refused(405, "0x80060888", "A batch must be posted.")
        return batch.answer(world, asked, lambda inner: answer(world, rights, inner))
    if asked.method == "GET" and _is_denied(world, asked.path):
        raise Refused(403, "0x80040220", "SecLib::AccessCheckEx failed. The caller lacks ReadAccess to the row.")
    entities = Entities(world, rights, asked)
    if asked.path.strip("/") in {"", "$metadata"}:
        return service.answer(entities)
    segments = asked.segments()
    first = segments[0]
    if first.name == "EntityDefinitions":
        return definitions.answer(entities, segments)
    if first.name == "CreateEntities":
        return customisation.create_entities(entities, asked.json())
    if actions.is_action(segments):
        return actions.answer(entities, segments)
    if asked.method == "POST" and _is_bound(segments):
        return actions.answer(entities, _named(segments))
    return entities.answer(segments)


def _is_bound(segments: list[Segment]) -> bool:
    return len(segments) == 2 and segments[1].name in actions.BOUND_NAMES


def _named(segments: list[Segment]) -> list[Segment]:
    return [segments[0], Segment(f"{actions.CRM}{segments[1].name}", segments[1].key)]
