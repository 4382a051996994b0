"""A lead is called otherwise while a mail of ours waits: what leaves has its names as they are by then, and once."""

from datetime import timedelta

from tests.engage.office import ADA, Office
from tests.engage.test_decisions import QUESTION, boss

from leadwright.actions import approvals, conversations, oversight
from leadwright.actions.leads import edit_lead
from leadwright.actions.outcome import save_draft
from leadwright.actions.oversight import Watch
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import Phase

RIGHT = {"firstname": "Ada", "companyname": "Northwind Foods"}
WRONG = {"firstname": "Adah", "companyname": "Northwnd Foods"}


def at_night(office: Office) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=12))


def waits(office: Office) -> str:
    """The first mail waits for the morning, with names that are wrong. The lead."""
    at_night(office)
    leadid = office.lead(**WRONG)
    office.work()
    assert [mail.phase for mail in office.outbox()] == [Phase.QUEUED]
    return leadid


def correct(office: Office, leadid: str) -> None:
    edit_lead(office.services, office.admin, leadid, RIGHT)


def said(office: Office) -> list[str]:
    return [f"{m['To']} {m['Subject']} {m.get_body(('plain',)).get_content()}" for m in office.mails_to(ADA)]  # type: ignore[union-attr]


def test_a_first_mail_is_written_again_and_leaves_once(office: Office) -> None:
    leadid = waits(office)
    correct(office, leadid)
    office.pass_days(0.6)
    (text,) = said(office)
    assert "Adah" not in text
    assert "Northwnd" not in text
    old, new = office.outbox()
    assert (old.phase, new.phase) == (Phase.CANCELLED, Phase.SENT)
    assert old.businesskey == f"{new.businesskey}:{old.outboxid}"
    assert office.engagement_of(leadid).sent == 1
    office.pass_days(30)
    assert len(said(office)) == 4


def test_a_follow_up_is_written_again(office: Office) -> None:
    leadid = office.lead(**WRONG)
    office.work()
    office.clock.move_to(office.clock() + timedelta(days=3, hours=12))
    office.write()
    assert office.outbox()[-1].phase == Phase.QUEUED
    correct(office, leadid)
    office.pass_days(0.6)
    _, second = said(office)
    assert "Adah" not in second
    assert office.engagement_of(leadid).sent == 2


def test_a_mail_that_was_approved_with_the_wrong_name_is_approved_anew(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(firstmails=True))
    leadid = waits(office)
    ((mail,), _, _) = approvals.waiting_mails(office.services, boss(office))
    approvals.approve(office.services, boss(office), [(mail.outboxid, mail.contenthash)])
    correct(office, leadid)
    office.pass_days(0.6)
    assert said(office) == []
    ((again,), _, _) = approvals.waiting_mails(office.services, boss(office))
    assert "Adah" not in again.text
    approvals.approve(office.services, boss(office), [(again.outboxid, again.contenthash)])
    office.pass_days(0.6)
    assert len(said(office)) == 1


def test_words_of_a_person_wait_for_a_look(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(firstmails=True))
    leadid = waits(office)
    ((mail,), _, _) = approvals.waiting_mails(office.services, boss(office))
    body = mail.body.replace("picking", "sorting")
    seen = approvals.change(office.services, boss(office), mail.outboxid, mail.contenthash, subject="Hi", body=body)
    approvals.approve(office.services, boss(office), [(mail.outboxid, seen)])
    correct(office, leadid)
    office.pass_days(0.6)
    row = office.engagement_of(leadid)
    assert (row.state, said(office)) == (State.PERSON, [])
    assert "was changed after this mail was written" in row.reason


def test_an_answer_waits_for_a_look_and_leaves_in_its_place(office: Office) -> None:
    leadid = office.lead(**WRONG)
    office.work()
    at_night(office)
    office.answer(ADA, QUESTION)
    office.work()
    assert office.outbox()[-1].phase == Phase.QUEUED
    correct(office, leadid)
    office.pass_days(0.6)
    assert (office.engagement_of(leadid).state, len(said(office))) == (State.PERSON, 1)
    draft = office.thread_of(leadid)[-1]
    assert "was changed after this mail was written" in str(draft.lw_hold)
    body = draft.description.replace("Adah", "Ada")
    save_draft(office.services, boss(office), leadid, subject=draft.subject, body=body, emailid=draft.activityid)
    conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(0.6)
    _, answer = said(office)
    assert "ten weeks" in answer
    assert "Adah" not in answer
