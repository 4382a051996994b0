"""The ends of a conversation, in the caller's transaction: handed over, disqualified, given back. Sends nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from leadwright.db.findings import from_json, to_json
from leadwright.db.judgements import read_bant, read_interest
from leadwright.domain.engagement import LABELS, Outcome, State
from leadwright.domain.fit import CriterionKind, weigh
from leadwright.domain.interest import Confidence, Polarity
from leadwright.domain.optionsets import LeadRating, LeadState, LeadStatus, NotificationIcon, label
from leadwright.domain.rating import Activity, Rating, rate
from leadwright.domain.readiness import Told, next_actions, open_questions, summary_of
from leadwright.domain.stage import Stage
from leadwright.errors import Conflict
from leadwright.mail.outbox import cancel_waiting
from leadwright.workflows.case import change_lead, lead_link, lead_name, notify
from leadwright.workflows.conclude import end_run, give_back
from leadwright.workflows.crm_notes import note_conversation
from leadwright.workflows.engagements import Conversation, Held, move_on
from leadwright.workflows.hand_over import Assigned, next_owner, why_nobody
from leadwright.workflows.opt_outs import spare_lead
from leadwright.workflows.rejection_audit import draw

_STATUS = {
    Outcome.OPTED_OUT: LeadStatus.CANNOT_CONTACT,
    Outcome.NO_RESPONSE: LeadStatus.LOST,
    Outcome.NOT_INTERESTED: LeadStatus.NO_LONGER_INTERESTED,
    Outcome.NOT_QUALIFIED: LeadStatus.LOST,
}
_QUIET = frozenset({Outcome.NO_RESPONSE})  # so many and so usual that nobody is told of each
_POINTS = {Confidence.HIGH: 3, Confidence.MEDIUM: 2, Confidence.LOW: 1}


class Nobody(Conflict):
    """No seller and no supervisor can take a lead of this agent now.

    Args:
        supervisor: of the assignment rule, who is told.
    """

    def __init__(self, why: str, agentid: str, supervisor: str | None) -> None:
        super().__init__(why)
        self.agentid, self.supervisor = agentid, supervisor


def hand_over(session: Session, talk: Conversation, rows: Held, told: Told, reasons: tuple[str, ...]) -> Assigned:
    """The lead goes to a seller by the assignment rule; what was escalated goes to the supervisor.

    Raises:
        Nobody: no seller is available and there is no supervisor. Nothing was changed.
    """
    rule = talk.configuration.assignment
    if told.outcome is Outcome.ESCALATED and rule.supervisor:
        rule = rule.model_copy(update={"sellers": [], "team": None, "keep_human_owner": False})
    owner = next_owner(session, talk.agentid, rule, rows.moment, previous=rows.run.previousownerid)
    if owner is None:
        why = why_nobody(session, talk.agentid, rule, rows.moment)
        raise Nobody(why, talk.agentid, talk.configuration.assignment.supervisor)
    rating = _rated(talk, rows)
    _end(session, talk, rows, Stage.HANDED_OVER, told, reasons, rating)
    rows.run.ownerid = owner.ownerid
    given: dict[str, object] = {"ownerid": owner.ownerid, "owningbusinessunit": owner.businessunitid}
    change_lead(
        session,
        talk,
        rows,
        "lead.handed_over",
        leadqualitycode=int(rating.value),
        lw_stage=str(Stage.HANDED_OVER),
        **given,
    )
    title = f"{LABELS[told.outcome]}: {lead_name(rows.lead)}"
    body = " ".join((*reasons[:2], *next_actions(told)[:1]))
    icon = NotificationIcon.WARNING if told.outcome is Outcome.ESCALATED else NotificationIcon.SUCCESS
    notify(session, owner.ownerid, f"handed_over:{talk.runid}", title, body, icon=icon, link=lead_link(talk.leadid))
    return owner


def disqualify(session: Session, talk: Conversation, rows: Held, told: Told, reasons: tuple[str, ...]) -> None:
    """The lead stays with the agent, disqualified; the supervisor is told, but not of each silence."""
    rating = _rated(talk, rows)
    _end(session, talk, rows, Stage.DISQUALIFIED, told, reasons, rating)
    values: dict[str, object] = {"donotemail": True} if told.outcome is Outcome.OPTED_OUT else {}
    change_lead(
        session,
        talk,
        rows,
        "lead.disqualified",
        statecode=int(LeadState.DISQUALIFIED),
        statuscode=int(_STATUS.get(told.outcome, LeadStatus.CANCELED)),
        leadqualitycode=int(LeadRating.COLD),
        lw_stage=str(Stage.DISQUALIFIED),
        **values,
    )
    if told.outcome not in _QUIET:
        title = f"{LABELS[told.outcome]}: {lead_name(rows.lead)}"
        supervisor, key = talk.configuration.assignment.supervisor, f"disqualified:{talk.runid}"
        notify(session, supervisor, key, title, " ".join(reasons[:2]), link=lead_link(talk.leadid))


def return_to_owner(
    session: Session, talk: Conversation, rows: Held, outcome: Outcome, reason: str, *, stage: Stage = Stage.RETURNED
) -> None:
    """The lead goes back to who owned it before, who is told with the reason."""
    _close(session, rows, outcome, reason)
    give_back(session, talk, rows, reason, stage)
    if stage is Stage.CANCELLED:
        title, key = f"The agent stopped writing: {lead_name(rows.lead)}", f"cancelled:{talk.runid}"
        notify(session, rows.run.ownerid, key, title, reason, link=lead_link(talk.leadid))


def _end(
    session: Session,
    talk: Conversation,
    rows: Held,
    stage: Stage,
    told: Told,
    reasons: tuple[str, ...],
    rating: Rating,
) -> None:
    run, row = rows.run, rows.engagement
    found = from_json(run.findings)
    conversation: dict[str, Any] = {
        "outcome": str(told.outcome),
        "summary": list(summary_of(told)),
        "open_questions": list(open_questions(told)),
        "question": told.question,
        "referral": {"name": told.referral[0], "address": told.referral[1]} if any(told.referral) else {},
        "mails": {"sent": row.sent + row.answers + len(row.asked), "heard": row.heard},
    }
    run.findings = to_json(
        replace(
            found,
            rating=label(rating.value) if stage is Stage.HANDED_OVER else label(LeadRating.COLD),
            rating_reasons=rating.reasons,
            next_actions=next_actions(told),
            conversation=conversation,
        )
    )
    run.rating = int(rating.value if stage is Stage.HANDED_OVER else LeadRating.COLD)
    run.interest = str(told.interest.polarity) if row.heard else None
    run.byperson = talk.who.kind != "agent"
    _close(session, rows, told.outcome, reasons[0])
    end_run(run, stage, reasons, rows.moment)
    draw(session, run, rows.moment)
    note_conversation(session, run, rows.lead, told, reasons, rating)


def _close(session: Session, rows: Held, outcome: Outcome, reason: str) -> None:
    """Nothing more goes out, and no earlier move counts any more."""
    rows.run.outcome = str(outcome)
    move_on(rows, state=State.ENDED, reason=reason)
    rows.engagement.endedon = rows.moment
    spare_lead(session, rows.lead, rows.engagement.addresshash, rows.moment)
    cancel_waiting(session, rows.lead.leadid, f"The conversation has ended: {LABELS[outcome]}.", rows.moment)


def _rated(talk: Conversation, rows: Held) -> Rating:
    """FIRE with what was said and done in the conversation."""
    row = rows.engagement
    criteria = tuple(c.criterion() for c in talk.configuration.criteria)
    fit = weigh(criteria, from_json(rows.run.findings).judgements)
    interest = read_interest(row.interest)
    last = max(at for at in (row.lastheardon, rows.lead.createdon) if at is not None)
    points = 0 if interest.polarity is Polarity.NEGATIVE else _POINTS.get(interest.confidence or Confidence.LOW, 1)
    intent = points if interest.polarity is not Polarity.UNDETECTED else None
    recent = row.heard if row.lastheardon and rows.moment - row.lastheardon <= timedelta(days=60) else 0
    activity = Activity((rows.moment - last).days, engagements=recent, intent=intent)
    return rate(fit, activity, roles=[c.name for c in criteria if c.kind is CriterionKind.ROLE])


def told_so_far(talk: Conversation, outcome: Outcome) -> Told:
    """What is known of a conversation that ends without a new mail."""
    row = talk.engagement
    return Told(
        outcome, read_interest(row.interest), read_bant(row.bant), next_steps=talk.configuration.handoff.next_steps
    )
