"""Qualify a lead: account, contact and opportunity on choice, the lead closed as qualified."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leadwright.db import audit, changes
from leadwright.db.sales import Account, Competitor, Contact, Lead, LeadCompetitor, Opportunity, OpportunityCompetitor
from leadwright.domain.optionsets import LeadState, LeadStatus
from leadwright.errors import Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.research.connect import describe_account
from leadwright.services import Services

_FIRM = (
    "websiteurl",
    "industrycode",
    "lw_industry",
    "numberofemployees",
    "revenue",
    "address1_line1",
    "address1_city",
    "address1_stateorprovince",
    "address1_postalcode",
    "address1_country",
)
_PERSON = ("fullname", "firstname", "lastname", "jobtitle", "telephone1", "mobilephone", "emailaddress1")


@dataclass(frozen=True, slots=True)
class Qualified:
    """Ids of the records the lead led to; None where none was wanted and none was linked."""

    accountid: str | None
    contactid: str | None
    opportunityid: str | None


def qualify(
    services: Services,
    who: Principal,
    leadid: str,
    *,
    account: bool = True,
    contact: bool = True,
    opportunity: bool = True,
) -> Qualified:
    """Close the lead as qualified. A linked account or contact is used again, not made twice.

    Raises:
        NotFound, NotAllowed.
        Conflict: the lead is closed.
    """
    with services.database.transaction() as session:
        lead = _open_lead(session, who, leadid)
        accountid = lead.parentaccountid or (_account(services, session, who, lead) if account else None)
        contactid = lead.parentcontactid or (_contact(services, session, who, lead, accountid) if contact else None)
        opportunityid = _opportunity(services, session, who, lead, accountid, contactid) if opportunity else None
        values = {
            "statecode": int(LeadState.QUALIFIED),
            "statuscode": int(LeadStatus.QUALIFIED),
            "parentaccountid": accountid,
            "parentcontactid": contactid,
            "qualifyingopportunityid": opportunityid,
        }
        before = {k: getattr(lead, k) for k, v in values.items() if getattr(lead, k) != v}
        for name, value in values.items():
            setattr(lead, name, value)
        lead.versionnumber += 1
        lead.modifiedon, lead.modifiedby = services.clock(), who.id
        changes.record(session, leadid, "changed", before)
        audit.record(session, who.actor, "lead.qualified", "lead", leadid, before=before, after=values)
        return Qualified(accountid, contactid, opportunityid)


def _open_lead(session: Session, who: Principal, leadid: str) -> Lead:
    require(who, "prvQualifyLead")
    query = select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")).with_for_update()
    lead = session.scalar(query)
    if lead is None:
        raise NotFound("There is no such lead, or you may not see it.")
    require(who, "prvQualifyLead", lead)
    if lead.statecode != LeadState.OPEN:
        raise Conflict("This lead is closed already. Reopen it before you qualify it.")
    return lead


def _account(services: Services, session: Session, who: Principal, lead: Lead) -> str | None:
    if not lead.companyname:
        return None
    require(who, "prvCreateAccount")
    values = {c: getattr(lead, c) for c in _FIRM}
    record = Account(**_owned(services, who), **values, name=lead.companyname)
    for column, value in describe_account(record).items():
        setattr(record, column, value or None)
    session.add(record)
    session.flush()
    _created(session, who, "account", record.accountid, lead, {"name": record.name})
    return record.accountid


def _contact(services: Services, session: Session, who: Principal, lead: Lead, accountid: str | None) -> str | None:
    if not (lead.fullname or lead.lastname):
        return None
    require(who, "prvCreateContact")
    values = {c: getattr(lead, c) for c in _PERSON}
    record = Contact(**_owned(services, who), **values, parentcustomerid=accountid)
    session.add(record)
    session.flush()
    _created(session, who, "contact", record.contactid, lead, {"fullname": record.fullname})
    return record.contactid


def _opportunity(
    services: Services, session: Session, who: Principal, lead: Lead, accountid: str | None, contactid: str | None
) -> str:
    require(who, "prvCreateOpportunity")
    record = Opportunity(
        **_owned(services, who),
        name=lead.subject or lead.companyname or lead.fullname or "Opportunity",
        estimatedvalue=lead.estimatedamount or lead.budgetamount,
        estimatedclosedate=lead.estimatedclosedate,
        originatingleadid=lead.leadid,
        parentaccountid=accountid,
        parentcontactid=contactid,
    )
    session.add(record)
    session.flush()
    rivals = session.scalars(
        select(LeadCompetitor.competitorid)
        .join(Competitor, Competitor.competitorid == LeadCompetitor.competitorid)
        .where(LeadCompetitor.leadid == lead.leadid)
    ).all()
    if rivals:
        rows = [{"opportunityid": record.opportunityid, "competitorid": c} for c in rivals]
        session.execute(insert(OpportunityCompetitor), rows)
    after = {"name": record.name, "estimatedvalue": record.estimatedvalue}
    _created(session, who, "opportunity", record.opportunityid, lead, after)
    return record.opportunityid


def _owned(services: Services, who: Principal) -> dict[str, Any]:
    moment = services.clock()
    return {
        "ownerid": who.id,
        "owningbusinessunit": who.businessunitid,
        "createdon": moment,
        "modifiedon": moment,
        "createdby": who.id,
        "modifiedby": who.id,
    }


def _created(session: Session, who: Principal, table: str, id_: str, lead: Lead, after: dict[str, Any]) -> None:
    audit.record(session, who.actor, f"{table}.created", table, id_, after=after, cause=f"lead {lead.leadid} qualified")
