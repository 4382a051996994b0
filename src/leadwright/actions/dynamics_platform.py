"""Choosing the platform of an installation: connecting it to Dynamics 365, and going back. The agent must be at rest.

What was set up on the one platform does not count on the other: its prerequisites begin anew.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions import dynamics_connection as act
from leadwright.actions import dynamics_credentials as credentials
from leadwright.actions.agent_rows import WORKING, agent_of
from leadwright.actions.dynamics_rows import Tried
from leadwright.actions.dynamics_user import PLATFORM
from leadwright.actions.dynamics_values import ConnectionForm, organisation_url
from leadwright.actions.prerequisite_rows import begin, refuse_while_working, row_of, untick
from leadwright.db import audit
from leadwright.db.agent import Prerequisite
from leadwright.db.connection import DYNAMICS365, CrmConnection, connection_row, platform_of
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import PREREQUISITES
from leadwright.errors import Conflict
from leadwright.identity.access import Principal
from leadwright.identity.agent_identity import check_now
from leadwright.services import Services


def connect(services: Services, who: Principal, agentid: str, form: ConnectionForm, *, anyway: bool = False) -> Tried:
    """Prerequisite 1: enter the connection or change it. From the first one on this installation is on Dynamics 365.

    Raises:
        NotAllowed, BadInput, CrmError, Doubt: as `dynamics_connection.connect`.
        Conflict: the agent works, and it is the first connection, another organisation, tenant or application, or
            would wait for its certificate at Entra.
    """
    _refuse_while_working(services, agentid, form)
    before = _platform(services)
    tried = act.connect(services, who, form, anyway=anyway)
    _settle(services, who, agentid, before)
    return tried


def check(services: Services, who: Principal, agentid: str) -> Tried:
    """Try the connection again; one that waited for its certificate at Entra is in force when that works.

    What is ticked is checked again, so that the page shows the same.

    Raises:
        NotAllowed, NotFound, BadInput, CrmError: as `dynamics_connection.check`.
        Conflict: the agent works, and this would change its platform.
    """
    before = _platform(services)
    if before is not Platform.DYNAMICS365:
        with services.database.reading() as session:
            refuse_while_working(agent_of(session, agentid))
    tried = act.check(services, who)
    _settle(services, who, agentid, before)
    check_now(services, agentid, who.actor)
    return tried


def new_secret(services: Services, who: Principal, agentid: str, secret: str, endson: datetime | None) -> Tried:
    """Bring in a new client secret beside the former one; the agent goes on.

    What is ticked is checked again, so that the page shows the same.

    Raises:
        NotAllowed, BadInput, Conflict, CrmError: as `dynamics_connection.rotate_secret`.
    """
    with services.database.reading() as session:
        agent_of(session, agentid)
    tried = credentials.rotate_secret(services, who, secret, endson)
    check_now(services, agentid, who.actor)
    return tried


def correct_end(services: Services, who: Principal, agentid: str, endson: datetime) -> None:
    """Correct when the newest client secret ends, and check again: an agent that was paused for the date goes on.

    Raises:
        NotAllowed, BadInput, Conflict, CrmError: as `dynamics_credentials.correct_end`.
    """
    with services.database.reading() as session:
        agent_of(session, agentid)
    credentials.correct_end(services, who, endson)
    check_now(services, agentid, who.actor)


def new_certificate(services: Services, who: Principal, agentid: str, pem: str) -> Tried:
    """Bring in a new certificate with its key, or make one; the former one signs in until Entra knows it.

    Raises:
        NotAllowed, BadInput, Conflict: as `dynamics_credentials.add_certificate`.
    """
    with services.database.reading() as session:
        agent_of(session, agentid)
    return credentials.add_certificate(services, who, pem)


def drop_former(services: Services, who: Principal, agentid: str) -> None:
    """Forget the former secret or certificate, when the newest one works by itself.

    Raises:
        NotAllowed, NotFound, BadInput, CrmError: as `dynamics_credentials.drop_former`.
    """
    with services.database.reading() as session:
        agent_of(session, agentid)
    credentials.drop_former(services, who)


def leave(services: Services, who: Principal, agentid: str) -> None:
    """Switch the connection off and go back to the built-in platform. What was mirrored stays here.

    Raises:
        NotAllowed: prvCreateApplication or prvAssignRole is missing.
        Conflict: the agent works.
        NotFound: there is no connection.
    """
    with services.database.reading() as session:
        refuse_while_working(agent_of(session, agentid))
    before = _platform(services)
    act.switch(services, who, on=False)
    _settle(services, who, agentid, before)


def _refuse_while_working(services: Services, agentid: str, form: ConnectionForm) -> None:
    with services.database.reading() as session:
        agent, row = agent_of(session, agentid), connection_row(session)
        if agent.state not in WORKING:
            return
        same = row is not None and (row.tenantid, row.clientid, row.dataverseurl) == (
            form.tenant_id.strip().lower(),
            form.client_id.strip().lower(),
            organisation_url(form.dataverse_url, any_host=True),
        )
        if not same:
            raise Conflict(f"{agent.name} is working. Stop the agent first; then it can be connected to another place.")
        if act.makes_certificate(row, form):
            raise Conflict(
                f"{agent.name} is working, and a certificate that is made here counts only when Microsoft Entra knows "
                "it. Stop the agent first, or enter a certificate with its private key that Entra knows already."
            )


def _platform(services: Services) -> Platform:
    with services.database.reading() as session:
        return platform_of(session)


def _settle(services: Services, who: Principal, agentid: str, before: Platform) -> None:
    """Prerequisites begin anew where the platform changed; the first one follows the connection."""
    with services.database.transaction() as session:
        now = platform_of(session)
        if now is not before:
            _begin_anew(session, agentid)
            after = {"platform": str(now)}
            audit.record(
                session, who.actor, "platform.chosen", "agent", agentid, before={"platform": str(before)}, after=after
            )
        if now is Platform.DYNAMICS365:
            row = row_of(session, agentid, 1)
            inputs = _inputs(session.get_one(CrmConnection, DYNAMICS365))
            if row.inputs != inputs:
                begin(row, inputs)


def _begin_anew(session: Session, agentid: str) -> None:
    agent = agent_of(session, agentid)
    agent.agentuserid = None
    numbers = [p.number for p in PREREQUISITES]
    rows = select(Prerequisite).where(Prerequisite.agentid == agentid, Prerequisite.number.in_(numbers))
    for row in session.scalars(rows):
        row.inputs = {}
        untick(row)


def _inputs(row: CrmConnection) -> dict[str, str]:
    names = {"clientid": row.clientid, "tenantid": row.tenantid, "dataverseurl": row.dataverseurl}
    return {**PLATFORM, **names}
