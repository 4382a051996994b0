"""The providers people may sign in with: those an administrator entered, and the one of the settings."""

from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.sign_in import IdentityProvider
from leadwright.domain.platform import AUTHORITIES
from leadwright.errors import NotFound
from leadwright.identity.oidc import Provider
from leadwright.identity.secrets import open_vault
from leadwright.settings import Settings

FROM_SETTINGS = "settings"


def providers(session: Session, settings: Settings) -> list[Provider]:
    """Everyone in force, that of the settings first."""
    given = _of_settings(settings)
    rows = session.scalars(
        select(IdentityProvider).where(IdentityProvider.isenabled.is_(True)).order_by(IdentityProvider.name)
    )
    tenant = connection_row(session)
    stored = [_of_row(row, settings, tenant) for row in rows if given is None or row.issuer != given.issuer]
    return [given, *stored] if given else stored


def provider(session: Session, settings: Settings, providerid: str) -> Provider:
    """The one with this id.

    Raises:
        NotFound: there is none, or it is switched off.
    """
    for each in providers(session, settings):
        if each.id == providerid:
            return each
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


def _of_row(row: IdentityProvider, settings: Settings, tenant: CrmConnection | None) -> Provider:
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
        tenant is not None and row.clientid.casefold() == tenant.clientid and _is_of(tenant, row.issuer),
        trusted_for(settings, row.issuer),
    )


def _is_of(tenant: CrmConnection, issuer: str) -> bool:
    return urlsplit(issuer).path.strip("/").partition("/")[0].casefold() == tenant.tenantid.casefold()
