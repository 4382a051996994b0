"""People of the connection's tenant sign in with their Microsoft account: offered with one click."""

from sqlalchemy import select

from leadwright.actions.dynamics_user import needed_connection
from leadwright.actions.identity_providers import ProviderForm, save_provider
from leadwright.db.connection import connection_row
from leadwright.db.sign_in import IdentityProvider
from leadwright.errors import BadInput, ProviderError
from leadwright.identity.access import Principal
from leadwright.identity.providers import issuer_of
from leadwright.services import Services

NAME = "Microsoft"


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

    It proves itself by whatever the connection signs in with at that moment; nothing of it is copied.
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
    try:
        issuer = issuer_of(row, services.settings)
    except ProviderError as error:
        raise BadInput(
            f"Microsoft Entra does not say which tenant {row.tenantid} is. Try again in a moment, or enter its "
            "Directory (tenant) ID under Set up of prerequisite 1."
        ) from error
    form = ProviderForm(NAME, issuer, row.clientid, links_by_email=True)
    save_provider(services, who, form, providerid or None, is_new=True)
    return NAME
