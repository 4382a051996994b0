"""Which web addresses may be reached at all: the rules against server-side request forgery. No input or output."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from leadwright.errors import FetchError

_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~-._"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_CLOUD_NAMES = frozenset({"metadata", "instance-data", "metadata.google.internal", "metadata.goog"})
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion", ".corp", ".home")
_DENIED_V4 = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "168.63.129.16/32",  # Azure's host agent, on a public address
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/3",
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_DENIED_V6 = tuple(
    ipaddress.ip_network(n)
    for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")  # Teredo, ORCHID, 6to4, ...
)
_ALLOWED_AT_MOST = tuple(
    ipaddress.ip_network(n) for n in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what to ask whom. `host` is lower-case ASCII, `path` starts with a slash."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool  # an administrator allowed this host:port on a private address

    @property
    def url(self) -> str:
        """The address, normalised."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def target(url: str, allowed_private: frozenset[str] = frozenset()) -> Target:
    """Check an address before anything is resolved.

    Args:
        url: http or https.
        allowed_private: ``host:port`` pairs an administrator allows; ``*.localhost:8080`` stands for all names below.

    Raises:
        FetchError: the address may not be reached; the sentence says why.
    """
    if not isinstance(url, str) or len(url) > 2_000 or re.search(r"[\x00-\x20\x7f\\]", url.strip(" ")):
        raise _refused(url, "it is too long or holds spaces, backslashes or control characters")
    try:
        parts = urlsplit(url.strip(" "))
        port = parts.port
    except ValueError as error:
        raise _refused(url, "it cannot be read") from error
    if parts.scheme not in _PORTS:
        raise _refused(url, "only http and https are fetched")
    if "@" in parts.netloc:
        raise _refused(url, "it holds a user name")
    if "[" in parts.netloc and ":" not in (parts.hostname or ""):
        raise _refused(url, "the host is no network address")
    host = _host(url, parts.hostname or "")
    port = _PORTS[parts.scheme] if port is None else port
    private = is_allowed(host, port, allowed_private)
    if not private:
        _check_public(url, host, port, _PORTS[parts.scheme])
    path = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        path += "?" + quote(parts.query, safe=_SAFE + "?[]")
    return Target(parts.scheme, host, port, path if path.startswith("/") else f"/{path}", private)


def redirected(before: Target, location: str, allowed_private: frozenset[str]) -> Target:
    """Where a redirect leads, checked like a new address; https never falls back to http."""
    after = target(urljoin(before.url, location), allowed_private)
    if before.scheme == "https" and after.scheme == "http":
        raise _refused(after.url, "the page was moved from https to http")
    return after


def is_allowed(host: str, port: int, allowed_private: frozenset[str]) -> bool:
    """Is this host:port one that an administrator allows on a private address?"""
    name = f"[{host}]" if ":" in host else host
    if f"{name}:{port}" in allowed_private:
        return True
    return any(f"*.{parent}:{port}" in allowed_private for parent in _parents(host))


def check_ip(address: str, *, private: bool) -> None:
    """Refuse an IP address that is not on the public Internet.

    Args:
        private: the pair was allowed: then loopback and private networks may be reached as well, and no more.

    Raises:
        FetchError: with the kind of address in the sentence.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError as error:
        raise FetchError("The name leads to no usable network address.", permanent=True) from error
    if private and any(ip in network for network in _ALLOWED_AT_MOST if network.version == ip.version):
        return
    if not _is_public(ip):
        raise FetchError(
            f"The name leads to {ip}, which is not on the public Internet. If it is meant to be fetched, "
            "an administrator adds host:port to fetch_private_hosts or, for webhooks, webhook_private_hosts.",
            permanent=True,
        )


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_link_local:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _DENIED_V4)
    # Outside 2000::/3 lie NAT64, IPv4-mapped, site-local and other ways around.
    return ip in _GLOBAL_V6 and not ip.scope_id and not any(ip in network for network in _DENIED_V6)


def _host(url: str, name: str) -> str:
    if not name or "%" in name:
        raise _refused(url, "it names no host")
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError as error:
            raise _refused(url, "the host is no network address") from error
    try:
        host = name if name.isascii() else idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _refused(url, "the host is no valid name") from error
    host = host.casefold().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(url, "the host is no valid name")
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):  # decimal, octal and hexadecimal spellings of an address
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise _refused(url, "the host is a number") from error
    return host


def _check_public(url: str, host: str, port: int, usual: int) -> None:
    if port != usual:
        raise _refused(url, f"only port {usual} is fetched")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or host in _CLOUD_NAMES or host.endswith(_PRIVATE_SUFFIXES):
            raise _refused(url, "the host is a name of a private network") from None
    else:
        check_ip(host, private=False)


def _parents(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[n:]) for n in range(1, len(labels))]


def _refused(url: object, why: str) -> FetchError:
    shown = str(url)[:80].encode("ascii", "replace").decode()
    return FetchError(f"The address {shown!r} is not fetched: {why}.", permanent=True)
