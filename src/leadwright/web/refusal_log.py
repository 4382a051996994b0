"""A line in the log for whatever was refused: sign-ins, missing rights, forged or wrong requests. Decides nothing."""

from typing import Any

import structlog
from starlette.types import Scope

_WORDS = {
    400: "request refused",
    401: "not signed in",
    403: "not allowed",
    404: "not found or not theirs",
    405: "method refused",
    409: "conflict or stale form",
    413: "too large",
    421: "unknown host name",
    422: "input refused",
    429: "too many attempts",
}
_ALARMING = frozenset({401, 403, 421, 429})
_log = structlog.get_logger(__name__)


def note_refusal(scope: Scope, status: int) -> None:
    """Log a refused request: where, from which address, by whom, which privilege was missing. Never what was sent.

    Somebody unknown who asks for a page that is not there is no news.
    """
    event, state = _WORDS.get(status), scope.get("state") or {}
    who = state.get("known", "")
    if event is None or (status == 404 and not who):
        return
    client = scope.get("client")
    seen: dict[str, Any] = {
        "status": status,
        "method": scope["method"],
        "path": path_without_tokens(scope),
        "address": client[0] if client else "",
        "who": who,
    }
    if missing := state.get("missing"):
        seen["privilege"] = missing
    (_log.warning if status in _ALARMING else _log.info)(event, **seen)


def path_without_tokens(scope: Scope) -> str:
    """The path with ids, and without tokens of links; its first part alone where no route says what is a token."""
    path = str(scope["path"])[:300]
    if "path_params" not in scope:
        first, more = path[1:].partition("/")[::2]
        return f"/{first}/(withheld)" if more else path
    for name, value in scope["path_params"].items():
        if name == "token" and value:
            path = path.replace(str(value), "(withheld)")
    return path
