"""A lead is deleted, or gets another owner, in the very moment in which its mail is claimed."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.mail.post_office import PostOffice
from tests.mail.test_outbox import leads as _leads
from tests.mail.test_outbox import sender_of
from tests.unguarded import harm_is_found

from leadwright.db.base import new_id, now
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Lead
from leadwright.mail.checks import STANDARD
from leadwright.mail.claim import Check, claim

leads = _leads
Change = Callable[[Session, Lead], None]


def deleted(session: Session, lead: Lead) -> None:
    session.delete(lead)


def owned_by_another(_session: Session, lead: Lead) -> None:
    lead.ownerid = new_id()


def race(office: PostOffice, leadids: Sequence[str], change: Change, checks: Sequence[Check]) -> tuple[int, int]:
    """Each pair: a claim and a change at once. How many mails were claimed, and how many of these too late."""
    office.clock = now
    sender_of(office)  # looks through the mailbox: before that nothing of an agent is claimed
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_atonce = 10 * len(leadids)
        session.execute(update(Outbox).values(dueat=now() + timedelta(days=1)))
        mails = {row.leadid: row.outboxid for row in session.scalars(select(Outbox))}
    chance, together = random.Random(7), threading.Barrier(2, timeout=60)
    widest = (0.001, 0.008)  # of either side, by turns: on a busy machine one of them is slower each time
    delays = [(chance.random() * widest[n % 2], chance.random() * widest[n // 2 % 2]) for n in range(len(leadids))]
    delays[::10] = [(0.0, 0.1)] * len(delays[::10])  # and now and then the claim is first on any machine
    changed: dict[str, datetime] = {}

    def send() -> None:
        for leadid, (delay, _) in zip(leadids, delays, strict=True):
            with office.database.transaction() as session:
                session.execute(update(Outbox).where(Outbox.outboxid == mails[leadid]).values(dueat=now()))
            together.wait()
            time.sleep(delay)
            with office.database.transaction() as session:
                claim(session, office.mailboxid, worker="one", clock=now, checks=checks)
            together.wait()
            with office.database.transaction() as session:  # what waits for another try is out of the next one's way
                later = update(Outbox).where(Outbox.outboxid == mails[leadid], Outbox.phase == "queued")
                session.execute(later.values(dueat=now() + timedelta(days=1)))

    def act() -> None:
        for leadid, (_, delay) in zip(leadids, delays, strict=True):
            together.wait()
            time.sleep(delay)
            with office.database.transaction() as session:
                lead = session.get_one(Lead, leadid, with_for_update=True)
                changed[leadid] = now()
                change(session, lead)
            together.wait()

    threads = [threading.Thread(target=work) for work in (send, act)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = {row.outboxid: row.claimedon for row in office.rows().values() if row.claimedon is not None}
    assert len(changed) == len(leadids)
    late = sum(claimed[mails[leadid]] > at for leadid, at in changed.items() if mails[leadid] in claimed)
    return len(claimed), late


def assert_none_is_late(
    office: PostOffice, leadids: Sequence[str], change: Change, checks: Sequence[Check] = STANDARD
) -> None:
    claimed, late = race(office, leadids, change, checks)
    assert claimed > 0, "the race must go both ways"
    assert late == 0
    assert claimed < len(leadids), "the race must go both ways"


@pytest.mark.parametrize("change", [deleted, owned_by_another])
def test_no_mail_is_claimed_once_its_lead_is_gone_or_another_persons(
    office: PostOffice, leads: Callable[[int], list[str]], change: Change
) -> None:
    assert_none_is_late(office, leads(100), change)


@pytest.mark.faults
@pytest.mark.parametrize("change", [deleted, owned_by_another])
def test_no_mail_is_claimed_once_its_lead_is_gone_in_two_thousand_pairs(
    office: PostOffice, leads: Callable[[int], list[str]], change: Change
) -> None:
    assert_none_is_late(office, leads(2_000), change)


def test_a_naive_build_that_asks_no_more_in_the_claim_is_late(
    office: PostOffice, leads: Callable[[int], list[str]]
) -> None:
    with harm_is_found():
        assert_none_is_late(office, leads(40), owned_by_another, ())
