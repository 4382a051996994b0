"""An administrator connects Dynamics 365, renews what it signs in with, switches it off; nothing secret is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.microsoft.organisation import ENDS, Desk, first_administrator, register_agent, services_at
from tests.microsoft.test_tokens import pair

from leadwright.actions.dynamics_connection import check, connect, connection_shown, switch
from leadwright.actions.dynamics_credentials import add_certificate, drop_former, rotate_secret
from leadwright.actions.dynamics_values import organisation_url
from leadwright.db.audit import AuditEntry
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.sales import AppNotification
from leadwright.domain.platform import CredentialKind
from leadwright.errors import BadInput, Conflict, CrmError, Doubt, NotAllowed, NotFound
from leadwright.identity.announcements import announce_expiry
from leadwright.identity.certificates import sha1_thumbprint
from leadwright.identity.key_rotation import seal_again
from leadwright.identity.secrets import Vault
from leadwright.microsoft.connection import connection_of
from leadwright.microsoft.dataverse import open_dataverse
from leadwright.microsoft.tokens import ends_on
from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import StandIn


def actions_of(desk: Desk) -> list[str]:
    with desk.services.database.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.recordtype == "crmconnection").order_by(AuditEntry.number)
        return list(session.scalars(query))


def test_connected_it_knows_organisation_and_user_and_shows_no_secret(desk: Desk) -> None:
    tried = connect(desk.services, desk.admin, desk.form())
    assert (tried.organizationid, tried.organizationname, tried.applicationuserid, tried.warning) == (
        desk.standin.world.organizationid, "contoso", desk.registered.userid, "",
    )  # fmt: skip
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert (shown.dataverseurl, shown.state, shown.credentials) == (desk.standin.origin, "on", 1)
    assert shown.secretendson == ENDS
    assert open_dataverse(desk.services).who_am_i()["UserId"] == desk.registered.userid
    with desk.services.database.reading() as session:
        kept = session.get_one(CrmConnection, "dynamics365")
        told = [str((entry.before, entry.after)) for entry in session.scalars(select(AuditEntry))]
    assert desk.registered.secret not in str(shown) + str(kept.sealedsecret) + "".join(told)
    assert actions_of(desk) == ["connection.entered"]


def test_entras_refusal_is_bad_input_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(BadInput, match="AADSTS7000215"):
        connect(desk.services, desk.admin, desk.form(secret="wrong"))
    assert connection_shown(desk.services, desk.admin) is None
    with pytest.raises(BadInput, match="AADSTS500011"):
        connect(desk.services, desk.admin, desk.form(dataverse_url="https://127.0.0.1:9"))
    desk.standin.world.break_it("tls by another authority")
    with pytest.raises(CrmError, match="Inspecting proxy of nobody"):
        connect(desk.services, desk.admin, desk.form())


def test_a_clock_that_is_far_off_is_warned_of_while_it_still_works(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.standin.world.clock = lambda: now + timedelta(minutes=10)
    tried = connect(desk.services, desk.admin, desk.form())
    assert tried.organizationid
    assert "10 minutes behind" in tried.warning


def test_an_application_without_a_user_is_kept_and_told_what_is_missing(desk: Desk) -> None:
    world = desk.standin.world
    stranger = entra_applications.create_application(world, "Stranger", by="a test")
    entra_principals.create_principal(world, stranger.appid)
    _, secret = entra_applications.add_secret(world, stranger.objectid)
    tried = connect(desk.services, desk.admin, desk.form(client_id=stranger.appid, secret=secret))
    assert (tried.code, "Application users" in tried.warning, tried.organizationid) == ("0x80072560", True, "")
    made = {"applicationid": stranger.appid, "businessunitid": seed.root_unit(world)}
    user = records.create(world, "systemuser", made, by=seed.administrator(world))
    seed.give_role(world, user, "Salesperson")
    assert check(desk.services, desk.admin).applicationuserid == user
    assert check(desk.services, desk.admin).warning == ""
    assert actions_of(desk) == ["connection.entered", "connection.checked"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("dataverse_url", {"dataverse_url": "http://contoso.crm.dynamics.com"}),
        ("dataverse_url", {"dataverse_url": "https://admin.powerplatform.microsoft.com/environments"}),
        ("tenant_id", {"tenant_id": "common"}),
        ("tenant_id", {"tenant_id": "contoso"}),
        ("client_id", {"client_id": "Leadwright"}),
        ("secret", {"secret": ""}),
        ("secret", {"secret": "0a1b2c3d-0a1b-4c3d-8a1b-0a1b2c3d4e5f"}),
        ("kind", {"kind": "password"}),
        ("federation_file", {"kind": CredentialKind.FEDERATION, "federation_file": "token"}),
        ("cloud", {"cloud": "moon"}),
        ("cloud", {"cloud": "china", "dataverse_url": "https://contoso.crm.dynamics.com"}),
        ("certificate", {"kind": CredentialKind.CERTIFICATE, "certificate": "nothing"}),
    ],
)
def test_what_cannot_be_right_is_said_before_anything_is_asked(
    sqlite_database: Database, standin: StandIn, tmp_path: Path, field: str, more: dict[str, object]
) -> None:
    services = services_at(sqlite_database, standin, tmp_path)
    desk = Desk(services, register_agent(standin.world), standin, first_administrator(services))
    with pytest.raises(BadInput) as refused:
        connect(services, desk.admin, desk.form(**more))
    assert refused.value.field == field


def test_an_address_is_taken_as_people_copy_it_and_other_hosts_are_not() -> None:
    assert organisation_url("contoso.crm4.dynamics.com/main.aspx?x=1#y") == "https://contoso.crm4.dynamics.com"
    assert organisation_url("https://Contoso.api.crm.dynamics.com/api/data/v9.2/") == "https://contoso.crm.dynamics.com"
    for wrong in (
        "https://crm.dynamics.com",
        "https://contoso.crm.dynamics.com.example",
        "https://contoso.dynamics.co",
    ):
        with pytest.raises(BadInput):
            organisation_url(wrong)


def test_only_a_system_administrator_connects_and_an_application_developer_renews_the_secret(desk: Desk) -> None:
    developer, seller = desk.user("Application Developer"), desk.user("Salesperson")
    for who in (developer, seller):
        with pytest.raises(NotAllowed):
            connect(desk.services, who, desk.form())
    connect(desk.services, desk.admin, desk.form())
    for act in (lambda: check(desk.services, seller), lambda: switch(desk.services, developer, on=False),
                lambda: connection_shown(desk.services, seller)):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()
    _, text = entra_applications.add_secret(desk.standin.world, desk.registered.application.objectid)
    rotate_secret(desk.services, developer, text, ENDS)


def test_a_new_secret_is_tried_by_itself_and_the_former_stays_until_it_is_dropped(desk: Desk) -> None:
    with pytest.raises(NotFound):
        rotate_secret(desk.services, desk.admin, "x", None)
    connect(desk.services, desk.admin, desk.form())
    with pytest.raises(BadInput, match="AADSTS7000215"):
        rotate_secret(desk.services, desk.admin, "wrong", None)
    with pytest.raises(BadInput, match="date is over"):
        rotate_secret(desk.services, desk.admin, desk.registered.secret, datetime(2020, 1, 1, tzinfo=UTC))
    _, text = entra_applications.add_secret(desk.standin.world, desk.registered.application.objectid)
    rotate_secret(desk.services, desk.admin, text, ENDS + timedelta(days=9))
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert (shown.credentials, shown.secretendson) == (2, ENDS + timedelta(days=9))
    drop_former(desk.services, desk.admin)
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert shown.credentials == 1
    assert open_dataverse(desk.services).who_am_i()
    with pytest.raises(Conflict, match="certificate"):
        add_certificate(desk.services, desk.admin)
    assert actions_of(desk)[1:] == ["connection.secret_added", "connection.former_dropped"]


def test_a_certificate_made_here_waits_until_entra_knows_it_and_never_shows_its_key(desk: Desk) -> None:
    made = connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, secret=""))
    assert "BEGIN CERTIFICATE" in made.certificate
    assert "PRIVATE" not in made.certificate
    assert connection_of(desk.services) is None
    with pytest.raises(BadInput, match="AADSTS700027"):
        check(desk.services, desk.admin)
    objectid = desk.registered.application.objectid
    entra_applications.add_certificate(desk.standin.world, objectid, made.certificate.encode())
    assert check(desk.services, desk.admin).applicationuserid == desk.registered.userid
    second = add_certificate(desk.services, desk.admin)
    assert open_dataverse(desk.services).who_am_i()
    with pytest.raises(BadInput, match="AADSTS700027"):
        drop_former(desk.services, desk.admin)
    entra_applications.add_certificate(desk.standin.world, objectid, second.certificate.encode())
    drop_former(desk.services, desk.admin)
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert [pem for _, pem in shown.certificates] == [second.certificate]
    assert "PRIVATE" not in str(shown)


def knows(desk: Desk, pem: str) -> None:
    entra_applications.add_certificate(desk.standin.world, desk.registered.application.objectid, pem.encode())


def test_bringing_in_certificates_never_loses_the_one_that_signs(desk: Desk) -> None:
    own = pair()
    knows(desk, own)
    connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, certificate=own))
    first = connection_shown(desk.services, desk.admin)
    add_certificate(desk.services, desk.admin)
    second, third = (add_certificate(desk.services, desk.admin).certificate for _ in range(2))
    assert open_dataverse(desk.services).who_am_i()
    shown = connection_shown(desk.services, desk.admin)
    assert first is not None
    assert shown is not None
    assert (shown.waiting, shown.secretendson) == (third, first.secretendson)
    assert [pem for _, pem in shown.certificates] == [third, first.certificates[0][1]]
    assert second not in str(shown)
    assert "does not know it yet" in check(desk.services, desk.admin).warning
    knows(desk, third)
    assert check(desk.services, desk.admin).warning == ""
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert (shown.waiting, shown.secretendson == ends_on(third)) == ("", True)
    fourth = add_certificate(desk.services, desk.admin).certificate
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert [pem for _, pem in shown.certificates] == [fourth, third, first.certificates[0][1]]
    knows(desk, fourth)
    drop_former(desk.services, desk.admin)
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert ([pem for _, pem in shown.certificates], shown.secretendson) == ([fourth], ends_on(fourth))


def test_a_certificate_that_entra_got_to_know_unasked_stays_when_the_next_is_brought_in(desk: Desk) -> None:
    own = pair()
    knows(desk, own)
    connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, certificate=own))
    second = add_certificate(desk.services, desk.admin).certificate
    knows(desk, second)
    world, objectid = desk.standin.world, desk.registered.application.objectid
    former, _ = entra_applications.certificates_of(world, objectid)
    entra_applications.remove_certificate(world, objectid, former.keyid)
    add_certificate(desk.services, desk.admin)
    assert open_dataverse(desk.services).who_am_i()


def test_a_pair_that_was_noted_untried_by_an_earlier_version_pushes_nothing_out(desk: Desk) -> None:
    own = pair()
    knows(desk, own)
    connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, certificate=own))
    untried = add_certificate(desk.services, desk.admin).certificate
    with desk.services.database.transaction() as session:
        session.get_one(CrmConnection, "dynamics365").certificatethumbprint = sha1_thumbprint(untried)
    for _ in range(2):
        add_certificate(desk.services, desk.admin)
    assert open_dataverse(desk.services).who_am_i()
    check(desk.services, desk.admin)
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert shown.secretendson == ends_on(own)


def test_the_end_of_the_certificate_that_signs_is_announced_though_a_newer_one_waits(desk: Desk) -> None:
    own = pair(days=40)
    knows(desk, own)
    connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, certificate=own))
    add_certificate(desk.services, desk.admin)
    at = ends_on(own) - timedelta(days=29, hours=12)
    (said,) = announce_expiry(replace(desk.services, clock=lambda: at))
    assert f"certificate of the connection to Dynamics 365 ends on {ends_on(own):%Y-%m-%d}" in said


def test_a_pair_of_ones_own_and_a_federated_file_connect_as_well(desk: Desk, tmp_path: Path) -> None:
    from leadwright.sandbox.dynamics import entra_issuer

    own, world = pair(), desk.standin.world
    objectid = desk.registered.application.objectid
    entra_applications.add_certificate(world, objectid, own.encode())
    tried = connect(desk.services, desk.admin, desk.form(kind=CredentialKind.CERTIFICATE, certificate=own))
    assert (tried.certificate, tried.applicationuserid) == ("", desk.registered.userid)
    issuer = f"{desk.standin.origin}/_issuer"
    entra_applications.add_federation(world, objectid, "cluster", issuer, "system:sa:a")
    (tmp_path / "token").write_text(entra_issuer.issue(world, issuer, "system:sa:a"))
    form = desk.form(kind=CredentialKind.FEDERATION, federation_file=str(tmp_path / "token"))
    assert connect(desk.services, desk.admin, form).applicationuserid == desk.registered.userid
    shown = connection_shown(desk.services, desk.admin)
    assert shown is not None
    assert (shown.secretendson, shown.credentials) == (None, 0)


def test_changed_without_a_secret_it_keeps_the_one_there_is_for_the_same_application_only(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    with desk.services.database.transaction() as session:
        session.get_one(CrmConnection, "dynamics365").usemsdyn = True
    connect(desk.services, desk.admin, desk.form(secret=""))
    with desk.services.database.reading() as session:
        assert session.get_one(CrmConnection, "dynamics365").usemsdyn
    with pytest.raises(BadInput, match="secret's Value"):
        connect(desk.services, desk.admin, desk.form(secret="", client_id="11111111-1111-4111-8111-111111111111"))


def test_another_organisation_is_doubted_and_taken_anyway_only_when_said_so(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    with desk.services.database.transaction() as session:
        session.get_one(CrmConnection, "dynamics365").organizationid = "another"
    with pytest.raises(Doubt, match="another installation"):
        connect(desk.services, desk.admin, desk.form())
    connect(desk.services, desk.admin, desk.form(), anyway=True)


def test_switched_off_nothing_of_it_runs_and_switched_on_it_is_tried_first(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    switch(desk.services, desk.admin, on=False)
    assert connection_of(desk.services) is None
    desk.standin.world.break_it("conditional access")
    with pytest.raises(BadInput, match="AADSTS53003"):
        switch(desk.services, desk.admin, on=True)
    desk.standin.world.mend()
    switch(desk.services, desk.admin, on=True)
    assert connection_of(desk.services) is not None
    switch(desk.services, desk.admin, on=False, forget=True)
    with pytest.raises(BadInput, match="no valid secret"):
        switch(desk.services, desk.admin, on=True)


def test_two_administrators_at_once_do_not_overwrite_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(desk.services, desk.admin, desk.form())
    _, text = entra_applications.add_secret(desk.standin.world, desk.registered.application.objectid)
    real = Vault.seal

    def meanwhile(vault: Vault, given: str, purpose: str) -> str:
        monkeypatch.setattr(Vault, "seal", real)
        switch(desk.services, desk.admin, on=False)
        return real(vault, given, purpose)

    monkeypatch.setattr(Vault, "seal", meanwhile)
    with pytest.raises(Conflict, match="somebody else"):
        rotate_secret(desk.services, desk.admin, text, None)


def test_another_key_seals_the_connection_again_and_it_opens(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    old = desk.services.settings.secret_key.get_secret_value()
    vault = Vault(["another key, long enough", old])
    found = seal_again(desk.services.database, vault)
    assert (found.sealed >= 1, found.unreadable) == (True, ())
    with desk.services.database.reading() as session:
        sealed = session.get_one(CrmConnection, "dynamics365").sealedsecret
    assert sealed is not None
    assert desk.registered.secret in Vault(["another key, long enough"]).open(sealed, "crmconnectionsecret:dynamics365")


def test_the_end_of_the_secret_is_announced_thirty_seven_and_one_days_ahead(desk: Desk) -> None:
    connect(desk.services, desk.admin, desk.form())
    moment = ENDS - timedelta(days=60)
    told = []
    for day in range(61):
        at = moment + timedelta(days=day)
        services = replace(desk.services, clock=lambda at=at: at)
        told += [60 - day for _ in range(2) if announce_expiry(services)]
    assert told == [30, 7, 1, 0]
    with desk.services.database.reading() as session:
        notes = session.scalars(select(AppNotification).order_by(AppNotification.createdon)).all()
    assert "client secret of the connection to Dynamics 365 ends on 2027-05-01" in notes[0].body
    switch(desk.services, desk.admin, on=False)
    assert announce_expiry(desk.services) == []
