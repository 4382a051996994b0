"""Reads an ideal customer profile as an admin wrote it and tells what each criterion is about. Judges nothing."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from leadwright.domain.fit import Criterion, CriterionKind
from leadwright.errors import BadInput

_MUST_HAVE = re.compile(r"\s*[(\[]?\b(?:must[ -]have|mandatory|knock[ -]?out)\b[)\]]?[:!]?\s*", re.I)

_FIELD_KINDS = {
    "industry": CriterionKind.INDUSTRY,
    "lw_industry": CriterionKind.INDUSTRY,
    "industrycode": CriterionKind.INDUSTRY,
    "numberofemployees": CriterionKind.EMPLOYEES,
    "revenue": CriterionKind.REVENUE,
    "jobtitle": CriterionKind.ROLE,
    "location": CriterionKind.LOCATION,
    "address1_city": CriterionKind.LOCATION,
    "address1_stateorprovince": CriterionKind.LOCATION,
    "address1_country": CriterionKind.LOCATION,
}

_PEOPLE = r"(?:employees?|staff|workers?|people|persons?|ftes?|heads?|personnel|associates|team members|colleagues)"
# "Number of locations" counts something else than people, "IT team size" is not the company's size.
_OTHER_COUNT = re.compile(
    rf"\b(?:number|no\.?|count|amount|quantity|#) of (?!(?:\w+ ){{0,2}}{_PEOPLE}\b)"
    r"|\b(?:store|shop|site|branch|location|office|user|seat|vehicle|fleet|bed|warehouse|"
    r"deal) (?:count|size)\b"
    r"|\b(?:it|sales|marketing|support|engineering|development|dev|security|hr|finance) (?:team|department) size\b"
    r"|\b(?:growth|rate|trend|change|openings?|hiring|budget|funding|tech|technology|stack|software|uses?|model)\b",
    re.I,
)
_YES_OR_NO = re.compile(r"\W*(?:yes|no|true|false|required)\W*", re.I)
_CHANGE = re.compile(r"\b(?:growth|growing|increase|change|trend|per (?:employee|customer|user|store))\b", re.I)
_ROLE = re.compile(
    r"\b(?:(?:job|lead|contact|buyer|person)?\s?-?(?:titles?|roles?)|personas?|decision[ -]?(?:makers?|making)|"
    r"decider|seniority|positions?|job (?:levels?|functions?)|management level|departments?|buyers?|stakeholders?|"
    r"champions?|who (?:we|to) (?:sell|talk|contact|speak|target)|contacts?|occupation|authority|^functions?$)\b",
    re.I,
)
_REVENUE = re.compile(
    r"\b(?:revenues?|turnover|(?:annual|yearly|net|gross|total) (?:sales|receipts|billings)|"
    r"sales (?:volume|figures?|per (?:year|annum))|top[ -]?line|arr|income|umsatz)\b",
    re.I,
)
_EMPLOYEES = re.compile(rf"\b(?:{_PEOPLE}|head[ -]?counts?|workforce|mitarbeiter|(?:team|company|org) size)\b", re.I)
_SIZE = re.compile(r"\b(?:sizes?|scale|how (?:big|large)|magnitude)\b", re.I)
_LOCATION = re.compile(
    r"\b(?:locations?|located|geograph\w*|geos?|regions?|countr(?:y|ies)|territor(?:y|ies)|where|headquarter\w*|hq|"
    r"places?|based (?:in|at)|continents?|zones?|states?|cit(?:y|ies)|areas?|address|standort|nations?|domicile|"
    r"seat(?:ed)?|home (?:market|base|country))\b",
    re.I,
)
_INDUSTRY = re.compile(
    r"\b(?:industr(?:y|ies)|verticals?|sectors?|lines? of business|field of business|type of business|business type|"
    r"(?:kind|type|nature)s? of (?:business(?:es)?|compan(?:y|ies)|customers?|firms?|organi[sz]ations?)|"
    r"^business(?:es)?$|^trades?$|branch(?:es)? of (?:trade|industry|business)|lines? of work|"
    r"branches|branche|naics|sic|gics)\b",
    re.I,
)
_MONEY_WORDS = re.compile(r"[$€£¥₹]|\b(?:usd|eur|gbp|revenues?|turnover|annual sales)\b", re.I)
_ROLE_WORDS = re.compile(
    r"\b(?:c-?suite|c-?level|ceos?|cfos?|ctos?|cios?|cmos?|vps?|vice presidents?|directors?|managers?|"
    r"founders?|owners?|"
    r"head of|decision[ -]?makers?|executives?)\b",
    re.I,
)
_SIZE_WORDS = re.compile(r"\b(?:smbs?|smes?|mid-?market|mid-?size[d]?|enterprises?)\b", re.I)
_PLACE_WORDS = re.compile(
    r"\b(?:north america|south america|latin america|latam|europe|emea|apac|asia|africa|dach|nordics|usa?|uk|"
    r"united states|united kingdom|canada|germany|france|india|worldwide)\b",
    re.I,
)
_INDUSTRY_WORDS = re.compile(
    r"\b(?:retail\w*|software|saas|manufactur\w*|health ?care|financial services|banks?|insurance|logistics|fintech)\b",
    re.I,
)


def read_profile(data: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The criteria of a profile, with the kind of each guessed from its name and details.

    Args:
        data: ``{"icp": [{"criteria": name, "details": text}, ...]}``; an item may also have ``kind``, ``must_have``,
            ``fields``, ``url``, ``instructions``.

    Raises:
        BadInput: the shape is another one.
    """
    items = data.get("icp", data.get("criteria")) if isinstance(data, Mapping) else None
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise BadInput('The profile needs a list "icp" of criteria, each with "criteria" and "details".', field="icp")
    criteria: list[Criterion] = []
    for number, item in enumerate(items, 1):
        criteria.append(_criterion(item, number, {c.name for c in criteria}))
    return tuple(criteria)


_GENERIC = re.compile(
    r"\b(?:target(?:ed|s|ing)?|ideal|primary|main|core|markets?|customers?|clients?|prospects?|segments?|profiles?|focus|"
    r"compan(?:y|ies)|the|of|our|we|for|us|is|are|accounts?|types?|kinds?|fields?|levels?|how|much|many|they|do|earn|make|"
    r"money|firms?|organi[sz]ations?|icp|criteri\w+|\d+|whom?|what|firmographics?|fit|scope|coverage|footprint|presence|"
    r"space|domain|niche|universe|sphere|category|makes?|makers?|serves?|sells?|seek|buys?|tier|class|bracket)\b|\W"
)


def guess_kind(name: str, details: str) -> CriterionKind:
    """What a criterion is about, told from how the admin named it, then from its details."""
    name, details = name[:300], details[:2000]
    counts_other = bool(_OTHER_COUNT.search(name)) and not _REVENUE.search(name)
    if _YES_OR_NO.fullmatch(details) or _CHANGE.search(name) or counts_other:
        return CriterionKind.CUSTOM
    return _by_name(name, details) or _by_details(name, details) or CriterionKind.CUSTOM


def kind_of_column(column: str) -> CriterionKind | None:
    """What a column of a record speaks of, such as ``jobtitle`` of the role; None for the others."""
    return _FIELD_KINDS.get(column)


def says_little(name: str) -> bool:
    """Does the name leave open what the criterion is about ("Target market", "Who", "Segment")?"""
    return not _GENERIC.sub("", name[:300].lower())


def _by_name(name: str, details: str) -> CriterionKind | None:
    if _ROLE.search(name):
        return CriterionKind.ROLE
    if _REVENUE.search(name):
        return CriterionKind.REVENUE
    if _EMPLOYEES.search(name):
        return _size_kind(details) if "size" in name.lower() else CriterionKind.EMPLOYEES
    if _SIZE.search(name):
        return _size_kind(details)
    if _INDUSTRY.search(name):
        return CriterionKind.INDUSTRY
    return CriterionKind.LOCATION if _LOCATION.search(name) else None


def _size_kind(details: str) -> CriterionKind:
    by_money = _MONEY_WORDS.search(details) and not _EMPLOYEES.search(details)
    return CriterionKind.REVENUE if by_money else CriterionKind.EMPLOYEES


def _by_details(name: str, details: str) -> CriterionKind | None:
    """For names that say little ("Target market", "Who"); a name with a subject of its own stays custom."""
    if re.search(r"\d|\b(?:hundred|thousand|dozen)\b", details):
        if _EMPLOYEES.search(details):
            return CriterionKind.EMPLOYEES
        if _REVENUE.search(details):
            return CriterionKind.REVENUE
    if not says_little(name):
        return None
    for pattern, kind in (
        (_EMPLOYEES, CriterionKind.EMPLOYEES),
        (_MONEY_WORDS, CriterionKind.REVENUE),
        (_ROLE_WORDS, CriterionKind.ROLE),
        (_PLACE_WORDS, CriterionKind.LOCATION),
        (_INDUSTRY_WORDS, CriterionKind.INDUSTRY),
        (_SIZE_WORDS, CriterionKind.EMPLOYEES),
    ):
        if pattern.search(details):
            return kind
    return None


def _criterion(item: Any, number: int, taken: set[str]) -> Criterion:
    if not isinstance(item, Mapping):
        raise BadInput(f'Criterion {number} of the profile must be an object with "criteria" and "details".')
    name = _text(item, "criteria", "criterion", "name")
    details = _text(item, "details", "description", "value")
    if not name:
        raise BadInput(f'Criterion {number} of the profile has no name: fill in "criteria".', field="criteria")
    must_have = bool(item.get("must_have")) or bool(_MUST_HAVE.search(name))
    name = _MUST_HAVE.sub(" ", name).strip() or name
    unique, copy = name, 2
    while unique in taken:
        unique, copy = f"{name} ({copy})", copy + 1
    fields = item.get("fields") or ()
    fields = (fields,) if isinstance(fields, str) else tuple(str(f) for f in fields)
    return Criterion(
        name=unique,
        kind=_kind(item, name, details, fields),
        details=details,
        must_have=must_have,
        fields=fields,
        url=_text(item, "url"),
        instructions=_text(item, "instructions"),
    )


def _kind(item: Mapping[str, Any], name: str, details: str, fields: tuple[str, ...]) -> CriterionKind:
    given = _text(item, "kind").lower()
    if given in set(CriterionKind):
        return CriterionKind(given)
    mapped = {_FIELD_KINDS.get(f.rsplit(".", 1)[-1]) for f in fields}
    if len(mapped) == 1 and (kind := mapped.pop()):
        return kind
    return CriterionKind.CUSTOM if item.get("url") else guess_kind(name, details)


def _text(item: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if item.get(name) is not None:
            return str(item[name]).strip()
    return ""
