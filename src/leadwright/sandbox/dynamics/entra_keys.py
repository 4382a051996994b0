"""Keys the tenant signs tokens with: made when first needed, rotated on demand, published as JWKS with x5c."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from leadwright.sandbox.dynamics import entra_tenant
from leadwright.sandbox.dynamics.world import World

_OVERLAP = timedelta(hours=25)  # longer than any token lives: what the old key signed stays valid
_LIFE = timedelta(days=1825)
_OPENED: "WeakKeyDictionary[World, dict[str, SigningKey]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; `kid` is its thumbprint, as Entra has it (kid equals x5t)."""

    kid: str
    private: rsa.RSAPrivateKey
    der: bytes


def signing_key(world: World) -> SigningKey:
    """The key that signs now."""
    with entra_tenant.prepare(world).transaction() as db:
        row = db.execute("SELECT kid FROM entra_key WHERE retiresat IS NULL ORDER BY rowid DESC LIMIT 1").fetchone()
        return _open(world, row["kid"]) if row else rotate(world)


def rotate(world: World) -> SigningKey:
    """Sign with a new key from now on; tokens of the old ones stay valid for a day."""
    made = _make(world.clock())
    private = made.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    moment = world.clock()
    with entra_tenant.prepare(world).transaction() as db:
        ends = (moment + _OVERLAP).isoformat()
        db.execute("UPDATE entra_key SET retiresat=? WHERE retiresat IS NULL", (ends,))
        values = (made.kid, private, base64.b64encode(made.der).decode(), moment.isoformat())
        db.execute("INSERT INTO entra_key VALUES (?,?,?,?,NULL)", values)
    return made


def public_key(world: World, kid: str) -> rsa.RSAPublicKey | None:
    """The key that verifies tokens naming `kid`; None when unknown or retired."""
    with entra_tenant.prepare(world).reading() as db:
        row = db.execute("SELECT retiresat FROM entra_key WHERE kid=?", (kid,)).fetchone()
    if row is None or (row["retiresat"] and datetime.fromisoformat(row["retiresat"]) <= world.clock()):
        return None
    return _open(world, kid).private.public_key()


def jwks(world: World, issuer: str) -> dict[str, Any]:
    """The public keys in force, as RFC 7517 publishes them, each with its certificate."""
    signing_key(world)
    with world.reading() as db:
        kids = [row["kid"] for row in db.execute("SELECT kid FROM entra_key ORDER BY rowid DESC")]
    keys = [_open(world, kid) for kid in kids if public_key(world, kid) is not None]
    return {"keys": [{**_jwk(key), "issuer": issuer} for key in keys]}


def unpadded(raw: bytes) -> str:
    """Base64url without padding, as JOSE has it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _make(moment: datetime) -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.windows.net")])
    certificate = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + _LIFE)
        .sign(private, hashes.SHA256())
    )
    kid = unpadded(certificate.fingerprint(hashes.SHA1()))  # noqa: S303 (x5t is defined by SHA-1)
    return SigningKey(kid, private, certificate.public_bytes(serialization.Encoding.DER))


def _open(world: World, kid: str) -> SigningKey:
    opened = _OPENED.setdefault(world, {})
    if kid not in opened:
        with world.reading() as db:
            row = db.execute("SELECT * FROM entra_key WHERE kid=?", (kid,)).fetchone()
        private = serialization.load_pem_private_key(row["private"].encode(), password=None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError(f"The signing key {kid} is not an RSA key.")
        opened[kid] = SigningKey(kid, private, base64.b64decode(row["certificate"]))
    return opened[kid]


def _jwk(key: SigningKey) -> dict[str, Any]:
    numbers = key.private.public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": key.kid,
        "x5t": key.kid,
        "n": unpadded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": unpadded(numbers.e.to_bytes(3, "big")),
        "x5c": [base64.b64encode(key.der).decode()],
        "cloud_instance_name": "microsoftonline.com",
    }
