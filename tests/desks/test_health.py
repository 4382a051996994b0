"""The health page names what fails, and what to do."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update
from tests.engage.office import SALES, Office
from tests.web.conftest import Browser

from leadwright.actions import health
from leadwright.db.agent import Executor
from leadwright.db.base import new_id
from leadwright.db.mail import Mailbox


def _found(office: Office) -> dict[str, health.Finding]:
    return {f.what: f for f in health.examine(office.services, office.admin)}


def test_without_a_worker_the_page_says_so_and_a_heartbeat_mends_it(office: Office) -> None:
    assert _found(office)["Running worker"].state == "fail"
    with office.services.database.transaction() as session:
        session.add(Executor(executorid="desk-1", incarnation=new_id(), seenon=office.clock()))
    found = _found(office)
    assert "Running worker" not in found
    assert found["desk-1"].state == "ok"
    office.clock.move_to(office.clock() + timedelta(minutes=5))
    assert _found(office)["desk-1"].state == "warn"


def test_queues_mailbox_prerequisites_database_disk_and_backup_are_told(office: Office) -> None:
    office.lead()
    office.work()
    found = _found(office)
    assert found[SALES].state == "ok"
    assert found["Prerequisite 4"].state == "ok"
    assert found["Mails to go out"].state == "ok"
    assert "GB free" in found["Disk"].detail
    assert (found["Backup"].at, found["Backup"].state) == (None, "warn")
    folder = office.services.settings.data_dir / health.BACKUPS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "today.db").write_bytes(b"x")
    assert _found(office)["Backup"].at is not None
    with office.services.database.transaction() as session:
        session.execute(
            update(Mailbox).values(lw_pauseduntil=office.clock() + timedelta(minutes=5), lw_lasterror="Bad password")
        )
    assert _found(office)[SALES].state == "fail"


def test_only_administrators_see_it(browser: Callable[..., Browser]) -> None:
    assert browser("admin").get("/system-health").status_code == 200
    assert browser("seller").get("/system-health").status_code == 403
    assert browser("manager").get("/system-health").status_code == 403
