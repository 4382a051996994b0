"""A desk with people and leads in every stage, for tests and screenshots. Every name is made up."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from leadwright.analyst.protocol import Brief, Draft, MailBrief, Reading
from leadwright.db import audit
from leadwright.db.agent import Agent, LeadRun, Prerequisite, RunStep
from leadwright.db.base import new_id
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.people import Application, Role, SystemUser, Team, TeamMember, UserRole
from leadwright.db.sales import Account, AppNotification, Email, Lead
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PASSWORD = "eleven quiet herons"
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

PEOPLE = {
    "admin": ("Ada Administrator", "System Administrator"),
    "developer": ("Devi Developer", "Application Developer"),
    "exchange": ("Exa Exchange", "Exchange Administrator"),
    "manager": ("Mina Manager", "Sales Manager"),
    "seller": ("Sam Seller", "Salesperson"),
    "other": ("Olga Other", "Salesperson"),
    "nobody": ("Noel Norole", ""),
}

COMPANIES = (
    ("Harbour & Finch Stores", "Department stores", 18_400, 4.1e9, "Boston", "Massachusetts"),
    ("Larkspur Home", "Specialty retail", 6_200, 1.3e9, "Austin", "Texas"),
    ("Brightwater Grocers", "Retail", 22_000, 6.8e9, "Denver", "Colorado"),
    ("Copperline Outfitters", "E-commerce", 1_900, 4.2e8, "Portland", "Oregon"),
    ("Meridian Freight", "Transportation", 3_100, 7.7e8, "Chicago", "Illinois"),
    ("Oakhaven Furniture", "Specialty retail", 2_400, 5.1e8, "Raleigh", "North Carolina"),
)
FIRST = ("Priya", "Jonas", "Elena", "Marcus", "Aiko", "Tomas", "Grace", "Idris", "Hanna", "Felix")
LAST = ("Raman", "Weller", "Costa", "Ibsen", "Tanaka", "Novak", "Okafor", "Lund", "Pereira", "Quint")
TITLES = ("Chief Procurement Officer", "VP Store Operations", "Purchasing Director", "CFO", "Head of Supply Chain")
STAGES: tuple[tuple[str | None, str | None, str | None, int], ...] = (
    ("handed_over", "High", "strong", 1),
    ("handed_over", "Moderate", "medium", 2),
    ("disqualified", "Low", "strong", 3),
    ("researching", None, None, 3),
    ("queued", None, None, 3),
    ("blocked", "Unknown", "weak", 3),
    ("returned", None, None, 3),
    ("failed", None, None, 3),
    (None, None, None, 3),
    ("handed_over", "High", "medium", 2),
)


@dataclass
class Desk:
    """What was made."""

    services: Services
    people: dict[str, str]
    leads: dict[str, list[str]] = field(default_factory=dict)
    agentid: str = ""

    def lead(self, stage: str, n: int = 0) -> str:
        return self.leads[stage][n]


class SilentAnalyst:
    """Pages ask no analyst."""

    name = "silent"

    def read_lead(self, brief: Brief) -> Reading:
        raise NotImplementedError

    def write_mail(self, brief: MailBrief) -> Draft:
        raise NotImplementedError


def make(database: Database, *, leads: int = 30, settings: Settings | None = None) -> Desk:
    """Seven people, an agent that is on, and leads in every stage."""
    services = Services(settings or Settings(), database, SilentAnalyst(), clock=lambda: NOW)
    with database.transaction() as session:
        root = seed_directory(session)
        desk = Desk(services, {})
        roles = {r.name: r.roleid for r in session.scalars(select(Role))}
        hashed = _QUICK.hash(PASSWORD)
        for key, (name, role) in PEOPLE.items():
            user = SystemUser(
                fullname=name,
                internalemailaddress=f"{key}@seller.example",
                passwordhash=hashed,
                businessunitid=root,
                timezone="Europe/Berlin" if key == "seller" else "UTC",
                createdon=NOW,
            )
            session.add(user)
            session.flush()
            desk.people[key] = user.systemuserid
            if role:
                session.add(UserRole(systemuserid=user.systemuserid, roleid=roles[role]))
        application = Application(displayname="Leadwright agent")
        session.add(application)
        session.flush()
        agentuser = SystemUser(
            fullname="Sales Agent", applicationid=application.appid, accessmode=4, businessunitid=root, createdon=NOW
        )
        team = Team(name="West", businessunitid=root)
        session.add_all([agentuser, team])
        session.flush()
        session.add(UserRole(systemuserid=agentuser.systemuserid, roleid=roles["AISalesPerson"]))
        session.add(TeamMember(teamid=team.teamid, systemuserid=desk.people["seller"]))
        agent = Agent(
            name="Sales Agent",
            mode="research",
            state="on",
            agentuserid=agentuser.systemuserid,
            draft=Configuration().model_dump(mode="json"),
            appliedversion=1,
        )
        session.add(agent)
        session.flush()
        desk.agentid = agent.agentid
        session.add_all(Prerequisite(agentid=agent.agentid, number=number) for number in range(1, 5))
        for n in range(leads):
            _lead(session, desk, root, agentuser.systemuserid, n)
        session.add(
            AppNotification(
                ownerid=desk.people["seller"],
                title="Priya Raman was handed over to you",
                body="High fit, strong signal: 5 of 6 criteria are met.",
                icontype=100000001,
                link=f"/leads/{desk.lead('handed_over')}",
                createdon=NOW - timedelta(hours=2),
            )
        )
    return desk


def _lead(session: Any, desk: Desk, root: str, agentuser: str, n: int) -> None:
    stage, band, signal, rating = STAGES[n % len(STAGES)]
    company, industry, size, revenue, city, state = COMPANIES[n % len(COMPANIES)]
    first, last = FIRST[n % len(FIRST)], LAST[(n * 3) % len(LAST)]
    domain = company.split()[0].lower() + ".example"
    seller = desk.people["seller" if n % 20 < 10 else "other"]
    with_agent = stage in {"researching", "queued", "blocked", "disqualified"}
    created = NOW - timedelta(days=n, hours=n)
    account = Account(
        name=company,
        websiteurl=f"https://www.{domain}",
        lw_industry=industry,
        numberofemployees=size,
        revenue=revenue,
        address1_city=city,
        address1_stateorprovince=state,
        ownerid=seller,
        owningbusinessunit=root,
    )
    session.add(account)
    session.flush()
    lead = Lead(
        fullname=f"{first} {last}",
        firstname=first,
        lastname=last,
        jobtitle=TITLES[n % len(TITLES)],
        companyname=company,
        emailaddress1=f"{first}.{last}@{domain}".lower() if stage != "returned" else None,
        telephone1="+1 555 0100",
        websiteurl=f"https://www.{domain}",
        address1_city=city,
        address1_stateorprovince=state,
        address1_country="United States",
        lw_industry=industry,
        numberofemployees=size,
        revenue=revenue,
        subject="Shelf analytics for the holiday season",
        leadsourcecode=(8, 7, 1, 6)[n % 4],
        leadqualitycode=rating,
        lw_stage=stage,
        lw_band=band,
        lw_signal=signal,
        lw_emailstate="valid" if stage != "returned" else "invalid",
        lw_emailtype="work",
        parentaccountid=account.accountid,
        ownerid=agentuser if with_agent else seller,
        owningbusinessunit=root,
        createdon=created,
        modifiedon=created,
    )
    session.add(lead)
    session.flush()
    desk.leads.setdefault(stage or "none", []).append(lead.leadid)
    actor = audit.Actor(seller, "person", "Sam Seller")
    audit.record(session, actor, "lead.created", "lead", lead.leadid, after={"companyname": company})
    if stage:
        _run(session, desk, lead, agentuser, seller, n)


def _run(session: Any, desk: Desk, lead: Lead, agentuser: str, seller: str, n: int) -> None:
    over = lead.lw_stage in {"handed_over", "disqualified", "returned", "failed"}
    known = lead.lw_stage in {"handed_over", "disqualified", "blocked"}
    reasons = {
        "handed_over": ["Fit is High: 5 of 6 known criteria are met (83 %).", "The signal is strong."],
        "disqualified": ["Fit is Low: 1 of 5 known criteria is met (20 %)."],
        "returned": ["The lead has no email address. Enter one and the agent starts again by itself."],
        "failed": ["The company's website did not answer in three tries."],
        "blocked": ["The draft names a figure that no source supports. A person has to look at it."],
    }.get(lead.lw_stage or "", [])
    at = NOW - timedelta(hours=2 + n)
    run = LeadRun(
        leadid=lead.leadid,
        number=1,
        agentid=desk.agentid,
        version=1,
        trigger="new_lead",
        stage=lead.lw_stage or "queued",
        previousownerid=seller,
        ownerid=lead.ownerid if over else None,
        reasons=reasons,
        band=lead.lw_band,
        share={"High": 5 / 6, "Moderate": 0.6, "Low": 0.2}.get(lead.lw_band or ""),
        signal=lead.lw_signal,
        rating=lead.leadqualitycode if known else None,
        findings=findings(lead) if known else {},
        queuedon=at - timedelta(minutes=2),
        startedon=at - timedelta(minutes=1),
        researchedon=at if known else None,
        concludedon=at if over else None,
    )
    session.add(run)
    session.flush()
    if lead.lw_stage in {"handed_over", "disqualified"}:
        for position, step in enumerate(_steps(lead), 1):
            session.add(RunStep(runid=run.runid, position=position, at=at, **step))
        audit.record(
            session,
            audit.Actor(agentuser, "agent", "Sales Agent"),
            f"lead.{lead.lw_stage}",
            "lead",
            lead.leadid,
            before={"ownerid": agentuser},
            after={"ownerid": lead.ownerid, "band": lead.lw_band},
            cause="configuration 1",
        )
    if lead.lw_stage == "handed_over":
        session.add(_draft(lead, run.runid, seller))


def evidence(kind: str, source: str, quote: str, title: str = "", date: str | None = None) -> dict[str, Any]:
    return {"passage_id": new_id(), "kind": kind, "source": source, "quote": quote, "title": title, "date": date}


def said(text: str, *rests_on: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, "evidence": list(rests_on)}


def findings(lead: Lead) -> dict[str, Any]:
    """Rich findings in the shape of `db.findings`."""
    company, site = lead.companyname, lead.websiteurl
    about = evidence(
        "web",
        f"{site}/about",
        f"{company} serves shoppers in 14 states from 212 stores and online.",
        "About us",
        "2026-10-02",
    )
    year = evidence(
        "web",
        f"{site}/investors",
        f"Net sales grew 6 percent to ${lead.revenue / 1e9:.1f} billion.",
        "Annual results",
        "2026-03-14",
    )
    opening = evidence(
        "news",
        f"{site}/news/fulfilment-centre",
        f"{company} will open a fulfilment centre in Ohio next spring.",
        "Retail Ledger",
        "2026-11-09",
    )
    ours = evidence(
        "knowledge", "shelf-analytics.pdf", "Stores cut empty shelf hours by a third.", "Shelf analytics brief"
    )
    size = evidence("field", "lead.numberofemployees", f"{lead.numberofemployees:,}", "No. of Employees")
    title = evidence("field", "lead.jobtitle", lead.jobtitle or "", "Job Title")
    place = evidence("field", "lead.address1_city", f"{lead.address1_city}, {lead.address1_stateorprovince}", "City")
    industry = evidence("field", "lead.industry", lead.lw_industry or "", "Industry")
    verdicts = [
        ("Industry", "met", f"{lead.lw_industry} is in the profile's list.", True, [industry, about]),
        ("Employee size", "met", f"{lead.numberofemployees:,} lies between 1,000 and 50,000+.", False, [size]),
        ("Decision-making role", "met", f"A {lead.jobtitle} decides on purchases.", False, [title]),
        ("Annual revenue", "met", f"${lead.revenue / 1e9:.1f} billion lies above $100 million.", False, [year]),
        ("Customer location", "not_met", "The profile excludes this state.", False, [place]),
        ("Runs its own stores", "met", "The company names 212 stores.", False, [about]),
        ("Uses a rival's product", "unknown", "Neither the site nor the news says so.", False, []),
    ]
    strength = said(
        "Sold through a large partner network.", evidence("knowledge", "rivals.docx", "800 partners", "Rivals")
    )
    return {
        "verdicts": [
            {"criterion": c, "verdict": v, "reason": r, "must_have": m, "evidence": e} for c, v, r, m, e in verdicts
        ],
        "insights": [
            {
                "section": "accountOverview",
                "title": "Company overview",
                "statements": [
                    said(f"{company} runs 212 stores in 14 states and sells online.", about),
                    said(f"It employs about {lead.numberofemployees:,} people.", size),
                ],
                "relation": None,
            },
            {
                "section": "accountPriorities",
                "title": "Strategic priorities",
                "statements": [said("Faster delivery from a fulfilment centre of its own.", opening)],
                "relation": said("Fewer empty shelves during the move is what shelf analytics is for.", ours),
            },
            {
                "section": "accountFinances",
                "title": "Finances",
                "statements": [
                    said(f"Net sales grew 6 % to ${lead.revenue / 1e9:.1f} billion.", year),
                    said("The gross margin stayed where it was.", year),
                ],
                "relation": said("Growth leaves room for a pilot this budget year.", year),
            },
            {
                "section": "accountNews",
                "title": "A fulfilment centre in Ohio",
                "statements": [said("Opens next spring and serves the Midwest.", opening)],
                "relation": said("New stock flows have to be watched from the first day.", opening, ours),
            },
        ],
        "competitors": [
            {
                "name": "Shelfwise",
                "overview": [said("Shelfwise sells camera-based shelf monitoring.", strength["evidence"][0])],
                "swot": {
                    "strengths": [strength],
                    "weaknesses": [said("Needs a camera above every shelf.", strength["evidence"][0])],
                    "opportunities": [said("Grocers look for cheaper ways.", strength["evidence"][0])],
                    "threats": [said("Hardware prices rise.", strength["evidence"][0])],
                },
                "talking_points": [said("We need no new hardware in the store.", ours)],
            }
        ],
        "rating": {
            "value": {1: "Hot", 2: "Warm", 3: "Cold"}[lead.leadqualitycode or 3],
            "reasons": ["The fit is High.", "The lead came in two days ago."],
        },
        "email": {"state": "valid", "type": "work", "reason": "The domain receives mail."},
        "connected": {"accountid": lead.parentaccountid, "contactid": None},
        "missing": ["Estimated budget", "Estimated close date"],
        "next_actions": ["Send the drafted email.", "Ask who decides about store technology."],
    }


def _steps(lead: Lead) -> list[dict[str, Any]]:
    return [
        {
            "name": "Email validation",
            "state": "done",
            "inputs": {"field": "emailaddress1"},
            "outputs": {"state": "valid", "type": "work"},
            "seconds": 0.05,
        },
        {"name": "Connected records", "state": "done", "outputs": {"account": lead.companyname}, "seconds": 0.01},
        {
            "name": "Company research",
            "state": "partial",
            "inputs": {"company": lead.companyname, "website": lead.websiteurl},
            "outputs": {"pages": 6, "news": 2},
            "detail": "One of seven pages did not answer in time.",
            "seconds": 3.4,
        },
        {
            "name": "Fit and insights",
            "state": "done",
            "outputs": {"met": 5, "not met": 1, "unknown": 1},
            "model": "openai:gpt-5-mini",
            "tokensin": 3100,
            "tokensout": 640,
            "cost": 0.0041,
            "seconds": 2.2,
        },
        {
            "name": "Draft email",
            "state": "done",
            "model": "openai:gpt-5-mini",
            "tokensin": 1200,
            "tokensout": 240,
            "cost": 0.0012,
            "seconds": 1.3,
        },
    ]


def _draft(lead: Lead, runid: str, seller: str) -> Email:
    proof = findings(lead)["insights"]
    paragraphs = [
        said(f"Hello {lead.firstname},"),
        said(
            f"your fulfilment centre in Ohio opens next spring; for {lead.companyname} "
            "that means new stock flows into 212 stores.",
            *proof[3]["statements"][0]["evidence"],
            *proof[0]["statements"][0]["evidence"],
        ),
        said(
            "Stores that use our shelf analytics cut empty shelf hours by a third.", *proof[1]["relation"]["evidence"]
        ),
        said("Would 20 minutes next week suit you to see what that could look like for you?"),
    ]
    return Email(
        regardingobjectid=lead.leadid,
        subject="Full shelves while Ohio opens",
        description="\n\n".join(p["text"] for p in paragraphs) + "\n\nSam Seller",
        lw_runid=runid,
        lw_paragraphs=paragraphs,
        ownerid=seller,
        owningbusinessunit=lead.owningbusinessunit,
        createdon=NOW,
        modifiedon=NOW,
    )
