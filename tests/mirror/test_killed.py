"""Killed with SIGKILL around any commit of the first load, it goes on: every row is here once, none is missing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.microsoft.organisation import register_agent

from leadwright.db.audit import broken_link
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorRow
from leadwright.db.sales import Annotation, Lead
from leadwright.identity.seed import seed_directory
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

LEADS, NOTES = 120, 25
WORKER = Path(__file__).with_name("killed_while_loading.py")


class Killing:
    """An organisation over TLS, our installation, and workers that die."""

    def __init__(self, world: World, standin: StandIn, database: Database) -> None:
        self.world, self.database = world, database
        registered = register_agent(world, "AISalesPerson")
        admin = seed.administrator(world)
        with world.transaction() as db:
            for n in range(LEADS):
                key = records.create(
                    world, "lead", {"subject": "S", "lastname": f"L{n}", "companyname": f"C{n}"}, by=admin
                )
                at = f"2025-0{1 + n % 9}-11T{n % 24:02}:00:00Z"
                db.execute("UPDATE dv_lead SET createdon=? WHERE leadid=?", (at, key))
                if n < NOTES:
                    note = {"subject": "Call", "notetext": "Two.", "objectid": key, "objecttypecode": "lead"}
                    records.create(world, "annotation", note, by=admin)
        with database.transaction() as session:
            seed_directory(session)
            session.merge(
                CrmConnection(
                    dataverseurl=standin.origin, tenantid=world.tenantid, clientid=registered.application.appid
                )
            )
        self._told = (
            database.url, standin.origin, str(standin.certificates.authority), world.tenantid,
            registered.application.appid, registered.secret,
        )  # fmt: skip

    def work(self, number: int, side: str) -> int:
        """A worker that is killed at a commit; its exit status."""
        command = [sys.executable, str(WORKER), *self._told, str(number), side]
        return subprocess.run(command, check=False, capture_output=True, timeout=120).returncode

    def check(self) -> None:
        """What is here equals what is there."""
        with self.world.reading() as db:
            there = {row["leadid"]: row["lastname"] for row in db.execute("SELECT leadid, lastname FROM dv_lead")}
        with self.database.reading() as session:
            here = {lead.leadid: lead.lastname for lead in session.scalars(select(Lead))}
            assert here == there
            assert {lead.versionnumber for lead in session.scalars(select(Lead))} == {1}
            assert session.scalar(select(func.count()).select_from(Annotation)) == NOTES
            assert session.scalar(select(func.count()).where(MirrorRow.tablename == "lead")) == LEADS
            assert broken_link(session) is None


def run(killing: Killing, kills: list[tuple[int, str]]) -> None:
    died = 0
    for number, side in kills:
        status = killing.work(number, side)
        if status == 0:
            break
        assert status == -9, status
        died += 1
    assert died
    assert killing.work(0, "before") == 0
    killing.check()


@pytest.fixture
def killing(world: World, database: Database) -> Iterator[Killing]:
    with StandIn(world) as standin:
        yield Killing(world, standin, database)


def test_a_first_load_that_is_killed_goes_on_where_it_was(killing: Killing) -> None:
    run(killing, [(24, "before"), (6, "after"), (9, "before")])


@pytest.mark.faults
@pytest.mark.parametrize("side", ["before", "after"])
def test_killed_around_every_commit_of_a_first_load(killing: Killing, side: str) -> None:
    run(killing, [(number, side) for number in range(1, 60)])
