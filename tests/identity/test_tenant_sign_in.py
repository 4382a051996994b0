"""People of the connection's tenant sign in with their Microsoft account, by the stand-in's real OpenID Connect."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import select, update
from tests.identity.conftest import open_office
from tests.identity.contoso import Contoso, opened, sealed
from tests.microsoft.test_tokens import pair

from leadwright.actions import external_sign_in as act
from leadwright.actions import people
from leadwright.actions.dynamics_credentials import drop_former, rotate_secret
from leadwright.actions.identity_providers import ProviderForm, save_provider
from leadwright.actions.tenant_sign_in import NAME, offer_tenant, tenant_sign_in
from leadwright.db.engine import Database
from leadwright.db.people import SystemUser
from leadwright.db.sign_in import IdentityProvider
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity import oidc
from leadwright.identity.oidc import SignInRefused
from leadwright.identity.providers import provider
from leadwright.identity.sessions import Device, SignedIn, session_of
from leadwright.microsoft.connection import key_purpose
from leadwright.sandbox.dynamics import entra_applications, entra_issuer, entra_tenant, entra_users
from leadwright.sandbox.dynamics.entra_applications import is_text_of

SELLER = "seller@contoso.onmicrosoft.com"


@pytest.fixture
def contoso(sqlite_database: Database, tmp_path: Path) -> Iterator[Contoso]:
    oidc._discovered.clear()
    with opened(open_office(sqlite_database, tmp_path), tmp_path) as made:
        yield made


def offer(contoso: Contoso) -> str:
    """The provider's id, with its redirect URI registered at the application."""
    shown = tenant_sign_in(contoso.services)
    assert shown is not None
    entra_applications.change_application(
        contoso.world, contoso.app.application.objectid, {"redirects": {"web": [shown.redirect_uri]}}
    )
    assert offer_tenant(contoso.services, contoso.office.admin) == replace(shown, name=NAME)
    with contoso.services.database.reading() as session:
        return session.scalars(select(IdentityProvider.identityproviderid)).one()


def goes(contoso: Contoso, providerid: str, login: str) -> SignedIn:
    """What a browser does: to the tenant, name and password there, consent, and back."""
    begun = act.start(contoso.services, providerid)
    trust = httpx2.create_ssl_context()
    trust.load_verify_locations(cafile=contoso.standin.certificates.authority)
    with httpx2.Client(verify=trust, follow_redirects=False, timeout=60) as browser:
        answer = browser.get(begun.url)
        where = httpx2.URL(begun.url).join(answer.headers["location"])
        form = {"login": login, "passwd": entra_tenant.password(contoso.world)}
        answer = browser.post(where, data=form)
        answer = browser.get(where.join(answer.headers["location"]))
        if answer.status_code == 200:  # consent is asked once
            answer = browser.post(answer.url, data={"answer": "accept"})
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    device = Device("10.0.0.9", "Browser")
    found, _ = act.come_back(contoso.services, providerid, begun.sealed, query, device)
    assert isinstance(found, SignedIn)
    return found


def known_here(contoso: Contoso, email: str = SELLER) -> str:
    return people.create_user(
        contoso.services, contoso.office.admin, fullname="Sam Seller", email=email, password="blue harbour 47 lamps",
        roles=("Salesperson",),
    )  # fmt: skip


def test_the_tenant_is_offered_with_one_click_and_opens_the_account_with_that_sign_in_name(contoso: Contoso) -> None:
    shown = tenant_sign_in(contoso.services)
    providerid = offer(contoso)
    found = tenant_sign_in(contoso.services)
    assert shown is not None
    assert (shown.name, found) == ("", replace(shown, name=NAME))
    person = known_here(contoso)
    session = session_of(contoso.services, goes(contoso, providerid, SELLER).token)
    assert session is not None
    assert session.principal.id == person
    assert goes(contoso, providerid, SELLER)


def test_who_is_unknown_here_is_not_let_in_and_a_disabled_one_neither(contoso: Contoso) -> None:
    providerid = offer(contoso)
    with pytest.raises(NotAllowed, match="Leadwright does not yet"):
        goes(contoso, providerid, "exchange@contoso.onmicrosoft.com")
    person = known_here(contoso)
    people.disable_user(contoso.services, contoso.office.admin, person)
    with pytest.raises(NotAllowed):
        goes(contoso, providerid, SELLER)


def test_it_is_offered_once_and_only_by_who_may(contoso: Contoso) -> None:
    seller = contoso.office.who(known_here(contoso))
    with pytest.raises(NotAllowed, match="prvConfigureSignIn"):
        offer_tenant(contoso.services, seller)
    offer(contoso)
    with pytest.raises(Conflict, match="this issuer"):
        offer_tenant(contoso.services, contoso.office.admin)


def test_one_that_was_offered_with_an_id_of_its_own_keeps_its_redirect_uri(contoso: Contoso) -> None:
    issuer = f"{contoso.standin.origin}/{contoso.world.tenantid}/v2.0"
    form = ProviderForm("Contoso", issuer, contoso.app.application.appid)
    providerid = save_provider(contoso.services, contoso.office.admin, form)
    found = tenant_sign_in(contoso.services)
    assert found is not None
    assert (found.name, found.redirect_uri) == ("Contoso", act.redirect_uri(contoso.services, providerid))


def test_without_a_connection_there_is_nothing_to_offer(contoso: Contoso) -> None:
    contoso.connection(state="off")
    assert tenant_sign_in(contoso.services) is None
    with pytest.raises(Conflict, match="not connected"):
        offer_tenant(contoso.services, contoso.office.admin)


def test_people_sign_in_after_the_secret_was_renewed_and_the_former_dropped(contoso: Contoso) -> None:
    services, admin, world = contoso.services, contoso.office.admin, contoso.world
    objectid = contoso.app.application.objectid
    providerid = offer(contoso)
    known_here(contoso)
    _, renewed = entra_applications.add_secret(world, objectid)
    rotate_secret(services, admin, renewed, None)
    (former,) = [s for s in entra_applications.secrets_of(world, objectid) if not is_text_of(s, renewed)]
    drop_former(services, admin)
    entra_applications.remove_secret(world, objectid, former.keyid)
    assert goes(contoso, providerid, SELLER)
    contoso.connection(sealedsecret=sealed(services, "not-known-yet", renewed))
    assert goes(contoso, providerid, SELLER), "the former one counts while the newest is not known"
    contoso.connection(sealedsecret=sealed(services, "wrong"))
    with pytest.raises(SignInRefused, match="could not be confirmed"):
        goes(contoso, providerid, SELLER)


def test_who_is_known_signs_in_while_the_connection_is_off_too(contoso: Contoso) -> None:
    providerid = offer(contoso)
    known_here(contoso)
    assert goes(contoso, providerid, SELLER)
    contoso.connection(state="off")
    assert goes(contoso, providerid, SELLER)


def test_people_sign_in_where_the_application_has_a_certificate(contoso: Contoso) -> None:
    contoso.office.clock.moment = datetime.now(UTC)
    signs, waits, app = pair(), pair(), contoso.app.application
    entra_applications.add_certificate(contoso.world, app.objectid, signs.encode())
    kept = contoso.services.vault.seal(json.dumps([waits, signs]), key_purpose())
    contoso.connection(credentialkind="certificate", sealedsecret=None, sealedkey=kept)
    providerid = offer(contoso)
    known_here(contoso)
    assert goes(contoso, providerid, SELLER)


def test_people_sign_in_where_the_application_has_a_federated_credential(contoso: Contoso, tmp_path: Path) -> None:
    issuer, file = f"{contoso.standin.origin}/_issuer", tmp_path / "token"
    entra_applications.add_federation(contoso.world, contoso.app.application.objectid, "cluster", issuer, "system:sa:a")
    contoso.connection(credentialkind="federation", sealedsecret=None, federationfile=str(file))
    providerid = offer(contoso)
    known_here(contoso)
    with pytest.raises(SignInRefused) as refused:
        goes(contoso, providerid, SELLER)
    assert (str(file) in refused.value.why, str(file) in str(refused.value)) == (True, False)
    file.write_text(entra_issuer.issue(contoso.world, issuer, "system:sa:a"))
    assert goes(contoso, providerid, SELLER)


def with_secret_of_its_own(contoso: Contoso, providerid: str) -> None:
    issuer = f"{contoso.standin.origin}/{contoso.world.tenantid}/v2.0"
    form = ProviderForm(NAME, issuer, contoso.app.application.appid, contoso.app.secret, links_by_email=True)
    save_provider(contoso.services, contoso.office.admin, form, providerid)


def test_a_secret_entered_for_the_sign_in_itself_counts_when_the_connections_does_not(contoso: Contoso) -> None:
    contoso.connection(sealedsecret=sealed(contoso.services, "wrong"))
    providerid = offer(contoso)
    with_secret_of_its_own(contoso, providerid)
    known_here(contoso)
    assert goes(contoso, providerid, SELLER)


def test_it_counts_as_well_while_the_file_with_the_connections_token_cannot_be_read(
    contoso: Contoso, tmp_path: Path
) -> None:
    contoso.connection(credentialkind="federation", sealedsecret=None, federationfile=str(tmp_path / "gone"))
    providerid = offer(contoso)
    with_secret_of_its_own(contoso, providerid)
    known_here(contoso)
    assert goes(contoso, providerid, SELLER)


def test_the_connections_secret_goes_to_its_own_entra_alone(contoso: Contoso) -> None:
    offer(contoso)
    stranger = f"https://stranger.example/{contoso.world.tenantid}/v2.0"
    with contoso.services.database.transaction() as session:
        row = session.scalars(select(IdentityProvider)).one()
        providerid, row.issuer = row.identityproviderid, stranger
    with contoso.services.database.reading() as session:
        assert provider(session, contoso.services.settings, providerid).proofs is None


def test_a_tenant_given_as_a_domain_is_offered_and_its_people_are_known(contoso: Contoso) -> None:
    contoso.connection(tenantid="contoso.onmicrosoft.com")
    providerid = offer(contoso)
    known_here(contoso)
    assert goes(contoso, providerid, SELLER)
    with contoso.services.database.reading() as session:
        found = provider(session, contoso.services.settings, providerid)
    assert (found.issuer, found.is_tenant) == (f"{contoso.standin.origin}/{contoso.world.tenantid}/v2.0", True)


def test_a_domain_nobody_has_is_said_to_be_none_of_a_tenant(contoso: Contoso) -> None:
    contoso.connection(tenantid="contosso.example")
    with pytest.raises(BadInput, match=r"contosso\.example"):
        offer_tenant(contoso.services, contoso.office.admin)


def test_a_mirrored_user_is_found_by_its_object_id_whatever_its_address(contoso: Contoso) -> None:
    column = SystemUser.__table__.columns.get("azureactivedirectoryobjectid")
    if column is None:
        pytest.skip("the mirror brings the column")
    providerid, person = offer(contoso), known_here(contoso, "sam@contoso.com")
    found = entra_users.user(contoso.world, SELLER)
    assert found is not None
    with contoso.services.database.transaction() as session:
        session.execute(update(SystemUser).where(SystemUser.systemuserid == person).values({column: found.objectid}))
    session_here = session_of(contoso.services, goes(contoso, providerid, SELLER).token)
    assert session_here is not None
    assert session_here.principal.id == person
