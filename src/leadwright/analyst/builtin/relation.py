"""What a statement means for the sale: a competitor in it, subjects shared with the offering, or the kind of thing it
tells. Claims nothing that the quoted statement does not say.
"""

import re
from collections.abc import Sequence

from leadwright.analyst.builtin.words import fold, listed, stems
from leadwright.analyst.protocol import Brief
from leadwright.domain.evidence import Statement

COMMON = listed(
    "the and for with from that this our your their its are was were has have had will can more most than "
    "into over also new company business customer product service solution team people help make use get "
    "one all any other who which they you we us it of to in on by as at an be or not but about through "
    "across world leading best great year time work way need every provide offer based"
    " plan planned open opened start started report reported announce announced launch launched say said tell told add "
    "expand increase grow growth continue keep support work include become remain part several many first next year"
    " within without bring brought take took taken give given gain come came goes went going have having made"
    " making put set name named move moved run running build building built change changed cover covered handle"
    " handled create created two three four five half both each every much same fewer less lower higher faster"
    " better under above below between among against during while because since until whether either such then"
    " only just even very well good live hour day week month times space site view last another where when what"
    " there here once often already per via upon onto"
)


# Kind of news -> (what it is, what to ask); the first that fits counts.
_NEWS_KINDS = (
    (
        r"layoffs?|lay(?:s|ing)? off|job cuts|restructur\w+|bankrupt\w*|recall(?:s|ed|ing)?|on strike|shutdown|"
        r"(?:clos(?:es|ed|ing|ure of)|shuts|shutting)(?: down)? (?:\w+ ){0,3}"
        r"(?:stores?|plants?|sites?|offices?|factor\w+)",
        ("cuts or trouble", "what has to cost less, with tact, or wait"),
    ),
    (
        r"regulat\w+|compliance|lawsuits?|court|sued|sues|fined|antitrust|investigation|probe|ruling|settlement",
        ("rules or a legal matter", "what they have to change, and by when"),
    ),
    (
        r"(?:appoint\w*|promot\w+|names|named|hires|hired|resigns?|resigned|retires?|retired|steps down|welcomes)\b"
        r".{0,60}\b(?:ceo|cfo|cio|coo|cto|chief|president|director|chair\w*|head of)|"
        r"new (?:ceo|cfo|cio|coo|cto|chief|president)|"
        r"(?:ceo|cfo|cio|coo|cto|president|chair\w*|officer)\b.{0,40}\b"
        r"(?:resigns?|resigned|retires?|retired|steps down)",
        ("a change of people", "who decides now, and what the new people want to do differently"),
    ),
    (
        r"acqui(?:re|res|red|ring|sition|sitions)|merg(?:e|es|ed|er|ers|ing)|takeover|divest\w*|spin-?off",
        ("a purchase or a merger", "which systems and suppliers stay"),
    ),
    (
        r"expan\w+|opens?|opened|opening|new (?:\w+ ){0,2}(?:stores?|plants?|sites?|offices?|factor(?:y|ies)|branch\w*|"
        r"warehouses?|centers?|centres?|locations?|markets?|routes?|hubs?)|enters (?:\w+ ){0,3}markets?",
        ("an expansion", "what the new places and people will need"),
    ),
    (
        r"invest(?:s|ed|ing|ment|ments)?|funding|raises|raised|moderni[sz]\w+|upgrad\w+|budget|spend(?:s|ing)?",
        ("an investment", "what the money is meant for and who decides on it"),
    ),
    (
        r"revenues?|sales|profits?|earnings|income|quarter(?:ly)?|results(?! in)|margins?|guidance|dividends?|fiscal",
        ("results", "how the year goes and when budgets are set"),
    ),
    (
        r"partner\w*|agreements?|contracts?|alliance|collaborat\w+|joint venture|deal",
        ("a partnership or a contract", "what they now have to deliver, and with whom"),
    ),
    (
        r"launch\w*|introduc\w+|unveil\w*|releas\w+|rolls? out|roll-?out|pilots?|starts?|program(?:me)?s?",
        ("something new", "which work it brings and who leads it"),
    ),
)
_UP = (
    r"grew|grown|grow(?:s|ing|th)?|rose|risen|increas\w+|up(?! to)|higher|improv\w+|beat|"
    r"record (?:sales|revenues?|profits?|earnings|year|quarter)"
)
_DOWN = (
    r"fell|fall(?:s|en|ing)?|declin\w+|decreas\w+|down|lower|loss(?:es)?|dropp?\w*|shrank|weak\w*|missed|debts?|costs?"
)
# What the statement says, what it must not say beside it, and what that means for the sale.
_FIGURES_TELL = (
    (
        r"(?:raised|raises) [$€£¥]\S*|funding round|series [a-f]|ipo",
        "",
        "Money comes in: ask what it is meant for, and who decides on it.",
    ),
    (_UP, _DOWN, "Figures that rise: ask what is planned with the money, and when budgets are set."),
    (_DOWN, _UP, "Figures under pressure: expect questions of cost and return, and bring proof."),
)


def meaning_of_news(title: str, statements: Sequence[Statement], seller: str) -> Statement:
    """What news that share no subject with the offering are good for, by their kind, and that they share none.

    Args:
        title: of the news; tells the kind where no statement does.
        statements: at least one; the one that tells the kind is quoted.
        seller: who offers, may be empty.
    """
    offer = f"what {seller} offers" if seller else "what we offer"
    for text, statement in (*((s.text, s) for s in statements), (title, statements[0])):
        for words, (kind, ask) in _NEWS_KINDS:
            if _says(words, text):
                said = f"News of {kind}, not of {offer}: ask {ask}."
                return Statement(said, statement.evidence)
    said = f"It says nothing of {offer}: good to know before a talk, no reason for one."
    return Statement(said, statements[0].evidence)


def meaning_of_figures(statements: Sequence[Statement]) -> Statement | None:
    """What the finances mean for the sale, by the first statement that tells a direction; None without a statement."""
    for statement in statements:
        for words, other, meaning in _FIGURES_TELL:
            if _says(words, statement.text) and not (other and _says(other, statement.text)):
                return Statement(meaning, statement.evidence)
    if not statements:
        return None
    said = "A measure of their size: fit the first step to it, and ask who holds the budget."
    return Statement(said, statements[0].evidence)


def _says(words: str, text: str) -> bool:
    return bool(re.search(rf"\b(?:{words})\b", fold(text)))


def key_words(text: str) -> frozenset[str]:
    """Stemmed words that carry meaning."""
    return frozenset(w for w in stems(text) if len(w) > 3 and not w.isdigit()) - COMMON


def relation_of(statements: Sequence[Statement], brief: Brief) -> Statement | None:
    """What an item means for the sale: a competitor is in it, or it shares at least two subjects with the offering."""
    for statement in statements:
        for name in brief.competitors:
            if name.strip() and re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", fold(statement.text)):
                return Statement(f"{name} competes with us here: ask how far it has got.", statement.evidence)
    offering = brief.offering
    ours = key_words(f"{offering.value_proposition} {offering.benefits}")
    best: tuple[int, Statement] | None = None
    for statement in statements:
        shared = key_words(statement.text) & ours
        if len(shared) >= 2 and (best is None or len(shared) > best[0]):
            best = (len(shared), statement)
    if best is None or not offering.company:
        return None
    subject = _listed(_phrases(best[1].text, ours)[:3])
    text = f"Shared with what {offering.company} offers: {subject}. A reason to talk to them now."
    return Statement(text, best[1].evidence)


def _phrases(text: str, ours: frozenset[str]) -> list[str]:
    """The words of a text that the offering has too; neighbours stay together ("distribution center")."""
    found: list[list[str]] = []
    near = False
    for word in re.findall(r"[a-z0-9'-]+|[.,;:]", fold(text)):
        is_ours = _stem_of(word) in ours
        if is_ours and near:
            found[-1].append(word)
        elif is_ours:
            found.append([word])
        near = is_ours
    return list(dict.fromkeys(" ".join(words) for words in found))


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _stem_of(word: str) -> str:
    return (stems(word) or [""])[0]
