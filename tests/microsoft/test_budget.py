"""All workers together stay below the service-protection limits, and go on by themselves."""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.microsoft.organisation import Agent, register_agent, services_at, store_connection

from leadwright.db.connection import CrmBudget
from leadwright.db.engine import Database
from leadwright.errors import Busy
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.budget import LIFE, WINDOW, SharedBudget
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import Throttled
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.sandbox.dynamics.serving import StandIn

OK = Answer(200)


class Clock:
    """Seconds since 1970 that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


def enter_when_let(budget: SharedBudget, clock: Clock) -> None:
    """Enter, moving the clock by what it says to wait."""
    while True:
        try:
            budget.enter(0)
        except Throttled as wait:
            clock.now += wait.retry_after or 0.1
        else:
            return


def test_several_workers_never_send_more_in_any_five_minutes(database: Database) -> None:
    clock, random, sent = Clock(), Random(7), []
    workers = [SharedBudget(database, requests=60, clock=clock) for _ in range(3)]
    for _ in range(400):
        worker = random.choice(workers)
        enter_when_let(worker, clock)
        sent.append(clock.now)
        clock.now += random.choice((0.0, 0.01, 0.3, 3.0))
        worker.leave(0.01, OK)
    for at in sent:
        assert sum(at - WINDOW < other <= at for other in sent) <= 60
    rate = len(sent) / (sent[-1] - sent[0]) * WINDOW
    assert rate > 0.75 * 60, f"{rate:.0f} in five minutes"


def test_seconds_of_execution_count_as_well(database: Database) -> None:
    clock, sent = Clock(), []
    workers = [SharedBudget(database, seconds=100, clock=clock) for _ in range(2)]
    for number in range(60):
        worker = workers[number % 2]
        enter_when_let(worker, clock)
        clock.now += 8
        sent.append(clock.now)
        worker.leave(8, OK)
    for at in sent:
        # each of the two may have one more request running when the seconds are used up
        assert sum(8 for other in sent if at - WINDOW < other <= at) <= 100 + 2 * 8


def test_places_for_open_requests_are_shared_out(database: Database) -> None:
    clock = Clock()
    first, second = (SharedBudget(database, at_once=12, clock=clock) for _ in range(2))
    for _ in range(8):
        first.enter(0)
    second.enter(0)  # who comes late gets one place
    with pytest.raises(Throttled):
        second.enter(0)
    for _ in range(4):
        first.leave(0.1, OK)
    clock.now += LIFE + 1
    first.enter(0)
    first.enter(0)
    with pytest.raises(Throttled):
        first.enter(0)
    clock.now += LIFE + 1
    for _ in range(5):
        second.enter(0)
    with pytest.raises(Throttled):
        second.enter(0)


def test_threads_of_one_worker_wait_for_a_place(sqlite_database: Database) -> None:
    budget, running, most = SharedBudget(sqlite_database, at_once=4), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        for _ in range(5):
            budget.enter(30)
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            budget.leave(0.01, OK)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 4


def test_429_with_a_long_wait_stops_everybody_and_lets_go_on_by_itself(database: Database) -> None:
    clock = Clock()
    first, second = (SharedBudget(database, clock=clock) for _ in range(2))
    second.enter(0)
    second.leave(0.1, OK)
    first.enter(0)
    first.leave(0.1, Answer(429))
    first.pause(200, "0x80072322")
    clock.now += LIFE + 0.1
    for worker in (first, second):
        with pytest.raises(Throttled) as wait:
            worker.enter(1)
        assert 190 < (wait.value.retry_after or 0) <= 200
    first.pause(10, "0x80072322")
    clock.now += 100
    with pytest.raises(Throttled):
        first.enter(1)
    clock.now += 99
    first.enter(0)
    second.enter(0)
    with database.reading() as session:
        row = session.get_one(CrmBudget, "dynamics365")
        assert (len(row.throttled), row.pausereason) == (2, "0x80072322")
        assert row.reachedon is not None


def test_a_clock_that_was_ahead_and_comes_back_stops_nobody(database: Database) -> None:
    clock = Clock()
    ahead = SharedBudget(database, requests=2, at_once=4, clock=clock)
    clock.now += 5 * 3600
    for _ in range(2):
        ahead.enter(0)
    ahead.pause(200, "0x80072322")
    clock.now -= 5 * 3600
    worker = SharedBudget(database, requests=4, at_once=4, clock=clock)
    for _ in range(4):
        worker.enter(0)
    worker.pause(100, "0x80072321")
    clock.now += LIFE + 0.1
    with pytest.raises(Throttled) as wait:
        SharedBudget(database, clock=clock).enter(0)
    assert 90 < (wait.value.retry_after or 0) <= 100


def test_what_a_killed_worker_held_is_free_again_after_a_while(database: Database) -> None:
    clock = Clock()
    killed = SharedBudget(database, at_once=4, clock=clock)
    for _ in range(4):
        killed.enter(0)
    del killed
    other = SharedBudget(database, at_once=4, clock=clock)
    other.enter(0)  # one place is always given
    with pytest.raises(Throttled):
        other.enter(0)
    clock.now += 100
    for _ in range(3):
        other.enter(0)


def test_a_storm_of_429_is_waited_out_by_every_thread(agent: Agent, database: Database) -> None:
    agent.dataverse.who_am_i()
    agent.world.break_it("throttle", {"path": "WhoAmI", "seconds": 1}, times=6)
    budget = SharedBudget(database)
    http = MicrosoftHttp(agent.connection, agent.http.tokens, budget, client=agent.http.tokens.client, patience=30)
    found: list[str] = []

    def ask() -> None:
        found.append(Dataverse(http).who_am_i()["UserId"])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [agent.userid] * 6


_WORKER = """
import sys
from pathlib import Path
from pydantic import SecretStr
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.errors import Busy
from leadwright.microsoft import budget, opening
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import Throttled
from leadwright.services import Services
from leadwright.settings import Settings
url, origin, ca, folder = sys.argv[1:]
settings = Settings(data_dir=Path(folder), secret_key=SecretStr("a key for tests, long enough"),
    microsoft_authority=origin, microsoft_graph_url=origin, microsoft_ca_file=Path(ca),
    microsoft_instance_discovery=False)
database = Database(url)
services = Services(settings=settings, database=database, analyst=BuiltinAnalyst())
line = opening.open_http(services)
line.budget = budget.SharedBudget(database, requests=90)
dataverse = Dataverse(line.patient(1))
print("ready", flush=True)
sys.stdin.readline()
sent = 0
try:
    while sent < 200:
        dataverse.who_am_i()
        sent += 1
except Throttled as waiting:
    print(sent, waiting.code, flush=True)
"""


def test_two_processes_on_one_database_never_exceed_what_the_organisation_allows(
    database: Database, standin: StandIn, tmp_path: Path
) -> None:
    services, registered = services_at(database, standin, tmp_path), register_agent(standin.world, "Salesperson")
    store_connection(services, registered, standin.origin)
    standin.world.break_it("service limits", {"requests": 100})
    command = [sys.executable, "-c", _WORKER, database.url, standin.origin]
    command += [str(standin.certificates.authority), str(tmp_path)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    told = [worker.communicate("go\n", timeout=120)[0].splitlines()[-1].split() for worker in workers]
    assert [code for _, code in told] == ["budget", "budget"]
    total = sum(int(sent) for sent, _ in told)
    assert 60 <= total <= 90
    with standin.world.reading() as db:
        assert db.execute("SELECT count(*) FROM seen WHERE status=429").fetchone()[0] == 0


def test_the_organisations_own_429_reaches_the_other_worker(
    database: Database, standin: StandIn, tmp_path: Path
) -> None:
    services, registered = services_at(database, standin, tmp_path), register_agent(standin.world, "Salesperson")
    store_connection(services, registered, standin.origin)
    from leadwright.microsoft.opening import new_http, open_http

    first = Dataverse(open_http(services).patient(1))
    first.who_am_i()
    standin.world.break_it("throttle", {"path": "WhoAmI", "seconds": 120}, times=1)
    with pytest.raises(Throttled):
        first.who_am_i()
    line = new_http(open_http(services).connection, SharedBudget(database))
    with pytest.raises(Throttled) as other:
        Dataverse(line.patient(1)).who_am_i()
    assert other.value.code == "budget"
    assert 100 < (other.value.retry_after or 0) <= 120
    with database.transaction() as session:
        row = session.get_one(CrmBudget, "dynamics365")
        row.pauseduntil = datetime.now(UTC) - timedelta(seconds=1)
    assert Dataverse(line.patient(10)).who_am_i()["UserId"] == registered.userid
    line.close()


def test_an_answer_is_not_lost_when_what_it_took_cannot_be_noted(
    agent: Agent, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = SharedBudget(sqlite_database)
    http = MicrosoftHttp(agent.connection, agent.http.tokens, budget, client=agent.http.tokens.client, patience=5)
    for _ in range(2):  # it then has leave for one more
        budget.enter(1)
        budget.leave(0.1, None)

    def locked(**_: object) -> None:
        raise Busy("locked")

    monkeypatch.setattr(sqlite_database, "transaction", locked)
    assert Dataverse(http).who_am_i()["UserId"] == agent.userid
