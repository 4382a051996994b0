"""Back-test of 2,000 past leads with the builtin analyst: seconds, and whether it flips what the real path flips.

`python -m benchmarks.backtest`. Its leads are made-up people at the companies of the rehearsal, researched by the real
path first; a sample is processed again after Apply.
"""

import tempfile
import time
from pathlib import Path
from random import Random

from sqlalchemy import func, select, update

from benchmarks.figures import Figure, report
from leadwright.actions.backtest import Choice, read_backtest, start_backtest
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Assignment, Company, Configuration, ProfileCriterion
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sales import Lead
from leadwright.db.schema import migrate
from leadwright.domain.fit import CriterionKind
from leadwright.domain.optionsets import AccessMode, LeadState, LeadStatus
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.domain.stage import AgentState, Trigger
from leadwright.identity.access import operator
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import seed_directory
from leadwright.sandbox.companies import companies
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.workflows import runs
from leadwright.workflows.backtest import work
from leadwright.workflows.research_lead import research_lead

LEADS, AGAIN = 2_000, 200
_TITLES = ("Head of Operations", "CFO", "Warehouse Clerk", "Procurement Manager", "Software engineer")


def main() -> None:
    """Run it and print the figures."""
    with tempfile.TemporaryDirectory(prefix="leadwright-bench-") as folder:
        services = _office(Path(folder))
        with services.database.reading() as session:
            who, agentid = operator(session), session.scalars(select(Agent.agentid)).one()
        _work(services)
        with services.database.transaction() as session:
            agent = session.get_one(Agent, agentid)
            agent.draft = _configuration("500 to 9,000 employees", "Consumer goods, energy").model_dump(mode="json")
        began = time.perf_counter()
        testid = start_backtest(services, who, agentid, Choice(LEADS), begin=work)
        seconds = time.perf_counter() - began
        shown = read_backtest(services, who, agentid, testid, most=None)
        flipped = {f.leadid for f in shown.flips}
        really, looked_at = _again(services, agentid)
        services.database.close()
    same = sum((leadid in flipped) == (leadid in really) for leadid in looked_at)
    report(
        [
            Figure("i4-7", "seconds of a back-test of 2,000 past leads", seconds, "<= 10", f"{len(flipped)} flip"),
            Figure("i4-7", "share of leads judged after Apply as it said", same / len(looked_at), "== 1",
                   f"{same} of {len(looked_at)} processed again, {len(really)} of them otherwise"),
        ]
    )  # fmt: skip


def _office(folder: Path) -> Services:
    database = Database(f"sqlite:///{folder / 'leadwright.db'}")
    migrate(database)
    settings = Settings(data_dir=folder, dns_checks=False, fetch_company_sites=False)
    services = Services(settings, database, BuiltinAnalyst())
    with database.transaction() as session:
        unit = seed_directory(session)
        directory = directory_of(services)
        client = directory.register(session, "Agent", audience="AzureADMyOrg", redirect_uri=None, createdby=None)
        directory.add_secret(session, client)
        user = SystemUser(
            fullname="Agent", applicationid=client, accessmode=AccessMode.NON_INTERACTIVE, businessunitid=unit
        )
        owner = SystemUser(fullname="Owner", internalemailaddress="owner@office.example", businessunitid=unit)
        session.add_all([user, owner])
        session.flush()
        role = session.scalar(select(Role.roleid).where(Role.name == AI_SALESPERSON))
        session.add(UserRole(systemuserid=user.systemuserid, roleid=role))
        agent = Agent(
            name="Agent", mode="research", state=AgentState.ON, agentuserid=user.systemuserid, startedon=now(),
            appliedversion=1,
        )  # fmt: skip
        session.add(agent)
        session.flush()
        stored = _configuration("2,000 to 50,000 employees", "Consumer goods, industrials").model_dump(mode="json")
        session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=stored))
        chance, known, leads = Random(7), companies(), list[str]()
        for n in range(LEADS):
            company = known[n % len(known)]
            city, _, state = company.headquarters.partition(", ")
            leadid = new_id()
            leads.append(leadid)
            session.add(
                Lead(
                    leadid=leadid, subject=f"Topic {n}", fullname=f"Person {n}", firstname="Person", lastname=str(n),
                    jobtitle=chance.choice(_TITLES), companyname=company.name, emailaddress1=f"p{n}@c{n}.example",
                    lw_industry=company.industry, numberofemployees=company.employees, revenue=float(company.revenue),
                    address1_city=city, address1_stateorprovince=state, ownerid=owner.systemuserid,
                    owningbusinessunit=unit,
                )
            )  # fmt: skip
        session.flush()
        session.add_all(
            LeadRun(leadid=i, number=1, agentid=agent.agentid, version=1, trigger=Trigger.NEW_LEAD) for i in leads
        )
    return services


def _configuration(size: str, trade: str) -> Configuration:
    kinds = CriterionKind
    criteria = [
        ProfileCriterion(name="Industries", kind=kinds.INDUSTRY, details=trade),
        ProfileCriterion(name="Size", kind=kinds.EMPLOYEES, details=size),
        ProfileCriterion(name="Roles", kind=kinds.ROLE, details="Decision makers in operations or procurement"),
        ProfileCriterion(name="Location", kind=kinds.LOCATION, details="United States, except Texas"),
        ProfileCriterion(name="Revenue", kind=kinds.REVENUE, details="at least 500 M USD"),
    ]
    company = Company(name="Shelf Makers", website="https://shelves.example", value_proposition="Shelves that hold.")
    return Configuration(criteria=criteria, company=company, assignment=Assignment())


def _work(services: Services) -> None:
    while True:
        with services.database.transaction() as session:
            given = runs.give(session, 64)
        if not given:
            return
        for run in given:
            research_lead(services, run)


def _again(services: Services, agentid: str) -> tuple[set[str], list[str]]:
    """Leads whose verdict the real path changes after Apply, among those that were processed again."""
    with services.database.transaction() as session:
        agent = session.get_one(Agent, agentid)
        agent.appliedversion = 2
        session.add(AgentVersion(agentid=agentid, version=2, configuration=agent.draft))
        wanted = list(
            session.scalars(select(Lead.leadid).order_by(func.length(Lead.subject), Lead.subject).limit(AGAIN))
        )
        owner = session.scalars(select(SystemUser.systemuserid).where(SystemUser.fullname == "Owner")).one()
        back = {"statecode": int(LeadState.OPEN), "statuscode": int(LeadStatus.NEW), "ownerid": owner}
        session.execute(update(Lead).where(Lead.leadid.in_(wanted)).values(**back))
        session.add_all(
            LeadRun(leadid=i, number=2, agentid=agentid, version=2, trigger=Trigger.RETRIED) for i in wanted
        )
    _work(services)
    with services.database.reading() as session:
        rows = session.scalars(select(LeadRun).where(LeadRun.leadid.in_(wanted))).all()
    verdicts: dict[str, list[tuple[str, str | None]]] = {}
    for run in sorted(rows, key=lambda r: r.number):
        verdicts.setdefault(run.leadid, []).append((run.stage, run.band))
    return {leadid for leadid, (was, is_) in verdicts.items() if was != is_}, wanted


if __name__ == "__main__":
    main()
