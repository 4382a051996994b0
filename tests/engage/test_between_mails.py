"""Between two mails of theirs: no answer of ours is lost, none leaves twice, and no conversation is stuck untold."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.engage.office import ADA, Office
from tests.engage.test_decisions import boss
from tests.engage.test_overtaken import words_to

from leadwright.actions import conversations, outbox
from leadwright.actions.outcome import save_draft
from leadwright.db.base import new_id
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.pages.thread_story import OurMail, Standing, TheirMail, read_thread, standing_of
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.domain.engagement import State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailStatus
from leadwright.errors import Conflict
from leadwright.mail.claim import Nothing, claim
from leadwright.mail.outbox import pass_the_point
from leadwright.workflows.conversations import do, due_work
from leadwright.workflows.settle import settle

LONG = "Interesting. How long does implementation take?"
WHERE = "And where is the data stored?"
TEN_WEEKS, STATES = "Implementation takes ten weeks", "Data is stored in the United States"


def into_the_night(office: Office, *, days: int = 0) -> None:
    """To an hour at which nothing leaves where the lead is."""
    office.clock.move_to(office.clock() + timedelta(days=days, hours=14))
    office.work()


def hear(office: Office, text: str, **headers: str) -> None:
    """A mail of the lead, acted on; some minutes go by before and after."""
    office.clock.move_to(office.clock() + timedelta(minutes=3))
    office.answer(ADA, text, **headers)
    office.work()
    office.clock.move_to(office.clock() + timedelta(minutes=3))


def a_colleague_writes(office: Office) -> None:
    hear(office, "We talked about it here.", From="bob@northwind.example")


def times(office: Office, words: str) -> int:
    return sum(words in text for text in words_to(office, ADA))


def overtaken_answer(office: Office) -> None:
    """A follow-up and an answer never left, for the lead wrote again; one answer to both of its mails did."""
    into_the_night(office, days=3)
    hear(office, LONG)
    hear(office, WHERE)
    office.pass_days(1)


def test_an_answer_that_another_one_took_the_place_of_is_not_sent_as_a_follow_up(office: Office, leadid: str) -> None:
    overtaken_answer(office)
    assert [row.phase for row in office.outbox()] == [Phase.SENT, Phase.CANCELLED, Phase.CANCELLED, Phase.SENT]
    a_colleague_writes(office)
    assert office.engagement_of(leadid).state == State.PERSON
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(8)
    assert len(office.mails_to(ADA)) > 2
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (1, 1)
    assert len(set(words_to(office, ADA))) == len(words_to(office, ADA))


def first_mail_comes_back(office: Office) -> None:
    first = str(office.mails_to(ADA)[0]["Message-ID"])
    office.bounce(ADA, "4.2.2", "452 4.2.2 mailbox full", messageid=first)
    office.work()


def test_follow_ups_go_on_where_the_first_mail_came_back_and_was_answered_all_the_same(
    office: Office, leadid: str
) -> None:
    first_mail_comes_back(office)
    hear(office, LONG)
    a_colleague_writes(office)
    row = office.engagement_of(leadid)
    assert (row.state, row.sent, times(office, TEN_WEEKS)) == (State.PERSON, 0, 1)
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(4)
    assert len(office.mails_to(ADA)) == 3
    assert len(set(words_to(office, ADA))) == 3


def test_a_conversation_without_a_mail_to_send_waits_for_a_person_who_is_told_and_writes_one(
    office: Office, leadid: str
) -> None:
    first_mail_comes_back(office)
    with office.services.database.transaction() as session:
        retired = update(Email).where(Email.statuscode == EmailStatus.DRAFT, Email.regardingobjectid == leadid)
        session.execute(retired.values(statuscode=EmailStatus.CANCELED))
    own = save_draft(office.services, boss(office), leadid, subject="For later", body="For later.")
    office.pass_days(2)
    assert office.engagement_of(leadid).state == State.PERSON
    with office.services.database.reading() as session:
        assert session.get_one(Email, own).lw_threadid is None  # begun while nobody waited for it
        told = session.execute(select(AppNotification.ownerid, AppNotification.title)).all()
    assert (office.supervisor, "A mail is missing: Ada Miller, Northwind Foods") in told
    save_draft(office.services, boss(office), leadid, subject="Robots", body="Hello Ada, this is written anew.")
    conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(1)
    assert "this is written anew" in words_to(office, ADA)[-1]


def test_a_first_mail_that_its_answer_proves_is_counted(office: Office, leadid: str) -> None:
    with office.services.database.transaction() as session:
        row = session.get_one(Engagement, office.run_of(leadid).runid)
        mail = session.scalars(select(Outbox).where(Outbox.leadid == leadid)).one()
        mail.phase, mail.leaseuntil, mail.concludedon = Phase.UNKNOWN, office.clock() + timedelta(days=1), None
        row.state, row.step, row.outboxid, row.sent = State.SENDING, Step.FIRST_MAIL, mail.outboxid, 0
        row.firstsenton = row.lastsenton = row.dueat = None
    hear(office, LONG)
    row = office.engagement_of(leadid)
    assert (row.sent, times(office, TEN_WEEKS)) == (1, 1)
    assert row.firstsenton is not None


def read_only(office: Office, text: str) -> Outbox:
    """A mail of the lead is read, and nothing is sent. The newest answer of ours."""
    office.clock.move_to(office.clock() + timedelta(minutes=3))
    office.answer(ADA, text)
    assert office.post is not None
    office.post.receive()
    for work in due_work(office.services, 9):
        do(office.services, work)
    return [row for row in office.outbox() if row.purpose == "answer"][-1]


@pytest.mark.parametrize("over_the_dot", [False, True])
def test_an_answer_that_is_leaving_while_they_write_again_is_not_lost(
    office: Office, leadid: str, over_the_dot: bool
) -> None:
    answer = read_only(office, LONG)
    with office.services.database.transaction() as session:
        claimed = claim(session, answer.mailboxid, worker="slow", clock=office.clock)
        assert not isinstance(claimed, Nothing)
        assert not over_the_dot or pass_the_point(session, claimed, office.clock)
    assert read_only(office, WHERE).outboxid == answer.outboxid
    assert office.engagement_of(leadid).outboxid == answer.outboxid
    assert office.post is not None
    for _ in range(3):
        office.clock.move_to(office.clock() + timedelta(minutes=15))
        office.post.tidy()
        office.work()
    office.pass_days(1)
    if over_the_dot:  # nobody knows whether it arrived: a person says so, and it is not repeated
        assert (times(office, TEN_WEEKS), times(office, STATES)) == (0, 1)
        assert Phase.HELD in [row.phase for row in office.outbox()]
    else:
        assert (times(office, TEN_WEEKS), times(office, STATES)) == (1, 1)


def held_answer(office: Office, *, may_have_arrived: bool = True) -> Outbox:
    """An answer of ours of which a person is to say whether it arrived."""
    answer = read_only(office, LONG)
    with office.services.database.transaction() as session:
        row = session.get_one(Outbox, answer.outboxid)
        row.phase, row.reason, row.concludedon = Phase.HELD, "Nobody knows.", office.clock()
        row.spenton = office.clock() if may_have_arrived else None
    return answer


@pytest.mark.parametrize("may_have_arrived", [False, True])
def test_an_answer_that_is_held_is_given_again_with_the_next_only_when_it_cannot_have_arrived(
    office: Office, leadid: str, may_have_arrived: bool
) -> None:
    answer = held_answer(office, may_have_arrived=may_have_arrived)
    asked = office.engagement_of(leadid).asked
    hear(office, WHERE)
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (int(not may_have_arrived), 1)
    held = Phase.HELD if may_have_arrived else Phase.CANCELLED
    assert [row.phase for row in office.outbox()][1:] == [held, Phase.SENT]
    if not may_have_arrived:
        assert office.engagement_of(leadid).asked == asked  # once, by the answer that left
        return
    with pytest.raises(Conflict, match="went on meanwhile"):
        outbox.decide(office.services, boss(office), answer.outboxid, "again")
    assert outbox.decide(office.services, boss(office), answer.outboxid, "arrived") == Phase.SENT


def standing(office: Office, leadid: str) -> Standing:
    with office.services.database.reading() as session:
        found = standing_of(session, leadid)
    assert found is not None
    return found


def shown_phase(office: Office, leadid: str, answer: Outbox) -> tuple[Phase | None, str]:
    """How the page of the conversation shows the mail."""
    with office.services.database.reading() as session:
        items = read_thread(session, leadid).items
    (mail,) = [item for item in items if isinstance(item, OurMail) and item.emailid == answer.emailid]
    return mail.phase, mail.fate


@pytest.mark.parametrize("decision", ["arrived", "again", "give_up"])
def test_of_an_answer_that_is_held_while_a_colleague_writes_a_person_says_whether_it_arrived(
    office: Office, leadid: str, decision: str
) -> None:
    answer, who = held_answer(office), boss(office)
    for _ in range(2):
        a_colleague_writes(office)
    waits = standing(office, leadid)
    assert (waits.state, waits.held, waits.draft) == (State.PERSON, True, None)
    assert "in the outbox" in waits.next
    with office.services.database.reading() as session:
        assert "go-on" not in conversations.open_decisions(who, session.get_one(Lead, leadid), waits)
    assert shown_phase(office, leadid, answer) == (Phase.HELD, "Nobody knows whether it arrived")
    with pytest.raises(Conflict, match="in the outbox whether our mail arrived"):
        conversations.go_on(office.services, who, leadid)
    outbox.decide(office.services, who, answer.outboxid, decision)
    assert not standing(office, leadid).held
    if decision == "again":
        office.work()
        assert (times(office, TEN_WEEKS), office.engagement_of(leadid).state) == (1, State.DUE)
    else:
        assert office.engagement_of(leadid).state == State.PERSON
        conversations.go_on(office.services, who, leadid)
    office.pass_days(8)
    assert times(office, TEN_WEEKS) == int(decision == "again")
    assert len(set(words_to(office, ADA))) == len(words_to(office, ADA)) > 2


@pytest.mark.parametrize("decision", ["arrived", "give_up"])
def test_an_answer_that_is_held_stays_so_while_the_newer_one_goes_its_way(
    office: Office, leadid: str, decision: str
) -> None:
    answer = held_answer(office)
    a_colleague_writes(office)
    hear(office, WHERE)
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (0, 1)
    assert shown_phase(office, leadid, answer) == (Phase.HELD, "Nobody knows whether it arrived")
    assert not standing(office, leadid).held
    before = office.engagement_of(leadid)
    with pytest.raises(Conflict, match="went on meanwhile"):
        outbox.decide(office.services, boss(office), answer.outboxid, "again")
    outbox.decide(office.services, boss(office), answer.outboxid, decision)
    after = office.engagement_of(leadid)
    assert (after.state, after.dueat, after.lastsenton) == (State.DUE, before.dueat, before.lastsenton)


def test_an_answer_that_was_given_up_is_not_given_with_the_next(office: Office, leadid: str) -> None:
    answer = held_answer(office)
    a_colleague_writes(office)
    outbox.decide(office.services, boss(office), answer.outboxid, "give_up")
    hear(office, WHERE)
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (0, 1)


def test_who_wants_no_more_while_an_answer_is_leaving_stops_it(office: Office, leadid: str) -> None:
    answer = read_only(office, LONG)
    with office.services.database.transaction() as session:
        assert not isinstance(claim(session, answer.mailboxid, worker="slow", clock=office.clock), Nothing)
    read_only(office, "We are not interested, thank you.")
    assert office.engagement_of(leadid).state == State.ENDED


def kept_answer(office: Office, leadid: str) -> str:
    """An answer that waited for the morning when a colleague wrote, and became a draft. Its activityid."""
    into_the_night(office)
    hear(office, LONG)
    a_colleague_writes(office)
    with office.services.database.reading() as session:
        standing = standing_of(session, leadid)
    assert standing is not None
    assert "bob@northwind.example wrote meanwhile" in standing.draft.lw_hold
    with pytest.raises(Conflict, match="Open it, save it"):
        conversations.go_on(office.services, boss(office), leadid)
    return str(standing.draft.activityid)


def test_an_answer_that_waits_while_somebody_else_writes_goes_out_once_a_person_has_looked(
    office: Office, leadid: str
) -> None:
    emailid = kept_answer(office, leadid)
    a_colleague_writes(office)
    asked = office.engagement_of(leadid).asked
    with pytest.raises(Conflict, match="Look at the mail first"):
        conversations.send_held(office.services, boss(office), leadid)
    draft = next(mail for mail in office.thread_of(leadid) if mail.activityid == emailid)
    words = f"Good morning.\n\n{draft.description}"
    save_draft(office.services, boss(office), leadid, subject=draft.subject, body=words)
    for _ in range(2):
        conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(1)
    (last, row) = office.mails_to(ADA)[-1], office.engagement_of(leadid)
    asking = next(mail for mail in office.thread_of(leadid) if LONG in mail.description)
    assert (last["In-Reply-To"], times(office, "Good morning"), times(office, TEN_WEEKS)) == (asking.messageid, 1, 1)
    assert (row.state, row.sent, row.asked) == (State.DUE, 1, asked)


@pytest.mark.parametrize("released", [False, True])
def test_a_kept_answer_is_given_with_the_next_when_the_lead_writes_again(
    office: Office, leadid: str, released: bool
) -> None:
    kept_answer(office, leadid)
    asked = office.engagement_of(leadid).asked
    if released:
        save_draft(office.services, boss(office), leadid, subject="Re: Robots", body="Other words of a person.")
        conversations.send_held(office.services, boss(office), leadid)
    hear(office, WHERE)
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 2
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (1, 1)
    assert office.engagement_of(leadid).asked == asked


def test_the_thread_tells_that_a_mail_was_answered_with_the_next(office: Office, leadid: str) -> None:
    overtaken_answer(office)
    with office.services.database.reading() as session:
        (first, second) = [i.decided for i in read_thread(session, leadid).items if isinstance(i, TheirMail)]
    assert first == "Answered with the next."
    assert second.startswith("Answered from the knowledge")


def test_a_first_mail_that_its_platform_gave_up_is_the_first_mail_still(office: Office, leadid: str) -> None:
    office.clock.move_to(office.clock() + timedelta(minutes=20))
    office.work()
    with office.services.database.transaction() as session:
        mail = session.scalars(select(Outbox).where(Outbox.leadid == leadid)).one()
        mail.phase, mail.reason, mail.askon = Phase.FAILED, "The platform gave up (quota).", office.clock()
        session.get_one(Email, mail.emailid).statuscode = int(EmailStatus.FAILED)
    settle(office.services)
    row = office.engagement_of(leadid)
    assert (row.state, row.sent, row.firstsenton, row.lastsenton) == (State.PERSON, 0, None, None)
    first = office.mails_to(ADA)[0]
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(1)
    assert [mail["Subject"] for mail in office.mails_to(ADA)[1:]] == [first["Subject"]]
    assert office.engagement_of(leadid).sent == 1


def test_a_draft_of_a_seller_is_not_taken_for_the_agents_mail(office: Office, leadid: str) -> None:
    a_colleague_writes(office)
    assert office.engagement_of(leadid).state == State.PERSON
    own = save_draft(office.services, boss(office), leadid, subject="My own", body="Half", emailid=new_id())
    with office.services.database.reading() as session:
        assert session.get_one(Email, own).lw_threadid is None
    with pytest.raises(Conflict, match="No mail waits to be sent"):
        conversations.send_held(office.services, boss(office), leadid)
