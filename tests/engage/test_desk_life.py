"""While nobody serves the link to unsubscribe mails wait; whoever serves, or never gave a sign, holds nothing back."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from tests.engage.office import ADA, Office
from tests.engage.test_links_open import reached_by

from leadwright.db.agent import Executor
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.pages.health import workers
from leadwright.domain.mail_phase import Phase
from leadwright.errors import Busy
from leadwright.workflows import desk_life
from leadwright.workflows.desk_life import SILENT, DeskLife, DeskWatch
from leadwright.workflows.executors import known
from leadwright.workflows.post import Post


class Time:
    """A clock of one process that only goes on."""

    def __init__(self) -> None:
        self.at = 5.0

    def __call__(self) -> float:
        return self.at


def _silent(database: Database, watch: DeskWatch) -> bool:
    with database.reading() as session:
        return watch.is_silent(session)


def test_a_sign_that_changes_is_life_whatever_its_clock_says(database: Database) -> None:
    ticks = Time()
    watch = DeskWatch(ticks)
    for _ in range(3):
        assert not _silent(database, watch), "none was ever given"
        ticks.at += SILENT
    one, other = DeskLife(database, "one"), DeskLife(database, "other")
    one.beat()
    other.beat()
    with database.transaction() as session:
        session.execute(update(Executor).where(Executor.executorid == "desk: other").values(seenon=now()))
    for _ in range(5):
        assert not _silent(database, watch)
        ticks.at += SILENT - 1
        one.beat()
        with database.transaction() as session:  # its clock is days behind
            past = now() - timedelta(days=3)
            session.execute(update(Executor).where(Executor.executorid == "desk: one").values(seenon=past))
    assert not _silent(database, watch)
    ticks.at += SILENT
    assert _silent(database, watch)
    one.beat()
    ticks.at += 31
    assert not _silent(database, watch)
    assert known(database) == frozenset()
    with database.reading() as session:
        assert list(workers(session)) == []


def test_who_served_long_ago_under_another_name_is_forgotten_by_who_serves(sqlite_database: Database) -> None:
    DeskLife(sqlite_database, "container 1").beat()
    with sqlite_database.transaction() as session:
        session.execute(update(Executor).values(seenon=now() - timedelta(days=2)))
    DeskLife(sqlite_database, "container 2").beat()
    with sqlite_database.reading() as session:
        assert session.scalars(select(Executor.executorid)).all() == ["desk: container 2"]


def test_signs_are_given_until_the_end(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_life, "_EVERY", 0.01)
    seen: set[str] = set()
    life, end = DeskLife(sqlite_database, "one"), time.monotonic() + 20
    life.start()
    while len(seen) < 3 and time.monotonic() < end:
        with sqlite_database.reading() as session:
            seen.update(session.scalars(select(Executor.incarnation)))
    life.stop()
    assert len(seen) >= 3


@pytest.mark.parametrize("error", [Busy("in use"), OperationalError("", {}, Exception("full"))])
def test_signs_go_on_after_a_moment_in_which_none_could_be_stored(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(desk_life, "_EVERY", 0.01)
    life, beat, refused, again = DeskLife(sqlite_database, "one"), DeskLife.beat, threading.Event(), threading.Event()

    def try_to(self: DeskLife) -> None:
        if not refused.is_set():
            refused.set()
            raise error
        beat(self)
        again.set()

    monkeypatch.setattr(DeskLife, "beat", try_to)
    life.start()
    assert again.wait(20)
    life.stop()
    assert refused.is_set()


def test_mails_wait_while_nobody_serves_and_go_out_once_somebody_does(office: Office) -> None:
    services = office.services
    reached_by(office, "https://desk.seller.example")
    office.services = replace(office.services, rehearses=False)
    ticks, desk = Time(), DeskLife(office.services.database, "one")
    office.post = Post(office.services, "test")
    office.post._desk = DeskWatch(ticks)
    desk.beat()
    office.lead()
    ticks.at += SILENT - 1
    _look(office)
    ticks.at += SILENT
    office.work()
    assert office.mails_to(ADA) == []
    [mail] = office.outbox()
    assert (mail.phase, "leadwright serve runs nowhere" in mail.reason) == (Phase.QUEUED, True)
    desk.beat()
    ticks.at += 31
    office.clock.move_to(office.clock() + timedelta(minutes=2))
    office.work()
    assert len(office.mails_to(ADA)) == 1
    office.services.database.close()
    office.services = services


def test_an_installation_without_a_public_address_is_not_asked(office: Office) -> None:
    ticks = Time()
    office.post = Post(office.services, "test")
    office.post._desk = DeskWatch(ticks)
    DeskLife(office.services.database, "one").beat()
    _look(office)
    ticks.at += 2 * SILENT
    office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1


def _look(office: Office) -> None:
    assert office.post is not None
    assert not _silent(office.services.database, office.post._desk)
