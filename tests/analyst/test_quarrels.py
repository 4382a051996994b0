"""A quarrel with somebody else is no threat to us; a threat to us, and who asks what we hold about them, escalates."""

import pytest
from tests.analyst.test_replies import read

from leadwright.domain.replies import ReplyClass

ELSEWHERE = """
We are in a lawsuit with our current robot vendor and need a replacement fast.
We took legal action against our old integrator. Can you start in May?
There is a lawsuit against our former supplier, so we are looking for a new vendor.
We're in court with our contractor and want to talk about a pilot.
"""
AT_US = """
I will file a lawsuit against your company.
We will take legal action against you and our vendor.
Next mail and there is a lawsuit.
We have a lawsuit running against another vendor for cold mails. Think about it.
Our lawyers are preparing legal action against our vendors who spam.
We took legal action against a former supplier who did not stop mailing.
We will take legal action with our partner firm if this continues.
Under Art. 15 GDPR please tell me what personal data you hold about me
What data do you have on me?
Which information do you store about me, and since when?
Please confirm what personal information you keep concerning me.
Welche Daten haben Sie über mich gespeichert?
Bitte teilen Sie mir mit, welche personenbezogenen Daten Sie über mich verarbeiten.
"""


@pytest.mark.parametrize("text", ELSEWHERE.strip().splitlines())
def test_a_quarrel_with_somebody_else_is_no_threat(text: str) -> None:
    assert read(text).kind is not ReplyClass.ESCALATE


@pytest.mark.parametrize("text", AT_US.strip().splitlines())
def test_a_threat_to_us_and_a_wish_to_know_what_we_hold_escalate(text: str) -> None:
    assert read(text).kind is ReplyClass.ESCALATE


@pytest.mark.parametrize(
    "text", ["What data do you need from us?", "Which information do you collect on the shop floor?"]
)
def test_what_the_product_needs_to_know_is_a_question(text: str) -> None:
    assert read(text).kind is ReplyClass.QUESTION
