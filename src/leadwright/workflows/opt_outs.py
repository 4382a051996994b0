"""Leads whose recipient wants no mail say so themselves, here and in Dynamics 365, and whoever has one is told.

So does the contact of such a lead.
"""

from datetime import datetime

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session

from leadwright.db import audit, changes
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox, Suppression
from leadwright.db.people import SystemUser
from leadwright.db.sales import Contact, Lead
from leadwright.domain.engagement import State
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.suppression import ASKED, WHY, Reason
from leadwright.mail.addresses import hash_address
from leadwright.mail.suppression import is_ticked
from leadwright.workflows.case import lead_link, lead_name, notify


def spare_leads(session: Session, address: str, moment: datetime) -> None:
    """After a suppression: every lead that was written to at this address allows no email. Safe to repeat.

    One with an open conversation is left to it: how that ends is decided with the mail or click before it.
    """
    spare_leads_of(session, hash_address(address), moment)


def spare_leads_of(session: Session, found: str, moment: datetime) -> None:
    """The same by the hash of the address."""
    written_to: CompoundSelect[str | None] = union(
        select(Engagement.leadid).where(Engagement.addresshash == found),
        select(Outbox.leadid).where(Outbox.recipienthash == found, Outbox.leadid.is_not(None)),
    )
    talks = select(Engagement.runid).where(Engagement.leadid == Lead.leadid, Engagement.state != State.ENDED)
    query = select(Lead).where(Lead.leadid.in_(written_to), ~talks.exists()).order_by(Lead.leadid).with_for_update()
    for lead in session.scalars(query).all():
        spare_lead(session, lead, found, moment)


def spare_lead(session: Session, lead: Lead, addresshash: str, moment: datetime) -> None:
    """The same for one lead, locked, and its contact, when somebody asked for it.

    A bounce alone changes nothing, nor that a person wants no mail to go to another lead of this address.
    """
    asked = (Suppression.hash == addresshash, Suppression.scope == "", Suppression.reason.in_(ASKED))
    found = session.execute(select(Suppression.reason, Suppression.source).where(*asked)).first()
    if found is None or is_ticked(found.source):
        return
    why = WHY[Reason(found.reason)]
    spare_contact(session, lead.parentcontactid, moment, why)
    if lead.donotemail:
        return
    before = {"donotemail": False}
    lead.donotemail, lead.modifiedon, lead.modifiedby = True, moment, None
    lead.versionnumber += 1
    changes.record(session, lead.leadid, "changed", before)
    after = {"donotemail": True}
    audit.record(
        session, audit.SYSTEM, "lead.emails_forbidden", "lead", lead.leadid, before=before, after=after, cause=why
    )
    owner = session.get(SystemUser, lead.ownerid) if lead.ownerid else None
    if owner is not None and owner.applicationid is None:
        key, title = f"emails_forbidden:{lead.leadid}:{lead.versionnumber}", f"Do not write to: {lead_name(lead)}"
        body = f"{why} The lead allows no email any more. Do not write to this address from anywhere."
        link = lead_link(lead.leadid)
        notify(session, owner.systemuserid, key, title, body, icon=NotificationIcon.WARNING, link=link)


def spare_contact(session: Session, contactid: str | None, moment: datetime, why: str) -> None:
    """The contact of a lead that wants no mail allows none either, here and in Dynamics 365. Safe to repeat."""
    contact = session.get(Contact, contactid, with_for_update={"key_share": True}) if contactid else None
    if contact is None or contact.donotemail:
        return
    before, after = {"donotemail": False}, {"donotemail": True}
    contact.donotemail, contact.modifiedon, contact.modifiedby = True, moment, None
    contact.versionnumber += 1
    changes.record_related(session, "contact", contact.contactid, before)
    audit.record(
        session, audit.SYSTEM, "contact.emails_forbidden", "contact", contact.contactid, before=before, after=after,
        cause=why,
    )  # fmt: skip
