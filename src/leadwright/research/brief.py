"""Puts together all that may be known of one lead for judging, and what its first mail may use. Judges nothing.

Both briefs hold this lead's fields, its company's stored passages and the admin's knowledge, and no other lead's.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from leadwright.analyst import Brief, MailBrief, Offering, Reading
from leadwright.db.sales import Lead
from leadwright.domain.company_name import company_shown
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.greeting import greeted_name, names_person
from leadwright.domain.outreach import without_reply_marks
from leadwright.research import fulltext
from leadwright.research.company import Company, research_company, without_namesakes
from leadwright.research.company_names import is_same_name, names_company
from leadwright.research.competitors import choose_competitors, known_of, our_market
from leadwright.research.criterion_pages import criterion_passages, told
from leadwright.research.dossier import Dossier
from leadwright.research.fields import PERSONAL, Records, field_passages, field_text, field_texts, template_values
from leadwright.research.knowledge import retrieve
from leadwright.research.means import Means
from leadwright.research.search import NoSearch
from leadwright.research.telling import telling, within_budget
from leadwright.research.untrusted import line


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
    """The brief of a lead and how it came about.

    Args:
        company: what is known of its company, for the first mail.
        partial: something outside could not be had.
    """

    brief: Brief
    steps: list[StepRecord]
    company: tuple[Passage, ...]
    partial: bool


def gather(means: Means, dossier: Dossier) -> Gathered:
    """Research a lead and put its brief together.

    1. Fields of the lead and of its linked records. 2. Its company, from the shared store or the web. 3. Pages of
    custom criteria. 4. Competitors by the counting rule, with what is known of them. 5. The research knowledge.
    A part that fails makes the result partial; nothing of it is invented. Safe to repeat.
    """
    steps = list[StepRecord]()
    mapped = [name for c in dossier.criteria for name in c.fields]
    texts = field_texts(dossier.records, mapped)
    company = _company(means, dossier, steps)
    pages = _criterion_pages(means, dossier, steps)
    names, competitors = _competitors(means, dossier, company, steps)
    knowledge = _knowledge(means, dossier, texts, steps)
    chosen = within_budget([*pages, *telling(company), *competitors, *knowledge])
    brief = Brief(
        key=dossier.key,
        lead=texts,
        passages={**field_passages(texts), **{p.id: p for p in chosen}},
        criteria=tuple(
            replace(c, instructions=told(c.instructions, dossier.records)) if "{{" in c.instructions else c
            for c in dossier.criteria
        ),
        offering=dossier.offering,
        competitors=names,
    )
    return Gathered(brief, steps, company, any(s.state in ("partial", "failed") for s in steps))


def mail_brief(means: Means, dossier: Dossier, company: Sequence[Passage], reading: Reading) -> MailBrief:
    """What the first mail may use: fields, the company's own passages and the outreach knowledge; no other set.

    Args:
        company: as gathered.
    """
    lead, email, offering = dossier.records.lead, dossier.configuration.email, dossier.offering
    called, records = company_shown(line(lead.companyname, 100)), _of_one_company(dossier.records)
    usual = field_texts(records)
    city = usual.get("lead.address1_city") or usual.get("account.address1_city", "")
    told = without_namesakes(dossier.company, company, city)
    told = [p for p in told if email.use_news or p.kind is not SourceKind.NEWS]
    with means.database.reading() as session:
        query = f"{offering.value_proposition} {usual.get('lead.industry', '')} {lead.subject or ''}"
        outreach = retrieve(session, "outreach", query, 4, embedding=means.embedding)
    said = {**usual, **{name: field_text(records, name) for name in email.fields}, "lead.companyname": called}
    allowed = {name: text for name in email.fields if (text := said[name])}
    shown = {name: text for name, text in said.items() if text and name.partition(".")[2] not in PERSONAL}
    return MailBrief(
        key=dossier.key,
        greeting_name=first_name(lead),
        topic=_topic(lead),
        company=called,
        lead=allowed,
        reading=reading,
        passages={
            **field_passages(shown),
            **{p.id: p for p in within_budget([*telling(told), *outreach])},
            **_sold(offering),
        },
        offering=offering,
        tone=email.tone,
        instructions="\n".join(email.instructions),
        use_news=email.use_news,
        template=template_values(records, f"{email.fixed_subject}\n{email.fixed_body}"),
    )


def _sold(offering: Offering) -> dict[str, Passage]:
    """What the settings say of our products, so that a claim in a mail can quote it."""
    told = {"value_proposition": offering.value_proposition, "benefits": offering.benefits}
    ids = {f"offering:{name}": text for name, text in told.items() if text.strip()}
    return {i: Passage(i, SourceKind.KNOWLEDGE, "settings", "Settings: Products", text) for i, text in ids.items()}


@contextmanager
def _step(steps: list[StepRecord], name: str, **inputs: Any) -> Iterator[StepRecord]:
    record, began = StepRecord(name, inputs=inputs), time.perf_counter()
    try:
        yield record
    finally:
        record.seconds = round(time.perf_counter() - began, 4)
        steps.append(record)


def _company(means: Means, dossier: Dossier, steps: list[StepRecord]) -> tuple[Passage, ...]:
    company = dossier.company
    with _step(steps, "company", company=company.name, domain=company.domain, website=company.website) as step:
        subject = research_company(means, company, dossier.key)
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


def _criterion_pages(means: Means, dossier: Dossier, steps: list[StepRecord]) -> list[Passage]:
    asked = [c for c in dossier.criteria if c.url]
    if not asked:
        return []
    found: list[Passage] = []
    with _step(steps, "criterion_pages", criteria=[c.name for c in asked]) as step:
        problems, unread = list[str](), 0
        for criterion in asked:
            passages, problem, was_read = criterion_passages(means, criterion, dossier.records, dossier.key)
            unread += not was_read
            found += passages
            problems += [problem] if problem else []
        step.outputs = {"passages": len(found), "sources": list(dict.fromkeys(p.source for p in found))}
        if unread:
            step.outputs["never_read"] = unread
        step.detail = " ".join(problems)
        step.state = ("partial" if found else "failed") if problems else "done"
    return found


def _competitors(
    means: Means, dossier: Dossier, company: Sequence[Passage], steps: list[StepRecord]
) -> tuple[tuple[str, ...], list[Passage]]:
    with _step(steps, "competitors") as step:
        market = our_market(means, dossier.offering, dossier.key)
        with means.database.reading() as session:
            choice = choose_competitors(
                session, dossier.records.lead, dossier.configuration, company, market.passages if market else ()
            )
        found: list[Passage] = []
        problems = [market.detail] if market and market.detail else []
        for name in choice.names:
            passages, problem = known_of(means, name, dossier.offering, dossier.key)
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


def _knowledge(means: Means, dossier: Dossier, texts: Mapping[str, str], steps: list[StepRecord]) -> list[Passage]:
    wanted = (dossier.offering.value_proposition, dossier.offering.benefits)
    about = " ".join([*wanted, texts.get("lead.industry", "")])
    query = " ".join([about, *(texts.get(f"lead.{c}", "") for c in ("subject", "jobtitle")), dossier.company.name])
    with _step(steps, "knowledge", terms=fulltext.terms(query)[:12]) as step:
        with means.database.reading() as session:
            found = retrieve(session, "research", query, 3, embedding=means.embedding, meaning=about)
        step.outputs = {"passages": len(found), "documents": list(dict.fromkeys(p.source for p in found))}
        if not found:
            step.state, step.detail = "skipped", "The research knowledge holds nothing about this."
    return found


def first_name(lead: Lead) -> str:
    """The name to greet by; anything that is not plainly a first name gives none, nor does the company's name."""
    first, last, full = line(lead.firstname, 50), line(lead.lastname, 50), line(lead.fullname, 160)
    is_company = names_company(f"{first} {last}" if first else full or last, lead.companyname or "")
    return "" if is_company else greeted_name(first, last, full)


def _of_one_company(records: Records) -> Records:
    """Without an account of another name, such as the parent with the same domain: its facts are not the lead's."""
    account, name = records.account, company_shown(records.lead.companyname or "")
    another = account is not None and name != "" and not is_same_name(account.name, name)
    return replace(records, account=None) if another else records


def _topic(lead: Lead) -> str:
    """The topic as a first mail may have it: no marks of a reply, and empty when it names the lead itself."""
    topic = without_reply_marks(line(lead.subject, 200))
    named = names_person(topic, *(line(name, 160) for name in (lead.firstname, lead.lastname, lead.fullname)))
    return "" if named else topic
