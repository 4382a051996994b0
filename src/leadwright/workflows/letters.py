"""A mail of a conversation: composed, kept as an email activity, put into the outbox, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session, defer

from leadwright.db import audit, findings
from leadwright.db.base import new_id
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.sales import ActivityParty, Email, Lead
from leadwright.domain.company_name import company_shown
from leadwright.domain.evidence import Statement
from leadwright.domain.links import without_links
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.optionsets import EmailState, EmailStatus, LeadSource, Participation
from leadwright.domain.replies import OF_MACHINES
from leadwright.identity.secrets import open_vault
from leadwright.mail.compose import Letterhead, Message, Thread, compose
from leadwright.mail.heads import earlier_in
from leadwright.mail.mailbox import Letter
from leadwright.mail.outbox import Order, put
from leadwright.mail.records import dkim_key
from leadwright.mail.signature import signature_of
from leadwright.mail.unsubscribe import link
from leadwright.services import Services
from leadwright.workflows.engagements import Conversation, Held
from leadwright.workflows.names import names_of

_DISCLOSURE = "This message was written with the help of AI."
_NEVER_LEFT = or_(
    Outbox.phase.in_((Phase.CANCELLED, Phase.FAILED)), and_(Outbox.phase == Phase.HELD, Outbox.spenton.is_(None))
)
_MAY_LEAVE = (Phase.QUEUED, *IN_FLIGHT, Phase.UNKNOWN, Phase.SENT, Phase.HELD)
_PARTIES = cast(Table, ActivityParty.__table__)
_CAME = {
    LeadSource.WEB: "you contacted us through our web site",
    LeadSource.TRADE_SHOW: "we have you on record from a trade show",
    LeadSource.SEMINAR: "we have you on record from a seminar",
    LeadSource.EXTERNAL_REFERRAL: "you were recommended to us",
    LeadSource.WORD_OF_MOUTH: "you were recommended to us",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be sent.

    Args:
        body: paragraphs, signature and terms; the footer is added when it is composed.
        emailid: the draft it stands in already; None: a new email activity.
        hold: why a person must look at it first; then it is kept as a draft and not sent.
        names: the lead's as the words know them, see `names_of`; None: as they are now, or as the draft has them.
    """

    subject: str
    body: str
    paragraphs: tuple[Statement, ...] = ()
    emailid: str | None = None
    hold: str | None = None
    names: Mapping[str, Any] | None = None


def send(
    services: Services,
    session: Session,
    talk: Conversation,
    rows: Held,
    mail: Written,
    *,
    businesskey: str,
    purpose: str = "outreach",
    answers: Thread | None = None,
    follows: Thread | None = None,
) -> str:
    """Put the mail into the outbox: Message-ID and bytes are fixed now. The same key again changes nothing.

    Returns:
        outboxid.

    Raises:
        BadInput: something of the configuration is missing or cannot be sent; the sentence says what.
    """
    mailbox, lead = talk.mailbox, rows.lead
    letter = letter_of(services, talk, rows, mail, businesskey=businesskey, answers=answers, follows=follows)
    thread = answers or follows
    fixed = {
        "messageid": letter.messageid,
        "inreplyto": thread.messageid if thread else None,
        "sender": letter.sender,
        "torecipients": letter.recipient,
    }
    emailid = mail.emailid
    if emailid:
        session.execute(update(Email).where(Email.activityid == emailid).values(fixed))
    else:
        emailid = keep(session, talk, rows, mail, **fixed)
    order = Order(
        businesskey=businesskey,
        mailboxid=mailbox.mailboxid,
        letter=letter,
        purpose=purpose,
        leadid=lead.leadid,
        emailid=emailid,
        agentid=talk.agentid,
        version=talk.version,
    )
    outboxid, _ = put(session, order, rows.moment)
    after = {"lead": lead.leadid, "subject": mail.subject, "messageid": letter.messageid}
    audit.record(session, talk.who.actor, "email.decided", "email", emailid, after=after, cause=talk.cause)
    return outboxid


def letter_of(
    services: Services,
    talk: Conversation,
    rows: Held,
    mail: Written,
    *,
    businesskey: str,
    answers: Thread | None = None,
    follows: Thread | None = None,
    messageid: str = "",
) -> Letter:
    """The mail as it goes out. A `messageid` given is kept: the same mail with other words.

    Raises:
        BadInput: something of the configuration is missing or cannot be sent; the sentence says what.
    """
    vault = open_vault(services.settings)
    mailbox, configuration, lead = talk.mailbox, talk.configuration, rows.lead
    letterhead = Letterhead(
        name=mailbox.name or configuration.company.name,
        address=mailbox.emailaddress,
        legal_name=configuration.company.name,
        postal_address=configuration.email.postal_address,
        disclosure=configuration.profile.disclaimer.strip() or _DISCLOSURE,
        dkim=dkim_key(mailbox, vault),
    )
    return compose(
        letterhead,
        Message(
            to_name=without_links(lead.fullname or ""),
            to_address=rows.engagement.address,
            subject=mail.subject,
            body=mail.body,
            why=configuration.sending.why or why_they_get_it(lead, configuration.company.name),
            unsubscribe_url=link(
                services.address_for_recipients(mailbox.lw_kind), vault, rows.engagement.address, businesskey
            ),
            answers=answers,
            follows=follows,
            signature=signature_of(configuration.profile),
            moment=rows.moment,
        ),
        messageid=messageid,
    )


def free_key(session: Session, rows: Held) -> tuple[str, str | None]:
    """The business key of the coming mail of the cadence, and the activityid of the one of this step that never left.

    One that was cancelled or refused never left, nor did one that is held before it was handed over: its row stays,
    under a key of its own.
    """
    row = rows.engagement
    again = f":{row.softbounces}" if row.softbounces else ""
    key = f"{_step_key(row, rows.run.number)}{again}"
    spent = session.scalar(select(Outbox).where(Outbox.businesskey == key, _NEVER_LEFT).with_for_update())
    if spent is None:
        return key, None
    spent.businesskey = f"{key}:{spent.outboxid}"
    session.flush()
    return key, spent.emailid


def mail_of_step(session: Session, row: Engagement, number: int) -> Outbox | None:
    """The mail of the coming step that is in the outbox already and left, may have, or may yet: it was overtaken.

    Args:
        row: of a conversation that waits for no mail of its cadence.
        number: of the run.
    """
    key = _step_key(row, number)
    mine = or_(Outbox.businesskey == key, Outbox.businesskey.startswith(f"{key}:", autoescape=True))
    query = select(Outbox).where(Outbox.leadid == row.leadid, mine, Outbox.bouncedon.is_(None))
    query = query.where(Outbox.phase.in_(_MAY_LEAVE), ~_NEVER_LEFT).order_by(Outbox.createdon.desc()).limit(1)
    return session.scalar(query.options(defer(Outbox.raw)).execution_options(populate_existing=True))


def _step_key(row: Engagement, number: int) -> str:
    return f"outreach:{row.leadid}:{number}:{row.sent}"


def keep(session: Session, talk: Conversation, rows: Held, mail: Written, **fixed: str | None) -> str:
    """Keep the mail as a new email activity of the lead, a draft until it goes out. Returns its activityid.

    Args:
        fixed: columns that say how it goes out, when it does.
    """
    emailid = new_id()
    session.add(
        Email(
            activityid=emailid,
            regardingobjectid=rows.lead.leadid,
            subject=mail.subject,
            description=mail.body,
            statecode=int(EmailState.OPEN),
            statuscode=int(EmailStatus.DRAFT),
            ownerid=rows.lead.ownerid,
            owningbusinessunit=rows.lead.owningbusinessunit,
            createdon=rows.moment,
            modifiedon=rows.moment,
            createdby=talk.who.id,
            modifiedby=talk.who.id,
            lw_threadid=talk.runid,
            lw_paragraphs=findings.statements(mail.paragraphs),
            lw_hold=mail.hold,
            lw_judgement=dict(names_of(rows.lead) if mail.names is None else mail.names),
            **fixed,
        )
    )
    session.flush()
    add_parties(session, emailid, rows.lead.leadid, sender=(talk.who.id, "systemuser", talk.mailbox.emailaddress),
                to=(rows.lead.leadid, "lead", rows.engagement.address))  # fmt: skip
    return emailid


def add_parties(
    session: Session,
    emailid: str,
    leadid: str,
    *,
    sender: tuple[str | None, str | None, str],
    to: tuple[str | None, str | None, str],
) -> None:
    """Who wrote to whom about which lead: id, table and address of each, where they are known."""
    parties: list[tuple[Participation, tuple[str | None, str | None, str]]] = [
        (Participation.SENDER, sender),
        (Participation.TO, to),
        (Participation.REGARDING, (leadid, "lead", "")),
    ]
    rows: list[dict[str, Any]] = [
        {
            "activityid": emailid,
            "participationtypemask": int(part),
            "partyid": id_,
            "partyobjecttypecode": table,
            "addressused": address[:200] or None,
        }
        for part, (id_, table, address) in parties
    ]
    session.execute(insert(_PARTIES), rows)


def why_they_get_it(lead: Lead, company: str) -> str:
    """The sentence that tells the recipient why: from the lead's source, never more than is known."""
    source = lead.leadsourcecode
    known = _CAME.get(LeadSource(source)) if source in set(LeadSource) else None
    if known:
        return f"You get this email from {company} because {known}."
    name = without_links(company_shown(lead.companyname or "")).rstrip(" .")
    where = f" at {name}" if name else ""
    return f"You get this email from {company} because of your role{where}."


def words_of_thread(session: Session, runid: str) -> list[str]:
    """What was written in this conversation: by them, the newest first, then by us, the first mail first.

    What a machine wrote for them says nothing of their language.
    """
    query = (
        select(Email.directioncode, Email.description, Email.lw_judgement)
        .order_by(Email.senton)
        .where(Email.lw_threadid == runid, Email.senton.is_not(None), Email.lw_hold.is_(None))
    )
    rows = session.execute(query).all()
    theirs = [r.description for r in rows if not r.directioncode and r.lw_judgement.get("class") not in OF_MACHINES]
    return [*theirs[::-1], *(row.description for row in rows if row.directioncode)]


def last_of_thread(session: Session, runid: str) -> Thread | None:
    """The newest mail of ours that left in this conversation, to be followed up."""
    row = session.execute(
        select(func.coalesce(Outbox.sentmessageid, Outbox.messageid).label("messageid"), Email.subject, Outbox.raw)
        .join(Email, Email.activityid == Outbox.emailid)
        .where(Email.lw_threadid == runid, Email.directioncode.is_(True), Outbox.phase == "sent")
        .order_by(Outbox.concludedon.desc())
        .limit(1)
    ).first()
    return Thread(row.messageid, earlier_in(row.raw), row.subject) if row else None
