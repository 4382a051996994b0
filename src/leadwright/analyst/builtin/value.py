"""What we offer, what of it matters to this lead, sized to the organisation, with a short proof."""

import re
from collections.abc import Callable

from leadwright.analyst.builtin.mail_words import (
    ODD,
    OFFERING,
    Wishes,
    clean_line,
    field,
    knowledge,
    names_competitor,
    safe,
    topic_of,
)
from leadwright.analyst.builtin.numbers import point
from leadwright.analyst.builtin.relation import key_words
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import MailBrief
from leadwright.domain.evidence import Evidence, Passage, Statement, quote

_PROOF = re.compile(
    r"\b(?:reduc(?:ed|es|tion)|cuts?|sav(?:ed|es|ings)|increas(?:ed|es)|improv(?:ed|es)|grew|gained|went live|"
    r"achiev(?:ed|es)|shipped|rented|closed|doubled|halved|(?:times|percent) (?:as|more|fewer|less|faster))\b"
)
_SPEAKS_OF_US = re.compile(r"^(?:we|our|us|i|my|the company|the group|it|they|this|these|that)\b", re.I)
_BARE_VERB = re.compile(
    r"(?:helps?|offers?|provides?|makes?|builds?|gives?|lets?|automates?|connects?|delivers?|enables?|reduces?|cuts?|"
    r"saves?|plans?|keeps?|turns?|brings?)\b",
    re.I,
)
_FINITE = re.compile(
    r"\b(?:is|are|helps?|offers?|provides?|makes?|lets?|keeps?|stays?|gets?|can|will|saves?|cuts?|reduces?|brings?|"
    r"delivers?|enables?|works?|runs?|gives?|automates?|replaces?|picks?|sells?|grows?)\b",
    re.I,
)


def value_of(brief: MailBrief, wishes: Wishes, turn: int, most: int) -> Statement | None:
    """What we offer, what of it matters to this lead, sized to the organisation, with a short proof."""
    offer = _offer(brief)
    if not offer:
        return None
    size = None if wishes.no_size or wishes.short else _size(brief)
    proof = None if wishes.no_proof or wishes.short else _nearest(brief, is_proof, turn)
    benefit = None if wishes.short else _nearest(brief, is_benefit, turn, least=1)
    if benefit and proof and len(_roots(benefit[0]) & _roots(proof[0])) > 2:
        benefit = None
    for parts in (
        [offer, benefit, size, proof], [offer, benefit, proof], [offer, size, proof], [offer, proof], [offer, benefit],
        [offer, size], [offer],
    ):  # fmt: skip
        kept = [p for p in parts if p]
        text = " ".join(p[0] for p in kept)
        if len(text.split()) <= most and (found := safe(brief, text, [e for p in kept for e in p[1]])):
            return found
    return None


def _offer(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    """The value proposition, as a sentence with a verb."""
    seller = clean_line(brief.offering.company)
    lines = [
        s for s in re.split(r"(?<=[.!?])\s+|\s*[\r\n;•]+\s*", plain(brief.offering.value_proposition)) if s.strip()
    ]
    if not lines or re.search(r"[{}<>\[\]]|https?:", lines[0]) or len(lines[0].split()) > 45:
        return None
    said = lines[0].strip().rstrip(".")
    evidence = _offer_evidence(brief, said)
    if re.match(r"(?:we|our|with us)\b", said, re.I) or _starts_with_name(said, seller) or _has_verb(said):
        return said[0].upper() + said[1:] + ".", evidence
    name = seller or "We"
    if verb := _BARE_VERB.match(said):
        first, rest = verb[0].lower(), said[verb.end() :].strip()
        first = first if first.endswith("s") else first + "s"
        return f"{name} {first if seller else first.removesuffix('s')} {rest}.", evidence
    return f"{name} {'offers' if seller else 'offer'} {lower_first(said)}.", evidence


def _has_verb(said: str) -> bool:
    """Is it a whole sentence: does a verb come before any "that", "for" or comma?"""
    words = re.split(r",|\b(?:that|which|who|whose|so|for|to|with|without|from|of|in|on|at)\b", said, maxsplit=1)[
        0
    ].split()
    return len(words) > 1 and bool(_FINITE.search(" ".join(words[1:])))


def _starts_with_name(said: str, seller: str) -> bool:
    """Does the text begin with the seller's name, or with the first word of it?"""
    first = seller.split(" ", 1)[0]
    return len(first) > 2 and fold(said).startswith(fold(first) + " ")


def lower_first(text: str) -> str:
    """With a small letter in front, unless the first word is an abbreviation."""
    first = text.split(" ", 1)[0]
    return text if not first[1:].islower() or not first[0].isupper() else text[0].lower() + text[1:]


def _offer_evidence(brief: MailBrief, said: str) -> list[Evidence]:
    """The settings that say so, or a paper."""
    settings = [p for p in brief.passages.values() if p.id.startswith(OFFERING)]
    for passage in (*settings, *knowledge(brief)):
        if fold(said) in fold(passage.text):
            return [quote(passage, said)]
    return []


def _size(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    counted = field(brief, "numberofemployees")
    if not counted:
        return None
    people = point(fold(counted[0]))
    shown = re.match(r"[\d.,]+", counted[0])
    if people is None or not shown or people.low != people.high or people.low < 2:
        return None
    number = shown[0].rstrip(".,") if fold(counted[0]).strip() == shown[0] or "employee" in fold(counted[0]) else ""
    if not number:
        return None
    if people.low < 100:
        text = f"For a team of {number}, we would keep the first step small."
    elif people.low < 1000:
        text = f"With {number} employees, you would probably want to begin with one team and see."
    else:
        text = f"For an organization of {number} employees, we would suggest a first step in one department."
    return text, [counted[1]]


def _nearest(
    brief: MailBrief, fits: Callable[[str], bool], turn: int, *, least: int = 0
) -> tuple[str, list[Evidence]] | None:
    """The sentence of the outreach knowledge nearest to the lead's topic, title and industry.

    Args:
        fits: which sentences are meant.
        turn: chooses among equals.
        least: words that it must share with the lead's need.
    """
    known = (field(brief, "jobtitle"), field(brief, "industry", "lw_industry"))
    topic = _roots(topic_of(brief))
    need = topic | _roots(" ".join(k[0] for k in known if k))
    found: list[tuple[int, str, Passage]] = []
    for passage in knowledge(brief):
        for sentence in sentences(passage.text):
            words = _roots(sentence)
            near = len(words & topic) + len(words & need)
            if fits(sentence) and near >= least and not names_competitor(brief, sentence):
                found.append((near, sentence, passage))
    best = [f for f in found if f[0] == max(g[0] for g in found)]
    if not best:
        return None
    _, sentence, passage = best[turn % len(best)]
    return sentence, [quote(passage, sentence)]


def _roots(text: str) -> frozenset[str]:
    """Words that carry meaning, cut so that "pharmacy" meets "pharmaceuticals"."""
    return frozenset(w[:5] for w in key_words(text))


def is_benefit(sentence: str) -> bool:
    """Does the sentence tell plainly what somebody gains, without needing the one before it?"""
    return (
        not is_proof(sentence)
        and _is_told_plainly(sentence)
        and not re.search(r"\b(?:it|its|them|they|this|these|you|your)\b", sentence, re.I)
    )


def is_proof(sentence: str) -> bool:
    """Does the sentence tell what somebody has achieved with us?"""
    return _is_told_plainly(sentence) and bool(_PROOF.search(fold(sentence)))


def _is_told_plainly(sentence: str) -> bool:
    text = plain(sentence)
    ends = sentence.rstrip().endswith(".")
    fits = 6 <= len(text.split()) <= 28 and text[0].isupper()
    return ends and fits and not ODD.search(text) and not _SPEAKS_OF_US.match(text)
