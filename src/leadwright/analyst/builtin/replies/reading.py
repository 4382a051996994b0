"""Puts the reading of a reply together: machines, opt-outs and threats first, then what a person wants."""

import re
import time
from dataclasses import replace

from leadwright.analyst.builtin.replies.bant import bant_of
from leadwright.analyst.builtin.replies.escalation import for_the_supervisor
from leadwright.analyst.builtin.replies.interest import Signals, interest_of, signals_of
from leadwright.analyst.builtin.replies.knowledge import answer_in, question_in
from leadwright.analyst.builtin.replies.machine import (
    Notice,
    by_machine,
    notice_in,
    says_more,
    sounds_automatic,
    wishes,
    without_absence,
)
from leadwright.analyst.builtin.replies.referral import names_somebody_else, recommends_somebody, referred_contact
from leadwright.analyst.builtin.replies.return_date import return_date_in
from leadwright.analyst.builtin.replies.spelling import written_out
from leadwright.analyst.protocol import ReplyBrief, ReplyReading, Usage
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence, quote
from leadwright.domain.interest import Confidence, Interest, Polarity, undetected
from leadwright.domain.opt_out import opt_out_in, own_sentences, torn_in
from leadwright.domain.replies import ReplyClass

_LATER = re.compile(
    r"\b(?:not|no|maybe|but|perhaps|just|bad|wrong|right|good|busy|check|circle|come|get|reach|touch|revisit|talk|"
    r"try)\b.{0,40}"
    r"\b(?:right now|now|today|at this (?:time|point|moment|stage)|at the moment|currently|time|timing|moment|yet|"
    r"this (?:year|quarter|month)|"
    r"next (?:year|quarter|month)|later|again|back|in (?:q[1-4]|\d+ months|a few months|january|february|march|"
    r"april|may|june|july|august|"
    r"september|october|november|december))\b|\bfor now\b|\btiming (?:is|was)\b"
)
_OBJECTS = re.compile(
    r"\b(?:expensive|pricey|costly|overpriced|afford|budget|money|funds?|already (?:have|use|using|work\w*)|"
    r"happy with|satisfied with|locked in|"
    r"contract with|current (?:provider|vendor|supplier|tool\w*|"
    r"solution)|went with|just (?:signed|bought|renewed|switched)|"
    r"competitors?|another (?:vendor|supplier|provider)|skeptical|"
    r"sceptical|"
    r"not convinced|concern\w*|worr\w+|risk\w*|doubt)\b"
)


def read_reply(brief: ReplyBrief) -> ReplyReading:
    """What the reply wants. Abstains rather than guesses; raises nothing on odd text."""
    started = time.perf_counter()
    reading = settled_by_rule(brief) or _persons_reading(brief)
    return replace(reading, usage=Usage("builtin", seconds=time.perf_counter() - started))


def settled_by_rule(brief: ReplyBrief) -> ReplyReading | None:
    """The reading of what rules alone decide: bounces, machines, absence, opt-outs, threats; None for all else.

    Whoever wants no more mails and asks for a contract beside it is not asked of a model: no mail may answer that.
    """
    notice = notice_in(brief.text, brief.subject, brief.headers)
    machine = by_machine(brief.subject, brief.headers)
    opt_out = _opt_out(brief)
    hides = machine and notice is not None and notice.kind is not ReplyClass.AUTO_REPLY
    if notice and (hides or not opt_out) and not _a_person_says_more(brief, notice, machine):
        return _of_notice(brief, notice)
    kind, threat = for_the_supervisor(brief.text)
    if kind and (kind == "legal" or not opt_out):
        return _settled(brief, ReplyClass.ESCALATE, quote(brief.mail, threat), opt_out)
    if opt_out:
        said = Interest(Polarity.NEGATIVE, Confidence.HIGH, None, "Asks not to be written to again.", (opt_out,))
        return replace(_settled(brief, ReplyClass.UNSUBSCRIBE, opt_out, opt_out), interest=said)
    if torn := torn_in(brief.text):
        said = undetected("Wants no more mails, and asks for something all the same.")
        words = quote(brief.mail, torn)
        return ReplyReading(ReplyClass.OTHER, said, bant_of(brief), Usage("builtin"), quote=words, refuses=True)
    return None


def unknown_bant() -> tuple[FactorJudgement, ...]:
    """No factor was judged: a machine, an opt-out or a threat tells nothing about a purchase."""
    return tuple(FactorJudgement(factor, Score.UNKNOWN) for factor in Factor)


def _persons_reading(brief: ReplyBrief) -> ReplyReading:
    signals = signals_of(without_absence(brief.text) if sounds_automatic(brief.text) else brief.text)
    refuses = "refuses" in signals
    elsewhere = names_somebody_else(brief.text) or (recommends_somebody(brief.text) if refuses else "")
    bant = bant_of(brief)
    interest = interest_of(brief, signals, bant)
    inquiry = signals.first("inquires") if refuses else ""
    question = question_in(inquiry or brief.text)
    kind, sentence = _class_of(signals, interest, question)
    if elsewhere:
        kind, sentence = ReplyClass.WRONG_PERSON, elsewhere
    ours = f"{brief.offering.company} {brief.offering.website}"
    sold = f"{brief.offering.value_proposition} {brief.offering.benefits}"
    return ReplyReading(
        kind=kind,
        interest=interest,
        bant=bant,
        usage=Usage("builtin"),
        quote=quote(brief.mail, sentence) if sentence else None,
        referral=referred_contact(brief.text, brief.lead.get("lead.emailaddress1", "")) if elsewhere else None,
        question=question,
        answer=answer_in(question, brief.knowledge, ours, sold) if question else (),
        refuses=refuses,
    )


def _class_of(signals: Signals, interest: Interest, question: str) -> tuple[ReplyClass, str]:
    """The class of a person's mail and the sentence it rests on."""
    refusal = signals.first("refuses", "no_plan")
    if refusal and interest.polarity is not Polarity.POSITIVE:
        plain = written_out(refusal)
        if interest.polarity is Polarity.UNDETECTED and question and "inquires" in signals:
            return ReplyClass.QUESTION, question
        if interest.polarity is Polarity.UNDETECTED and not _LATER.search(plain):
            return ReplyClass.OTHER, refusal
        if _LATER.search(plain) or "no_plan" in signals or "later" in signals:
            return ReplyClass.NOT_NOW, refusal
        return (ReplyClass.OBJECTION if _OBJECTS.search(plain) else ReplyClass.NOT_INTERESTED), refusal
    if "later" in signals and interest.confidence in (None, Confidence.LOW):
        return ReplyClass.NOT_NOW, signals.first("later")
    accepted = signals.first("commits", "meets", "assents", "likes")
    if accepted:
        return ReplyClass.INTERESTED, accepted
    if question:
        return ReplyClass.QUESTION, question
    asked = signals.first("asks")
    if asked:
        return ReplyClass.QUESTION, asked
    if interest.evidence:
        return ReplyClass.INTERESTED, interest.evidence[0].quote
    return ReplyClass.OTHER, ""


def _a_person_says_more(brief: ReplyBrief, notice: Notice, machine: bool) -> bool:
    """Away, or a colleague gone, and yet an answer: "out of the office today but looks good, let's speak"."""
    if machine or notice.kind not in (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY):
        return False
    rest = brief.text if notice.kind is ReplyClass.AUTO_REPLY else without_absence(brief.text)
    signals = signals_of(rest)
    if notice.kind is ReplyClass.OUT_OF_OFFICE and says_more(brief.text):
        return True
    asked = any(sentence.endswith("?") for sentence in own_sentences(question_in(rest))) or wishes(rest)
    return asked or any(kind in signals for kind in ("commits", "meets", "likes", "refuses", "assents"))


def _of_notice(brief: ReplyBrief, notice: Notice) -> ReplyReading:
    words = quote(brief.mail, notice.words) if notice.words else None
    reading = _settled(brief, notice.kind, words, None)
    if notice.kind is ReplyClass.OUT_OF_OFFICE:
        return replace(reading, return_date=return_date_in(brief.text, brief.subject, brief.received_on))
    if notice.kind is ReplyClass.LEFT:
        return replace(reading, referral=referred_contact(brief.text, brief.lead.get("lead.emailaddress1", "")))
    return reading


def _settled(brief: ReplyBrief, kind: ReplyClass, words: Evidence | None, opt_out: Evidence | None) -> ReplyReading:
    said = undetected("It was not judged for interest.")
    return ReplyReading(kind, said, unknown_bant(), Usage("builtin"), quote=words, opt_out=opt_out)


def _opt_out(brief: ReplyBrief) -> Evidence | None:
    """The opt-out in words, in the text or as all that the subject says."""
    if words := opt_out_in(brief.text):
        return quote(brief.mail, words)
    return quote(brief.headline) if opt_out_in("", brief.subject) else None
