"""An administrator signs in once by device code, and the application is set up; broken off, it goes on."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr
from tests.microsoft.test_tokens import pair

from leadwright.domain.platform import Cloud
from leadwright.errors import BadInput
from leadwright.microsoft import registering
from leadwright.microsoft.bootstrap import (
    AdminToken,
    Plan,
    Purpose,
    administrator_line,
    begin,
    place_of,
    poll,
    set_up,
)
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import PrivilegeMissing, SignInRefused, Unclear
from leadwright.microsoft.registering import MAIL_PERMISSIONS
from leadwright.microsoft.tokens import Tokens, claims_of
from leadwright.sandbox.dynamics import entra_applications, entra_principals, entra_tenant, entra_users
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.settings import Settings

PLAN = Plan("Leadwright agent", "installation 1", "run 1")


@pytest.fixture
def place(standin: StandIn) -> Connection:
    settings = Settings(
        secret_key=SecretStr("a key for tests, long enough"),
        microsoft_authority=standin.origin,
        microsoft_graph_url=standin.origin,
        microsoft_ca_file=standin.certificates.authority,
        microsoft_instance_discovery=False,
    )
    return place_of(settings, Cloud.WORLDWIDE, dataverse_url=standin.origin)


@pytest.fixture
def hand(standin: StandIn) -> Iterator[httpx2.Client]:
    """The administrator's browser."""
    with httpx2.Client(
        verify=standin.certificates.trusting(), follow_redirects=True, trust_env=False, timeout=60
    ) as client:
        yield client


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_BETWEEN", 0.01)


def sign_in(
    hand: httpx2.Client,
    world: World,
    address: str,
    code: str,
    upn: str = entra_users.ADMINISTRATOR,
    answer: str = "accept",
) -> None:
    page = hand.post(address, data={"user_code": code})
    page = hand.post(str(page.url), data={"login": upn, "passwd": entra_tenant.password(world)})
    hidden = re.search(r'name="user_code" value="([A-Z0-9]+)"', page.text)
    assert hidden, page.text[:400]
    hand.post(str(page.url), data={"answer": answer, "user_code": hidden[1]})


def administrator(
    place: Connection, hand: httpx2.Client, world: World, purpose: Purpose = Purpose.REGISTER,
    upn: str = entra_users.ADMINISTRATOR,
) -> AdminToken:  # fmt: skip
    started = begin(place, purpose, grants=True)
    assert poll(place, started.ticket) is None
    sign_in(hand, world, started.address, started.usercode, upn)
    token = poll(place, started.ticket)
    assert token is not None
    return token


def test_a_code_is_entered_at_microsofts_page_and_the_token_comes_once(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    started = begin(place)
    assert started.address.endswith("/devicelogin")
    assert started.interval >= 1
    assert started.usercode not in repr(started.ticket) or "ticket" not in repr(started)
    sign_in(hand, world, started.address, started.usercode)
    token = poll(place, started.ticket)
    assert token is not None
    assert (token.upn, token.tenantid) == (entra_users.ADMINISTRATOR, world.tenantid)
    assert token.text not in repr(token)
    with pytest.raises(SignInRefused):
        poll(place, started.ticket)


def test_only_what_is_done_is_asked_for_and_an_administrator_consents_to_it_first(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    developer = "developer@contoso.onmicrosoft.com"
    early = begin(place)
    sign_in(hand, world, early.address, early.usercode, developer)
    assert poll(place, early.ticket) is None, "Entra says that an administrator has to accept it"
    started = begin(place)
    hand.cookies.clear()
    sign_in(hand, world, started.address, started.usercode)
    token = poll(place, started.ticket)
    assert token is not None
    assert claims_of(token.text)["scp"] == "Application.ReadWrite.All"
    again = begin(place)
    hand.cookies.clear()
    sign_in(hand, world, again.address, again.usercode, developer)
    late = poll(place, again.ticket)
    assert late is not None
    assert set_up(place, late, PLAN).secret


def test_a_tenant_without_consent_and_a_person_without_the_role_are_told_apart(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    token = administrator(place, hand, world)
    with world.transaction() as db:
        db.execute("DELETE FROM entra_consent")
    started = begin(place)
    with world.transaction() as db:
        user = entra_users.user(world, entra_users.ADMINISTRATOR)
        assert user
        db.execute("UPDATE entra_code SET state='approved', userid=? WHERE kind='device'", (user.objectid,))
    with pytest.raises(SignInRefused, match="Command Line Tools"):
        poll(place, started.ticket)
    with world.transaction() as db:
        db.execute("UPDATE entra_user SET roles='[]' WHERE upn=?", (entra_users.ADMINISTRATOR,))
    with pytest.raises(PrivilegeMissing, match="may not register applications"):
        set_up(place, token, PLAN)


def test_a_tenant_that_does_not_let_in_the_client_of_dataverse_is_told_where_to_consent_to_it(
    place: Connection, world: World
) -> None:
    world.break_it("no user consent")
    started = begin(place, Purpose.ORGANISATION)
    user = entra_users.user(world, "dynamics@contoso.onmicrosoft.com")
    assert user
    with world.transaction() as db:
        db.execute("UPDATE entra_code SET state='approved', userid=? WHERE kind='device'", (user.objectid,))
    with pytest.raises(SignInRefused) as refused:
        poll(place, started.ticket)
    assert "client of Dataverse" in str(refused.value)
    assert f"{place.authority}/organizations/adminconsent?client_id=51f81489-" in str(refused.value)
    assert "Command Line Tools" not in str(refused.value)


def test_a_declined_sign_in_and_a_damaged_ticket_say_to_start_again(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    started = begin(place)
    sign_in(hand, world, started.address, started.usercode, answer="cancel")
    with pytest.raises(SignInRefused, match="Start again"):
        poll(place, started.ticket)
    for ticket in ("", "{}", '{"flow": 1}'):
        with pytest.raises(BadInput, match="Start it again"):
            poll(place, ticket)


def test_application_secret_principal_and_permissions_are_made_and_work_at_once(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    steps: list[str] = []
    plan = replace(PLAN, permissions=MAIL_PERMISSIONS, redirect_uris=("https://agent.example/signed-in",))
    made = set_up(place, administrator(place, hand, world), plan, progress=steps.append)
    assert len(steps) == 4
    assert (made.granted, made.refused) == (MAIL_PERMISSIONS, {})
    assert made.tenantid == world.tenantid
    assert made.secret not in repr(made)
    own = replace(place, tenant_id=made.tenantid, client_id=made.clientid, credential=Secrets((made.secret,)))
    claims = claims_of(Tokens(own).token(place.graph_url))
    assert set(claims["roles"]) == set(MAIL_PERMISSIONS)
    kept = entra_applications.secrets_of(world, made.objectid)
    assert abs((kept[0].endsat - made.endson).total_seconds()) < 2
    assert entra_applications.application(world, made.objectid).redirects["web"] == ["https://agent.example/signed-in"]


def test_said_again_it_makes_nothing_twice_and_takes_back_a_secret_whose_text_was_lost(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    token = administrator(place, hand, world)
    first = set_up(place, token, PLAN)
    second = set_up(place, token, replace(PLAN, permissions=("Mail.Send",)))
    assert (first.clientid, first.principalid) == (second.clientid, second.principalid)
    assert first.secret != second.secret
    assert len(entra_applications.secrets_of(world, first.objectid)) == 1
    third = set_up(place, token, replace(PLAN, run="run 2"))
    assert len(entra_applications.secrets_of(world, third.objectid)) == 2
    names = [one.displayname for one in entra_applications.applications(world)]
    assert names.count(PLAN.displayname) == 1
    assert len(entra_principals.grants_of(world, first.principalid)) == 1


@pytest.mark.parametrize("path", ["/v1.0/applications", "/v1.0/servicePrincipals", "addPassword", "appRoleAssignments"])
def test_a_line_that_breaks_after_each_step_leaves_one_of_everything(
    place: Connection, hand: httpx2.Client, world: World, path: str
) -> None:
    token = administrator(place, hand, world)
    world.break_it("drop after commit", {"path": path, "method": "POST"}, times=1)
    made = set_up(place, token, replace(PLAN, permissions=("Mail.Send",)))
    assert [one.displayname for one in entra_applications.applications(world)].count(PLAN.displayname) == 1
    assert len(entra_applications.secrets_of(world, made.objectid)) == 1
    assert len(entra_principals.grants_of(world, made.principalid)) == 1
    own = replace(place, tenant_id=made.tenantid, client_id=made.clientid, credential=Secrets((made.secret,)))
    assert claims_of(Tokens(own).token(place.graph_url))["roles"] == ["Mail.Send"]


def test_broken_off_for_good_the_same_again_goes_on(place: Connection, hand: httpx2.Client, world: World) -> None:
    token = administrator(place, hand, world)
    world.break_it("drop after commit", {"path": "addPassword"})
    with pytest.raises(Unclear):
        set_up(place, token, PLAN)
    world.mend()
    made = set_up(place, token, PLAN)
    assert len(entra_applications.secrets_of(world, made.objectid)) == 1
    assert [one.displayname for one in entra_applications.applications(world)].count(PLAN.displayname) == 1


def test_with_a_certificate_no_secret_is_made_and_it_is_added_once(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    token, pem = administrator(place, hand, world), pair()
    public = pem[pem.index("-----BEGIN CERTIFICATE") :]
    for _ in range(2):
        made = set_up(place, token, replace(PLAN, certificate=public))
    assert made.secret == ""
    assert len(entra_applications.certificates_of(world, made.objectid)) == 1
    assert entra_applications.secrets_of(world, made.objectid) == []
    other = pair()
    set_up(place, token, replace(PLAN, certificate=other[other.index("-----BEGIN CERTIFICATE") :]))
    assert len(entra_applications.certificates_of(world, made.objectid)) == 2


def test_who_may_register_but_not_consent_gets_the_rest_and_is_told(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    upn = "registrar@contoso.onmicrosoft.com"
    entra_users.create_user(world, upn, "Reg Istrar", roles=[entra_users.APPLICATION_ADMINISTRATOR])
    token = administrator(place, hand, world, upn=upn)
    made = set_up(place, token, replace(PLAN, permissions=("Mail.Send", "Moon.Read")))
    assert made.granted == ()
    assert "Global Administrator" in made.refused["Mail.Send"]
    assert "no such permission" in made.refused["Moon.Read"]
    assert made.secret


def test_with_the_other_purpose_the_token_is_for_the_organisation(
    place: Connection, hand: httpx2.Client, world: World
) -> None:
    token = administrator(place, hand, world, Purpose.ORGANISATION)
    line = administrator_line(place, token)
    assert Dataverse(line).who_am_i()["OrganizationId"] == world.organizationid
    line.close()
    with pytest.raises(BadInput, match="address first"):
        begin(replace(place, dataverse_url=""), Purpose.ORGANISATION)


def test_the_administrators_token_and_the_new_secret_are_in_no_log_and_a_token_that_ended_is_refused(
    place: Connection, hand: httpx2.Client, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    import structlog

    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as lines:
        token = administrator(place, hand, world)
        made = set_up(place, token, PLAN)
    assert lines
    for secret in (token.text, made.secret):
        assert secret not in f"{lines}{caplog.text}"
    with pytest.raises(SignInRefused, match="has ended"):
        set_up(place, replace(token, endson=token.endson.replace(year=2020)), PLAN)
