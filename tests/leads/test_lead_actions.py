"""Creating, changing and deleting one lead: rights, checks, concurrency, audit."""

from typing import Any

import pytest
from sqlalchemy import select

from leadwright.actions.leads import create_lead, delete_lead, edit_lead
from leadwright.db import audit
from leadwright.db.sales import Account
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound

from .conftest import Office

JANE = {"firstname": "Jane", "lastname": "Doe", "companyname": "Acme", "emailaddress1": "Jane@Acme.example"}


def entries(office: Office) -> list[audit.AuditEntry]:
    with office.services.database.reading() as session:
        assert audit.broken_link(session) is None
        return list(session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.number)))


def test_a_new_lead_is_normalised_owned_by_its_maker_and_audited(office: Office) -> None:
    leadid = create_lead(office.services, office.seller, {**JANE, "numberofemployees": "1,200", "leadsourcecode": 8})
    (lead,) = office.leads()
    assert (lead.leadid, lead.fullname, lead.emailaddress1) == (leadid, "Jane Doe", "jane@acme.example")
    assert (lead.numberofemployees, lead.leadsourcecode, lead.leadqualitycode) == (1200, 8, 3)
    assert (lead.ownerid, lead.createdby, lead.versionnumber) == (office.seller_id, office.seller_id, 1)
    (entry,) = entries(office)
    assert (entry.action, entry.recordid, entry.actorname) == ("lead.created", leadid, "Sam Seller")
    assert entry.after["companyname"] == "Acme"


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"emailaddress1": "jane@"}, "emailaddress1", "Email: .* not an email address"),
        ({"numberofemployees": -1}, "numberofemployees", "cannot be negative"),
        ({"companyname": ""}, "companyname", "company or a name"),
        ({"versionnumber": 9}, "versionnumber", "no column"),
        ({"ownerid": "x"}, "ownerid", "no column"),
        ({"leadsourcecode": 99}, "leadsourcecode", "choices"),
        ({"parentaccountid": "no such"}, "parentaccountid", "no such account"),
        ({"statecode": 0, "statuscode": 3}, "statuscode", "does not go with"),
        ({"donotemail": "perhaps"}, "donotemail", "neither yes nor no"),
        ({"lw_timezone": "Mars/Olympus"}, "lw_timezone", "Time Zone: .* no time zone"),
        ({"lw_consentbasis": "perhaps"}, "lw_consentbasis", "Consent Basis: .* Express consent"),
        ({"lw_consenton": "2199-01-01"}, "lw_consenton", "Consent Date: 2199-01-01 is yet to come"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    small_office: Office, values: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        create_lead(small_office.services, small_office.admin, {"companyname": "Acme", **values})
    assert refused.value.field == field
    assert small_office.count() == 0


def test_a_change_bumps_the_version_and_keeps_before_and_after(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    assert edit_lead(office.services, office.admin, leadid, {"lastname": "Roe", "jobtitle": "CEO"}) == 2
    (lead,) = office.leads()
    assert (lead.fullname, lead.jobtitle, lead.versionnumber) == ("Jane Roe", "CEO", 2)
    entry = entries(office)[-1]
    assert entry.before == {"lastname": "Doe", "jobtitle": None, "fullname": "Jane Doe"}
    assert entry.after == {"lastname": "Roe", "jobtitle": "CEO", "fullname": "Jane Roe"}


def test_the_same_values_again_change_nothing(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    assert edit_lead(office.services, office.admin, leadid, {**JANE, "emailaddress1": "JANE@acme.example"}) == 1
    assert len(entries(office)) == 1


def test_a_lead_changed_meanwhile_is_a_conflict(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    edit_lead(office.services, office.admin, leadid, {"jobtitle": "CEO"}, versionnumber=1)
    with pytest.raises(Conflict, match="Load it again"):
        edit_lead(office.services, office.admin, leadid, {"jobtitle": "CFO"}, versionnumber=1)
    assert office.leads()[0].jobtitle == "CEO"


def test_an_empty_value_clears_a_column_but_never_both_names(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, {**JANE, "jobtitle": "CEO", "revenue": "$5M"})
    edit_lead(office.services, office.admin, leadid, {"jobtitle": "", "revenue": None, "companyname": " "})
    (lead,) = office.leads()
    assert (lead.jobtitle, lead.revenue, lead.companyname) == (None, None, None)
    with pytest.raises(BadInput, match="company or a name"):
        edit_lead(office.services, office.admin, leadid, {"fullname": ""})


def test_a_new_full_name_is_split(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    edit_lead(office.services, office.admin, leadid, {"fullname": "Roe, Joan"})
    (lead,) = office.leads()
    assert (lead.fullname, lead.firstname, lead.lastname) == ("Joan Roe", "Joan", "Roe")


def test_status_and_status_reason_go_together(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    edit_lead(office.services, office.admin, leadid, {"statuscode": 6})
    assert (office.leads()[0].statecode, office.leads()[0].statuscode) == (2, 6)
    edit_lead(office.services, office.admin, leadid, {"statecode": "Open"})
    assert (office.leads()[0].statecode, office.leads()[0].statuscode) == (0, 1)


def test_an_account_is_connected_and_disconnected(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    with office.services.database.transaction() as session:
        account = Account(name="Acme", ownerid=office.admin_id, owningbusinessunit=office.unit)
        session.add(account)
        session.flush()
    edit_lead(office.services, office.admin, leadid, {"parentaccountid": account.accountid})
    assert office.leads()[0].parentaccountid == account.accountid
    edit_lead(office.services, office.admin, leadid, {"parentaccountid": None})
    assert (office.leads()[0].parentaccountid, office.leads()[0].lw_accountunlinked) == (None, True)


def test_a_seller_sees_and_changes_own_leads_only(office: Office) -> None:
    mine = create_lead(office.services, office.seller, JANE)
    other = create_lead(office.services, office.admin, {"companyname": "Beta"})
    edit_lead(office.services, office.seller, mine, {"jobtitle": "CEO"})
    with pytest.raises(NotFound):
        edit_lead(office.services, office.seller, other, {"jobtitle": "CEO"})
    with pytest.raises(NotAllowed, match="prvDeleteLead"):
        delete_lead(office.services, office.seller, mine)
    with pytest.raises(NotAllowed, match="prvAssignLead"):
        create_lead(office.services, office.seller, {"companyname": "C"}, owner="ada@seller.example")


def test_a_deleted_lead_is_kept_in_the_audit_log(office: Office) -> None:
    leadid = create_lead(office.services, office.admin, JANE)
    delete_lead(office.services, office.admin, leadid)
    assert office.leads() == []
    assert entries(office)[-1].before["emailaddress1"] == "jane@acme.example"
    with pytest.raises(NotFound):
        delete_lead(office.services, office.admin, leadid)


def test_two_leads_with_one_address_may_be_made_by_hand(office: Office) -> None:
    create_lead(office.services, office.admin, JANE)
    create_lead(office.services, office.admin, JANE)
    assert sorted(bool(lead.lw_importkey) for lead in office.leads()) == [False, True]
