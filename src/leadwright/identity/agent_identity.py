"""The agent signs in as its application user, and pauses while it cannot. No configuration, no leads.

Each use gets a real token (kept until shortly before its end) and reads roles and privileges from the store again, so
taking the role away, or the secret's end, stops the agent at the next use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import Agent, LeadRun, Prerequisite
from leadwright.db.connection import platform_of
from leadwright.db.mirror_waking import wake_mirror
from leadwright.db.people import SystemUser
from leadwright.domain.dynamics_prerequisites import ASKED_OFTEN
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import (
    BY_NUMBER,
    ON_SERVERS,
    SIGNS_IN,
    Check,
    failing,
    needed,
    not_known_now,
    says_nothing,
    state_of,
    still_standing,
    verified,
)
from leadwright.domain.stage import AgentMode, AgentState, Stage
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.access import Principal
from leadwright.identity.announcements import SETTINGS_PAGE, announce_expiry, tell_administrators
from leadwright.identity.directory import directory_of
from leadwright.identity.installation import Installation
from leadwright.identity.verification import identity_check, verify

_IN_WORK = (Stage.QUEUED, Stage.RESEARCHING, Stage.ENGAGED)
_WORKING = (AgentState.ON, AgentState.PAUSED, AgentState.DRAINING)
_REASON = "Prerequisite"  # begins the reason of a pause that ends by itself
_WRITE_AGAIN = timedelta(minutes=10)
_MIRROR_NEEDS = (1, 2)  # numbers of the prerequisites without which nothing comes in or goes out


def agent_principal(services: Installation, agentid: str) -> Principal:
    """The agent, signed in as its application user.

    Raises:
        NotAllowed: it cannot sign in, or role or privileges are gone; names the failing check and what to do.
    """
    with services.database.reading() as session:
        agent = session.execute(
            select(Agent.name, Agent.mode, Agent.agentuserid, SystemUser.applicationid)
            .outerjoin(SystemUser, SystemUser.systemuserid == Agent.agentuserid)
            .where(Agent.agentid == agentid)
        ).first()
        if agent is None or agent.agentuserid is None or agent.applicationid is None:
            raise NotAllowed("The agent has no agent user. Choose an application user in the agent profile.")
        mirrored = platform_of(session) is Platform.DYNAMICS365
        if mirrored:
            _refuse_what_failed(session, agentid)
    user = agent.agentuserid if mirrored else _signed_in(services, agent.applicationid)
    with services.database.reading() as session:
        who, checks = identity_check(session, user, AgentMode(agent.mode))
    broken = failing(checks)
    if who is None or broken:
        raise NotAllowed(f"The agent may not work. {broken[0].sentence}", privilege=broken[0].privilege)
    return who


def _signed_in(services: Installation, clientid: str) -> str:
    """Id of the user that a token of the built-in directory acts as."""
    directory = directory_of(services)
    try:
        return directory.who_am_i(directory.own_token(clientid).value).user_id
    except Conflict as error:
        raise NotAllowed(f"The agent cannot sign in: {error}") from error
    except NotAllowed as error:
        raise NotAllowed(f"The agent cannot sign in: {error}", privilege=error.privilege) from error


def _refuse_what_failed(session: Session, agentid: str) -> None:
    """On Dynamics 365 the schedule asks over there; work in between goes by what it found last, and by the mirror.

    Raises:
        NotAllowed: prerequisite 1 or 2 fails.
    """
    rows = select(Prerequisite.checks).where(Prerequisite.agentid == agentid, Prerequisite.number.in_((1, 2)))
    for checks in session.scalars(rows.order_by(Prerequisite.number)):
        if broken := failing([Check(**c) for c in checks]):
            raise NotAllowed(f"The agent may not work. {broken[0].sentence}", privilege=broken[0].privilege)


def pause_or_resume(services: Installation) -> tuple[str, ...]:
    """Check the prerequisites of every working agent again; pause what broke, resume what passes again.

    Also announces secrets that end in 30, 7 or 1 days, and turns an agent off that was told to drain and is empty.
    Safe to repeat and to run in several processes at once.

    Returns:
        One sentence for each thing that changed.
    """
    with services.database.reading() as session:
        agents = session.execute(
            select(Agent.agentid, Agent.mode).where(Agent.state.in_(_WORKING)).order_by(Agent.agentid)
        ).all()
    changed: list[str] = []
    for agent in agents:
        found = check_again(services, agent.agentid, AgentMode(agent.mode))
        changed += _follow(services, agent.agentid, found)
    return (*changed, *announce_expiry(services))


def check_now(services: Installation, agentid: str, by: audit.Actor) -> None:
    """`check_again` because a person asked, and a working agent follows what was found, as it does on the schedule."""
    with services.database.reading() as session:
        agent = session.get_one(Agent, agentid)
        mode, working = AgentMode(agent.mode), agent.state in _WORKING
    found = check_again(services, agentid, mode, by=by)
    if working:
        _follow(services, agentid, found)


def inputs_of(rows: Sequence[Prerequisite]) -> dict[int, Mapping[str, Any]]:
    """Prerequisite number -> what was set up, as verification wants it."""
    return {r.number: r.inputs for r in rows}


def check_again(
    services: Installation, agentid: str, mode: AgentMode, *, by: audit.Actor | None = None
) -> dict[int, list[Check]]:
    """Run the checks of every prerequisite of the mode that is ticked and was verified. Attested ones stay attested.

    Stores what was found when it differs from before, the last record is ten minutes old, or a person asked. Mail
    servers are asked for a sign-in every `mailbox_check_seconds`, and so is all that fails; what prerequisite 3 asks
    of them otherwise waits ten minutes. Dynamics 365 is asked in the same way; while it cannot be asked, what was found
    last stands, whoever asks, with a note since when and why.

    Args:
        by: who asked; None: the schedule.

    Returns:
        Number -> what counts now: what was found, or what stands.
    """
    moment = services.clock()
    with services.database.reading() as session:
        rows = session.scalars(select(Prerequisite).where(Prerequisite.agentid == agentid)).all()
        outside = _Outside.on(platform_of(session))
    wanted = {p.number for p in needed(mode)}
    ticked = [r for r in rows if r.done and not r.attested and r.number in wanted]
    asked = [r.number for r in ticked if by is not None or not _just_asked(services, r, moment, outside)]
    found = {r.number: _checks_of(r) for r in ticked}
    for number in asked:
        found[number] = verify(services, number, mode, inputs_of(rows))
    news = [r for r in ticked if r.number in asked and (by or _differs(r, found[r.number], moment, outside))]
    if news:
        with services.database.transaction() as session:
            for row in news:
                key = agentid, row.number
                found[row.number] = _checks_of(keep_checks(session, key, found[row.number], by or audit.SYSTEM, moment))
    return found


def keep_checks(
    session: Session, key: tuple[str, int], checks: Sequence[Check], actor: audit.Actor, moment: datetime
) -> Prerequisite:
    """Store what a verification found and the state that follows; audited when the state changes.

    Of one that is ticked on Dynamics 365, what was found before stands while that cannot be asked. When the first or
    the second passes again, or a person asked, the mirror goes on at once.

    Args:
        key: agent id and number of the prerequisite.
    """
    row = session.get_one(Prerequisite, key)
    before, known = row.state, _checks_of(row)
    if stands(session, row, checks):
        row.checks = [asdict(c) for c in still_standing(known, checks, moment)]
        return row
    passes_again = not verified(known) or not_known_now(known) is not None or actor != audit.SYSTEM
    if key[1] in _MIRROR_NEEDS and verified(checks) and passes_again:
        wake_mirror(session, moment)
    row.checks = [asdict(c) for c in checks]
    row.checkedon, row.checkedby = moment, actor.id
    row.state = state_of(done=row.done, attested=row.attested, begun=bool(row.inputs), checks=checks)
    if row.state != before:
        audit.record(
            session,
            actor,
            "prerequisite.checked",
            "prerequisite",
            f"{key[0]}:{key[1]}",
            before={"state": before},
            after={"state": row.state, "failing": [c.sentence for c in failing(checks)]},
        )
    return row


def stands(session: Session, row: Prerequisite, checks: Sequence[Check]) -> bool:
    """Does what was found before stand, because `checks` say nothing? On Dynamics 365 alone: a line may be down."""
    known = _checks_of(row)
    if not row.done or row.attested or not known or says_nothing(known) or not says_nothing(checks):
        return False
    return platform_of(session) is Platform.DYNAMICS365


def _checks_of(row: Prerequisite) -> list[Check]:
    return [Check(**c) for c in row.checks]


@dataclass(frozen=True, slots=True)
class _Outside:
    """Which prerequisites are asked of others, and which of them often."""

    numbers: frozenset[int]
    often: frozenset[int]

    @classmethod
    def on(cls, platform: Platform) -> "_Outside":
        if platform is Platform.DYNAMICS365:
            return cls(frozenset(BY_NUMBER), ASKED_OFTEN)
        return cls(ON_SERVERS, frozenset({SIGNS_IN}))


def _just_asked(services: Installation, row: Prerequisite, moment: datetime, outside: _Outside) -> bool:
    """Were those others asked about this prerequisite so lately that the schedule leaves them alone?"""
    if row.number not in outside.numbers or row.checkedon is None or not row.checks:
        return False
    checks = _checks_of(row)
    soon = row.number in outside.often or not verified(checks) or not_known_now(checks) is not None
    wait = timedelta(seconds=services.settings.mailbox_check_seconds) if soon else _WRITE_AGAIN
    return moment - row.checkedon < wait


def _differs(row: Prerequisite, checks: Sequence[Check], moment: datetime, outside: _Outside) -> bool:
    if row.number in outside.numbers:
        return True
    same = [(c["name"], c["passed"]) for c in row.checks] == [(c.name, c.passed) for c in checks]
    return not same or row.checkedon is None or moment - row.checkedon >= _WRITE_AGAIN


def _why_not(services: Installation, agentid: str, found: Mapping[int, Sequence[Check]]) -> str | None:
    for number, checks in sorted(found.items()):
        if broken := failing(checks):
            return f"{_REASON} {number} fails. {broken[0].sentence}"
    try:
        agent_principal(services, agentid)
    except NotAllowed as error:
        return f"{_REASON} 2 fails. {error}"
    return None


def _follow(services: Installation, agentid: str, found: Mapping[int, Sequence[Check]]) -> list[str]:
    """Pause an agent for what fails, resume one when all of it passes. What is not known changes nothing."""
    reason = _why_not(services, agentid, found)
    sure = all(verified(checks) for checks in found.values())
    with services.database.transaction() as session:
        return _settle(session, agentid, reason, services.clock(), sure=sure)


def _settle(session: Session, agentid: str, reason: str | None, moment: datetime, *, sure: bool) -> list[str]:
    agent = session.scalar(select(Agent).where(Agent.agentid == agentid).with_for_update())
    if agent is None:
        return []
    if agent.state == AgentState.DRAINING:
        return _drain(session, agent, reason)
    if agent.state == AgentState.ON and reason:
        return _pause(session, agent, reason, moment)
    ours = agent.state == AgentState.PAUSED and (agent.statereason or "").startswith(_REASON)
    if ours and reason:
        agent.statereason = reason
    elif ours and sure:
        return _resume(session, agent, moment)
    return []


def _pause(session: Session, agent: Agent, reason: str, moment: datetime) -> list[str]:
    agent.state, agent.statereason = AgentState.PAUSED, reason
    _state_audited(session, agent, "agent.paused", AgentState.ON, reason)
    tell_administrators(
        session,
        f"agent.paused:{agent.agentid}:{int(moment.timestamp())}",
        f"{agent.name} is paused",
        f"{reason} It goes on by itself when the check passes again.",
        icon=NotificationIcon.FAILURE,
        link=SETTINGS_PAGE,
        moment=moment,
    )
    return [f"{agent.name} is paused: {reason}"]


def _resume(session: Session, agent: Agent, moment: datetime) -> list[str]:
    reason = agent.statereason or ""
    agent.state, agent.statereason = AgentState.ON, None
    _state_audited(session, agent, "agent.resumed", AgentState.PAUSED, "Every prerequisite passes again.")
    tell_administrators(
        session,
        f"agent.resumed:{agent.agentid}:{int(moment.timestamp())}",
        f"{agent.name} is on again",
        f"Every prerequisite passes again. It was paused: {reason}",
        icon=NotificationIcon.SUCCESS,
        link=SETTINGS_PAGE,
        moment=moment,
    )
    return [f"{agent.name} is on again."]


def _drain(session: Session, agent: Agent, reason: str | None) -> list[str]:
    agent.statereason = reason
    waiting = session.scalar(select(func.count()).where(LeadRun.agentid == agent.agentid, LeadRun.stage.in_(_IN_WORK)))
    if waiting:
        return []
    agent.state, agent.statereason = AgentState.OFF, None
    _state_audited(session, agent, "agent.stopped", AgentState.DRAINING, "The last lead is finished.")
    return [f"{agent.name} has finished its leads and is off."]


def _state_audited(session: Session, agent: Agent, action: str, before: AgentState, cause: str) -> None:
    agent.versionnumber += 1
    after = {"state": agent.state, "reason": agent.statereason}
    audit.record(
        session,
        audit.SYSTEM,
        action,
        "agent",
        agent.agentid,
        before={"state": before},
        after=after,
        cause=cause[:300],
    )
