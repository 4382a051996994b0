"""Prerequisites: who may, what is verified, false ticks, pausing and going on."""

import pytest
from sqlalchemy import delete, select, text, update
from tests.identity.conftest import Office

from leadwright.actions import agent as agents
from leadwright.actions import people
from leadwright.actions import prerequisites as p
from leadwright.db.agent import Agent
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.people import ApplicationSecret, BusinessUnit, Role, RolePrivilege, SystemUser
from leadwright.db.sales import AppNotification
from leadwright.domain.prerequisites import Check, SetupState, attestable, expiry_notice, state_of, verified
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.agent_identity import agent_principal, pause_or_resume


def state_of_agent(office: Office, agentid: str) -> Agent:
    with office.services.database.reading() as session:
        return session.get_one(Agent, agentid)


def notes(office: Office) -> list[AppNotification]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(AppNotification).order_by(AppNotification.createdon)))


def failed(report: p.Report) -> list[str]:
    return [c.name for c in report.checks if c.passed is False]


def test_a_new_administrator_does_both_and_they_are_verified(office: Office) -> None:
    agentid = office.agent()
    office.identity(agentid)
    reports = p.reports(office.services, office.admin, agentid)
    assert [r.state for r in reports] == ["done", "done", "not_started", "not_started"]
    assert [c.name for c in reports[0].checks] == ["Application", "Client secret", "Access token"]
    assert [c.name for c in reports[1].checks] == list(reports[1].step.verifies)
    assert all(c.passed for r in reports[:2] for c in r.checks)
    assert reports[0].checked_at == office.clock()


def test_ticking_what_was_never_set_up_does_not_stay(office: Office) -> None:
    agentid = office.agent()
    for number, check in ((1, "Application"), (2, "Who am I")):
        report = p.mark_done(office.services, office.admin, agentid, number)
        assert not report.done
        assert report.state is SetupState.FAILING
        assert failed(report)[0] == check
        assert report.checks[0].remedy


def test_a_wrong_client_id_is_refused_with_the_failing_check(office: Office) -> None:
    agentid = office.agent()
    p.register_application(office.services, office.admin, agentid, name="App")
    for wrong, says in (("11111111-2222-3333-4444-555555555555", "AADSTS700016"), ("nonsense", "not a client ID")):
        with pytest.raises(BadInput, match=says) as refused:
            p.create_application_user(office.services, office.admin, agentid, clientid=wrong)
        assert refused.value.field == "clientid"
        report = p.reports(office.services, office.admin, agentid)[1]
        assert report.state is SetupState.FAILING
        assert failed(report) == ["Application"]


def test_the_client_id_of_another_application_is_refused_by_name(small_office: Office) -> None:
    agentid = small_office.agent()
    other = p.register_application(small_office.services, small_office.admin, agentid, name="Former app")
    p.register_application(small_office.services, small_office.admin, agentid, name="App")
    with pytest.raises(BadInput, match="is Former app, not the application of prerequisite 1"):
        p.create_application_user(small_office.services, small_office.admin, agentid, clientid=other.clientid)


def test_the_client_id_may_be_pasted_with_blanks_and_capitals(small_office: Office) -> None:
    agentid = small_office.agent()
    made = p.register_application(small_office.services, small_office.admin, agentid, name="App")
    pasted = f"  {made.clientid.upper()}\n"
    assert p.create_application_user(small_office.services, small_office.admin, agentid, clientid=pasted)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("System Administrator", {1, 2}),
        ("Application Developer", {1}),
        ("Exchange Administrator", set()),
        ("Sales Manager", set()),
        ("Salesperson", set()),
    ],
)
def test_each_role_may_do_its_own_steps_and_is_told_the_missing_privilege(
    small_office: Office, role: str, allowed: set[int]
) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    who = small_office.who(small_office.person("Pat Person", role))
    for number, privilege in ((1, "prvCreateApplication"), (2, "prvCreateUser")):
        if number in allowed:
            assert p.mark_done(small_office.services, who, agentid, number).done
        else:
            with pytest.raises(NotAllowed, match=privilege) as refused:
                p.mark_done(small_office.services, who, agentid, number)
            assert refused.value.privilege == privilege


def test_missing_privileges_are_named_one_by_one(office: Office) -> None:
    agentid = office.agent()
    office.identity(agentid)
    with office.services.database.transaction() as session:
        role = session.scalars(select(Role.roleid).where(Role.name == "AISalesPerson")).one()
        session.execute(
            delete(RolePrivilege).where(
                RolePrivilege.roleid == role, RolePrivilege.privilege.in_(["prvAssignLead", "prvReadContact"])
            )
        )
        session.execute(
            update(RolePrivilege)
            .where(RolePrivilege.roleid == role, RolePrivilege.privilege == "prvWriteLead")
            .values(depth=1)
        )
    report = p.mark_done(office.services, office.admin, agentid, 2)
    assert not report.done
    assert [c.detail for c in report.checks if c.name == "Privileges"] == [
        "Missing: prvAssignLead, prvReadContact, prvWriteLead."
    ]


def test_a_user_moved_to_another_business_unit_fails_that_check(small_office: Office) -> None:
    agentid = small_office.agent()
    _, user = small_office.identity(agentid)
    with small_office.services.database.transaction() as session:
        root = session.scalars(select(BusinessUnit.businessunitid)).one()
        unit = BusinessUnit(name="South", parentbusinessunitid=root)
        session.add(unit)
        session.flush()
        session.get_one(SystemUser, user).businessunitid = unit.businessunitid
    report = p.mark_done(small_office.services, small_office.admin, agentid, 2)
    assert failed(report) == ["Business unit"]


def test_a_ticked_prerequisite_is_not_set_up_over(small_office: Office) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    with pytest.raises(Conflict, match="Clear the mark"):
        p.register_application(small_office.services, small_office.admin, agentid, name="Another")
    p.unmark(small_office.services, small_office.admin, agentid, 1)
    p.register_application(small_office.services, small_office.admin, agentid, name="Another")
    states = [r.state for r in p.reports(small_office.services, small_office.admin, agentid)]
    assert states[0] == "in_progress"
    report = p.mark_done(small_office.services, small_office.admin, agentid, 2)
    assert failed(report) == ["Who am I"]


def test_attesting_is_for_what_cannot_be_checked_and_says_so(small_office: Office) -> None:
    agentid = small_office.agent()
    p.register_application(small_office.services, small_office.admin, agentid, name="App")
    with small_office.services.database.transaction() as session:
        session.execute(update(ApplicationSecret).values(sealed=None))
    report = p.mark_done(small_office.services, small_office.admin, agentid, 1)
    assert not report.done
    assert report.attestable
    developer = small_office.who(small_office.person("Dev Eloper", "Application Developer"))
    with pytest.raises(NotAllowed, match="System Administrator"):
        p.attest(small_office.services, developer, agentid, 1)
    report = p.attest(small_office.services, small_office.admin, agentid, 1)
    assert (report.done, report.attested, report.state) == (True, True, SetupState.DONE)


def test_a_failing_check_cannot_be_attested_away(small_office: Office) -> None:
    agentid = small_office.agent()
    with pytest.raises(Conflict, match="because a check fails"):
        p.attest(small_office.services, small_office.admin, agentid, 2)


@pytest.mark.parametrize(
    ("redirect", "good"),
    [
        ("https://crm.example.com/back", True),
        ("http://localhost:8480/back", True),
        ("", True),
        ("http://crm.example.com", False),
        ("javascript:alert(1)", False),
        ("https://", False),
    ],
)
def test_a_redirect_uri_is_https_or_local(small_office: Office, redirect: str, good: bool) -> None:
    agentid = small_office.agent()
    if good:
        assert p.register_application(
            small_office.services, small_office.admin, agentid, name="A", redirect_uri=redirect
        )
    else:
        with pytest.raises(BadInput):
            p.register_application(small_office.services, small_office.admin, agentid, name="A", redirect_uri=redirect)


def test_taking_the_role_away_pauses_the_agent_with_the_reason_and_giving_it_back_resumes(
    working: tuple[Office, str, str],
) -> None:
    office, agentid, user = working
    assert agent_principal(office.services, agentid).id == user
    assert pause_or_resume(office.services) == ()
    people.set_roles(office.services, office.admin, user, [])
    with pytest.raises(NotAllowed, match="does not hold the security role AISalesPerson"):
        agent_principal(office.services, agentid)
    assert len(pause_or_resume(office.services)) == 1
    paused = state_of_agent(office, agentid)
    assert paused.state == AgentState.PAUSED
    assert "Security role" in (paused.statereason or "")
    office.clock.move(minutes=1)
    assert pause_or_resume(office.services) == ()
    assert [n.title for n in notes(office)] == ["Sales Qualification Agent is paused"]
    with pytest.raises(Conflict, match="paused and goes on by itself"):
        agents.start_agent(office.services, office.admin, agentid)
    report = p.reports(office.services, office.admin, agentid)[1]
    assert (report.done, report.state) == (True, SetupState.FAILING)
    people.set_roles(office.services, office.admin, user, ["AISalesPerson"])
    assert len(pause_or_resume(office.services)) == 1
    resumed = state_of_agent(office, agentid)
    assert (resumed.state, resumed.statereason) == (AgentState.ON, None)
    assert agent_principal(office.services, agentid).id == user
    assert p.reports(office.services, office.admin, agentid)[1].state is SetupState.DONE
    with office.services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
        assert broken_link(session) is None
    assert {"agent.started", "agent.paused", "agent.resumed", "user.roles_set"} <= set(actions)


@pytest.mark.parametrize("breaking", ["disabled", "privilege", "secret removed", "secret expired"])
def test_whatever_breaks_pauses_and_whatever_mends_resumes(working: tuple[Office, str, str], breaking: str) -> None:
    office, agentid, user = working
    client = p.reports(office.services, office.admin, agentid)[0].inputs["clientid"]
    agent_principal(office.services, agentid)
    if breaking == "disabled":
        people.disable_user(office.services, office.admin, user)
    elif breaking == "privilege":
        with office.services.database.transaction() as session:
            session.execute(text("UPDATE roleprivilege SET depth = 1 WHERE privilege = 'prvReadLead'"))
    elif breaking == "secret removed":
        with office.services.database.reading() as session:
            keyid = session.scalars(select(ApplicationSecret.keyid)).one()
        p.remove_secret(office.services, office.admin, keyid)
    else:
        office.clock.move(days=181)
    with pytest.raises(NotAllowed):
        agent_principal(office.services, agentid)
    pause_or_resume(office.services)
    assert state_of_agent(office, agentid).state == AgentState.PAUSED
    if breaking == "disabled":
        people.disable_user(office.services, office.admin, user, disabled=False)
    elif breaking == "privilege":
        with office.services.database.transaction() as session:
            session.execute(text("UPDATE roleprivilege SET depth = 8 WHERE privilege = 'prvReadLead'"))
    else:
        p.add_secret(office.services, office.admin, client)
    pause_or_resume(office.services)
    assert state_of_agent(office, agentid).state == AgentState.ON
    assert agent_principal(office.services, agentid).id == user


def test_a_pause_for_another_reason_is_not_ended_here(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    with office.services.database.transaction() as session:
        agent = session.get_one(Agent, agentid)
        agent.state, agent.statereason = AgentState.PAUSED, "The daily budget is used up."
    assert pause_or_resume(office.services) == ()
    assert state_of_agent(office, agentid).state == AgentState.PAUSED


def test_the_end_of_a_secret_is_announced_thirty_seven_and_one_days_ahead_once_each(office: Office) -> None:
    agentid = office.agent()
    office.identity(agentid, secret_days=60)
    seen = []
    for day in range(0, 61, 1):
        for _ in range(2):
            if pause_or_resume(office.services):
                seen.append(60 - day)
        office.clock.move(days=1)
    assert seen == [30, 7, 1, 0]
    assert len(notes(office)) == 4


def test_the_agent_works_as_its_application_user_and_is_audited_as_the_agent(small_office: Office) -> None:
    agentid = small_office.agent()
    with pytest.raises(NotAllowed, match="no agent user"):
        agent_principal(small_office.services, agentid)
    _, user = small_office.identity(agentid)
    who = agent_principal(small_office.services, agentid)
    assert (who.id, who.kind, who.actor.kind) == (user, "agent", "agent")
    assert who.may("prvWriteLead")
    assert not who.may("prvCreateUser")
    assert not who.may("prvDeleteLead")


def test_states_follow_from_what_was_checked() -> None:
    good, bad, unknown = Check("a", True, ""), Check("b", False, ""), Check("c", None, "")
    assert state_of(done=False, attested=False, begun=False, checks=()) is SetupState.NOT_STARTED
    assert state_of(done=False, attested=False, begun=True, checks=()) is SetupState.IN_PROGRESS
    assert state_of(done=False, attested=False, begun=True, checks=[good]) is SetupState.IN_PROGRESS
    assert state_of(done=True, attested=False, begun=True, checks=[good]) is SetupState.DONE
    assert state_of(done=True, attested=False, begun=True, checks=[good, bad]) is SetupState.FAILING
    assert state_of(done=True, attested=True, begun=True, checks=[good, unknown]) is SetupState.DONE
    assert state_of(done=True, attested=False, begun=True, checks=[good, unknown]) is SetupState.IN_PROGRESS
    assert not verified([])
    assert not verified([good, unknown])
    assert attestable([good, unknown])
    assert not attestable([bad, unknown])
    assert not attestable([good])


def test_notices_fall_due_at_thirty_seven_and_one_days() -> None:
    due = {days: expiry_notice(days) for days in (31, 30, 8, 7, 2, 1, 0.1, 0, -3)}
    assert due == {31: None, 30: 30, 8: 30, 7: 7, 2: 7, 1: 1, 0.1: 1, 0: 0, -3: 0}


def test_only_who_gives_roles_changes_the_secrets_the_agent_signs_in_with(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    developer = office.who(office.person("Devi Developer", "Application Developer"))
    client = p.reports(office.services, office.admin, agentid)[0].inputs["clientid"]
    with office.services.database.reading() as session:
        keyid = session.scalars(select(ApplicationSecret.keyid)).one()
    with pytest.raises(NotAllowed, match="prvAssignRole"):
        p.add_secret(office.services, developer, client)
    with pytest.raises(NotAllowed, match="prvAssignRole"):
        p.remove_secret(office.services, developer, keyid)
    with office.services.database.reading() as session:
        assert session.scalars(select(ApplicationSecret.keyid)).all() == [keyid]


def test_administrators_are_told_of_each_new_secret_of_the_agent(working: tuple[Office, str, str]) -> None:
    office, agentid, _ = working
    client = p.reports(office.services, office.admin, agentid)[0].inputs["clientid"]
    for _ in range(2):
        p.add_secret(office.services, office.admin, client)
    with office.services.database.reading() as session:
        told = session.scalars(
            select(AppNotification.link).where(
                AppNotification.ownerid == office.adminid, AppNotification.title == "New client secret"
            )
        ).all()
    assert told == ["/agent/prerequisites"] * 2
