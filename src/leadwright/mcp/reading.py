"""Reads what the tools answer, for one caller: the lead must be within their reach. Changes nothing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leadwright.db.findings import Findings, from_json, read_statements
from leadwright.db.pages import lead_research, leads_grid
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.pages.leads_grid import Question
from leadwright.db.pages.thread_story import OurMail, Standing, TheirMail, read_thread
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, owners_reached, require
from leadwright.mcp import answers
from leadwright.services import Services


@dataclass(frozen=True, slots=True)
class Known:
    """A lead with what the agent found; `run` is None when it never worked on it."""

    lead: Any
    run: Any
    findings: Findings


def leads(services: Services, who: Principal, stage: str, search: str, after: str) -> answers.LeadList:
    """Fifty leads the caller may read.

    Raises:
        NotAllowed: prvReadLead is missing.
        BadInput: there is no such stage.
    """
    require(who, "prvReadLead")
    if stage and stage not in list(Stage):
        raise BadInput(f"There is no stage {stage[:40]!r}. Give one of: {', '.join(Stage)}.", field="stage")
    owners, unit = owners_reached(who, "prvReadLead")
    question = Question(
        owners=owners,
        unit=unit,
        stages=(stage,) if stage else (),
        search=search[:100],
        after=read_key(after, moment=True) if after else None,
    )
    page = leads_grid.read(services.database, question)
    shown = [answers.LeadLine.model_validate(row) for row in page.rows]
    last = shown[-1] if shown and page.after else None
    return answers.LeadList(leads=shown, next=write_key(last.createdon, last.leadid) if last else None)


def account_research(services: Services, who: Principal, leadid: str) -> answers.AccountResearch:
    """Overview, finances and news of the lead's company."""
    with services.database.reading() as session:
        return _company(_known(session, who, leadid))


def competitor_research(services: Services, who: Principal, leadid: str) -> answers.CompetitorResearch:
    """Each competitor with strengths, weaknesses and what to say."""
    with services.database.reading() as session:
        known = _known(session, who, leadid)
    rivals = [answers.Rival.model_validate(c) for c in known.findings.competitors]
    return answers.CompetitorResearch(leadid=leadid, companyname=known.lead.companyname, competitors=rivals)


def engagement_summary(services: Services, who: Principal, leadid: str) -> answers.EngagementSummary:
    """Where the conversation stands, and its mails."""
    with services.database.reading() as session:
        _known(session, who, leadid)
        thread = read_thread(session, leadid)
    at: Standing | None = thread.standing
    mails = [
        answers.MailLine(
            direction="out" if isinstance(m, OurMail) else "in", at=m.at, subject=m.subject, kind=str(m.kind or "")
        )
        for m in thread.items
        if isinstance(m, OurMail | TheirMail)
    ]
    return answers.EngagementSummary(
        leadid=leadid,
        state=str(at.state) if at else None,
        headline=at.headline if at else "The agent has not written to this lead.",
        next=at.next if at else "",
        due_at=at.due_at if at else None,
        sent=at.sent if at else sum(m.direction == "out" and m.at is not None for m in mails),
        heard=at.heard if at else sum(m.direction == "in" for m in mails),
        interest=_interest(at),
        summary=list(at.summary) if at else [],
        open_questions=list(at.open_questions) if at else [],
        mails=mails,
    )


def assessment(services: Services, who: Principal, leadid: str) -> answers.Assessment:
    """Fit with its criteria, BANT, interest and rating."""
    with services.database.reading() as session:
        known = _known(session, who, leadid)
        return _assessment(known, read_thread(session, leadid).standing)


def research(services: Services, who: Principal, leadid: str) -> answers.LeadResearch:
    """Everything of the research page."""
    with services.database.reading() as session:
        known = _known(session, who, leadid)
        judged = _assessment(known, read_thread(session, leadid).standing)
    lead, found = known.lead, known.findings
    return answers.LeadResearch(
        leadid=leadid,
        fullname=lead.fullname,
        jobtitle=lead.jobtitle,
        companyname=lead.companyname,
        stage=known.run.stage if known.run else None,
        reasons=_reasons(known),
        email=dict(found.email),
        missing=list(found.missing),
        next_actions=list(found.next_actions),
        assessment=judged,
        company=_company(known),
    )


def outreach_draft(services: Services, who: Principal, leadid: str) -> answers.OutreachDraft:
    """The newest mail that is still a draft."""
    with services.database.reading() as session:
        known = _known(session, who, leadid)
        mail = lead_research.draft(session, leadid, known.run.runid if known.run else None, who.id)
    if mail is None:
        return answers.OutreachDraft(leadid=leadid, subject=None, body=None, hold=None, paragraphs=[])
    said = [answers.Claim.model_validate(p) for p in read_statements(mail.lw_paragraphs or [])]
    return answers.OutreachDraft(
        leadid=leadid, subject=mail.subject, body=mail.description, hold=mail.lw_hold, paragraphs=said
    )


def summary(services: Services, who: Principal, leadid: str) -> answers.LeadSummary:
    """The lead in short."""
    with services.database.reading() as session:
        known = _known(session, who, leadid)
    lead, run = known.lead, known.run
    return answers.LeadSummary(
        leadid=leadid,
        fullname=lead.fullname,
        jobtitle=lead.jobtitle,
        companyname=lead.companyname,
        owner=lead.owner,
        stage=run.stage if run else None,
        fit=run.band if run else None,
        signal=run.signal if run else None,
        rating=known.findings.rating,
        reasons=_reasons(known),
        next_actions=list(known.findings.next_actions),
        link=f"{services.settings.address.rstrip('/')}/leads/{leadid}",
    )


def _known(session: Session, who: Principal, leadid: str) -> Known:
    """The lead, when the caller may read it; a lead out of reach is told from none by nobody.

    Raises:
        NotAllowed: prvReadLead is missing altogether.
        NotFound: there is none, or it is somebody else's.
    """
    require(who, "prvReadLead")
    lead = lead_research.lead(session, leadid[:36])
    owners, unit = owners_reached(who, "prvReadLead")
    mine = lead is not None and (owners is None or lead.ownerid in owners or (unit and lead.owningbusinessunit == unit))
    if not mine:
        raise NotFound("There is no such lead among those you may see. list_leads gives the ids you may use.")
    run = lead_research.newest_run(session, leadid)
    return Known(lead, run, from_json((run.findings if run else None) or {}))


def _company(known: Known) -> answers.AccountResearch:
    run = known.run
    return answers.AccountResearch(
        leadid=known.lead.leadid,
        companyname=known.lead.companyname,
        accountid=known.lead.parentaccountid,
        signal=run.signal if run else None,
        researched_at=run.researchedon if run else None,
        sections=[answers.Section.model_validate(i) for i in known.findings.insights],
    )


def _assessment(known: Known, at: Standing | None) -> answers.Assessment:
    run, found = known.run, known.findings
    criteria = [
        answers.Criterion(
            criterion=j.criterion,
            verdict=str(j.verdict),
            reason=j.reason,
            must_have=j.criterion in found.must_have,
            evidence=[answers.Source.model_validate(e) for e in j.evidence],
        )
        for j in found.judgements
    ]
    factors = at.bant if at else ()
    return answers.Assessment(
        leadid=known.lead.leadid,
        fit=run.band if run else None,
        share=run.share if run else None,
        signal=run.signal if run else None,
        criteria=criteria,
        bant=[answers.Factor(factor=str(f.factor), score=str(f.score), reason=f.reason) for f in factors],
        interest=_interest(at),
        rating=found.rating,
        rating_reasons=list(found.rating_reasons),
    )


def _interest(at: Standing | None) -> str | None:
    if at is None:
        return None
    said = at.interest
    return " ".join(str(part) for part in (said.polarity, said.confidence) if part)


def _reasons(known: Known) -> list[str]:
    return list(known.run.reasons or []) if known.run else ["The agent has not worked on this lead."]
