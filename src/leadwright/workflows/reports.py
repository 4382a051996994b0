"""What mail systems tell about our mails: a bounce or complaint counts only for a mail really sent to that address."""

from sqlalchemy.orm import Session

from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.interest import undetected
from leadwright.domain.personal_mail import PURPOSE
from leadwright.domain.replies import Decision, Heard, Move, ReplyClass, Standing, decide
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput
from leadwright.mail.addresses import normalise
from leadwright.mail.bounce import DeliveryReport, Failure, Kind
from leadwright.mail.matching import Match, match_report, match_tracked
from leadwright.mail.reading import Reading
from leadwright.mail.suppression import hold_recipient
from leadwright.mail.unknown import prove_sent
from leadwright.services import Services
from leadwright.workflows.conversation_ends import disqualify, told_so_far
from leadwright.workflows.engagements import Held, conversation_of, lock_any
from leadwright.workflows.incoming import (
    Incoming,
    close,
    judgement_of,
    keep_incoming,
    note_lead,
    store_only,
    suppress_for,
    take_up,
)
from leadwright.workflows.late_bounces import is_overtaken, keep_overtaken
from leadwright.workflows.letters import last_of_thread
from leadwright.workflows.moves import bounced
from leadwright.workflows.seller_mail import came_back
from leadwright.workflows.settle import settle_one, unreachable


def act_on_report(services: Services, work: Incoming, mail: Reading, report: DeliveryReport) -> None:
    """A bounce, a complaint or another report counts only when it names a mail that really went to that address."""
    with services.database.reading() as session:
        found = match_report(session, report) or _tracked(session, work)
        ours = session.get(Outbox, found.outboxid) if found and found.outboxid else None
    failure = _failure_of(report, ours) if ours is not None else None
    named = ours is not None and (failure is not None or not report.failures)
    hard = failure.hard if failure else report.hard
    decision = decide(Heard(ReplyClass.BOUNCE, undetected(), hard=hard, names_our_mail=named), Standing())
    if found is not None and ours is not None and decision.move is Move.ADDRESS_INVALID:
        with services.database.reading() as session:
            overtaken = is_overtaken(session, found, ours)
        if overtaken and report.kind is Kind.BOUNCE:
            keep_overtaken(services, work, mail, found, ours, failure.said if failure else "")
            return
    if found is not None:
        note_lead(services, work, found.leadid)
        if ours is not None and (reason := _why_never_again(report, decision)):
            _never_again(services, work, ours, reason)
        settle_one(services, found.runid)
    if ours is not None and report.kind in (Kind.BOUNCE, Kind.DELAYED, Kind.DELIVERED):
        with services.database.transaction() as session:
            prove_sent(session, ours.messageid, "A report about it came.", services.clock)
    if report.kind is Kind.COMPLAINT and ours is not None and found is not None:
        _complaint(services, work, mail, found, ours)
        return
    if report.kind is not Kind.BOUNCE or found is None or ours is None:
        why = "The report names no mail that was sent." if ours is None else f"It tells: {report.kind}."
        store_only(services, work, mail, found, ReplyClass.BOUNCE, why)
        return
    _bounce(services, work, mail, found, ours, decision, failure)


def _why_never_again(report: DeliveryReport, decision: Decision) -> Reason | None:
    if report.kind is Kind.COMPLAINT:
        return Reason.COMPLAINT
    hard = report.kind is Kind.BOUNCE and decision.move is Move.ADDRESS_INVALID
    return Reason.HARD_BOUNCE if hard else None


def _never_again(services: Services, work: Incoming, ours: Outbox, reason: Reason) -> None:
    """At once, before the rest and whether or not the agent works: whom our mail went to is not written to again.

    A second report of the same bounce tells nothing new: a person may have said meanwhile that mail arrives there.
    """
    with services.database.transaction() as session:
        if reason is Reason.HARD_BOUNCE and session.get_one(Outbox, ours.outboxid).bouncedon is not None:
            return
        if take_up(session, work) is not None:
            suppress_for(services, session, ours.recipient, reason, work)


def _tracked(session: Session, work: Incoming) -> Match | None:
    """What the outside CRM found a report to be about: it keeps no part of it that names our mail."""
    row = session.get(InboundMessage, work.inboundid)
    found = match_tracked(session, row) if row is not None else None
    return found if found is not None and found.proven else None


def _failure_of(report: DeliveryReport, ours: Outbox) -> Failure | None:
    """What the report says of the address our mail went to."""
    for failure in report.failures:
        try:
            if normalise(failure.recipient) == normalise(ours.recipient):
                return failure
        except BadInput:
            continue
    return report.failures[0] if len(report.failures) == 1 and not report.failures[0].recipient else None


def _bounce(
    services: Services,
    work: Incoming,
    mail: Reading,
    found: Match,
    ours: Outbox,
    decision: Decision,
    failure: Failure | None,
) -> None:
    said = failure.said if failure else ""
    talk = conversation_of(services, found.runid)
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        lead = session.get(Lead, found.leadid)
        close(row, "done", ReplyClass.BOUNCE, " ".join(decision.reasons), leadid=found.leadid)
        if lead is not None:
            judgement = judgement_of(decision, ReplyClass.BOUNCE, said=said)
            keep_incoming(session, row, mail, lead, runid=found.runid, judgement=judgement)
        hold_recipient(session, ours.recipient)
        rows = lock_any(session, found.runid, services.clock()) if found.runid and talk else None
        sent = session.get_one(Outbox, ours.outboxid)
        if sent.bouncedon is not None:
            return
        if sent.purpose == PURPOSE and decision.move in (Move.ADDRESS_INVALID, Move.RETRY):
            hard = decision.move is Move.ADDRESS_INVALID
            came_back(session, sent, said, hard=hard, moment=services.clock())
        if decision.move is Move.ADDRESS_INVALID:
            sent.bouncedon = services.clock()
            if rows is not None and talk is not None:
                unreachable(services, session, talk, rows, said)
        elif decision.move is Move.RETRY and rows and talk and _is_the_last(session, rows, sent):
            bounced(session, talk, rows, sent, said, forwarded=failure is not None and failure.forwarded)


def _is_the_last(session: Session, rows: Held, sent: Outbox) -> bool:
    """Nothing of ours left after it and nothing of theirs came: only then may it go out again, if no person decides."""
    row, newest = rows.engagement, last_of_thread(session, rows.run.runid)
    is_newest = newest is not None and newest.messageid == (sent.sentmessageid or sent.messageid)
    left = sent.concludedon or rows.moment
    return row.state == State.DUE and is_newest and (row.lastheardon is None or row.lastheardon <= left)


def _complaint(services: Services, work: Incoming, mail: Reading, found: Match, ours: Outbox) -> None:
    talk = conversation_of(services, found.runid)
    reason = "The recipient reported our mail as unwanted."
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        hold_recipient(session, ours.recipient)
        close(row, "done", ReplyClass.ESCALATE, reason, leadid=found.leadid)
        if lead := session.get(Lead, found.leadid):
            shown = judgement_of(Decision(Move.SUPPRESS, (reason,), suppress=True), ReplyClass.ESCALATE)
            keep_incoming(session, row, mail, lead, runid=found.runid, judgement=shown)
        rows = lock_any(session, found.runid, services.clock()) if found.runid and talk else None
        if rows is not None and talk is not None:
            disqualify(session, talk, rows, told_so_far(talk, Outcome.OPTED_OUT), (reason,))
