"""The mails from templates, filled only with what the brief holds (product.md 7). Signature, disclaimer and terms
are not written here.
"""

import zlib

from leadwright.analyst.builtin.follow_up import follow_up
from leadwright.analyst.builtin.mail_words import Wishes, clean_line, field, read_wishes, topic_of
from leadwright.analyst.builtin.opening import opening_of
from leadwright.analyst.builtin.value import value_of
from leadwright.analyst.builtin.words import fold
from leadwright.analyst.protocol import MailBrief
from leadwright.domain.evidence import Statement
from leadwright.domain.greeting import plain_first_name
from leadwright.domain.outreach import subject_line

_MOST_WORDS = 130


def write(brief: MailBrief) -> tuple[str, tuple[Statement, ...]]:
    """Subject and paragraphs, greeting to call to action; about 130 words at most, every fact quoted.

    A follow-up, where mails were sent before, is shorter and says something new.
    """
    wishes = read_wishes(brief)
    title = field(brief, "jobtitle")
    # Two people of one company are told the same facts in other words; no id counts, so one lead has one draft.
    person = (brief.company, brief.greeting_name, brief.topic, title[0] if title else "")
    turn = zlib.crc32("|".join(person).encode())
    greeting = _greeting(brief, wishes)
    if brief.follow_up:
        return _subject(brief, turn), follow_up(brief, brief.follow_up, wishes, greeting)
    start = [greeting, opening_of(brief, wishes, turn)]
    end = _call_to_action(brief, wishes, turn)
    left = _MOST_WORDS - 8 - sum(len(p.text.split()) for p in (*start, end))
    value = value_of(brief, wishes, turn, left)
    return _subject(brief, turn), (*start, *([value] if value else []), end)


def _subject(brief: MailBrief, turn: int) -> str:
    topic, company = topic_of(brief), clean_line(brief.company)
    if topic:
        told = not company or fold(company) in fold(topic) or len(topic) > 60
        return subject_line(topic if told else f"{topic} at {company}")
    seller = clean_line(brief.offering.company)
    if company:
        return subject_line((f"An idea for {company}", f"A question for {company}")[turn % 2])
    return subject_line(f"An introduction from {seller}" if seller else "An introduction")


def _greeting(brief: MailBrief, wishes: Wishes) -> Statement:
    if name := plain_first_name(brief.greeting_name):
        return Statement(f"{'Dear' if wishes.formal else 'Hello'} {name},", ())
    return Statement("Dear Sir or Madam," if wishes.formal else "Hello,", ())


def _call_to_action(brief: MailBrief, wishes: Wishes, turn: int) -> Statement:
    what = "demo" if wishes.demo else "call" if wishes.call else ("call", "conversation", "meeting")[turn % 3]
    minutes = f"{wishes.minutes} minutes"
    if wishes.formal:
        options = (
            f"Would you be available for a meeting of {minutes} next week? I would be glad to follow your calendar.",
            f"May I suggest a meeting of {minutes} next week, at a time that suits you?",
        )
    else:
        options = (
            f"Would you have {minutes} for a short {what} next week? Tell me a time that suits you, and I "
            f"will send an invitation.",
            f"Could we meet for {minutes} next week? I am happy to work around your calendar.",
        )
    text = (
        options[turn % 2]
        if not wishes.demo
        else f"Could I show you in a demo of {minutes} next week? Tell me a time that suits you."
    )
    return Statement(text, ())
