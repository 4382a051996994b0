"""The first mail from templates, filled only with what the brief holds (product.md 7). Signature, disclaimer and terms
are not written here.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadwright.analyst.builtin.insights import key_words
from leadwright.analyst.builtin.numbers import point
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import MailBrief, Section
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement, is_quoted, quote
from leadwright.domain.outreach import subject_line, unsupported

_MOST_WORDS = 130
_ODD = re.compile(r"[\"“”«»<>{}\[\]|*_#=\\^~()]|https?:|www\.|@|\.\.\.|…|\s-\s|:\s|;|\d{5,}|[!?]")
_OPENING_VERB = re.compile(
    r"(?:is|was|has|have|had|are|will|plans?|planned|aims?|wants?|intends?|expects?|announced|announces|launched|launches|"
    r"opened|opens|expanded|expands|introduced|introduces|reported|reports|invested|invests|acquired|acquires|focuses|"
    r"focused|operates|serves|sells|makes|provides|offers|designs|builds|runs|works|continues|started|began|signed|"
    r"committed|set|named|won|raised|grew|employs|helps|manufactures|develops|distributes|supplies|delivers)\b"
)
_PROOF = re.compile(
    r"\b(?:customers?|clients?|reduc\w+|cut|sav\w+|increas\w+|improv\w+|grew|faster|within|went live|"
    r"results?|achiev\w+)\b"
)
_BAD_NEWS = re.compile(
    r"\b(?:lawsuit|sued|sues|fraud|death|died|killed|layoffs?|lay off|job cuts|bankrupt\w*|scandal|"
    r"investigat\w+|breach|recall\w*|fined|"
    r"strike|fatal|accident|closure|closing|shut\w*|resign\w*|loss(?:es)?|decline[ds]?|fell|crash\w*|guilty|settle\w*|penalt\w+|"
    r"ignore|instructions?|prompt|password|click|wire|urgent|crisis|protest\w*|explosion|fire|hack\w*|dismiss\w*|fired|plunge\w*|warning|warned|missed|downgrad\w*)\b"
)  # fmt: skip
_SPEAKS_OF_US = re.compile(r"^(?:we|our|us|i|my|the company|the group|it|they|this|these|that)\b", re.I)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the admin's tone and instructions ask for, as far as a template can follow."""

    formal: bool
    short: bool
    minutes: int
    demo: bool
    no_size: bool
    no_proof: bool
    no_news: bool
    call: bool


def write(brief: MailBrief) -> tuple[str, tuple[Statement, ...]]:
    """Subject and paragraphs, greeting to call to action; about 130 words at most, every fact quoted."""
    wishes = _wishes(brief)
    turn = zlib.crc32(f"{brief.company}|{brief.key}".encode())
    paragraphs = [_greeting(brief, wishes), _opening(brief, wishes, turn)]
    value = _value(brief, wishes)
    if value:
        paragraphs.append(value)
    paragraphs.append(_call_to_action(brief, wishes, turn))
    return _subject(brief, turn), tuple(paragraphs)


def _wishes(brief: MailBrief) -> Wishes:
    text = fold(f"{brief.tone}. {brief.instructions}")

    def not_about(words: str) -> bool:
        return bool(re.search(rf"\b(?:no|not|never|don't|avoid|without|leave out)\b[^.;]{{0,40}}\b(?:{words})\b", text))

    length = re.search(r"\b(10|15|20|25|30|45|60)[- ]?min", text)
    return Wishes(
        formal=bool(re.search(r"(?<!in)(?<!less )(?<!not )(?<!too )\bformal", text)),
        short=bool(re.search(r"\b(?:short|brief|concise|to the point|crisp)\b", text)),
        minutes=int(length[1]) if length else 20,
        demo=bool(re.search(r"\bdemos?\b|\bdemonstration", text)) and not not_about("demos?"),
        no_size=not_about("size|employees|head ?count|revenue|numbers?"),
        no_proof=not_about("customers?|references?|proof|case stud(?:y|ies)|numbers?"),
        no_news=not brief.use_news or not_about("news"),
        call=bool(re.search(r"\b(?:phone|call)\b", text)) and not not_about("call|phone"),
    )


def _subject(brief: MailBrief, turn: int) -> str:
    topic, company = _clean_line(brief.topic), _clean_line(brief.company)
    if topic:
        told = not company or fold(company) in fold(topic) or len(topic) > 60
        return subject_line(topic if told else f"{topic} at {company}")
    seller = _clean_line(brief.offering.company)
    if company:
        return subject_line((f"An idea for {company}", f"A question for {company}")[turn % 2])
    return subject_line(f"An introduction from {seller}" if seller else "An introduction")


def _clean_line(text: str) -> str:
    text = plain(re.sub(r"[\r\n]+", " ", text))
    return "" if re.search(r"[{}<>\[\]]", text) else text.strip(" .,;:-")


def _greeting(brief: MailBrief, wishes: Wishes) -> Statement:
    name = _clean_line(brief.greeting_name)
    word = "Dear" if wishes.formal else "Hello"
    usable = bool(name) and len(name) <= 40 and bool(re.fullmatch(r"[^\W\d_][\w' .-]*", name))
    if usable:
        name = name.title() if name.isupper() or name.islower() else name
        return Statement(f"{word} {name},", ())
    return Statement("Dear Sir or Madam," if wishes.formal else "Hello,", ())


def _known(brief: MailBrief) -> list[str]:
    o = brief.offering
    return [
        brief.topic,
        brief.greeting_name,
        brief.company,
        o.company,
        o.value_proposition,
        o.benefits,
        *brief.lead.values(),
    ]


def _safe(brief: MailBrief, text: str, evidence: Iterable[Evidence]) -> Statement | None:
    """The paragraph, when everything it says is supported and it names no competitor."""
    statement = Statement(text, tuple(evidence))
    # A name with its legal form stripped is still the company's.
    if unsupported("", [statement], brief.passages, _known(brief)) or _names_competitor(brief, text):
        return None
    return statement


def _names_competitor(brief: MailBrief, text: str) -> bool:
    text = fold(text)
    names = (fold(c.name) for c in brief.reading.competitors)
    return any(n and n != fold(brief.company) and re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in names)


def _opening(brief: MailBrief, wishes: Wishes, turn: int) -> Statement:
    for sentence, evidence in _told(brief, wishes):
        clause = _as_clause(sentence, brief.company)
        if not clause:
            continue
        leads = ("I read that", "I saw that", "I noticed that")
        link = _link(brief, sentence, turn)
        for text in (f"{leads[turn % 3]} {clause}.{link}", f"{leads[turn % 3]} {clause}."):
            if statement := _safe(brief, text, [evidence]):
                return statement
    return _plain_opening(brief, turn)


def _told(brief: MailBrief, wishes: Wishes) -> Iterator[tuple[str, Evidence]]:
    """What is known of the company, best for an opening first: initiatives, news, then what it does."""
    order = [Section.PRIORITIES, Section.NEWS, Section.OVERVIEW]
    for section in order:
        if section is Section.NEWS and wishes.no_news:
            continue
        for insight in brief.reading.insights:
            if insight.section is not section:
                continue
            for said in insight.statements:
                for evidence in said.evidence:
                    news = evidence.kind is SourceKind.NEWS
                    if (
                        evidence.kind is SourceKind.FIELD
                        or (news and wishes.no_news)
                        or not is_quoted(evidence, brief.passages)
                    ):
                        continue
                    if not _BAD_NEWS.search(fold(evidence.quote)):
                        yield evidence.quote, evidence


def _as_clause(sentence: str, company: str) -> str:
    """The sentence without its stop, when it reads well after "I read that"; else empty."""
    text = plain(sentence).rstrip(" .")
    name = _clean_line(company)
    if not name or _ODD.search(text) or len(text.split()) > 28 or not sentence.rstrip().endswith("."):
        return ""
    short = re.sub(
        r",?\s+(?:inc|ltd|llc|corp|corporation|co|company|plc|gmbh|ag|group|holdings?)\.?$", "", name, flags=re.I
    )
    for start in dict.fromkeys((name, short)):
        if text.casefold().startswith(start.casefold() + " "):
            rest = re.sub(
                r"^(?:(?:inc|ltd|llc|corp|co)\.?,?|also|now|today|currently)\s+",
                "",
                text[len(start) :].strip(),
                flags=re.I,
            )
            if _OPENING_VERB.match(rest) and not re.search(r"\b(?:we|our|us|you|your|i)\b", rest, re.I):
                return f"{text[: len(start)]} {rest}"
    return ""


def _link(brief: MailBrief, sentence: str, turn: int) -> str:
    """A short bridge, when the sentence and the offering speak of the same thing."""
    ours = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits}")
    if len(key_words(sentence) & ours) < 2:
        return ""
    seller = _clean_line(brief.offering.company)
    if not seller:
        return ""
    return (f" That is close to what we do at {seller}.", f" It touches what we work on at {seller}.")[turn % 2]


def _plain_opening(brief: MailBrief, turn: int) -> Statement:
    company, seller = _clean_line(brief.company), _clean_line(brief.offering.company)
    industry = _field(brief, "industry", "lw_industry")
    if company and industry and (trade := _as_trade(industry[0])):
        text = f"{company} came to our attention among companies in {trade}."
        if statement := _safe(brief, text, [industry[1]]):
            return statement
    if company and seller:
        options = (
            f"I am writing from {seller} because {company} may have use for what we do.",
            f"My colleagues and I at {seller} have been thinking about how we could be of use to {company}.",
        )
        return Statement(options[turn % 2], ())
    return Statement(f"I am writing{' from ' + seller if seller else ''} with an idea that may be of use to you.", ())


def _as_trade(industry: str) -> str:
    """An industry as it stands in a sentence, "retail"; empty for forms such as "B2B -> Analytics"."""
    text = plain(industry).strip(" .")
    if (
        not re.fullmatch(r"[A-Za-z][A-Za-z ,&'-]{2,50}", text)
        or len(text.split()) > 5
        or fold(text) in ("other", "unspecified", "unknown")
    ):
        return ""
    text = text.replace("&", "and")
    return " ".join(w if w.isupper() or re.search(r"[A-Z].*[A-Z]", w) else w.lower() for w in text.split())


def _field(brief: MailBrief, *columns: str) -> tuple[str, Evidence] | None:
    """A field's value with its evidence, when the mail may quote it."""
    for table in ("lead", "account"):
        for column in columns:
            passage = brief.passages.get(f"field:{table}.{column}")
            if passage and passage.text.strip():
                value = brief.lead.get(f"{table}.{column}") or passage.text
                if fold(value) in fold(passage.text):
                    return value.strip(), quote(passage, value)
    return None


def _value(brief: MailBrief, wishes: Wishes) -> Statement | None:
    """What we offer, sized to the organisation, with a short proof; whatever of it is supported."""
    offer = _offer(brief)
    size = None if wishes.no_size or wishes.short else _size(brief)
    proof = None if wishes.no_proof or wishes.short else _proof(brief)
    for parts in ([offer, size, proof], [offer, proof], [offer, size], [offer]):
        kept = [p for p in parts if p]
        if not kept or not offer:
            continue
        text = " ".join(p[0] for p in kept)
        if len(text.split()) <= _MOST_WORDS - 55 and (found := _safe(brief, text, [e for p in kept for e in p[1]])):
            return found
    return None


def _offer(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    """The value proposition, as a sentence of its own."""
    seller = _clean_line(brief.offering.company)
    lines = [
        s for s in re.split(r"(?<=[.!?])\s+|\s*[\r\n;•]+\s*", plain(brief.offering.value_proposition)) if s.strip()
    ]
    if not lines or re.search(r"[{}<>\[\]]|https?:", lines[0]) or len(lines[0].split()) > 45:
        return None
    whole = lines[0].strip().endswith(".")
    said = lines[0].strip().rstrip(".")
    evidence = _offer_evidence(brief, said)
    if re.match(r"(?:we|our|with us)\b", said, re.I) or whole or _starts_with_name(said, seller):
        return said[0].upper() + said[1:] + ".", evidence
    if not seller:
        return f"What we do, in short: {_lower_first(said)}.", evidence
    if re.match(
        r"(?:helps?|offers?|provides?|makes?|builds?|gives?|lets?|automates?|connects?|delivers?|enables?|reduces?|cuts?|saves?)\b",
        said,
        re.I,
    ):
        verb, _, rest = said.partition(" ")
        verb = verb.lower()
        return f"{seller} {verb if verb.endswith('s') else verb + 's'} {rest}.", evidence
    return f"What we do at {seller}, in short: {_lower_first(said)}.", evidence


def _starts_with_name(said: str, seller: str) -> bool:
    """Does the text begin with the seller's name, or with the first word of it?"""
    first = seller.split(" ", 1)[0]
    return len(first) > 2 and fold(said).startswith(fold(first) + " ")


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if not first[1:].islower() or not first[0].isupper() else text[0].lower() + text[1:]


def _offer_evidence(brief: MailBrief, said: str) -> list[Evidence]:
    for passage in brief.passages.values():
        if passage.kind is SourceKind.KNOWLEDGE and fold(said) in fold(passage.text):
            return [quote(passage, said)]
    return []


def _size(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    counted = _field(brief, "numberofemployees")
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


def _proof(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    """A short sentence of the outreach knowledge that tells a result, nearest to the lead's need."""
    need = key_words(f"{brief.topic} {' '.join(brief.lead.values())} {brief.offering.value_proposition}")
    best: tuple[int, str, Passage] | None = None
    for passage in _knowledge(brief):
        for sentence in sentences(passage.text):
            if not _is_proof(sentence):
                continue
            score = len(key_words(sentence) & need) + (2 if re.search(r"\d", sentence) else 0)
            if best is None or score > best[0]:
                if _names_competitor(brief, sentence):
                    continue
                best = (score, sentence, passage)
    return (best[1], [quote(best[2], best[1])]) if best else None


def _is_proof(sentence: str) -> bool:
    text = plain(sentence)
    ends = sentence.rstrip().endswith(".")
    fits = 6 <= len(text.split()) <= 28 and text[0].isupper()
    return ends and fits and not _ODD.search(text) and not _SPEAKS_OF_US.match(text) and bool(_PROOF.search(fold(text)))


def _knowledge(brief: MailBrief) -> Sequence[Passage]:
    return sorted((p for p in brief.passages.values() if p.kind is SourceKind.KNOWLEDGE), key=lambda p: p.id)


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
