"""The outbox for people: who sees it, what is held, and what follows from a person's word."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from tests.mail.post_office import PostOffice

from leadwright.actions import outbox
from leadwright.db.audit import AuditEntry
from leadwright.db.mail import Outbox
from leadwright.db.pages import mailboxes
from leadwright.domain.mail_phase import Phase
from leadwright.domain.privileges import ROLE_GRANTS
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal
from leadwright.mail.sender import Sender
from leadwright.services import Services
from leadwright.settings import Settings


def person(*roles: str) -> Principal:
    held: dict[str, int] = {}
    for role in roles:
        for privilege, depth in ROLE_GRANTS[role].items():
            held[privilege] = max(held.get(privilege, 0), depth)
    return Principal("", "person", "Mia Manager", "", held, roles=frozenset(roles))


def services_of(office: PostOffice) -> Services:
    return Services(Settings(data_dir=Path("unused")), office.database, cast(Any, None), clock=office.clock)


def hold(office: PostOffice, outboxid: str) -> None:
    with office.database.transaction() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.outboxid == outboxid)
            .values(phase=Phase.HELD, reason="No answer came.", claimedon=office.clock(), concludedon=office.clock())
        )


MANAGER = person("Sales Manager")


def test_held_mails_show_reason_recipient_and_words(office: PostOffice) -> None:
    first, _ = office.waiting(2)
    hold(office, first)
    (mail,), following = outbox.held_mails(services_of(office), MANAGER)
    assert following == ""
    assert (mail.row.recipient, mail.row.reason) == ("person0@company0.example", "No answer came.")
    assert mail.subject == "Shelves for company 0"
    assert "we have something for you" in mail.text


@pytest.mark.parametrize(
    ("decision", "phase", "action"),
    [
        ("arrived", Phase.SENT, "email.sent"),
        ("again", Phase.QUEUED, "email.queued"),
        ("give_up", Phase.CANCELLED, "email.cancelled"),
    ],
)
def test_a_persons_word_ends_the_doubt_and_is_audited(
    office: PostOffice, decision: str, phase: Phase, action: str
) -> None:
    (held,) = office.waiting(1)
    hold(office, held)
    services = services_of(office)
    assert outbox.decide(services, MANAGER, held, decision) == phase
    assert outbox.held_mails(services, MANAGER) == ([], "")
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.actorname, entry.recordid) == (action, "Mia Manager", held)
    with pytest.raises(Conflict, match="not held any more"):
        outbox.decide(services, MANAGER, held, decision)


def test_a_mail_that_is_sent_again_goes_out_once_under_its_first_message_id(office: PostOffice) -> None:
    (held,) = office.waiting(1)
    hold(office, held)
    outbox.decide(services_of(office), MANAGER, held, "again")
    sender = Sender(office.database, office.mailboxid, office.open(), worker="w", clock=office.clock)
    assert sender.send_due() == 1
    assert sender.send_due() == 0
    assert [a.recipient for a in office.server.log] == ["person0@company0.example"]


def test_the_queue_shows_phases_due_times_and_the_pace_used(office: PostOffice) -> None:
    office.waiting(3)
    sender = Sender(office.database, office.mailboxid, office.open(), worker="w", clock=office.clock)
    assert sender.send_due(most=1) == 1
    queue = outbox.queue(services_of(office), MANAGER)
    (pace,) = queue.paces
    assert (pace.minute, pace.day, pace.phases) == (1, 1, {"sent": 1, "queued": 2})
    assert [row.recipient for row in queue.waiting] == ["person1@company1.example", "person2@company2.example"]
    assert queue.waiting[0].dueat == office.clock()
    assert not {"lw_sealedsecret", "lw_sealeddkimkey"} & set(pace.mailbox._mapping)


def test_a_domain_that_soon_counts_as_a_sender_of_bulk_mail_is_named(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "NEARLY_BULK", 3)
    office.waiting(3)
    with office.database.transaction() as session:
        session.execute(update(Outbox).values(phase=Phase.SENT, spenton=office.clock()))
        session.execute(update(Outbox).where(Outbox.outboxid == min(office.rows())).values(spenton=None))
    assert outbox.queue(services_of(office), MANAGER).bulk == {}
    with office.database.transaction() as session:
        session.execute(update(Outbox).values(spenton=office.clock()))
    assert outbox.queue(services_of(office), MANAGER).bulk == {"seller.example": 3}


def test_the_queue_and_the_held_mails_are_paged(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "PAGE", 2)
    services = services_of(office)
    ids = office.waiting(6)
    first = outbox.queue(services, MANAGER)
    second = outbox.queue(services, MANAGER, after=first.next)
    third = outbox.queue(services, MANAGER, after=second.next)
    assert sorted(row.outboxid for page in (first, second, third) for row in page.waiting) == sorted(ids)
    assert (first.left, third.next) == (6, "")
    for outboxid in ids[:3]:
        hold(office, outboxid)
    held, following = outbox.held_mails(services, MANAGER)
    more, end = outbox.held_mails(services, MANAGER, after=following)
    assert sorted(mail.row.outboxid for mail in (*held, *more)) == sorted(ids[:3])
    assert end == ""
    with pytest.raises(BadInput, match="Start again from the first page"):
        outbox.queue(services, MANAGER, after="x")


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        (("Salesperson",), "prvReadDashboard"),
        (("Exchange Administrator",), "prvReadDashboard"),
        (("AISalesPerson",), "prvReadDashboard"),
    ],
)
def test_only_supervisors_and_administrators_see_the_outbox(
    small_office: PostOffice, roles: tuple[str, ...], sentence: str
) -> None:
    services, who = services_of(small_office), person(*roles)
    calls: list[Callable[[], object]] = [
        lambda: outbox.queue(services, who),
        lambda: outbox.held_mails(services, who),
        lambda: outbox.decide(services, who, "none", "again"),
    ]
    for call in calls:
        with pytest.raises(NotAllowed, match=sentence):
            call()


def test_a_privilege_over_own_records_does_not_reach_everybodys_mails(small_office: PostOffice) -> None:
    held = dict(ROLE_GRANTS["Salesperson"]) | {"prvReadDashboard": 8}
    who = Principal("", "person", "Sam Seller", "", held)
    with pytest.raises(NotAllowed, match="reaches only your own records"):
        outbox.queue(services_of(small_office), who)


def test_a_decision_nobody_knows_and_a_mail_that_is_not_there_are_refused(small_office: PostOffice) -> None:
    services = services_of(small_office)
    with pytest.raises(BadInput, match="Choose one of arrived, again, give_up"):
        outbox.decide(services, MANAGER, "none", "perhaps")
    with pytest.raises(NotFound, match="no such mail"):
        outbox.decide(services, MANAGER, "none", "again")
