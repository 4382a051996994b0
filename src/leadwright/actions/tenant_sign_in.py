"""People of the connection's tenant sign in with their Microsoft account: offered with one click."""

from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.dynamics_user import needed_connection
from leadwright.actions.external_sign_in import redirect_uri
from leadwright.actions.identity_providers import ProviderForm, save_provider
from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.sign_in import IdentityProvider
from leadwright.errors import BadInput, ProviderError
from leadwright.identity.access import Principal
from leadwright.identity.providers import issuer_of
from leadwright.services import Services

NAME = "Microsoft"


@dataclass(frozen=True, slots=True)
class TenantSignIn:
    """How people of the tenant sign in.

    Args:
        name: on the button of the sign-in page; empty while it is not offered.
        redirect_uri: what the application of the connection must have under Authentication, before and after.
    """

    name: str
    redirect_uri: str


def tenant_sign_in(services: Services) -> TenantSignIn | None:
    """What is offered, or would be; None without a connection."""
    with services.database.reading() as session:
        row = connection_row(session)
        if row is None:
            return None
        kept = _kept(session, row)
        providerid = kept.identityproviderid if kept else _id_of(row)
        name = kept.name if kept and kept.isenabled else ""
    return TenantSignIn(name, redirect_uri(services, providerid))


def offer_tenant(services: Services, who: Principal) -> TenantSignIn:
    """Offer the tenant on the sign-in page, with the application of the connection.

    It proves itself by whatever the connection signs in with at that moment; nothing of it is copied.
    An address the tenant vouches for opens the account that has it: mirrored users sign in without being invited.
    Nobody unknown is let in.

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
    made = save_provider(services, who, form, _id_of(row), is_new=True)
    return TenantSignIn(NAME, redirect_uri(services, made))


def _kept(session: Session, row: CrmConnection) -> IdentityProvider | None:
    """The provider with the application of the connection; one that is on counts first."""
    query = select(IdentityProvider).where(IdentityProvider.clientid == row.clientid)
    return session.scalar(query.order_by(IdentityProvider.isenabled.desc(), IdentityProvider.createdon))


def _id_of(row: CrmConnection) -> str:
    """Always the same for an application: its redirect URI is registered there before the provider is kept here."""
    return str(uuid5(NAMESPACE_OID, f"{row.connectionid}/{row.clientid}"))
