"""An agent of another project lists and calls the tools with a seller's rights and sees only that seller's leads."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult
from sqlalchemy import select
from tests.api.conftest import Served

from leadwright.actions.personal_tokens import revoke_token, tokens_of
from leadwright.db.audit import AuditEntry
from leadwright.db.sales import Lead, Opportunity
from leadwright.identity.access import principal
from leadwright.identity.directory import directory_of

NAMES = {
    "account_research",
    "competitor_research",
    "engagement_summary",
    "lead_qualification_assessment",
    "lead_research",
    "outreach_draft",
    "lead_summary",
    "list_leads",
    "qualify_lead",
}
BY_LEAD = sorted(NAMES - {"list_leads", "qualify_lead"})
MODES = ["auto", "legacy"]


@asynccontextmanager
async def connected(address: str, token: str, **options: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), **options) as client,
    ):
        yield client


def owned(served: Served, person: str) -> set[str]:
    with served.services.database.reading() as session:
        return set(session.scalars(select(Lead.leadid).where(Lead.ownerid == served.desk.people[person])))


def handed_over(served: Served, person: str) -> str:
    mine = owned(served, person)
    return next(leadid for leadid in served.desk.leads["handed_over"] if leadid in mine)


async def everything(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        said = (await client.call_tool("list_leads", {"after": after})).structured_content
        assert said is not None
        found += said["leads"]
        if not (after := said["next"]):
            return found


@pytest.mark.parametrize("mode", MODES)
def test_a_seller_s_agent_sees_the_seller_s_leads_and_no_other(served: Served, mode: str) -> None:
    async def talk() -> None:
        async with connected(served.address, served.token_of("seller", readonly=True), mode=mode) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == NAMES
            for name, tool in tools.items():
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint is (name != "qualify_lead")
                assert tool.output_schema is not None
            assert {x["leadid"] for x in await everything(client)} == owned(served, "seller")
            mine, theirs = handed_over(served, "seller"), handed_over(served, "other")
            for name in BY_LEAD:
                answer = await client.call_tool(name, {"leadid": mine})
                assert not answer.is_error, answer
                assert answer.structured_content is not None
                assert answer.content[0].text  # type: ignore[union-attr]
                refused = await client.call_tool(name, {"leadid": theirs})
                assert refused.is_error
                assert "no such lead" in refused.content[0].text  # type: ignore[union-attr]
            refused = await client.call_tool("qualify_lead", {"leadid": mine, "outcome": "qualified"})
            assert refused.is_error
            assert "for reading only" in refused.content[0].text  # type: ignore[union-attr]

    anyio.run(talk)


def test_what_the_tools_say_is_what_the_research_page_shows(served: Served) -> None:
    async def talk() -> None:
        async with connected(served.address, served.token_of("seller")) as client:
            mine = handed_over(served, "seller")
            said = (await client.call_tool("lead_qualification_assessment", {"leadid": mine})).structured_content
            assert said is not None
            assert said["fit"] in {"High", "Moderate"}
            assert any(c["evidence"] for c in said["criteria"])
            company = await client.call_tool("account_research", {"leadid": mine})
            assert company.structured_content is not None
            assert company.structured_content["sections"][0]["statements"][0]["evidence"][0]["quote"]
            rivals = await client.call_tool("competitor_research", {"leadid": mine})
            assert rivals.structured_content is not None
            assert rivals.structured_content["competitors"][0]["swot"]["strengths"]
            draft = await client.call_tool("outreach_draft", {"leadid": mine})
            assert draft.structured_content is not None
            assert draft.structured_content["body"].startswith("Hello")

    anyio.run(talk)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("agrees", [True, False])
def test_a_client_that_can_ask_a_person_asks_before_a_lead_is_qualified(
    served: Served, mode: str, agrees: bool
) -> None:
    asked: list[str] = []

    async def answer(_context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True}) if agrees else ElicitResult(action="decline")

    async def talk() -> None:
        token = served.token_of("seller")
        async with connected(served.address, token, mode=mode, elicitation_callback=answer) as client:
            choice = {"leadid": handed_over(served, "seller"), "outcome": "qualified"}
            done = await client.call_tool("qualify_lead", choice)
            assert not done.is_error, done
            assert done.structured_content is not None
            assert done.structured_content["status"] == ("qualified" if agrees else "declined")
            assert done.structured_content["opportunityid"] is None

    leadid = handed_over(served, "seller")
    anyio.run(talk)
    assert len(asked) == 1
    assert asked[0].startswith("Close the lead")
    with served.services.database.reading() as session:
        assert session.get_one(Lead, leadid).statecode == (1 if agrees else 0)
        assert not session.scalars(select(Opportunity).where(Opportunity.originatingleadid == leadid)).all()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.qualified")).first()
        assert (entry.actorid if entry else None) == (served.desk.people["seller"] if agrees else None)


def test_a_client_that_cannot_ask_gets_a_confirmation_that_fits_this_very_choice_once(served: Served) -> None:
    async def talk() -> None:
        leadid = handed_over(served, "seller")
        choice = {"leadid": leadid, "outcome": "qualified", "create_opportunity": True}
        async with connected(served.address, served.token_of("seller")) as client:
            asked = (await client.call_tool("qualify_lead", choice)).structured_content
            assert asked is not None
            assert asked["status"] == "confirmation_needed"
            told = {"confirmation": asked["confirmation"]}
            for other in (choice | {"create_opportunity": False}, choice | {"outcome": "disqualified", "reason": "x"}):
                refused = await client.call_tool("qualify_lead", other | told)
                assert refused.is_error
            refused = await client.call_tool("qualify_lead", choice | {"confirmation": "v1.made.up"})
            assert refused.is_error
            with served.services.database.reading() as session:
                assert session.get_one(Lead, leadid).statecode == 0
            async with connected(served.address, served.token_of("manager")) as another:
                assert (await another.call_tool("qualify_lead", choice | told)).is_error
            done = (await client.call_tool("qualify_lead", choice | told)).structured_content
            assert done is not None
            assert done["status"] == "qualified"
            assert done["opportunityid"]
            again = await client.call_tool("qualify_lead", choice | told)
            assert again.is_error
            assert "closed already" in again.content[0].text  # type: ignore[union-attr]

    anyio.run(talk)


def test_a_lead_is_disqualified_with_its_reason(served: Served) -> None:
    async def talk() -> None:
        choice = {"leadid": handed_over(served, "seller"), "outcome": "disqualified"}
        async with connected(served.address, served.token_of("seller")) as client:
            assert (await client.call_tool("qualify_lead", choice)).is_error
            choice["reason"] = "They closed their stores."
            asked = (await client.call_tool("qualify_lead", choice)).structured_content
            assert asked is not None
            done = await client.call_tool("qualify_lead", choice | {"confirmation": asked["confirmation"]})
            assert done.structured_content is not None
            assert done.structured_content["status"] == "disqualified"

    leadid = handed_over(served, "seller")
    anyio.run(talk)
    with served.services.database.reading() as session:
        assert session.get_one(Lead, leadid).statecode == 2
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.disqualified")).all()[-1]
        assert entry.cause == "They closed their stores."


@pytest.mark.parametrize("mode", MODES)
def test_a_revoked_token_is_refused_at_the_next_call(served: Served, mode: str) -> None:
    async def talk() -> None:
        async with connected(served.address, served.token_of("seller"), mode=mode) as client:
            assert not (await client.call_tool("list_leads", {})).is_error
            with served.services.database.reading() as session:
                who = principal(session, served.desk.people["seller"])
            revoke_token(served.services, who, tokens_of(served.services, who)[0].tokenid)
            with pytest.raises(MCPError):
                await client.call_tool("list_leads", {})

    anyio.run(talk)


def test_an_application_s_token_counts_with_its_user_s_rights(served: Served) -> None:
    program = served.program("Sales Manager")
    token = directory_of(served.services).issue_token(program.appid, program.secret).value

    async def talk() -> None:
        async with connected(served.address, token) as client:
            assert len(await everything(client)) == sum(map(len, served.desk.leads.values()))

    anyio.run(talk)


def test_without_a_token_the_way_to_one_is_named_and_other_sites_are_refused(served: Served) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with httpx2.Client(base_url=served.address, timeout=60) as client:
        answer = client.post("/mcp", json=body)
        assert answer.status_code == 401
        named = answer.headers["www-authenticate"].partition('resource_metadata="')[2].partition('"')[0]
        about = client.get(named).json()
        assert about["resource"] == f"{served.address}/mcp"
        (issuer,) = about["authorization_servers"]
        assert client.get(f"{issuer}/.well-known/openid-configuration").json()["issuer"] == issuer
        assert client.post("/mcp", json=body, headers={"Origin": "https://elsewhere.example"}).status_code == 403
        assert client.get("/no-such-page").headers["content-type"].startswith("text/html")


def test_the_same_tools_over_standard_input_and_output(served: Served) -> None:
    settings = served.services.settings
    env = {
        **os.environ,
        "LEADWRIGHT_TOKEN": served.token_of("seller"),
        "LEADWRIGHT_DATA_DIR": str(settings.data_dir),
        "LEADWRIGHT_DATABASE_URL": served.services.database.engine.url.render_as_string(hide_password=False),
    }

    async def talk() -> None:
        command = StdioServerParameters(command=sys.executable, args=["-m", "leadwright", "mcp"], env=env)
        async with Client(command) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == NAMES
            assert {x["leadid"] for x in await everything(client)} == owned(served, "seller")
            theirs = await client.call_tool("lead_summary", {"leadid": handed_over(served, "other")})
            assert theirs.is_error
            mine = await client.call_tool("lead_summary", {"leadid": handed_over(served, "seller")})
            assert not mine.is_error

    anyio.run(talk)
