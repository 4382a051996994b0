"""kill -9 and lost answers while mails go out through Microsoft: none twice, none lost, every outcome known."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.contracts.mailboxes import AGENT, InDataverse, InGraph
from tests.mail.post_office import Clock

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.mail.claim import Nothing
from leadwright.mail.dataverse_letters import activity_named
from leadwright.mail.mailbox import Found, Result
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender
from leadwright.microsoft.errors import RowGone
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_store import Accepted, identify

ROOT = Path(__file__).parents[2]
SENT_IS_READ = {"dataverse": "/emails", "graph": "sentitems"}
KINDS = {"dataverse": InDataverse, "graph": InGraph}


@pytest.fixture(params=list(KINDS))
def platform(request: pytest.FixtureRequest, tmp_path: Path, sqlite_database: Database) -> Iterator[Any]:
    made = KINDS[request.param](tmp_path / "dynamics", sqlite_database)
    yield made
    made.close()


def waiting(platform: Any, count: int, moment: Any = now) -> None:
    with platform.database.transaction() as session:
        for n in range(count):
            letter = platform.compose(f"person{n}@company{n}.example", n)
            put(session, Order(f"outreach:{n}:1:1", platform.mailboxid, letter), moment())


def log(platform: Any) -> list[Accepted]:
    """What left the tenant, under the Message-IDs that our outbox knows."""
    for _ in range(3):
        platform.tick()
    rows = rows_of(platform)
    ours = {activity_named(row.messageid): row.messageid for row in rows}
    found = []
    for out in platform.outside():
        head = message_from_bytes(out.raw)
        activity = str(head.get("X-MS-Dynamics-ActivityId", ""))
        messageid, content = identify(out.recipient, out.raw)
        found.append(Accepted(out.at, out.sender, out.recipient, ours.get(activity, messageid), content, out.raw))
    return found


def rows_of(platform: Any) -> list[Outbox]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Outbox)))


def killed(platform: Any, folder: Path, seed: str, most: int, *, naive: str = "") -> int:
    """Send in children that die, over TLS; how many did."""
    with StandIn(platform.world) as served:
        given = {
            "dataverse_url": served.origin, "authority": served.origin, "graph_url": served.origin,
            "tenant_id": platform.world.tenantid, "client_id": platform.registered.application.appid,
            "secret": platform.registered.secret, "ca_file": str(served.certificates.authority),
        }  # fmt: skip
        (folder / "connection.json").write_text(json.dumps(given))
        arguments = [
            platform.database.url,
            platform.mailboxid,
            str(platform.name),
            str(folder / "connection.json"),
            seed,
        ]
        done = subprocess.run(
            [sys.executable, "-m", "tests.contracts.killed_at_platform", *arguments],
            cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False,
            env={**os.environ, "MOST_KILLS": str(most), "NAIVE": naive},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[-1])


def prove(platform: Any, mails: int) -> None:
    assert check(platform.database, log(platform), now(), ended=True) == []
    assert [row.phase for row in rows_of(platform)] == ["sent"] * mails


def test_killed_at_every_step_of_a_send(platform: Any, tmp_path: Path) -> None:
    waiting(platform, 70)
    steps = killed(platform, tmp_path, "sweep", 0)
    assert 20 <= steps < 70
    prove(platform, 70)


def test_a_naive_build_sends_twice_under_the_same_kills(platform: Any, tmp_path: Path) -> None:
    waiting(platform, 70)
    killed(platform, tmp_path, "sweep", 0, naive="yes")
    rows = {row.recipient for row in rows_of(platform)}
    got = [out.recipient for out in platform.outside() if out.recipient in rows]
    assert len(got) > len(set(got)), "it was to send twice"


def test_a_restored_backup_sends_nothing_again(platform: Any) -> None:
    waiting(platform, 3)
    first = Sender(platform.database, platform.mailboxid, platform.open(), worker="before")
    assert first.send_due() == 3
    first.close()
    with platform.database.transaction() as session:
        for row in session.scalars(select(Outbox)):
            row.phase, row.token, row.concludedon, row.askon, row.spenton = "queued", 0, None, None, None
    clock = Clock(now())
    second = Sender(platform.database, platform.mailboxid, platform.open(), worker="after", clock=clock)
    platform.world.break_it("server error", {"path": SENT_IS_READ[str(platform.name)], "status": 503})
    assert isinstance(second.send_next(), Nothing)
    assert len(platform.outside()) == 3
    platform.world.mend()
    clock.forward(16)
    second.send_due()
    second.close()
    prove(platform, 3)


def test_a_mail_that_lies_in_the_outbox_is_neither_sent_nor_ordered_again(
    tmp_path: Path, sqlite_database: Database
) -> None:
    platform = InGraph(tmp_path / "dynamics", sqlite_database)
    letter, mailbox = platform.letter(1), platform.open()
    platform.world.break_it("stay in outbox")
    platform.lose_the_answer()
    assert mailbox.send(letter, lambda: True).result is Result.UNKNOWN
    assert mailbox.find_sent(letter.messageid) is Found.CANNOT_TELL
    assert mailbox.send(letter, lambda: True).result is Result.LATER
    platform.world.mend()
    assert platform.left(letter) == 1
    assert mailbox.find_sent(letter.messageid) is Found.YES
    assert mailbox.send(letter, lambda: True).result is Result.ACCEPTED
    assert platform.left(letter) == 1
    mailbox.close()
    platform.close()


@pytest.mark.parametrize("folder", ["deleteditems", "archive"])
def test_a_draft_that_was_half_removed_or_put_elsewhere_is_made_anew(
    tmp_path: Path, sqlite_database: Database, folder: str
) -> None:
    platform = InGraph(tmp_path / "dynamics", sqlite_database)
    letter, mailbox = platform.letter(1), platform.open()
    draft = mailbox.make_draft(letter)  # type: ignore[attr-defined]
    message = f"users/{AGENT}/messages/{draft.id}"
    platform.connected.graph.post(f"{message}/move", {"destinationId": folder})
    assert mailbox.send(letter, lambda: True).result is Result.ACCEPTED
    assert platform.left(letter) == 1
    with pytest.raises(RowGone):
        platform.connected.graph.get(message)
    mailbox.close()
    platform.close()


def test_a_mail_that_left_is_found_by_its_draft_though_nobody_knows_of_an_earlier_try(platform: Any) -> None:
    letter, mailbox = platform.letter(1), platform.open()
    for _ in range(2):
        assert mailbox.send(letter, lambda: True).result is Result.ACCEPTED
    mailbox.close()
    assert platform.left(letter) == 1


@pytest.mark.faults
def test_killed_three_hundred_times(platform: Any, tmp_path: Path) -> None:
    waiting(platform, 600)
    kills = killed(platform, tmp_path, "1", 300)
    assert kills >= 300
    prove(platform, 600)
    print(f"{platform.name}: {kills} kills, 600 mails: 0 sent twice, 0 lost, 0 held")  # noqa: T201


PATHS = {
    "dataverse": ["/emails", "SendEmail", "emails(", "WhoAmI"],
    "graph": ["/messages", "/send"],
}


@pytest.mark.parametrize("fault", ["drop after commit", "drop before answer", "server error", "throttle"])
def test_an_answer_lost_at_any_request_loses_and_doubles_nothing(platform: Any, fault: str) -> None:
    clock = Clock(now())
    paths = PATHS[str(platform.name)]
    waiting(platform, 2 * len(paths), clock)
    mailbox = platform.open()
    sender = Sender(platform.database, platform.mailboxid, mailbox, worker="one", clock=clock)
    for path in paths:
        platform.world.break_it(fault, {"path": path, "seconds": 60, "status": 503}, times=1)
        sender.send_next()
        clock.forward(61)
    platform.world.mend()
    for _ in range(12):
        clock.forward(1_300)
        sender.tidy()
        while not isinstance(sender.send_next(), Nothing):
            pass
    sender.close()
    prove(platform, 2 * len(paths))


def test_two_workers_at_one_mailbox_send_each_mail_once(platform: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    waiting(platform, 24)
    senders = [Sender(platform.database, platform.mailboxid, platform.open(), worker=f"worker {n}") for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda sender: sender.send_due(), senders))
    for sender in senders:
        sender.close()
    assert sum(sent) == 24
    prove(platform, 24)
