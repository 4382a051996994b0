"""A lead names somebody else: a person agrees, and that person becomes a lead. Nobody new is written to before."""

from typing import Any

from sqlalchemy import func, select

from leadwright.actions.conversation_rows import visible
from leadwright.actions.leads import add_lead
from leadwright.db import audit
from leadwright.db.agent import LeadRun
from leadwright.db.sales import Lead
from leadwright.domain.optionsets import LeadSource
from leadwright.errors import Conflict
from leadwright.identity.access import Principal
from leadwright.services import Services

_OF_THE_COMPANY = (
    "companyname", "websiteurl", "lw_industry", "numberofemployees", "revenue", "subject", "address1_city",
    "address1_stateorprovince", "address1_country",
)  # fmt: skip


def create_referred(services: Services, who: Principal, leadid: str) -> str:
    """The person whom the lead named, as a lead of the same company that belongs to who agrees. Safe to repeat.

    Returns:
        leadid of the new lead.

    Raises:
        NotFound, NotAllowed, BadInput.
        Conflict: the lead names nobody, or there is a lead with that address already.
    """
    with services.database.transaction() as session:
        lead = visible(session, who, leadid, ("prvReadLead", "prvCreateLead"))
        query = select(LeadRun).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1)
        run = session.scalar(query.with_for_update())
        named = ((run.findings.get("conversation") or {}).get("referral") or {}) if run else {}
        if run is None or not named:
            raise Conflict("This lead has named nobody else.")
        if made := named.get("leadid"):
            return str(made)
        address = named.get("address") or ""
        known = select(Lead.fullname).where(func.lower(Lead.emailaddress1) == address.casefold()).limit(1)
        if address and session.scalar(select(known.exists())):
            raise Conflict(f"There is a lead with the address {address} already. Search for it in the list of leads.")
        new = add_lead(services, session, who, _values(lead, named))
        told = {**run.findings["conversation"], "referral": {**named, "leadid": new}}
        run.findings = {**run.findings, "conversation": told}
        after = {"leadid": new, "name": named.get("name", ""), "address": address}
        audit.record(session, who.actor, "lead.referral_created", "lead", leadid, after=after)
        return new


def _values(lead: Lead, named: dict[str, Any]) -> dict[str, Any]:
    first, _, last = (named.get("name") or "").rpartition(" ")
    values = {name: getattr(lead, name) for name in _OF_THE_COMPANY}
    values |= {"firstname": first, "lastname": last, "emailaddress1": named.get("address")}
    values["leadsourcecode"] = int(LeadSource.EXTERNAL_REFERRAL)
    return {name: value for name, value in values.items() if value not in (None, "")}
