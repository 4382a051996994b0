"""Answers of tools as sentences, for models that read text. Everything is in the typed answer too."""

from collections.abc import Iterable

from leadwright.mcp import answers as a

_NOTHING = "The agent has found nothing here yet."


def leads(said: a.LeadList) -> str:
    """One line a lead."""
    if not said.leads:
        return "There are no such leads among those you may see."
    lines = [
        f"- {_name(x.fullname, x.jobtitle, x.companyname)}: {x.stage or 'not with the agent'}"
        f"{f', fit {x.band}' if x.band else ''}, owner {x.owner or 'unknown'} (leadid {x.leadid})"
        for x in said.leads
    ]
    return "\n".join([*lines, *([f"There are more: call again with after = {said.next}"] if said.next else [])])


def account_research(said: a.AccountResearch) -> str:
    """Section by section."""
    lines = [f"# {said.companyname or 'No company'}", f"Signal: {said.signal or 'none'}"]
    for part in said.sections:
        lines += ["", f"## {part.title}", *_claims(part.statements)]
        lines += [f"What it means for the offering: {part.relation.text}"] if part.relation else []
    return "\n".join(lines if said.sections else [lines[0], _NOTHING])


def competitor_research(said: a.CompetitorResearch) -> str:
    """Competitor by competitor."""
    if not said.competitors:
        return f"No competitor is known for {said.companyname or 'this lead'}."
    lines: list[str] = []
    for rival in said.competitors:
        lines += [f"# {rival.name}", *_claims(rival.overview)]
        for part, claims in rival.swot.items():
            lines += [f"{part.capitalize()}:", *_claims(claims)] if claims else []
        lines += ["What to say:", *_claims(rival.talking_points)] if rival.talking_points else []
    return "\n".join(lines)


def engagement_summary(said: a.EngagementSummary) -> str:
    """Where it stands, then the mails."""
    lines = [said.headline, f"{said.sent} mails sent, {said.heard} answers. Interest: {said.interest or 'not known'}."]
    if said.next:
        lines.append(f"Next: {said.next}{f' ({said.due_at:%Y-%m-%d %H:%M} UTC)' if said.due_at else ''}")
    lines += [*said.summary, *(f"Open: {q}" for q in said.open_questions)]
    for mail in said.mails:
        when = f"{mail.at:%Y-%m-%d %H:%M} UTC" if mail.at else "not sent"
        lines.append(f"- {mail.direction}, {when}, {mail.kind}: {mail.subject}")
    return "\n".join(lines)


def assessment(said: a.Assessment) -> str:
    """Fit, criteria, BANT, rating."""
    share = f" ({said.share:.0%} of what is known)" if said.share is not None else ""
    lines = [f"Fit: {said.fit or 'not judged'}{share}, signal {said.signal or 'none'}."]
    lines += [f"- {c.criterion}{' (must have)' if c.must_have else ''}: {c.verdict}. {c.reason}" for c in said.criteria]
    lines += [f"- {f.factor}: {f.score}. {f.reason}".rstrip() for f in said.bant]
    lines.append(f"Interest: {said.interest or 'not known'}. Rating: {said.rating or 'none'}.")
    return "\n".join([*lines, *said.rating_reasons])


def research(said: a.LeadResearch) -> str:
    """Everything, in the order of the research page."""
    lines = [
        _name(said.fullname, said.jobtitle, said.companyname),
        f"Stage: {said.stage or 'not with the agent'}.",
        *said.reasons,
        "",
        assessment(said.assessment),
        "",
        account_research(said.company),
    ]
    lines += ["", f"Missing: {', '.join(said.missing)}."] if said.missing else []
    return "\n".join([*lines, *(f"Next: {step}" for step in said.next_actions)])


def outreach_draft(said: a.OutreachDraft) -> str:
    """The mail as it would be sent."""
    if said.body is None:
        return "There is no drafted email for this lead."
    hold = [f"A person must look at it first: {said.hold}", ""] if said.hold else []
    return "\n".join([*hold, f"Subject: {said.subject or ''}", "", said.body])


def summary(said: a.LeadSummary) -> str:
    """A paragraph."""
    lines = [
        f"{_name(said.fullname, said.jobtitle, said.companyname)}. Owner: {said.owner or 'unknown'}.",
        f"Stage: {said.stage or 'not with the agent'}, fit {said.fit or 'not judged'}, "
        f"signal {said.signal or 'none'}, rating {said.rating or 'none'}.",
    ]
    return "\n".join([*lines, *said.reasons, *(f"Next: {step}" for step in said.next_actions), said.link])


def outcome(said: a.Outcome) -> str:
    """What happened, and how to confirm."""
    if said.confirmation is None:
        return said.message
    return f"{said.message}\nAsk the person. If they agree, call again with confirmation = {said.confirmation}"


def _name(fullname: str | None, jobtitle: str | None, company: str | None) -> str:
    return ", ".join(part for part in (fullname or "No name", jobtitle, company) if part)


def _claims(claims: Iterable[a.Claim]) -> list[str]:
    return [f"- {c.text}{_sources(c)}" for c in claims]


def _sources(claim: a.Claim) -> str:
    named = list(dict.fromkeys(e.title or e.source for e in claim.evidence))
    return f" [{'; '.join(named)}]" if named else ""
