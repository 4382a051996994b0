"""Preview with counts, and why a lead is selected or not."""

from datetime import timedelta

import pytest
from tests.selection.agents import START, World

from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.sales import Account, Lead
from leadwright.db.selection import preview, rules_of, taken_at_start, why
from leadwright.domain.selection import Rules, default_criteria, from_json
from leadwright.errors import BadInput, NotFound

RULES = Rules(default_criteria())


@pytest.fixture
def world(database: Database) -> World:
    made = World(database)
    made.start()
    return made


@pytest.mark.parametrize(("days", "taken"), [(None, 0), (3, 1), (30, 2)])
def test_before_the_start_it_is_known_how_many_leads_are_taken_at_once(
    world: World, days: int | None, taken: int
) -> None:
    for ago in (1, 10):
        world.add(Lead, noted=False, createdon=world.moment - timedelta(days=ago))
    world.add(Lead, noted=False, createdon=world.moment - timedelta(days=1), ownerid=world.agentuser)
    world.add(Lead, noted=False, leadqualitycode=1)
    configuration = Configuration.model_validate({"selection": {"look_back_days": days}})
    with world.database.transaction() as session:
        agent = session.get_one(Agent, world.agentid)
        agent.startedon = None
        assert taken_at_start(session, configuration, agent, now=world.moment) == (3, taken)


def test_preview_pages_by_key_and_counts_all(world: World) -> None:
    leads = [world.add(Lead, noted=False) for _ in range(7)]
    world.add(Lead, noted=False, leadqualitycode=1)
    world.add(Lead, noted=False, companyname=None)
    seen: list[str] = []
    with world.database.reading() as session:
        after = None
        while True:
            rows, total = preview(session, RULES, 3, after)
            assert total == 7
            if not rows:
                break
            seen += [row.leadid for row in rows]
            after = seen[-1]
    assert seen == sorted(leads, reverse=True)


def test_why_shows_each_condition_with_the_leads_value(world: World) -> None:
    account = world.add(Account, name="Northwind AG", revenue=10.0)
    lead = world.add(Lead, leadqualitycode=2, parentaccountid=account, createdon=START, emailaddress1=None)
    large = {"related": "parentaccountid", "all": [{"attribute": "revenue", "operator": "ge", "value": 100}]}
    owner = {"attribute": "ownerid", "operator": "eq", "value": world.seller}
    criteria = from_json({"all": [{"attribute": "leadqualitycode", "operator": "eq", "value": 3}, large, owner]})
    with world.database.reading() as session:
        lines = {line.text: (line.value, line.met) for line in why(session, criteria, lead)}
    assert lines["Rating equals Cold"] == ("Warm", False)
    assert lines["Parent Account for lead contains data"] == ("Northwind AG", False)
    assert lines["Annual Revenue is at least 100"] == ("10", False)
    assert lines["Owner equals Sam Seller"] == ("Sam Seller", True)
    assert lines["The lead has a company"] == ("Northwind", True)
    assert lines["The lead has a primary address (Email)"] == ("", False)
    assert lines["The owner is not the agent itself"] == ("", True)
    assert lines["The agent has not worked on it yet"] == ("", True)


def test_why_tells_look_back_and_earlier_work(world: World) -> None:
    lead = world.add(Lead)
    world.take_in()
    with world.database.reading() as session:
        lines = why(session, RULES, lead)
    assert lines[0].met
    assert ("The agent has not worked on it yet", "queued", False) in [(x.text, x.value, x.met) for x in lines]


def test_why_of_an_unknown_lead_is_not_found(world: World) -> None:
    with world.database.reading() as session, pytest.raises(NotFound):
        why(session, RULES, new_id())


def test_the_address_column_of_the_settings_must_be_one() -> None:
    with pytest.raises(BadInput, match="no email column"):
        rules_of(Configuration.model_validate({"validation": {"field": "jobtitle"}}))
