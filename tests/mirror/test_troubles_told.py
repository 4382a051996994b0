"""Administrators hear of trouble that lasts and holds mails back, and of nothing that passes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.mirror.organisation import Office, connect_office
from tests.mirror.test_troubles import whole

from leadwright.db.engine import Database
from leadwright.db.sales import AppNotification
from leadwright.errors import CrmError
from leadwright.mirror import sides
from leadwright.mirror.tables import Mirrored
from leadwright.sandbox.dynamics.dataverse import roles, seed
from leadwright.sandbox.dynamics.world import World

THROTTLED = {"seconds": 600, "path": "/leads"}


def look(office: Office, **later: float) -> None:
    """A round, whatever comes of it."""
    with suppress(CrmError):
        office.round(**later)


def at_noon(office: Office) -> None:
    """So that the day stays the same for some hours."""
    office.clock.forward(hours=(36 - office.clock().hour) % 24)


def told(office: Office) -> list[tuple[str, str]]:
    """Title and words of what one administrator was told."""
    with office.database.reading() as session:
        news = session.scalars(select(AppNotification).order_by(AppNotification.createdon)).all()
        return [(one.title, one.body) for one in news if one.ownerid == news[0].ownerid]


def test_contacts_that_cannot_be_read_for_long_are_told_to_administrators_once_a_day(office: Office) -> None:
    at_noon(office)
    office.make("contact", lastname="Okafor")
    office.round()
    line = roles.SEED_ROLES["AISalesPerson"]
    assert "Write Create Assign: Account Contact Opportunity" in line
    line = line.replace("Assign: Account Contact Opportunity", "Assign: Account Opportunity")
    seed.make_role(office.world, "Without contacts", line)
    seed.give_role(office.world, office.agent.userid, "Without contacts")
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    office.round()
    assert "prvReadContact" in office.state("contact").trouble
    assert told(office) == []
    for _ in range(2):
        office.round(minutes=31)
    ((title, body),) = told(office)
    assert title == "The contacts of Dynamics 365 do not come in"
    assert "writes to no lead that has a contact" in body
    assert "prvReadContact" in body
    office.round(days=1)
    assert len(told(office)) == 2


@pytest.mark.parametrize("table", ["lead", "contact", "account"])
def test_rows_that_cannot_be_stored_for_long_are_told_where_mail_waits_for_them_and_as_what_they_are(
    office: Office, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    at_noon(office)
    office.round()
    stored = sides.store

    def broken(session: Session, of: Mirrored, *rows: Any, **how: Any) -> Any:
        if of.name == table:
            raise ValueError("x")
        return stored(session, of, *rows, **how)

    monkeypatch.setattr(sides, "store", broken)
    office.make(table, **{"name" if table == "account" else "lastname": "Okafor"})
    for _ in range(3):
        office.round(minutes=20)
    sentence = office.state(table).trouble
    assert sentence == (
        "Rows of this table could not be stored here (ValueError). The log of the worker says why. Other tables go on."
    )
    if table == "account":
        assert told(office) == []
        return
    ((title, body),) = told(office)
    assert title == f"The {table}s of Dynamics 365 do not come in"
    holds = {"lead": "no lead", "contact": "no lead that has a contact"}[table]
    assert body == f"Meanwhile the agent writes to {holds}. It is tried again by itself. {sentence}"


def test_that_nothing_can_be_read_for_long_is_told_to_administrators(office: Office) -> None:
    office.round()
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    with pytest.raises(CrmError):
        office.round()
    assert told(office) == []
    with pytest.raises(CrmError):
        office.round(minutes=31)
    ((title, body),) = told(office)
    assert (title, "no security role" in body) == ("The leads of Dynamics 365 do not come in", True)


def test_throttling_that_lasts_is_told_although_columns_can_be_read_meanwhile(office: Office) -> None:
    at_noon(office)
    office.round()
    office.world.break_it("throttle", THROTTLED)
    for _ in range(3):
        look(office, minutes=11)
        assert told(office) == []
    described = whole(office).describedon
    look(office, minutes=11)
    ((title, body),) = told(office)
    assert (title, "asks us to wait" in body) == ("The leads of Dynamics 365 do not come in", True)
    assert described is not None
    began = whole(office).troubledon
    assert began is not None
    assert described > began, "columns were read in the middle of it"


@pytest.mark.parametrize("fault", [("throttle", THROTTLED), ("server error", {"status": 503, "path": "/leads"})])
def test_one_hiccup_after_a_night_of_rest_is_told_to_nobody(
    office: Office, fault: tuple[str, Mapping[str, Any]]
) -> None:
    office.agent.http.patience = 0.1
    at_noon(office)
    office.round()
    office.world.break_it(*fault)
    look(office, hours=9)
    office.world.mend()
    look(office, minutes=20)
    assert (whole(office).failures, office.state().failures) == (0, 0)
    office.world.break_it(*fault)
    look(office, hours=1)
    look(office, minutes=16)
    assert told(office) == [], "what began anew is counted anew"
    look(office, minutes=16)
    assert len(told(office)) == 1


@pytest.mark.parametrize("table", ["systemuser", "annotation"])
def test_throttling_of_any_table_lets_everything_wait_as_long_as_it_was_asked_for_and_no_longer(
    world: World, database: Database, table: str
) -> None:
    office = connect_office(world, database, shares=True)
    lead = office.lead()
    office.round()
    office.change("lead", lead, companyname="Southwind")
    office.world.break_it("throttle", {"seconds": 600, "path": f"/{table}s"}, times=1)
    look(office)
    assert "asks us to wait" in office.state(table).trouble
    office.forget_requests()
    office.change("lead", lead, companyname="Westwind")
    look(office, minutes=5)
    with pytest.raises(CrmError, match="may be asked again in"):
        office.agent.dataverse.get("accounts")
    assert office.asked() == [], "nobody asks for anything meanwhile: it is our user whom the organisation throttles"
    office.round(minutes=6)
    office.round(minutes=6)
    assert office.leads()[lead].companyname == "Westwind"
    assert (whole(office).failures, whole(office).trouble, office.state(table).failures) == (0, "", 0)


@pytest.mark.parametrize("table", ["lead", "annotation"])
def test_throttling_that_lasts_is_told_whatever_table_it_was_answered_for(
    world: World, database: Database, table: str
) -> None:
    office = connect_office(world, database, shares=True)
    at_noon(office)
    office.round()
    office.world.break_it("throttle", {"seconds": 3600, "path": f"/{table}s"}, times=1)
    look(office)
    for _ in range(3):
        look(office, minutes=16)
    ((title, body),) = told(office)
    assert title == "The leads of Dynamics 365 do not come in"
    assert "may be asked again in" in body


def test_throttling_of_contacts_holds_all_mail_until_it_passes(office: Office) -> None:
    office.make("contact", lastname="Okafor")
    office.round()
    office.world.break_it("throttle", {"seconds": 600, "path": "/contacts"}, times=1)
    with pytest.raises(CrmError, match="wait"):
        office.round()
    assert whole(office).failures == 1
    office.round(minutes=11)
    assert whole(office).failures == 0


def test_a_moment_that_a_wrong_clock_wrote_is_not_when_it_began(office: Office) -> None:
    at_noon(office)
    office.round()
    seed.take_role(office.world, office.agent.userid, "AISalesPerson")
    look(office, hours=5)
    office.clock.forward(hours=-5)
    look(office)
    assert told(office) == []
    look(office, minutes=31)
    assert len(told(office)) == 1
