"""Only a topic that a buyer would recognise stands in a mail; our notes, sources and persons never do."""

import pytest
from tests.analyst.briefs import mail_brief
from tests.analyst.topic_samples import NOTES, SAID

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.builtin.mail_words import topic_of


@pytest.mark.parametrize(("topic", "said"), SAID)
def test_what_a_buyer_wants_is_said(topic: str, said: str) -> None:
    assert topic_of(mail_brief(None, topic=topic)) == said


@pytest.mark.parametrize("topic", NOTES)
def test_our_notes_are_not_said(topic: str) -> None:
    draft = BuiltinAnalyst().write_mail(mail_brief(None, topic=topic))
    assert topic_of(mail_brief(None, topic=topic)) == ""
    assert draft.subject in ("An idea for Fabrikam Outdoors", "A question for Fabrikam Outdoors")
