"""Picks the sentences of the research that belong to each section, word for word. Writes no facts of its own."""

import re
from collections.abc import Iterable, Sequence

from leadwright.analyst.builtin.pages import about_company, company_passages, site_of
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold, listed, stems
from leadwright.analyst.protocol import Brief, Insight, Section
from leadwright.domain.evidence import Passage, SourceKind, Statement, quote

_MOST_STATEMENTS = 5
_MOST_NEWS = 3
_OVERVIEW = re.compile(
    r"\b(?:is (?:an?|the|one of)|are (?:an?|the)|founded|established|headquartered|based in|operates?|"
    r"provides?|offers?|"
    r"sells?|serves?|designs?|manufactures?|specialis\w+|specializ\w+|employs?|employees|customers in|brands?)\b"
)
_PRIORITIES = re.compile(
    r"\b(?:plans?|planned|planning|strateg\w+|priorit\w+|focus\w*|invest(?:s|ing|ment|ments|ed)?|expand\w*|expansion|launch\w*|initiatives?|"
    r"aims?|goals?|targets?|commit\w*|transform\w*|moderni[sz]\w+|digitali[sz]\w+|will (?:open|build|roll|"
    r"launch|expand|invest|"
    r"introduce|double|hire)|roadmap|mission|vision|ambition|by 20[2-4]\d|rolling out|roll-?out|moderniz\w+)\b"
)
_FINANCES = re.compile(
    r"\b(?:revenues?|sales|turnover|profits?|earnings|income|margins?|ebitda|cash flow|cash|debt|dividends?|"
    r"funding|raised|"
    r"valuation|market cap\w*|guidance|growth|loss(?:es)?|fiscal|quarter)\b"
)
_FIGURE = re.compile(r"[$€£¥]\s?\d|\d+(?:\.\d+)?\s?(?:%|percent|million|billion|bn\b|m\b)")
_FIELD_LABELS = {
    "industry": "Industry", "lw_industry": "Industry", "numberofemployees": "Employees", "location": "Location",
    "address1_city": "City", "address1_stateorprovince": "State", "address1_country": "Country",
    "websiteurl": "Web site",
}  # fmt: skip
_COMMON = listed(
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


def insights_of(brief: Brief) -> tuple[Insight, ...]:
    """Overview, priorities, finances and at most three news items; a section without a statement is left out."""
    passages = company_passages(brief.lead, brief.passages)
    if not passages:
        own = _section(Section.OVERVIEW, "Overview", _field_statements(brief))
        return tuple(i for i in (own, _section(Section.FINANCES, "Finances", _revenue_field(brief))) if i)
    pages = [p for p in passages if p.kind is not SourceKind.NEWS]
    told: set[str] = set()
    priorities = _about(brief, passages, _PRIORITIES, told, skip=_FINANCES_ONLY)
    finances = _revenue_field(brief) + _about(brief, passages, _FINANCES, told, also=_FIGURE)
    overview = _field_statements(brief) + _about(brief, pages, _OVERVIEW, told)
    found = [
        _section(Section.OVERVIEW, "Overview", overview),
        _section(Section.PRIORITIES, "Strategic priorities", priorities, _relation_of(priorities, brief)),
        _section(Section.FINANCES, "Finances", finances),
        *_news(brief, [p for p in passages if p.kind is SourceKind.NEWS]),
    ]
    return tuple(i for i in found if i)


_FINANCES_ONLY = re.compile(r"\b(?:fiscal|quarter|earnings|ebitda|dividend|guidance)\b")


def _section(
    section: Section, title: str, statements: Sequence[Statement], relation: Statement | None = None
) -> Insight | None:
    return Insight(section, title, tuple(statements[:_MOST_STATEMENTS]), relation) if statements else None


def _field_statements(brief: Brief) -> list[Statement]:
    found: list[Statement] = []
    told: set[str] = set()
    for table in ("lead", "account"):
        for column, label in _FIELD_LABELS.items():
            value = brief.lead.get(f"{table}.{column}", "").strip()
            passage = brief.passages.get(f"field:{table}.{column}")
            if (
                value
                and passage
                and label not in told
                and fold(value) in fold(passage.text)
                and label in ("Industry", "Employees")
            ):
                told.add(label)
                found.append(Statement(f"{label}: {value}", (quote(passage, value),)))
    return found


def _revenue_field(brief: Brief) -> list[Statement]:
    for key in ("lead.revenue", "account.revenue"):
        value, passage = brief.lead.get(key, "").strip(), brief.passages.get(f"field:{key}")
        if value and passage and fold(value) in fold(passage.text):
            return [Statement(f"Annual revenue: {value}", (quote(passage, value),))]
    return []


def _about(
    brief: Brief,
    passages: Iterable[Passage],
    wanted: re.Pattern[str],
    told: set[str],
    *,
    also: re.Pattern[str] | None = None,
    skip: re.Pattern[str] | None = None,
) -> list[Statement]:
    """Statements about the company that the pattern picks, each once."""
    company = company_name(brief)
    site = site_of(brief.lead)
    found: list[Statement] = []
    for passage in passages:
        own = bool(site) and site_of({"lead.websiteurl": passage.source}) == site
        for sentence in sentences(passage.text):
            text = fold(sentence)
            if len(found) >= _MOST_STATEMENTS:
                return found
            if not wanted.search(text) or (also and not also.search(text)) or (skip and skip.search(text)):
                continue
            if about_company(sentence, company, own) and not _is_told(text, told):
                found.append(Statement(sentence, (quote(passage, sentence),)))
    return found


def company_name(brief: Brief) -> str:
    """The lead's company, as the record calls it."""
    return brief.lead.get("lead.companyname") or brief.lead.get("account.name") or ""


def _is_told(text: str, told: set[str]) -> bool:
    """Was this, or nearly this, said already? Remembers it."""
    words = frozenset(stems(text)) - _COMMON
    mark = " ".join(sorted(words))
    for known in told:
        other = frozenset(known.split())
        if words and len(words & other) >= 0.8 * min(len(words), len(other)):
            return True
    told.add(mark)
    return False


def _news(brief: Brief, passages: Sequence[Passage]) -> list[Insight]:
    told: set[str] = set()
    found: list[Insight] = []
    for passage in sorted(passages, key=lambda p: (p.date or "", p.id), reverse=True):
        named = about_company(passage.title, company_name(brief), False)
        lines = [s for s in sentences(passage.text) if named or about_company(s, company_name(brief), False)][:2]
        if not lines and named and len(passage.title) >= 20 and passage.title in passage.text:
            lines = [passage.title]
        if not lines or _is_told(fold(passage.title or lines[0]), told):
            continue
        statements = tuple(Statement(s, (quote(passage, s),)) for s in lines)
        found.append(Insight(Section.NEWS, passage.title or lines[0], statements, _relation_of(statements, brief)))
        if len(found) == _MOST_NEWS:
            break
    return found


def key_words(text: str) -> frozenset[str]:
    """Stemmed words that carry meaning."""
    return frozenset(w for w in stems(text) if len(w) > 3 and not w.isdigit()) - _COMMON


def _relation_of(statements: Sequence[Statement], brief: Brief) -> Statement | None:
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
