"""Bodies and addresses nobody should send: each is refused or understood, none breaks the stand-in."""

import json
from pathlib import Path

import pytest
from tests.dynamics.dataverse.conftest import Organisation

from leadwright.sandbox.dynamics.world import World

GUID = "11111111-1111-1111-1111-111111111111"
READ = [
    "leads()", "leads('x')", "leads(a'b)", "a/b/c/d", "leads({lead})/$ref", "leads({lead})/ownerid/$ref",
    "leads({lead})/ownerid/fullname", "leads({lead})/customerid_account", "leads({lead})/Lead_Annotation/$ref",
    f"leads({{lead}})/Lead_Annotation({GUID})", f"leads({{lead}})/leadcompetitors_association({GUID})/$ref",
    "leads?$filter=", "leads?$filter=()", "leads?$filter=lastname", "leads?$filter=5", "leads?$filter=null gt 5",
    "leads?$filter=lastname eq @p", "leads?$filter=lastname in ()", "leads?$filter=contains(lastname)",
    "leads?$filter=Lead_Annotation/any(x:x eq 5)", "leads?$filter=nope/any()", "leads?$filter=createdon eq 2026-13-45",
    "leads?$orderby=lastname foo", "leads?$top=-1", "leads?$top=0", "leads?$expand=ownerid(", "leads?$select=,,",
    "leads?$expand=Lead_Annotation($expand=objectid_lead)", "leads?$apply=groupby((nope))",
    "leads?$deltatoken=999!13/45/2026 00:00:00", "leads?$deltatoken=5!01/01/2026 00:00:00&$skiptoken=z",
    "activityparties", "activitymimeattachments", "usersettingscollection", "roleprivilegescollection",
    "emails?$expand=regardingobjectid_lead,emailsender_systemuser,ownerid", "LocalTimeFromUtcTime()",
    "RetrieveTotalRecordCount(EntityNames=lead)", "EntityDefinitions(z)", "EntityDefinitions?$filter=Nope eq 1",
    "EntityDefinitions?$filter=ObjectTypeCode gt 'x'", "EntityDefinitions(LogicalName='lead')?$expand=Nope",
    "leads?sql=", "leads?fetchXml=", "leads?fetchXml=<fetch top='x'><entity name='lead'/></fetch>",
    "leads?fetchXml=<fetch><entity name='lead'><link-entity name='nope'/></entity></fetch>",
]  # fmt: skip
ROWS = [
    {}, {"lastname": 5}, {"lastname": {}}, {"lastname": []}, {"ownerid": None}, {"ownerid@odata.bind": 5},
    {"ownerid@odata.bind": "/teams(x)"}, {"customerid_account": {}}, {"customerid_account": {"name": 5}},
    {"leadid": "x"}, {"Lead_Annotation": [5]}, {"Lead_Annotation": {}}, {"statecode": "x"}, {"statuscode": -1},
    {"revenue": 1e300}, {"revenue": True}, {"numberofemployees": 1.5}, {"estimatedclosedate": "2020-02-30"},
    {"parentaccountid": {"@odata.id": "accounts(z)"}}, {"_ownerid_value": None}, {"a@b": 5},
]  # fmt: skip
CRM = "Microsoft.Dynamics.CRM"
POSTED: list[tuple[str, object]] = [
    ("emails", {"email_activity_parties": 5}), ("emails", {"email_activity_parties": [5]}),
    ("emails", {"email_activity_parties": [{"nope": 1}]}), (f"leads/{CRM}.CreateMultiple", {"Targets": [5]}),
    (f"leads/{CRM}.UpsertMultiple", {"Targets": [{"@odata.type": "x.lead", "@odata.id": "leads(z)"}]}),
    ("BulkDelete", {"QuerySet": [5]}), ("GrantAccess", {}), ("GrantAccess", {"Target": 5, "PrincipalAccess": 5}),
    ("WinOpportunity", {"OpportunityClose": 5}), ("CreateEntities", {"Entities": 5}),
    ("CreateEntities", {"Entities": [{}]}), ("leads({lead})/Lead_Annotation", {"subject": 5}),
    ("EntityDefinitions(LogicalName='lead')/Keys", {"KeyAttributes": 5}),
    ("EntityDefinitions(LogicalName='lead')/Attributes", {"@odata.type": f"{CRM}.PicklistAttributeMetadata",
                                                           "SchemaName": "new_y"}),
    ("EntityDefinitions(LogicalName='lead')/Attributes", {"@odata.type": f"{CRM}.StringAttributeMetadata",
                                                           "SchemaName": 'new_q"; DROP TABLE dv_lead; --'}),
    ("leads({lead})/leadcompetitors_association/$ref", {"@odata.id": 5}),
    ("SendAppNotification", {"Title": 5, "Recipient": 5, "Body": 5}),
    (f"leads({{lead}})/{CRM}.QualifyLead", {"CreateAccount": False, "CreateContact": False, "CreateOpportunity": True,
                                            "Status": -1, "OpportunityCustomerId": 5}),
    *((address, raw) for raw in ([], 5, "text", None)
      for address in ("leads", "$batch", "SendAppNotification", f"leads({{lead}})/{CRM}.QualifyLead")),
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Organisation, str]:
    folder: Path = tmp_path_factory.mktemp("odd")
    found = Organisation(World(folder))
    return found, found.lead()


@pytest.mark.parametrize("address", READ)
def test_an_odd_address_is_answered(odd: tuple[Organisation, str], address: str) -> None:
    organisation, lead = odd
    for headers in ({}, {"Prefer": 'odata.include-annotations="*",odata.maxpagesize=2'}):
        answer = organisation.admin.get(address.replace("{lead}", lead), headers=headers)
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("body", ROWS, ids=str)
def test_an_odd_row_is_answered(odd: tuple[Organisation, str], body: dict[str, object]) -> None:
    organisation, lead = odd
    for method, address in (("POST", "leads"), ("PATCH", f"leads({lead})"), ("PATCH", f"leads({GUID})")):
        answer = organisation.admin.request(method, address, content=json.dumps(body))
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(("address", "body"), POSTED, ids=str)
def test_an_odd_action_is_answered(odd: tuple[Organisation, str], address: str, body: object) -> None:
    organisation, lead = odd
    answer = organisation.admin.post(address.replace("{lead}", lead), content=json.dumps(body))
    assert answer.status_code < 500, answer.text
    assert "error" in answer.json() or answer.status_code == 204
