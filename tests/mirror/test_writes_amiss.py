"""What is refused over there never takes a lead away here, and nothing goes to an organisation that is not ours."""

from datetime import timedelta
from typing import Any

import pytest
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_of_decisions import administrator, ours

from leadwright.actions.leads import edit_lead
from leadwright.actions.qualify import qualify
from leadwright.db import audit
from leadwright.db.base import new_id
from leadwright.db.mirror import MirrorState
from leadwright.db.sales import Lead
from leadwright.errors import CrmError
from leadwright.sandbox.dynamics.dataverse import roles, seed


def test_an_owner_who_is_not_there_holds_the_write_and_the_lead_stays(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    actor, nobody = administrator(mirrored).actor, new_id()
    with mirrored.database.transaction() as session:
        before = session.get_one(Lead, leadid).ownerid
        after: dict[str, Any] = {"ownerid": nobody}
        audit.record(session, actor, "lead.reassigned", "lead", leadid, before={"ownerid": before}, after=after)
    mirrored.send()
    (held,) = mirrored.writes()
    assert held.state == "held"
    assert "does not know a record that was chosen here" in held.reason
    assert ours(mirrored, leadid).leadid == leadid
    assert mirrored.row("lead", leadid)["ownerid"] == before


def test_an_account_that_is_refused_keeps_the_qualified_lead_and_goes_when_the_right_is_given(
    mirrored: Mirrored,
) -> None:
    (leadid,) = mirrored.leads(1, queued=False, companyname="Acme")
    narrow = [part for part in roles.SEED_ROLES["AISalesPerson"].split(";") if "Account" not in part]
    seed.make_role(mirrored.world, "Without accounts", ";".join(narrow))
    seed.give_role(mirrored.world, mirrored.connected.userid, "Without accounts")
    seed.take_role(mirrored.world, mirrored.connected.userid, "AISalesPerson")
    made = qualify(mirrored.office.services, administrator(mirrored), leadid)
    mirrored.send()
    assert ours(mirrored, leadid).statecode == 1
    assert {w.state for w in mirrored.writes(kind="create", tablename="account")} == {"waiting"}
    seed.give_role(mirrored.world, mirrored.connected.userid, "AISalesPerson")
    for _ in range(3):
        mirrored.again()
        mirrored.send()
    assert mirrored.row("lead", leadid)["statecode"] == 1
    assert mirrored.row("account", str(made.accountid))["name"] == "Acme"
    assert ours(mirrored, leadid).statecode == 1


def test_a_copy_that_takes_the_organisation_s_place_under_its_address_is_noticed(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=mirrored.world.organizationid))
    writer = mirrored.writer()
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    mirrored.send(writer)
    mirrored.world.organizationid = new_id()
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "There Ltd"})
    mirrored.shift += timedelta(minutes=16)
    with pytest.raises(CrmError, match="another organisation"):
        writer.send_due()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"


def test_nothing_is_written_to_another_organisation(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=new_id()))
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Elsewhere Ltd"})
    writer = mirrored.writer()
    with pytest.raises(CrmError, match="another organisation"):
        writer.send_due()
    assert writer.send_due() == 0
    assert mirrored.row("lead", leadid)["companyname"] != "Elsewhere Ltd"
    assert {w.state for w in mirrored.writes()} == {"waiting"}
    with mirrored.database.transaction() as session:
        session.merge(MirrorState(mirrorid="dynamics365", organizationid=mirrored.world.organizationid))
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Elsewhere Ltd"
