"""An older backup was restored, and the mailbox lies in Exchange Online: what left after it does not leave again."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.contracts.mailboxes import AGENT
from tests.engage.test_microsoft_mail import ADA, Abroad, _mirror, abroad

from leadwright.db.mail import Mailbox
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.mail.mailbox import SentCopy
from leadwright.mail.records import open_mailbox
from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_transport
from leadwright.sandbox.dynamics.dataverse import records, seed

__all__ = ["abroad"]


def back_up(abroad: Abroad) -> Path:
    database = abroad.office.services.database
    file = Path(str(database.engine.url.database))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, file.with_suffix(".backup"))
    return file


def restore(abroad: Abroad, file: Path) -> None:
    if abroad.office.post:
        abroad.office.post.close()
    abroad.office.post = None
    abroad.office.services.database.close()
    for left in ("-wal", "-shm"):
        Path(f"{file}{left}").unlink(missing_ok=True)
    shutil.copy(file.with_suffix(".backup"), file)


def copies(abroad: Abroad) -> list[SentCopy]:
    services = abroad.office.services
    with services.database.reading() as session:
        row = session.scalars(select(Mailbox)).one()
    opened = open_mailbox(row, services.vault, installation=services)
    try:
        return list(opened.sent_since(abroad.world.clock().replace(hour=0)))
    finally:
        opened.close()


def is_given_to_another(abroad: Abroad, leadid: str) -> None:
    """A person over there assigns the lead, and with it its emails."""
    other = seed.administrator(abroad.world)
    records.update(abroad.world, "lead", leadid, {"ownerid": ("systemuser", other)}, by=other)


@pytest.mark.parametrize("is_given_away", [False, True], ids=["agents", "given away"])
def test_a_mail_newer_than_the_backup_is_not_sent_again_when_it_is_decided_again(
    abroad: Abroad, is_given_away: bool
) -> None:
    leadid = abroad.lead()
    file = back_up(abroad)
    abroad.work()
    assert len(abroad.mails_to()) == 1
    if is_given_away:
        is_given_to_another(abroad, leadid)
    restore(abroad, file)
    assert abroad.outbox() == []
    abroad.hours(1)
    assert [row.phase for row in abroad.outbox()] == ["sent"]
    assert abroad.outbox()[0].reason.startswith("Found in the Sent folder.")
    abroad.hours(24)
    assert len(abroad.mails_to()) == 1


def test_a_mail_that_waits_in_the_backup_is_known_to_have_left(abroad: Abroad) -> None:
    _mirror(abroad, {}, {"readon": None})  # it waits
    abroad.lead()
    abroad.work()
    assert [row.phase for row in abroad.outbox()] == ["queued"]
    file, abroad.is_mirrored = back_up(abroad), True
    abroad.hours(1)
    assert len(abroad.mails_to()) == 1
    restore(abroad, file)
    abroad.hours(1)
    assert [row.phase for row in abroad.outbox()] == ["sent"]
    assert len(abroad.mails_to()) == 1


@pytest.mark.parametrize("abroad", [MailboxKind.GRAPH], indirect=True)
def test_what_a_person_writes_around_a_mail_of_ours_proves_that_it_left_and_to_whom(abroad: Abroad) -> None:
    abroad.lead()
    abroad.work()
    (row,) = abroad.outbox()
    box = exchange.need_mailbox(abroad.world, AGENT)
    (ours,) = exchange_messages.messages(abroad.world, box, exchange.folder_of(abroad.world, box, "sentitems"))
    words = f"<p>Look at this.</p><hr>{ours.item['body']['content']}"
    passed_on = {
        "subject": "FW: Faster picking", "body": {"contentType": "html", "content": words},
        "toRecipients": [{"emailAddress": {"address": "colleague@contoso.com"}}],
    }  # fmt: skip
    exchange_transport.send(abroad.world, box, exchange_messages.create_draft(abroad.world, box, passed_on))
    assert [(copy.businesskey, copy.recipient) for copy in copies(abroad)] == [(row.businesskey, ADA)] * 2
    assert copies(abroad)[0].messageid == row.messageid, "the oldest first"
    if abroad.office.post:
        abroad.office.post.close()
    abroad.office.post = None
    for _ in range(4):
        abroad.hours(24)
    assert {one.phase for one in abroad.outbox()} == {"sent"}, "it is no second copy, and follow-ups go on"
    assert len(abroad.mails_to()) == len(abroad.outbox()) > 1
