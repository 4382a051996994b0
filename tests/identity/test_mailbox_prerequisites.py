"""Prerequisites 3 and 4 at a real mail server: set up, verified, refused in its words, pausing and resuming."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select, text, update
from tests.identity.conftest import Office
from tests.mail_servers.authority import CLIENT_SECRET, GOOGLE_CLIENT, REFRESH_TOKEN, Authority, running_authority

from leadwright.actions import agent as agents
from leadwright.actions import mailboxes as m
from leadwright.actions import prerequisites as p
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.agent import Agent
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.agent_identity import pause_or_resume
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.sandbox.mail_server import MailServer

SALES = "sales@seller.example"
PASSWORD = "sixteen paper kites"


@dataclass
class Post:
    """An office with an engage agent whose prerequisites 1 and 2 are done, and a mail server."""

    office: Office
    server: MailServer
    agentid: str
    user: str

    def given(self, **other: Any) -> SharedMailbox:
        values: dict[str, Any] = {
            "name": "Sales",
            "address": SALES,
            "smtp_host": "localhost",
            "smtp_port": self.server.smtp_port,
            "smtp_security": "none",
            "imap_host": "localhost",
            "imap_port": self.server.imap_port,
            "imap_security": "none",
            "password": PASSWORD,
            "members": [self.user],
        }
        return SharedMailbox(**values | other)

    def set_up(self, **other: Any) -> str:
        return m.set_up_mailbox(self.office.services, self.office.admin, self.agentid, self.given(**other))

    def tick(self, number: int) -> p.Report:
        return p.mark_done(self.office.services, self.office.admin, self.agentid, number)

    def connect(self, mailboxid: str, address: str = SALES) -> None:
        services, admin = self.office.services, self.office.admin
        m.choose_record(services, admin, self.agentid, mailboxid=mailboxid, address=address)

    def all_done(self) -> str:
        mailboxid = self.set_up()
        assert self.tick(3).done
        self.connect(mailboxid)
        m.approve_email(self.office.services, self.office.admin, self.agentid)
        assert self.tick(4).done
        return mailboxid

    def record(self) -> Mailbox:
        with self.office.services.database.reading() as session:
            return session.scalars(select(Mailbox)).one()

    def agent(self) -> Agent:
        with self.office.services.database.reading() as session:
            return session.get_one(Agent, self.agentid)


def opened(office: Office) -> Iterator[Post]:
    agentid = agents.create_agent(office.services, office.admin, mode="engage")
    _, user = office.identity(agentid)
    with MailServer() as server:
        server.add_account(SALES, PASSWORD)
        yield Post(office, server, agentid, user)


@pytest.fixture
def post(office: Office) -> Iterator[Post]:
    """On SQLite and on PostgreSQL."""
    yield from opened(office)


@pytest.fixture
def small_post(small_office: Office) -> Iterator[Post]:
    """On SQLite alone."""
    yield from opened(small_office)


def found(report: p.Report) -> dict[str, tuple[bool | None, str]]:
    return {c.name: (c.passed, c.detail) for c in report.checks}


def test_the_mailbox_is_set_up_approved_tested_and_both_prerequisites_are_verified(post: Post) -> None:
    mailboxid = post.set_up()
    report = post.tick(3)
    assert report.done, report.checks
    assert [c.name for c in report.checks] == list(report.step.verifies)
    assert len(post.server.log) == 0
    post.connect(mailboxid)
    services, admin = post.office.services, post.office.admin
    with pytest.raises(Conflict, match="is not approved"):
        m.enable_mailbox(services, admin, post.agentid)
    m.approve_email(services, admin, post.agentid)
    trip = m.enable_mailbox(services, admin, post.agentid)
    assert (trip.outgoing, trip.incoming) == ("", "")
    row = post.record()
    assert (row.outgoingemailstatus, row.incomingemailstatus, row.mailboxstatus) == (1, 1, 1)
    assert row.testmailboxaccesscompletedon == post.office.clock()
    report = post.tick(4)
    assert report.done, report.checks
    assert [c.name for c in report.checks] == list(report.step.verifies)
    assert "Success, 2026-03-02 09:00 UTC" in found(report)["Incoming"][1]
    assert len(post.server.log) == 2  # the test, and the tick that rests on one of its own
    assert len(post.server.folder(SALES).messages) == 0
    with services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
        whole = str(session.execute(text("SELECT * FROM mailbox")).all()) + str(
            session.execute(text("SELECT * FROM auditentry")).all()
        )
        assert broken_link(session) is None
    assert {"mailbox.created", "mailbox.connected", "mailbox.approved", "mailbox.tested"} <= set(actions)
    assert PASSWORD not in whole
    assert all(s.state is SetupState.DONE for s in agents.sections(services, admin, post.agentid)[:1])


def test_ticking_what_was_never_set_up_does_not_stay(post: Post) -> None:
    for number, check in ((3, "Shared mailbox"), (4, "Mailbox record")):
        report = post.tick(number)
        assert (report.done, report.state) == (False, SetupState.FAILING)
        assert found(report)[check][0] is False
        assert report.checks[0].remedy


def test_a_wrong_password_is_named_in_the_servers_words(post: Post) -> None:
    post.set_up(password="wrong")
    report = post.tick(3)
    assert not report.done
    assert "535 5.7.8 wrong name or password" in found(report)["Send as"][1]
    assert found(report)["Read"] == (False, found(report)["Read"][1])
    assert "AUTHENTICATIONFAILED" in found(report)["Read"][1]
    assert found(report)["Address"][0] is None


def test_a_server_that_is_not_there_is_named_with_its_port(small_post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    small_post.set_up(smtp_port=port)
    report = small_post.tick(3)
    assert f"localhost:{port} cannot be reached" in found(report)["Send as"][1]
    assert found(report)["Read"][0] is True


def test_a_server_that_drops_the_line_is_said_so(small_post: Post) -> None:
    small_post.server.faults.script = Times(Step.MAIL, Fault(drop=True), times=9)
    small_post.set_up()
    report = small_post.tick(3)
    assert not report.done
    assert "localhost broke off" in found(report)["Send as"][1]


def test_an_address_that_does_not_exist_is_named_in_the_servers_words(small_post: Post) -> None:
    small_post.set_up(address="salse@seller.example", user=SALES)
    report = small_post.tick(3)
    assert found(report)["Address"] == (False, "550 5.1.1 no such mailbox here.")


def test_a_sender_that_the_server_refuses_may_not_send_as_the_address(small_post: Post) -> None:
    small_post.server.faults.script = Times(Step.MAIL, Fault(answer="550 5.7.60 client may not send as this"), times=9)
    small_post.set_up()
    assert found(small_post.tick(3))["Send as"] == (False, "550 5.7.60 client may not send as this.")


def test_the_application_user_must_be_a_member_of_this_mailbox_alone(small_post: Post) -> None:
    small_post.set_up(members=[])
    assert found(small_post.tick(3))["Member"][0] is False
    other = small_post.set_up(address="other@seller.example", user=SALES)
    small_post.set_up()
    assert "No other mailbox" not in {c.name for c in small_post.tick(3).checks if c.passed is False}
    with small_post.office.services.database.transaction() as session:
        session.add(MailboxMember(mailboxid=other, systemuserid=small_post.user))
    report = small_post.tick(3)
    assert found(report)["No other mailbox"] == (False, "Leadwright agent is also a member of 1 other mailbox.")
    with pytest.raises(BadInput, match="application user"):
        small_post.set_up(members=[small_post.office.adminid])
    small_post.set_up()  # whoever is a member here leaves the others
    assert small_post.tick(3).done


def test_the_address_of_a_person_is_not_a_shared_mailbox(small_post: Post) -> None:
    small_post.set_up(address="ada@example.com")
    report = small_post.tick(3)
    assert found(report)["Shared mailbox"] == (
        False,
        "ada@example.com is the address of Ada Admin, not a shared mailbox.",
    )


def test_what_the_server_does_not_say_an_administrator_may_attest(small_post: Post) -> None:
    small_post.server.faults.no_namespace = True
    small_post.set_up()
    report = small_post.tick(3)
    assert (report.done, report.attestable) == (False, True)
    assert found(report)["No other mailbox"][0] is None
    services = small_post.office.services
    exchange = small_post.office.who(small_post.office.person("Exa Admin", "Exchange Administrator"))
    with pytest.raises(NotAllowed, match="Only a System Administrator may attest"):
        p.attest(services, exchange, small_post.agentid, 3)
    report = p.attest(services, small_post.office.admin, small_post.agentid, 3)
    assert (report.done, report.attested) == (True, True)


def test_a_message_that_never_comes_back_fails_incoming_and_a_refused_one_leaves_it_not_run(small_post: Post) -> None:
    small_post.connect(small_post.set_up())
    services, admin, agentid = small_post.office.services, small_post.office.admin, small_post.agentid
    m.approve_email(services, admin, agentid)
    small_post.server.faults.copies = 0
    trip = m.enable_mailbox(services, admin, agentid, seconds=1)
    assert "did not arrive in INBOX" in trip.incoming
    row = small_post.record()
    assert (row.outgoingemailstatus, row.incomingemailstatus, row.mailboxstatus) == (1, 2, 2)
    small_post.server.faults.copies = 1
    small_post.server.faults.script = Times(Step.RCPT, Fault(answer="552 5.2.2 mailbox full"))
    assert m.enable_mailbox(services, admin, agentid).outgoing == "552 5.2.2 mailbox full"
    row = small_post.record()
    assert (row.outgoingemailstatus, row.incomingemailstatus) == (2, 0)
    assert row.lw_outgoingwords == "552 5.2.2 mailbox full"


def test_the_record_takes_only_the_address_of_the_shared_mailbox(small_post: Post) -> None:
    with pytest.raises(Conflict, match="Set up prerequisites 2 and 3 first"):
        small_post.connect("none")
    mailboxid = small_post.set_up()
    with pytest.raises(BadInput, match=f"is {SALES}. Enter this address"):
        small_post.connect(mailboxid, "other@seller.example")
    with pytest.raises(BadInput, match="no such mailbox record"):
        small_post.connect("none")
    small_post.connect(mailboxid, " Sales@SELLER.example ")
    assert small_post.record().regardingobjectid == small_post.user


def test_setting_the_mailbox_up_anew_asks_for_approval_and_test_again(small_post: Post) -> None:
    small_post.all_done()
    with pytest.raises(Conflict, match="Clear the mark"):
        small_post.set_up()
    p.unmark(small_post.office.services, small_post.office.admin, small_post.agentid, 3)
    small_post.set_up(name="Sales of the west", password="")
    row = small_post.record()
    assert (row.name, row.emailrouteraccessapproval, row.outgoingemailstatus) == ("Sales of the west", 2, 0)
    assert [r.done for r in p.reports(small_post.office.services, small_post.office.admin, small_post.agentid)] == [
        True,
        True,
        False,
        False,
    ]
    assert small_post.tick(3).done


def test_a_stored_password_is_never_sent_to_another_server(small_post: Post) -> None:
    small_post.set_up()
    for other in ({"smtp_host": "127.0.0.1"}, {"imap_port": 1}, {"user": "somebody"}):
        with pytest.raises(BadInput, match="Enter the password of the mailbox again") as refused:
            small_post.set_up(password="", **other)
        assert refused.value.field == "password"


def by_token(authority: Authority, **other: str) -> dict[str, str]:
    return {
        "password": "",
        "sign_in": "google",
        "client_id": GOOGLE_CLIENT,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "token_url": authority.google,
        **other,
    }


def test_a_mailbox_that_signs_in_with_a_token_is_verified_and_its_secrets_stand_nowhere(post: Post) -> None:
    with running_authority(SALES) as authority:
        post.set_up(**by_token(authority))
        report = post.tick(3)
        assert not report.done
        assert "535 5.7.8 wrong name or password" in found(report)["Send as"][1]
        post.server.store.accounts[SALES].password = list(authority.issued)[-1]  # the sandbox takes it for the token
        report = post.tick(3)
        assert report.done, report.checks
        p.unmark(post.office.services, post.office.admin, post.agentid, 3)
        post.set_up(**by_token(authority, client_secret="", refresh_token=""))
        assert post.tick(3).done
    with post.office.services.database.reading() as session:
        whole = "".join(str(session.execute(text(f"SELECT * FROM {t}")).all()) for t in ("mailbox", "auditentry"))
    for secret in (CLIENT_SECRET, REFRESH_TOKEN, PASSWORD, *authority.issued):
        assert secret not in whole


def test_a_refused_token_is_told_in_the_endpoints_words_with_what_to_do(small_post: Post) -> None:
    with running_authority(SALES) as authority:
        small_post.set_up(**by_token(authority, refresh_token="1//revoked"))
        report = small_post.tick(3)
    said = found(report)["Send as"]
    assert said[0] is False
    assert "Token has been expired or revoked." in said[1]
    assert "Sign in at Google anew" in said[1]


def test_stored_secrets_of_an_application_never_go_to_another_endpoint_or_server(small_post: Post) -> None:
    with running_authority(SALES) as authority:
        small_post.set_up(**by_token(authority))
        kept = by_token(authority, client_secret="", refresh_token="")
        for other in ({"token_url": ""}, {"client_id": "another"}, {"smtp_host": "127.0.0.1"}):
            with pytest.raises(BadInput, match="Enter the client secret again") as refused:
                small_post.set_up(**kept | other)
            assert refused.value.field == "client_secret"
        with pytest.raises(BadInput, match="Enter the password of the mailbox again"):
            small_post.set_up(password="")
        small_post.set_up()
        assert small_post.record().lw_sealedclientsecret is None
        with pytest.raises(BadInput, match="Enter the client secret"):
            small_post.set_up(**kept)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"sign_in": "kerberos"}, "sign_in"),
        ({"client_id": " "}, "client_id"),
        ({"sign_in": "microsoft", "tenant": "common"}, "tenant"),
        ({"token_url": "http://login.example/token"}, "token_url"),
        ({"refresh_token": ""}, "refresh_token"),
    ],
)
def test_an_application_that_cannot_work_is_refused_at_its_field(
    small_post: Post, other: dict[str, str], field: str
) -> None:
    with running_authority(SALES) as authority, pytest.raises(BadInput) as refused:
        small_post.set_up(**by_token(authority, **other))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "sales"}, "address"),
        ({"smtp_host": ""}, "smtp_host"),
        ({"imap_host": "mail.example.com/x"}, "imap_host"),
        ({"imap_port": 0}, "imap_port"),
        ({"smtp_security": "ssl"}, "smtp_security"),
        ({"smtp_host": "mail.example.com"}, "smtp_security"),
        ({"password": ""}, "password"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(small_post: Post, other: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        small_post.set_up(**other)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("role", "number", "missing", "has_it"),
    [
        ("Sales Manager", 3, "prvCreateMailbox", "Exchange Administrator"),
        ("Application Developer", 3, "prvCreateMailbox", "Exchange Administrator"),
        ("Exchange Administrator", 4, "prvWriteUser", "System Administrator"),
    ],
)
def test_who_may_not_is_told_the_missing_privilege_and_the_role_that_has_it(
    small_post: Post, role: str, number: int, missing: str, has_it: str
) -> None:
    who = small_post.office.who(small_post.office.person("Pat Person", role))
    with pytest.raises(NotAllowed, match=f"{missing}, which the role {has_it} has") as refused:
        p.mark_done(small_post.office.services, who, small_post.agentid, number)
    assert refused.value.privilege == missing
    report = p.reports(small_post.office.services, who, small_post.agentid)[number - 1]
    assert (report.may, report.missing_role) == (False, has_it)


def test_an_exchange_administrator_sets_the_mailbox_up_approves_and_tests_it(small_post: Post) -> None:
    services, agentid = small_post.office.services, small_post.agentid
    who = small_post.office.who(small_post.office.person("Exa Admin", "Exchange Administrator"))
    mailboxid = m.set_up_mailbox(services, who, agentid, small_post.given())
    assert p.mark_done(services, who, agentid, 3).done
    small_post.connect(mailboxid)
    m.approve_email(services, who, agentid)
    assert m.enable_mailbox(services, who, agentid).outgoing == ""


def test_an_engage_agent_whose_prerequisites_are_done_is_not_started_without_a_postal_address(post: Post) -> None:
    post.all_done()
    post.office.configure(post.agentid)
    services = replace(post.office.services, rehearses=True)  # the mail server here is the built-in one
    missing = agents.can_start(services, post.office.admin, post.agentid)
    assert "postal address" in missing[0]
    assert not any(reason.startswith("Prerequisites") for reason in missing)
    with pytest.raises(agents.NotReady, match="postal address"):
        agents.start_agent(services, post.office.admin, post.agentid)


def test_a_mailbox_that_breaks_pauses_an_engage_agent_and_one_that_mends_resumes_it(post: Post) -> None:
    post.all_done()
    services, clock = post.office.services, post.office.clock
    with services.database.transaction() as session:
        session.execute(update(Agent).values(state=AgentState.ON))
    sent = len(post.server.log)
    assert pause_or_resume(services) == ()
    account = post.server.store.accounts[SALES]
    account.password = "changed on the server"
    clock.move(seconds=40)
    assert pause_or_resume(services) == ()  # mail servers are asked every 45 seconds
    clock.move(seconds=10)
    assert len(pause_or_resume(services)) == 1
    paused = post.agent()
    assert paused.state == AgentState.PAUSED
    assert "535 5.7.8 wrong name or password" in (paused.statereason or "")
    account.password = PASSWORD
    assert pause_or_resume(services) == ()
    clock.move(minutes=1)
    assert len(pause_or_resume(services)) == 1
    assert post.agent().state == AgentState.ON
    assert len(post.server.log) == sent  # the schedule signs in, it never sends


def test_a_research_agent_does_not_depend_on_the_mailbox(small_office: Office) -> None:
    agentid = small_office.agent()
    small_office.identity(agentid)
    small_office.configure(agentid)
    assert agents.start_agent(small_office.services, small_office.admin, agentid) == 1
