"""Only the topmost Authentication-Results of our own server counts."""

import pytest
from tests.mail.mails import mail

from leadwright.mail.authentication import (
    NOTHING_TRUSTED,
    Authentication,
    Verdict,
    read_authentication,
)
from leadwright.mail.parse import parse_mail

OURS = "Authentication-Results: mx.example.org; {}\r\n"
OTHERS = "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com\r\n"


def read(*headers: str, sender: str = "Ada <ada@example.com>") -> Authentication:
    raw = "".join(headers).encode() + mail(**{"from": sender})
    return read_authentication(parse_mail(raw), "mx.example.org")


def test_the_verdict_of_our_server_is_read() -> None:
    found = read(
        OURS.format(
            "spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com; "
            "dmarc=pass (p=reject) header.from=example.com"
        )
    )
    assert (found.dmarc, found.spf, found.dkim) == (Verdict.PASS, Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize("result", ["fail", "permerror", "softfail"])
def test_what_is_no_pass_of_dmarc_is_a_fail(result: str) -> None:
    found = read(OURS.format(f"dkim=pass header.d=other.example; dmarc={result} header.from=example.com"))
    assert found.dmarc is Verdict.FAIL


def test_headers_of_others_are_ignored_wherever_they_stand() -> None:
    assert read(OTHERS) == NOTHING_TRUSTED
    assert read(OTHERS, OURS.format("dmarc=fail header.from=example.com")).dmarc is Verdict.FAIL
    assert read("Authentication-Results: mx.example.org.evil.example; dmarc=pass\r\n") == NOTHING_TRUSTED


def test_a_copy_of_our_name_that_the_sender_wrote_lies_below_ours_and_is_ignored() -> None:
    forged = OURS.format("dmarc=pass header.from=example.com")
    assert read(OURS.format("dmarc=fail header.from=example.com"), forged).dmarc is Verdict.FAIL


def test_a_pass_for_another_domain_than_the_senders_is_a_fail() -> None:
    assert read(OURS.format("dmarc=pass header.from=evil.example")).dmarc is Verdict.FAIL
    assert read(OURS.format("dmarc=pass header.from=example.com"), sender="a@mail.example.com").dmarc is Verdict.PASS


def test_comments_cannot_hold_a_verdict_and_no_name_trusts_nobody() -> None:
    assert read(OURS.format("none (dmarc=pass header.from=example.com)")).dmarc is Verdict.NONE
    raw = OURS.format("dmarc=pass").encode() + mail()
    assert read_authentication(parse_mail(raw), "") == NOTHING_TRUSTED
    assert read() == NOTHING_TRUSTED


@pytest.mark.parametrize(
    "forged",
    [
        '"x dmarc=pass header.from=example.com y"@evil.example',
        '"x;dmarc=pass header.from=example.com;y"@evil.example',
        r'"x\"; dmarc=pass header.from=example.com; y"@evil.example',
        '"x(" (y (z) dmarc=pass) @evil.example',
        "(a (b) ; dmarc=pass header.from=example.com) x@evil.example",
    ],
)
def test_what_a_sender_writes_into_an_address_is_no_verdict(forged: str) -> None:
    found = read(OURS.format(f"spf=pass smtp.mailfrom={forged}; dmarc=fail header.from=example.com"))
    assert (found.dmarc, found.spf) == (Verdict.FAIL, Verdict.PASS)
    assert read(OURS.format(f"spf=pass smtp.mailfrom={forged}")).dmarc is Verdict.NONE


def test_the_first_verdict_on_dmarc_counts_and_its_own_domain() -> None:
    assert read(OURS.format("dmarc=fail header.from=example.com; dmarc=pass")).dmarc is Verdict.FAIL
    stamp = OURS.format("dkim=pass header.from=example.com; dmarc=pass header.from=evil.example")
    assert read(stamp).dmarc is Verdict.FAIL
    assert read(OURS.format('dmarc/1=pass header.from="evil.example"')).dmarc is Verdict.FAIL
    assert read(OURS.format('dmarc=pass header.from="example.com"')).dmarc is Verdict.PASS
