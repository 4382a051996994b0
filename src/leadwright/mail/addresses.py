"""Addresses of mail: the one spelling that is compared and hashed, and the one a mail is sent to. Looks nothing up."""

import re
from hashlib import sha256

from leadwright.domain.suppression import domain_key, key_of
from leadwright.errors import BadInput

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>,;]")


def normalise(address: str) -> str:
    """``Jo@BÜCHER.example.`` -> ``jo@xn--bcher-kva.example``: case-folded, the domain in ASCII.

    Raises:
        BadInput: not one address, or one with characters that could start a header.
    """
    text = address.strip()
    if _FORBIDDEN.search(text):
        raise BadInput(f'"{_shown(text)}" is not an email address. Write it as name@company.example.')
    return key_of(text)


def deliverable(address: str) -> str:
    """What goes on the envelope: the part before the @ letter for letter as given, the domain in ASCII.

    Only the key folds letters: ``straße@`` and ``strasse@`` may be two people.

    Raises:
        BadInput: not an address.
    """
    domain = domain_of(normalise(address))
    local, at, _ = address.strip().rpartition("@")
    if not at:
        raise BadInput(f'"{_shown(address)}" is not an email address. Write it as name@company.example.')
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    """The domain of a normalised address."""
    return address.rpartition("@")[2]


def hash_address(address: str) -> str:
    """What is kept of an address that is never written to: SHA-256 of its normalised spelling.

    Raises:
        BadInput: not an address.
    """
    return _hash("address", normalise(address))


def hash_domain(domain: str) -> str:
    """The same of a whole domain.

    Raises:
        BadInput: not a domain.
    """
    return _hash("domain", domain_key(domain).removeprefix("@"))


def is_ascii(address: str) -> bool:
    """Can every server take it, without SMTPUTF8?"""
    return address.isascii()


def _hash(kind: str, text: str) -> str:
    return sha256(f"leadwright {kind} {text}".encode()).hexdigest()


def _shown(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:80]
