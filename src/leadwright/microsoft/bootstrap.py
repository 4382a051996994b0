"""An administrator's token, once: asked for by device code, used to register the application, then forgotten.

`begin` gives the code to enter at Microsoft's page, `poll` the token when the administrator has signed in there, and
`set_up` registers with it. The token is never stored; what `begin` returns as a ticket has to be sealed by the caller
while it waits, because whoever holds it gets the token.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx2

from leadwright.domain.platform import AUTHORITIES, Cloud, graph_of
from leadwright.errors import BadInput, MissingExtra
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.errors import ServiceDown, SignInRefused
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.line import clock_sentence, open_line
from leadwright.microsoft.msal_line import Line
from leadwright.microsoft.registering import Plan, Registered, register
from leadwright.microsoft.sign_in_errors import code_of, refusal_of
from leadwright.microsoft.tokens import Tokens, claims_of
from leadwright.settings import Settings

ANY_TENANT = "organizations"
_GRAPH_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"  # Microsoft Graph Command Line Tools
_DATAVERSE_SAMPLE = "51f81489-12ee-4a9e-aaae-a2591f45987d"  # the client Microsoft registered for Dataverse
_NO_CONSENT = frozenset({65001, 90094, 90095})
_CONSENT_FIRST = {
    _GRAPH_TOOLS: "Nobody has let Microsoft Graph Command Line Tools, by which this sign-in goes, register applications"
    " in this tenant. An Application Administrator, Cloud Application Administrator or Global Administrator signs in "
    "here and accepts; or register the application in the Microsoft Entra admin center, as described under "
    "prerequisite 1.",
    _DATAVERSE_SAMPLE: "This tenant does not let in Microsoft's client of Dataverse, by which this sign-in goes. An "
    "Application Administrator, Cloud Application Administrator or Global Administrator consents to it at "
    "{authority}/{tenant}/adminconsent?client_id={client}, then sign in here again; or do this step in the Power "
    "Platform admin center, as described beside it.",
}
_WAITING = frozenset({"authorization_pending", "slow_down"})


class Purpose(StrEnum):
    """What the administrator's token is for."""

    REGISTER = "register"  # Graph: application, secret, service principal, permissions
    ORGANISATION = "organisation"  # Dataverse: application user and role


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that waits for the administrator.

    Args:
        usercode: what is entered at `address`.
        interval: seconds between two polls.
        ticket: opaque; seal it, and give it to `poll`.
    """

    usercode: str
    address: str
    endson: datetime
    interval: int
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdminToken:
    """An administrator's token, never to be stored. `upn` and `tenantid`: who signed in, and where."""

    text: str = field(repr=False)
    resource: str
    tenantid: str
    upn: str
    endson: datetime


def place_of(settings: Settings, cloud: Cloud = Cloud.WORLDWIDE, *, dataverse_url: str = "") -> Connection:
    """Where administrators sign in, before there is any application of ours. The tenant is theirs."""
    host = urlsplit(dataverse_url).hostname or ""
    return Connection(
        dataverse_url=dataverse_url,
        tenant_id=ANY_TENANT,
        client_id=_GRAPH_TOOLS,
        credential=Secrets(()),
        authority=settings.microsoft_authority or AUTHORITIES[cloud],
        graph_url=settings.microsoft_graph_url or graph_of(cloud, host),
        ca_file=settings.microsoft_ca_file,
        instance_discovery=settings.microsoft_instance_discovery,
        timeout=settings.microsoft_timeout_seconds,
    )


def begin(
    place: Connection,
    purpose: Purpose = Purpose.REGISTER,
    *,
    tenant: str = "",
    grants: bool = False,
    client: httpx2.Client | None = None,
) -> Started:
    """Ask Entra for a code.

    Args:
        tenant: id or domain, when it is known; else that of whoever signs in.
        grants: permissions of Graph are to be granted as well.

    Raises:
        SignInRefused, CannotReach, ServiceDown.
    """
    place = replace(place, tenant_id=tenant or place.tenant_id)
    if purpose == Purpose.ORGANISATION:
        if not place.dataverse_url:
            raise BadInput("Enter the organisation's address first.", field="dataverse_url")
        place = replace(place, client_id=_DATAVERSE_SAMPLE)
    with _Sign(place, client) as sign:
        flow = sign.ask(lambda app: app.initiate_device_flow(_scopes(place, purpose, grants=grants)))
    if "user_code" not in flow:
        raise sign.refusal(flow)
    ends = datetime.now(UTC) + timedelta(seconds=float(flow.get("expires_in") or 900))
    kept = {"flow": flow, "client": place.client_id, "tenant": place.tenant_id, "purpose": purpose}
    return Started(
        str(flow["user_code"]), str(flow["verification_uri"]), ends, int(flow.get("interval") or 5), json.dumps(kept)
    )


def poll(place: Connection, ticket: str, *, client: httpx2.Client | None = None) -> AdminToken | None:
    """The administrator's token; None while nobody has signed in yet. It is given once.

    Raises:
        SignInRefused: declined, expired, or refused by Entra; start again.
        CannotReach, ServiceDown: asked again in a moment.
    """
    try:
        kept = json.loads(ticket)
        flow, purpose = kept["flow"], Purpose(kept["purpose"])
        place = replace(place, client_id=kept["client"], tenant_id=kept["tenant"])
    except (ValueError, KeyError, TypeError):
        raise BadInput("This sign-in is damaged. Start it again.") from None
    with _Sign(place, client) as sign:
        # one question to Entra, without msal's waiting
        found = sign.ask(lambda app: app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True))
    if found.get("error") in _WAITING:
        return None
    if "access_token" not in found:
        raise sign.refusal(found)
    text = str(found["access_token"])
    claims = claims_of(text)
    ends = datetime.now(UTC) + timedelta(seconds=float(found.get("expires_in") or 3599))
    resource = place.graph_url if purpose == Purpose.REGISTER else place.dataverse_url
    return AdminToken(text, resource, str(claims.get("tid") or ""), str(claims.get("upn") or ""), ends)


def set_up(
    place: Connection,
    token: AdminToken,
    plan: Plan,
    *,
    progress: Callable[[str], None] = lambda _step: None,
    client: httpx2.Client | None = None,
) -> Registered:
    """Register the application with an administrator's token. Safe to repeat: each step looks before it makes anything.

    Args:
        progress: told each step before it is done.

    Raises:
        MicrosoftError: nothing is lost; the same again goes on where it was.
    """
    http = administrator_line(place, token, client=client)
    try:
        return register(http, token.tenantid, plan, progress)
    finally:
        if client is None:
            http.close()


def administrator_line(place: Connection, token: AdminToken, *, client: httpx2.Client | None = None) -> MicrosoftHttp:
    """A line that calls as the administrator, as long as the token lasts. Close it, and the token is gone."""
    return MicrosoftHttp(place, OnceToken(place, token, client))


class OnceToken(Tokens):
    """Gives the administrator's token for its resource, and no other."""

    def __init__(self, place: Connection, token: AdminToken, client: httpx2.Client | None = None) -> None:
        super().__init__(place, client)
        self._once = token

    def token(self, resource: str) -> str:
        """The token.

        Raises:
            SignInRefused: it has ended, or is for another resource.
        """
        if resource.rstrip("/") == self._once.resource.rstrip("/") and datetime.now(UTC) < self._once.endson:
            return self._once.text
        raise SignInRefused(
            "The administrator's sign-in has ended. Start it again; what was set up so far stays.", permanent=True
        )

    def forget(self, resource: str, token: str = "") -> None:
        """There is no other to ask for."""


class _Sign:
    """One question to Entra through msal, over our line."""

    def __init__(self, place: Connection, client: httpx2.Client | None) -> None:
        self.place, self._own = place, client is None
        self._client = client or open_line(place)
        self._line = Line(self._client)

    def __enter__(self) -> "_Sign":
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            self._client.close()

    def ask(self, question: Callable[[Any], Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            import msal
        except ImportError:
            raise MissingExtra("Connecting to Dynamics 365", "microsoft") from None
        try:
            app = msal.PublicClientApplication(
                self.place.client_id,
                authority=f"{self.place.authority.rstrip('/')}/{self.place.tenant_id}",
                http_client=self._line,
                instance_discovery=None if self.place.instance_discovery else False,
            )
            return question(app)
        except (ValueError, KeyError, msal.exceptions.MsalError) as error:
            return {"error_description": self._line.last or str(error)}

    def refusal(self, found: Mapping[str, Any]) -> SignInRefused | ServiceDown:
        if self._line.status >= 500 or self._line.status == 429:
            return ServiceDown(f"Entra fails ({self._line.status}). Try again in a moment.", status=self._line.status)
        said = str(found.get("error_description") or found.get("error") or "")
        if code_of(said) in _NO_CONSENT:
            authority, tenant = self.place.authority.rstrip("/"), self.place.tenant_id
            what = _CONSENT_FIRST[self.place.client_id].format(
                authority=authority, tenant=tenant, client=self.place.client_id
            )
            return SignInRefused(what, code=f"AADSTS{code_of(said)}", status=400, permanent=True, said=said[:400])
        return refusal_of(said, self.place, self.place.graph_url, clock_sentence(self._line.offset))


def _scopes(place: Connection, purpose: Purpose, *, grants: bool) -> list[str]:
    """What is done in the administrator's name, by name, so that Entra asks for consent to it.

    `.default` would give no more than somebody has consented to before; every tenant lets the client of Dataverse in.
    """
    if purpose == Purpose.ORGANISATION:
        return [f"{place.dataverse_url.rstrip('/')}/.default"]
    names = ["Application.ReadWrite.All", *(["AppRoleAssignment.ReadWrite.All"] if grants else [])]
    return [f"{place.graph_url.rstrip('/')}/{name}" for name in names]


__all__ = ["AdminToken", "Plan", "Purpose", "Registered", "Started", "begin", "place_of", "poll", "set_up"]
