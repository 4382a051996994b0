"""Who must not be written to: the key of an address, what a suppression covers, and that only a person can lift one."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadwright.errors import BadInput

EVERYTHING = "*"  # purpose or topic: any
_HASH = "hmac-sha256"


class Reason(StrEnum):
    """Why. The first three are the person's own will and are never weighed against anything."""

    OPTED_OUT = "opted_out"
    COMPLAINT = "complaint"
    ERASED = "erased"
    HARD_BOUNCE = "hard_bounce"
    MANUAL = "manual"


_WHY = {
    Reason.OPTED_OUT: "The person asked for no more mails",
    Reason.COMPLAINT: "The person reported a mail of ours as spam",
    Reason.ERASED: "The person had their data erased",
    Reason.HARD_BOUNCE: "The mail server of the person said that there is no such address",
    Reason.MANUAL: "Somebody of ours put the address on the suppression list",
}


class Source(StrEnum):
    """Where a list of suppressions, or of leads, comes from."""

    PERSON = "person"  # a signed-in person, on purpose
    IMPORT = "import"
    MERGE = "merge"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry.

    Args:
        key: of `key_of` or `domain_key`, hashed by `hash_key` before it is stored.
        reason: why.
        at: when (aware UTC).
        purpose, topic: what it covers; `EVERYTHING` by default.
        lifted_at: when a person lifted it again; None while it holds.
    """

    key: str
    reason: Reason
    at: datetime
    purpose: str = EVERYTHING
    topic: str = EVERYTHING
    lifted_at: datetime | None = None


def key_of(address: str) -> str:
    """The one form of an address: folded case, the domain in IDNA, ``local@domain``.

    Raises:
        BadInput: it is no address.
    """
    text = unicodedata.normalize("NFKC", address).strip().removeprefix("<").removesuffix(">").strip()
    local, at, domain = text.rpartition("@")
    local = local.strip().strip('"')
    if not at or not local or any(c.isspace() or unicodedata.category(c) == "Cc" for c in text):
        raise BadInput(f"{address[:80]!r} is no email address. Write it as name@company.com.", field="email")
    return f"{_folded(local)}@{_domain(domain, address)}"


def domain_key(domain: str) -> str:
    """The key of a whole domain, ``@domain``; it covers subdomains too.

    Raises:
        BadInput: it is no domain.
    """
    return f"@{_domain(domain.strip().removeprefix('@'), domain)}"


def hash_key(key: str, secret: bytes) -> str:
    """The hash that may outlive an erased person. Keyed, so that a list of addresses cannot be tried against it."""
    return f"{_HASH}:{hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()}"


def keys_covering(address: str) -> tuple[str, ...]:
    """Every key under which this address may be suppressed: itself, its domain, the domains above.

    Raises:
        BadInput: it is no address.
    """
    key = key_of(address)
    labels = key.rpartition("@")[2].split(".")
    return (key, *("@" + ".".join(labels[n:]) for n in range(max(1, len(labels) - 1))))


def covers(suppression: Suppression, purpose: str, topic: str) -> bool:
    """Does it hold for a mail of that purpose and topic? What the person said no to as a whole holds for all."""
    if suppression.lifted_at is not None:
        return False
    return suppression.purpose in (EVERYTHING, purpose) and suppression.topic in (EVERYTHING, topic)


def is_suppressed(
    address: str, suppressions: Mapping[str, Iterable[Suppression]], secret: bytes, purpose: str, topic: str
) -> Suppression | None:
    """The suppression that forbids this mail, or None.

    Args:
        suppressions: hashed key -> entries.
        secret: of `hash_key`.

    Raises:
        BadInput: it is no address; nothing may be sent to it then.
    """
    hashes = [hash_key(key, secret) for key in keys_covering(address)]
    return next((s for h in hashes for s in suppressions.get(h, ()) if covers(s, purpose, topic)), None)


def why(suppression: Suppression) -> str:
    """The sentence shown with a cancelled mail. It names no address."""
    return f"{_WHY[suppression.reason]} on {suppression.at:%Y-%m-%d}: nothing more is sent."


def lift(suppression: Suppression, by: Source, at: datetime) -> Suppression:
    """The entry as lifted, kept as a record. Only a signed-in person can do that, on purpose.

    Raises:
        BadInput: an import, a merge or a restore tried, or the person was erased.
    """
    if by is not Source.PERSON:
        raise BadInput(f"A suppression is never lifted by {by.value}. A person must do that on the suppression page.")
    if suppression.reason is Reason.ERASED:
        raise BadInput("This person was erased and asked for no more mails. Such an entry cannot be lifted.")
    return replace(suppression, lifted_at=suppression.lifted_at or at)


def combine(kept: Iterable[Suppression], coming: Iterable[Suppression]) -> tuple[Suppression, ...]:
    """What holds after an import, a merge or a restore brought other entries: all of both, none lost, none lifted.

    Of two entries with the same key, reason and scope the one that still holds wins, else the later lifted; the
    earlier day stays. The order does not matter, and doing it twice changes nothing.
    """
    found: dict[tuple[str, Reason, str, str], Suppression] = {}
    for entry in (*kept, *coming):
        identity = (entry.key, entry.reason, entry.purpose, entry.topic)
        found[identity] = _stronger(found[identity], entry) if identity in found else entry
    return tuple(found[i] for i in sorted(found))


def _stronger(one: Suppression, two: Suppression) -> Suppression:
    lifted = None if None in (one.lifted_at, two.lifted_at) else max(filter(None, (one.lifted_at, two.lifted_at)))
    return replace(one, at=min(one.at, two.at), lifted_at=lifted)


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
