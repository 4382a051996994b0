"""Which mails are nothing but an answer to what we asked."""

import pytest

from leadwright.domain.bare_answers import is_bare_answer, tells_of_own_work

ANSWERS = """
Yes. | Yes, by March. | Q3 | By March | next spring | 50 | about 50 people
$20k | around 20,000 euros | 20-30k | I do.
Our CFO | The board | end of the year | ASAP | within 3 months | Mitte 2027 | Im März | 12 mobile robots | Two sites
Me. | We have 3 sites. | Q2 2027, probably | By the end of next quarter. | Hello Mira,\\n\\nQ3\\n\\nKaren Whitfield
Ja, im Herbst | It's 40k. | Myself and the board | 15.03.2027 | in about six months | fin 2027 | 30 %
"""
NONE = """
I asked for material, not a questionnaire. | You people are annoying. I just wanted a price list. | Not sure
You didn't answer my question. | I don't have time for this. | Forget it. | That's confidential. | This feels automated.
Why do you ask? | ?? | I asked you 3 times. | Who is this? | Not me. | Not this year. | You sent me 4 mails in one week.
Is this a robot? | I have no time this week. | No comment. | Let me think. | See above. | You should know that by now.
I already told your colleague in March. | Come on. | What for? | It depends. | Never mind, I found another one in March.
"""


def split(lines: str) -> list[str]:
    return [part.strip().replace("\\n", "\n") for line in lines.strip().splitlines() for part in line.split(" | ")]


@pytest.mark.parametrize("text", split(ANSWERS))
def test_a_day_an_amount_a_yes_or_who_decides_is_a_bare_answer(text: str) -> None:
    assert is_bare_answer(text)


@pytest.mark.parametrize("text", split(NONE))
def test_whatever_else_follows_our_question_is_none(text: str) -> None:
    assert not is_bare_answer(text)
    assert not tells_of_own_work(text)


@pytest.mark.parametrize(
    "text",
    [
        "Our pickers walk eleven miles a day and we lose orders because of it.",
        "We pick by paper in two halls.\n\nKaren Whitfield",
        "Too many errors, and our temps leave after a week or two.",
        "Unsere Leute laufen am Tag zehn Kilometer.",
    ],
)
def test_what_happens_at_theirs_answers_a_question_for_the_need(text: str) -> None:
    assert tells_of_own_work(text)


@pytest.mark.parametrize(
    "text",
    ["We'd rather not say that in a mail.", "We just wanted a price list from you.", "We will think about it all."],
)
def test_what_is_said_to_us_does_not(text: str) -> None:
    assert not tells_of_own_work(text)
