"""Seals secrets before they are stored: AES-256-GCM under a key that is never in the database.

The key comes from `settings.secret_key`, else from the file `secret.key` in the data folder. Either may hold several
keys, one a line: the first seals, all of them open, so a key is replaced by putting the new one on top.
"""

import base64
import contextlib
import os
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadwright.errors import BadInput, Conflict
from leadwright.settings import Settings

KEY_FILE = "secret.key"
_NONCE = 12
_LEAST_CHARACTERS = 16


class Vault:
    """Seals and opens short texts.

    Args:
        keys: key material as written by a person or a file; the first seals.

    Raises:
        BadInput: no key, or one too short to be safe.
    """

    def __init__(self, keys: list[str]) -> None:
        if not keys or any(len(k) < _LEAST_CHARACTERS for k in keys):
            raise BadInput(
                f"LEADWRIGHT_SECRET_KEY needs at least {_LEAST_CHARACTERS} characters; 32 random ones are good."
            )
        ring = [_derive(k) for k in keys]
        self._current = ring[0][0]
        self._keys = dict(ring)

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt `text`. It opens only for the same `purpose`, e.g. ``signingkey:{id}``, so rows cannot be swapped."""
        nonce = token_bytes(_NONCE)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), purpose.encode())
        return f"v1.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """Decrypt what `seal` gave.

        Raises:
            Conflict: the key that sealed it is not at hand, or the text was changed.
        """
        version, _, rest = sealed.partition(".")
        keyid, _, body = rest.partition(".")
        if version != "v1" or keyid not in self._keys:
            raise Conflict(
                "A stored secret was sealed with another key. Bring back the former secret.key (or secret_key "
                "setting), or enter the secret again."
            )
        try:
            raw = base64.urlsafe_b64decode(body)
            return self._keys[keyid].decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Conflict("A stored secret was changed from outside and cannot be used. Enter it again.") from error

    def current(self, sealed: str) -> bool:
        """True when `sealed` is under the key that seals now."""
        return sealed.startswith(f"v1.{self._current}.")


def open_vault(settings: Settings) -> Vault:
    """The vault of this installation; makes the key file when there is no key yet.

    Raises:
        BadInput: the key is too short, or the file can be read by others.
    """
    given = settings.secret_key.get_secret_value().strip()
    text = given or _key_file(settings.data_dir / KEY_FILE)
    return Vault([line.strip() for line in text.splitlines() if line.strip()])


def _derive(key: str) -> tuple[str, AESGCM]:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"leadwright secrets at rest").derive(key.encode())
    return sha256(b"key id" + raw).hexdigest()[:8], AESGCM(raw)


def _key_file(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path, base64.urlsafe_b64encode(token_bytes(32)).decode() + "\n")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadInput(f"{path} can be read by other users of this machine. Run: chmod 600 {path}")
    return path.read_text()


def _create(path: Path, text: str) -> None:
    """Write the whole file or nothing; when two processes do it at once, the first one's stays."""
    temporary = path.with_name(f"{path.name}.{token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
