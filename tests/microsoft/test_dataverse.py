"""Rows, pages, changes, links and actions, against the stand-in: in-process and over TLS."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.contracts.mailboxes import AGENT, PERMISSIONS, grant
from tests.microsoft.organisation import Agent, connect, register_agent

from leadwright.db.base import new_id
from leadwright.microsoft.batch import Call
from leadwright.microsoft.errors import (
    AlreadyThere,
    NotAMember,
    PrivilegeMissing,
    RowChanged,
    RowGone,
    ServiceDown,
    TokenExpired,
    UnknownName,
)
from leadwright.sandbox.dynamics import exchange
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World


@pytest.fixture(params=["agent", "tls_agent"])
def anyone(request: pytest.FixtureRequest) -> Any:
    """The client in-process and over TLS."""
    return request.getfixturevalue(request.param)


def test_who_we_are_is_the_application_user(anyone: Agent) -> None:
    me = anyone.dataverse.who_am_i()
    assert (me["UserId"], me["OrganizationId"]) == (anyone.userid, anyone.world.organizationid)


def test_pages_come_one_after_another_and_can_be_taken_up_again(anyone: Agent) -> None:
    ids = {anyone.lead(subject=f"Number {n}") for n in range(7)}
    pages = list(anyone.dataverse.pages("leads", page_size=3, select="subject", orderby="createdon"))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {row["leadid"] for page in pages for row in page} == ids
    assert pages[0].next_link
    left = list(anyone.dataverse.pages(pages[0].next_link, page_size=3))
    assert [len(page) for page in left] == [3, 1]


def test_a_row_is_made_once_changed_only_in_the_version_that_was_read_and_deleted(anyone: Agent) -> None:
    id = new_id()
    anyone.dataverse.create("leads", id, {"subject": "Crusher ½ & 'more'", "lastname": "Okafor"})
    with pytest.raises(AlreadyThere):
        anyone.dataverse.create("leads", id, {"subject": "Again", "lastname": "Okafor"})
    read = anyone.dataverse.row("leads", id, ("subject",))
    assert read is not None
    assert read["subject"] == "Crusher ½ & 'more'"
    anyone.dataverse.update("leads", id, {"subject": "New"}, read["@odata.etag"])
    with pytest.raises(RowChanged):
        anyone.dataverse.update("leads", id, {"subject": "Late"}, read["@odata.etag"])
    assert anyone.dataverse.delete("leads", id)
    assert not anyone.dataverse.delete("leads", id)
    assert anyone.dataverse.row("leads", id) is None
    with pytest.raises(RowGone):
        anyone.dataverse.update("leads", id, {"subject": "Never"}, None)


def test_changes_and_deletes_since_a_delta_link(agent: Agent) -> None:
    kept, gone = agent.lead(), agent.lead()
    first = list(agent.dataverse.pages("leads", prefer=("odata.track-changes",), select="subject"))
    link = first[-1].delta_link
    assert link
    agent.dataverse.update("leads", kept, {"subject": "Changed"}, None)
    agent.dataverse.delete("leads", gone)
    pages = list(agent.dataverse.changes(link))
    assert [row["subject"] for page in pages for row in page] == ["Changed"]
    assert [id for page in pages for id in page.removed] == [gone]
    later = pages[-1].delta_link
    assert later
    agent.world.break_it("delta token expired")
    with pytest.raises(TokenExpired):
        list(agent.dataverse.changes(later))


def test_links_are_made_and_taken_away_and_both_are_safe_to_repeat(agent: Agent) -> None:
    role = seed.role_named(agent.world, "Salesperson")
    for _ in range(2):
        agent.dataverse.associate("systemusers", agent.userid, "systemuserroles_association", "roles", role)
    held = agent.dataverse.get(f"systemusers({agent.userid})/systemuserroles_association", select="name")
    assert {row["name"] for row in held["value"]} == {"Salesperson", "System Administrator"}
    for _ in range(2):
        agent.dataverse.disassociate("systemusers", agent.userid, "systemuserroles_association", "roles", role)
    held = agent.dataverse.get(f"systemusers({agent.userid})/systemuserroles_association", select="name")
    assert {row["name"] for row in held["value"]} == {"System Administrator"}


def test_an_action_qualifies_a_lead(agent: Agent) -> None:
    lead = agent.lead(companyname="Northwind Sample")
    body = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
    made = agent.dataverse.action(f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead", body)["value"]
    assert {row["@odata.type"].rpartition(".")[2] for row in made} == {"account", "contact", "opportunity"}


def test_who_is_no_user_of_the_organisation_is_told_where_to_be_added(agent: Agent) -> None:
    with agent.world.transaction() as db:
        db.execute("UPDATE dv_systemuser SET applicationid=NULL WHERE systemuserid=?", (agent.userid,))
    with pytest.raises(NotAMember, match="Application users") as refused:
        agent.dataverse.who_am_i()
    assert refused.value.code == "0x80072560"


def test_a_disabled_user_is_told_as_such(agent: Agent) -> None:
    records.update(agent.world, "systemuser", agent.userid, {"isdisabled": True}, by=seed.administrator(agent.world))
    with pytest.raises(NotAMember, match="disabled"):
        agent.dataverse.who_am_i()


def test_an_application_whose_roles_were_taken_is_told_where_they_are_given(agent: Agent) -> None:
    seed.take_role(agent.world, agent.userid, "System Administrator")
    with pytest.raises(PrivilegeMissing, match="no security role") as refused:
        agent.dataverse.who_am_i()
    assert refused.value.installation


def test_a_person_who_is_no_user_is_told_apart_from_the_application(agent: Agent) -> None:
    with pytest.raises(NotAMember, match="person acted for") as refused:
        agent.dataverse.acting_as(new_id()).who_am_i()
    assert not refused.value.installation


def test_a_missing_privilege_is_named(agent: Agent) -> None:
    poor = connect(register_agent(agent.world, "Salesperson"), "https://localhost", client=agent.http.tokens.client)
    seed.take_role(agent.world, poor.userid, "Salesperson")
    seed.make_role(agent.world, "Nobody", "Account R")
    seed.give_role(agent.world, poor.userid, "Nobody")
    with pytest.raises(PrivilegeMissing) as refused:
        poor.dataverse.get("leads")
    assert refused.value.privilege == "prvReadLead"


def test_a_deleted_column_is_named(agent: Agent) -> None:
    with pytest.raises(UnknownName) as refused:
        agent.dataverse.get("leads", select="new_gone")
    assert refused.value.name == "new_gone"
    with pytest.raises(UnknownName):
        agent.dataverse.get("new_nothings")


def test_acting_for_a_person_leaves_the_rights_both_have(agent: Agent) -> None:
    person = agent.dataverse.get(
        "systemusers", filter="domainname eq 'seller@contoso.onmicrosoft.com'",
        select="systemuserid,azureactivedirectoryobjectid",
    )["value"][0]  # fmt: skip
    acting = agent.dataverse.acting_as(person["azureactivedirectoryobjectid"])
    assert acting.who_am_i()["UserId"] == person["systemuserid"]
    id = new_id()
    acting.create("leads", id, {"subject": "By the seller", "lastname": "Okafor"})
    row = agent.dataverse.row("leads", id, ("_createdby_value", "_createdonbehalfby_value"))
    assert row is not None
    assert (row["_createdby_value"], row["_createdonbehalfby_value"]) == (person["systemuserid"], agent.userid)


def test_a_batch_gives_each_call_its_own_outcome(anyone: Agent) -> None:
    kept, new = anyone.lead(), new_id()
    body = {"subject": "New", "lastname": "Okafor"}
    calls = [
        Call("GET", f"leads({kept})?$select=subject"),
        Call("PATCH", f"leads({new})", body, {"If-None-Match": "*"}),
        Call("PATCH", f"leads({kept})", {"subject": "Late"}, {"If-Match": 'W/"1"'}),
        Call("DELETE", f"leads({new_id()})"),
        Call("PATCH", f"leads({new})", body, {"If-None-Match": "*"}),
        Call("GET", "WhoAmI"),
    ]
    outcomes = anyone.dataverse.batch(calls)
    kinds = [getattr(one, "status", None) if type(one).__name__ == "Answer" else type(one) for one in outcomes]
    assert kinds == [200, 204, RowChanged, RowGone, AlreadyThere, 200]
    assert outcomes[0].json["subject"] == "Needs conveyors"  # type: ignore[union-attr]


def test_a_change_set_holds_or_fails_together(agent: Agent) -> None:
    new, other = new_id(), new_id()
    body = {"subject": "New", "lastname": "Okafor"}
    good = [Call("PATCH", f"leads({id})", body, {"If-None-Match": "*"}) for id in (new, other)]
    assert [one.status for one in agent.dataverse.batch(good, atomic=True)] == [204, 204]
    third = new_id()
    bad = [
        Call("PATCH", f"leads({third})", body, {"If-None-Match": "*"}),
        Call("PATCH", f"leads({new})", body, {"If-None-Match": "*"}),
    ]
    outcomes = agent.dataverse.batch(bad, atomic=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyThere", "Refused"]
    assert agent.dataverse.row("leads", third) is None


def test_more_than_a_thousand_calls_are_several_requests(agent: Agent) -> None:
    lead = agent.lead()
    outcomes = agent.dataverse.batch([Call("GET", f"leads({lead})?$select=subject")] * 1203)
    assert {one.status for one in outcomes} == {200}
    assert len(outcomes) == 1203


def test_a_batch_in_the_name_of_a_person_is_his_in_every_call(agent: Agent) -> None:
    person = agent.dataverse.get(
        "systemusers", filter="domainname eq 'seller@contoso.onmicrosoft.com'",
        select="systemuserid,azureactivedirectoryobjectid",
    )["value"][0]  # fmt: skip
    acting, id = agent.dataverse.acting_as(person["azureactivedirectoryobjectid"]), new_id()
    calls = [
        Call("GET", "WhoAmI"),
        Call("PATCH", f"leads({id})", {"subject": "His", "lastname": "Okafor"}, {"If-None-Match": "*"}),
        Call("GET", "leads?$filter=subject eq 'His'&$select=subject"),
    ]
    who, made, found = acting.batch(calls)
    assert who.json["UserId"] == person["systemuserid"]  # type: ignore[union-attr]
    assert (made.status, len(found.json["value"])) == (204, 1)  # type: ignore[union-attr]


def test_a_batch_refuses_what_could_not_be_one_request(agent: Agent) -> None:
    from leadwright.errors import BadInput

    with pytest.raises(BadInput, match="reads"):
        agent.dataverse.batch([Call("GET", "WhoAmI")], atomic=True)
    many = [Call("DELETE", f"leads({new_id()})")] * 1001
    with pytest.raises(BadInput, match="at most 1,000"):
        agent.dataverse.batch(many, atomic=True)
    with pytest.raises(BadInput, match="line break"):
        agent.dataverse.batch([Call("GET", "WhoAmI\r\nHost: elsewhere")])
    assert agent.dataverse.batch([]) == []


def test_a_large_batch_goes_out_in_several_requests_by_its_size(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadwright.microsoft import batch

    monkeypatch.setattr(batch, "MOST_BYTES", 20_000)
    body = {"subject": "x" * 290, "description": "y" * 1500, "lastname": "Okafor"}
    calls = [Call("PATCH", f"leads({new_id()})", body, {"If-None-Match": "*"}) for _ in range(40)]
    assert {one.status for one in agent.dataverse.batch(calls)} == {204}
    with agent.world.reading() as db:
        asked = db.execute("SELECT count(*) FROM seen WHERE path LIKE '%$batch'").fetchone()[0]
    assert 4 <= asked <= 6


class Circling(TestClient):
    """A service whose every page leads back to itself."""

    def request(self, method: str, url: Any, **more: Any) -> Any:  # type: ignore[override]
        answer = super().request(method, url, **more)
        if method == "GET" and "value" in answer.json():
            answer._content = json.dumps({**answer.json(), "@odata.nextLink": str(url)}).encode()
        return answer


def test_pages_that_go_round_in_a_circle_come_to_an_end(world: World) -> None:
    client = Circling(served(world), base_url="https://localhost")
    registered = register_agent(world, "System Administrator")
    exchange.create_shared_mailbox(world, AGENT, "Sales agent")
    grant(world, registered.application.appid, *PERMISSIONS)
    agent = connect(registered, "https://localhost", client=client)
    seen = 0
    with pytest.raises(ServiceDown, match="back to an earlier one"):
        for _ in agent.dataverse.pages("systemusers", select="systemuserid"):
            seen += 1
    assert seen == 1
    with pytest.raises(ServiceDown, match="back to an earlier one"):
        for _ in agent.graph.pages(f"users/{AGENT}/messages", select="id"):
            seen += 1
    assert seen == 3, "of Graph two: the first has an address of ours"
