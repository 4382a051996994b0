"""What a decision about a reply does to its conversation: each move of `domain.replies`, in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.analyst.answering import AnswerBrief, write_answer
from leadwright.db.findings import read_statements
from leadwright.db.judgements import bant_to_json, interest_to_json
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.bant import Factor, qualifies
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.follow_up import return_of
from leadwright.domain.interest import Confidence, Polarity
from leadwright.domain.links import links_in, without_links
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailState, EmailStatus
from leadwright.domain.outreach import assemble, subject_line
from leadwright.domain.readiness import Told
from leadwright.domain.replies import Decision, Move, ReplyClass
from leadwright.domain.sending_window import zones_of
from leadwright.mail.compose import Thread, reply_subject
from leadwright.mail.headers import can_be_sent, earlier_ids
from leadwright.mail.outbox import cancel_waiting
from leadwright.mail.reading import Reading
from leadwright.research.brief import first_name
from leadwright.services import Services
from leadwright.workflows.conversation_ends import disqualify, hand_over
from leadwright.workflows.engagements import Conversation, Held, move_on, where_is
from leadwright.workflows.incoming import tell_owner
from leadwright.workflows.letters import Written, keep, last_of_thread, send, words_of_thread
from leadwright.workflows.reading_replies import Read, Unsent, doubtful_answer, unsent_answer
from leadwright.workflows.sending_rules import ANSWER
from leadwright.workflows.settle import arrived_after_all

_ANSWERS_A_DAY = 3  # to one lead; whoever asks more is a machine, or wants a person
_SOFT_BOUNCES = 3  # of one conversation, before a person looks
_PASSED_ON = (
    "A mail came back from somebody it was passed on to, and was not sent again: others behind the address may have it."
)
_AGAIN_AFTER = timedelta(days=1)  # a mail that came back for now


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that was decided about.

    Args:
        proven: its writer has a mail of ours, or one of the lead's addresses.
    """

    inboundid: str
    emailid: str
    mail: Reading
    read: Read
    decision: Decision
    proven: bool


def act(services: Services, session: Session, talk: Conversation, rows: Held, reply: Reply) -> None:
    """Do the one move that follows.

    Raises:
        Nobody: nobody can take the lead now.
        BadInput: an answer cannot be sent; the sentence says why.
    """
    decision = reply.decision
    match decision.move:
        case Move.HAND_OVER | Move.BLOCKED | Move.PROPOSE_CONTACT | Move.ESCALATE:
            hand_over(session, talk, rows, _told(talk, reply), decision.reasons)
        case Move.DISQUALIFY | Move.SUPPRESS:
            disqualify(session, talk, rows, _told(talk, reply), decision.reasons)
        case Move.ASK | Move.ANSWER:
            _answer(services, session, talk, rows, reply)
        case Move.WAIT:
            _wait(session, talk, rows, decision)
        case Move.SHOW:
            _show(session, talk, rows, reply)
        case _:
            return


def heard_of(rows: Held, reply: Reply, received: datetime) -> None:
    """What a person's mail changes in any case: it was heard, its judgement is the newest, nothing older goes out."""
    row, read = rows.engagement, reply.read
    if read.heard.trusted:  # what may be somebody else's counts for nothing
        row.heard, row.lastheardon = row.heard + 1, received
        row.interest, row.bant = interest_to_json(read.said.interest), bant_to_json(read.said.bant)


def stop_waiting(session: Session, rows: Held) -> None:
    """A mail of ours that has not left would come after theirs: it is cancelled, and what it asked was not asked."""
    row = rows.engagement
    if unsent := unsent_answer(session, row):
        row.asked = [factor for factor in row.asked if factor != unsent.ask]
        row.answers -= int(bool(unsent.answer))
    _cancel_waiting(session, rows, unsent, "The lead answered before it went out.")


def answer_after_all(services: Services, session: Session, talk: Conversation, rows: Held, draft: Email) -> bool:
    """The answer that was kept as this draft goes out, in its place of the thread. False: the draft is none."""
    unsent = unsent_answer(session, rows.engagement)
    if unsent is None:
        return False
    old = session.get_one(Outbox, unsent.outboxid)
    head, key = message_from_bytes(old.raw, policy=policy.default), old.businesskey
    old.businesskey = f"{key}:{old.outboxid}"
    outboxid = send(
        services, session, talk, rows, Written(draft.subject, draft.description, emailid=draft.activityid),
        businesskey=key, purpose=ANSWER,
        answers=Thread(str(head["In-Reply-To"]), str(head.get("References", "")), draft.subject),
    )  # fmt: skip
    move_on(rows, state=State.SENDING, step=Step.ANSWER, reason=_answering(unsent.ask))
    rows.engagement.outboxid = outboxid
    return True


def doubt_ended(session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    """A person said what became of a mail that the conversation has in hand as its answer, or went on without."""
    row = rows.engagement
    if row.outboxid != mail.outboxid:
        if mail.phase == Phase.SENT and mail.purpose != ANSWER:
            arrived_after_all(session, talk, rows, mail)
        return
    if row.state != State.PERSON:
        return
    row.outboxid = None
    if mail.phase == Phase.QUEUED:
        move_on(rows, state=State.SENDING, step=Step.ANSWER, reason=_answering(None))
        row.outboxid = mail.outboxid
    elif mail.phase == Phase.SENT:
        row.lastsenton = mail.concludedon


def outcome_of(decision: Decision, read: Read) -> Outcome:
    """How the conversation ends by that move."""
    interest, standing = read.said.interest, read.standing
    ends = {
        Move.BLOCKED: Outcome.BLOCKED,
        Move.PROPOSE_CONTACT: Outcome.REFERRAL,
        Move.ESCALATE: Outcome.ESCALATED,
        Move.SUPPRESS: Outcome.OPTED_OUT,
    }
    if decision.move in ends:
        return ends[decision.move]
    if decision.move is Move.DISQUALIFY:
        return Outcome.NOT_INTERESTED if interest.polarity is Polarity.NEGATIVE else Outcome.NOT_QUALIFIED
    if interest.polarity is not Polarity.POSITIVE:
        return Outcome.CLARIFY
    if not standing.bant_configured or qualifies(read.said.bant):
        return Outcome.QUALIFIED
    fast = interest.confidence is Confidence.HIGH and standing.fast_track
    return Outcome.FAST_TRACK if fast else Outcome.CLARIFY


def bounced(
    session: Session, talk: Conversation, rows: Held, mail: Outbox, said: str, *, forwarded: bool = False
) -> None:
    """A mail came back for now: the same words go out again a day later, a few times at most.

    Args:
        forwarded: it came back from somebody it was passed on to: others behind the address may have it already.
    """
    row = rows.engagement
    mail.bouncedon = rows.moment
    row.softbounces += 1
    email = session.get(Email, mail.emailid) if mail.emailid else None
    if email is None or mail.purpose == ANSWER or row.softbounces > _SOFT_BOUNCES:
        move_on(rows, state=State.PERSON, reason=f"A mail came back and was not sent again. {said}".strip())
        return
    if forwarded:
        move_on(rows, state=State.PERSON, reason=f"{_PASSED_ON} {said}".strip())
        return
    email.statuscode = int(EmailStatus.FAILED)
    row.sent = max(row.sent - 1, 0)
    words = Written(
        email.subject, email.description, read_statements(email.lw_paragraphs), names=email.lw_judgement or None
    )
    keep(session, talk, rows, words)
    step = Step.FOLLOW_UP if row.sent else Step.FIRST_MAIL
    reason = f"The mail came back for now and goes out again. {said}".strip()
    move_on(rows, state=State.DUE, step=step, due_at=rows.moment + _AGAIN_AFTER, reason=reason)


def _told(talk: Conversation, reply: Reply) -> Told:
    said = reply.read.said
    referral = (said.referral.name, said.referral.address) if said.referral else ("", "")
    outcome = outcome_of(reply.decision, reply.read)
    return Told(
        outcome,
        said.interest,
        said.bant,
        question=said.question if outcome in (Outcome.BLOCKED, Outcome.CLARIFY) else "",
        referral=referral if outcome is Outcome.REFERRAL else ("", ""),
        next_steps=talk.configuration.handoff.next_steps,
    )


def _retire_drafts(session: Session, rows: Held) -> None:
    """What was written before this answer came, and held or rejected, is said no more; its words stay to be read."""
    drafts = select(Email).where(
        Email.lw_threadid == rows.run.runid,
        Email.directioncode.is_(True),
        Email.statuscode == int(EmailStatus.DRAFT),
    )
    for draft in session.scalars(drafts.with_for_update()):
        draft.statecode, draft.statuscode = int(EmailState.CANCELED), int(EmailStatus.CANCELED)
        draft.modifiedon = rows.moment


def _answer(services: Services, session: Session, talk: Conversation, rows: Held, reply: Reply) -> None:
    """The quotes that answer, and one question. The recipient is the lead's address, whoever wrote."""
    row, decision, message = rows.engagement, reply.decision, reply.mail.message
    today = session.scalar(
        select(func.count()).where(
            Outbox.leadid == talk.leadid,
            Outbox.purpose == ANSWER,
            Outbox.phase.not_in((Phase.CANCELLED, Phase.SUPPRESSED)),
            Outbox.createdon > rows.moment - timedelta(days=1),
        )
    )
    if (today or 0) >= _ANSWERS_A_DAY:
        reason = f"The agent answered {today} times within a day and stops: a person should look."
        move_on(rows, state=State.PERSON, reason=reason)
        tell_owner(session, rows.lead, talk.configuration.assignment.supervisor, f"loop:{talk.runid}:{row.turn}",
                   "Many questions", reason)  # fmt: skip
        return
    _retire_drafts(session, rows)
    answer = reply.read.said.answer if decision.move is Move.ANSWER else ()
    before = words_of_thread(session, talk.runid)
    brief = AnswerBrief(reply.mail.new_text, first_name(rows.lead), answer, decision.ask, before)
    _, paragraphs = write_answer(brief)
    profile = talk.configuration.profile
    body = assemble([p.text for p in paragraphs], signature=profile.signature, other_terms=profile.other_terms)
    subject = subject_line(reply_subject(_subject(session, talk, message.subject))) or "Re:"
    thread = Thread(message.message_id or "", earlier_ids(message.references, message.in_reply_to), subject)
    outboxid = send(
        services, session, talk, rows, Written(subject, body, paragraphs),
        businesskey=f"answer:{talk.leadid}:{talk.number}:{reply.inboundid}", purpose=ANSWER, answers=thread,
    )  # fmt: skip
    if decision.ask:
        row.asked = [*row.asked, str(decision.ask)]
    row.answers += int(bool(answer))
    move_on(rows, state=State.SENDING, step=Step.ANSWER, reason=_answering(decision.ask))
    row.outboxid = outboxid


def _subject(session: Session, talk: Conversation, theirs: str) -> str:
    """Their subject; ours where theirs cannot be sent, or holds a link, which nobody is to read under our name."""
    usable = can_be_sent(theirs)
    ours = last_of_thread(session, talk.runid) if links_in(theirs) or not usable else None
    return ours.subject if ours else without_links(theirs) if usable else ""


def _answering(ask: Factor | None) -> str:
    return f"The answer is in the outbox; it asks about {ask.value}." if ask else "The answer is in the outbox."


def _wait(session: Session, talk: Conversation, rows: Held, decision: Decision) -> None:
    """Away: nothing goes out before the return date; without one the cadence stays."""
    row = rows.engagement
    if decision.until is None:
        return
    there = where_is(session, rows.lead, talk.configuration)
    zone = zones_of(rows.lead.lw_timezone, None, there.zones)[0]
    row.backat = max(at for at in (return_of(decision.until, zone), row.backat) if at)
    if row.state == State.DUE and row.dueat and row.dueat < row.backat:
        step = Step(row.step)
        patience = row.dueat - row.lastsenton if step is Step.NO_RESPONSE and row.lastsenton else timedelta()
        reason = f"Out of office until {decision.until:%Y-%m-%d}. {row.reason}"
        move_on(rows, state=State.DUE, step=step, due_at=row.backat + patience, reason=reason)


def _show(session: Session, talk: Conversation, rows: Held, reply: Reply) -> None:
    """Somebody else may have written: a person decides. One who has our mail stops what would go out next.

    What fails to show its sender stops nothing, but for a threat: after one that may be true nothing goes out.
    An answer of ours that may have arrived stays the conversation's: a person says in the outbox what became of it.
    """
    why = reply.decision.reasons[0]
    tell_owner(session, rows.lead, talk.configuration.assignment.supervisor, f"show:{reply.inboundid}",
               "Who wrote this", why)  # fmt: skip
    heard = reply.read.heard
    if reply.proven and (heard.authenticated is not False or heard.kind is ReplyClass.ESCALATE):
        unsent = unsent_answer(session, rows.engagement)
        kept = unsent.outboxid if unsent else doubtful_answer(session, rows.engagement)
        if unsent and rows.engagement.state == State.SENDING:
            _keep_answer(session, talk, rows, unsent, reply)
        _cancel_waiting(session, rows, unsent, "Somebody else wrote before it went out.")
        move_on(rows, state=State.PERSON, reason=f"{why} A person must say whether it counts as the lead's answer.")
        rows.engagement.outboxid = kept


def _keep_answer(session: Session, talk: Conversation, rows: Held, unsent: Unsent, reply: Reply) -> None:
    """What the lead asked is still to be answered: our answer waits as a draft for a look."""
    mail, sender = session.get_one(Outbox, unsent.outboxid), reply.mail.message.sender
    email = session.get_one(Email, mail.emailid)
    hold = f"{sender.address if sender else 'Somebody'} wrote meanwhile; look, then send."
    if mail.phase == Phase.HELD:
        hold = f"{hold} {mail.reason}"
    keep(
        session, talk, rows, Written(email.subject, email.description, read_statements(email.lw_paragraphs), hold=hold)
    )


def _cancel_waiting(session: Session, rows: Held, unsent: Unsent | None, why: str) -> None:
    """What waits in the outbox ends, and so does an answer that is held and cannot have arrived."""
    mail = session.get_one(Outbox, unsent.outboxid) if unsent else None
    if mail is not None and mail.phase == Phase.HELD:
        mail.phase = Phase.QUEUED
    cancel_waiting(session, rows.lead.leadid, why, rows.moment)
