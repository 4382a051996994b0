"""The HTTP client to Microsoft: which authorities it trusts, how it times out, and why a line could not be made."""

import contextlib
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2
from cryptography import x509

from leadwright.errors import BadInput
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.errors import CannotReach

_CONNECT_SECONDS = 15.0
_MOST_CONNECTIONS = 64
SKEW_SECONDS = 300.0  # what Entra forgives


def open_line(connection: Connection) -> httpx2.Client:
    """A client that trusts the machine's authorities and the given ones, and honours HTTPS_PROXY. Close it after use.

    Raises:
        BadInput: the file of authorities cannot be read.
    """
    trust = httpx2.create_ssl_context()
    if connection.ca_file is not None:
        try:
            trust.load_verify_locations(cafile=connection.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise BadInput(
                f"microsoft_ca_file: {connection.ca_file} holds no certificates that can be read. Give a PEM file."
            ) from error
    return httpx2.Client(
        verify=trust,
        timeout=httpx2.Timeout(connection.timeout, connect=min(_CONNECT_SECONDS, connection.timeout)),
        limits=httpx2.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_MOST_CONNECTIONS),
        follow_redirects=False,
    )


def why_no_line(url: str, error: Exception) -> CannotReach:
    """What stands between us and the host of `url`, in a sentence that says who can mend it."""
    host = urlsplit(url).hostname or url
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return _not_trusted(url, host, found)
        if isinstance(found, ssl.SSLError):
            return CannotReach(
                f"{host} does not speak TLS as expected ({found.reason}). Check the address.", kind="tls"
            )
        if isinstance(found, socket.gaierror):
            return CannotReach(
                f"The name {host} is not known. Check the address for a typing error, and whether this machine's DNS "
                "answers.",
                kind="dns",
            )
        found = found.__cause__ or found.__context__
    if isinstance(error, httpx2.ProxyError):
        return CannotReach(
            f"The proxy of HTTPS_PROXY does not let us through to {host} ({_short(error)}). Ask whoever runs it to "
            "allow this host.",
            kind="proxy",
        )
    if isinstance(error, httpx2.TimeoutException):
        return CannotReach(
            f"{host} does not answer in time. Check whether a firewall or proxy has to let this machine out to port "
            "443.",
            kind="timeout",
        )
    return CannotReach(
        f"No connection to {host} can be made ({_short(error)}). Check network, firewall and proxy; it is tried again.",
        kind="refused",
    )


def clock_offset(date: str) -> float | None:
    """Seconds this machine's clock is behind the Date header of an answer (negative: ahead); None without one."""
    with contextlib.suppress(ValueError, TypeError):
        return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    return None


def clock_sentence(offset: float | None) -> str:
    """What to do about a clock that is too far off; empty when it is not."""
    if offset is None or abs(offset) < SKEW_SECONDS:
        return ""
    side = "behind" if offset > 0 else "ahead of"
    return (
        f" This machine's clock is {abs(offset) / 60:.0f} minutes {side} Microsoft's: turn on time synchronisation "
        "(NTP), because tokens are refused by a wrong clock."
    )


def _not_trusted(url: str, host: str, error: ssl.SSLCertVerificationError) -> CannotReach:
    why = error.verify_message or "it cannot be verified"
    if error.verify_code in (9, 10):  # not yet valid, expired
        return CannotReach(
            f"The certificate of {host} is not accepted: {why}. Check this machine's clock first.", kind="tls"
        )
    if error.verify_code in (62, 64):  # another host name or address
        return CannotReach(
            f"The certificate that {host} shows is made out to another name. Check the address for a typing error.",
            kind="tls",
        )
    issuer = _issuer(url)
    by = f", issued by {issuer}," if issuer else ""
    return CannotReach(
        f"The certificate of {host}{by} is not signed by an authority this machine trusts ({why}). A proxy or virus "
        "scanner that inspects TLS does this: let it leave Microsoft's hosts alone, or put its authority's certificate "
        "into a PEM file and name it in LEADWRIGHT_MICROSOFT_CA_FILE.",
        kind="tls",
    )


def _issuer(url: str) -> str:
    """Who signed the certificate that is shown. Asked without any token, because nothing said there is secret."""
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    parts = urlsplit(url)
    with (
        contextlib.suppress(httpx2.HTTPError, OSError, ValueError, AttributeError),
        httpx2.Client(verify=blind, timeout=10.0) as client,
        client.stream("GET", f"https://{parts.netloc}/") as answer,
    ):
        shown = answer.extensions["network_stream"].get_extra_info("ssl_object").getpeercert(True)
        name = x509.load_der_x509_certificate(shown).issuer.rfc4514_string()
        return "".join(letter for letter in name if letter.isprintable())[:200]
    return ""


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
