"""What the file holds, section by section, and where each setting lives in the configuration. Reads and writes nothing.

The plain form is ``section -> key -> value`` as TOML knows it; files, plans and versions are all compared in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadwright.db.configuration import Configuration

FORMAT = 1
SETS = ("research", "outreach", "followup")  # of knowledge; competitors have one each
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Plain = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """A knowledge source of one set: research, outreach, followup or ``competitor:NAME``."""

    purpose: str
    kind: str
    location: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class AgentFile:
    """One agent as the file has it.

    Args:
        user: name of the agent user; empty when none is chosen.
        mailbox: address of the shared mailbox and its limits: per_minute, per_day, at_once, authserv_id. Never a
            secret. Empty: there is none.
        identities: application, application_user by name; empty where not set up.
    """

    name: str
    mode: str
    configuration: Configuration
    user: str = ""
    knowledge: tuple[Source, ...] = ()
    mailbox: Mapping[str, Any] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """How people and teams are called in the file: their id -> sign-in name, their id -> name."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a section. `path`: where the configuration keeps it, empty for what is kept elsewhere."""

    key: str
    label: str
    path: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One section: its title on the settings page, and a comment above it."""

    title: str
    hint: str
    settings: tuple[Setting, ...]


def _part(title: str, hint: str, group: str, *settings: tuple[str, str, str]) -> Part:
    return Part(
        title, hint, tuple(Setting(k, label, (group, k) if group else (), about) for k, label, about in settings)
    )


_TREE = "Rows of attribute, operator and value; groups are { any = [...] } or { all = [...] }."
PARTS: Mapping[str, Part] = {
    "agent": Part(
        "Agent profile",
        "",
        (
            Setting("name", "Agent name"),
            Setting("mode", "Automation level", (), "research, or engage which includes it"),
            Setting("user", "Agent user", (), "the application user it works as, by name"),
            Setting("description", "Description", ("profile", "description")),
            Setting("signature", "Email signature", ("profile", "signature")),
            Setting("disclaimer", "AI disclaimer", ("profile", "disclaimer")),
            Setting("other_terms", "Other terms", ("profile", "other_terms")),
        ),
    ),
    "company": _part("Company info", "", "company", ("name", "Company name", ""), ("website", "Website", "")),
    "products": _part(
        "Products", "", "company",
        ("value_proposition", "Value proposition", ""),
        ("benefits", "Benefits and features", ""),
        ("price_list", "Price list", ""),
    ),
    "selection": Part(
        "Selection criteria",
        "Which leads the agent takes.",
        (
            Setting("name", "Name", ("selection", "name")),
            Setting("description", "Description", ("selection", "description")),
            Setting("look_back_days", "Consider leads created in the last days", ("selection", "look_back_days"),
                    "0: only leads created after the start"),
            Setting("time_zone", "Time zone of the conditions", (), "in which days, weeks and months begin"),
            Setting("match", "Match", (), "all or any of the conditions"),
            Setting("conditions", "Conditions", (), _TREE),
        ),
    ),
    "seller_segments": Part("Seller segments", "A lead that matches one of these goes to people.", ()),
    "email": _part(
        "Email instructions", "", "email",
        ("purpose", "Purpose", ""), ("topic", "Topic", ""), ("postal_address", "Postal address", ""),
        ("use_news", "Account news", ""), ("fields", "Fields that personalise", ""), ("tone", "Tone", ""),
        ("instructions", "Instructions", ""),
        ("fixed_subject", "Fixed subject", ""), ("fixed_body", "Fixed text", "empty: the text is generated"),
    ),
    "email_validation": Part(
        "Email validation", "",
        (Setting("field", "Email column", ("validation", "field"), "column that is the address"),),
    ),
    "profile": Part("Handoff criteria", "The ideal customer profile, one [[profile]] a criterion.", ()),
    "readiness": _part(
        "Readiness", "When a lead in conversation is ready for a seller. All four empty: interest alone decides.",
        "handoff",
        ("need", "Need", ""), ("timeline", "Timeline", ""), ("budget", "Budget", ""), ("authority", "Authority", ""),
        ("fast_track", "Fast track", "high interest is handed over before these are known"),
        ("next_steps", "Next steps", ""),
    ),
    "sending": _part(
        "Sending discipline", "", "sending",
        ("window_start", "Earliest hour", ""), ("window_end", "Latest hour", "00:00: the end of the day"),
        ("weekdays", "Weekdays", ""),
        ("time_zone", "Time zone of unknown leads", "empty: hours that suit all likely ones"),
        ("per_company", "Mails to a company a day", ""),
        ("follow_up_days", "Follow-ups after days", "days after the first mail"),
        ("last_wait_days", "Wait after the last mail", "days; 0: as before the last follow-up"),
        ("why", "Why they get this mail", "empty: told from the lead's source"),
    ),
    "assignment": _part(
        "Assignment rules", "People by their sign-in name. Sellers or one team, not both.", "assignment",
        ("sellers", "Sellers", ""), ("team", "Team", ""), ("supervisor", "Supervisor", ""),
        ("keep_human_owner", "Keep a human owner from before", ""),
    ),
    "competitors": _part("Competitors", "", "competitors", ("names", "Key competitors", "at most three")),
    "search": Part(
        "Web search", "", (Setting("fields", "Columns that may go to a provider", ("search_fields",)),)
    ),
    "knowledge": Part(
        "Knowledge",
        "Sources of each set; one set never sees another's. Uploaded files are under uploads/ of the data folder.",
        (
            Setting("research", "Research"), Setting("outreach", "Outreach emails"),
            Setting("followup", "Follow-up emails"), Setting("competitors", "Competitors"),
        ),
    ),
    "mailbox": Part(
        "Shared mailbox", "Its limits take effect at once. Its password is entered under Prerequisites, never here.",
        (
            Setting("address", "Address"), Setting("per_minute", "Mails a minute"), Setting("per_day", "Mails a day"),
            Setting("at_once", "Mails at once"),
            Setting("authserv_id", "Server whose word on senders is believed"),
        ),
    ),
    "prerequisites": Part(
        "Prerequisites", "What has to be set up by hand, by name.",
        (Setting("application", "Application"), Setting("application_user", "Application user")),
    ),
}  # fmt: skip

CRITERION: tuple[Setting, ...] = (
    Setting("name", "Name"), Setting("kind", "Kind"), Setting("details", "What is wanted"),
    Setting("must_have", "Must have"), Setting("fields", "Fields"), Setting("url", "Page"),
    Setting("instructions", "Instructions"),
)  # fmt: skip
SEGMENT: tuple[Setting, ...] = (
    Setting("name", "Name"), Setting("time_zone", "Time zone"), Setting("match", "Match"),
    Setting("conditions", "Conditions"),
)  # fmt: skip
SOURCE: tuple[Setting, ...] = (Setting("kind", "Kind"), Setting("location", "Location"), Setting("title", "Title"))
LISTED: Mapping[str, tuple[Setting, ...]] = {"profile": CRITERION, "seller_segments": SEGMENT}
"""Sections that are lists of tables: [[profile]]."""
