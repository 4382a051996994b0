"""What pages say of a company's head count, revenue, seat and trade, when no field does. Quotes; judges nothing."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold
from leadwright.domain.evidence import Evidence, Passage, SourceKind
from leadwright.domain.fit import CriterionKind

_RESEARCH = frozenset({SourceKind.WEB, SourceKind.NEWS, SourceKind.SEARCH})
_AMOUNT = r"(?:[A-Z]{0,3}[$€£]\s?)?\d[\d,.]{0,18}(?:\s?(?:k|thousand|m|mn|million|bn|b|billion|trillion)\b)?\+?"
_PEOPLE = r"(?:employees|associates|team members|staff|people worldwide|people globally|workers|colleagues)"
_ABOUT = r"(?P<vague>(?:more than|over|about|around|approximately|nearly|some|roughly|almost|some)\s+)?"

_PATTERNS: dict[CriterionKind, tuple[re.Pattern[str], ...]] = {
    CriterionKind.EMPLOYEES: (
        re.compile(rf"{_ABOUT}(?P<value>\d[\d,.]{{0,12}}\s?(?:k|thousand|million)?\+?)\s+(?:full-time |"
                   rf"global )?{_PEOPLE}\b", re.I),
        re.compile(rf"\bemploy(?:s|ing)\s+{_ABOUT}(?P<value>\d[\d,.]{{0,12}}\s?(?:k|thousand|million)?\+?)\b", re.I),
        re.compile(rf"\b(?:workforce|team|staff) of\s+{_ABOUT}(?P<value>\d[\d,.]{{0,12}}\s?(?:k|"
                   rf"thousand)?\+?)\b", re.I),
    ),
    CriterionKind.REVENUE: (
        re.compile(rf"\b(?:annual |yearly |net |total )?(?:revenues?|turnover|sales)\b[^.;]{{0,40}}?\b(?:of|"
                   rf"was|were|is|reached|to|at|totall?ed)\s+{_ABOUT}(?P<value>{_AMOUNT})", re.I),
        re.compile(rf"{_ABOUT}(?P<value>{_AMOUNT})\s+in\s+(?:annual |yearly |net |total )?(?:revenues?|"
                   rf"sales|turnover)\b", re.I),
    ),
    CriterionKind.LOCATION: (
        re.compile(r"\b(?:headquartered|head office|headquarters|based|hq)\s+(?:is |are |located )?(?:in|at|"
                   r":)\s+(?P<value>[A-ZÀ-Þ][\w'À-ÿ-]*(?:[ ,]+(?:[A-ZÀ-Þ][\w'.À-ÿ-]*|of|de|do|la)){0,6})"),
    ),
    CriterionKind.INDUSTRY: (
        re.compile(r"\b(?:is|are) (?:an?|the|one of the)\s+(?P<value>[\w ,&'/-]{3,120}?(?:compan(?:y|ies)|"
                   r"retailers?|manufacturers?|providers?|banks?|insurers?|chains?|suppliers?|makers?|operators?|firms?|group|producers?|distributors?|platform|airlines?|utility|wholesalers?|brands?|marketplace|business|developer|startup|start-up))\b"),
    ),
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that a sentence of a passage states."""

    value: str
    sentence: str
    passage: Passage


def company_passages(lead: Mapping[str, str], passages: Mapping[str, Passage]) -> list[Passage]:
    """Research passages about the lead's company: on its own site, or naming it."""
    name = _bare_name(lead.get("lead.companyname") or lead.get("account.name") or "")
    host = site_of(lead)
    found = []
    for passage in passages.values():
        if passage.kind not in _RESEARCH:
            continue
        own = bool(host) and _host(passage.source) == host
        named = bool(name) and name in fold(f"{passage.title} {passage.text[:20_000]}")
        if own or named:
            found.append(passage)
    return found


def _bare_name(name: str) -> str:
    name = fold(name)
    return re.sub(
        r"[,.]?\s*\b(?:inc|ltd|llc|corp|corporation|co|company|plc|gmbh|ag|sa|group|holdings?|limited)\b\.?$", "", name
    ).strip()


def site_of(lead: Mapping[str, str]) -> str:
    """Host name of the company's web site, without www, or empty."""
    return _host(lead.get("lead.websiteurl") or lead.get("account.websiteurl") or "")


def _host(url: str) -> str:
    if not url:
        return ""
    host = urlsplit(url if "//" in url else f"//{url}").netloc.lower().split(":")[0]
    return host.removeprefix("www.")


def about_company(sentence: str, company: str, own_page: bool) -> bool:
    """Is the sentence about the company: does it name it, or speak as "we" on the company's own page?"""
    text = fold(sentence)
    name = _bare_name(company)
    if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        return True
    return own_page and bool(re.match(r"(?:we|our|the company|the group)\b", text))


def findings(kind: CriterionKind, lead: Mapping[str, str], passages: Mapping[str, Passage]) -> Iterator[Finding]:
    """Every value of this kind that a sentence about the company states."""
    company = lead.get("lead.companyname") or lead.get("account.name") or ""
    host = site_of(lead)
    patterns = _PATTERNS.get(kind, ())
    for passage in company_passages(lead, passages):
        own = bool(host) and _host(passage.source) == host
        for sentence in sentences(passage.text):
            if not about_company(sentence, company, own):
                continue
            for pattern in patterns:
                if match := pattern.search(sentence):
                    if value := _CLEAN[kind](match):
                        yield Finding(value, sentence, passage)
                    break


def values_in(kind: CriterionKind, sentence: str) -> list[str]:
    """Every value of this kind that the sentence states, whomever it is about."""
    found = (m for pattern in _PATTERNS.get(kind, ()) for m in pattern.finditer(sentence))
    return [value for m in found if (value := _CLEAN[kind](m))]


def is_own_page(told: Passage | Evidence, lead: Mapping[str, str]) -> bool:
    """Does it stand on the web site of the lead's company?"""
    return bool(host := site_of(lead)) and _host(told.source) == host


def _number(match: re.Match[str]) -> str:
    value = match["value"].strip(" .,")
    if _YEAR.fullmatch(value) or not re.search(r"\d", value):
        return ""
    vague = fold(match["vague"] or "")
    return f"over {value}" if vague.startswith(("more", "over")) else value


def _words(match: re.Match[str]) -> str:
    return match["value"].strip(" .,")


_CLEAN: dict[CriterionKind, Callable[[re.Match[str]], str]] = {
    CriterionKind.EMPLOYEES: _number,
    CriterionKind.REVENUE: _number,
    CriterionKind.LOCATION: _words,
    CriterionKind.INDUSTRY: _words,
}
