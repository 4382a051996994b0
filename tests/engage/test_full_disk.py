"""The disk is full at the moment in which a mail is acted on: once it is free again, the running process goes on."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event
from structlog.testing import capture_logs
from tests.engage.office import ADA, Office
from tests.engage.test_runtime import wait_until

from leadwright.domain.stage import Stage
from leadwright.mail.suppression import why_suppressed
from leadwright.workflows.in_hand import InHand
from leadwright.workflows.runtime import Runtime


class Disk:
    """Full from the statement on that begins `at`: keeps nothing of ours nor of DBOS until it is `free`."""

    def __init__(self) -> None:
        self.at, self.full, self.free = "", False, False

    def write(self, connection: Any, _cursor: object, statement: str, *_: object) -> None:
        """Before each statement of any engine."""
        if statement.startswith(("SELECT", "PRAGMA", "CREATE TABLE filling")):
            return
        self.full = self.full or bool(self.at and statement.startswith(self.at))
        full = self.full and not self.free
        connection.exec_driver_sql(f"PRAGMA max_page_count={1 if full else 1073741823}")
        if full:
            connection.exec_driver_sql("CREATE TABLE filling AS SELECT zeroblob(10000000)")


@pytest.fixture
def disk() -> Iterator[Disk]:
    """Under every database of this process."""
    made = Disk()
    event.listen(Engine, "before_cursor_execute", made.write)
    yield made
    event.remove(Engine, "before_cursor_execute", made.write)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("at", "ended"),
    [("INSERT INTO suppression", True), ("INSERT INTO main.workflow_status", False)],
    ids=["while it is acted on", "before it is in the queue"],
)
@pytest.mark.parametrize("full", [2.0, pytest.param(25.0, marks=pytest.mark.faults)], ids=["for a moment", "for long"])
def test_an_opt_out_that_a_full_disk_could_not_keep_is_read_once_there_is_room(
    office: Office, disk: Disk, monkeypatch: pytest.MonkeyPatch, at: str, ended: bool, full: float
) -> None:
    monkeypatch.setattr("leadwright.workflows.in_hand.PATIENCE", 2.0)
    runtime = Runtime(office.services)
    with capture_logs() as log:
        runtime.start()
        try:
            leadid = office.lead()
            wait_until(lambda: len(office.mails_to(ADA)) == 1)
            disk.at = at
            office.answer(ADA, "Please remove me from your list.")
            wait_until(lambda: disk.full)
            time.sleep(full)  # what is lost is looked for every ten seconds
            disk.free = True
            wait_until(lambda: office.run_of(leadid).stage == Stage.DISQUALIFIED, 60.0)
        finally:
            disk.free = True
            assert runtime.stop()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    assert len(office.mails_to(ADA)) == 1
    assert any(entry["event"].startswith("work that could not be ended") for entry in log) or not ended


def test_what_ended_here_and_is_written_down_as_ours_a_while_later_is_lost_until_it_is_seen_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadwright.workflows.in_hand.PATIENCE", 0.05)
    in_hand = InHand()
    with in_hand.take("one") as mine, in_hand.take("one") as too:
        assert (mine, too) == (True, False)
        with in_hand.take("two"), in_hand.take("three"):
            assert not in_hand.wait_for_none(0.01)
        assert in_hand.lost(["one", "two", "waits"]) == [], "its end may still be on its way"
        time.sleep(0.06)
        assert in_hand.lost(["one", "two", "waits"]) == ["two"], "one is in hand, and what waits was never begun"
        assert in_hand.lost(["one", "two", "waits"]) == ["two"], "nothing could be done about it on the full disk"
        in_hand.see_to(["two"])
        assert in_hand.lost(["one", "two", "waits"]) == []
    with in_hand.take("two"):
        time.sleep(0.06)
        assert in_hand.lost(["one", "two"]) == ["one"], "two is at work again"
    assert in_hand.wait_for_none(0.01)
