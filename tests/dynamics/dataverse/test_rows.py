"""Rows over the Web API: create, read, change, upsert, etags, alternate keys, links, what is refused and how."""

import pytest
from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import BASE, Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.world import new_guid

ANNOTATED = {"Prefer": 'odata.include-annotations="*"'}
REPRESENTATION = {"Prefer": "return=representation"}


def made(answer: object) -> str:
    """The id in OData-EntityId."""
    address = str(answer.headers["OData-EntityId"])  # type: ignore[attr-defined]
    return address[address.index("(") + 1 : -1]


def test_a_new_row_answers_204_with_its_address_or_201_with_itself(admin: TestClient) -> None:
    answer = admin.post("leads", json={"subject": "Conveyors", "firstname": "Pat", "lastname": "O'Neil"})
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["OData-EntityId"].startswith(f"{BASE}leads(")
    assert answer.headers["OData-Version"] == "4.0"
    whole = admin.post("leads?$select=fullname,statuscode", json={"lastname": "Two"}, headers=REPRESENTATION)
    assert whole.status_code == 201
    body = whole.json()
    assert body["@odata.context"] == f"{BASE}$metadata#leads(fullname,statuscode)/$entity"
    assert (body["fullname"], body["statuscode"]) == ("Two", 1)
    assert body["@odata.etag"].startswith('W/"')
    assert whole.headers["Preference-Applied"] == "return=representation"


def test_a_create_with_a_chosen_id_cannot_happen_twice(admin: TestClient, refusal: Refusal) -> None:
    key = new_guid()
    assert admin.post("leads", json={"leadid": key, "lastname": "Once"}).status_code == 204
    assert refusal(admin.post("leads", json={"leadid": key, "lastname": "Once"}))[:2] == (412, "0x80040237")
    again = admin.patch(f"leads({key})", json={"lastname": "Twice"}, headers={"If-None-Match": "*"})
    assert refusal(again) == (412, "0x80040237", "A record with matching key values already exists.")
    assert admin.get(f"leads({key})").json()["lastname"] == "Once"


def test_lookups_are_read_as_values_with_annotations_and_written_by_binding(
    organisation: Organisation, admin: TestClient
) -> None:
    account = made(admin.post("accounts", json={"name": "Contoso"}))
    lead = made(
        admin.post("leads", json={"lastname": "A", "parentaccountid@odata.bind": f"/accounts({account})",
                                  "customerid_account@odata.bind": f"{BASE}accounts({account})"})
    )  # fmt: skip
    select = "$select=_parentaccountid_value,_customerid_value,_ownerid_value,leadqualitycode,createdon"
    body = admin.get(f"leads({lead})?{select}", headers=ANNOTATED).json()
    assert body["_parentaccountid_value"] == body["_customerid_value"] == account
    assert body["_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    assert body["_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"] == "customerid_account"
    assert body["_parentaccountid_value@OData.Community.Display.V1.FormattedValue"] == "Contoso"
    assert body["_ownerid_value"] == organisation.administrator
    assert body["leadqualitycode@OData.Community.Display.V1.FormattedValue"] == "Warm"
    assert "AM" in body["createdon@OData.Community.Display.V1.FormattedValue"] or "PM" in str(body)
    plain = admin.get(f"leads({lead})?{select}").json()
    assert not [name for name in plain if "@" in name and not name.startswith("@odata")]


def test_the_case_of_a_navigation_property_counts(admin: TestClient, refusal: Refusal) -> None:
    account = made(admin.post("accounts", json={"name": "Contoso"}))
    answer = admin.post("leads", json={"lastname": "A", "ParentAccountId@odata.bind": f"/accounts({account})"})
    status, code, message = refusal(answer)
    assert (status, code) == (400, "0x80048d19")
    assert "undeclared property 'ParentAccountId'" in message


REFUSED = [
    ({"lastname": "A", "shoesize": 9}, 400, "0x80048d19", "The property 'shoesize' does not exist"),
    ({"lastname": "x" * 51}, 400, "0x80044331", "maximum allowed length of '50'"),
    ({"lastname": "A", "leadqualitycode": 9}, 400, "0x80040203", "Accepted Values: 1,2,3"),
    ({"lastname": "A", "numberofemployees": 1_000_001}, 400, "0x80044330", "outside the valid range"),
    ({"lastname": "A", "numberofemployees": "many"}, 400, "0x80048d19", "Edm.Int32"),
    ({"lastname": "A", "donotemail": "yes"}, 400, "0x80048d19", "Edm.Boolean"),
    ({"lastname": "A", "estimatedclosedate": "soon"}, 400, "0x80048d19", "Edm.Date"),
    ({"lastname": "A", "statecode": 0, "statuscode": 4}, 204, "", ""),
    ({"lastname": "A", "statuscode": 99}, 400, "0x80048408", "not a valid status code"),
    ({"lastname": "A", "_parentaccountid_value": new_guid()}, 400, "0x80060888", "Use Navigation properties"),
    ({"lastname": "A", "parentaccountid@odata.bind": f"/accounts({new_guid()})"}, 404, "0x80040217", "Does Not Exist"),
    ({"lastname": "A", "parentaccountid@odata.bind": "/nonsense(1)"}, 404, "0x80060888", "nonsense"),
]


@pytest.mark.parametrize(("body", "status", "code", "words"), REFUSED)
def test_each_bad_value_has_its_code_and_its_words(
    admin: TestClient, refusal: Refusal, body: dict[str, object], status: int, code: str, words: str
) -> None:
    answer = admin.post("leads", json=body)
    if status == 204:
        assert answer.status_code == 204
        return
    found = refusal(answer)
    assert found[:2] == (status, code)
    assert words in found[2]


def test_a_change_needs_the_right_etag_where_one_is_named(organisation: Organisation, refusal: Refusal) -> None:
    admin, lead = organisation.admin, organisation.lead()
    first = admin.get(f"leads({lead})").json()["@odata.etag"]
    assert admin.patch(f"leads({lead})", json={"jobtitle": "CFO"}, headers={"If-Match": first}).status_code == 204
    stale = admin.patch(f"leads({lead})", json={"jobtitle": "CEO"}, headers={"If-Match": first})
    text = "The version of the existing record doesn't match the RowVersion property provided."
    assert refusal(stale) == (412, "0x80060882", text)
    assert refusal(admin.delete(f"leads({lead})", headers={"If-Match": first}))[:2] == (412, "0x80060882")
    assert admin.patch(f"leads({lead})", json={"jobtitle": "CEO"}, headers={"If-Match": "*"}).status_code == 204
    second = admin.get(f"leads({lead})").json()["@odata.etag"]
    assert admin.get(f"leads({lead})", headers={"If-None-Match": second}).status_code == 304
    assert admin.get(f"leads({lead})", headers={"If-None-Match": first}).status_code == 200
    expanded = admin.get(f"leads({lead})?$expand=createdby($select=fullname)", headers={"If-None-Match": second})
    assert expanded.status_code == 200


def test_only_tables_that_go_offline_and_custom_ones_take_an_etag(organisation: Organisation, refusal: Refusal) -> None:
    admin, user = organisation.admin, organisation.user("sam@contoso.com", "Salesperson")[0]
    box = f"mailboxes({admin.get(f'systemusers({user})').json()['_defaultmailbox_value']})"
    for row, change in ((box, {"emailaddress": "sdr@contoso.com"}), (f"systemusers({user})", {"jobtitle": "CFO"})):
        tag = {"If-Match": admin.get(row).json()["@odata.etag"]}
        status, code, words = refusal(admin.patch(row, json=change, headers=tag))
        assert (status, code) == (400, "0x8006088d")
        assert words.startswith("Optimistic concurrency isn't enabled for entity type")
        assert admin.patch(row, json=change, headers={"If-Match": "*"}).status_code == 204
    select = "?$select=LogicalName,IsOptimisticConcurrencyEnabled"
    found = {one["LogicalName"]: one["IsOptimisticConcurrencyEnabled"] for one in
             admin.get(f"EntityDefinitions{select}").json()["value"]}  # fmt: skip
    assert (found["lead"], found["msdyn_salesagentrun"], found["mailbox"], found["team"]) == (True, True, False, False)


def test_patch_is_an_upsert_unless_a_header_forbids_it(admin: TestClient, refusal: Refusal) -> None:
    key = new_guid()
    gone = admin.patch(f"leads({key})", json={"lastname": "A"}, headers={"If-Match": "*"})
    assert refusal(gone) == (404, "0x80040217", f"Entity 'lead' With Id = {key} Does Not Exist")
    answer = admin.patch(f"leads({key})", json={"lastname": "A"})
    assert (answer.status_code, made(answer)) == (204, key)
    assert admin.get(f"leads({key})").json()["lastname"] == "A"


def test_an_alternate_key_addresses_creates_and_refuses_a_second_row(admin: TestClient, refusal: Refusal) -> None:
    assert admin.patch("accounts(accountnumber='A''1')", json={"name": "One"}).status_code == 204
    assert admin.patch("accounts(accountnumber='A''1')", json={"name": "Two"}).status_code == 204
    found = admin.get("accounts(accountnumber='A''1')?$select=name,accountnumber").json()
    assert (found["name"], found["accountnumber"]) == ("Two", "A'1")
    assert admin.get("accounts?$filter=accountnumber eq 'A''1'&$count=true").json()["@odata.count"] == 1
    status, code, words = refusal(admin.post("accounts", json={"name": "Three", "accountnumber": "A'1"}))
    assert (status, code) == (412, "0x80060892")
    assert "Account Number already exists" in words
    assert refusal(admin.get("accounts(accountnumber='none')"))[:2] == (404, "0x80060891")
    assert refusal(admin.get("accounts(name='Two')"))[:2] == (400, "0x80060889")


def test_states_and_reasons_go_together(organisation: Organisation, refusal: Refusal) -> None:
    admin, lead = organisation.admin, organisation.lead()
    assert refusal(admin.patch(f"leads({lead})", json={"statuscode": 4}))[:2] == (400, "0x80048408")
    assert admin.patch(f"leads({lead})", json={"statecode": 2, "statuscode": 6}).status_code == 204
    assert admin.patch(f"leads({lead})", json={"statecode": 0}).status_code == 204
    row = records.read(organisation.world, "lead", lead)
    assert row is not None
    assert (row["statecode"], row["statuscode"]) == (0, 1)


def test_one_value_can_be_read_set_and_emptied_by_its_own_address(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead()
    assert admin.put(f"leads({lead})/jobtitle", json={"value": "Buyer"}).status_code == 204
    assert admin.get(f"leads({lead})/jobtitle").json()["value"] == "Buyer"
    assert admin.get(f"leads({lead})/jobtitle/$value").text == "Buyer"
    assert admin.delete(f"leads({lead})/jobtitle").status_code == 204
    assert admin.get(f"leads({lead})/jobtitle").status_code == 204


def test_rows_of_a_relation_are_joined_and_parted_by_ref(organisation: Organisation, refusal: Refusal) -> None:
    admin, lead = organisation.admin, organisation.lead()
    rival = made(admin.post("competitors", json={"name": "Ferrow"}))
    address = f"leads({lead})/leadcompetitors_association/$ref"
    assert admin.post(address, json={"@odata.id": f"{BASE}competitors({rival})"}).status_code == 204
    assert refusal(admin.post(address, json={"@odata.id": f"{BASE}competitors({rival})"}))[0] == 412
    found = admin.get(f"leads({lead})/leadcompetitors_association?$select=name").json()["value"]
    assert [one["name"] for one in found] == ["Ferrow"]
    other = admin.get(f"competitors({rival})/leadcompetitors_association?$select=fullname").json()["value"]
    assert [one["leadid"] for one in other] == [lead]
    assert admin.delete(f"{address}?$id={BASE}competitors({rival})").status_code == 204
    assert admin.get(f"leads({lead})/leadcompetitors_association").json()["value"] == []
    account = made(admin.post("accounts", json={"name": "Contoso"}))
    single = f"leads({lead})/parentaccountid"
    assert admin.put(f"{single}/$ref", json={"@odata.id": f"{BASE}accounts({account})"}).status_code == 204
    assert admin.get(f"{single}?$select=name").json()["name"] == "Contoso"
    assert admin.delete(f"{single}/$ref").status_code == 204
    assert admin.get(single).status_code == 204


def test_nested_rows_are_made_with_their_parent_or_not_at_all(organisation: Organisation, refusal: Refusal) -> None:
    admin = organisation.admin
    body = {"lastname": "A", "parentaccountid": {"name": "Contoso"}, "Lead_Annotation": [{"subject": "First note"}]}
    lead = made(admin.post("leads", json=body))
    found = admin.get(f"leads({lead})?$expand=parentaccountid($select=name),Lead_Annotation($select=subject)").json()
    assert found["parentaccountid"]["name"] == "Contoso"
    assert [note["subject"] for note in found["Lead_Annotation"]] == ["First note"]
    bad = {"lastname": "B", "parentaccountid": {"name": "Fabrikam"}, "Lead_Annotation": [{"nonsense": 1}]}
    assert refusal(admin.post("leads", json=bad))[0] == 400
    assert records.find(organisation.world, "account", name="Fabrikam") == []
    assert records.find(organisation.world, "lead", lastname="B") == []


def test_a_deleted_lead_takes_its_notes_and_mails_along(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead()
    admin.post("annotations", json={"subject": "Research", "objectid_lead@odata.bind": f"/leads({lead})"})
    admin.post("emails", json={"subject": "Hi", "regardingobjectid_lead@odata.bind": f"/leads({lead})"})
    admin.post("emails", json={"subject": "Ho", "regardingobjectid_lead_email@odata.bind": f"/leads({lead})"})
    assert len(records.find(organisation.world, "email", regardingobjectid=lead)) == 2
    assert admin.delete(f"leads({lead})").status_code == 204
    assert admin.get(f"leads({lead})").status_code == 404
    for table in ("annotation", "email", "activityparty"):
        assert records.find(organisation.world, table) == []


@pytest.mark.parametrize(
    ("address", "status"),
    [("nonsense", 404), ("leads(nonsense)", 400), ("leads/nonsense", 404), ("leads?$skip=5", 400), ("leads?$x=1", 400)],
)
def test_an_address_that_leads_nowhere_says_so(admin: TestClient, refusal: Refusal, address: str, status: int) -> None:
    assert refusal(admin.get(address))[:2] == (status, "0x80060888")


def test_an_email_keeps_its_parties_and_shows_who_it_is_from_and_to(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead(emailaddress1="pat@contoso.example")
    body = {
        "subject": "Hello",
        "description": "<p>Hello</p>",
        "directioncode": True,
        "regardingobjectid_lead@odata.bind": f"/leads({lead})",
        "email_activity_parties": [
            {
                "partyid_systemuser@odata.bind": f"/systemusers({organisation.administrator})",
                "participationtypemask": 1,
            },
            {"partyid_lead@odata.bind": f"/leads({lead})", "participationtypemask": 2},
            {"addressused": "copy@contoso.example", "participationtypemask": 3},
        ],
    }
    mail = made(admin.post("emails", json=body))
    found = admin.get(f"emails({mail})?$select=sender,torecipients&$expand=email_activity_parties").json()
    assert found["sender"] == "admin@contoso.onmicrosoft.com"
    assert found["torecipients"] == "pat@contoso.example;"
    masks = sorted(one["participationtypemask"] for one in found["email_activity_parties"])
    assert masks == [1, 2, 3, 8, 9]
    by_party = (
        f"emails?$filter=email_activity_parties/any(p:p/_partyid_value eq {lead} and p/participationtypemask eq 2)"
    )
    assert [one["activityid"] for one in admin.get(by_party).json()["value"]] == [mail]


def test_a_deleted_row_is_let_go_by_those_that_point_to_it_and_they_count_as_changed(
    organisation: Organisation,
) -> None:
    admin, world = organisation.admin, organisation.world
    account = made(admin.post("accounts", json={"name": "Contoso"}))
    lead = organisation.lead(parentaccountid=account, customerid=("account", account))
    before = records.read(world, "lead", lead)
    assert admin.delete(f"accounts({account})").status_code == 204
    after = records.read(world, "lead", lead)
    assert before
    assert after
    assert (after["parentaccountid"], after["customerid"], after["customeridtype"]) == (None, None, None)
    assert after["versionnumber"] > before["versionnumber"]


def test_the_platform_may_set_a_reason_of_another_state_alone(organisation: Organisation) -> None:
    world, by = organisation.world, organisation.administrator
    mail = records.create(world, "email", {"subject": "Hi"}, by=by)
    records.update(world, "email", mail, {"statuscode": 6}, by=by)
    assert (records.read(world, "email", mail) or {})["statecode"] == 1
    records.update(world, "email", mail, {"statuscode": 8}, by=by)
    assert (records.read(world, "email", mail) or {})["statecode"] == 0


def test_under_a_storm_of_writers_no_etag_is_the_right_one(organisation: Organisation) -> None:
    admin, lead = organisation.admin, organisation.lead()
    organisation.world.break_it("etag mismatch", times=1)
    tag = {"If-Match": admin.get(f"leads({lead})").json()["@odata.etag"]}
    assert admin.patch(f"leads({lead})", json={"jobtitle": "x"}, headers=tag).status_code == 412
    assert admin.patch(f"leads({lead})", json={"jobtitle": "x"}, headers=tag).status_code == 204
