"""The state of the stand-in: kept between runs, all or nothing, faults that count."""

import threading
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
