"""Certificates made for tests: a loopback authority with a server, and self-signed ones of applications."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """A private key, not encrypted."""
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: tuple[str, rsa.RSAPrivateKey] | None = None,
    *,
    ca: bool = False,
    begins: datetime | None = None,
    days: int = 30,
) -> x509.Certificate:
    """A certificate, by `issuer` or self-signed. `begins` defaults to a year ago, so that clocks of tests agree."""
    by, signer = issuer or (name, key)
    start = begins or datetime.now(UTC) - timedelta(days=365)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days + 365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def loopback_authority(folder: Path) -> tuple[Path, Path, Path]:
    """An authority and a server certificate for localhost: paths of authority, certificate and key."""
    root, server = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    paths = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(certificate("Loopback authority", root, ca=True).public_bytes(pem))
    paths[1].write_bytes(certificate("localhost", server, ("Loopback authority", root)).public_bytes(pem))
    paths[2].write_text(pem_of(server))
    return paths
