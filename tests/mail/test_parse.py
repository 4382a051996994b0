"""Raw bytes to a message: everything a mail may hold, read as well as it can be, and nothing raised."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mail.mails import HEAD, mail, multipart

from leadwright.mail.charsets import decode
from leadwright.mail.header_fields import decode_words, read_addresses, read_ids, split_header
from leadwright.mail.message import Address, Message
from leadwright.mail.parse import parse_mail
from leadwright.mail.parts import _standard, read_parts
from leadwright.mail.reading import read_mail


def test_headers_people_threads_and_dates_are_typed() -> None:
    message = parse_mail(
        mail(
            "Yes please",
            to='"Doe, John" <john@example.org>, team: a@x.example, b@x.example;',
            cc="c@x.example (Carl)",
            reply_to="answers@example.com",
            message_id="<1@example.com>",
            in_reply_to="<0@example.org>",
            references="<a@example.org>\r\n <0@example.org>",
            return_path="<ada@example.com>",
            date="Wed, 25 Nov 2026 10:00:00 +0100",
            subject="=?utf-8?B?4pyT?= =?utf-8?Q?_done?=",
        )
    )
    assert message.sender == Address("Ada", "ada@example.com")
    assert [a.address for a in message.to] == ["john@example.org", "a@x.example", "b@x.example"]
    assert message.to[0].name == "Doe, John"
    assert message.cc == (Address("Carl", "c@x.example"),)
    assert message.reply_to == (Address("", "answers@example.com"),)
    assert (message.message_id, message.in_reply_to) == ("<1@example.com>", ("<0@example.org>",))
    assert message.references == ("<a@example.org>", "<0@example.org>")
    assert message.return_path == "ada@example.com"
    assert message.date is not None
    assert message.date.astimezone(UTC) == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert message.subject == "✓ done"
    assert message.text == "Yes please"


def test_a_date_is_aware_or_none() -> None:
    for date in ("Wed, 25 Nov 2026 10:00:00 -0000", "25 Nov 2026 10:00:00"):
        found = parse_mail(mail(date=date)).date
        assert found is not None
        assert found.tzinfo is not None
    assert [parse_mail(mail(date=date)).date for date in ("", "yesterday", "99 Foo 99999 99:99:99 +9999")] == [None] * 3


def test_the_empty_return_path_is_told_from_a_missing_one() -> None:
    assert parse_mail(mail(return_path="<>")).return_path == ""
    assert parse_mail(mail()).return_path is None


def test_every_value_of_a_repeated_header_is_kept_topmost_first() -> None:
    message = parse_mail(b"Received: one\r\nReceived: two\r\n" + mail())
    assert message.values("RECEIVED") == ("one", "two")


def test_attachments_have_name_type_and_size_and_calendar_parts_are_noted() -> None:
    message = parse_mail(
        multipart(
            "Content-Type: text/plain\r\n\r\nSee attached",
            'Content-Type: application/pdf; name="=?utf-8?Q?pl=C3=A4ne.pdf?="\r\n'
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\nJVBERg==",
            "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR",
            'Content-Type: text/plain; name="notes.txt"\r\n\r\nnot the text of the mail',
        )
    )
    assert message.text.strip() == "See attached"
    assert (message.attachments[0].name, message.attachments[0].type, message.attachments[0].size) == (
        "pläne.pdf",
        "application/pdf",
        4,
    )
    assert message.calendar == ("REQUEST",)
    assert [a.name for a in message.attachments] == ["pläne.pdf", "", "notes.txt"]


def test_a_mail_inside_the_mail_is_a_report_and_not_its_text() -> None:
    message = parse_mail(
        multipart(
            "Content-Type: text/plain\r\n\r\nForwarded",
            "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nMessage-ID: <in@x.example>\r\n\r\nInner words",
        )
    )
    assert message.text.strip() == "Forwarded"
    assert [r.type for r in message.reports] == ["message/rfc822"]
    assert "Inner words" in message.reports[0].text


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),
        ("no-such-charset", b"plain", "plain"),
        ("rot13", b"uryyb", "uryyb"),
        ("idna", b"xn--a", "xn--a"),
        ("unicode_escape", b"\\x41", "\\x41"),
        ("utf-7", b"Hi +AGEAYg-", "Hi ab"),
        ("utf-7", b"+2AA-", "\ufffd"),
        ("utf-16", b"\xff", "ÿ"),
        ("", b"a\x00b\x07c", "abc"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
    ],
)
def test_any_charset_and_any_lie_about_it_gives_text(charset: str, data: bytes, text: str) -> None:
    found = decode(data, charset)
    assert found == text or (charset == "utf-16" and found)
    found.encode("utf-8")


def test_broken_base64_gives_what_can_be_read() -> None:
    raw = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!aGVsbG8gd29ybGQ\r\n*"
    message = parse_mail(raw)
    assert message.text == "hello world"
    assert message.defects


def test_a_lying_content_length_and_a_missing_last_boundary_change_nothing() -> None:
    assert parse_mail(b"Content-Length: 99999999\r\n" + mail("still here")).text == "still here"
    cut = multipart("Content-Type: text/plain\r\n\r\nstill here").removesuffix(b"--edge--\r\n")
    assert parse_mail(cut).text.strip() == "still here"


def test_bytes_that_are_no_mail_give_an_empty_message_or_their_text() -> None:
    assert parse_mail(b"").text == ""
    assert parse_mail(b"no header at all").text == "no header at all"
    assert parse_mail(b"\x00\xff\xfe" * 100).message_id is None
    assert parse_mail(b"From nobody Thu Jan  1 00:00:00 1970\r\n" + mail("mbox")).subject == "Hello"


def test_a_header_cannot_be_smuggled_through_an_encoded_word() -> None:
    message = parse_mail(mail(subject="=?utf-8?q?hi=0D=0ABcc:_evil@x.test?="))
    assert message.subject == "hi Bcc: evil@x.test"
    assert message.values("bcc") == ()


def test_encoded_words_of_one_charset_join_before_they_are_decoded() -> None:
    assert decode_words("=?utf-8?Q?=E2=9C?= =?utf-8?Q?=93?=") == "✓"
    assert decode_words("=?utf-8*en?Q?a?= b =?x?y?z?=") == "a b =?x?y?z?="


def test_addresses_nobody_would_write_are_read_all_the_same() -> None:
    assert read_addresses("MAILER-DAEMON") == (Address("", "MAILER-DAEMON"),)
    assert read_addresses("<mailto:a@b.example>") == (Address("", "a@b.example"),)
    assert read_addresses('"a@b.example" <c@d.example>') == (Address("a@b.example", "c@d.example"),)
    assert read_addresses("a@b.example; c@d.example")[1].address == "c@d.example"
    assert read_addresses("Undisclosed recipients:;") == ()
    assert read_addresses("Ann (HR, Oslo) <ann@x.example>, b@x.example")[0].address == "ann@x.example"
    assert read_ids("junk <a@b> <a@b> text <c@d>") == ("<a@b>", "<c@d>")


def test_the_standard_parser_behind_finds_the_same_parts() -> None:
    raw = multipart(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe",
        "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
        "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny",
    )
    fast, defects = read_parts(raw)
    standard = tuple(_standard(raw))
    assert defects == ()
    assert [(p.type, p.name) for p in fast] == [(p.type, p.name) for p in standard]
    assert [p.data.strip() for p in fast[:2]] == [p.data.strip() for p in standard[:2]]


def test_a_message_survives_the_way_through_json() -> None:
    message = parse_mail(multipart("Content-Type: text/plain\r\n\r\nHi", "Content-Type: text/calendar\r\n\r\nx"))
    assert Message.from_json(json.loads(json.dumps(message.as_json()))) == message


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_bytes_make_the_parser_raise(noise: bytes) -> None:
    for raw in (noise, HEAD + noise, HEAD + b"\r\n" + noise, multipart(noise.decode("latin-1"))):
        json.dumps(read_mail(raw).as_json()).encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_no_header_value_makes_the_readers_raise(value: str) -> None:
    read_addresses(value)
    decode_words(value).encode("utf-8")
    split_header(value.encode("utf-8", "surrogatepass"))


def test_every_real_mime_message_is_read_with_text_and_headers(shared_data: Path) -> None:
    files = sorted((shared_data / "mime_messages" / "eml").glob("*.eml"))
    read = [parse_mail(file.read_bytes()) for file in files]
    assert len(read) == len(files) > 0
    assert sum(bool(m.text.strip()) for m in read) / len(read) >= 0.85
    assert all(m.headers for m in read)
