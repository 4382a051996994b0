"""The OpenAPI description: what FastAPI derives, with our problem details and the header Idempotency-Key."""

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from leadwright import __version__
from leadwright.api.idempotency import HEADER

_ERRORS = {
    "400": "The request cannot be carried out as it is.",
    "401": "No token, or one that is not valid (any more).",
    "403": "A privilege is missing; `privilege` names it.",
    "404": "There is no such record, or the caller may not see it.",
    "409": "It cannot be done now; `detail` says what to do.",
    "413": "Too much was sent.",
    "422": "Something in the request is not right; `field` names it.",
    "502": "Something outside failed.",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do."},
        "field": {"type": "string"},
        "privilege": {"type": "string"},
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gives the same answer for two days; with another one, 422.",
}


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The description of these routes."""
    found = get_openapi(
        title="Leadwright API",
        version=__version__,
        description="The same reads and actions as the desk. Sign in with POST /api/v1/token, or send a personal "
        "access token. Errors are problem details (RFC 9457) that say what to do.",
        routes=routes,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in found["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return found


def _complete(method: str, operation: dict[str, Any]) -> None:
    signed_in = bool(operation.get("security"))
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if not signed_in:  # the token endpoint answers as RFC 6749 has it
        content = {**content, "application/json": {"schema": {"type": "object"}}}
    for status, text in _ERRORS.items():
        operation["responses"][status] = {"description": text, "content": content}
    if method == "post" and signed_in:
        operation.setdefault("parameters", []).append(_KEY)
