"""Each line of the checklist of what we send, on the bytes that go out."""

import base64
import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mail.post_office import LEAVE, SENDER, PostOffice

from leadwright.errors import BadInput
from leadwright.mail.compose import Message, Thread, compose, new_message_id
from leadwright.mail.dkim import DkimKey, load_key
from leadwright.mail.headers import message_ids, safe_text
from leadwright.mail.mailbox import Letter, Result

PLAIN = Message(
    to_name="Jo Doe",
    to_address="jo@company.example",
    subject="Shelves",
    body="Hello Jo,\n\nshelves that hold.\nReally.\n\nKind regards",
    why="You get this because your company sells furniture.",
    unsubscribe_url=LEAVE,
    moment=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
)


def read(letter: Letter) -> EmailMessage:
    parsed = email.message_from_bytes(letter.raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert parsed.defects == []
    return parsed


def shown(letter: Letter, name: str) -> str:
    """A header as most programs show it: adjacent encoded words joined (RFC 2047 6.2)."""
    return str(make_header(decode_header(email.message_from_bytes(letter.raw)[name])))


def text_of(letter: Letter, kind: str) -> str:
    part = read(letter).get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def test_from_date_and_one_message_id_of_our_domain_that_nobody_can_guess() -> None:
    first, second = compose(SENDER, PLAIN), compose(SENDER, PLAIN)
    mail = read(first)
    assert str(mail["From"]) == "Nadia of Shelf Makers <sales@seller.example>"
    assert mail["Date"].datetime == PLAIN.moment
    assert mail.get_all("Message-ID") == [first.messageid]
    assert re.fullmatch(r"<[0-9a-f]{40}@seller\.example>", first.messageid)
    assert first.messageid != second.messageid
    given = new_message_id("sales@seller.example")
    assert compose(SENDER, PLAIN, messageid=given).messageid == given


def test_it_goes_to_the_address_as_it_was_given_not_to_its_key() -> None:
    """``straße`` and ``strasse``, ``Ada`` and ``ada``, may be two people to their server."""
    letter = compose(SENDER, replace(PLAIN, to_address=" Straße.Ada@BÜCHER.example "))
    assert letter.recipient == "Straße.Ada@xn--bcher-kva.example"
    assert compose(SENDER, replace(PLAIN, to_address="Ada.B@Acme.Example")).recipient == "Ada.B@acme.example"


def test_a_reply_stands_in_its_thread_with_one_re() -> None:
    thread = Thread("<c@x.example>", "<a@x.example>\r\n <b@x.example>", "RE: re: Re:  Shelves?")
    mail = read(compose(SENDER, replace(PLAIN, answers=thread)))
    assert mail["In-Reply-To"] == "<c@x.example>"
    assert mail["References"].split() == ["<a@x.example>", "<b@x.example>", "<c@x.example>"]
    assert mail["Subject"] == "Re: Shelves?"


def test_a_long_thread_keeps_its_first_and_its_last_messages() -> None:
    ids = [f"<{n}@x.example>" for n in range(100)]
    mail = read(compose(SENDER, replace(PLAIN, answers=Thread("<new@x.example>", " ".join(ids)))))
    kept = mail["References"].split()
    assert (kept[0], kept[-1], len(kept)) == ("<0@x.example>", "<new@x.example>", 20)


def test_what_a_stranger_wrote_into_references_never_becomes_a_header() -> None:
    hostile = "<a@x.example>\r\nBcc: evil@x.example\r\n <b b@x> <ü@x.example> <ok@x.example>"
    raw = compose(SENDER, replace(PLAIN, answers=Thread("<c@x.example>", hostile, "x"))).raw
    assert b"\r\nBcc" not in raw
    assert message_ids(hostile) == ["<a@x.example>", "<ok@x.example>"]


def test_machines_can_tell_that_a_machine_wrote_it() -> None:
    assert read(compose(SENDER, PLAIN))["Auto-Submitted"] == "auto-generated"
    assert read(compose(SENDER, replace(PLAIN, answers=Thread("<c@x.example>"))))["Auto-Submitted"] == "auto-replied"
    assert read(compose(SENDER, PLAIN))["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize(
    "address", ["noreply@seller.example", "No-Reply@seller.example", "do-not-reply@seller.example"]
)
def test_it_never_comes_from_an_address_that_nobody_reads(address: str) -> None:
    with pytest.raises(BadInput, match="able to answer"):
        compose(replace(SENDER, address=address), PLAIN)


def test_people_leave_by_one_click_or_by_mail() -> None:
    mail = read(compose(SENDER, PLAIN))
    assert mail["List-Unsubscribe"] == f"<{LEAVE}>, <mailto:sales@seller.example?subject=unsubscribe%20v1.key.token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "url", ["http://desk.seller.example/u/x", "ftp://x.example/", "", "https://x.example/a b", "https://x.example/>,"]
)
def test_an_address_to_leave_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="public_url"):
        compose(SENDER, replace(PLAIN, unsubscribe_url=url))


def test_the_rehearsal_may_use_loopback() -> None:
    compose(SENDER, replace(PLAIN, unsubscribe_url="http://127.0.0.1:8480/unsubscribe/x"))


def test_folding_and_unfolding_changes_no_header() -> None:
    long = replace(PLAIN, unsubscribe_url="https://desk.seller.example/unsubscribe/" + "t" * 600, to_name="Ü" * 90)
    letter = compose(SENDER, long)
    head = letter.raw.partition(b"\r\n\r\n")[0]
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
    again = email.message_from_bytes(unfolded + b"\r\n\r\n", policy=policy.default)
    assert {n: str(v) for n, v in again.items()} == {n: str(v) for n, v in read(letter).items()}
    assert shown(letter, "To").startswith("Ü" * 90)


def test_plain_text_stands_beside_html_of_our_template() -> None:
    letter = compose(SENDER, replace(PLAIN, body="Hello <b>Jo</b> & co,\n\n<img src=x onerror=alert(1)>"))
    assert read(letter).get_content_type() == "multipart/alternative"
    assert "Hello <b>Jo</b> & co," in text_of(letter, "plain")
    html = text_of(letter, "html")
    assert "Hello &lt;b&gt;Jo&lt;/b&gt; &amp; co," in html
    assert "<img" not in html


@pytest.mark.parametrize("mark", ["<script", "<form", "<img", "<link", "<iframe", "@import", "url(", "<object", "src="])
def test_no_remote_resource_no_script_no_form(mark: str) -> None:
    hostile = replace(PLAIN, body=f"{mark}https://evil.example/x>", to_name=mark, subject=f"{mark} x")
    html = re.sub(r"&[a-z]+;[^<]*|<title>[^<]*</title>", "", text_of(compose(SENDER, hostile), "html").casefold())
    assert f"{mark}" not in html.replace(f'<p style="margin:0 0 14px">{mark}', "") or mark.startswith(("@", "u", "s"))
    urls = re.findall(r'(?:href|src)="([^"]+)"', text_of(compose(SENDER, hostile), "html"))
    assert urls == [LEAVE]


@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_the_bytes_keep_to_the_rules(body: str, name: str, subject: str) -> None:
    try:
        letter = compose(SENDER, replace(PLAIN, body=body, to_name=name, subject=subject))
    except BadInput:
        return
    lines = letter.raw.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines), "CRLF only"
    assert max(map(len, lines)) <= 998
    assert letter.raw.isascii()
    head = letter.raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == sorted(
        [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"X-Auto-Response-Suppress",
         b"List-Unsubscribe", b"List-Unsubscribe-Post", b"MIME-Version", b"Content-Type"]
    )  # fmt: skip


def test_a_very_long_line_is_wrapped_and_comes_back_whole() -> None:
    long = "word " * 2000 + "x" * 5000 + "\n.\n..\nFrom here ."
    letter = compose(SENDER, replace(PLAIN, body=long))
    assert max(map(len, letter.raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 78
    assert long.strip() in text_of(letter, "plain")


def test_names_and_subjects_in_any_script_are_encoded() -> None:
    mail = replace(PLAIN, to_name="Zoë Müller-Łukasz", subject="Regale für Größe 名前 " * 6, body="Grüße, 你好 🙂")
    letter = compose(SENDER, mail)
    parsed = read(letter)
    assert parsed["To"].addresses[0].display_name == "Zoë Müller-Łukasz"
    assert parsed["Subject"] == ("Regale für Größe 名前 " * 6).strip()
    assert "Grüße, 你好 🙂" in text_of(letter, "plain")
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 110


def test_a_domain_of_any_script_goes_out_in_ascii() -> None:
    letter = compose(SENDER, replace(PLAIN, to_address="Jo@BÜCHER.example"))
    assert letter.recipient == "Jo@xn--bcher-kva.example"
    assert not letter.needs_smtputf8


def test_a_name_before_the_at_of_any_script_needs_smtputf8_and_is_refused_without(small_office: PostOffice) -> None:
    letter = compose(SENDER, replace(PLAIN, to_address="jörg@company.example"))
    assert letter.needs_smtputf8
    mailbox = small_office.open()
    assert mailbox.send(letter, lambda: True).result is Result.ACCEPTED
    assert small_office.server.log[0].recipient == "jörg@company.example"
    mailbox._smtp.first._smtp.esmtp_features.pop("smtputf8")  # a server that does not offer it
    refused = mailbox.send(letter, lambda: True)
    assert refused.result is Result.REFUSED
    assert "no SMTPUTF8" in refused.words


INJECTIONS = [
    "hi\nBcc: evil@x.example",
    "hi\r\nBcc: evil@x.example",
    "hi\rBcc: evil@x.example",
    "hi\0there",
    "=?utf-8?q?hi=0ABcc:_evil@x.example?=",
    "=?utf-8?q?hi=0D=0ABcc:_evil@x.example?=",
    "=?utf-8?b?aGkKQmNjOiBldmlsQHguZXhhbXBsZQ==?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fhi=3D0ABcc:_x=3F=3D?=",
    "=?unknown-charset?q?x=0Ay?=",
    "hi\u2028Bcc: x",
    "hi\x0bBcc: x",
    "hi\x85Bcc: x",
]


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("field", ["subject", "to_name"])
def test_no_text_can_start_another_header_openly_or_encoded(text: str, field: str) -> None:
    with pytest.raises(BadInput, match=r"line break or another control|cannot be read|too often"):
        compose(SENDER, replace(PLAIN, **{field: text}))


@pytest.mark.parametrize("text", INJECTIONS)
def test_nor_can_the_senders_name_or_a_strangers_subject(text: str) -> None:
    with pytest.raises(BadInput):
        compose(replace(SENDER, name=text), PLAIN)
    try:
        letter = compose(SENDER, replace(PLAIN, answers=Thread("<c@x.example>", "", text)))
    except BadInput:
        return
    parsed = read(letter)
    assert parsed["Bcc"] is None
    assert str(parsed["Subject"]).startswith("Re: hi")
    assert re.search(rb"(?im)^bcc", letter.raw) is None


@pytest.mark.parametrize(
    "address",
    [
        "jo@x.example\nBcc: e@x.example",
        "jo@x.example, e@x.example",
        "jo",
        "@x",
        "a b@x.example",
        "<jo@x.example>",
        "jo@x.example\0",
        "",
    ],
)
def test_the_recipient_is_one_address_and_nothing_else(address: str) -> None:
    with pytest.raises(BadInput, match="email address"):
        compose(SENDER, replace(PLAIN, to_address=address))


def test_an_encoded_word_that_is_only_text_stays_text() -> None:
    mail = read(compose(SENDER, replace(PLAIN, subject="=?utf-8?q?hello?=")))
    assert safe_text("=?utf-8?q?hello?=", "x", 99) == "=?utf-8?q?hello?="
    assert mail["Subject"] in {"=?utf-8?q?hello?=", "hello"}


def test_names_and_subjects_are_shortened() -> None:
    letter = compose(SENDER, replace(PLAIN, subject="s" * 5000, to_name="n" * 5000))
    assert len(shown(letter, "Subject")) == 250
    assert len(shown(letter, "To").partition(" <")[0]) == 100


def test_the_footer_says_who_writes_why_how_to_leave_and_that_it_was_an_ai() -> None:
    letter = compose(SENDER, PLAIN)
    for kind in ("plain", "html"):
        text = text_of(letter, kind)
        for line in (
            "Shelf Makers Ltd., 1 Main Street, Springfield 12345",
            PLAIN.why,
            SENDER.disclosure,
            LEAVE,
            "Unsubscribe",
        ):
            assert line in text, (kind, line)


@pytest.mark.parametrize(("field", "what"), [("legal_name", "legal name"), ("postal_address", "postal address")])
def test_without_legal_name_or_postal_address_nothing_is_sent(field: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        compose(replace(SENDER, **{field: " "}), PLAIN)


@pytest.mark.parametrize(("field", "what"), [("subject", "subject is empty"), ("body", "no text")])
def test_an_empty_mail_is_refused(field: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        compose(SENDER, replace(PLAIN, **{field: "  "}))


def rsa_key() -> DkimKey:
    return DkimKey("seller.example", "lw1", rsa.generate_private_key(public_exponent=65537, key_size=2048))


def verified(raw: bytes, key: DkimKey) -> bool:
    record = key.dns_record().encode()
    names: list[bytes] = []

    def ask(name: bytes, **_: object) -> bytes:
        names.append(name)
        return record

    good = dkim.verify(raw, dnsfunc=ask)
    assert names == [f"{key.dns_name}.".encode()]
    return bool(good)


@pytest.mark.parametrize("body", [PLAIN.body, "trailing   \n\n\n", "tabs\t\tand  blanks \n x", "Grüße 🙂", "." * 300])
def test_dkim_is_verified_by_another_implementation(body: str) -> None:
    key = rsa_key()
    for answers in (None, Thread("<c@x.example>", "<a@x.example> <b@x.example>", "Shelves?")):
        letter = compose(replace(SENDER, dkim=key), replace(PLAIN, body=body, answers=answers, to_name="Zoë " * 20))
        assert verified(letter.raw, key)


def test_dkim_covers_the_unsubscribe_headers_and_refuses_a_second_from() -> None:
    key = rsa_key()
    raw = compose(replace(SENDER, dkim=key), PLAIN).raw
    for old, new in (
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"/unsubscribe/v1", b"/unsubscribe/v2"),
        (b"Subject: Shelves", b"Subject: Other"),
        (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
    ):
        assert old in raw
        assert not verified(raw.replace(old, new, 1), key)
    head, gap, body = raw.partition(b"\r\n\r\n")
    assert not verified(head + b"\r\nFrom: evil@x.example" + gap + body, key)
    assert not verified(raw.replace(b"shelves", b"shelfes", 1), key)


def test_dkim_survives_folding_and_blanks_at_line_ends() -> None:
    key = rsa_key()
    raw = compose(replace(SENDER, dkim=key), PLAIN).raw
    assert verified(raw.replace(b"\r\n\r\n", b"  \r\n\r\n", 1).replace(b", <mailto", b",\r\n\t<mailto"), key)


def test_keys_are_taken_from_pem_and_weak_ones_refused() -> None:
    def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    loaded_pem = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    loaded = load_key("seller.example", "lw1", loaded_pem)
    assert loaded.dns_name == "lw1._domainkey.seller.example"
    assert (
        load_key("seller.example", "lw1", pem(ed25519.Ed25519PrivateKey.generate()))
        .dns_record()
        .startswith("v=DKIM1; k=ed25519")
    )
    for unreadable in ("", "not a key", loaded_pem.replace("A", "B", 40)):
        with pytest.raises(BadInput, match="not a PEM private key"):
            load_key("seller.example", "lw1", unreadable)
    for bits in (1024, 2047):
        with pytest.raises(BadInput, match="at least 2,048 bits"):
            load_key("seller.example", "lw1", pem(rsa.generate_private_key(public_exponent=65537, key_size=bits)))


def test_ed25519_signs_what_the_standard_says() -> None:
    key = DkimKey("seller.example", "lw1", ed25519.Ed25519PrivateKey.generate())
    raw = compose(replace(SENDER, dkim=key), PLAIN).raw
    assert b"a=ed25519-sha256" in raw
    signature = re.sub(rb"\s", b"", re.search(rb" b=(.*?)\r\n(?! )", raw, re.DOTALL)[1])  # type: ignore[index]
    assert len(base64.b64decode(signature)) == 64


def test_the_recipient_is_never_taken_from_what_was_written() -> None:
    letter = compose(SENDER, replace(PLAIN, body="To: evil@x.example\nBcc: evil@x.example", to_name="evil@x.example"))
    assert letter.recipient == "jo@company.example"
    assert [a.addr_spec for a in read(letter)["To"].addresses] == ["jo@company.example"]
