"""Knowledge: taken in once, again only when changed, found again by any words, and never by another purpose."""

import shutil
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeSource
from leadwright.db.sales import Account, Competitor
from leadwright.errors import BadInput, NotFound
from leadwright.research import knowledge
from leadwright.research.fetch import Fetcher
from leadwright.research.passages import cut

from .conftest import Answer, Asked, serving
from .test_documents import write_all, write_pdf

NOWHERE = Fetcher(resolve=lambda host, port: [])


def add(database: Database, purpose: str, kind: str, location: object) -> str:
    with database.transaction() as session:
        return knowledge.add_source(session, purpose, kind, str(location)).sourceid


def found(database: Database, purpose: str, query: str) -> list[str]:
    with database.reading() as session:
        return [p.text for p in knowledge.retrieve(session, purpose, query)]


def indexed(database: Database) -> int:
    with database.reading() as session:
        if database.is_sqlite:
            session.execute(text("INSERT INTO knowledgepassage_text(knowledgepassage_text) VALUES('integrity-check')"))
            return session.scalar(text("SELECT count(*) FROM knowledgepassage_text_docsize")) or 0
        return session.scalar(text("SELECT count(*) FROM knowledgepassage_text")) or 0


def passages(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(KnowledgePassage)) or 0


def test_a_folder_is_taken_in_and_found_again(database: Database, tmp_path: Path) -> None:
    write_all(tmp_path)
    sourceid = add(database, "research", "folder", tmp_path)
    done = knowledge.ingest(database, NOWHERE, sourceid)
    assert (done.state, done.documents, done.changed) == ("ready", 8, 8)
    with database.reading() as session:
        best = knowledge.retrieve(session, "research", "What does the anvil cost, and how heavy is it?")[0]
        source = session.get(KnowledgeSource, sourceid)
    assert best.id.startswith("knowledge:")
    assert best.source == "b.docx"
    assert best.title == "Anvil paper: Prices"
    assert "120 dollars" in best.text
    assert source is not None
    assert source.state == "ready"
    assert indexed(database) == passages(database) > 0


def test_only_changed_documents_are_read_again_and_removed_ones_are_forgotten(
    database: Database, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n\nThe secret word of {name} is {name}pple.")
    sourceid = add(database, "research", "folder", tmp_path)
    knowledge.ingest(database, NOWHERE, sourceid)
    assert knowledge.ingest(database, NOWHERE, sourceid).changed == 0
    (tmp_path / "a.md").write_text("The secret word of a is apricot.")
    (tmp_path / "b.md").unlink()
    again = knowledge.ingest(database, NOWHERE, sourceid)
    assert (again.documents, again.changed, again.removed) == (2, 1, 1)
    assert found(database, "research", "apple") == []
    assert found(database, "research", "bpple") == []
    assert found(database, "research", "apricot") == ["The secret word of a is apricot."]
    assert indexed(database) == passages(database) == 2


def test_a_source_of_one_purpose_is_never_found_by_another(database: Database, tmp_path: Path) -> None:
    purposes = ["research", "outreach", "followup", "competitor:Zeta", "competitor:Zeta Two"]
    for n, purpose in enumerate(purposes):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "x.md").write_text(f"The anvil of set number {n} rings.")
        knowledge.ingest(database, NOWHERE, add(database, purpose, "folder", folder))
    for n, purpose in enumerate(purposes):
        assert found(database, purpose, "anvil rings set number") == [f"The anvil of set number {n} rings."]
    assert found(database, "competitor:zeta", "anvil") == []
    assert found(database, "", "anvil") == []


def test_removing_a_source_empties_the_index(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("Anvils ring.")
    sourceid = add(database, "research", "folder", tmp_path)
    knowledge.ingest(database, NOWHERE, sourceid)
    with database.transaction() as session:
        knowledge.remove_source(session, sourceid)
    assert found(database, "research", "anvils") == []
    assert indexed(database) == passages(database) == 0
    with pytest.raises(NotFound):
        knowledge.ingest(database, NOWHERE, sourceid)


def test_one_bad_document_is_named_and_the_rest_goes_on(sqlite_database: Database, tmp_path: Path) -> None:
    write_pdf(tmp_path / "good.pdf", "Anvils ring")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    sourceid = add(sqlite_database, "research", "folder", tmp_path)
    done = knowledge.ingest(sqlite_database, NOWHERE, sourceid)
    assert (done.state, done.changed) == ("partial", 1)
    assert "bad.pdf" in done.detail
    assert found(sqlite_database, "research", "anvils") == ["Anvils ring page 1"]
    with sqlite_database.reading() as session:
        problem = session.scalar(select(KnowledgeDocument.problem).where(KnowledgeDocument.location == "bad.pdf"))
    assert problem is not None
    write_pdf(tmp_path / "bad.pdf", "Mended")
    assert knowledge.ingest(sqlite_database, NOWHERE, sourceid).state == "ready"


def test_a_folder_that_vanished_fails_the_source_and_keeps_what_was_read(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "x.md").write_text("Anvils ring.")
    sourceid = add(sqlite_database, "research", "folder", folder)
    knowledge.ingest(sqlite_database, NOWHERE, sourceid)
    shutil.rmtree(folder)
    done = knowledge.ingest(sqlite_database, NOWHERE, sourceid)
    assert done.state == "failing"
    assert "papers is not there any more" in done.detail
    assert found(sqlite_database, "research", "anvils") == ["Anvils ring."]
    folder.mkdir()
    assert knowledge.ingest(sqlite_database, NOWHERE, sourceid).state == "failing"
    assert found(sqlite_database, "research", "anvils") == []


def test_links_out_of_the_folder_are_not_followed(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("The secret is here.")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "x.md").symlink_to(tmp_path / "secret.md")
    (folder / ".hidden.md").write_text("secret too")
    (folder / "y.md").write_text("Anvils ring.")
    done = knowledge.ingest(sqlite_database, NOWHERE, add(sqlite_database, "research", "folder", folder))
    assert done.documents == 1
    assert found(sqlite_database, "research", "secret") == []


def test_a_source_is_checked_when_it_is_added(sqlite_database: Database, tmp_path: Path) -> None:
    for purpose, kind, location in [
        ("else", "folder", tmp_path),
        ("research", "disk", tmp_path),
        ("research", "folder", tmp_path / "no"),
        ("research", "file", tmp_path),
        ("research", "site", "example.org"),
        ("research", "table", "lead"),
        ("research", "table", "contact"),
    ]:
        with pytest.raises(BadInput):
            add(sqlite_database, purpose, kind, location)
    assert add(sqlite_database, "research", "folder", tmp_path) == add(sqlite_database, "research", "folder", tmp_path)


def test_a_site_is_crawled_on_its_own_host_two_links_deep_and_twenty_pages(sqlite_database: Database) -> None:
    def answering(asked: Asked) -> Answer:
        name = asked.path.strip("/") or "home"
        deeper = {"home": [f"p{n}" for n in range(40)], "p0": ["deep"], "deep": ["deeper"]}.get(name, [])
        links = "".join(f"<a href='/{d}'>{d}</a>" for d in deeper) + "<a href='http://elsewhere.example/'>out</a>"
        return 200, {}, f"<title>{name}</title><main><p>The anvil page called {name}.</p>{links}</main>".encode()

    with serving(answering) as site:
        fetcher = Fetcher(frozenset({site.host}))
        done = knowledge.ingest(sqlite_database, fetcher, add(sqlite_database, "research", "site", site.url))
    assert (done.state, done.documents) == ("ready", 20)
    assert len(site.asked) == 20
    assert found(sqlite_database, "research", "p7")


def test_a_feed_is_taken_in_through_our_own_fetcher(sqlite_database: Database) -> None:
    feed = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>N</title><item><title>Anvil prize</title>
    <link>https://acme.example/1</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>
    <description>&lt;p&gt;Our anvil won.&lt;/p&gt;</description></item></channel></rss>"""
    with serving(lambda asked: (200, {"Content-Type": "application/rss+xml"}, feed)) as site:
        fetcher = Fetcher(frozenset({site.host}))
        knowledge.ingest(sqlite_database, fetcher, add(sqlite_database, "outreach", "feed", site.url + "/feed"))
    with sqlite_database.reading() as session:
        (best,) = knowledge.retrieve(session, "outreach", "prize won")
    assert (best.source, best.date, best.text) == ("https://acme.example/1", "2026-11-02", "Our anvil won.")


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b"<html><p>no feed</p></html>"),
        (200, {"Content-Type": "application/xml"}, b'<!DOCTYPE x [<!ENTITY a "b">]><rss version="2.0">&a;</rss>'),
        (404, {}, b""),
    ],
)
def test_what_is_no_feed_fails_with_a_reason(sqlite_database: Database, answer: Answer) -> None:
    with serving(lambda asked: answer) as site:
        fetcher = Fetcher(frozenset({site.host}))
        done = knowledge.ingest(sqlite_database, fetcher, add(sqlite_database, "research", "feed", site.url))
    assert done.state == "failing"
    assert done.detail


def test_a_table_is_knowledge_without_people(database: Database, unit: str) -> None:
    with database.transaction() as session:
        owned = {"ownerid": "x", "owningbusinessunit": unit}
        session.add(
            Account(name="Blue Forge", lw_industry="Steel", revenue=5e6, emailaddress1="boss@forge.example", **owned)
        )
        session.add(Competitor(name="Zeta", websiteurl="https://zeta.example"))
    for table in ("account", "competitor", "opportunity"):
        knowledge.ingest(database, NOWHERE, add(database, "research", "table", table))
    (told,) = found(database, "research", "Blue Forge")
    assert told == "Account Name: Blue Forge. Industry: Steel. Annual Revenue: 5,000,000"
    assert found(database, "research", "Zeta")


PIECES = """
" ' "" OR NEAR( ) * AND NOT - ^ : {} [] \\ ; -- %s :terms ${x} a:b a* "a b" (a b) & | ! <-> 🎉 _ 1 ﬁ
日本語 c++ c# .net O'Reilly \u202eanvil á NEAR(a,2)
"""
HOSTILE = [
    *PIECES.split(),
    '"a b" (a OR b) NEAR(a b, 2) a AND b OR NOT',
    "'; DROP TABLE lead; --",
    "'a' & 'b",
    "\x00",
    "anvil\x00",
    "\ud800",
    "x" * 100_000,
    "anvil " * 9_999,
    "___ __",
    "",
]


def test_any_text_is_a_valid_query(database: Database) -> None:
    with database.reading() as session:
        for query in HOSTILE:
            knowledge.retrieve(session, "research", query)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=80))
def test_no_query_is_a_syntax_error(database: Database, query: str) -> None:
    with database.reading() as session:
        knowledge.retrieve(session, "research", query)


def test_the_passage_that_answers_comes_first_among_many(database: Database, tmp_path: Path) -> None:
    for n in range(60):
        (tmp_path / f"{n}.md").write_text(f"# Paper {n}\n\nWe sell good things to good people, number {n}.\n" * 3)
    (tmp_path / "key.md").write_text("# Warranty\n\nEvery anvil has a warranty of ninety years against cracks.")
    knowledge.ingest(database, NOWHERE, add(database, "research", "folder", tmp_path))
    best = found(database, "research", "How long is the warranty against cracking that we sell to people?")
    assert "ninety years" in best[0]


def test_a_source_taken_in_twice_at_once_has_each_document_once(database: Database, tmp_path: Path) -> None:
    for n in range(6):
        (tmp_path / f"{n}.md").write_text(f"Anvil paper number {n}.")
    sourceid = add(database, "research", "folder", tmp_path)
    threads = [threading.Thread(target=knowledge.ingest, args=(database, NOWHERE, sourceid)) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(KnowledgeDocument)) == 6
    assert indexed(database) == passages(database) == 6


def test_forty_papers_are_taken_in_within_seconds(sqlite_database: Database, tmp_path: Path) -> None:
    for n in range(40):
        write_pdf(tmp_path / f"{n}.pdf", f"Paper {n} on anvils", pages=5)
    began = time.monotonic()
    done = knowledge.ingest(sqlite_database, NOWHERE, add(sqlite_database, "research", "folder", tmp_path))
    assert done.changed == 40
    assert time.monotonic() - began < 15


def test_passages_stand_under_their_heading_and_stay_near_150_words() -> None:
    sentence = "The anvil of the house rings well in the morning and at night. "
    made = cut(f"# One\n\n{sentence * 40}\n\n## Two\n\nShort.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" + "x" * 10)
    assert [p.heading for p in made[:-1]] == ["One"] * (len(made) - 1)
    assert all(100 < len(p.text.split()) <= 150 for p in made[:-2])
    assert made[-1].heading == "Two"
    assert made[-1].text == "Short. a, b 1, 2 xxxxxxxxxx"


def test_the_data_folder_is_no_source_but_its_uploads_are(sqlite_database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "uploads" / "research").mkdir(parents=True)
    (data / "backups").mkdir()
    (data / "secret.key").write_text("k")
    (data / "uploads" / "link.txt").symlink_to(data / "secret.key")
    (data / "uploads" / "research" / "a.txt").write_text("Anvils.")
    refused = [
        ("file", "secret.key"),
        ("folder", ""),
        ("folder", "backups"),
        ("folder", ".."),
        ("file", "uploads/link.txt"),
    ]
    with sqlite_database.transaction() as session:
        for kind, name in [*refused, ("folder", "uploads/../backups")]:
            with pytest.raises(BadInput, match="data folder"):
                knowledge.add_source(session, "research", kind, str(data / name), forbidden=data)
        for kind, name in (("file", "uploads/research/a.txt"), ("folder", "uploads/research")):
            assert knowledge.add_source(session, "research", kind, str(data / name), forbidden=data).sourceid
