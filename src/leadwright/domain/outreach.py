"""The first mail: put together from its parts, and held against what it rests on (product.md 7). Sends nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence

from leadwright.domain.evidence import Passage, Statement, is_quoted

SUBJECT_LENGTH = 200
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MEETING_LENGTH = re.compile(r"\b(?:10|15|20|25|30|45|60)[- ]?(?:min\b|minutes?\b)", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w&'’.-]*(?:\s+(?:of\s+|&\s+)?[A-Z][\w&'’.-]*)*")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_CLAIM = re.compile(
    r"\b(?:guarantee[ds]?|award[- ]winning|best[- ]in[- ]class|market[- ]leading|world[- ]leading|industry[- ]leading|"
    r"number one|certified|accredited|patented|free of charge|discount|exclusive offer|lowest price|"
    r"cheapest|fastest|partner of|trusted by|clinically|risk[- ]free)\b",
    re.IGNORECASE,
)
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\S+",
        "i i'd i'll i'm i've we our you your hi hello dear best kind regards thanks thank ps monday tuesday wednesday "
        "thursday friday saturday sunday january february march april may june july august september october november "
        "december ai ceo cfo coo cto cio it hr b2b b2c the a an and or but if as would could are is do does what when "
        "how this that these those in on at for with to from of by there here let one it's",
    )
)
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)*|(?<![\w.@-])(?:[a-z0-9-]{2,}\.)+[a-z]{2,}(?![\w.])(?:/\S*)?",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def unsupported(
    subject: str, paragraphs: Sequence[Statement], passages: Mapping[str, Passage], known: Iterable[str]
) -> tuple[str, ...]:
    """What the draft says that nothing supports, as sentences; empty when all of it is supported.

    Every number, name, address, link and strong claim must occur in the passages that its paragraph quotes or in
    `known`, and every quote must be real.

    Args:
        passages: id -> passage the mail may quote.
        known: further text that may be used: topic, greeting name, company, offering, chosen fields.
    """
    common = _fold(" \n ".join(k for k in known if k))
    problems = _check(subject, "subject", common + " \n " + _cited(paragraphs, passages))
    for number, paragraph in enumerate(paragraphs, 1):
        unreal = [e for e in paragraph.evidence if not is_quoted(e, passages)]
        problems += [f'Paragraph {number} quotes "{_short(e.quote)}", which is not in the source.' for e in unreal]
        problems += _check(paragraph.text, f"paragraph {number}", common + " \n " + _cited([paragraph], passages))
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


def _cited(paragraphs: Iterable[Statement], passages: Mapping[str, Passage]) -> str:
    ids = dict.fromkeys(e.passage_id for p in paragraphs for e in p.evidence)
    return _fold(" \n ".join(f"{passages[i].title} \n {passages[i].text}" for i in ids if i in passages))


def _check(text: str, where: str, support: str) -> list[str]:
    problems = [f'The {where} says "{n}", which no source supports.' for n in _numbers(text) if not _has(n, support)]
    problems += [f'The {where} names "{n}", which no source supports.' for n in _names(text) if not _named(n, support)]
    addresses = (m[0].rstrip(".,;:!?)'\"") for m in _ADDRESS.finditer(text))
    problems += [
        f'The {where} has the address "{a}", which no source supports.' for a in addresses if _fold(a) not in support
    ]
    claims = (m[0] for m in _CLAIM.finditer(text))
    problems += [f'The {where} claims "{c}", which no source supports.' for c in claims if _fold(c) not in support]
    return problems


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(_MEETING_LENGTH.sub(" ", text))


def _has(number: str, support: str) -> bool:
    wanted = _digits(number)
    return any(_digits(n) == wanted for n in _NUMBER.findall(support))


def _digits(number: str) -> str:
    return number.replace(",", "")


def _names(text: str) -> list[str]:
    """Runs of capitalised words. The first word of a sentence is capitalised anyway, so it alone is no name."""
    found: list[str] = []
    for sentence in _SENTENCE.split(text):
        for match in _NAME.finditer(sentence):
            words = match[0].rstrip(".,;:'’-").split()
            if match.start() == 0:
                words = words[1:]
            while words and words[0].casefold().rstrip(",.") in (*_PLAIN_WORDS, "&"):
                words = words[1:]
            if words:
                found.append(" ".join(words))
    return found


def _named(name: str, support: str) -> bool:
    folded = _fold(name)
    bare = folded.removesuffix("'s")
    return folded in support or bare in support or all(_fold(w).removesuffix("'s") in support for w in name.split())


def _fold(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
