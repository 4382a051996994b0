"""Accounts and contacts on the desk and over the API; choosing a lead's; a change that makes a lead match."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import NOW, Desk

from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Account, Contact, Lead
from leadwright.workflows.take_in import take_in


def _lead(desk: Desk, leadid: str) -> Lead:
    with desk.services.database.reading() as session:
        return session.get_one(Lead, leadid)


def _account(desk: Desk, name: str, **values: object) -> str:
    with desk.services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        made = Account(**{"name": name, "ownerid": desk.people["seller"], "owningbusinessunit": unit, **values})
        session.add(made)
        session.flush()
        return made.accountid


def test_accounts_are_listed_searched_and_paged(desk: Desk, browser: Callable[..., Browser]) -> None:
    for n in range(60):
        _account(desk, f"Zebra {n:02}", lw_domain=f"zebra{n}.example")
    client = browser("seller")
    first = client.get("/accounts").text
    assert "Larkspur Home" in first
    following = re.search(r'href="(/accounts\?[^"]+)" rel="next"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text
    assert "Zebra 59" in second
    assert "Larkspur Home" not in second
    found = client.get("/accounts?q=ZEBRA7.exa").text
    assert "Zebra 07" in found
    assert "Zebra 08" not in found
    assert "No account matches" in client.get("/accounts?q=100%25").text


def test_an_account_is_created_and_changed_with_problems_beside_their_fields(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    client = browser("seller")
    wrong = client.submit("/accounts/new", {"numberofemployees": "many"})
    assert wrong.status_code == 422
    for name in ("name", "numberofemployees"):
        assert f'id="{name}-bad"' in wrong.text
    path = client.submit("/accounts/new", {"name": "Quay & Sons", "websiteurl": "quay.example"}).headers["location"]
    form = client.get(path).text
    assert "Quay &amp; Sons" in form
    version = form.split('name="versionnumber" value="')[1].split('"')[0]
    values = {"name": "Quay & Daughters", "versionnumber": version}
    assert client.submit(path, values).status_code == 303
    late = client.submit(path, values | {"name": "Quay"})
    assert late.status_code == 409
    assert 'value="Quay"' in late.text


def test_an_account_of_a_colleague_is_shown_but_not_changed(desk: Desk, browser: Callable[..., Browser]) -> None:
    recordid = _account(desk, "Colleague's", ownerid=desk.people["other"])
    client = browser("seller")
    page = client.get(f"/accounts/{recordid}").text
    assert 'fieldset class="card" disabled' in page
    assert "prvWriteAccount" in page
    assert client.submit(f"/accounts/{recordid}", {"name": "Mine"}).status_code == 403


def test_a_contact_is_created_at_an_account_called_by_name_or_domain(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    recordid = _account(desk, "Quay & Sons", lw_domain="quay.example")
    _account(desk, "Twin", lw_domain="one.example"), _account(desk, "Twin", lw_domain="two.example")
    client = browser("seller")
    for company, says in (("Nowhere", "There is no account"), ("Twin", "Several accounts")):
        refused = client.submit("/contacts/new", {"lastname": "Day", "company": company})
        assert refused.status_code == 422
        assert says in refused.text
        assert f'value="{company}"' in refused.text
    made = client.submit("/contacts/new", {"firstname": "Jo", "lastname": "Day", "company": "quay.example"})
    page = client.get(made.headers["location"]).text
    assert "Jo Day" in page
    assert 'value="Quay &amp; Sons"' in page
    with desk.services.database.reading() as session:
        assert session.scalars(select(Contact.parentcustomerid).where(Contact.lastname == "Day")).one() == recordid


def test_a_contact_that_came_with_a_full_name_only_is_changed(desk: Desk, browser: Callable[..., Browser]) -> None:
    with desk.services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        contact = Contact(fullname="Jo Day", ownerid=desk.people["seller"], owningbusinessunit=unit)
        session.add(contact)
        session.flush()
        recordid = contact.contactid
    client = browser("seller")
    assert 'value="Day"' in client.get(f"/contacts/{recordid}").text
    values = {"firstname": "Jo", "lastname": "Day", "jobtitle": "CEO"}
    assert client.submit(f"/contacts/{recordid}", values).status_code == 303
    with desk.services.database.reading() as session:
        changed = session.get_one(Contact, recordid)
    assert (changed.fullname, changed.jobtitle) == ("Jo Day", "CEO")


def test_another_account_is_chosen_for_a_lead_or_none(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("seller"), desk.lead("handed_over")
    right = _account(desk, "Harbour & Finch Europe", lw_domain="finch.example", address1_city="Lyon")
    research = client.get(f"/leads/{leadid}").text
    assert f'href="/leads/{leadid}/account"' in research
    found = client.get(f"/leads/{leadid}/account?q=finch.ex").text
    for words in ("Harbour &amp; Finch Europe", "finch.example", "Lyon", "Owner: Sam Seller"):
        assert words in found
    assert client.submit(f"/leads/{leadid}/account", {"q": "finch"}).status_code == 422
    assert client.submit(f"/leads/{leadid}/account", {"record": "no such"}).status_code == 422
    assert client.submit(f"/leads/{leadid}/account", {"record": right}).status_code == 303
    assert _lead(desk, leadid).parentaccountid == right
    assert "Connected record chosen" in client.get(f"/leads/{leadid}").text
    assert client.submit(f"/leads/{leadid}/account", {"record": "none"}).status_code == 303
    lead = _lead(desk, leadid)
    assert (lead.parentaccountid, lead.lw_accountunlinked) == (None, True)
    assert "as a person decided" in client.get(f"/leads/{leadid}").text


def test_without_a_search_the_records_akin_to_the_lead_are_offered(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, leadid = browser("seller"), desk.lead("handed_over")
    with desk.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        owned = {"ownerid": lead.ownerid, "owningbusinessunit": lead.owningbusinessunit}
        session.add(Contact(fullname="P. Raman", emailaddress1=lead.emailaddress1, **owned))
        session.add(Contact(fullname="Somebody Else", emailaddress1="else@where.example", **owned))
    page = client.get(f"/leads/{leadid}/contact").text
    assert "P. Raman" in page
    assert "Somebody Else" not in page


def test_a_lead_of_somebody_else_is_not_connected(desk: Desk, browser: Callable[..., Browser]) -> None:
    right = _account(desk, "Right")
    with desk.services.database.reading() as session:
        foreign = session.scalars(select(Lead.leadid).where(Lead.ownerid == desk.people["other"])).first()
    client = browser("seller")
    assert client.get(f"/leads/{foreign}/account").status_code == 404
    assert client.submit(f"/leads/{foreign}/account", {"record": right}).status_code == 404


def test_records_are_chosen_created_and_changed_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    client, leadid = api("Sales Manager"), desk.lead("handed_over")
    made = client.post("accounts", json={"values": {"name": "Finch Europe", "websiteurl": "finch.example"}})
    assert made.status_code == 201
    recordid = made.json()["id"]
    offered = client.get(f"leads/{leadid}/account/candidates", params={"search": "finch.ex"}).json()
    assert [o["recordid"] for o in offered] == [recordid]
    assert client.put(f"leads/{leadid}/account", json={"id": recordid}).json() == {"accountid": recordid}
    assert _lead(desk, leadid).parentaccountid == recordid
    assert client.put(f"leads/{leadid}/account", json={"id": None}).status_code == 200
    assert _lead(desk, leadid).lw_accountunlinked
    change = {"values": {"numberofemployees": 12}, "versionnumber": 1}
    assert client.patch(f"accounts/{recordid}", json=change).json() == {"versionnumber": 2}
    assert client.patch(f"accounts/{recordid}", json=change).status_code == 409
    assert client.get(f"accounts/{recordid}").headers["etag"] == 'W/"2"'
    assert client.get("accounts", params={"search": "Finch"}).json()["records"]
    contact = client.post("contacts", json={"values": {"lastname": "Day", "parentcustomerid": recordid}}).json()["id"]
    assert client.get(f"contacts/{contact}").json()["company"] == "Finch Europe"
    assert client.patch(f"contacts/{contact}", json={"values": {"jobtitle": "CEO"}}).status_code == 200
    assert client.get("contacts/none").status_code == 404
    assert api("Application Developer").get("accounts").status_code == 403


def test_a_change_of_an_account_makes_its_lead_inside_the_look_back_match(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    large = [{"attribute": "numberofemployees", "operator": "ge", "value": 5_000}]
    conditions = {"all": [{"related": "parentaccountid", "all": large}]}
    configuration = Configuration.model_validate({"selection": {"conditions": conditions, "look_back_days": 10}})
    small = _account(desk, "Growing", numberofemployees=40)
    created = {"inside": NOW - timedelta(days=5), "outside": NOW - timedelta(days=50)}
    with desk.services.database.transaction() as session:
        agent = session.get_one(Agent, desk.agentid)
        agent.startedon = NOW - timedelta(hours=1)
        session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=configuration.model_dump(mode="json")))
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        for name, moment in created.items():
            session.add(
                Lead(
                    leadid=name,
                    companyname="Growing",
                    emailaddress1=f"{name}@growing.example",
                    parentaccountid=small,
                    ownerid=desk.people["seller"],
                    owningbusinessunit=unit,
                    createdon=moment,
                )
            )
    take_in(desk.services)
    assert _triggers(desk) == {}
    client = browser("seller")
    assert client.submit(f"/accounts/{small}", {"name": "Growing", "numberofemployees": "6,000"}).status_code == 303
    take_in(desk.services)
    assert _triggers(desk) == {"inside": "related_changed"}


def _triggers(desk: Desk) -> dict[str, str]:
    with desk.services.database.reading() as session:
        query = select(LeadRun.leadid, LeadRun.trigger).where(LeadRun.leadid.in_(("inside", "outside")))
        return dict(session.execute(query).all())  # type: ignore[arg-type]
