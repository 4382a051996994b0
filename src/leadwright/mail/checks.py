"""Checks that the claim of a mail runs in its own transaction. Each gives None, or why the mail may not go out now.

Each locks what it reads until the claim is stored, so that a stop or a handover stored first is always seen.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.sales import Contact, Lead
from leadwright.domain.mail_phase import ONCE_DONE, ONCE_ON, Phase
from leadwright.domain.stage import AgentState
from leadwright.domain.suppression import ADDRESS_NOT_VALID, NOT_VALID
from leadwright.errors import BadInput
from leadwright.mail.addresses import normalise
from leadwright.mail.backlog import backlog_is_read
from leadwright.mail.claim import Check, Refusal, Waiting

_ADDRESSES = (Lead.emailaddress1, Lead.emailaddress2, Lead.emailaddress3)
_MAY_BE_WRITTEN_TO = (Lead.donotemail, Lead.parentcontactid, Lead.lw_emailstate)
CONTACT_WANTS_NO_MAIL = "The lead's contact says that no email is wanted."
_MAY_SEND = (AgentState.ON, AgentState.DRAINING)


def agent_is_on(session: Session, waiting: Waiting, _moment: datetime) -> Refusal | None:
    """The stop switch. A halted or paused agent sends nothing; its mails wait."""
    if waiting.agentid is None:
        return None
    state = session.scalar(select(Agent.state).where(Agent.agentid == waiting.agentid).with_for_update(read=True))
    if state in _MAY_SEND:
        return None
    if state is None or state == AgentState.ARCHIVED:
        return Refusal(Phase.CANCELLED, "The agent that wrote it is no more.")
    if state == AgentState.PAUSED:
        return Refusal(Phase.QUEUED, f"The agent is paused. {ONCE_ON}")
    return Refusal(Phase.QUEUED, f"The agent is {state}: start it. {ONCE_DONE}")


def lead_is_the_agents(session: Session, waiting: Waiting, _moment: datetime) -> Refusal | None:
    """The lead is there, the agent's, may be written to, and has the address the mail goes to, which is not invalid."""
    if waiting.agentid is None:
        return None
    if waiting.leadid is None:
        return Refusal(Phase.CANCELLED, "The lead was deleted.")
    owner = select(Agent.agentuserid).where(Agent.agentid == waiting.agentid).scalar_subquery()
    lead = session.execute(
        select(Lead.ownerid, *_ADDRESSES, Lead.custom, *_MAY_BE_WRITTEN_TO, Lead.statecode, owner.label("owner"))
        .where(Lead.leadid == waiting.leadid)
        .with_for_update(read=True, of=Lead)
    ).first()
    if lead is None:
        return Refusal(Phase.CANCELLED, "The lead was deleted.")
    if lead.owner is None or lead.ownerid != lead.owner:
        return Refusal(Phase.CANCELLED, "The lead belongs to somebody else now.")
    if lead.statecode != 0:
        return Refusal(Phase.CANCELLED, "The lead is closed.")
    if lead.donotemail:
        return Refusal(Phase.SUPPRESSED, "The lead says that no email is wanted.")
    if contact_wants_no_mail(session, lead.parentcontactid):
        return Refusal(Phase.CANCELLED, CONTACT_WANTS_NO_MAIL)
    if lead.lw_emailstate in NOT_VALID:
        return Refusal(Phase.CANCELLED, ADDRESS_NOT_VALID)
    own = (lead.emailaddress1, lead.emailaddress2, lead.emailaddress3, *(lead.custom or {}).values())
    if not any(_same_address(address, waiting.recipient) for address in own):
        return Refusal(Phase.CANCELLED, "The lead has another email address now.")
    return None


def contact_wants_no_mail(session: Session, contactid: str | None) -> bool:
    """Does the record of the person behind a lead say that no email is wanted?"""
    return bool(contactid and session.scalar(select(Contact.donotemail).where(Contact.contactid == contactid)))


def _same_address(now: object, then: str) -> bool:
    try:
        return isinstance(now, str) and "@" in now and normalise(now) == normalise(then)
    except BadInput:
        return False


# The lead before its agent, as everywhere: a handover locks the lead, then the rule of its agent.
STANDARD: tuple[Check, ...] = (lead_is_the_agents, agent_is_on, backlog_is_read)
