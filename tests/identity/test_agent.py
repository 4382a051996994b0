"""The agent's settings: sections, draft and versions, start, apply, stop, archive."""

import pytest
from sqlalchemy import select
from tests.identity.conftest import Office

from leadwright.actions import agent as agents
from leadwright.actions import people, prerequisites
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.audit import AuditEntry
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Lead
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.agent_identity import pause_or_resume


def state(office: Office, agentid: str, section: str) -> SetupState:
    return next(s.state for s in agents.sections(office.services, office.admin, agentid) if s.key == section)


def edit(office: Office, agentid: str, section: str, **values: object) -> int:
    return agents.edit_draft(office.services, office.admin, agentid, section, values)


def queue_a_lead(office: Office, agentid: str) -> str:
    with office.services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).one()
        lead = Lead(ownerid=office.adminid, owningbusinessunit=unit, lastname="Lee", companyname="Contoso")
        session.add(lead)
        session.flush()
        run = LeadRun(leadid=lead.leadid, number=1, agentid=agentid, version=1, trigger="new_lead")
        session.add(run)
        session.flush()
        return run.runid


def test_sections_stay_closed_until_the_prerequisites_are_done(office: Office) -> None:
    agentid = office.agent()
    found = agents.sections(office.services, office.admin, agentid)
    assert [s.key for s in found] == [
        *("prerequisites", "profile", "company", "products", "selection", "email", "validation", "criteria"),
        *("knowledge", "assignment", "simulation", "start"),
    ]
    assert all(s.closed for s in found[1:])
    with pytest.raises(Conflict, match="opens when the prerequisites are done"):
        edit(office, agentid, "company", name="Northwind")
    office.identity(agentid)
    assert not any(s.closed for s in agents.sections(office.services, office.admin, agentid))
    edit(office, agentid, "company", name="Northwind")
    assert state(office, agentid, "company") is SetupState.IN_PROGRESS


def test_start_lists_everything_that_is_missing_and_opens_when_nothing_is(office: Office) -> None:
    agentid = office.agent()
    with pytest.raises(agents.NotReady) as closed:
        agents.start_agent(office.services, office.admin, agentid)
    said = " ".join(closed.value.missing)
    for part in ("Prerequisites: 1", "company name", "value proposition", "criterion", "sellers", "supervisor"):
        assert part in said
    office.identity(agentid)
    office.configure(agentid)
    assert agents.can_start(office.services, office.admin, agentid) == ()
    assert agents.start_agent(office.services, office.admin, agentid) == 1
    with office.services.database.reading() as session:
        agent = session.get_one(Agent, agentid)
        assert (agent.state, agent.startedon) == (AgentState.ON, office.clock())
        assert session.get_one(AgentVersion, (agentid, 1)).configuration["company"]["name"] == "Northwind"


def test_a_prerequisite_that_broke_since_is_found_at_start(office: Office) -> None:
    agentid = office.agent()
    _, user = office.identity(agentid)
    office.configure(agentid)
    people.set_roles(office.services, office.admin, user, [])
    assert agents.can_start(office.services, office.admin, agentid) == ()
    with pytest.raises(agents.NotReady, match="a check fails"):
        agents.start_agent(office.services, office.admin, agentid)
    assert state(office, agentid, "prerequisites") is SetupState.FAILING
    people.set_roles(office.services, office.admin, user, ["AISalesPerson"])
    assert agents.start_agent(office.services, office.admin, agentid) == 1


@pytest.mark.parametrize("role", ["Sales Manager", "Salesperson", "Application Developer", "Exchange Administrator"])
def test_only_administrators_configure_and_start(small_office: Office, role: str) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    who = small_office.who(small_office.person("Pat Person", role))
    services = small_office.services
    with pytest.raises(NotAllowed, match="prvConfigureAgent"):
        agents.edit_draft(services, who, agentid, "company", {"name": "X"})
    with pytest.raises(NotAllowed, match="prvConfigureAgent"):
        agents.create_agent(services, who)
    for action in (agents.start_agent, agents.apply_changes, agents.stop_agent, agents.archive_agent):
        with pytest.raises(NotAllowed, match="prvStartAgent"):
            action(services, who, agentid)


def test_an_edit_over_somebody_elses_change_is_refused(small_office: Office) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    seen = edit(small_office, agentid, "company", name="Northwind")
    agents.edit_draft(
        small_office.services, small_office.admin, agentid, "company", {"name": "Other"}, versionnumber=seen
    )
    with pytest.raises(Conflict, match="meanwhile"):
        agents.edit_draft(
            small_office.services, small_office.admin, agentid, "company", {"name": "Third"}, versionnumber=seen
        )


@pytest.mark.parametrize(
    ("section", "values", "says"),
    [
        ("nowhere", {}, "no section"),
        ("company", {"colour": "red"}, "no setting colour"),
        ("company", {"name": 7}, "name"),
        ("selection", {"look_back_days": 0}, "look_back_days"),
        ("selection", {"conditions": {"all": [{"attribute": "nothing", "operator": "eq", "value": 1}]}}, "nothing"),
        ("criteria", {"criteria": [{"name": "Size", "kind": "colour", "details": "x"}]}, "kind"),
        ("assignment", {"sellers": ["nobody"]}, "no person nobody"),
        ("assignment", {"team": "no-team"}, "no such team"),
        ("competitors", {"names": ["a", "b", "c", "d"]}, "names"),
        ("company", {"benefits": "x" * 300_000}, "too long"),
        ("profile", {"name": "  "}, "name"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_its_field(
    small_office: Office, section: str, values: dict[str, object], says: str
) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    with pytest.raises(BadInput, match=says):
        agents.edit_draft(small_office.services, small_office.admin, agentid, section, values)


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        ("email", {"fixed_body": "Dear {{Lead.Fist Name}}"}, "email"),
        ("email", {"fields": ["lead.nothing"]}, "email"),
        ("criteria", {"criteria": [{"name": "A", "kind": "custom", "details": " "}]}, "criteria"),
        ("criteria", {"criteria": [{"name": "A", "kind": "custom", "details": "x"}] * 2}, "criteria"),
    ],
)
def test_a_setting_that_makes_no_sense_turns_its_section_red_with_the_reason(
    small_office: Office, section: str, values: dict[str, object], key: str
) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    small_office.configure(agentid)
    agents.edit_draft(small_office.services, small_office.admin, agentid, section, values)
    red = next(s for s in agents.sections(small_office.services, small_office.admin, agentid) if s.key == key)
    assert red.state is SetupState.FAILING
    assert red.reasons
    with pytest.raises(agents.NotReady):
        agents.start_agent(small_office.services, small_office.admin, agentid)


def test_known_variables_and_the_names_of_columns_both_work_in_a_template(small_office: Office) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    edit(
        small_office, agentid, "email", fixed_body="{{Lead.First Name}} {{ lead.companyname }} {{Account.Account Name}}"
    )
    assert state(small_office, agentid, "email") is SetupState.DONE


def test_a_supervisor_who_was_disabled_turns_the_assignment_red(small_office: Office) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    small_office.configure(agentid)
    assert state(small_office, agentid, "assignment") is SetupState.DONE
    with small_office.services.database.reading() as session:
        boss = session.get_one(Agent, agentid).draft["assignment"]["supervisor"]
    people.disable_user(small_office.services, small_office.admin, boss)
    assert state(small_office, agentid, "assignment") is SetupState.FAILING


def test_edits_while_running_are_a_draft_until_applied(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    assert agents.difference(office.services, office.admin, agentid) == ()
    edit(office, agentid, "company", website="https://new.example")
    changes = agents.difference(office.services, office.admin, agentid)
    assert [(c.path, c.applied, c.draft) for c in changes] == [
        ("company.website", "https://northwind.example", "https://new.example")
    ]
    assert agents.apply_changes(office.services, office.admin, agentid) == 2
    assert agents.apply_changes(office.services, office.admin, agentid) == 2
    with office.services.database.reading() as session:
        stored = session.scalars(select(AgentVersion).order_by(AgentVersion.version)).all()
        assert [v.configuration["company"]["website"] for v in stored] == [
            "https://northwind.example",
            "https://new.example",
        ]
        applied = session.scalars(select(AuditEntry).where(AuditEntry.action == "agent.applied")).all()
        assert [(a.before, a.after) for a in applied] == [({"version": 1}, {"version": 2})]


def test_an_incomplete_draft_is_not_applied(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    edit(office, agentid, "criteria", criteria=[])
    with pytest.raises(agents.NotReady, match="at least one criterion"):
        agents.apply_changes(office.services, office.admin, agentid)


def test_draining_goes_off_when_the_last_lead_is_finished(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    runid = queue_a_lead(office, agentid)
    assert agents.stop_agent(office.services, office.admin, agentid) == AgentState.DRAINING
    assert pause_or_resume(office.services) == ()
    with office.services.database.transaction() as session:
        session.get_one(LeadRun, runid).stage = "handed_over"
    assert len(pause_or_resume(office.services)) == 1
    with office.services.database.reading() as session:
        assert session.get_one(Agent, agentid).state == AgentState.OFF


def test_halting_is_off_at_once_and_the_next_start_goes_on(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    queue_a_lead(office, agentid)
    first_start = office.clock()
    assert agents.stop_agent(office.services, office.admin, agentid, "halt") == AgentState.OFF
    office.clock.move(days=1)
    assert agents.start_agent(office.services, office.admin, agentid) == 1
    with office.services.database.reading() as session:
        assert session.get_one(Agent, agentid).startedon == first_start
        assert session.scalars(select(LeadRun.stage)).one() == "queued"
    with pytest.raises(Conflict, match="on already"):
        agents.start_agent(office.services, office.admin, agentid)


def test_a_started_agent_is_archived_and_never_deleted(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    for action in (agents.delete_agent, agents.archive_agent):
        with pytest.raises(Conflict):
            action(office.services, office.admin, agentid)
    agents.stop_agent(office.services, office.admin, agentid)
    with pytest.raises(Conflict, match="cannot be deleted"):
        agents.delete_agent(office.services, office.admin, agentid)
    agents.archive_agent(office.services, office.admin, agentid)
    with pytest.raises(Conflict, match="archived"):
        agents.start_agent(office.services, office.admin, agentid)
    assert agents.create_agent(office.services, office.admin, name="Second agent") != agentid


def test_a_draft_agent_may_be_deleted(small_office: Office) -> None:
    agentid = small_office.agent()
    agents.delete_agent(small_office.services, small_office.admin, agentid)
    assert small_office.agent() != agentid


def test_an_organisation_has_one_agent(office: Office) -> None:
    office.agent()
    for mode in ("research", "engage"):
        with pytest.raises(Conflict, match="one agent in one mode"):
            agents.create_agent(office.services, office.admin, name="Second", mode=mode)


def test_engage_wants_its_mailbox_and_address_before_it_starts_and_has_no_way_back(small_office: Office) -> None:
    agentid = agents.create_agent(small_office.services, small_office.admin, mode="engage")
    with pytest.raises(agents.NotReady, match="shared mailbox: set it up") as refused:
        agents.start_agent(small_office.services, small_office.admin, agentid)
    assert "Enter the sender's postal address" in str(refused.value)
    with pytest.raises(Conflict, match="cannot go back"):
        agents.change_mode(small_office.services, small_office.admin, agentid, "research")
    with pytest.raises(BadInput, match="Research is always on"):
        agents.change_mode(small_office.services, small_office.admin, agentid, "nothing")


def test_another_application_user_must_be_verified_again(small_office: Office) -> None:
    agentid = small_office.agent()
    _, user = small_office.identity(agentid)
    edit(small_office, agentid, "profile", name="Lead scout", agentuserid=user)
    assert state(small_office, agentid, "profile") is SetupState.DONE
    with pytest.raises(BadInput, match="application user"):
        edit(small_office, agentid, "profile", agentuserid=small_office.adminid)
    reports = prerequisites.reports(small_office.services, small_office.admin, agentid)
    assert reports[1].done


def test_every_change_is_audited_with_who_before_and_after(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    edit(office, agentid, "company", name="Southwind")
    with office.services.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (last.actorname, last.action, last.recordid) == ("Ada Admin", "agent.draft_edited", agentid)
    assert last.before["company"]["name"] == "Northwind"
    assert last.after["company"]["name"] == "Southwind"
