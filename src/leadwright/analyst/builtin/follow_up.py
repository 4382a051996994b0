"""A follow-up from templates: a line that recalls the first mail, one thing not said before, an easy next step."""

import re
from collections.abc import Iterator

from leadwright.analyst.builtin.mail_words import Wishes, clean_line, in_sentence, knowledge, safe, topic_of
from leadwright.analyst.builtin.opening import company_news
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.value import is_benefit, is_proof, lower_first
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import FollowUp, MailBrief
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement, quote

_BENEFIT = re.compile(r"(?<=[.!?])\s+|\s*[\r\n;•]+\s*")


def follow_up(brief: MailBrief, which: FollowUp, wishes: Wishes, greeting: Statement) -> tuple[Statement, ...]:
    """Greeting, reminder with what is new, next step. Nothing new left: the reminder alone."""
    said = fold(" ".join(which.said))
    new = next((s for s in _news(brief, wishes, which.number) if fold(_bare(s)) not in said), None)
    told = [new] if new else []
    return (greeting, _reminder(brief, which, bool(new)), *told, _next_step(brief, wishes, which))


def _reminder(brief: MailBrief, which: FollowUp, is_more: bool) -> Statement:
    topic = topic_of(brief)
    about = in_sentence(brief, topic) if topic else "what we offer"
    first = "come back to our exchange" if which.answered else "wrote to you a few days ago"
    options = (
        f"I {first} about {about}{', and would like to add one thing' if is_more else ''}.",
        f"I come back to my mail about {about}.",
        f"This is my last mail about {about}; I will not write again unless you would like me to.",
    )
    text = options[_turn(which)]
    return safe(brief, text, ()) or Statement("I come back to my earlier mail.", ())


def _news(brief: MailBrief, wishes: Wishes, number: int) -> Iterator[Statement]:
    """What may be new to the lead: proof first, then what matters to its company, then what else we offer."""
    sources = [_proofs(brief, wishes), _of_company(brief, wishes, number), _benefits(brief)]
    turned = sources[(number - 1) % 3 :] + sources[: (number - 1) % 3]
    for source in turned:
        yield from source


def _proofs(brief: MailBrief, wishes: Wishes) -> Iterator[Statement]:
    if not wishes.no_proof:
        yield from _of_knowledge(brief, proof=True)


def _benefits(brief: MailBrief) -> Iterator[Statement]:
    yield from _of_knowledge(brief, proof=False)
    settings = brief.passages.get("offering:benefits")
    for line in _BENEFIT.split(plain(brief.offering.benefits)):
        told = line.strip().rstrip(".")
        if not settings or not 3 <= len(told.split()) <= 30:
            continue
        if statement := safe(brief, f"What customers gain is this: {lower_first(told)}.", [quote(settings, told)]):
            yield statement


def _of_knowledge(brief: MailBrief, *, proof: bool) -> Iterator[Statement]:
    for passage in knowledge(brief):
        for sentence in sentences(passage.text):
            if (is_proof if proof else is_benefit)(sentence) and (told := _told(brief, passage, sentence)):
                yield told


def _told(brief: MailBrief, passage: Passage, sentence: str) -> Statement | None:
    return safe(brief, sentence, [quote(passage, sentence)])


def _of_company(brief: MailBrief, wishes: Wishes, number: int) -> Iterator[Statement]:
    """What the company does that is near to our offering."""
    for text, evidence in company_news(brief, wishes, number):
        if statement := safe(brief, text, _only_real(evidence)):
            yield statement


def _only_real(evidence: list[Evidence]) -> list[Evidence]:
    return [e for e in evidence if e.kind is not SourceKind.FIELD] or evidence


def _next_step(brief: MailBrief, wishes: Wishes, which: FollowUp) -> Statement:
    company = clean_line(brief.company)
    there = f" at {company}" if company else ""
    options = (
        f"Would {wishes.minutes} minutes next week suit you? A time of your choice is fine.",
        "If it is still of interest, a short answer to this mail is enough."
        if which.answered
        else f"If somebody else{there} looks after this, whom may I ask? A name is enough.",
        "If it is of interest later, a short answer to this mail is enough.",
    )
    return Statement(options[_turn(which)], ())


def _turn(which: FollowUp) -> int:
    """Place of its words: the third are those of a farewell."""
    return 2 if which.is_last else min(which.number, 2) - 1


def _bare(statement: Statement) -> str:
    """The words that must not have been said before: the quote, where there is one."""
    return statement.evidence[0].quote if statement.evidence else statement.text
