"""Microsoft Graph: one call, pages, deltas. Message ids stay the same when a mail is moved (immutable ids)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from leadwright.microsoft.answers import Answer
from leadwright.microsoft.connection import Connected
from leadwright.microsoft.dataverse import Page, forward
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.opening import open_http
from leadwright.microsoft.tokens import claims_of

_PREFER = 'IdType="ImmutableId"'
_PLAIN = "$,()'/@:=*"


class Graph:
    """Calls Graph as our application. Safe for several threads."""

    def __init__(self, http: MicrosoftHttp) -> None:
        self.http = http
        self.url = http.connection.graph_url.rstrip("/")
        self.base = f"{self.url}/v1.0/"

    def patient(self, seconds: float) -> "Graph":
        """The same, waiting so long at most in one call."""
        return Graph(self.http.patient(seconds))

    def consented(self) -> frozenset[str] | None:
        """Permissions that Entra gave the application for the whole tenant, as its token says; None: it does not.

        Those of RBAC for Applications are never among them, and an application access policy may restrain them.
        """
        claims = claims_of(self.http.tokens.token(self.url))
        return frozenset(claims.get("roles") or ()) if claims else None

    def get(self, path: str, *, prefer: str = "", **params: Any) -> dict[str, Any]:
        """One answer as it is.

        Args:
            path: below the version, such as "users/{id}"; or an absolute link.
            params: query options without their $.
        """
        return self.send("GET", path, prefer=prefer, **params).json

    def content(self, path: str) -> bytes:
        """The bytes behind an address, such as "users/{id}/messages/{id}/$value"."""
        return self.send("GET", path).content

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content: bytes | None = None,
        content_type: str = "",
        repeat: bool = False,
    ) -> dict[str, Any]:
        """Create something, or call an action.

        Args:
            content: bytes instead of a body, with their type, such as a MIME message in base64.
            repeat: doing it twice does no harm.

        Raises:
            Unclear: it may have been done; look before it is sent again.
        """
        given = None if content is not None else None if body is None else dict(body)
        headers = {"Content-Type": content_type}
        return self.send("POST", path, headers=headers, json=given, content=content, repeat=repeat).json

    def patch(self, path: str, body: Mapping[str, Any], *, repeat: bool = True) -> dict[str, Any]:
        """Change something; the same values twice are the same as once."""
        return self.send("PATCH", path, json=dict(body), repeat=repeat).json

    def delete(self, path: str) -> None:
        """Delete something.

        Raises:
            RowGone: it is not there.
        """
        self.send("DELETE", path)

    def pages(self, path: str, *, page_size: int = 0, prefer: str = "", **params: Any) -> Iterator[Page]:
        """Every page from an address, or from the `next_link` or `delta_link` of an earlier one.

        Raises:
            TokenExpired: a delta link is too old: read everything anew.
            ServiceDown: it leads back to a page that was read already.
        """
        wanted = ",".join(part for part in (f"odata.maxpagesize={page_size}" if page_size else "", prefer) if part)
        address: str | None = path
        read: set[str] = set()
        while address:
            body = self.send("GET", address, prefer=wanted, **params).json
            rows = [row for row in body.get("value") or () if "@removed" not in row]
            removed = [str(row.get("id")) for row in body.get("value") or () if "@removed" in row]
            yield Page(rows, body.get("@odata.nextLink"), body.get("@odata.deltaLink"), removed)
            read.add(address)
            address, params = forward(body.get("@odata.nextLink"), read), {}

    def send(
        self,
        method: str,
        path: str,
        *,
        prefer: str = "",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        repeat: bool | None = None,
        **params: Any,
    ) -> Answer:
        """One request with immutable ids; what `MicrosoftHttp.send` says holds."""
        wanted = ",".join(part for part in (_PREFER, prefer) if part)
        given = {"Prefer": wanted, **(headers or {})}
        return self.http.send(
            method, self._address(path, params), resource=self.url, headers=given, json=json, content=content,
            repeat=repeat,
        )  # fmt: skip

    def _address(self, path: str, params: Mapping[str, Any]) -> str:
        absolute = path if path.startswith("https://") else self.base + path.lstrip("/")
        options = "&".join(f"${name}={quote(str(value), safe=_PLAIN)}" for name, value in params.items() if value != "")
        return f"{absolute}{('&' if '?' in absolute else '?') + options if options else ''}"


def open_graph(installation: Connected) -> Graph:
    """The Graph of the tenant this installation is connected to.

    Raises:
        Conflict: there is none.
    """
    return Graph(open_http(installation))
