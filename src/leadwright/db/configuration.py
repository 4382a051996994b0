"""What an agent's draft and versions store: all its settings as one typed document. No rules."""

from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from leadwright.domain.fit import Criterion, CriterionKind


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Profile(_Part):
    """General settings: the agent itself."""

    description: str = ""
    signature: str = ""  # plain text; of the rich one, when there is one
    signature_html: str = ""  # safe; empty: plain text alone
    signature_image: str = ""  # a data: address, never remote
    disclaimer: str = "This message was written with the help of AI."
    other_terms: str = ""


class Company(_Part):
    """Company info and products. Name and website are required before Start."""

    name: str = ""
    website: str = ""
    value_proposition: str = ""
    benefits: str = ""
    price_list: str = ""


class SellerSegment(_Part):
    """Leads that sellers work themselves: a lead that matches goes to people, not to the agent."""

    name: str
    conditions: dict[str, Any]  # the tree of domain.selection as JSON


class Selection(_Part):
    """Selection criteria: `conditions` is the tree of domain.selection as JSON; None means the defaults."""

    name: str = "Leads for the agent"
    description: str = ""
    conditions: dict[str, Any] | None = None
    look_back_days: int | None = Field(None, ge=1)
    """Consider leads created in the last N days; None: only leads created after the start."""
    seller_segments: list[SellerSegment] = Field(default_factory=list)


class EmailInstructions(_Part):
    """How the first mail is written."""

    purpose: str = "Commercial"
    topic: str = ""
    postal_address: str = ""
    use_news: bool = True
    fields: list[str] = Field(default_factory=list)  # table.column names that personalise the mail
    tone: str = ""
    instructions: list[str] = Field(default_factory=list)  # one an entry; reviewers' feedback lands here
    fixed_subject: str = ""
    fixed_body: str = ""  # with {{Lead.First Name}} variables; empty: generated text


class Handoff(_Part):
    """When a lead in conversation is ready for a seller. All four empty: purchase interest alone decides."""

    need: str = "The lead has a problem or a goal that our product serves."
    timeline: str = "The lead wants it within a time in which we can deliver."
    budget: str = "The budget covers our price for what is wanted."
    authority: str = "The person decides on the purchase or takes part in the decision."
    fast_track: bool = True  # high positive interest is handed over before these are known
    next_steps: str = ""  # what a seller should do with a ready lead, one an entry line


class Sending(_Part):
    """When and how often the agent writes. How fast a mailbox sends is kept on the mailbox."""

    window_start: time = time(9)
    window_end: time = time(17)  # 00:00: the end of the day
    weekdays: list[int] = Field(default_factory=lambda: [0, 1, 2, 3, 4])  # Monday is 0
    time_zone: str = ""  # of leads of which nothing tells where they are; empty: hours that suit all likely ones
    per_company: int = Field(3, ge=1, le=100)  # mails to one company in any 24 hours
    follow_up_days: list[int] = Field(default_factory=lambda: [3, 7, 14])  # after the first mail
    last_wait_days: int | None = Field(None, ge=1, le=90)  # after the last mail; None: as before the last follow-up
    why: str = ""  # why they get this mail, printed in each; empty: told from the lead's source


class EmailValidation(_Part):
    """Which email column is the address."""

    field: str = "emailaddress1"


class ProfileCriterion(_Part):
    """One criterion of the ideal customer profile."""

    name: str
    kind: CriterionKind
    details: str
    must_have: bool = False
    fields: list[str] = Field(default_factory=list)
    url: str = ""
    instructions: str = ""

    def criterion(self) -> Criterion:
        """As the domain knows it."""
        return Criterion(
            self.name, self.kind, self.details, self.must_have, tuple(self.fields), self.url, self.instructions
        )


class Assignment(_Part):
    """Who gets leads: a list of sellers or one team, in turn, and a supervisor."""

    sellers: list[str] = Field(default_factory=list)  # systemuser ids
    team: str | None = None
    supervisor: str | None = None
    keep_human_owner: bool = False


class CompetitorList(_Part):
    """Up to three key competitors; documents of each are in the knowledge set ``competitor:NAME``."""

    names: list[str] = Field(default_factory=list, max_length=3)


class Configuration(_Part):
    """Everything an agent works by."""

    schema_version: Literal[1] = 1
    profile: Profile = Field(default_factory=Profile)
    company: Company = Field(default_factory=Company)
    selection: Selection = Field(default_factory=Selection)
    email: EmailInstructions = Field(default_factory=EmailInstructions)
    validation: EmailValidation = Field(default_factory=EmailValidation)
    criteria: list[ProfileCriterion] = Field(default_factory=list)
    assignment: Assignment = Field(default_factory=Assignment)
    competitors: CompetitorList = Field(default_factory=CompetitorList)
    handoff: Handoff = Field(default_factory=Handoff)
    sending: Sending = Field(default_factory=Sending)
    search_fields: list[str] = Field(default_factory=list)  # extra lead columns that may go to a search provider
