"""Trouble on the way out: storms, throttling, lost answers, dead and rival workers. Nothing is lost, nothing twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.mirror.test_writes_of_decisions import administrator, work

from leadwright.actions.leads import create_lead, edit_lead
from leadwright.actions.qualify import qualify
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.sales import Lead
from leadwright.microsoft.errors import MicrosoftError, Throttled
from leadwright.mirror.writer import Writer
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def over_tls(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """An office that writes to an organisation over real connections."""
    world = World(tmp_path / "written")
    with StandIn(world) as standin:
        made = open_mirrored(database, world, tmp_path, standin=standin)
        yield made
        made.connected.http.close()
    world.close()


def send_all(mirrored: Mirrored, writer: Writer | None = None, rounds: int = 12) -> None:
    """Until everything is over, the clock moved on between rounds."""
    writer = writer or mirrored.writer()
    for _ in range(rounds):
        with suppress(MicrosoftError):
            while writer.send_due():
                continue
        if not [w for w in mirrored.writes() if w.state in ("waiting", "sending")]:
            return
        mirrored.shift += timedelta(minutes=11)
    left = [(w.kind, w.state, w.reason) for w in mirrored.writes() if w.state in ("waiting", "sending")]
    raise AssertionError(f"still there: {left[:5]}")


def is_equal(mirrored: Mirrored) -> None:
    """The organisation's tables are as ours, and nothing is there twice."""
    with mirrored.database.reading() as session:
        leads = session.scalars(select(Lead)).all()
    for lead in leads:
        there = mirrored.row("lead", lead.leadid)
        for name in ("ownerid", "leadqualitycode", "statecode", "statuscode", "companyname", "qualifyingopportunityid"):
            assert there[name] == getattr(lead, name), (lead.leadid, name)
    notes = Counter((n["objectid"], n["subject"]) for n in mirrored.find("annotation"))
    told = Counter((n["ownerid"], n["title"]) for n in mirrored.find("appnotification"))
    assert set(notes.values()) <= {1}, notes
    assert set(told.values()) <= {1}, told


def test_a_storm_of_other_writers_delays_and_loses_nothing(mirrored: Mirrored) -> None:
    leads = work(mirrored, 5)
    mirrored.world.break_it("etag mismatch", times=40)
    send_all(mirrored)
    assert {w.state for w in mirrored.writes()} == {"sent"}
    assert not any(w.inconflict for w in mirrored.writes())
    assert {mirrored.row("lead", leadid)["leadqualitycode"] for leadid in leads} == {2}
    is_equal(mirrored)


def test_a_long_wait_that_is_asked_for_is_kept_and_then_all_goes(over_tls: Mirrored) -> None:
    work(over_tls, 2)
    over_tls.world.break_it("throttle", {"seconds": 900, "path": "/api/data"}, times=1)
    writer = over_tls.writer()
    with pytest.raises(Throttled):
        writer.send_due()
    waiting = over_tls.writes()
    assert {w.state for w in waiting} == {"waiting"}
    assert {w.attempts for w in waiting} == {0}
    over_tls.shift = timedelta(minutes=14)
    assert writer.send_due() == 0  # not even asked
    asked = len(over_tls.find("annotation"))
    over_tls.shift = timedelta(minutes=16)
    send_all(over_tls, writer)
    assert asked == 0
    is_equal(over_tls)


@pytest.mark.parametrize("times", [1, 3])
def test_answers_that_are_lost_after_the_write_was_done_make_nothing_twice(over_tls: Mirrored, times: int) -> None:
    work(over_tls, 3)
    (leadid,) = over_tls.leads(1, queued=False)
    qualify(over_tls.office.services, administrator(over_tls), leadid)
    writer = over_tls.writer()
    for _ in range(6):
        over_tls.world.break_it("drop after commit", {"path": "$batch"}, times=times)
        with suppress(MicrosoftError):
            writer.send_due()
        over_tls.shift += timedelta(minutes=6)
    over_tls.world.mend()
    send_all(over_tls, writer)
    assert {w.state for w in over_tls.writes()} == {"sent"}, [(w.kind, w.state, w.reason) for w in over_tls.writes()]
    is_equal(over_tls)
    assert len(over_tls.find("opportunity")) == len(over_tls.find("account")) == len(over_tls.find("contact")) == 1
    assert over_tls.row("lead", leadid)["statecode"] == 1


def test_what_a_dead_worker_held_is_looked_up_before_it_is_done_again(over_tls: Mirrored) -> None:
    work(over_tls, 3)

    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        if step == "answered":
            raise Killed

    for _ in range(6):
        with pytest.raises(Killed):
            over_tls.writer("dying", step=die).send_due()
        held = [w for w in over_tls.writes() if w.state == "sending"]
        assert over_tls.writer("other").send_due() == 0 or held
        over_tls.shift += timedelta(minutes=11)
        if not [w for w in over_tls.writes() if w.state in ("waiting", "sending")]:
            break
    send_all(over_tls)
    assert {w.state for w in over_tls.writes()} == {"sent"}
    assert len(over_tls.find("appnotification")) == 3
    is_equal(over_tls)


def test_a_clock_that_was_ahead_and_comes_back_stops_no_write(mirrored: Mirrored) -> None:
    work(mirrored, 3)
    mirrored.shift = timedelta(hours=5)

    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        if step == "claimed":
            raise Killed

    with pytest.raises(Killed):
        mirrored.writer(step=die).send_due(2)
    writer = mirrored.writer()
    mirrored.world.break_it("throttle", {"seconds": 600, "path": "/api/data"}, times=1)
    with pytest.raises(Throttled):
        writer.send_due()
    assert {w.state for w in mirrored.writes() if w.heldto or w.dueat} == {"sending", "waiting"}
    mirrored.shift = timedelta()
    mirrored.send(writer)
    mirrored.send(writer)
    assert {w.state for w in mirrored.writes()} == {"sent"}, [(w.kind, w.state, w.reason) for w in mirrored.writes()]
    is_equal(mirrored)


def test_two_workers_at_once_never_hold_one_lane_and_send_everything_once(over_tls: Mirrored) -> None:
    leads = work(over_tls, 30)
    for leadid in leads[:10]:
        edit_lead(over_tls.office.services, administrator(over_tls), leadid, {"companyname": "Renamed"})
    holders: list[set[tuple[str, str]]] = []

    def look(step: str) -> None:
        if step in ("claimed", "sending"):
            with over_tls.database.reading() as session:
                rows = session.execute(
                    select(MirrorWrite.lane, MirrorWrite.holder).where(MirrorWrite.state == "sending")
                )
                holders.append({(lane, holder) for lane, holder in rows})

    def run(name: str) -> None:
        writer = over_tls.writer(name, step=look)
        for _ in range(60):
            writer.send_due(7)

    threads = [threading.Thread(target=run, args=(f"worker {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    send_all(over_tls)
    assert len({holder for seen in holders for _, holder in seen}) == 2
    for seen in holders:
        lanes = Counter(lane for lane, _ in seen)
        assert set(lanes.values()) <= {1}
    assert {w.state for w in over_tls.writes()} == {"sent"}
    assert Counter(w.attempts for w in over_tls.writes()).keys() <= {1, 2}
    assert len(over_tls.find("appnotification")) == 30
    assert {over_tls.row("lead", leadid)["companyname"] for leadid in leads[:10]} == {"Renamed"}
    is_equal(over_tls)


def test_a_connection_that_is_switched_off_stops_it_and_keeps_what_waits(mirrored: Mirrored) -> None:
    from leadwright.db.connection import CrmConnection

    work(mirrored, 1)
    waiting = len(mirrored.writes())
    with mirrored.database.transaction() as session:
        session.execute(update(CrmConnection).values(state="off"))
    assert mirrored.writer().send_due() == 0
    work(mirrored, 1)
    assert len(mirrored.writes()) == waiting
    with mirrored.database.transaction() as session:
        session.execute(update(CrmConnection).values(state="on"))
    send_all(mirrored)
    assert {w.state for w in mirrored.writes()} == {"sent"}


def test_a_record_that_cannot_be_created_holds_up_what_needs_it_and_nothing_else(mirrored: Mirrored) -> None:
    who, services = administrator(mirrored), mirrored.office.services
    mirrored.add_own_column("cr_region", "string 5; Region")
    leadid = create_lead(services, who, {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd", "cr_region": "Far north"})
    for n in range(12):
        edit_lead(services, who, leadid, {"jobtitle": f"Buyer {n}"})
    (other,) = mirrored.leads(1, queued=False)
    edit_lead(services, who, other, {"companyname": "Renamed"})
    writer = mirrored.writer()
    for _ in range(4):
        writer.send_due(5)
    assert mirrored.row("lead", other)["companyname"] == "Renamed"
    held, waiting = mirrored.writes(kind="create")[0], mirrored.writes(recordid=leadid, kind="change")
    assert (held.state, {w.state for w in waiting}) == ("held", {"waiting"})
    edit_lead(services, who, leadid, {"cr_region": "North"})
    mirrored.shift = timedelta(hours=2)
    send_all(mirrored)
    assert (mirrored.row("lead", leadid)["jobtitle"], mirrored.row("lead", leadid)["cr_region"]) == (
        "Buyer 11",
        "North",
    )
