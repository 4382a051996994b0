"""The rows behind conversations: begun, read with all that a step needs, locked again before its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from leadwright.db.agent import Agent, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Mailbox
from leadwright.db.sales import Account, Lead
from leadwright.domain.engagement import State, Step
from leadwright.domain.follow_up import Cadence
from leadwright.domain.mail_phase import Phase, waits_for_person
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod
from leadwright.domain.sending import Discipline
from leadwright.domain.sending_window import Window
from leadwright.domain.stage import Stage
from leadwright.identity.access import Principal
from leadwright.mail.addresses import hash_address
from leadwright.research.whereabouts import Whereabouts, whereabouts_of
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import Case, Elsewhere, Locked, Waits, configuration_of, sign_in

_OPEN = (State.DUE, State.SENDING, State.PERSON)


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of a conversation that is due. The workflow id is made of these and nothing else."""

    runid: str
    turn: int
    attempt: int

    @property
    def workflow_id(self) -> str:
        """``reach_out:{run}:{turn}``, and the number of the try after a first one failed."""
        first = f"reach_out:{self.runid}:{self.turn}"
        return f"{first}:{self.attempt}" if self.attempt else first


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it was read; for looking only.

    Args:
        who: the agent, signed in as its application user.
        number: of the run.
    """

    runid: str
    agentid: str
    number: int
    version: int
    who: Principal
    configuration: Configuration
    lead: Lead
    run: LeadRun
    engagement: Engagement
    mailbox: Mailbox

    @property
    def cause(self) -> str:
        """For the audit log."""
        return f"run {self.number} of the lead, configuration version {self.version}"

    @property
    def leadid(self) -> str:
        """Of the lead it is held with."""
        return self.lead.leadid


@dataclass(frozen=True, slots=True)
class Held(Locked):
    """The rows of a conversation, locked in a write transaction that began at `moment`."""

    engagement: Engagement


def mailbox_of(session: Session, agent: Agent) -> Mailbox | None:
    """The approved mailbox record of the agent's application user, which sends and receives for it."""
    return session.scalar(
        select(Mailbox)
        .where(
            Mailbox.regardingobjectid == agent.agentuserid,
            Mailbox.emailrouteraccessapproval == AddressApproval.APPROVED,
            Mailbox.outgoingemaildeliverymethod != DeliveryMethod.NONE,
        )
        .order_by(Mailbox.createdon)
        .limit(1)
    )


def where_is(session: Session, lead: Lead, configuration: Configuration) -> Whereabouts:
    """Where the lead is by what its record and its account's say now."""
    account = session.get(Account, lead.parentaccountid) if lead.parentaccountid else None
    return whereabouts_of(lead, account, configuration.sending.time_zone)


def begin_engagement(session: Session, case: Case, rows: Locked, mailbox: Mailbox, *, held: str = "") -> None:
    """Store that the lead is written to next.

    Args:
        held: why a person must look at the first mail before it goes out.
    """
    row = Engagement(
        runid=rows.run.runid,
        leadid=rows.lead.leadid,
        agentid=case.agentid,
        mailboxid=mailbox.mailboxid,
        address=case.address,
        addresshash=hash_address(case.address),
        state=State.PERSON if held else State.DUE,
        step=Step.FIRST_MAIL,
        dueat=None if held else rows.moment,
        reason=f"A person must look at the first mail. {held}" if held else "The first mail goes out next.",
        createdon=rows.moment,
    )
    session.add(row)


def due_turns(session: Session, moment: datetime, most: int) -> Sequence[Turn]:
    """Moves that are due now in conversations of working agents, longest due first."""
    rows = session.execute(
        select(Engagement.runid, Engagement.turn, Engagement.attempts)
        .join(Agent, Agent.agentid == Engagement.agentid)
        .where(Engagement.state == State.DUE, Agent.state.in_(runs.WORKING))
        .where(or_(Engagement.dueat <= moment, Engagement.dueat.is_(None)))
        .order_by(Engagement.dueat)
        .limit(most)
    )
    return [Turn(*row) for row in rows]


def next_due(session: Session) -> datetime | None:
    """When the next move of any conversation is due."""
    query = select(Engagement.dueat).where(Engagement.state == State.DUE, Engagement.dueat.is_not(None))
    return session.scalar(query.order_by(Engagement.dueat).limit(1))


def read_conversation(services: Services, runid: str) -> Conversation:
    """Read an open conversation and sign the agent in.

    Raises:
        Elsewhere: it has ended, or is gone.
        Waits: the agent does not work now.
        NotAllowed: the agent's identity is broken; names the failing check.
    """
    with services.database.reading() as session:
        run, lead, agent, engagement, mailbox = _rows(session, runid, locked=False)
        configuration = configuration_of(services, session, run)
        session.expunge_all()
    return Conversation(
        runid=runid,
        agentid=agent.agentid,
        number=run.number,
        version=run.version,
        who=sign_in(services, agent.agentid),
        configuration=configuration,
        lead=lead,
        run=run,
        engagement=engagement,
        mailbox=mailbox,
    )


def lock_conversation(session: Session, talk: Conversation, moment: datetime) -> Held:
    """Its rows, locked, when nothing has moved it on since it was read.

    Raises:
        Elsewhere: another process has moved it on.
        Waits: the agent was paused or halted meanwhile.
    """
    run, lead, agent, engagement, _ = _rows(session, talk.runid, locked=True)
    if engagement.turn != talk.engagement.turn:
        raise Elsewhere
    return Held(run, lead, agent, moment, engagement)


def lock_at_once(
    services: Services, session: Session, runid: str, who: Principal, moment: datetime, *, waits: bool
) -> tuple[Conversation, Held]:
    """Read and lock an open conversation in one, where nothing has to be written before its lock.

    Args:
        who: its agent, signed in.
        waits: for another process that holds it; else that one has it.

    Raises:
        Elsewhere: it has ended, is gone, or another process holds it.
        Waits: the agent does not work now.
    """
    run, lead, agent, engagement, mailbox = _rows(session, runid, locked=True, skip=not waits)
    rows = Held(run, lead, agent, moment, engagement)
    return talk_of(services, session, who, rows, mailbox), rows


def talk_of(services: Services, session: Session, who: Principal, rows: Held, mailbox: Mailbox) -> Conversation:
    """The conversation of locked rows, with `who` as who acts and the mailbox that its next mail goes out from."""
    return Conversation(
        runid=rows.run.runid,
        agentid=rows.run.agentid,
        number=rows.run.number,
        version=rows.run.version,
        who=who,
        configuration=configuration_of(services, session, rows.run),
        lead=rows.lead,
        run=rows.run,
        engagement=rows.engagement,
        mailbox=mailbox,
    )


def lock_any(session: Session, runid: str, moment: datetime) -> Held | None:
    """The rows of an open conversation, locked, whatever its agent does now; None when it has ended."""
    try:
        run, lead, agent, engagement, _ = _rows(session, runid, locked=True, whoever=True)
    except Elsewhere:
        return None
    return Held(run, lead, agent, moment, engagement)


def move_on(
    rows: Held, *, state: State, step: Step | None = None, due_at: datetime | None = None, reason: str = ""
) -> None:
    """The next state of a conversation; every earlier move of it counts no longer."""
    row = rows.engagement
    row.state, row.dueat, row.reason = state, due_at, reason
    row.step = step or row.step
    row.turn, row.attempts, row.failures = row.turn + 1, 0, 0
    if state is not State.SENDING:
        row.outboxid = None


def discipline_of(configuration: Configuration) -> Discipline:
    """The admin's sending discipline as the rules know it.

    Raises:
        BadInput: hours or limits that make no sense.
    """
    sending = configuration.sending
    window = Window(sending.window_start, sending.window_end, frozenset(sending.weekdays))
    return Discipline(window, sending.per_company)


def cadence_of(configuration: Configuration) -> Cadence:
    """The admin's days of follow-ups as the rules know them.

    Raises:
        BadInput: days that do not rise.
    """
    return Cadence(tuple(configuration.sending.follow_up_days), configuration.sending.last_wait_days)


def put_off_turn(services: Services, turn: Turn, reason: str, *, seconds: float, blame: bool) -> bool:
    """A move failed: it is tried again later. False: it was tried too often and waits for a person.

    Args:
        blame: the try counts; what was no fault of the lead does not.
    """
    moment = services.clock()
    with services.database.transaction() as session:
        rows = lock_any(session, turn.runid, moment)
        if rows is None or rows.engagement.turn != turn.turn or rows.engagement.attempts != turn.attempt:
            return True
        row = rows.engagement
        row.attempts, row.failures = row.attempts + 1, row.failures + int(blame)
        if blame and row.failures > len(runs.RETRY_SECONDS):
            move_on(rows, state=State.PERSON, reason=f"The agent could not go on. {reason}")
            return False
        waits = waits_for_person(Phase.QUEUED, reason)
        row.dueat = moment + timedelta(seconds=seconds)
        row.reason = reason if waits else f"Waits for another try: {reason}"
    return True


def stop_turn(services: Services, turn: Turn, reason: str) -> None:
    """A move that cannot be made waits for a person."""
    with services.database.transaction() as session:
        rows = lock_any(session, turn.runid, services.clock())
        if rows is not None and rows.engagement.turn == turn.turn:
            move_on(rows, state=State.PERSON, reason=f"The agent could not go on. {reason}")


def _rows(
    session: Session, runid: str, *, locked: bool, whoever: bool = False, skip: bool = False
) -> tuple[LeadRun, Lead, Agent, Engagement, Mailbox]:
    query = (
        select(LeadRun, Lead, Agent, Engagement, Mailbox)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .join(Agent, Agent.agentid == LeadRun.agentid)
        .join(Engagement, Engagement.runid == LeadRun.runid)
        .join(Mailbox, Mailbox.mailboxid == Engagement.mailboxid)
        .where(LeadRun.runid == runid)
        .options(defer(Agent.draft))
    )
    if locked:
        query = query.with_for_update(of=[LeadRun, Lead, Engagement], skip_locked=skip)
    found = session.execute(query.execution_options(populate_existing=True)).first()
    if found is None or found.LeadRun.stage != Stage.ENGAGED or found.Engagement.state not in _OPEN:
        raise Elsewhere
    if not whoever and found.Agent.state not in runs.WORKING:
        raise Waits
    return found.LeadRun, found.Lead, found.Agent, found.Engagement, found.Mailbox


def conversation_of(services: Services, runid: str | None) -> Conversation | None:
    """The open conversation; None when it has ended.

    Raises:
        Waits, NotAllowed: the agent does not work now.
    """
    if runid is None:
        return None
    try:
        return read_conversation(services, runid)
    except Elsewhere:
        return None
