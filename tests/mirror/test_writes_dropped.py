"""What an administrator drops becomes here what it is over there at once, whatever else waits about the record."""

from datetime import timedelta

import pytest
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_conflicts import once
from tests.mirror.test_writes_of_decisions import administrator, ours

from leadwright.actions import mirror_writes
from leadwright.actions.connected_records import create_record
from leadwright.actions.leads import edit_lead
from leadwright.db import audit
from leadwright.db.mirror_seen import NO_VERSION, last_seen
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.microsoft.errors import MicrosoftError
from leadwright.sandbox.dynamics.dataverse import seed
from leadwright.sandbox.dynamics.dataverse.roles import SEED_ROLES

OF_LEADS = "Global Read Write Append AppendTo Assign: Lead;"
READ_ONLY = "Global Read: Lead;"
NOT_THIS_ROW = "Global Read: Lead; User Write Append AppendTo Assign: Lead;"


def dropped(mirrored: Mirrored) -> str:
    """A lead whose address both sides changed and an administrator dropped here."""
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    edit_lead(services, who, leadid, {"emailaddress1": "wrong@here.example"})
    mirrored.theirs("lead", leadid, emailaddress1="right@there.example")
    mirrored.send()
    (held,) = mirrored.writes(state="held")
    mirror_writes.drop(services, who, held.number)
    return leadid


def dropped_beside_another(mirrored: Mirrored) -> str:
    """The same; its company waits to be sent."""
    leadid = dropped(mirrored)
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    return leadid


def give(mirrored: Mirrored, rights: str) -> None:
    assert OF_LEADS in SEED_ROLES["AISalesPerson"]
    seed.make_role(mirrored.world, "Less", SEED_ROLES["AISalesPerson"].replace(OF_LEADS, rights))
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Less")
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")


def look_of(mirrored: Mirrored) -> MirrorWrite:
    (found,) = mirrored.writes(action="mirror.read_again")
    return found


def is_known_as_it_is(mirrored: Mirrored, leadid: str) -> bool:
    there = mirrored.dataverse.get(f"leads({leadid})", select="jobtitle")
    with mirrored.database.reading() as session:
        seen = last_seen(session, "lead", leadid)
    return seen is not None and seen.etag == there["@odata.etag"]


@pytest.mark.parametrize(("rights", "other"), [(READ_ONLY, "waiting"), (NOT_THIS_ROW, "held"), (OF_LEADS, "sent")])
def test_what_is_there_comes_in_whether_or_not_another_change_of_the_row_can_be_sent(
    mirrored: Mirrored, rights: str, other: str
) -> None:
    leadid = dropped_beside_another(mirrored)
    give(mirrored, rights)
    mirrored.send()
    here = ours(mirrored, leadid)
    assert (here.emailaddress1, here.companyname) == ("right@there.example", "Here Ltd")
    assert [w.state for w in mirrored.writes()] == ["dropped", "sent", other]
    assert look_of(mirrored).reason == ""
    assert is_known_as_it_is(mirrored, leadid)


def test_a_row_that_cannot_be_read_is_said_to_be_so_and_read_as_soon_as_it_can_be(mirrored: Mirrored) -> None:
    leadid = dropped_beside_another(mirrored)
    mirrored.world.break_it("deny row", leadid)
    mirrored.send()
    assert [w.state for w in mirrored.writes()] == ["dropped", "dropped", "held"]
    assert "cannot be read" in look_of(mirrored).reason
    assert ours(mirrored, leadid).emailaddress1 == "wrong@here.example"
    with mirrored.database.reading() as session:
        seen = last_seen(session, "lead", leadid)
    assert seen is not None
    assert seen.etag == NO_VERSION
    mirrored.world.mend()
    mirror_writes.retry_all(mirrored.office.services, administrator(mirrored))
    mirrored.send()
    assert ours(mirrored, leadid).emailaddress1 == "right@there.example"
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"


def test_what_was_read_stays_read_when_the_row_is_another_or_out_of_sight_before_the_other_change_is_sent(
    mirrored: Mirrored,
) -> None:
    leadid = dropped_beside_another(mirrored)

    def changed_and_hidden() -> None:
        mirrored.theirs("lead", leadid, jobtitle="Head of buying")
        mirrored.world.break_it("deny row", leadid)

    mirrored.send(mirrored.writer(step=once("sending", changed_and_hidden)))
    assert [w.state for w in mirrored.writes()] == ["dropped", "sent", "held"]
    assert ours(mirrored, leadid).emailaddress1 == "right@there.example"
    with mirrored.database.reading() as session:
        seen = last_seen(session, "lead", leadid)
    assert seen is not None
    assert seen.etag != NO_VERSION


def test_a_look_that_the_line_breaks_off_is_tried_again(mirrored: Mirrored) -> None:
    leadid = dropped_beside_another(mirrored)
    mirrored.world.break_it("server error", {"path": "$batch", "status": "503"})
    with pytest.raises(MicrosoftError):
        mirrored.send()
    assert look_of(mirrored).state == "waiting"
    mirrored.world.mend()
    mirrored.shift = timedelta(minutes=20)
    mirrored.send()
    assert ours(mirrored, leadid).emailaddress1 == "right@there.example"
    assert [w.state for w in mirrored.writes()] == ["dropped", "sent", "sent"]


def test_what_is_there_comes_in_although_another_change_waits_for_an_account_that_is_refused(
    mirrored: Mirrored,
) -> None:
    leadid = dropped(mirrored)
    services, who = mirrored.office.services, administrator(mirrored)
    narrow = [part for part in SEED_ROLES["AISalesPerson"].split(";") if "Account" not in part]
    seed.make_role(mirrored.world, "Without accounts", ";".join(narrow))
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Without accounts")
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    accountid = create_record(services, who, "account", {"name": "Here Ltd"})
    before = {"parentaccountid": None}
    with mirrored.database.transaction() as session:
        audit.record(
            session, who.actor, "lead.edited", "lead", leadid, before=before, after={"parentaccountid": accountid}
        )
    mirrored.send()
    assert {w.reason for w in mirrored.writes(state="waiting", tablename="lead")} == {
        "It waits for a record that could not be created yet."
    }
    assert ours(mirrored, leadid).emailaddress1 == "right@there.example"
    assert look_of(mirrored).state == "sent"
