"""Who took over from somebody who left is the buyer now; who left, and notices of it, are told as before."""

import pytest
from tests.analyst.test_replies import read

from leadwright.domain.interest import Polarity
from leadwright.domain.replies import ReplyClass

BUYERS = """
I took over in January. Let's talk next week.
Greg is no longer with us. I took over in January. Let's talk next week.
Ann has left the company. I'm her replacement. Can you send pricing?
Hi, I took over from Karen, who left the company. Happy to have a call Tuesday.
John no longer works here. I have taken over his role and would like to hear more.
Maria retired last month and I have taken her projects over. Please send the proposal again.
Dana has left the company; I've now got her job. Could you send me the brochure?
Herr Roth ist nicht mehr bei uns, ich bin sein Nachfolger. Schicken Sie mir bitte ein Angebot.
Hello, I'm taking over Ann's work since she left the company. Let us schedule a demo.
"""
GONE = """
Karen has left the company. Please contact Bo Lund (bo@x.example) who took over her role.
I have left the company. My replacement is Bo Lund, bo@x.example.
I am no longer with Acme; I took over sales at Beta.
My last day at Acme was Friday. Bo Lund has taken my projects over.
Greg Smith no longer works here. His replacement is Ann Lee.
"""


@pytest.mark.parametrize("text", BUYERS.strip().splitlines())
def test_who_took_over_is_read_as_the_buyer(text: str) -> None:
    reading = read(text)
    assert reading.kind in (ReplyClass.INTERESTED, ReplyClass.QUESTION)
    assert reading.interest.polarity is Polarity.POSITIVE
    assert reading.referral is None


def test_the_refusal_of_who_took_over_is_one() -> None:
    reading = read("Karen left us in May. I am her successor and we're not interested.")
    assert reading.interest.polarity is Polarity.NEGATIVE


@pytest.mark.parametrize("text", GONE.strip().splitlines())
def test_who_left_has_left(text: str) -> None:
    assert read(text).kind is ReplyClass.LEFT


def test_a_machine_that_tells_of_a_successor_is_a_notice() -> None:
    marks = {"auto-submitted": "auto-replied"}
    assert read("Ann has left the company. I am her replacement.", "", marks).kind is ReplyClass.LEFT
