"""Privileges as Dataverse names them: what the agent's application user needs, what seller roles should have.

A constant table. The needed ones follow from what mirror and mail do; the seller ones are Microsoft's published list.
"""

from collections.abc import Iterable, Mapping

from leadwright.domain.privileges import SALES_MANAGER, SALESPERSON, SYSTEM_ADMINISTRATOR, Depth
from leadwright.domain.stage import AgentMode

DEPTHS: Mapping[str, Depth] = {
    "basic": Depth.USER,
    "local": Depth.BUSINESS_UNIT,
    "deep": Depth.CHILDREN,
    "global": Depth.ORGANISATION,
    "0": Depth.USER,
    "1": Depth.BUSINESS_UNIT,
    "2": Depth.CHILDREN,
    "3": Depth.ORGANISATION,
}
"""How RetrieveUserPrivileges spells a depth, lower case: a word, or a number in older versions."""
WORDS: Mapping[int, str] = {
    Depth.USER: "User",
    Depth.BUSINESS_UNIT: "Business Unit",
    Depth.CHILDREN: "Parent: Child Business Units",
    Depth.ORGANISATION: "Organization",
}
"""Depth -> what the editor of security roles calls it."""
STANDARD_ROLES = frozenset(
    {"system administrator", "system customizer", "sales manager", "salesperson", "basic user", "aisalesperson",
     "delegate", "delegated mailbox approver", "service reader", "environment maker", "support user"}
)  # fmt: skip
"""Names of roles that come with the platform, lower case: nobody's custom seller roles."""
ROLE_TEMPLATES: Mapping[str, str] = {
    "627090ff-40a3-4053-8790-584edc5be201": SYSTEM_ADMINISTRATOR,
    "c0ed2f4f-6f92-4691-92ba-78f2931e8fba": SALES_MANAGER,
    "a4be89ff-7c35-4d69-9900-999c3f603e6f": SALESPERSON,
}
"""Id of a standard role's template, the same in every organisation and language -> our role."""
TRACKED = ("lead", "account", "contact", "competitor", "opportunity")
"""Tables whose changes the mirror follows by change tracking where it may; mails and notes it polls in any case."""

_ALL = Depth.ORGANISATION


def _rights(depth: Depth, verbs: str, tables: str) -> dict[str, Depth]:
    return {f"prv{verb}{table}": depth for verb in verbs.split() for table in tables.split()}


_RESEARCH: Mapping[str, Depth] = {
    **_rights(_ALL, "Read Write Append AppendTo Assign", "Lead"),
    **_rights(Depth.USER, "Create", "Lead"),
    **_rights(_ALL, "Create Read Write Append AppendTo Assign", "Account Contact Opportunity"),
    **_rights(_ALL, "Read", "Competitor User Team BusinessUnit Role Entity Attribute"),
    **_rights(_ALL, "AppendTo", "Competitor"),
    **_rights(Depth.USER, "Create Read Write Append", "Activity"),
    **_rights(Depth.USER, "Create Read Append", "Note"),
    **_rights(_ALL, "Read Create", "appnotification"),
}

NEEDED_IN_DATAVERSE: Mapping[AgentMode, Mapping[str, Depth]] = {
    AgentMode.RESEARCH: _RESEARCH,
    AgentMode.ENGAGE: {
        **_RESEARCH,
        **_rights(_ALL, "Read AppendTo", "Activity"),  # an answer that a seller's mailbox tracked first is the seller's
        **_rights(_ALL, "Write", "Activity"),  # a mail that waits goes to the new owner with its lead; it is taken back
        **_rights(Depth.USER, "Delete", "Activity"),
        **_rights(Depth.USER, "Read", "Mailbox"),
        "prvSendAsUser": Depth.USER,
    },
}
"""Mode -> privilege the application user must hold -> least depth."""

NEEDED_FOR_ANY_MAIL: Mapping[str, Depth] = {
    **_rights(Depth.USER, "Create Read Write Append", "Activity"),
    **_rights(Depth.USER, "Read AppendTo", "Lead"),
    "prvSendAsUser": Depth.USER,
}
"""Without one of these no mail at all can be made or sent; the lack of another stops single mails."""

NEEDED_TO_DELETE: Mapping[str, Depth] = _rights(_ALL, "Delete", "Lead")
"""Only to delete there a lead that is deleted here, whoever owns it; without it the lead stays there, and no more."""

NEEDED_FOR_CURRENCIES: Mapping[str, Depth] = _rights(_ALL, "Read AppendTo", "TransactionCurrency")
"""Only to make the records of a qualified lead in its currency; without it they wait."""

AGENT_TABLES = ("msdyn_salesagentrun", "msdyn_leadagentresult", "msdyn_salesagenthandover")
"""Tables of Microsoft's own agent that are filled where an administrator wants it: `workflows.crm_agent_tables`."""
NEEDED_FOR_AGENT_TABLES: Mapping[str, Depth] = {
    **_rights(Depth.USER, "Create Read Append", " ".join(AGENT_TABLES)),
    **_rights(Depth.USER, "Write AppendTo", "msdyn_salesagentrun"),
}
"""What that takes."""

_AGENT_READ = (
    "msdyn_synthesizeroutput msdyn_summarysynthesizerinput msdyn_leadagentresult msdyn_salesagentprofile "
    "msdyn_salesagentrun msdyn_salesagentconfigurationv2"
)
_INSIGHTS = "msdyn_salescopilotemailinsight msdyn_salescopilotinsight msdyn_salescopilotinsightcardstate"
PUBLISHED_FOR_SELLERS: Mapping[str, Depth] = {
    **_rights(_ALL, "Read", f"msdyn_salesagenthandover {_AGENT_READ}"),
    **_rights(Depth.USER, "Append AppendTo Assign Write Create Delete Share", "msdyn_salesagenthandover"),
    **_rights(Depth.USER, "Read Create", "Activity"),
    **_rights(Depth.USER, "Append AppendTo", "Lead"),
    **_rights(Depth.USER, "Read", "appnotification"),
    **_rights(Depth.USER, "Read Write", "msdyn_engagereadinessagentresult"),
    **_rights(Depth.USER, "Read Write Create Append AppendTo Assign", _INSIGHTS),
}
"""Microsoft's published table for custom roles of sellers; those of tables an organisation lacks do not count."""


def depths_held(rows: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """Privilege in lower case -> widest depth, from the answers of RetrieveUserPrivileges and its like."""
    held: dict[str, int] = {}
    for row in rows:
        name = str(row.get("PrivilegeName") or "").lower()
        depth = DEPTHS.get(str(row.get("Depth", "")).lower(), 0)
        held[name] = max(held.get(name, 0), depth)
    return held


def lacking(held: Mapping[str, int], needed: Mapping[str, Depth]) -> tuple[str, ...]:
    """Names of what is needed and not held, or not to the depth needed, each with the depth it takes; sorted.

    One that is held, but not deep enough, says so.

    Args:
        held: privilege in lower case -> widest depth held.
    """
    missing = ((name, depth, held.get(name.lower(), 0)) for name, depth in needed.items())
    return tuple(sorted(f"{name} ({_depth_words(depth, has)})" for name, depth, has in missing if has < depth))


def _depth_words(needed: Depth, held: int) -> str:
    return f"{WORDS[needed]}; held only at {WORDS[held]} depth" if held else WORDS[needed]
