"""The client of fastmcp, another project's, where it is installed (pip install "fastmcp-slim[client]")."""

import subprocess
import sys
from os import environ

import pytest
from sqlalchemy import select
from tests.api.conftest import Served

from leadwright.db.sales import Lead

TALK = """
import asyncio, sys
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

async def talk():
    transport = StreamableHttpTransport(sys.argv[1], headers={"Authorization": f"Bearer {sys.argv[2]}"})
    async with Client(transport) as client:
        names = {tool.name for tool in await client.list_tools()}
        assert {"account_research", "qualify_lead", "lead_summary"} <= names, names
        said = await client.call_tool("list_leads", {})
        print(*sorted(lead["leadid"] for lead in said.structured_content["leads"]))

asyncio.run(talk())
"""


def test_the_client_of_fastmcp_sees_the_seller_s_leads_and_no_other(served: Served) -> None:
    python = environ.get("FASTMCP_PYTHON", sys.executable)
    found = subprocess.run([python, "-c", "import fastmcp"], check=False, capture_output=True)
    if found.returncode:
        pytest.skip("fastmcp is not installed; FASTMCP_PYTHON names a Python that has it")
    command = [python, "-c", TALK, f"{served.address}/mcp", served.token_of("seller", readonly=True)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with served.services.database.reading() as session:
        mine = session.scalars(select(Lead.leadid).where(Lead.ownerid == served.desk.people["seller"])).all()
    assert done.stdout.split() == sorted(mine)
