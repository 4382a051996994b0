"""robots.txt: understood as RFC 9309 has it, asked for once a day, and what it forbids is left alone."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.db.engine import Database
from leadwright.domain.robots import Robots, read_robots
from leadwright.errors import FetchError, LeftAlone
from leadwright.research.addresses import Target, target
from leadwright.research.company import company_of, research_company
from leadwright.research.fetch import Fetcher
from leadwright.research.robots import Answer as Said
from leadwright.research.robots import KnownRobots

from .conftest import Answer, Asked, Means, serving

SHOP = """
# a shop
User-agent: *
Disallow: /cart
Disallow: /*?sort=
Disallow: /*.pdf$
Disallow: /private/
Allow: /private/press
Crawl-delay: 10

User-agent: BadBot
User-agent: WorseBot
Disallow: /

Sitemap: https://shop.example/sitemap.xml
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/about", True),
        ("/cart", False),
        ("/cartoon", False),  # a pattern is a beginning
        ("/shoes?colour=red", True),
        ("/shoes?sort=price", False),
        ("/a/report.pdf", False),
        ("/a/report.pdf?page=2", True),  # $ is the end
        ("/private/", False),
        ("/private", True),
        ("/private/press/2026", True),  # the longer rule wins, wherever it stands
        ("/%70rivate/x", False),  # spelt differently, the same path
    ],
)
def test_the_rules_for_everybody_count_where_none_names_us(path: str, allowed: bool) -> None:
    assert read_robots(SHOP, "Leadwright").allows(path) is allowed


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: badbot\nUser-agent: leadwright\nDisallow: /", "/", False),
        ("User-agent: LeadWright/2.0\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: leadwright\nDisallow:", "/", True),  # our own group alone counts
        (
            "User-agent: leadwright\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: leadwright\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: leadwrightbot\nDisallow: /", "/", True),
        ("User-agent: *\nAllow: /p\nDisallow: /", "/page", True),
        ("User-agent: *\nDisallow: /page\nAllow: /page", "/page", True),  # of equals the friendlier
        ("\ufeffUser-agent: *\r\nDisallow: /x # why\r\n", "/x", False),
        ("User-agent: *\rDisallow: /x", "/x", False),
        ("USER-AGENT : *\n disallow :/x", "/x", False),
        ("Disallow: /", "/", True),  # a rule of no group
        ("User-agent: *\nDisallow: /fish*.php", "/fishheads/a.php?x", False),
        ("User-agent: *\nDisallow: /fish*.php", "/Fish.php", True),
        ("User-agent: *\nDisallow: /a*b*c$", "/a-b-c", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/a-c-b", True),
        ("User-agent: *\nDisallow: /ü", "/%c3%bc", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        ("<!doctype html><title>Not found</title>", "/", True),
        ("", "/", True),
    ],
)
def test_what_the_rfc_says_of_odd_files(text: str, path: str, allowed: bool) -> None:
    assert read_robots(text, "Leadwright").allows(path) is allowed


@given(st.text(), st.text())
def test_any_text_is_a_robots_file_and_any_path_has_an_answer(text: str, path: str) -> None:
    assert read_robots("User-agent: *\nDisallow: " + text, "Leadwright").allows("/" + path) in (True, False)


def test_a_hostile_pattern_costs_no_time() -> None:
    robots = read_robots("User-agent: *\n" + "Disallow: /" + "*a" * 100_000 + "$", "Leadwright")
    began = time.process_time()
    assert robots.allows("/" + "a" * 2_000)
    assert time.process_time() - began < 1
    assert Robots().allows("/")


def answering(robots: Answer, page: Answer = (200, {}, b"<p>page</p>")):  # type: ignore[no-untyped-def]
    return lambda asked: robots if asked.path == "/robots.txt" else page


def paths(asked: list[Asked]) -> list[str]:
    return [a.path for a in asked]


def test_a_site_is_asked_once_by_our_name_and_a_forbidden_page_is_never_requested() -> None:
    with serving(answering((200, {"Content-Type": "text/plain"}, b"User-agent: Leadwright\nDisallow: /x"))) as site:
        fetcher = Fetcher(frozenset({site.host}), honour_robots=True)
        for _ in range(3):
            assert fetcher.fetch(site.url + "/a").content == b"<p>page</p>"
            with pytest.raises(LeftAlone, match=r"The robots\.txt of 127\.0\.0\.1 asks programs not to read") as caught:
                fetcher.fetch(site.url + "/x/y")
        assert caught.value.permanent
    assert paths(site.asked) == ["/robots.txt", "/a", "/a", "/a"]
    assert site.asked[0].headers["user-agent"].startswith("Leadwright/")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_a_site_without_robots_file_forbids_nothing(status: int) -> None:
    with serving(answering((status, {}, b"User-agent: *\nDisallow: /"))) as site:
        assert Fetcher(frozenset({site.host}), honour_robots=True).fetch(site.url).content == b"<p>page</p>"


@pytest.mark.parametrize("status", [500, 503])
def test_a_site_that_cannot_say_is_not_read_now_and_not_asked_again_at_once(status: int) -> None:
    with serving(answering((status, {}, b""))) as site:
        fetcher = Fetcher(frozenset({site.host}), honour_robots=True)
        for _ in range(3):
            with pytest.raises(FetchError, match=f"cannot say at the moment.*{status}") as caught:
                fetcher.fetch(site.url)
        assert not caught.value.permanent
    assert paths(site.asked) == ["/robots.txt"]


def test_a_packed_or_endless_robots_file_is_read_as_far_as_it_may_be() -> None:
    text = b"User-agent: *\nDisallow: /x\n" + b"#" * 80_000_000
    for headers, body in (({"Content-Encoding": "gzip"}, gzip.compress(text)), ({}, text[:2_000_000])):
        with serving(answering((200, headers, body))) as site:
            fetcher = Fetcher(frozenset({site.host}), honour_robots=True)
            began = time.monotonic()
            with pytest.raises(LeftAlone):
                fetcher.fetch(site.url + "/x")
            assert time.monotonic() - began < 2


def test_a_redirected_robots_file_counts_for_both_sites() -> None:
    with serving(answering((200, {}, b"User-agent: *\nDisallow: /x"))) as new:

        def moved(asked: Asked) -> Answer:
            return 301, {"Location": new.url + asked.path}, b""

        with serving(moved) as old:
            fetcher = Fetcher(frozenset({old.host, new.host}), honour_robots=True)
            assert fetcher.fetch(old.url + "/a").url == new.url + "/a"
            with pytest.raises(LeftAlone):
                fetcher.fetch(old.url + "/x")
    assert paths(old.asked) == ["/robots.txt", "/a"]
    assert paths(new.asked) == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/robots.txt", "file:///etc/passwd", "http://10.0.0.1/", ""]
)
def test_a_robots_file_never_leads_to_a_private_address(location: str) -> None:
    with serving(answering((302, {"Location": location}, b""))) as site:
        assert Fetcher(frozenset({site.host}), honour_robots=True).fetch(site.url).content == b"<p>page</p>"


def test_the_robots_file_of_a_forbidden_address_is_not_asked_for() -> None:
    with serving(answering((200, {}, b""))) as site, pytest.raises(FetchError, match="fetched: "):
        Fetcher(honour_robots=True).fetch(site.url)
    assert site.asked == []


def test_an_answer_counts_for_a_day_and_outlives_an_outage() -> None:
    moment, answers, asked = [0.0], [Said(200, b"User-agent: *\nDisallow: /x", "http://a.example:80")], list[Target]()

    def ask(wanted: Target) -> Said:
        asked.append(wanted)
        return answers[0]

    known = KnownRobots(ask, clock=lambda: moment[0])
    page, forbidden = target("http://a.example/"), target("http://a.example/x")
    for hours, requests in ((0, 1), (23, 1), (25, 2)):
        moment[0] = hours * 3600.0
        known.check(page)
        with pytest.raises(LeftAlone):
            known.check(forbidden)
        assert len(asked) == requests
    answers[0] = Said(503, b"", "http://a.example:80")
    moment[0] = 60 * 3600.0
    known.check(page)
    with pytest.raises(LeftAlone):
        known.check(forbidden)
    assert len(asked) == 3
    answers[0] = Said(404, b"", "http://a.example:80")
    moment[0] += 301
    known.check(forbidden)


def test_the_steps_say_that_a_company_site_was_left_alone_and_nothing_counts_as_failed(
    sqlite_database: Database,
) -> None:
    with serving(answering((200, {}, b"User-agent: *\nDisallow: /"))) as site:
        host = f"www.acme.localhost:{site.port}"
        means = Means(sqlite_database, fetcher=Fetcher(frozenset({host}), honour_robots=True))
        subject = research_company(means, company_of("Acme", f"http://{host}/", None), "run")
        assert subject is not None
        assert (subject.state, subject.passages) == ("done", ())
        assert (
            subject.detail
            == "The robots.txt of www.acme.localhost asks programs not to read this page; it was left alone."
        )
    assert paths(site.asked) == ["/robots.txt"]
