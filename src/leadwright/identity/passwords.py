"""Hashes and verifies people's passwords with argon2id, and says which passwords are too weak. Never stores any."""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadwright.errors import BadInput

LEAST = 12
MOST = 256
_FEW_CHARACTERS = 5
_KNOWN = frozenset(
    {
        "123456789012",
        "1234567890123",
        "abcdefghijkl",
        "adminadminadmin",
        "administrator",
        "changemechangeme",
        "iloveyou1234",
        "leadwrightleadwright",
        "letmeinletmein",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
    }
)


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
        personal: the person's name and email address, which may not be the password.

    Raises:
        BadInput: says what to do.
    """
    if len(password) < LEAST:
        raise BadInput(f"Use at least {LEAST} characters, for example a few words.", field="password")
    if len(password) > MOST:
        raise BadInput(f"Use at most {MOST} characters.", field="password")
    plain = password.casefold().strip()
    own = {p.casefold().strip() for p in personal if p} | {p.casefold().partition("@")[0] for p in personal if "@" in p}
    if plain in own or plain in _KNOWN or len(set(plain)) < _FEW_CHARACTERS:
        raise BadInput("This password is among the first that are guessed. Use a few words.", field="password")
