"""The shapes of answers that are put together from rows, for the description and for programs made from it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy import JSON, Table

from leadwright.db.sales import Account, Contact, Lead


class _Open(BaseModel):
    """What is named here is always there; more may be."""

    model_config = ConfigDict(extra="allow")


def record_model(name: str, table: Any, **more: Any) -> type[BaseModel]:
    """Every column of a table, by its logical name, and what is joined to it."""
    columns: Table = table.__table__
    fields: dict[str, Any] = {}
    for column in columns.columns:
        kind = Any if isinstance(column.type, JSON) else column.type.python_type
        fields[column.name] = (kind | None, None) if column.nullable and kind is not Any else (kind, ...)
    model: type[BaseModel] = create_model(
        name, __base__=_Open, __doc__=f"A record of {columns.name}.", **fields, **more
    )
    return model


LeadRead = record_model("LeadRead", Lead, owner=(str | None, None))
AccountRead = record_model("AccountRead", Account, owner=(str | None, None))
ContactRead = record_model("ContactRead", Contact, owner=(str | None, None))


class WhoAmI(BaseModel):
    """Privileges with how far each reaches: 1 own and team, 2 business unit, 8 all."""

    UserId: str
    BusinessUnitId: str
    name: str
    roles: list[str]
    privileges: dict[str, int]


class Version(BaseModel):
    """Of the record after the change; send it with the next one."""

    versionnumber: int


class Owner(BaseModel):
    """systemuserid of the new owner."""

    owner: str


class Made(BaseModel):
    """Id of the new record."""

    id: str


class Qualified(BaseModel):
    """Ids of the records the lead led to; null where none was wanted and none was linked."""

    accountid: str | None
    contactid: str | None
    opportunityid: str | None


class Evidence(_Open):
    """Words of a source."""

    kind: str
    source: str
    quote: str


class Statement(_Open):
    """A sentence and what it rests on."""

    text: str
    evidence: list[Evidence]


class Verdict(_Open):
    """One criterion: met, not_met or unknown."""

    criterion: str
    verdict: str
    reason: str
    evidence: list[Evidence]


class Insight(_Open):
    """One part of what is known of the company; `relation`: what it means for the offering."""

    section: str
    title: str
    statements: list[Statement]
    relation: Statement | None = None


class Rival(_Open):
    """A competitor."""

    name: str
    overview: list[Statement]
    swot: dict[str, list[Statement]]
    talking_points: list[Statement]


class FindingsRead(_Open):
    """What the run found; parts that are absent were not looked at yet."""

    verdicts: list[Verdict] = Field(default_factory=list)
    insights: list[Insight] = Field(default_factory=list)
    competitors: list[Rival] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    next_actions: list[str] = Field(default_factory=list)


class DraftRead(BaseModel):
    """The drafted email; `hold`: why a person must look at it."""

    subject: str | None
    body: str | None
    hold: str | None


class StepRead(_Open):
    """One step of How was this generated."""

    position: int
    name: str
    state: str


class ResearchRead(_Open):
    """The newest run over a lead."""

    runid: str
    stage: str
    trigger: str
    version: int | None
    band: str | None
    share: float | None
    signal: str | None
    rating: int | None
    reasons: list[str] | None
    findings: FindingsRead | None
    outcome_owner: str | None
    queued_at: datetime
    researched_at: datetime | None
    concluded_at: datetime | None
    draft: DraftRead | None
    steps: list[StepRead]


class Candidate(_Open):
    """An account or contact that may be the lead's."""

    recordid: str
    name: str | None
    domain: str | None = None
    email: str | None = None
    city: str | None = None
    country: str | None = None
    industry: str | None = None
    employees: int | None = None
    createdon: datetime
    owner: str | None = None


class AccountLink(BaseModel):
    """The account a lead is connected with."""

    accountid: str | None


class ContactLink(BaseModel):
    """The contact a lead is connected with."""

    contactid: str | None


class SectionRead(BaseModel):
    """One section of the settings; closed: an earlier one must be done first."""

    key: str
    title: str
    state: str
    reasons: list[str]
    closed: bool


class Difference(BaseModel):
    """What Apply changes."""

    path: str
    applied: Any
    draft: Any


class AgentRead(BaseModel):
    """The agent with its draft, and what Start still needs."""

    agentid: str
    name: str
    mode: str
    state: str
    statereason: str | None
    versionnumber: int
    applied_version: int | None
    started_at: datetime | None
    draft: dict[str, Any]
    sections: list[SectionRead]
    missing: list[str]
    changes: list[Difference]


class AgentMade(BaseModel):
    """The new agent."""

    agentid: str


class AgentMode(BaseModel):
    """Its automation level."""

    mode: str


class AgentState(BaseModel):
    """Its state now."""

    state: str


class AgentVersion(BaseModel):
    """The version in force."""

    version: int


class Edited(Version):
    """Criteria that the analyst cannot read are named in `warnings`."""

    warnings: list[str]


class SimulationRead(_Open):
    """A test of the draft; each lead with its research, email and review."""

    simulationid: str
    state: str
    reason: str | None
    wanted: int
    matched: int | None
    startedon: datetime | None
    finishedon: datetime | None
    interrupted: bool
    leads: list[dict[str, Any]]


class SimulationMade(BaseModel):
    """The test that runs now."""

    simulationid: str


class Approved(BaseModel):
    """As it stands now."""

    approved: bool


class Kept(BaseModel):
    """Kept as an instruction."""

    kept: bool


class SecretLine(BaseModel):
    """A client secret without its value."""

    keyid: str
    hint: str
    startson: datetime
    endson: datetime


class SecretMade(BaseModel):
    """The value is in this answer only."""

    keyid: str
    value: str
    endson: datetime


class PreviewLead(_Open):
    """A lead that matches."""

    leadid: str
    fullname: str | None
    companyname: str | None
    emailaddress1: str | None
    createdon: datetime


class Preview(BaseModel):
    """A page of matching leads, and how many match in all; the last leadid goes into `after`."""

    total: int
    leads: list[PreviewLead]


class ConditionRead(BaseModel):
    """A condition with the lead's value."""

    condition: str
    value: str | None
    met: bool | None
    depth: int


class SegmentRead(_Open):
    """A seller segment, and how many leads it takes from the agent."""

    name: str
    conditions: dict[str, Any]
    leads: int


class Mails(BaseModel):
    """Mails of the period."""

    sent: int
    outreach: int
    answers: int


class Cost(BaseModel):
    """`unpriced`: calls of models without a known price."""

    tokens: int
    dollars: float
    unpriced: int


class DashboardRead(BaseModel):
    """Figures of a period; a rate is null where nothing was counted."""

    since: datetime
    until: datetime
    mode: str | None
    counts: dict[str, int]
    rates: dict[str, float | None]
    mails: Mails
    cost: Cost


class DashboardLead(_Open):
    """A lead behind a figure, of measures with its part."""

    leadid: str
    fullname: str | None
    companyname: str | None


class PersonRead(_Open):
    """A user."""

    systemuserid: str
    fullname: str
    internalemailaddress: str | None
    isdisabled: bool
    roles: list[str]


class TeamRead(BaseModel):
    """A team; members by id, with their names."""

    teamid: str
    name: str
    members: dict[str, str]


class MailboxMade(BaseModel):
    """The shared mailbox."""

    mailboxid: str


class RoundTrip(BaseModel):
    """Both texts are empty when the test message went out and came back."""

    works: bool
    outgoing: str
    incoming: str


class Pace(_Open):
    """How fast the mailbox sends now."""


class MailboxRead(_Open):
    """A mailbox."""

    mailboxid: str
    emailaddress: str | None


class CheckRead(BaseModel):
    """One check; passed is null when it could not be run. `warns`: passed, and still something to look at."""

    name: str
    passed: bool | None
    detail: str
    remedy: str
    warns: bool = False
    place: str = Field("", description="Address of the page where the remedy is carried out.")


class ReportRead(BaseModel):
    """A prerequisite with what was checked last."""

    number: int
    title: str
    state: str
    done: bool
    attested: bool
    inputs: dict[str, str]
    checked_at: datetime | None
    unknown: str = Field("", description="Why it could not be checked since; what was found before still counts.")
    unknown_since: datetime | None = None
    checks: list[CheckRead]
