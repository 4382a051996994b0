"""A mailbox that cannot be read: the others are, what is wrong is told, and nothing is sent until it is read again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, SALES, Office

from leadwright.actions import health
from leadwright.db.agent import Agent
from leadwright.db.mail import InboundMessage, Mailbox
from leadwright.db.sales import AppNotification
from leadwright.domain.optionsets import AddressApproval
from leadwright.errors import MailError
from leadwright.workflows.conversations import do, due_work, one_round

BO = {"emailaddress1": "bo@southwind.example", "companyname": "Southwind Foods", "firstname": "Bo"}


def of_mailbox(office: Office) -> health.Finding:
    return next(f for f in health.examine(office.services, office.admin) if f.what == SALES)


def test_while_nobody_looks_at_the_inbox_nothing_is_sent_and_the_health_page_fails(office: Office) -> None:
    office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    assert of_mailbox(office).state == "ok"
    folders = office.server.store.accounts[SALES].folders
    inbox = folders.pop("INBOX")
    office.lead(**BO)
    with pytest.raises(MailError):
        office.work()
    office.clock.move_to(office.clock() + timedelta(minutes=31))
    assert office.post is not None
    for _ in range(2):
        office.post.tidy()
    with office.services.database.reading() as session:
        (news,) = session.scalars(select(AppNotification)).all()
    assert (news.ownerid, news.title) == (office.admin.id, f"{SALES} cannot be read")
    assert "INBOX" in news.body
    for work in due_work(office.services, 20):
        do(office.services, work)
    assert office.post.send_due() == 0
    waiting = next(row for row in office.outbox() if row.recipient == BO["emailaddress1"])
    assert (waiting.phase, "was read last at" in waiting.reason) == ("queued", True)
    found = of_mailbox(office)
    assert (found.state, "nothing is sent" in found.detail, "INBOX" in found.detail) == ("fail", True, True)
    folders["INBOX"] = inbox
    office.clock.move_to(office.clock() + timedelta(minutes=1))
    one_round(office.services, office.post)
    assert len(office.mails_to(BO["emailaddress1"])) == 1
    assert of_mailbox(office).state == "ok"


def test_one_mailbox_that_fails_in_a_way_nobody_thought_of_leaves_the_others_read(office: Office) -> None:
    with office.services.database.transaction() as session:
        user = session.get_one(Agent, office.agentid).agentuserid
        session.add(
            Mailbox(
                name="Broken", emailaddress="a@seller.example", regardingobjectid=user, lw_smtphost="localhost",
                lw_imaphost="mail..example", lw_imapsecurity="none",
                emailrouteraccessapproval=AddressApproval.APPROVED,
            )
        )  # fmt: skip
    office.server.deliver("jo@x.example", SALES, b"From: jo@x.example\r\nMessage-ID: <1@x.example>\r\n\r\nHello\r\n")
    with pytest.raises(UnicodeError):
        office.work()
    with office.services.database.reading() as session:
        assert len(session.scalars(select(InboundMessage)).all()) == 1
        broken = session.scalars(select(Mailbox).where(Mailbox.emailaddress == "a@seller.example")).one()
    assert "UnicodeError" in str(broken.lw_lasterror)


def test_after_a_machine_slept_nobody_is_told_that_the_inbox_cannot_be_read(office: Office) -> None:
    office.lead()
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=9))
    assert office.post is not None
    office.post.tidy()
    with office.services.database.reading() as session:
        assert session.scalars(select(AppNotification)).all() == []
