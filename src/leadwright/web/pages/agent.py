"""Agent settings: creating the agent, its sections with their states, the simple ones, Start, Apply and Stop.

Prerequisites, selection and knowledge have modules of their own beside this one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from sqlalchemy import func, select
from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions import versions as past
from leadwright.actions.agent import NotReady
from leadwright.actions.knowledge import UPLOAD_KINDS
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration, Profile
from leadwright.db.connection import CrmConnection, connection_row
from leadwright.db.pages import agent_settings
from leadwright.db.pages.mailboxes import mailbox_record, mailboxid_of
from leadwright.db.pages.people import assignable
from leadwright.db.people import SystemUser, Team
from leadwright.domain.attributes import Kind
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import BadInput, NotFound
from leadwright.mail.signature import signature_of
from leadwright.web.footer import footer_of
from leadwright.web.visit import Pages, Visit

pages = Pages()

_AT_REST = (AgentState.DRAFT, AgentState.OFF)


def present_agent(visit: Visit) -> Agent | None:
    """The organisation's agent, None before there is one."""
    with visit.services.database.reading() as session:
        return agent_settings.present_agent(session)


def needed_agent(visit: Visit) -> Agent:
    """The agent, for pages that need one.

    Raises:
        NotFound: there is none yet.
    """
    agent = present_agent(visit)
    if agent is None:
        raise NotFound("There is no agent yet. Open Agent settings and create one.")
    return agent


def settings_page(
    visit: Visit, agent: Agent, section: str, template: str, /, status: int = 200, **context: Any
) -> Response:
    """A page inside the agent settings frame: sections with their states on the left."""
    found = act.sections(visit.services, visit.who, agent.agentid)
    shown = next((s for s in found if s.key == section), None)
    with visit.services.database.reading() as session:
        mailbox = mailbox_record(session, mailboxid_of(session, agent.agentid))
        connection = connection_row(session)
    return visit.page(
        template,
        status,
        agent=agent,
        sections=found,
        section=shown,
        key=section,
        platform=_platform(mailbox, connection, rehearses=visit.services.rehearses),
        may_edit=visit.may("prvConfigureAgent") and not (shown and shown.closed),
        configuration=Configuration.model_validate(agent.draft),
        **context,
    )


def _platform(mailbox: Any | None, connection: CrmConnection | None, *, rehearses: bool) -> str:
    """Which of the platforms this is: all built in, the mailbox one's own, or Dynamics 365."""
    if connection is not None:
        return f"Dynamics 365 ({connection.organizationname or connection.dataverseurl})"
    if mailbox is not None and mailbox.lw_kind == MailboxKind.GRAPH:
        return "the built-in platform with your own mailbox in Exchange Online"
    if mailbox is None or not mailbox.lw_smtphost or rehearses:
        return "the built-in platform"
    return f"the built-in platform with your own mailbox at {mailbox.lw_smtphost}"


@pages.get("/agent", "prvReadAgent")
def overview(visit: Visit) -> Response:
    """The agent with Start, or the form that creates it."""
    agent = present_agent(visit)
    with visit.services.database.reading() as session:
        archived = agent_settings.archived_agents(session)
    if agent is None:
        return visit.page("agent/create.html", problems={}, archived=archived)
    versions = past.versions(visit.services, visit.who, agent.agentid, most=3)
    return settings_page(
        visit,
        agent,
        "start",
        "agent/start.html",
        missing=act.can_start(visit.services, visit.who, agent.agentid),
        lines=past.compare(visit.services, visit.who, agent.agentid, "applied", "draft") if versions else (),
        versions=versions,
        archived=archived,
    )


@pages.post("/agent", "prvConfigureAgent")
def create(visit: Visit) -> Response:
    """Create the agent."""
    try:
        mode = "engage" if visit.text("engage") else "research"
        act.create_agent(visit.services, visit.who, name=visit.text("name"), mode=mode)
    except BadInput as error:
        return visit.page("agent/create.html", 422, problems={error.field or "": str(error)}, archived=())
    return visit.to("/agent/prerequisites", "The agent is created. Set up its prerequisites next.")


@pages.get("/agent/start", "prvStartAgent")
def ask_start(visit: Visit) -> Response:
    """What starting will do, to be confirmed."""
    agent = needed_agent(visit)
    if agent.state not in _AT_REST:
        return visit.to("/agent", f"{agent.name} is started already.", "info")
    if missing := act.can_start(visit.services, visit.who, agent.agentid):
        return visit.to("/agent", f"The agent cannot start yet. {' '.join(missing)}", "bad")
    configuration, now = Configuration.model_validate(agent.draft), visit.services.clock()
    changed = not agent.appliedversion or act.difference(visit.services, visit.who, agent.agentid)
    with visit.services.database.reading() as session:
        matching, taken = selection.taken_at_start(session, configuration, agent, now=now)
        in_work = agent_settings.leads_in_work(session, agent.agentid)
        supervisor = session.get(SystemUser, configuration.assignment.supervisor or "")
        mailbox = mailbox_record(session, mailboxid_of(session, agent.agentid))
    return settings_page(
        visit,
        agent,
        "start",
        "agent/start_ask.html",
        matching=matching,
        taken=taken,
        in_work=in_work,
        look_back=configuration.selection.look_back_days,
        version=agent.appliedversion + bool(changed),
        changed=bool(changed),
        supervisor=supervisor.fullname if supervisor else "",
        mailbox=mailbox,
    )


@pages.get("/agent/stop", "prvStartAgent")
def ask_stop(visit: Visit) -> Response:
    """What draining and halting do, to be chosen."""
    agent = needed_agent(visit)
    if agent.state in _AT_REST:
        return visit.to("/agent", f"{agent.name} is not working.", "info")
    with visit.services.database.reading() as session:
        in_work = agent_settings.leads_in_work(session, agent.agentid)
    return settings_page(visit, agent, "start", "agent/stop_ask.html", in_work=in_work)


@pages.post("/agent/start", "prvStartAgent")
def start(visit: Visit) -> Response:
    """Start the agent."""
    agent = needed_agent(visit)
    try:
        act.start_agent(visit.services, visit.who, agent.agentid)
    except NotReady as error:
        return visit.to("/agent", f"The agent cannot start yet. {' '.join(error.missing)}", "bad")
    return visit.to("/agent", f"{agent.name} is on. It takes leads that match the selection criteria.")


@pages.post("/agent/apply", "prvStartAgent")
def apply(visit: Visit) -> Response:
    """Apply the draft as the next version."""
    agentid, note = needed_agent(visit).agentid, visit.text("note", most=act.MOST_NOTE)
    version = act.apply_changes(visit.services, visit.who, agentid, note, versionnumber=visit.number("versionnumber"))
    return visit.to("/agent", f"Version {version} is in force for new leads. Leads already processed stay as they are.")


@pages.post("/agent/stop", "prvStartAgent")
def stop(visit: Visit) -> Response:
    """Stop by drain or halt."""
    agent = needed_agent(visit)
    how = cast(Literal["drain", "halt"], visit.text("how"))  # anything else is refused
    state = act.stop_agent(visit.services, visit.who, agent.agentid, how)
    finishing = "It finishes the leads it has begun." if state == AgentState.DRAINING else "It is off."
    return visit.to("/agent", f"{agent.name} takes no new leads. {finishing}")


@pages.get("/agent/archive", "prvStartAgent")
def ask_archive(visit: Visit) -> Response:
    """What archiving means, to be confirmed."""
    agent = needed_agent(visit)
    if agent.state != AgentState.OFF:
        return visit.to("/agent", f"{agent.name} is not stopped. Only a stopped agent can be archived.", "info")
    with visit.services.database.reading() as session:
        in_work = agent_settings.leads_in_work(session, agent.agentid)
    return settings_page(visit, agent, "start", "agent/archive_ask.html", in_work=in_work)


@pages.post("/agent/archive", "prvStartAgent")
def archive(visit: Visit) -> Response:
    """Put a stopped agent away."""
    agent = needed_agent(visit)
    act.archive_agent(visit.services, visit.who, agent.agentid)
    return visit.to("/agent", f"{agent.name} is archived. Its history stays.")


@pages.post("/agent/delete", "prvReadAgent", "prvConfigureAgent")
def delete(visit: Visit) -> Response:
    """Delete an agent that was never started."""
    agent = needed_agent(visit)
    act.delete_agent(visit.services, visit.who, agent.agentid)
    return visit.to("/agent", f"{agent.name} is deleted.")


@pages.get("/agent/section/{section}", "prvReadAgent")
def section_page(visit: Visit) -> Response:
    """One of the simple sections."""
    return section_form(visit, visit.request.path_params["section"], {})


@pages.post("/agent/section/{section}", "prvConfigureAgent")
def save_section(visit: Visit) -> Response:
    """Save one of the simple sections into the draft."""
    section = visit.request.path_params["section"]
    if section not in _READ:
        raise NotFound("There is no such section.")
    agent = needed_agent(visit)
    try:
        act.edit_draft(
            visit.services,
            visit.who,
            agent.agentid,
            section,
            _READ[section](visit),
            versionnumber=visit.number("versionnumber"),
        )
    except BadInput as error:
        return section_form(visit, section, {error.field or "": str(error)}, 422)
    return visit.to(f"/agent/section/{section}", f"Saved in the draft. {takes_effect(agent)}")


def takes_effect(agent: Agent) -> str:
    """When what was saved counts."""
    return "Apply changes to put it in force." if agent.startedon else "It takes effect when the agent starts."


def section_form(visit: Visit, section: str, problems: Mapping[str, str], status: int = 200) -> Response:
    """One of the simple sections, with what was wrong beside its fields."""
    if section not in _SHOWN:
        raise NotFound("There is no such section.")
    agent = needed_agent(visit)
    if section == "handoff" and agent.mode != AgentMode.ENGAGE:
        raise NotFound("A Research-only agent has no conversations. Upgrade it on the Start page first.")
    with visit.services.database.reading() as session:
        users = session.execute(
            select(SystemUser.systemuserid, SystemUser.fullname).where(SystemUser.applicationid.is_not(None))
        ).all()
        teams = session.execute(select(Team.teamid, Team.name).order_by(Team.name)).all()
        people = assignable(session, _chosen_people(agent))
        lead = selection.tables_of(session)["lead"]
        people_count = session.scalar(select(func.count()).select_from(SystemUser))
    configuration = Configuration.model_validate(agent.draft)
    signature = signature_of(configuration.profile)
    return settings_page(
        visit,
        agent,
        section,
        f"agent/{section}.html",
        status,
        problems=problems,
        form=visit.form,
        application_users=[(u.systemuserid, u.fullname) for u in users],
        teams=[(t.teamid, t.name) for t in teams],
        people=people,
        people_count=people_count,
        email_columns=[(a.name, a.label) for a in lead.attributes.values() if a.kind is Kind.EMAIL],
        usual_disclaimer=Profile().disclaimer,
        footer=footer_of(configuration),
        shown_signature=signature.shown("/agent/section/profile/image") if signature else "",
        file_kinds=",".join(UPLOAD_KINDS),
    )


def _chosen_people(agent: Agent) -> list[str]:
    rule = agent.draft.get("assignment") or {}
    return [*(rule.get("sellers") or []), *filter(None, [rule.get("supervisor")])]


def _chosen(visit: Visit, name: str) -> list[str]:
    return [v for v in visit.form.getlist(name) if isinstance(v, str) and v]


def _read_assignment(visit: Visit) -> dict[str, Any]:
    return {
        "sellers": _chosen(visit, "sellers"),
        "team": visit.text("team") or None,
        "supervisor": visit.text("supervisor") or None,
        "keep_human_owner": bool(visit.text("keep_human_owner")),
    }


def _read_handoff(visit: Visit) -> dict[str, Any]:
    texts = {n: visit.text(n, most=2_000) for n in ("need", "timeline", "budget", "authority", "next_steps")}
    return {**texts, "fast_track": bool(visit.text("fast_track"))}


_READ: Mapping[str, Callable[[Visit], dict[str, Any]]] = {
    "company": lambda v: {n: v.text(n) for n in ("name", "website")},
    "validation": lambda v: {"field": v.text("field")},
    "assignment": _read_assignment,
    "handoff": _read_handoff,
}
_SHOWN = frozenset({*_READ, "profile", "products"})
