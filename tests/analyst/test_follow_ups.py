"""A follow-up reads as one text: what is new is a whole sentence, and nothing is announced twice or for nothing."""

import pytest
from tests.analyst.briefs import OFFERING, mail_brief, passage

from leadwright.analyst import MailBrief, Offering
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.protocol import FollowUp
from leadwright.domain.evidence import Passage, SourceKind

BENEFITS = (
    # as the settings say it, as the mail does
    ("twice the picks an hour", "twice the picks an hour"),
    ("live within ten weeks", "live within ten weeks"),
    ("Fewer injuries on the floor", "fewer injuries on the floor"),
    ("Cuts walking by half", "cuts walking by half"),
    ("no change to the building", "no change to the building"),
    ("Ready for peak season.", "ready for peak season"),
    ("ROI within a year", "ROI within a year"),
    ("24-hour support by engineers", "24-hour support by engineers"),
    ("Robots work the night shift", "robots work the night shift"),
    ("easy to extend later", "easy to extend later"),
    ("Paid per pick only", "paid per pick only"),
    ("to see stock at any time", "to see stock at any time"),
)


def written(number: int, benefits: str, *more: Passage, said: tuple[str, ...] = (), last: bool = False) -> list[str]:
    offering = Offering(OFFERING.company, value_proposition=OFFERING.value_proposition, benefits=benefits)
    sold = [Passage("offering:benefits", SourceKind.KNOWLEDGE, "settings", "Settings: Products", benefits)]
    mail: MailBrief = mail_brief(
        None, *(sold if benefits else []), *more, offering=offering, follow_up=FollowUp(number, last, said)
    )
    return [p.text for p in BuiltinAnalyst().write_mail(mail).paragraphs]


@pytest.mark.parametrize(("benefit", "told"), BENEFITS)
@pytest.mark.parametrize("number", [1, 2])
def test_a_benefit_in_any_form_is_told_in_a_sentence_and_announced_once(number: int, benefit: str, told: str) -> None:
    _, reminder, new, _ = written(number, benefit)
    assert new == f"What customers gain is this: {told}."
    assert f"{reminder} {new}".count("one thing") == (number == 1)
    assert "One more thing" not in new


def test_nothing_is_announced_when_nothing_is_new() -> None:
    for said in ((), ("Hello, twice the picks an hour.",)):
        texts = written(1, "twice the picks an hour" if said else "", said=said)
        assert texts[1] == "I wrote to you a few days ago about inventory planning."
        assert len(texts) == 3


def test_a_proof_is_told_in_its_own_words() -> None:
    proof = passage("q", SourceKind.KNOWLEDGE, "Adventure Works reduced stockouts by 31 % within six months.")
    assert written(1, "", proof)[1:3] == [
        "I wrote to you a few days ago about inventory planning, and would like to add one thing.",
        "Adventure Works reduced stockouts by 31 % within six months.",
    ]


def test_a_follow_up_says_as_little_of_our_notes_as_the_first_mail() -> None:
    for number, last in ((1, False), (2, False), (3, True)):
        mail = mail_brief(None, topic="LinkedIn", greeting_name="Sales", follow_up=FollowUp(number, last, ()))
        draft = BuiltinAnalyst().write_mail(mail)
        assert draft.paragraphs[0].text == "Hello,"
        assert "what we offer" in draft.paragraphs[1].text
        assert "LinkedIn" not in " ".join([draft.subject, *(p.text for p in draft.paragraphs)])
