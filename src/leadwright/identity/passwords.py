"""Hashes and verifies people's passwords with argon2id, and says which passwords are too weak. Never stores any."""

import re
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadwright.errors import BadInput

LEAST = 12
MOST = 256
_FEW_CHARACTERS = 5
_COMMON = "common_passwords.sha256"  # docs/security/README.md says where they come from
_PREFIX = 8  # bytes of each hash
_AROUND_US = (
    "leadwright",
    "salesperson",
    "administrator",
    "supervisor",
    "password",
    "passwort",
    "dynamics",
    "manager",
    "welcome",
    "letmein",
    "seller",
    "secret",
    "admin",
    "agent",
    "leads",
    "login",
    "sales",
    "lead",
    "crm",
)
_LEFT = 4  # letters beside such words that make a password of one's own


class Passwords:
    """argon2id with the given cost; the defaults are those of RFC 9106 for small machines.

    Args:
        time_cost, memory_kib, parallelism: argon2 parameters. Only tests pass smaller ones.
    """

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65536, parallelism: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """Hash with a new salt."""
        return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """True when it is the password. Without a stored hash as much work is done, and the answer is False."""
        try:
            right = self._hasher.verify(stored or self._decoy, password[:MOST])
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None and len(password) <= MOST

    def outdated(self, stored: str) -> bool:
        """True when the hash was made with other parameters and should be made anew at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("nobody has this password")


PASSWORDS = Passwords()


def check_strength(password: str, *, personal: tuple[str, ...] = ()) -> None:
    """Refuse passwords that are guessed first. Length counts; no composition rules (OWASP ASVS 5.0, 6.2).

    Args:
        personal: the person's name and email address; their words alone are no password, nor are words around us.

    Raises:
        BadInput: says what to do.
    """
    if len(password) < LEAST:
        raise BadInput(f"Use at least {LEAST} characters, for example a few words.", field="password")
    if len(password) > MOST:
        raise BadInput(f"Use at most {MOST} characters.", field="password")
    plain = password.casefold()
    if len(set(plain)) < _FEW_CHARACTERS or _hash(plain) in _common():
        raise BadInput("This password is among the first that are guessed. Use a few words.", field="password")
    if _is_made_of(plain, personal):
        raise BadInput(
            "This password says little more than your name or what this is. Use a few other words.", field="password"
        )


@cache
def _common() -> frozenset[bytes]:
    """Hashes of the ten thousand most frequent passwords of breaches that are long enough to be taken here."""
    stored = files(__package__).joinpath(_COMMON).read_bytes()
    return frozenset(stored[at : at + _PREFIX] for at in range(0, len(stored), _PREFIX))


def _hash(plain: str) -> bytes:
    return sha256(plain.encode("utf-8", "surrogatepass")).digest()[:_PREFIX]


def _is_made_of(plain: str, personal: tuple[str, ...]) -> bool:
    """Is there next to nothing in it but words anybody would think of first, whatever figures and signs are between?"""
    letters = left = "".join(c for c in plain if c.isalpha())
    own = {word for text in personal for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) > 2}
    for word in sorted({*_AROUND_US, *own}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != letters and len(left) < _LEFT
