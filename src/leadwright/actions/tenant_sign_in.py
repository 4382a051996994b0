"""People of the connection's tenant sign in with their Microsoft account: offered with one click."""

from dataclasses import replace

from sqlalchemy import select

from leadwright.actions.dynamics_user import needed_connection
from leadwright.actions.identity_providers import ProviderForm, save_provider
from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.sign_in import IdentityProvider
from leadwright.domain.platform import CredentialKind
from leadwright.identity.access import Principal
from leadwright.microsoft.connection import Secrets, opened
from leadwright.services import Services

NAME = "Microsoft"


def issuer_of(services: Services, row: CrmConnection) -> str:
    """The issuer of the tenant's ID tokens."""
    return f"{opened(row, services.settings, services.vault).authority}/{row.tenantid}/v2.0"


def offered(services: Services) -> str:
    """Name of the enabled provider that is the tenant of the connection; empty when there is none."""
    with services.database.reading() as session:
        row = connection_row(session)
        if row is None:
            return ""
        query = select(IdentityProvider.name).where(
            IdentityProvider.clientid == row.clientid, IdentityProvider.isenabled.is_(True)
        )
        return session.scalar(query) or ""


def offer_tenant(services: Services, who: Principal, *, providerid: str = "") -> str:
    """Offer the tenant on the sign-in page, with the application of the connection. Returns its name on the button.

    An address the tenant vouches for opens the account that has it: mirrored users sign in without being invited.
    Nobody unknown is let in.

    Args:
        providerid: with which its redirect URI was shown before.

    Raises:
        NotAllowed: prvConfigureSignIn is missing.
        BadInput: the tenant does not answer as a provider of OpenID Connect.
        Conflict: no connection, or there is a provider with this issuer or name.
    """
    with services.database.reading() as session:
        row = needed_connection(session)
    form = ProviderForm(NAME, issuer_of(services, row), row.clientid, links_by_email=True)
    if row.credentialkind == CredentialKind.SECRET:
        credential = opened(row, services.settings, services.vault).credential
        if isinstance(credential, Secrets) and credential.texts:
            form = replace(form, client_secret=credential.texts[0])
    save_provider(services, who, form, providerid or None, is_new=True)
    return NAME
