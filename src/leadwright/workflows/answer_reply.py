"""One mail that came in: read, matched to its lead, judged, decided, acted on once. The order of steps, no rules."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.sales import Email, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.interest import Polarity, undetected
from leadwright.domain.replies import Decision, Move, ReplyClass, decide
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput, BadSetup, Conflict, MissingExtra, NotAllowed, OutsideError
from leadwright.identity.secrets import open_vault
from leadwright.mail.addresses import hash_address
from leadwright.mail.inbox import NOT_WHOLE
from leadwright.mail.matching import How, Match, addresses_of, lead_alone_at, match_linked, match_reply, match_tracked
from leadwright.mail.reader import Quarantine
from leadwright.mail.reading import Reading
from leadwright.mail.suppression import hold_recipient, hold_recipients
from leadwright.mail.unknown import prove_sent
from leadwright.mail.unsubscribe import Leaving, leaving_in
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import Waits, persons_change
from leadwright.workflows.conclude import alarm_all
from leadwright.workflows.conversation_ends import Nobody, return_to_owner
from leadwright.workflows.engagements import Conversation, Held, conversation_of, lock_any, move_on
from leadwright.workflows.incoming import (
    AWAY,
    Incoming,
    await_repair,
    close,
    close_only,
    judgement_of,
    keep_incoming,
    note_lead,
    put_aside,
    put_off,
    put_off_or_aside,
    retry_seconds,
    supervisor_of,
    suppress_for,
    take_up,
    tell_owner,
)
from leadwright.workflows.moves import Reply, act, heard_of, stop_waiting
from leadwright.workflows.opt_outs import spare_lead
from leadwright.workflows.reading_replies import Read, answer_both, answer_is_leaving, read_reply, unsent_answer
from leadwright.workflows.reports import act_on_report
from leadwright.workflows.research_lead import is_passing
from leadwright.workflows.settle import settle_one
from leadwright.workflows.steps import Step, Steps
from leadwright.workflows.unplaced import keep_unplaced

_HALTED_SECONDS = 300.0
_BESIDE_OUR_ANSWER = (Move.ASK, Move.ANSWER, Move.SHOW)  # what does not end the conversation
_READ_A_DAY = 12  # mails of one thread
_SAME_WORDS = 2  # times the same was said before it is a machine that says it
_BY_MACHINE = (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY)
_TRIES_OUTSIDE = len(runs.RETRY_SECONDS) + 1
_TRIES_PASSING = 60  # about an hour
_log = structlog.get_logger(__name__)


class _Again(Exception):
    """This mail is looked at once more, with how things stand then: the conversation was moved on while it was read."""

    def __init__(self, reason: str = "The conversation went on meanwhile.", seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


def answer_reply(services: Services, work: Incoming) -> None:
    """Act on one mail.

    1. **Parse** in a child process; what passes its limits is quarantined. 2. **Opt-out by rule**, before anything
    else, whether or not the agent works. 3. **Match** it to its lead. 4. **Judge** it in the light of the thread, one
    question at most. 5. **Decide** by rule. 6. **Act**, one transaction: activity, conversation, lead, outbox.

    Raises nothing that a mail causes. Safe to repeat: the row is closed in the transaction that acts.
    """
    try:
        _act_on(services, work)
    except _Again as again:
        put_off(services, work, str(again), seconds=again.seconds)
    except Waits:
        put_off(services, work, "The agent does not work now; the mail waits.", seconds=_HALTED_SECONDS)
    except NotAllowed as error:
        put_off(services, work, str(error), seconds=retry_seconds(0))
    except Nobody as error:
        put_off(services, work, str(error), seconds=runs.REPAIR_SECONDS[0])
        with services.database.transaction() as session:
            alarm_all(session, error.agentid, str(error), services.clock(), error.supervisor)
    except OutsideError as error:
        if error.installation:
            put_off(services, work, str(error), seconds=runs.REPAIR_SECONDS[0])
        else:
            seconds = max(retry_seconds(work.attempt), error.retry_after or 0.0)
            put_off_or_aside(services, work, str(error), seconds=seconds, tries=_TRIES_OUTSIDE)
    except (BadSetup, MissingExtra) as error:
        await_repair(services, work, str(error))
    except BadInput as error:
        put_off_or_aside(services, work, str(error), seconds=runs.REPAIR_SECONDS[0])
    except Conflict as error:
        put_off(services, work, str(error), seconds=runs.REPAIR_SECONDS[0])
    except Exception as error:
        if is_passing(error):
            _pass_over(services, work, error)
            return
        _log.exception("mail failed", inbound=work.inboundid)
        reason = f"Something unexpected went wrong ({type(error).__name__}). The log has the details."
        put_off_or_aside(services, work, reason, seconds=retry_seconds(work.attempt))


def _pass_over(services: Services, work: Incoming, error: Exception) -> None:
    """Another try soon. What the database refuses for an hour while it keeps our count, is refused for this mail."""
    reason = f"{AWAY} ({type(error).__name__})."
    seconds = runs.PASSING_SECONDS[min(work.attempt, len(runs.PASSING_SECONDS) - 1)]
    if isinstance(error, DBAPIError):
        put_off_or_aside(services, work, reason, seconds=seconds, tries=_TRIES_PASSING)
    else:
        put_off(services, work, reason, seconds=seconds)


def _act_on(services: Services, work: Incoming) -> None:
    with services.database.reading() as session:
        row = session.get(InboundMessage, work.inboundid)
        if row is None or row.state != "new" or row.attempts != work.attempt:
            return
        own = set(session.scalars(select(Mailbox.emailaddress)))
        session.expunge_all()
    if row.kind == NOT_WHOLE:
        put_aside(services, work, row.reason)
        return
    mail = services.reader.read(row.raw)
    if isinstance(mail, Quarantine):
        put_aside(services, work, mail.reason)
        return
    sender = mail.message.sender
    if sender and sender.address.casefold() in own:
        close_only(services, work, "auto_reply", "It is from our own mailbox.")
    elif mail.report is not None:
        act_on_report(services, work, mail, mail.report)
    else:
        _mail(services, work, row, mail)


def _mail(services: Services, work: Incoming, row: InboundMessage, mail: Reading) -> None:
    with services.database.reading() as session:
        linked = match_linked(session, row)
        tracked = match_tracked(session, row)
        found = linked or (tracked if tracked and tracked.proven else None)
        found = found or match_reply(session, mail.message, open_vault(services.settings)) or tracked
    leaving = leaving_in(open_vault(services.settings), mail.leaving_subject)
    if mail.opt_out or leaving:
        _opted_out(services, work, mail, found, leaving)
    if found is None:
        keep_unplaced(services, work, mail)
        return
    note_lead(services, work, found.leadid)
    _prove_sent(services, found)
    settle_one(services, found.runid)
    talk = conversation_of(services, found.runid)
    if talk is None:
        _late(services, work, row, mail, found)
        return
    if _floods(services, talk):
        _too_many(services, work, mail, talk)
        return
    received = row.receivedon or row.fetchedon
    with services.database.reading() as session:
        unsent = unsent_answer(session, talk.engagement, lock=False)
    steps = Steps()
    with steps.step("read", analyst=services.analyst.name, matched_by=str(found.how)) as step:
        read = _read(services, talk, mail, row, work, found)
        read = answer_both(read, unsent) if unsent and read.said.kind not in _BY_MACHINE else read
        step.usage, step.outputs = read.said.usage, {"class": str(read.said.kind)}
    decision = decide(read.heard, read.standing)
    steps.add(Step("decide", outputs={"move": str(decision.move), "reasons": list(decision.reasons)}))
    with services.database.transaction() as session:
        inbound = take_up(session, work)
        if inbound is None:
            return
        if decision.suppress:
            hold_recipient(session, talk.engagement.address)
        rows = lock_any(session, talk.runid, services.clock())
        if rows is None or rows.engagement.turn != talk.engagement.turn:
            raise _Again
        if decision.move in _BESIDE_OUR_ANSWER and answer_is_leaving(session, rows.engagement):
            # Seconds at first; where nobody knows whether it left, that may take hours.
            raise _Again("Our answer to the mail before is leaving.", min(10.0 * (work.attempt + 1), 60.0))
        if unsent_answer(session, rows.engagement) != unsent:
            raise _Again
        if decision.suppress:
            suppress_for(services, session, talk.engagement.address, Reason.OPT_OUT, work)
        hold = decision.reasons[0] if decision.move is Move.SHOW else None
        judgement = judgement_of(decision, read.said.kind, read=read, how=str(found.how))
        emailid = keep_incoming(session, inbound, mail, rows.lead, runid=talk.runid, judgement=judgement, hold=hold)
        close(inbound, "done", read.said.kind, " ".join(decision.reasons), leadid=talk.leadid)
        steps.store_more(session, talk.runid, f"reply_{rows.engagement.heard + 1}")
        reply = Reply(work.inboundid, emailid, mail, read, decision, found.for_the_lead)
        _move(services, session, talk, rows, reply, received)


def _prove_sent(services: Services, found: Match) -> None:
    """What is answered was sent; that is stored first, so that it counts before the conversation goes on."""
    if found.outboxid is None:
        return
    with services.database.transaction() as session:
        if sent := session.get(Outbox, found.outboxid):
            prove_sent(session, sent.messageid, "An answer to it came.", services.clock)


def _move(
    services: Services, session: Session, talk: Conversation, rows: Held, reply: Reply, received: datetime
) -> None:
    machine = reply.read.said.kind in _BY_MACHINE
    if not machine:
        heard_of(rows, reply, received)
    if reason := persons_change(session, rows, answers=True):
        return_to_owner(session, talk, rows, Outcome.TAKEN_BACK, reason, stage=Stage.CANCELLED)
        if not machine:
            supervisor = talk.configuration.assignment.supervisor
            _tell_written_again(session, rows.lead, supervisor, reply.inboundid, reply.mail)
        return
    if not machine and reply.decision.move not in (Move.STORE, Move.SHOW):
        stop_waiting(session, rows)
        _remember_consent(rows, reply)
    act(services, session, talk, rows, reply)


def _read(
    services: Services, talk: Conversation, mail: Reading, row: InboundMessage, work: Incoming, found: Match
) -> Read:
    received = row.receivedon or row.fetchedon
    vouched = bool(row.vouchedby)
    read = read_reply(services, talk, mail, received, work.inboundid, proven=found.proven, vouched=vouched)
    if not mail.automatic and _said_before(services, talk, mail):
        said = replace(read.said, kind=ReplyClass.AUTO_REPLY, interest=undetected(), bant=())
        return Read(said, replace(read.heard, kind=ReplyClass.AUTO_REPLY, interest=undetected()), read.standing)
    return read


def _floods(services: Services, talk: Conversation) -> bool:
    """So many mails of this thread within a day that no more are read: no person writes so often."""
    with services.database.reading() as session:
        count = session.scalar(
            select(func.count()).where(
                Email.lw_threadid == talk.runid,
                Email.directioncode.is_(False),
                Email.senton > services.clock() - timedelta(days=1),
            )
        )
    return (count or 0) >= _READ_A_DAY


def _too_many(services: Services, work: Incoming, mail: Reading, talk: Conversation) -> None:
    """Kept and not judged; a person looks, and nothing goes out meanwhile."""
    reason = f"More than {_READ_A_DAY} mails came within a day; no more are read by the agent. A person must look."
    with services.database.transaction() as session:
        row, rows = take_up(session, work), lock_any(session, talk.runid, services.clock())
        if row is None or rows is None:
            return
        shown = judgement_of(Decision(Move.STORE, (reason,)), ReplyClass.AUTO_REPLY)
        keep_incoming(session, row, mail, rows.lead, runid=talk.runid, judgement=shown)
        close(row, "done", ReplyClass.AUTO_REPLY, reason, leadid=talk.leadid)
        if rows.engagement.state != State.PERSON:
            stop_waiting(session, rows)
            move_on(rows, state=State.PERSON, reason=reason)


def _said_before(services: Services, talk: Conversation, mail: Reading) -> bool:
    """The very same words came twice before in this thread: a machine answers each of our mails."""
    words = " ".join(mail.new_text.split())
    theirs = (Email.lw_threadid == talk.runid, Email.directioncode.is_(False), Email.lw_hold.is_(None))
    with services.database.reading() as session:
        earlier = session.scalars(select(Email.description).where(*theirs)).all()
    return len(words) > 20 and sum(" ".join(text.split()) == words for text in earlier) >= _SAME_WORDS


def _remember_consent(rows: Held, reply: Reply) -> None:
    """Who asks us something may be answered: that is kept where no other basis is."""
    interest = reply.read.said.interest
    if reply.read.heard.trusted and interest.polarity is not Polarity.NEGATIVE and not rows.lead.lw_consentbasis:
        rows.lead.lw_consentbasis, rows.lead.lw_consenton = "inquiry", rows.moment.date()
        rows.lead.lw_consentsource = f"Reply by email, activity {reply.emailid}"


def _late(services: Services, work: Incoming, row: InboundMessage, mail: Reading, found: Match) -> None:
    """The conversation is over: the mail is kept on the lead, and whoever has it is told, unless a machine wrote."""
    with services.database.transaction() as session:
        inbound = take_up(session, work)
        if inbound is None:
            return
        lead = session.get(Lead, found.leadid, with_for_update=True)
        if lead is None:
            raise _Again("Its lead was deleted meanwhile.")
        kind, told = _after_the_end(mail)
        shown = judgement_of(Decision(Move.STORE, (told,)), kind)
        keep_incoming(session, inbound, mail, lead, runid=found.runid, judgement=shown)
        close(inbound, "done", kind, told, leadid=lead.leadid)
        if kind is ReplyClass.UNSUBSCRIBE and found.how in (How.PERSON, How.ADDRESS):
            for address in found.recipients:
                with suppress(BadInput):  # a second address may be anything
                    spare_lead(session, lead, hash_address(address), services.clock())
        if kind is ReplyClass.OTHER:
            _tell_written_again(session, lead, supervisor_of(session, found.runid), work.inboundid, mail)


def _tell_written_again(session: Session, lead: Lead, supervisor: str | None, inboundid: str, mail: Reading) -> None:
    body = f"{mail.subject}: {mail.new_text[:400]}"
    tell_owner(session, lead, supervisor, f"late:{inboundid}", "Wrote again", body)


def _after_the_end(mail: Reading) -> tuple[ReplyClass, str]:
    if mail.opt_out:
        return ReplyClass.UNSUBSCRIBE, "It asks not to be written to again; that was stored at once."
    if mail.automatic:
        return ReplyClass.AUTO_REPLY, "A machine wrote it after the conversation had ended."
    return ReplyClass.OTHER, "No conversation is open with the lead; its owner was told."


def _opted_out(services: Services, work: Incoming, mail: Reading, found: Match | None, leaving: Leaving | None) -> None:
    """At once, before any judgement and whether or not the agent works: the writer, and whom our mail went to.

    Sent by our own link, that mail is told by it, also when its lead is gone. From an address that one lead alone has
    beside the one that is written to, it counts for the lead.
    """
    sender = mail.message.sender
    addresses = [sender.address] if sender else []
    if leaving is not None:
        addresses.append(leaving.address)
    if found is not None and found.for_the_lead:
        addresses += found.recipients
    with services.database.transaction() as session:
        if take_up(session, work) is None:
            return
        lead = lead_alone_at(session, sender.address) if found is None and sender else None
        addresses += addresses_of(session, lead) if lead else ()
        for address in hold_recipients(session, addresses):
            suppress_for(services, session, address, Reason.OPT_OUT, work)
        if lead is not None and sender is not None:
            lead = session.get_one(Lead, lead.leadid, with_for_update=True)
            spare_lead(session, lead, hash_address(sender.address), services.clock())
