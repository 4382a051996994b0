"""Issuers of ID tokens: which an administrator may enter. Asks nobody."""

from urllib.parse import urlsplit

from leadwright.errors import BadInput

ENTRA = "login.microsoftonline.com"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY_TENANT = frozenset({"common", "organizations", "consumers"})


def check_issuer(issuer: str) -> str:
    """The issuer as it stands in tokens.

    Raises:
        BadInput: it cannot be one.
    """
    given = issuer.strip()
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", 0
    safe = bool(host) and port != 0 and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
    if not safe or parts.query or parts.fragment or parts.username or not given.isascii() or " " in given:
        raise BadInput("Enter the issuer's address: https://, without anything after the path.", field="issuer")
    if host == ENTRA and parts.path.strip("/").partition("/")[0] in _ANY_TENANT:
        raise BadInput(
            "Name your own tenant: https://login.microsoftonline.com/TENANT-ID/v2.0. With common anybody's tenant "
            "could vouch for anybody.",
            field="issuer",
        )
    return given
