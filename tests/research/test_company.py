"""Company research: its own facts only, once for all its leads, and a provider that fails makes it partial."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from leadwright.db.agent import CompanyResearch, SourcePassage
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.errors import SearchError
from leadwright.research import subjects
from leadwright.research.company import Company, company_of, research_company, research_topic, without_namesakes
from leadwright.research.fetch import Fetcher
from leadwright.research.search import SearchHit, SearxngSearch

from .conftest import Answer, Asked, Means, Site, serving

KEY = "company:acme.localhost|acme"
PAGES = {
    "/": "<title>Acme Corp</title><link rel=alternate type=application/rss+xml href=/feed.xml>"
    "<main><h1>Acme Corp</h1><p>Acme makes anvils for 10,000 smiths since 1949.</p>"
    "<p style='display:none'>Acme was bought by Zeta for 9 billion.</p>"
    "<nav><a href=/about-us>About</a> <a href=/investors>Investors</a> <a href=/news>News</a> <a href=/jobs>Jobs</a>"
    "<a href=https://zeta.example/about>Zeta</a></nav></main>",
    "/about-us": "<title>About Acme</title><main><h2>Who we are</h2><p>Acme employs 4,200 people in Reno.</p></main>",
    "/investors": "<title>Acme investors</title><main><p>Revenue of Acme rose to $900 million in 2025.</p></main>",
    "/news": "<title>News</title><main><p>Nothing that names the company is here at all.</p></main>",
}
FEED = """<rss version="2.0"><channel><title>N</title>
<item><title>Acme opens a plant in Ohio</title><link>https://acme.test/n/1</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>Acme will hire 300 people.</description></item>
</channel></rss>"""


def _result(n: int, text: str, date: str = "") -> dict[str, str]:
    return {"url": f"https://news.example/{n}", "title": text, "content": f"{text} today.", "publishedDate": date}


def _world(asked: Asked) -> Answer:
    if asked.path.startswith("/search"):
        if "categories=news" in asked.path:
            rows = [
                _result(1, "Acme Corp wins prize", "2026-10-01"),
                _result(2, "Zeta loses lawsuit", "2026-11-20"),
                _result(3, "ACME recalls anvils", "2026-09-01"),
                _result(4, "Acme founder retires", "2020-01-01"),
            ]
        else:
            rows = [
                _result(5, "Acme anvils reviewed"),
                _result(6, "The acme of perfection"),
                _result(7, "Zeta overview"),
            ]
        return 200, {"Content-Type": "application/json"}, json.dumps({"results": rows}).encode()
    if asked.path == "/feed.xml":
        return 200, {"Content-Type": "application/rss+xml"}, FEED.encode()
    if page := PAGES.get(asked.path):
        return 200, {}, page.encode()
    return 404, {}, b"no"


def _means(database: Database, site: Site) -> Means:
    fetcher = Fetcher(frozenset({f"www.acme.localhost:{site.port}"}))
    return Means(database, search=SearxngSearch(site.url, seconds=2), fetcher=fetcher)


def _acme(site: Site) -> Company:
    return company_of("Acme Corp", f"http://www.acme.localhost:{site.port}/", "jo@acme.localhost")


def _paths(site: Site) -> list[str]:
    return sorted(a.path.split("?")[0] for a in site.asked)


def test_pages_news_and_search_become_passages_of_the_company_alone(database: Database) -> None:
    with serving(_world) as site:
        subject = research_company(_means(database, site), _acme(site), "run")
    assert subject is not None
    assert (subject.key, subject.state, subject.detail) == (KEY, "done", "")
    by_kind = {k: [p for p in subject.passages if p.kind is k] for k in SourceKind}
    told = " ".join(p.text for p in subject.passages)
    for fact in ("10,000 smiths", "4,200 people in Reno", "$900 million", "hire 300 people", "anvils reviewed"):
        assert fact in told
    for foreign in ("Zeta", "perfection", "Nothing that names"):
        assert foreign not in told
    assert [(p.title, p.date) for p in by_kind[SourceKind.NEWS]] == [
        ("Acme opens a plant in Ohio", "2026-11-02"),
        ("Acme Corp wins prize", "2026-10-01"),
        ("ACME recalls anvils", "2026-09-01"),
    ]
    assert _paths(site) == ["/", "/about-us", "/feed.xml", "/investors", "/news", "/search", "/search"]


def test_no_person_and_no_address_goes_to_the_provider(sqlite_database: Database) -> None:
    company = company_of("Acme Corp", None, "jo.doe@acme.localhost", chosen=("Reno", "call jo@acme.localhost"))
    with serving(_world) as site:
        research_company(_means(sqlite_database, site), company, "run")
        queries = [a.path for a in site.asked if a.path.startswith("/search")]
    assert len(queries) == 2
    assert not any("jo" in q or "%40" in q for q in queries)
    assert "Acme" in queries[0]
    assert "Reno" in queries[0]


def test_research_is_shared_until_it_is_too_old(database: Database) -> None:
    with serving(_world) as site:
        means = _means(database, site)
        first = research_company(means, _acme(site), "run1")
        count = len(site.asked)
        second = research_company(means, _acme(site), "run2")
        assert len(site.asked) == count
        later = replace(means, clock=lambda: now() + timedelta(days=31))
        third = research_company(later, _acme(site), "run3")
        assert len(site.asked) == 2 * count
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.reused, second.reused, third.reused) == (False, True, False)
    assert first.passages == second.passages == third.passages  # the same text keeps its id


def test_many_leads_of_one_company_do_the_work_once(database: Database) -> None:
    results: list[subjects.Subject | None] = []
    with serving(_world) as site:
        means = _means(database, site)

        def work(n: int) -> None:
            results.append(research_company(means, _acme(site), f"run{n}"))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert len(site.asked) == 7
    assert len(results) == 12
    assert len({r.passages for r in results if r}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CompanyResearch)) == 1
        stored = session.execute(select(SourcePassage.source, SourcePassage.sha256)).all()
    assert len(stored) == len(set(stored))


def test_a_claim_left_by_a_crash_is_taken_up_at_once_by_its_run_and_later_by_others(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.transaction() as session:
        session.add(CompanyResearch(companykey=KEY, state="working", detail="run1", researchedon=now()))
    monkeypatch.setattr(subjects, "PATIENCE", 0.2)
    with serving(_world) as site:
        means = _means(sqlite_database, site)
        other = research_company(means, _acme(site), "run2")
        assert other is not None
        assert (other.state, len(site.asked)) == ("failed", 0)
        later = replace(means, clock=lambda: now() + timedelta(seconds=121))
        taken_over = research_company(later, _acme(site), "run2")
        assert taken_over is not None
        assert taken_over.state == "done"
    with sqlite_database.transaction() as session:
        session.get_one(CompanyResearch, KEY).state = "working"
        session.get_one(CompanyResearch, KEY).detail = "run1"
        session.get_one(CompanyResearch, KEY).researchedon = now()
    with serving(_world) as site:
        mine = research_company(_means(sqlite_database, site), _acme(site), "run1")
    assert mine is not None
    assert mine.state == "done"


def _broken(what: str) -> Callable[[Asked], Answer]:
    def answering(asked: Asked) -> Answer:
        return (500, {}, b"") if what in asked.path else _world(asked)

    return answering


def test_a_provider_that_is_down_makes_it_partial_and_is_asked_again_after_an_hour(sqlite_database: Database) -> None:
    with serving(_broken("/search")) as site:
        means = _means(sqlite_database, site)
        subject = research_company(means, _acme(site), "run1")
        assert subject is not None
        assert subject.state == "partial"
        assert "SearXNG is out of order (status 500). Try again later." in subject.detail
        assert any("4,200" in p.text for p in subject.passages)
        count = len(site.asked)
        research_company(means, _acme(site), "run2")
        assert len(site.asked) == count
        research_company(replace(means, clock=lambda: now() + timedelta(minutes=61)), _acme(site), "run3")
        assert len(site.asked) == 2 * count


def test_a_site_that_is_down_makes_it_partial(sqlite_database: Database) -> None:
    company = company_of("Acme Corp", "http://www.acme.localhost:1/", None)
    with serving(_world) as site:
        subject = research_company(_means(sqlite_database, site), company, "run")
    assert subject is not None
    assert subject.state == "partial"
    assert {p.kind for p in subject.passages} == {SourceKind.NEWS, SourceKind.SEARCH}


def test_when_nothing_can_be_had_what_was_known_stays(sqlite_database: Database) -> None:
    with serving(_world) as site:
        company = _acme(site)
        first = research_company(_means(sqlite_database, site), company, "run1")
    with serving(lambda asked: (500, {}, b"")) as site:
        means = replace(_means(sqlite_database, site), clock=lambda: now() + timedelta(days=40))
        second = research_company(means, company, "run2")
    assert first is not None
    assert second is not None
    assert second.state in ("partial", "failed")
    assert second.passages == first.passages


def test_a_site_that_tells_of_another_company_gives_nothing(sqlite_database: Database) -> None:
    def lying(asked: Asked) -> Answer:
        if asked.path.startswith("/search"):
            return 200, {}, b'{"results": []}'
        return 200, {}, b"<title>Zeta</title><main><p>Zeta employs 77 people.</p></main>"

    with serving(lying) as site:
        subject = research_company(_means(sqlite_database, site), _acme(site), "run")
    assert subject is not None
    assert subject.passages == ()


def test_without_provider_and_site_nothing_is_asked(sqlite_database: Database) -> None:
    means = Means(sqlite_database)
    assert research_company(means, company_of("Acme", None, "jo@acme.example"), "run") is None
    assert research_company(means, company_of(None, None, None), "run") is None
    assert research_topic(means, "competitor:zeta", "run", "Zeta", "strengths") is None


def test_a_site_is_read_without_a_provider_unless_that_is_switched_off(sqlite_database: Database) -> None:
    with serving(_world) as site:
        means = Means(sqlite_database, fetcher=Fetcher(frozenset({f"www.acme.localhost:{site.port}"})))
        off = replace(means, settings=means.settings.model_copy(update={"fetch_company_sites": False}))
        assert research_company(off, _acme(site), "run") is None
        assert site.asked == []
        subject = research_company(means, _acme(site), "run")
    assert subject is not None
    assert subject.state == "done"
    assert not any(p.startswith("/search") for p in _paths(site))


def test_companies_that_share_a_host_are_read_below_their_own_address_only(sqlite_database: Database) -> None:
    def shared(asked: Asked) -> Answer:
        name = "Acme" if "/sites/acme/" in asked.path else "Zeta"
        links = "<a href=/sites/zeta/about>About Acme and Zeta</a><a href=/sites/acme/about>About</a>"
        return (
            200,
            {},
            f"<title>{name}</title><main><p>{name} is next to Acme at {asked.path}.</p>{links}</main>".encode(),
        )

    with serving(shared) as site:
        means = Means(sqlite_database, fetcher=Fetcher(frozenset({site.host})))
        subject = research_company(means, company_of("Acme", f"{site.url}/sites/acme/", None), "run")
    assert subject is not None
    assert subject.key == "company:|acme"
    assert {p.source for p in subject.passages} == {f"{site.url}/sites/acme/", f"{site.url}/sites/acme/about"}


class Counting:
    """A provider that answers with what it is given."""

    name = "fixed"

    def __init__(self, hits: list[SearchHit] | SearchError) -> None:
        self.hits = hits
        self.queries: list[str] = []

    def search(self, query: str, *, count: int = 5, news: bool = False) -> list[SearchHit]:
        self.queries.append(query)
        if isinstance(self.hits, SearchError):
            raise self.hits
        return self.hits


def test_a_competitor_is_looked_up_once_for_all_leads(sqlite_database: Database) -> None:
    search = Counting(
        [SearchHit("Zeta", "https://x.example/1", "Zeta is slow."), SearchHit("Y", "https://y.example", "Y")]
    )
    means = Means(sqlite_database, search=search)
    for run in ("run1", "run2"):
        subject = research_topic(means, "competitor:zeta", run, "Zeta Inc", "strengths")
        assert subject is not None
        assert [p.text for p in subject.passages] == ["Zeta is slow."]
    assert search.queries == ['"Zeta" strengths']


def test_a_failed_look_up_is_failed_and_says_why(sqlite_database: Database) -> None:
    means = Means(sqlite_database, search=Counting(SearchError("It is down. Try later.")))
    subject = research_topic(means, "competitor:zeta", "run", "Zeta", "strengths")
    assert subject is not None
    assert (subject.state, subject.detail, subject.passages) == ("failed", "It is down. Try later.", ())


def test_two_companies_of_one_domain_never_see_each_others_facts(sqlite_database: Database) -> None:
    search = Counting(
        [
            SearchHit("Contoso", "https://x.example/1", "Contoso has 77 employees."),
            SearchHit("Acme", "https://y.example", "Acme has 12 employees."),
        ]
    )
    means = Means(sqlite_database, search=search)
    contoso = research_company(means, company_of("Contoso", None, "bob@acme.com"), "run1")
    acme = research_company(means, company_of("Acme", None, "ann@acme.com"), "run2")
    assert contoso is not None
    assert acme is not None
    assert {p.text for p in contoso.passages} == {"Contoso has 77 employees."}
    assert {p.text for p in acme.passages} == {"Acme has 12 employees."}
    again = research_company(means, company_of("Acme", None, "eve@acme.com"), "run3")
    assert again is not None
    assert again.passages == acme.passages


@pytest.mark.parametrize(
    "host",
    [
        "www.linkedin.com/company/a", "facebook.com/a", "sites.google.com/view/a", "a.wordpress.com", "medium.com/@a",
        "github.io", "myshopify.com", "wixsite.com", "m.facebook.com/a", "a.squarespace.com",
    ],
)  # fmt: skip
def test_a_shared_host_is_nobodys_domain(host: str) -> None:
    assert company_of("Acme", f"https://{host}", None).key == "company:|acme"
    assert company_of("Acme", host, "jo@acme.com").domain == "acme.com"
    assert company_of("Acme", host, None).key != company_of("Zeta", host, None).key


def test_a_tenant_of_a_public_host_has_a_domain_of_its_own() -> None:
    for host in ("github.io", "wixsite.com", "myshopify.com"):
        assert company_of("Acme", f"https://acme.{host}/x", None).domain == f"acme.{host}"
    assert company_of("LinkedIn", None, "jo@linkedin.com").domain == "linkedin.com"


def test_a_long_name_has_a_key_of_its_own_within_the_column() -> None:
    keys = {company_of("Acme " * 40 + end, None, f"jo@{'a' * 60}.example").key for end in ("x", "y")}
    keys |= {company_of("Ab " * 30 + end, None, f"jo@{'b' * 60}.example").key for end in ("x", "y")}
    assert all(len(key) == 160 for key in keys)
    assert len(keys) >= 3


def test_stored_passages_that_do_not_name_the_company_are_not_used_again(sqlite_database: Database) -> None:
    company = company_of("Acme", None, "jo@acme.example")
    stale = [("https://x.example", "Contoso has 77 employees."), ("https://www.acme.example/a", "We make anvils.")]
    with sqlite_database.transaction() as session:
        session.add(CompanyResearch(companykey=company.key, state="done", detail="", researchedon=now()))
        session.flush()
        for n, (source, text) in enumerate(stale):
            session.add(
                SourcePassage(
                    passageid=str(n), companykey=company.key, kind="search", source=source, title="", text=text,
                    sha256=str(n), fetchedon=now(),
                )
            )  # fmt: skip
    means = Means(sqlite_database, search=Counting([]))
    subject = research_company(means, company, "run")
    assert subject is not None
    assert subject.reused
    assert [p.text for p in subject.passages] == ["We make anvils."]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Welcome | Acme's</title><main><h1>Welcome</h1><p>Acme sells bread in Reno.</p></main>", "Acme's"),
        ("<title>Home</title><main><p>Acme sells bread in Reno.</p></main>", "acme.localhost"),
        (
            "<title>About us - Acme</title><main><h2>Our shops</h2><p>Acme sells bread in Reno.</p></main>",
            "About us, Acme: Our shops",
        ),
    ],
)
def test_a_page_is_named_as_a_person_would_name_it(page: str, title: str, sqlite_database: Database) -> None:
    with serving(lambda asked: (200, {}, page.encode())) as site:
        means = Means(sqlite_database, fetcher=Fetcher(frozenset({f"www.acme.localhost:{site.port}"})))
        subject = research_company(means, _acme(site), "run")
    assert subject is not None
    assert [p.title for p in subject.passages] == [title]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Delta plans to open a warehouse for cargo in Atlanta. The airline flies to Rome.", False),
        ("Delta Air Lines Ltd plans to open a warehouse in Atlanta.", False),
        ("Delta Ltd plans to open a warehouse in Atlanta.", True),
        ("Delta plans to open a warehouse. See deltafaucet.example for more.", True),
        ("Delta plans to open a warehouse in Leeds.", True),
    ],
)
@pytest.mark.parametrize("kind", [SourceKind.NEWS, SourceKind.SEARCH])
def test_a_name_of_one_word_alone_may_be_a_namesakes(kind: SourceKind, text: str, told: bool) -> None:
    company = company_of("Delta Ltd", "https://deltafaucet.example", "jo@deltafaucet.example")
    passage = Passage("1", kind, "https://news.example/1", "Delta plans", text)
    assert without_namesakes(company, [passage], "Leeds") == [passage] * told
    assert without_namesakes(company, [passage], "") == [passage] * (told and "Leeds" not in text)


def test_pages_of_its_own_and_a_name_of_several_words_need_no_more() -> None:
    pages = [
        Passage("1", SourceKind.WEB, "https://deltafaucet.example/about", "About", "Delta makes taps."),
        Passage("2", SourceKind.NEWS, "https://www.deltafaucet.example/news", "News", "Delta makes more taps."),
    ]
    assert without_namesakes(company_of("Delta", "deltafaucet.example", None), pages, "") == pages
    news = [Passage("3", SourceKind.NEWS, "https://news.example/1", "News", "Blue Yonder opens a hub.")]
    assert without_namesakes(company_of("Blue Yonder", None, None), news, "") == news
