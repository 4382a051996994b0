"""Pages and API of what only Research and engage has: upgrade, readiness, sending discipline, pace, footer, gates."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient
from tests.mail.post_office import add_mailbox
from tests.web.desk import Desk

from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.audit import AuditEntry
from leadwright.db.configuration import Configuration
from leadwright.db.mail import InboundMessage, Mailbox

SENDING = {
    "window_start": "08:30", "window_end": "16:00", "weekdays": ["0", "1"], "per_company": "2",
    "follow_up_days": "2, 5", "last_wait_days": "", "time_zone": "Europe/Berlin", "why": "You met us at the fair.",
}  # fmt: skip
PACE = {"per_minute": "12", "per_day": "500", "at_once": "2", "authserv_id": "MX.example.com"}


def engaging(desk: Desk, *, mode: str = "engage", state: str = "off") -> str:
    """The agent with open sections and a mailbox. Returns the mailbox's id."""
    mailboxid = add_mailbox(desk.services.database)
    with desk.services.database.transaction() as session:
        session.execute(update(Agent).values(mode=mode, state=state))
        session.execute(update(Prerequisite).values(state="done", done=True))
        session.get_one(Prerequisite, (desk.agentid, 4)).inputs = {"mailboxid": mailboxid}
    return mailboxid


def draft(desk: Desk) -> Configuration:
    with desk.services.database.reading() as session:
        return Configuration.model_validate(session.get_one(Agent, desk.agentid).draft)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_a_stopped_research_agent_is_upgraded_after_a_warning_and_there_is_no_way_back(
    desk: Desk, browser: Callable[..., Any], api: Callable[..., TestClient]
) -> None:
    engaging(desk, mode="research")
    page = browser("admin")
    assert "/agent/upgrade" in page.get("/agent").text
    assert "There is no way back" in page.get("/agent/upgrade").text
    assert page.submit("/agent/mode", {"mode": "engage"}, form="/agent/upgrade").status_code == 303
    assert "cannot go back to Research-only" in text_of(page.get("/agent"))
    answer = page.submit("/agent/mode", {"mode": "research"})
    assert answer.status_code == 409
    assert "leads are in conversation with it" in answer.text
    program = api()
    assert program.post("/agent/mode", json={"mode": "research"}).status_code == 409
    assert program.post("/agent/mode", json={"mode": "engage"}).json() == {"mode": "engage"}
    with desk.services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "agent.upgraded")).all()
    assert len(actions) == 1


def test_a_working_agent_has_to_be_stopped_before_its_upgrade(desk: Desk, browser: Callable[..., Any]) -> None:
    engaging(desk, mode="research", state="on")
    page = browser("admin")
    assert 'value="engage"' not in page.get("/agent/upgrade").text
    answer = page.submit("/agent/mode", {"mode": "engage"})
    assert answer.status_code == 409
    assert "Stop Sales Agent first" in answer.text


def test_readiness_is_saved_and_says_plainly_what_nothing_filled_in_means(
    desk: Desk, browser: Callable[..., Any]
) -> None:
    engaging(desk)
    page = browser("admin")
    assert "Two or more at medium or better qualify" in page.get("/agent/section/handoff").text
    form = {"need": "", "timeline": "", "budget": "", "authority": "", "next_steps": "Offer the pilot."}
    assert page.submit("/agent/section/handoff", form).status_code == 303
    assert "purchase interest alone decides" in page.get("/agent/section/handoff").text
    saved = draft(desk).handoff
    assert (saved.need, saved.fast_track, saved.next_steps) == ("", False, "Offer the pilot.")
    page.submit("/agent/section/handoff", {**form, "need": "A warehouse"})
    assert "Fill in two of need, timeline, budget and authority" in page.get("/agent/section/handoff").text


def test_sending_discipline_is_saved_and_told_as_a_plan(desk: Desk, browser: Callable[..., Any]) -> None:
    engaging(desk)
    page = browser("admin")
    assert page.submit("/agent/sending", SENDING).status_code == 303
    saved = draft(desk).sending
    assert (saved.weekdays, saved.follow_up_days, saved.last_wait_days) == ([0, 1], [2, 5], None)
    shown = text_of(page.get("/agent/sending"))
    assert "follow-ups 2, 5 days after it" in shown
    assert "disqualified 8 days after the first mail" in shown
    assert "You met us at the fair." in shown


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("window_end", "08:00", "must end after it starts"),
        ("weekdays", [], "at least one weekday"),
        ("follow_up_days", "5, 2", "must rise"),
        ("follow_up_days", "soon", "numbers with commas between"),
        ("time_zone", "Mars", "is no time zone"),
        ("per_company", "0", "per_company"),
    ],
)
def test_a_discipline_that_makes_no_sense_is_refused_beside_its_field_and_stays_typed(
    desk: Desk, browser: Callable[..., Any], field: str, value: Any, says: str
) -> None:
    engaging(desk)
    answer = browser("admin").submit("/agent/sending", {**SENDING, field: value})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "You met us at the fair." in answer.text
    assert draft(desk).sending.follow_up_days == [3, 7, 14]


def test_the_pace_of_the_mailbox_holds_at_once_and_is_audited(
    desk: Desk, browser: Callable[..., Any], api: Callable[..., TestClient]
) -> None:
    mailboxid = engaging(desk, state="on")
    assert browser("exchange").submit("/agent/sending/pace", PACE).status_code == 303
    with desk.services.database.reading() as session:
        row = session.get_one(Mailbox, mailboxid)
        assert (row.lw_perminute, row.lw_perday, row.lw_atonce, row.lw_authservid) == (12, 500, 2, "mx.example.com")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailbox.paced")).one()
        assert (entry.before["per_minute"], entry.after["per_minute"]) == (1_000_000, 12)
    answer = api("Exchange Administrator").patch("/agent/mailbox/pace", json={"per_day": 700})
    assert answer.json() == {"per_minute": 12, "per_day": 700, "at_once": 2, "authserv_id": "mx.example.com"}
    assert api("Sales Manager").patch("/agent/mailbox/pace", json={"per_day": 9}).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("per_minute", "0", "from 1 to 10,000"),
        ("per_day", "10000000", "from 1 to 1,000,000"),
        ("at_once", "", "from 1 to 50"),
        ("authserv_id", "mx.example.com; dmarc=pass", "before the first semicolon"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(
    desk: Desk, browser: Callable[..., Any], field: str, value: str, says: str
) -> None:
    engaging(desk)
    answer = browser("exchange").submit("/agent/sending/pace", {**PACE, field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="{field}-bad"' in answer.text


def test_the_newest_mails_say_which_server_stamps_them(desk: Desk, browser: Callable[..., Any]) -> None:
    mailboxid = engaging(desk)
    stamped = (
        b"Received: x\r\nAuthentication-Results:\r\n mx.seller.example; dmarc=pass\r\n\r\nAuthentication-Results: no"
    )
    with desk.services.database.transaction() as session:
        for uid, raw in enumerate((stamped, stamped, b"Subject: none\r\n\r\nbody")):
            session.add(
                InboundMessage(
                    mailboxid=mailboxid, identity=str(uid), contenthash=str(uid), raw=raw, folder="INBOX",
                    uidvalidity=1, uid=uid,
                )
            )  # fmt: skip
    shown = text_of(browser("admin").get("/agent/sending"))
    assert re.search(r"newest mails of this mailbox: mx\.seller\.example in 2, no such header in 1", shown)


def test_countries_are_listed_with_their_law_and_what_to_do(desk: Desk, browser: Callable[..., Any]) -> None:
    engaging(desk)
    shown = text_of(browser("admin").get("/agent/sending"))
    for said in (
        "Germany",
        "CASL: consent, express or implied",
        "Inquiry, for 183 days",
        "consent basis with its source",
    ):
        assert said in shown, said


def test_the_footer_is_shown_as_readers_will_see_it_and_a_disclaimer_cannot_be_left_out(
    desk: Desk, browser: Callable[..., Any]
) -> None:
    engaging(desk)
    page = browser("admin")
    assert "(your postal address)" in page.get("/agent/section/email").text
    page.submit("/agent/section/company", {"name": "Seller Robotics", "website": "https://seller.example"})
    page.submit("/agent/section/email", {"postal_address": "1 Main Street\nSpringfield"})
    profile = {"name": "Sales Agent", "disclaimer": ""}
    assert page.submit("/agent/section/profile", profile).status_code == 303
    shown = text_of(page.get("/agent/section/email"))
    assert "Seller Robotics, 1 Main Street, Springfield" in shown
    assert "This message was written with the help of AI." in shown
    assert "You get this email from Seller Robotics because of your role at Contoso." in shown


def test_follow_up_knowledge_is_only_there_for_an_agent_that_engages(desk: Desk, browser: Callable[..., Any]) -> None:
    page = browser("admin")
    assert "Follow-up emails" not in page.get("/agent/knowledge").text
    assert page.get("/agent/sending").status_code == 404
    assert page.get("/agent/section/handoff").status_code == 404
    engaging(desk)
    assert "Used only to answer what leads ask" in page.get("/agent/knowledge").text


def test_the_dashboard_of_an_engaging_agent_opens_a_list_behind_every_figure(
    desk: Desk, browser: Callable[..., Any], api: Callable[..., TestClient]
) -> None:
    page = browser("manager")
    assert "Engagement funnel" not in page.get("/dashboard?days=30").text
    engaging(desk)
    shown = page.get("/dashboard?days=30").text
    for said in (
        "Engagement funnel",
        "Purchase interest",
        "Generated pipeline",
        "Email response rate",
        "In conversation",
    ):
        assert said in shown, said
    links = set(re.findall(r'href="(/dashboard/leads\?[^"]+)"', shown))
    for measure in ("pipeline", "mails_sent", "queries_responded", "time_to_qualify", "cost", "autonomous"):
        assert any(f"figure={measure}&" in link for link in links), measure
    for link in links:
        assert page.get(link.replace("&amp;", "&")).status_code == 200, link
    program = api("Sales Manager")
    figures = program.get("/dashboard?days=30").json()
    assert figures["mode"] == "engage"
    assert figures["mails"] == {"sent": 0, "outreach": 0, "answers": 0}
    assert figures["rates"]["email_response"] is None
    assert program.get("/dashboard/leads?figure=pipeline&days=30").json() == []


def test_a_consent_basis_is_a_condition_by_its_label_and_a_lead_is_explained_with_it(
    desk: Desk, browser: Callable[..., Any]
) -> None:
    engaging(desk)
    page = browser("admin")
    leadid = desk.lead("none")
    consent = {"lw_consentbasis": "customer", "lw_consentsource": "Order 7", "lw_consenton": "2026-11-20"}
    form = page.get(f"/leads/{leadid}/edit").text
    version = re.search(r'name="versionnumber" value="(\d+)"', form)
    assert version
    names = {"companyname": "Larkspur Home", "lastname": "Weller", "versionnumber": version[1]}
    answer = page.submit(f"/leads/{leadid}/edit", {**names, **consent})
    assert answer.status_code == 303, text_of(answer)
    assert 'value="customer" selected' in page.get(f"/leads/{leadid}/edit").text
    row = {"column-1": "lw_consentbasis", "operator-1": "eq", "value-1": "customer", "join": "all"}
    assert page.submit("/agent/selection", {**row, "value-1": "Customer"}).status_code == 303
    stored = draft(desk).selection.conditions
    assert stored
    assert '"customer"' in str(stored).replace("'", '"')
    shown = text_of(page.get(f"/agent/selection?lead={leadid}"))
    assert "Consent Basis equals Customer met; this lead: Customer" in shown
