"""Qualify: existing records are proposed, duplicates are said, and the person chooses."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select, update
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.actions.qualify import Sale, qualify
from leadwright.db.sales import Account, Contact, Lead, Opportunity
from leadwright.errors import BadInput, Doubt
from leadwright.identity.access import Principal, principal


def _seller(desk: Desk) -> Principal:
    with desk.services.database.reading() as session:
        return principal(session, desk.people["seller"])


def _unlinked(desk: Desk) -> tuple[str, str]:
    leadid = desk.lead("handed_over")
    with desk.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        accountid, lead.parentaccountid = lead.parentaccountid, None
        session.execute(update(Account).values(lw_namekey=func.lower(Account.name)))
        assert accountid is not None
        from leadwright.research.connect import describe_account

        account = session.get_one(Account, accountid)
        for column, value in describe_account(account).items():
            setattr(account, column, value)
    return leadid, accountid


def test_a_new_account_that_looks_like_one_that_is_there_is_said_first(desk: Desk) -> None:
    leadid, accountid = _unlinked(desk)
    with pytest.raises(Doubt, match="already"):
        qualify(desk.services, _seller(desk), leadid, anyway=False)
    sale = Sale("Forty shelves", 25_000.0, date(2027, 1, 31))
    done = qualify(desk.services, _seller(desk), leadid, accountid=accountid, sale=sale, anyway=False)
    assert done.accountid == accountid
    with desk.services.database.reading() as session:
        made = session.get_one(Opportunity, done.opportunityid)
        assert (made.name, made.estimatedvalue, made.estimatedclosedate) == (
            "Forty shelves",
            25_000.0,
            date(2027, 1, 31),
        )
        assert session.get_one(Contact, done.contactid).parentcustomerid == accountid


def test_only_a_record_that_one_may_read_is_chosen(desk: Desk) -> None:
    leadid, _ = _unlinked(desk)
    with pytest.raises(BadInput, match="no such account"):
        qualify(desk.services, _seller(desk), leadid, accountid="0" * 36)


def test_the_page_proposes_what_is_there_and_makes_what_was_chosen(desk: Desk, browser: Callable[..., Browser]) -> None:
    leadid, accountid = _unlinked(desk)
    client, path = browser("seller"), f"/leads/{leadid}/qualify"
    page = client.get(path).text
    assert accountid in page
    answer = client.submit(path, {"account": "new", "contact": "new", "opportunity": "1"})
    assert answer.status_code == 409
    assert "Make new ones anyway" in answer.text
    answer = client.submit(path, {"account": accountid, "contact": "none", "opportunity": "1", "value": "many"})
    assert answer.status_code == 422
    answer = client.submit(path, {"account": accountid, "contact": "none", "opportunity": "1", "value": "12,500"})
    assert answer.status_code == 303
    with desk.services.database.reading() as session:
        lead = session.get_one(Lead, leadid)
        assert (lead.parentaccountid, lead.parentcontactid, lead.statecode) == (accountid, None, 1)
        opportunity = session.scalars(select(Opportunity).where(Opportunity.originatingleadid == leadid)).one()
        assert opportunity.estimatedvalue == 12_500
