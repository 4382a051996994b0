"""The Web API of Dataverse: rows, pages, changes, links, actions. One table's meaning is never here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call, perform
from leadwright.microsoft.connection import Connected
from leadwright.microsoft.errors import AlreadyThere, MicrosoftError, RowGone, ServiceDown
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.opening import open_http

VERSION = "/api/data/v9.2/"
MOST_ROWS = 5000
_PLAIN = "$,()'/@:=*"
_ODATA = {"OData-MaxVersion": "4.0", "OData-Version": "4.0"}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer. Iterating gives the rows.

    Args:
        next_link: where the next page is; None: this was the last.
        delta_link: on the last page of tracked rows: where later changes are.
        removed: ids of rows that were deleted.
    """

    rows: list[dict[str, Any]]
    next_link: str | None = None
    delta_link: str | None = None
    removed: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class Dataverse:
    """Calls the organisation as our application, or in the name of a person. Safe for several threads.

    Never call it inside a write transaction of our own store: an answer may take a minute, and the budget writes too.

    Args:
        http: signs, waits, repeats.
        acting_for: Entra object id of the person whose rights narrow ours.
        most_at_once: requests at the same time that a caller should not exceed.
    """

    def __init__(self, http: MicrosoftHttp, *, acting_for: str = "", most_at_once: int = 8) -> None:
        self.http, self.acting_for, self.most_at_once = http, acting_for, most_at_once
        self.url = http.connection.dataverse_url.rstrip("/")
        self.base = self.url + VERSION

    def acting_as(self, entra_object_id: str) -> "Dataverse":
        """The same in the name of a person (CallerObjectId); needs prvActOnBehalfOfAnotherUser."""
        return Dataverse(self.http, acting_for=entra_object_id, most_at_once=self.most_at_once)

    def patient(self, seconds: float) -> "Dataverse":
        """The same, waiting so long at most in one call."""
        return Dataverse(self.http.patient(seconds), acting_for=self.acting_for, most_at_once=self.most_at_once)

    def who_am_i(self) -> dict[str, Any]:
        """UserId, BusinessUnitId and OrganizationId of who calls."""
        return self.get("WhoAmI")

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """One answer as it is.

        Args:
            path: below the version, such as "leads" or "EntityDefinitions(LogicalName='lead')"; or an absolute link.
            params: query options without their $: select, filter, orderby, top, expand, apply, count. `prefer` is a
                header: a text or several.
        """
        prefer = params.pop("prefer", ())
        return self._send("GET", self._address(path, params), {"Prefer": _joined(prefer)}).json

    def pages(
        self, path: str, *, page_size: int = MOST_ROWS, prefer: Sequence[str] = (), **params: Any
    ) -> Iterator[Page]:
        """Every page of a query, or of what is left of one from a page's `next_link`.

        Args:
            prefer: such as "odata.track-changes" or 'odata.include-annotations="*"'.
            params: as of `get`. A bare query may not have `top`: Dataverse gives no next page then.

        Raises:
            ServiceDown: it leads back to a page that was read already.
        """
        wanted = _joined((f"odata.maxpagesize={page_size}", *prefer))
        address: str | None = self._address(path, params)
        read: set[str] = set()
        while address:
            page = _page(self._send("GET", address, {"Prefer": wanted}).json)
            yield page
            read.add(address)
            address = forward(page.next_link, read)

    def changes(self, delta_link: str, *, page_size: int = MOST_ROWS) -> Iterator[Page]:
        """What changed and what was deleted since a delta link; the last page has the next one.

        Raises:
            TokenExpired: read everything anew.
        """
        return self.pages(delta_link, page_size=page_size, prefer=("odata.track-changes",))

    def row(
        self, entity_set: str, id: str, select: Sequence[str] = (), *, expand: str = "", prefer: Sequence[str] = ()
    ) -> dict[str, Any] | None:
        """A row with its "@odata.etag"; None when there is none, or none we may see."""
        params = {"select": ",".join(select), "expand": expand}
        try:
            return self._send("GET", self._row(entity_set, id, params), {"Prefer": _joined(prefer)}).json
        except RowGone:
            return None

    def create(self, entity_set: str, id: str, values: Mapping[str, Any]) -> None:
        """Create a row with an id we choose, so that a repeat never makes a second one.

        Raises:
            AlreadyThere: a row with this id exists: also when the line broke after our own write and it was sent again.
        """
        self._send("PATCH", self._row(entity_set, id), {"If-None-Match": "*"}, json=dict(values))

    def update(self, entity_set: str, id: str, values: Mapping[str, Any], etag: str | None) -> str:
        """Change a row; with an etag only if nobody changed it since. Never makes one. Returns the new etag, if told.

        Raises:
            RowChanged: it is another version.
            RowGone: it is not there.
        """
        headers = {"If-Match": etag or "*"}
        return self._send("PATCH", self._row(entity_set, id), headers, json=dict(values)).headers.get("etag", "")

    def delete(self, entity_set: str, id: str, etag: str | None = None) -> bool:
        """Delete a row; False when there was none."""
        try:
            self._send("DELETE", self._row(entity_set, id), {"If-Match": etag or ""})
        except RowGone:
            return False
        return True

    def associate(self, entity_set: str, id: str, navigation: str, other_set: str, other_id: str) -> None:
        """Link two rows by a collection-valued navigation property. A link that is there stays: safe to repeat."""
        address = self._row(entity_set, id) + f"/{navigation}/$ref"
        body = {"@odata.id": f"{self.base}{other_set}({other_id})"}
        try:
            self._send("POST", address, json=body, repeat=True)
        except AlreadyThere:
            return
        except MicrosoftError as error:
            if error.code.lower() != "0x80040237":
                raise

    def disassociate(self, entity_set: str, id: str, navigation: str, other_set: str, other_id: str) -> None:
        """Take such a link away. Safe to repeat."""
        other = quote(f"{self.base}{other_set}({other_id})", safe=_PLAIN)
        try:
            self._send("DELETE", f"{self._row(entity_set, id)}/{navigation}/$ref?$id={other}")
        except RowGone:
            return

    def action(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call an action, such as "SendAppNotification" or "leads({id})/Microsoft.Dynamics.CRM.QualifyLead".

        Raises:
            Unclear: it may have been done; look before it is called again.
        """
        return self._send("POST", self._address(path, {}), json=dict(body or {}), repeat=False).json

    def batch(self, calls: Sequence[Call], atomic: bool = False) -> list["Answer | MicrosoftError"]:
        """Many calls in few requests, each with its own outcome, in the order given.

        Args:
            calls: any number; at most 1,000 and 16 MB go in one request.
            atomic: all in one change set: all are done or none. At most 1,000, and no GET among them.

        Raises:
            MicrosoftError: the request as a whole failed; with `Unclear` every call in it may have been done.
        """
        return perform(self.http, self.base, self._headers({}), calls, atomic=atomic)

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None, **given: Any) -> Answer:
        return self.http.send(method, url, resource=self.url, headers=self._headers(headers or {}), **given)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        acting = {"CallerObjectId": self.acting_for} if self.acting_for else {}
        return {**_ODATA, **acting, **more}

    def _row(self, entity_set: str, id: str, params: Mapping[str, Any] | None = None) -> str:
        return self._address(f"{entity_set}({id})", params or {})

    def _address(self, path: str, params: Mapping[str, Any]) -> str:
        if path.startswith("https://"):
            return path
        options = [f"${name}={quote(_text(value), safe=_PLAIN)}" for name, value in params.items() if value != ""]
        joined = "&".join(options)
        return f"{self.base}{path}{('&' if '?' in path else '?') + joined if joined else ''}"


def open_dataverse(installation: Connected) -> Dataverse:
    """The organisation this installation is connected to.

    Raises:
        Conflict: there is none.
    """
    return Dataverse(open_http(installation))


def forward(next_link: str | None, read: Collection[str]) -> str | None:
    """The address of the next page, None after the last.

    Raises:
        ServiceDown: it is one of those that were read already.
    """
    if next_link in read:
        raise ServiceDown("Microsoft leads from one page of an answer back to an earlier one. It is tried again later.")
    return next_link


def _page(body: Mapping[str, Any]) -> Page:
    rows, removed = [], []
    for row in body.get("value") or ():
        context = str(row.get("@odata.context") or row.get("@context") or "")
        if "$deletedEntity" in context or "@removed" in row:
            removed.append(str(row.get("id") or "").rpartition("(")[2].rstrip(")"))
        else:
            rows.append(row)
    return Page(rows, body.get("@odata.nextLink"), body.get("@odata.deltaLink"), removed)


def _joined(prefer: str | Sequence[str]) -> str:
    return prefer if isinstance(prefer, str) else ",".join(prefer)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list | tuple) else str(value)
