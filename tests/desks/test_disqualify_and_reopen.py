"""A person closes a lead with a reason and opens it again; what refuses says how to go on."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.actions.disqualify import reopen
from leadwright.actions.qualify import Sale, qualify
from leadwright.db.sales import Lead, Opportunity
from leadwright.errors import Conflict
from leadwright.identity.access import Principal, principal


def _as(desk: Desk, who: str) -> Principal:
    with desk.services.database.reading() as session:
        return principal(session, desk.people[who])


def test_a_seller_disqualifies_with_a_reason_and_reopens(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("handed_over")
    client, page = browser("seller"), f"/leads/{leadid}"
    assert f'action="{page}/disqualify"' in client.get(page).text
    client.submit(f"{page}/disqualify", {"reason": "  "})
    assert "Say why the lead is disqualified" in client.get(page).text
    client.submit(f"{page}/disqualify", {"reason": "Bought elsewhere <b>yesterday</b>"})
    text = client.get(page).text
    assert "a person disqualified this lead" in text
    assert "Bought elsewhere &lt;b&gt;" in text
    assert f'action="{page}/disqualify"' not in text
    assert "by a person" in client.get("/leads?view=mine").text
    client.submit(f"{page}/reopen")
    text = client.get(page).text
    assert "The lead is open again." in text
    assert "Reopened" in text
    with desk.services.database.reading() as session:
        assert session.get_one(Lead, leadid).statecode == 0


def test_a_qualified_lead_is_reopened_and_qualified_again_without_a_second_opportunity(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    leadid, who = desk.lead("handed_over"), _as(desk, "seller")
    first = qualify(desk.services, who, leadid, sale=Sale("Forty <b>shelves</b>", 25_000.0))
    page = browser("seller").get(f"/leads/{leadid}").text
    assert "Forty &lt;b&gt;shelves" in page
    assert "$25,000" in page
    reopen(desk.services, who, leadid)
    page = browser("seller").get(f"/leads/{leadid}/qualify").text
    assert 'name="opportunity" value="1" checked' not in page
    second = qualify(desk.services, who, leadid, opportunity=False)
    assert second.opportunityid == first.opportunityid
    with desk.services.database.reading() as session:
        made = select(func.count()).select_from(Opportunity).where(Opportunity.originatingleadid == leadid)
        assert session.scalar(made) == 1


def test_what_the_agent_disqualified_is_reassigned_not_reopened(desk: Desk) -> None:
    leadid, who = desk.lead("disqualified"), _as(desk, "admin")
    with desk.services.database.transaction() as session:
        session.get_one(Lead, leadid).statecode = 2
    with pytest.raises(Conflict, match="Reassign"):
        reopen(desk.services, who, leadid)
    with pytest.raises(Conflict, match="open already"):
        reopen(desk.services, who, desk.lead("handed_over"))


def test_a_refused_page_leads_back_to_the_lead_or_its_list(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid, client = desk.lead("handed_over"), browser("seller")
    qualify(desk.services, _as(desk, "seller"), leadid)
    refused = client.get(f"/leads/{leadid}/qualify")
    assert refused.status_code == 409
    assert f'href="/leads/{leadid}">Go to the lead</a>' in refused.text
    missing = client.get(f"/leads/{'0' * 36}/draft")
    assert missing.status_code == 404
    assert 'href="/leads">Go to Leads</a>' in missing.text
    assert 'href="/dashboard">Go to' not in client.get("/dashboard").text
