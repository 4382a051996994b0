"""The password of the mailbox is replaced, and the former one is refused at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, MONDAY, SALES, Clock, Office, _sandbox_line, open_office, start
from tests.unguarded import harm_is_found

from leadwright.actions import agent as agents
from leadwright.actions import mailboxes, prerequisites
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.sandbox.invariants import prove
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.sandbox.mail_server import MailServer
from leadwright.workflows.post import Post

BEN = "ben@southwind.example"
NEW = "seventeen paper kites"


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    clock = Clock(MONDAY)
    with MailServer(clock=clock) as server:
        made = open_office(sqlite_database, tmp_path, server, clock)
        start(made)
        yield made
        if made.post:
            made.post.close()
        made.services.reader.close()


def said(office: Office) -> str:
    with office.services.database.reading() as session:
        return session.scalars(select(Mailbox.lw_lasterror)).one() or ""


def enter_password(office: Office) -> None:
    """As an administrator does: stop, set up, approve, test and enable, start. The process works on."""
    services, admin, agentid = office.services, office.admin, office.agentid
    agents.stop_agent(services, admin, agentid, "halt")
    for number in (4, 3):
        prerequisites.unmark(services, admin, agentid, number)
    with services.database.reading() as session:
        members = list(session.scalars(select(MailboxMember.systemuserid)))
    line = _sandbox_line(office.server) | {"password": NEW}
    given = SharedMailbox(name="Seller Robotics", address=SALES, members=members, **line)
    mailboxes.set_up_mailbox(services, admin, agentid, given)
    assert prerequisites.mark_done(services, admin, agentid, 3).done
    mailboxes.approve_email(services, admin, agentid)
    assert prerequisites.mark_done(services, admin, agentid, 4).done
    agents.start_agent(services, admin, agentid)


def test_the_next_mail_goes_by_the_new_password_and_none_is_lost(office: Office) -> None:
    office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    office.server.store.accounts[SALES].password = NEW
    office.server.faults.script = Times(Step.MAIL, Fault(answer="421 4.7.0 your password was changed"))
    office.lead(firstname="Ben", emailaddress1=BEN, companyname="Southwind Foods")
    office.work()
    office.pass_days(0.1)
    assert office.mails_to(BEN) == []
    assert "535 5.7.8 wrong name or password" in said(office)
    enter_password(office)
    office.pass_days(1)
    assert len(office.mails_to(BEN)) == 1
    assert len(office.mails_to(ADA)) == 1
    proofs = prove(office.services, office.sent, office.server.folder(SALES), office.clock())
    assert [(p.number, p.broken) for p in proofs if p.broken] == []


def test_a_naive_build_that_keeps_what_it_opened_sends_nothing_until_it_is_restarted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, MailboxPort | None] = {}
    plain = Post._open

    def open_once(self: Post, mailbox: Mailbox) -> MailboxPort | None:
        if mailbox.mailboxid not in kept:
            kept[mailbox.mailboxid] = plain(self, mailbox)
        return kept[mailbox.mailboxid]

    monkeypatch.setattr(Post, "_open", open_once)
    with harm_is_found():
        test_the_next_mail_goes_by_the_new_password_and_none_is_lost(office)
