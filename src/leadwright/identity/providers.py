"""The providers people may sign in with: those an administrator entered, and the one of the settings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.sign_in import IdentityProvider
from leadwright.domain.platform import AUTHORITIES, ConnectionState
from leadwright.errors import NotFound, ProviderError
from leadwright.identity.entra_proofs import proofs_at
from leadwright.identity.oidc import Provider, tenant_issuer
from leadwright.identity.secrets import open_vault
from leadwright.microsoft.connection import authority_of, opened
from leadwright.settings import Settings

FROM_SETTINGS = "settings"


def providers(session: Session, settings: Settings) -> list[Provider]:
    """Everyone in force, that of the settings first."""
    given = _of_settings(settings)
    rows = session.scalars(
        select(IdentityProvider).where(IdentityProvider.isenabled.is_(True)).order_by(IdentityProvider.name)
    )
    stored = [_of_row(row, settings) for row in rows if given is None or row.issuer != given.issuer]
    return [given, *stored] if given else stored


def provider(session: Session, settings: Settings, providerid: str) -> Provider:
    """The one with this id, with what the connection to its tenant adds.

    Raises:
        NotFound: there is none, or it is switched off.
    """
    for each in providers(session, settings):
        if each.id == providerid:
            return _of_tenant(each, settings, session.get(CrmConnection, DYNAMICS365))
    raise NotFound("Leadwright does not use this provider any more. Sign in another way.")


def purpose_of(providerid: str) -> str:
    """What the client secret is sealed for."""
    return f"identityprovider:{providerid}"


def _of_settings(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return Provider(
        FROM_SETTINGS,
        settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or settings.oidc_issuer,
        settings.oidc_issuer,
        settings.oidc_client_id,
        (lambda: secret) if secret else None,
        settings.oidc_create_role,
        tuple(settings.oidc_domains.casefold().split()),
    )


def trusted_for(settings: Settings, issuer: str) -> Path | None:
    """Further authorities to trust towards an issuer: those meant for Microsoft's services, where it is one."""
    host = urlsplit(issuer).hostname
    ours = {urlsplit(address).hostname for address in (settings.microsoft_authority, *AUTHORITIES.values()) if address}
    return settings.microsoft_ca_file if host in ours else None


def _of_row(row: IdentityProvider, settings: Settings) -> Provider:
    sealed, providerid = row.sealedclientsecret, row.identityproviderid
    return Provider(
        providerid,
        row.name,
        row.issuer,
        row.clientid,
        (lambda: open_vault(settings).open(sealed, purpose_of(providerid))) if sealed else None,
        row.createrole,
        tuple(row.domains.split()),
        row.linksbyemail,
        ca_file=trusted_for(settings, row.issuer),
    )


def issuer_of(row: CrmConnection, settings: Settings) -> str:
    """The issuer of the ID tokens of a connection's tenant.

    Raises:
        ProviderError: the connection names it by a domain, and Entra cannot be asked.
    """
    return tenant_issuer(authority_of(row, settings), row.tenantid, settings.microsoft_ca_file)


def _of_tenant(found: Provider, settings: Settings, row: CrmConnection | None) -> Provider:
    """As the connection's application at its tenant it proves itself as that does, also while the connection is off.

    What it proves itself by goes to the connection's own Entra alone, whatever issuer was entered.
    """
    if row is None or found.id == FROM_SETTINGS or found.client_id.casefold() != row.clientid:
        return found
    is_own = found.issuer == _known_issuer(row, settings)
    is_on = row.state == ConnectionState.ON
    return replace(
        found,
        is_tenant=is_on and (is_own or _names(found.issuer, row.tenantid)),
        proofs=partial(_proofs, row, settings) if is_own else None,
    )


def _known_issuer(row: CrmConnection, settings: Settings) -> str:
    try:
        return issuer_of(row, settings)
    except ProviderError:
        return ""


def _names(issuer: str, tenant: str) -> bool:
    return urlsplit(issuer).path.strip("/").partition("/")[0].casefold() == tenant.casefold()


def _proofs(row: CrmConnection, settings: Settings, endpoint: str, moment: datetime) -> Iterator[dict[str, str]]:
    return proofs_at(opened(row, settings, open_vault(settings)), endpoint, moment)
