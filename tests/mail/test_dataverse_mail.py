"""A mail as an email activity and back: nothing breaks out of a header, and whatever was kept is read."""

import json
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mail.post_office import SALES, letter

from leadwright.db.base import now
from leadwright.mail.compose import short_note
from leadwright.mail.dataverse_incoming import head_of, raw_of, tracked_of
from leadwright.mail.dataverse_letters import activity_of, answered_by, email_values
from leadwright.mail.heads import read_head
from leadwright.mail.mailbox import Fetched, Letter
from leadwright.mail.parse import parse_mail
from leadwright.mail.signature import Signature

ROW: dict[str, Any] = {
    "activityid": "0a0a0a0a-0000-4000-8000-000000000001",
    "subject": "Re: Förderbänder CRM:0000417",
    "safedescription": "<p>How much?</p>",
    "sender": "pat@example.net",
    "messageid": "<theirs@example.net>",
    "inreplyto": "<ours@contoso.com>",
    "senton": "2026-03-02T09:00:00Z",
    "email_activity_parties": [
        {"participationtypemask": 1, "addressused": "pat@example.net"},
        {"participationtypemask": 2, "addressused": "agent@contoso.com"},
        {"participationtypemask": 3, "addressused": "cc@example.net"},
    ],
}


def test_what_was_tracked_is_a_mail_again() -> None:
    message = parse_mail(raw_of({**ROW, "internetmessageheaders": json.dumps({"Auto-Submitted": "auto-replied"})}))
    assert (message.subject, message.message_id) == (ROW["subject"], "<theirs@example.net>")
    assert message.in_reply_to == ("<ours@contoso.com>",)
    assert message.sender is not None
    assert message.sender.address == "pat@example.net"
    assert [one.address for one in (*message.to, *message.cc)] == ["agent@contoso.com", "cc@example.net"]
    assert (message.text.strip(), message.value("auto-submitted")) == ("How much?", "auto-replied")
    assert message.date is not None


@pytest.mark.parametrize(
    "kept",
    [
        '{"Return-Path": ""}',
        '[{"name": "Return-Path", "value": ""}]',
        '{"From": "boss@b.example", "Return-Path": "", "X\\r\\nBcc": "a@b.example", "X": "1\\r\\nBcc: a@b.example"}',
    ],
)
def test_kept_headers_add_and_never_replace_or_break_out(kept: str) -> None:
    message = parse_mail(raw_of({**ROW, "internetmessageheaders": kept}))
    assert message.return_path == ""
    assert message.sender is not None
    assert message.sender.address == "pat@example.net"
    assert message.values("bcc") == ()
    assert message.values("from") == ("pat@example.net",)


def test_attachments_keep_their_names() -> None:
    rows = [
        {"filename": 'Angebot "März".pdf', "mimetype": "application/pdf"},
        {"filename": "x", "mimetype": "message/rfc822"},
    ]
    found = parse_mail(raw_of(ROW, rows))
    assert [(one.name, one.type) for one in found.attachments] == [
        ("Angebot 'März'.pdf", "application/pdf"), ("x", "application/octet-stream"),
    ]  # fmt: skip
    assert found.text.strip() == "How much?"


def test_a_head_alone_tells_the_thread() -> None:
    head = read_head(Fetched(1, head_of(ROW), 10))
    assert (head.messageid, head.sender, head.thread) == (
        "<theirs@example.net>",
        "pat@example.net",
        ("<ours@contoso.com>",),
    )
    assert tracked_of({**ROW, "_correlatedactivityid_value": "other", "correlationmethod": 3}).answersid == "other"


@pytest.mark.parametrize("address", ["jürgen@exämple.de", "“pat”@example.net", "pat’s@example.net", "\ud800@b.example"])
def test_an_address_beyond_ascii_is_read_as_it_stands(address: str) -> None:
    parties = [*ROW["email_activity_parties"], {"participationtypemask": 3, "addressused": address}]
    row = {**ROW, "email_activity_parties": parties}
    found = parse_mail(raw_of(row))
    assert found.cc[0].address == "cc@example.net"
    assert read_head(Fetched(1, head_of({**row, "sender": address}), 10)).thread == ("<ours@contoso.com>",)
    assert found.sender is not None
    assert found.sender.address == "pat@example.net"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["subject", "sender", "messageid", "inreplyto", "senton", "internetmessageheaders", "description"]
        ),
        st.one_of(st.none(), st.text(max_size=60), st.integers()),
    )
)
def test_nonsense_is_read_as_well_as_can_be(values: dict[str, Any]) -> None:
    raw = raw_of({**ROW, "safedescription": None, **values})
    assert len(message_from_bytes(raw, policy=policy.compat32).get_all("From", [])) <= 1
    parse_mail(raw)


def test_the_activity_has_our_html_with_its_image_inside_and_names_lead_and_parent() -> None:
    made = letter("pat@example.net")
    values = email_values(
        Letter(made.messageid, SALES, made.recipient, made.raw, leadid="lead-1"), "user-1", "parent-1"
    )
    assert "Unsubscribe" in values["description"]
    assert values["regardingobjectid_lead@odata.bind"] == "/leads(lead-1)"
    assert values["parentactivityid@odata.bind"] == "/emails(parent-1)"
    sender, to = values["email_activity_parties"]
    assert sender == {"partyid_systemuser@odata.bind": "/systemusers(user-1)", "participationtypemask": 1}
    assert (to["addressused"], to["partyid_lead@odata.bind"]) == ("pat@example.net", "/leads(lead-1)")


def test_a_plain_note_becomes_html_that_nothing_breaks_out_of() -> None:
    note = short_note(SALES, "sam@seller.example", "<1@seller.example>", "A & B", "One <b>\nTwo", now())
    values = email_values(note, "user-1")
    assert "One &lt;b&gt;<br>" in values["description"]
    assert "regardingobjectid_lead@odata.bind" not in values
    assert answered_by(note) == ""
    assert activity_of(note) == activity_of(note) != activity_of(letter("pat@example.net"))


def test_an_image_of_the_signature_stands_inside_the_html() -> None:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    signed = Signature("Kind regards\nNadia", '<p>Nadia <img alt="logo"></p>', f"data:image/png;base64,{pixel}")
    made = letter("pat@example.net", signature=signed)
    html = email_values(made, "user-1")["description"]
    assert f"data:image/png;base64,{pixel}" in html
    assert "cid:" not in html


def test_a_subject_carries_no_tracking_token_of_the_mails_before_it() -> None:
    raw = b"Subject: Re: Conveyors CRM:0000001 CRM:0000047\r\nFrom: a@contoso.com\r\n\r\nHello\r\n"
    letter = Letter("<1@contoso.com>", "a@contoso.com", "pat@example.net", raw)
    assert email_values(letter, "user")["subject"] == "Re: Conveyors"
