"""Our application in a tenant, by Graph: registered, given a secret or certificate, a service principal, permissions.

Every step looks before it makes anything, because the line may have broken after the last one was done.
"""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding

from leadwright.microsoft.conditions import quoted
from leadwright.microsoft.errors import MicrosoftError, PrivilegeMissing, Refused, RowGone, Unclear
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.http import MicrosoftHttp

GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
MAIL_PERMISSIONS = ("Mail.Send", "Mail.ReadWrite", "MailboxSettings.Read", "User.Read.All")
_MAY_NOT_REGISTER = (
    "Microsoft Graph: whoever signed in may not register applications in this tenant. Sign in as an Application "
    "Administrator, Cloud Application Administrator or Global Administrator, and accept what Microsoft asks for."
)
_LOOKS, _BETWEEN = 4, 1.0  # what Graph made is found by a filter a little later
_SELECT = "id,appId,displayName,notes,passwordCredentials,keyCredentials,requiredResourceAccess,web"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be registered.

    Args:
        displayname: of the application.
        marker: the same for every run of this installation; by it the application is found again.
        run: of this attempt; secrets of an attempt whose text was lost are taken back by it.
        certificate: PEM of a public certificate; None: a client secret is made.
        secret_days: how long the secret lives.
        permissions: application permissions of Graph to grant, such as "Mail.Send".
        redirect_uris: where people come back to who sign in with this tenant.
    """

    displayname: str
    marker: str
    run: str
    certificate: str | None = None
    secret_days: int = 180
    permissions: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()

    @property
    def notes(self) -> str:
        """Stands in the application's notes."""
        return f"Made by Leadwright ({self.marker})."


@dataclass(frozen=True, slots=True)
class Registered:
    """What stands in the tenant now.

    Args:
        secret: its text, which cannot be read again; empty with a certificate.
        endson: when secret or certificate ends, as Entra says.
        granted: permissions that count.
        refused: permission -> why it could not be granted.
    """

    tenantid: str
    clientid: str
    objectid: str
    principalid: str
    endson: datetime
    secret: str = field(default="", repr=False)
    granted: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def register(
    http: MicrosoftHttp, tenantid: str, plan: Plan, progress: Callable[[str], None] = lambda _step: None
) -> Registered:
    """Everything of prerequisite 1. Safe to repeat after it broke off.

    Raises:
        MicrosoftError: with what to do; the same again goes on where it was.
    """
    graph = Graph(http)
    progress("Registering the application")
    try:
        application = _application(graph, plan)
    except PrivilegeMissing as error:
        raise PrivilegeMissing(
            _MAY_NOT_REGISTER, privilege="", code=error.code, said=error.said, request_id=error.request_id
        ) from error
    objectid, clientid = str(application["id"]), str(application["appId"])
    progress("Creating its service principal")
    principal = _principal(graph, clientid)
    granted: tuple[str, ...] = ()
    refused: dict[str, str] = {}
    if plan.permissions:
        progress("Granting permissions of Microsoft Graph")
        granted, refused = _grant(graph, application, principal, plan.permissions)
    if plan.certificate is not None:
        progress("Adding the certificate")
        secret, ends = "", _add_certificate(graph, objectid, plan.certificate)
    else:
        progress("Adding a client secret")
        secret, ends = _add_secret(graph, objectid, plan)
    return Registered(tenantid, clientid, objectid, principal, ends, secret, granted, refused)


def _application(graph: Graph, plan: Plan) -> dict[str, Any]:
    found = _find_application(graph, plan)
    if found is None:
        body: dict[str, Any] = {
            "displayName": plan.displayname,
            "signInAudience": "AzureADMyOrg",
            "notes": plan.notes,
        }
        if plan.redirect_uris:
            body["web"] = {"redirectUris": list(plan.redirect_uris)}
        return _make(lambda: graph.post("applications", body), lambda: _find_application(graph, plan))
    held = [str(uri) for uri in (found.get("web") or {}).get("redirectUris") or ()]
    missing = [uri for uri in plan.redirect_uris if uri not in held]
    if missing:
        graph.patch(f"applications/{found['id']}", {"web": {"redirectUris": [*held, *missing]}})
    return found


def _find_application(graph: Graph, plan: Plan) -> dict[str, Any] | None:
    for page in graph.pages("applications", filter=f"displayName eq {quoted(plan.displayname)}", select=_SELECT):
        for row in page:
            if row.get("notes") == plan.notes:
                return row
    return None


def _principal(graph: Graph, clientid: str) -> str:
    def find() -> dict[str, Any] | None:
        rows = graph.get("servicePrincipals", filter=f"appId eq '{clientid}'", select="id,appId").get("value") or []
        return rows[0] if rows else None

    def make() -> dict[str, Any]:
        return _patiently(lambda: graph.post("servicePrincipals", {"appId": clientid}))

    made = find() or _make(make, find)
    return str(made["id"])


def _add_secret(graph: Graph, objectid: str, plan: Plan) -> tuple[str, datetime]:
    """A secret of this run. Its text is told once: one whose answer was lost is taken back, and another made."""
    name = f"Leadwright {plan.run}"
    ends = datetime.now(UTC) + timedelta(days=plan.secret_days)
    body = {"passwordCredential": {"displayName": name, "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    for attempt in range(_LOOKS):
        for held in _application_row(graph, objectid).get("passwordCredentials") or ():
            if held.get("displayName") == name:
                graph.post(f"applications/{objectid}/removePassword", {"keyId": held["keyId"]}, repeat=True)
        try:
            made = graph.post(f"applications/{objectid}/addPassword", body)
        except Unclear:
            if attempt == _LOOKS - 1:
                raise
            time.sleep(_BETWEEN)
            continue
        return str(made["secretText"]), _moment(made.get("endDateTime"), ends)
    raise AssertionError("unreachable")


def _add_certificate(graph: Graph, objectid: str, pem: str) -> datetime:
    """The public certificate beside those that are there: the list is written as a whole."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    thumbprint = base64.b64encode(certificate.fingerprint(SHA1())).decode()  # noqa: S303 (names it, protects nothing)
    held = _application_row(graph, objectid).get("keyCredentials") or []
    if not any(_same(one.get("customKeyIdentifier"), thumbprint) for one in held):
        new = {
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "displayName": "Leadwright",
            "key": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        }
        graph.patch(f"applications/{objectid}", {"keyCredentials": [*held, new]})
    return certificate.not_valid_after_utc


def _grant(
    graph: Graph, application: Mapping[str, Any], principal: str, wanted: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Ask for the permissions, and consent to each as the administrator. What is refused is told, not fatal."""
    resource = graph.get("servicePrincipals", filter=f"appId eq '{GRAPH_APPLICATION}'", select="id,appRoles")["value"]
    if not resource:
        return (), dict.fromkeys(wanted, "This tenant does not know Microsoft Graph.")
    roles = {role["value"]: str(role["id"]) for role in resource[0].get("appRoles") or ()}
    _require(graph, application, [roles[name] for name in wanted if name in roles])
    address = f"servicePrincipals/{principal}/appRoleAssignments"

    def held() -> set[str]:
        return {str(row["appRoleId"]) for page in graph.pages(address) for row in page}

    granted, refused, there = [], {}, held()
    for name in wanted:
        if name not in roles:
            refused[name] = "Microsoft Graph knows no such permission."
            continue
        body = {"principalId": principal, "resourceId": str(resource[0]["id"]), "appRoleId": roles[name]}
        try:
            if roles[name] not in there:
                _consent(graph, address, body, held)
        except PrivilegeMissing:
            refused[name] = "Only a Global Administrator or Privileged Role Administrator may consent to it."
        else:
            granted.append(name)
    return tuple(granted), refused


def _consent(graph: Graph, address: str, body: dict[str, Any], held: Callable[[], set[str]]) -> None:
    _make(lambda: graph.post(address, body), lambda: body if body["appRoleId"] in held() else None)


def _require(graph: Graph, application: Mapping[str, Any], ids: Sequence[str]) -> None:
    """Permissions the application says it needs, beside those it names already."""
    others = [one for one in application.get("requiredResourceAccess") or () if one.get("resourceAppId") != _G]
    own = [one for one in application.get("requiredResourceAccess") or () if one.get("resourceAppId") == _G]
    held = [access for one in own for access in one.get("resourceAccess") or ()]
    known = {str(access.get("id")) for access in held}
    missing = [{"id": id, "type": "Role"} for id in ids if id not in known]
    if missing:
        access = [*others, {"resourceAppId": _G, "resourceAccess": [*held, *missing]}]
        graph.patch(f"applications/{application['id']}", {"requiredResourceAccess": access})


def _make(make: Callable[[], dict[str, Any]], find: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Make something; after an unclear answer, or one that says it is there, what is found counts."""
    try:
        return make()
    except (Unclear, Refused) as error:
        if isinstance(error, Refused) and error.status != 409 and "already" not in error.said.lower():
            raise
        broken: MicrosoftError = error
    for _ in range(_LOOKS):
        time.sleep(_BETWEEN)
        found = find()
        if found is not None:
            return found
    if isinstance(broken, Unclear):
        return make()
    raise broken


def _application_row(graph: Graph, objectid: str) -> dict[str, Any]:
    return _patiently(lambda: graph.get(f"applications/{objectid}", select=_SELECT))


def _patiently(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Ask again while Entra does not know yet, on all its servers, what it made a moment ago."""
    for _ in range(_LOOKS):
        try:
            return ask()
        except (RowGone, Refused) as error:
            if isinstance(error, Refused) and "does not reference a valid application" not in error.said:
                raise
        time.sleep(_BETWEEN)
    return ask()


def _same(given: object, thumbprint: str) -> bool:
    """customKeyIdentifier is the thumbprint, in base64 or in hexadecimal, depending on who wrote it."""
    text = str(given or "")
    return text == thumbprint or text.upper() == base64.b64decode(thumbprint).hex().upper()


def _moment(text: object, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_G = GRAPH_APPLICATION
