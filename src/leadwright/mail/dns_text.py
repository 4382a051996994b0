"""TXT records of DNS: what we ask of our own domain."""

import threading
import time
from typing import Protocol

import dns.exception
import dns.name
import dns.resolver

_SILENT = 30.0  # seconds in which DNS is not asked again after it did not answer


class TextResolver(Protocol):
    """Asks DNS for text. Never raises; safe to repeat."""

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The TXT records of a name, each put together from its pieces; empty: there is none; None: nobody answered."""
        ...


class NoTexts:
    """DNS is not asked (`dns_checks` is off)."""

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Nobody answers."""
        return None


class DnsTexts:
    """Asks the machine's DNS servers.

    Args:
        seconds: most time for one name.
        resolver: a configured dnspython resolver; None reads the system's settings.
    """

    def __init__(self, *, seconds: float = 2.0, resolver: dns.resolver.Resolver | None = None) -> None:
        self._seconds, self._resolver = seconds, resolver
        self._lock, self._silent_until = threading.Lock(), 0.0

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The TXT records of a name."""
        with self._lock:
            if time.monotonic() < self._silent_until:
                return None
        try:
            resolver = self._resolver or dns.resolver.get_default_resolver()
            found = resolver.resolve(name, "TXT", lifetime=self._seconds, search=False)
            return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in found)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return ()
        except (dns.exception.DNSException, OSError):
            with self._lock:
                self._silent_until = time.monotonic() + _SILENT
            return None
