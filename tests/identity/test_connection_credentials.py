"""What the connection signs in with, beside a working agent: another certificate, another kind; pausing it never."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.identity.conftest import Office
from tests.identity.contoso import Contoso, opened
from tests.microsoft.test_tokens import pair

from leadwright.actions import dynamics_platform as platform
from leadwright.actions.dynamics_connection import connection_shown
from leadwright.actions.dynamics_values import ConnectionForm
from leadwright.db.agent import Agent
from leadwright.db.audit import AuditEntry
from leadwright.db.connection import CrmConnection, platform_of
from leadwright.domain.platform import CredentialKind, Platform
from leadwright.domain.prerequisites import Check
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict
from leadwright.identity.agent_identity import pause_or_resume
from leadwright.sandbox.dynamics import entra_applications


@pytest.fixture
def contoso(small_office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """With a working agent, at this machine's time: msal dates what it signs by it."""
    small_office.clock.moment = datetime.now(UTC)
    with opened(small_office, tmp_path) as made:
        made.all_done()
        made.office.configure(made.agentid)
        with made.services.database.transaction() as session:
            session.get_one(Agent, made.agentid).state = AgentState.ON
        yield made


def form(contoso: Contoso, **more: str) -> ConnectionForm:
    app = contoso.app.application.appid
    return ConnectionForm(contoso.standin.origin, contoso.world.tenantid, app, CredentialKind.CERTIFICATE, **more)


def enter(contoso: Contoso, **more: str) -> None:
    platform.connect(contoso.services, contoso.office.admin, contoso.agentid, form(contoso, **more))


def on_certificate(contoso: Contoso, *, days: int = 90) -> str:
    """The working agent's connection is changed to a certificate that Entra knows."""
    known = pair(days=days)
    upload(contoso, known)
    enter(contoso, certificate=known)
    assert contoso.tick(1).done
    return known


def upload(contoso: Contoso, pem: str) -> None:
    entra_applications.add_certificate(contoso.world, contoso.app.application.objectid, pem.encode())


def add(contoso: Contoso) -> str:
    return platform.new_certificate(contoso.services, contoso.office.admin, contoso.agentid, "").certificate


def credential(contoso: Contoso) -> Check:
    return Check(**next(c for c in contoso.row(1).checks if c["name"] == "Credential"))


def ends(contoso: Contoso) -> datetime:
    with contoso.services.database.reading() as session:
        found = session.get_one(CrmConnection, "dynamics365").secretendson
    assert found is not None
    return found


def state(contoso: Contoso) -> tuple[str, str | None, Platform]:
    with contoso.services.database.reading() as session:
        agent = session.get_one(Agent, contoso.agentid)
        return agent.state, agent.agentuserid, platform_of(session)


def test_the_check_tells_of_the_one_that_signs_and_of_a_newer_one_entra_does_not_know(contoso: Contoso) -> None:
    on_certificate(contoso)
    newer = add(contoso)
    until = f"is valid until {ends(contoso):%Y-%m-%d}"
    assert ends(contoso) < contoso.office.clock() + timedelta(days=100)
    assert contoso.tick(1).done
    found = credential(contoso)
    assert (until in found.detail, "does not know it yet" in found.detail, found.warns) == (True, True, True)
    assert "Upload the newest one" in found.remedy
    upload(contoso, newer)
    assert contoso.tick(1).done
    assert "does not know it" not in credential(contoso).detail
    assert ends(contoso) > contoso.office.clock() + timedelta(days=300)
    shown = connection_shown(contoso.services, contoso.office.admin)
    assert shown is not None
    assert (shown.waiting, shown.secretendson) == ("", ends(contoso))
    with contoso.services.database.reading() as session:
        assert "connection.certificate_signs" in [entry.action for entry in session.query(AuditEntry)]


def test_the_agent_goes_on_when_the_former_ends_and_nobody_chose_check(contoso: Contoso) -> None:
    on_certificate(contoso)
    upload(contoso, add(contoso))
    contoso.connection(secretendson=contoso.office.clock() - timedelta(seconds=1))  # the former one's, as it was noted
    contoso.office.clock.move(minutes=11)
    assert not [said for said in pause_or_resume(contoso.services) if "paused" in said or "ended" in said]
    assert state(contoso)[0] == AgentState.ON
    assert ends(contoso) > contoso.office.clock() + timedelta(days=300)


def test_a_working_agent_keeps_its_secret_when_a_certificate_would_have_to_wait(contoso: Contoso) -> None:
    before = state(contoso)
    for blank in ("", " \n"):
        with pytest.raises(Conflict, match=r"is working.*Stop the agent first, or enter a certificate"):
            enter(contoso, certificate=blank)
    assert state(contoso) == before
    assert all(contoso.row(number).done for number in (1, 2, 3, 4))
    with pytest.raises(BadInput, match="AADSTS700027"):
        enter(contoso, certificate=pair())
    assert state(contoso) == before


def test_a_working_agent_takes_a_certificate_that_works_at_once_and_keeps_it(contoso: Contoso) -> None:
    before = state(contoso)
    on_certificate(contoso)
    enter(contoso)  # empty keeps the one there is
    assert state(contoso) == before
    assert contoso.tick(1).done


def test_a_stopped_agent_may_have_a_certificate_made_that_waits(contoso: Contoso) -> None:
    with contoso.services.database.transaction() as session:
        session.get_one(Agent, contoso.agentid).state = AgentState.OFF
    made = platform.connect(contoso.services, contoso.office.admin, contoso.agentid, form(contoso))
    upload(contoso, made.certificate)
    platform.check(contoso.services, contoso.office.admin, contoso.agentid)
    assert state(contoso)[2] is Platform.DYNAMICS365
