"""The grid: every lead once over all pages, in every order, for every reader, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import NOW, PASSWORD, Desk, make

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.pages import leads_grid
from leadwright.db.pages.leads_grid import SORTS, GridRow, Question
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.domain.stage import OPEN_STAGES
from leadwright.web.app import create_app
from leadwright.web.pages.leads_rows import rows_html
from leadwright.web.rendering import zone


@pytest.fixture
def many(database: Database) -> Desk:
    """130 leads; some have no name or no company, many share one."""
    desk = make(database, leads=10)
    with database.transaction() as session:
        shapes = [r._asdict() for r in session.execute(select(Lead.__table__).order_by(Lead.createdon.desc()))]
        rows = []
        for n in range(10, 130):
            row = shapes[n % 10] | {"leadid": new_id(), "lw_importkey": None}
            row["createdon"] = NOW - timedelta(hours=n if n > 80 else 0)
            row["companyname"] = None if n % 5 == 0 else row["companyname"]
            row["fullname"] = None if n % 7 == 0 else row["fullname"]
            row["ownerid"] = desk.people["other" if n % 20 >= 10 else "seller"]
            rows.append(row)
        session.execute(insert(Lead), rows)
    return desk


def _key(question: Question, row: GridRow) -> tuple[Any, str]:
    names = {"created": row.createdon, "modified": row.modifiedon, "name": row.fullname, "company": row.companyname}
    return names[question.sort], row.leadid


def _walk(database: Database, question: Question) -> list[GridRow]:
    rows, page = [], leads_grid.read(database, question)
    rows += page.rows
    while page.after:
        before = page.rows
        page = leads_grid.read(database, replace(question, after=_key(question, rows[-1])))
        back = leads_grid.read(database, replace(question, after=_key(question, page.rows[0]), backwards=True))
        assert [r.leadid for r in back.rows] == [r.leadid for r in before]
        assert back.after
        rows += page.rows
    return rows


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", list(SORTS))
def test_walking_forward_and_back_shows_each_lead_once_in_order(many: Desk, sort: str, descending: bool) -> None:
    database = many.services.database
    rows = _walk(database, Question(sort=sort, descending=descending))
    assert len(rows) == len({r.leadid for r in rows}) == 130
    values = [_key(Question(sort=sort), r)[0] for r in rows]
    filled = [v for v in values if v is not None]
    if sort in {"created", "modified"}:
        assert filled == sorted(filled, reverse=descending)
    else:
        assert sorted(set(map(str, filled))) == sorted({str(k) for k, g in _groups(filled)})
        assert len(_groups(filled)) == len(set(filled)), "equal values stand together"


def _groups(values: list[Any]) -> list[tuple[Any, int]]:
    groups: list[tuple[Any, int]] = []
    for value in values:
        if groups and groups[-1][0] == value:
            groups[-1] = (value, groups[-1][1] + 1)
        else:
            groups.append((value, 1))
    return groups


def test_a_reader_with_own_rights_sees_own_and_team_records_only(many: Desk) -> None:
    database, seller = many.services.database, many.people["seller"]
    rows = _walk(database, Question(owners=(seller, "a-team")))
    assert rows
    assert {r.ownerid for r in rows} == {seller}
    assert leads_grid.read(database, Question(owners=())).rows == []
    foreign = many.people["other"]
    assert leads_grid.read(database, Question(owners=(seller,), owner=foreign)).rows == []


def test_stages_and_filters_narrow_the_list(many: Desk) -> None:
    database = many.services.database
    rows = _walk(database, Question(stages=("handed_over", "disqualified"), band="High", signal="strong"))
    assert {(r.stage, r.band, r.signal) for r in rows} == {("handed_over", "High", "strong")}
    assert len(rows) == 13
    assert {r.source for r in _walk(database, Question(source=8))} == {8}


@pytest.mark.parametrize("words", ["larkspur", "LARKSPUR h", "Larkspur", "*spur ho"])
def test_search_finds_the_beginning_of_a_company_whatever_the_case(many: Desk, words: str) -> None:
    rows = _walk(many.services.database, Question(search=words))
    assert rows
    assert {r.companyname for r in rows} <= {"Larkspur Home"}


def test_search_finds_last_names_and_emails_and_takes_wildcards_as_letters(many: Desk) -> None:
    database = many.services.database
    assert {r.fullname.split()[-1] for r in _walk(database, Question(search="okafor")) if r.fullname} == {"Okafor"}
    assert all(
        r.emailaddress1 and r.emailaddress1.startswith("elena.") for r in _walk(database, Question(search="elena."))
    )
    for odd in ("%", "*%", "*_", "'", "*\\", "\U0010ffff"):
        assert leads_grid.read(database, Question(search=odd)).rows == []


def test_a_row_holds_what_the_database_holds_and_its_times_are_utc(many: Desk) -> None:
    database = many.services.database
    with database.reading() as session:
        kept = {r.leadid: r for r in session.execute(select(Lead.__table__))}
        names: dict[str, str] = dict(session.execute(select(SystemUser.systemuserid, SystemUser.fullname)).all())
    for row in _walk(database, Question()) + _walk(database, Question(stages=("queued", "failed"))):
        lead = kept[row.leadid]
        assert (row.createdon, row.modifiedon, row.ownerid) == (lead.createdon, lead.modifiedon, lead.ownerid)
        assert row.createdon.utcoffset() == timedelta(0)
        assert row.owner == names[row.ownerid]


def test_text_from_outside_is_escaped_and_no_character_of_it_moves_another_row(many: Desk) -> None:
    first, *others = leads_grid.read(many.services.database, Question()).rows
    odd = first._replace(fullname="<b>A\0\0</b>", companyname="Smith\0 & Sons", jobtitle='"\0"', owner="<i>O</i>")
    html = str(rows_html([odd, *others], zone("UTC")))
    assert ">&lt;b&gt;A&lt;/b&gt;</a>" in html
    assert "Smith &amp; Sons" in html
    assert "&lt;i&gt;O&lt;/i&gt;" in html
    assert html.split("</tr>", 1)[1] == rows_html(others, zone("UTC"))


def test_the_grid_takes_one_connection_and_shows_the_same_on_both_databases(many: Desk) -> None:
    database, taken = many.services.database, []
    with Browser(create_app(many.services), base_url=ORIGIN, raise_server_exceptions=False) as client:
        sign_in = {"email": "seller@seller.example", "password": PASSWORD, "next": "/"}
        assert client.submit("/sign-in", sign_in, form="/sign-in").status_code == 303
        event.listen(database.engine, "checkout", lambda *each: taken.append(each))
        page = client.get("/leads?view=processing").text
    shown = leads_grid.read(database, Question(owners=(many.people["seller"],), stages=tuple(OPEN_STAGES))).rows
    assert shown
    assert page.count("<tr><td>") == len(shown)
    assert len(taken) == 2, "one by the page, one by this test"


def test_counts_of_views_stop_at_a_hundred(many: Desk) -> None:
    with many.services.database.transaction() as session:
        row = session.execute(select(Lead.__table__).limit(1)).one()._asdict()
        row |= {"lw_importkey": None, "lw_stage": "queued"}
        session.execute(insert(Lead), [{**row, "leadid": f"extra-{n}"} for n in range(150)])
    views = {
        "queued": Question(stages=("queued",)),
        "over": Question(stages=("handed_over",)),
        "none": Question(owners=("nobody",), stages=("queued", "blocked")),
    }
    assert leads_grid.counts(many.services.database, views) == {"queued": 100, "over": 39, "none": 0}


def test_the_next_link_leads_through_all_leads(desk: Desk, browser: Callable[..., Browser]) -> None:
    with desk.services.database.transaction() as session:
        row = session.execute(select(Lead.__table__).limit(1)).one()._asdict() | {"lw_importkey": None}
        session.execute(insert(Lead), [{**row, "leadid": f"extra-{n}"} for n in range(100)])
    client, seen, path = browser("manager"), [], "/leads?view=all&sort=company&dir=up"
    while path:
        page = client.get(path).text
        seen += [p.split('"')[0] for p in page.split('<tr><td><a href="/leads/')[1:]]
        path = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in page else ""
        path = path.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 130


def test_a_damaged_page_link_or_filter_says_what_to_do(browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    for query in ("after=xxx", "after=WzEsMl0", "band=Best", "sort=owner", "view=none", "stage=done", "source=x"):
        answer = client.get(f"/leads?{query}")
        assert answer.status_code == 422, query
        assert "role=" in answer.text or "<h1>" in answer.text


def test_a_supervisor_lets_the_agent_try_all_failed_leads_again(desk: Desk, browser: Callable[..., Browser]) -> None:
    assert 'action="/leads/retry"' not in browser("seller").get("/leads").text
    client = browser("manager")
    assert 'action="/leads/retry"' in client.get("/leads").text
    assert client.submit("/leads/retry").status_code == 303
    for stage in ("failed", "blocked"):
        assert "Queued" in client.get(f"/leads/{desk.lead(stage)}").text
    assert browser("seller").submit("/leads/retry").status_code == 403
