"""A lead that was deleted here while its creation over there was under way: what a person did to it there is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_conflicts import is_here, once
from tests.mirror.test_writes_of_decisions import administrator

from leadwright.actions import mirror_writes
from leadwright.actions.leads import create_lead, delete_lead
from leadwright.actions.qualify import qualify
from leadwright.db.sales import AppNotification
from leadwright.microsoft.errors import MicrosoftError
from leadwright.sandbox.dynamics.dataverse import roles, seed


def created_here(mirrored: Mirrored) -> str:
    """A lead that is to be created over there, where the application user may delete it."""
    may_delete(mirrored)
    given = {"fullname": "Nora North", "companyname": "North Ltd"}
    return create_lead(mirrored.office.services, administrator(mirrored), given)


def may_delete(mirrored: Mirrored, line: str = "Global Delete: Lead") -> None:
    """What the privilege check names as needed for it, in a role beside AISalesPerson."""
    seed.make_role(mirrored.world, "Deletes leads", line)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Deletes leads")


def delete(mirrored: Mirrored, leadid: str) -> None:
    delete_lead(mirrored.office.services, administrator(mirrored), leadid)


def send_later(mirrored: Mirrored) -> None:
    mirrored.world.mend()
    mirrored.shift += timedelta(minutes=20)
    mirrored.send()
    mirrored.send()


def die() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("is_edited", [True, False])
@pytest.mark.parametrize("is_read", [True, False])
def test_a_lead_whose_creation_a_dead_worker_left_is_deleted_there_when_a_person_says_so(
    mirrored: Mirrored, is_edited: bool, is_read: bool
) -> None:
    services, who, leadid = mirrored.office.services, administrator(mirrored), created_here(mirrored)
    with pytest.raises(KeyboardInterrupt):
        mirrored.send(mirrored.writer(step=once("answered", die)))
    delete(mirrored, leadid)
    if is_edited:
        mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
    if is_read:
        mirrored.load("lead")
    send_later(mirrored)
    (held,) = mirrored.writes(kind="delete")
    assert (held.state, len(mirrored.find("lead")), is_here(mirrored, leadid)) == ("held", 1, False)
    assert mirror_writes.retry_all(services, who) == 0
    if is_edited:
        mirror_writes.drop(services, who, held.number)
        mirrored.send()
        assert (is_here(mirrored, leadid), mirrored.row("lead", leadid)["jobtitle"]) == (True, "A person wrote this")
    else:
        mirror_writes.retry(services, who, held.number)
        mirrored.send()
        assert mirrored.find("lead") == []


@pytest.mark.parametrize("is_edited", [True, False])
def test_a_lead_that_is_read_before_the_answer_to_its_creation_comes_goes_as_we_made_it_and_no_later(
    mirrored: Mirrored, is_edited: bool
) -> None:
    leadid = created_here(mirrored)

    def read() -> None:
        if is_edited:
            mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
        mirrored.load("lead")

    steps = once("sending", lambda: delete(mirrored, leadid)), once("answered", read)

    def both(name: str) -> None:
        for step in steps:
            step(name)

    mirrored.send(mirrored.writer(step=both))
    mirrored.send()
    assert [w.state for w in mirrored.writes(kind="delete")] == ["held" if is_edited else "sent"]
    assert len(mirrored.find("lead")) == is_edited


@pytest.mark.parametrize("is_made", [True, False])
def test_a_lead_whose_creation_failed_is_deleted_there_only_if_it_is_not_there(
    mirrored: Mirrored, is_made: bool
) -> None:
    leadid = created_here(mirrored)
    trouble = "drop after commit" if is_made else "server error"

    def breaks() -> None:
        mirrored.world.break_it(trouble, {"path": "$batch", "status": "503"})

    with pytest.raises(MicrosoftError):
        mirrored.send(mirrored.writer(step=once("sending", breaks)))
    delete(mirrored, leadid)
    send_later(mirrored)
    assert [w.state for w in mirrored.writes(kind="create")] == ["dropped"]
    assert [w.state for w in mirrored.writes(kind="delete")] == ["held" if is_made else "sent"]
    assert len(mirrored.find("lead")) == is_made
    if is_made:
        (held,) = mirrored.writes(state="held")
        mirror_writes.drop(mirrored.office.services, administrator(mirrored), held.number)
        mirrored.load("lead")
        assert is_here(mirrored, leadid)


def test_a_lead_that_we_made_and_changed_is_deleted_there_without_a_person(mirrored: Mirrored) -> None:
    leadid = created_here(mirrored)  # its owner is set after its creation
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}
    delete(mirrored, leadid)
    mirrored.send()
    assert mirrored.find("lead") == []


def test_a_lead_deleted_here_while_it_is_qualified_there_is_held_with_words_that_are_true(mirrored: Mirrored) -> None:
    leadid = created_here(mirrored)
    mirrored.send()
    qualify(mirrored.office.services, administrator(mirrored), leadid)

    def die_when_it_is(name: str) -> None:
        if name == "answered" and mirrored.row("lead", leadid)["statecode"]:
            die()

    with pytest.raises(KeyboardInterrupt):
        mirrored.send(mirrored.writer(step=die_when_it_is))
    delete(mirrored, leadid)
    send_later(mirrored)
    (held,) = mirrored.writes(kind="delete")
    assert held.state == "held"
    assert "by a person, or by what was on its way there from here" in held.reason


def test_a_deletion_for_which_the_privilege_is_missing_says_so_and_goes_by_itself_once_it_is_given(
    mirrored: Mirrored,
) -> None:
    services, who, (leadid,) = mirrored.office.services, administrator(mirrored), mirrored.leads(1, queued=False)
    line = roles.SEED_ROLES["AISalesPerson"].replace("User Create Delete Share: Lead", "User Create Share: Lead")
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    may_delete(mirrored, line)
    delete(mirrored, leadid)
    mirrored.send()
    (shown,) = mirror_writes.outgoing(services, who, "waiting").rows
    assert ("prvDeleteLead is missing" in shown.reason, shown.may_be_decided) == (True, True)
    with mirrored.database.reading() as session:
        query = select(AppNotification.body).where(AppNotification.title.contains("does not take"))
        told = session.scalars(query).all()
    assert {"prvDeleteLead" in body for body in told} == {True}
    seed.make_role(mirrored.world, "Deletes all leads", "Global Delete: Lead")
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Deletes all leads")
    mirrored.shift += timedelta(minutes=6)
    mirrored.send()
    assert mirrored.find("lead") == []


def test_a_lead_of_a_seller_that_the_role_may_not_delete_is_held_with_the_privilege_and_its_depth(
    mirrored: Mirrored,
) -> None:
    services, who, (leadid,) = mirrored.office.services, administrator(mirrored), mirrored.leads(1, queued=False)
    delete(mirrored, leadid)  # AISalesPerson deletes its own leads alone
    mirrored.send()
    (held,) = mirrored.writes(kind="delete")
    assert (held.state, "prvDeleteLead (Organization)" in held.reason) == ("held", True)
    may_delete(mirrored)
    assert mirror_writes.retry_all(services, who) == 1
    mirrored.send()
    assert mirrored.find("lead") == []


def test_a_lead_that_may_not_be_deleted_there_comes_back_here_when_that_is_dropped(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    delete(mirrored, leadid)
    mirrored.send()
    (held,) = mirrored.writes(kind="delete")
    assert not is_here(mirrored, leadid)
    mirror_writes.drop(mirrored.office.services, administrator(mirrored), held.number)
    mirrored.send()
    assert is_here(mirrored, leadid)
