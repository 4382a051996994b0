"""The providers people may sign in with, as an administrator enters them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.people import Role
from leadwright.db.sign_in import IdentityProvider
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, Conflict, NotFound, ProviderError
from leadwright.identity.access import Principal, require
from leadwright.identity.issuers import check_issuer
from leadwright.identity.oidc import discover
from leadwright.identity.providers import purpose_of, trusted_for
from leadwright.identity.secrets import open_vault
from leadwright.services import Services

_PRIVILEGE = "prvConfigureSignIn"


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What an administrator enters.

    Args:
        client_secret: empty keeps the one there is.
        create_role: role of people unknown here; empty: they are refused.
        domains: of their addresses, spaces or commas between; empty: every one.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    create_role: str = ""
    domains: str = ""
    links_by_email: bool = False
    is_enabled: bool = True


def save_provider(
    services: Services, who: Principal, form: ProviderForm, providerid: str | None = None, *, is_new: bool = False
) -> str:
    """Add a provider, or change one. It is asked who it is before anything is kept. Returns its id.

    Args:
        providerid: of the one to change; of a new one, when its redirect address was shown before.

    Raises:
        NotAllowed: prvConfigureSignIn is missing.
        BadInput: something given cannot be used, or the provider does not answer as one.
        Conflict: another one has the name or the issuer.
    """
    require(who, _PRIVILEGE)
    issuer = check_issuer(form.issuer)
    values = _values(form) | {"issuer": issuer}
    try:
        discover(issuer, trusted_for(services.settings, issuer))
    except ProviderError as error:
        raise BadInput(str(error), field="issuer") from error
    try:
        with services.database.transaction() as session:
            _check_role(session, form.create_role)
            changes = providerid is not None and not is_new
            row = _row(session, str(providerid)) if changes else IdentityProvider(identityproviderid=_new(providerid))
            before = {name: getattr(row, name) for name in values} if changes else {}
            for name, value in values.items():
                setattr(row, name, value)
            if form.client_secret:
                vault = open_vault(services.settings)
                row.sealedclientsecret = vault.seal(form.client_secret, purpose_of(row.identityproviderid))
            row.createdon = row.createdon or services.clock()
            session.add(row)
            session.flush()
            after = values | {"secret": "entered" if form.client_secret else "as it was"}
            action = "provider.changed" if changes else "provider.created"
            audit.record(
                session, who.actor, action, "identityprovider", row.identityproviderid, before=before, after=after
            )
            return row.identityproviderid
    except IntegrityError as error:
        raise Conflict("Another provider has this name or this issuer. Change that one.") from error


def delete_provider(services: Services, who: Principal, providerid: str) -> None:
    """Nobody signs in with it any more. Sessions that are open stay; who is connected stays noted.

    Raises:
        NotAllowed: prvConfigureSignIn is missing.
        NotFound: there is none.
    """
    require(who, _PRIVILEGE)
    with services.database.transaction() as session:
        row = _row(session, providerid)
        before = {"name": row.name, "issuer": row.issuer, "clientid": row.clientid}
        session.delete(row)
        audit.record(session, who.actor, "provider.deleted", "identityprovider", providerid, before=before)


def stored_providers(services: Services, who: Principal) -> list[IdentityProvider]:
    """All that were entered, by name."""
    require(who, _PRIVILEGE)
    with services.database.reading() as session:
        return list(session.scalars(select(IdentityProvider).order_by(IdentityProvider.name)))


def _new(given: str | None) -> str:
    """The id a form was shown with, when it is one."""
    try:
        return str(UUID(given)) if given else new_id()
    except ValueError:
        raise BadInput("This form is damaged. Open it again.") from None


def _values(form: ProviderForm) -> dict[str, str | bool]:
    name, client = " ".join(form.name.split()), form.client_id.strip()
    if not name or len(name) > 100:
        raise BadInput("Give the provider a name of at most 100 characters; it stands on the button.", field="name")
    if not client or len(client) > 200 or not client.isprintable():
        raise BadInput("Enter the client ID Leadwright is registered under.", field="client_id")
    domains = form.domains.replace(",", " ").casefold().split()
    if any("." not in d or "@" in d or not d.isprintable() for d in domains) or len(" ".join(domains)) > 2000:
        raise BadInput("Write domains such as example.com, spaces between them.", field="domains")
    return {
        "name": name,
        "clientid": client,
        "createrole": form.create_role,
        "domains": " ".join(domains),
        "linksbyemail": form.links_by_email,
        "isenabled": form.is_enabled,
    }


def _check_role(session: Session, name: str) -> None:
    known = set(session.scalars(select(Role.name))) - {AI_SALESPERSON}
    if name and name not in known:
        raise BadInput("There is no such role for people. Choose one from the list.", field="create_role")


def _row(session: Session, providerid: str) -> IdentityProvider:
    row = session.get(IdentityProvider, providerid)
    if row is None:
        raise NotFound("There is no such provider.")
    return row
