"""Puts together all that may be known of one lead for judging, and what its first mail may use. Judges nothing.

Both briefs hold this lead's fields, its company's stored passages and the admin's knowledge, and no other lead's.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from leadwright.analyst import Brief, MailBrief, Offering, Reading
from leadwright.db.agent import AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.fit import Criterion
from leadwright.errors import NotFound
from leadwright.research import fulltext
from leadwright.research.company import Company, company_of, research_company, stored_passages
from leadwright.research.competitors import choose_competitors, known_of, our_market
from leadwright.research.criterion_pages import criterion_passages
from leadwright.research.fields import (
    PERSONAL,
    Records,
    field_passages,
    field_text,
    field_texts,
    label_of,
    read_records,
)
from leadwright.research.knowledge import retrieve
from leadwright.research.means import Means
from leadwright.research.search import NoSearch
from leadwright.research.untrusted import line

BUDGET = 7_600  # characters of passages in one brief, about 1,900 tokens; fields come on top and are short
_SHARES: Mapping[SourceKind, tuple[int, int]] = {  # most characters, most of one passage
    SourceKind.WEB: (3_000, 600),
    SourceKind.NEWS: (1_200, 400),
    SourceKind.SEARCH: (900, 300),
    SourceKind.KNOWLEDGE: (2_400, 700),
    SourceKind.CRM: (600, 300),
}
_TELLING = re.compile(
    r"\b(?:founded|headquarter\w*|employees|associates|people|customers|revenue|sales|profit|income|billion|million|"
    r"strateg\w*|priorit\w*|mission|vision|expan\w*|invest\w*|growth|products?|services?|brands?|stores?|plants?|markets?|"
    r"sustainab\w*|digital|initiative|plans?|will|20[23]\d)\b",
    re.IGNORECASE,
)


@dataclass
class StepRecord:
    """One line of "How was this generated?".

    Args:
        state: done, partial, failed or skipped.
        detail: what went wrong or why it was skipped, as a sentence.
        seconds: wall time.
    """

    name: str
    state: str = "done"
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Gathered:
    """The brief of a run and how it came about; `partial` when something outside could not be had."""

    brief: Brief
    steps: list[StepRecord]
    partial: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A lead that is only tried, with no run of its own.

    Args:
        key: journal key of what is asked about it, unique for this trial.
        configuration: what it is tried with.
    """

    key: str
    leadid: str
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class _Run:
    """What is read from the store at the start."""

    runid: str
    configuration: Configuration
    records: Records
    company: Company
    ownerid: str | None

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(c.criterion() for c in self.configuration.criteria)

    @property
    def offering(self) -> Offering:
        ours = self.configuration.company
        return Offering(ours.name, ours.website, ours.value_proposition, ours.benefits, ours.price_list)


def gather(means: Means, runid: str) -> Gathered:
    """Research the lead of a run and put its brief together.

    1. Fields of the lead and of its linked records. 2. Its company, from the shared store or the web. 3. Pages of
    custom criteria. 4. Competitors by the counting rule, with what is known of them. 5. The research knowledge.
    A part that fails makes the result partial; nothing of it is invented. Safe to repeat.

    Raises:
        NotFound: the run, its lead or its configuration is gone.
    """
    return _gathered(means, _read(means, runid))


def gather_trial(means: Means, trial: Trial) -> Gathered:
    """The same for a lead without a run.

    Raises:
        NotFound: the lead is gone.
    """
    return _gathered(means, _read_trial(means, trial))


def _gathered(means: Means, run: _Run) -> Gathered:
    steps = list[StepRecord]()
    mapped = [name for c in run.criteria for name in c.fields]
    texts = field_texts(run.records, mapped)
    company = _company(means, run, steps)
    pages = _criterion_pages(means, run, steps)
    names, competitors = _competitors(means, run, company, steps)
    knowledge = _knowledge(means, run, texts, steps)
    chosen = within_budget([*pages, *_telling(company), *competitors, *knowledge])
    brief = Brief(
        key=run.runid,
        lead=texts,
        passages={**field_passages(texts), **{p.id: p for p in chosen}},
        criteria=run.criteria,
        offering=run.offering,
        competitors=names,
    )
    return Gathered(brief, steps, any(s.state in ("partial", "failed") for s in steps))


def mail_brief(means: Means, runid: str, reading: Reading) -> MailBrief:
    """What the first mail may use: fields, the company's own passages and the outreach knowledge; no other set.

    Raises:
        NotFound: the run, its lead or its configuration is gone.
    """
    return _mail_brief(means, _read(means, runid), reading)


def mail_brief_trial(means: Means, trial: Trial, reading: Reading) -> MailBrief:
    """The same for a lead without a run.

    Raises:
        NotFound: the lead is gone.
    """
    return _mail_brief(means, _read_trial(means, trial), reading)


def _mail_brief(means: Means, run: _Run, reading: Reading) -> MailBrief:
    lead, email = run.records.lead, run.configuration.email
    usual = field_texts(run.records)
    stored = stored_passages(means, run.company)
    if not email.use_news:
        stored = tuple(p for p in stored if p.kind is not SourceKind.NEWS)
    with means.database.reading() as session:
        query = f"{run.offering.value_proposition} {usual.get('lead.industry', '')} {lead.subject or ''}"
        outreach = retrieve(session, "outreach", query, 4, embedding=means.embedding)
        sender = session.get(SystemUser, run.ownerid) if run.ownerid else None
    allowed = {name: text for name in email.fields if (text := field_text(run.records, name))}
    shown = {name: text for name, text in {**usual, **allowed}.items() if name.partition(".")[2] not in PERSONAL}
    return MailBrief(
        key=run.runid,
        greeting_name=_first_name(lead),
        topic=line(lead.subject, 200),
        company=line(lead.companyname, 100),
        lead=allowed,
        reading=reading,
        passages={
            **field_passages(shown),
            **{p.id: p for p in within_budget([*_telling(stored), *outreach])},
            **_sold(run.offering),
        },
        offering=run.offering,
        sender_name=line(sender.fullname, 160) if sender else "",
        tone=email.tone,
        instructions="\n".join(email.instructions),
        use_news=email.use_news,
    )


def _sold(offering: Offering) -> dict[str, Passage]:
    """What the settings say of our products, so that a claim in a mail can quote it."""
    told = {"value_proposition": offering.value_proposition, "benefits": offering.benefits}
    ids = {f"offering:{name}": text for name, text in told.items() if text.strip()}
    return {i: Passage(i, SourceKind.KNOWLEDGE, "settings", "Settings: Products", text) for i, text in ids.items()}


def within_budget(passages: Iterable[Passage], budget: int = BUDGET) -> list[Passage]:
    """As many of the passages, in their order, as fit: a share for each kind, each cut at a sentence where too long."""
    left = {kind: share for kind, (share, _) in _SHARES.items()}
    kept: list[Passage] = []
    for passage in passages:
        most = min(_SHARES[passage.kind][1], left[passage.kind], budget)
        text = _cut(passage.text, most)
        if len(text) < min(40, len(passage.text)):
            continue
        left[passage.kind] -= len(text)
        budget -= len(text)
        kept.append(Passage(passage.id, passage.kind, passage.source, passage.title, text, passage.date))
    return kept


@contextmanager
def _step(steps: list[StepRecord], name: str, **inputs: Any) -> Iterator[StepRecord]:
    record, began = StepRecord(name, inputs=inputs), time.perf_counter()
    try:
        yield record
    finally:
        record.seconds = round(time.perf_counter() - began, 4)
        steps.append(record)


def _read(means: Means, runid: str) -> _Run:
    with means.database.reading() as session:
        run = session.get(LeadRun, runid)
        lead = session.get(Lead, run.leadid) if run else None
        version = session.get(AgentVersion, (run.agentid, run.version)) if run else None
        if run is None or lead is None or version is None:
            raise NotFound("This run, its lead or its configuration does not exist any more.")
        configuration = Configuration.model_validate(version.configuration)
        records = read_records(session, lead)
        session.expunge_all()
    return _known(runid, configuration, records, run.ownerid)


def _read_trial(means: Means, trial: Trial) -> _Run:
    with means.database.reading() as session:
        lead = session.get(Lead, trial.leadid)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        records = read_records(session, lead)
        session.expunge_all()
    return _known(trial.key, trial.configuration, records, None)


def _known(runid: str, configuration: Configuration, records: Records, ownerid: str | None) -> _Run:
    lead, account = records.lead, records.account
    searched = [field_text(records, name if "." in name else f"lead.{name}") for name in _harmless(configuration)]
    company = company_of(
        lead.companyname or (account.name if account else None),
        lead.websiteurl or (account.websiteurl if account else None),
        lead.emailaddress1,
        chosen=tuple(filter(None, searched)),
    )
    return _Run(runid, configuration, records, company, ownerid)


def _harmless(configuration: Configuration) -> list[str]:
    """Columns that may go to a search provider: the admin's, but never a person's."""
    return [n for n in configuration.search_fields if n.rsplit(".", 1)[-1] not in PERSONAL]


def _company(means: Means, run: _Run, steps: list[StepRecord]) -> tuple[Passage, ...]:
    company = run.company
    with _step(steps, "company", company=company.name, domain=company.domain, website=company.website) as step:
        subject = research_company(means, company, run.runid)
        if subject is None:
            step.state = "skipped"
            step.detail = _why_not(means, company)
            return ()
        step.state, step.detail = subject.state, subject.detail
        step.inputs["search"] = means.search.name
        kinds = [str(p.kind) for p in subject.passages]
        step.outputs = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
        step.outputs |= {"sources": list(dict.fromkeys(p.source for p in subject.passages))[:20]}
        step.outputs |= {"reused": subject.reused}
        if subject.researched_at:
            step.outputs["researched_at"] = subject.researched_at.isoformat(timespec="seconds")
        return subject.passages


def _why_not(means: Means, company: Company) -> str:
    if not company.key:
        return "The lead names no company."
    if isinstance(means.search, NoSearch):
        return "No web-search provider is configured, and the lead names no web site that may be read."
    return "There was nothing to look for."


def _criterion_pages(means: Means, run: _Run, steps: list[StepRecord]) -> list[Passage]:
    asked = [c for c in run.criteria if c.url]
    if not asked:
        return []
    found: list[Passage] = []
    with _step(steps, "criterion_pages", criteria=[c.name for c in asked]) as step:
        problems: list[str] = []
        for criterion in asked:
            passages, problem = criterion_passages(means, criterion, run.records, run.runid)
            found += passages
            problems += [problem] if problem else []
        step.outputs = {"passages": len(found), "sources": list(dict.fromkeys(p.source for p in found))}
        step.detail = " ".join(problems)
        step.state = ("partial" if found else "failed") if problems else "done"
    return found


def _competitors(
    means: Means, run: _Run, company: Sequence[Passage], steps: list[StepRecord]
) -> tuple[tuple[str, ...], list[Passage]]:
    with _step(steps, "competitors") as step:
        market = our_market(means, run.offering, run.runid)
        with means.database.reading() as session:
            choice = choose_competitors(
                session, run.records.lead, run.configuration, company, market.passages if market else ()
            )
        found: list[Passage] = []
        problems = [market.detail] if market and market.detail else []
        for name in choice.names:
            passages, problem = known_of(means, name, run.offering, run.runid)
            found += [_about(name, p) for p in passages[:7]]
            problems += [problem] if problem else []
        step.outputs = {"chosen": list(choice.names), "reason": choice.reason, "passages": len(found)}
        step.detail = " ".join(dict.fromkeys(problems))
        step.state = "partial" if problems else "done" if choice.names else "skipped"
        if not choice.names and not problems:
            step.detail = choice.reason
    return choice.names, found


def _about(name: str, passage: Passage) -> Passage:
    """With the competitor's name in front of the title, so that its facts are never taken for the lead's."""
    title = passage.title if passage.title.startswith(f"{name}:") else f"{name}: {passage.title}"
    return Passage(passage.id, passage.kind, passage.source, title, passage.text, passage.date)


def _knowledge(means: Means, run: _Run, texts: Mapping[str, str], steps: list[StepRecord]) -> list[Passage]:
    wanted = (run.offering.value_proposition, run.offering.benefits)
    query = " ".join(
        [*wanted, *(texts.get(f"lead.{c}", "") for c in ("industry", "subject", "jobtitle")), run.company.name]
    )
    with _step(steps, "knowledge", terms=fulltext.terms(query)[:12]) as step:
        with means.database.reading() as session:
            found = retrieve(session, "research", query, 3, embedding=means.embedding)
        step.outputs = {"passages": len(found), "documents": list(dict.fromkeys(p.source for p in found))}
        if not found:
            step.state, step.detail = "skipped", "The research knowledge holds nothing about this."
    return found


def _telling(passages: Iterable[Passage]) -> list[Passage]:
    """The most telling first, news by date; what another passage says as well and mere page furniture left out."""
    kinds: dict[SourceKind, list[Passage]] = {}
    for passage in _each_once(passages):
        kinds.setdefault(passage.kind, []).append(passage)
    pages = kinds.get(SourceKind.WEB, [])
    news = sorted(kinds.get(SourceKind.NEWS, []), key=lambda p: p.date or "", reverse=True)
    telling = [p for p in pages if _weight(p)]
    return [*_in_turn(telling or pages, _weight), *news, *kinds.get(SourceKind.SEARCH, [])]


def _weight(passage: Passage) -> int:
    words = {w.casefold() for w in _TELLING.findall(passage.text)}
    return len(words) + (2 if words and re.search(r"\d", passage.text) else 0)


def _each_once(passages: Iterable[Passage]) -> list[Passage]:
    """Without passages whose words are all in another; the longer and, of equals, the first stays."""
    kept: list[tuple[Passage, str]] = []
    for passage in sorted(passages, key=lambda p: -len(p.text)):
        words = " ".join(passage.text.casefold().split()).rstrip(" .")
        if not any(words in known for _, known in kept):
            kept.append((passage, words))
    return [passage for passage, _ in kept]


def _in_turn(passages: Iterable[Passage], weight: Callable[[Passage], int]) -> list[Passage]:
    pages: dict[str, list[Passage]] = {}
    for passage in sorted(passages, key=weight, reverse=True):
        pages.setdefault(passage.source, []).append(passage)
    most = max((len(p) for p in pages.values()), default=0)
    return [page[n] for n in range(most) for page in pages.values() if n < len(page)]


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    if most < 40:
        return ""
    head = text[:most]
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s)", head)]
    return head[: ends[-1]] if ends and ends[-1] > most // 2 else head.rsplit(" ", 1)[0]


def _first_name(lead: Lead) -> str:
    """The name to greet by; anything that does not look like a name gives none."""
    name = line(lead.firstname, 50) or (line(lead.fullname, 160).split(" ") if lead.lastname else [""])[0]
    return name if re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ .'’-]){0,39}", name) else ""


__all__ = [
    "Gathered",
    "StepRecord",
    "Trial",
    "gather",
    "gather_trial",
    "label_of",
    "mail_brief",
    "mail_brief_trial",
    "within_budget",
]
