"""The one connection to an organisation of Dynamics 365, as it is stored and set, with its secrets opened."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from leadwright.db.connection import DYNAMICS365, CrmConnection, connection_row
from leadwright.db.engine import Database
from leadwright.domain.platform import AUTHORITIES, Cloud, CredentialKind, graph_of
from leadwright.settings import Settings


class Seals(Protocol):
    """Opens stored secrets; `identity.secrets.Vault` is one."""

    def open(self, sealed: str, purpose: str) -> str:
        """Decrypt.

        Raises:
            Conflict: another key, or changed from outside.
        """
        ...


class Connected(Protocol):
    """What has to be at hand to talk to Microsoft; `Services` is one."""

    @property
    def settings(self) -> Settings:
        """As read at the start."""
        ...

    @property
    def database(self) -> Database:
        """The one store."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present moment, aware UTC."""
        ...

    @property
    def vault(self) -> Seals:
        """Opens what is sealed in the store."""
        ...


@dataclass(frozen=True, slots=True)
class Secrets:
    """Client secrets, the newest first. Each later one is tried when Entra does not take the former."""

    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Private keys with their certificates in PEM, the newest first. The newest valid one that Entra takes signs."""

    pairs: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Federation:
    """A file that holds the token of another issuer, read at each use."""

    file: Path


Credential = Secrets | Certificates | Federation


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an organisation is and how we prove who we are.

    Args:
        dataverse_url: such as https://contoso.crm.dynamics.com, without a path.
        credential: a text stands for one client secret.
        authority: address of Entra, without the tenant.
        graph_url: address of Graph, without a version.
        ca_file: PEM of further authorities to trust; None: those of the machine alone.
        instance_discovery: ask Microsoft whether the authority is one of theirs.
        timeout: seconds one request may take.
    """

    dataverse_url: str
    tenant_id: str
    client_id: str
    credential: Credential | str = field(repr=False)
    authority: str = AUTHORITIES[Cloud.WORLDWIDE]
    graph_url: str = "https://graph.microsoft.com"
    ca_file: Path | None = None
    instance_discovery: bool = True
    timeout: float = 60.0


def connection_of(installation: Connected) -> Connection | None:
    """The connection in use; None when there is none.

    Raises:
        Conflict: its secret was sealed with a key that is not at hand.
    """
    with installation.database.reading() as session:
        row = connection_row(session)
        return None if row is None else opened(row, installation.settings, installation.vault)


def opened(row: CrmConnection, settings: Settings, vault: Seals) -> Connection:
    """A stored connection with its secrets opened, and what the settings say instead of Microsoft's addresses."""
    cloud = Cloud(row.cloud)
    host = urlsplit(row.dataverseurl).hostname or ""
    return Connection(
        dataverse_url=row.dataverseurl,
        tenant_id=row.tenantid,
        client_id=row.clientid,
        credential=_credential(row, vault),
        authority=authority_of(row, settings),
        graph_url=settings.microsoft_graph_url.rstrip("/") or graph_of(cloud, host),
        ca_file=settings.microsoft_ca_file,
        instance_discovery=settings.microsoft_instance_discovery,
        timeout=settings.microsoft_timeout_seconds,
    )


def authority_of(row: CrmConnection, settings: Settings) -> str:
    """Address of Entra for a stored connection, without the tenant."""
    return settings.microsoft_authority.rstrip("/") or AUTHORITIES[Cloud(row.cloud)]


def secret_purpose(connectionid: str = DYNAMICS365) -> str:
    """What the client secrets of a connection are sealed for."""
    return f"crmconnectionsecret:{connectionid}"


def key_purpose(connectionid: str = DYNAMICS365) -> str:
    """What the private keys of a connection are sealed for."""
    return f"crmconnectionkey:{connectionid}"


def _credential(row: CrmConnection, vault: Seals) -> Credential:
    if row.credentialkind == CredentialKind.FEDERATION:
        return Federation(Path(row.federationfile or ""))
    if row.credentialkind == CredentialKind.CERTIFICATE:
        return Certificates(_texts(row.sealedkey, key_purpose(row.connectionid), vault))
    return Secrets(_texts(row.sealedsecret, secret_purpose(row.connectionid), vault))


def _texts(sealed: str | None, purpose: str, vault: Seals) -> tuple[str, ...]:
    return tuple(json.loads(vault.open(sealed, purpose))) if sealed else ()
