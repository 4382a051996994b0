"""Who the rehearsal's prospects are: forty declared characters, each with a script and the end it should come to."""

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from leadwright.domain.engagement import Outcome
from leadwright.errors import BadInput
from leadwright.sandbox.companies import Company, company, site, slug
from leadwright.sandbox.people import HEADINGS


class Act(StrEnum):
    """What a prospect, or the machine at its address, does about a mail."""

    ANSWER = "answer"
    AUTOMATIC = "automatic"  # an absence note or a confirmation, marked as RFC 3834 asks
    REPORT = "report"  # a delivery report, RFC 3464
    BOUNCE_TEXT = "bounce_text"  # the same in words alone
    CLICK = "click"  # POST to List-Unsubscribe, RFC 8058
    SCAN = "scan"  # GET every link, as filters do
    FORGE = "forge"  # somebody else, under the lead's address
    HIDDEN_TEXT = "hidden_text"  # HTML that holds more than a reader sees


class End(StrEnum):
    """How it should end, as a careful reader sees it."""

    HANDED_OVER = "handed_over"
    BLOCKED = "blocked"  # handed over with a question that the papers do not answer
    CLARIFIED = "clarified"  # handed over, because nobody can tell what is wanted
    REFERRED = "referred"  # handed over with a proposed contact
    DISQUALIFIED = "disqualified"
    NO_RESPONSE = "no_response"  # disqualified after the last follow-up and its wait; until then in conversation
    SUPPRESSED = "suppressed"  # opted out, and disqualified
    RETURNED = "returned"  # hard bounce: back to the former owner
    ESCALATED = "escalated"  # the supervisor has it
    SHOWN = "shown"  # a person looks at it, nothing was moved

    def is_met_by(self, outcome: Outcome | None) -> bool:
        """Did a conversation with this outcome come to this end? None: it goes on."""
        return outcome in ENDS[self]


ENDS: dict[End, frozenset[Outcome | None]] = {  # None: the conversation goes on
    End.HANDED_OVER: frozenset({Outcome.QUALIFIED, Outcome.FAST_TRACK}),
    End.BLOCKED: frozenset({Outcome.BLOCKED}),
    End.CLARIFIED: frozenset({Outcome.CLARIFY}),
    End.REFERRED: frozenset({Outcome.REFERRAL}),
    End.DISQUALIFIED: frozenset({Outcome.NOT_INTERESTED, Outcome.NOT_QUALIFIED}),
    End.NO_RESPONSE: frozenset({Outcome.NO_RESPONSE, None}),
    End.SUPPRESSED: frozenset({Outcome.OPTED_OUT}),
    End.RETURNED: frozenset({Outcome.UNREACHABLE}),
    End.ESCALATED: frozenset({Outcome.ESCALATED}),
    End.SHOWN: frozenset({Outcome.NO_RESPONSE, None}),
}


class AtServer(StrEnum):
    """What the prospect's mail server says when a mail is handed in."""

    TAKES = "takes"
    UNKNOWN = "unknown"  # 550 5.1.1
    GREYLISTS = "greylists"  # 451 at the first try


@dataclass(frozen=True, slots=True)
class Step:
    """One reaction.

    Args:
        to: numbers of the agent's mails it reacts to, from 1; empty: to every one.
        hours: at least and at most, from the mail to the reaction.
        says: the text, with {back}, {deadline}, {subject}, {address} and {domain} to be filled in.
        asked: BANT factor -> text, said instead when the mail asks for it.
        subject: instead of ``Re:`` and the mail's.
        sender: another address it comes from.
        status: enhanced status code of a report; 4.x.x is a delay.
        hidden: what only a machine reads.
        style: "desk" quotes the mail and signs; "phone" does neither.
        twice: the same words come again a minute later.
    """

    to: frozenset[int]
    hours: tuple[float, float]
    act: Act = Act.ANSWER
    says: str = ""
    asked: dict[str, str] = field(default_factory=dict, hash=False)
    subject: str = ""
    sender: str = ""
    status: str = ""
    hidden: str = ""
    style: str = "desk"
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Prospect:
    """One made-up person.

    Args:
        character: in a few words, for people.
        expected: the end, and `why` in one sentence.
        script: in no particular order.
    """

    character: str
    name: str
    title: str
    company: Company
    expected: End
    why: str
    script: tuple[Step, ...] = ()
    server: AtServer = AtServer.TAKES

    @property
    def domain(self) -> str:
        """Of the company's mail; reserved, so that nothing ever reaches anybody."""
        return f"{self.company.slug}.example"

    @property
    def address(self) -> str:
        """Of the person."""
        first, last = self.name.split(" ", 1)
        return f"{slug(first)}.{slug(last)}@{self.domain}"

    def row(self, port: int) -> dict[str, str]:
        """Its line in a lead list, in the headings of `people`.

        Args:
            port: of the world that serves the company sites.
        """
        first, last = self.name.split(" ", 1)
        firm = self.company
        values = {
            "Topic": "Faster order picking in our distribution centers",
            "First Name": first,
            "Last Name": last,
            "Job Title": self.title,
            "Company Name": firm.name,
            "Email": self.address,
            "Website": f"{site(firm.slug, port)}/",
            "Industry": firm.industry,
            "No. of Employees": str(firm.employees),
            "Annual Revenue": str(firm.revenue),
            "City": firm.city,
            "State/Province": firm.state,
            "Country/Region": firm.country,
            "Lead Source": "Trade Show",
            "Rating": "Cold",
        }
        return {heading: values.get(heading, "") for heading in HEADINGS}


@cache
def prospects() -> tuple[Prospect, ...]:
    """All forty, in the order of their file."""
    declared = tomllib.loads((files(__package__) / "data" / "prospects.toml").read_text("utf-8"))
    return tuple(_prospect(entry) for entry in declared["prospect"])


def _prospect(entry: dict[str, Any]) -> Prospect:
    firm = company(entry["company"])
    if firm is None or not firm.is_invented:
        raise BadInput(f"{entry['name']} works at {entry['company']}, which is no invented company of the rehearsal.")
    return Prospect(
        character=entry["character"],
        name=entry["name"],
        title=entry["title"],
        company=firm,
        expected=End(entry["expected"]),
        why=entry["why"],
        script=tuple(_step(step) for step in entry.get("step", ())),
        server=AtServer(entry.get("server", AtServer.TAKES)),
    )


def _step(entry: dict[str, Any]) -> Step:
    low, high = entry["hours"]
    return Step(
        **{
            **entry,
            "to": frozenset(entry["to"]),
            "hours": (float(low), float(high)),
            "act": Act(entry.get("act", Act.ANSWER)),
            "says": entry.get("says", "").strip(),
        }
    )


_ASKS = {  # which of the four a question is about; the first that fits
    "budget": re.compile(r"\b(?:budget|invest\w*|spend\w*|set aside|funds?|funding|afford)\b"),
    "authority": re.compile(
        r"\b(?:decides?|decision|decision-makers?|approv\w*|signs?|sign off|involved|has the say)\b"
    ),
    "timeline": re.compile(r"\b(?:when|timeline|how soon|deadline|by what date|time ?frame|start date)\b"),
    "need": re.compile(
        r"\b(?:need\w*|problem\w*|challeng\w*|goal\w*|achieve|improve|solve|struggl\w*|what would|which)\b"
    ),
}


def factor_asked(text: str) -> str:
    """Which of need, timeline, budget and authority the questions of a mail ask for; "" when for none."""
    own = text.partition("\n-- \n")[0]
    for question in reversed(re.findall(r"[^.!?\n]*\?", own.casefold())):
        for factor, words in _ASKS.items():
            if words.search(question):
                return factor
    return ""
