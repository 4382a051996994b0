"""One mail through a real SMTP server: each thing that may happen, before and after the dot."""

from collections.abc import Callable, Container

import pytest
from tests.mail.post_office import SALES, Clock, PostOffice, letter

from leadwright.db.audit import SYSTEM
from leadwright.db.mail import Mailbox
from leadwright.domain.mail_phase import Phase, wait_before
from leadwright.mail.claim import Nothing
from leadwright.mail.mailbox import Result
from leadwright.mail.sender import Sender
from leadwright.mail.smtp_lines import MOST_LINES
from leadwright.mail.unknown import decide_held, prove_sent
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.sandbox.mail_server import MailServer


def worker(office: PostOffice, **more: object) -> Sender:
    return Sender(office.database, office.mailboxid, office.open(**more), worker="one", clock=office.clock)


def test_what_is_queued_is_sent_once_and_filed_in_sent(office: PostOffice) -> None:
    office.waiting(3)
    sender = worker(office)
    assert sender.send_due() == 3
    sender.tidy()
    sender.tidy()
    assert office.phases() == {"sent": 3}
    assert sorted(a.recipient for a in office.server.log) == [f"person{n}@company{n}.example" for n in range(3)]
    assert len(office.server.folder(SALES, "Sent").messages) == 3
    assert check(office.database, office.server.log, office.clock(), ended=True) == []
    sender.close()


def test_four_connections_carry_many_mails(small_office: PostOffice) -> None:
    connected: list[str] = []

    def count(step: Step, _to: str) -> None:
        if step is Step.CONNECT:
            connected.append("")

    small_office.server.faults.script = count
    small_office.waiting(20)
    assert worker(small_office).send_due() == 20
    assert len(connected) == MOST_LINES


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
def test_dropped_before_the_dot_it_is_tried_again_under_the_same_message_id(
    office: PostOffice, clock: Clock, step: Step
) -> None:
    (row,) = office.waiting(1)
    office.server.faults.script = Times(step, Fault(drop=True))
    sender = worker(office)
    assert sender.send_next() == Phase.QUEUED
    assert isinstance(sender.send_next(), Nothing)
    messageid = office.rows()[row].messageid
    clock.forward(wait_before(1).total_seconds())
    assert sender.send_next() == Phase.SENT
    assert [a.messageid for a in office.server.log] == [messageid]


@pytest.mark.parametrize("step", [Step.DOT, Step.TAKEN])
@pytest.mark.parametrize("files_sent", [True, False])
def test_an_answer_that_never_comes_after_the_dot_is_looked_up_or_held(
    office: PostOffice, clock: Clock, step: Step, files_sent: bool
) -> None:
    office.server.store.accounts[SALES].files_sent = files_sent
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_filessent = files_sent
    (row,) = office.waiting(1)
    office.server.faults.script = Times(step, Fault(drop=True))
    sender = worker(office)
    assert sender.send_next() == Phase.UNKNOWN
    clock.forward(599)
    sender.tidy()
    assert office.phases() == {"unknown": 1}, "not before everybody must have stopped"
    clock.forward(2)
    sender.tidy()
    if not files_sent:
        assert office.phases() == {"held": 1}
        assert "say whether it was sent" in office.rows()[row].reason
    elif step is Step.TAKEN:
        assert office.phases() == {"sent": 1}
    else:
        assert office.phases() == {"queued": 1}
        assert sender.send_next() == Phase.SENT
    assert len(office.server.log) == (0 if step is Step.DOT and not files_sent else 1)
    assert check(office.database, office.server.log, clock(), ended=True) == []


def test_an_answer_after_our_timeout_is_unknown_and_found_later(small_office: PostOffice, clock: Clock) -> None:
    small_office.server.store.accounts[SALES].files_sent = True
    small_office.waiting(1)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(wait=1.0))
    sender = worker(small_office, dot_seconds=0.2)
    assert sender.send_next() == Phase.UNKNOWN
    clock.forward(601)
    sender.tidy()
    assert small_office.phases() == {"sent": 1}


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "450 4.2.0 busy", "421 4.3.2 closing"])
@pytest.mark.parametrize("step", [Step.RCPT, Step.DATA, Step.DOT])
def test_a_passing_refusal_is_tried_again_later(
    small_office: PostOffice, clock: Clock, answer: str, step: Step
) -> None:
    (row,) = small_office.waiting(1)
    small_office.server.faults.script = Times(step, Fault(answer=answer), times=2)
    sender = worker(small_office)
    waits = []
    while sender.send_next() == Phase.QUEUED:
        stored = small_office.rows()[row]
        assert answer in stored.reason
        waits.append((stored.dueat - clock()).total_seconds())
        clock.moment = stored.dueat
    assert waits == [300, 600]
    assert small_office.phases() == {"sent": 1}


def test_after_five_days_it_fails_and_says_so(small_office: PostOffice, clock: Clock) -> None:
    (row,) = small_office.waiting(1)
    small_office.server.faults.script = Times(Step.RCPT, Fault(answer="451 4.7.1 greylisted"), times=10_000)
    sender = worker(small_office)
    while (phase := sender.send_next()) == Phase.QUEUED:
        clock.moment = small_office.rows()[row].dueat
    assert phase == Phase.FAILED
    stored = small_office.rows()[row]
    assert "five days" in stored.reason
    assert "greylisted" in stored.reason
    assert 100 < stored.attempts < 120  # 300, 600, 1200, 2400, then 4,000 s apart


@pytest.mark.parametrize("step", [Step.RCPT, Step.DATA, Step.DOT])
def test_a_lasting_refusal_fails_with_the_servers_words(small_office: PostOffice, step: Step) -> None:
    small_office.waiting(2)
    small_office.server.faults.script = Times(step, Fault(answer="550 5.1.1 nobody of that name"))
    sender = worker(small_office)
    assert [sender.send_next(), sender.send_next()] == [Phase.FAILED, Phase.SENT]
    failed = next(r for r in small_office.rows().values() if r.phase == "failed")
    assert failed.reason == "550 5.1.1 nobody of that name"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (Step.MAIL, "550 5.7.60 not allowed to send as this sender"),
        (Step.DOT, "550 5.7.515 access denied, sending domain does not meet the required authentication level"),
        (Step.CONNECT, "554 5.3.2 no service"),
    ],
)
def test_trouble_that_every_mail_would_meet_pauses_the_mailbox_and_fails_no_mail(
    small_office: PostOffice, clock: Clock, step: Step, answer: str
) -> None:
    small_office.waiting(3)
    told = 3 if step is Step.DOT else 1  # of three that were handed over together each meets it
    small_office.server.faults.script = Times(step, Fault(answer=answer), told)
    sender = worker(small_office)
    assert sender.send_due() == told
    assert small_office.phases() == {"queued": 3}
    with small_office.database.reading() as session:
        row = session.get_one(Mailbox, small_office.mailboxid)
        assert answer[:8] in (row.lw_lasterror or "")
    clock.forward(301)
    assert sender.send_due() == 3


def refusing(answer: str, *, numbers: Container[int] = range(100)) -> Callable[[Step, str], Fault | None]:
    """Refuses these recipients by RCPT, each with the same words about another address."""

    def script(step: Step, to: str) -> Fault | None:
        number = int(to.removeprefix("person").partition("@")[0]) if step is Step.RCPT else -1
        return Fault(answer=answer.replace("WHO", f"<{to}>")) if number in numbers else None

    return script


def paused(office: PostOffice) -> str:
    with office.database.reading() as session:
        row = session.get_one(Mailbox, office.mailboxid)
        waits = row.lw_pauseduntil is not None and row.lw_pauseduntil > office.clock()
        return (row.lw_lasterror or "") if waits else ""


QUOTED = (
    "550 5.1.1 WHO: Recipient address rejected: undeliverable address: host mx.company.example[192.0.2.7] said: "
    "550 5.7.1 Sender rejected (in reply to RCPT TO command)"
)


def test_what_one_recipients_server_says_of_us_stops_no_other_mail(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(9)
    small_office.server.faults.script = refusing(QUOTED, numbers={0})
    sender = worker(small_office)
    sender.send_due()
    assert (small_office.phases(), paused(small_office)) == ({"sent": 8, "queued": 1}, "")
    for _ in range(2):
        clock.forward(3_601)
        sender.send_due()
    (row,) = (row for row in small_office.rows().values() if row.phase == "queued")
    assert row.attempts == 3
    clock.forward(5 * 86_400)
    assert sender.send_next() == Phase.FAILED, "in the end it is given up"


def test_one_mail_that_meets_the_mailboxs_trouble_alone_goes_behind_the_others(
    small_office: PostOffice, clock: Clock
) -> None:
    small_office.waiting(9)
    small_office.server.faults.script = refusing("554 5.2.252 SendAsDenied; not allowed to send as", numbers={0})
    sender = worker(small_office)
    for _ in range(4):
        clock.forward(301)
        sender.send_due()
    assert small_office.phases() == {"sent": 8, "queued": 1}


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.8 WHO: Sender address rejected: Domain not found",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "554 5.7.1 WHO: Relay access denied",
        "550 5.7.1 WHO: you have sent your monthly allowance of 5000 mails",
    ],
)
def test_words_that_every_recipient_meets_pause_the_mailbox_and_fail_no_mail(
    small_office: PostOffice, clock: Clock, answer: str
) -> None:
    small_office.waiting(6)
    small_office.server.faults.script = refusing(answer)
    sender = worker(small_office)
    sender.send_due()
    assert small_office.phases() == {"queued": 6}
    assert answer[:9] in paused(small_office)
    small_office.server.faults.script = None
    clock.forward(301)
    sender.send_due()
    assert small_office.phases() == {"sent": 6}


def test_mails_sent_one_by_one_fail_twice_over_the_same_words_and_not_a_third_time(
    small_office: PostOffice, clock: Clock
) -> None:
    small_office.waiting(5)
    small_office.server.faults.script = refusing("554 5.7.1 WHO: Relay access denied")
    sender = worker(small_office)
    assert [sender.send_next() for _ in range(3)] == [Phase.FAILED, Phase.FAILED, Phase.QUEUED]
    for _ in range(3):
        clock.forward(301)
        assert sender.send_next() == Phase.QUEUED
    assert "Relay access denied" in paused(small_office)


def test_words_that_three_met_while_nothing_is_accepted_are_asked_ever_less_often_and_given_up_after_five_days(
    small_office: PostOffice, clock: Clock
) -> None:
    small_office.waiting(3)
    small_office.server.faults.script = refusing("554 5.7.1 WHO: looks like spam")
    sender = worker(small_office)
    sender.send_due()
    assert small_office.phases() == {"queued": 3}
    asked = 1
    for _ in range(5 * 24 * 12 + 20):
        clock.forward(300)
        asked += not isinstance(sender.send_some(), Nothing)
    assert small_office.phases() == {"failed": 3}
    assert asked < 150, "every 4,000 seconds in the end, not every 300"
    assert any("Given up after" in row.reason for row in small_office.rows().values())


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [("550 5.1.1 WHO: user unknown", ()), ("554 5.7.1 WHO: rejected by the policy of our house", (1, 3, 5))],
    ids=["a bad list", "with others accepted between"],
)
def test_refusals_that_are_about_their_recipients_pause_nothing(
    small_office: PostOffice, clock: Clock, answer: str, accepted: tuple[int, ...]
) -> None:
    small_office.waiting(6)
    small_office.server.faults.script = refusing(answer, numbers=set(range(6)) - set(accepted))
    sender = worker(small_office)
    for n in range(6):
        clock.forward(10)
        assert sender.send_next() == (Phase.SENT if n in accepted else Phase.FAILED)
    assert paused(small_office) == ""


def test_a_wrong_password_is_the_mailboxs_trouble(small_office: PostOffice) -> None:
    small_office.waiting(1)
    sender = Sender(
        small_office.database, small_office.mailboxid, small_office.open(password="wrong"), worker="one",
        clock=small_office.clock,
    )  # fmt: skip
    sender._hold.learned = True  # Sent was looked through while the password was right
    assert sender.send_next() == Phase.QUEUED
    with small_office.database.reading() as session:
        assert "535 5.7.8" in (session.get_one(Mailbox, small_office.mailboxid).lw_lasterror or "")


def test_nobody_listening_is_the_mailboxs_trouble(small_office: PostOffice) -> None:
    mailbox = small_office.open()
    small_office.server.stop()
    outcome = mailbox.send(letter("a@b.example"), lambda: True)
    assert outcome.result is Result.MAILBOX
    assert "Check the host and the port" in outcome.words


def test_a_kept_line_that_the_server_closed_is_opened_again(server: MailServer, small_office: PostOffice) -> None:
    mailbox = small_office.open()
    assert mailbox.send(letter("a@b.example", 1), lambda: True).result is Result.ACCEPTED
    server.faults.script = Times(Step.MAIL, Fault(drop=True))
    assert mailbox.send(letter("a@b.example", 2), lambda: True).result is Result.ACCEPTED
    assert len(server.log) == 2


def test_stopped_at_the_last_moment_nothing_is_handed_over(server: MailServer, small_office: PostOffice) -> None:
    mailbox = small_office.open()
    assert mailbox.send(letter("a@b.example"), lambda: False).result is Result.STOPPED

    def fail() -> bool:
        raise OSError("disk full")

    assert mailbox.send(letter("a@b.example"), fail).result is Result.STOPPED
    assert server.log == ()


def test_a_line_that_begins_with_a_dot_arrives_as_it_was(server: MailServer, small_office: PostOffice) -> None:
    mailbox = small_office.open()
    raw = letter("a@b.example").raw + b".\r\n..x\r\n.hidden\r\n"
    from dataclasses import replace

    assert mailbox.send(replace(letter("a@b.example"), raw=raw), lambda: True).result is Result.ACCEPTED
    assert server.log[0].raw == raw


def test_the_server_refuses_bare_line_feeds_as_smuggling(server: MailServer, small_office: PostOffice) -> None:
    from dataclasses import replace

    raw = letter("a@b.example").raw + b"x\n.\nMAIL FROM:<evil@x.example>\r\n"
    outcome = small_office.open().send(replace(letter("a@b.example"), raw=raw), lambda: True)
    assert outcome.result is Result.REFUSED
    assert server.log == ()


def test_xoauth2_signs_in_to_both(server: MailServer, small_office: PostOffice) -> None:
    mailbox = small_office.open(xoauth2=True)
    assert mailbox.test_trip(5).outgoing == mailbox.test_trip(5).incoming == ""
    refused = small_office.open(xoauth2=True, password="an old token").test_trip(1)
    assert "535" in refused.outgoing
    assert "refused the sign-in" in refused.incoming


def test_the_test_of_a_mailbox_makes_a_round_trip_and_leaves_nothing(
    server: MailServer, small_office: PostOffice
) -> None:
    server.store.accounts[SALES].files_sent = True
    trip = small_office.open().test_trip(5)
    assert (trip.outgoing, trip.incoming) == ("", "")
    assert server.folder(SALES).messages == server.folder(SALES, "Sent").messages == []
    server.faults.copies = 0
    assert "did not arrive" in small_office.open().test_trip(0.6).incoming


def test_a_person_decides_about_a_held_mail(small_office: PostOffice, clock: Clock) -> None:
    rows = small_office.waiting(3)
    small_office.server.faults.script = Times(Step.DOT, Fault(drop=True), times=3)
    sender = worker(small_office)
    sender.send_due()
    clock.forward(601)
    sender.tidy()
    assert small_office.phases() == {"held": 3}
    for row, choice in zip(
        rows, ({"was_sent": True}, {"was_sent": False}, {"was_sent": False, "again": True}), strict=True
    ):
        with small_office.database.transaction() as session:
            decide_held(session, row, actor=SYSTEM, clock=clock, **choice)
    assert small_office.phases() == {"sent": 1, "cancelled": 1, "queued": 1}
    assert sender.send_next() == Phase.SENT


def test_an_answer_that_names_a_held_mail_proves_that_it_was_sent(small_office: PostOffice, clock: Clock) -> None:
    (row,) = small_office.waiting(1)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(drop=True))
    sender = worker(small_office)
    sender.send_due()
    messageid = small_office.rows()[row].messageid
    for expected in (True, False):
        with small_office.database.transaction() as session:
            assert prove_sent(session, messageid, "An answer to it came.", clock) is expected
            assert not prove_sent(session, "<forged@x.example>", "An answer to it came.", clock)
    assert small_office.phases() == {"sent": 1}


def test_a_clock_that_jumps_while_a_mail_is_handed_over_sends_nothing_twice(
    small_office: PostOffice, clock: Clock
) -> None:
    small_office.server.store.accounts[SALES].files_sent = True
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).lw_filessent = True
    small_office.waiting(1)
    other = worker(small_office)

    def jump() -> None:
        clock.forward(40 * 86_400)
        other.tidy()
        other.tidy()
        assert other.send_due() == 0

    assert _During(small_office, jump).send_next() in (Phase.SENT, None)
    clock.forward(601)
    other.tidy()
    other.send_due()
    assert len(small_office.server.log) == 1
    assert small_office.phases() == {"sent": 1}


def test_the_answer_of_a_slow_worker_still_counts_when_nobody_else_took_the_mail(
    small_office: PostOffice, clock: Clock
) -> None:
    small_office.waiting(1)
    other = worker(small_office)

    def sleep() -> None:
        clock.forward(661)
        other.tidy()
        assert small_office.phases() == {"unknown": 1}

    assert _During(small_office, sleep).send_next() == Phase.SENT
    assert small_office.phases() == {"sent": 1}
    assert len(small_office.server.log) == 1


def test_a_zombie_that_wakes_after_its_lease_hands_nothing_over(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(1)
    other = worker(small_office)

    def sleep() -> None:
        clock.forward(241)
        other.tidy()
        assert other.send_next() == Phase.SENT

    zombie = _During(small_office, sleep, before=True)
    assert zombie.send_next() is None
    assert len(small_office.server.log) == 1


class _During(Sender):
    """A worker to which something happens right before, or right after, the point of no return."""

    def __init__(self, office: PostOffice, happens: Callable[[], None], *, before: bool = False) -> None:
        super().__init__(office.database, office.mailboxid, office.open(), worker="slow", clock=office.clock)
        self._happens, self._before = happens, before

    def _pass(self, claimed: object) -> bool:
        if self._before:
            self._happens()
            return super()._pass(claimed)  # type: ignore[arg-type]
        passed = super()._pass(claimed)  # type: ignore[arg-type]
        self._happens()
        return passed
