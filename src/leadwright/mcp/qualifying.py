"""Asks before a lead is closed: through the client where it can ask a person, else by a confirmation to send back.

The confirmation is sealed, good for ten minutes, for the same caller, the same choice and the lead as it was.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from leadwright.actions.disqualify import disqualify, open_lead
from leadwright.actions.qualify import qualify
from leadwright.db.sales import Lead
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal
from leadwright.identity.secrets import open_vault
from leadwright.mcp.answers import Outcome
from leadwright.services import Services

_PURPOSE = "mcp:qualify_lead"
_GOOD_FOR = timedelta(minutes=10)
_NEEDS = {"qualified": "prvQualifyLead", "disqualified": "prvWriteLead"}


class Consent(BaseModel):
    """What a person answers."""

    confirm: bool = Field(description="Do it")


@dataclass(frozen=True, slots=True)
class Choice:
    """What shall happen to a lead."""

    leadid: str
    outcome: Literal["qualified", "disqualified"]
    account: bool = True
    contact: bool = True
    opportunity: bool = False
    reason: str = ""


def question(services: Services, who: Principal, choice: Choice) -> str:
    """What the person is asked; refuses what could not be done anyway.

    Raises:
        NotFound, NotAllowed.
        BadInput: no reason to disqualify.
        Conflict: the lead is closed.
    """
    lead = open_lead(services, who, choice.leadid, _NEEDS[choice.outcome])
    name = " of ".join(part for part in (lead.fullname, lead.companyname) if part)
    if choice.outcome == "disqualified":
        if not choice.reason.strip():
            raise BadInput("Give a reason: it is kept with the lead.", field="reason")
        return f"Disqualify {name}? Reason: {choice.reason.strip()}"
    wanted = [n for n, on in (("account", choice.account), ("contact", choice.contact)) if on]
    wanted += ["opportunity"] if choice.opportunity else []
    made = f" and create {', '.join(wanted)} where there is none yet" if wanted else ""
    return f"Close the lead {name} as qualified{made}?"


def ask_for_confirmation(services: Services, who: Principal, choice: Choice) -> Outcome:
    """The first of two steps, for clients that cannot ask a person themselves. Nothing happens yet."""
    text = question(services, who, choice)
    lead = open_lead(services, who, choice.leadid, _NEEDS[choice.outcome])
    until = services.clock() + _GOOD_FOR
    sealed = open_vault(services.settings).seal(json.dumps([*_bound(who, choice, lead), until.isoformat()]), _PURPOSE)
    return Outcome(status="confirmation_needed", message=f"{text} Nothing has happened yet.", confirmation=sealed)


def check_confirmation(services: Services, who: Principal, choice: Choice, confirmation: str) -> None:
    """The second step.

    Raises:
        NotFound, NotAllowed.
        Conflict: the confirmation is another one's, too old, or the lead has changed since.
    """
    lead = open_lead(services, who, choice.leadid, _NEEDS[choice.outcome])
    again = "Call without confirmation to be asked again."
    try:
        *bound, until = json.loads(open_vault(services.settings).open(confirmation, _PURPOSE))
    except Conflict as error:
        raise Conflict(f"This confirmation is not one of ours. {again}") from error
    if bound != json.loads(json.dumps(_bound(who, choice, lead))):
        raise Conflict(f"This confirmation was given for something else, or the lead has changed since. {again}")
    if datetime.fromisoformat(until) < services.clock():
        raise Conflict(f"This confirmation is too old. {again}")


def carry_out(services: Services, who: Principal, choice: Choice) -> Outcome:
    """Do what was confirmed."""
    if choice.outcome == "disqualified":
        disqualify(services, who, choice.leadid, choice.reason)
        return Outcome(status="disqualified", message="The lead is disqualified; the reason is kept.")
    made = qualify(
        services,
        who,
        choice.leadid,
        account=choice.account,
        contact=choice.contact,
        opportunity=choice.opportunity,
    )
    return Outcome(
        status="qualified",
        message="The lead is closed as qualified.",
        accountid=made.accountid,
        contactid=made.contactid,
        opportunityid=made.opportunityid,
    )


def _bound(who: Principal, choice: Choice, lead: Lead) -> list[Any]:
    return [who.id, asdict(choice), lead.versionnumber]
