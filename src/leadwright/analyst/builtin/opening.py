"""The opening of a mail: something true and known of the company, near to the topic or the offering."""

import re
from collections.abc import Iterator, Sequence

from leadwright.analyst.builtin.industry import found_industry
from leadwright.analyst.builtin.mail_words import ODD, Wishes, clean_line, field, in_sentence, safe, topic_of
from leadwright.analyst.builtin.pages import is_own_page
from leadwright.analyst.builtin.relation import key_words
from leadwright.analyst.builtin.words import fold, plain
from leadwright.analyst.protocol import MailBrief, Section
from leadwright.domain.evidence import Evidence, SourceKind, Statement, is_quoted

_OPENING_VERB = re.compile(
    r"(?:is|was|has|have|had|are|will|plans?|planned|aims?|wants?|intends?|expects?|announced|announces|launched|launches|"
    r"opened|opens|expanded|expands|introduced|introduces|reported|reports|invested|invests|acquired|acquires|focuses|"
    r"focused|operates|serves|sells|makes|provides|offers|designs|builds|runs|works|continues|started|began|signed|"
    r"committed|set|named|won|raised|grew|employs|helps|manufactures|develops|distributes|supplies|delivers)\b"
)
_BAD_NEWS = re.compile(
    r"\b(?:lawsuit|sued|sues|fraud|death|died|killed|layoffs?|lay off|job cuts|bankrupt\w*|scandal|"
    r"investigat\w+|breach|recall\w*|fined|"
    r"strike|fatal|accident|closure|closing|shut\w*|resign\w*|loss(?:es)?|decline[ds]?|fell|crash\w*|guilty|settle\w*|penalt\w+|"
    r"ignore|instructions?|prompt|password|click|wire|urgent|crisis|protest\w*|explosion|fire|hack\w*|dismiss\w*|fired|plunge\w*|warning|warned|missed|downgrad\w*|"
    r"complain\w*|delay\w*|late|longer|slow\w*|shortage|hard to|clos(?:e|es|ed)|consolidat\w*|incidents?|redundanc\w*|"
    r"restructur\w*|percent less|bribe\w*|boycott\w*|outage|disrupt\w*|contaminat\w*|withdraw\w*)\b"
)  # fmt: skip
_FIRST_PERSON = re.compile(r"^(?:we|our)\b", re.I)
_DIRECTORY = re.compile(
    r"\b(?:headquarter\w*|head office|founded|established in|based in|sector|industry|listed as|employees|associates|"
    r"has about|(?:is|are) an? (?:[\w&,/'-]+ ){0,8}(?:company|firm|group|corporation|business|provider|maker|"
    r"manufacturer|retailer|chain|supplier|operator|bank|insurer|brand|leader))\b",
    re.I,
)
_BEST_FIRST = (Section.PRIORITIES, Section.NEWS, Section.OVERVIEW)


def opening_of(brief: MailBrief, wishes: Wishes, turn: int) -> Statement:
    """What the company does that is near to the topic or the offering; else the topic itself."""
    about_offer = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits}")
    about_topic = key_words(topic_of(brief))
    ranked: list[tuple[int, str, str, Evidence]] = []
    for sentence, evidence in _told(brief, wishes):
        words = key_words(sentence)
        score = 3 * len(words & about_topic) + len(words & about_offer)
        if score and (clause := _as_opening(brief, sentence, evidence, turn)):
            ranked.append((score, clause, sentence, evidence))
    for _, clause, sentence, evidence in sorted(ranked, key=lambda r: -r[0]):
        for text in (clause + _link(brief, sentence, turn), clause):
            if statement := safe(brief, text, [evidence]):
                return statement
    return _plain_opening(brief, wishes, turn)


def company_news(brief: MailBrief, wishes: Wishes, turn: int) -> Iterator[tuple[str, list[Evidence]]]:
    """What the company does or plans, as a sentence of a mail, nearest to what we offer first."""
    about = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits} {topic_of(brief)}")
    told = sorted(_told(brief, wishes), key=lambda t: -len(key_words(t[0]) & about))
    for sentence, evidence in told:
        if clause := _as_opening(brief, sentence, evidence, turn):
            yield clause + _link(brief, sentence, turn), [evidence]


def _as_opening(brief: MailBrief, sentence: str, evidence: Evidence, turn: int) -> str:
    """The first sentence of a mail: what their own page says in the first person is quoted, the rest is told."""
    if _DIRECTORY.search(fold(sentence)):
        return ""
    if _FIRST_PERSON.match(sentence):
        text = plain(sentence)
        fits = text.endswith(".") and len(text.split()) <= 28 and not ODD.search(text)
        return f"On your site you write: “{text}”" if fits and _is_theirs(brief, evidence) else ""
    clause = _as_clause(sentence, brief.company)
    return f"{('I read that', 'I saw that', 'I noticed that')[turn % 3]} {clause}." if clause else ""


def _is_theirs(brief: MailBrief, evidence: Evidence) -> bool:
    """Was it read on the lead's own web site, so that its "we" is the company?"""
    site = field(brief, "websiteurl")
    return evidence.kind is SourceKind.WEB and site is not None and is_own_page(evidence, {"lead.websiteurl": site[0]})


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
    name = clean_line(company)
    if not name or ODD.search(text) or len(text.split()) > 28 or not sentence.rstrip().endswith("."):
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
    if topic := topic_of(brief):
        topic = in_sentence(brief, topic)
        return (f" That is one reason why I am writing about {topic}.", f" So I am writing to you about {topic}.")[
            turn % 2
        ]
    seller = clean_line(brief.offering.company)
    ours = key_words(f"{brief.offering.value_proposition} {brief.offering.benefits}")
    if not seller or len(key_words(sentence) & ours) < 2:
        return ""
    return (f" That is close to what we do at {seller}.", f" It touches what we work on at {seller}.")[turn % 2]


def _plain_opening(brief: MailBrief, wishes: Wishes, turn: int) -> Statement:
    """The lead's topic or role, else what is known of the company; never a sentence of a directory."""
    company, seller, topic = clean_line(brief.company), clean_line(brief.offering.company), topic_of(brief)
    if topic:
        named = f" at {company}" if company and fold(company) not in fold(topic) else ""
        topic = in_sentence(brief, topic)
        options = [f"I am writing to you about {topic}{named}.", f"My question to you is about {topic}{named}."]
        if statement := safe(brief, options[turn % 2], ()):
            return statement
    title = field(brief, "jobtitle")
    if company and seller and title and re.fullmatch(r"[\w ,&/-]{3,60}", title[0]):
        text = f"As {title[0]} at {company}, you may have use for what we do at {seller}."
        if statement := safe(brief, text, [title[1]]):
            return statement
    for text, evidence in _known_openings(brief, wishes, turn):
        if statement := safe(brief, text, evidence):
            return statement
    if company and seller:
        return Statement(f"I am writing from {seller} because {company} may have use for what we do.", ())
    return Statement(f"I am writing{' from ' + seller if seller else ''} with an idea that may be of use to you.", ())


def _known_openings(brief: MailBrief, wishes: Wishes, turn: int) -> Iterator[tuple[str, list[Evidence]]]:
    """What is known and may be said without a topic: an initiative or news, then industry and place, then size."""
    company, seller = clean_line(brief.company), clean_line(brief.offering.company)
    if not company or not seller:
        return
    for sentence, evidence in _told(brief, wishes, (Section.PRIORITIES, Section.NEWS)):
        if clause := _as_opening(brief, sentence, evidence, turn):
            yield clause, [evidence]
    industry, place = (
        known if known and re.fullmatch(r"[^\W\d_][\w ,&/'.-]{2,60}", known[0]) else None
        for known in (field(brief, "industry", "lw_industry"), field(brief, "address1_city", "location"))
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
    people = field(brief, "numberofemployees")
    if people and not wishes.no_size and re.fullmatch(r"\d[\d,.]*", people[0]):
        yield f"With {people[0]} employees, {company} may have use for what we do at {seller}.", [people[1]]
