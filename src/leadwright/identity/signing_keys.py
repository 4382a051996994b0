"""Keys that sign access tokens: made when first needed, replaced every 90 days, published as JWKS. No token content."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import SigningKey
from leadwright.errors import Conflict
from leadwright.identity.secrets import Vault
from leadwright.identity.seed import root_business_unit

KEY_DAYS = 90
_OVERLAP = timedelta(hours=2)  # longer than a token lives: what the old key signed stays valid
_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now."""

    kid: str
    private: rsa.RSAPrivateKey
    createdon: datetime


@dataclass(slots=True)
class KeyRing:
    """Keys opened in this process, by kid."""

    signers: dict[str, Signer] = field(default_factory=dict)
    public: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)


class SigningKeys:
    """The keys of one database. Private keys are sealed in the store and kept open in this process only.

    Args:
        vault: opens the vault when a key must be sealed or opened.
        ring: where opened keys are kept.
    """

    def __init__(self, database: Database, vault: Callable[[], Vault], ring: KeyRing) -> None:
        self._database = database
        self._vault = vault
        self._ring = ring

    def signer(self, moment: datetime) -> Signer:
        """The newest key; a new one when there is none, it is 90 days old, or it cannot be opened any more."""
        with self._database.reading() as session:
            newest = self._newest(session)
        return newest if newest and _fresh(newest, moment) else self._make(moment, keep_fresh=True)

    def rotate(self, moment: datetime) -> Signer:
        """Make a new signing key now; the others verify for two more hours."""
        return self._make(moment, keep_fresh=False)

    def _make(self, moment: datetime, *, keep_fresh: bool) -> Signer:
        """A new key, unless another process has just made one and `keep_fresh` says that will do."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        kid = new_id()
        with self._database.transaction() as session:
            root_business_unit(session, lock=True)
            newest = self._newest(session)
            if keep_fresh and newest and _fresh(newest, moment):
                return newest
            for old in session.scalars(select(SigningKey).where(SigningKey.retireson.is_(None))):
                old.retireson = moment + _OVERLAP
            session.add(
                SigningKey(
                    kid=kid,
                    sealed=self._vault().seal(_private_text(private), f"signingkey:{kid}"),
                    publickey=_public_text(private.public_key()),
                    createdon=moment,
                )
            )
        self._ring.signers[kid] = Signer(kid, private, moment)
        return self._ring.signers[kid]

    def public_key(self, session: Session, kid: str, moment: datetime) -> rsa.RSAPublicKey | None:
        """The key that verifies tokens naming `kid`; None when unknown or retired."""
        row = session.execute(select(SigningKey.publickey, SigningKey.retireson).where(SigningKey.kid == kid)).first()
        if row is None or (row.retireson is not None and row.retireson <= moment):
            return None
        if kid not in self._ring.public:
            loaded = serialization.load_pem_public_key(row.publickey.encode())
            if not isinstance(loaded, rsa.RSAPublicKey):
                return None
            self._ring.public[kid] = loaded
        return self._ring.public[kid]

    def jwks(self, moment: datetime) -> dict[str, Any]:
        """The public keys in force, as RFC 7517 publishes them."""
        with self._database.reading() as session:
            kids = session.scalars(select(SigningKey.kid).order_by(SigningKey.createdon.desc())).all()
            keys = {kid: self.public_key(session, kid, moment) for kid in kids}
        return {"keys": [_jwk(kid, key) for kid, key in keys.items() if key is not None]}

    def _newest(self, session: Session) -> Signer | None:
        row = session.execute(
            select(SigningKey.kid, SigningKey.sealed, SigningKey.createdon)
            .where(SigningKey.retireson.is_(None))
            .order_by(SigningKey.createdon.desc(), SigningKey.kid.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        if row.kid not in self._ring.signers:
            try:
                text = self._vault().open(row.sealed, f"signingkey:{row.kid}")
            except Conflict:
                return None
            loaded = serialization.load_pem_private_key(text.encode(), password=None)
            if not isinstance(loaded, rsa.RSAPrivateKey):
                return None
            self._ring.signers[row.kid] = Signer(row.kid, loaded, row.createdon)
        return self._ring.signers[row.kid]


def _fresh(signer: Signer, moment: datetime) -> bool:
    return moment - signer.createdon < timedelta(days=KEY_DAYS)


def _private_text(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_text(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _jwk(kid: str, key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": _integer(numbers.n), "e": _integer(numbers.e)}


def _integer(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
