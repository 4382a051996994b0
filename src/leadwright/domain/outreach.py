"""The first mail: put together from its parts, and held against what it rests on (product.md 7). Sends nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from leadwright.domain.commitments import commitments_in
from leadwright.domain.evidence import Passage, SourceKind, Statement, is_quoted
from leadwright.domain.figures import figures_in, is_told
from leadwright.domain.german_nouns import announces_a_name, ends_with_article, in_another_case, is_german, is_no_name
from leadwright.domain.links import foreign_links

SUBJECT_LENGTH = 200
_MEETING_LENGTH = re.compile(r"\b(?:10|15|20|25|30|45|60)[- ]?min(?:u\w+)?\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w&'’.-]*(?:\s+(?:of\s+|&\s+)?[A-Z][\w&'’.-]*)*")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\S+",
        "i i'd i'll i'm i've we our you your hi hello dear best kind regards thanks thank ps monday tuesday wednesday "
        "thursday friday saturday sunday january february march april may june july august september october november "
        "december ai ceo cfo coo cto cio it hr b2b b2c the a an and or but if as would could are is do does what when "
        "how this that these those in on at for with to from of by there here let one it's",
    )
)
_REPLY_MARKS = re.compile(
    r"(?:\s*(?:re|fwd?|aw|wg|antw|sv|vs|tr|rv|rif|res|enc|r|i)\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a])+\s*", re.IGNORECASE
)
_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def unsupported(
    subject: str,
    paragraphs: Sequence[Statement],
    passages: Mapping[str, Passage],
    known: Iterable[str],
    own: Iterable[str] | None = None,
) -> tuple[str, ...]:
    """What the draft says that nothing supports, as sentences; empty when all of it is supported.

    Every number with its unit, name, address, link, strong claim and commitment must occur in the passages that its
    paragraph quotes or in `known`, and every quote must be real. Numbers in words count beside a quote only: an
    invitation to a meeting has them too.

    Args:
        passages: id -> passage the mail may quote.
        known: further text that may be used: topic, greeting name, company, offering, chosen fields.
        own: our own texts, when only their links may be said, and only their commitments and those of quoted pages and
            papers; None allows those of every quoted passage and of `known`.
    """
    common = tuple(k for k in known if k)
    ours = None if own is None else " \n ".join(own)
    of_us = " \n ".join(_cited(paragraphs, passages, without=SourceKind.FIELD))
    whole = " ".join(p.text for p in paragraphs)
    ours_to_claim = None if ours is None else f"{ours} \n {of_us}"

    def check(text: str, where: str, cited: Sequence[Statement]) -> list[str]:
        sources = (*common, *_cited(cited, passages))
        support = _fold(" \n ".join(sources))
        figures = _untold(text, sources, in_words=any(p.evidence for p in cited))
        german = is_german(text) or is_german(whole)
        links, claims = support if ours is None else ours, ours_to_claim or support
        return [*_check(text, where, figures, support, links, claims, german=german)]

    problems = check(subject, "subject", paragraphs)
    for number, paragraph in enumerate(paragraphs, 1):
        unreal = [e for e in paragraph.evidence if not is_quoted(e, passages)]
        problems += [f'Paragraph {number} quotes "{_short(e.quote)}", which is not in the source.' for e in unreal]
        problems += check(paragraph.text, f"paragraph {number}", [paragraph])
    return tuple(dict.fromkeys(problems))


def assemble(
    paragraphs: Sequence[str], *, signature: str = "", disclaimer: str = "", other_terms: str = "", leave: str = ""
) -> str:
    """The body as plain text: paragraphs, signature, disclaimer, other terms, and how to leave (engage mails only)."""
    parts = [*paragraphs, signature, disclaimer, other_terms, leave]
    return "\n\n".join(p.strip() for p in parts if p.strip())


def subject_line(text: str) -> str:
    """One line, of sensible length; line breaks can never start a header."""
    line = " ".join(text.split())
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def without_reply_marks(subject: str) -> str:
    """The subject without ``Re:`` and ``Fwd:`` in front, which a mail that answers nothing must not have."""
    marks = _REPLY_MARKS.match(subject)
    return subject[marks.end() :] if marks else subject


def fill(template: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A fixed template with its ``{{Lead.First Name}}`` variables filled, and the names that have no value.

    Args:
        values: casefolded variable name (``lead.first name`` or ``lead.firstname``) -> text.
    """
    empty: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1].casefold(), "")
        if not found:
            empty.append(match[1])
        return found

    return _VARIABLE.sub(value, template), tuple(dict.fromkeys(empty))


def _cited(
    paragraphs: Iterable[Statement], passages: Mapping[str, Passage], without: SourceKind | None = None
) -> list[str]:
    ids = dict.fromkeys(e.passage_id for p in paragraphs for e in p.evidence)
    quoted = (passages[i] for i in ids if i in passages)
    return [f"{p.title} \n {p.text}" for p in quoted if p.kind is not without]


def _check(
    text: str, where: str, figures: list[str], support: str, links: str, claims: str, *, german: bool
) -> Iterator[str]:
    said = [*figures, *commitments_in(text, claims)]
    yield from (f'The {where} says "{words}", which no source supports.' for words in said)
    names = (words for words, front in _names(text) if not _named(words, front, support, german=german))
    yield from (f'The {where} names "{" ".join(words)}", which no source supports.' for words in names)
    for link in foreign_links(text, [links]):
        yield f'The {where} has the address "{link}", which no source supports.'


def _untold(text: str, sources: Iterable[str], *, in_words: bool) -> list[str]:
    said = [f for f in figures_in(_MEETING_LENGTH.sub(" ", text)) if in_words or not f.in_words]
    told = [f for source in sources for f in figures_in(source)] if said else []
    return [f.said for f in said if not is_told(f, told)]


def _names(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Runs of capitalised words, each with the words in front of it in its sentence.

    The first word of a sentence is capitalised anyway, so it alone is no name.
    """
    for sentence in _SENTENCE.split(text):
        for match in _NAME.finditer(sentence):
            words, front = match[0].rstrip(".,;:'’-").split(), _WORD.findall(sentence[: match.start()])
            if match.start() == 0:
                front, words = words[:1], words[1:]
            while words and words[0].casefold().rstrip(",.") in (*_PLAIN_WORDS, "&"):
                front, words = [*front, words[0]], words[1:]
            if words:
                yield words, front


def _named(words: Sequence[str], front: Sequence[str], support: str, *, german: bool) -> bool:
    """Does the support name all of them? In German, a common noun has a capital letter and is no name."""
    if _fold(" ".join(words)) in support:
        return True
    for number, word in enumerate(words):
        plain, before = _fold(word).removesuffix("'s"), (*front, *words[:number])
        if german and announces_a_name(before):
            named = re.search(rf"\b{re.escape(plain)}\b", support) is not None
        else:
            named = plain in support or (german and _is_noun(plain, before, support))
        if not named:
            return False
    return True


def _is_noun(word: str, before: Sequence[str], support: str) -> bool:
    return is_no_name(word, with_article=ends_with_article(before)) or in_another_case(word, support)


def _fold(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
