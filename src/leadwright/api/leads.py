"""Leads over the API: list, read, create, change, import, the research of a lead, and what may be done with it."""

import re
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response, UploadFile
from pydantic import BaseModel, Field

from leadwright.actions import import_leads, leads, outcome
from leadwright.actions.qualify import Sale, qualify
from leadwright.api import answers
from leadwright.api.caller import ProblemRoute, needs, services_of, takes
from leadwright.db.pages import connected_records, lead_research, leads_grid
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.pages.leads_grid import Question
from leadwright.db.sales import Account, Contact
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, owners_reached, readable, require
from leadwright.services import Services

router = APIRouter(prefix="/leads", tags=["leads"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadLead"))]
Writer = Annotated[Principal, Depends(needs("prvReadLead", "prvWriteLead"))]
MailWriter = Annotated[Principal, Depends(needs("prvReadLead", "prvWriteActivity"))]
Supervisor = Annotated[Principal, Depends(needs("prvReadLead", "prvAssignLead"))]


class LeadLine(BaseModel):
    """One line of the list."""

    leadid: str
    fullname: str | None
    jobtitle: str | None
    companyname: str | None
    emailaddress1: str | None
    stage: str | None = Field(description="Stage of the newest run; null: not with the agent.")
    band: str | None
    signal: str | None
    rating: int | None = Field(description="leadqualitycode: 1 hot, 2 warm, 3 cold.")
    ownerid: str
    owner: str | None
    createdon: datetime


class LeadPage(BaseModel):
    """A page of leads; `next` goes into `after` of the next call and is null at the end."""

    leads: list[LeadLine]
    next: str | None


class Created(BaseModel):
    """The id of a new record."""

    id: str


class Values(BaseModel):
    """Columns by logical name, e.g. ``{"companyname": "Contoso"}``."""

    values: dict[str, Any]
    versionnumber: int | None = Field(None, description="Of the lead as you read it; another one is refused with 409.")


class Reason(BaseModel):
    """Why."""

    reason: str = Field(min_length=1, max_length=1000)


class Seller(BaseModel):
    """Who shall have it; null: the next in turn."""

    sellerid: str | None = None


class Choice(BaseModel):
    """Which records qualifying creates."""

    account: bool = True
    contact: bool = True
    opportunity: bool = True
    accountid: str | None = Field(None, max_length=36, description="An existing account instead of a new one.")
    contactid: str | None = Field(None, max_length=36)
    name: str = Field("", max_length=300, description="Of the opportunity; empty: the lead's topic.")
    estimatedvalue: float | None = Field(None, ge=0, le=1e12)
    estimatedclosedate: date | None = None
    anyway: bool = Field(False, description="Make records though existing ones look the same (`doubts`).")


class EmailWord(BaseModel):
    """Whether the lead's address is valid, and of which type."""

    valid: bool
    kind: Literal["", "work", "personal"] = ""


class Link(BaseModel):
    """The record a lead is connected with; null: none, and the agent connects none by itself."""

    id: str | None = Field(max_length=36)


class Mail(BaseModel):
    """The drafted email."""

    subject: str = Field(max_length=800)
    body: str
    versionnumber: int | None = None


class Imported(BaseModel):
    """What an import did."""

    importid: str
    rows: int
    created: int
    updated: int
    unchanged: int
    bad_rows: int
    notes: list[str]


@router.get("", summary="List leads")
def list_leads(
    services: Adapters,
    who: Reader,
    stage: Annotated[Stage | None, Query(description="Only leads in this stage.")] = None,
    band: Annotated[str, Query(pattern="^(High|Moderate|Low|Unknown)?$")] = "",
    search: Annotated[str, Query(max_length=100, description="Beginning of name, company or email.")] = "",
    after: Annotated[str, Query(max_length=600)] = "",
) -> LeadPage:
    """Newest first, fifty a page, only those the caller may read."""
    owners, unit = owners_reached(who, "prvReadLead")
    question = Question(
        owners=owners,
        unit=unit,
        stages=(str(stage),) if stage else (),
        band=band,
        search=search,
        after=read_key(after, moment=True) if after else None,
    )
    page = leads_grid.read(services.database, question)
    shown = [LeadLine.model_validate(row, from_attributes=True) for row in page.rows]
    last = shown[-1] if shown and page.after else None
    return LeadPage(leads=shown, next=write_key(last.createdon, last.leadid) if last else None)


@router.post("", status_code=201, summary="Create a lead")
def create_lead(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvCreateLead"))], body: Values
) -> Created:
    """A new lead; the agent takes it when it matches."""
    return Created(id=leads.create_lead(services, who, body.values))


@router.post("/import", summary="Import a list")
@takes(lambda settings: settings.import_max_mb * 1_000_000 + 100_000)
def import_list(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvImportLead"))],
    file: UploadFile,
    skip_bad_rows: Annotated[bool, Query()] = False,
) -> Imported:
    """CSV or XLSX with recognisable headings. Leads we have are updated; nothing is half imported."""
    if (file.size or 0) > services.settings.import_max_mb * 1_000_000:
        raise BadInput(f"The file is larger than {services.settings.import_max_mb} MB. Split it.", field="file")
    name = re.sub(r"[^\w.() -]", "_", Path(file.filename or "").name)[-120:].strip(". ") or "leads.csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        with path.open("wb") as out:
            while block := file.file.read(1 << 16):
                out.write(block)
        done = import_leads.import_file(services, who, path, skip_bad_rows=skip_bad_rows)
    return Imported.model_validate(done, from_attributes=True)


@router.get("/{leadid}", summary="One lead", response_model=answers.LeadRead)
def read_lead(services: Adapters, who: Reader, leadid: str, response: Response) -> dict[str, Any]:
    """Every column of the lead; its versionnumber is the ETag."""
    found = _lead(services, who, leadid)
    response.headers["ETag"] = f'W/"{found.versionnumber}"'
    return dict(found._mapping)


@router.patch("/{leadid}", summary="Change a lead", response_model=answers.Version)
def change_lead(services: Adapters, who: Writer, leadid: str, body: Values) -> dict[str, int]:
    """Change some columns; null clears one."""
    version = leads.edit_lead(services, who, leadid, body.values, versionnumber=body.versionnumber)
    return {"versionnumber": version}


@router.get("/{leadid}/research", summary="What the agent found", response_model=answers.ResearchRead)
def research(services: Adapters, who: Reader, leadid: str) -> dict[str, Any]:
    """Verdicts with evidence, insights, competitors, outcome, draft and steps of the newest run."""
    _lead(services, who, leadid)
    with services.database.reading() as session:
        run = lead_research.newest_run(session, leadid)
        if run is None:
            raise NotFound("The agent has not worked on this lead.")
        steps = lead_research.steps(session, run.runid)
        mail = lead_research.draft(session, leadid, run.runid, who.id)
    columns = ("runid", "stage", "trigger", "version", "band", "share", "signal", "rating", "reasons", "findings")
    return {
        **{name: getattr(run, name) for name in columns},
        "outcome_owner": run.ownerid,
        "queued_at": run.queuedon,
        "researched_at": run.researchedon,
        "concluded_at": run.concludedon,
        "draft": {"subject": mail.subject, "body": mail.description, "hold": mail.lw_hold} if mail else None,
        "steps": [dict(step._mapping) for step in steps],
    }


@router.put("/{leadid}/draft", summary="Save the drafted email")
def save_draft(services: Adapters, who: MailWriter, leadid: str, body: Mail) -> Created:
    """Nothing is sent."""
    activityid = outcome.save_draft(
        services, who, leadid, subject=body.subject, body=body.body, versionnumber=body.versionnumber
    )
    return Created(id=activityid)


@router.post("/{leadid}/reassign", summary="Reassign a lead", response_model=answers.Owner)
def reassign(services: Adapters, who: Supervisor, leadid: str, body: Seller) -> dict[str, str]:
    """To the seller named, or the next in turn."""
    return {"owner": outcome.reassign(services, who, leadid, sellerid=body.sellerid)}


@router.post("/{leadid}/return", summary="Return a lead", response_model=answers.Owner)
def return_lead(services: Adapters, who: Writer, leadid: str, body: Reason) -> dict[str, str]:
    """It goes to the next seller; the reason is kept."""
    return {"owner": outcome.return_lead(services, who, leadid, body.reason)}


@router.post("/{leadid}/qualify", summary="Qualify a lead", response_model=answers.Qualified)
def qualify_lead(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadLead", "prvQualifyLead"))],
    leadid: str,
    body: Choice,
) -> dict[str, str | None]:
    """Close it as qualified, with account, contact and opportunity on choice."""
    sale = Sale(body.name, body.estimatedvalue, body.estimatedclosedate)
    chosen = body.model_dump(include={"account", "contact", "opportunity", "accountid", "contactid", "anyway"})
    done = qualify(services, who, leadid, **chosen, sale=sale)
    return {n: getattr(done, n) for n in ("accountid", "contactid", "opportunityid")}


@router.post("/{leadid}/email", status_code=204, summary="Overrule the email check")
def overrule_email(services: Adapters, who: Writer, leadid: str, body: EmailWord) -> None:
    """The agent believes it."""
    outcome.overrule_email(services, who, leadid, valid=body.valid, kind=body.kind)


@router.post("/{leadid}/retry", summary="Try a failed run again")
def retry(services: Adapters, who: Writer, leadid: str) -> Created:
    """A new run."""
    return Created(id=outcome.retry_run(services, who, leadid))


@router.delete("/{leadid}", status_code=204, summary="Delete a lead")
def delete_lead(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadLead", "prvDeleteLead"))], leadid: str
) -> None:
    """With its runs, drafts and notes; the audit log keeps what it was."""
    leads.delete_lead(services, who, leadid)


@router.get(
    "/{leadid}/account/candidates", summary="Accounts that may be the lead's", response_model=list[answers.Candidate]
)
def candidate_accounts(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadLead", "prvReadAccount"))],
    leadid: str,
    search: Annotated[str, Query(max_length=100, description="Empty: what has something in common.")] = "",
) -> list[dict[str, Any]]:
    """At most twenty, only those the caller may read."""
    return _candidates(services, who, leadid, "account", search)


@router.put(
    "/{leadid}/account", summary="Connect the lead with an account, or with none", response_model=answers.AccountLink
)
def choose_account(services: Adapters, who: Writer, leadid: str, body: Link) -> dict[str, str | None]:
    """The agent keeps to it."""
    outcome.connect(services, who, leadid, "account", body.id)
    return {"accountid": body.id}


@router.get(
    "/{leadid}/contact/candidates", summary="Contacts that may be the lead's", response_model=list[answers.Candidate]
)
def candidate_contacts(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadLead", "prvReadContact"))],
    leadid: str,
    search: Annotated[str, Query(max_length=100, description="Empty: what has something in common.")] = "",
) -> list[dict[str, Any]]:
    """At most twenty, only those the caller may read."""
    return _candidates(services, who, leadid, "contact", search)


@router.put(
    "/{leadid}/contact", summary="Connect the lead with a contact, or with none", response_model=answers.ContactLink
)
def choose_contact(services: Adapters, who: Writer, leadid: str, body: Link) -> dict[str, str | None]:
    """The agent keeps to it."""
    outcome.connect(services, who, leadid, "contact", body.id)
    return {"contactid": body.id}


def _candidates(services: Services, who: Principal, leadid: str, table: str, search: str) -> list[dict[str, Any]]:
    lead = _lead(services, who, leadid)
    model, privilege = (Account, "prvReadAccount") if table == "account" else (Contact, "prvReadContact")
    with services.database.reading() as session:
        rows = connected_records.candidates(session, table, lead, readable(who, model, privilege), search)
        return [dict(row._mapping) for row in rows]


def _lead(services: Services, who: Principal, leadid: str) -> Any:
    with services.database.reading() as session:
        found = lead_research.lead(session, leadid)
    if found is None:
        raise NotFound("There is no such lead.")
    require(who, "prvReadLead", found)
    return found
