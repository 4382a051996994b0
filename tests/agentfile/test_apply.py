"""Export, plan and apply against real stores: the same bytes elsewhere, versions, refusals, what is live."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from tests.agentfile.agents import NAMES, agents
from tests.agentfile.conftest import Installation
from tests.selection.trees import TABLES
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, services_of

from leadwright.actions.agent import create_agent
from leadwright.actions.agent_file import FileRefused, apply_file, export_agent, take_as_draft
from leadwright.actions.agent_plan import plan_file
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.shape import AgentFile
from leadwright.agentfile.writing import write
from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.audit import AuditEntry
from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeSource
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.access import Principal, operator, principal
from leadwright.services import Services

Make = Callable[[], Installation]


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(services_of(database, tmp_path, PlainAnalyst()))


def _who(services: Services) -> Principal:
    with services.database.reading() as session:
        return operator(session)


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(agent=agents)
def test_an_export_applied_to_a_fresh_installation_exports_the_same_bytes(installation: Make, agent: AgentFile) -> None:
    one, other = installation(), installation()
    applied = apply_file(*one, write(to_plain(agent, NAMES, TABLES)))
    assert (applied.version, applied.changed) == (0, True)
    text = export_agent(*one)
    apply_file(*other, text)
    assert export_agent(*other) == text
    assert not plan_file(*other, text).lines
    for services, _ in (one, other):
        services.database.close()


def test_a_file_becomes_the_next_version_with_who_and_why(office: Office) -> None:
    services, who = office.services, _who(office.services)
    _equip(office)
    text = export_agent(services, who).replace('name = "Shelf Makers"', 'name = "Rack Makers"')
    found = plan_file(services, who, text)
    assert [str(line) for line in found.lines] == ["~ Company info, Company name: Shelf Makers -> Rack Makers"]
    done = apply_file(services, who, text, against=found.against, note="New name of the firm")
    assert (done.version, done.changed) == (2, True)
    with services.database.reading() as session:
        version = session.get_one(AgentVersion, (office.agentid, 2))
        assert version.configuration["company"]["name"] == "Rack Makers"
        assert version.note == "New name of the firm"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "agent.applied")).one()
        assert (entry.actorname, entry.after["note"]) == ("command line", "New name of the firm")
    assert not apply_file(services, who, text).changed


def test_a_plan_made_against_another_state_is_refused(office: Office) -> None:
    services, who = office.services, _who(office.services)
    _equip(office)
    text = export_agent(services, who)
    found = plan_file(services, who, text)
    apply_file(services, who, text.replace('name = "Shelf Makers"', 'name = "Rack Makers"'), against="1")
    for against in (found.against, "1"):
        with pytest.raises(Conflict, match="version 2 is in force"):
            apply_file(services, who, text, against=against)
    assert apply_file(services, who, text, against="2").version == 3


def test_a_plan_says_how_many_leads_more_or_fewer_would_be_selected(office: Office) -> None:
    services, who = office.services, _who(office.services)
    add_leads(office, 5, queued=False, leadqualitycode=3)
    add_leads(office, 3, queued=False, leadqualitycode=1, jobtitle="Owner")
    text = export_agent(services, who)
    narrower = text.replace('value = "Cold"', 'value = "Hot"')
    found = plan_file(services, who, narrower).selected
    assert found is not None
    assert (found.now, found.then, found.more, found.fewer) == (5, 3, 3, 5)


def test_what_is_missing_is_told_and_a_file_that_is_not_there_waits(installation: Make) -> None:
    services, who = installation()
    create_agent(services, who)
    text = export_agent(services, who)
    text = text.replace("research = []", 'research = [{ kind = "file", location = "uploads/research/cases.md" }]')
    text = text.replace('user = ""', 'user = "Sales Agent"')
    found = plan_file(services, who, text)
    assert not found.problems
    told = " ".join(found.missing)
    assert "there is no file at" in told
    assert "no application user called Sales Agent" in told
    assert "Company info: " in told
    apply_file(services, who, text)
    with services.database.reading() as session:
        source = session.scalars(select(KnowledgeSource)).one()
        assert source.state == "failing"
    assert 'location = "uploads/research/cases.md"' in export_agent(services, who)
    assert apply_file(services, who, export_agent(services, who)).changed is False


def test_a_source_inside_the_data_folder_is_refused(installation: Make) -> None:
    services, who = installation()
    create_agent(services, who)
    text = export_agent(services, who)
    secret = 'research = [{ kind = "file", location = "uploads/../secret.key" }]'
    with pytest.raises(FileRefused, match="own data folder"):
        apply_file(services, who, text.replace("research = []", secret))


def test_a_file_taken_as_the_draft_changes_nothing_in_force(office: Office) -> None:
    services, who = office.services, _who(office.services)
    text = export_agent(services, who).replace('name = "Shelf Makers"', 'name = "Rack Makers"')
    done = take_as_draft(services, who, text)
    assert (done.version, done.changed) == (1, True)
    with services.database.reading() as session:
        agent = session.get_one(Agent, office.agentid)
        assert agent.draft["company"]["name"] == "Rack Makers"
        assert session.get(AgentVersion, (office.agentid, 2)) is None
    assert 'name = "Shelf Makers"' in export_agent(services, who)
    assert 'name = "Rack Makers"' in export_agent(services, who, "draft")


def test_research_and_engage_never_goes_back_and_a_working_agent_is_not_upgraded(office: Office) -> None:
    services, who = office.services, _who(office.services)
    text = export_agent(services, who).replace('mode = "research"', 'mode = "engage"')
    problem = plan_file(services, who, text).problems[0]
    assert problem.key == "agent.mode"
    assert "Stop Agent first" in problem.message


def test_a_person_without_the_right_is_refused(office: Office) -> None:
    services = office.services
    text = export_agent(services, _who(services))
    with services.database.reading() as session:
        seller = principal(session, office.sellers[0])
    for call in (export_agent, plan_file, apply_file, take_as_draft):
        with pytest.raises(NotAllowed):
            call(services, seller, text)


def test_no_secret_is_ever_in_the_file(installation: Make) -> None:
    services, who = installation()
    create_agent(services, who)
    text = export_agent(services, who)
    assert "secret" not in text.replace("no secret", "").casefold()


def _equip(office: Office) -> None:
    """The prerequisites do not count here; everything else is complete."""
    services, who = office.services, _who(office.services)
    text = export_agent(services, who).replace('topic = ""', 'topic = "Shelves"')
    take_as_draft(services, who, text)
