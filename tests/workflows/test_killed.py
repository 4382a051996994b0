"""kill -9 while leads are worked: none lost, none twice, turns stay fair. And a lost work file, and two workers."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import error as dbos_errors
from sqlalchemy import select, update
from tests.mail.post_office import add_mailbox, letter
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, services_of, stages

from leadwright.db.agent import Executor, LeadRun
from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeSource
from leadwright.db.mail import Outbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import Account, AppNotification, Email, Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import AddressApproval
from leadwright.errors import Conflict
from leadwright.mail.outbox import Order, put
from leadwright.services import Services
from leadwright.workflows import runtime as runtime_module
from leadwright.workflows.executors import Executing, forget, living
from leadwright.workflows.runtime import Runtime

ROOT = Path(__file__).parents[2]


def killed_every(steps: int, office: Office, folder: Path, timeout: float) -> int:
    """Work the office's leads in children that die; how many did."""
    command = [sys.executable, "-m", "tests.workflows.killed_again", office.services.database.url, str(folder)]
    done = subprocess.run(
        [*command, str(steps)], cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[-1])


def assert_each_once(office: Office, leads: list[str]) -> None:
    with office.services.database.reading() as session:
        runs = session.scalars(select(LeadRun)).all()
        assert Counter(run.leadid for run in runs) == dict.fromkeys(leads, 1)
        assert {run.stage for run in runs} == {"handed_over"}
        assert {lead.leadid: lead.ownerid for lead in session.scalars(select(Lead))} == {
            run.leadid: run.ownerid for run in runs
        }
        per_seller = Counter(run.ownerid for run in runs)
        assert set(per_seller) == set(office.sellers)
        assert max(per_seller.values()) - min(per_seller.values()) <= 1
        assert Counter(session.scalars(select(Email.regardingobjectid))) == dict.fromkeys(leads, 1)
        assert len(session.scalars(select(AppNotification)).all()) == len(leads)
        for action in ("lead.handed_over", "email.drafted"):
            done = session.scalars(select(AuditEntry.recordid).where(AuditEntry.action == action)).all()
            assert len(done) == len(set(done)) == len(leads), action
        assert broken_link(session) is None


def test_killed_at_every_tenth_step_no_lead_is_lost_and_none_is_worked_twice(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    leads = add_leads(office, 12)
    assert killed_every(10, office, tmp_path, 200) >= 4
    assert_each_once(office, leads)


@pytest.mark.faults
def test_two_hundred_leads_killed_at_every_tenth_step(database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    leads = add_leads(office, 200)
    assert killed_every(10, office, tmp_path, 900) >= 80
    assert_each_once(office, leads)


def test_a_lost_work_file_loses_no_lead(sqlite_database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    leads = add_leads(office, 12)
    command = [sys.executable, "-m", "tests.workflows.killed_again", sqlite_database.url, str(tmp_path)]
    with subprocess.Popen([*command, "15"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as once:
        while stages(office).get("researching", 0) + stages(office).get("handed_over", 0) == 0:
            time.sleep(0.05)
        once.kill()
    while living(sqlite_database):
        time.sleep(0.1)
    for part in tmp_path.glob("leadwright-work.db*"):
        part.unlink()
    killed_every(0, office, tmp_path, 60)
    assert_each_once(office, leads)


def test_two_workers_on_one_database_share_the_leads_and_work_none_twice(database: Database, tmp_path: Path) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    leads = add_leads(office, 30)
    command = [sys.executable, "-m", "tests.workflows.killed_again", database.url, str(tmp_path), "0"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={"LEADWRIGHT_EXECUTOR_ID": name})
        for name in ("one", "two")
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors[-3000:]
    assert_each_once(office, leads)


def test_a_second_process_with_a_living_name_refuses_to_start(database: Database) -> None:
    first = Executing(database, "one")
    first.enter()
    with pytest.raises(Conflict, match='named "one" already works'):
        Executing(database, "one").enter()
    assert living(database) == {"one"}
    first.leave()
    again = Executing(database, "one")
    again.enter()
    assert again.beat()
    again.leave()


def test_a_process_whose_name_was_taken_over_learns_it_at_its_next_heartbeat(database: Database) -> None:
    zombie = Executing(database, "one")
    zombie.enter()
    with database.transaction() as session:
        session.get_one(Executor, "one").incarnation = "another"
    assert not zombie.beat()
    zombie.leave()


def test_a_worker_that_slept_is_alive_and_enters_again_when_it_was_forgotten(database: Database) -> None:
    sleeper = Executing(database, "one")
    sleeper.enter()
    with database.transaction() as session:
        session.get_one(Executor, "one").seenon = now() - timedelta(hours=8)
    assert living(database) == {"one"}
    forget(database, frozenset({"one"}))
    assert sleeper.beat()
    assert living(database) == {"one"}
    sleeper.leave()
    assert living(database) == frozenset()


@pytest.mark.parametrize("died", ["another", "itself"])
def test_mails_in_hand_of_a_killed_process_take_no_place_any_more(
    database: Database, tmp_path: Path, start: Callable[[Services], Runtime], died: str
) -> None:
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    mailboxid = add_mailbox(database, emailrouteraccessapproval=AddressApproval.PENDING_APPROVAL)
    dead = "another" if died == "another" else Runtime(office.services).executor_id
    neighbour = Executing(database, "neighbour")
    neighbour.enter()
    lease = now() + timedelta(seconds=600)
    given = {f"{dead}:sending": (Phase.SENDING, Phase.COMMITTING), "neighbour:sending": (Phase.SENDING,)}
    with database.transaction() as session:
        session.merge(Executor(executorid=dead, incarnation="killed", seenon=now()))
        for worker, phases in given.items():
            for phase in phases:
                order = Order(f"{worker}:{phase}", mailboxid, letter(f"{phase}@company.example"))
                row = session.get_one(Outbox, put(session, order, now())[0])
                row.phase, row.worker, row.leaseuntil = phase, worker, lease
    start(office.services)
    wanted = {(f"{dead}:sending", "queued"), (f"{dead}:sending", "unknown"), ("neighbour:sending", "sending")}
    found: set[tuple[str | None, str]] = set()
    end = time.monotonic() + 15
    while found != wanted and time.monotonic() < end:
        time.sleep(0.1)
        with database.reading() as session:
            rows = session.scalars(select(Outbox)).all()
            found = {(row.worker, row.phase) for row in rows}
    assert found == wanted
    assert {row.leaseuntil for row in rows} == {lease}, "what may have left is looked up no earlier"
    neighbour.leave()


def test_a_worker_whose_name_was_taken_over_begins_no_lead_any_more(
    sqlite_database: Database, tmp_path: Path, start: Callable[[Services], Runtime]
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    runtime = start(office.services)
    with sqlite_database.transaction() as session:
        session.execute(update(Executor).values(incarnation="another"))
    while runtime.alive:
        time.sleep(0.05)
    with pytest.raises(dbos_errors.DBOSException):
        runtime_module.DBOS.list_workflows(limit=1)  # it is shut down, and takes nothing from the queue any more


def test_slow_ticks_take_in_knowledge_and_set_search_keys_though_one_source_fails(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "value.md"
    page.write_text("Customers are live within ten weeks.")
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    with sqlite_database.transaction() as session:
        session.add(KnowledgeSource(purpose="research", kind="site", location="http://127.0.0.1:9/", title="Away"))
        session.add(KnowledgeSource(purpose="research", kind="file", location=str(page), title="Value"))
        owner = session.get_one(SystemUser, office.owner)
        session.add(Account(name="Northwind Ltd", ownerid=office.owner, owningbusinessunit=owner.businessunitid))
    clock = time.monotonic
    monkeypatch.setattr(runtime_module, "_FIRST_SLOW_TICK", 0.0)
    runtime = Runtime(office.services)
    runtime.start()
    try:
        until = clock() + 30
        while clock() < until and not _looked_at(sqlite_database):
            time.sleep(0.1)
    finally:
        runtime.stop()
    assert _looked_at(sqlite_database)


def _looked_at(database: Database) -> bool:
    with database.reading() as session:
        sources = session.scalars(select(KnowledgeSource.ingestedon)).all()
        return None not in sources and bool(session.scalar(select(Account.lw_namekey)))


def test_work_of_a_dead_process_is_taken_over_by_another(
    sqlite_database: Database, tmp_path: Path, start: Callable[[Services], Runtime]
) -> None:
    office = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst(seconds=0.3)))
    leads = add_leads(office, 8)
    command = [sys.executable, "-m", "tests.workflows.killed_again", sqlite_database.url, str(tmp_path), "20"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, env={"LEADWRIGHT_EXECUTOR_ID": "dead"}) as dead:
        while "researching" not in stages(office):
            time.sleep(0.05)
        dead.kill()
    while living(sqlite_database):
        time.sleep(0.1)
    start(office.services).run_until_idle(timeout=60)
    assert_each_once(office, leads)
