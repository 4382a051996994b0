"""The faults of sending and reading, on naive builds: a guard of the real one is taken out, and its test must fail."""

import email
import signal
import smtplib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from email import policy

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from tests.mail import test_automatic, test_oauth, test_outbox, test_sending, test_trouble, test_workers
from tests.mail.fault_proxy import FaultProxy, Trouble
from tests.mail.post_office import PASSWORD, SALES, Clock, PostOffice
from tests.mail.test_killed import ready
from tests.mail.test_naive import broken, mark, naive_send
from tests.mail_servers.authority import Authority
from tests.unguarded import harm_is_found

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.suppression import Reason
from leadwright.mail.automatic import Automatic, Kind, why_automatic
from leadwright.mail.mailbox import Outcome, Result
from leadwright.mail.parse import parse_mail
from leadwright.mail.suppression import suppress as opt_out
from leadwright.sandbox.mail_faults import Fault, Step, Times

leads, authority = test_outbox.leads, test_oauth.authority


def test_taking_a_locked_database_for_a_failed_send_sends_twice(small_office: PostOffice) -> None:
    """F5: while a backup holds the database no outcome can be stored, and a build that repeats the step sends again."""
    small_office.waiting(1)
    (row,) = small_office.rows().values()
    path = small_office.database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=0.1)) as mine, closing(sqlite3.connect(path)) as backup:
        backup.execute("BEGIN EXCLUSIVE")
        naive_send(small_office, row, marking=False)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            mine.execute("UPDATE outbox SET phase = 'sent'")
        backup.execute("ROLLBACK")
        naive_send(small_office, row, marking=False)
        mine.execute("UPDATE outbox SET phase = 'sent'")
        mine.commit()
    assert broken(small_office) == {1}


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
def test_marking_before_sending_loses_the_mail_that_is_dropped(small_office: PostOffice, step: Step) -> None:
    """F11: at most once at any price."""
    small_office.waiting(1)
    (row,) = small_office.rows().values()
    mark(small_office, row)
    small_office.server.faults.script = Times(step, Fault(drop=True))
    line = smtplib.SMTP("localhost", small_office.server.smtp_port)
    line.login(SALES, PASSWORD)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        line.sendmail(row.sender, [row.recipient], row.raw)
    line.close()
    assert broken(small_office) == {2}


def test_taking_a_late_answer_for_none_sends_twice(small_office: PostOffice) -> None:
    """F10: the server took the mail and answers after the client's timeout."""
    small_office.waiting(1)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(wait=1.0))
    for row in small_office.rows().values():
        naive_send(small_office, row, timeout=0.3)
    assert broken(small_office) == {1}


def test_short_patience_on_a_slow_line_sends_twice(small_office: PostOffice) -> None:
    """F47: every answer takes half a second longer than this build waits for the last one."""
    small_office.waiting(1)
    (row,) = small_office.rows().values()
    with FaultProxy(("127.0.0.1", small_office.server.smtp_port), Trouble(latency=0.25)) as proxy:
        for _ in range(2):
            line = smtplib.SMTP("localhost", proxy.port, timeout=5)
            line.login(SALES, PASSWORD)
            line.mail(row.sender)
            line.rcpt(row.recipient)
            assert line.docmd("DATA")[0] == 354
            assert line.sock is not None
            line.sock.settimeout(0.2)
            with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
                line.send(row.raw + b".\r\n")
                line.getreply()
            line.close()
        test_trouble.wait_for(lambda: len(small_office.server.log) == 2)
    mark(small_office, row)
    assert broken(small_office) == {1}


def test_a_worker_that_wakes_past_its_lease_and_looks_no_more_sends_twice(
    small_office: PostOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F17: the same sleeping worker; before the dot it compares neither its token nor its lease."""
    monkeypatch.setattr("leadwright.mail.sender.Sender._pass", lambda _self, claims: [True for _ in claims])
    with harm_is_found():
        test_sending.test_a_zombie_that_wakes_after_its_lease_hands_nothing_over(small_office, clock)
    assert broken(small_office) == {1}


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "421 4.3.2 closing"])
def test_taking_each_refusal_for_the_last_word_loses_mails(
    small_office: PostOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """F12"""
    lasting = lambda _self, _smtp, _step, code, said: Outcome(Result.REFUSED, said, code)  # noqa: E731
    monkeypatch.setattr("leadwright.mail.smtp.SmtpConnection._not_taken", lasting)
    with harm_is_found():
        test_sending.test_a_passing_refusal_is_tried_again_later(small_office, clock, answer, Step.RCPT)
    assert small_office.phases() == {"failed": 1}


def test_taking_our_own_spent_quota_for_the_recipients_word_fails_mails(
    small_office: PostOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F34"""
    monkeypatch.setattr("leadwright.mail.smtp._is_spent", lambda _step, _said: False)
    monkeypatch.setattr("leadwright.mail.smtp._ours", lambda _code: False)
    monkeypatch.setattr("leadwright.mail.conclusion.judged_together", lambda _s, _r, ends, _m: list(ends))
    with harm_is_found():
        test_trouble.test_our_own_full_mailbox_or_spent_quota_pauses_sending_with_the_servers_words_and_fails_no_mail(
            small_office, clock, Step.RCPT, "550 5.4.5 Daily user sending limit exceeded"
        )
    assert "failed" in small_office.phases()


@pytest.mark.parametrize("step", [Step.MAIL, Step.TAKEN])
def test_a_build_that_reads_the_stop_switch_before_its_loop_sends_on(
    office: PostOffice,
    clock: Clock,
    leads: Callable[[int], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    step: Step,
) -> None:
    """F37 and F38: the agent's state is looked at once, and no more in the claim."""
    monkeypatch.setattr("tests.mail.test_outbox.STANDARD", ())
    with harm_is_found():
        test_trouble.test_stopped_at_any_step_the_mail_under_way_ends_and_no_other_is_claimed(
            office, clock, leads, step, False
        )
    assert len(office.server.log) == 3, "two mails after the stop"


@pytest.mark.parametrize("jump", [40 * 86_400, -3 * 3_600])
def test_counting_places_by_the_clock_on_the_wall_makes_a_burst(
    small_office: PostOffice, clock: Clock, jump: int
) -> None:
    """F42: five places for each minute that the clock shows; the server's clock does not jump."""
    small_office.waiting(20)
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).lw_perminute = 5
    small_office.server.store.clock = Clock(clock())
    shown, left = clock(), 5
    for row in small_office.rows().values():
        if clock() != shown:
            shown, left = clock(), 5
        if left == 0:
            break
        naive_send(small_office, row)
        left -= 1
        if len(small_office.server.log) == 5:
            clock.forward(jump)
    assert broken(small_office) == {5}


def test_sending_what_was_read_while_no_opt_out_can_be_stored_reaches_who_left(
    small_office: PostOffice, clock: Clock
) -> None:
    """F45: a database that can only be read gives its mails to whoever only reads before the send."""
    small_office.waiting(2)
    readonly = Database(small_office.database.url)
    with pytest.raises(SQLAlchemyError), readonly.transaction() as session:
        session.execute(text("PRAGMA query_only=ON"))
        opt_out(session, "person0@company0.example", reason=Reason.OPT_OUT, source="test", clock=clock)
    with readonly.reading() as session:
        rows = list(session.scalars(select(Outbox).where(Outbox.phase == "queued")))
    for row in rows:
        naive_send(small_office, row, marking=False)
    readonly.close()
    assert "person0@company0.example" in [accepted.recipient for accepted in small_office.server.log]


def test_ended_by_sigterm_in_the_middle_a_worker_that_does_not_listen_sends_twice(small_office: PostOffice) -> None:
    """F46: it dies where it is, and the next one begins with the same mail."""
    ready(small_office, 1, files_sent=True)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(wait=5.0))
    worker = test_workers.started(small_office, "naive")
    test_trouble.wait_for(lambda: len(small_office.server.log) == 1, 30)
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert worker.returncode == -signal.SIGTERM
    again = test_workers.started(small_office, "naive")
    _, said = again.communicate(timeout=60)
    assert again.returncode == 0, said[-2000:]
    assert broken(small_office) == {1}


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-7", "ascii"])
def test_the_standard_library_alone_gives_no_text_for_each_charset(charset: str) -> None:
    """F32"""
    raw = b"From: a@x.example\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n\xff+2AA-\r\n"
    with pytest.raises((LookupError, UnicodeError)):
        email.message_from_bytes(raw, policy=policy.compat32).get_payload(decode=True).decode(charset)  # type: ignore[union-attr]


def test_a_build_that_knows_machines_by_one_header_answers_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """F33"""

    def by_one_header(raw: bytes) -> Automatic | None:
        return why_automatic(parse_mail(raw)) if b"auto-submitted" in raw.lower() else None

    monkeypatch.setattr(test_automatic, "automatic", by_one_header)
    with harm_is_found():
        test_automatic.test_machines_are_recognised({"precedence": "list"}, Kind.LIST)


def test_a_token_that_is_kept_for_ever_is_refused_for_ever(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F35"""
    monkeypatch.setattr("leadwright.mail.oauth.Tokens.renew", lambda _self: False)
    with harm_is_found():
        test_oauth.test_a_refused_token_is_renewed_once_and_a_fresh_one_is_not_asked_for_again(authority)
