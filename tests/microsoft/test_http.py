"""What is repeated and what never is, when the line breaks, the service fails or says wait."""

import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from tests.microsoft.organisation import Agent, connect, connection_to, register_agent

from leadwright.db.base import new_id
from leadwright.microsoft.answers import Answer, retry_after
from leadwright.microsoft.batch import Call
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import (
    AlreadyThere,
    CannotReach,
    PrivilegeMissing,
    Refused,
    ServiceDown,
    SignInRefused,
    Throttled,
    Unclear,
)
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

LEAD = {"subject": "Needs conveyors", "lastname": "Okafor"}


def requests_of(world: World, method: str, path: str) -> int:
    with world.reading() as db:
        query = "SELECT count(*) FROM seen WHERE method=? AND path LIKE ?"
        return int(db.execute(query, (method, f"%{path}%")).fetchone()[0])


def test_a_create_whose_answer_was_lost_is_sent_again_and_found_there(tls_agent: Agent) -> None:
    tls_agent.dataverse.who_am_i()
    tls_agent.world.break_it("drop after commit", {"path": "/leads"}, times=1)
    id = new_id()
    with pytest.raises(AlreadyThere):
        tls_agent.dataverse.create("leads", id, LEAD)
    assert len(records.find(tls_agent.world, "lead")) == 1


def test_a_post_whose_answer_was_lost_is_never_sent_again(tls_agent: Agent) -> None:
    tls_agent.dataverse.who_am_i()
    tls_agent.world.break_it("drop after commit", {"path": "SendAppNotification"}, times=1)
    body = {"Title": "Hello", "Recipient": f"/systemusers({tls_agent.userid})", "Body": "Text"}
    with pytest.raises(Unclear, match="may have been done"):
        tls_agent.dataverse.action("SendAppNotification", body)
    assert requests_of(tls_agent.world, "POST", "SendAppNotification") == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_post_is_not_repeated_when_the_service_fails_either(agent: Agent, status: int) -> None:
    agent.world.break_it("server error", {"path": "SendAppNotification", "status": status}, times=1)
    with pytest.raises(Unclear):
        agent.dataverse.action("SendAppNotification", {"Title": "Hello"})
    assert requests_of(agent.world, "POST", "SendAppNotification") == 1


def test_a_read_is_repeated_when_the_line_breaks_or_the_service_fails(tls_agent: Agent) -> None:
    tls_agent.dataverse.who_am_i()
    tls_agent.world.break_it("drop before answer", {"path": "WhoAmI"}, times=1)
    assert tls_agent.dataverse.who_am_i()["UserId"] == tls_agent.userid
    tls_agent.world.break_it("server error", {"path": "WhoAmI", "status": 503}, times=2)
    assert tls_agent.dataverse.who_am_i()["UserId"] == tls_agent.userid


def test_a_read_that_always_fails_says_so_after_some_tries(agent: Agent) -> None:
    agent.world.break_it("server error", {"path": "WhoAmI", "status": 503})
    with pytest.raises(ServiceDown, match="503"):
        agent.dataverse.patient(2).who_am_i()
    assert 2 <= requests_of(agent.world, "GET", "WhoAmI") <= 5


def test_an_update_that_names_its_version_is_repeated_and_makes_no_second_change(tls_agent: Agent) -> None:
    lead = tls_agent.lead()
    row = tls_agent.dataverse.row("leads", lead, ("subject",))
    assert row is not None
    tls_agent.world.break_it("drop before answer", {"path": "/leads", "method": "PATCH"}, times=1)
    tls_agent.dataverse.update("leads", lead, {"subject": "Changed"}, row["@odata.etag"])
    assert requests_of(tls_agent.world, "PATCH", "/leads") == 2


def test_429_is_waited_for_also_by_a_post_because_nothing_was_done(agent: Agent) -> None:
    lead = agent.lead()
    agent.world.break_it("throttle", {"path": "QualifyLead", "seconds": 1}, times=2)
    started = time.monotonic()
    body = {"CreateAccount": False, "CreateContact": False, "CreateOpportunity": False, "Status": 3}
    agent.dataverse.action(f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead", body)
    assert time.monotonic() - started >= 2
    assert requests_of(agent.world, "POST", "QualifyLead") == 3


def test_a_long_retry_after_is_told_to_the_caller_instead_of_being_slept_through(agent: Agent) -> None:
    agent.world.break_it("throttle", {"path": "WhoAmI", "seconds": 240})
    started = time.monotonic()
    with pytest.raises(Throttled, match="wait 240 seconds") as refused:
        agent.dataverse.who_am_i()
    assert time.monotonic() - started < 3
    assert (refused.value.retry_after, refused.value.permanent) == (240, False)
    assert requests_of(agent.world, "GET", "WhoAmI") == 1


@pytest.mark.parametrize(
    "given", ["1000000000000000", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_retry_after_beyond_reason_is_a_day(given: str) -> None:
    assert retry_after(Answer(429, {"retry-after": given})) == 86_400


def test_a_token_that_was_taken_back_is_replaced_once_for_any_method(agent: Agent) -> None:
    agent.dataverse.who_am_i()
    lead = agent.lead()
    agent.world.break_it("token expired", times=1)
    body = {"CreateAccount": False, "CreateContact": False, "CreateOpportunity": False, "Status": 3}
    agent.dataverse.action(f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead", body)
    assert requests_of(agent.world, "POST", "/oauth2/v2.0/token") == 2


def test_tokens_that_are_never_taken_are_a_refused_sign_in(agent: Agent) -> None:
    agent.world.break_it("token expired")
    with pytest.raises(SignInRefused, match="does not take our token"):
        agent.dataverse.who_am_i()
    assert requests_of(agent.world, "GET", "WhoAmI") == 2


def test_a_refused_token_is_explained_by_a_clock_that_is_far_off(agent: Agent) -> None:
    now = datetime.now(UTC)
    agent.world.clock = lambda: now - timedelta(minutes=40)
    agent.world.break_it("token expired")
    with pytest.raises(SignInRefused, match="40 minutes ahead of Microsoft's"):
        agent.dataverse.who_am_i()


def test_a_batch_of_versioned_writes_is_repeated_and_others_are_unclear(tls_agent: Agent) -> None:
    tls_agent.dataverse.who_am_i()
    ids = [new_id() for _ in range(5)]
    calls = [Call("PATCH", f"leads({id})", LEAD, {"If-None-Match": "*"}) for id in ids]
    tls_agent.world.break_it("drop after commit", {"path": "$batch"}, times=1)
    assert {type(one) for one in tls_agent.dataverse.batch(calls)} == {AlreadyThere}
    assert len(records.find(tls_agent.world, "lead")) == 5
    tls_agent.world.break_it("drop after commit", {"path": "$batch"}, times=1)
    with pytest.raises(Unclear):
        tls_agent.dataverse.batch([Call("POST", "annotations", {"subject": "Note"})])
    assert len(records.find(tls_agent.world, "annotation")) == 1


def test_an_intercepted_line_names_who_signed_the_certificate(tls_agent: Agent) -> None:
    tls_agent.world.break_it("tls by another authority")
    with pytest.raises(CannotReach, match="CN=Inspecting proxy of nobody") as refused:
        tls_agent.dataverse.who_am_i()
    assert "LEADWRIGHT_MICROSOFT_CA_FILE" in str(refused.value)
    assert (refused.value.kind, refused.value.permanent) == ("tls", False)


def test_without_the_authority_of_the_stand_in_its_certificate_is_not_trusted(world: World, standin: StandIn) -> None:
    blind = connect(register_agent(world), standin.origin)
    with pytest.raises(CannotReach, match="Leadwright stand-in for Dynamics 365"):
        blind.dataverse.who_am_i()


def test_an_address_nobody_listens_at_and_a_name_nobody_knows(world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = connect(register_agent(world), f"https://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(CannotReach, match=r"No connection to 127\.0\.0\.1") as refused:
            closed.dataverse.who_am_i()
    assert refused.value.kind == "refused"


def test_at_microsofts_own_addresses_through_the_proxy_of_the_environment(
    world: World, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    registered = register_agent(world, "Salesperson")
    agent = connect(
        registered, "https://contoso.crm.dynamics.com", ca_file=standin.certificates.authority,
        authority="https://login.microsoftonline.com", graph_url="https://graph.microsoft.com", instance_discovery=True,
    )  # fmt: skip
    assert agent.dataverse.who_am_i()["UserId"] == registered.userid
    wrong = connect(
        registered, "https://contosso.crm.dynamics.com", ca_file=standin.certificates.authority,
        authority="https://login.microsoftonline.com", instance_discovery=True,
    )  # fmt: skip
    with pytest.raises(SignInRefused, match="AADSTS500011"):
        wrong.dataverse.who_am_i()
    world.break_it("unreachable", {"host": "contoso.crm.dynamics.com"})
    again = connect(
        registered, "https://contoso.crm.dynamics.com", ca_file=standin.certificates.authority,
        authority="https://login.microsoftonline.com", instance_discovery=True,
    )  # fmt: skip
    with pytest.raises(CannotReach, match="proxy of HTTPS_PROXY") as refused:
        again.dataverse.who_am_i()
    assert refused.value.kind == "proxy"


def test_a_file_of_authorities_that_is_none_is_told(world: World, tmp_path: Path) -> None:
    from leadwright.errors import BadInput
    from leadwright.microsoft.line import open_line

    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(BadInput, match="microsoft_ca_file"):
        open_line(connection_to(register_agent(world), "https://localhost", tmp_path / "ca.pem"))


def test_graph_keeps_immutable_ids_and_says_what_it_refuses(agent: Agent) -> None:
    with pytest.raises(PrivilegeMissing, match="Microsoft Graph"):
        agent.graph.get("users")
    with agent.world.reading() as db:
        asked = db.execute("SELECT asked FROM seen WHERE path LIKE '/v1.0/users%'").fetchone()["asked"]
    assert 'IdType="ImmutableId"' in asked


def test_neither_secret_nor_token_nor_body_reaches_the_log(agent: Agent, capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    with structlog.testing.capture_logs() as lines:
        agent.dataverse.create("leads", new_id(), {"subject": "Confidential words", "lastname": "Okafor"})
        agent.dataverse.get("leads", filter="lastname eq 'Okafor'")
        with pytest.raises(PrivilegeMissing, match=r"Microsoft Graph \(messages\)") as refused:
            agent.graph.get("users/sdr@contoso.com/messages")
        assert "sdr" not in str(refused.value)
    told = str(lines)
    assert "request_id" in told
    for hidden in ("sdr@", "Confidential", "Okafor", agent.secret, "Bearer", "eyJ"):
        assert hidden not in told


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (200, {"Content-Type": "text/html; charset=utf-8"}, "answers with a web page"),
        (302, {"Location": "https://login.example/"}, "leads elsewhere"),
    ],
)
def test_what_is_not_the_service_is_told_from_it(agent: Agent, status: int, headers: dict[str, str], says: str) -> None:
    token = agent.http.tokens.token("https://localhost")

    def page(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers=headers, text="<html>Sign in to the hotel</html>")

    with httpx2.Client(transport=httpx2.MockTransport(page)) as client:
        elsewhere = MicrosoftHttp(agent.connection, agent.http.tokens, client=client)
        assert elsewhere.tokens.token("https://localhost") == token
        with pytest.raises(Refused, match=says):
            Dataverse(elsewhere).who_am_i()
