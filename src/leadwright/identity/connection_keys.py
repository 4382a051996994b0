"""Key pairs of the connection to Dynamics 365: made here, so that the private key never leaves, or brought along.

Kept with the newest first. The row names the one that signs; those in front of it Entra does not know yet.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from leadwright.db.connection import CrmConnection
from leadwright.errors import BadInput
from leadwright.identity.certificates import Certificate, read_certificate, sha1_thumbprint
from leadwright.microsoft.tokens import ends_on, is_valid, public_part

_BITS = 2048


def make_certificate(moment: datetime, days: int) -> Certificate:
    """A new RSA key with a certificate it signed itself, as Entra takes it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadwright")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=5))
        .not_valid_after(moment + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return read_certificate(private + made.public_bytes(Encoding.PEM).decode(), moment)


def read_pair(text: str, moment: datetime) -> Certificate:
    """A certificate with its private key, as an administrator pastes them.

    Raises:
        BadInput: it cannot be used at Entra.
    """
    found = read_certificate(text, moment)
    if not found.key:
        raise BadInput(
            "The private key is missing. Paste certificate and private key together, or let Leadwright make a pair.",
            field="certificate",
        )
    if not isinstance(x509.load_pem_x509_certificate(found.pem.encode()).public_key(), rsa.RSAPublicKey):
        raise BadInput("Microsoft Entra takes certificates with RSA keys only. Make one of those.", field="certificate")
    return found


def note_signing(row: CrmConnection, certificate: str) -> None:
    """This one signs: its thumbprint is shown, and its end is announced."""
    row.certificatethumbprint, row.secretendson = sha1_thumbprint(public_part(certificate)), ends_on(certificate)


def signing_and_former(row: CrmConnection, pairs: Sequence[str]) -> Sequence[str]:
    """The pair that signs and those it replaced, without the ones in front of it."""
    names = [sha1_thumbprint(public_part(pair)) for pair in pairs]
    signing = names.index(row.certificatethumbprint) if row.certificatethumbprint in names else 0
    return pairs[signing:]


def not_known_yet(row: CrmConnection, pairs: Sequence[str]) -> str:
    """The newest certificate while another one signs, because Entra does not know it yet. Empty: there is none."""
    waiting = pairs[: len(pairs) - len(signing_and_former(row, pairs))]
    return next((public_part(pair) for pair in waiting if is_valid(pair)), "")
