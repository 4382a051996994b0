"""Prerequisites on Dynamics 365 that are checked again: what is not known changes nothing, and who mended is obeyed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.identity.conftest import Office
from tests.identity.contoso import Contoso, opened

from leadwright.actions import agent as agents
from leadwright.actions import dynamics_platform as platform
from leadwright.actions import prerequisites as p
from leadwright.actions.agent import NotReady
from leadwright.db.agent import Agent
from leadwright.db.connection import CrmBudget
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput
from leadwright.identity.agent_identity import pause_or_resume
from leadwright.sandbox.dynamics import entra_applications
from leadwright.sandbox.dynamics.dataverse import seed


@pytest.fixture
def contoso(small_office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """Nothing is set up yet."""
    with opened(small_office, tmp_path) as made:
        yield made


@pytest.fixture
def working(contoso: Contoso) -> Contoso:
    """With an agent that is on."""
    contoso.all_done()
    contoso.office.configure(contoso.agentid)
    with contoso.services.database.transaction() as session:
        session.get_one(Agent, contoso.agentid).state = AgentState.ON
    return contoso


def agent_of(contoso: Contoso) -> Agent:
    with contoso.services.database.reading() as session:
        return session.get_one(Agent, contoso.agentid)


def recheck(contoso: Contoso) -> tuple[p.Report, ...]:
    return p.recheck(contoso.services, contoso.office.admin, contoso.agentid)


def throttle(contoso: Contoso) -> None:
    contoso.world.break_it("throttle", {"seconds": 90})


def mend(contoso: Contoso) -> None:
    contoso.world.mend()
    with contoso.services.database.transaction() as session:
        session.get_one(CrmBudget, "dynamics365").pauseduntil = None


def closed(contoso: Contoso) -> list[str]:
    found = agents.sections(contoso.services, contoso.office.admin, contoso.agentid)
    return [section.key for section in found if section.closed]


def test_what_cannot_be_asked_replaces_nothing_that_was_verified_and_closes_no_section(working: Contoso) -> None:
    evidence = [
        [c.detail for c in r.checks] for r in p.reports(working.services, working.office.admin, working.agentid)
    ]
    throttle(working)
    working.office.clock.move(minutes=1)
    began = working.office.clock()
    for _ in range(2):
        reports = recheck(working)
        assert [r.state for r in reports] == [SetupState.DONE] * 4
        assert [[c.detail for c in r.checks] for r in reports][1:] == evidence[1:]
        assert reports[1].unknown.startswith("Who am I: ")
        assert reports[1].unknown.endswith("by itself.")
        assert reports[1].unknown_since == began
        working.office.clock.move(seconds=30)
    assert working.tick(2).unknown_since == began
    assert working.row(2).done
    pause_or_resume(working.services)
    assert (closed(working), agent_of(working).state) == ([], AgentState.ON)
    mend(working)
    assert [(r.state, r.unknown, r.unknown_since) for r in recheck(working)] == [(SetupState.DONE, "", None)] * 4


def test_what_failed_stays_failing_while_it_cannot_be_asked_and_the_agent_paused(working: Contoso) -> None:
    seed.give_role(working.world, working.app.userid, "Basic User")
    seed.take_role(working.world, working.app.userid, "AISalesPerson")
    assert recheck(working)[1].state is SetupState.FAILING
    assert agent_of(working).state == AgentState.PAUSED, "who checks need not wait for the schedule"
    throttle(working)
    for _ in range(2):
        assert recheck(working)[1].state is SetupState.FAILING
        working.office.clock.move(minutes=1)
        pause_or_resume(working.services)
        assert agent_of(working).state == AgentState.PAUSED
    seed.give_role(working.world, working.app.userid, "AISalesPerson")
    mend(working)
    assert recheck(working)[1].state is SetupState.DONE
    assert agent_of(working).state == AgentState.ON


def test_an_agent_that_is_paused_is_not_resumed_by_checks_that_could_not_be_run(working: Contoso) -> None:
    with working.services.database.transaction() as session:
        agent = session.get_one(Agent, working.agentid)
        agent.state, agent.statereason = AgentState.PAUSED, "Prerequisite 2 fails. It did."
    with working.services.database.transaction() as session:
        row = session.merge(working.row(2))
        row.checks = [{**row.checks[0], "passed": None}, *row.checks[1:]]
    throttle(working)
    working.office.clock.move(minutes=1)
    pause_or_resume(working.services)
    assert agent_of(working).state == AgentState.PAUSED
    mend(working)
    working.office.clock.move(minutes=1)
    pause_or_resume(working.services)
    assert agent_of(working).state == AgentState.ON


def test_an_agent_is_not_started_while_what_was_verified_cannot_be(contoso: Contoso) -> None:
    contoso.all_done()
    throttle(contoso)
    with pytest.raises(NotReady) as refused:
        agents.start_agent(contoso.services, contoso.office.admin, contoso.agentid)
    assert [line for line in refused.value.missing if line.startswith("Prerequisite 2, Create an app user")]
    assert closed(contoso) == []
    assert not [line for line in refused.value.missing if "set it up and mark it" in line]


def sleep(contoso: Contoso) -> None:
    """Whatever mirrors has failed and is put off; one table works and waits for its turn."""
    later = contoso.office.clock() + timedelta(minutes=14)
    with contoso.services.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", dueat=later, failures=6, trouble="It fails."))
        session.merge(MirrorTable(tablename="lead", dueat=later, failures=5, trouble="It fails."))
        session.merge(MirrorTable(tablename="account", dueat=later, failures=0))
        for write in session.scalars(select(MirrorWrite)):
            session.delete(write)
        session.add(MirrorWrite(lane="x", kind="change", tablename="lead", recordid="x", dueat=later,
                                actorkind="agent", actorname=""))  # fmt: skip


def is_awake(contoso: Contoso) -> bool:
    with contoso.services.database.reading() as session:
        state, lead = session.get_one(MirrorState, "dynamics365"), session.get_one(MirrorTable, "lead")
        (write,) = session.scalars(select(MirrorWrite))
        assert session.get_one(MirrorTable, "account").dueat is not None
        found = {(row.dueat is None, row.failures < 2) for row in (state, lead)} | {(write.dueat is None,) * 2}
    assert len(found) == 1, found
    return found == {(True, True)}


def test_who_mends_the_cause_wakes_what_mirrors(contoso: Contoso) -> None:
    sleep(contoso)
    assert not is_awake(contoso)
    contoso.tick(1)
    assert is_awake(contoso)
    sleep(contoso)
    contoso.find_user()
    assert is_awake(contoso)
    sleep(contoso)
    assert contoso.tick(2).done
    assert is_awake(contoso)
    sleep(contoso)
    _, secret = entra_applications.add_secret(contoso.world, contoso.app.application.objectid)
    platform.new_secret(contoso.services, contoso.office.admin, contoso.agentid, secret, None)
    assert is_awake(contoso)
    sleep(contoso)
    recheck(contoso)
    assert is_awake(contoso)


def test_the_schedule_wakes_it_when_a_check_passes_again_and_not_each_time_it_passes(working: Contoso) -> None:
    sleep(working)
    working.office.clock.move(minutes=1)
    pause_or_resume(working.services)
    assert not is_awake(working)
    seed.give_role(working.world, working.app.userid, "Basic User")
    seed.take_role(working.world, working.app.userid, "AISalesPerson")
    working.office.clock.move(minutes=1)
    pause_or_resume(working.services)
    assert not is_awake(working)
    seed.give_role(working.world, working.app.userid, "AISalesPerson")
    working.office.clock.move(minutes=1)
    pause_or_resume(working.services)
    assert is_awake(working)


def test_a_date_that_was_wrong_is_corrected_for_a_secret_that_works_and_the_agent_goes_on(working: Contoso) -> None:
    services, admin, agentid = working.services, working.office.admin, working.agentid
    now = working.office.clock()
    working.connection(secretendson=now - timedelta(days=1))
    recheck(working)
    assert agent_of(working).state == AgentState.PAUSED
    assert "correct the date" in (agent_of(working).statereason or "")
    with pytest.raises(BadInput, match="This date is over"):
        platform.correct_end(services, admin, agentid, now - timedelta(minutes=1))
    platform.correct_end(services, admin, agentid, now + timedelta(days=90))
    assert agent_of(working).state == AgentState.ON
    working.connection(secret="no secret of theirs")
    with pytest.raises(BadInput, match="AADSTS7000215"):
        platform.correct_end(services, admin, agentid, now + timedelta(days=95))
