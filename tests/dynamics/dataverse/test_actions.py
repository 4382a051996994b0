"""Functions and actions: who am I, qualify, send, notify, many rows, mailboxes, time zones."""

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import BASE, Organisation, Refusal

from leadwright.sandbox.dynamics import entra_users
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.world import new_guid

CRM = "Microsoft.Dynamics.CRM"
JULY = "2026-07-01T"
ALL = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}


def qualify(client: TestClient, lead: str, **given: Any) -> Any:
    return client.post(f"leads({lead})/{CRM}.QualifyLead", json=ALL | given)


def test_who_am_i_tells_user_unit_and_organisation(organisation: Organisation) -> None:
    for address in ("WhoAmI", "WhoAmI()"):
        body = organisation.admin.get(address).json()
        assert body["UserId"] == organisation.administrator
        assert body["BusinessUnitId"] == seed.root_unit(organisation.world)
        assert body["OrganizationId"] == organisation.world.organizationid


def test_qualifying_makes_account_contact_and_opportunity_that_know_each_other(organisation: Organisation) -> None:
    values = {"companyname": "Contoso", "emailaddress1": "pat@contoso.example", "estimatedamount": 5000.0, "need": 1}
    lead = organisation.lead(jobtitle="Buyer", address1_city="Oslo", **values)
    answer = qualify(organisation.admin, lead)
    assert answer.status_code == 200
    made = {one["@odata.type"].rsplit(".", 1)[1]: one for one in answer.json()["value"]}
    world = organisation.world
    account = records.read(world, "account", made["account"]["accountid"])
    contact = records.read(world, "contact", made["contact"]["contactid"])
    chance = records.read(world, "opportunity", made["opportunity"]["opportunityid"])
    after = records.read(world, "lead", lead)
    assert account
    assert contact
    assert chance
    assert after
    assert (after["statecode"], after["statuscode"]) == (1, 3)
    assert after["qualifyingopportunityid"] == chance["opportunityid"]
    assert (after["parentaccountid"], after["parentcontactid"]) == (account["accountid"], contact["contactid"])
    assert (account["name"], account["address1_city"], account["primarycontactid"]) == (
        "Contoso", "Oslo", contact["contactid"])  # fmt: skip
    assert (contact["fullname"], contact["jobtitle"]) == ("Pat Okafor", "Buyer")
    assert (contact["parentcustomerid"], contact["parentcustomeridtype"]) == (account["accountid"], "account")
    assert (chance["name"], chance["estimatedvalue"], chance["need"]) == ("Needs conveyors", 5000.0, 1)
    assert (chance["customerid"], chance["originatingleadid"]) == (account["accountid"], lead)
    assert chance["transactioncurrencyid"]


INITIALISE = (
    "InitializeFrom(EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3)?@p1={{'@odata.id':'leads({})'}}"
    "&@p2='{}'&@p3=Microsoft.Dynamics.CRM.TargetFieldType'{}'"
)


def test_a_record_is_initialised_from_a_lead_as_qualifying_would_make_it(organisation: Organisation) -> None:
    yen = records.create(organisation.world, "transactioncurrency", {"currencyname": "Yen", "isocurrencycode": "JPY",
                         "exchangerate": 155.0}, by=organisation.administrator)  # fmt: skip
    lead = organisation.lead(companyname="Contoso", estimatedamount=5000.0, need=1, transactioncurrencyid=yen)
    body = organisation.admin.get(INITIALISE.format(lead, "opportunity", "ValidForCreate")).json()
    assert body["@odata.type"] == f"#{CRM}.opportunity"
    assert (body["name"], body["estimatedvalue"], body["need"]) == ("Needs conveyors", 5000.0, 1)
    assert body["originatingleadid@odata.bind"] == f"leads({lead})"
    assert body["transactioncurrencyid@odata.bind"] == f"transactioncurrencies({yen})"
    made = {name: value for name, value in body.items() if not name.startswith("@")}
    assert organisation.admin.post("opportunities", json=made).status_code == 204
    assert organisation.admin.get(INITIALISE.format(lead, "account", "ValidForCreate")).json()["name"] == "Contoso"


def test_initialising_is_refused_without_rights_or_mapping(organisation: Organisation, refusal: Refusal) -> None:
    lead, admin = organisation.lead(), organisation.admin
    assert refusal(admin.get(INITIALISE.format(lead, "competitor", "ValidForCreate")))[0] == 400
    assert refusal(admin.get(INITIALISE.format(lead, "contact", "Nonsense")))[0] == 400
    assert refusal(admin.get(INITIALISE.format(lead, "nothing", "ValidForCreate")))[0] == 404
    assert refusal(admin.get(INITIALISE.format(new_guid(), "contact", "ValidForCreate")))[0] == 404
    _, seller = organisation.user("sam@contoso.com", "Salesperson")
    assert refusal(seller.get(INITIALISE.format(lead, "contact", "ValidForCreate")))[0] == 403


def test_qualifying_takes_what_is_asked_for_and_a_customer_that_is_there(organisation: Organisation) -> None:
    world, by = organisation.world, organisation.administrator
    account = records.create(world, "account", {"name": "Fabrikam"}, by=by)
    lead = organisation.lead()
    customer = {"accountid": account, "@odata.type": f"{CRM}.account"}
    given = {"CreateAccount": False, "CreateContact": False, "Status": -1, "OpportunityCustomerId": customer}
    (made,) = qualify(organisation.admin, lead, **given).json()["value"]
    chance = records.read(world, "opportunity", made["opportunityid"])
    assert chance
    assert (chance["customerid"], chance["parentaccountid"]) == (account, account)
    assert records.find(world, "contact") == []


def test_qualifying_fails_as_a_whole_with_the_reason(organisation: Organisation, refusal: Refusal) -> None:
    admin, world, lead = organisation.admin, organisation.world, organisation.lead(companyname="Contoso")
    assert "Required field 'Status' is missing" in refusal(qualify(admin, lead, Status=None))[2]
    assert refusal(qualify(admin, lead, CreateAccount="yes"))[:2] == (400, "0x80048d19")
    assert refusal(qualify(admin, lead, Status=4))[:2] == (400, "0x80048408")
    missing = {"accountid": "00000000-0000-0000-0000-00000000000a", "@odata.type": f"{CRM}.account"}
    assert refusal(qualify(admin, lead, OpportunityCustomerId=missing))[:2] == (404, "0x80040217")
    assert records.find(world, "account") == []
    seed.make_role(world, "No accounts", "Global Read Write Append AppendTo: Lead; Global Create: Contact")
    _, client = organisation.user("sam@contoso.com", "No accounts")
    status, code, words = refusal(qualify(client, lead))
    assert (status, code) == (403, "0x80040220")
    assert "prvCreateAccount" in words
    assert qualify(admin, lead).status_code == 200
    assert refusal(qualify(admin, lead))[:2] == (400, "0x80048403")


def test_qualifying_refuses_a_duplicate_where_duplicates_are_looked_for(
    organisation: Organisation, refusal: Refusal
) -> None:
    admin, lead = organisation.admin, organisation.lead(companyname="Contoso", emailaddress1="p@contoso.example")
    admin.post("accounts", json={"name": "Contoso"})
    admin.headers["MSCRM.SuppressDuplicateDetection"] = "false"
    assert refusal(qualify(admin, lead))[:2] == (412, "0x80040333")
    assert records.read(organisation.world, "lead", lead)["statecode"] == 0  # type: ignore[index]
    del admin.headers["MSCRM.SuppressDuplicateDetection"]
    assert qualify(admin, lead).status_code == 200


def mail(client: TestClient, sender: str | None, lead: str, **values: Any) -> str:
    parties: list[dict[str, Any]] = [{"partyid_lead@odata.bind": f"/leads({lead})", "participationtypemask": 2}]
    if sender:
        parties.append({"partyid_systemuser@odata.bind": f"/systemusers({sender})", "participationtypemask": 1})
    body = {
        "subject": "Hello",
        "regardingobjectid_lead@odata.bind": f"/leads({lead})",
        "email_activity_parties": parties,
    }
    answer = client.post("emails", json=body | values)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["OData-EntityId"].split("(")[1][:-1])


def send(client: TestClient, key: str, **given: Any) -> Any:
    return client.post(f"emails({key})/{CRM}.SendEmail", json={"IssueSend": True} | given)


def test_a_mail_that_is_sent_waits_for_synchronisation_with_its_token(organisation: Organisation) -> None:
    agent, client = organisation.application("AISalesPerson")
    lead = organisation.lead(emailaddress1="pat@contoso.example")
    key = mail(client, agent, lead)
    answer = send(client, key)
    assert answer.status_code == 200
    row = records.read(organisation.world, "email", key)
    assert row
    assert (row["statecode"], row["statuscode"]) == (1, 6)
    assert row["trackingtoken"].startswith("CRM:")
    assert answer.json()["Subject"] == row["subject"] == f"Hello {row['trackingtoken']}"
    user = records.read(organisation.world, "systemuser", agent)
    assert user
    assert row["sendermailboxid"] == user["defaultmailbox"]
    other = mail(client, agent, lead)
    send(client, other)
    again = records.read(organisation.world, "email", other)
    assert again
    assert again["trackingtoken"] != row["trackingtoken"]


def test_a_mail_sent_elsewhere_is_recorded_as_sent(organisation: Organisation) -> None:
    agent, client = organisation.application("AISalesPerson")
    key = mail(client, agent, organisation.lead(emailaddress1="pat@contoso.example"))
    assert send(client, key, IssueSend=False).status_code == 200
    row = records.read(organisation.world, "email", key)
    assert row
    assert (row["statecode"], row["statuscode"], bool(row["senton"])) == (1, 3, True)


def test_a_mail_that_cannot_be_sent_says_why(organisation: Organisation, refusal: Refusal) -> None:
    agent, client = organisation.application("AISalesPerson")
    lead = organisation.lead(emailaddress1="pat@contoso.example")
    assert "Invalid sender party" in refusal(send(client, mail(client, None, lead)))[2]
    assert "without an e-mail address" in refusal(send(client, mail(client, agent, organisation.lead())))[2]
    silent = organisation.lead(emailaddress1="no@contoso.example", donotemail=True)
    assert "Do not allow Emails" in refusal(send(client, mail(client, agent, silent)))[2]
    assert "IssueSend" in refusal(client.post(f"emails({mail(client, agent, lead)})/{CRM}.SendEmail", json={}))[2]
    key = mail(client, agent, lead)
    assert send(client, key).status_code == 200
    assert refusal(send(client, key))[:2] == (400, "0x80040415")
    row = records.read(organisation.world, "systemuser", agent)
    assert row
    box = {"outgoingemaildeliverymethod": 0}
    organisation.admin.patch(f"mailboxes({row['defaultmailbox']})", json=box)
    assert "no mailbox that delivers" in refusal(send(client, mail(client, agent, lead)))[2]


def test_a_person_is_notified_in_the_app_by_action_or_by_row(organisation: Organisation, refusal: Refusal) -> None:
    agent, client = organisation.application("AISalesPerson")
    seller, person = organisation.user("sam@contoso.com", "Salesperson")
    actions = {"@odata.type": f"{CRM}.expando", "actions@odata.type": f"#Collection({CRM}.expando)", "actions": [
        {"title": "View lead", "data": {"@odata.type": "#x", "type": "url", "url": "?etn=lead"}}]}  # fmt: skip
    body = {"Title": "New lead", "Recipient": f"/systemusers({seller})", "Body": "Hot", "IconType": 100000001}
    key = client.post("SendAppNotification", json=body | {"Actions": actions}).json()["NotificationId"]
    row = records.read(organisation.world, "appnotification", key)
    assert row
    found = row["ownerid"], row["title"], row["icontype"], row["ttlinseconds"]
    assert found == (seller, "New lead", 100000001, 1209600)
    assert row["data"] == '{"actions":[{"title":"View lead","data":{"type":"url","url":"?etn=lead"}}]}'
    plain = {"title": "Again", "body": "Cold", "ownerid@odata.bind": f"/systemusers({seller})"}
    assert client.post("appnotifications", json=plain).status_code == 204
    assert len(person.get("appnotifications").json()["value"]) == 2
    plain["ownerid@odata.bind"] = f"/systemusers({agent})"
    assert refusal(person.post("appnotifications", json=plain))[:2] == (403, "0x80040220")
    assert refusal(client.post("SendAppNotification", json={"Title": "x"}))[0] == 400
    assert refusal(client.post("appnotifications", json={"title": "x", "data": "y" * 5001}))[1] == "0x80044331"


def test_many_rows_are_made_changed_and_upserted_together_or_not_at_all(
    organisation: Organisation, refusal: Refusal
) -> None:
    admin, world = organisation.admin, organisation.world
    kind = {"@odata.type": f"{CRM}.lead"}
    made = admin.post(f"leads/{CRM}.CreateMultiple", json={"Targets": [{"lastname": f"L{n}"} | kind for n in range(3)]})
    keys = made.json()["Ids"]
    assert [admin.get(f"leads({key})").json()["lastname"] for key in keys] == ["L0", "L1", "L2"]
    changes = [{"leadid": key, "jobtitle": "Buyer"} | kind for key in keys]
    assert admin.post(f"leads/{CRM}.UpdateMultiple", json={"Targets": changes}).status_code == 204
    assert len(records.find(world, "lead", jobtitle="Buyer")) == 3
    bad = [{"lastname": "Good"} | kind, {"lastname": "x" * 99} | kind]
    assert refusal(admin.post(f"leads/{CRM}.CreateMultiple", json={"Targets": bad}))[1] == "0x80044331"
    assert records.find(world, "lead", lastname="Good") == []
    assert refusal(admin.post(f"leads/{CRM}.CreateMultiple", json={"Targets": [{"lastname": "x"}]}))[0] == 400
    assert refusal(admin.post(f"annotations/{CRM}.CreateMultiple", json={"Targets": [{}]}))[0] == 404
    account = {"@odata.type": f"{CRM}.account"}
    rows = [{"@odata.id": f"accounts(accountnumber='{n}')", "name": f"A{n}"} | account for n in (1, 2, 1)]
    assert admin.post(f"accounts/{CRM}.UpsertMultiple", json={"Targets": rows}).status_code == 204
    assert len(records.find(world, "account")) == 2
    query = {"EntityName": "lead", "Criteria": {"Conditions": [
        {"AttributeName": "jobtitle", "Operator": "Equal", "Values": [{"Value": "Buyer"}]}]}}  # fmt: skip
    assert admin.post("BulkDelete", json={"QuerySet": [query]}).json()["JobId"]
    assert records.find(world, "lead") == []


def mailbox(organisation: Organisation, user: str) -> str:
    row = records.read(organisation.world, "systemuser", user)
    assert row
    return str(row["defaultmailbox"])


def test_only_an_administrator_with_a_directory_role_or_the_approver_role_approves_an_address(
    organisation: Organisation, refusal: Refusal
) -> None:
    world, approve = organisation.world, {"emailrouteraccessapproval": 1}
    agent, client = organisation.application("System Administrator")
    box = f"mailboxes({mailbox(organisation, agent)})"
    assert organisation.admin.patch(box, json={"emailaddress": "sdr@contoso.com"}).status_code == 204
    status, _, words = refusal(client.patch(box, json=approve))
    assert status == 403
    assert words.startswith("This email address can only be approved by a user with the Global Administrator")
    assert refusal(organisation.person("dynamics@contoso.onmicrosoft.com").patch(box, json=approve))[0] == 403
    _, seller = organisation.user("sam@contoso.com", "Salesperson")
    assert refusal(seller.patch(box, json=approve))[0] == 403
    assert organisation.admin.patch(box, json=approve).status_code == 204
    row = records.read(world, "mailbox", mailbox(organisation, agent))
    assert row
    assert (row["emailrouteraccessapproval"], row["isemailaddressapprovedbyo365admin"]) == (1, True)
    assert row["emailaddressapprovedby"] == organisation.administrator
    organisation.admin.patch(box, json={"testemailconfigurationscheduled": True, "incomingemailstatus": 1})
    row = records.read(world, "mailbox", mailbox(organisation, agent))
    assert row
    assert (row["testemailconfigurationscheduled"], row["incomingemailstatus"]) == (True, 0)
    assert organisation.admin.patch(box, json={"emailaddress": "other@contoso.com"}).status_code == 204
    assert records.read(world, "mailbox", mailbox(organisation, agent))["emailrouteraccessapproval"] == 2  # type: ignore[index]


def test_the_approver_role_is_given_only_by_a_global_or_exchange_administrator(
    organisation: Organisation, refusal: Refusal
) -> None:
    agent, client = organisation.application("System Administrator")
    role = seed.role_named(organisation.world, "Delegated Mailbox Approver")
    given = {"@odata.id": f"{BASE}roles({role})"}
    address = f"systemusers({agent})/systemuserroles_association/$ref"
    assert refusal(client.post(address, json=given))[:2] == (403, "0x80090904")
    team = records.find(organisation.world, "team")[0]["teamid"]
    to_team = organisation.admin.post(f"teams({team})/teamroles_association/$ref", json=given)
    assert refusal(to_team)[:2] == (400, "0x80090905")
    assert organisation.admin.post(address, json=given).status_code == 204
    box = f"mailboxes({mailbox(organisation, agent)})"
    assert client.patch(box, json={"emailrouteraccessapproval": 1}).status_code == 204
    person = entra_users.user(organisation.world, "dynamics@contoso.onmicrosoft.com")
    assert person
    entra_users.change_user(organisation.world, person.objectid, roles=[entra_users.EXCHANGE_ADMINISTRATOR])
    organisation.admin.patch(box, json={"emailaddress": "new@contoso.com"})
    dana = organisation.person("dynamics@contoso.onmicrosoft.com")
    assert dana.patch(box, json={"emailrouteraccessapproval": 1}).status_code == 204


@pytest.mark.parametrize(
    ("address", "name", "value"),
    [
        ("GetTimeZoneCodeByLocalizedName(LocalizedStandardName=@n,LocaleId=1033)?@n='UTC'", "TimeZoneCode", 92),
        (f"LocalTimeFromUtcTime(TimeZoneCode=110,UtcTime=@t)?@t={JULY}10:00:00Z", "LocalTime", f"{JULY}12:00:00Z"),
        (f"UtcTimeFromLocalTime(TimeZoneCode=110,LocalTime=@t)?@t={JULY}12:00:00Z", "UtcTime", f"{JULY}10:00:00Z"),
        ("RetrieveTotalRecordCount(EntityNames=['organization'])", "EntityRecordCountCollection",
         {"Count": 1, "IsReadOnly": False, "Keys": ["organization"], "Values": [1]}),
    ],
)  # fmt: skip
def test_functions_answer(admin: TestClient, address: str, name: str, value: object) -> None:
    answer = admin.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.json()[name] == value


def test_what_is_no_action_is_not_found(organisation: Organisation, refusal: Refusal) -> None:
    lead = organisation.lead()
    assert refusal(organisation.admin.post(f"leads({lead})/{CRM}.Sing", json={}))[0] == 404
    assert refusal(organisation.admin.post("SingAlong", json={}))[0] == 404
    assert refusal(organisation.admin.post(f"accounts/{CRM}.Sing", json={}))[0] == 404
