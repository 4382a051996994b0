"""Metadata as clients read it, custom columns and tables that come and go, $metadata and the service document."""

from xml.etree import ElementTree

from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import store
from leadwright.sandbox.dynamics.world import World


def test_a_table_is_found_by_filter_name_and_id(admin: TestClient, refusal: Refusal) -> None:
    select = "%24select=LogicalName%2CEntitySetName%2CPrimaryIdAttribute"
    address = f"EntityDefinitions?{select}&%24filter=LogicalName+eq+%27lead%27"
    (found,) = admin.get(address).json()["value"]
    assert (found["LogicalName"], found["EntitySetName"], found["PrimaryIdAttribute"]) == ("lead", "leads", "leadid")
    assert set(found) == {"MetadataId", "LogicalName", "EntitySetName", "PrimaryIdAttribute"}
    by_id = admin.get(f"EntityDefinitions({found['MetadataId']})").json()
    assert by_id["SchemaName"] == "Lead"
    assert by_id["Privileges"][0]["Name"] == "prvReadLead"
    assert "Attributes" not in by_id
    status, code, words = refusal(admin.get("EntityDefinitions(LogicalName='msdyn_nothing')"))
    assert (status, code) == (404, "0x80060888")
    assert "was not found in the MetadataCache" in words
    assert admin.get("EntityDefinitions(LogicalName='msdyn_salesagentrun')?$select=EntitySetName").status_code == 200
    assert refusal(admin.get("EntityDefinitions?$select=Nonsense"))[0] == 400


def test_option_sets_come_as_the_client_library_asks_for_them(admin: TestClient) -> None:
    base = "EntityDefinitions(LogicalName='lead')/Attributes"
    kind = "Microsoft.Dynamics.CRM.PicklistAttributeMetadata"
    picklists = f"{base}/{kind}?$select=LogicalName&$expand=OptionSet($select=Options)"
    found = {one["LogicalName"]: one["OptionSet"]["Options"] for one in admin.get(picklists).json()["value"]}
    labels = {one["Value"]: one["Label"]["LocalizedLabels"][0]["Label"] for one in found["leadqualitycode"]}
    assert labels == {1: "Hot", 2: "Warm", 3: "Cold"}
    assert len(found["industrycode"]) == 33
    reasons = f"{base}(LogicalName='statuscode')/Microsoft.Dynamics.CRM.StatusAttributeMetadata?$expand=OptionSet"
    options = admin.get(reasons).json()["OptionSet"]["Options"]
    assert [(one["Value"], one["State"]) for one in options][:3] == [(1, 0), (2, 0), (3, 1)]
    flags = f"{base}/Microsoft.Dynamics.CRM.BooleanAttributeMetadata?$select=LogicalName&$expand=OptionSet"
    fit = next(one for one in admin.get(flags).json()["value"] if one["LogicalName"] == "evaluatefit")
    assert fit["OptionSet"]["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "No"
    texts = f"{base}/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,MaxLength,FormatName"
    lengths = {one["LogicalName"]: one["MaxLength"] for one in admin.get(texts).json()["value"]}
    assert (lengths["subject"], lengths["lastname"]) == (300, 50)
    lookups = f"{base}/Microsoft.Dynamics.CRM.LookupAttributeMetadata?$select=LogicalName,Targets"
    targets = {one["LogicalName"]: one["Targets"] for one in admin.get(lookups).json()["value"]}
    assert targets["customerid"] == ["account", "contact"]


def test_relations_tell_their_navigation_properties(admin: TestClient) -> None:
    base = "EntityDefinitions(LogicalName='lead')"
    one = admin.get(f"{base}/ManyToOneRelationships?$filter=ReferencingAttribute eq 'customerid'").json()["value"]
    assert {found["ReferencingEntityNavigationPropertyName"] for found in one} == {
        "customerid_account", "customerid_contact"}  # fmt: skip
    many = admin.get(f"{base}/ManyToManyRelationships?$select=SchemaName").json()["value"]
    assert "leadcompetitors_association" in {found["SchemaName"] for found in many}
    assert admin.get(f"{base}?$expand=Attributes($select=LogicalName),Keys").json()["Attributes"][0]["LogicalName"]


def test_a_custom_column_is_there_at_once_and_gone_when_deleted(organisation: Organisation, refusal: Refusal) -> None:
    admin, world = organisation.admin, organisation.world
    store.add_column(world, "lead", "new_colour", "choice 1 Red | 2 Blue; Colour")
    store.add_column(world, "lead", "new_privatemail", "string 100; Private email")
    key = organisation.lead(new_colour=2)
    row = admin.get(f"leads({key})?$select=new_colour", headers={"Prefer": 'odata.include-annotations="*"'}).json()
    assert row["new_colour@OData.Community.Display.V1.FormattedValue"] == "Blue"
    found = admin.get("EntityDefinitions(LogicalName='lead')/Attributes?$filter=IsCustomAttribute eq true").json()
    assert {"new_colour", "new_privatemail"} <= {one["LogicalName"] for one in found["value"]}
    again = World(world.folder)
    assert "new_colour" in store.schema_of(again).tables["lead"].columns
    again.close()
    store.delete_column(world, "lead", "new_colour")
    assert refusal(admin.get(f"leads({key})?$select=new_colour"))[:2] == (400, "0x80060888")
    assert refusal(admin.get("leads?$filter=new_colour eq 2"))[:2] == (400, "0x80060888")
    store.add_column(world, "lead", "new_colour", "choice 1 Red | 2 Blue; Colour")
    assert admin.get(f"leads({key})?$select=new_colour").json()["new_colour"] is None


def test_columns_over_the_api_need_the_right_and_system_columns_stay(
    organisation: Organisation, refusal: Refusal
) -> None:
    admin = organisation.admin
    label = {"LocalizedLabels": [{"Label": "Shoe size", "LanguageCode": 1033}]}
    body = {"@odata.type": "Microsoft.Dynamics.CRM.IntegerAttributeMetadata", "SchemaName": "new_ShoeSize",
            "DisplayName": label, "MinValue": 10, "MaxValue": 60}  # fmt: skip
    base = "EntityDefinitions(LogicalName='lead')/Attributes"
    _, seller = organisation.user("sam@contoso.com", "Salesperson")
    assert refusal(seller.post(base, json=body))[:2] == (403, "0x80040220")
    assert admin.post(base, json=body).status_code == 204
    assert admin.post("leads", json={"lastname": "A", "new_shoesize": 44}).status_code == 204
    assert refusal(admin.post("leads", json={"lastname": "A", "new_shoesize": 99}))[:2] == (400, "0x80044330")
    assert refusal(admin.post(base, json=body))[0] == 400
    assert refusal(admin.delete(f"{base}(LogicalName='subject')"))[0] == 400
    assert admin.delete(f"{base}(LogicalName='new_shoesize')").status_code == 204


def test_a_solution_that_is_uninstalled_takes_its_tables_along(organisation: Organisation, refusal: Refusal) -> None:
    store.delete_table(organisation.world, "msdyn_salesagentrun")
    assert refusal(organisation.admin.get("msdyn_salesagentruns"))[0] == 404
    assert organisation.admin.get("EntityDefinitions(LogicalName='msdyn_salesagentrun')").status_code == 404
    store.delete_column(organisation.world, "lead", "msdyn_gdproptout")
    assert "msdyn_gdproptout" not in organisation.admin.get(f"leads({organisation.lead()})").json()


def test_the_service_describes_itself(admin: TestClient) -> None:
    names = {one["name"] for one in admin.get("").json()["value"]}
    assert {"leads", "mailboxes", "msdyn_salesagentconfigurationsv2", "usersettingscollection"} <= names
    tree = ElementTree.fromstring(admin.get("$metadata").content)
    assert tree.tag.endswith("Edmx")
