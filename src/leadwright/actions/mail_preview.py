"""The first mail to one lead as the settings that are being typed would have it. Saves nothing, sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.agent_draft import typed_configuration
from leadwright.analyst.protocol import Reading, Usage
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain.stage import AgentMode
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.research.brief import mail_brief
from leadwright.research.dossier import open_dossier
from leadwright.services import Services
from leadwright.workflows.first_mail import first_mail
from leadwright.workflows.steps import Steps

_UNREAD = Reading((), (), (), Usage("none"))


@dataclass(frozen=True, slots=True)
class Preview:
    """A fixed template filled for one lead.

    Args:
        generated: True when there is no template: then the text is written from research, and only a test shows it.
        hold: why a person would have to look at it first.
    """

    leadid: str
    name: str
    company: str
    generated: bool
    subject: str = ""
    body: str = ""
    hold: str = ""


def preview_mail(
    services: Services, who: Principal, agentid: str, values: Mapping[str, Any], lead: str = ""
) -> Preview | None:
    """The mail to a lead, by the code that writes it in earnest.

    Args:
        values: settings of ``email`` that differ from the draft.
        lead: id, email address or full name; empty: the newest that the draft would select.

    Returns:
        None when no lead was named and none would be selected.

    Raises:
        NotAllowed: prvReadAgent or prvReadLead is missing.
        NotFound: no lead of theirs is called so.
        BadInput: a value cannot be used.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = session.get_one(Agent, agentid)
        configuration = typed_configuration(agent, "email", values)
        found = _named(session, who, lead) if lead.strip() else _newest(services, session, who, configuration)
        mode = AgentMode(agent.mode)
    if found is None:
        return None
    shown = Preview(found.leadid, found.fullname or found.emailaddress1 or "Lead", found.companyname or "", True)
    if not configuration.email.fixed_body.strip():
        return shown
    dossier = open_dossier(services, f"preview-{found.leadid}", found.leadid, configuration)
    mail = first_mail(services, configuration, mail_brief(services, dossier, (), _UNREAD), Steps(), mode)
    return Preview(shown.leadid, shown.name, shown.company, False, mail.subject, mail.body, mail.hold or "")


def _named(session: Session, who: Principal, said: str) -> Lead:
    wanted = said.strip()
    lead = session.scalar(
        select(Lead)
        .where(
            readable(who, Lead, "prvReadLead"),
            (Lead.leadid == wanted) | (Lead.emailaddress1 == wanted.casefold()) | (Lead.fullname == wanted),
        )
        .order_by(Lead.createdon.desc())
        .limit(1)
    )
    if lead is None:
        raise NotFound(f"No lead of yours has the address, full name or id {wanted!r}. Copy it from the leads grid.")
    return lead


def _newest(services: Services, session: Session, who: Principal, configuration: Configuration) -> Lead | None:
    rules = selection.rules_of(configuration, selection.tables_of(session))
    scope = readable(who, Lead, "prvReadLead")
    rows, _ = selection.preview(session, rules, 1, scope=scope, now=services.clock())
    if rows:
        return session.get(Lead, rows[0].leadid)
    return session.scalar(select(Lead).where(scope).order_by(Lead.createdon.desc()).limit(1))
