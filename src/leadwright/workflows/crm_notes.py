"""Notes on a lead in an outside CRM, put into its outbox: what research found, what came of a conversation."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.mirror_writes import goes_out, put_note
from leadwright.db.sales import Lead
from leadwright.domain.engagement import LABELS
from leadwright.domain.lead_notes import Part, note_of, verdict_lines
from leadwright.domain.optionsets import label
from leadwright.domain.rating import Rating
from leadwright.domain.readiness import Told, next_actions, open_questions, summary_of
from leadwright.domain.stage import Stage
from leadwright.workflows.crm_agent_tables import put_handover, put_result
from leadwright.workflows.judging import Result

_TITLES = {
    Stage.HANDED_OVER: "handed over by the agent",
    Stage.DISQUALIFIED: "disqualified by the agent",
    Stage.ENGAGED: "researched by the agent, which writes to it next",
}


def note_research(session: Session, run: LeadRun, lead: Lead, result: Result) -> None:
    """What research found and why it ended so; nothing while the run is not at one of its ends."""
    stage = Stage(run.stage)
    if stage not in _TITLES or not goes_out(session):
        return
    found, fit = result.found, result.fit
    share = f", {fit.share:.0%} of what is known" if fit.share is not None else ""
    first = f"Fit {fit.band} ({fit.signal} signal{share}). Rating {label(result.rating.value)}."
    parts = [
        Part("Why", run.reasons),
        Part("Ideal customer profile", verdict_lines(fit.judgements)),
        Part("Rating", result.rating.reasons),
        *(Part(i.title, [s.text for s in i.statements]) for i in found.insights),
        Part("Competitors", [c.name for c in found.competitors]),
        Part("Missing in the record", found.missing),
        Part("Next", result.decision.next_actions),
    ]
    key = f"note:research:{run.runid}"
    put_note(session, lead.leadid, key, f"Research: {_TITLES[stage]}", note_of(first, parts))
    put_result(session, run, lead, result)
    if stage is Stage.HANDED_OVER:
        put_handover(session, run, lead, None, result.decision.next_actions)


def note_conversation(
    session: Session, run: LeadRun, lead: Lead, told: Told, reasons: Sequence[str], rating: Rating
) -> None:
    """What came of a conversation: handed over or disqualified, with what is known and what to do."""
    stage = Stage(run.stage)
    if stage not in _TITLES or not goes_out(session):
        return
    parts = [
        Part("Why", reasons),
        Part("What is known", summary_of(told)),
        Part("Open", open_questions(told)),
        Part("Rating", rating.reasons),
        Part("Next", next_actions(told)),
    ]
    key = f"note:conversation:{run.runid}"
    title = f"Conversation: {_TITLES[stage]}"
    put_note(session, lead.leadid, key, title, note_of(f"{LABELS[told.outcome]}.", parts))
    if stage is Stage.HANDED_OVER:
        put_handover(session, run, lead, told.interest.polarity, next_actions(told))
