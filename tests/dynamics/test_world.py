"""The state of the stand-in: kept between runs, all or nothing, faults that count."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from leadwright.sandbox.dynamics.world import World


def test_what_was_there_is_there_again_after_a_restart(tmp_path: Path) -> None:
    first = World(tmp_path)
    tenant = first.tenantid
    first.break_it("throttle", {"seconds": 5})
    first.close()
    again = World(tmp_path)
    assert again.tenantid == tenant
    assert again.fault("throttle") == {"seconds": 5}
    again.close()


def test_a_fault_that_counts_is_used_up_and_others_stay_until_mended(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.break_it("drop after commit", times=2)
    assert [world.fault("drop after commit") for _ in range(3)] == [True, True, None]
    world.break_it("token expired")
    assert world.fault("token expired") is world.fault("token expired") is True
    world.mend("token expired")
    assert world.faults() == {}
    world.close()


def test_a_transaction_that_fails_leaves_nothing_and_writers_wait_for_each_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.schema("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
    with pytest.raises(ValueError, match="no"), world.transaction() as db:
        db.execute("INSERT INTO t VALUES (0)")
        raise ValueError("no")

    def add() -> None:
        for n in range(50):
            with world.transaction() as db, world.transaction() as inner:
                assert inner is db
                db.execute("INSERT INTO t VALUES (?)", (n,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.reading() as db:
        assert db.execute("SELECT count(*) FROM t").fetchone()[0] == 200
    world.close()


def test_what_a_thread_is_at_work_with_is_closed_when_it_is_done(tmp_path: Path) -> None:
    world = World(tmp_path)
    begun, closed, read, refused = threading.Event(), threading.Event(), list[int](), list[str]()

    def work() -> None:
        with world.reading() as db:
            begun.set()
            assert closed.wait(10)
            with world.reading() as again:
                read.append(again.execute("SELECT count(*) FROM fact").fetchone()[0])
            read.append(db.execute("SELECT count(*) FROM fact").fetchone()[0])
        for use in (db.execute, world.fault):
            with pytest.raises(sqlite3.ProgrammingError) as error:
                use("SELECT 1")
            refused.append(str(error.value))

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    world.close()
    world.close()
    closed.set()
    thread.join(10)
    assert read == [2, 2]
    assert refused == ["Cannot operate on a closed database.", "The stand-in is closed."]


def test_closing_beside_threads_that_read_does_not_crash(tmp_path: Path) -> None:
    for _ in range(20):
        world, ended, begun = World(tmp_path), list[str](), threading.Barrier(9)

        def read(world: World = world, ended: list[str] = ended, begun: threading.Barrier = begun) -> None:
            world.faults()
            begun.wait(10)
            try:
                while True:
                    world.faults()
                    world.set_fact("n", "1")
            except sqlite3.ProgrammingError as error:
                ended.append(str(error))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        begun.wait(10)
        time.sleep(0.02)
        world.close()
        for thread in threads:
            thread.join(10)
        assert ended == ["The stand-in is closed."] * 8
