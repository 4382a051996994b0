"""Who must not be written to: why, in words, and the one key of an address, whichever way it is written."""

import re
import unicodedata
from enum import StrEnum

from leadwright.errors import BadInput

_USUAL = re.compile(
    r"[a-z0-9._%+-]+@(?:(?!xn--)[a-z0-9_-]{1,63}\.)*(?!xn--)[a-z0-9_-]{1,63}", re.ASCII | re.IGNORECASE
)  # of such an address the key is its small letters


class Reason(StrEnum):
    """Why somebody is not written to."""

    OPT_OUT = "opt_out"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    PERSON = "person"  # somebody of ours decided so


ASKED = (Reason.OPT_OUT, Reason.COMPLAINT, Reason.PERSON)  # somebody wants it so; a bounce is only found out
WHY = {
    Reason.OPT_OUT: "The recipient asked not to be written to.",
    Reason.HARD_BOUNCE: "Mail to this address came back for good.",
    Reason.COMPLAINT: "The recipient reported a mail as unwanted.",
    Reason.PERSON: "Somebody decided that this address is not written to.",
}
NOT_VALID = ("invalid", "overruled_invalid")  # `lw_emailstate` of a lead: found out, or said by a person
ADDRESS_NOT_VALID = "The lead's email address is marked as invalid."


def key_of(address: str) -> str:
    """The one form of an address: folded case, the domain in IDNA, ``local@domain``.

    Raises:
        BadInput: it is no address.
    """
    if len(address) <= 253 and _USUAL.fullmatch(address):
        return address.lower()
    text = unicodedata.normalize("NFKC", address).strip().removeprefix("<").removesuffix(">").strip()
    local, at, domain = text.rpartition("@")
    local = local.strip().strip('"')
    if not at or not local or any(c.isspace() or unicodedata.category(c) == "Cc" for c in text):
        raise BadInput(f"{address[:80]!r} is no email address. Write it as name@company.com.", field="email")
    return f"{_folded(local)}@{_domain(domain, address)}"


def domain_key(domain: str) -> str:
    """The key of a whole domain, ``@domain``.

    Raises:
        BadInput: it is no domain.
    """
    return f"@{_domain(domain.strip().removeprefix('@'), domain)}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


def _domain(domain: str, whole: str) -> str:
    """In ASCII labels, others as ``xn--``: whichever way it was written, a domain comes to the same key."""
    labels = [_label(label) for label in re.split("[.\u3002]", domain.strip().rstrip("."))]
    name = ".".join(labels)
    if len(name) > 253 or not all(labels) or any(len(label) > 63 for label in labels):
        raise BadInput(f"{whole[:80]!r} has no domain that can exist. Write it as name@company.com.", field="email")
    return name


def _label(label: str) -> str:
    """One label, empty when it cannot be one."""
    if label[:4].casefold() == "xn--":
        try:
            label = label[4:].lower().encode("ascii").decode("punycode")
        except UnicodeError:
            return ""
    for _ in range(3):  # some letters need a second round to settle
        label = unicodedata.normalize("NFKC", label).lower()
    label = unicodedata.normalize("NFKC", label)
    if not all(c in "-_" or unicodedata.category(c)[0] in "LNM" for c in label):
        return ""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
