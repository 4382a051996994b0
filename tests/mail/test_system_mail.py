"""Mails to Leadwright's own users: queued once, sealed when they let somebody in, sent until a server takes them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select, update
from tests.mail.post_office import PASSWORD, SALES, Clock, PostOffice

from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.system_mail import SystemMail
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import MailboxTest
from leadwright.errors import BadInput
from leadwright.identity.secrets import Vault
from leadwright.mail.claim import Claimed, Nothing, claim
from leadwright.mail.mailbox import Outcome, Result
from leadwright.mail.pace import next_place
from leadwright.mail.system_mail import SystemPost, queue_system_mail, waiting_mails, way_out
from leadwright.sandbox.mail_faults import Fault, Step, Times
from leadwright.settings import Settings, load_settings

VAULT = Vault(["a test key that is long enough"])
LINK = "https://desk.example/invitation/secret-token"


@pytest.fixture(autouse=True)
def reachable(request: pytest.FixtureRequest) -> None:
    """The shared mailbox has servers and was tested."""
    for name in ("office", "small_office"):
        if name in request.fixturenames:
            office: PostOffice = request.getfixturevalue(name)
            office.server.add_account("ada@seller.example", "of Ada")
            values = {
                "lw_smtphost": "localhost",
                "lw_smtpport": office.server.smtp_port,
                "lw_smtpsecurity": "none",
                "lw_imaphost": "localhost",
                "lw_imapport": office.server.imap_port,
                "lw_imapsecurity": "none",
                "outgoingemailstatus": MailboxTest.SUCCESS,
                "lw_sealedsecret": VAULT.seal(PASSWORD, f"mailbox:{office.mailboxid}"),
            }
            with office.database.transaction() as session:
                session.execute(update(Mailbox).values(values))


def post(office: PostOffice, settings: Settings | None = None) -> SystemPost:
    return SystemPost(office.database, settings or Settings(), lambda: VAULT, office.clock)


def queue(office: PostOffice, **values: object) -> str:
    given = {"to": "ada@seller.example", "subject": "You are invited", "text": f"Open {LINK}\n", **values}
    with office.database.transaction() as session:
        return queue_system_mail(session, moment=office.clock(), **given)  # type: ignore[arg-type]


def rows(office: PostOffice) -> list[SystemMail]:
    with office.database.reading() as session:
        return list(session.scalars(select(SystemMail).order_by(SystemMail.systemmailid)))


def test_a_mail_to_a_user_leaves_by_the_shared_mailbox(office: PostOffice) -> None:
    queue(office)
    assert post(office).send_due() == 1
    (accepted,) = office.server.log
    assert accepted.recipient == "ada@seller.example"
    assert b"Auto-Submitted: auto-generated" in accepted.raw
    assert LINK.encode() in accepted.raw
    assert [row.state for row in rows(office)] == ["sent"]
    assert post(office).send_due() == 0


def test_a_text_that_lets_somebody_in_is_sealed_in_the_store_and_gone_once_sent(
    small_office: PostOffice,
) -> None:
    queue(small_office, vault=VAULT)
    (row,) = rows(small_office)
    assert LINK not in row.text
    assert row.issealed
    post(small_office).send_due()
    assert LINK.encode() in small_office.server.log[0].raw
    assert rows(small_office)[0].text == ""


def test_the_same_event_queues_one_mail(office: PostOffice) -> None:
    first, second = (queue(office, key="lead 1 handed over") for _ in range(2))
    assert first == second
    assert post(office).send_due() == 1


def test_a_server_that_is_down_loses_nothing(office: PostOffice, clock: Clock) -> None:
    for _ in range(3):
        queue(office)
    office.server.faults.script = Times(Step.CONNECT, Fault(answer="421 4.3.2 going down"), times=1)
    assert post(office).send_due() == 0
    with office.database.reading() as session:
        count, reason = waiting_mails(session)
    assert count == 3
    assert "421" in reason
    assert {row.state for row in rows(office)} == {"waiting"}
    clock.forward(31)
    assert post(office).send_due() == 3


def test_an_answer_that_never_came_is_tried_again_under_the_same_message_id(
    small_office: PostOffice, clock: Clock
) -> None:
    queue(small_office)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(drop=True))
    post(small_office).send_due()
    clock.forward(60)
    assert post(small_office).send_due() == 1
    first, second = small_office.server.log
    assert _messageid(first.raw) == _messageid(second.raw)


def test_a_refused_address_is_given_up_with_the_servers_words(small_office: PostOffice) -> None:
    queue(small_office)
    small_office.server.faults.script = Times(Step.RCPT, Fault(answer="550 5.1.1 no such user"))
    post(small_office).send_due()
    (row,) = rows(small_office)
    assert row.state == "failed"
    assert "no such user" in row.reason


def test_a_mail_that_is_of_no_use_any_more_is_not_sent(small_office: PostOffice, clock: Clock) -> None:
    queue(small_office, expires_at=clock() + timedelta(minutes=30))
    clock.forward(1801)
    assert post(small_office).send_due() == 0
    assert rows(small_office)[0].state == "failed"
    assert not small_office.server.log


def test_a_killed_sender_is_followed_by_another_when_its_lease_ends(small_office: PostOffice, clock: Clock) -> None:
    queue(small_office)
    claimed = post(small_office)._claim()
    assert claimed is not None
    assert post(small_office).send_due() == 0
    clock.forward(901)
    later = post(small_office)
    assert later.send_due() == 1
    later._note(claimed, outcome=_late_refusal())
    assert rows(small_office)[0].state == "sent"


def test_mails_to_users_take_places_in_the_pace_of_the_shared_mailbox(office: PostOffice, clock: Clock) -> None:
    with office.database.transaction() as session:
        session.execute(update(Mailbox).values(lw_perminute=2))
    for _ in range(3):
        queue(office)
    assert post(office).send_due() == 2
    with office.database.transaction() as session:
        assert next_place(session, session.get_one(Mailbox, office.mailboxid), clock()) is not None
    clock.forward(61)
    assert post(office).send_due() == 1


def test_however_many_mails_to_users_there_were_their_places_are_counted_by_indexes(
    small_office: PostOffice, clock: Clock
) -> None:
    asked: list[tuple[str, Any]] = []
    engine = small_office.database.engine
    event.listen(engine, "before_cursor_execute", lambda _, __, sql, values, *___: asked.append((sql, values)))
    with small_office.database.transaction() as session:
        next_place(session, session.get_one(Mailbox, small_office.mailboxid), clock())
    ((sql, values),) = [each for each in asked if "systemmail" in each[0]]
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    looked = [line for line in plan if "systemmail" in line]
    assert [line.split("ix_systemmail_")[-1].split(" ")[0] for line in looked] == ["due", "spent", "spent"], plan


@pytest.mark.parametrize("limit", ["lw_perminute", "lw_perday", "lw_atonce"])
def test_a_mail_to_a_user_takes_its_place_when_it_is_claimed(office: PostOffice, limit: str) -> None:
    _only_one_more(office, limit)
    queue(office)
    claimed = post(office)._claim()
    assert claimed is not None
    office.waiting(1)
    assert isinstance(_claim_for_a_lead(office), Nothing)
    post(office)._note(claimed, Outcome(Result.LATER, "451 later", retry_after=60))
    assert isinstance(_claim_for_a_lead(office), Claimed)


def test_who_was_killed_with_a_claim_holds_no_place_for_ever(office: PostOffice, clock: Clock) -> None:
    _only_one_more(office, "lw_atonce")
    queue(office)
    assert post(office)._claim() is not None
    clock.forward(901)
    assert post(office).send_due() == 1
    office.waiting(1)
    assert isinstance(_claim_for_a_lead(office), Claimed)


@pytest.mark.parametrize("limit", ["lw_perminute", "lw_atonce"])
def test_two_workers_at_once_never_pass_the_pace_with_a_mail_to_a_user_and_one_to_a_lead(
    office: PostOffice, limit: str
) -> None:
    rounds = 25
    _only_one_more(office, limit)
    office.waiting(rounds)
    together = threading.Barrier(2, timeout=60)
    taken: list[list[object]] = [[], []]

    def compete(number: int, claim: Callable[[], object]) -> None:
        for _ in range(rounds):
            together.wait()
            taken[number].append(claim())
            together.wait()
            if number == 0:
                _give_all_back(office)
            together.wait()

    for _ in range(rounds):
        queue(office)
    theirs = threading.Thread(target=compete, args=(1, lambda: _claim_for_a_lead(office)))
    theirs.start()
    compete(0, post(office)._claim)
    theirs.join()
    both = [(ours is not None, isinstance(lead, Claimed)) for ours, lead in zip(*taken, strict=True)]
    assert all(ours + lead == 1 for ours, lead in both), both


def _only_one_more(office: PostOffice, limit: str) -> None:
    """29 of 30 are used, or three of four are under way."""
    count = 3 if limit == "lw_atonce" else 29
    used = office.waiting(count)
    values = {"lw_perminute": 100, "lw_perday": 100, "lw_atonce": 100, limit: count + 1}
    over = {"phase": Phase.SENDING, "leaseuntil": office.clock() + timedelta(days=1)}
    if limit != "lw_atonce":
        over = {"phase": Phase.SENT, "spenton": office.clock(), "concludedon": office.clock()}
    with office.database.transaction() as session:
        session.execute(update(Mailbox).values(values))
        session.execute(update(Outbox).where(Outbox.outboxid.in_(used)).values(over))


def _claim_for_a_lead(office: PostOffice) -> Claimed | Nothing:
    with office.database.transaction() as session:
        return claim(session, office.mailboxid, worker="lead", clock=office.clock)


def _give_all_back(office: PostOffice) -> None:
    with office.database.transaction() as session:
        session.execute(update(Outbox).where(Outbox.worker == "lead").values(phase=Phase.QUEUED, leaseuntil=None))
        session.execute(update(SystemMail).values(state="waiting", leaseuntil=None))


def test_without_a_way_out_a_mail_waits(small_office: PostOffice) -> None:
    queue(small_office)
    with small_office.database.transaction() as session:
        session.execute(update(Mailbox).values(outgoingemailstatus=MailboxTest.FAILURE))
        assert way_out(session, Settings()) is None
    assert post(small_office).send_due() == 0
    assert rows(small_office)[0].state == "waiting"


def test_the_server_of_the_settings_is_used_where_there_is_one(small_office: PostOffice) -> None:
    small_office.server.add_account("desk@seller.example", "of the desk")
    settings = Settings(
        smtp_host="localhost",
        smtp_port=small_office.server.smtp_port,
        smtp_security="none",
        smtp_user="desk@seller.example",
        smtp_password=SecretStr("of the desk"),
        smtp_from="Leadwright <desk@seller.example>",
    )
    queue(small_office)
    assert post(small_office, settings).send_due() == 1
    assert b"From: Leadwright <desk@seller.example>" in small_office.server.log[0].raw
    assert SALES.encode() not in small_office.server.log[0].raw


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: evil@x.example", "Hello\nBcc: evil@x.example"])
def test_no_subject_starts_another_header(small_office: PostOffice, subject: str) -> None:
    queue(small_office, subject=subject)
    post(small_office).send_due()
    head = small_office.server.log[0].raw.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc:" not in head


def test_what_cannot_be_sent_is_refused_at_once(small_office: PostOffice) -> None:
    for wrong in ({"to": "nobody"}, {"text": " "}, {"subject": "=?utf-8?q?hi=0ABcc:_evil@x.test?="}):
        with pytest.raises(BadInput):
            queue(small_office, **wrong)


def test_a_server_without_an_address_or_protection_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="smtp_from"):
        load_settings(smtp_host="mail.example")
    with pytest.raises(BadInput, match="starttls"):
        load_settings(smtp_host="mail.example", smtp_from="a@b.example", smtp_security="none")


def _messageid(raw: bytes) -> bytes:
    return raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]


def _late_refusal():  # type: ignore[no-untyped-def]
    from leadwright.mail.mailbox import Outcome

    return Outcome(Result.REFUSED, "550 late")
