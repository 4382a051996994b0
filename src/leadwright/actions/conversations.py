"""What a person decides about a conversation of the agent. Each decision in one transaction; made twice, it is one."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions import no_mail
from leadwright.actions.conversation_rows import (
    decided,
    draft_again,
    given_lead,
    locked,
    open_draft,
    talk_of,
    visible,
    waiting_mail,
)
from leadwright.db.configuration import Assignment
from leadwright.db.mail import InboundMessage
from leadwright.db.pages.thread_story import Standing
from leadwright.db.sales import Email
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.sending_window import instant_of, zones_of
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.access import Principal, require
from leadwright.services import Services
from leadwright.workflows.case import configuration_of
from leadwright.workflows.conversation_ends import Nobody, disqualify, hand_over, told_so_far
from leadwright.workflows.engagements import Conversation, Held, move_on, where_is
from leadwright.workflows.letters import free_key, mail_of_step
from leadwright.workflows.moves import answer_after_all
from leadwright.workflows.names import names_of
from leadwright.workflows.reading_replies import doubtful_answer
from leadwright.workflows.settle import count_overtaken, schedule_next

NEEDS: dict[str, tuple[str, ...]] = {
    "send": ("prvWriteLead", "prvCreateActivity"),
    "their-answer": ("prvWriteLead", "prvWriteActivity"),
    "go-on": ("prvWriteLead",),
    "take-over": ("prvWriteLead", "prvAssignLead"),
    "stop": ("prvWriteLead",),
    "pause": ("prvWriteLead",),
    "do-not-write": no_mail.NEEDS,
    "referral": ("prvReadLead", "prvCreateLead"),
}
"""Decision -> the privileges it needs; those over leads must reach the lead."""
STOPS = (Outcome.NOT_INTERESTED, Outcome.NOT_QUALIFIED)
_LONGEST_PAUSE = timedelta(days=730)
_REASON_LENGTH = 500


def open_decisions(who: Principal, lead: Any, standing: Standing | None) -> frozenset[str]:
    """What this person may decide now. `lead` has owner and business unit."""
    has_address = bool(lead.emailaddress1)
    if standing is None:
        return frozenset(["do-not-write"] if has_address and _may(who, "do-not-write", lead) else [])
    left = lead.donotemail and standing.outcome is Outcome.OPTED_OUT
    waits = standing.state is State.PERSON
    draft = standing.draft
    possible = {
        "send": waits and draft is not None and not draft.lw_hold,
        "go-on": waits and draft is None and not standing.held,
        "their-answer": standing.state is not State.ENDED,
        **dict.fromkeys(("take-over", "stop", "pause"), standing.state is not State.ENDED),
        "do-not-write": standing.state is not State.ENDED or (has_address and not left),
        "referral": bool(standing.referral) and not standing.referral.get("leadid"),
    }
    return frozenset(name for name, yes in possible.items() if yes and _may(who, name, lead))


def send_held(services: Services, who: Principal, leadid: str) -> None:
    """The mail that waited for a look goes out: a person saved it, which settles what held it.

    Raises:
        NotFound, NotAllowed.
        Conflict: nothing waits, nobody has looked at it yet, or another mail is leaving at this moment.
    """
    with services.database.transaction() as session:
        rows = locked(session, who, leadid, NEEDS["send"], services.clock())
        if rows.engagement.state != State.PERSON:
            return
        draft = open_draft(session, rows)
        if draft is None:
            raise Conflict("No mail waits to be sent. Go on with the follow-ups, or take the lead over.")
        if draft.lw_hold:
            raise Conflict(f"Look at the mail first and save it: {draft.lw_hold}")
        draft.lw_judgement = names_of(rows.lead)  # whoever releases it has read it
        if not answer_after_all(services, session, talk_of(services, session, who, rows), rows, draft):
            count_overtaken(session, rows)
            free_key(session, rows)
            reason = f"{who.name} released the mail; it goes out next."
            move_on(rows, state=State.DUE, step=_step(rows), due_at=_not_before(rows), reason=reason)
        decided(session, who, rows, "lead.conversation_released", draft.subject)


def vouch(services: Services, who: Principal, leadid: str, emailid: str) -> None:
    """A mail that another address wrote, or whose sender could not be proven, counts as the lead's: it is read again.

    Raises:
        NotFound, NotAllowed.
        Conflict: the mail is not one that waits for this, or the conversation has ended.
    """
    with services.database.transaction() as session:
        visible(session, who, leadid, NEEDS["their-answer"])
        mail = session.scalar(select(InboundMessage).where(InboundMessage.emailid == emailid).with_for_update())
        email = session.get(Email, emailid)
        if mail is None or email is None or email.regardingobjectid != leadid or not email.lw_hold:
            raise Conflict("This mail does not wait for anybody to say whose it is. Load the page again.")
        if mail.vouchedby and mail.state == "new":
            return
        rows = locked(session, who, leadid, NEEDS["their-answer"], services.clock())
        mail.state, mail.vouchedby, mail.leadid, mail.dueat = "new", who.id, leadid, None
        mail.attempts += 1
        mail.reason = f"{who.name} says that it is the lead's answer; it is read again."
        email.lw_threadid = None  # its first reading counts no more; the next one takes its place
        rows.engagement.heard = max(rows.engagement.heard - 1, 0)
        if rows.engagement.state == State.PERSON:
            rows.engagement.reason = mail.reason
        decided(session, who, rows, "lead.conversation_vouched", f"{email.sender}: {email.subject}")


def go_on(services: Services, who: Principal, leadid: str) -> None:
    """Nobody's answer came after all, or what went wrong is mended: the follow-ups go on.

    Raises:
        NotFound, NotAllowed.
        Conflict: a mail of ours waits for a look first, is leaving, or nobody knows whether it arrived.
    """
    with services.database.transaction() as session:
        rows = locked(session, who, leadid, NEEDS["go-on"], services.clock())
        if rows.engagement.state != State.PERSON:
            return
        if open_draft(session, rows) is not None:
            raise Conflict("A mail waits for a look. Open it, save it, then choose Send it.")
        if doubtful_answer(session, rows.engagement) or _doubtful_step(session, rows):
            raise Conflict("Say in the outbox whether our mail arrived. Then the follow-ups can go on.")
        talk, row = talk_of(services, session, who, rows), rows.engagement
        count_overtaken(session, rows)
        if unsent := free_key(session, rows)[1]:
            draft_again(session, talk, rows, unsent)
        if row.lastsenton:
            schedule_next(rows, talk, row.lastsenton)
        else:
            reason = "The first mail goes out next."
            move_on(rows, state=State.DUE, step=Step.FIRST_MAIL, due_at=_not_before(rows), reason=reason)
        row.reason = f"{who.name} let the agent go on. {row.reason}"
        decided(session, who, rows, "lead.conversation_resumed", "")


def take_over(services: Services, who: Principal, leadid: str, *, by_rule: bool = False) -> str:
    """The lead goes to the person, or to a seller by the assignment rule; the agent writes nothing more.

    Returns:
        systemuserid of the new owner.

    Raises:
        NotFound, NotAllowed.
        Conflict: the conversation has ended, or nobody can take the lead.
    """
    with services.database.transaction() as session:
        owner = given_lead(session, who, leadid, Outcome.TAKEN_BACK)
        if owner:
            return owner
        rows = locked(session, who, leadid, NEEDS["take-over"], services.clock())
        talk = talk_of(services, session, who, rows)
        if not by_rule:
            talk = _to(talk, who)
        reason = f"{who.name} ended the conversation: a person goes on with this lead."
        try:
            return hand_over(session, talk, rows, told_so_far(talk, Outcome.TAKEN_BACK), (reason,)).ownerid
        except Nobody as error:
            if by_rule:
                raise
            raise Conflict(
                "The lead cannot go to you: you are marked as away, or none of your roles lets you open leads. "
                "Give it to a seller by the assignment rule instead."
            ) from error


def stop(services: Services, who: Principal, leadid: str, reason: str, outcome: str) -> None:
    """End the conversation and disqualify the lead, with the reason.

    Raises:
        NotFound, NotAllowed.
        BadInput: no reason, or another outcome than one of `STOPS`.
        Conflict: it has ended already, otherwise.
    """
    reason = " ".join(reason.split())[:_REASON_LENGTH]
    if outcome not in STOPS:
        raise BadInput(f"Choose how it ends: {', '.join(STOPS)}.", field="outcome")
    if not reason:
        raise BadInput("Say why the lead is disqualified; it is kept with the lead.", field="reason")
    with services.database.transaction() as session:
        if given_lead(session, who, leadid, Outcome(outcome)):
            return
        rows = locked(session, who, leadid, NEEDS["stop"], services.clock())
        talk = talk_of(services, session, who, rows)
        disqualify(session, talk, rows, told_so_far(talk, Outcome(outcome)), (f"{who.name}: {reason}",))


def pause(services: Services, who: Principal, leadid: str, until: date) -> datetime:
    """Nothing goes out before that day, where the lead is. What comes in is acted on as ever.

    Returns:
        The moment from which mails may go out again.

    Raises:
        NotFound, NotAllowed.
        BadInput: a day that has come already, or is too far off.
        Conflict: the conversation has ended, or a mail is leaving at this moment.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        rows = locked(session, who, leadid, NEEDS["pause"], moment)
        row = rows.engagement
        there = where_is(session, rows.lead, configuration_of(services, session, rows.run))
        zone = zones_of(rows.lead.lw_timezone, None, there.zones)[0]
        at = instant_of(until, time(0), zone)
        if not moment < at <= moment + _LONGEST_PAUSE:
            raise BadInput("Choose a day after today, within the next two years.", field="until")
        said = f"{who.name} paused it until {until:%Y-%m-%d}."
        if row.state == State.SENDING:
            mail = waiting_mail(session, rows)
            if mail.phase == Phase.QUEUED:
                mail.dueat, mail.reason = max(mail.dueat, at), said
        elif row.state == State.DUE:
            due = max(row.dueat or at, at + _patience(rows))
            move_on(rows, state=State.DUE, step=Step(row.step), due_at=due, reason=f"{said} {row.reason}")
        row.backat = max(at, row.backat or at)
        row.pauseduntil = max(at, row.pauseduntil or at)
        decided(session, who, rows, "lead.conversation_paused", f"until {until:%Y-%m-%d}")
        return row.backat


def _doubtful_step(session: Session, rows: Held) -> bool:
    """Does nobody know whether the mail of the coming step arrived?"""
    mail = mail_of_step(session, rows.engagement, rows.run.number)
    return mail is not None and mail.phase == Phase.HELD


def _step(rows: Held) -> Step:
    return Step.FOLLOW_UP if rows.engagement.sent else Step.FIRST_MAIL


def _not_before(rows: Held) -> datetime:
    return max(rows.moment, rows.engagement.backat or rows.moment)


def _patience(rows: Held) -> timedelta:
    """Days the lead has left to answer our last mail; they are not lost while it is paused."""
    row = rows.engagement
    silent = row.step == Step.NO_RESPONSE and row.dueat and row.lastsenton
    return row.dueat - row.lastsenton if silent and row.dueat and row.lastsenton else timedelta()


def _to(talk: Conversation, who: Principal) -> Conversation:
    """The same conversation under a rule that names this person alone."""
    rule = Assignment(sellers=[who.id])
    return replace(talk, configuration=talk.configuration.model_copy(update={"assignment": rule}))


def _may(who: Principal, decision: str, lead: Any) -> bool:
    try:
        for privilege in NEEDS[decision]:
            require(who, privilege, lead if privilege.endswith("Lead") and privilege != "prvCreateLead" else None)
    except NotAllowed:
        return False
    return True
