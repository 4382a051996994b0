"""kill -9 at every step of the outbox, with answers lost after the write was done: both sides are equal at the end."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.mirror.mirrored import Mirrored, open_mirrored
from tests.mirror.test_writes_faults import is_equal
from tests.mirror.test_writes_of_decisions import administrator, work

from leadwright.actions.qualify import qualify
from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite, put_mail
from leadwright.db.sales import ActivityParty, Email, Lead
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

STEPS = 7  # of one round: claimed, looked, sending, answered, stored; some come twice


@pytest.fixture
def over_tls(database: Database, tmp_path: Path) -> Iterator[tuple[Mirrored, StandIn]]:
    """An office that writes to an organisation over real connections."""
    world = World(tmp_path / "written")
    with StandIn(world) as standin:
        made = open_mirrored(database, world, tmp_path, standin=standin)
        yield made, standin
        made.connected.http.close()
    world.close()


def killed_at_every_step(mirrored: Mirrored, standin: StandIn, most: int, rounds: int) -> int:
    """Workers one after another, each killed at a later step, every other one with a lost answer. How many were."""
    kills, agent = 0, mirrored.connected
    for n in range(rounds):
        given: dict[str, Any] = {
            "url": mirrored.database.url, "origin": standin.origin, "tenant": mirrored.world.tenantid,
            "client": agent.application.appid, "secret": agent.secret, "ca": str(standin.certificates.authority),
            "minutes": 11 * n, "kill": 1 + n % STEPS if n < rounds - 6 else 0, "most": most,
        }  # fmt: skip
        if n % 2 and n < rounds - 6:
            mirrored.world.break_it("drop after commit", {"path": "$batch"}, times=1)
        else:
            mirrored.world.mend()
        command = [sys.executable, "-m", "tests.mirror.killed_writing", json.dumps(given)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert ended.returncode in (0, -9), ended.stderr[-2000:]
        kills += ended.returncode == -9
        if not _open(mirrored):
            break
    return kills


def _open(mirrored: Mirrored) -> int:
    with mirrored.database.reading() as session:
        query = select(func.count()).select_from(MirrorWrite).where(MirrorWrite.state.in_(("waiting", "sending")))
        return session.scalar(query) or 0


def decide(mirrored: Mirrored, handovers: int, qualified: int, mails: int) -> None:
    """Decisions of every kind."""
    work(mirrored, handovers)
    leads = mirrored.leads(qualified + 1, queued=False)
    who = administrator(mirrored)
    for leadid in leads[:qualified]:
        qualify(mirrored.office.services, who, leadid)
    with mirrored.database.transaction() as session:
        lead = session.get_one(Lead, leads[-1])
        for n in range(mails):
            id_, outgoing = new_id(), bool(n % 2)
            session.add(
                Email(activityid=id_, regardingobjectid=lead.leadid, subject=f"Mail {n}", description="Hello",
                      directioncode=outgoing, statecode=1, statuscode=3 if outgoing else 4, ownerid=lead.ownerid,
                      owningbusinessunit=lead.owningbusinessunit, messageid=f"<{id_}@us.example>", senton=now())
            )  # fmt: skip
            session.flush()
            us = {"partyid": mirrored.office.agent_user, "partyobjecttypecode": "systemuser"}
            them = {"partyid": lead.leadid, "partyobjecttypecode": "lead", "addressused": lead.emailaddress1}
            for mask, party in ((1, us if outgoing else them), (2, them if outgoing else us)):
                session.add(ActivityParty(activityid=id_, participationtypemask=mask, **party))
            session.flush()
            put_mail(session, id_)


def check(mirrored: Mirrored, handovers: int, qualified: int, mails: int) -> None:
    """The stand-in's tables equal ours, and nothing is there twice."""
    states = {w.state for w in mirrored.writes()}
    assert states == {"sent"}, [(w.kind, w.state, w.reason) for w in mirrored.writes() if w.state != "sent"][:5]
    is_equal(mirrored)
    assert len(mirrored.find("annotation")) == len(mirrored.find("appnotification")) == handovers
    for table in ("opportunity", "account", "contact"):
        assert len(mirrored.find(table)) == qualified
    found = mirrored.find("email")
    assert len(found) == mails
    assert {one["statuscode"] for one in found} <= {3, 4}


def test_killed_at_every_step_and_both_sides_are_equal(over_tls: tuple[Mirrored, StandIn]) -> None:
    mirrored, standin = over_tls
    decide(mirrored, 2, 1, 2)
    assert killed_at_every_step(mirrored, standin, 6, 30) >= 5
    check(mirrored, 2, 1, 2)


@pytest.mark.faults
def test_two_hundred_writes_killed_at_every_step_and_both_sides_are_equal(over_tls: tuple[Mirrored, StandIn]) -> None:
    mirrored, standin = over_tls
    decide(mirrored, 40, 8, 20)
    assert len(mirrored.writes()) >= 200
    assert killed_at_every_step(mirrored, standin, 12, 150) >= 40
    check(mirrored, 40, 8, 20)
