"""How we sign in to mail servers, and the sentences people read when that fails. Keeps no secret longer than a call."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Security = Literal["tls", "starttls", "none"]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})  # this very machine


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, and how the line is protected.

    Args:
        tls: the certificates trusted; None: those of the system.
        timeout: seconds for one answer.
    """

    host: str
    port: int
    security: Security = "tls"
    tls: ssl.SSLContext | None = None
    timeout: float = 60.0

    def context(self) -> ssl.SSLContext:
        """What a TLS connection is made with: certificate and name are checked."""
        return self.tls or ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in.

    Args:
        secret: gives the password, or for XOAUTH2 an access token that is valid now.
        xoauth2: sign in with a token, as Microsoft and Google ask for.
        renew: told that the server refused the secret; True when another one may be tried, once.
    """

    user: str
    secret: Callable[[], str]
    xoauth2: bool = False
    renew: Callable[[], bool] | None = None

    def bearer(self) -> str:
        """The XOAUTH2 answer, before base64."""
        return f"user={self.user}\x01auth=Bearer {self.secret()}\x01\x01"

    def plain(self) -> bytes:
        """The answer of PLAIN (RFC 4616), before base64: the only way for letters beyond ASCII."""
        return f"\0{self.user}\0{self.secret()}".encode()

    def may_try_again(self) -> bool:
        """After a refusal: is there another secret to try?"""
        return self.renew is not None and self.renew()


def unreachable(server: Server, error: BaseException) -> str:
    """Why a server could not be spoken to, and what to look at."""
    where = f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {where} is not trusted: {error.verify_message}. Use the name it was made for."
    if isinstance(error, ssl.SSLError):
        return f"No protected line to {where} ({error.reason or error}). Check port and security (TLS or STARTTLS)."
    if isinstance(error, TimeoutError):
        return f"{where} does not answer. Check the host, the port and the firewall."
    return f"{where} cannot be reached ({error}). Check the host and the port."
