"""Who may see and do what: privileges by depth, teams, sharing, impersonation, strangers, roles that go."""

import pytest
from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import BASE, Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import records, seed


@pytest.fixture
def units(organisation: Organisation) -> dict[str, str]:
    """Business units: north below the root, oslo below north, south below the root."""
    found: dict[str, str] = {}
    for name, above in (("north", None), ("oslo", "north"), ("south", None)):
        values = {"name": name} | ({"parentbusinessunitid": found[above]} if above else {})
        found[name] = records.create(organisation.world, "businessunit", values, by=organisation.administrator)
    return found


def leads(client: TestClient) -> set[str]:
    return {one["lastname"] for one in client.get("leads?$select=lastname").json()["value"]}


def test_a_depth_shows_own_unit_units_below_or_all(organisation: Organisation, units: dict[str, str]) -> None:
    world = organisation.world
    for role, depth in (("One", "User"), ("Unit", "Local"), ("Below", "Deep"), ("All", "Global")):
        seed.make_role(world, role, f"{depth} Read: Lead")
    clients = {}
    for role in ("One", "Unit", "Below", "All"):
        user, clients[role] = organisation.user(f"{role.lower()}@contoso.com", role, unit=units["north"])
        organisation.lead(lastname=f"of {role}", ownerid=("systemuser", user))
    other, _ = organisation.user("oslo@contoso.com", "Salesperson", unit=units["oslo"])
    organisation.lead(lastname="of oslo", ownerid=("systemuser", other))
    organisation.lead(lastname="of root")
    north = {"of One", "of Unit", "of Below", "of All"}
    assert leads(clients["One"]) == {"of One"}
    assert leads(clients["Unit"]) == north
    assert leads(clients["Below"]) == north | {"of oslo"}
    assert leads(clients["All"]) == north | {"of oslo", "of root"}
    assert clients["One"].get("leads/$count").text == "1"


def test_what_is_not_visible_is_refused_one_by_one_with_the_missing_right(
    organisation: Organisation, refusal: Refusal
) -> None:
    _, seller = organisation.user("sam@contoso.com", "Salesperson")
    lead = organisation.lead()
    status, code, words = refusal(seller.get(f"leads({lead})"))
    assert (status, code) == (403, "0x80040220")
    assert f"does not have ReadAccess right(s) for record with id {lead} of entity lead" in words
    assert refusal(seller.patch(f"leads({lead})", json={"jobtitle": "x"}))[:2] == (403, "0x80040220")
    assert refusal(seller.delete(f"leads({lead})"))[:2] == (403, "0x80040220")
    status, code, words = refusal(seller.post("competitors", json={"name": "Ferrow"}))
    assert (status, code) == (403, "0x80040220")
    assert "is missing prvCreateCompetitor privilege" in words
    assert "on OTC=123 for entity 'competitor'" in words


def test_assigning_needs_the_right_and_an_owner_who_may_read(organisation: Organisation, refusal: Refusal) -> None:
    mine, seller = organisation.user("sam@contoso.com", "Salesperson")
    other, _ = organisation.user("kim@contoso.com", "Salesperson")
    blind, _ = organisation.user("blind@contoso.com", "Delegate")
    lead = organisation.lead(ownerid=("systemuser", mine))
    answer = seller.patch(f"leads({lead})", json={"ownerid@odata.bind": f"/systemusers({blind})"})
    status, code, words = refusal(answer)
    assert (status, code) == (403, "0x80040220")
    assert words.startswith("Read Privilege Check For Owner failed")
    assert seller.patch(f"leads({lead})", json={"ownerid@odata.bind": f"/systemusers({other})"}).status_code == 204
    assert seller.get(f"leads({lead})").status_code == 403
    row = records.read(organisation.world, "lead", lead)
    assert row is not None
    assert (row["ownerid"], row["owneridtype"], row["owninguser"]) == (other, "systemuser", other)


def test_a_team_that_owns_or_has_a_role_gives_its_members_rights(organisation: Organisation) -> None:
    world, admin = organisation.world, organisation.admin
    user, client = organisation.user("sam@contoso.com", "Delegate")
    values = {"name": "Hunters", "businessunitid": seed.root_unit(world)}
    team = records.create(world, "team", values, by=organisation.administrator)
    seed.make_role(world, "Readers", "User Read: Lead")
    role = seed.role_named(world, "Readers")
    organisation.lead(lastname="of the team", ownerid=("team", team))
    organisation.lead(lastname="of nobody")
    assert client.get("leads").status_code == 403
    given = {"@odata.id": f"{BASE}roles({role})"}
    assert admin.post(f"teams({team})/teamroles_association/$ref", json=given).status_code == 204
    member = {"@odata.id": f"{BASE}systemusers({user})"}
    assert admin.post(f"teams({team})/teammembership_association/$ref", json=member).status_code == 204
    assert leads(client) == {"of the team"}
    found = admin.get(f"teams({team})/teammembership_association?$select=domainname").json()["value"]
    assert [one["domainname"] for one in found] == ["sam@contoso.com"]


def test_a_shared_row_is_visible_with_the_rights_it_was_shared_with(organisation: Organisation) -> None:
    user, client = organisation.user("sam@contoso.com", "Salesperson")
    lead = organisation.lead(lastname="shared")
    target = {"leadid": lead, "@odata.type": "Microsoft.Dynamics.CRM.lead"}
    principal = {"systemuserid": user, "@odata.type": "Microsoft.Dynamics.CRM.systemuser"}
    body = {"Target": target, "PrincipalAccess": {"Principal": principal, "AccessMask": "ReadAccess"}}
    assert organisation.admin.post("GrantAccess", json=body).status_code == 204
    assert leads(client) == {"shared"}
    assert client.patch(f"leads({lead})", json={"jobtitle": "x"}).status_code == 403
    access = client.get(
        f"systemusers({user})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@p1)",
        params={"@p1": f'{{"@odata.id":"leads({lead})"}}'},
    )
    assert access.json()["AccessRights"] == "ReadAccess"
    assert organisation.admin.post("RevokeAccess", json={"Target": target, "Revokee": principal}).status_code == 204
    assert leads(client) == set()


def test_strangers_disabled_users_and_users_without_a_role_are_told_apart(
    organisation: Organisation, refusal: Refusal
) -> None:
    text = "The user is not a member of the organization."
    assert refusal(organisation.stranger().get("WhoAmI")) == (403, "0x80072560", text)
    user, client = organisation.application("AISalesPerson")
    assert client.get("WhoAmI").json()["UserId"] == user
    assert organisation.admin.patch(f"systemusers({user})", json={"isdisabled": True}).status_code == 204
    assert refusal(client.get("WhoAmI"))[:2] == (403, "0x80040225")
    organisation.admin.patch(f"systemusers({user})", json={"isdisabled": False})
    seed.take_role(organisation.world, user, "AISalesPerson")
    assert refusal(client.get("WhoAmI"))[:2] == (403, "0x80042f09")
    assert organisation.calling("nonsense").get("WhoAmI").status_code == 401


def test_impersonation_needs_its_right_and_gives_only_what_both_may(
    organisation: Organisation, refusal: Refusal
) -> None:
    agent, client = organisation.application("AISalesPerson")
    seller, _ = organisation.user("sam@contoso.com", "Salesperson")
    row = records.read(organisation.world, "systemuser", seller)
    assert row is not None
    header = {"CallerObjectId": row["azureactivedirectoryobjectid"]}
    status, _, words = refusal(client.get("WhoAmI", headers=header))
    assert status == 403
    assert "prvActOnBehalfOfAnotherUser" in words
    seed.give_role(organisation.world, agent, "Delegate")
    assert client.get("WhoAmI", headers=header).json()["UserId"] == seller
    assert client.get("WhoAmI", headers={"MSCRMCallerID": seller}).json()["UserId"] == seller
    organisation.lead(lastname="of another")
    made = client.post("leads", json={"lastname": "Through another"}, headers=header)
    key = made.headers["OData-EntityId"].split("(")[1][:-1]
    lead = records.read(organisation.world, "lead", key)
    assert lead is not None
    assert (lead["createdby"], lead["createdonbehalfby"], lead["ownerid"]) == (seller, agent, seller)
    assert len(client.get("leads").json()["value"]) == 2
    assert len(client.get("leads", headers=header).json()["value"]) == 1
    competitor = client.post("competitors", json={"name": "x"}, headers=header)
    assert "prvCreateCompetitor" in refusal(competitor)[2]
    assert refusal(client.get("WhoAmI", headers={"CallerObjectId": seller}))[:2] == (403, "0x80072560")


def test_a_role_is_given_by_ref_in_its_own_unit_and_its_privileges_are_listed(
    organisation: Organisation, units: dict[str, str], refusal: Refusal
) -> None:
    admin = organisation.admin
    user, client = organisation.user("sam@contoso.com", unit=units["oslo"])
    assert refusal(client.get("WhoAmI"))[:2] == (403, "0x80042f09")
    wrong = seed.role_named(organisation.world, "AISalesPerson")
    address = f"systemusers({user})/systemuserroles_association/$ref"
    assert refusal(admin.post(address, json={"@odata.id": f"{BASE}roles({wrong})"}))[0] == 400
    where = f"name eq 'aisalesperson' and _businessunitid_value eq {units['oslo']}"
    right = admin.get("roles", params={"$filter": where, "$select": "name"}).json()["value"][0]["roleid"]
    assert admin.post(address, json={"@odata.id": f"{BASE}roles({right})"}).status_code == 204
    found = client.get(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()").json()["RolePrivileges"]
    depths = {one["PrivilegeName"]: one["Depth"] for one in found}
    assert depths["prvReadLead"] == "Global"
    assert depths["prvCreateActivity"] == "Basic"
    assert "prvDeleteAccount" not in depths
    assert admin.delete(f"{address}?$id={BASE}roles({right})").status_code == 204
    assert client.get("WhoAmI").status_code == 403


def test_a_privilege_taken_from_a_role_is_gone_at_the_next_request(
    organisation: Organisation, refusal: Refusal
) -> None:
    _, client = organisation.application("AISalesPerson")
    organisation.lead()
    assert client.get("leads").status_code == 200
    role = seed.role_named(organisation.world, "AISalesPerson")
    privilege = organisation.admin.get("privileges?$filter=name eq 'prvReadLead'").json()["value"][0]["privilegeid"]
    name = "Microsoft.Dynamics.CRM"
    taken = organisation.admin.post(f"roles({role})/{name}.RemovePrivilegeRole", json={"PrivilegeId": privilege})
    assert taken.status_code == 204
    assert "prvReadLead" in refusal(client.get("leads"))[2]
    given = {"Privileges": [{"PrivilegeId": privilege, "Depth": "Basic"}]}
    assert organisation.admin.post(f"roles({role})/{name}.AddPrivilegesRole", json=given).status_code == 204
    assert client.get("leads").json()["value"] == []


def test_an_application_user_takes_name_and_object_id_from_its_registration_and_gets_a_mailbox(
    organisation: Organisation, refusal: Refusal
) -> None:
    user, _ = organisation.application(name="Contoso qualifier")
    admin = organisation.admin
    columns = "fullname,applicationid,azureactivedirectoryobjectid,accessmode,isdisabled,_defaultmailbox_value"
    row = admin.get(f"systemusers({user})?$select={columns}").json()
    assert (row["fullname"], row["accessmode"], row["isdisabled"]) == ("# Contoso qualifier", 4, False)
    found = admin.get(f"mailboxes?$filter=_regardingobjectid_value eq {user}").json()["value"]
    assert [one["mailboxid"] for one in found] == [row["_defaultmailbox_value"]]
    assert (found[0]["emailrouteraccessapproval"], found[0]["incomingemaildeliverymethod"]) == (2, 2)
    root = "businessunitid@odata.bind"
    body = {"applicationid": row["applicationid"], root: f"/businessunits({seed.root_unit(organisation.world)})"}
    assert refusal(admin.post("systemusers", json=body))[:2] == (412, "0x80040237")
    assert refusal(admin.post("systemusers", json={"applicationid": user, root: body[root]}))[0] == 400
    assert refusal(admin.post("systemusers", json={"lastname": "x"}))[0] == 400


def test_activities_and_notes_go_to_a_new_owner_and_an_owner_reads_what_is_about_his_rows(
    organisation: Organisation,
) -> None:
    agent, client = organisation.application("AISalesPerson")
    seller, person = organisation.user("sam@contoso.com", "Salesperson")
    lead = organisation.lead(ownerid=("systemuser", agent))
    about = {"objectid_lead@odata.bind": f"/leads({lead})"}
    assert client.post("annotations", json={"subject": "Research", **about}).status_code == 204
    assert client.post("emails", json={"subject": "Hi", "regardingobjectid_lead@odata.bind": f"/leads({lead})"})
    assert person.get("annotations").json()["value"] == []
    assert client.patch(f"leads({lead})", json={"ownerid@odata.bind": f"/systemusers({seller})"}).status_code == 204
    for table in ("annotation", "email"):
        assert [row["ownerid"] for row in records.find(organisation.world, table)] == [seller]
    assert client.post("annotations", json={"subject": "Later", **about}).status_code == 204
    assert len(person.get("annotations").json()["value"]) == 2
    later = records.find(organisation.world, "annotation", subject="Later")[0]
    assert later["ownerid"] == agent
    assert person.patch(f"annotations({later['annotationid']})", json={"subject": "x"}).status_code == 403


def test_a_user_who_lost_every_role_holds_no_privilege(organisation: Organisation) -> None:
    user, _ = organisation.application()
    name = "Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
    assert organisation.admin.get(f"systemusers({user})/{name}").json()["RolePrivileges"] == []


def test_a_filter_over_a_relation_needs_the_right_to_read_there(organisation: Organisation, refusal: Refusal) -> None:
    seed.make_role(organisation.world, "Leads only", "Global Read: Lead")
    _, client = organisation.user("sam@contoso.com", "Leads only")
    assert client.get("leads").status_code == 200
    assert "prvReadAccount" in refusal(client.get("leads?$filter=parentaccountid/name eq 'Contoso'"))[2]
    expanded = client.get("leads?$expand=parentaccountid($select=name)")
    assert expanded.status_code == 200


def test_a_role_made_over_the_api_is_copied_below_and_works(organisation: Organisation, units: dict[str, str]) -> None:
    admin, unit = organisation.admin, seed.root_unit(organisation.world)
    made = admin.post("roles", json={"name": "Readers", "businessunitid@odata.bind": f"/businessunits({unit})"})
    role = made.headers["OData-EntityId"].split("(")[1][:-1]
    privilege = admin.get("privileges?$filter=name eq 'prvReadLead'").json()["value"][0]["privilegeid"]
    given = {"Privileges": [{"PrivilegeId": privilege, "Depth": "Deep"}]}
    assert admin.post(f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", json=given).status_code == 204
    user, client = organisation.user("sam@contoso.com", "Readers", unit=units["north"])
    organisation.lead(lastname="mine", ownerid=("systemuser", user))
    organisation.lead(lastname="of root")
    assert leads(client) == {"mine"}
    assert len(records.find(organisation.world, "role", name="Readers")) == 4
