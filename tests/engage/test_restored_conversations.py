"""A backup older than a mail of a conversation was restored: nobody gets it twice, and the conversation goes on."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engage.office import ADA, Office

from leadwright.domain.engagement import Outcome
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.workflows.post import Post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


def _file(office: Office) -> Path:
    return Path(str(office.services.database.engine.url.database))


def back_up(office: Office) -> None:
    with office.services.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(_file(office), _file(office).with_suffix(".backup"))


def restore(office: Office) -> None:
    if office.post is not None:
        office.post.close()
        office.post = None
    office.services.database.close()
    for left in ("-wal", "-shm"):
        Path(f"{_file(office)}{left}").unlink(missing_ok=True)
    shutil.copy(_file(office).with_suffix(".backup"), _file(office))


def ask_sent_first(office: Office) -> None:
    """The mail of another lead is about to go out before anything of Ada's is decided again."""
    office.lead(firstname="Bob", emailaddress1="bob@southwind.example", companyname="Southwind Foods")
    office.write()
    office.post = Post(office.services, "test")
    office.post.send_due()
    assert [row.reason for row in office.outbox() if row.leadid is None and "Found in the Sent" in row.reason]


def words_to_ada(office: Office) -> list[str]:
    return [mail.get_body(("plain",)).get_content().partition("\n-- ")[0] for mail in office.mails_to(ADA)]  # type: ignore[union-attr]


def phases(office: Office, leadid: str) -> list[str]:
    return sorted(row.phase for row in office.outbox() if row.leadid == leadid)


@pytest.mark.parametrize("asked_first", [False, True], ids=["decided first", "Sent asked first"])
def test_an_answer_that_the_backup_lacks_is_not_given_again(office: Office, leadid: str, asked_first: bool) -> None:
    back_up(office)
    office.clock.move_to(office.clock() + timedelta(hours=3))
    office.answer(ADA, "Thanks, this is interesting. How long does the implementation take?")
    office.work()
    assert len(office.mails_to(ADA)) == 2
    restore(office)
    if asked_first:
        ask_sent_first(office)
    office.clock.move_to(office.clock() + timedelta(hours=1))
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 2
    assert phases(office, leadid) == [Phase.SENT, Phase.SENT]
    office.answer(ADA, "We have a budget of 400,000 dollars, I decide and need it in May. Can we talk on Thursday?")
    office.work()
    assert office.run_of(leadid).outcome == Outcome.QUALIFIED


def test_a_first_mail_that_the_backup_lacks_counts_as_sent_and_its_follow_ups_come(office: Office) -> None:
    leadid = office.lead()
    back_up(office)
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=3))
    restore(office)
    office.work()
    assert len(office.mails_to(ADA)) == 1
    assert office.engagement_of(leadid).sent == 1
    office.pass_days(40)
    assert len(set(words_to_ada(office))) == len(office.mails_to(ADA)) == 4
    assert office.run_of(leadid).outcome == Outcome.NO_RESPONSE
    assert phases(office, leadid) == [Phase.SENT] * 4


@pytest.mark.parametrize("asked_first", [False, True], ids=["decided first", "Sent asked first"])
def test_a_follow_up_that_the_backup_lacks_is_said_once(office: Office, leadid: str, asked_first: bool) -> None:
    back_up(office)
    office.pass_days(4)
    assert len(office.mails_to(ADA)) == 2
    restore(office)
    if asked_first:
        office.clock.moment -= timedelta(days=3)  # it is not due again yet
        ask_sent_first(office)
    office.pass_days(60)
    assert len(set(words_to_ada(office))) == len(office.mails_to(ADA)) == 4
    assert phases(office, leadid) == [Phase.SENT] * 4
    assert all(mail.senton for mail in office.thread_of(leadid))
    assert office.run_of(leadid).stage == Stage.DISQUALIFIED
