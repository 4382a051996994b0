"""What each page says and does for the person in front of it."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import select
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import NOW, PASSWORD, Desk, SilentAnalyst

from leadwright.db.agent import AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app


def _column(desk: Desk, leadid: str, column: str) -> object:
    with desk.services.database.reading() as session:
        return getattr(session.get_one(Lead, leadid), column)


def test_a_new_installation_is_set_up_in_the_browser(sqlite_database: Database, tmp_path: Path) -> None:
    services = Services(Settings(data_dir=tmp_path), sqlite_database, SilentAnalyst())
    with Browser(create_app(services), base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
        assert client.get("/").url.path == "/set-up"
        good = {"fullname": "Ada Admin", "email": "ada@seller.example", "password": PASSWORD, "again": PASSWORD}
        weak = client.submit("/set-up", good | {"password": "short", "again": "short"}, form="/set-up")
        assert weak.status_code == 422
        assert 'aria-invalid="true"' in weak.text
        assert client.submit("/set-up", good | {"again": "other"}, form="/set-up").status_code == 422
        assert client.submit("/set-up", good, form="/set-up").status_code == 303
        assert "Ada Admin" in client.get("/leads").text
        assert client.get("/set-up", follow_redirects=False).status_code == 303


def test_the_research_page_shows_every_verdict_with_its_evidence(desk: Desk, browser: Callable[..., Browser]) -> None:
    page = browser("seller").get(f"/leads/{desk.lead('handed_over')}").text
    for words in (
        "Handed over to Sam Seller by Sales Agent: High fit, strong signal",
        "2 h ago",
        "Suggested action",
        "Key insights",
        "What this means for us",
        "Not met",
        "Unknown",
        "<blockquote",
        'rel="noopener noreferrer nofollow"',
        "Shelfwise",
        "Talking points",
        "How was this generated?",
        "One of seven pages did not answer in time.",
        "Timeline",
        "Full shelves while Ohio opens",
        "mailto:",
    ):
        assert words in page, words


def test_an_unknown_fit_shows_how_much_is_known_and_no_ring(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("blocked")
    with desk.services.database.transaction() as session:
        run = session.scalars(select(LeadRun).where(LeadRun.leadid == leadid)).one()
        run.band, run.signal, run.share = "Unknown", "weak", 1.0
    card = browser("manager").get(f"/leads/{leadid}").text.split('id="fitcard')[1].split("</section>")[0]
    assert "6 of 7 criteria known" in card
    assert "100%" not in card
    assert "<circle" not in card


def test_a_lead_the_agent_did_not_take_says_why_not(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("none")
    with desk.services.database.transaction() as session:
        wanted = {"all": [{"attribute": "jobtitle", "operator": "contains", "value": "Astronaut"}]}
        applied = Configuration.model_validate({"selection": {"conditions": wanted, "look_back_days": 900}})
        configuration = applied.model_dump(mode="json")
        session.add(AgentVersion(agentid=desk.agentid, version=1, configuration=configuration, appliedon=NOW))
    page = browser("manager").get(f"/leads/{leadid}").text
    assert "The agent does not take this lead" in page
    assert "Complete the lead" not in page
    folded = page.split("<summary")[1:]
    why = next(part for part in folded if "Why the agent does not take it" in part).split("</details>")[0]
    assert "Job Title contains Astronaut" in why
    assert f"not met; this lead: {_column(desk, leadid, 'jobtitle')}" in why
    told = browser("seller").get(f"/leads/{leadid}").text
    assert "The agent does not take this lead" in told
    assert "Astronaut" not in told
    with desk.services.database.transaction() as session:
        session.get_one(Lead, leadid).emailaddress1 = None
    assert "Complete the lead" in browser("manager").get(f"/leads/{leadid}").text


def test_what_a_statement_means_for_us_stands_under_it_and_not_under_the_next(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    page = browser("seller").get(f"/leads/{desk.lead('handed_over')}?tab=finances").text
    deeper = page[page.index('id="panel-finances"') :]
    order = [deeper.index(words) for words in ("Net sales grew", "Growth leaves room", "The gross margin stayed")]
    assert order == sorted(order)


def test_text_from_outside_is_shown_as_text(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("handed_over")
    with desk.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        lead.companyname, lead.websiteurl = "<script>alert(1)</script>", "javascript:alert(1)"
    page = browser("seller").get(f"/leads/{leadid}").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_times_are_shown_in_the_readers_zone(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("handed_over")
    assert "24 Nov 2026, 11:00" in browser("seller").get(f"/leads/{leadid}").text  # Berlin
    assert "24 Nov 2026, 10:00" in browser("manager").get(f"/leads/{leadid}").text  # UTC


def test_a_lead_is_created_and_changed_with_problems_beside_their_fields(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    client = browser("seller")
    wrong = client.submit("/leads/new", {"emailaddress1": "nonsense", "numberofemployees": "many"})
    assert wrong.status_code == 422
    for name in ("emailaddress1", "numberofemployees", "companyname"):
        assert f'id="{name}-bad"' in wrong.text
    assert 'value="nonsense"' in wrong.text
    made = client.submit("/leads/new", {"companyname": "Quay & Sons", "lastname": "Hill", "numberofemployees": "1,200"})
    path = made.headers["location"]
    assert client.get(path).status_code == 200
    leadid = path.rsplit("/", 1)[1]
    assert _column(desk, leadid, "numberofemployees") == 1200
    form = client.get(f"{path}/edit").text
    version = form.split('name="versionnumber" value="')[1].split('"')[0]
    values = {"companyname": "Quay & Sons", "lastname": "Hill", "jobtitle": "CFO", "versionnumber": version}
    assert client.submit(f"{path}/edit", values).status_code == 303
    assert _column(desk, leadid, "jobtitle") == "CFO"
    late = client.submit(f"{path}/edit", values | {"jobtitle": "CEO"})
    assert late.status_code == 409
    assert 'value="CEO"' in late.text
    assert _column(desk, leadid, "jobtitle") == "CFO"


def test_a_draft_is_edited_and_a_later_save_of_the_old_text_is_refused(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    client, leadid = browser("seller"), desk.lead("handed_over")
    form = client.get(f"/leads/{leadid}/draft").text
    version = form.split('name="versionnumber" value="')[1].split('"')[0]
    values = {"subject": "Hello again", "body": "Line one\r\n\r\nLine two", "versionnumber": version}
    assert client.submit(f"/leads/{leadid}/draft", values).status_code == 303
    with desk.services.database.reading() as session:
        draft = session.scalars(select(Email).where(Email.regardingobjectid == leadid)).one()
    assert (draft.subject, draft.description) == ("Hello again", "Line one\n\nLine two")
    assert client.submit(f"/leads/{leadid}/draft", values).status_code == 409


def test_a_seller_qualifies_a_lead(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("seller"), desk.lead("handed_over")
    answer = client.submit(f"/leads/{leadid}/qualify", {"account": "1", "contact": "1", "opportunity": "1"})
    assert answer.status_code == 303
    assert "The lead is qualified" in client.get(f"/leads/{leadid}").text
    assert _column(desk, leadid, "statecode") == 1


def test_what_cannot_be_done_now_is_said_on_the_leads_page(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("manager"), desk.lead("handed_over")
    client.submit(f"/leads/{leadid}/retry")
    page = client.get(f"/leads/{leadid}").text
    assert "can try again only" in page
    assert "can try again only" not in client.get(f"/leads/{leadid}").text


def test_a_supervisor_reassigns_a_disqualified_lead(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("manager"), desk.lead("disqualified")
    assert "Reassign this lead" in client.get(f"/leads/{leadid}").text
    assert client.submit(f"/leads/{leadid}/reassign", {"seller": desk.people["other"]}).status_code == 303
    assert _column(desk, leadid, "ownerid") == desk.people["other"]
    assert _column(desk, leadid, "lw_stage") == "handed_over"


def test_an_account_is_disconnected_and_an_email_check_overruled(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("seller"), desk.lead("handed_over")
    assert client.submit(f"/leads/{leadid}/disconnect", {"table": "account"}).status_code == 303
    assert _column(desk, leadid, "parentaccountid") is None
    assert client.submit(f"/leads/{leadid}/email", {"valid": "0"}).status_code == 303
    assert _column(desk, leadid, "lw_emailstate") == "overruled_invalid"


def test_a_notification_is_read_and_leads_to_its_lead(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    assert "1 unread" in client.get("/leads").text
    page = client.get("/notifications").text
    id_ = page.split('name="id" value="')[1].split('"')[0]
    assert client.submit("/notifications/read", {"id": id_}).headers["location"].startswith("/leads/")
    assert "unread" not in client.get("/leads").text
    other = browser("other")
    assert other.submit("/notifications/read", {"id": id_}).status_code == 404
    with desk.services.database.reading() as session:
        assert session.scalars(select(AppNotification.readon)).one() is not None


def _upload(client: Browser, name: str, content: bytes) -> str:
    answer = client.submit("/import", files={"file": (name, content)}, form="/import")
    assert answer.status_code == 303, answer.text
    where: str = answer.headers["location"]
    return where


def _wait(client: Browser, where: str) -> str:
    for _ in range(100):
        page = client.get(where)
        if "refresh" not in page.headers:
            return page.text
        time.sleep(0.1)
    raise AssertionError("the import did not end")


def test_a_list_is_imported_after_a_look_at_it(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    rows = b"Company,First Name,Last Name,Email,Shade\nNorth Quay,Ines,Brandt,ines@northquay.example,blue\n"
    where = _upload(client, "list.csv", rows)
    page = client.get(where).text
    assert "North Quay" in page
    assert "Not recognised" in page
    client.submit(f"{where}/mapping", {"column-4": "description"}, form=where)
    assert "Not recognised" not in client.get(where).text
    client.submit(f"{where}/run", form=where)
    assert "Imported" in _wait(client, where)
    with desk.services.database.reading() as session:
        lead = session.scalars(select(Lead).where(Lead.companyname == "North Quay")).one()
    assert lead.description == "blue"


def test_one_of_two_equal_headings_is_left_out_and_what_a_range_became_is_shown(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    client = browser("manager")
    where = _upload(client, "two.csv", b"Company,Phone,Employees,Phone\nNorth Quay,1,51-200,2\n")
    page = client.get(where).text
    assert "(column B) and" in page
    assert "First rows" not in page
    client.submit(f"{where}/mapping", {"column-1": "ignore"}, form=where)
    page = client.get(where).text
    assert "in the list: 51-200" in page
    assert "is read as 51, its lower end" in page
    client.submit(f"{where}/run", form=where)
    assert "Imported" in _wait(client, where)
    with desk.services.database.reading() as session:
        lead = session.scalars(select(Lead).where(Lead.companyname == "North Quay")).one()
    assert (lead.telephone1, lead.numberofemployees) == ("2", 51)


GERMAN = (
    "Firma;E-Mail;Jahresumsatz;Abschlussdatum;Lead Source\nSüd Kai;ines@suedkai.example;1.200;03/04/2026;Brieftaube\n"
).encode("cp1252")


def test_a_german_list_is_finished_in_the_browser_from_upload_to_import(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    client = browser("manager")
    where = _upload(client, "liste.csv", GERMAN)
    columns = {"column-2": "revenue", "column-3": "estimatedclosedate"}
    client.submit(f"{where}/mapping", columns, form=where)
    page = client.get(where).text
    assert "choose under Numbers on this page" in page
    assert "choose under Dates on this page" in page
    assert "mapping file" not in page
    said = {"numbers": "comma", "dates": "day first", "encoding": "windows-1252", "delimiter": ";"}
    client.submit(f"{where}/mapping", columns | said, form=where)
    page = client.get(where).text
    assert "Rows with a problem</h2>" not in page
    assert all(f'<option value="{value}" selected>' in page for value in (*said.values(), *columns.values()))
    word = {"word-0-column": "leadsourcecode", "word-0": "Brieftaube", "word-0-means": "Other"}
    assert 'name="word-0" value="Brieftaube"' in page
    client.submit(f"{where}/mapping", columns | word, form=where)
    page = client.get(where).text
    assert "is no choice we know, so" not in page
    assert '<option value="Other" selected>' in page
    client.submit(f"{where}/run", form=where)
    assert "Imported" in _wait(client, where)
    with desk.services.database.reading() as session:
        lead = session.scalars(select(Lead).where(Lead.companyname == "Süd Kai")).one()
    assert (lead.revenue, lead.estimatedclosedate, lead.leadsourcecode) == (1200, date(2026, 4, 3), 10)


def test_a_mapping_file_can_be_sent_with_the_list(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    mapping = b'numbers = "comma"\n[columns]\n"Jahresumsatz" = "revenue"\n"Abschlussdatum" = "ignore"\n'
    files = {"file": ("liste.csv", GERMAN), "mapping": ("m.toml", mapping)}
    where = client.submit("/import", files=files, form="/import").headers["location"]
    assert "Rows with a problem</h2>" not in client.get(where).text
    for wrong in (b"numbers = 7", b"[[[", b"\xff\xfe"):
        answer = client.submit("/import", files=files | {"mapping": ("m.toml", wrong)}, form="/import")
        assert answer.status_code == 422
        assert "m.toml" in answer.text


def test_a_list_whose_encoding_cannot_be_told_asks_for_it_on_the_page(browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    rows = "Company,Email\nミナト商事,a@minato.example\n".encode("shift_jis")
    where = _upload(client, "liste.csv", rows)
    assert "or choose its Encoding on this page" in client.get(where).text
    wrong = client.submit(f"{where}/mapping", {"encoding": "utf-8"}, form=where)
    assert (wrong.status_code, "choose its Encoding" in wrong.text) == (422, True)
    assert client.submit(f"{where}/mapping", {"encoding": "shift_jis"}, form=where).status_code == 303
    assert "ミナト商事" in client.get(where).text
    assert client.submit(f"{where}/mapping", {"delimiter": ";"}, form=where).status_code == 303
    assert "choose under Columns on this page" in client.get(where).text
    client.submit(f"{where}/mapping", {"delimiter": ""}, form=where)
    assert "ミナト商事" in client.get(where).text


def test_bad_rows_are_named_and_given_back(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    where = _upload(client, "x.csv", b"Company,Employees\nNorth Quay,many\nSouth Quay,12\n")
    page = client.get(where).text
    assert "is not a number" in page
    assert "Import the good rows" in page
    client.submit(f"{where}/run", {"skip": "1"}, form=where)
    assert "Rows that were not imported" in _wait(client, where)
    assert "North Quay" in client.get(f"{where}/not-imported").text
    assert browser("admin").get(where).status_code == 404


def test_a_file_that_is_no_list_is_refused_with_what_to_do(browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    for name, content in (("empty.csv", b""), ("picture.png", b"\x89PNG\r\n"), ("x.xlsx", b"PK\x03\x04nonsense")):
        answer = client.submit("/import", files={"file": (name, content)}, form="/import")
        assert answer.status_code == 422, name
    assert client.submit("/import", form="/import").status_code == 422
