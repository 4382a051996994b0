"""Which privileges exist, what each security role grants and to which depth, and what the agent needs (product.md 1).

A constant table. Who holds what is asked in `identity.access`, never here.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from leadwright.domain.stage import AgentMode


class Depth(IntEnum):
    """How far a privilege reaches, as Dataverse stores it."""

    USER = 1
    BUSINESS_UNIT = 2
    CHILDREN = 4
    ORGANISATION = 8


SYSTEM_ADMINISTRATOR = "System Administrator"
APPLICATION_DEVELOPER = "Application Developer"
EXCHANGE_ADMINISTRATOR = "Exchange Administrator"
SALES_MANAGER = "Sales Manager"
SALESPERSON = "Salesperson"
AI_SALESPERSON = "AISalesPerson"

RECORD_TABLES = ("Lead", "Account", "Contact", "Competitor", "Opportunity", "Activity", "Note")
_VERBS = ("Create", "Read", "Write", "Delete", "Assign")

PRIVILEGES: Mapping[str, str] = {
    **{f"prv{v}{t}": f"{v.lower()} {t.lower()} records" for t in RECORD_TABLES for v in _VERBS},
    "prvQualifyLead": "qualify a lead",
    "prvImportLead": "import leads from a file",
    "prvExportLead": "export leads to a file",
    "prvReadAgent": "see the agent's settings and state",
    "prvConfigureAgent": "create the agent and change its settings",
    "prvStartAgent": "start, stop and archive the agent",
    "prvReadKnowledge": "read knowledge sources",
    "prvWriteKnowledge": "add, refresh and remove knowledge sources",
    "prvReadDashboard": "see the dashboard",
    "prvCreateAppNotification": "notify people inside Leadwright",
    "prvReadUser": "see users, teams and business units",
    "prvCreateUser": "add users and application users",
    "prvWriteUser": "change users, their passwords and absences",
    "prvDisableUser": "disable and enable users",
    "prvAssignRole": "give and take security roles",
    "prvWriteTeam": "change teams",
    "prvWriteBusinessUnit": "change business units",
    "prvConfigureSignIn": "choose the providers people may sign in with",
    "prvReadApplication": "see registered applications",
    "prvCreateApplication": "register applications and add their secrets",
    "prvCreateMailbox": "create shared mailboxes",
    "prvApproveMailbox": "approve email addresses of mailboxes",
    "prvReadAudit": "read the audit log",
    "prvWriteWebhook": "register webhooks and see what they were told",
    "prvWriteCustomColumn": "add columns of the organisation's own",
}
"""Name -> what it allows, to end the sentence "This allows you to ..."."""


def _records(verbs: Iterable[str], tables: Iterable[str], depth: Depth) -> dict[str, Depth]:
    return {f"prv{verb}{table}": depth for verb in verbs for table in tables}


_SELLING = ("Lead", "Account", "Contact", "Opportunity", "Activity", "Note")
_ALL = Depth.ORGANISATION

ROLE_GRANTS: Mapping[str, Mapping[str, Depth]] = {
    SYSTEM_ADMINISTRATOR: dict.fromkeys(PRIVILEGES, _ALL),
    APPLICATION_DEVELOPER: dict.fromkeys(("prvReadAgent", "prvReadApplication", "prvCreateApplication"), _ALL),
    EXCHANGE_ADMINISTRATOR: dict.fromkeys(("prvReadAgent", "prvCreateMailbox", "prvApproveMailbox"), _ALL),
    SALES_MANAGER: {
        **_records(("Create", "Read", "Write", "Assign"), RECORD_TABLES, _ALL),
        **dict.fromkeys(
            (
                "prvQualifyLead",
                "prvImportLead",
                "prvExportLead",
                "prvReadAgent",
                "prvReadKnowledge",
                "prvReadDashboard",
                "prvReadUser",
            ),
            _ALL,
        ),
    },
    SALESPERSON: {
        **_records(("Create", "Read", "Write"), _SELLING, Depth.USER),
        **_records(("Read",), ("Account", "Contact"), Depth.BUSINESS_UNIT),
        "prvQualifyLead": Depth.USER,
        "prvReadCompetitor": _ALL,
        "prvReadUser": _ALL,
    },
    AI_SALESPERSON: {
        **_records(("Read", "Write", "Assign"), ("Lead",), _ALL),
        **_records(("Read",), ("Account", "Contact", "Competitor", "Opportunity"), _ALL),
        **_records(("Create", "Read", "Write", "Assign"), ("Activity",), Depth.USER),
        "prvReadKnowledge": _ALL,
        "prvReadUser": _ALL,
        "prvCreateAppNotification": _ALL,
    },
}
"""Role -> privilege -> depth. The six roles of product.md 1."""

NEEDED_BY_SELLERS = ("prvReadLead", "prvWriteLead")
"""Whoever lacks one gets no lead: it would land on a desk where nobody can open it. Dataverse names them so too."""

_RESEARCH_NEEDS: Mapping[str, Depth] = {
    **_records(("Read", "Write", "Assign"), ("Lead",), _ALL),
    **_records(("Read",), ("Account", "Contact", "Competitor", "Opportunity"), _ALL),
    **_records(("Create", "Read", "Write", "Assign"), ("Activity",), Depth.USER),
    "prvReadKnowledge": _ALL,
    "prvReadUser": _ALL,
    "prvCreateAppNotification": _ALL,
}

NEEDED_BY_AGENT: Mapping[AgentMode, Mapping[str, Depth]] = {
    AgentMode.RESEARCH: _RESEARCH_NEEDS,
    AgentMode.ENGAGE: _RESEARCH_NEEDS,
}
"""Mode -> privilege the agent's application user must hold -> least depth."""


def role_that_grants(privilege: str) -> str:
    """The narrowest role people have for a privilege: System Administrator where no other grants it."""
    narrower = (r for r, grants in ROLE_GRANTS.items() if r != SYSTEM_ADMINISTRATOR and privilege in grants)
    return next(narrower, SYSTEM_ADMINISTRATOR)


def missing_privileges(held: Mapping[str, int], mode: AgentMode) -> tuple[str, ...]:
    """Names of what the agent needs in this mode and does not hold, or not to the depth needed; sorted.

    Args:
        held: privilege -> widest depth held.
    """
    needed = NEEDED_BY_AGENT[mode]
    return tuple(sorted(name for name, depth in needed.items() if held.get(name, 0) < depth))
