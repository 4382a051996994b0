"""Access tokens for mailboxes that sign in with XOAUTH2: Microsoft's client credentials, Google's refresh token.

A token is kept in this process alone, until shortly before its end or until the mail server refuses it.
"""

import ipaddress
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import httpx2

from leadwright.errors import BadInput, MailError

MICROSOFT, GOOGLE = "microsoft", "google"
PROVIDERS = {MICROSOFT: "Microsoft 365", GOOGLE: "Google"}
_MICROSOFT_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_MICROSOFT_SCOPE = "https://outlook.office365.com/.default"  # for IMAP and SMTP alike
_GOOGLE_URL = "https://oauth2.googleapis.com/token"
_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,198}[A-Za-z0-9])?")
_EARLY_SECONDS = 300.0
_USUAL_SECONDS = 300.0  # of a token whose end is not told
_MOST_KEPT = 1_000
_AADSTS = re.compile(r"AADSTS(\d{4,9})")
_TRACE = re.compile(r"\s*(?:Trace ID|Timestamp|Correlation ID):.*", re.DOTALL)
_SET_UP = "under Set up of prerequisite 3"
_ADVICE = {
    7000215: f"Enter the client secret's value, not its ID, {_SET_UP}.",
    7000222: f"Add a new client secret to the application in Microsoft Entra ID and enter it {_SET_UP}.",
    7000218: f"Enter the client secret {_SET_UP}.",
    700016: f"Check the client ID and the tenant {_SET_UP}.",
    7000112: "Enable the application in Microsoft Entra ID.",
    90002: f"Check the tenant ID {_SET_UP}.",
    900023: f"Check the tenant ID {_SET_UP}.",
    500011: "The tenant has no Exchange Online, or its cloud is another one: check the token endpoint.",
    65001: "Grant admin consent for IMAP.AccessAsApp and SMTP.SendAsApp to the application in Microsoft Entra ID.",
    53003: "A Conditional Access policy forbids it. Exclude the application there, in Microsoft Entra ID.",
    "invalid_grant": "The refresh token was revoked or is too old. Sign in at Google anew and enter the new one "
    f"{_SET_UP}.",
    "invalid_client": f"Check the client ID and the client secret {_SET_UP}.",
    "unauthorized_client": f"The refresh token belongs to another client. Enter both anew {_SET_UP}.",
}


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks for tokens, and where.

    Args:
        provider: a key of `PROVIDERS`.
        tenant: of Microsoft: its GUID or a domain of it.
        token_url: in place of the provider's own.
    """

    provider: str
    client_id: str
    tenant: str = ""
    token_url: str = ""

    @property
    def url(self) -> str:
        """The token endpoint."""
        if self.token_url:
            return self.token_url
        return _GOOGLE_URL if self.provider == GOOGLE else _MICROSOFT_URL.format(tenant=self.tenant)

    def form(self, client_secret: str, refresh_token: str) -> dict[str, str]:
        """What is posted there."""
        asked = {"client_id": self.client_id, "client_secret": client_secret}
        if self.provider == GOOGLE:
            return asked | {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return asked | {"grant_type": "client_credentials", "scope": _MICROSOFT_SCOPE}


@dataclass(slots=True)
class _Kept:
    token: str
    until: float  # of the monotonic clock


_kept: dict[str, _Kept] = {}
_asking = threading.Lock()


class Tokens:
    """Access tokens of one application. Those of the same application and secrets share what is kept.

    Args:
        secrets: gives client secret and refresh token (or ""), when they are needed.
        timeout: seconds for an answer of the token endpoint.
    """

    def __init__(
        self, application: Application, secrets: Callable[[], tuple[str, str]], *, timeout: float = 10.0
    ) -> None:
        self._application = application
        self._secrets = secrets
        self._timeout = timeout
        self._was_kept = False

    def current(self) -> str:
        """A token that is valid now. Safe to repeat.

        Raises:
            MailError: none is given; the sentence says what to do. It passes, or it concerns the whole installation.
        """
        form = self._application.form(*self._secrets())
        key = self._key(form)
        with _asking:
            kept = _kept.get(key)
            self._was_kept = kept is not None and kept.until > time.monotonic()
            if kept is None or not self._was_kept:
                kept = _kept[key] = self._ask(form)
                _forget_ended()
            return kept.token

    def renew(self) -> bool:
        """The mail server refused the last token. False: it was fresh, another one would fare no better."""
        if not self._was_kept:
            return False
        with _asking:
            _kept.pop(self._key(self._application.form(*self._secrets())), None)
        return True

    def _key(self, form: Mapping[str, str]) -> str:
        return sha256("\n".join((self._application.url, *(f"{k}={v}" for k, v in form.items()))).encode()).hexdigest()

    def _ask(self, form: Mapping[str, str]) -> _Kept:
        url, began = self._application.url, time.monotonic()
        where = urlsplit(url).netloc
        try:
            answer = httpx2.post(url, data=form, timeout=self._timeout, headers={"Accept": "application/json"})
        except httpx2.TimeoutException as error:
            raise MailError(f"{where} gives no token: it does not answer within {self._timeout:g} seconds.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise MailError(f"{where} gives no token: it cannot be reached. Check the token endpoint.") from error
        said = _said(answer)
        if answer.status_code != httpx2.codes.OK:
            raise _refusal(where, answer, said)
        token = said.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise MailError(
                f"{where} gives no token: its answer holds none. Check the token endpoint.", installation=True
            )
        seconds = _seconds(said.get("expires_in"))
        return _Kept(token, began + seconds - min(_EARLY_SECONDS, seconds / 10))


def check_application(application: Application) -> None:
    """Refuse what cannot work, before it is kept.

    Raises:
        BadInput: a part is missing or malformed; `field` names it.
    """
    if not application.client_id or len(application.client_id) > 200 or not application.client_id.isprintable():
        raise BadInput("Enter the client ID of the application that signs in.", field="client_id")
    if application.provider == MICROSOFT:
        if not _TENANT.fullmatch(application.tenant):
            raise BadInput("Enter the tenant: its ID, or a domain such as example.onmicrosoft.com.", field="tenant")
        if application.tenant.casefold() in ("common", "organizations", "consumers"):
            raise BadInput("An application signs in to one tenant. Enter its ID.", field="tenant")
    if application.token_url and not _is_safe(application.token_url):
        raise BadInput(
            "A token endpoint begins with https://; only one on this machine may do without.", field="token_url"
        )


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or port == 0 or parts.username is not None or len(url) > 500 or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _refusal(where: str, answer: httpx2.Response, said: Mapping[str, Any]) -> MailError:
    """In the endpoint's own words, then what to do."""
    status, error = answer.status_code, str(said.get("error") or "")
    words = " ".join(_TRACE.sub("", str(said.get("error_description") or error or f"status {status}")).split())[:400]
    words = words if words.endswith((".", "!", "?")) else f"{words}."
    if status == httpx2.codes.TOO_MANY_REQUESTS or status >= 500:
        told = answer.headers.get("retry-after", "")
        wait = float(told) if told.isdecimal() and len(told) < 6 else None
        return MailError(f"{where} gives no token just now: {words}", retry_after=wait)
    code = _AADSTS.search(words)
    advice = _ADVICE.get(int(code[1]) if code else error) or _ADVICE.get(error)
    return MailError(
        f"{where} gives no token: {words} {advice or f'Check the application {_SET_UP}.'}", installation=True
    )


def _seconds(told: object) -> float:
    try:
        return max(0.0, float(str(told)))
    except ValueError:
        return _USUAL_SECONDS


def _forget_ended() -> None:
    moment = time.monotonic()
    for key in [k for k, kept in _kept.items() if kept.until <= moment]:
        del _kept[key]
    while len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
