"""A backup without an opt-out was restored: what came by mail is read again before anything goes out."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, Office

from leadwright.db.mail import InboundMessage
from leadwright.mail.suppression import why_suppressed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


def _suppressed(office: Office) -> bool:
    with office.services.database.reading() as session:
        return why_suppressed(session, ADA, "outreach") is not None


def test_an_opt_out_by_mail_that_the_backup_lacks_is_read_again_before_the_next_mail(
    office: Office, leadid: str
) -> None:
    database = office.services.database
    file = Path(str(database.engine.url.database))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, file.with_suffix(".backup"))
    office.clock.move_to(office.clock() + timedelta(hours=3))
    office.answer(ADA, "Please remove me from your list.")
    office.work()
    assert _suppressed(office)
    assert office.post is not None
    office.post.close()
    office.post = None
    database.close()
    for left in ("-wal", "-shm"):
        Path(f"{file}{left}").unlink(missing_ok=True)
    shutil.copy(file.with_suffix(".backup"), file)
    with database.reading() as session:
        assert session.scalars(select(InboundMessage)).all() == []
    assert not _suppressed(office)
    office.clock.move_to(office.clock() + timedelta(days=10))  # follow-ups are due
    office.pass_days(20)
    assert _suppressed(office)
    assert len(office.mails_to(ADA)) == 1
    assert office.row_of(leadid).donotemail
