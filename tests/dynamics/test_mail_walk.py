"""One conversation through both doors: written over the Web API, delivered, answered, read over Graph and Dataverse."""

import email
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.dynamics.mailing import AGENT, PROSPECT, Agent
from tests.dynamics.test_graph_mail import INBOX, calling

from leadwright.sandbox.dynamics import entra_tokens, exchange_transport
from leadwright.sandbox.dynamics.dataverse import seed

ORG = "contoso.crm.dynamics.com"
SEND = "Microsoft.Dynamics.CRM.SendEmail"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path / "dynamics").ready()
    yield made
    made.world.close()


def test_an_agent_writes_a_lead_who_answers(agent: Agent) -> None:
    graph = calling(agent.world, agent.appid, "Mail.Read")
    seed.give_role(agent.world, agent.user, "AISalesPerson")
    token = entra_tokens.application_token(agent.world, agent.appid, f"https://{ORG}", ORG, by_certificate=False)
    headers = {"Authorization": f"Bearer {token}"}
    api = TestClient(graph.app, base_url=f"https://{ORG}/api/data/v9.2/", headers=headers)
    lead = agent.a_lead(PROSPECT, ownerid=("systemuser", agent.user))
    body = {
        "subject": "Conveyors",
        "description": "<p>Hello</p>",
        "directioncode": True,
        "regardingobjectid_lead@odata.bind": f"/leads({lead})",
        "email_activity_parties": [
            {"partyid_systemuser@odata.bind": f"/systemusers({agent.user})", "participationtypemask": 1},
            {"partyid_lead@odata.bind": f"/leads({lead})", "participationtypemask": 2},
        ],
    }
    made = api.post("emails", json=body, headers={"Prefer": "return=representation"})
    assert made.status_code == 201, made.text
    id = made.json()["activityid"]
    assert api.post(f"emails({id})/{SEND}", json={"IssueSend": True}).status_code == 200
    assert api.get(f"emails({id})?$select=statuscode").json()["statuscode"] == 6

    def prospect(out: exchange_transport.Outgoing) -> None:
        sent = email.message_from_bytes(out.raw)
        agent.comes("How much?", Subject=f"Re: {sent['Subject']}", In_Reply_To=sent["Message-ID"])

    exchange_transport.on_outside(agent.world, prospect)
    agent.tick(2)
    row = api.get(f"emails({id})").json()
    assert (row["statuscode"], row["statecode"]) == (3, 1)
    assert row["trackingtoken"] in row["subject"]
    condition = f"_regardingobjectid_value eq {lead} and directioncode eq false"
    (answer,) = api.get("emails", params={"$filter": condition, "$expand": "email_activity_parties"}).json()["value"]
    assert (answer["sender"], answer["correlationmethod"], answer["inreplyto"]) == (PROSPECT, 3, row["messageid"])
    rows = graph.get(INBOX, params={"$filter": f"internetMessageId eq '{answer['messageid']}'"}).json()["value"]
    assert [one["toRecipients"][0]["emailAddress"]["address"] for one in rows] == [AGENT]
