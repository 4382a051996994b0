"""The four prerequisites on Dynamics 365, against the stand-in over TLS: verified, refused with the reason, pausing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.identity.conftest import Office
from tests.identity.contoso import SALES, Contoso, opened

from leadwright.actions import administrator_errand as errands
from leadwright.actions import dynamics_mailbox as mailboxes
from leadwright.actions import dynamics_platform as platform
from leadwright.actions import dynamics_user as users
from leadwright.actions import mirror
from leadwright.actions import prerequisites as p
from leadwright.actions.dynamics_values import ConnectionForm
from leadwright.actions.mailbox_kind import choose_kind
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.audit import broken_link
from leadwright.db.mail import Mailbox, MailboxFolder, Outbox
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.domain.mail_phase import Phase
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.agent_identity import agent_principal, pause_or_resume
from leadwright.identity.seed import root_business_unit
from leadwright.mail.arrivals import VALIDITY, Arrival, Arrivals
from leadwright.sandbox.dynamics import entra_applications, entra_grants, entra_users, exchange
from leadwright.sandbox.dynamics.dataverse import records, roles, seed
from leadwright.sandbox.dynamics.dataverse.store import delete_table, stamp


@pytest.fixture
def contoso(office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """On SQLite and on PostgreSQL."""
    with opened(office, tmp_path) as made:
        yield made


@pytest.fixture
def small_contoso(small_office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """On SQLite alone."""
    with opened(small_office, tmp_path) as made:
        yield made


def found(report: p.Report) -> dict[str, tuple[bool | None, str]]:
    return {c.name: (c.passed, c.detail) for c in report.checks}


def test_the_four_prerequisites_are_set_up_and_verified(contoso: Contoso) -> None:
    contoso.all_done()
    for report in p.reports(contoso.services, contoso.office.admin, contoso.agentid):
        assert report.done
        assert [c.name for c in report.checks] == list(report.step.verifies)
        assert all(c.passed for c in report.checks), report.checks


def test_texts_and_ids_are_those_of_dynamics_and_the_agent_works_as_the_mirrored_user(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    titles = [r.step.title for r in p.reports(contoso.services, contoso.office.admin, contoso.agentid)]
    assert titles[0] == "Create application in Azure"
    with contoso.services.database.reading() as session:
        agent = session.get_one(Agent, contoso.agentid)
        user = session.get_one(SystemUser, contoso.app.userid)
        unit = session.get_one(BusinessUnit, user.businessunitid)
        mailbox = session.get_one(Mailbox, contoso.mailboxid)
        assert agent.agentuserid == contoso.app.userid
        assert user.applicationid == contoso.app.application.appid
        assert unit.parentbusinessunitid == root_business_unit(session)
        assert (mailbox.emailaddress, mailbox.regardingobjectid) == (SALES, contoso.app.userid)
        assert (mailbox.incomingemailstatus, mailbox.emailrouteraccessapproval) == (1, 1)
    who = agent_principal(contoso.services, contoso.agentid)
    assert who.id == contoso.app.userid
    assert broken_chain(contoso) is None


def broken_chain(contoso: Contoso) -> int | None:
    with contoso.services.database.reading() as session:
        return broken_link(session)


def test_a_user_with_another_role_is_refused_with_the_name_of_that_role(small_contoso: Contoso) -> None:
    contoso = small_contoso
    assert contoso.tick(1).done
    seed.give_role(contoso.world, contoso.app.userid, "Salesperson")
    seed.take_role(contoso.world, contoso.app.userid, "AISalesPerson")
    with pytest.raises(BadInput, match="holds Salesperson, not AISalesPerson"):
        contoso.find_user()
    assert not contoso.row(2).inputs
    seed.take_role(contoso.world, contoso.app.userid, "Salesperson")
    with pytest.raises(BadInput, match=r"holds no security role.* > Edit security roles\."):
        contoso.find_user()
    (check,) = [c for c in contoso.tick(2).checks if c.name == "Security role"]
    assert check.remedy == "Give it the role under Application users > Edit security roles."


def test_a_disabled_or_absent_user_is_refused_with_what_to_do(small_contoso: Contoso) -> None:
    contoso = small_contoso
    by = seed.administrator(contoso.world)
    records.update(contoso.world, "systemuser", contoso.app.userid, {"isdisabled": True}, by=by)
    with pytest.raises(BadInput, match=r"disabled.*Activate it"):
        contoso.find_user()
    other = "11111111-1111-1111-1111-111111111111"
    records.update(contoso.world, "systemuser", contoso.app.userid, {"applicationid": other}, by=by)
    with pytest.raises(BadInput, match=r"no application user with the client ID .* \+ New app user"):
        contoso.find_user()


def test_a_missing_privilege_is_named_with_the_depth_it_takes(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    change_role(contoso, {"prvAssignLead": 0, "prvReadContact": roles.BASIC, "prvWriteActivity": roles.BASIC})
    report = contoso.tick(2)
    checks = found(report)
    only = "(Organization; held only at User depth)"
    named = f"prvAssignLead (Organization), prvReadContact {only}, prvWriteActivity {only}"
    assert checks["Privileges"] == (False, f"Missing: {named}.")
    (remedy,) = [check.remedy for check in report.checks if check.name == "Privileges"]
    assert "make one beside it under Security roles > + New role" in remedy
    assert checks["Security role"][0] is True
    assert "Not allowed for contact" in checks["Change tracking"][1]


def test_what_only_deleting_over_there_needs_is_named_and_fails_nothing(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    named = "To delete there any lead that is deleted here, and for nothing else, it needs prvDeleteLead (Organization"
    for depth, words in ((roles.BASIC, f"{named}; held only at User depth)."), (0, f"{named}).")):
        change_role(contoso, {"prvDeleteLead": depth})
        report = contoso.tick(2)
        assert report.done
        passed, said = found(report)["Privileges"]
        assert (passed, said.endswith(words)) == (True, True)
    change_role(contoso, {"prvDeleteLead": roles.GLOBAL, "prvAppendToTransactionCurrency": 0})
    report = contoso.tick(2)
    assert report.done
    assert found(report)["Privileges"][1].endswith(
        "To make the records of a qualified lead in its currency, and for nothing else, it needs "
        "prvAppendToTransactionCurrency (Organization)."
    )
    change_role(contoso, {"prvAppendToTransactionCurrency": roles.GLOBAL})
    assert found(contoso.tick(2))["Privileges"][1].endswith("holds each privilege the agent needs.")


def test_mails_are_polled_in_any_case_and_nothing_is_advised_for_them(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    change_role(contoso, {"prvReadActivity": roles.BASIC})
    checks = found(contoso.tick(2))
    assert "prvReadActivity" in checks["Privileges"][1]
    assert checks["Change tracking"] == (True, "On for every table, and the role reads all rows.")


def test_tables_of_microsofts_agent_are_checked_only_when_they_are_filled_and_fail_nothing(
    small_contoso: Contoso,
) -> None:
    contoso = small_contoso
    services, admin = contoso.services, contoso.office.admin
    contoso.all_done()
    change_role(contoso, {"prvCreatemsdyn_leadagentresult": 0})
    assert "Agent tables" not in found(contoso.tick(2))
    said = mirror.fill_agent_tables(services, admin, on=True)
    assert said.startswith("Missing: prvCreatemsdyn_leadagentresult (User). What is to be written there waits")
    report = contoso.tick(2)
    (check,) = [c for c in report.checks if c.name == "Agent tables"]
    assert (report.done, check.passed, check.warns) == (True, True, True)
    assert check.privilege == "prvCreatemsdyn_leadagentresult"
    change_role(contoso, {"prvCreatemsdyn_leadagentresult": roles.BASIC})
    assert mirror.fill_agent_tables(services, admin, on=True) == ""
    delete_table(contoso.world, "msdyn_salesagenthandover")
    checks = found(contoso.tick(2))
    assert "Not installed in this organisation: msdyn_salesagenthandover." in checks["Agent tables"][1]
    contoso.world.break_it("server error", {"status": 503})
    assert "cannot be asked now" in mirror.fill_agent_tables(services, admin, on=True)
    assert mirror.fill_agent_tables(services, admin, on=False) == ""
    contoso.world.mend()
    assert "Agent tables" not in found(contoso.tick(2))


def change_role(contoso: Contoso, depths: dict[str, int]) -> None:
    role = seed.role_named(contoso.world, "AISalesPerson")
    with contoso.world.transaction() as db:
        roles.set_privileges(db, role, depths, "2026-03-02T09:00:00Z")


def test_taking_the_role_away_pauses_the_agent_with_the_reason_and_giving_it_back_resumes(contoso: Contoso) -> None:
    started(contoso)
    seed.give_role(contoso.world, contoso.app.userid, "Basic User")
    seed.take_role(contoso.world, contoso.app.userid, "AISalesPerson")
    contoso.office.clock.move(minutes=1)
    (said,) = pause_or_resume(contoso.services)
    assert "does not hold the security role AISalesPerson, only Basic User" in said
    with pytest.raises(NotAllowed, match="AISalesPerson"):
        agent_principal(contoso.services, contoso.agentid)
    seed.give_role(contoso.world, contoso.app.userid, "AISalesPerson")
    contoso.office.clock.move(minutes=1)
    assert [s for s in pause_or_resume(contoso.services) if "on again" in s]
    assert agent_principal(contoso.services, contoso.agentid).id == contoso.app.userid


def started(contoso: Contoso) -> None:
    contoso.all_done()
    contoso.office.configure(contoso.agentid)
    with contoso.services.database.transaction() as session:
        session.get_one(Agent, contoso.agentid).state = AgentState.ON


def test_an_outage_pauses_nothing_and_keeps_the_evidence(small_contoso: Contoso) -> None:
    contoso = small_contoso
    started(contoso)
    before = evidence(contoso)
    contoso.world.break_it("server error", {"status": 503})
    contoso.office.clock.move(hours=2)
    assert pause_or_resume(contoso.services) == ()
    assert evidence(contoso) == before
    assert contoso.row(2).state == SetupState.DONE


def evidence(contoso: Contoso) -> list[dict[str, tuple[bool | None, str]]]:
    return [found(r) for r in p.reports(contoso.services, contoso.office.admin, contoso.agentid)]


def test_between_two_looks_nothing_is_asked(small_contoso: Contoso) -> None:
    contoso = small_contoso
    started(contoso)
    contoso.office.clock.move(minutes=1)
    pause_or_resume(contoso.services)
    asked = requests(contoso)
    contoso.office.clock.move(seconds=10)
    pause_or_resume(contoso.services)
    agent_principal(contoso.services, contoso.agentid)
    assert requests(contoso) == asked


def requests(contoso: Contoso) -> int:
    with contoso.world.reading() as db:
        return int(db.execute("SELECT count(*) FROM seen").fetchone()[0])


def test_what_graph_does_not_show_may_be_attested_and_another_mailbox_open_may_not(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.share_mailbox()
    contoso.tick(1)
    contoso.find_user()
    mailboxes.name_shared_mailbox(contoso.services, contoso.office.admin, contoso.agentid, address=SALES)
    report = contoso.tick(3)
    assert not report.done
    assert report.attestable
    assert found(report)["Kind"][0] is None
    exists, kind = report.checks[:2]
    assert "Microsoft Graph (users): access is denied" in exists.detail
    assert ("User.Read.All" in exists.remedy, "MailboxSettings.Read" in kind.remedy) == (True, True)
    assert p.attest(contoso.services, contoso.office.admin, contoso.agentid, 3).attested
    p.unmark(contoso.services, contoso.office.admin, contoso.agentid, 3)
    contoso.grant("User.Read.All", "MailboxSettings.Read", "Mail.ReadWrite")
    report = contoso.tick(3)
    assert found(report)["Own mailbox"][0] is True
    assert "tenant-wide" in found(report)["No other mailbox"][1]
    assert "RBAC for Applications" in {c.name: c.remedy for c in report.checks}["No other mailbox"]
    with pytest.raises(Conflict, match="because a check fails"):
        p.attest(contoso.services, contoso.office.admin, contoso.agentid, 3)


def test_the_record_chosen_again_goes_the_way_it_went_and_another_address_is_read_from_now(
    small_contoso: Contoso,
) -> None:
    contoso, second = small_contoso, "second@contoso.com"
    services, admin, agentid, mailboxid = contoso.services, contoso.office.admin, contoso.agentid, contoso.mailboxid
    contoso.all_done()
    choose_kind(services, admin, agentid, "graph")
    arrivals, link = Arrivals(services.database, mailboxid), "https://graph.example/users/sales/delta"
    arrivals.keep([Arrival("one of the first inbox", 1, None)], link)
    p.unmark(services, admin, agentid, 3)
    mailboxes.name_shared_mailbox(services, admin, agentid, address=SALES)
    mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid)
    with services.database.reading() as session:
        row = session.get_one(Mailbox, mailboxid)
    assert (row.lw_kind, row.lw_filessent, arrivals.place()) == ("graph", True, link)
    contoso.share_mailbox(second)
    mailboxes.name_shared_mailbox(services, admin, agentid, address=second)
    mail = Outbox(
        businesskey="one", mailboxid=mailboxid, messageid="<1@contoso.com>", sender=SALES, recipient="pat@example.net",
        recipienthash="", domainhash="", raw=b"", phase=Phase.UNKNOWN,
    )  # fmt: skip
    with services.database.transaction() as session:
        session.add(mail)
    with pytest.raises(Conflict, match="not known yet whether it left"):
        mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid)
    (there,) = records.find(contoso.world, "mailbox", mailboxid=mailboxid)
    assert there["emailaddress"] == SALES, "what is refused here is not half done over there"
    with services.database.transaction() as session:
        session.scalars(select(Outbox)).one().phase = Phase.SENT
    mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid)
    with services.database.reading() as session:
        row, folder = session.get_one(Mailbox, mailboxid), session.get_one(MailboxFolder, (mailboxid, "INBOX"))
        assert (row.lw_kind, row.emailaddress) == ("graph", second)
        assert "since" in str(folder.place), "a delta link of the first inbox tells nothing of the second"
        assert (folder.uidvalidity, folder.lastuid) == (VALIDITY, 1), "what came into the first is not asked for"
    choose_kind(services, admin, agentid, "dataverse")
    mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid)
    with services.database.reading() as session:
        assert session.get_one(Mailbox, mailboxid).lw_kind == "dataverse"


def test_a_mailbox_record_is_read_back_and_a_failed_test_shows_its_alert(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    contoso.mailbox(emailrouteraccessapproval=3)
    contoso.world.break_it("slow mailbox test", 60)  # the clock stands still: it stays queued
    contoso.mailbox(testemailconfigurationscheduled=True)
    checks = found(contoso.tick(4))
    assert checks["Approved"] == (False, f"The address {SALES} is not approved (rejected).")
    assert checks["Outgoing"] == (False, "A test is under way.")
    contoso.world.mend()
    contoso.synchronise()
    checks = found(contoso.tick(4))
    assert "requires approval by an Office 365 tenant administrator" in checks["Incoming"][1]
    contoso.mailbox(statecode=1)
    assert "is inactive" in found(contoso.tick(4))["Mailbox record"][1]


def test_a_mail_that_answers_nothing_arrives_because_all_mail_is_tracked(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    assert found(contoso.tick(4))["Tracked mail"] == (True, "All email messages of the application user are tracked.")
    raw = f"From: pat@example.net\r\nTo: {SALES}\r\nSubject: remove me\r\n\r\nPlease.\r\n"
    exchange.deliver(contoso.world, raw.encode(), [SALES])
    contoso.synchronise()
    assert [row["subject"] for row in records.find(contoso.world, "email", directioncode=False)] == ["remove me"]


@pytest.mark.parametrize(("which", "passed", "words"), [
    (1, False, "is not seen."), (2, True, "from another address"), (4, False, "no email messages alone"),
])  # fmt: skip
def test_what_else_is_tracked_fails_or_warns_with_who_can_mend_it(
    small_contoso: Contoso, which: int, passed: bool, words: str
) -> None:
    contoso = small_contoso
    contoso.all_done()
    contoso.tracks(which)
    (check,) = [c for c in contoso.tick(4).checks if c.name == "Tracked mail"]
    assert (check.passed, words in check.detail, check.warns) == (passed, True, passed)
    assert f"usersettingscollection({contoso.app.userid})" in check.remedy
    assert "System Administrator" in check.remedy


def test_an_application_that_may_not_change_its_settings_leaves_that_to_an_administrator(
    small_contoso: Contoso,
) -> None:
    contoso = small_contoso
    services, admin, agentid = contoso.services, contoso.office.admin, contoso.agentid
    contoso.all_done()
    p.unmark(services, admin, agentid, 4)
    contoso.tracks(1)
    with contoso.world.transaction() as db:
        role = seed.role_named(contoso.world, "AISalesPerson")
        roles.set_privileges(db, role, {"prvWriteUserSettings": 0}, stamp(contoso.world.clock()))
    mailboxes.choose_record(services, admin, agentid, mailboxid=contoso.mailboxid)
    assert found(contoso.tick(4))["Tracked mail"][0] is False
    seed.give_role(contoso.world, contoso.app.userid, "System Administrator")
    mailboxes.choose_record(services, admin, agentid, mailboxid=contoso.mailboxid)
    assert contoso.tick(4).done


def test_an_organisation_that_waives_approval_makes_it_a_warning(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    by = seed.administrator(contoso.world)
    values = {"requireapprovalforuseremail": False}
    records.update(contoso.world, "organization", contoso.world.organizationid, values, by=by)
    contoso.mailbox(emailrouteraccessapproval=2)
    contoso.mailbox(testemailconfigurationscheduled=True)
    contoso.synchronise()
    report = contoso.tick(4)
    assert report.done
    (warned,) = [c for c in report.checks if c.warns]
    assert warned.name == "Approved"
    assert "lets its mail through" in warned.detail


def test_approving_is_refused_with_who_may_and_where_until_the_caller_may(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    p.unmark(contoso.services, contoso.office.admin, contoso.agentid, 4)
    contoso.mailbox(emailrouteraccessapproval=2)
    services, admin, agentid = contoso.services, contoso.office.admin, contoso.agentid
    assert not mailboxes.may_approve_here(services, admin, agentid)
    with pytest.raises(Conflict, match=rf"Delegated Mailbox Approver.*/_portal/dynamics/mailboxes/{contoso.mailboxid}"):
        mailboxes.approve_email(services, admin, agentid)
    for role in ("System Administrator", "Delegated Mailbox Approver"):
        seed.give_role(contoso.world, contoso.app.userid, role)
    assert mailboxes.may_approve_here(services, admin, agentid)
    mailboxes.approve_email(services, admin, agentid)
    assert mailboxes.record_state(services, admin, agentid).is_approved


def sign_in_to_approve(contoso: Contoso) -> str:
    """An administrator signs in for Approve Email; what is said of it then."""
    services, admin = contoso.services, contoso.office.admin
    waits = errands.begin(services, admin, contoso.agentid, errands.Wanted(errands.Errand.APPROVE))
    user = entra_users.user(contoso.world, "admin@contoso.onmicrosoft.com")
    assert user is not None
    entra_grants.settle_device(contoso.world, waits.usercode, user.objectid, accepted=True)
    contoso.mailbox(emailrouteraccessapproval=2)
    return errands.go_on(services, admin, waits.ticket)


def test_who_may_approve_and_not_set_what_is_tracked_approves_and_is_told_what_is_left(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    contoso.tracks(1)
    contoso.world.break_it("deny row", contoso.app.userid)
    said = sign_in_to_approve(contoso)
    assert "The address is approved, and the test of the mailbox is queued" in said
    assert "could not be set to be tracked" in said
    assert mailboxes.record_state(contoso.services, contoso.office.admin, contoso.agentid).is_approved
    contoso.world.mend()
    assert tracked(contoso) == 1
    with contoso.services.database.transaction() as session:  # found under prerequisite 1 alone
        session.get_one(Prerequisite, (contoso.agentid, 2)).inputs = {}
    assert "All mail of the application user is tracked." in sign_in_to_approve(contoso)
    assert tracked(contoso) == 0


def test_what_is_tracked_stays_where_mail_is_read_through_graph(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    contoso.tracks(1)
    choose_kind(contoso.services, contoso.office.admin, contoso.agentid, "graph")
    assert "tracked" not in sign_in_to_approve(contoso)
    assert tracked(contoso) == 1


def tracked(contoso: Contoso) -> int:
    row = records.read(contoso.world, "usersettings", contoso.app.userid)
    assert row is not None
    return int(row["incomingemailfilteringmethod"])


def test_going_back_to_the_built_in_platform_begins_anew_and_so_does_coming_again(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.all_done()
    services, admin, agentid = contoso.services, contoso.office.admin, contoso.agentid
    with pytest.raises(Conflict, match="on Dynamics 365"):
        p.unmark(services, admin, agentid, 1)
        p.register_application(services, admin, agentid, name="Built-in")
    platform.leave(services, admin, agentid)
    assert [r.state for r in p.reports(services, admin, agentid)] == ["not_started"] * 4
    made = p.register_application(services, admin, agentid, name="Built-in")
    p.create_application_user(services, admin, agentid, clientid=made.clientid)
    assert contoso.tick(2).done
    form = ConnectionForm(
        contoso.standin.origin, contoso.world.tenantid, contoso.app.application.appid, secret=contoso.app.secret
    )
    platform.connect(services, admin, agentid, form)
    assert contoso.row(2).inputs == {}
    assert contoso.tick(1).done
    contoso.find_user()
    assert contoso.tick(2).done


def test_the_connection_is_not_changed_while_the_agent_works_but_its_secret_is(small_contoso: Contoso) -> None:
    contoso = small_contoso
    started(contoso)
    services, admin, agentid = contoso.services, contoso.office.admin, contoso.agentid
    form = ConnectionForm(contoso.standin.origin, contoso.world.tenantid, "1" * 8 + "-1111-1111-1111-" + "1" * 12)
    with pytest.raises(Conflict, match="is working"):
        platform.connect(services, admin, agentid, form)
    with pytest.raises(Conflict, match="is working"):
        platform.leave(services, admin, agentid)
    _, secret = entra_applications.add_secret(contoso.world, contoso.app.application.objectid)
    platform.new_secret(services, admin, agentid, secret, datetime(2027, 6, 1, tzinfo=UTC))
    assert "valid until 2027-06-01" in found(contoso.tick(1))["Credential"][1]


def test_an_address_of_a_person_is_no_shared_mailbox(small_contoso: Contoso) -> None:
    contoso = small_contoso
    contoso.office.person("Pat Person", "Salesperson")
    with pytest.raises(BadInput, match="is the address of Pat Person"):
        mailboxes.name_shared_mailbox(
            contoso.services, contoso.office.admin, contoso.agentid, address="Pat.Person@example.com"
        )


@pytest.mark.parametrize(("role", "allowed"), [("Application Developer", {1}), ("Exchange Administrator", set())])
def test_each_role_may_do_its_own_steps(small_contoso: Contoso, role: str, allowed: set[int]) -> None:
    contoso = small_contoso
    who = contoso.office.who(contoso.office.person("Pat Person", role))
    for number in (1, 2):
        if number in allowed:
            assert p.mark_done(contoso.services, who, contoso.agentid, number).done
        else:
            with pytest.raises(NotAllowed):
                p.mark_done(contoso.services, who, contoso.agentid, number)
    with pytest.raises(NotAllowed, match="prvCreateUser"):
        users.find_application_user(contoso.services, who, contoso.agentid)
    with pytest.raises(NotAllowed, match=r"prvCreateApplication|prvAssignRole"):
        platform.leave(contoso.services, who, contoso.agentid)
