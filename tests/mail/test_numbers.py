"""Uids that begin anew under the same UIDVALIDITY, over a real IMAP server: nothing is lost, nothing doubled."""

import imaplib

import pytest
from tests.mail.post_office import SALES, PostOffice
from tests.mail.test_reading import MOST, come, incoming, read, stored

from leadwright.mail.inbox import NOT_WHOLE, read_cursor


def numbered_from_one(office: PostOffice, *, without: int) -> None:
    """As after a restore of an older copy: the same UIDVALIDITY, the last messages gone, uids from 1."""
    inbox = office.server.folder(SALES)
    del inbox.messages[len(inbox.messages) - without :]
    inbox.renumber(inbox.validity)


@pytest.mark.parametrize("validity", [0, 7])
@pytest.mark.parametrize("told", ["on opening", "when asked"])
def test_uids_that_begin_anew_under_the_same_uidvalidity_lose_and_double_nothing(
    office: PostOffice, validity: int, told: str
) -> None:
    office.server.faults.next_uid = told
    office.server.folder(SALES).validity = validity
    come(office, 6)
    mailbox = office.open()
    assert len(read(office, mailbox)) == 6
    for first in (6, 8):
        numbered_from_one(office, without=3)
        come(office, 2, first=first)
        assert len(read(office, mailbox)) == 2
        assert read(office, mailbox) == []
    come(office, 1, first=10)
    assert len(read(office, office.open())) == 1
    assert len(stored(office)) == 11


def test_a_folder_that_is_emptied_is_not_read_anew(office: PostOffice) -> None:
    come(office, 3)
    mailbox = office.open()
    read(office, mailbox)
    office.server.folder(SALES).messages.clear()
    with office.database.reading() as session:
        before = read_cursor(session, office.mailboxid, "INBOX")
    assert [batch.restarted for batch in mailbox.fetch_new(before, most_bytes=MOST)] == [False]
    come(office, 1, first=3)
    assert len(read(office, mailbox)) == 1


@pytest.mark.parametrize("told", ["wrong", "not at all"])
def test_a_server_that_tells_its_next_uid_wrong_is_not_read_anew_at_each_look(office: PostOffice, told: str) -> None:
    office.server.faults.next_uid = told
    come(office, 3)
    mailbox = office.open()
    read(office, mailbox)
    with office.database.reading() as session:
        before = read_cursor(session, office.mailboxid, "INBOX")
    assert [batch.restarted for batch in mailbox.fetch_new(before, most_bytes=MOST)] == [False]
    come(office, 1, first=3)
    assert len(read(office, mailbox)) == 1


def test_a_look_without_change_asks_nothing_more_for_it(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = imaplib.IMAP4._command

    def counted(self: imaplib.IMAP4, name: str, *words: object) -> object:
        asked.append(name)
        return plain(self, name, *words)

    come(office, 2)
    mailbox = office.open()
    read(office, mailbox)
    monkeypatch.setattr(imaplib.IMAP4, "_command", counted)
    assert read(office, mailbox) == []
    assert asked == ["EXAMINE", "UID"]


def test_a_message_put_aside_keeps_its_row_when_its_number_means_another(office: PostOffice) -> None:
    office.server.deliver("jo@x.example", SALES, incoming(1, body="x" * 200_000))
    come(office, 3, first=2)
    mailbox = office.open()
    read(office, mailbox, most=100_000)
    inbox = office.server.folder(SALES)
    del inbox.messages[0]
    inbox.renumber(inbox.validity)
    assert read(office, mailbox, most=100_000) == []
    assert sorted(row.kind for row in stored(office)) == ["", "", "", NOT_WHOLE]
