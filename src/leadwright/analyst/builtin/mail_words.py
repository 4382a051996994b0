"""What the templates of a mail take from the brief, and what they may say of it. Writes no sentence of its own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadwright.analyst.builtin.topic_words import reads_like_a_topic
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import MailBrief
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement, quote
from leadwright.domain.links import links_in
from leadwright.domain.outreach import unsupported, without_reply_marks

OFFERING = "offering:"  # ids of passages that hold what the settings say of our products
ODD = re.compile(r"[\"“”«»<>{}\[\]|*_#=\\^~()]|https?:|www\.|@|\.\.\.|…|\s-\s|:\s|;|\d{5,}|[!?]")
_NOTE = re.compile(
    r"^(?:(?:has |have |had |he |she |they )?(?:asked|asks|asking|inquir\w+|enquir\w+|requested|requests?|"
    r"wants?|wanted|would like|needs?|interested|looking|searching|downloaded|"
    r"(?:questions?|interest|called|calls|wrote|came)(?= (?:about|in|on|for|regarding)\b))\b)"
    r"(?:\s+(?:for|about|regarding|in|on|to (?:see|know|learn|hear|have|get|buy)|more|information))*\s*",
    re.I,
)
_COMMON_ENDING = re.compile(r"(?:ing|ion|ity|ety|ment|age|ance|ence|ory|ings|ions|er|our|ics|ware)$")


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


def read_wishes(brief: MailBrief) -> Wishes:
    """Tone and instructions, as far as a template can follow them."""
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


def topic_of(brief: MailBrief) -> str:
    """The lead's topic as it may stand before the lead's eyes: nobody's "our", no notes of ours; else empty."""
    told = _wanted(brief)
    text = re.sub(r"\b(?:our|my|their|his|her)\s+(?=\w)", "", told, flags=re.I)
    text = re.sub(r"^(?:the|an?|some)\s+", "", text, flags=re.I).strip(" .,;:-")
    if not 4 <= len(text) <= 120 or not reads_like_a_topic(told):
        return ""
    return text[0].upper() + text[1:]


def in_sentence(brief: MailBrief, topic: str) -> str:
    """The topic with its article, and a small letter in front unless its first word may be a name."""
    told = _wanted(brief)
    if article := re.match(r"(?:the|an?)\s+(?=\w)", told, re.I):
        return article[0].lower() + told[article.end() :]
    first = topic.split(" ", 1)[0]
    known = " ".join((brief.offering.value_proposition, brief.offering.benefits, *(p.text for p in knowledge(brief))))
    common = _COMMON_ENDING.search(first) or fold(first) in fold(brief.topic).split()[1:]
    if first[1:].islower() and (common or re.search(rf"\b{re.escape(first.lower())}", known)):
        return topic[0].lower() + topic[1:]
    return topic


def _wanted(brief: MailBrief) -> str:
    """The topic without the marks of a reply and without "asked for" and the like."""
    return _NOTE.sub("", clean_line(without_reply_marks(brief.topic))).strip(" .,;:!?-")


def clean_line(text: str) -> str:
    """One plain line; empty when it holds brackets or a link, which no name or topic has."""
    text = plain(re.sub(r"[\r\n]+", " ", text))
    return "" if re.search(r"[{}<>\[\]]", text) or links_in(text) else text.strip(" .,;:-")


def _known(brief: MailBrief) -> list[str]:
    return [brief.topic, brief.greeting_name, brief.company, *_sold(brief), *brief.lead.values()]


def _sold(brief: MailBrief) -> list[str]:
    return [brief.offering.company, brief.offering.value_proposition, brief.offering.benefits]


def safe(brief: MailBrief, text: str, evidence: Iterable[Evidence]) -> Statement | None:
    """The paragraph, when everything it says is supported and it names no competitor."""
    statement = Statement(text, tuple(evidence))
    # A name with its legal form stripped is still the company's.
    own = [brief.tone, brief.instructions, *_sold(brief)]
    if unsupported("", [statement], brief.passages, _known(brief), own) or names_competitor(brief, text):
        return None
    return statement


def names_competitor(brief: MailBrief, text: str) -> bool:
    """Does the text name a competitor of ours? The lead's own company is none."""
    text = fold(text)
    names = (fold(c.name) for c in brief.reading.competitors)
    return any(n and n != fold(brief.company) and re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in names)


def field(brief: MailBrief, *columns: str) -> tuple[str, Evidence] | None:
    """A field's value with its evidence, when the mail may quote it."""
    for table in ("lead", "account"):
        for column in columns:
            passage = brief.passages.get(f"field:{table}.{column}")
            if passage and passage.text.strip():
                value = brief.lead.get(f"{table}.{column}") or passage.text
                if fold(value) in fold(passage.text):
                    return value.strip(), quote(passage, value)
    return None


def knowledge(brief: MailBrief) -> Sequence[Passage]:
    """Passages of the outreach knowledge, in an order that no id decides."""
    return sorted(
        (p for p in brief.passages.values() if p.kind is SourceKind.KNOWLEDGE and not p.id.startswith(OFFERING)),
        key=lambda p: (p.title, p.text),
    )
