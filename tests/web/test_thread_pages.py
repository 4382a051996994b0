"""Conversation and inbox by page and API: who sees what, who may decide what, and that strangers' text stays text."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import NOW, Desk

from leadwright.db.agent import AgentVersion, LeadRun
from leadwright.db.base import new_id
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Mailbox, Outbox, Suppression
from leadwright.db.sales import Email, Lead
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.mail.addresses import hash_address

SCRIPT = "<script>alert(1)</script> We are interested. <img src='https://evil.example/p.png'>"


def conversation(desk: Desk, *, outcome: Outcome | None = None, state: State = State.DUE, **told: Any) -> str:
    """A lead in conversation, which asked something; with an outcome it has ended and is the seller's. Its id."""
    leadid = desk.lead("handed_over" if outcome else "researching")
    with desk.services.database.transaction() as session:
        mailboxid = _mailbox(session)
        lead = session.get_one(Lead, leadid)
        run = session.scalars(select(LeadRun).where(LeadRun.leadid == leadid)).one()
        run.stage = lead.lw_stage = Stage.HANDED_OVER if outcome else Stage.ENGAGED
        run.outcome, run.findings = outcome, {"conversation": told} if told else {}
        config = Configuration().model_dump(mode="json")
        session.merge(AgentVersion(agentid=desk.agentid, version=1, configuration=config))
        address = str(lead.emailaddress1)
        session.add(
            Engagement(
                runid=run.runid, leadid=leadid, agentid=desk.agentid, mailboxid=mailboxid, address=address,
                addresshash=hash_address(address), state=State.ENDED if outcome else state, step=Step.FOLLOW_UP,
                dueat=NOW + timedelta(days=3), sent=1, heard=1, firstsenton=NOW - timedelta(days=1),
                lastsenton=NOW - timedelta(days=1), reason="Follow-up 1 goes out if no answer comes.",
                createdon=NOW - timedelta(days=1), endedon=NOW if outcome else None,
            )
        )  # fmt: skip
        interest = {"polarity": "positive", "confidence": "medium", "category": None, "reason": "Says so.",
                    "evidence": [{"passage_id": "reply", "kind": "said", "source": "reply",
                                  "quote": "We are interested."}]}  # fmt: skip
        judged = {"class": "interested", "move": "show", "reasons": ["Another address."], "interest": interest,
                  "same_sender": False, "authenticated": None, "hidden": ["display:none"]}  # fmt: skip
        emailid = new_id()
        session.add(
            Email(
                activityid=emailid, regardingobjectid=leadid, subject="Re: Shelves", description=SCRIPT,
                directioncode=False, statuscode=4, lw_threadid=run.runid, sender="x@evil.example", senton=NOW,
                ownerid=lead.ownerid, owningbusinessunit=lead.owningbusinessunit, lw_judgement=judged,
                lw_hold="It came from another address than the lead's.",
            )
        )  # fmt: skip
        raw = f"From: x@evil.example\r\nSubject: Re: Shelves\r\nContent-Type: text/html\r\n\r\n{SCRIPT}".encode()
        session.flush()
        session.add(_inbound(mailboxid, raw, "done", emailid=emailid, leadid=leadid))
    return leadid


def _mailbox(session: Any) -> str:
    mailboxid = new_id()
    session.add(Mailbox(mailboxid=mailboxid, name="Sales", emailaddress="sales@seller.example"))
    session.flush()
    return mailboxid


def _inbound(mailboxid: str, raw: bytes, state: str, **more: Any) -> InboundMessage:
    return InboundMessage(
        mailboxid=mailboxid, identity=new_id(), contenthash="", raw=raw, folder="INBOX", uidvalidity=1, uid=1,
        state=state, reason="No lead is known for it." if state == "unmatched" else "", fetchedon=NOW, **more,
    )  # fmt: skip


def unmatched(desk: Desk, raw: bytes = b"From: Zoe <zoe@new.example>\r\nSubject: <b>Hi</b>\r\n\r\nWho are you?") -> str:
    with desk.services.database.transaction() as session:
        row = _inbound(_mailbox(session), raw, "unmatched")
        session.add(row)
        session.flush()
        return row.inboundmessageid


def test_the_thread_says_what_comes_next_and_shows_strangers_words_as_text(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    leadid = conversation(desk)
    with desk.services.database.transaction() as session:
        address = str(session.get_one(Lead, leadid).emailaddress1)
        session.add(
            Suppression(hash=hash_address(address), kind="address", reason="opt_out", source="one_click", at=NOW)
        )
    page = browser("manager").get(f"/leads/{leadid}/thread").text
    assert "The recipient asked not to be written to. By the link in a mail." in page
    assert "Next, in 3 days: Follow-up 1 goes out, if no answer comes before." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>We are interested.</mark>" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "hides text from its reader (display:none)" in page
    assert "It is the lead's answer" in page
    assert not re.search(r"(src|href)=[\"']https?://", page)


def test_the_original_is_shown_as_text_and_nothing_of_it_is_loaded(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = conversation(desk)
    client = browser("manager")
    link = re.search(r'href="([^"]+/original)"', client.get(f"/leads/{leadid}/thread").text)
    assert link
    page = client.get(link[1]).text
    assert "We are interested." in page
    assert "evil.example/p.png" not in page
    assert "<script>alert" not in page
    assert client.get(link[1].replace(leadid, desk.lead("queued"))).status_code == 404


def test_the_lists_and_the_research_page_say_in_conversation(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = conversation(desk)
    client = browser("manager")
    grid = client.get("/leads?view=processing&stage=engaged").text
    assert leadid in grid
    assert "In conversation" in grid
    page = client.get(f"/leads/{leadid}").text
    assert f'href="/leads/{leadid}/thread"' in page
    assert "Waits for an answer" in page
    assert f'href="/leads/{leadid}/thread"' in client.get(f"/leads/{leadid}/edit").text
    assert "/thread" not in client.get(f"/leads/{desk.lead('queued')}/edit").text
    assert "In conversation" in page


def test_a_lead_that_was_handed_over_shows_how_the_conversation_ended(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    leadid = conversation(desk, outcome=Outcome.BLOCKED, question="Is it green?")
    client = browser("seller")
    assert "Open question" in client.get("/leads?view=mine").text
    page = client.get(f"/leads/{leadid}/thread").text
    assert "Is it green?" in page
    assert "Answer in my mail program" in page
    assert "mailto:" in page
    assert "Take over" not in page


def test_decisions_are_offered_and_made_only_by_who_may(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = conversation(desk)
    assert browser("seller").get(f"/leads/{leadid}/thread").status_code == 404
    client = browser("manager")
    where = f"/leads/{leadid}/conversation"
    assert client.submit(f"{where}/dance").status_code == 404
    for decision, form, says in (
        ("pause", {"until": "soon"}, "YYYY-MM-DD"),
        ("pause", {"until": "2020-01-01"}, "a day after today"),
        ("stop", {"outcome": "not_interested"}, "Say why"),
        ("their-answer", {"emailid": "1"}, "does not wait"),
    ):
        assert client.submit(f"{where}/{decision}", form).status_code == 303
        assert says in client.get(f"/leads/{leadid}/thread").text
    assert client.submit(f"{where}/take-over", {"to": "me"}).status_code == 303
    page = client.get(f"/leads/{leadid}/thread").text
    assert "Taken over by a person: the lead is with Mina Manager" in page
    assert "Take the lead over" not in page
    assert "Handed over" in page


def test_the_thread_and_its_decisions_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    leadid = conversation(desk, state=State.PERSON)
    client = api("Sales Manager")
    thread = client.get(f"/leads/{leadid}/thread").json()
    assert thread["standing"]["headline"] == "Waits for a person"
    assert "go-on" in thread["standing"]["decisions"]
    assert [item["what"] for item in thread["items"]] == ["theirs"]
    assert thread["items"][0]["interest"]["evidence"][0]["quote"] == "We are interested."
    refused = client.post(f"/leads/{leadid}/conversation/take-over", json={"to": "me"})
    assert (refused.status_code, "cannot go to you" in refused.json()["detail"]) == (409, True)
    assert client.post(f"/leads/{leadid}/conversation/go-on", json={}).status_code == 200
    assert client.get(f"/leads/{leadid}/thread").json()["standing"]["state"] == "due"
    done = client.post(f"/leads/{leadid}/conversation/pause", json={"until": "2026-12-24"})
    assert done.json()["until"].startswith("2026-12-2")
    assert client.post(f"/leads/{leadid}/conversation/sing", json={}).status_code == 422
    assert api("Exchange Administrator").get(f"/leads/{leadid}/thread").status_code == 403


def test_whoever_has_a_lead_creates_whom_it_names_as_the_next_one(desk: Desk, browser: Callable[..., Browser]) -> None:
    named = {"name": "Ben Archer", "address": "ben@harbour.example"}
    leadid = conversation(desk, outcome=Outcome.REFERRAL, referral=named)
    client = browser("seller")
    assert "Create Ben Archer as a lead" in client.get(f"/leads/{leadid}/thread").text
    first = client.submit(f"/leads/{leadid}/conversation/referral").headers["location"]
    assert client.submit(f"/leads/{leadid}/conversation/referral").headers["location"] == first
    assert "Ben Archer" in client.get(first).text
    assert "created as a lead" in client.get(f"/leads/{leadid}/thread").text


def test_the_inbox_is_counted_searched_and_linked_by_page(desk: Desk, browser: Callable[..., Browser]) -> None:
    inboundid = unmatched(desk)
    client = browser("manager")
    page = client.get("/inbox").text
    assert "Zoe &lt;zoe@new.example&gt;" in page
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page
    assert '1<span class="unseen"> mails wait for a person' in page
    with desk.services.database.reading() as session:
        lead = session.get_one(Lead, desk.lead("handed_over"))
    found = client.get(f"/inbox/{inboundid}?q={lead.lastname}").text
    assert "Who are you?" in found
    assert f'value="{lead.leadid}"' in found
    source = client.get(f"/inbox/{inboundid}/source")
    assert source.headers["content-disposition"].endswith('.eml"')
    assert source.headers["content-type"] == "application/octet-stream"
    assert client.submit(f"/inbox/{inboundid}/link").headers["location"] == f"/inbox/{inboundid}"
    answer = client.submit(f"/inbox/{inboundid}/link", {"leadid": lead.leadid})
    assert answer.headers["location"] == f"/leads/{lead.leadid}/thread"
    assert client.get(f"/inbox/{inboundid}").status_code == 404
    assert "Every mail has its lead" in client.get("/inbox").text


def test_mails_put_aside_show_their_source_and_are_tried_again(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    inboundid = unmatched(desk, b"\x00\xff\xfe broken")
    with desk.services.database.transaction() as session:
        row = session.get_one(InboundMessage, inboundid)
        row.state, row.reason = "quarantined", "Reading it took too long."
    page = browser("admin").get(f"/inbox/{inboundid}").text
    assert "Reading it took too long." in page
    assert "broken" in page
    client = api("Sales Manager")
    assert [m["inboundid"] for m in client.get("/inbox?state=quarantined").json()["mails"]] == [inboundid]
    assert client.get(f"/inbox/{inboundid}/source").content == b"\x00\xff\xfe broken"
    assert client.post(f"/inbox/{inboundid}/decision", json={"decision": "try-again"}).status_code == 204
    assert client.get("/inbox?state=quarantined").json()["mails"] == []
    assert client.post("/inbox/none/decision", json={"decision": "ignore"}).status_code == 404


@pytest.mark.parametrize("role", ["Salesperson", "Exchange Administrator"])
def test_the_inbox_is_closed_to_others(desk: Desk, api: Callable[..., TestClient], role: str) -> None:
    inboundid = unmatched(desk)
    client = api(role)
    assert client.get("/inbox").status_code == 403
    assert client.get(f"/inbox/{inboundid}/source").status_code == 403
    assert client.post(f"/inbox/{inboundid}/decision", json={"decision": "ignore"}).status_code == 403


def test_the_inbox_names_the_leads_a_mail_may_be_of(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = desk.lead("queued")
    with desk.services.database.reading() as session:
        address = str(session.get_one(Lead, leadid).emailaddress1)
    inboundid = unmatched(desk, f"From: Zoe <{address.title()}>\r\nSubject: Hi\r\n\r\nWe bought elsewhere.".encode())
    client = browser("manager")
    assert f'href="/leads/{leadid}"' in client.get("/inbox").text
    page = client.get(f"/inbox/{inboundid}").text
    assert "This lead has the address it comes from" in page
    assert f'name="leadid" value="{leadid}"' in page


def test_a_held_mail_leads_whoever_may_to_the_outbox(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid = conversation(desk, state=State.SENDING)
    with desk.services.database.transaction() as session:
        talk = session.scalars(select(Engagement).where(Engagement.leadid == leadid)).one()
        ours = Email(regardingobjectid=leadid, subject="Shelves", description="Hello", directioncode=True,
                     lw_threadid=talk.runid, ownerid=session.get_one(Lead, leadid).ownerid,
                     owningbusinessunit=session.get_one(Lead, leadid).owningbusinessunit)  # fmt: skip
        session.add(ours)
        session.flush()
        talk.outboxid = new_id()
        session.add(
            Outbox(
                outboxid=talk.outboxid, businesskey=f"outreach:{leadid}:1:1", mailboxid=talk.mailboxid, leadid=leadid,
                emailid=ours.activityid, messageid="<1@seller.example>", sender="sales@seller.example",
                recipient=talk.address, recipienthash=talk.addresshash, domainhash="", raw=b"", phase=Phase.HELD,
                reason="No answer came.",
            )
        )  # fmt: skip
    page = browser("manager").get(f"/leads/{leadid}/thread").text
    assert "Waits for a person" in page
    assert 'href="/outbox">' in page[page.index("Where this stands") :]
    assert "Next, in" not in page
