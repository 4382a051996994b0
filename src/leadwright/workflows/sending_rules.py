"""May this mail of the agent leave now? Reads what the rules of `domain.sending` want to know, in the claim itself."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, load_only

from leadwright.db.agent import Agent, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.db.mirror_seen import is_hidden
from leadwright.db.sales import Account, Email, Lead
from leadwright.domain.country_gates import Basis, ConsentBasis
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import IN_FLIGHT, ONCE_DONE, Phase
from leadwright.domain.personal_mail import PURPOSE
from leadwright.domain.platform import ConnectionState
from leadwright.domain.sending import DAY, Answer, Outgoing, Traffic, decide
from leadwright.domain.sending_window import zones_of
from leadwright.domain.stage import AgentState, Stage
from leadwright.errors import LeadwrightError
from leadwright.mail.claim import Check, Refusal, Waiting
from leadwright.mail.outbox import Claimed
from leadwright.mail.pace import SKEW
from leadwright.mirror.phases import Phase as MirrorPhase
from leadwright.mirror.sides import MIRROR
from leadwright.research.whereabouts import load_places, whereabouts_of
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import HIDDEN, NO_BULK, address_of, configuration_of
from leadwright.workflows.engagements import discipline_of
from leadwright.workflows.incoming import UNPLACED, UNPLACED_FOR, is_unplaced, is_unread
from leadwright.workflows.names import RENAMED, is_renamed
from leadwright.workflows.seller_mail import GONE, seller_still_may

_READING = timedelta(seconds=30)
_ASK_AGAIN = timedelta(hours=1)  # for what only a person can change
_STALE = timedelta(minutes=3)  # leads of Dynamics 365 that were read longer ago may be somebody else's by now
ANSWER = "answer"  # purpose of a mail that answers one of theirs: not bound to a day's distance from our last
_OF_LEAD = (
    Lead.firstname, Lead.lastname, Lead.fullname, Lead.companyname,
    Lead.lw_timezone, Lead.lw_consentbasis, Lead.lw_consentsource, Lead.lw_consenton,
    Lead.donotbulkemail, Lead.parentcontactid, Lead.address1_city, Lead.address1_stateorprovince, Lead.address1_country,
)  # fmt: skip
_OF_TALK = (
    Engagement.state, Engagement.outboxid, Engagement.address, Engagement.backat, Engagement.pauseduntil,
    Engagement.sent,
)  # fmt: skip
_OF_ACCOUNT = (Account.address1_city, Account.address1_stateorprovince, Account.address1_country)
_LEFT = (*IN_FLIGHT, Phase.UNKNOWN, Phase.SENT, Phase.HELD)

_CONNECTED = select(CrmConnection.state).where(CrmConnection.connectionid == DYNAMICS365).scalar_subquery()
_HIDDEN = is_hidden("lead", Lead.leadid) & (_CONNECTED == ConnectionState.ON)
_STILL_THERE = (
    select(Email.activityid, Engagement.runid, Lead.ownerid)
    .join(Engagement, Engagement.leadid == Lead.leadid)
    .join(Email, Email.lw_threadid == Engagement.runid)
    .where(Email.activityid.in_(bindparam("which", expanding=True)), ~_HIDDEN)
    .order_by(Lead.leadid)
    .with_for_update(read=True, of=Lead)
)
_STILL_OPEN = (  # asked once the leads are held: whoever moves a conversation on holds its lead
    select(Engagement.runid, Engagement.state, Engagement.outboxid, Agent.agentuserid, Agent.state.label("agentstate"))
    .join(LeadRun, LeadRun.runid == Engagement.runid)
    .join(Agent, Agent.agentid == Engagement.agentid)
    .where(Engagement.runid.in_(bindparam("which", expanding=True)), LeadRun.stage == Stage.ENGAGED)
    .order_by(Agent.agentid)
    .with_for_update(read=True, of=Agent)
)
_READ = (
    select(MirrorTable.readon, MirrorTable.phase, MirrorTable.columns, MirrorState.pausedon, MirrorState.failures)
    .join(MirrorState, MirrorState.mirrorid == MIRROR)
    .where(MirrorTable.tablename == bindparam("table"))
)
_OPT_OUT = "donotemail"  # of a contact: one that was read without it says nothing


def rules_in_claim(services: Services) -> Check:
    """The check of conversations: hours where the lead is, a day between two mails, few to one company, country gates.

    A mail of a conversation that has ended or went on without it is cancelled; one to an address that was written to
    as another lead, too.
    While the leads of Dynamics 365 are not read here, mails wait: a person may have taken the lead over there. While
    contacts are not, those to a lead with a contact wait: that person may want none. To a lead that it does not show us
    any more nothing is written.
    """
    load_places()

    def check(session: Session, waiting: Waiting, moment: datetime) -> Refusal | None:
        if waiting.agentid is None:
            return None
        if waiting.emailid is None:
            return GONE
        found = _conversation(session, waiting)
        if found is None:
            return Refusal(Phase.CANCELLED, "The conversation it belongs to has ended.")
        if not waits_for(found.Engagement, waiting.outboxid):
            return Refusal(Phase.CANCELLED, "The conversation went on meanwhile; this mail would come too late.")
        return _refusal(services, session, waiting, found, moment)

    return check


def still_wanted(session: Session, claims: Sequence[Claimed]) -> set[str]:
    """At the point of no return: is this still the mail to send, the lead still the agent's, the agent still on?

    Between claim and dot a server may take minutes; an answer, a handover or a stop stored meanwhile counts. Leads,
    then agents.

    Returns:
        Ids of the mails that are still to be sent.
    """
    talks = _open_talks(session, claims, runs.WORKING)
    return {
        claimed.outboxid
        for claimed in claims
        if _may_alone(session, claimed)
        or ((talk := talks.get(claimed.emailid or "")) is not None and waits_for(talk, claimed.outboxid))
    }


def may_still_leave(session: Session, claims: Sequence[Claimed]) -> set[str]:
    """Of mails that a platform has, those whose conversation is open and the agent's.

    A pause, which ends by itself, takes none back.
    """
    talks = _open_talks(session, claims, (*runs.WORKING, AgentState.PAUSED))
    return {claimed.outboxid for claimed in claims if claimed.emailid in talks or _may_alone(session, claimed)}


def _open_talks(session: Session, claims: Sequence[Claimed], states: Collection[AgentState]) -> dict[str, Any]:
    """By email activity: open conversations of agents in these states, whose lead is still the agent's. Held."""
    emails = sorted({c.emailid for c in claims if c.emailid and c.purpose != PURPOSE})
    leads = session.execute(_STILL_THERE, {"which": emails}).all() if emails else []
    which = sorted({lead.runid for lead in leads})
    talks = {talk.runid: talk for talk in session.execute(_STILL_OPEN, {"which": which})} if which else {}
    return {
        lead.activityid: talk
        for lead in leads
        if (talk := talks.get(lead.runid)) is not None
        and talk.agentuserid == lead.ownerid
        and talk.agentstate in states
    }


def _may_alone(session: Session, claimed: Claimed) -> bool:
    """A mail that belongs to no conversation may leave: a person's, or one of the system."""
    return seller_still_may(session, claimed) if claimed.purpose == PURPOSE else claimed.emailid is None


def waits_for(talk: Any, outboxid: str) -> bool:
    """The conversation stands where this mail is what it waits for."""
    return bool(talk.state == State.SENDING and talk.outboxid == outboxid)


def _conversation(session: Session, waiting: Waiting) -> Any:
    return session.execute(
        select(
            Engagement,
            Lead,
            LeadRun,
            Account,
            _CONNECTED.label("connection"),
            _HIDDEN.label("hidden"),
            Email.lw_judgement.label("names"),
        )
        .options(load_only(*_OF_LEAD), load_only(LeadRun.agentid, LeadRun.version))
        .options(load_only(*_OF_TALK), load_only(*_OF_ACCOUNT))
        .join(LeadRun, LeadRun.runid == Engagement.runid)
        .join(Lead, Lead.leadid == Engagement.leadid)
        .join(Email, Email.lw_threadid == Engagement.runid)
        .outerjoin(Account, Account.accountid == Lead.parentaccountid)
        .where(Email.activityid == waiting.emailid, LeadRun.stage == Stage.ENGAGED)
    ).first()


def _refusal(services: Services, session: Session, waiting: Waiting, found: Any, moment: datetime) -> Refusal | None:
    if found.connection == ConnectionState.ON and (unread := _unread(services, session, found.Lead, moment)):
        return Refusal(Phase.QUEUED, unread, moment + _READING)
    if found.hidden:
        return Refusal(Phase.CANCELLED, HIDDEN)
    configuration = configuration_of(services, session, found.LeadRun)
    if is_unread(session, found.Lead.leadid, waiting.mailboxid):
        return Refusal(Phase.QUEUED, "A mail that came in is read first.", moment + _READING)
    if waiting.purpose != ANSWER and is_unplaced(session, waiting.recipient):
        return Refusal(Phase.QUEUED, UNPLACED, moment + UNPLACED_FOR)
    if address_of(found.Lead, configuration).casefold() != found.Engagement.address.casefold():
        return Refusal(Phase.CANCELLED, "The lead has another email address now.")
    if is_renamed(found.names, found.Lead):
        return Refusal(Phase.CANCELLED, RENAMED)
    try:
        discipline = discipline_of(configuration)
        outgoing = _outgoing(session, waiting, found, configuration)
    except LeadwrightError as error:
        return Refusal(Phase.QUEUED, f"{error} {ONCE_DONE}", moment + _ASK_AGAIN)
    traffic = _traffic(session, waiting, found.Lead, moment, discipline.per_company)
    decision = decide(outgoing, discipline, traffic, moment)
    if decision.answer is Answer.SEND:
        return None
    if decision.answer is Answer.CANCEL:
        return Refusal(Phase.CANCELLED, decision.reason)
    if decision.at is None:
        return Refusal(Phase.QUEUED, f"{decision.reason} {ONCE_DONE}", moment + _ASK_AGAIN)
    return Refusal(Phase.QUEUED, decision.reason, decision.at)


def _unread(services: Services, session: Session, lead: Lead, moment: datetime) -> str:
    """A sentence when the lead, or whether its contact wants mail, may be otherwise over there than we know."""
    leads = _not_read(services, session, "lead", moment)
    return leads or (_not_read(services, session, "contact", moment) if lead.parentcontactid else "")


def _not_read(services: Services, session: Session, table: str, moment: datetime) -> str:
    """A sentence when rows over there may be others than ours by now: the mirror is paused, fails, or is late."""
    row = session.execute(_READ, {"table": table}).first()
    if row is None or row.readon is None or (table == "contact" and not _tells_opt_outs(row)):
        return f"The {table}s of Dynamics 365 were not read yet; the mail waits until they are."
    if row.readon > moment + SKEW:
        when = f"{row.readon:%Y-%m-%d %H:%M} UTC"
        return f"Dynamics 365 was read last at {when}, by a wrong clock; the mail waits until it is read again."
    oldest = moment - max(3 * timedelta(seconds=services.settings.mirror_poll_seconds), _STALE)
    if row.pausedon is None and not row.failures and row.readon >= oldest:
        return ""
    return f"Dynamics 365 was not read since {row.readon:%Y-%m-%d %H:%M} UTC; the mail waits until it is."


def _tells_opt_outs(row: Any) -> bool:
    """Was every contact read with the column that says so? After an update that asks for it they are read again."""
    return row.phase in (MirrorPhase.FOLLOWING, MirrorPhase.COMPARING) and _OPT_OUT in row.columns


def _outgoing(session: Session, waiting: Waiting, found: Any, configuration: Configuration) -> Outgoing:
    row, lead = found.Engagement, found.Lead
    there = whereabouts_of(lead, found.Account, configuration.sending.time_zone)  # as its record says by now
    return Outgoing(
        zones=zones_of(lead.lw_timezone, None, there.zones),
        postal_address=configuration.email.postal_address,
        country=there.country or None,
        basis=_basis(lead),
        paused_until=row.pauseduntil,
        back_at=row.backat if waiting.purpose != ANSWER else None,
        never=NO_BULK if lead.donotbulkemail and waiting.purpose != ANSWER else _written_before(session, waiting, row),
    )


def _basis(lead: Lead) -> ConsentBasis | None:
    """What is stored. Somebody who wrote to us asked us something: that is kept on the lead when it happens."""
    kind: Basis | None = None
    with suppress(ValueError):
        kind = Basis(lead.lw_consentbasis) if lead.lw_consentbasis else None
    return ConsentBasis(kind, lead.lw_consentsource or "", lead.lw_consenton or date.max) if kind else None


def _written_before(session: Session, waiting: Waiting, row: Engagement) -> str:
    """A sentence when the agent has written to this address in another conversation, whoever it was with."""
    if row.sent:
        return ""
    other = session.execute(
        select(Outbox.leadid, Lead.fullname)
        .outerjoin(Email, Email.activityid == Outbox.emailid)
        .outerjoin(Lead, Lead.leadid == Outbox.leadid)
        .where(
            Outbox.recipienthash == waiting.hashes[0],
            Outbox.agentid == waiting.agentid,
            Outbox.phase.in_(_LEFT),
            Outbox.bouncedon.is_(None),
            or_(Outbox.emailid.is_(None), Email.lw_threadid.is_(None), Email.lw_threadid != row.runid),
        )
        .limit(1)
    ).first()
    if other is None:
        return ""
    if other.leadid == waiting.leadid:
        return "The agent has written to this lead already, in a conversation that ended."
    who = f", as the lead {other.fullname}" if other.fullname else ""
    return f"This address was written to already{who}."


def _traffic(session: Session, waiting: Waiting, lead: Lead, moment: datetime, per_company: int) -> Traffic:
    """What left before, or is on its way: a mail counts from its claim."""
    left = func.coalesce(Outbox.spenton, Outbox.claimedon)
    ours = (Outbox.outboxid != waiting.outboxid, Outbox.phase.in_(_LEFT), Outbox.agentid.is_not(None))
    if waiting.purpose == ANSWER:
        return Traffic()
    last = select(func.max(left)).where(*ours, Outbox.leadid == waiting.leadid)
    nth = (
        select(left)
        .join(Lead, Lead.leadid == Outbox.leadid)
        .where(*ours, Lead.companyname.in_(_spellings(lead.companyname or "")), left > moment - DAY)
        .order_by(left.desc())
        .offset(per_company - 1)
        .limit(1)
    )
    if not lead.companyname:
        return Traffic(None, session.scalar(last))
    return Traffic(*session.execute(select(nth.scalar_subquery(), last.scalar_subquery())).one())


def _spellings(name: str) -> set[str]:
    """How a company may be written in another lead; few, so that an index finds them."""
    one = " ".join(name.split())
    return {name, one, one.lower(), one.upper(), one.title()}
