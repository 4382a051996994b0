"""Microsoft's own Dataverse client for Python, unmodified: at the stand-in's address and through its proxy."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

sdk = pytest.importorskip("PowerPlatform.Dataverse.client")
identity = pytest.importorskip("azure.identity")
errors = pytest.importorskip("PowerPlatform.Dataverse.core.errors")
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module", params=["direct", "proxy"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of an application that is System Administrator."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    world = World(folder)
    registered = entra_applications.create_application(world, "Conformance", by="a test")
    entra_principals.create_principal(world, registered.appid)
    _, secret = entra_applications.add_secret(world, registered.objectid)
    values = {"applicationid": registered.appid, "businessunitid": seed.root_unit(world)}
    user = records.create(world, "systemuser", values, by=seed.administrator(world))
    seed.give_role(world, user, "System Administrator")
    with StandIn(world) as served, pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        environment = served.environment()
        if request.param == "direct":
            environment = {name: value for name, value in environment.items() if "proxy" not in name.lower()}
        for name, value in environment.items():
            patch.setenv(name, value)
        more = {"authority": served.origin, "disable_instance_discovery": True} if request.param == "direct" else {}
        credential = identity.ClientSecretCredential(world.tenantid, registered.appid, secret, **more)
        address = served.origin if request.param == "direct" else "https://contoso.crm.dynamics.com"
        made = sdk.DataverseClient(address, credential)
        made.world = world
        yield made
        made.close()
    world.close()


def test_one_row_is_made_read_changed_and_deleted(client: Any) -> None:
    lead = client.records.create("lead", {"firstname": "Pat", "lastname": "Okafor", "leadqualitycode": "Hot"})
    row = client.records.retrieve("lead", lead, select=["fullname", "leadqualitycode"])
    assert (row["fullname"], row["leadqualitycode"]) == ("Pat Okafor", 1)
    client.records.update("lead", lead, {"jobtitle": "Buyer"})
    assert client.records.retrieve("lead", lead)["jobtitle"] == "Buyer"
    client.records.delete("lead", lead)
    assert client.records.retrieve("lead", lead) is None
    with pytest.raises(errors.HttpError) as raised:
        client.records.update("lead", lead, {"jobtitle": "Nobody"})
    assert raised.value.status_code == 404
    assert "Does Not Exist" in str(raised.value)


def test_many_rows_are_made_listed_in_pages_changed_and_deleted(client: Any) -> None:
    made = client.records.create("contact", [{"lastname": f"Person {n:02}"} for n in range(25)])
    assert len(set(made)) == 25
    where = "startswith(lastname,'Person')"
    found = list(client.records.list("contact", select=["lastname"], filter=where, orderby=["lastname desc"], top=5))
    assert [row["lastname"] for row in found] == [f"Person {n:02}" for n in (24, 23, 22, 21, 20)]
    pages = list(client.records.list_pages("contact", select=["lastname"], filter=where, page_size=10))
    assert [len(page) for page in pages] == [10, 10, 5]
    client.records.update("contact", made[:3], {"jobtitle": "Buyer"})
    client.records.update("contact", made[3:5], [{"jobtitle": "A"}, {"jobtitle": "B"}])
    assert client.records.retrieve("contact", made[4])["jobtitle"] == "B"
    assert client.records.delete("contact", made)
    assert records.find(client.world, "contact", lastname="Person 01") == []


def test_rows_are_bound_and_upserted_by_an_alternate_key(client: Any) -> None:
    upsert = pytest.importorskip("PowerPlatform.Dataverse.models.upsert").UpsertItem
    client.records.upsert("account", [upsert({"accountnumber": "A'1"}, {"name": "One"})])
    client.records.upsert("account", [upsert({"accountnumber": "A'1"}, {"name": "Two"})])
    both = [upsert({"accountnumber": "A'1"}, {"name": "Three"}), upsert({"accountnumber": "B"}, {"name": "Four"})]
    client.records.upsert("account", both)
    found = client.records.list("account", select=["name", "accountnumber"], orderby=["accountnumber"])
    assert [(row["accountnumber"], row["name"]) for row in found] == [("A'1", "Three"), ("B", "Four")]
    bind = {f"parentaccountid@odata.bind": f"/accounts({next(iter(found))['accountid']})"}  # noqa: F541
    lead = client.records.create("lead", {"lastname": "Bound", **bind})
    row = client.records.retrieve("lead", lead, select=["_parentaccountid_value"])
    assert row["_parentaccountid_value"] == next(iter(found))["accountid"]


def test_a_batch_with_a_change_set_holds_or_fails_together(client: Any) -> None:
    batch = client.batch.new()
    with batch.changeset() as together:
        account = together.records.create("account", {"name": "Batch account"})
        together.records.update("account", account, {"telephone1": "+1 555 0100"})
        together.records.create("contact", {"lastname": "Batch", "parentcustomerid_account@odata.bind": account})
    batch.records.list("account", filter="name eq 'Batch account'", select=["name", "telephone1"])
    result = batch.execute()
    assert not result.has_errors
    found = records.find(client.world, "account", name="Batch account")
    assert [row["telephone1"] for row in found] == ["+1 555 0100"]
    (contact,) = records.find(client.world, "contact", lastname="Batch")
    assert contact["parentcustomerid"] == found[0]["accountid"]
    failing = client.batch.new()
    with failing.changeset() as together:
        together.records.create("account", {"name": "Never"})
        together.records.create("account", {"name": "x" * 200})
    assert failing.execute(continue_on_error=True).has_errors
    assert records.find(client.world, "account", name="Never") == []


def test_tables_and_columns_are_found_made_and_deleted(client: Any) -> None:
    assert client.tables.get("lead")["entity_set_name"] == "leads"
    assert client.tables.get("new_nothing") is None
    assert "lead" in {table["LogicalName"] for table in client.tables.list()}
    names = {column["LogicalName"] for column in client.tables.list_columns("lead")}
    assert {"leadid", "subject", "leadqualitycode", "ownerid"} <= names
    made = client.tables.create("new_Visit", {"new_Place": "string", "new_Count": "int", "new_On": "datetime"})
    assert made["entity_set_name"] == "new_visits"
    visit = client.records.create("new_visit", {"new_place": "Oslo", "new_count": 3})
    assert client.records.retrieve("new_visit", visit)["new_place"] == "Oslo"
    client.tables.add_columns("new_Visit", {"new_Note": "memo", "new_Good": "bool"})
    client.records.update("new_visit", visit, {"new_note": "Again", "new_good": True})
    assert client.records.retrieve("new_visit", visit)["new_good"] is True
    client.tables.create_alternate_key("new_visit", "new_place_key", ["new_place"])
    (key,) = client.tables.get_alternate_keys("new_visit")
    assert key.key_attributes == ["new_place"]
    client.tables.delete_alternate_key("new_visit", key.metadata_id)
    assert client.tables.get_alternate_keys("new_visit") == []
    client.tables.remove_columns("new_Visit", ["new_Note"])
    client.tables.delete("new_Visit")
    assert client.tables.get("new_Visit") is None


def test_throttling_is_told_with_the_seconds_to_wait(client: Any) -> None:
    client.world.break_it("throttle", {"seconds": 7, "path": "/api/data"}, times=1)
    with pytest.raises(errors.HttpError) as raised:
        client.records.retrieve("lead", "00000000-0000-0000-0000-000000000001")
    assert (raised.value.status_code, raised.value.is_transient) == (429, True)
    assert raised.value.details["retry_after"] == 7


def test_rows_are_found_by_sql_and_by_fetchxml(client: Any) -> None:
    for name in ("Sql one", "Sql two"):
        client.records.create("account", {"name": name, "telephone1": "+1 555 0101"})
    found = client.query.sql("SELECT TOP 5 name FROM account WHERE telephone1 = '+1 555 0101' ORDER BY name DESC")
    assert [row["name"] for row in found] == ["Sql two", "Sql one"]
    xml = (
        '<fetch count="1"><entity name="account"><attribute name="name"/><order attribute="name"/><filter>'
        '<condition attribute="telephone1" operator="eq" value="+1 555 0101"/></filter></entity></fetch>'
    )
    pages = [[row["name"] for row in page] for page in client.query.fetchxml(xml).execute_pages()]
    assert pages == [["Sql one"], ["Sql two"]]
