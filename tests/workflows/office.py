"""A small office for workflow tests: an agent with a real identity, people, leads; and an analyst of few words."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.analyst import Brief, Draft, Insight, MailBrief, Reading, Section, Usage
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Assignment, Company, Configuration, ProfileCriterion
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sales import Lead
from leadwright.domain.evidence import Statement, quote
from leadwright.domain.fit import CriterionKind, Judgement, Verdict
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import AI_SALESPERSON, SALESPERSON
from leadwright.domain.stage import AgentState, Stage, Trigger
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings


@dataclass
class PlainAnalyst:
    """Judges by whether the field of a criterion holds one of the words of its details. Really reads, really quotes.

    Args:
        seconds: how long each answer takes.
        before: called with the company's name before each answer; may raise or end the process.
    """

    seconds: float = 0.0
    before: Callable[[str], None] | None = None
    name: str = "plain"
    calls: list[str] = field(default_factory=list)

    def read_lead(self, brief: Brief) -> Reading:
        self._take_time(brief.lead.get("lead.companyname", ""))
        judgements = tuple(self._judge(brief, c.name, c.fields, c.details) for c in brief.criteria)
        company = brief.passages.get("field:lead.companyname")
        insights = (
            (Insight(Section.OVERVIEW, "Company", (Statement(f"{company.text}.", (quote(company),)),)),)
            if company
            else ()
        )
        return Reading(judgements, insights, (), Usage("plain", calls=1))

    def write_mail(self, brief: MailBrief) -> Draft:
        self._take_time(brief.company)
        greeting = Statement(f"Hello {brief.greeting_name},".replace(" ,", ","), ())
        offer = Statement(f"we have something for {brief.company}.", ())
        return Draft(brief.topic or brief.company, (greeting, offer), Usage("plain", calls=1))

    def _judge(self, brief: Brief, name: str, fields: Sequence[str], details: str) -> Judgement:
        passage = next((brief.passages[f"field:{f}"] for f in fields if f"field:{f}" in brief.passages), None)
        if passage is None:
            return Judgement(name, Verdict.UNKNOWN, "The field is empty.")
        met = any(word in passage.text.casefold() for word in re.findall(r"\w+", details.casefold()))
        return Judgement(name, Verdict.MET if met else Verdict.NOT_MET, passage.text, (quote(passage),))

    def _take_time(self, company: str) -> None:
        self.calls.append(company)
        if self.before:
            self.before(company)
        if self.seconds:
            time.sleep(self.seconds)


@dataclass(frozen=True)
class Office:
    """Ids of what was set up."""

    services: Services
    agentid: str
    agent_user: str
    owner: str
    supervisor: str
    sellers: tuple[str, ...]


def services_of(database: Database, folder: Path, analyst: Any, **settings: Any) -> Services:
    wanted = {
        "data_dir": folder,
        "database_url": database.url,
        "workers": 8,
        "dns_checks": False,
        "fetch_company_sites": False,
    }
    return Services(settings=Settings(**{**wanted, **settings}), database=database, analyst=analyst)


def open_office(services: Services, *, sellers: int = 4, state: AgentState = AgentState.ON, **rule: Any) -> Office:
    """Directory, agent with identity and one configuration version, people."""
    directory = directory_of(services)
    with services.database.transaction() as session:
        unit = seed_directory(session)
        client = directory.register(
            session, "Agent application", audience="AzureADMyOrg", redirect_uri=None, createdby=None
        )
        directory.add_secret(session, client)
        agent_user = SystemUser(
            fullname="Agent", applicationid=client, accessmode=AccessMode.NON_INTERACTIVE, businessunitid=unit
        )
        people = [person(session, unit, f"Seller {n}") for n in range(sellers)]
        owner, supervisor = person(session, unit, "Owner"), person(session, unit, "Supervisor")
        session.add(agent_user)
        session.flush()
        role = session.scalar(select(Role.roleid).where(Role.name == AI_SALESPERSON))
        session.add(UserRole(systemuserid=agent_user.systemuserid, roleid=role))
        agent = Agent(
            name="Agent", mode="research", state=state, agentuserid=agent_user.systemuserid, startedon=now(),
            appliedversion=1,
        )  # fmt: skip
        session.add(agent)
        session.flush()
        assignment = Assignment(**{"sellers": people, "supervisor": supervisor, **rule})
        session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=_configuration(assignment)))
        return Office(services, agent.agentid, agent_user.systemuserid, owner, supervisor, tuple(people))


def person(session: Session, unit: str, name: str) -> str:
    user = SystemUser(
        fullname=name, internalemailaddress=f"{name.replace(' ', '.').casefold()}@office.example", businessunitid=unit
    )
    session.add(user)
    session.flush()
    role = session.scalar(select(Role.roleid).where(Role.name == SALESPERSON))
    session.add(UserRole(systemuserid=user.systemuserid, roleid=role))
    return user.systemuserid


def add_leads(office: Office, count: int, *, queued: bool = True, **values: Any) -> list[str]:
    """Leads that fit well, unless `values` say otherwise, each with a queued run."""
    ids = []
    with office.services.database.transaction() as session:
        unit = session.get_one(SystemUser, office.owner).businessunitid
        for n in range(count):
            lead = {
                "leadid": new_id(),
                "subject": f"Shelves {n}",
                "fullname": f"Person {n}",
                "firstname": "Person",
                "lastname": str(n),
                "jobtitle": "Buyer",
                "companyname": f"Company {n}",
                "emailaddress1": f"person{n}@company{n}.example",
                "lw_industry": "Retail",
                "ownerid": office.owner,
                "owningbusinessunit": unit,
                **values,
            }
            session.add(Lead(**lead))
            ids.append(lead["leadid"])
        session.flush()
        if queued:
            session.add_all(
                LeadRun(leadid=i, number=1, agentid=office.agentid, version=1, trigger=Trigger.NEW_LEAD) for i in ids
            )
    return ids


def runs_of(office: Office) -> list[LeadRun]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(LeadRun).order_by(LeadRun.queuedon, LeadRun.runid)))


def stages(office: Office) -> dict[str, int]:
    found: dict[str, int] = {}
    for run in runs_of(office):
        found[run.stage] = found.get(run.stage, 0) + 1
    return found


def _configuration(assignment: Assignment) -> dict[str, Any]:
    criteria = [
        ProfileCriterion(name="Industry", kind=CriterionKind.CUSTOM, details="retail", fields=["lead.lw_industry"]),
        ProfileCriterion(name="Role", kind=CriterionKind.CUSTOM, details="buyer procurement", fields=["lead.jobtitle"]),
    ]
    company = Company(name="Shelf Makers", website="https://shelves.example", value_proposition="Shelves that hold.")
    configuration = Configuration(company=company, criteria=criteria, assignment=assignment)
    return configuration.model_dump(mode="json")


OUTCOMES = (Stage.HANDED_OVER, Stage.DISQUALIFIED, Stage.RETURNED, Stage.FAILED, Stage.CANCELLED)
