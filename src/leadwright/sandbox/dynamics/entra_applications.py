"""Applications registered in the tenant, and what they prove themselves with: secrets, certificates, federation."""

import base64
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from leadwright.sandbox.dynamics import entra_tenant
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

ONE_TENANT = "AzureADMyOrg"
AUDIENCES = (ONE_TENANT, "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount")
TOKEN_EXCHANGE = "api://AzureADTokenExchange"  # noqa: S105 (the audience of every federated credential)
_SECRET_LIFE = timedelta(days=730)
_MOST_FEDERATIONS = 20


@dataclass(frozen=True, slots=True)
class Application:
    """An application registration.

    Args:
        objectid: of the registration; `appid` is the Application (client) ID.
        audience: signInAudience.
        redirects: kind ("web", "spa", "publicClient") -> redirect URIs.
        required: requiredResourceAccess, as Graph spells it.
        publicclient: allow public client flows.
    """

    objectid: str
    appid: str
    displayname: str
    audience: str
    redirects: Mapping[str, Sequence[str]]
    required: Sequence[Mapping[str, Any]]
    publicclient: bool
    notes: str
    createdat: datetime
    createdby: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A client secret without its text."""

    keyid: str
    displayname: str
    hint: str
    digest: str
    startsat: datetime
    endsat: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate an application signs with; thumbprints in lower-case hexadecimal."""

    keyid: str
    displayname: str
    sha1: str
    sha256: str
    der: bytes
    startsat: datetime
    endsat: datetime


@dataclass(frozen=True, slots=True)
class Federation:
    """A federated identity credential: whose token for which subject is as good as a secret."""

    id: str
    name: str
    issuer: str
    subject: str
    audience: str
    description: str


def create_application(
    world: World,
    displayname: str,
    *,
    by: str,
    audience: str = ONE_TENANT,
    redirects: Mapping[str, Sequence[str]] | None = None,
    required: Sequence[Mapping[str, Any]] = (),
    publicclient: bool = False,
) -> Application:
    """Register an application. It has no service principal yet: neither Graph nor the portal forgets to add one.

    Args:
        by: object id of who registers it.

    Raises:
        Refused: 400 with what is wrong.
    """
    name = displayname.strip()
    if not 1 <= len(name) <= 120:
        raise Refused(400, "Request_BadRequest", "Property displayName must be 1 to 120 characters long.")
    if audience not in AUDIENCES:
        raise Refused(400, "Request_BadRequest", f"Invalid value specified for property 'signInAudience': {audience}.")
    check_redirects(redirects or {})
    made, moment = new_guid(), world.clock().isoformat()
    with entra_tenant.prepare(world).transaction() as db:
        db.execute(
            "INSERT INTO entra_application VALUES (?,?,?,?,?,?,?,'',?,?)",
            (
                made,
                new_guid(),
                name,
                audience,
                json.dumps({k: list(v) for k, v in (redirects or {}).items()}),
                json.dumps([dict(r) for r in required]),
                publicclient,
                moment,
                by,
            ),
        )
    return application(world, made)


def change_application(world: World, objectid: str, changes: Mapping[str, Any]) -> Application:
    """Change some of displayname, audience, redirects, required, publicclient, notes.

    Raises:
        Refused: 404 unknown, 400 what is wrong.
    """
    application(world, objectid)
    if "audience" in changes and changes["audience"] not in AUDIENCES:
        raise Refused(400, "Request_BadRequest", "Invalid value specified for property 'signInAudience'.")
    if "redirects" in changes:
        check_redirects(changes["redirects"])
    written = {
        name: json.dumps(value) if name in {"redirects", "required"} else value for name, value in changes.items()
    }
    with world.transaction() as db:
        for name in ("displayname", "audience", "redirects", "required", "publicclient", "notes"):
            if name in written:
                db.execute(
                    f"UPDATE entra_application SET {name}=? WHERE objectid=?",  # noqa: S608 (a name of our own)
                    (written[name], objectid),
                )
    return application(world, objectid)


def delete_application(world: World, objectid: str) -> None:
    """Remove the registration with its credentials, and its service principal in this tenant.

    Raises:
        Refused: 404 unknown.
    """
    found = application(world, objectid)
    with world.transaction() as db:
        db.execute("DELETE FROM entra_application WHERE objectid=?", (objectid,))
        db.execute("DELETE FROM entra_principal WHERE appid=?", (found.appid,))


def application(world: World, objectid: str) -> Application:
    """The registration with this object id.

    Raises:
        Refused: 404 unknown.
    """
    found = _one(world, "objectid", objectid)
    if found is None:
        raise _missing(objectid)
    return found


def application_of(world: World, appid: str) -> Application | None:
    """The registration with this client id, or None."""
    return _one(world, "appid", appid)


def applications(world: World) -> list[Application]:
    """Every registration, by name."""
    with entra_tenant.prepare(world).reading() as db:
        rows = db.execute("SELECT * FROM entra_application ORDER BY displayname, createdat").fetchall()
    return [_application(row) for row in rows]


def check_redirects(redirects: Mapping[str, Sequence[str]]) -> None:
    """Refuse redirect URIs Entra refuses: https, http://localhost, or a scheme of a program's own.

    Raises:
        Refused: 400 names the URI.
    """
    for uri in (uri for uris in redirects.values() for uri in uris):
        scheme, _, rest = uri.partition("://")
        local = rest.split("/")[0].split(":")[0] in {"localhost", "127.0.0.1"}
        if not rest or "*" in uri or "#" in uri or (scheme == "http" and not local):
            message = f"The redirect URI '{uri}' must start with https:// or http://localhost, without wildcard or #."
            raise Refused(400, "Request_BadRequest", message)


def add_secret(
    world: World, objectid: str, displayname: str = "", endsat: datetime | None = None, startsat: datetime | None = None
) -> tuple[Secret, str]:
    """A new client secret and its text, which is never shown again. Two years unless `endsat` says otherwise.

    Raises:
        Refused: 404 unknown application, 400 it would end before it starts.
    """
    application(world, objectid)
    text = f"{secrets.token_urlsafe(2)[:3]}8Q~{secrets.token_urlsafe(26)}"
    starts = startsat or world.clock()
    made = Secret(new_guid(), displayname, text[:3], _digest(text), starts, endsat or starts + _SECRET_LIFE)
    if made.endsat <= made.startsat:
        raise Refused(400, "Request_BadRequest", "Credential endDateTime must be later than its startDateTime.")
    with world.transaction() as db:
        db.execute(
            "INSERT INTO entra_secret VALUES (?,?,?,?,?,?,?)",
            (
                made.keyid,
                objectid,
                displayname,
                made.hint,
                made.digest,
                made.startsat.isoformat(),
                made.endsat.isoformat(),
            ),
        )
    return made, text


def is_text_of(secret: Secret, text: str) -> bool:
    """Is this the text of the secret?"""
    return secrets.compare_digest(secret.digest, _digest(text))


def secrets_of(world: World, objectid: str) -> list[Secret]:
    """The secrets of an application, the newest last."""
    rows = _rows(world, "SELECT * FROM entra_secret WHERE objectid=? ORDER BY startsat, rowid", objectid)
    return [Secret(r["keyid"], r["displayname"], r["hint"], r["digest"], *_span(r)) for r in rows]


def remove_secret(world: World, objectid: str, keyid: str) -> None:
    """Take a secret away.

    Raises:
        Refused: 400 no such secret.
    """
    _remove(world, "entra_secret", "keyid", objectid, keyid, "No password credential found with keyId")


def add_certificate(world: World, objectid: str, content: bytes, displayname: str = "") -> Certificate:
    """Let an application sign with this certificate as well; others stay valid, so that keys can be rotated.

    Args:
        content: PEM, DER, or base64 of DER as Graph's keyCredentials have it.

    Raises:
        Refused: 404 unknown application, 400 not a certificate or already there.
    """
    application(world, objectid)
    certificate = _read_certificate(content)
    der = certificate.public_bytes(serialization.Encoding.DER)
    made = Certificate(
        new_guid(),
        displayname or certificate.subject.rfc4514_string(),
        certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 (the thumbprint x5t is defined by SHA-1)
        certificate.fingerprint(hashes.SHA256()).hex(),
        der,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
    if any(held.sha256 == made.sha256 for held in certificates_of(world, objectid)):
        raise Refused(400, "Request_BadRequest", "A key credential with the same certificate already exists.")
    with world.transaction() as db:
        db.execute(
            "INSERT INTO entra_certificate VALUES (?,?,?,?,?,?,?,?)",
            (
                made.keyid,
                objectid,
                made.displayname,
                made.sha1,
                made.sha256,
                der,
                made.startsat.isoformat(),
                made.endsat.isoformat(),
            ),
        )
    return made


def certificates_of(world: World, objectid: str) -> list[Certificate]:
    """The certificates of an application, the newest last."""
    rows = _rows(world, "SELECT * FROM entra_certificate WHERE objectid=? ORDER BY rowid", objectid)
    return [Certificate(r["keyid"], r["displayname"], r["sha1"], r["sha256"], bytes(r["der"]), *_span(r)) for r in rows]


def remove_certificate(world: World, objectid: str, keyid: str) -> None:
    """Take a certificate away.

    Raises:
        Refused: 400 no such certificate.
    """
    _remove(world, "entra_certificate", "keyid", objectid, keyid, "No key credential found with keyId")


def add_federation(
    world: World,
    objectid: str,
    name: str,
    issuer: str,
    subject: str,
    audiences: Iterable[str] = (TOKEN_EXCHANGE,),
    description: str = "",
) -> Federation:
    """Trust tokens of another issuer for one subject. Matching is exact, upper and lower case count.

    Raises:
        Refused: 404 unknown application, 400 what is wrong.
    """
    application(world, objectid)
    held, wanted = federations_of(world, objectid), list(audiences)
    if not (name and issuer and subject) or len(wanted) != 1:
        raise Refused(400, "Request_BadRequest", "Give name, issuer, subject and exactly one of audiences.")
    if len(held) >= _MOST_FEDERATIONS:
        raise Refused(400, "Request_BadRequest", "An application has at most 20 federated identity credentials.")
    if any(f.name == name or (f.issuer, f.subject) == (issuer, subject) for f in held):
        message = "FederatedIdentityCredential with this name, or with this issuer and subject, already exists."
        raise Refused(409, "Request_MultipleObjectsWithSameKeyValue", message)
    made = Federation(new_guid(), name, issuer, subject, wanted[0], description)
    with world.transaction() as db:
        values = (made.id, objectid, name, issuer, subject, made.audience, description)
        db.execute("INSERT INTO entra_federation VALUES (?,?,?,?,?,?,?)", values)
    return made


def federations_of(world: World, objectid: str) -> list[Federation]:
    """The federated identity credentials of an application."""
    rows = _rows(world, "SELECT * FROM entra_federation WHERE objectid=? ORDER BY rowid", objectid)
    return [Federation(r["id"], r["name"], r["issuer"], r["subject"], r["audience"], r["description"]) for r in rows]


def remove_federation(world: World, objectid: str, id: str) -> None:
    """Take a federated identity credential away, by its id.

    Raises:
        Refused: 400 no such credential.
    """
    _remove(world, "entra_federation", "id", objectid, id, "No federated identity credential found with id")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read_certificate(content: bytes) -> x509.Certificate:
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        if not content.startswith(b"\x30"):
            content = base64.b64decode(content, validate=False)
            return _read_certificate(content) if b"-----BEGIN" in content else x509.load_der_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        message = "Key credential value is not a certificate: send the public part as .cer, .pem or .crt."
        raise Refused(400, "Request_BadRequest", message) from error


def _one(world: World, column: str, value: str) -> Application | None:
    with entra_tenant.prepare(world).reading() as db:
        row = db.execute(f"SELECT * FROM entra_application WHERE {column}=?", (value.lower(),)).fetchone()  # noqa: S608
    return _application(row) if row else None


def _missing(objectid: str) -> Refused:
    message = f"Resource '{objectid}' does not exist or one of its queried reference-property objects are not present."
    return Refused(404, "Request_ResourceNotFound", message)


def _remove(world: World, table: str, column: str, objectid: str, value: str, otherwise: str) -> None:
    with entra_tenant.prepare(world).transaction() as db:
        statement = f"DELETE FROM {table} WHERE objectid=? AND {column}=?"  # noqa: S608 (names of our own)
        if db.execute(statement, (objectid, value)).rowcount == 0:
            raise Refused(400, "Request_BadRequest", f"{otherwise}: {value}.")


def _rows(world: World, statement: str, objectid: str) -> list[sqlite3.Row]:
    with entra_tenant.prepare(world).reading() as db:
        return db.execute(statement, (objectid,)).fetchall()


def _span(row: sqlite3.Row) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(row["startsat"]), datetime.fromisoformat(row["endsat"])


def _application(row: sqlite3.Row) -> Application:
    return Application(
        row["objectid"],
        row["appid"],
        row["displayname"],
        row["audience"],
        json.loads(row["redirects"]),
        json.loads(row["required"]),
        bool(row["publicclient"]),
        row["notes"],
        datetime.fromisoformat(row["createdat"]),
        row["createdby"],
    )
