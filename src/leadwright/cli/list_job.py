"""A list worked to a file: its own database beside the output, the agent and sellers in it, lines in the list's order.

The leads go through the same workflows as everywhere. Killed at any moment and started again, it goes on.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from leadwright.actions.import_leads import ImportResult, import_file
from leadwright.cli.list_output import NO_EMAIL, SET_ASIDE
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import new_id, now
from leadwright.db.configuration import (
    Assignment,
    Company,
    CompetitorList,
    Configuration,
    EmailValidation,
    ProfileCriterion,
)
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sales import Annotation, Lead
from leadwright.domain.optionsets import AccessMode, LeadState, LeadStatus, choices
from leadwright.domain.privileges import AI_SALESPERSON, SALESPERSON, SYSTEM_ADMINISTRATOR
from leadwright.domain.profile import read_profile
from leadwright.domain.stage import AgentMode, AgentState, Trigger
from leadwright.errors import BadInput, LeadwrightError
from leadwright.identity.access import principal
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import seed_directory
from leadwright.leadfile.mapping import ImportMapping
from leadwright.research.knowledge import add_source, ingest
from leadwright.services import Services

_ADMIN = "List"
_MARK = "job.json"


@dataclass(frozen=True, slots=True)
class ListJob:
    """What is to be done.

    Args:
        list_file: CSV or XLSX with one lead a row.
        profile: the profile's document; besides ``icp``, optional ``company`` and ``competitors`` (names).
        knowledge: folder of product papers, used to research and to write; None: none.
        sellers: names that take turns; empty: nobody owns the leads that fit.
        mapping: what headings mean, as for an import.
    """

    list_file: Path
    profile: Mapping[str, Any]
    knowledge: Path | None = None
    sellers: tuple[str, ...] = ()
    mapping: ImportMapping | None = None

    def fingerprint(self) -> str:
        """Says whether a job folder belongs to this job."""
        with self.list_file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(json.dumps([self.profile, self.sellers, self.mapping], sort_keys=True, default=str).encode())
        for path in sorted(self.knowledge.rglob("*")) if self.knowledge else ():
            digest.update(f"{path.name} {path.stat().st_size}".encode())
        return digest.hexdigest()


@contextmanager
def claimed_folder(folder: Path, job: ListJob) -> Iterator[None]:
    """Make the job's folder, or go on with it; what is refused inside leaves nothing of a folder that was made here.

    Raises:
        BadInput: it holds another job.
    """
    made = not folder.exists()
    claimed = _claim(folder, job)
    try:
        yield
    except LeadwrightError:
        if claimed and made:
            shutil.rmtree(folder)
        elif claimed:
            (folder / _MARK).unlink()
        raise


def _claim(folder: Path, job: ListJob) -> bool:
    """False: this job claimed it before."""
    wanted = {"fingerprint": job.fingerprint(), "list": job.list_file.name}
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / _MARK
    if mark.exists():
        if json.loads(mark.read_text()).get("fingerprint") != wanted["fingerprint"]:
            raise BadInput(
                f"{folder} holds the progress of another list, profile or folder of papers. "
                "Remove that folder, or choose another --output."
            )
        return False
    part = mark.with_suffix(".part")
    part.write_text(json.dumps(wanted))
    part.replace(mark)
    return True


def set_up(services: Services, job: ListJob, tell: Callable[[str], None]) -> ImportResult | None:
    """Bring leads, papers, agent and sellers into the job's database, each once. None: it was there already."""
    with services.database.reading() as session:
        if session.scalar(select(Agent.agentid)):
            return None
    with services.database.transaction() as session:
        admin = _administrator(session)
        who = principal(session, admin)
    imported = import_file(services, who, job.list_file, job.mapping, keep_bad_rows=True)
    if job.knowledge:
        _read_papers(services, job.knowledge, tell)
    with services.database.transaction() as session:
        _agent(services, session, job)
    return imported


def _administrator(session: Session) -> str:
    unit = seed_directory(session)
    known = session.scalar(select(SystemUser.systemuserid).where(SystemUser.fullname == _ADMIN))
    return known or _user(session, unit, _ADMIN, SYSTEM_ADMINISTRATOR)


def _user(session: Session, unit: str, name: str, role: str, application: str | None = None) -> str:
    mode = AccessMode.NON_INTERACTIVE if application else AccessMode.READ_WRITE
    user = SystemUser(fullname=name, businessunitid=unit, applicationid=application, accessmode=int(mode))
    session.add(user)
    session.flush()
    roleid = session.scalars(select(Role.roleid).where(Role.name == role)).one()
    session.add(UserRole(systemuserid=user.systemuserid, roleid=roleid))
    session.flush()
    return user.systemuserid


def _read_papers(services: Services, folder: Path, tell: Callable[[str], None]) -> None:
    for purpose in ("research", "outreach"):
        with services.database.transaction() as session:
            source = add_source(session, purpose, "folder", str(folder.resolve())).sourceid
        taken = ingest(services.database, services.fetcher, source, services.embedding)
        for problem in taken.problems if purpose == "research" else ():
            tell(f"{problem[0]}: {problem[1]}")


def _agent(services: Services, session: Session, job: ListJob) -> None:
    """Agent, configuration, sellers and a queued run for each lead, in one transaction."""
    unit = seed_directory(session)
    directory = directory_of(services)
    client = directory.register(session, "List", audience="AzureADMyOrg", redirect_uri=None, createdby=None)
    directory.add_secret(session, client)
    user = _user(session, unit, "Agent", AI_SALESPERSON, client)
    sellers = [_user(session, unit, name, SALESPERSON) for name in job.sellers]
    agent = Agent(
        name="Agent", mode=AgentMode.RESEARCH, state=AgentState.ON, agentuserid=user, appliedversion=1, startedon=now()
    )
    session.add(agent)
    session.flush()
    configuration = _configuration(job, sellers).model_dump(mode="json")
    session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=configuration))
    session.flush()
    _set_states_aside(session)
    run = {"number": 1, "agentid": agent.agentid, "version": 1, "trigger": str(Trigger.NEW_LEAD), "stage": "queued"}
    leads = session.scalars(select(Lead.leadid).order_by(text("lead.rowid"))).all()
    if leads:
        session.execute(insert(LeadRun), [{"runid": new_id(), "leadid": leadid, **run} for leadid in leads])


def _set_states_aside(session: Session) -> None:
    """A list is judged whatever the state of its leads: closed ones and opt-outs too, and their lines say so."""
    labels = choices(LeadStatus)
    states = session.execute(
        select(
            Lead.leadid, Lead.statecode, Lead.statuscode, (Lead.donotemail | Lead.donotbulkemail).label("optout")
        ).where((Lead.statecode != LeadState.OPEN) | Lead.donotemail | Lead.donotbulkemail)
    ).all()
    notes = []
    for leadid, state, status, optout in states:
        closed = [f"The list says {labels[status]}: it was judged all the same."] if state != LeadState.OPEN else []
        text_ = "\n".join([*closed, *([NO_EMAIL] if optout else [])])
        notes.append(
            {"annotationid": new_id(), "objectid": leadid, "objecttypecode": "lead", "subject": SET_ASIDE}
            | {"notetext": text_, "createdon": now()}
        )
    if notes:
        session.execute(insert(Annotation), notes)
        open_ = {"statecode": int(LeadState.OPEN), "statuscode": int(LeadStatus.NEW)}
        session.execute(update(Lead).values(open_ | {"donotemail": False, "donotbulkemail": False}))


def _configuration(job: ListJob, sellers: list[str]) -> Configuration:
    criteria = [
        ProfileCriterion(
            name=c.name,
            kind=c.kind,
            details=c.details,
            must_have=c.must_have,
            fields=list(c.fields),
            url=c.url,
            instructions=c.instructions,
        )
        for c in read_profile(job.profile)
    ]
    try:
        company = Company(**job.profile.get("company", {}))
        competitors = CompetitorList(names=list(job.profile.get("competitors", [])))
    except (TypeError, ValueError) as error:
        raise BadInput(
            "The profile's company may hold name, website, value_proposition, benefits and price_list; "
            "its competitors are at most three names."
        ) from error
    validation = EmailValidation(field="")  # a list is judged whatever the addresses are; what is missing is said
    assignment = Assignment(sellers=sellers)
    return Configuration(
        company=company, criteria=criteria, competitors=competitors, validation=validation, assignment=assignment
    )


def summary(session: Session) -> dict[str, int]:
    """Outcome -> leads."""
    rows = session.execute(select(LeadRun.stage, func.count()).group_by(LeadRun.stage)).all()
    return {row[0]: row[1] for row in rows}
