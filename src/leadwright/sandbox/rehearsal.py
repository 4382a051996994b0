"""Sets a rehearsal up as people would: through the same actions, with the same checks. Shows nothing, runs nothing."""

import csv
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadwright.actions import agent, connected_records, mailboxes, people, prerequisites, simulation
from leadwright.actions.import_leads import ImportResult, import_file
from leadwright.actions.leads import create_lead
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.mail import Mailbox
from leadwright.domain.privileges import SALES_MANAGER, SALESPERSON
from leadwright.domain.simulation import LeadState
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, principal
from leadwright.research.knowledge import add_source, ingest
from leadwright.sandbox import seller
from leadwright.sandbox.characters import prospects
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.companies import companies, site, slug
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_stamps import AUTHSERV_ID
from leadwright.sandbox.people import HEADINGS, leads, write_leads
from leadwright.services import Services
from leadwright.settings import Settings, load_settings
from leadwright.workflows.simulation import work as simulate

_NOTE = "rehearsal.json"
_TRIALS = 3  # leads whose mails are reviewed before the start
_WORDS = """amber basil cedar delta ember fable gable hazel indigo juniper kestrel lumen maple nectar olive pebble
quartz raven saffron timber umbra velvet willow yonder zephyr anchor beacon copper drift elm"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is kept of a rehearsal in its folder, so that it can go on another day.

    Args:
        world_port: of the world, which the leads' web sites point to.
        password: of the administrator, the supervisor and every seller; it opens nothing but this folder.
        ready: everything is set up and the leads are imported.
        engage: the agent writes to its leads and reads their answers, by the mail server on these ports.
        clock: where its time stood when it was last left, ISO 8601; `ends`: the moment to which its weeks are played.
    """

    world_port: int
    password: str
    leads: int
    ready: bool = False
    engage: bool = False
    smtp_port: int = 0
    imap_port: int = 0
    clock: str = ""
    ends: str = ""


def load(folder: Path) -> Rehearsal | None:
    """The rehearsal in this folder, or None when there is none.

    Raises:
        BadInput: the folder holds an installation that is not a rehearsal.
    """
    note = folder / _NOTE
    if note.is_file():
        try:
            return Rehearsal(**json.loads(note.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise BadInput(f"{note} cannot be read. Remove the folder, or choose another with --data-dir.") from error
    if (folder / "leadwright.db").exists():
        raise BadInput(f"{folder} holds an installation that is not a rehearsal. Choose another with --data-dir.")
    return None


def begin(folder: Path, world_port: int, leads: int, mail: MailServer | None = None) -> Rehearsal:
    """Note that a rehearsal begins here, and clear what one that was never set up left behind.

    Args:
        mail: the mail server, when the agent is to write to its leads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("leadwright*.db*"):
        left.unlink()
    made = Rehearsal(world_port, "-".join(secrets.choice(_WORDS.split()) for _ in range(5)), leads)
    if mail is not None:
        made = replace(made, engage=True, smtp_port=mail.smtp_port, imap_port=mail.imap_port)
    _keep(folder, made)
    return made


def settings_of(folder: Path, world_port: int, port: int) -> Settings:
    """The settings of a rehearsal: its own folder and SQLite file, search and pages from the world on this machine.

    Which analyst judges is left to the person's own settings.
    """
    return load_settings(
        data_dir=folder,
        database_url="",
        port=port,
        search="searxng",
        search_url=f"http://127.0.0.1:{world_port}",
        fetch_private_hosts=frozenset({f"127.0.0.1:{world_port}", f"*.localhost:{world_port}"}),
        dns_checks=False,
        session_idle_minutes=60 * 24 * 60,  # its clock jumps by days while somebody is signed in
        session_hours=24 * 60,
    )


def set_up(services: Services, folder: Path, made: Rehearsal, say: Say) -> ImportResult:
    """People, agent with verified prerequisites, knowledge, settings, start, and the lead list, in that order.

    One that engages also gets its shared mailbox, approved and tested, and its simulated mails reviewed.
    """
    say("Creating the seller company, an administrator, four sellers and a supervisor")
    administrator = _administrator(services, made)
    sellers, supervisor = _people(services, administrator, made)
    say("Registering the agent's application and verifying its prerequisites")
    agentid, user = _agent(services, administrator, made)
    if made.engage:
        say("Setting up the shared mailbox: approved, and tested with a mail that goes out and comes back in")
        _mailbox(services, administrator, agentid, user, made)
    say("Reading the folder of product papers")
    _knowledge(services, folder)
    say("Setting the agent up and starting it")
    _configure(services, administrator, agentid, sellers, supervisor)
    if made.engage:
        say("Reviewing the mails it would write to three leads")
        _review(services, administrator, agentid, made)
    agent.start_agent(services, administrator, agentid)
    say("Filling the CRM with some accounts and contacts that are known already")
    _known_records(services, administrator, made)
    say(f"Importing {made.leads} leads")
    path = folder / "leads.csv"
    _write_list(path, made)
    imported = import_file(services, administrator, path, owner=seller.SUPERVISOR[1])
    _keep(folder, replace(made, ready=True))
    return imported


def leave(folder: Path, made: Rehearsal, moment: datetime) -> None:
    """Note where its clock stands, so that it goes on from there."""
    _keep(folder, replace(load(folder) or made, clock=moment.isoformat(), ends=made.ends))


def _administrator(services: Services, made: Rehearsal) -> Principal:
    name, email = seller.ADMINISTRATOR
    userid = people.first_administrator(services, fullname=name, email=email, password=made.password)
    with services.database.reading() as session:
        return principal(session, userid)


def _people(services: Services, who: Principal, made: Rehearsal) -> tuple[list[str], str]:
    def add(person: tuple[str, str], role: str) -> str:
        name, email = person
        return people.create_user(services, who, fullname=name, email=email, password=made.password, roles=[role])

    return [add(p, SALESPERSON) for p in seller.SELLERS], add(seller.SUPERVISOR, SALES_MANAGER)


def _write_list(path: Path, made: Rehearsal) -> None:
    if not made.engage:
        write_leads(path, made.leads, made.world_port)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(prospect.row(made.world_port) for prospect in prospects()[: made.leads])


def _mailbox(services: Services, who: Principal, agentid: str, user: str, made: Rehearsal) -> None:
    """Prerequisites 3 and 4, on the rehearsal's own mail server."""
    name, address = seller.SHARED_MAILBOX
    wanted = SharedMailbox(
        name=name, address=address, password=made.password, members=[user],
        smtp_host="127.0.0.1", smtp_port=made.smtp_port, smtp_security="none",
        imap_host="127.0.0.1", imap_port=made.imap_port, imap_security="none",
    )  # fmt: skip
    mailboxid = mailboxes.set_up_mailbox(services, who, agentid, wanted)
    with services.database.transaction() as session:
        session.get_one(Mailbox, mailboxid).lw_authservid = AUTHSERV_ID
    _verified(prerequisites.mark_done(services, who, agentid, 3))
    mailboxes.choose_record(services, who, agentid, mailboxid=mailboxid, address=address)
    mailboxes.approve_email(services, who, agentid)
    _verified(prerequisites.mark_done(services, who, agentid, 4))


def _review(services: Services, who: Principal, agentid: str, made: Rehearsal) -> None:
    """Three leads that come before the start, so that the agent itself leaves them alone; their mails are approved."""
    for row in leads(_TRIALS, made.world_port):
        values = {"firstname": row["First Name"], "lastname": row["Last Name"], "jobtitle": row["Job Title"]}
        values |= {"companyname": row["Company Name"], "emailaddress1": f"trial@{slug(row['Company Name'])}.example"}
        create_lead(services, who, {**values, "subject": row["Topic"]})
    simulation.start_simulation(services, who, agentid, _TRIALS, begin=simulate)
    shown = simulation.latest_simulation(services, who, agentid)
    for draft in shown.leads if shown else ():
        if draft.state == LeadState.DRAFTED:
            simulation.approve(services, who, agentid, draft.draftid)
    if isinstance(services.clock, VirtualClock):  # it stands still: they must not come at the moment of the start
        services.clock.advance_to(services.clock() + timedelta(minutes=1))


def _agent(services: Services, who: Principal, made: Rehearsal) -> tuple[str, str]:
    """The agent with prerequisites 1 and 2 set up and really verified, and its application user."""
    agentid = agent.create_agent(services, who, mode=AgentMode.ENGAGE if made.engage else AgentMode.RESEARCH)
    registered = prerequisites.register_application(services, who, agentid, name="Leadwright agent")
    _verified(prerequisites.mark_done(services, who, agentid, 1))
    user = prerequisites.create_application_user(
        services, who, agentid, clientid=registered.clientid, name="Sales Qualification Agent"
    )
    _verified(prerequisites.mark_done(services, who, agentid, 2))
    return agentid, user


def _verified(report: prerequisites.Report) -> None:
    if not report.done:
        failed = "; ".join(c.sentence for c in report.checks if not c.passed)
        raise Conflict(f"A prerequisite of the agent could not be verified: {failed}")


def _knowledge(services: Services, folder: Path) -> None:
    papers = seller.write_papers(folder / "papers")
    wanted = [("research", "folder", papers["research"]), ("outreach", "folder", papers["outreach"])]
    wanted += [("followup", "folder", papers["followup"])]
    wanted += [(f"competitor:{c.name}", "file", papers["competitors"] / c.paper) for c in seller.COMPETITORS]
    for purpose, kind, path in wanted:
        with services.database.transaction() as session:
            sourceid = add_source(session, purpose, kind, str(path.resolve())).sourceid
        ingest(services.database, services.fetcher, sourceid, services.embedding)


def _configure(services: Services, who: Principal, agentid: str, sellers: list[str], supervisor: str) -> None:
    sections: dict[str, dict[str, Any]] = {
        "company": {
            "name": seller.NAME,
            "website": f"https://{seller.SLUG}.example",
            "value_proposition": seller.VALUE,
            "benefits": seller.BENEFITS,
            "price_list": seller.PRICES,
        },
        "profile": {"signature": f"Kind regards\n{seller.NAME}"},
        "email": {"postal_address": seller.POSTAL_ADDRESS},
        "criteria": {"criteria": seller.PROFILE},
        "competitors": {"names": [c.name for c in seller.COMPETITORS]},
        "assignment": {"sellers": sellers, "supervisor": supervisor},
    }
    for section, values in sections.items():
        agent.edit_draft(services, who, agentid, section, values)


def _known_records(services: Services, who: Principal, made: Rehearsal) -> None:
    """Every sixth company is an account already, and every second of its leads a contact."""
    accounts: dict[str, str] = {}
    for firm in companies()[::6]:
        values = {"name": firm.name, "websiteurl": f"{site(firm.slug, made.world_port)}/", "lw_industry": firm.industry}
        values |= {"address1_city": firm.city, "address1_country": firm.country}
        accounts[firm.name] = connected_records.create_record(services, who, "account", values)
    met = [row for row in leads(made.leads, made.world_port) if row["Company Name"] in accounts and row["Email"]]
    for row in met[::2]:
        values = {"firstname": row["First Name"], "lastname": row["Last Name"], "jobtitle": row["Job Title"]}
        values |= {"emailaddress1": row["Email"], "parentcustomerid": accounts[row["Company Name"]]}
        connected_records.create_record(services, who, "contact", values)


def _keep(folder: Path, made: Rehearsal) -> None:
    note = folder / _NOTE
    with _private(note) as path:
        path.write_text(json.dumps(asdict(made)), "utf-8")


@contextmanager
def _private(path: Path) -> Iterator[Path]:
    """Write beside, readable by the owner alone, and put in place when done."""
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    yield beside
    beside.replace(path)
