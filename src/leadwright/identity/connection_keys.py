"""Key pairs of the connection to Dynamics 365: made here, so that the private key never leaves, or brought along."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from leadwright.errors import BadInput
from leadwright.identity.certificates import Certificate, read_certificate

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
