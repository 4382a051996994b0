"""Tokens of Entra for an application: by secret, certificate or federated credential, kept until they end."""

import base64
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from cryptography import x509

from leadwright.errors import MissingExtra
from leadwright.microsoft.connection import Certificates, Connection, Federation, Secrets
from leadwright.microsoft.errors import CannotReach, MicrosoftError, ServiceDown, SignInRefused
from leadwright.microsoft.line import clock_sentence, open_line
from leadwright.microsoft.msal_line import Line
from leadwright.microsoft.sign_in_errors import code_of, refusal_of

_EARLY = 300.0  # seconds before its end a token is replaced
_LEAST, _AGAIN = 30.0, 15.0  # seconds a token has to last when no other can be had, and until that is tried again
_PAUSE = 30.0  # seconds a refusal is repeated without asking Entra again
_NEXT_ONE = frozenset({7000215, 7000222, 700027})  # this secret or certificate is not taken; another may be


@dataclass(slots=True)
class _Kept:
    """A token, or the refusal of one, with the moments (monotonic) it is good for."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = ""
    until: float = 0.0
    ends: float = 0.0
    refusal: MicrosoftError | None = None
    refused_until: float = 0.0


class Tokens:
    """Gives tokens for resources. Safe for several threads.

    Args:
        client: an open HTTP client to use instead of one of our own, which is closed when nobody uses it any more.

    Attributes:
        signed_with: PEM of the certificate that Entra took last; empty: none, or another credential.
    """

    def __init__(self, connection: Connection, client: httpx2.Client | None = None) -> None:
        self.connection = connection
        self.client = client or open_line(connection)
        if client is None:
            weakref.finalize(self, self.client.close)
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self.offset: float | None = None
        self.signed_with = ""

    def token(self, resource: str) -> str:
        """A bearer token for a resource, good for at least five minutes more where Entra gives such.

        Args:
            resource: such as https://contoso.crm.dynamics.com.

        Raises:
            SignInRefused: Entra says no, with what to do. The same refusal is given for half a minute.
            CannotReach: there is no line to Entra.
            ServiceDown: Entra fails.
            MissingExtra: msal is not installed.
        """
        with self._lock:
            kept = self._kept.setdefault(resource, _Kept())
        with kept.lock:
            now = time.monotonic()
            if kept.token and now < kept.until:
                return kept.token
            if kept.refusal is not None and now < kept.refused_until:
                raise kept.refusal
            try:
                kept.token, seconds = self._ask(resource)
            except (CannotReach, ServiceDown) as error:
                if kept.token and now < kept.ends - _LEAST:
                    kept.until = now + _AGAIN
                    return kept.token  # due for another, but good
                raise error
            except MicrosoftError as error:
                kept.refusal, kept.refused_until = error, time.monotonic() + (_PAUSE if error.permanent else 0)
                raise
            early = min(_EARLY, seconds / 2)
            kept.ends = time.monotonic() + seconds
            kept.until, kept.refusal = kept.ends - early, None
            return kept.token

    def forget(self, resource: str, token: str = "") -> None:
        """The next call asks Entra again; with a token, only if it is still that one."""
        with self._lock:
            kept = self._kept.get(resource)
        if kept is not None:
            with kept.lock:
                if not token or kept.token == token:
                    kept.token, kept.refusal = "", None

    def _ask(self, resource: str) -> tuple[str, float]:
        refusal: SignInRefused | None = None
        for proof in proofs(self.connection):
            try:
                found = self._ask_with(proof, resource)
            except SignInRefused as error:
                if refusal is None:
                    refusal = error
                if code_of(error.code) not in _NEXT_ONE:
                    raise
            else:
                self.signed_with = proof.get("public_certificate", "") if isinstance(proof, dict) else ""
                return found
        if refusal is None:
            raise SignInRefused(
                "The connection to Dynamics 365 has no valid secret or certificate. Enter a new one.",
                permanent=True,
                installation=True,
            )
        raise refusal

    def _ask_with(self, proof: Any, resource: str) -> tuple[str, float]:
        line = Line(self.client)
        found = _asked(self.connection, proof, line, f"{resource.rstrip('/')}/.default")
        self.offset = line.offset if line.offset is not None else self.offset
        if "access_token" in found:
            return str(found["access_token"]), float(found.get("expires_in") or 3599)
        if line.status >= 500 or line.status == 429:
            raise ServiceDown(
                f"Entra fails ({line.status}). It is tried again by itself.", status=line.status, installation=True,
                retry_after=line.retry_after,
            )  # fmt: skip
        raise refusal_of(
            str(found.get("error_description") or found.get("error") or ""),
            self.connection,
            resource,
            clock_sentence(self.offset),
        )


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified: it came from Entra over TLS and is for the resource to verify. {} for none."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def ends_on(pem: str) -> datetime:
    """When the certificate in a PEM text ends."""
    return _read(pem).not_valid_after_utc


def is_valid(pem: str) -> bool:
    """Does the certificate in a PEM text count by this machine's clock?"""
    return _read(pem).not_valid_before_utc <= datetime.now(UTC) < ends_on(pem)


def public_part(pem: str) -> str:
    """The certificate in a PEM text, without its key."""
    start = pem.index("-----BEGIN CERTIFICATE-----")
    end = "-----END CERTIFICATE-----"
    return pem[start : pem.index(end, start) + len(end)] + "\n"


def proofs(connection: Connection) -> Iterator[Any]:
    """What msal is given, the newest valid one first: a secret, a certificate with its key, or who reads a token."""
    credential = connection.credential
    if isinstance(credential, str):
        credential = Secrets((credential,))
    if isinstance(credential, Secrets):
        yield from credential.texts
    elif isinstance(credential, Certificates):
        yield from (_signing(pem) for pem in credential.pairs if is_valid(pem))
    else:
        yield {"client_assertion": _reader(credential)}


def _signing(pem: str) -> dict[str, str]:
    certificate = public_part(pem)
    return {"private_key": pem.replace(certificate.strip(), ""), "public_certificate": certificate}


def _read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(public_part(pem).encode())


def _reader(federation: Federation) -> Callable[[], str]:
    def read() -> str:
        try:
            text = federation.file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SignInRefused(
                f"The file {federation.file} with the federated token cannot be read. Mount it, or correct the path of "
                "the connection.",
                permanent=False,
                installation=True,
            ) from error
        if not text:
            raise SignInRefused(
                f"The file {federation.file} with the federated token is empty. Whoever writes it has to write it "
                "again.",
                installation=True,
            )
        return text

    return read


def _asked(connection: Connection, proof: Any, line: Line, scope: str) -> Mapping[str, Any]:
    """Entra's answer as msal gives it; where msal fails instead, what Entra said last."""
    try:
        import msal
    except ImportError:
        raise MissingExtra("Connecting to Dynamics 365", "microsoft") from None
    address = f"{connection.authority.rstrip('/')}/{connection.tenant_id}"
    host = urlsplit(address).hostname
    if urlsplit(address).scheme != "https" or not host:
        raise SignInRefused("microsoft_authority must begin with https://.", permanent=True, installation=True)
    try:
        app = msal.ConfidentialClientApplication(
            connection.client_id,
            client_credential=proof,
            authority=address,
            http_client=line,
            instance_discovery=None if connection.instance_discovery else False,
        )
        found: Mapping[str, Any] = app.acquire_token_for_client([scope])
    except (ValueError, KeyError, msal.exceptions.MsalError) as error:
        return {"error_description": line.last or str(error)}
    return found
