"""Setting up and ticking the prerequisites of an agent: each step with its right, its verification, its audit entry."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import WORKING, agent_of
from leadwright.actions.applications import (
    ACCOUNT_TYPES,
    Registered,
    add_secret,
    choose_agent_user,
    create_application_user,
    register_application,
    remove_secret,
)
from leadwright.actions.dynamics_mailbox_rows import note_enabled
from leadwright.actions.mailboxes import enable_mailbox
from leadwright.actions.prerequisite_rows import may_set_up, refuse_while_working, row_of, untick
from leadwright.db import audit
from leadwright.db.agent import Prerequisite
from leadwright.db.connection import platform_of
from leadwright.domain.dynamics_prerequisites import step_on
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import (
    PREREQUISITES,
    Check,
    SetupState,
    attestable,
    failing,
    not_known_now,
    state_of,
    verified,
)
from leadwright.domain.prerequisites import Prerequisite as Step
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR, role_that_grants
from leadwright.domain.stage import AgentMode
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.access import Principal, require
from leadwright.identity.agent_identity import check_now, inputs_of, keep_checks, stands
from leadwright.identity.verification import verify
from leadwright.services import Services

__all__ = [
    "ACCOUNT_TYPES",
    "Registered",
    "Report",
    "add_secret",
    "attest",
    "choose_agent_user",
    "create_application_user",
    "mark_done",
    "prepare",
    "recheck",
    "register_application",
    "remove_secret",
    "reports",
    "unmark",
]


@dataclass(frozen=True, slots=True)
class Report:
    """One prerequisite of an agent as the page shows it.

    Args:
        done: ticked. `attested`: on a person's word.
        may: True when the asking person may set it up and tick it; else `missing` names the first missing privilege.
        attestable: nothing failed, something could not be checked.
        inputs: what was set up, e.g. ``clientid``, ``tenantid``, ``systemuserid``.
    """

    step: Step
    state: SetupState
    done: bool
    attested: bool
    checks: tuple[Check, ...]
    checked_at: datetime | None
    inputs: dict[str, str]
    may: bool
    missing: str | None
    attestable: bool

    @property
    def unknown(self) -> str:
        """Why it could not be checked the last time, while what was found before stands; empty: it could."""
        check = not_known_now(self.checks)
        return check.unknown if check else ""

    @property
    def unknown_since(self) -> datetime | None:
        """Since when it could not; None with `unknown` empty."""
        check = not_known_now(self.checks)
        return datetime.fromisoformat(check.unknown_since) if check else None

    @property
    def missing_role(self) -> str | None:
        """The narrowest role that has the missing privilege."""
        return role_that_grants(self.missing) if self.missing else None


def reports(
    services: Services, who: Principal, agentid: str, *, platform: Platform | None = None
) -> tuple[Report, ...]:
    """The four prerequisites with their state and the evidence of the last check.

    Args:
        platform: the one asked about; on another than the one in force nothing has been set up yet.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent_of(session, agentid)
        now = platform_of(session)
        shown = platform or now
        rows = [row_of(session, agentid, p.number) if shown is now else _untouched(p.number) for p in PREREQUISITES]
        return tuple(_report(who, row, shown) for row in rows)


def mark_done(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Tick a prerequisite: verify it, and keep the tick only when every check passed.

    While the agent works, a tick that fails stays and turns red: the agent pauses, and resumes when it passes again.
    A tick that cannot be verified again now stays as it was, and `unknown` says why.

    Returns:
        The report; `done` is False when the tick did not stay, and `checks` says which one failed and what to do.

    Raises:
        NotAllowed: the person may not set this prerequisite up; names the missing privilege.
    """
    may_set_up(who, number)
    with services.database.reading() as session:
        platform = platform_of(session)
    if number == 4 and platform is Platform.BUILTIN:
        _test_mailbox(services, who, agentid)
    with services.database.reading() as session:
        agent = agent_of(session, agentid)
        mode, working = AgentMode(agent.mode), agent.state in WORKING
        inputs = inputs_of(session.scalars(select(Prerequisite).where(Prerequisite.agentid == agentid)).all())
    checks = verify(services, number, mode, inputs)
    with services.database.transaction() as session:
        row = row_of(session, agentid, number)
        if row.inputs != inputs[number]:
            raise Conflict("Somebody changed this prerequisite meanwhile. Reload the page and try again.")
        before = row.done
        if stands(session, row, checks):
            return _report(who, keep_checks(session, (agentid, number), checks, who.actor, services.clock()), platform)
        row.done, row.attested = verified(checks) or (before and working), False
        keep_checks(session, (agentid, number), checks, who.actor, services.clock())
        action = "prerequisite.done" if verified(checks) else "prerequisite.refused"
        if number == 4 and platform is Platform.DYNAMICS365 and verified(checks):
            note_enabled(session, str(inputs[4].get("mailboxid") or ""), services.clock())
        _audit_tick(session, who, row, action, before)
        return _report(who, row, platform)


def attest(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Tick a prerequisite on a System Administrator's word, because a check cannot be run. Shown as attested.

    Raises:
        NotAllowed: not a System Administrator.
        Conflict: a check fails, or every check could be run.
    """
    if SYSTEM_ADMINISTRATOR not in who.roles:
        raise NotAllowed(f"Only a {SYSTEM_ADMINISTRATOR} may attest a prerequisite.", privilege="prvAssignRole")
    report = mark_done(services, who, agentid, number)
    if report.done:
        return report
    if not attestable(report.checks):
        broken = failing(report.checks)
        raise Conflict(
            f"This cannot be attested, because a check fails. {broken[0].sentence if broken else ''}".strip()
        )
    with services.database.transaction() as session:
        row = row_of(session, agentid, number)
        row.done, row.attested = True, True
        row.state = state_of(done=True, attested=True, begun=True, checks=report.checks)
        _audit_tick(session, who, row, "prerequisite.attested", False)
        return _report(who, row, platform_of(session))


def unmark(services: Services, who: Principal, agentid: str, number: int) -> Report:
    """Clear the tick, so that something else can be set up. Refused while the agent works."""
    may_set_up(who, number)
    with services.database.transaction() as session:
        refuse_while_working(agent_of(session, agentid))
        row = row_of(session, agentid, number)
        before = row.done
        untick(row)
        _audit_tick(session, who, row, "prerequisite.cleared", before)
        return _report(who, row, platform_of(session))


def recheck(services: Services, who: Principal, agentid: str) -> tuple[Report, ...]:
    """Run the checks of every ticked prerequisite again and show what was found.

    A working agent pauses for what fails, and one that was paused for it resumes when everything passes.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent_of(session, agentid)
    check_now(services, agentid, who.actor)
    return reports(services, who, agentid)


def prepare(session: Session, agentid: str) -> None:
    """Rows of the four prerequisites for a new agent, in the caller's transaction."""
    session.add_all(Prerequisite(agentid=agentid, number=p.number) for p in PREREQUISITES)
    session.flush()


def _test_mailbox(services: Services, who: Principal, agentid: str) -> None:
    """A tick of prerequisite 4 rests on a message that really went out and came back in, now."""
    with suppress(Conflict):  # nothing to test yet: the checks say what is missing
        enable_mailbox(services, who, agentid)


def _audit_tick(session: Session, who: Principal, row: Prerequisite, action: str, before: bool) -> None:
    after = {
        "done": row.done,
        "attested": row.attested,
        "checks": [{name: c[name] for name in ("name", "passed", "detail")} for c in row.checks],
    }
    key = f"{row.agentid}:{row.number}"
    audit.record(session, who.actor, action, "prerequisite", key, before={"done": before}, after=after)


def _untouched(number: int) -> Prerequisite:
    state = SetupState.NOT_STARTED
    return Prerequisite(number=number, state=state, inputs={}, checks=[], done=False, attested=False, checkedon=None)


def _report(who: Principal, row: Prerequisite, platform: Platform) -> Report:
    step = step_on(platform, row.number)
    checks = tuple(Check(**c) for c in row.checks)
    missing = next((p for p in step.privileges if not who.may(p)), None)
    return Report(
        step,
        SetupState(row.state),
        row.done,
        row.attested,
        checks,
        row.checkedon,
        dict(row.inputs),
        missing is None,
        missing,
        attestable(checks),
    )
