"""`leadwright doctor dynamics365`: every check of the four prerequisites, who can put it right, and exactly where.

And whether the chosen sellers may receive leads, which their roles over there decide.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from leadwright.cli.doctor import Finding, State

if TYPE_CHECKING:
    from leadwright.db.connection import CrmConnection
    from leadwright.domain.prerequisites import Check
    from leadwright.domain.stage import AgentMode
    from leadwright.services import Services
    from leadwright.settings import Settings

_WHO = {
    "Clock": "Whoever runs this machine",
    "Change tracking": "System Customizer or System Administrator",
    "Approved": "System Administrator who is also Global or Exchange Administrator, or Delegated Mailbox Approver",
    "Tracked mail": "System Administrator of the organisation",
    "No other mailbox": "Global Administrator, with Exchange Administrator for the scope",
    "Own mailbox": "Global Administrator, with Exchange Administrator for the scope",
}


def examine_dynamics() -> Iterator[Finding]:
    """Every finding, in the order of the prerequisites. A fault that hides others does not end it."""
    from leadwright import logs
    from leadwright.errors import BadInput
    from leadwright.settings import load_settings

    try:
        settings = load_settings()
    except BadInput as error:
        for problem in str(error).splitlines():
            yield Finding("Settings", "fail", problem, "Correct the environment or leadwright.toml.")
        return
    logs.configure(settings.model_copy(update={"log_level": "error"}))  # findings say it, in better words
    yield from _on_the_store(settings)


def examine_connection(services: "Services") -> Iterator[Finding]:
    """The same on services that are open. One finding when this installation is not connected."""
    from leadwright.db.connection import connection_row

    with services.database.reading() as session:
        row = connection_row(session)
    if row is None:
        remedy = "Agent settings > Prerequisites: choose the platform Dynamics 365, and set up prerequisite 1."
        yield Finding("Dynamics 365", "warn", "this installation is not connected to an organisation", remedy)
        return
    mode, inputs = _set_up(services, row)
    yield from _checked(services, mode, inputs)
    yield from _sellers(services, row)


def told(services: "Services") -> Iterator[Finding]:
    """One line of the general examination; none when this installation is not connected."""
    from leadwright.db.connection import connection_row

    with services.database.reading() as session:
        row = connection_row(session)
    if row is not None:
        where = f"connected to {row.organizationname or row.dataverseurl}"
        yield Finding("Dynamics 365", "ok", f"{where}; leadwright doctor dynamics365 checks it")


def _on_the_store(settings: "Settings") -> Iterator[Finding]:
    from leadwright.bootstrap import services_on
    from leadwright.cli.doctor import open_store, said, schema_of

    database = open_store(settings)
    if isinstance(database, Finding):
        yield database
        return
    try:
        schema = schema_of(database)
        if schema.state == "fail":
            yield schema
            return
        yield from examine_connection(services_on(settings, database))
    except Exception as error:
        yield Finding("Dynamics 365", "fail", said(error), "leadwright doctor looks at this installation itself.")
    finally:
        database.close()


def _set_up(services: "Services", row: "CrmConnection") -> "tuple[AgentMode, dict[int, dict[str, Any]]]":
    """Mode and what was set up; where nothing was, what the connection and the organisation say."""
    from sqlalchemy import select

    from leadwright.db.agent import Prerequisite
    from leadwright.db.pages.agent_settings import present_agent
    from leadwright.domain.stage import AgentMode

    inputs: dict[int, dict[str, Any]] = {number: {} for number in (1, 2, 3, 4)}
    with services.database.reading() as session:
        agent = present_agent(session)
        mode = AgentMode(agent.mode) if agent else AgentMode.ENGAGE
        if agent is not None:
            kept = select(Prerequisite).where(Prerequisite.agentid == agent.agentid)
            inputs |= {p.number: dict(p.inputs) for p in session.scalars(kept)}
    user = str(inputs[2].get("systemuserid") or row.applicationuserid or "")
    record = {} if inputs[4].get("mailboxid") else _own_record(services, user)
    if record:
        inputs[4] = {"mailboxid": record["mailboxid"]}
    if not inputs[3].get("emailaddress") and record:
        inputs[3] = {"emailaddress": str(record.get("emailaddress") or "")}
    return mode, inputs


def _own_record(services: "Services", systemuserid: str) -> Mapping[str, Any]:
    """The mailbox record of the application user, as far as it can be read."""
    from leadwright.errors import LeadwrightError
    from leadwright.identity.synchronisation_checks import mailboxes_of
    from leadwright.microsoft.dataverse import open_dataverse

    try:
        dataverse = open_dataverse(services).patient(10)
        user = systemuserid or str(dataverse.who_am_i()["UserId"])
        found = mailboxes_of(dataverse, user)
    except LeadwrightError:
        return {}
    return found[0] if found else {}


def _checked(services: "Services", mode: "AgentMode", inputs: Mapping[int, Mapping[str, Any]]) -> Iterator[Finding]:
    from leadwright.domain.dynamics_prerequisites import step_on
    from leadwright.domain.platform import Platform
    from leadwright.domain.prerequisites import needed
    from leadwright.identity.dynamics_verification import verify_on_dynamics

    for prerequisite in needed(mode):
        step = step_on(Platform.DYNAMICS365, prerequisite.number)
        for check in verify_on_dynamics(services, step.number, mode, inputs):
            yield _finding(check, step.number, step.role)


def _sellers(services: "Services", row: "CrmConnection") -> Iterator[Finding]:
    """Whom the assignment rule names and who may not receive leads; nothing before it names anybody."""
    from leadwright.db.pages.agent_settings import facts, present_agent
    from leadwright.domain.assignment import barred_words, how_to_entitle
    from leadwright.identity.dynamics_verification import portals_of

    with services.database.reading() as session:
        agent = present_agent(session)
        found = facts(session, agent) if agent else None
    if found is None or not (found.sellers or found.barred):
        return
    if not found.barred:
        yield Finding("Sellers", "ok", f"{', '.join(found.sellers)} may receive leads.")
        return
    place = portals_of(services.settings, row).application_users
    who = "Who can: System Administrator of the organisation."
    yield Finding("Sellers", "warn", barred_words(found.barred), how_to_entitle(found.platform), who, place)


def _finding(check: "Check", number: int, role: str) -> Finding:
    state = _state(check)
    well = state == "ok"
    by_itself = check.passed is None and not check.warns
    who = "" if well or by_itself or not check.remedy else f"Who can: {_WHO.get(check.name, role)}."
    return Finding(f"{number} {check.name}", state, check.detail, check.remedy, who, "" if well else check.place)


def _state(check: "Check") -> State:
    from leadwright.identity.dynamics_verification import NOT_RUN

    if check.passed:
        return "warn" if check.warns else "ok"
    if check.passed is None and (check.warns or check.detail == NOT_RUN):
        return "warn"
    return "fail"
