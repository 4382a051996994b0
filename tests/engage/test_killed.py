"""The worker is killed at random while conversations run: every mail once, every answer acted on once, nothing lost."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.engage.office import SALES, Office

from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Lead
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import ENDS
from leadwright.domain.stage import Stage
from leadwright.sandbox.invariants import prove

ANSWERS = (
    "This sounds interesting for us.",
    "Interesting. How long does implementation take?",
    "We need it for two warehouses, have a budget of 400,000 dollars and I decide. Can we talk on Thursday?",
    "No thank you, we are not interested.",
    "Please remove me from your list.",
)


def write_clock(file: Path, moment: datetime) -> None:
    beside = file.with_suffix(".new")
    beside.write_text(moment.isoformat(), "utf-8")
    beside.replace(file)


@contextmanager
def worker(office: Office, clock: Path) -> Iterator[subprocess.Popen[bytes]]:
    url = office.services.database.url
    command = [sys.executable, "-m", "tests.engage.worker", url, str(office.services.settings.data_dir), str(clock)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def is_quiet(office: Office, leads: int) -> bool:
    """Every lead was worked, every mail has left or waits for its day, every answer was acted on."""
    with office.services.database.reading() as session:
        begun = session.scalar(
            select(func.count()).select_from(LeadRun).where(LeadRun.stage.not_in((Stage.QUEUED, Stage.RESEARCHING)))
        )
        due = Outbox.phase.not_in(ENDS) & (Outbox.dueat <= office.clock() + timedelta(minutes=10))
        flying = session.scalar(select(func.count()).select_from(Outbox).where(due))
        unread = session.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.state == "new"))
        waits = (Engagement.state == State.DUE) & (Engagement.dueat <= office.clock())
        unmoved = session.scalar(select(func.count()).select_from(Engagement).where(waits))
    there = len({m.raw for m in office.server.folder(SALES).messages})
    with office.services.database.reading() as session:
        stored = session.scalar(select(func.count()).select_from(InboundMessage)) or 0
    return (begun or 0) >= leads and not flying and not unread and not unmoved and stored >= there - 1


def run_killed(office: Office, tmp_path: Path, *, leads: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    clock = tmp_path / "clock"
    write_clock(clock, office.clock())
    addresses = [f"p{n}@company{n}.example" for n in range(leads)]
    for n, address in enumerate(addresses):
        office.lead(firstname="Ada", emailaddress1=address, companyname=f"Company {n}")
    write_clock(clock, office.clock())
    answered: dict[str, int] = {}
    for _ in range(kills):
        with worker(office, clock):
            time.sleep(chance.uniform(1.0, 4.0))
        _answer_some(office, addresses, answered, chance)
    with worker(office, clock):
        end = time.monotonic() + 120
        while not is_quiet(office, leads):
            assert time.monotonic() < end, "it did not come to rest"
            # What a killed worker had in hand is looked after once its lease and the time to settle are over.
            office.clock.move_to(office.clock() + timedelta(seconds=30))
            write_clock(clock, office.clock())
            time.sleep(0.5)
    proofs = prove(office.services, office.sent, office.server.folder(SALES), office.clock())
    assert [(p.number, p.broken) for p in proofs if p.broken] == []
    unwritten = {address for address in addresses if not office.mails_to(address)}
    assert unwritten == _given_up(office, unwritten)
    for address in addresses:
        assert len(office.mails_to(address)) <= 1 + answered.get(address, 0)


def _given_up(office: Office, addresses: set[str]) -> set[str]:
    """Those the agent has given up with the reason, because the process died over them twenty times."""
    with office.services.database.reading() as session:
        rows = session.execute(
            select(Lead.emailaddress1, LeadRun.reasons)
            .join(LeadRun, LeadRun.leadid == Lead.leadid)
            .where(Lead.emailaddress1.in_(addresses), LeadRun.stage == Stage.FAILED)
        )
        return {address for address, reasons in rows if "The process ended" in reasons[0]}


def _answer_some(office: Office, addresses: list[str], answered: dict[str, int], chance: random.Random) -> None:
    for address in addresses:
        mails = office.mails_to(address)
        if mails and answered.get(address, 0) < len(mails) and chance.random() < 0.7:
            office.answer(address, chance.choice(ANSWERS))
            answered[address] = answered.get(address, 0) + 1


def test_killed_five_times_in_the_middle_of_conversations(office: Office, tmp_path: Path) -> None:
    run_killed(office, tmp_path, leads=6, kills=5, seed=5)


@pytest.mark.faults
def test_killed_sixty_times_in_the_middle_of_conversations(office: Office, tmp_path: Path) -> None:
    run_killed(office, tmp_path, leads=30, kills=60, seed=60)
