"""The certificate authority of the stand-in, made once, and what it signs: the server, bundles, an interceptor."""

import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEARS = timedelta(days=3650)
_LEAF = timedelta(days=800)  # some clients refuse leaves that live longer than 825 days
_RENEW = timedelta(days=30)
_ROOTS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the files lie, all PEM.

    Args:
        authority: certificate of the authority; what a client has to trust.
        bundle: the usual public roots and the authority in one file, for REQUESTS_CA_BUNDLE and SSL_CERT_FILE.
        leaf: certificate and key the server shows.
        foreign: the same names signed by an authority nobody trusts, as an inspecting proxy would show.
    """

    authority: Path
    bundle: Path
    leaf: Path
    foreign: Path

    def serving(self, *, foreign: bool = False) -> ssl.SSLContext:
        """A server's context with the leaf, or with the foreign one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.foreign if foreign else self.leaf)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and no other."""
        return ssl.create_default_context(cafile=self.authority)


def certificates(folder: Path, names: Iterable[str], moment: datetime | None = None) -> Certificates:
    """The files in `folder`; what is missing, ends soon or lacks a name is made. The authority is made once.

    Args:
        names: host names and addresses the leaf is good for.
    """
    moment = moment or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    files = Certificates(folder / "ca.pem", folder / "bundle.pem", folder / "leaf.pem", folder / "foreign.pem")
    key_file = folder / "ca-key.pem"
    if not (files.authority.exists() and key_file.exists()):
        key, certificate = _authority("Leadwright stand-in for Dynamics 365", moment)
        _write(key_file, _pem(key), secret=True)
        _write(files.authority, certificate.public_bytes(serialization.Encoding.PEM))
        files.leaf.unlink(missing_ok=True)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    key = _key(key_file)
    wanted = list(dict.fromkeys(names))
    if not _good(files.leaf, wanted, moment):
        _write(files.leaf, _leaf(key, authority, wanted, moment), secret=True)
        stranger, foreign = _authority("Inspecting proxy of nobody", moment)
        _write(files.foreign, _leaf(stranger, foreign, wanted, moment), secret=True)
    _write(files.bundle, _public_roots() + b"\n" + files.authority.read_bytes())
    return files


def _authority(name: str, moment: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    certificate = (
        _started(subject, subject, moment, _YEARS)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _leaf(
    authority_key: CertificateIssuerPrivateKeyTypes, authority: x509.Certificate, names: list[str], moment: datetime
) -> bytes:
    """Key and certificate in one file, as `load_cert_chain` reads it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadwright stand-in")])
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())  # type: ignore[arg-type]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    certificate = (
        _started(subject, authority.subject, moment, _LEAF)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issued_by, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _started(subject: x509.Name, issuer: x509.Name, moment: datetime, life: timedelta) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(moment - timedelta(days=1)).not_valid_after(moment + life)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _good(leaf: Path, names: list[str], moment: datetime) -> bool:
    if not leaf.exists():
        return False
    certificate = x509.load_pem_x509_certificate(leaf.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return certificate.not_valid_after_utc - moment > _RENEW and {_general_name(n) for n in names} <= set(held)


def _public_roots() -> bytes:
    """The roots this machine trusts, as one PEM; empty where it keeps none in a single file."""
    places = [ssl.get_default_verify_paths().openssl_cafile, *_ROOTS]
    return next((Path(place).read_bytes() for place in places if place and Path(place).is_file()), b"")


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} does not hold the key of the stand-in's authority.")
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if secret else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
