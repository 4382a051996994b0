"""What became of a mail moves its conversation on: sent, refused, cancelled, or its recipient has left."""

from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, func, literal, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, defer

from leadwright.db.agent import Agent
from leadwright.db.engagement import Engagement
from leadwright.db.findings import read_statements
from leadwright.db.judgements import read_interest
from leadwright.db.mail import InboundMessage, Mailbox, Outbox, Suppression
from leadwright.db.sales import Email, Lead
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.follow_up import Next, end_of_silence, next_step
from leadwright.domain.mail_phase import ENDS, Phase
from leadwright.domain.optionsets import LeadStatus
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import ASKED, WHY, Reason
from leadwright.errors import Conflict, LeadwrightError
from leadwright.mail.bounce_phrases import HARD
from leadwright.mail.bounce_reasons import reason_in
from leadwright.mail.suppression import hold_recipient
from leadwright.mail.suppression import suppress as suppress_address
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import Elsewhere, Waits, change_lead, sign_in
from leadwright.workflows.conversation_ends import disqualify, return_to_owner, told_so_far
from leadwright.workflows.engagements import (
    Conversation,
    Held,
    cadence_of,
    lock_at_once,
    move_on,
)
from leadwright.workflows.incoming import tell_owner
from leadwright.workflows.letters import Written, keep, mail_of_step
from leadwright.workflows.names import RENAMED
from leadwright.workflows.sending_rules import ANSWER

_MOST = 200
_LATELY = timedelta(minutes=2)
# The mail that asked for it, while it is read, says itself how the conversation ends: it may hold a threat as well.
_BEING_READ = exists().where(
    InboundMessage.state == "new", Suppression.source == literal("inbound:").concat(InboundMessage.inboundmessageid)
)
_HAS_LEFT = (Suppression.scope == "", Suppression.reason.in_(ASKED), ~_BEING_READ)
_FAILED_LATE = (Outbox.phase == Phase.FAILED, Outbox.askon.is_not(None))  # taken by its platform, which then gave up
_log = structlog.get_logger(__name__)


def settle(services: Services, *, thorough: bool = True) -> int:
    """Bring every conversation in line with the outbox and with who has left. How many were moved. Safe to repeat.

    Args:
        thorough: look at each mail that is waited for. Else, between two thorough looks, only at those that left
            lately, which costs the same however many wait in the outbox.
    """
    with services.database.reading() as session:
        concluded = _concluded(session) if thorough else _left_lately(session, services.clock() - _LATELY)
        waiting = {**concluded, **_departed(session)}
    moved = 0
    for runid, agentid in waiting.items():
        try:
            moved += _settle(services, runid, agentid)
        except (Elsewhere, Waits):
            continue
        except LeadwrightError as error:
            _log.warning("a conversation could not be settled", run=runid, reason=str(error))
        except DBAPIError:
            raise  # the database is away: nothing else could be settled either
        except Exception:  # one that cannot be settled must not keep the others waiting
            _log.exception("a conversation could not be settled", run=runid)
    return moved


def settle_one(services: Services, runid: str | None) -> None:
    """The same for one conversation, before a mail about it is acted on: what left is counted first."""
    if runid is not None:
        with services.database.reading() as session:
            agentid = session.scalar(select(Engagement.agentid).where(Engagement.runid == runid))
        with suppress(Elsewhere, Waits):
            if agentid is not None:
                _settle(services, runid, agentid, waits=True)


def schedule_next(rows: Held, talk: Conversation, sent_at: datetime) -> None:
    """What follows when nobody answers the mail that left then."""
    row = rows.engagement
    due = next_step(sent_at, max(row.sent, 1), cadence_of(talk.configuration), row.backat)
    follow_up = due.what is Next.FOLLOW_UP
    if follow_up:
        reason = f"Follow-up {max(row.sent, 1)} goes out if no answer comes."
    elif end_of_silence(read_interest(row.interest)) is Outcome.NO_RESPONSE:
        reason = "If no answer comes until then, the lead is disqualified: no response."
    else:
        reason = "If no answer comes until then, a seller gets the lead: it has shown interest."
    step = Step.FOLLOW_UP if follow_up else Step.NO_RESPONSE
    move_on(rows, state=State.DUE, step=step, due_at=due.at, reason=reason)


def count_overtaken(session: Session, rows: Held) -> bool:
    """The mail of the coming step that the conversation went on without is counted, if it left or may have.

    One that may have arrived counts as sent: none of its step goes out beside it, and the next has words of its own.

    Returns:
        Whether there is one.

    Raises:
        Conflict: it is under way, and nobody can say yet.
    """
    mail = mail_of_step(session, rows.engagement, rows.run.number)
    if mail is None:
        return False
    if mail.phase not in ENDS:
        raise Conflict("A mail to this lead is leaving at this moment. Try again in a minute.")
    _count(rows, mail)
    return True


def arrived_after_all(session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    """A person says that a mail of the cadence arrived that the conversation went on without: it counts as any other.

    One that was counted already, because it may have arrived, moves nothing.
    """
    row, at = rows.engagement, _note_sent(session, talk, rows, mail)
    of_step = mail_of_step(session, row, rows.run.number)
    if of_step is None or of_step.outboxid != mail.outboxid:
        return
    _count(rows, mail)
    if row.state == State.DUE:
        schedule_next(rows, talk, row.lastsenton or at)


def hold_partner(session: Session, runid: str) -> None:
    """Before the lead, as a claim does, so that the two never wait for each other."""
    address = session.scalar(select(Engagement.address).where(Engagement.runid == runid))
    if address:
        hold_recipient(session, address)


def _concluded(session: Session) -> dict[str, str]:
    """Conversations whose mail came to its end, and whose they are."""
    query = (
        select(Engagement.runid, Engagement.agentid)
        .join(Outbox, Outbox.outboxid == Engagement.outboxid)
        .join(Agent, Agent.agentid == Engagement.agentid)
        .where(Engagement.state == State.SENDING, Outbox.phase.in_(ENDS), Agent.state.in_(runs.WORKING))
        .where(or_(Outbox.phase != Phase.HELD, Engagement.reason != Outbox.reason))
    )
    late = (
        select(Engagement.runid, Engagement.agentid)
        .join(Email, Email.lw_threadid == Engagement.runid)
        .join(Outbox, Outbox.emailid == Email.activityid)
        .join(Agent, Agent.agentid == Engagement.agentid)
        .where(*_FAILED_LATE, Engagement.state == State.DUE, Agent.state.in_(runs.WORKING))
    )
    found = dict(session.execute(query.order_by(Outbox.concludedon).limit(_MOST)).all())
    return found | dict(session.execute(late.limit(_MOST)).all())


def _left_lately(session: Session, since: datetime) -> dict[str, str]:
    """The same for mails that left since then, found by the index of the pace."""
    query = (
        select(Engagement.runid, Engagement.agentid)
        .join(Email, Email.lw_threadid == Engagement.runid)
        .join(Outbox, (Outbox.emailid == Email.activityid) & (Outbox.outboxid == Engagement.outboxid))
        .join(Agent, Agent.agentid == Engagement.agentid)
        .where(Outbox.mailboxid.in_(select(Mailbox.mailboxid)), Outbox.spenton > since, Outbox.phase == Phase.SENT)
        .where(Engagement.state == State.SENDING, Agent.state.in_(runs.WORKING))
    )
    return dict(session.execute(query.limit(_MOST)).all())


def _departed(session: Session) -> dict[str, str]:
    """Conversations whose partner asked, by click or otherwise, not to be written to, or whose lead says so."""
    left = exists().where(Suppression.hash == Engagement.addresshash, *_HAS_LEFT)
    says = exists().where(Lead.leadid == Engagement.leadid, Lead.donotemail)
    open_ = Engagement.state.in_((State.DUE, State.SENDING, State.PERSON))
    query = (
        select(Engagement.runid, Engagement.agentid)
        .join(Agent, Agent.agentid == Engagement.agentid)
        .where(open_, or_(left, says), Agent.state.in_(runs.WORKING))
        .order_by(Engagement.createdon)
    )
    return dict(session.execute(query.limit(_MOST)).all())


def _settle(services: Services, runid: str, agentid: str, *, waits: bool = False) -> bool:
    who = sign_in(services, agentid)
    # Lost with the power, it is done again: what it follows from, the end of a mail or a departure, is stored.
    with services.database.transaction(repeatable=True) as session:
        hold_partner(session, runid)
        talk, rows = lock_at_once(services, session, runid, who, services.clock(), waits=waits)
        if why := _left(session, rows):
            disqualify(session, talk, rows, told_so_far(talk, Outcome.OPTED_OUT), (why,))
            return True
        if rows.lead.donotemail:  # from a list, or from Dynamics 365
            why = "The lead does not allow emails."
            return_to_owner(session, talk, rows, Outcome.TAKEN_BACK, why, stage=Stage.CANCELLED)
            return True
        outboxid = rows.engagement.outboxid
        if rows.engagement.state == State.DUE:
            return _failed_late(services, session, talk, rows)
        sending = outboxid and rows.engagement.state == State.SENDING
        mail = session.get(Outbox, outboxid, options=[defer(Outbox.raw)]) if sending else None
        if mail is None or mail.phase not in ENDS:
            return False
        mail.askon = None if mail.phase == Phase.FAILED else mail.askon
        _follow(services, session, talk, rows, mail)
        return True


def _failed_late(services: Services, session: Session, talk: Conversation, rows: Held) -> bool:
    """Its platform took a mail and then gave up: it did not leave after all."""
    query = select(Outbox).join(Email, Email.activityid == Outbox.emailid).options(defer(Outbox.raw))
    mail = session.scalars(query.where(*_FAILED_LATE, Email.lw_threadid == talk.runid).limit(1)).first()
    if mail is None:
        return False
    mail.askon, row = None, rows.engagement
    if mail.purpose != ANSWER:
        row.sent = max(row.sent - 1, 0)
    row.lastsenton = _last_sent(session, talk.runid)
    row.firstsenton = row.firstsenton if row.lastsenton else None
    _refused(services, session, talk, rows, mail)
    return True


def _last_sent(session: Session, runid: str) -> datetime | None:
    """When the newest mail of the conversation left, of those that did."""
    mine = (Email.lw_threadid == runid, Outbox.phase == Phase.SENT)
    return session.scalar(
        select(func.max(Outbox.concludedon)).join(Email, Email.activityid == Outbox.emailid).where(*mine)
    )


def _left(session: Session, rows: Held) -> str:
    reason = session.scalar(
        select(Suppression.reason).where(Suppression.hash == rows.engagement.addresshash, *_HAS_LEFT)
    )
    return WHY[Reason(reason)] if reason else ""


def _follow(services: Services, session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    match mail.phase:
        case Phase.SENT:
            _sent(session, talk, rows, mail)
        case Phase.HELD:
            rows.engagement.reason = mail.reason
        case Phase.SUPPRESSED if mail.reason == WHY[Reason.HARD_BOUNCE]:
            unreachable(services, session, talk, rows, mail.reason)
        case Phase.SUPPRESSED:
            disqualify(session, talk, rows, told_so_far(talk, Outcome.OPTED_OUT), (mail.reason,))
        case Phase.CANCELLED if mail.reason == RENAMED:
            _renamed(session, talk, rows, mail)
        case Phase.CANCELLED:
            return_to_owner(session, talk, rows, Outcome.TAKEN_BACK, mail.reason, stage=Stage.CANCELLED)
        case _:
            _refused(services, session, talk, rows, mail)


def _renamed(session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    """Written with names that are no more: a mail of the cadence is written again, any other words wait for a look."""
    row, email = rows.engagement, session.get(Email, mail.emailid) if mail.emailid else None
    if mail.purpose != ANSWER and (email is None or email.modifiedby == talk.who.id):
        move_on(rows, state=State.DUE, due_at=rows.moment, reason=f"{RENAMED} It is written again.")
        return
    why = f"{RENAMED} Look whether it calls them rightly, then save and send it."
    if email is not None:
        paragraphs = read_statements(email.lw_paragraphs)
        keep(session, talk, rows, Written(email.subject, email.description, paragraphs, hold=why))
    move_on(rows, state=State.PERSON, reason=why)
    row.outboxid = mail.outboxid if mail.purpose == ANSWER else None  # the answer that was cancelled and is a draft
    supervisor = talk.configuration.assignment.supervisor
    tell_owner(session, rows.lead, supervisor, f"renamed:{mail.outboxid}", "A mail waits for a look", why)


def _sent(session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    row, at = rows.engagement, _note_sent(session, talk, rows, mail)
    if row.step in (Step.FIRST_MAIL, Step.FOLLOW_UP):
        row.sent += 1
        row.firstsenton = row.firstsenton or at
    row.lastsenton = at
    schedule_next(rows, talk, at)


def _count(rows: Held, mail: Outbox) -> None:
    """Sent at the moment at which it was handed over, which may lie before a later mail of ours."""
    row, at = rows.engagement, mail.spenton or mail.concludedon or rows.moment
    row.sent += 1
    row.firstsenton = min(row.firstsenton or at, at)
    row.lastsenton = max(row.lastsenton or at, at)


def _note_sent(session: Session, talk: Conversation, rows: Held, mail: Outbox) -> datetime:
    """The activity says when the mail left, and the lead that it was contacted. That moment."""
    at = mail.concludedon or rows.moment
    if mail.emailid:
        session.execute(update(Email).where(Email.activityid == mail.emailid).values(senton=at))
    if rows.lead.statuscode == LeadStatus.NEW:
        change_lead(session, talk, rows, "lead.contacted", statuscode=int(LeadStatus.CONTACTED))
    return at


def _refused(services: Services, session: Session, talk: Conversation, rows: Held, mail: Outbox) -> None:
    """The server refused it: for the address, the lead goes back; for anything else a person looks."""
    if reason_in(mail.reason) in HARD:
        unreachable(services, session, talk, rows, mail.reason)
        return
    move_on(rows, state=State.PERSON, reason=f"The mail could not be sent. {mail.reason}")


def unreachable(services: Services, session: Session, talk: Conversation, rows: Held, said: str) -> None:
    """The address takes no mail: never written to again, and its owner from before corrects it."""
    address = rows.engagement.address
    suppress_address(session, address, reason=Reason.HARD_BOUNCE, source=f"run:{talk.runid}", clock=services.clock)
    change_lead(session, talk, rows, "lead.email_invalid", lw_emailstate="invalid")
    reason = f"The address {address} takes no mail. Correct it, then the agent takes the lead up again. {said}"
    return_to_owner(session, talk, rows, Outcome.UNREACHABLE, reason.strip())
