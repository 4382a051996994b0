"""Mails wait for a person: bound to their bytes and recipient, void when either changes or the time is over."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from tests.desks.handed_over import person
from tests.engage.office import ADA, Office

from leadwright.actions import approvals, conversations, oversight
from leadwright.actions.approvals import WaitingMail
from leadwright.actions.outcome import save_draft
from leadwright.actions.oversight import Watch
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import Phase
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.access import Principal

ALL = Watch(firstmails=True, followups=True, answers=True)


def _waiting(office: Office, who: Principal) -> list[WaitingMail]:
    return approvals.waiting_mails(office.services, who)[0]


def _boss(office: Office) -> Principal:
    return person(office, office.supervisor)


def test_a_first_mail_waits_until_it_is_approved_and_leaves_at_once_then(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    assert (mail.kind, mail.recipient) == ("first_mail", ADA)
    assert "Unsubscribe" in mail.text
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    assert approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)]) == 1
    assert approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)]) == 0
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 1
    assert _waiting(office, boss) == []
    office.pass_days(6)
    assert [m.kind for m in _waiting(office, boss)] == ["follow_up"]
    assert len(office.mails_to(ADA)) == 1


def test_only_the_kinds_that_were_chosen_wait(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(answers=True))
    office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    office.answer(ADA, "What does it cost a month for each robot?")
    office.work()
    assert len(office.mails_to(ADA)) == 1
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    assert mail.kind == "answer"
    assert mail.in_thread
    approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)])
    office.work()
    assert len(office.mails_to(ADA)) == 2


def test_other_words_void_an_approval(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    body = "Hello Ada,\n\nmay I show you our robots?"
    new = approvals.change(office.services, boss, mail.outboxid, mail.contenthash, subject="Robots", body=body)
    assert new != mail.contenthash
    with pytest.raises(Conflict, match="changed since"):
        approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)])
    approvals.approve(office.services, boss, [(mail.outboxid, new)])
    office.work()
    (sent,) = office.mails_to(ADA)
    assert sent["Subject"] == "Robots"
    assert "may I show you our robots?" in str(sent.get_body(("plain",)))


def test_bytes_or_recipient_changed_behind_its_back_void_an_approval(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)])
    with office.services.database.transaction() as session:
        row = session.get_one(Outbox, mail.outboxid)
        row.raw = row.raw + b"\r\nPS: free of charge.\r\n"
    office.work()
    assert office.mails_to(ADA) == []
    (again,) = _waiting(office, boss)
    assert again.contenthash != mail.contenthash


def test_an_approval_ends(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)])
    with office.services.database.transaction() as session:
        session.execute(update(Outbox).values(dueat=office.clock() + timedelta(hours=73)))
    office.pass_days(4)
    assert office.mails_to(ADA) == []
    assert [m.outboxid for m in _waiting(office, boss)] == [mail.outboxid]


def test_a_rejected_mail_never_leaves_and_its_draft_waits_with_the_reason(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    leadid = office.lead()
    office.work()
    boss = _boss(office)
    (mail,) = _waiting(office, boss)
    with pytest.raises(BadInput, match="what is wrong"):
        approvals.reject(office.services, boss, mail.outboxid, mail.contenthash, " ")
    approvals.reject(office.services, boss, mail.outboxid, mail.contenthash, "Too pushy.")
    approvals.reject(office.services, boss, mail.outboxid, mail.contenthash, "Too pushy.")
    office.pass_days(1)
    assert office.mails_to(ADA) == []
    with office.services.database.reading() as session:
        assert session.get_one(Outbox, mail.outboxid).phase == Phase.CANCELLED
        assert "Too pushy." in session.get_one(Engagement, office.run_of(leadid).runid).reason
    with pytest.raises(Conflict, match="save it"):
        conversations.send_held(office.services, boss, leadid)
    save_draft(office.services, boss, leadid, subject="Robots", body="Hello Ada,\n\nmay I ask you something?")
    conversations.send_held(office.services, boss, leadid)
    office.work()
    (again,) = _waiting(office, boss)
    assert again.outboxid != mail.outboxid
    approvals.approve(office.services, boss, [(again.outboxid, again.contenthash)])
    office.work()
    assert len(office.mails_to(ADA)) == 1


def test_an_approved_answer_waits_for_the_end_of_a_pause(office: Office) -> None:
    leadid, boss = office.lead(), _boss(office)
    office.work()
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.clock.move_to(office.clock() + timedelta(hours=1))
    office.answer(ADA, "Thanks, this sounds interesting. How long does the implementation take?")
    office.work()
    conversations.pause(office.services, boss, leadid, office.clock().date() + timedelta(days=10))
    (mail,) = _waiting(office, boss)
    approvals.approve(office.services, boss, [(mail.outboxid, mail.contenthash)])
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 1
    assert office.outbox()[-1].reason.startswith("The conversation is paused.")


def test_switched_off_what_waits_leaves(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    oversight.set_watch(office.services, office.admin, office.agentid, Watch())
    office.work()
    assert len(office.mails_to(ADA)) == 1


def test_a_seller_approves_nothing_and_a_supervisor_does_not_choose_what_waits(office: Office) -> None:
    with pytest.raises(NotAllowed):
        approvals.waiting_mails(office.services, person(office, office.sellers[0]))
    with pytest.raises(NotAllowed, match="prvConfigureAgent"):
        oversight.set_watch(office.services, _boss(office), office.agentid, ALL)
    with pytest.raises(BadInput, match="hours"):
        oversight.set_watch(office.services, office.admin, office.agentid, Watch(hours=0))


def test_a_waiting_mail_that_was_deleted_in_dynamics_is_not_sent_without_approval(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, ALL)
    office.lead()
    office.work()
    assert len(_waiting(office, _boss(office))) == 1
    with office.services.database.transaction() as session:
        session.execute(delete(Email).where(Email.activityid == office.outbox()[-1].emailid))
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    assert office.outbox()[-1].phase == Phase.CANCELLED
