"""Certificates of applications: read from what a person uploads, and the assertions signed with them. No database."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1, sha256
from secrets import token_urlsafe
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leadwright.errors import BadInput

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "PS256", "ES256")
MOST_CHARACTERS = 20_000
_LEAST_BITS = 2048
_OWN_SECONDS = 300
_LONGEST = timedelta(hours=24)
_LEEWAY_SECONDS = 60
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it is kept.

    Args:
        pem: the certificate alone.
        thumbprint: SHA-256 of its DER, lower-case hexadecimal.
        key: PEM of its private key, when it was given too; empty otherwise.
        startson, endson: aware UTC.
    """

    pem: str
    thumbprint: str
    startson: datetime
    endson: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a client says of itself, verified against one of its certificates."""

    keyid: str
    jti: str
    endson: datetime


def read_certificate(text: str, moment: datetime) -> Certificate:
    """A certificate in PEM, alone or with its private key.

    Raises:
        BadInput: it is none, it has ended, its key is too weak or of another kind, or the private key is another's.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadInput("This is too long for one certificate. Paste the PEM text of a single one.", field="certificate")
    blocks = {found[1]: found[0] for found in _BLOCK.finditer(text)}
    if "CERTIFICATE" not in blocks:
        raise BadInput(
            "There is no certificate in it. Paste the text that begins with -----BEGIN CERTIFICATE-----.",
            field="certificate",
        )
    try:
        found = x509.load_pem_x509_certificate(blocks["CERTIFICATE"].encode())
        public = found.public_key()
    except ValueError as error:
        raise BadInput("The certificate cannot be read. Export it again as PEM.", field="certificate") from error
    _check_strength(public)
    if found.not_valid_after_utc <= moment:
        ended = f"{found.not_valid_after_utc:%Y-%m-%d}"
        raise BadInput(f"The certificate ended on {ended}. Upload one that is valid.", field="certificate")
    key = next((text for name, text in blocks.items() if name.endswith("PRIVATE KEY")), "")
    return Certificate(
        found.public_bytes(Encoding.PEM).decode(),
        thumbprint_of(found),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        _private_text(key, public) if key else "",
    )


def verify_assertion(
    assertion: str, client_id: str, certificates: dict[str, str], audiences: tuple[str, ...], moment: datetime
) -> Assertion | None:
    """The assertion, when one of these certificates signed it, for us, about this client, for this moment.

    Args:
        certificates: key id -> PEM, of certificates that are valid now.
        audiences: names under which our token endpoint may be meant.

    Returns:
        None when anything about it is wrong.
    """
    for keyid, pem in certificates.items():
        try:
            public: Any = x509.load_pem_x509_certificate(pem.encode()).public_key()
            claims = jwt.decode(
                assertion,
                public,
                algorithms=list(ALGORITHMS),
                audience=audiences,
                issuer=client_id,
                options={
                    "require": ["exp", "iss", "sub", "aud", "jti"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        return _in_time(claims, client_id, keyid, moment)
    return None


def sign_assertion(key: str, thumbprint: str, client_id: str, audience: str, moment: datetime) -> str:
    """An assertion as the agent itself sends it, good for five minutes."""
    private = serialization.load_pem_private_key(key.encode(), password=None)
    start = int(moment.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": token_urlsafe(16),
        "nbf": start,
        "iat": start,
        "exp": start + _OWN_SECONDS,
    }
    algorithm = "ES256" if isinstance(private, ec.EllipticCurvePrivateKey) else "PS256"
    x5t = base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).rstrip(b"=").decode()
    usable: Any = private
    return jwt.encode(claims, usable, algorithm=algorithm, headers={"x5t#S256": x5t})


def thumbprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of its DER form."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def sha1_thumbprint(pem: str) -> str:
    """The thumbprint that Microsoft's libraries ask for; names the certificate and protects nothing."""
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return sha1(der, usedforsecurity=False).hexdigest().upper()


def _in_time(claims: dict[str, Any], client_id: str, keyid: str, moment: datetime) -> Assertion | None:
    at = moment.timestamp()
    try:
        ends, begins = float(claims["exp"]), float(claims.get("nbf", 0))
        jti = str(claims["jti"])
        if claims["sub"] != client_id or not jti or len(jti) > 512:
            return None
        if not at - _LEEWAY_SECONDS < ends <= at + _LONGEST.total_seconds() or begins > at + _LEEWAY_SECONDS:
            return None
    except (ValueError, TypeError):
        return None
    return Assertion(keyid, sha256(f"{client_id} {jti}".encode()).hexdigest(), moment + timedelta(seconds=ends - at))


def _check_strength(public: object) -> None:
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_BITS:
        return
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return
    raise BadInput("The certificate's key must be RSA with at least 2048 bits, or P-256.", field="certificate")


def _private_text(text: str, public: Any) -> str:
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadInput(
            "The private key cannot be read. Remove its passphrase, or leave it out.", field="certificate"
        ) from error
    if not isinstance(key, PrivateKey) or key.public_key().public_numbers() != public.public_numbers():
        raise BadInput("The private key is not the one of this certificate.", field="certificate")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
