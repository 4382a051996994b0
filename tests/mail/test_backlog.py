"""Years of mail in a mailbox that is given to the agent: looked through by heads, whole where it matters, once each."""

import json
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from tests.mail.backlogs import LONG_AGO, all_are_stored_once, counted, read_all, stranger
from tests.mail.post_office import SALES, PostOffice, letter
from tests.mail_servers.running import MailServers

from leadwright.db.backlog import BacklogMail
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Mailbox, MailboxFolder
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Lead
from leadwright.domain.optionsets import DeliveryMethod
from leadwright.mail.backlog import MOST_NEW, backlog_is_read
from leadwright.mail.checks import STANDARD
from leadwright.mail.claim import Waiting
from leadwright.mail.heads import MOST_BYTES, Matter, read_head
from leadwright.mail.mailbox import Fetched
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender

STRANGERS = 2_300  # more than one question for heads


def filled(office: PostOffice, *others: bytes, strangers: int = STRANGERS) -> None:
    """The mails of strangers, and between them the others, all of long ago."""
    inbox = office.server.folder(SALES)
    step = strangers // (len(others) + 1)
    mine = list(others)
    for n in range(strangers):
        inbox.add(stranger(n), LONG_AGO)
        if mine and n and n % step == 0:
            inbox.add(mine.pop(0), LONG_AGO)
    assert not mine


def there(office: PostOffice) -> dict[int, bytes]:
    return {m.uid: m.raw for m in office.server.folder(SALES).messages}


def matters(office: PostOffice) -> list[str]:
    with office.database.reading() as session:
        return sorted(set(session.scalars(select(BacklogMail.matters))))


def test_of_strangers_mail_only_heads_are_kept_and_the_next_pass_finds_nothing(office: PostOffice) -> None:
    filled(office)
    mailbox = office.open()
    for _ in range(2):
        assert read_all(office.database, office.mailboxid, mailbox, office.clock) == []
        assert counted(office.database) == (0, STRANGERS, 0)
    assert all_are_stored_once(office.database, there(office))
    with office.database.reading() as session:
        row = session.scalars(select(BacklogMail).where(BacklogMail.messageid == "<7@shop7.example>")).one()
    assert (row.thread, row.receivedon, row.size) == (
        "<a7@other.example> <b7@other.example>",
        LONG_AGO,
        len(stranger(7)),
    )


def test_whatever_could_matter_is_read_whole(office: PostOffice) -> None:
    office.waiting(1)
    (ours,) = office.rows().values()
    with office.database.transaction() as session:
        session.merge(ours).createdon = office.clock()
        session.add(BusinessUnit(businessunitid="unit", name="Sales"))
        session.flush()
        session.add(
            Lead(
                lastname="Lee",
                fullname="Lee",
                companyname="Lee",
                emailaddress1="lee@lead.example",
                emailaddress2="lee@home.example",
                ownerid="nobody",
                owningbusinessunit="unit",
            )
        )  # fmt: skip
    ones = {
        "answers": stranger(9_001, References=f"<x@y.example> {ours.messageid}"),
        "answers in reply": stranger(9_002, References="", In_Reply_To=ours.messageid),
        "answers folded": stranger(9_003, References=f"<{'x' * 200}@y>\r\n {ours.messageid}"),
        "null return path": stranger(9_004, Return_Path="<>"),
        "report": stranger(9_005, Content_Type='multipart/report; report-type=delivery-status; boundary="b"'),
        "robot": stranger(9_006, From="Mail Delivery System <mailer-daemon@mx.example>"),
        "bounce that is no DSN": stranger(9_007, Subject="Undelivered mail returned to sender"),
        "failed recipients": stranger(9_008, X_Failed_Recipients="jo@x.example"),
        "no sender": stranger(9_009, From=""),
        "lead": stranger(9_010, From="Lee <LEE@Lead.example>"),
        "second address": stranger(9_011, From="lee@home.example"),
        "recipient": stranger(9_012, From=ours.recipient),
        "no id": stranger(9_013, Message_ID=""),
        "too long": stranger(9_014, References="<x@y> " * (MOST_BYTES // 6)),
    }
    filled(office, *ones.values())
    got = read_all(office.database, office.mailboxid, office.open(), office.clock)
    assert {name for name, raw in ones.items() if raw not in got} == set()
    assert len(got) == len(ones)
    assert counted(office.database) == (len(ones), STRANGERS, 0)
    assert all_are_stored_once(office.database, there(office))


def test_mail_since_the_mailbox_is_ours_is_always_read_whole(office: PostOffice) -> None:
    filled(office)
    inbox = office.server.folder(SALES)
    new = [stranger(n) for n in range(9_000, 9_000 + MOST_NEW + 50)]
    for raw in new:
        inbox.add(raw, office.clock())
    mailbox = office.open()
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == new
    inbox.add(stranger(9_900), LONG_AGO)
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == [stranger(9_900)]
    assert all_are_stored_once(office.database, there(office))


def test_after_a_change_of_kind_only_what_is_new_is_read_whole_whoever_wrote_it(office: PostOffice) -> None:
    inbox = office.server.folder(SALES)
    changed = office.clock()
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).createdon = LONG_AGO
        place = json.dumps({"since": changed.isoformat()})
        session.add(MailboxFolder(mailboxid=office.mailboxid, folder="INBOX", place=place))
    for n in range(MOST_NEW * 2):
        inbox.add(stranger(n), changed - timedelta(days=30))
    inbox.add(stranger(9_000), changed)
    assert read_all(office.database, office.mailboxid, office.open(), office.clock) == [stranger(9_000)]
    assert counted(office.database) == (1, MOST_NEW * 2, 0)


def test_copies_are_stored_once_and_different_mails_of_one_id_each(office: PostOffice) -> None:
    copy, other = stranger(5), stranger(5, Subject="Another subject")
    filled(office, copy, other, strangers=MOST_NEW * 2)
    got = read_all(office.database, office.mailboxid, office.open(), office.clock)
    assert sorted(got) == sorted([copy, other])
    assert counted(office.database) == (2, MOST_NEW * 2 - 1, 0)
    assert all_are_stored_once(office.database, there(office))


@pytest.mark.parametrize("strangers", [STRANGERS, MOST_NEW // 2])
def test_after_a_change_of_uidvalidity_nothing_is_given_twice(office: PostOffice, strangers: int) -> None:
    filled(office, stranger(9_001, Return_Path="<>"), strangers=strangers)
    mailbox = office.open()
    assert read_all(office.database, office.mailboxid, mailbox, office.clock)
    before = counted(office.database)
    office.server.folder(SALES).renumber()
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == []
    assert counted(office.database) == before
    assert all_are_stored_once(office.database, there(office))


def test_heads_of_an_older_numbering_go_when_few_mails_are_left(office: PostOffice) -> None:
    filled(office)
    mailbox = office.open()
    read_all(office.database, office.mailboxid, mailbox, office.clock)
    inbox = office.server.folder(SALES)
    del inbox.messages[20:]
    inbox.renumber()
    assert len(read_all(office.database, office.mailboxid, mailbox, office.clock)) == 20
    assert counted(office.database) == (20, 0, 0)


def test_whoever_is_written_to_is_first_read_in_the_backlog(office: PostOffice) -> None:
    wrote = stranger(9_001, From="Jo <jo@late.example>")
    filled(office, wrote)
    mailbox = office.open()
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == []
    with office.database.transaction() as session:
        put(session, Order("outreach:1:1:1", office.mailboxid, letter("JO@late.example")), office.clock())
    sender = Sender(office.database, office.mailboxid, mailbox, worker="one", checks=STANDARD, clock=office.clock)
    assert sender.send_due() == 0
    assert matters(office) == ["", Matter.LEAD]
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == [wrote]
    office.clock.forward(60)  # type: ignore[attr-defined]
    assert sender.send_due() == 1


def test_nothing_of_an_agent_goes_out_of_a_mailbox_that_was_not_looked_through(office: PostOffice) -> None:
    to = ("0" * 64, "1" * 64)
    mail = Waiting("id", "key", office.mailboxid, None, None, "agent", "jo@x.example", "outreach", 1, to)

    def why_not() -> str:
        with office.database.transaction() as session:
            refusal = backlog_is_read(session, mail, office.clock())
        assert refusal is None or (refusal.until or office.clock()) > office.clock()
        return refusal.reason if refusal else ""

    assert why_not() == "The mailbox has not been read yet."
    filled(office)
    read_all(office.database, office.mailboxid, office.open(), office.clock)
    assert why_not() == ""
    for column in ("sorting", "matters"):
        with office.database.transaction() as session:
            if column == "sorting":
                session.scalars(select(MailboxFolder)).one().sorting = True
            else:
                session.scalars(select(BacklogMail).limit(1)).one().matters = Matter.REPORT
        assert why_not() == "Mail that was in the mailbox before is read first."
        read_all(office.database, office.mailboxid, office.open(), office.clock)
        assert why_not() == ""
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).incomingemaildeliverymethod = DeliveryMethod.NONE
        session.scalars(select(MailboxFolder)).one().sorting = True
    assert why_not() == "", "a mailbox that is not read holds nothing up"


def test_a_look_that_finds_nothing_is_written_down_every_few_minutes_and_holds_for_half_an_hour(
    office: PostOffice,
) -> None:
    mailbox, began, noted = office.open(), office.clock(), []
    to = ("0" * 64, "1" * 64)
    mail = Waiting("id", "key", office.mailboxid, None, None, "agent", "jo@x.example", "outreach", 1, to)
    for seconds in (0, 60, 200, 100, 30):
        office.clock.forward(seconds)  # type: ignore[attr-defined]
        read_all(office.database, office.mailboxid, mailbox, office.clock)
        with office.database.reading() as session:
            noted.append((session.scalars(select(MailboxFolder.readon)).one() - began).total_seconds())  # type: ignore[operator]
    assert noted == [0, 0, 0, 360, 360]
    late = "The mailbox was read last at"
    for seconds, why in ((29 * 60, ""), (120, late), (-7_200, late)):  # then the clock is set back
        office.clock.forward(seconds)  # type: ignore[attr-defined]
        with office.database.transaction() as session:
            refusal = backlog_is_read(session, mail, office.clock())
        assert (refusal.reason if refusal else "")[:28] == why


def test_a_mail_that_is_gone_before_it_is_fetched_holds_nothing_up(office: PostOffice) -> None:
    filled(office)
    mailbox = office.open()
    read_all(office.database, office.mailboxid, mailbox, office.clock)
    with office.database.transaction() as session:
        for row in session.scalars(select(BacklogMail).where(BacklogMail.uid.in_((3, 4)))):
            row.matters = Matter.LEAD
    inbox = office.server.folder(SALES)
    inbox.messages[:] = [m for m in inbox.messages if m.uid != 3]
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == [stranger(3)]
    assert counted(office.database) == (1, STRANGERS - 2, 0)


def test_a_sync_killed_at_every_commit_loses_and_doubles_nothing(office: PostOffice) -> None:
    reports = [stranger(n, Return_Path="<>") for n in range(9_000, 9_010)]
    filled(office, *reports)
    ports = (str(office.server.smtp_port), str(office.server.imap_port))
    program = [sys.executable, "-m", "tests.mail.killed_while_reading", office.database.url, office.mailboxid, *ports]
    kills = 0
    for commits, when in product(range(20), ("before", "after")):
        with office.database.transaction() as session:
            for table in (BacklogMail, InboundMessage, MailboxFolder):
                session.execute(delete(table))
        ended = subprocess.run([*program, str(commits), when], cwd=Path(__file__).parents[2], check=False).returncode
        kills += ended == -signal.SIGKILL
        read_all(office.database, office.mailboxid, office.open(), office.clock)
        assert counted(office.database) == (len(reports), STRANGERS, 0)
        assert all_are_stored_once(office.database, there(office))
        with office.database.reading() as session:
            assert set(session.scalars(select(InboundMessage.state))) == {"new"}, "each waits to be acted on"
        if ended == 0:
            break
    assert ended == 0
    assert kills == 6, "two questions for heads, one for the reports"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff" * 8_000,
        b"From: " + b"(" * 16_000,
        b"From: " + b"<" * 16_000,
        b"From: " + b'"\\' * 8_000,
        b"From: " + b"=?utf-8?q?" * 1_600,
        b"References: " + b"<" * 16_000,
        b"Subject: " + b"=?x?b?=?= " * 1_600,
        b"Subject: " + b"\r\n " * 5_000,
        b"Message-ID: <\0\xff@\xed\xa0\x80>\r\nIn-Reply-To: <\0@x>\r\n",
        b"From: a@b.example, " * 800,
    ],
    ids=range(11),
)
def test_a_hostile_head_costs_little_and_can_be_stored(raw: bytes, database: Database) -> None:
    begun = time.process_time()
    head = read_head(Fetched(1, raw, 9, LONG_AGO))
    assert time.process_time() - begun < 0.2
    assert "\0" not in head.messageid + head.sender + "".join(head.thread)
    (head.messageid + head.sender).encode("utf-8")


def test_a_real_dovecot_with_ten_thousand_mails(mail_servers: MailServers, office: PostOffice) -> None:
    from tests.mail.test_real_servers import mailbox_on

    ours = stranger(10_001, Return_Path="<>")
    mails = [*(stranger(n) for n in range(9_999)), ours]
    mail_servers.fill(SALES, mails, LONG_AGO)
    mailbox = mailbox_on(mail_servers)
    office.opened.append(mailbox)
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == [ours]
    assert counted(office.database) == (1, 9_999, 0)
    mailbox.close()
    mail_servers.renumber(SALES)
    with office.database.reading() as session:
        before = session.scalars(select(BacklogMail.uidvalidity).limit(1)).one()
    assert read_all(office.database, office.mailboxid, mailbox, office.clock) == []
    assert counted(office.database) == (1, 9_999, 0)
    with office.database.reading() as session:
        assert session.scalars(select(BacklogMail.uidvalidity).limit(1)).one() != before
