"""What can be made to go wrong, with its words, and which fault strikes a request at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadwright.sandbox.dynamics.world import World


@dataclass(frozen=True, slots=True)
class Known:
    """A fault the control page offers.

    Args:
        field: name of its one value in the form, empty for none.
        value: what the field holds at first.
        where: may be narrowed to a part of the path, a method or a host.
    """

    name: str
    says: str
    field: str = ""
    value: str = ""
    where: bool = False


AT_THE_EDGE = (
    Known("latency", "Every answer is delayed by so many milliseconds.", "ms", "40", where=True),
    Known("throttle", "429 Too Many Requests with Retry-After in seconds.", "seconds", "5", where=True),
    Known("server error", "An answer of the 5xx kind; nothing is done.", "status", "503", where=True),
    Known("drop before answer", "The connection is cut before anything is done.", where=True),
    Known("drop after commit", "A write is done, then the connection is cut without an answer.", where=True),
    Known("unreachable", "The proxy cannot reach the host.", where=True),
    Known("tls by another authority", "The certificate is signed by an authority nobody trusts, as by interception."),
)
OF_ENTRA = (
    Known("token expired", "Dataverse and Graph refuse each token as expired."),
    Known("conditional access", "A policy blocks tokens: AADSTS53003."),
    Known("no user consent", "People may not consent to programs of Microsoft's for themselves: AADSTS65001, 90094."),
    Known("assertion replay", "A certificate assertion is refused when it comes a second time."),
    Known("clock skew", "The clock of Entra is ahead by so many seconds.", "seconds", "900"),
)
OF_THE_OTHERS = (
    Known("slow dataverse", "Each request to Dataverse takes so many seconds longer.", "value", "0.5"),
    Known("service limits", "Service protection strikes after so many requests in five minutes.", "requests", "100"),
    Known("deny row", "Reading the row with this id is refused: 403, as after it was assigned elsewhere.", "value"),
    Known("etag mismatch", "An update with If-Match finds that somebody changed the row: 412."),
    Known("mapping refused", "InitializeFrom is refused, as where the tables have no mapping."),
    Known("delta token expired", "Change tracking has forgotten the token and must begin anew."),
    Known("party address", "A recipient who is a record gets that record's first address, whichever was given."),
    Known("fail mailbox test", "Test & Enable fails, of mailboxes with this in their address.", "value"),
    Known("slow mailbox test", "A test of a mailbox stays queued so many seconds.", "seconds", "60"),
    Known("delay outgoing", "A mail stays in Pending Send so many seconds.", "seconds", "60"),
    Known("hold sending", "Mails with this in subject or recipients stay in Pending Send.", "value"),
    Known("stay sending", "Mails with this in subject or recipients stay in Sending.", "value"),
    Known("fail outgoing", "Exchange refuses mails with this in subject or recipients: Failed.", "value"),
    Known("delay delivery", "Exchange delivers so many seconds after sending.", "seconds", "60"),
    Known("stay in outbox", "Sent mails to recipients with this in their address stay in the Outbox.", "value"),
    Known("message rate", "Exchange lets so many mails of a mailbox out in a minute.", "value", "30"),
    Known("bounce", "Mail to recipients with this in their address comes back.", "value"),
    Known("duplicate delivery", "Mail to recipients with this in their address arrives twice.", "value"),
    Known("drop delivery", "Mail to recipients with this in their address vanishes.", "value"),
    Known("delay incoming", "What lies in an Inbox is tracked so many seconds later.", "seconds", "60"),
    Known("drop incoming", "Mail with this in sender or subject is never tracked.", "value"),
    Known("duplicate incoming", "Mail with this in sender or subject is tracked twice.", "value"),
    Known("mail delta expired", "Graph has forgotten the state of a delta query: 410 Gone."),
    Known("drop notification", "Graph does not tell subscribers of a change."),
    Known("mailbox throttled", "Graph refuses requests to mailboxes for so many seconds: 429.", "seconds", "10"),
)
_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as faults look at it."""

    method: str
    host: str
    path: str


@dataclass(frozen=True, slots=True)
class Strike:
    """What goes wrong with one request."""

    delay: float = 0.0  # seconds
    retry_after: int | None = None
    status: int | None = None
    drop_before: bool = False
    drop_after: bool = False


def strike(world: World, heard: Heard) -> Strike:
    """The faults that hit this request; one that counts is used up only by a request it fits."""
    on = world.faults()
    if not on:
        return Strike()

    def hit(name: str) -> Any:
        return world.fault(name) if name in on and fits(on[name][0], heard) else None

    delay = _number(hit("latency"), "ms", 40) / 1000
    if hit("drop before answer"):
        return Strike(delay, drop_before=True)
    throttled = hit("throttle")
    if throttled:
        return Strike(delay, retry_after=int(_number(throttled, "seconds", 5)))
    failing = hit("server error")
    if failing:
        return Strike(delay, status=int(_number(failing, "status", 503)))
    return Strike(delay, drop_after=_is_write(on, heard) and bool(hit("drop after commit")))


def _is_write(on: Mapping[str, tuple[Any, int | None]], heard: Heard) -> bool:
    """Does the request change something? Asking for a token counts only where the fault says `tokens`."""
    value = on.get("drop after commit", (None, None))[0]
    tokens = isinstance(value, dict) and value.get("tokens")
    return heard.method in _WRITES and bool(tokens or "/oauth2/" not in heard.path)


def fits(value: Any, heard: Heard) -> bool:
    """Is this request one the fault was narrowed to? A fault without path, method and host means every request."""
    if not isinstance(value, dict):
        return True
    return (
        str(value.get("path") or "") in heard.path
        and value.get("method") in (None, "", heard.method)
        and str(value.get("host") or "") in heard.host
    )


def _number(value: Any, name: str, otherwise: float) -> float:
    if value is None:
        return 0.0
    if isinstance(value, dict):
        value = value.get(name, otherwise)
    return float(otherwise if value is True else value)
