"""Seals secrets before they are stored: AES-256-GCM under a key that is never in the database.

The key comes from `settings.secret_key`, else from the file `secret.key` in the data folder. Either may hold several
keys, one a line: the first seals, all of them open, so a key is replaced by putting the new one on top. A line that
begins with `retired ` opens nothing but links in mails that were sent while that key was in force.
"""

import base64
import contextlib
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadwright.errors import BadSetup, Conflict
from leadwright.settings import Settings

KEY_FILE = "secret.key"
_NONCE = 12
_LEAST_CHARACTERS = 16
_RETIRED = "retired "
_IN_MAILS = frozenset({"unsubscribe"})  # purposes of links nobody can seal again


class Vault:
    """Seals and opens short texts.

    Args:
        keys: key material as written by a person or a file; the first seals.
        again: reads the keys anew, when something was sealed with one that was added meanwhile.

    Raises:
        BadSetup: no key, or one too short to be safe.
    """

    def __init__(self, keys: list[str], again: Callable[[], list[str]] | None = None) -> None:
        present = [k for k in keys if not k.startswith(_RETIRED)]
        retired = [k.removeprefix(_RETIRED).strip() for k in keys if k.startswith(_RETIRED)]
        if not present or any(len(k) < _LEAST_CHARACTERS for k in (*present, *retired)):
            raise BadSetup(
                f"LEADWRIGHT_SECRET_KEY needs at least {_LEAST_CHARACTERS} characters; 32 random ones are good."
            )
        ring = [_derive(k) for k in present]
        self.keyid = ring[0][0]
        self._keys = dict(ring)
        self._retired = dict(_derive(k) for k in retired)
        self._again = again

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt `text`. It opens only for the same `purpose`, e.g. ``signingkey:{id}``, so rows cannot be swapped."""
        nonce = token_bytes(_NONCE)
        sealed = self._keys[self.keyid].encrypt(nonce, text.encode(), purpose.encode())
        return f"v1.{self.keyid}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """Decrypt what `seal` gave.

        Raises:
            Conflict: the key that sealed it is not at hand, or the text was changed.
        """
        version, _, rest = sealed.partition(".")
        keyid, _, body = rest.partition(".")
        key = self._key(keyid, purpose)
        if version != "v1" or key is None:
            raise Conflict(
                "A stored secret was sealed with another key. Bring back the former secret.key (or secret_key "
                "setting), or enter the secret again."
            )
        try:
            raw = base64.urlsafe_b64decode(body)
            return key.decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Conflict("A stored secret was changed from outside and cannot be used. Enter it again.") from error

    def current(self, sealed: str) -> bool:
        """True when `sealed` is under the key that seals now."""
        return sealed.startswith(f"v1.{self.keyid}.")

    def _key(self, keyid: str, purpose: str) -> AESGCM | None:
        known = self._keys | self._retired if purpose in _IN_MAILS else self._keys
        if keyid in known or self._again is None:
            return known.get(keyid)
        fresh = Vault(self._again())
        return fresh._key(keyid, purpose)


def open_vault(settings: Settings) -> Vault:
    """The vault of this installation; makes the key file when there is no key yet.

    Raises:
        BadSetup: the key is too short, or the file can be read by others.
    """
    return Vault(key_lines(settings), lambda: key_lines(settings))


def key_lines(settings: Settings) -> list[str]:
    """The keys as written, the one that seals first; makes the key file when there is no key yet.

    Raises:
        BadSetup: the file can be read by others.
    """
    given = settings.secret_key.get_secret_value().strip()
    text = given or _key_file(settings.data_dir / KEY_FILE)
    return [line.strip() for line in text.splitlines() if line.strip()]


@contextlib.contextmanager
def replacing_keys(path: Path) -> Iterator[None]:
    """Only one process at a time changes the key file; what a killed one left half written is removed.

    Raises:
        Conflict: another one is at it.
    """
    _key_file(path)
    lock = path.with_suffix(".lock").open("w")
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in path.parent.glob(f"{path.name}.{'[0-9a-f]' * 16}"):
            left.unlink()
        yield
    except BlockingIOError as error:
        raise Conflict("Another rotate-key is running. Wait until it has ended.") from error
    finally:
        lock.close()


def add_key(path: Path) -> None:
    """Put a new key on top of the key file, unless a replacement is under way already: then two are in force."""
    lines = [line.strip() for line in _key_file(path).splitlines() if line.strip()]
    if sum(not line.startswith(_RETIRED) for line in lines) < 2:
        _replace(path, [new_key(), *lines])


def retire_keys(path: Path) -> int:
    """Only the first key stays in force; the others open links in mails already sent. Returns how many retired now."""
    first, *rest = [line.strip() for line in _key_file(path).splitlines() if line.strip()]
    kept = [line if line.startswith(_RETIRED) else f"{_RETIRED}{line}" for line in rest]
    if kept != rest:
        _replace(path, [first, *kept])
    return sum(before != after for before, after in zip(rest, kept, strict=True))


def new_key() -> str:
    """256 random bits, as a line of the key file."""
    return base64.urlsafe_b64encode(token_bytes(32)).decode()


def _derive(key: str) -> tuple[str, AESGCM]:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"leadwright secrets at rest").derive(key.encode())
    return sha256(b"key id" + raw).hexdigest()[:8], AESGCM(raw)


def _key_file(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path, new_key() + "\n")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadSetup(f"{path} can be read by other users of this machine. Run: chmod 600 {path}")
    return path.read_text()


def _create(path: Path, text: str) -> None:
    """Write the whole file or nothing; when two processes do it at once, the first one's stays."""
    temporary = _written(path, text)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()


def _replace(path: Path, lines: list[str]) -> None:
    """The former file or the new one, whenever somebody reads, also after a power cut."""
    _written(path, "\n".join(lines) + "\n").replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _written(path: Path, text: str) -> Path:
    temporary = path.with_name(f"{path.name}.{token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return temporary
