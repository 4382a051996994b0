"""The home page says what to do next, and the reason why a lead was not contacted is three clicks away."""

import re
from collections.abc import Callable
from datetime import timedelta

from tests.web.conftest import Browser
from tests.web.desk import NOW, Desk

from leadwright.db.agent import Agent
from leadwright.db.sales import Lead
from leadwright.domain.next_step import Standing, next_step


def test_whoever_waits_for_us_comes_before_whoever_is_ready_and_before_whom_we_wait_for() -> None:
    at = NOW
    ranks = [
        next_step(Standing(at, outcome="escalated")),
        next_step(Standing(at, outcome="qualified", heard_at=at + timedelta(hours=1))),
        next_step(Standing(at, outcome="qualified", heard_at=at - timedelta(hours=1))),
        next_step(Standing(at, outcome="blocked")),
        next_step(Standing(at, outcome="clarify")),
        next_step(Standing(at, rating=1, has_draft=True)),
        next_step(Standing(at, rating=2)),
        next_step(Standing(at, rating=3)),
        next_step(Standing(at, outcome="qualified", written_at=at + timedelta(hours=1))),
    ]
    assert [step.rank for step in ranks] == sorted(step.rank for step in ranks)
    assert len({step.rank for step in ranks}) == len(ranks)


def test_a_seller_begins_with_their_own_leads_and_a_supervisor_with_what_waits(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    page = browser("seller").get("/").text
    assert "What to do next" in page
    assert f"/leads/{desk.lead('handed_over')}" in page
    assert "Waits for a supervisor" not in page
    page = browser("manager").get("/").text
    assert re.search(
        r">1</span><span>lead that waits for a decision|>\d+</span><span>leads that wait for a decision", page
    )
    assert 'href="/leads?view=processing&amp;stage=blocked"' in page


def test_why_a_lead_was_not_contacted_is_three_clicks_from_the_home_page(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    """Clicks: into the search box, on the lead; its page says why."""
    wanted = {
        "disqualified": "Disqualified by Sales Agent", "returned": "The lead has no email address",
        "failed": "did not answer in three tries", "blocked": "a person&#39;s decision", "none": "",
    }  # fmt: skip
    client = browser("manager")
    home = client.get("/").text
    assert re.search(r'<form class="search" action="/leads" role="search">', home)
    with desk.services.database.reading() as session:
        names = {stage: session.get_one(Lead, desk.lead(stage)).fullname for stage in wanted}
    for stage, said in wanted.items():
        found = client.get("/leads", params={"view": "all", "q": names[stage]}).text
        assert f'href="/leads/{desk.lead(stage)}"' in found
        page = client.get(f"/leads/{desk.lead(stage)}").text
        assert said in page, stage
        assert stage != "none" or "selection criteria" in page or "has not taken" in page


def test_a_new_installation_is_led_to_its_first_start_and_only_who_may_set_it_up(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    with desk.services.database.transaction() as session:
        session.get_one(Agent, desk.agentid).startedon = None
    page = browser("admin").get("/").text
    assert "Get started" in page
    assert 'href="/agent">Create the agent</a> <span class="unseen">(done)</span>' in page
    assert "Get started" not in browser("manager").get("/").text
    with desk.services.database.transaction() as session:
        session.get_one(Agent, desk.agentid).startedon = NOW
    assert "Get started" not in browser("admin").get("/").text
