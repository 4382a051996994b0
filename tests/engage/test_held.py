"""A mail of the cadence of which nobody knows whether it arrived, and a conversation that went on without it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.engage.office import ADA, SALES, Office
from tests.engage.test_between_mails import a_colleague_writes, first_mail_comes_back, hear, read_only
from tests.engage.test_decisions import boss
from tests.engage.test_overtaken import QUESTION, waiting_follow_up, words_to

from leadwright.actions import conversations, outbox
from leadwright.actions.outcome import save_draft
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Email
from leadwright.domain.engagement import State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailStatus
from leadwright.errors import Conflict
from leadwright.workflows.reach_out import NO_DRAFT

SETTLED = timedelta(minutes=20)


def hand_over(office: Office, mail: Outbox, *, files_sent: bool = False) -> None:
    """The worker gives the mail to the server and dies before the answer comes."""
    with office.services.database.transaction() as session:
        session.execute(update(Mailbox).values(lw_filessent=files_sent))
        row = session.get_one(Outbox, mail.outboxid)
        row.phase, row.token, row.leaseuntil, row.spenton = Phase.UNKNOWN, 1, office.clock(), office.clock()
        session.get_one(Email, row.emailid).statuscode = int(EmailStatus.SENDING)


def look_up(office: Office) -> None:
    office.clock.move_to(office.clock() + SETTLED)
    assert office.post is not None
    office.post.tidy()


def overtaken(office: Office) -> Outbox:
    """Follow-up 1 may have arrived; the lead asked meanwhile and was answered."""
    follow_up = waiting_follow_up(office)
    hand_over(office, follow_up)
    office.answer(ADA, QUESTION)
    office.pass_days(0.6)
    look_up(office)
    assert row_of(office, follow_up).phase == Phase.HELD
    assert len(office.mails_to(ADA)) == 2
    return follow_up


def held_first(office: Office) -> tuple[str, Outbox]:
    """The first mail may have arrived, and a mail of theirs that nobody can read was put aside."""
    leadid = office.lead()
    office.write()
    (first,) = office.outbox()
    hand_over(office, first)
    office.work()
    look_up(office)
    office.work()
    put_aside_one(office)
    assert office.engagement_of(leadid).state == State.PERSON
    return leadid, first


def put_aside_one(office: Office) -> None:
    head = f"From: Ada Miller <{ADA}>\r\nTo: {SALES}\r\nMessage-ID: <deep@x.example>\r\nMIME-Version: 1.0\r\n"
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300))
    office.server.deliver(ADA, SALES, head.encode() + deep + b"\r\nhello\r\n")
    office.pass_days(0.1)


def row_of(office: Office, mail: Outbox) -> Outbox:
    (row,) = [row for row in office.outbox() if row.outboxid == mail.outboxid]
    return row


def numbers(office: Office) -> list[str]:
    """Of the mails of the cadence that left, or may have."""
    left = [row for row in office.outbox() if row.purpose == "outreach" and row.phase in (Phase.SENT, Phase.HELD)]
    return sorted(row.businesskey.split(":")[3] for row in left)


def drafts(office: Office, leadid: str) -> list[str]:
    return [mail.description for mail in office.thread_of(leadid) if mail.statuscode == EmailStatus.DRAFT]


def all_different(office: Office) -> bool:
    words = words_to(office, ADA)
    return len(set(words)) == len(words)


def test_the_next_follow_up_goes_out_beside_one_that_may_have_arrived(office: Office, leadid: str) -> None:
    held = overtaken(office)
    office.pass_days(8)
    assert (numbers(office), drafts(office, leadid)) == (["0", "1", "2"], [])
    assert office.engagement_of(leadid).state == State.DUE
    with office.services.database.reading() as session:
        said = session.get_one(Email, held.emailid).description
    assert all_different(office)
    assert not any(said[:80] in words for words in words_to(office, ADA))
    with pytest.raises(Conflict, match="the lead wrote and is answered"):
        outbox.decide(office.services, boss(office), held.outboxid, "again")
    before = office.engagement_of(leadid)
    outbox.decide(office.services, boss(office), held.outboxid, "arrived")
    after = office.engagement_of(leadid)
    assert (after.sent, after.dueat, after.turn) == (before.sent, before.dueat, before.turn)
    office.pass_days(30)
    assert numbers(office) == ["0", "1", "2", "3"]


def test_a_follow_up_that_was_given_up_leaves_its_step_to_another(office: Office, leadid: str) -> None:
    held = overtaken(office)
    outbox.decide(office.services, boss(office), held.outboxid, "give_up")
    office.pass_days(3)
    assert (numbers(office), office.engagement_of(leadid).sent) == (["0", "1"], 2)


def test_one_that_was_refused_before_it_was_handed_over_leaves_its_step_to_another(office: Office, leadid: str) -> None:
    held = overtaken(office)
    with office.services.database.transaction() as session:
        session.get_one(Outbox, held.outboxid).spenton = None
    office.pass_days(3)
    assert (len(office.mails_to(ADA)), office.engagement_of(leadid).sent) == (3, 2)
    assert row_of(office, held).phase == Phase.HELD
    assert all_different(office)


def test_a_follow_up_that_arrived_after_all_counts_at_once_and_the_next_waits(office: Office, leadid: str) -> None:
    held = overtaken(office)
    before = office.engagement_of(leadid)
    outbox.decide(office.services, boss(office), held.outboxid, "arrived")
    row = office.engagement_of(leadid)
    assert (row.state, row.step, row.sent, row.lastsenton) == (State.DUE, Step.FOLLOW_UP, 2, before.lastsenton)
    assert row.reason == "Follow-up 2 goes out if no answer comes."
    assert row.dueat is not None
    assert before.dueat is not None
    assert row.dueat - before.dueat == timedelta(days=1)  # four days after our answer instead of three
    assert row_of(office, held).concludedon == held_at(office, held)
    office.pass_days(30)
    assert (numbers(office), drafts(office, leadid)) == (["0", "1", "2", "3"], [])
    assert all_different(office)


def test_one_that_arrived_counts_while_our_answer_is_still_in_the_outbox(office: Office, leadid: str) -> None:
    follow_up = waiting_follow_up(office)
    hand_over(office, follow_up)
    look_up(office)
    office.work()
    answer = read_only(office, QUESTION)
    outbox.decide(office.services, boss(office), follow_up.outboxid, "arrived")
    row = office.engagement_of(leadid)
    assert (row.state, row.outboxid, row.sent) == (State.SENDING, answer.outboxid, 2)
    office.pass_days(6)
    assert (numbers(office), drafts(office, leadid)) == (["0", "1", "2"], [])


@pytest.mark.parametrize("decision", ["arrived", "give_up"])
def test_follow_ups_go_on_past_a_held_one_once_a_person_said_what_became_of_it(
    office: Office, leadid: str, decision: str
) -> None:
    follow_up = waiting_follow_up(office)
    hand_over(office, follow_up)
    look_up(office)
    office.work()
    a_colleague_writes(office)
    with pytest.raises(Conflict, match="in the outbox whether our mail arrived"):
        conversations.go_on(office.services, boss(office), leadid)
    outbox.decide(office.services, boss(office), follow_up.outboxid, decision)
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(2)
    left = len(office.mails_to(ADA))  # the server accepted none of the one whose worker died
    assert (numbers(office), left) == (["0", "1"], 1 if decision == "arrived" else 2)
    office.pass_days(8)
    assert (numbers(office)[:3], all_different(office)) == (["0", "1", "2"], True)


def held_at(office: Office, mail: Outbox) -> object:
    return row_of(office, mail).spenton


def test_one_that_arrived_counts_from_when_it_was_handed_over(office: Office, leadid: str) -> None:
    follow_up = waiting_follow_up(office)
    hand_over(office, follow_up)
    look_up(office)
    office.work()
    office.clock.move_to(office.clock() + timedelta(days=1))
    outbox.decide(office.services, boss(office), follow_up.outboxid, "arrived")
    office.work()
    row = office.engagement_of(leadid)
    assert (row.sent, row.lastsenton, row.state) == (2, held_at(office, follow_up), State.DUE)


def test_one_that_the_sent_folder_proves_counts_before_the_next_goes_out(office: Office, leadid: str) -> None:
    held = overtaken(office)
    with office.services.database.transaction() as session:
        row = session.get_one(Outbox, held.outboxid)
        row.phase, row.concludedon = Phase.SENT, office.clock()
    office.pass_days(3.2)
    row_ = office.engagement_of(leadid)
    assert (row_.sent, row_.reason, drafts(office, leadid)) == (2, "Follow-up 2 goes out if no answer comes.", [])
    office.pass_days(2)
    assert numbers(office) == ["0", "1", "2"]


def test_while_nobody_knows_yet_no_other_mail_of_the_step_leaves(office: Office, leadid: str) -> None:
    held = overtaken(office)
    with office.services.database.transaction() as session:
        row = session.get_one(Outbox, held.outboxid)
        row.phase, row.leaseuntil = Phase.UNKNOWN, office.clock() + timedelta(days=4)
    office.clock.move_to(office.clock() + timedelta(days=3.9))
    office.work()
    assert (len(office.mails_to(ADA)), drafts(office, leadid)) == (2, [])
    assert "is leaving at this moment" in office.engagement_of(leadid).reason
    office.clock.move_to(office.clock() + timedelta(days=1))
    look_up(office)
    office.pass_days(2)
    assert numbers(office) == ["0", "1", "2"]


def test_a_first_mail_that_arrived_while_a_mail_of_theirs_was_put_aside_is_followed_up(office: Office) -> None:
    leadid, first = held_first(office)
    with pytest.raises(Conflict, match="in the outbox whether our mail arrived"):
        conversations.go_on(office.services, boss(office), leadid)
    with pytest.raises(Conflict, match="decide on the lead's page"):
        outbox.decide(office.services, boss(office), first.outboxid, "again")
    outbox.decide(office.services, boss(office), first.outboxid, "arrived")
    row = office.engagement_of(leadid)
    assert (row.state, row.sent, row.firstsenton) == (State.PERSON, 1, held_at(office, first))
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(1)
    row = office.engagement_of(leadid)
    assert (row.state, row.reason.endswith("Follow-up 1 goes out if no answer comes.")) == (State.DUE, True)
    office.pass_days(3)
    assert (numbers(office), len(office.mails_to(ADA))) == (["0", "1"], 1)


def test_a_first_mail_that_was_given_up_goes_out_when_a_person_lets_the_agent_go_on(office: Office) -> None:
    leadid, first = held_first(office)
    outbox.decide(office.services, boss(office), first.outboxid, "give_up")
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(1)
    assert (numbers(office), office.engagement_of(leadid).sent) == (["0"], 1)


def test_what_a_person_writes_beside_a_first_mail_that_may_have_arrived_is_no_second_first_mail(office: Office) -> None:
    leadid, first = held_first(office)
    save_draft(office.services, boss(office), leadid, subject="Robots", body="Dear Ada, written by a person.")
    with pytest.raises(Conflict, match="No mail waits"):
        conversations.send_held(office.services, boss(office), leadid)
    outbox.decide(office.services, boss(office), first.outboxid, "arrived")
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(4)
    assert numbers(office) == ["0", "1"]
    assert not any("written by a person" in words for words in words_to(office, ADA))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Please remove me from your list.", "The recipient asked not to be written to."),
        (
            "Yes, we need this, have a budget of 200,000 dollars, I decide and we want to start in May.",
            "The conversation has ended: Ready to buy.",
        ),
        (QUESTION, "the lead wrote and is answered."),
    ],
)
def test_why_a_held_mail_is_not_sent_again_is_true(office: Office, leadid: str, text: str, why: str) -> None:
    follow_up = waiting_follow_up(office)
    hand_over(office, follow_up)
    look_up(office)
    office.work()
    hear(office, text)
    with pytest.raises(Conflict) as refused:
        outbox.decide(office.services, boss(office), follow_up.outboxid, "again")
    assert why in str(refused.value)
    assert str(refused.value).endswith("say here that it arrived, or give it up.")
    assert "Answer the lead" not in str(refused.value)
    assert outbox.decide(office.services, boss(office), follow_up.outboxid, "arrived") == Phase.SENT


@pytest.mark.parametrize("then", ["a colleague", "put aside"])
def test_a_mail_is_still_asked_for_when_another_one_of_theirs_comes(office: Office, leadid: str, then: str) -> None:
    first_mail_comes_back(office)
    with office.services.database.transaction() as session:
        retired = update(Email).where(Email.statuscode == EmailStatus.DRAFT, Email.regardingobjectid == leadid)
        session.execute(retired.values(statuscode=EmailStatus.CANCELED))
    office.pass_days(2)
    assert office.engagement_of(leadid).reason == NO_DRAFT
    a_colleague_writes(office) if then == "a colleague" else put_aside_one(office)
    assert office.engagement_of(leadid).reason != NO_DRAFT
    save_draft(office.services, boss(office), leadid, subject="Robots", body="Hello Ada, this is written anew.")
    conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(1)
    assert "this is written anew" in words_to(office, ADA)[-1]


def test_what_a_person_writes_while_a_follow_up_waits_stays_their_own(office: Office, leadid: str) -> None:
    put_aside_one(office)
    assert office.engagement_of(leadid).state == State.PERSON
    mine = save_draft(office.services, boss(office), leadid, subject="For later", body="For later.")
    with office.services.database.reading() as session:
        assert session.scalar(select(Email.lw_threadid).where(Email.activityid == mine)) is None
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(4)
    assert len(office.mails_to(ADA)) == 2
    assert not any("For later" in words for words in words_to(office, ADA))


def test_what_a_person_writes_before_the_first_mail_was_asked_of_nobody_and_stays_their_own(office: Office) -> None:
    leadid = office.lead()
    office.write()
    put_aside_one(office)
    assert office.engagement_of(leadid).step == Step.FIRST_MAIL
    assert office.engagement_of(leadid).state == State.PERSON
    mine = save_draft(office.services, boss(office), leadid, subject="For later", body="My own notes.")
    with office.services.database.reading() as session:
        assert session.get_one(Email, mine).lw_threadid is None
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(1)
    assert not any("My own notes" in words for words in words_to(office, ADA))
    with office.services.database.reading() as session:
        assert session.get_one(Email, mine).statuscode == EmailStatus.DRAFT
