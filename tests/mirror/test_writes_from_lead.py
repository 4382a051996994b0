"""The records of a qualification are as QualifyLead makes them: in the lead's currency, with what is mapped from it."""

from typing import Any

import pytest
from sqlalchemy import update
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_of_decisions import administrator, counted

from leadwright.actions.disqualify import disqualify, reopen
from leadwright.actions.leads import create_lead, edit_lead
from leadwright.actions.mirror_writes import drop, retry_all
from leadwright.actions.qualify import Qualified, Sale, qualify
from leadwright.db.mirror_writes import OF_LEAD, MirrorWrite
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.errors import ServiceDown, Throttled
from leadwright.mirror.from_lead import FromLead
from leadwright.sandbox.dynamics.dataverse import seed
from leadwright.sandbox.dynamics.dataverse.roles import SEED_ROLES

MAPPED = ("estimatedvalue", "transactioncurrencyid", "budgetamount", "budgetstatus", "need", "purchasetimeframe",
          "description")  # fmt: skip


def leads_in_yen(mirrored: Mirrored, count: int, **more: Any) -> tuple[list[str], str]:
    """Leads of five million yen, here and there, and the currency."""
    yen = mirrored.make("transactioncurrency", currencyname="Yen", isocurrencycode="JPY", exchangerate=155.0)
    leads = mirrored.leads(count, queued=False, companyname="Acme")
    values = {"estimatedamount": 5_000_000.0, "budgetamount": 6_000_000.0, "description": "wants 3 lines"}
    for lead in leads:
        there = {"need": 0, "budgetstatus": 2, "purchasetimeframe": 1, "transactioncurrencyid": yen}
        mirrored.theirs("lead", lead, **values, **there, **more)
    mirrored.load("lead")
    return leads, yen


def qualified(mirrored: Mirrored, leadid: str, **more: Any) -> Qualified:
    return qualify(mirrored.office.services, administrator(mirrored), leadid, **more)


def sent(mirrored: Mirrored) -> None:
    for _ in range(3):
        mirrored.send()
        mirrored.again()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [(w.kind, w.reason) for w in mirrored.writes()]


def test_an_opportunity_is_as_qualify_lead_itself_makes_it(mirrored: Mirrored) -> None:
    (ours, theirs), yen = leads_in_yen(mirrored, 2)
    made = qualified(mirrored, ours)
    sent(mirrored)
    wanted = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
    answer = mirrored.dataverse.action(f"leads({theirs})/Microsoft.Dynamics.CRM.QualifyLead", wanted)
    ids = {name: one[name] for one in answer["value"] for name in one if name.endswith("id")}
    opportunity = mirrored.row("opportunity", str(made.opportunityid))
    same = mirrored.row("opportunity", ids["opportunityid"])
    assert {name: opportunity[name] for name in MAPPED} == {name: same[name] for name in MAPPED}
    assert (opportunity["transactioncurrencyid"], opportunity["estimatedvalue"]) == (yen, 5_000_000.0)
    assert (opportunity["customerid"], opportunity["customeridtype"]) == (made.accountid, "account")
    account, contact = mirrored.row("account", str(made.accountid)), mirrored.row("contact", str(made.contactid))
    for record in (account, contact):
        assert (record["originatingleadid"], record["transactioncurrencyid"]) == (ours, yen)
    assert (account["description"], contact["parentcustomerid"]) == ("wants 3 lines", made.accountid)


def test_what_is_said_here_wins_over_what_is_mapped_there(mirrored: Mirrored) -> None:
    (lead,), yen = leads_in_yen(mirrored, 1)
    made = qualified(mirrored, lead, sale=Sale("Conveyors", 7_000_000.0), account=False)
    sent(mirrored)
    there = mirrored.row("opportunity", str(made.opportunityid))
    assert (there["name"], there["estimatedvalue"], there["transactioncurrencyid"]) == ("Conveyors", 7_000_000.0, yen)
    assert (there["customerid"], there["customeridtype"]) == (made.contactid, "contact")
    assert mirrored.find("account") == []


def test_an_account_that_is_used_again_is_not_changed(mirrored: Mirrored) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    firm = mirrored.make("account", name="Acme")
    mirrored.load("account")
    before = mirrored.row("account", firm)
    made = qualified(mirrored, lead, accountid=firm)
    sent(mirrored)
    assert made.accountid == firm
    assert mirrored.row("account", firm) == before
    assert mirrored.row("opportunity", str(made.opportunityid))["customerid"] == firm


def test_it_is_asked_in_the_look_that_is_taken_anyway(mirrored: Mirrored) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    qualified(mirrored, lead)
    steps: list[str] = []
    mirrored.writer(step=steps.append).send_due()
    assert steps == ["claimed", "looked", "sending", "answered", "stored"]


def test_where_mappings_are_refused_the_amount_still_has_its_currency(mirrored: Mirrored) -> None:
    (lead,), yen = leads_in_yen(mirrored, 1)
    mirrored.world.break_it("mapping refused")
    made = qualified(mirrored, lead)
    sent(mirrored)
    there = mirrored.row("opportunity", str(made.opportunityid))
    assert (there["estimatedvalue"], there["transactioncurrencyid"], there["need"]) == (5_000_000.0, yen, None)
    (write,) = mirrored.writes(tablename="opportunity", kind="create")
    assert "Made without what Dynamics 365 takes over from the lead by its own mappings" in write.reason
    assert "There is no mapping from lead to opportunity" in write.reason


def test_a_mapped_value_that_is_not_taken_keeps_no_record_from_being_made(mirrored: Mirrored) -> None:
    campaign = mirrored.make("campaign", name="Spring")  # to which the role may append nothing
    (lead,), yen = leads_in_yen(mirrored, 1, campaignid=campaign)
    made = qualified(mirrored, lead)
    sent(mirrored)
    there = mirrored.row("opportunity", str(made.opportunityid))
    assert (there["estimatedvalue"], there["transactioncurrencyid"], there["campaignid"]) == (5_000_000.0, yen, None)
    assert mirrored.row("lead", lead)["statecode"] == 1
    (write,) = mirrored.writes(tablename="opportunity", kind="create")
    assert "prvAppendToCampaign" in write.reason
    assert mirrored.row("account", str(made.accountid))["description"] == "wants 3 lines"
    assert counted(mirrored) == (1, 1, 1)


def test_a_record_whose_first_try_had_no_answer_has_its_currency_too(mirrored: Mirrored) -> None:
    (lead,), yen = leads_in_yen(mirrored, 1)
    made = qualified(mirrored, lead)
    with mirrored.database.transaction() as session:
        session.execute(update(MirrorWrite).values(doubtful=True))
    sent(mirrored)
    assert mirrored.row("opportunity", str(made.opportunityid))["transactioncurrencyid"] == yen
    assert counted(mirrored) == (1, 1, 1)


def test_a_lead_that_is_qualified_before_it_is_made_there_is_made_first(mirrored: Mirrored) -> None:
    services, who = mirrored.office.services, administrator(mirrored)
    lead = create_lead(services, who, {"fullname": "Rosa Diaz", "companyname": "Rosa Ltd"})
    made = qualify(services, who, lead)
    for _ in range(4):
        mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [(w.kind, w.reason) for w in mirrored.writes()]
    assert mirrored.row("lead", lead)["qualifyingopportunityid"] == made.opportunityid
    assert counted(mirrored) == (1, 1, 1)


def test_what_passes_is_waited_for_and_a_service_that_fails_again_and_again_is_not() -> None:
    lead, down = Answer(200, json={"statecode": 0}), ServiceDown("It fails.", status=500)
    assert FromLead("id", "account", 0, "").take(lead, [down]) is down
    asked = FromLead("id", "account", 3, "")
    assert asked.take(lead, [down]) is None
    assert asked.lack.endswith("It fails.")
    throttled = Throttled("It asks us to wait.")
    assert FromLead("id", "account", 3, "").take(lead, [throttled]) is throttled


@pytest.mark.parametrize("of_lead", [True, False])
def test_a_qualification_that_an_earlier_release_decided_goes_out(mirrored: Mirrored, of_lead: bool) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    made = qualified(mirrored, lead)
    with mirrored.database.transaction() as session:
        known = {OF_LEAD: lead} if of_lead else {}
        session.execute(update(MirrorWrite).where(MirrorWrite.kind == "create").values(known=known))
    sent(mirrored)
    assert mirrored.row("lead", lead)["qualifyingopportunityid"] == made.opportunityid


def test_a_lead_is_opened_there_before_what_is_made_for_it_the_second_time(mirrored: Mirrored) -> None:
    (one, other), _ = leads_in_yen(mirrored, 2)
    services, who = mirrored.office.services, administrator(mirrored)
    disqualify(services, who, one, "mistake")
    qualified(mirrored, other)
    sent(mirrored)
    for leadid in (one, other):
        reopen(services, who, leadid)
        qualified(mirrored, leadid, anyway=True)
    sent(mirrored)
    assert [mirrored.row("lead", leadid)["statecode"] for leadid in (one, other)] == [1, 1]
    assert len(mirrored.find("opportunity")) == 3


def test_what_0_9_3_left_waiting_for_each_other_goes_out_when_all_is_tried_again(mirrored: Mirrored) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    services, who = mirrored.office.services, administrator(mirrored)
    disqualify(services, who, lead, "mistake")
    sent(mirrored)
    reopen(services, who, lead)
    qualified(mirrored, lead)
    with mirrored.database.transaction() as session:
        stuck = MirrorWrite.state.in_(("waiting",)) & (MirrorWrite.action.in_(("lead.reopened", "account.created")))
        session.execute(update(MirrorWrite).where(stuck).values(state="held", reason="as 0.9.3 says"))
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent", "held", "waiting"}
    assert mirrored.find("account") == []
    assert retry_all(services, who)
    sent(mirrored)
    assert mirrored.row("lead", lead)["statecode"] == 1


def test_an_edit_goes_out_though_the_qualification_after_it_is_held(mirrored: Mirrored) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    services, who = mirrored.office.services, administrator(mirrored)
    edit_lead(services, who, lead, {"telephone1": "+49 30 123456"})
    qualified(mirrored, lead)
    mirrored.theirs("lead", lead, statecode=2, statuscode=6)
    mirrored.send()
    assert mirrored.row("lead", lead)["telephone1"] == "+49 30 123456"
    states = {w.action: (w.state, w.reason) for w in mirrored.writes()}
    assert states["lead.changed"][0] == "sent"
    assert "was disqualified in Dynamics 365" in states["account.created"][1]
    assert states["lead.qualified"][0] == "waiting"
    drop(services, who, next(w.number for w in mirrored.writes() if w.action == "account.created"))
    mirrored.again()
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent", "dropped"}


def test_an_edit_goes_out_though_the_account_of_the_qualification_after_it_is_refused(mirrored: Mirrored) -> None:
    (lead,), _ = leads_in_yen(mirrored, 1)
    services, who = mirrored.office.services, administrator(mirrored)
    edit_lead(services, who, lead, {"telephone1": "+49 30 123456"})
    qualified(mirrored, lead)
    narrow = [part for part in SEED_ROLES["AISalesPerson"].split(";") if "Account" not in part]
    seed.make_role(mirrored.world, "Without accounts", ";".join(narrow))
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Without accounts")
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    mirrored.send()
    assert {w.state for w in mirrored.writes() if w.action == "lead.changed"} == {"sent"}
    assert mirrored.row("lead", lead)["telephone1"] == "+49 30 123456"
    assert "held" not in {w.state for w in mirrored.writes()}
