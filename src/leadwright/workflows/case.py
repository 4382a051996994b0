"""What a pass over a lead works with: read and checked at its begin, and checked again before its end. No judging."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from leadwright.db import audit, changes
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import now
from leadwright.db.configuration import Configuration
from leadwright.db.findings import Findings, from_json
from leadwright.db.mirror_seen import is_hidden
from leadwright.db.mirror_writes import goes_out, put_news
from leadwright.db.people import SystemUser
from leadwright.db.recent import Recent
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.optionsets import LeadState, NotificationIcon
from leadwright.domain.stage import AgentMode, Stage
from leadwright.domain.suppression import ADDRESS_NOT_VALID, NOT_VALID
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.identity.agent_identity import agent_principal
from leadwright.mail.checks import CONTACT_WANTS_NO_MAIL, contact_wants_no_mail
from leadwright.services import Services
from leadwright.workflows import runs

_signed_in = Recent[Principal](timedelta(seconds=1))  # one sign-in serves the leads of this time
_configurations = Recent[Configuration](timedelta.max, most=50)  # a version never changes, so it is read once
_NOT_JUDGED = frozenset(  # columns that say who has the lead and where it stands, or that the agent writes itself
    [
        "leadid",
        "versionnumber",
        "createdon",
        "createdby",
        "modifiedon",
        "modifiedby",
        "ownerid",
        "owningbusinessunit",
        "statecode",
        "statuscode",
        "leadqualitycode",
        "donotemail",
        "donotbulkemail",
        "parentaccountid",
        "parentcontactid",
        "qualifyingopportunityid",
        "lw_importkey",
        "lw_stage",
        "lw_band",
        "lw_signal",
        "lw_emailstate",
        "lw_emailtype",
        "lw_accountunlinked",
        "lw_contactunlinked",
    ]
)
NO_BULK = "The lead does not allow bulk emails: the agent does not write to it first and sends no follow-ups."
HIDDEN = "Dynamics 365 does not show this lead to the agent any more; somebody else may have it by now."
_LEAD = re.compile(r"/leads/([0-9a-f-]{36})")
_ROWS = (
    select(LeadRun, Lead, Agent)
    .join(Lead, Lead.leadid == LeadRun.leadid)
    .join(Agent, Agent.agentid == LeadRun.agentid)
    .where(LeadRun.runid == bindparam("runid"))
)
_LOCKED_ROWS = _ROWS.with_for_update(of=[LeadRun, Lead])


@dataclass(frozen=True, slots=True)
class Case:
    """One run being worked.

    Args:
        who: the agent, signed in as its application user.
        configuration: the version the lead is processed with.
        lead: as it was read; for looking only.
        begun: an earlier try made the agent its owner already, before the process ended.
        address: the lead's address by the rule of email validation; empty when it has none or none is asked for.
        missing: what the lead's record lacks, in words.
    """

    run: runs.Given
    agentid: str
    mode: AgentMode
    version: int
    who: Principal
    configuration: Configuration
    lead: Lead
    begun: Findings | None
    address: str
    missing: tuple[str, ...]

    @property
    def cause(self) -> str:
        """For the audit log."""
        return f"run {self.run.number} of the lead, configuration version {self.version}"


class Acting(Protocol):
    """Who changes a lead, and for which run: a `Case`, or a conversation."""

    @property
    def who(self) -> Principal:
        """The agent, signed in."""
        ...

    @property
    def configuration(self) -> Configuration:
        """The version the run is processed with."""
        ...

    @property
    def cause(self) -> str:
        """For the audit log."""
        ...


@dataclass(frozen=True, slots=True)
class Locked:
    """The rows of a run, locked in a write transaction that began at `moment`."""

    run: LeadRun
    lead: Lead
    agent: Agent
    moment: datetime


class Elsewhere(Exception):
    """Somebody else works or has finished this run, or it is gone: nothing to do, nothing wrong."""


class Waits(Exception):
    """The agent is paused, stopped or may not work: the run waits where it is."""


def read_case(services: Services, run: runs.Given) -> Case:
    """Read what the run needs.

    Raises:
        Elsewhere: the run has an outcome, or another try of it is under way.
        Waits: the agent does not work now.
        NotAllowed: the agent's identity is broken; names the failing check.
    """
    with services.database.reading() as session:
        row, lead, agent = _rows(session, run, locked=False)
        configuration = configuration_of(services, session, row)
    address = address_of(lead, configuration)
    return Case(
        run=run,
        agentid=row.agentid,
        mode=AgentMode(agent.mode),
        version=row.version,
        who=sign_in(services, row.agentid),
        configuration=configuration,
        lead=lead,
        begun=_begun(row, lead, agent, address),
        address=address,
        missing=missing_of(lead, configuration),
    )


def lock(session: Session, case: Case, moment: datetime) -> Locked:
    """The rows of the run, run and lead locked.

    Raises:
        Elsewhere: another try or process has moved the run on.
        Waits: the agent was paused or halted meanwhile.
    """
    return Locked(*_rows(session, case.run, locked=True), moment)


def persons_change(session: Session, rows: Locked, *, answers: bool = False) -> str | None:
    """What a person did meanwhile that ends the run, as a sentence; None when nothing did. People win.

    Args:
        answers: the lead wrote, and may be answered although it allows no bulk emails.
    """
    lead = rows.lead
    if lead.statecode == LeadState.QUALIFIED:
        return "The lead was qualified by a person meanwhile."
    if lead.statecode == LeadState.DISQUALIFIED:
        return "The lead was disqualified by a person meanwhile."
    if lead.donotemail:
        return "The lead does not allow emails, so it is not prepared for outreach."
    if lead.donotbulkemail and not answers and rows.agent.mode == AgentMode.ENGAGE:
        return NO_BULK
    if rows.run.stage == Stage.ENGAGED and lead.lw_emailstate in NOT_VALID:
        return ADDRESS_NOT_VALID
    if contact_wants_no_mail(session, lead.parentcontactid):
        return CONTACT_WANTS_NO_MAIL
    if is_out_of_sight(session, lead):
        return HIDDEN
    begun = rows.run.stage in (Stage.RESEARCHING, Stage.BLOCKED, Stage.ENGAGED) and rows.run.startedon
    if begun and lead.ownerid != rows.agent.agentuserid:
        owner = session.scalar(select(SystemUser.fullname).where(SystemUser.systemuserid == lead.ownerid))
        return f"{owner or 'Another team'} took the lead over meanwhile."
    return None


def is_out_of_sight(session: Session, lead: Lead) -> bool:
    """Is the lead one of Dynamics 365 that the agent's role does not show any more?"""
    return goes_out(session) and bool(session.scalar(select(is_hidden("lead", lead.leadid))))


def change_lead(session: Session, case: Acting, rows: Locked, action: str, **values: object) -> None:
    """Write columns of the lead as the agent, audited and noted for selection. Equal values are no change."""
    before = _write(session, case, rows, action, values)
    if rows.run.previousownerid and rows.lead.ownerid != rows.run.previousownerid:
        before = {"ownerid": rows.run.previousownerid, **before}  # since selection last looked
    changes.record(session, rows.lead.leadid, "changed", before)


def take_lead(session: Session, case: Case, rows: Locked, **values: object) -> None:
    """The same at the begin of a run. Selection is told at its end: in between, the lead is in the agent's hands."""
    _write(session, case, rows, "lead.taken_by_agent", values)


def _write(
    session: Session, case: Acting, rows: Locked, action: str, values: Mapping[str, object]
) -> dict[str, object]:
    lead = rows.lead
    before = {k: getattr(lead, k) for k, v in values.items() if getattr(lead, k) != v}
    for name in before:
        setattr(lead, name, values[name])
    lead.versionnumber += 1
    lead.modifiedon, lead.modifiedby = rows.moment, case.who.id
    after = {k: values[k] for k in before}
    audit.record(session, case.who.actor, action, "lead", lead.leadid, before=before, after=after, cause=case.cause)
    return before


def notify(
    session: Session,
    ownerid: str | None,
    key: str,
    title: str,
    body: str,
    *,
    icon: NotificationIcon = NotificationIcon.INFO,
    link: str | None = None,
) -> None:
    """Tell a person once for each key. Nobody, or somebody who is gone: nothing."""
    if not ownerid or session.scalar(select(SystemUser.systemuserid).where(SystemUser.systemuserid == ownerid)) is None:
        return
    known = session.scalar(select(AppNotification.appnotificationid).where(AppNotification.lw_key == key[:120]))
    if known is None:
        session.add(
            AppNotification(
                ownerid=ownerid,
                lw_key=key[:120],
                title=title[:500],
                body=body,
                icontype=int(icon),
                link=link,
                createdon=session.info.get("clock", now)(),
            )
        )
        tell_over_there(session, ownerid, key, title, body, icon=icon, link=link)


def tell_over_there(
    session: Session, ownerid: str, key: str, title: str, body: str, *, icon: NotificationIcon, link: str | None
) -> None:
    """News about a lead reach its reader in Dynamics 365 too, where that is connected."""
    if link and (about := _LEAD.match(link)):
        put_news(session, about[1], ownerid, key, title, body, int(icon))


def lead_name(lead: Lead) -> str:
    """What a person calls the lead."""
    return ", ".join(part for part in (lead.fullname, lead.companyname) if part) or lead.subject or "A lead"


def lead_link(leadid: str) -> str:
    """Path of the lead's page."""
    return f"/leads/{leadid}"


_OPEN = (Stage.QUEUED, Stage.RESEARCHING, Stage.BLOCKED)


def _rows(session: Session, run: runs.Given, *, locked: bool) -> tuple[LeadRun, Lead, Agent]:
    found = session.execute(_LOCKED_ROWS if locked else _ROWS, {"runid": run.runid}).first()
    if found is None or found.LeadRun.generation != run.generation or found.LeadRun.stage not in _OPEN:
        raise Elsewhere
    if found.Agent.state not in runs.WORKING:
        raise Waits
    return found.LeadRun, found.Lead, found.Agent


def configuration_of(services: Services, session: Session, run: LeadRun) -> Configuration:
    """The version of the configuration that the run is processed with.

    Raises:
        NotFound: it is gone.
    """

    def read() -> Configuration:
        version = session.get(AgentVersion, (run.agentid, run.version))
        if version is None:
            raise NotFound(f"Configuration version {run.version} of the agent is gone. Apply the configuration again.")
        return Configuration.model_validate(version.configuration)

    return _configurations.get((services.database.url, run.agentid, run.version), now(), read)


def sign_in(services: Services, agentid: str) -> Principal:
    """The agent as its application user; one sign-in serves a second.

    Raises:
        NotAllowed: its identity is broken; names the failing check.
    """
    return _signed_in.get((services.database.url, agentid), now(), lambda: agent_principal(services, agentid))


def changed_fields(case: Case, lead: Lead, found: Findings) -> tuple[str, ...]:
    """Columns of the lead that people changed since the case was read, so that it was judged by what is no more."""
    columns = [name for name in Lead.__mapper__.column_attrs.keys() if name not in _NOT_JUDGED]  # noqa: SIM118
    changed = [name for name in columns if getattr(lead, name) != getattr(case.lead, name)]
    if case.address != address_of(lead, case.configuration) and case.configuration.validation.field not in changed:
        changed.append(case.configuration.validation.field)
    return (*changed, *_outdated(lead, found))


def _outdated(lead: Lead, found: Findings) -> list[str]:
    """Columns that do not say any more what the agent found and wrote at its begin."""
    connected = {"parentaccountid": "accountid", "parentcontactid": "contactid"}
    outdated = [column for column, key in connected.items() if getattr(lead, column) != found.connected.get(key)]
    if lead.lw_emailstate == "overruled_invalid" and found.email.get("state") == "valid":
        outdated.append("lw_emailstate")
    return outdated


def _begun(run: LeadRun, lead: Lead, agent: Agent, address: str) -> Findings | None:
    """What an earlier try began with; None when there was none, or it holds no longer."""
    if run.stage != Stage.RESEARCHING or lead.ownerid != agent.agentuserid:
        return None
    found = from_json(run.findings)
    return None if found.email.get("address", "") != address or _outdated(lead, found) else found


def address_of(lead: Lead, configuration: Configuration) -> str:
    """The lead's address by the rule of email validation; empty when it has none or none is asked for."""
    name = configuration.validation.field
    value = getattr(lead, name, None) if hasattr(Lead, name) else lead.custom.get(name)
    return str(value or "").strip() if name else ""


def missing_of(lead: Lead, configuration: Configuration) -> tuple[str, ...]:
    """What the lead's record lacks, in words."""
    wanted = {
        "company name": lead.companyname,
        "email address": address_of(lead, configuration) or (not configuration.validation.field and lead.emailaddress1),
        "name of a person": lead.fullname or lead.lastname,
        "job title": lead.jobtitle,
    }
    return tuple(name for name, value in wanted.items() if not value)
