"""One criterion against one lead: picks the fields, asks the question they belong to, and turns answers into a
judgement with its evidence. Fields count before pages, mapped fields before the usual ones.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from leadwright.analyst.builtin import custom, pages
from leadwright.analyst.builtin.industry import judge_industry, wanted_industries
from leadwright.analyst.builtin.location import judge_location, wanted_places
from leadwright.analyst.builtin.money import judge_revenue
from leadwright.analyst.builtin.role import judge_role
from leadwright.analyst.builtin.size import judge_size
from leadwright.analyst.builtin.words import Answer, fold, stems
from leadwright.analyst.protocol import Brief
from leadwright.domain.attributes import TABLES
from leadwright.domain.evidence import Evidence, Passage, SourceKind
from leadwright.domain.fit import Criterion, CriterionKind, Judgement, Verdict
from leadwright.domain.profile import says_little

_USUAL: dict[CriterionKind, tuple[str, ...]] = {
    CriterionKind.INDUSTRY: ("industry", "lw_industry", "industrycode"),
    CriterionKind.EMPLOYEES: ("numberofemployees",),
    CriterionKind.REVENUE: ("revenue",),
    CriterionKind.ROLE: ("jobtitle",),
}
_PLACE = ("address1_city", "address1_stateorprovince", "address1_country")
_TABLES_OF: dict[CriterionKind, tuple[str, ...]] = {CriterionKind.ROLE: ("lead", "contact")}


@dataclass(frozen=True, slots=True)
class Source:
    """One thing a record says, and the answer that follows from it."""

    answer: Answer
    evidence: tuple[Evidence, ...]
    label: str


def judge(criterion: Criterion, brief: Brief) -> Judgement:
    """Met, not met or unknown, with reason and evidence. Never raises on what an admin or a lead holds."""
    criterion = told_by_details(criterion)
    sources = _from_fields(criterion, brief)
    if judged := _decided(criterion, sources):
        return judged
    if not sources and criterion.kind is not CriterionKind.CUSTOM:
        sources = _from_pages(criterion, brief)
        decided = [s for s in sources if s.answer.verdict is not Verdict.UNKNOWN]
        if len({s.answer.verdict for s in decided}) == 1:
            return _judgement(criterion, _with_place(decided[0], brief), "")
        if decided:
            told = " and ".join(dict.fromkeys(s.label for s in decided))
            return Judgement(criterion.name, Verdict.UNKNOWN, f"Sources differ: {told} say different things.")
    if criterion.kind is CriterionKind.CUSTOM and criterion.url:
        return _from_url(criterion, brief)
    if sources:
        return Judgement(criterion.name, Verdict.UNKNOWN, sources[0].answer.reason)
    return Judgement(criterion.name, Verdict.UNKNOWN, _nothing_known(criterion, brief))


def unreadable(criterion: Criterion, own_columns: Sequence[str] = ()) -> str:
    """Why no lead can ever be judged by this criterion as it is written, and what to do; empty when one can.

    Args:
        own_columns: labels of the organisation's own columns, which a custom criterion may be named after.
    """
    criterion = told_by_details(criterion)
    if criterion.kind is not CriterionKind.CUSTOM:
        reason = _ask(criterion)("?").reason
        return reason if "could not be read" in reason else ""
    if criterion.fields or criterion.url or _names_a_column(criterion.name, own_columns):
        return ""
    return (
        "It is about nothing the analyst knows. Choose what it is about, say where the information is stored, or give "
        "a public page that answers it."
    )


def _names_a_column(name: str, own_columns: Sequence[str]) -> bool:
    columns = [f"{table.name}.{column}" for table in TABLES.values() for column in table.attributes]
    wanted = " ".join(stems(name))
    return any(_is_called(key, name) for key in columns) or wanted in {" ".join(stems(own)) for own in own_columns}


def judge_by_fields(criterion: Criterion, brief: Brief) -> Judgement | None:
    """Met or not met by what the lead's own fields say, or None where they say nothing that decides."""
    criterion = told_by_details(criterion)
    return _decided(criterion, _from_fields(criterion, brief))


def answer_to(criterion: Criterion, value: str) -> Answer:
    """What follows from one value that a text states, such as "over 12,000" or "New York, NY"."""
    return _vaguely(_ask(criterion), value)


def own_fields(criterion: Criterion, lead: Mapping[str, str]) -> tuple[str, ...]:
    """Names (``lead.jobtitle``) of the fields that the criterion is answered from."""
    if criterion.fields:
        return criterion.fields
    if criterion.kind is CriterionKind.LOCATION:
        return tuple(f"{table}.{column}" for table in ("lead", "account") for column in (*_PLACE, "location"))
    return _usual_keys(criterion, lead)


def _decided(criterion: Criterion, sources: Sequence[Source]) -> Judgement | None:
    decided = [s for s in sources if s.answer.verdict is not Verdict.UNKNOWN]
    return _judgement(criterion, decided[0], _dissent(decided)) if decided else None


def told_by_details(criterion: Criterion) -> Criterion:
    """A criterion with a name that says little ("Markets") is about what its details name."""
    if (
        criterion.kind is not CriterionKind.CUSTOM
        or criterion.fields
        or criterion.url
        or not says_little(criterion.name)
    ):
        return criterion
    places, trades = wanted_places(criterion.details), wanted_industries(criterion.details)
    where = len(places.included) + len(places.excluded) if places else 0
    what = len(trades.items) + len(trades.excluded) if trades else 0
    if not where and not what:
        return criterion
    return replace(criterion, kind=CriterionKind.LOCATION if where >= what else CriterionKind.INDUSTRY)


def _judgement(criterion: Criterion, source: Source, remark: str) -> Judgement:
    return Judgement(criterion.name, source.answer.verdict, source.answer.reason + remark, source.evidence)


def _with_place(source: Source, brief: Brief) -> Source:
    """The source with the place it was read at the end of its reason: "(Kroger's site)"."""
    evidence = source.evidence[0]
    host, own = pages.site_of({"lead.websiteurl": evidence.source}), pages.site_of(brief.lead)
    company = brief.lead.get("lead.companyname") or brief.lead.get("account.name") or "the company"
    where = (
        f"{company}'s site" if own and host == own else f"news, {host}" if evidence.kind is SourceKind.NEWS else host
    )
    reason = f"{source.answer.reason.rstrip('.')} ({where or source.label})."
    return replace(source, answer=Answer(source.answer.verdict, reason))


def _dissent(decided: Sequence[Source]) -> str:
    """The remark when another source says the opposite; the first one, the lead's own record, counts."""
    first = decided[0]
    other = next((s for s in decided[1:] if s.answer.verdict is not first.answer.verdict), None)
    return f" Sources differ: {other.label} says otherwise; {first.label} was used." if other else ""


def _nothing_known(criterion: Criterion, brief: Brief) -> str:
    if criterion.fields:
        return f"{', '.join(criterion.fields)} is empty or no longer there."
    if criterion.kind is CriterionKind.CUSTOM:
        return "No field says it. Map the criterion to a field, or give a public page to read."
    probe = _ask(criterion)("?")
    unreadable = "could not be read" in probe.reason
    return (
        probe.reason if unreadable else f"The lead has no {_NAMES[criterion.kind]}, and no page that was read says it."
    )


_NAMES = {
    CriterionKind.INDUSTRY: "industry",
    CriterionKind.EMPLOYEES: "number of employees",
    CriterionKind.REVENUE: "annual revenue",
    CriterionKind.ROLE: "job title",
    CriterionKind.LOCATION: "place",
}


def _ask(criterion: Criterion) -> Callable[[str], Answer]:
    name = criterion.name
    details = _with_bound(name, criterion.details)
    asks: dict[CriterionKind, Callable[[str], Answer]] = {
        CriterionKind.INDUSTRY: lambda value: judge_industry(details, value),
        CriterionKind.EMPLOYEES: lambda value: judge_size(details, value),
        CriterionKind.REVENUE: lambda value: judge_revenue(details, value, name),
        CriterionKind.ROLE: lambda value: judge_role(details, value),
        CriterionKind.LOCATION: lambda value: judge_location(details, line=value),
        CriterionKind.CUSTOM: lambda value: custom.judge_value(details, value),
    }
    return asks[criterion.kind]


_BOUND = re.compile(
    r"\b(?:(min(?:imum)?|at least|lowest|smallest|floor)|"
    r"(max(?:imum)?|at most|highest|largest|ceiling|cap|upper limit))\b",
    re.I,
)


def _with_bound(name: str, details: str) -> str:
    """A bare figure under "Minimum number of employees" is a lower bound, two under "(min/max)" are a range."""
    bound = _BOUND.search(name)
    if {bool(m[1]) for m in _BOUND.finditer(name)} == {True, False}:
        return re.sub(r"^(\W{0,3}\d[\d.,]*\s?\w{0,8})\s*[/;|]\s*(?=\W?\d)", r"\1 to ", details)
    bare = len(details) <= 40 and re.match(r"\W{0,3}\d", details) and not re.search(r"\bto\b|[-–+]", details)
    if not bound or not bare:
        return details
    return f"{'at least' if bound[1] else 'at most'} {details}"


def _from_fields(criterion: Criterion, brief: Brief) -> list[Source]:
    if criterion.kind is CriterionKind.LOCATION:
        return _places(criterion, brief)
    ask = _ask(criterion)
    keys = criterion.fields or _usual_keys(criterion, brief.lead)
    return [
        Source(ask(value), (field_evidence(brief, key),), key)
        for key in keys
        if (value := brief.lead.get(key, "").strip())
    ]


def _usual_keys(criterion: Criterion, lead: Mapping[str, str]) -> tuple[str, ...]:
    if criterion.kind is CriterionKind.CUSTOM:
        return tuple(k for k in lead if _is_called(k, criterion.name))
    tables = _TABLES_OF.get(criterion.kind, ("lead", "account"))
    return tuple(f"{table}.{column}" for table in tables for column in _USUAL[criterion.kind])


def _is_called(key: str, name: str) -> bool:
    """Does a column bear the criterion's name ("Tech stack" and lead.tech_stack)?"""
    table, _, column = key.partition(".")
    wanted = " ".join(stems(name))
    label = TABLES[table].attributes[column].label if table in TABLES and column in TABLES[table].attributes else ""
    return bool(wanted) and wanted in (" ".join(stems(column.replace("_", " "))), " ".join(stems(label)))


def _places(criterion: Criterion, brief: Brief) -> list[Source]:
    found: list[Source] = []
    if criterion.fields:
        by_column = {k.rsplit(".", 1)[-1]: k for k in criterion.fields if brief.lead.get(k)}
        keys = tuple(by_column[c] for c in _PLACE if c in by_column)
        rest = tuple(k for k in criterion.fields if brief.lead.get(k) and k not in keys)
        found += [s for k in rest if (s := _line(criterion, brief, k))]
        return found + ([_columns(criterion, brief, keys)] if keys else [])
    for table in ("lead", "account"):
        keys = tuple(f"{table}.{c}" for c in _PLACE if brief.lead.get(f"{table}.{c}", "").strip())
        if keys:
            found.append(_columns(criterion, brief, keys))
        elif source := _line(criterion, brief, f"{table}.location"):
            found.append(source)
    return found


def _line(criterion: Criterion, brief: Brief, key: str) -> Source | None:
    value = brief.lead.get(key, "").strip()
    if not value:
        return None
    return Source(judge_location(criterion.details, line=value), (field_evidence(brief, key),), key)


def _columns(criterion: Criterion, brief: Brief, keys: tuple[str, ...]) -> Source:
    parts = {k.rsplit(".", 1)[-1]: brief.lead[k].strip() for k in keys}
    answer = judge_location(
        criterion.details,
        city=parts.get("address1_city", ""),
        state=parts.get("address1_stateorprovince", ""),
        country=parts.get("address1_country", ""),
    )
    return Source(answer, tuple(field_evidence(brief, k) for k in keys), keys[0].split(".")[0] + " address")


def field_evidence(brief: Brief, key: str) -> Evidence:
    """Evidence that quotes a field of the lead."""
    passage = brief.passages.get(f"field:{key}")
    value = brief.lead[key].strip()
    if passage is None:
        return Evidence(f"field:{key}", SourceKind.FIELD, key, value, key)
    words = value if fold(value) in fold(passage.text) else passage.text
    return Evidence(passage.id, passage.kind, passage.source, words, passage.title, passage.date)


def _from_pages(criterion: Criterion, brief: Brief) -> list[Source]:
    ask = _ask(criterion)
    return [
        Source(
            _vaguely(ask, f.value), (_sentence_evidence(f.passage, f.sentence),), f.passage.title or f.passage.source
        )
        for f in pages.findings(criterion.kind, brief.lead, brief.passages)
    ]


def _vaguely(ask: Callable[[str], Answer], value: str) -> Answer:
    """A value such as "over 12,000" is 12,000 or somewhat more: the verdict must hold for both."""
    if not value.startswith("over "):
        return ask(value)
    low = ask(value.removeprefix("over "))
    return (
        low if low.verdict is Verdict.MET or ask(value).verdict is low.verdict else Answer(Verdict.UNKNOWN, low.reason)
    )


def _sentence_evidence(passage: Passage, sentence: str) -> Evidence:
    return Evidence(passage.id, passage.kind, passage.source, sentence, passage.title, passage.date)


def _from_url(criterion: Criterion, brief: Brief) -> Judgement:
    address = fill_address(criterion.url, brief.lead).rstrip("/")
    read = [p for p in brief.passages.values() if p.source.rstrip("/") == address]
    name = f"{criterion.name} {criterion.instructions}" if len(criterion.instructions) < 60 else criterion.name
    answer, passage, sentence = custom.judge_pages(name, criterion.details, read)
    evidence = (_sentence_evidence(passage, sentence),) if passage else ()
    reason = answer.reason if read else f"The page {address[:200]} was not read."
    return Judgement(criterion.name, answer.verdict, reason, evidence)


_EMBEDDED = re.compile(r"\{\{\s*(\w+)\.([^{}]{1,60}?)\s*\}\}")


def fill_address(url: str, lead: Mapping[str, str]) -> str:
    """The address with ``{{Lead.Company Name}}`` replaced by the lead's value."""

    def value(match: re.Match[str]) -> str:
        table = match[1].lower()
        attributes = TABLES[table].attributes.values() if table in TABLES else ()
        column = next((a.name for a in attributes if fold(match[2]) in (fold(a.label), a.name)), fold(match[2]))
        return lead.get(f"{table}.{column}", "")

    return _EMBEDDED.sub(value, url)
