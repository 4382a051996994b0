"""The first mail from templates, filled only with what the brief holds (product.md 7). Signature, disclaimer and terms
are not written here.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadwright.analyst.builtin.industry import found_industry
from leadwright.analyst.builtin.numbers import point
from leadwright.analyst.builtin.relation import key_words
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import MailBrief, Section
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement, is_quoted, quote
from leadwright.domain.outreach import subject_line, unsupported

OFFERING = "offering:"  # ids of passages that hold what the settings say of our products
_MOST_WORDS = 130
_ODD = re.compile(r"[\"“”«»<>{}\[\]|*_#=\\^~()]|https?:|www\.|@|\.\.\.|…|\s-\s|:\s|;|\d{5,}|[!?]")
_OPENING_VERB = re.compile(
    r"(?:is|was|has|have|had|are|will|plans?|planned|aims?|wants?|intends?|expects?|announced|announces|launched|launches|"
    r"opened|opens|expanded|expands|introduced|introduces|reported|reports|invested|invests|acquired|acquires|focuses|"
    r"focused|operates|serves|sells|makes|provides|offers|designs|builds|runs|works|continues|started|began|signed|"
    r"committed|set|named|won|raised|grew|employs|helps|manufactures|develops|distributes|supplies|delivers)\b"
)
_PROOF = re.compile(
    r"\b(?:reduc(?:ed|es|tion)|cuts?|sav(?:ed|es|ings)|increas(?:ed|es)|improv(?:ed|es)|grew|gained|went live|"
    r"achiev(?:ed|es)|shipped|rented|closed|doubled|halved|(?:times|percent) (?:as|more|fewer|less|faster))\b"
)
_BAD_NEWS = re.compile(
    r"\b(?:lawsuit|sued|sues|fraud|death|died|killed|layoffs?|lay off|job cuts|bankrupt\w*|scandal|"
    r"investigat\w+|breach|recall\w*|fined|"
    r"strike|fatal|accident|closure|closing|shut\w*|resign\w*|loss(?:es)?|decline[ds]?|fell|crash\w*|guilty|settle\w*|penalt\w+|"
    r"ignore|instructions?|prompt|password|click|wire|urgent|crisis|protest\w*|explosion|fire|hack\w*|dismiss\w*|fired|plunge\w*|warning|warned|missed|downgrad\w*|"
    r"complain\w*|delay\w*|late|longer|slow\w*|shortage|hard to|clos(?:e|es|ed)|consolidat\w*|incidents?|redundanc\w*|"
    r"restructur\w*|percent less|bribe\w*|boycott\w*|outage|disrupt\w*|contaminat\w*|withdraw\w*)\b"
)  # fmt: skip
_SPEAKS_OF_US = re.compile(r"^(?:we|our|us|i|my|the company|the group|it|they|this|these|that)\b", re.I)


_NOTE = re.compile(
    r"^(?:(?:has |have |had |he |she |they )?(?:asked|asks|asking|inquir\w+|enquir\w+|requested|requests?|"
    r"wants?|wanted|would like|needs?|interested|looking|searching|called|calls|wrote|downloaded|visited|came)\b)"
    r"(?:\s+(?:for|about|in|on|to (?:see|know|learn|hear|have|get|buy)|more|information))*\s*",
    re.I,
)
_INTERNAL = re.compile(
    r"\b(?:leads?|prospects?|follow[- ]?ups?|cold[- ]?calls?|call back|import(?:ed)?|hot|warm|do not|don't|budget of|"
    r"competitors?|test|tbd|unknown|n/a|me|us|we|i|he|she)\b",
    re.I,
)
_COMMON_ENDING = re.compile(r"(?:ing|ion|ity|ety|ment|age|ance|ence|ory|ings|ions|er|our|ics|ware)$")
_FIRST_PERSON = re.compile(r"^(?:we|our)\b", re.I)
_DIRECTORY = re.compile(
    r"\b(?:headquarter\w*|head office|founded|established in|based in|sector|industry|listed as|employees|associates|"
    r"has about|(?:is|are) an? (?:[\w&,/'-]+ ){0,8}(?:company|firm|group|corporation|business|provider|maker|"
    r"manufacturer|retailer|chain|supplier|operator|bank|insurer|brand|leader))\b",
    re.I,
)


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
    title = _field(brief, "jobtitle")
    # Two people of one company are told the same facts in other words; no id counts, so one lead has one draft.
    person = (brief.company, brief.greeting_name, brief.topic, title[0] if title else "")
    turn = zlib.crc32("|".join(person).encode())
    start = [_greeting(brief, wishes), _opening(brief, wishes, turn)]
    end = _call_to_action(brief, wishes, turn)
    left = _MOST_WORDS - 8 - sum(len(p.text.split()) for p in (*start, end))
    value = _value(brief, wishes, turn, left)
    return _subject(brief, turn), (*start, *([value] if value else []), end)


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
    topic, company = _topic(brief), _clean_line(brief.company)
    if topic:
        told = not company or fold(company) in fold(topic) or len(topic) > 60
        return subject_line(topic if told else f"{topic} at {company}")
    seller = _clean_line(brief.offering.company)
    if company:
        return subject_line((f"An idea for {company}", f"A question for {company}")[turn % 2])
    return subject_line(f"An introduction from {seller}" if seller else "An introduction")


def _topic(brief: MailBrief) -> str:
    """The lead's topic as it may stand before the lead's eyes: nobody's "our", no notes of ours; else empty."""
    text = _NOTE.sub("", _clean_line(brief.topic)).strip()
    text = re.sub(r"\b(?:our|my|their|his|her)\s+(?=\w)", "", text, flags=re.I)
    text = re.sub(r"^(?:the|an?|some)\s+", "", text, flags=re.I).strip(" .,;:-")
    if not 4 <= len(text) <= 120 or _INTERNAL.search(text):
        return ""
    return text[0].upper() + text[1:]


def _in_sentence(brief: MailBrief, topic: str) -> str:
    """The topic with its article, and a small letter in front unless its first word may be a name."""
    told = _NOTE.sub("", _clean_line(brief.topic)).strip()
    if article := re.match(r"(?:the|an?)\s+(?=\w)", told, re.I):
        return article[0].lower() + told[article.end() :]
    first = topic.split(" ", 1)[0]
    known = " ".join((brief.offering.value_proposition, brief.offering.benefits, *(p.text for p in _knowledge(brief))))
    common = _COMMON_ENDING.search(first) or fold(first) in fold(brief.topic).split()[1:]
    if first[1:].islower() and (common or re.search(rf"\b{re.escape(first.lower())}", known)):
        return topic[0].lower() + topic[1:]
    return topic


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
    """What the company does that is near to the topic or the offering; else the topic itself."""
    about_offer = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits}")
    about_topic = key_words(_topic(brief))
    ranked: list[tuple[int, str, str, Evidence]] = []
    for sentence, evidence in _told(brief, wishes):
        words = key_words(sentence)
        score = 3 * len(words & about_topic) + len(words & about_offer)
        if score and (clause := _as_opening(sentence, brief.company, turn)):
            ranked.append((score, clause, sentence, evidence))
    for _, clause, sentence, evidence in sorted(ranked, key=lambda r: -r[0]):
        for text in (clause + _link(brief, sentence, turn), clause):
            if statement := _safe(brief, text, [evidence]):
                return statement
    return _plain_opening(brief, wishes, turn)


def _as_opening(sentence: str, company: str, turn: int) -> str:
    """The first sentence of a mail: what a page says in the first person is quoted, the rest is told."""
    if _DIRECTORY.search(fold(sentence)):
        return ""
    if _FIRST_PERSON.match(sentence):
        text = plain(sentence)
        fits = text.endswith(".") and len(text.split()) <= 28 and not _ODD.search(text)
        return f"On your site you write: “{text}”" if fits else ""
    clause = _as_clause(sentence, company)
    return f"{('I read that', 'I saw that', 'I noticed that')[turn % 3]} {clause}." if clause else ""


_BEST_FIRST = (Section.PRIORITIES, Section.NEWS, Section.OVERVIEW)


def _told(brief: MailBrief, wishes: Wishes, order: Sequence[Section] = _BEST_FIRST) -> Iterator[tuple[str, Evidence]]:
    """What is known of the company, best for an opening first: initiatives, news, then what it does."""
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
    """A short bridge from what the company does to the lead's topic or the offering."""
    if topic := _topic(brief):
        topic = _in_sentence(brief, topic)
        return (f" That is one reason why I am writing about {topic}.", f" So I am writing to you about {topic}.")[
            turn % 2
        ]
    seller = _clean_line(brief.offering.company)
    ours = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits}")
    if not seller or len(key_words(sentence) & ours) < 2:
        return ""
    return (f" That is close to what we do at {seller}.", f" It touches what we work on at {seller}.")[turn % 2]


def _plain_opening(brief: MailBrief, wishes: Wishes, turn: int) -> Statement:
    """The lead's topic or role, else what is known of the company; never a sentence of a directory."""
    company, seller, topic = _clean_line(brief.company), _clean_line(brief.offering.company), _topic(brief)
    if topic:
        named = f" at {company}" if company and fold(company) not in fold(topic) else ""
        topic = _in_sentence(brief, topic)
        options = [f"I am writing to you about {topic}{named}.", f"My question to you is about {topic}{named}."]
        if statement := _safe(brief, options[turn % 2], ()):
            return statement
    title = _field(brief, "jobtitle")
    if company and seller and title and re.fullmatch(r"[\w ,&/-]{3,60}", title[0]):
        text = f"As {title[0]} at {company}, you may have use for what we do at {seller}."
        if statement := _safe(brief, text, [title[1]]):
            return statement
    for text, evidence in _known_openings(brief, wishes, turn):
        if statement := _safe(brief, text, evidence):
            return statement
    if company and seller:
        return Statement(f"I am writing from {seller} because {company} may have use for what we do.", ())
    return Statement(f"I am writing{' from ' + seller if seller else ''} with an idea that may be of use to you.", ())


def _known_openings(brief: MailBrief, wishes: Wishes, turn: int) -> Iterator[tuple[str, list[Evidence]]]:
    """What is known and may be said without a topic: an initiative or news, then industry and place, then size."""
    company, seller = _clean_line(brief.company), _clean_line(brief.offering.company)
    if not company or not seller:
        return
    for sentence, evidence in _told(brief, wishes, (Section.PRIORITIES, Section.NEWS)):
        if clause := _as_opening(sentence, company, turn):
            yield clause, [evidence]
    industry, place = (
        known if known and re.fullmatch(r"[^\W\d_][\w ,&/'.-]{2,60}", known[0]) else None
        for known in (_field(brief, "industry", "lw_industry"), _field(brief, "address1_city", "location"))
    )
    if industry and found_industry(industry[0]) is None:
        industry = None
    where = f" in {place[0]}" if place else ""
    quotes = [known[1] for known in (industry, place) if known]
    if industry:
        trade = f"{company} is in {industry[0]}" + (f", with an address{where}" if place else "")
        yield (
            (
                f"{trade}, and may have use for what we do at {seller}.",
                f"I am writing from {seller} because {trade}.",
            )[turn % 2],
            quotes,
        )
    elif place:
        yield f"I am writing from {seller} to {company}{where} because you may have use for what we do.", quotes
    people = _field(brief, "numberofemployees")
    if people and not wishes.no_size and re.fullmatch(r"\d[\d,.]*", people[0]):
        yield f"With {people[0]} employees, {company} may have use for what we do at {seller}.", [people[1]]


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


def _value(brief: MailBrief, wishes: Wishes, turn: int, most: int) -> Statement | None:
    """What we offer, what of it matters to this lead, sized to the organisation, with a short proof."""
    offer = _offer(brief)
    if not offer:
        return None
    size = None if wishes.no_size or wishes.short else _size(brief)
    proof = None if wishes.no_proof or wishes.short else _nearest(brief, _is_proof, turn)
    benefit = None if wishes.short else _nearest(brief, _is_benefit, turn, least=1)
    if benefit and proof and len(_roots(benefit[0]) & _roots(proof[0])) > 2:
        benefit = None
    for parts in (
        [offer, benefit, size, proof], [offer, benefit, proof], [offer, size, proof], [offer, proof], [offer, benefit],
        [offer, size], [offer],
    ):  # fmt: skip
        kept = [p for p in parts if p]
        text = " ".join(p[0] for p in kept)
        if len(text.split()) <= most and (found := _safe(brief, text, [e for p in kept for e in p[1]])):
            return found
    return None


def _offer(brief: MailBrief) -> tuple[str, list[Evidence]] | None:
    """The value proposition, as a sentence with a verb."""
    seller = _clean_line(brief.offering.company)
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
    return f"{name} {'offers' if seller else 'offer'} {_lower_first(said)}.", evidence


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


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if not first[1:].islower() or not first[0].isupper() else text[0].lower() + text[1:]


def _offer_evidence(brief: MailBrief, said: str) -> list[Evidence]:
    """The settings that say so, or a paper."""
    settings = [p for p in brief.passages.values() if p.id.startswith(OFFERING)]
    for passage in (*settings, *_knowledge(brief)):
        if fold(said) in fold(passage.text):
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


def _nearest(
    brief: MailBrief, fits: Callable[[str], bool], turn: int, *, least: int = 0
) -> tuple[str, list[Evidence]] | None:
    """The sentence of the outreach knowledge nearest to the lead's topic, title and industry.

    Args:
        fits: which sentences are meant.
        turn: chooses among equals.
        least: words that it must share with the lead's need.
    """
    known = (_field(brief, "jobtitle"), _field(brief, "industry", "lw_industry"))
    topic = _roots(_topic(brief))
    need = topic | _roots(" ".join(k[0] for k in known if k))
    found: list[tuple[int, str, Passage]] = []
    for passage in _knowledge(brief):
        for sentence in sentences(passage.text):
            words = _roots(sentence)
            near = len(words & topic) + len(words & need)
            if fits(sentence) and near >= least and not _names_competitor(brief, sentence):
                found.append((near, sentence, passage))
    best = [f for f in found if f[0] == max(g[0] for g in found)]
    if not best:
        return None
    _, sentence, passage = best[turn % len(best)]
    return sentence, [quote(passage, sentence)]


def _roots(text: str) -> frozenset[str]:
    """Words that carry meaning, cut so that "pharmacy" meets "pharmaceuticals"."""
    return frozenset(w[:5] for w in key_words(text))


def _is_benefit(sentence: str) -> bool:
    return (
        not _is_proof(sentence)
        and _is_told_plainly(sentence)
        and not re.search(r"\b(?:it|its|them|they|this|these|you|your)\b", sentence, re.I)
    )


def _is_proof(sentence: str) -> bool:
    return _is_told_plainly(sentence) and bool(_PROOF.search(fold(sentence)))


def _is_told_plainly(sentence: str) -> bool:
    text = plain(sentence)
    ends = sentence.rstrip().endswith(".")
    fits = 6 <= len(text.split()) <= 28 and text[0].isupper()
    return ends and fits and not _ODD.search(text) and not _SPEAKS_OF_US.match(text)


def _knowledge(brief: MailBrief) -> Sequence[Passage]:
    return sorted(
        (p for p in brief.passages.values() if p.kind is SourceKind.KNOWLEDGE and not p.id.startswith(OFFERING)),
        key=lambda p: (p.title, p.text),
    )


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
