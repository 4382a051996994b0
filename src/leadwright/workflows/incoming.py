"""The rows of mails that came in: which are due, put off, put aside; and the email activity each becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.findings import statements
from leadwright.db.judgements import bant_to_json, interest_to_json
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.mailbox_use import FORMER
from leadwright.db.mirror_writes import is_outside, put_mail
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead
from leadwright.db.webhooks import announce
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import ONCE_DONE, Phase
from leadwright.domain.optionsets import EmailState, EmailStatus, NotificationIcon
from leadwright.domain.plain_text import storable
from leadwright.domain.replies import Decision, Move, ReplyClass
from leadwright.domain.suppression import ASKED, Reason
from leadwright.domain.webhooks import Event
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity.access import principal, require
from leadwright.identity.announcements import tell_administrators
from leadwright.mail.inbox import NOT_WHOLE
from leadwright.mail.matching import Match, hashes_beside, leads_of, match_head, match_tracked
from leadwright.mail.outbox import cancel_waiting
from leadwright.mail.reading import Reading
from leadwright.mail.suppression import suppress
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import lead_name, notify
from leadwright.workflows.engagements import lock_any, move_on
from leadwright.workflows.letters import add_parties
from leadwright.workflows.opt_outs import spare_leads
from leadwright.workflows.reading_replies import Read

_MOST_TEXT = 100_000
UNPLACED = f"A mail from the lead's address waits in the inbox. Say there whose it is. {ONCE_DONE}"
UNPLACED_FOR = timedelta(hours=1)  # before another look; once somebody has said it, it is at once
AWAY = "The database or network was away"
_TRIES = 3  # of a mail that fails for no known reason, before it is put aside


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in and is to be acted on. The workflow id is made of these and nothing else."""

    inboundid: str
    attempt: int

    @property
    def workflow_id(self) -> str:
        """``answer_reply:{inbound}``, and the number of the try after a first one failed."""
        first = f"answer_reply:{self.inboundid}"
        return f"{first}:{self.attempt}" if self.attempt else first


def due_incoming(session: Session, moment: datetime, most: int) -> Sequence[Incoming]:
    """Mails nobody has acted on yet, oldest first."""
    rows = session.execute(
        select(InboundMessage.inboundmessageid, InboundMessage.attempts)
        .where(InboundMessage.state == "new")
        .where(or_(InboundMessage.dueat <= moment, InboundMessage.dueat.is_(None)))
        .order_by(InboundMessage.fetchedon, InboundMessage.uid)
        .limit(most)
    )
    return [Incoming(*row) for row in rows]


def take_up(session: Session, work: Incoming) -> InboundMessage | None:
    """The row, locked, while this try of it still counts."""
    row = session.get(InboundMessage, work.inboundid, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state == "new" and row.attempts == work.attempt else None


def put_off(services: Services, work: Incoming, reason: str, *, seconds: float) -> None:
    """It is tried again later."""
    with services.database.transaction() as session:
        if row := take_up(session, work):
            row.attempts, row.reason = row.attempts + 1, reason
            row.dueat = services.clock() + timedelta(seconds=seconds)


def await_repair(services: Services, work: Incoming, reason: str) -> None:
    """Every mail would fail alike: it waits until that is put right, and administrators are told once a day."""
    put_off(services, work, reason, seconds=runs.REPAIR_SECONDS[0])
    moment, icon = services.clock(), NotificationIcon.FAILURE
    key = f"trouble:mail:{sha256(reason.encode()).hexdigest()[:16]}:{moment:%Y-%m-%d}"
    with services.database.transaction() as session:
        tell_administrators(
            session, key, "Mails that came in wait", reason, icon=icon, link="/system-health", moment=moment
        )


def put_off_or_aside(services: Services, work: Incoming, reason: str, *, seconds: float, tries: int = _TRIES) -> None:
    """It failed: tried again later, and after so many failures put aside for a person. Waiting is no failure.

    What the database or the network refused is counted apart: many such tries say nothing about the next fault.
    """
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        same = row.reason.startswith(AWAY) == reason.startswith(AWAY)
        row.failures = row.failures + 1 if same else 1
        if row.failures < tries:
            row.attempts, row.reason = row.attempts + 1, reason
            row.dueat = services.clock() + timedelta(seconds=seconds)
            return
    put_aside(services, work, reason)


def put_aside(services: Services, work: Incoming, reason: str) -> None:
    """Quarantined: kept raw, acted on by nobody; its conversation stops, and whoever can look at it is told.

    Whose it is, its header lines tell, where nothing did before. Administrators are told once an hour when there are
    some that nobody else is told of, and once a day of the others. One that is not whole is read by nobody before it
    is fetched anew.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        row.state, row.reason, row.dueat = "quarantined", reason, None
        row.kind = NOT_WHOLE if row.kind == NOT_WHOLE else ""
        if row.leadid is None and (
            found := match_tracked(session, row) or match_head(session, row.raw, row.senderhash)
        ):
            row.leadid = found.leadid
        told = _stop_for(session, row, moment)
        after = {"reason": reason}
        audit.record(session, audit.SYSTEM, "mail.quarantined", "inboundmessage", row.inboundmessageid, after=after)
        key = f"quarantined:{row.mailboxid}:{moment:{'%Y-%m-%d' if told else '%Y-%m-%dT%H'}}"
        tell_administrators(
            session, key, "A mail was put aside", reason, icon=NotificationIcon.WARNING, link="/inbox", moment=moment
        )


def _stop_for(session: Session, row: InboundMessage, moment: datetime) -> bool:
    """Nothing more goes out to somebody whose mail nobody has read, and whoever has the lead is told. False: nobody."""
    lead = session.get(Lead, row.leadid) if row.leadid else None
    if lead is None:
        return False
    supervisor, open_ = None, Engagement.endedon.is_(None) & (Engagement.leadid == lead.leadid)
    for runid in session.scalars(select(Engagement.runid).where(open_)).all():
        if (rows := lock_any(session, runid, moment)) is not None:
            cancel_waiting(session, lead.leadid, "A mail of the lead could not be read.", moment)
            move_on(rows, state=State.PERSON, reason="A mail of the lead could not be read; it is in the inbox.")
            supervisor = supervisor_of(session, runid)
    body = f"{row.reason} The agent has not read it: a supervisor or administrator finds it under Inbox, Put aside."
    tell_owner(session, lead, supervisor, f"aside:{row.inboundmessageid}", "A mail could not be read", body)
    return True


def note_lead(services: Services, work: Incoming, leadid: str) -> None:
    """Whose mail it is, before it is judged: until it is acted on nothing goes out that would come too late."""
    with services.database.transaction() as session:
        if (row := take_up(session, work)) is not None and row.leadid != leadid:
            row.leadid = leadid


def is_unread(session: Session, leadid: str, mailboxid: str) -> bool:
    """Is there a mail of this lead, or one of nobody knows whom, that nobody has acted on?

    Of nobody knows whom: in this mailbox, or in a former one.
    """
    here = (InboundMessage.mailboxid == mailboxid) | InboundMessage.mailboxid.in_(
        select(Mailbox.mailboxid).where(FORMER)
    )
    whose = (InboundMessage.leadid == leadid) | (InboundMessage.leadid.is_(None) & here)
    mine = (InboundMessage.state == "new") & whose
    return session.scalar(select(InboundMessage.inboundmessageid).where(mine).limit(1)) is not None


def is_unplaced(session: Session, address: str) -> bool:
    """Does a mail from this address, or another of its lead, wait until a person says which lead wrote it?"""
    theirs = InboundMessage.senderhash.in_(hashes_beside(session, address))
    whose = InboundMessage.leadid.in_(leads_of(address)) | theirs
    waits = (InboundMessage.state == "unmatched") & whose
    return session.scalar(select(InboundMessage.inboundmessageid).where(waits).limit(1)) is not None


def wake_unplaced(session: Session, moment: datetime) -> None:
    """A person said of a mail whose it is, or that it is nobody's: what waited for that is looked at again at once."""
    turns = (Engagement.state == State.DUE, Engagement.reason == UNPLACED)
    session.execute(update(Engagement).where(*turns).values(dueat=moment))
    mails = (Outbox.phase == Phase.QUEUED, Outbox.reason == UNPLACED)
    session.execute(update(Outbox).where(*mails).values(dueat=moment))


def wrote_first(session: Session, leadid: str) -> bool:
    """Did a person link a mail with the lead while the agent was in no conversation with it?"""
    linked = (InboundMessage.leadid == leadid) & InboundMessage.vouchedby.is_not(None) & Email.lw_threadid.is_(None)
    query = select(Email.activityid).join(InboundMessage, InboundMessage.emailid == Email.activityid)
    return session.scalar(query.where(linked).limit(1)) is not None


def close(row: InboundMessage, state: str, kind: str, reason: str, *, leadid: str | None = None) -> None:
    """It was acted on; `reason` says how."""
    row.state, row.kind, row.reason, row.dueat = state, kind, reason, None
    row.leadid = leadid or row.leadid


def keep_incoming(
    session: Session,
    row: InboundMessage,
    mail: Reading,
    lead: Lead,
    *,
    runid: str | None,
    judgement: dict[str, Any] | None = None,
    hold: str | None = None,
) -> str:
    """The email activity of a mail from a lead, with its parties. Returns its activityid.

    Args:
        hold: why a person must look at it: whoever wrote it may not be the lead.
    """
    message, sender = mail.message, mail.message.sender
    address = sender.address if sender else ""
    received = row.receivedon or row.fetchedon
    mailbox = session.get_one(Mailbox, row.mailboxid)
    first, emailid = row.emailid is None, row.activityid or row.emailid or new_id()
    # It is read again, or was mirrored from the outside CRM: this reading takes that place.
    session.execute(delete(Email).where(Email.activityid.in_([i for i in (row.emailid, row.activityid) if i])))
    session.expire(row, ["emailid"])  # the database emptied it with that
    session.add(
        Email(
            activityid=emailid,
            regardingobjectid=lead.leadid,
            subject=storable(mail.subject)[:800],
            description=storable(mail.new_text or _without_words(mail))[:_MOST_TEXT],
            directioncode=False,
            statecode=int(EmailState.COMPLETED),
            statuscode=int(EmailStatus.RECEIVED),
            ownerid=lead.ownerid,
            owningbusinessunit=lead.owningbusinessunit,
            createdon=received,
            modifiedon=received,
            createdby=None,
            modifiedby=None,
            lw_threadid=runid,
            messageid=(row.messageid or "")[:998] or None,
            inreplyto=(message.in_reply_to[0] if message.in_reply_to else "")[:998] or None,
            sender=storable(address)[:320],
            torecipients=mailbox.emailaddress,
            senton=received,
            lw_judgement={**(judgement or {}), "hidden": list(message.hidden)},
            lw_hold=hold,
        )
    )
    session.flush()
    known = (lead.emailaddress1, lead.emailaddress2, lead.emailaddress3)
    is_lead = address.casefold() in [a.casefold() for a in known if a]
    add_parties(
        session,
        emailid,
        lead.leadid,
        sender=(lead.leadid if is_lead else None, "lead" if is_lead else None, storable(address)),
        to=(mailbox.regardingobjectid, "systemuser" if mailbox.regardingobjectid else None, mailbox.emailaddress),
    )
    if is_outside(mailbox):
        put_mail(session, emailid)
    if first:
        heard = {lead.leadid: {"kind": (judgement or {}).get("class"), "ownerid": lead.ownerid}}
        announce(session, Event.LEAD_REPLIED, "lead", heard)
    row.emailid, row.leadid = emailid, lead.leadid
    return emailid


def _without_words(mail: Reading) -> str:
    """What stands for a mail in which its writer wrote nothing new."""
    if names := [a.name or a.type for a in mail.message.attachments]:
        return f"(No text. Attached: {', '.join(names[:10])})"
    return "(Nothing but the quoted thread.)" if mail.message.text.strip() else "(Empty.)"


def supervisor_of(session: Session, runid: str | None) -> str | None:
    """Who supervises the agent of a run, by the version it is processed with."""
    run = session.get(LeadRun, runid) if runid else None
    version = session.get(AgentVersion, (run.agentid, run.version)) if run else None
    return Configuration.model_validate(version.configuration).assignment.supervisor if version else None


def tell_owner(session: Session, lead: Lead, supervisor: str | None, key: str, title: str, body: str) -> None:
    """Tell whoever has the lead, else the supervisor, when they may read it; else the administrators."""
    first = who_reads(session, lead, lead.ownerid, supervisor)
    tell_person(session, first, key, f"{title}: {lead_name(lead)}", body, f"/leads/{lead.leadid}/thread")


def who_reads(session: Session, lead: Lead, *people: str | None) -> str | None:
    """The first of these people who still works here and may read the lead."""
    return next((id_ for id_ in people if id_ and _may_read(session, id_, lead)), None)


def tell_person(session: Session, personid: str | None, key: str, title: str, body: str, link: str) -> None:
    """Tell them; the administrators where there is nobody, or nobody any more."""
    icon = NotificationIcon.MENTION
    if personid and is_there(session, personid):
        notify(session, personid, key, title, body[:1_000], icon=icon, link=link)
        return
    moment = session.info.get("clock", now)()
    tell_administrators(session, key, title[:500], body[:1_000], icon=icon, link=link, moment=moment)


def is_there(session: Session, personid: str) -> bool:
    """Is it a person, and one who still works here?"""
    person = session.get(SystemUser, personid)
    return person is not None and person.applicationid is None and not person.isdisabled


def _may_read(session: Session, personid: str, lead: Lead) -> bool:
    if not is_there(session, personid):
        return False
    try:
        require(principal(session, personid), "prvReadLead", lead)
    except NotAllowed:
        return False
    return True


def retry_seconds(attempt: int) -> float:
    """Before another try of what an outside service failed at."""
    return runs.RETRY_SECONDS[min(attempt, len(runs.RETRY_SECONDS) - 1)]


def suppress_for(services: Services, session: Session, address: str, reason: Reason, work: Incoming) -> None:
    """Never write to that address again; one that is none is passed over."""
    try:
        new = suppress(session, address, reason=reason, source=f"inbound:{work.inboundid}", clock=services.clock)
    except BadInput:
        return
    if new:
        after = {"reason": str(reason), "source": f"inbound:{work.inboundid}"}
        audit.record(session, audit.SYSTEM, "suppression.added", "suppression", work.inboundid, after=after)
    if reason in ASKED:
        spare_leads(session, address, services.clock())


def store_only(
    services: Services, work: Incoming, mail: Reading, found: Match | None, kind: ReplyClass, why: str
) -> None:
    """It is kept, with its lead when there is one, and nothing follows from it."""
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        lead = session.get(Lead, found.leadid) if found else None
        close(row, "done", kind, why, leadid=lead.leadid if lead else None)
        if lead is not None and found is not None:
            shown = judgement_of(Decision(Move.STORE, (why,)), kind)
            keep_incoming(session, row, mail, lead, runid=found.runid, judgement=shown)


def close_only(services: Services, work: Incoming, kind: str, reason: str) -> None:
    """It was acted on, and belongs to no lead."""
    with services.database.transaction() as session:
        if row := take_up(session, work):
            close(row, "done", kind, reason)


def judgement_of(
    decision: Decision, kind: ReplyClass, *, read: Read | None = None, how: str = "", said: str = ""
) -> dict[str, Any]:
    """The JSON of `Email.lw_judgement`: what was read in a mail, what was decided, and why.

    Args:
        how: what the mail was matched by.
        said: a mail server's own words.
    """
    shown: dict[str, Any] = {
        "class": str(kind),
        "move": str(decision.move),
        "reasons": list(decision.reasons),
        "ask": str(decision.ask) if decision.ask else None,
        "until": decision.until.isoformat() if decision.until else None,
        "matched_by": how,
        "said": said[:1_000],
    }
    if read is None:
        return shown
    reading, heard = read.said, read.heard
    return shown | {
        "quote": reading.quote.quote if reading.quote else "",
        "opt_out": reading.opt_out.quote if reading.opt_out else "",
        "interest": interest_to_json(reading.interest),
        "bant": bant_to_json(reading.bant),
        "question": reading.question,
        "answer": statements(reading.answer),
        "referral": {"name": reading.referral.name, "address": reading.referral.address} if reading.referral else {},
        "authenticated": heard.authenticated,
        "same_sender": heard.same_sender,
        "vouched": heard.vouched,
    }
