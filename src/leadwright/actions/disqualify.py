"""A person disqualifies a lead, which ends a conversation with it and keeps the reason, or opens a closed one again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions import conversations
from leadwright.db import audit, changes
from leadwright.db.agent import LeadRun
from leadwright.db.pages.thread import open_run
from leadwright.db.sales import Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.optionsets import LeadState, LeadStatus
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services

_REASON_LENGTH = 500


def open_lead(services: Services, who: Principal, leadid: str, privilege: str) -> Lead:
    """The lead as it is now, when the caller may do this to it and it is open.

    Raises:
        NotFound, NotAllowed.
        Conflict: it is closed.
    """
    require(who, privilege)
    with services.database.reading() as session:
        lead = session.scalar(select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")))
        if lead is None:
            raise NotFound("There is no such lead, or you may not see it.")
        require(who, privilege, lead)
        if lead.statecode != LeadState.OPEN:
            raise Conflict("This lead is closed already. Reopen it first.")
        session.expunge(lead)
        return lead


def disqualify(services: Services, who: Principal, leadid: str, reason: str) -> None:
    """Close the lead as no longer interested; the reason is kept with it.

    Raises:
        NotFound, NotAllowed.
        BadInput: no reason.
        Conflict: it is closed already, or the agent is researching it.
    """
    reason = " ".join(reason.split())[:_REASON_LENGTH]
    if not reason:
        raise BadInput("Say why the lead is disqualified; it is kept with the lead.", field="reason")
    open_lead(services, who, leadid, "prvWriteLead")
    with services.database.reading() as session:
        talking = open_run(session, leadid) is not None
    if talking:
        conversations.stop(services, who, leadid, reason, str(Outcome.NOT_INTERESTED))
    else:
        _close(services, who, leadid, reason)


def _close(services: Services, who: Principal, leadid: str, reason: str) -> None:
    with services.database.transaction() as session:
        lead = session.scalar(select(Lead).where(Lead.leadid == leadid).with_for_update())
        run = session.scalar(select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1))
        if lead is None or lead.statecode != LeadState.OPEN:
            raise Conflict("This lead is closed already. Reopen it first.")
        if run is not None and run.stage in (Stage.QUEUED, Stage.RESEARCHING):
            raise Conflict("The agent is researching this lead. Try again when it is done.")
        state, status = LeadState.DISQUALIFIED, LeadStatus.NO_LONGER_INTERESTED
        _set(services, session, who, lead, "lead.disqualified", state, status, cause=reason[:300])


def reopen(services: Services, who: Principal, leadid: str) -> None:
    """Open a lead again that a person closed as qualified or disqualified. Records made from it stay.

    Raises:
        NotFound, NotAllowed.
        Conflict: it is open, or it was the agent that disqualified it.
    """
    require(who, "prvWriteLead")
    with services.database.transaction() as session:
        query = select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")).with_for_update()
        lead = session.scalar(query)
        if lead is None:
            raise NotFound("There is no such lead, or you may not see it.")
        require(who, "prvWriteLead", lead)
        if lead.statecode == LeadState.OPEN:
            raise Conflict("This lead is open already.")
        run = session.scalar(select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1))
        if run is not None and run.stage == Stage.DISQUALIFIED:
            raise Conflict("The agent disqualified this lead. A supervisor can give it to a seller with Reassign.")
        _set(services, session, who, lead, "lead.reopened", LeadState.OPEN, LeadStatus.NEW)


def _set(
    services: Services,
    session: Session,
    who: Principal,
    lead: Lead,
    action: str,
    state: LeadState,
    status: LeadStatus,
    *,
    cause: str = "",
) -> None:
    after = {"statecode": int(state), "statuscode": int(status)}
    before = {name: getattr(lead, name) for name in after}
    for name, value in after.items():
        setattr(lead, name, value)
    lead.versionnumber += 1
    lead.modifiedon, lead.modifiedby = services.clock(), who.id or None
    changes.record(session, lead.leadid, "changed", before)
    audit.record(session, who.actor, action, "lead", lead.leadid, before=before, after=after, cause=cause)
