"""Qualify a lead: account, contact and opportunity on choice, the lead closed as qualified."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from leadwright.actions.owners import refuse_who_is_here_alone
from leadwright.db import audit, changes
from leadwright.db.mirror_writes import cause_of_qualifying
from leadwright.db.sales import Account, Competitor, Contact, Lead, LeadCompetitor, Opportunity, OpportunityCompetitor
from leadwright.domain.optionsets import LeadState, LeadStatus
from leadwright.errors import BadInput, Conflict, Doubt, NotAllowed, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.research.company_names import company_domain, name_key
from leadwright.research.connect import describe_account
from leadwright.services import Services
from leadwright.workflows.opt_outs import spare_contact

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
class Sale:
    """What the opportunity is about, where it is not as the lead says.

    Args:
        estimatedvalue: in dollars; on Dynamics 365 in the lead's currency.
    """

    name: str = ""
    estimatedvalue: float | None = None
    estimatedclosedate: date | None = None


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
    accountid: str | None = None,
    contactid: str | None = None,
    sale: Sale = Sale(),
    anyway: bool = True,
) -> Qualified:
    """Close the lead as qualified. A linked account or contact is used again, not made twice.

    Args:
        accountid: an existing account instead of a new one; `contactid` likewise.
        sale: of the opportunity.
        anyway: make new records though existing ones look the same.

    Raises:
        NotFound, NotAllowed.
        BadInput: no such account or contact, or none the person may read; or the person owns nothing in Dynamics 365.
        Doubt: a new record would look like one that is there, and `anyway` was not said.
        Conflict: the lead is closed.
    """
    with services.database.transaction() as session:
        lead = _open_lead(session, who, leadid)
        accountid = _chosen(session, who, Account, accountid) or lead.parentaccountid
        contactid = _chosen(session, who, Contact, contactid) or lead.parentcontactid
        if not anyway:
            _doubt(session, lead, account=account and not accountid, contact=contact and not contactid)
        if opportunity or (account and not accountid) or (contact and not contactid):
            refuse_who_is_here_alone(session, who.id, who.name, "qualify the lead there")
        accountid = accountid or (_account(services, session, who, lead) if account else None)
        contactid = contactid or (_contact(services, session, who, lead, accountid) if contact else None)
        if lead.donotemail:
            spare_contact(session, contactid, services.clock(), "The lead it belongs to allows no emails.")
        opportunityid = lead.qualifyingopportunityid
        if opportunity:
            opportunityid = _opportunity(services, session, who, lead, accountid, contactid, sale)
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


def _chosen(session: Session, who: Principal, table: type[Account] | type[Contact], id_: str | None) -> str | None:
    if not id_:
        return None
    privilege, word = ("prvReadAccount", "account") if table is Account else ("prvReadContact", "contact")
    row = session.get(table, id_)
    try:
        require(who, privilege, row)
    except NotAllowed:
        row = None
    if row is None:
        raise BadInput(f"There is no such {word}, or you may not see it. Choose another.", field=f"{word}id")
    return id_


def _doubt(session: Session, lead: Lead, *, account: bool, contact: bool) -> None:
    """Raises Doubt when a record that is to be made looks like one that is there."""
    said = []
    if account and lead.companyname:
        keys = [Account.lw_namekey == key for key in [name_key(lead.companyname)] if key]
        keys += [Account.lw_domain == d for d in [company_domain(lead.websiteurl, lead.emailaddress1)] if d]
        name = session.scalar(select(Account.name).where(or_(*keys)).limit(1)) if keys else None
        if name:
            said.append(f"There is an account {name} already. Choose it above, or make a second one.")
    address = (lead.emailaddress1 or "").strip().casefold()
    if contact and address:
        found = session.scalar(select(Contact.fullname).where(Contact.emailaddress1 == address).limit(1))
        if found is not None:
            said.append(f"There is a contact {found or address} with this address already. Choose it above.")
    if said:
        raise Doubt(tuple(said))


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
    values = {c: getattr(lead, c) for c in (*_PERSON, "donotemail")}
    record = Contact(**_owned(services, who), **values, parentcustomerid=accountid)
    session.add(record)
    session.flush()
    _created(session, who, "contact", record.contactid, lead, {"fullname": record.fullname})
    return record.contactid


def _opportunity(
    services: Services,
    session: Session,
    who: Principal,
    lead: Lead,
    accountid: str | None,
    contactid: str | None,
    sale: Sale,
) -> str:
    require(who, "prvCreateOpportunity")
    record = Opportunity(
        **_owned(services, who),
        name=sale.name.strip()[:300] or lead.subject or lead.companyname or lead.fullname or "Opportunity",
        estimatedvalue=sale.estimatedvalue or lead.estimatedamount or lead.budgetamount,
        estimatedclosedate=sale.estimatedclosedate or lead.estimatedclosedate,
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
    audit.record(
        session, who.actor, f"{table}.created", table, id_, after=after, cause=cause_of_qualifying(lead.leadid)
    )
