"""Picks the sentences of the research that belong to each section, word for word. Writes no facts of its own."""

import re
from collections.abc import Iterable, Sequence

from leadwright.analyst.builtin.pages import about_company, company_passages, is_own_page, site_of
from leadwright.analyst.builtin.relation import COMMON, meaning_of_figures, meaning_of_news, relation_of
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold, stems
from leadwright.analyst.protocol import Brief, Insight, Section
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement, quote

_MOST_STATEMENTS = 5
_MOST_NEWS = 3
_MOST_PAGES_SAY = 3  # sentences of the overview, beside what the record's fields say
_FACTS = {"Industry": ("industry", "lw_industry"), "Employees": ("numberofemployees",), "Location": ("location",)}
_PLACE = ("address1_city", "address1_stateorprovince", "address1_country")
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
_FIRST_PERSON = re.compile(r"\W*(?:(?:we|our|my)\b|i['’ ])", re.I)
_FIGURE = re.compile(r"[$€£¥]\s?\d|\d+(?:\.\d+)?\s?(?:%|percent|million|billion|bn\b|m\b)")


def insights_of(brief: Brief) -> tuple[Insight, ...]:
    """Overview, priorities, finances and at most three news items; a section without a statement is left out."""
    passages = company_passages(brief.lead, brief.passages)
    pages = [p for p in passages if p.kind is not SourceKind.NEWS]
    told: set[str] = set()
    priorities = _about(brief, passages, _PRIORITIES, told, skip=_FINANCES_ONLY)
    finances = _revenue_field(brief) + _about(brief, passages, _FINANCES, told, also=_FIGURE)
    overview = _about(brief, pages, _OVERVIEW, told)[:_MOST_PAGES_SAY]
    found = [
        _section(Section.OVERVIEW, "Overview", _untold_fields(brief, overview) + overview),
        _section(Section.PRIORITIES, "Strategic priorities", priorities, relation_of(priorities, brief)),
        _section(Section.FINANCES, "Finances", finances, meaning_of_figures(finances)),
        *_news(brief, [p for p in passages if p.kind is SourceKind.NEWS]),
    ]
    return tuple(i for i in found if i)


_FINANCES_ONLY = re.compile(r"\b(?:fiscal|quarter|earnings|ebitda|dividend|guidance)\b")


def _section(
    section: Section, title: str, statements: Sequence[Statement], relation: Statement | None = None
) -> Insight | None:
    """An insight whose relation, if any, rests on its first statement."""
    ordered = sorted(statements, key=lambda s: relation is None or s.evidence != relation.evidence)
    return Insight(section, title, tuple(ordered[:_MOST_STATEMENTS]), relation) if statements else None


def _untold_fields(brief: Brief, sentences_: Sequence[Statement]) -> list[Statement]:
    """Industry, employees and location as the record has them, without those that a sentence tells as well."""
    told = [_figures_bare(s.text) for s in sentences_]
    found: list[Statement] = []
    for label, columns in _FACTS.items():
        parts = next((p for table in ("lead", "account") if (p := _quoted_fields(brief, table, columns))), [])
        if not parts and label == "Location":
            parts = next((p for table in ("lead", "account") if (p := _quoted_fields(brief, table, _PLACE))), [])
        words = [w for e in parts for w in e.quote.split(", ")] if label == "Location" else [e.quote for e in parts[:1]]
        # City and state, or city and country where there is no state, tell a place.
        if words and not any(all(_tells(text, word) for word in words[:2]) for text in told):
            found.append(Statement(f"{label}: {', '.join(words)}", tuple(parts)))
    return found


def _quoted_fields(brief: Brief, table: str, columns: Sequence[str]) -> list[Evidence]:
    found: list[Evidence] = []
    for column in columns:
        value = brief.lead.get(f"{table}.{column}", "").strip()
        passage = brief.passages.get(f"field:{table}.{column}")
        if value and passage and fold(value) in fold(passage.text):
            found.append(quote(passage, value))
    return found


def _tells(text: str, value: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(_figures_bare(value))}(?!\w)", text))


def _figures_bare(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d)", "", fold(text))


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
    words = frozenset(stems(text)) - COMMON
    mark = " ".join(sorted(words))
    for known in told:
        other = frozenset(known.split())
        if words and len(words & other) >= 0.8 * min(len(words), len(other)):
            return True
    told.add(mark)
    return False


def _news(brief: Brief, passages: Sequence[Passage]) -> list[Insight]:
    """News that name the company; the "we" of somebody else's page is somebody else."""
    told: set[str] = set()
    found: list[Insight] = []
    for passage in sorted(passages, key=lambda p: (p.date or "", p.title, p.text), reverse=True):
        named = about_company(passage.title, company_name(brief), False)
        own = is_own_page(passage, brief.lead)
        lines = [
            s
            for s in sentences(passage.text)
            if about_company(s, company_name(brief), False) or (named and (own or not _FIRST_PERSON.match(s)))
        ][:2]
        if not lines and named and len(passage.title) >= 20 and passage.title in passage.text:
            lines = [passage.title]
        if not lines or _is_told(fold(passage.title or lines[0]), told):
            continue
        statements = [Statement(s, (quote(passage, s),)) for s in lines]
        relation = relation_of(statements, brief) or meaning_of_news(passage.title, statements, brief.offering.company)
        if item := _section(Section.NEWS, passage.title or lines[0], statements, relation):
            found.append(item)
        if len(found) == _MOST_NEWS:
            break
    return found
