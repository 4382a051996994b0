"""The line between us and the mail server breaks, stalls and crawls: no mail twice, none lost, each read once."""

import time
from datetime import datetime
from itertools import chain

import pytest
from tests.mail.fault_proxy import FaultProxy, Trouble
from tests.mail.post_office import SALES, Clock, PostOffice, open_mailbox
from tests.mail.test_reading import come, read, stored

from leadwright.db.mail import Mailbox
from leadwright.domain.mail_phase import ENDS, Phase
from leadwright.errors import MailError
from leadwright.mail.mailbox import Found
from leadwright.mail.sender import Sender
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.sandbox.mail_checker import check


@pytest.fixture
def smtp(small_office: PostOffice):
    with FaultProxy(("127.0.0.1", small_office.server.smtp_port)) as proxy:
        yield proxy


@pytest.fixture
def imap(small_office: PostOffice):
    with FaultProxy(("127.0.0.1", small_office.server.imap_port)) as proxy:
        yield proxy


def opened(office: PostOffice, *, smtp: FaultProxy | None = None, imap: FaultProxy | None = None, **more: float):
    ports = (smtp.port if smtp else office.server.smtp_port, imap.port if imap else office.server.imap_port)
    office.opened.append(open_mailbox(*ports, **more))
    return office.opened[-1]


def files_sent(office: PostOffice, yes: bool) -> None:
    office.server.store.accounts[SALES].files_sent = yes
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_filessent = yes


def send_to_the_end(office: PostOffice, mailbox: SmtpImapMailbox, clock: Clock) -> list[Phase | None]:
    """All phases that single attempts ended with, until nothing is left to do."""
    sender = Sender(office.database, office.mailboxid, mailbox, worker="one", clock=clock)
    met: list[Phase | None] = []
    for _ in range(60):
        while isinstance(done := sender.send_next(), Phase) or done is None:
            met.append(done)
        sender.tidy()
        if all(row.phase in ENDS for row in office.rows().values()):
            break
        clock.forward(700)
    sender.close()
    return met


WORDS = [(w, before) for w in (b"MAIL FROM", b"RCPT TO", b"DATA\r\n") for before in (True, False)]


@pytest.mark.parametrize(("words", "before"), WORDS)
def test_a_reset_at_any_command_before_the_dot_is_safe_to_repeat(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy, words: bytes, before: bool
) -> None:
    small_office.waiting(2)
    smtp.trouble = Trouble(at_words=words, before_words=before)
    met = send_to_the_end(small_office, opened(small_office, smtp=smtp), clock)
    assert smtp.trouble.happened
    assert Phase.UNKNOWN not in met
    assert small_office.phases() == {"sent": 2}
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("filing", [True, False])
def test_a_reset_at_the_dot_is_looked_up_or_held(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy, before: bool, filing: bool
) -> None:
    files_sent(small_office, filing)
    small_office.waiting(2)
    smtp.trouble = Trouble(at_words=b"\r\n.\r\n", before_words=before)
    met = send_to_the_end(small_office, opened(small_office, smtp=smtp), clock)
    assert met[0] is Phase.UNKNOWN
    assert small_office.phases() == ({"sent": 2} if filing else {"sent": 1, "held": 1})
    assert len(small_office.server.log) == 2 - (before and not filing)
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []


def resets(office: PostOffice, clock: Clock, smtp: FaultProxy, step: int) -> int:
    """One mail a byte count, up and down the line, until a mail passes untouched. How many lines were broken."""
    files_sent(office, True)
    broken = 0
    for kind in ("reset_after_up", "reset_after_down", "limit_down"):
        for after in range(1, 100_000, step):
            smtp.trouble = Trouble(**{kind: after})
            (row,) = office.waiting(1)
            mailbox = opened(office, smtp=smtp)
            send_to_the_end(office, mailbox, clock)
            assert office.rows()[row].phase == Phase.SENT
            if not smtp.trouble.happened:
                break
            broken += 1
    return broken


def test_a_line_that_breaks_after_any_number_of_bytes_sends_each_mail_once(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy
) -> None:
    assert resets(small_office, clock, smtp, 307) > 8
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []


@pytest.mark.faults
def test_a_line_that_breaks_after_every_twentieth_byte_sends_each_mail_once(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy
) -> None:
    assert resets(small_office, clock, smtp, 20) > 100
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []


@pytest.mark.parametrize(
    "trouble",
    [Trouble(slice_bytes=7), Trouble(bandwidth=20_000), Trouble(latency=0.01), Trouble(slow_close=0.3)],
    ids=["slicer", "bandwidth", "latency", "slow_close"],
)
def test_a_slow_line_only_takes_longer(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy, imap: FaultProxy, trouble: Trouble
) -> None:
    small_office.waiting(2)
    smtp.trouble = imap.trouble = trouble
    assert send_to_the_end(small_office, opened(small_office, smtp=smtp, imap=imap), clock) == [Phase.SENT] * 2
    come(small_office, 3)
    assert len(read(small_office, opened(small_office, imap=imap))) == 3


@pytest.mark.faults
def test_half_a_second_on_every_link_and_everything_still_ends(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy, imap: FaultProxy
) -> None:
    small_office.waiting(3)
    smtp.trouble = imap.trouble = Trouble(latency=0.5)
    assert send_to_the_end(small_office, opened(small_office, smtp=smtp, imap=imap), clock) == [Phase.SENT] * 3
    come(small_office, 5)
    assert len(read(small_office, opened(small_office, imap=imap))) == 5


def test_a_line_that_is_down_is_the_mailboxs_trouble_and_nothing_is_lost(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy
) -> None:
    small_office.waiting(2)
    smtp.trouble = Trouble(down=True)
    mailbox = opened(small_office, smtp=smtp)
    sender = Sender(small_office.database, small_office.mailboxid, mailbox, worker="one", clock=clock)
    assert sender.send_due() == 1
    assert small_office.phases() == {"queued": 2}
    smtp.trouble = Trouble()
    clock.forward(301)
    assert sender.send_due() == 2


@pytest.mark.parametrize("arrives", [True, False], ids=["the mail still arrives", "the mail is lost"])
def test_a_server_that_falls_silent_at_the_dot_is_left_and_looked_up(
    small_office: PostOffice, clock: Clock, smtp: FaultProxy, arrives: bool
) -> None:
    files_sent(small_office, True)
    small_office.waiting(1)
    smtp.trouble = Trouble(latency=0.01)
    mailbox = opened(small_office, smtp=smtp, dot_seconds=0.3)
    sender = Sender(small_office.database, small_office.mailboxid, mailbox, worker="one", clock=clock)
    mailbox._smtp.first.sign_in()
    pass_on = sender._pass

    def fall_silent(claimed: object) -> bool:
        smtp.trouble = Trouble(silent=True)
        return pass_on(claimed)  # type: ignore[arg-type]

    sender._pass = fall_silent  # type: ignore[method-assign, assignment]
    assert sender.send_next() is Phase.UNKNOWN
    if not arrives:
        smtp.break_all()
    smtp.trouble = Trouble()
    until = time.monotonic() + 20
    while arrives and not small_office.server.log and time.monotonic() < until:  # the clock below is a virtual one
        time.sleep(0.01)
    assert len(small_office.server.log) == arrives
    sender._pass = pass_on  # type: ignore[method-assign]
    send_to_the_end(small_office, opened(small_office), clock)
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []
    assert small_office.phases() == {"sent": 1}


def read_to_the_end(office: PostOffice, mailbox: SmtpImapMailbox) -> int:
    """Read until a pass ends; how many passes broke."""
    for broken in range(500):
        try:
            read(office, mailbox)
        except MailError:
            continue
        return broken
    raise AssertionError("never read to the end")


@pytest.mark.parametrize("kind", ["reset_after_down", "limit_down", "reset_after_up"])
def test_an_imap_line_that_breaks_after_any_number_of_bytes_reads_each_message_once(
    small_office: PostOffice, imap: FaultProxy, kind: str
) -> None:
    came = 0
    for after in chain(range(1, 400, 97), range(400, 20_000, 2_777)):
        come(small_office, 3, first=came)
        came += 3
        imap.trouble = Trouble(**{kind: after})
        read_to_the_end(small_office, opened(small_office, imap=imap))
        assert len(stored(small_office)) == came
        if not imap.trouble.happened:
            break
    assert came > 6


def test_silence_in_the_middle_of_a_fetch_is_found_out_and_reading_goes_on(
    small_office: PostOffice, imap: FaultProxy
) -> None:
    come(small_office, 20)
    mailbox = opened(small_office, imap=imap, timeout=0.4)
    assert mailbox._imap.sign_in() == ""
    imap.trouble = Trouble(silent=True)
    began = time.monotonic()
    with pytest.raises(MailError):
        read(small_office, mailbox)
    assert time.monotonic() - began < 5
    imap.trouble = Trouble()
    imap.break_all()
    assert read_to_the_end(small_office, mailbox) == 0
    assert len(stored(small_office)) == 20


def test_a_half_open_line_in_idle_is_found_out_and_nothing_is_missed(
    small_office: PostOffice, imap: FaultProxy
) -> None:
    mailbox = opened(small_office, imap=imap, timeout=0.4)
    read(small_office, mailbox)
    assert not mailbox.wait_for_new(0.1)
    imap.trouble = Trouble(silent=True)
    come(small_office, 1)
    with pytest.raises(MailError):
        mailbox.wait_for_new(0.3)
    imap.trouble = Trouble()
    imap.break_all()
    assert mailbox.wait_for_new(5)
    assert len(read(small_office, mailbox)) == 1


def test_a_look_up_over_a_broken_line_never_says_that_a_mail_is_not_there(
    small_office: PostOffice, imap: FaultProxy
) -> None:
    mailbox = opened(small_office, imap=imap)
    raw = b"Message-ID: <in.sent@seller.example>\r\nSubject: x\r\n\r\nx\r\n"
    mailbox.file_sent(raw, datetime.now().astimezone())
    said = set()
    for after in range(1, 1_200, 173):
        imap.trouble = Trouble(reset_after_down=after, times=2)
        said.add(opened(small_office, imap=imap).find_sent("<in.sent@seller.example>"))
        imap.trouble = Trouble()
        mailbox.file_sent(raw, datetime.now().astimezone())
    assert said == {Found.YES, Found.CANNOT_TELL}
    assert len(small_office.server.folder(SALES, "Sent").messages) == 1
