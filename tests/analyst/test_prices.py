"""Which price a paper plainly states, and which words only look like a question for one."""

from pathlib import Path

import pytest

from leadwright.analyst.builtin.replies.knowledge import answer_in, question_in
from leadwright.domain.evidence import Passage, SourceKind

MONTHLY = "The price is 2,900 dollars a month for each robot, including software and maintenance."
PILOT = "A pilot with two robots runs for eight weeks and is free of charge when you order within 60 days."
WARRANTY = "The warranty covers parts and labour for 36 months."
SITE = "The set-up fee for a site is 18,000 dollars, paid once."
PAPER = (
    MONTHLY,
    PILOT,
    WARRANTY,
    SITE,
    "A robot carries 400 kg.",
    "One charger serves eight robots.",
    "Implementation takes ten weeks from the order to the first robot.",
    "Data is stored for 90 days.",
)


def answers(question: str, *paper: str) -> list[str]:
    passage = Passage("k", SourceKind.KNOWLEDGE, "q.md", "Questions", "\n\n".join(paper or PAPER))
    asked = question_in(question)
    sold = "Robots that bring shelves to people."
    return [s.text for s in answer_in(asked, {"k": passage}, sold=sold)] if asked else []


@pytest.mark.parametrize(
    "question",
    [
        "How much does it cost?",
        "How much?",
        "How much is it?",
        "How much is a robot?",
        "How much would one robot be per month?",
        "How expensive is it?",
        "How much do you charge?",
        "What do you charge per robot?",
        "What does it cost per robot?",
        "What is the price per robot per month?",
        "What's the monthly price?",
        "What's your pricing?",
        "What are your rates?",
        "Could you tell me the price?",
        "What does it roughly cost?",
        "Does the monthly price include maintenance?",
    ],
)
def test_the_price_is_quoted(question: str) -> None:
    assert answers(question) == [MONTHLY]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your price for the pilot?", PILOT),
        ("What is the set-up fee for a site?", SITE),
        ("How long is the warranty?", WARRANTY),
        ("How much does a robot carry?", "A robot carries 400 kg."),
        ("How many robots does one charger serve?", "One charger serves eight robots."),
        ("When can we start?", "Implementation takes ten weeks from the order to the first robot."),
        ("When could we go live?", "Implementation takes ten weeks from the order to the first robot."),
    ],
)
def test_what_else_is_asked_for_is_quoted(question: str, answer: str) -> None:
    assert answers(question) == [answer]


@pytest.mark.parametrize(
    "question",
    [
        "What is the yearly price?",
        "What is the price per site and month?",
        "What is the price per pick?",
        "What would 12 robots cost?",
        "Is the price negotiable?",
        "Does the price include installation?",
        "What does maintenance of our conveyors cost?",
        "What is the price in Canada?",
        "How much is the warranty?",
        "How much does the extended warranty cost?",
        "Do you charge for training?",
        "How long does a robot run on one charge?",
        "How long does it take to charge a robot?",
        "How often do you charge the robots?",
        "What's your pick rate?",
        "What is the error rate of a robot?",
        "How much storage do we need?",
        "How many data centers do you have?",
        "Where do I start?",
        "When did you get started?",
        "When was your company started?",
        "When does billing start?",
        "When does the warranty start?",
        "Can I see it live?",
    ],
)
def test_in_doubt_there_is_no_answer(question: str) -> None:
    assert not answers(question)


@pytest.mark.parametrize(
    "paper",
    [
        (MONTHLY, "The price is 3,400 dollars a month for each robot with an arm."),
        (MONTHLY, "From ten robots the price is 2,700 dollars a month for each robot."),
        (SITE, "A pilot costs 14,500 dollars a month."),
        ("Customers save 20,000 dollars a year.", "Prices are on request."),
    ],
)
def test_two_prices_or_none_that_is_plainly_the_price_is_a_persons(paper: tuple[str, ...]) -> None:
    assert not answers("How much does it cost?", *paper)


def test_the_rehearsals_price_is_found_among_others() -> None:
    papers = Path(__file__).parents[2] / "src/leadwright/sandbox/data/papers/followup"
    found = answers("what is the price of one robot?", (papers / "prices.md").read_text("utf-8"))
    assert found == ["The price of each robot is 2,900 dollars a month, with software, maintenance and spare parts."]
