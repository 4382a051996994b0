"""A lead is deleted, or gets another owner, in the very moment in which its mail is claimed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.mail.close_race import run_close_race
from tests.mail.post_office import PostOffice
from tests.mail.test_outbox import leads as _leads
from tests.mail.test_outbox import sender_of
from tests.unguarded import harm_is_found

from leadwright.db.base import new_id, now
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Lead
from leadwright.mail.checks import STANDARD
from leadwright.mail.claim import Check, claim
from leadwright.mail.outbox import Claimed

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
    changed: dict[str, datetime] = {}

    def make_due(n: int) -> None:
        with office.database.transaction() as session:  # what waits for another try is out of the next one's way
            waiting = update(Outbox).where(Outbox.phase == "queued")
            session.execute(waiting.values(dueat=now() + timedelta(days=1)))
            session.execute(waiting.where(Outbox.outboxid == mails[leadids[n]]).values(dueat=now()))

    def send(_: int) -> bool:
        with office.database.transaction() as session:
            return isinstance(claim(session, office.mailboxid, worker="one", clock=now, checks=checks), Claimed)

    def act(n: int) -> None:
        with office.database.transaction() as session:
            lead = session.get_one(Lead, leadids[n], with_for_update=True)
            changed[lead.leadid] = now()
            change(session, lead)

    run_close_race(len(leadids), make_due, send, act)
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
