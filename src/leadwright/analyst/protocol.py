"""The questions an analyst answers, and the closed types of its answers. No rules, no adapters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from leadwright.domain.bant import FactorJudgement
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement
from leadwright.domain.fit import Criterion, Judgement
from leadwright.domain.interest import Interest
from leadwright.domain.replies import Knowledge, ReplyClass

REPLY = "reply"  # id of the passage that is the mail to be read


class Section(StrEnum):
    """Parts of a lead's research page. The value is the key in `insights` and in the knowledge test pane."""

    OVERVIEW = "accountOverview"
    PRIORITIES = "accountPriorities"
    FINANCES = "accountFinances"
    NEWS = "accountNews"
    COMPETITORS = "competitors"


@dataclass(frozen=True, slots=True)
class Offering:
    """What the admin's company sells (agent settings, Company info and Products)."""

    company: str
    website: str = ""
    value_proposition: str = ""
    benefits: str = ""
    price_list: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that may be known of one lead. It never holds anything of another lead.

    Args:
        key: journal key, ``{run id}``; the same key and content is never paid for twice.
        lead: ``table.column`` -> text as a person reads it ("10,000", "Retail", "New York, NY"); empty ones left out.
            Keys used by the standard criteria: ``lead.industry``, ``lead.numberofemployees``, ``lead.revenue``,
            ``lead.jobtitle``, ``lead.companyname``, ``lead.address1_city``, ``lead.address1_stateorprovince``,
            ``lead.address1_country``, and the same of ``account``; ``lead.location`` for one-line places.
        passages: id -> passage: fields, pages, news, knowledge. Field passages have id ``field:{table.column}``.
        criteria: the ideal customer profile.
        offering: what we sell.
        competitors: names already chosen by the rule of product.md 5.
    """

    key: str
    lead: Mapping[str, str]
    passages: Mapping[str, Passage]
    criteria: tuple[Criterion, ...]
    offering: Offering
    competitors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Insight:
    """Statements of one section; `relation` says what the first one means for the sale, and quotes what that quotes."""

    section: Section
    title: str
    statements: tuple[Statement, ...]
    relation: Statement | None = None


@dataclass(frozen=True, slots=True)
class Competitor:
    """One competitor: overview, strengths, weaknesses, opportunities, threats, talking points."""

    name: str
    overview: tuple[Statement, ...] = ()
    swot: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    talking_points: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost. `cost` is in US dollars, None when the price is not known; `seconds` is wall time."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Research and fit of one lead, in one question."""

    judgements: tuple[Judgement, ...]
    insights: tuple[Insight, ...]
    competitors: tuple[Competitor, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which mail after the first one it is.

    Args:
        number: 1 for the first follow-up. Answers to what the lead wrote do not count.
        is_last: none comes after it; only then may the mail say so.
        said: texts of all our mails of the conversation, oldest first: it says something that is not in them.
        answered: the lead has written to us before: it is no stranger.
    """

    number: int
    is_last: bool
    said: tuple[str, ...]
    answered: bool = False


@dataclass(frozen=True, slots=True)
class MailBrief:
    """What the first mail may use. Nothing that is not here may be in the mail.

    Args:
        key: journal key, ``{run id}``.
        greeting_name: first name, or empty when not known: then a neutral greeting.
        topic: the lead's topic (subject), may be empty.
        company: the lead's company name.
        lead: admin-chosen text fields that personalise the mail, ``table.column`` -> text.
        reading: the research.
        passages: what may be quoted: research and the outreach knowledge set.
        offering: what we sell.
        signature, disclaimer, other_terms: appended by code, not by the analyst.
        tone, instructions: the admin's prompts (email instructions, feedback of reviewers).
        use_news: account news on or off.
        follow_up: which follow-up it is; None: the first mail.
        template: variables of a fixed template, casefolded as ``lead.company name`` -> the lead's value. No analyst
            reads them.
    """

    key: str
    greeting_name: str
    topic: str
    company: str
    lead: Mapping[str, str]
    reading: Reading
    passages: Mapping[str, Passage]
    offering: Offering
    tone: str = ""
    instructions: str = ""
    use_news: bool = True
    follow_up: FollowUp | None = None
    template: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail: subject and body paragraphs (greeting to call to action), with what each rests on.

    `paragraphs[i].evidence` may be empty only for a paragraph without facts (greeting, call to action).
    """

    subject: str
    paragraphs: tuple[Statement, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class ReplyBrief:
    """A reply, and all that may be used to read it.

    Args:
        key: journal key, ``{run id}``.
        text: the new part of the mail, without quoted text and signature.
        received_on: day it came; dates without a year and weekdays are counted from it. None leaves those open.
        subject: of the mail, may be empty.
        headers: lower-case name -> value; only those that tell a machine from a person are read.
        lead: ``table.column`` -> text; ``lead.emailaddress1`` is never taken for a referred contact's address.
        passages: id -> passage that may be quoted for BANT: earlier mails, fields, price lists, policies.
        knowledge: id -> passage of the follow-up set; the only source of an answer.
        offering: what we sell.
        criteria: factor of BANT -> when the admin counts it as given; factors that are not asked for are left out. A
            model reads them; the builtin has rules of its own.
    """

    key: str
    text: str
    received_on: date | None = None
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    lead: Mapping[str, str] = field(default_factory=dict)
    passages: Mapping[str, Passage] = field(default_factory=dict)
    knowledge: Mapping[str, Passage] = field(default_factory=dict)
    offering: Offering = field(default_factory=lambda: Offering(""))
    criteria: Mapping[str, str] = field(default_factory=dict)

    @property
    def mail(self) -> Passage:
        """The reply as a passage to quote."""
        return Passage(REPLY, SourceKind.SAID, REPLY, "Reply", self.text)

    @property
    def headline(self) -> Passage:
        """Its subject as a passage to quote."""
        return Passage(f"{REPLY}:subject", SourceKind.SAID, f"{REPLY}:subject", "Subject of the reply", self.subject)

    @property
    def sources(self) -> dict[str, Passage]:
        """All that may be quoted, by id."""
        return {**self.passages, **self.knowledge, REPLY: self.mail, self.headline.id: self.headline}


@dataclass(frozen=True, slots=True)
class Referral:
    """Somebody the reply names instead. Both are words of the mail; the address is found by rule, never by a model."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """What a reply wants. Every judgement quotes the mail or a passage, or says that nothing was found.

    Args:
        quote: the words of the mail its class rests on; None when it has no words or none decided.
        opt_out: the words that ask not to be written to again, whatever the class is.
        return_date: when an absent person is back.
        question: what the lead asks, word for word; empty when it asks nothing about the offering.
        answer: passages of the follow-up knowledge that answer it; empty when none does.
        refuses: it refuses something, whatever else it says.
    """

    kind: ReplyClass
    interest: Interest
    bant: tuple[FactorJudgement, ...]
    usage: Usage
    quote: Evidence | None = None
    opt_out: Evidence | None = None
    return_date: date | None = None
    referral: Referral | None = None
    question: str = ""
    answer: tuple[Statement, ...] = ()
    refuses: bool = False

    @property
    def knowledge(self) -> Knowledge:
        """Whether what was asked is answered in the follow-up knowledge."""
        if not self.question:
            return Knowledge.NOT_ASKED
        return Knowledge.KNOWN if self.answer else Knowledge.UNKNOWN


class Analyst(Protocol):
    """Answers questions about words. Safe to repeat: the same key and content gives the same answer, unpaid.

    Raises:
        ModelError: the answer could not be had; the lead waits or goes to a person.
    """

    name: str

    def read_lead(self, brief: Brief) -> Reading:
        """Judge each criterion and write the insights. At most one model call."""
        ...

    def write_mail(self, brief: MailBrief) -> Draft:
        """Write the first mail or a follow-up. At most one model call, one more when the draft was unsupported."""
        ...

    def read_reply(self, brief: ReplyBrief) -> ReplyReading:
        """Say what a reply wants. At most one model call for a person's mail, none for a machine's or an opt-out."""
        ...
