"""Bounces in the wordings mail systems document: hard or soft, and never a soft one taken as hard."""

import pytest
from tests.mail.bounce_near_misses import FIFTH, FOURTH, SIXTH, THIRD
from tests.mail.bounce_wordings import FIRST, SECOND
from tests.mail.mails import dsn, text_bounce

from leadwright.mail.bounce import DeliveryReport, read_delivery_report
from leadwright.mail.parse import parse_mail

WRITTEN = "".join((FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH))
LINES = [tuple(part.strip() for part in line.split("|", 3)) for line in WRITTEN.splitlines() if line]


def read(form: str, said: str) -> DeliveryReport:
    said = said.replace("\\n", "\n")
    found = read_delivery_report(parse_mail(text_bounce(said) if form == "text" else dsn(status=form, said=said)))
    assert found is not None
    return found


@pytest.mark.parametrize(("system", "expected", "form", "said"), LINES)
def test_a_soft_bounce_in_a_documented_wording_is_never_hard(system: str, expected: str, form: str, said: str) -> None:
    assert expected == "hard" or read(form, said).hard is not True, system


def test_nearly_all_documented_wordings_are_told_apart() -> None:
    right = {"hard": (True,), "soft": (False,), "open": (False, None)}
    told = [read(form, said).hard in right[expected] for _, expected, form, said in LINES]
    assert len(told) == 316
    assert sum(told) >= 313


def test_what_a_receiving_rule_of_amazon_answers_proves_nothing_about_the_address() -> None:
    raw = dsn(said="550 5.1.1 Mailbox does not exist")
    by_rule = raw.replace(b"dns; mx.example.net", b"dns; inbound-smtp.eu-west-1.amazonaws.com")
    assert by_rule != raw
    assert [read_delivery_report(parse_mail(mail)).hard for mail in (raw, by_rule)] == [True, False]  # type: ignore[union-attr]


def with_category(category: str, **report: str) -> bytes:
    return dsn(**report).replace(
        b"Action: failed\r\n", f"Action: failed\r\nX-PowerMTA-BounceCategory: {category}\r\n".encode()
    )


@pytest.mark.parametrize(("category", "hard"), [("bad-mailbox", True), ("policy-related", False), ("other", False)])
def test_what_powermta_made_of_a_user_unknown_decides_when_the_code_does_not(category: str, hard: bool) -> None:
    raw = with_category(category, status="5.2.1", said="550 5.2.1 <bob@example.net> User unknown")
    found = read_delivery_report(parse_mail(raw))
    assert found is not None
    assert found.hard is hard


def test_a_category_makes_no_full_mailbox_hard() -> None:
    found = read_delivery_report(parse_mail(with_category("bad-mailbox", status="5.2.2", said="552 mailbox full")))
    assert found is not None
    assert found.hard is False


def test_the_code_of_the_refusing_server_counts_more_than_that_of_the_reporting_one() -> None:
    assert read("5.2.1", "550 5.1.1 Account unknown").hard is True
    assert read("5.1.1", "550 5.7.1 Refused").hard is False
