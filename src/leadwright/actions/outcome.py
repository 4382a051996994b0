"""What a person does with a lead the agent has finished: draft, reassign, return, try again, overrule, connect."""

from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from leadwright.actions.conversation_rows import draft_of, waiting_for_a_mail
from leadwright.actions.leads import edit_lead
from leadwright.actions.owners import refuse_who_is_here_alone
from leadwright.actions.qualify import Qualified, qualify
from leadwright.db import audit, changes
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import new_id
from leadwright.db.configuration import Assignment, Configuration
from leadwright.db.mirror_seen import is_seen
from leadwright.db.pages import lead_research
from leadwright.db.people import SystemUser, entitled
from leadwright.db.sales import ActivityParty, Email, Lead
from leadwright.domain.optionsets import EmailState, EmailStatus, LeadState, LeadStatus, NotificationIcon, Participation
from leadwright.domain.outreach import subject_line
from leadwright.domain.stage import AgentState, Stage, Trigger
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Depth, Principal, readable, require
from leadwright.mail.addresses import hash_address
from leadwright.mail.matching import addresses_of
from leadwright.mail.suppression import lift_bounce
from leadwright.services import Services
from leadwright.workflows.case import lead_link, lead_name, notify
from leadwright.workflows.hand_over import Assigned, next_owner, why_nobody
from leadwright.workflows.names import names_of

__all__ = [
    "Qualified",
    "connect",
    "disconnect",
    "overrule_email",
    "qualify",
    "reassign",
    "retry_all_stopped",
    "retry_run",
    "return_lead",
    "save_draft",
]

_BODY_LENGTH = 100_000
_REASON_LENGTH = 1_000
_RETRIED_AT_ONCE = 200  # leads in one transaction


def save_draft(
    services: Services,
    who: Principal,
    leadid: str,
    *,
    subject: str,
    body: str,
    emailid: str = "",
    versionnumber: int | None = None,
) -> str:
    """Change the drafted email of a lead, or begin one. What held it for a person's look is settled by that.

    Where the conversation waits for a person because its draft is gone, it becomes that mail.

    Args:
        emailid: of the draft as the person saw it, or of the new one; empty: the one the lead's page shows.
        versionnumber: of the draft as the person saw it.

    Returns:
        Its activityid.

    Raises:
        NotFound, NotAllowed, BadInput.
        Conflict: somebody changed the draft since, or it is no draft of ours.
    """
    if len(body) > _BODY_LENGTH:
        raise BadInput(f"The email is too long; {_BODY_LENGTH:,} characters are the most.", field="body")
    moment = services.clock()
    with services.database.transaction() as session:
        lead = _lead(session, who, leadid, "prvReadLead")
        emailid = emailid or _shown(session, who, leadid)
        email = draft_of(session, leadid, emailid) if emailid else None
        if email is None:
            require(who, "prvCreateActivity")
            email = _new_draft(session, who, lead, emailid or new_id())
        require(who, "prvWriteActivity", email)
        if versionnumber is not None and email.versionnumber != versionnumber:
            raise Conflict("Somebody changed this draft since you opened it. Load it again, then make your change.")
        email.lw_threadid = email.lw_threadid or waiting_for_a_mail(session, leadid)
        before = {"subject": email.subject, "body": email.description, "hold": email.lw_hold}
        email.subject, email.description, email.lw_hold = subject_line(subject), body.strip(), None
        email.modifiedon, email.modifiedby = moment, who.id
        email.versionnumber += 1
        email.lw_judgement = names_of(lead)
        after = {"subject": email.subject, "body": email.description, "hold": None}
        audit.record(session, who.actor, "email.draft_saved", "email", email.activityid, before=before, after=after)
        return email.activityid


def reassign(services: Services, who: Principal, leadid: str, *, sellerid: str | None = None) -> str:
    """Give a disqualified lead to a seller after all: the chosen one, or the next by the rule. Counts as handed over.

    Returns:
        systemuserid of the new owner.

    Raises:
        NotFound, NotAllowed, BadInput.
        Conflict: the lead is not disqualified by the agent, or nobody can take it.
    """
    with services.database.transaction() as session:
        lead = _lead(session, who, leadid, "prvAssignLead")
        run = _newest_run(session, leadid)
        if run is None or run.stage != Stage.DISQUALIFIED:
            raise Conflict("Only a lead that the agent has disqualified can be reassigned.")
        owner = _chosen(session, sellerid) if sellerid else _by_rule(services, session, run)
        run.stage, run.reassigned, run.ownerid = Stage.HANDED_OVER, True, owner.ownerid
        run.reasons = [f"Reassigned by {who.name}. {owner.reason}", *run.reasons]
        _change(
            services,
            session,
            who,
            lead,
            "lead.reassigned",
            ownerid=owner.ownerid,
            owningbusinessunit=owner.businessunitid,
            statecode=int(LeadState.OPEN),
            statuscode=int(LeadStatus.NEW),
            lw_stage=str(Stage.HANDED_OVER),
        )
        _hand_drafts(session, leadid, owner)
        title = f"Reassigned to you: {lead_name(lead)}"
        key = f"reassigned:{run.runid}:{lead.versionnumber}"
        body = f"{who.name} gave you this lead after the agent had disqualified it."
        notify(session, owner.ownerid, key, title, body, icon=NotificationIcon.SUCCESS, link=lead_link(leadid))
        return owner.ownerid


def return_lead(services: Services, who: Principal, leadid: str, reason: str) -> str:
    """A seller gives a handed-over lead back: it goes to the next seller by the rule, and the reason is kept.

    Returns:
        systemuserid of the new owner.

    Raises:
        NotFound, NotAllowed.
        BadInput: no reason.
        Conflict: it was not handed over by the agent, or nobody else can take it.
    """
    reason = " ".join(reason.split())[:_REASON_LENGTH]
    if not reason:
        raise BadInput("Say why you return the lead; the next seller reads it.", field="reason")
    with services.database.transaction() as session:
        lead = _lead(session, who, leadid, "prvWriteLead")
        run = _newest_run(session, leadid)
        if run is None or run.stage != Stage.HANDED_OVER or lead.statecode != LeadState.OPEN:
            raise Conflict("Only an open lead that the agent has handed over can be returned.")
        owner = _by_rule(services, session, run, besides=lead.ownerid)
        if owner.ownerid == lead.ownerid:
            raise Conflict("Nobody else can take this lead. Ask your supervisor.")
        run.ownerid = owner.ownerid
        run.reasons = [*run.reasons, f"Returned by {who.name}: {reason}", owner.reason]
        given = {"ownerid": owner.ownerid, "owningbusinessunit": owner.businessunitid}
        _change(services, session, who, lead, "lead.returned_by_seller", cause=reason, **given)
        _hand_drafts(session, leadid, owner)
        key = f"returned_by_seller:{run.runid}:{lead.versionnumber}"
        body = f"{who.name} returned this lead: {reason}"
        notify(session, owner.ownerid, key, f"New lead: {lead_name(lead)}", body, link=lead_link(leadid))
        return owner.ownerid


def retry_run(services: Services, who: Principal, leadid: str) -> str:
    """Let the agent try a lead again that is blocked, failed, returned or cancelled.

    Returns:
        runid.

    Raises:
        NotFound, NotAllowed.
        Conflict: nothing failed, or the lead is closed.
    """
    with services.database.transaction() as session:
        lead = _lead(session, who, leadid, "prvWriteLead")
        run = _newest_run(session, leadid)
        if run is None or run.stage not in _RETRIED:
            raise Conflict("The agent can try again only a lead that is blocked, failed, returned or cancelled.")
        if lead.statecode != LeadState.OPEN:
            raise Conflict("This lead is closed. Reopen it first.")
        return _retry(services, session, who, lead, run).runid


def retry_all_stopped(services: Services, who: Principal) -> int:
    """Let the agent try again every open lead that is blocked or failed, and at once those that wait for a repair.

    Returns:
        How many leads.

    Raises:
        NotAllowed: prvWriteLead over all leads of the organisation is missing.
    """
    require(who, "prvWriteLead")
    if who.privileges["prvWriteLead"] < Depth.ORGANISATION:
        raise NotAllowed(
            "This needs the privilege prvWriteLead over all leads of the organisation. Ask an administrator.",
            privilege="prvWriteLead",
        )
    with services.database.reading() as session:
        working = Agent.state != AgentState.ARCHIVED
        query = select(LeadRun.leadid).join(Agent, Agent.agentid == LeadRun.agentid).where(working, _stopped())
        leadids = list(dict.fromkeys(session.scalars(query)))
    retried = 0
    for start in range(0, len(leadids), _RETRIED_AT_ONCE):
        with services.database.transaction() as session:
            retried += sum(
                _retry_stopped(services, session, who, leadid) for leadid in leadids[start : start + _RETRIED_AT_ONCE]
            )
    return retried


def _stopped() -> ColumnElement[bool]:
    waits = LeadRun.stage.in_((Stage.QUEUED, Stage.RESEARCHING)) & LeadRun.dueat.is_not(None)
    return LeadRun.stage.in_((Stage.BLOCKED, Stage.FAILED)) | waits


def _retry_stopped(services: Services, session: Session, who: Principal, leadid: str) -> bool:
    run = _newest_run(session, leadid)
    lead = session.scalar(select(Lead).where(Lead.leadid == leadid).with_for_update())
    if run is None or lead is None or lead.statecode != LeadState.OPEN:
        return False
    if run.stage in (Stage.BLOCKED, Stage.FAILED):
        _retry(services, session, who, lead, run)
        return True
    waits = run.stage in (Stage.QUEUED, Stage.RESEARCHING) and run.dueat is not None
    if waits:
        run.dueat = None
    return waits


def _retry(services: Services, session: Session, who: Principal, lead: Lead, run: LeadRun) -> LeadRun:
    """Queue the lead again: the blocked run itself, or after any other a next one."""
    if run.stage == Stage.BLOCKED:
        run.stage, run.attempts, run.dueat, run.givenon = Stage.QUEUED, 0, None, None
        run.generation += 1
    else:
        run = _next_run(services, session, run)
    _change(services, session, who, lead, "lead.retried", lw_stage=str(Stage.QUEUED))
    return run


def overrule_email(services: Services, who: Principal, leadid: str, *, valid: bool, kind: str = "") -> None:
    """A person says whether the lead's address is valid, and of which type (work or personal); the agent believes it.

    Said to be valid, it is written to again though mail came back. Who asked not to be written to stays left alone.

    Raises:
        NotFound, NotAllowed, BadInput.
    """
    if kind not in ("", "work", "personal"):
        raise BadInput("The type of an address is work or personal.", field="type")
    with services.database.transaction() as session:
        lead = _lead(session, who, leadid, "prvWriteLead")
        values = {"lw_emailstate": "overruled_valid" if valid else "overruled_invalid"}
        values |= {"lw_emailtype": kind} if kind else {}
        _change(services, session, who, lead, "lead.email_overruled", **values)
        for address in _written_to_at(session, lead) if valid else ():
            with suppress(BadInput):  # a second address may be anything
                if lift_bounce(session, address):
                    found, before = hash_address(address), {"reason": Reason.HARD_BOUNCE}
                    audit.record(session, who.actor, "suppression.lifted", "suppression", found, before=before)


def _written_to_at(session: Session, lead: Lead) -> list[str]:
    """Its main address, and that of its conversation where a column of the organisation's own holds that."""
    own = {str(value).casefold() for value in (lead.custom or {}).values()}
    return [a for a in addresses_of(session, lead) if a == lead.emailaddress1 or a.casefold() in own]


def connect(services: Services, who: Principal, leadid: str, table: str, recordid: str | None) -> None:
    """Connect the lead with another account or contact, or with none. The agent keeps to what a person chose.

    Args:
        table: account or contact.
        recordid: None: no such record fits; the agent does not connect one by itself either.

    Raises:
        NotFound, NotAllowed.
        BadInput: no such record, or another table.
    """
    if table not in ("account", "contact"):
        raise BadInput("A lead is connected with an account or a contact.", field="table")
    action = "lead.connected" if recordid else "lead.disconnected"
    edit_lead(services, who, leadid, {f"parent{table}id": recordid}, action=action)


def disconnect(services: Services, who: Principal, leadid: str, table: str) -> None:
    """Disconnect the lead's account or contact; the agent does not connect it again.

    Args:
        table: account or contact.

    Raises:
        NotFound, NotAllowed, BadInput.
    """
    connect(services, who, leadid, table, None)


_RETRIED = (Stage.BLOCKED, Stage.FAILED, Stage.RETURNED, Stage.CANCELLED)


def _lead(session: Session, who: Principal, leadid: str, privilege: str) -> Lead:
    require(who, privilege)
    query = select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")).with_for_update()
    lead = session.scalar(query)
    if lead is None:
        raise NotFound("There is no such lead, or you may not see it.")
    require(who, privilege, lead)
    return lead


def _newest_run(session: Session, leadid: str) -> LeadRun | None:
    query = select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1)
    return session.scalar(query.with_for_update())


def _next_run(services: Services, session: Session, last: LeadRun) -> LeadRun:
    agent = session.get_one(Agent, last.agentid)
    if agent.state == AgentState.ARCHIVED:
        raise Conflict(f"{agent.name} is archived and works no lead any more. The agent in force takes it by itself.")
    run = LeadRun(
        leadid=last.leadid,
        number=last.number + 1,
        agentid=agent.agentid,
        version=agent.appliedversion,
        trigger=Trigger.RETRIED,
        previousownerid=last.previousownerid,
        queuedon=services.clock(),
    )
    session.add(run)
    session.flush()
    return run


def _by_rule(services: Services, session: Session, run: LeadRun, besides: str = "") -> Assigned:
    agent = session.get_one(Agent, run.agentid)
    version = session.get(AgentVersion, (agent.agentid, agent.appliedversion))
    rule = Configuration.model_validate(version.configuration).assignment if version else Assignment()
    owner = next_owner(session, agent.agentid, rule, services.clock(), besides=besides)
    if owner is None:
        raise Conflict(why_nobody(session, agent.agentid, rule, services.clock(), besides=besides))
    return owner


def _chosen(session: Session, sellerid: str) -> Assigned:
    user = session.get(SystemUser, sellerid)
    if user is None or user.isdisabled or user.applicationid is not None:
        raise BadInput("This user does not exist, is disabled, or is no person. Choose another.", field="seller")
    refuse_who_is_here_alone(session, sellerid, user.fullname, "choose another")
    if not entitled(session, [sellerid]):
        raise BadInput(
            f"{user.fullname} may not open leads: none of their roles grants it. Choose another, or give them a role.",
            field="seller",
        )
    return Assigned(user.systemuserid, user.businessunitid, user.fullname, f"{user.fullname} was chosen.")


def _change(
    services: Services, session: Session, who: Principal, lead: Lead, action: str, *, cause: str = "", **values: Any
) -> None:
    before = {k: getattr(lead, k) for k, v in values.items() if getattr(lead, k) != v}
    for name in before:
        setattr(lead, name, values[name])
    lead.versionnumber += 1
    lead.modifiedon, lead.modifiedby = services.clock(), who.id
    after = {k: values[k] for k in before}
    changes.record(session, lead.leadid, "changed", before)
    audit.record(session, who.actor, action, "lead", lead.leadid, before=before, after=after, cause=cause[:300])


def _hand_drafts(session: Session, leadid: str, owner: Assigned) -> None:
    """Drafts follow their lead to its new owner; what somebody writes in the outside CRM does not."""
    ours = (Email.statuscode == int(EmailStatus.DRAFT)) & ~is_seen("email", Email.activityid)
    drafts = (Email.regardingobjectid == leadid) & ours
    given = {"ownerid": owner.ownerid, "owningbusinessunit": owner.businessunitid}
    session.execute(update(Email).where(drafts).values(**given, versionnumber=Email.versionnumber + 1))
    sender = ActivityParty.participationtypemask == int(Participation.SENDER)
    ids = select(Email.activityid).where(drafts)
    session.execute(
        update(ActivityParty).where(ActivityParty.activityid.in_(ids), sender).values(partyid=owner.ownerid)
    )


def _shown(session: Session, who: Principal, leadid: str) -> str:
    run = _newest_run(session, leadid)
    shown = lead_research.draft(session, leadid, run.runid if run else None, who.id)
    return str(shown.activityid) if shown else ""


def _new_draft(session: Session, who: Principal, lead: Lead, emailid: str) -> Email:
    email = Email(
        activityid=emailid,
        regardingobjectid=lead.leadid,
        statecode=int(EmailState.OPEN),
        statuscode=int(EmailStatus.DRAFT),
        ownerid=who.id,
        owningbusinessunit=who.businessunitid,
        createdby=who.id,
        modifiedby=who.id,
    )
    session.add(email)
    session.flush()
    session.add_all(
        ActivityParty(
            activityid=email.activityid,
            participationtypemask=int(part),
            partyid=id_,
            partyobjecttypecode=table,
            addressused=address,
        )
        for part, id_, table, address in (
            (Participation.SENDER, who.id, "systemuser", None),
            (Participation.TO, lead.leadid, "lead", lead.emailaddress1),
            (Participation.REGARDING, lead.leadid, "lead", None),
        )
    )
    return email
