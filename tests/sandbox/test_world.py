"""The rehearsal world: real pages over real sockets, invented people only, faults on demand."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import feedparser
import httpx2
import pytest

from leadwright.errors import Conflict
from leadwright.sandbox import seller
from leadwright.sandbox.companies import companies
from leadwright.sandbox.people import leads
from leadwright.sandbox.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World() as running:
        yield running


@pytest.fixture
def browser(world: World) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=world.url, timeout=60) as client:
        yield client


def test_the_world_has_two_hundred_companies_each_with_its_own_address() -> None:
    assert len(companies()) == len({c.slug for c in companies()}) == 200


def test_a_company_page_tells_its_facts_and_marks_its_figures_as_rehearsal(browser: httpx2.Client) -> None:
    page = browser.get("/sites/accenture/about").text
    assert "Dublin, Ireland" in page
    assert "Founded in 1989" in page
    figures = re.findall(r"<th>Employees</th><td>[\d,]+ ([^<]+)<", page)
    assert figures == ["(rehearsal figure)"]
    assert "every figure, plan and news item is invented" in page


def test_every_page_of_every_company_can_be_read(browser: httpx2.Client) -> None:
    for firm in companies()[:40]:
        expected = 200 if firm.has_site else 404
        for page in ("", "about", "investors", "news", "feed.xml"):
            assert browser.get(f"/sites/{firm.slug}/{page}").status_code == expected


def test_the_news_feed_is_one_that_feed_readers_understand(browser: httpx2.Client) -> None:
    firm = next(c for c in companies() if c.has_site and _news(browser, c.slug))
    entry = _news(browser, firm.slug)[0]
    assert entry.published_parsed
    assert "belongs to a Leadwright rehearsal" in _visit(browser, entry.link)


def _news(browser: httpx2.Client, slug: str) -> list[feedparser.FeedParserDict]:
    feed = feedparser.parse(browser.get(f"/sites/{slug}/feed.xml").content)
    assert not feed.bozo
    return list(feed.entries)


def _visit(browser: httpx2.Client, url: str) -> str:
    parts = urlsplit(url)
    return browser.get(parts.path, headers={"Host": parts.netloc}).text


def test_each_company_has_a_host_of_its_own(browser: httpx2.Client) -> None:
    assert "Dublin, Ireland" in browser.get("/about", headers={"Host": "accenture.localhost:1"}).text


def test_the_search_answers_as_searxng_does_and_only_about_the_company_asked_for(
    world: World, browser: httpx2.Client
) -> None:
    answer = browser.get("/search", params={"q": "A. O. Smith annual revenue", "format": "json"}).json()
    assert answer["results"]
    assert all(r["url"].startswith(f"{world.site('a-o-smith')}/") for r in answer["results"])
    assert {"url", "title", "content", "engine", "publishedDate"} <= answer["results"][0].keys()
    assert browser.get("/search", params={"q": "Nobody Knows This Firm", "format": "json"}).json()["results"] == []


def test_leads_are_the_same_every_time_and_nobody_can_be_reached() -> None:
    first, again = (list(leads(200, 8481)) for _ in range(2))
    assert first == again
    addresses = [row["Email"] for row in first if row["Email"]]
    assert len(addresses) > 185
    assert all(a.endswith((".example", ".invalid")) for a in addresses)
    assert any(not row["Email"] for row in first)
    assert any(not row["Job Title"] for row in first)


def test_faults_break_one_company_and_no_other(world: World, browser: httpx2.Client) -> None:
    world.faults.status["accenture"] = 500
    world.faults.lies["ibm"] = "a-o-smith"
    world.faults.garbage.add("aflac")
    assert browser.get("/sites/accenture/").status_code == 500
    assert "A. O. Smith" in browser.get("/sites/ibm/about").text
    assert "A. O. Smith" in browser.get("/search", params={"q": "IBM", "format": "json"}).json()["results"][0]["title"]
    assert browser.get("/sites/aflac/").content[:3] == b"\x00\x01\x02"
    assert browser.get("/sites/a-o-smith/").status_code == 200


def test_a_search_provider_can_be_made_to_fail(world: World, browser: httpx2.Client) -> None:
    world.faults.status["search"] = 429
    refused = browser.get("/search", params={"q": "IBM", "format": "json"})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert browser.get("/sites/ibm/").status_code == 200


def test_a_taken_port_is_named(world: World) -> None:
    with pytest.raises(Conflict, match=str(world.port)):
        World(world.port).start()


def test_the_sellers_papers_are_written_for_each_set(tmp_path) -> None:
    folders = seller.write_papers(tmp_path)
    assert {p.name for p in folders["competitors"].iterdir()} == {c.paper for c in seller.COMPETITORS}
    assert {"value.md", "ten-weeks.docx", "peak-season.pptx"} <= {p.name for p in folders["outreach"].iterdir()}
