"""People over there win over the agent; between two people, one says whose word counts. Limits are checked first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_of_decisions import administrator, ours, work
from tests.workflows.office import runs_of

from leadwright.actions import mirror_writes
from leadwright.actions.leads import create_lead, delete_lead, edit_lead
from leadwright.db import audit
from leadwright.db.agent import LeadRun
from leadwright.db.audit import Actor
from leadwright.db.base import new_id
from leadwright.db.connection import CrmConnection
from leadwright.db.mirror import MirrorRow
from leadwright.db.mirror_writes import MirrorWrite, arriving
from leadwright.db.sales import Lead
from leadwright.errors import Conflict
from leadwright.identity.access import Principal
from leadwright.microsoft.errors import MicrosoftError
from leadwright.mirror.removing import remove
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics.dataverse import seed, store
from leadwright.sandbox.dynamics.dataverse.roles import SEED_ROLES
from leadwright.services import Services
from leadwright.workflows.research_lead import research_lead
from leadwright.workflows.runs import Given


def edit(mirrored: Mirrored, leadid: str, **values: object) -> None:
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, values)


def test_a_field_that_nobody_touched_is_written_to_the_new_version_of_the_row(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.theirs("lead", leadid, jobtitle="Head of buying")
    mirrored.send()
    there = mirrored.row("lead", leadid)
    assert (there["leadqualitycode"], there["jobtitle"]) == (2, "Head of buying")
    assert ours(mirrored, leadid).jobtitle == "Head of buying"
    assert {w.state for w in mirrored.writes()} == {"sent"}
    assert not any(w.inconflict for w in mirrored.writes())


def test_what_a_person_changed_there_stays_and_the_agents_write_of_it_is_dropped(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.theirs("lead", leadid, leadqualitycode=1)
    mirrored.send()
    there, here = mirrored.row("lead", leadid), ours(mirrored, leadid)
    assert there["leadqualitycode"] == here.leadqualitycode == 1
    assert there["ownerid"] == here.ownerid in mirrored.office.sellers
    (lost,) = [w for w in mirrored.writes() if w.inconflict]
    assert (lost.state, lost.conflicts) == ("sent", {"leadqualitycode": [2, 1]})
    assert "Rating: 1 there, 2 here" in lost.reason


def test_what_a_person_changed_there_wins_also_when_the_agent_decides_anew_before_anything_is_sent(
    mirrored: Mirrored,
) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.theirs("lead", leadid, leadqualitycode=1)
    mirrored.load("lead")  # it is seen, and not taken in, as ours waits
    assert ours(mirrored, leadid).leadqualitycode == 2
    with mirrored.database.transaction() as session:
        session.get_one(Lead, leadid).leadqualitycode = 3
        rating = {"before": {"leadqualitycode": 2}, "after": {"leadqualitycode": 3}}
        audit.record(session, Actor(None, "agent", "Agent"), "lead.rated", "lead", leadid, **rating)
    mirrored.send()
    mirrored.send()
    assert mirrored.row("lead", leadid)["leadqualitycode"] == ours(mirrored, leadid).leadqualitycode == 1
    assert [w.action for w in mirrored.writes() if w.inconflict][-1] == "lead.rated"


def test_a_lead_that_a_person_took_over_there_is_let_go_and_the_seller_is_not_told(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    person = mirrored.office.supervisor
    mirrored.theirs("lead", leadid, ownerid=("systemuser", person))
    mirrored.send()
    mirrored.send()
    assert mirrored.row("lead", leadid)["ownerid"] == ours(mirrored, leadid).ownerid == person
    assert mirrored.row("lead", leadid)["leadqualitycode"] == 2
    assert mirrored.find("appnotification") == []
    (news,) = mirrored.writes(kind="notify")
    assert (news.state, news.reason) == ("dropped", "Somebody else owns the lead in Dynamics 365.")


def test_an_agent_that_works_on_a_lead_lets_go_of_it_when_a_person_took_it_there(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1)
    person = mirrored.office.supervisor
    (run,) = runs_of(mirrored.office)

    def taken_there(_company: str) -> None:  # while the agent researches
        mirrored.theirs("lead", leadid, ownerid=("systemuser", person))
        mirrored.send()

    mirrored.office.services.analyst.before = taken_there  # type: ignore[attr-defined]
    research_lead(mirrored.office.services, Given(run.runid, leadid, 1, 0))
    (run,) = runs_of(mirrored.office)
    assert (run.stage, run.reasons) == ("cancelled", ["Supervisor took the lead over meanwhile."])
    mirrored.send()
    assert mirrored.row("lead", leadid)["ownerid"] == ours(mirrored, leadid).ownerid == person


def test_two_people_who_changed_the_same_field_are_asked_and_retry_sends_ours(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    edit(mirrored, leadid, jobtitle="Buyer here", companyname="Here Ltd")
    mirrored.theirs("lead", leadid, jobtitle="Buyer there")
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"
    (held,) = mirrored.writes()
    assert (held.state, held.changes) == ("held", {"jobtitle": "Buyer here"})
    assert "Job Title: Buyer there there, Buyer here here. Retry sends ours, Drop keeps theirs." in held.reason
    assert ours(mirrored, leadid).jobtitle == "Buyer here"
    mirror_writes.retry(mirrored.office.services, administrator(mirrored), held.number)
    mirrored.send()
    assert mirrored.row("lead", leadid)["jobtitle"] == "Buyer here"
    assert mirrored.writes()[0].state == "sent"


def test_drop_keeps_what_is_there_and_it_comes_in_at_once(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    edit(mirrored, leadid, jobtitle="Buyer here")
    mirrored.theirs("lead", leadid, jobtitle="Buyer there")
    mirrored.send()
    (held,) = mirrored.writes()
    who = administrator(mirrored)
    assert mirror_writes.retry_all(mirrored.office.services, who) == 0  # it is not overwritten by the dozen
    mirror_writes.drop(mirrored.office.services, who, held.number)
    mirrored.send()
    assert mirrored.row("lead", leadid)["jobtitle"] == ours(mirrored, leadid).jobtitle == "Buyer there"
    with pytest.raises(Conflict, match="over already"):
        mirror_writes.drop(mirrored.office.services, who, held.number)


def test_a_text_that_is_too_long_there_is_held_and_a_shorter_one_takes_its_place(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.add_own_column("cr_region", "string 10; Region")
    edit(mirrored, leadid, cr_region="Far too northern", companyname="Here Ltd")
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"
    (held,) = mirrored.writes()
    assert (held.state, list(held.changes)) == ("held", ["cr_region"])
    assert "Region has 16 characters; in Dynamics 365 it takes 10. Shorten it here" in held.reason
    edit(mirrored, leadid, cr_region="North")
    mirrored.send()
    assert mirrored.row("lead", leadid)["cr_region"] == "North"
    assert [(w.state, w.reason) for w in mirrored.writes()] == [("dropped", "It was decided anew since."), ("sent", "")]


def test_the_rest_of_what_was_held_goes_out_when_what_was_refused_is_decided_anew(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    who = administrator(mirrored)
    before = {"ownerid": ours(mirrored, leadid).ownerid, "jobtitle": None}
    with mirrored.database.transaction() as session:
        audit.record(
            session, who.actor, "lead.edited", "lead", leadid, before=before,
            after={"ownerid": new_id(), "jobtitle": "Buyer"},
        )  # fmt: skip
    mirrored.send()
    (held,) = mirrored.writes()
    assert (held.state, set(held.changes)) == ("held", {"ownerid", "jobtitle"})
    with mirrored.database.transaction() as session:
        audit.record(
            session, who.actor, "lead.assigned", "lead", leadid, before=before, after={"ownerid": before["ownerid"]}
        )
    mirrored.send()
    assert [(w.state, w.reason) for w in mirrored.writes()] == [("sent", "")] * 2
    assert mirrored.row("lead", leadid)["jobtitle"] == "Buyer"


def test_a_day_for_an_own_moment_is_written_as_one_and_is_no_conflict_when_only_another_column_changed_there(
    mirrored: Mirrored,
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.add_own_column("cr_since", "datetime; Since", kind="datetime")
    edit(mirrored, leadid, cr_since="2026-11-26")
    mirrored.send()
    assert mirrored.row("lead", leadid)["cr_since"] == "2026-11-26T00:00:00Z"
    edit(mirrored, leadid, cr_since="2026-11-27T09:30:00+01:00", companyname="Here Ltd")
    mirrored.theirs("lead", leadid, jobtitle="Buyer there")
    mirrored.send()
    assert mirrored.row("lead", leadid)["cr_since"] == "2026-11-27T08:30:00Z"
    assert [(w.state, w.reason) for w in mirrored.writes()] == [("sent", ""), ("sent", "")]
    shown = ours(mirrored, leadid).custom["cr_since"]
    edit(mirrored, leadid, cr_since=shown)  # a form that is stored as it was shown
    assert len(mirrored.writes()) == 2


def test_an_own_column_that_was_deleted_there_is_held_with_its_name_and_the_rest_is_written(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.add_own_column("cr_region", "string 100; Region")
    writer = mirrored.writer()
    edit(mirrored, leadid, cr_region="South")
    mirrored.send(writer)
    assert mirrored.row("lead", leadid)["cr_region"] == "South"
    store.delete_column(mirrored.world, "lead", "cr_region")  # the writer has read the metadata before
    edit(mirrored, leadid, cr_region="North", companyname="Here Ltd")
    mirrored.send(writer)
    mirrored.send(writer)
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"
    _, held = mirrored.writes()
    assert (held.state, held.changes) == ("held", {"cr_region": "North"})
    assert "no column cr_region (any more)" in held.reason


def test_a_row_that_we_may_not_write_is_held_and_goes_when_it_may(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Salesperson")
    edit(mirrored, leadid, companyname="Here Ltd")
    mirrored.send()
    (held,) = mirrored.writes()
    assert held.state == "held", (held.state, held.reason)
    assert "WriteAccess" in held.reason
    seed.give_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    assert mirror_writes.retry_all(mirrored.office.services, administrator(mirrored)) == 1
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"


@pytest.mark.parametrize("is_hidden", [False, True])
def test_drop_of_a_change_to_a_row_that_is_out_of_sight_is_the_end_of_it(mirrored: Mirrored, is_hidden: bool) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    mirrored.theirs("lead", leadid, jobtitle="Head of buying")
    mirrored.world.break_it("deny row", leadid)
    edit_lead(services, who, leadid, {"companyname": "Here Ltd"})
    mirrored.send()
    (held,) = mirrored.writes(state="held")
    if is_hidden:
        with mirrored.database.transaction() as session:
            session.execute(update(MirrorRow).where(MirrorRow.recordid == leadid).values(hidden=True))
    mirror_writes.drop(services, who, held.number)
    mirrored.send()
    assert [w.state for w in mirrored.writes()] == ["dropped"] * (1 if is_hidden else 2)
    assert is_here(mirrored, leadid)


def test_a_lead_that_was_deleted_there_is_dropped_and_goes_here(mirrored: Mirrored) -> None:
    from leadwright.sandbox.dynamics.dataverse import records

    (leadid,) = mirrored.leads(1, queued=False)
    edit(mirrored, leadid, companyname="Here Ltd")
    records.delete(mirrored.world, "lead", leadid, by=seed.administrator(mirrored.world))
    mirrored.send()
    (write,) = mirrored.writes()
    assert (write.state, "was deleted in Dynamics 365" in write.reason) == ("dropped", True)
    with mirrored.database.reading() as session:
        assert session.scalar(select(LeadRun.runid).where(LeadRun.leadid == leadid)) is None


def test_what_waits_or_is_held_about_a_lead_that_is_deleted_there_is_dropped_when_that_is_read(
    mirrored: Mirrored,
) -> None:
    leadid, other = work(mirrored, 2)
    with mirrored.database.transaction() as session:
        first = session.scalars(select(MirrorWrite).where(MirrorWrite.lane == leadid)).first()
        assert first is not None
        first.state = "held"
    with mirrored.database.transaction() as session, arriving(session):
        assert remove(session, TABLES["lead"], [leadid]) == 1
    writes = mirrored.writes(lane=leadid)
    assert {w.recordid == leadid for w in writes} == {True, False}  # its notes and news too
    assert {(w.state, w.reason) for w in writes} == {("dropped", "The lead was deleted in Dynamics 365.")}
    assert all(w.concludedon for w in writes)
    assert {w.state for w in mirrored.writes(lane=other)} == {"waiting"}


def test_the_role_that_is_taken_while_it_works_makes_everything_wait_and_go_on_by_itself(mirrored: Mirrored) -> None:
    work(mirrored, 2)
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Basic User")
    mirrored.send()
    waiting = [w for w in mirrored.writes() if w.state == "waiting"]
    assert waiting
    assert any("privilege prv" in w.reason and "security role" in w.reason for w in waiting)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    mirrored.shift = timedelta(minutes=10)
    mirrored.send()
    mirrored.shift = timedelta(minutes=20)
    mirrored.send()
    assert {w.state for w in mirrored.writes()} == {"sent"}, [(w.kind, w.state, w.reason) for w in mirrored.writes()]


def test_a_value_that_is_no_option_there_is_held_with_its_name(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.add_own_column("cr_tier", "choice 1 Gold | 2 Silver; Tier", kind="number")
    edit(mirrored, leadid, cr_tier=3)
    mirrored.send()
    (held,) = mirrored.writes()
    assert held.reason.startswith("Tier has no option 3 in Dynamics 365.")


def test_tables_that_the_organisation_does_not_have_are_passed_over(mirrored: Mirrored) -> None:
    store.delete_table(mirrored.world, "msdyn_salesagentrun")
    with mirrored.database.transaction() as session:
        session.execute(update(CrmConnection).values(usemsdyn=True))
    work(mirrored, 1)
    mirrored.send()
    reasons = {w.reason for w in mirrored.writes() if w.state == "dropped"}
    assert "The organisation has no table msdyn_salesagentrun." in reasons
    assert len(mirrored.find("annotation")) == 1
    assert {w.state for w in mirrored.writes() if not w.tablename.startswith("msdyn_")} == {"sent"}


def test_a_right_that_only_notes_lack_keeps_no_handover_waiting(mirrored: Mirrored) -> None:
    leads = work(mirrored, 2)
    seed.take_role(mirrored.world, mirrored.office.agent_user, "AISalesPerson")
    line = SEED_ROLES["AISalesPerson"].replace("Global Read Write Append AppendTo Create Assign: Note Connection; ", "")
    seed.make_role(mirrored.world, "Without notes", line)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "Without notes")
    mirrored.send()
    mirrored.send()
    for leadid in leads:
        assert mirrored.row("lead", leadid)["ownerid"] in mirrored.office.sellers
    assert len(mirrored.find("appnotification")) == 2
    waiting = [w for w in mirrored.writes() if w.state == "waiting"]
    assert {w.tablename for w in waiting} == {"annotation"}
    assert all("prvCreateNote" in w.reason for w in waiting)


def test_what_waits_about_a_lead_that_is_deleted_here_is_dropped(mirrored: Mirrored) -> None:
    (leadid,) = work(mirrored, 1)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    delete_lead(mirrored.office.services, administrator(mirrored), leadid)
    mirrored.send()
    assert mirrored.find("lead") == mirrored.find("annotation") == mirrored.find("appnotification") == []
    assert {w.state for w in mirrored.writes()} == {"dropped", "sent"}
    assert [w.kind for w in mirrored.writes(state="sent")] == ["delete"]


def is_here(mirrored: Mirrored, leadid: str) -> bool:
    with mirrored.database.reading() as session:
        return session.get(Lead, leadid) is not None


def test_a_row_that_a_person_changed_is_deleted_there_only_when_that_one_is_retried(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
    delete_lead(services, who, leadid)
    mirrored.send()
    (held,) = mirrored.writes()
    assert (held.state, "Retry deletes it there anyway, Drop keeps it" in held.reason) == ("held", True)
    assert mirror_writes.retry_all(services, who) == 0
    mirrored.send()
    assert mirrored.row("lead", leadid)["jobtitle"] == "A person wrote this"
    mirror_writes.retry(services, who, held.number)
    mirrored.send()
    assert mirrored.find("lead") == []
    assert mirrored.writes()[0].state == "sent"


def test_a_row_that_waits_to_be_deleted_there_stays_away_and_what_a_person_does_to_it_meanwhile_is_kept(
    mirrored: Mirrored,
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    delete_lead(services, who, leadid)
    mirrored.send()
    (refused,) = mirrored.writes()
    assert (refused.state, "DeleteAccess" in refused.reason) == ("held", True)
    mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
    mirrored.load("lead")
    assert not is_here(mirrored, leadid)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    mirror_writes.retry(services, who, refused.number)  # it was not refused for what a person did
    mirrored.send()
    (held,) = mirrored.writes()
    assert (held.state, mirrored.row("lead", leadid)["jobtitle"]) == ("held", "A person wrote this")
    mirror_writes.drop(services, who, held.number)
    mirrored.send()
    assert ours(mirrored, leadid).jobtitle == "A person wrote this"
    mirrored.theirs("lead", leadid, jobtitle="And this")
    mirrored.load("lead")
    assert ours(mirrored, leadid).jobtitle == "And this"


def test_a_lead_that_is_deleted_here_while_it_is_created_there_stays_away_on_both_sides(mirrored: Mirrored) -> None:
    services, who = mirrored.office.services, administrator(mirrored)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    leadid = create_lead(services, who, {"fullname": "Nora North", "companyname": "North Ltd"})
    mirrored.send(mirrored.writer(step=once("sending", lambda: delete_lead(services, who, leadid))))
    mirrored.send()
    assert mirrored.find("lead") == []
    assert not is_here(mirrored, leadid)
    assert [w.state for w in mirrored.writes(kind="delete")] == ["sent"]


def changed_here(mirrored: Mirrored) -> tuple[Services, Principal, str]:
    """A lead that was changed here, not sent yet, and whose deletion the application user may carry out."""
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    edit_lead(services, who, leadid, {"companyname": "Here Ltd"})
    return services, who, leadid


def test_a_lead_that_is_deleted_here_while_our_own_change_goes_out_is_deleted_there(mirrored: Mirrored) -> None:
    services, who, leadid = changed_here(mirrored)
    mirrored.send(mirrored.writer(step=once("sending", lambda: delete_lead(services, who, leadid))))
    mirrored.send()
    assert mirrored.find("lead") == []
    assert [(w.kind, w.state) for w in mirrored.writes()] == [("change", "sent"), ("delete", "sent")]


def test_what_a_person_does_over_there_after_a_lead_was_deleted_here_is_kept_whatever_was_under_way_then(
    mirrored: Mirrored,
) -> None:
    services, who, leadid = changed_here(mirrored)
    mirrored.world.break_it("server error", {"path": "$batch", "status": "503"})
    with pytest.raises(MicrosoftError):
        mirrored.send()
    assert [w.doubtful for w in mirrored.writes()] == [True]
    delete_lead(services, who, leadid)
    mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
    mirrored.load("lead")
    mirrored.world.mend()
    mirrored.shift = timedelta(minutes=20)
    mirrored.send()
    assert [(w.kind, w.state) for w in mirrored.writes()] == [("change", "dropped"), ("delete", "held")]
    assert mirrored.row("lead", leadid)["jobtitle"] == "A person wrote this"


@pytest.mark.parametrize("is_new", [False, True])
def test_a_lead_that_was_deleted_here_while_we_sent_something_of_it_may_go_as_we_made_it_and_no_later(
    mirrored: Mirrored, is_new: bool
) -> None:
    services, who = mirrored.office.services, administrator(mirrored)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    if is_new:
        leadid = create_lead(services, who, {"fullname": "Nora North", "companyname": "North Ltd"})
    else:
        (leadid,) = mirrored.leads(1, queued=False)
        edit_lead(services, who, leadid, {"companyname": "Here Ltd"})
    mirrored.writer(step=once("sending", lambda: delete_lead(services, who, leadid))).send_due()
    mirrored.theirs("lead", leadid, jobtitle="A person wrote this")
    mirrored.load("lead")
    mirrored.send()
    (held,) = mirrored.writes(kind="delete")
    assert (held.state, mirrored.row("lead", leadid)["jobtitle"]) == ("held", "A person wrote this")
    assert not is_here(mirrored, leadid)


def test_a_person_who_changed_a_lead_before_our_own_change_of_it_went_out_keeps_it_although_it_was_deleted_here(
    mirrored: Mirrored,
) -> None:
    services, who, leadid = changed_here(mirrored)

    def both() -> None:
        delete_lead(services, who, leadid)
        mirrored.theirs("lead", leadid, jobtitle="A person wrote this")

    mirrored.send(mirrored.writer(step=once("sending", both)))
    mirrored.send()
    assert [(w.kind, w.state) for w in mirrored.writes()] == [("change", "sent"), ("delete", "held")]
    assert mirrored.row("lead", leadid)["jobtitle"] == "A person wrote this"


def once(name: str, does: Callable[[], object]) -> Callable[[str], None]:
    """A step of the writer at which something happens, the first time."""
    left = [does]

    def step(at: str) -> None:
        if at == name and left:
            left.pop()()

    return step
