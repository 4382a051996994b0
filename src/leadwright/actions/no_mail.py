"""No mail goes to a lead any more, because it asked a person, or a person ticked so; and the tick taken off again."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from leadwright.actions.conversation_rows import decided, talk_of, visible
from leadwright.db import audit, changes
from leadwright.db.mail import Suppression
from leadwright.db.pages.thread import open_run
from leadwright.db.sales import Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import Reason
from leadwright.errors import Conflict
from leadwright.identity.access import Principal
from leadwright.mail.addresses import hash_address
from leadwright.mail.matching import addresses_of, leads_of
from leadwright.mail.outbox import cancel_waiting
from leadwright.mail.suppression import hold_recipients, suppress, ticked
from leadwright.services import Services
from leadwright.workflows.conversation_ends import disqualify, return_to_owner, told_so_far
from leadwright.workflows.engagements import lock_any
from leadwright.workflows.opt_outs import spare_lead, spare_leads

NEEDS = ("prvWriteLead",)


def do_not_write(services: Services, who: Principal, leadid: str) -> None:
    """Nobody writes to this lead again, as it asked in another way than by mail. An open conversation ends.

    It holds for every address of the lead, and whether or not the agent ever wrote to it. Safe to repeat.

    Raises:
        NotFound, NotAllowed.
        Conflict: the lead has no address.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        addresses = hold_recipients(session, addresses_of(session, visible(session, who, leadid, NEEDS)))
        if not addresses:
            raise Conflict("The lead has no email address that could be left alone. Enter it on the lead form first.")
        runid = open_run(session, leadid)
        rows = lock_any(session, runid, moment) if runid else None
        lead = session.get_one(Lead, leadid, with_for_update=True, populate_existing=True)
        reason = f"{who.name} said that this lead is not written to any more."
        for address in addresses:
            suppress(session, address, reason=Reason.PERSON, source=f"person:{who.id}", clock=services.clock)
        cancel_waiting(session, leadid, reason, moment)
        if rows is not None:
            decided(session, who, rows, "lead.opted_out_by_person", "")
            talk = talk_of(services, session, who, rows)
            disqualify(session, talk, rows, told_so_far(talk, Outcome.OPTED_OUT), (reason,))
        else:
            _allow_none(services, session, who, lead)
        for address in addresses:
            spare_lead(session, lead, hash_address(address), moment)
            spare_leads(session, address, moment)


def hold(session: Session, leadid: str) -> None:
    """Before a lead is locked to set or take off the tick: claims hold the recipient first, too."""
    lead = session.get(Lead, leadid)
    if lead is not None:
        hold_recipients(session, addresses_of(session, lead))
        session.expunge(lead)


def ticked_on(services: Services, session: Session, who: Principal, leadid: str) -> None:
    """A person ticked that the lead allows no emails: its conversation and what waits end, whoever has the address.

    The recipient has asked for nothing: taking the tick off lifts it.
    """
    moment, reason = services.clock(), f"{who.name} said that the lead does not allow emails."
    runid = open_run(session, leadid)
    rows = lock_any(session, runid, moment) if runid else None
    lead = session.get_one(Lead, leadid, populate_existing=True)
    for address in hold_recipients(session, addresses_of(session, lead)):
        suppress(session, address, reason=Reason.PERSON, source=ticked(leadid), clock=services.clock)
    cancel_waiting(session, leadid, reason, moment)
    if rows is not None:
        talk = talk_of(services, session, who, rows)
        return_to_owner(session, talk, rows, Outcome.TAKEN_BACK, reason, stage=Stage.CANCELLED)


def ticked_off(session: Session, who: Principal, leadid: str) -> None:
    """What the tick suppressed is lifted, unless another lead of the address has it too; an opt-out stays."""
    mine = (Suppression.reason == Reason.PERSON, Suppression.source == ticked(leadid))
    held = set(session.scalars(select(Suppression.hash).where(*mine)))
    for address in hold_recipients(session, addresses_of(session, session.get_one(Lead, leadid))):
        others = (Lead.leadid.in_(leads_of(address)), Lead.leadid != leadid, Lead.donotemail)
        other = session.scalar(select(Lead.leadid).where(*others).limit(1))
        if (found := hash_address(address)) in held and other is not None:
            session.execute(update(Suppression).where(*mine, Suppression.hash == found).values(source=ticked(other)))
    lifted = session.scalars(delete(Suppression).where(*mine).returning(Suppression.hash)).all()
    for found in sorted(lifted):
        audit.record(session, who.actor, "suppression.lifted", "suppression", found, before={"reason": Reason.PERSON})


def _allow_none(services: Services, session: Session, who: Principal, lead: Lead) -> None:
    """The lead, locked, says so itself; its owner and standing stay."""
    if lead.donotemail:
        return
    before, after = {"donotemail": False}, {"donotemail": True}
    lead.donotemail, lead.modifiedon, lead.modifiedby = True, services.clock(), who.id or None
    lead.versionnumber += 1
    changes.record(session, lead.leadid, "changed", before)
    audit.record(session, who.actor, "lead.opted_out_by_person", "lead", lead.leadid, before=before, after=after)
