"""Disqualified leads stand in one list with their reasons, and one or many are given to sellers after all."""

from collections.abc import Callable

from sqlalchemy import select
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.db.sales import AppNotification, Lead


def test_many_are_asked_about_first_and_then_reassigned(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    page = client.get("/disqualified").text
    assert "Fit is Low: 1 of 5 known criteria is met" in page
    leads = [desk.lead("disqualified", n) for n in range(2)]
    asked = client.submit("/disqualified/reassign", {"lead": leads, "seller": desk.people["seller"]}).text
    assert "Reassign 2 leads to Sam Seller?" in asked
    with desk.services.database.reading() as session:
        assert session.get_one(Lead, leads[0]).ownerid != desk.people["seller"]
    client.submit("/disqualified/reassign", {"lead": leads, "seller": desk.people["seller"], "sure": "1"})
    with desk.services.database.reading() as session:
        assert {session.get_one(Lead, each).ownerid for each in leads} == {desk.people["seller"]}
        titles = session.scalars(select(AppNotification.title)).all()
    assert sum(title.startswith("Reassigned to you") for title in titles) == 2
    page = client.get("/disqualified").text
    assert leads[0] not in page


def test_one_that_cannot_be_reassigned_does_not_keep_the_others(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    leads = [desk.lead("disqualified"), desk.lead("queued")]
    data = {"lead": leads, "seller": desk.people["seller"], "sure": "1"}
    client.submit("/disqualified/reassign", data)
    page = client.get("/disqualified").text
    assert "1 lead reassigned" in page
    assert "Only a lead that the agent has disqualified" in page


def test_a_seller_reassigns_nothing(browser: Callable[..., Browser]) -> None:
    assert browser("seller").get("/disqualified").status_code == 403
