"""A person sends a mail to a lead, at once or later, from their own address or the shared mailbox; and takes it back.

It goes through the same outbox as the agent's mails: written once under the id of its email activity, checked again
when it leaves. What only speaks against it is said first, and the person decides.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from leadwright.actions.conversation_rows import draft_of, visible
from leadwright.db import audit
from leadwright.db.agent import LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.pages import seller_mail as read
from leadwright.db.people import SystemUser
from leadwright.db.sales import Account, ActivityParty, Email, Lead
from leadwright.domain.country_gates import Basis, ConsentBasis
from leadwright.domain.links import without_links
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailState, EmailStatus, LeadState, Participation
from leadwright.domain.outreach import subject_line
from leadwright.domain.personal_mail import PURPOSE, Circumstances, doubts
from leadwright.domain.sending_window import zones_of
from leadwright.domain.stage import OPEN_STAGES
from leadwright.domain.suppression import NOT_VALID
from leadwright.errors import BadInput, Conflict, Doubt, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.secrets import open_vault
from leadwright.mail.compose import Letterhead, Message, Thread, compose, reply_subject
from leadwright.mail.heads import earlier_in
from leadwright.mail.outbox import Order, put, show_on_email
from leadwright.mail.records import dkim_key
from leadwright.mail.suppression import why_suppressed
from leadwright.mail.unsubscribe import link
from leadwright.research.whereabouts import whereabouts_of
from leadwright.services import Services
from leadwright.workflows.engagements import discipline_of
from leadwright.workflows.letters import add_parties, why_they_get_it

NEEDS = ("prvReadLead", "prvWriteLead", "prvCreateActivity")
_BODY_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The mail as the person wrote it.

    Args:
        emailid: of its draft, or a new id: the same one again never sends twice.
        mailboxid: one of `senders`.
        due: not before; None: at once.
        versionnumber: of the draft as the person saw it; None: it was no draft.
        anyway: the person knows what speaks against it.
    """

    emailid: str
    subject: str
    body: str
    mailboxid: str
    due: datetime | None = None
    versionnumber: int | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A mail in the outbox. `new`: it was written just now, and not before."""

    outboxid: str
    emailid: str
    due: datetime
    new: bool


def send_mail(services: Services, who: Principal, leadid: str, wanted: Wanted) -> OnItsWay:
    """Write the mail into the outbox. The same `emailid` again changes nothing.

    Raises:
        NotFound, NotAllowed.
        BadInput: text, mailbox or configuration cannot be used; the sentence says what to do.
        Doubt: something speaks against it, and `anyway` was not said.
        Conflict: the lead may not be written to, the agent works on it, or somebody changed the draft.
    """
    if len(wanted.body) > _BODY_LENGTH:
        raise BadInput(f"The email is too long; {_BODY_LENGTH:,} characters are the most.", field="body")
    if not wanted.body.strip() or not wanted.subject.strip():
        raise BadInput("Write a subject and a text first.", field="body" if wanted.subject.strip() else "subject")
    moment = services.clock()
    with services.database.transaction() as session:
        visible(session, who, leadid, NEEDS)
        lead = session.scalar(select(Lead).where(Lead.leadid == leadid).with_for_update())
        if lead is None:
            raise NotFound("There is no such lead, or you may not see it.")
        if known := _known(session, leadid, wanted.emailid):
            return known
        _may_be_written_to(session, lead)
        mailbox, configuration = _mailbox(session, who, wanted.mailboxid), _configuration(session, leadid)
        found = _circumstances(session, lead, configuration, wanted, moment)
        if (said := doubts(found)) and not wanted.anyway:
            raise Doubt(said)
        email = _email(session, who, lead, wanted, moment)
        return _put(services, session, who, lead, email, mailbox, configuration, wanted.due or moment, said)


def cancel_mail(services: Services, who: Principal, leadid: str, emailid: str) -> str:
    """Take back a person's mail that waits; its words stay as a draft. The same again changes nothing.

    Returns:
        activityid of the draft.

    Raises:
        NotFound, NotAllowed.
        Conflict: it has left, or leaves at this moment.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        visible(session, who, leadid, NEEDS)
        email = session.get(Email, emailid)
        row = session.scalar(
            select(Outbox)
            .where(Outbox.emailid == emailid, Outbox.leadid == leadid, Outbox.purpose == PURPOSE)
            .options(defer(Outbox.raw))
            .with_for_update()
        )
        if row is None or email is None:
            raise NotFound("There is no such mail of this lead. Load the page again.")
        if row.phase == Phase.CANCELLED:
            return emailid
        if row.phase != Phase.QUEUED:
            raise Conflict("This mail has left, or leaves at this moment. It cannot be taken back any more.")
        row.phase, row.reason, row.concludedon = Phase.CANCELLED, f"{who.name} took it back.", moment
        row.token += 1
        show_on_email(session, emailid, Phase.CANCELLED, moment)
        draft = _draft_again(session, who, email, moment)
        audit.record(session, who.actor, "email.taken_back", "email", emailid, after={"lead": leadid, "draft": draft})
        return draft


def why_not_written_to(session: Session, lead: Any) -> str:
    """Why nobody may write to this lead now, as a sentence that says what to do; empty when one may."""
    if not lead.emailaddress1:
        return "The lead has no email address. Enter one on the lead form first."
    if lead.donotemail:
        return "The lead says that no email is wanted."
    if lead.statecode == LeadState.DISQUALIFIED:
        return "The lead is closed as disqualified. A supervisor can reassign it; then it can be written to."
    if lead.lw_emailstate in NOT_VALID:
        return "The lead's address is invalid. Correct it, or say on the lead's page that it is valid."
    stage = session.scalar(
        select(LeadRun.stage).where(LeadRun.leadid == lead.leadid).order_by(LeadRun.number.desc()).limit(1)
    )
    if stage in OPEN_STAGES:
        return "The agent works on this lead now. Take the conversation over first, or wait until it is handed over."
    try:
        why = why_suppressed(session, lead.emailaddress1, PURPOSE) or why_suppressed(
            session, lead.emailaddress1, "outreach"
        )
    except BadInput as error:
        return str(error)
    return why or ""


def _may_be_written_to(session: Session, lead: Lead) -> None:
    if why := why_not_written_to(session, lead):
        raise Conflict(why)


def _known(session: Session, leadid: str, emailid: str) -> OnItsWay | None:
    """What became of the same mail when it was sent before."""
    row = session.execute(
        select(Outbox.outboxid, Outbox.dueat, Outbox.leadid, Outbox.phase).where(Outbox.businesskey == _key(emailid))
    ).first()
    if row is None:
        return None
    if row.leadid != leadid:
        raise NotFound("There is no such mail of this lead. Load the page again.")
    if row.phase == Phase.CANCELLED:
        raise Conflict("This mail was taken back. Open the draft again to send it.")
    return OnItsWay(row.outboxid, emailid, row.dueat, new=False)


def _key(emailid: str) -> str:
    return f"{PURPOSE}:{emailid}"


def _mailbox(session: Session, who: Principal, mailboxid: str) -> Mailbox:
    usable = {s.mailboxid for s in read.senders(session, who.id)}
    if not usable:
        raise Conflict(
            "No mailbox can send for you: you have none of your own here, and no shared one is set up. Copy the text "
            "or open it in your mail program, or ask an administrator to set a mailbox up."
        )
    if mailboxid not in usable:
        raise BadInput("Choose from which address the mail goes out.", field="mailboxid")
    return session.get_one(Mailbox, mailboxid)


def _configuration(session: Session, leadid: str) -> Configuration:
    found = read.configuration_for(session, leadid)
    if found is None:
        raise Conflict(
            "Company and postal address are not set yet, and each mail must carry them. Ask an administrator to "
            "create the agent and fill in Company info and Email instructions."
        )
    return found


def _circumstances(
    session: Session, lead: Lead, configuration: Configuration, wanted: Wanted, moment: datetime
) -> Circumstances:
    account = session.get(Account, lead.parentaccountid) if lead.parentaccountid else None
    found = whereabouts_of(lead, account, configuration.sending.time_zone)
    heard, sent = read.last_heard(session, lead.leadid), read.last_sent(session, lead.leadid)
    basis = None
    if lead.lw_consentbasis in set(Basis):
        kind = Basis(str(lead.lw_consentbasis))
        basis = ConsentBasis(kind, lead.lw_consentsource or "", lead.lw_consenton or moment.date())
    return Circumstances(
        leaves_at=wanted.due or moment,
        window=discipline_of(configuration).window,
        zones=zones_of(lead.lw_timezone, None, found.zones),
        near=read.mails_near(session, lead.leadid, wanted.emailid),
        country=found.country or None,
        basis=basis,
        answers=heard is not None and (sent is None or heard.senton > sent.senton),
    )


def _email(session: Session, who: Principal, lead: Lead, wanted: Wanted, moment: datetime) -> Email:
    """The draft as it stands, or a new activity under the id the page was given."""
    email = draft_of(session, lead.leadid, wanted.emailid)
    if email is None:
        email = Email(
            activityid=wanted.emailid,
            regardingobjectid=lead.leadid,
            statecode=int(EmailState.OPEN),
            statuscode=int(EmailStatus.DRAFT),
            createdon=moment,
            createdby=who.id,
            ownerid=who.id,
            owningbusinessunit=who.businessunitid,
        )
        session.add(email)
    else:
        # What the agent prepared is for whoever may write to the lead; what a person began is that person's.
        require(who, "prvWriteActivity", None if email.lw_runid or email.lw_threadid else email)
    if wanted.versionnumber is not None and email.versionnumber not in (None, wanted.versionnumber):
        raise Conflict("Somebody changed this draft since you opened it. Load it again, then send it.")
    email.subject, email.description, email.lw_hold = subject_line(wanted.subject), wanted.body.strip(), None
    email.lw_threadid = None  # a person's mail belongs to no conversation of the agent
    email.ownerid, email.owningbusinessunit = who.id, who.businessunitid
    email.modifiedon, email.modifiedby = moment, who.id
    email.versionnumber = (email.versionnumber or 0) + 1
    session.flush()
    return email


def _put(
    services: Services,
    session: Session,
    who: Principal,
    lead: Lead,
    email: Email,
    mailbox: Mailbox,
    configuration: Configuration,
    due: datetime,
    known: tuple[str, ...],
) -> OnItsWay:
    vault, moment, address = open_vault(services.settings), services.clock(), str(lead.emailaddress1)
    thread, is_answer = _thread(session, lead.leadid, email.subject)
    letter = compose(
        Letterhead(
            name=_name(session, who, mailbox),
            address=mailbox.emailaddress,
            legal_name=configuration.company.name,
            postal_address=configuration.email.postal_address,
            disclosure="",
            dkim=dkim_key(mailbox, vault),
        ),
        Message(
            to_name=without_links(lead.fullname or ""),
            to_address=address,
            subject=email.subject,
            body=email.description,
            why=configuration.sending.why or why_they_get_it(lead, configuration.company.name),
            unsubscribe_url=link(
                services.address_for_recipients(mailbox.lw_kind), vault, address, _key(email.activityid)
            ),
            answers=thread if is_answer else None,
            follows=None if is_answer else thread,
            by_person=True,
            moment=max(due, moment),
        ),
    )
    email.messageid, email.inreplyto = letter.messageid, thread.messageid if thread else None
    email.sender, email.torecipients = letter.sender, letter.recipient
    session.execute(delete(ActivityParty).where(ActivityParty.activityid == email.activityid))
    add_parties(session, email.activityid, lead.leadid, sender=(who.id, "systemuser", letter.sender),
                to=(lead.leadid, "lead", letter.recipient))  # fmt: skip
    order = Order(
        businesskey=_key(email.activityid),
        mailboxid=mailbox.mailboxid,
        letter=letter,
        purpose=PURPOSE,
        leadid=lead.leadid,
        emailid=email.activityid,
        due=due,
    )
    outboxid, new = put(session, order, moment)
    after = {"lead": lead.leadid, "subject": email.subject, "from": letter.sender, "due": due, "known": list(known)}
    audit.record(session, who.actor, "email.sent_by_person", "email", email.activityid, after=after)
    audit.record(session, who.actor, "lead.mail_by_person", "lead", lead.leadid, after=after, cause=email.subject[:300])
    return OnItsWay(outboxid, email.activityid, due, new)


def _name(session: Session, who: Principal, mailbox: Mailbox) -> str:
    """A shared mailbox says whose mail it is and for whom it is sent."""
    if mailbox.regardingobjectid == who.id:
        return session.scalar(select(SystemUser.fullname).where(SystemUser.systemuserid == who.id)) or who.name
    return f"{who.name}, {mailbox.name}" if mailbox.name else who.name


def _thread(session: Session, leadid: str, subject: str) -> tuple[Thread | None, bool]:
    """The mail this one answers or follows up: the newest one, when the subject is still its own."""
    heard, sent = read.last_heard(session, leadid), read.last_sent(session, leadid)
    newest = max((m for m in (heard, sent) if m is not None), key=lambda m: m.senton, default=None)
    if newest is None or reply_subject(newest.subject).casefold() != reply_subject(subject).casefold():
        return None, False
    kept = InboundMessage if newest is heard else Outbox
    raw = session.scalar(select(kept.raw).where(kept.emailid == newest.activityid).limit(1))
    return Thread(newest.messageid, earlier_in(raw or b""), subject), newest is heard


def _draft_again(session: Session, who: Principal, email: Email, moment: datetime) -> str:
    copy = Email(
        regardingobjectid=email.regardingobjectid,
        subject=email.subject,
        description=email.description,
        lw_paragraphs=email.lw_paragraphs,
        statecode=int(EmailState.OPEN),
        statuscode=int(EmailStatus.DRAFT),
        ownerid=who.id,
        owningbusinessunit=who.businessunitid,
        createdon=moment,
        modifiedon=moment,
        createdby=who.id,
        modifiedby=who.id,
    )
    session.add(copy)
    session.flush()
    session.add_all(
        ActivityParty(activityid=copy.activityid, participationtypemask=int(part), partyid=id_,
                      partyobjecttypecode=table)
        for part, id_, table in (
            (Participation.SENDER, who.id, "systemuser"),
            (Participation.TO, email.regardingobjectid, "lead"),
            (Participation.REGARDING, email.regardingobjectid, "lead"),
        )
    )  # fmt: skip
    return copy.activityid
