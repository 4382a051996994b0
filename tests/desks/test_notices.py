"""News by mail as each person chose: at once, once a day where they are, or never."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.desks.handed_over import person
from tests.engage.office import Office

from leadwright.actions import notifications
from leadwright.db.sales import AppNotification
from leadwright.db.system_mail import SystemMail
from leadwright.domain.notices import How, Kind, kind_of
from leadwright.errors import BadInput
from leadwright.workflows.case import notify
from leadwright.workflows.notices import mail_notices


def _news(office: Office, owner: str, key: str, title: str) -> None:
    office.services.database.clock = office.clock  # as of an installation; the office gives its clock to services only
    with office.services.database.transaction() as session:
        notify(session, owner, key, title, "Look at it.", link="/leads")


def test_news_is_dated_by_the_clock_that_everything_else_goes_by(office: Office) -> None:
    seller = person(office, office.sellers[0])
    _news(office, seller.id, "handed_over:1", "New lead: Ada")
    with office.services.database.reading() as session:
        made = session.scalars(select(AppNotification).where(AppNotification.lw_key == "handed_over:1")).one()
        assert abs(made.createdon - office.clock()) < timedelta(minutes=1)


def _mails(office: Office) -> list[SystemMail]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(SystemMail).order_by(SystemMail.createdon)))


def test_what_was_chosen_at_once_is_mailed_once_and_the_rest_is_not(office: Office) -> None:
    seller = person(office, office.sellers[0])
    notifications.choose(office.services, seller, {Kind.LEAD: How.NOW})
    _news(office, seller.id, "handed_over:1", "New lead: Ada")
    _news(office, seller.id, "disqualified:1", "Disqualified: Bo")
    mail_notices(office.services)
    mail_notices(office.services)
    mine = [m for m in _mails(office) if m.recipient == "mira@seller.example"]
    assert [m.subject for m in mine] == ["New lead: Ada"]
    assert "/leads" in mine[0].text
    assert "/notifications" in mine[0].text


def test_a_digest_comes_at_seven_where_the_person_is_with_what_is_unread(office: Office) -> None:
    seller = person(office, office.sellers[0])
    notifications.choose(office.services, seller, {Kind.LEAD: How.DAILY})
    _news(office, seller.id, "handed_over:1", "New lead: Ada")
    _news(office, seller.id, "handed_over:2", "New lead: Eve")
    mail_notices(office.services)
    assert not [m for m in _mails(office) if m.recipient == "mira@seller.example"]
    office.clock.move_to(office.clock().replace(hour=7, minute=1) + timedelta(days=1))
    with office.services.database.transaction() as session:
        row = session.scalars(select(AppNotification).where(AppNotification.lw_key == "handed_over:2")).one()
        row.readon = office.clock()
    mail_notices(office.services)
    mail_notices(office.services)
    mine = [m for m in _mails(office) if m.recipient == "mira@seller.example"]
    assert [m.subject for m in mine] == ["New lead: Ada"]
    assert "Eve" not in mine[0].text


def test_choices_are_kept_and_nonsense_is_refused(office: Office) -> None:
    seller = person(office, office.sellers[0])
    assert notifications.choices(office.services, seller)[Kind.LEAD] is How.NEVER
    notifications.choose(office.services, seller, {Kind.LEAD: How.DAILY})
    notifications.choose(office.services, seller, {Kind.LEAD: How.NOW, Kind.TROUBLE: How.NEVER})
    chosen = notifications.choices(office.services, seller)
    assert (chosen[Kind.LEAD], chosen[Kind.TROUBLE]) == (How.NOW, How.NEVER)
    with pytest.raises(BadInput):
        notifications.choose(office.services, seller, {"weather": How.NOW})


def test_every_event_has_its_kind() -> None:
    assert kind_of("handed_over:x") is Kind.LEAD
    assert kind_of("agent.paused:x:1") is Kind.TROUBLE
    for key in ("unplaced:x", "emails_forbidden:x:2", "cancelled:x"):
        assert kind_of(key) is Kind.DECISION
    assert kind_of(None) is Kind.OTHER
