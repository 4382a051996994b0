"""Bounces, complaints and delivery reports: the standard form and the many that are not."""

import csv
from pathlib import Path

import pytest
from tests.mail.mails import dsn, mail, multipart, text_bounce

from leadwright.mail.bounce import DeliveryReport, Kind, read_delivery_report
from leadwright.mail.bounce_phrases import Reason
from leadwright.mail.bounce_reasons import reason_in, reason_of_status
from leadwright.mail.parse import parse_mail
from leadwright.mail.reading import read_mail


def report(raw: bytes) -> DeliveryReport:
    found = read_delivery_report(parse_mail(raw))
    assert found is not None
    return found


def test_a_standard_report_names_recipient_status_reason_and_our_message_id() -> None:
    found = report(dsn())
    assert (found.kind, found.hard, found.reason) == (Kind.BOUNCE, True, Reason.USER_UNKNOWN)
    assert found.original_message_id == "<ours.1@example.org>"
    (failure,) = found.failures
    assert (failure.recipient, failure.status) == ("bob@example.net", "5.1.1")
    assert "User unknown" in failure.said


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        ("5.2.2", "552 5.2.2 <bob@example.net>: Mailbox is full", Reason.MAILBOX_FULL),
        ("5.1.1", "550 5.1.1 User unknown or over quota", Reason.MAILBOX_FULL),
        ("4.2.2", "452 4.2.2 The email account that you tried to reach is over quota", Reason.MAILBOX_FULL),
        ("5.0.0", "550 Postfach voll", Reason.MAILBOX_FULL),
        (
            "5.7.1",
            "554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org",
            Reason.BLOCKED,
        ),
        ("5.7.1", "550 5.7.1 Message rejected as spam by content filtering", Reason.SPAM),
        ("5.7.26", "550 5.7.26 This mail is unauthenticated, SPF and DKIM did not pass", Reason.NOT_AUTHENTICATED),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", Reason.TOO_BIG),
        ("5.1.8", "553 5.1.8 Domain of sender address root@host.example does not exist", Reason.SENDER_REFUSED),
        ("4.7.0", "421 4.7.0 Too many connections, try again later", Reason.TOO_FAST),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", Reason.SUSPENDED),
        ("5.7.1", "550 5.7.1 Relaying denied", Reason.RELAY_DENIED),
        ("4.4.1", "connect to mx.example.net[192.0.2.9]:25: Connection timed out", Reason.EXPIRED),
        ("5.7.0", "530 5.7.0 Must issue a STARTTLS command first", Reason.ENCRYPTION),
        ("4.1.1", "450 4.1.1 <bob@example.net>: Recipient address rejected: User unknown", Reason.USER_UNKNOWN),
    ],
)
def test_a_soft_refusal_is_never_taken_as_hard(status: str, said: str, reason: Reason) -> None:
    found = report(dsn(status=status, said=said))
    assert (found.hard, found.reason) == (False, reason)


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        ("5.1.1", "550 5.1.1 <bob@example.net>... User unknown", Reason.USER_UNKNOWN),
        ("5.0.0", "550 <bob@example.net>: No such user here", Reason.USER_UNKNOWN),
        (
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            Reason.USER_UNKNOWN,
        ),
        ("5.1.0", "550 Utilisateur inconnu", Reason.USER_UNKNOWN),
        (
            "5.4.4",
            "Host or domain name not found. Name service error for name=nope.example type=MX: Host not found",
            Reason.HOST_UNKNOWN,
        ),
        ("5.1.6", "550 5.1.6 Destination mailbox has moved, no forwarding address", Reason.MOVED),
        ("5.1.1", "", Reason.USER_UNKNOWN),
    ],
)
def test_an_address_that_takes_no_mail_is_hard(status: str, said: str, reason: Reason) -> None:
    found = report(dsn(status=status, said=said))
    assert (found.hard, found.reason) == (True, reason)


def test_a_refusal_after_the_text_or_at_the_sender_says_nothing_about_the_address() -> None:
    words = "<bob@example.net>: host mx said: 550 Unknown user bob@example.net (in reply to end of DATA command)"
    assert report(dsn(status="5.0.0", said="550 Unknown user bob@example.net", words=words)).hard is False
    words = "<bob@example.net>: host mx said: 550 <bob@example.net> unknown user (in reply to RCPT TO command)"
    assert report(dsn(status="5.0.0", said="550 <bob@example.net> unknown user", words=words)).hard is True


def test_delayed_delivered_and_relayed_reports_are_no_failures() -> None:
    late = report(dsn(action="delayed", status="4.4.1", said="connect: Connection refused"))
    assert (late.kind, late.hard, late.reason) == (Kind.DELAYED, False, Reason.DELAYED)
    for action in ("delivered", "relayed", "expanded"):
        assert report(dsn(action=action, status="2.0.0", said="250 OK")).kind is Kind.DELIVERED


def test_several_recipients_that_differ_are_neither_hard_nor_soft() -> None:
    raw = dsn().replace(
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; eve@example.net\r\nAction: failed\r\n"
        b"Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 quota exceeded\r\n\r\n--edge\r\nContent-Type: message/rfc822",
    )
    found = report(raw)
    assert [(f.recipient, f.hard) for f in found.failures] == [("bob@example.net", True), ("eve@example.net", False)]
    assert found.hard is None


@pytest.mark.parametrize(
    ("words", "hard", "reason"),
    [
        (
            "Hi. This is the qmail-send program.\nI'm afraid I wasn't able to deliver your "
            "message.\n\n<bob@example.net>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
            "Message-ID: <ours.1@example.org>\nTo: bob@example.net\n",
            True,
            Reason.USER_UNKNOWN,
        ),
        (
            "This message was created automatically by mail delivery software.\nA message that you "
            "sent could not be delivered:"
            "\n\n  bob@example.net\n    SMTP error from remote mail server after RCPT "
            "TO:<bob@example.net>:\n    host mx.example.net"
            " [192.0.2.9]: 550 no such user\n\n------ This is a copy of the message, including all "
            "the headers. ------\n",
            True,
            Reason.USER_UNKNOWN,
        ),
        (
            "Sorry, your message to bob@example.net cannot be delivered. This account is over quota.\n",
            False,
            Reason.MAILBOX_FULL,
        ),
        (
            "Ihre Nachricht an bob@example.net konnte nicht zugestellt werden: Postfach voll.",
            False,
            Reason.MAILBOX_FULL,
        ),
        (
            "Votre message n'a pas pu être remis à bob@example.net : boîte de réception pleine",
            False,
            Reason.MAILBOX_FULL,
        ),
        ("送信先 bob@example.net のメールボックスが一杯のため、送信できませんでした。", False, Reason.MAILBOX_FULL),
        ("Your message to bob@example.net could not be delivered. 550 unknown user", False, Reason.USER_UNKNOWN),
        ("Your message could not be delivered to bob@example.net.", False, Reason.UNCLEAR),
    ],
)
def test_bounces_in_words_are_read_and_need_more_than_words_to_be_hard(
    words: str, hard: bool | None, reason: Reason
) -> None:
    found = report(text_bounce(words))
    assert (found.kind, found.hard, found.reason) == (Kind.BOUNCE, hard, reason)
    assert [f.recipient for f in found.failures] == ["bob@example.net"]


def test_a_warning_that_delivery_is_late_is_no_bounce() -> None:
    words = (
        "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\nbob@example.net could not be reached yet.\n"
    )
    assert report(text_bounce(words, subject="Delayed Mail (still being retried)")).kind is Kind.DELAYED


def test_the_message_id_of_our_mail_is_found_in_the_returned_text() -> None:
    found = report(
        text_bounce(
            "Delivery failed permanently:\n\nbob@example.net 550 5.1.1 no such user\n\n----- Original message -----\n\n"
            "From: sales@example.org\nMessage-ID:\n <ours.2@example.org>\n"
        )
    )
    assert found.original_message_id == "<ours.2@example.org>"


@pytest.mark.parametrize("feedback", ["abuse", "opt-out", "fraud"])
def test_a_complaint_is_read_with_its_type_recipients_and_our_message_id(feedback: str) -> None:
    raw = multipart(
        "Content-Type: text/plain\r\n\r\nThis is an email abuse report.",
        f"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: {feedback}\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
        "Original-Rcpt-To: <bob@example.net>\r\n",
        "Content-Type: message/rfc822\r\n\r\nMessage-ID: <ours.3@example.org>\r\nSubject: Offer\r\n\r\nDear Bob",
        kind="report; report-type=feedback-report",
    )
    found = report(raw)
    assert (found.kind, found.feedback, found.hard) == (Kind.COMPLAINT, feedback, False)
    assert [f.recipient for f in found.failures] == ["bob@example.net"]
    assert found.original_message_id == "<ours.3@example.org>"


def test_notifications_of_a_sending_service_are_read() -> None:
    told = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
        '"bob@example.net","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"commonHeaders":'
        '{"messageId":"<ours.4@example.org>"}}}'
    )
    found = report(mail(told))
    assert (found.kind, found.hard, found.original_message_id) == (Kind.BOUNCE, True, "<ours.4@example.org>")
    assert read_delivery_report(parse_mail(mail('{"notificationType": ['))) is None


@pytest.mark.parametrize(
    "raw",
    [
        mail("We could not deliver on our promise last year, sorry. Still interested?"),
        mail("Your proposal was rejected by our board.", subject="Re: Delivery failure of the last order"),
        mail("We could not be reached on Friday. Send it again.", subject="Delivery problem with the quote"),
        mail(
            "Our mail to ann@example.net could not be delivered. Can you help?",
            subject="Delivery problem",
            in_reply_to="<ours.1@example.org>",
        ),
        mail("My mailbox is full of offers like this.", subject="No thanks"),
        mail("The delivery failed twice, please send a new machine.", subject="Delivery of the machine"),
        mail("Thanks, I will be back on Monday.", subject="Automatic reply: Offer"),
        dsn().replace(b"message/delivery-status", b"message/disposition-notification").replace(b"Action", b"X"),
    ],
)
def test_people_who_write_about_deliveries_are_no_bounces(raw: bytes) -> None:
    found = read_delivery_report(parse_mail(raw))
    assert found is None or b"disposition" in raw


def test_remove_me_of_a_person_is_heard_where_it_sounds_like_a_report() -> None:
    words = "Our mail to bob@example.net could not be delivered. Reason: user unknown."
    assert read_mail(mail(words, subject="Delivery failure")).report is not None
    reading = read_mail(mail(f"{words} Remove me from your list.", subject="Delivery failure"))
    assert (reading.report, reading.opt_out) == (None, "Remove me from your list.")


def test_a_report_survives_the_way_through_json() -> None:
    assert DeliveryReport.from_json(report(dsn()).as_json()) == report(dsn())


def test_status_codes_alone_are_read_and_temporary_ones_are_never_hard() -> None:
    assert reason_of_status("5.1.2") is Reason.HOST_UNKNOWN
    assert reason_of_status("5.7.509") is Reason.POLICY
    assert reason_of_status("4.1.1") is Reason.EXPIRED
    assert reason_of_status("") is None
    assert reason_in("") is None


def test_real_bounces_of_many_systems_reach_the_published_figures(shared_data: Path) -> None:
    kinds = {Kind.BOUNCE: "bounce", Kind.DELAYED: "bounce", Kind.COMPLAINT: "complaint"}
    for folder, of_100 in (("bounces_sisimai", 98), ("bounces_flufl", 97)):
        right = total = judged = hard_right = soft_as_hard = 0
        with (shared_data / folder / "labels.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            found = read_delivery_report(parse_mail((shared_data / folder / row["file"]).read_bytes()))
            wanted = row["label"] if row["label"] in ("bounce", "complaint") else "other"
            right += kinds.get(found.kind if found else Kind.DELIVERED, "other") == wanted
            total += 1
            if row["label"] == "bounce" and row.get("hard_bounce") in ("0", "1"):
                judged += 1
                hard = found.hard if found else None
                hard_right += hard == (row["hard_bounce"] == "1")
                soft_as_hard += hard is True and row["hard_bounce"] == "0"
        assert right / total >= of_100 / 100
        if judged:
            assert hard_right / judged >= 0.93
            assert soft_as_hard <= 1
