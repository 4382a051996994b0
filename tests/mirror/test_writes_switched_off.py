"""What is decided here while the connection is off goes out when it is on again, and is not lost meanwhile."""

import pytest
from sqlalchemy import select, update
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_both_ways import incoming
from tests.mirror.test_writes_conflicts import edit
from tests.mirror.test_writes_of_decisions import administrator, ours, work

from leadwright.actions import mirror, mirror_writes
from leadwright.actions.dynamics_rows import Tried, copy_of, keep_row
from leadwright.actions.leads import create_lead, delete_lead
from leadwright.actions.qualify import qualify
from leadwright.db.connection import CrmConnection
from leadwright.db.mirror_writes import pending_fields
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.platform import ConnectionState
from leadwright.mirror.incoming import Incoming
from leadwright.sandbox.dynamics.dataverse import seed

__all__ = ["incoming"]


def turn(mirrored: Mirrored, state: ConnectionState) -> None:
    with mirrored.database.reading() as session:
        former = session.scalars(select(CrmConnection)).one()
        session.expunge(former)
    row = copy_of(former)
    row.state = state
    keep_row(mirrored.office.services, administrator(mirrored), row, former, "connection.changed", Tried())


def off(mirrored: Mirrored) -> None:
    turn(mirrored, ConnectionState.OFF)


def on(mirrored: Mirrored) -> None:
    turn(mirrored, ConnectionState.ON)


def test_what_was_decided_while_it_was_off_goes_out_when_it_is_on_again(mirrored: Mirrored, incoming: Incoming) -> None:
    leadid, untouched = mirrored.leads(2, queued=False)
    mirrored.add_own_column("cr_region", "string 100; Region")
    off(mirrored)
    edit(mirrored, leadid, donotemail=True, jobtitle="Buyer")
    edit(mirrored, leadid, jobtitle="Head of buying", cr_region="North")
    mirrored.theirs("lead", leadid, companyname="There Ltd")
    assert mirrored.writes() == []
    on(mirrored)
    incoming.round()
    assert ours(mirrored, leadid).donotemail
    mirrored.send()
    there, here = mirrored.row("lead", leadid), ours(mirrored, leadid)
    assert (there["donotemail"], there["jobtitle"], there["cr_region"]) == (1, "Head of buying", "North")
    assert (here.donotemail, here.jobtitle, here.companyname) == (True, "Head of buying", "There Ltd")
    (write,) = mirrored.writes()
    assert (write.kind, write.state, write.actorkind, write.lane) == ("change", "sent", "person", leadid)
    assert write.known["donotemail"] == [False]
    off(mirrored)
    on(mirrored)
    assert len(mirrored.writes()) == 1
    assert mirrored.writes(lane=untouched) == []


def test_what_a_person_changed_there_while_it_was_off_wins_over_the_agent(
    mirrored: Mirrored, incoming: Incoming
) -> None:
    off(mirrored)
    (leadid,) = work(mirrored, 1)
    mirrored.theirs("lead", leadid, leadqualitycode=1)
    on(mirrored)
    incoming.round()
    mirrored.send()
    here, there = ours(mirrored, leadid), mirrored.row("lead", leadid)
    assert here.leadqualitycode == there["leadqualitycode"] == 1
    assert here.ownerid == there["ownerid"] in mirrored.office.sellers


def test_leads_created_qualified_or_deleted_while_it_was_off_are_told_by_name(mirrored: Mirrored) -> None:
    closed, gone = mirrored.leads(2, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    off(mirrored)
    create_lead(services, who, {"fullname": "Nora North", "companyname": "North Ltd"})
    delete_lead(services, who, create_lead(services, who, {"fullname": "Only Briefly"}))
    qualify(services, who, closed)
    delete_lead(services, who, gone)
    on(mirrored)
    with mirrored.database.reading() as session:
        told = session.scalars(
            select(AppNotification.body).where(AppNotification.title.like("Leads that differ%"))
        ).all()
    (body,) = set(told)
    assert "1 created here: Nora North, North Ltd." in body
    assert "1 qualified here: " in body
    assert "1 deleted here: " in body
    assert len(mirrored.find("lead")) == 2, "nothing is done over there by itself"


def test_a_lead_deleted_here_while_it_was_off_stays_away_until_a_person_decides(
    mirrored: Mirrored, incoming: Incoming
) -> None:
    dropped, retried = mirrored.leads(2, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    seed.give_role(mirrored.world, mirrored.office.agent_user, "System Administrator")
    edit(mirrored, dropped, jobtitle="Buyer")  # waits when it is switched off
    off(mirrored)
    delete_lead(services, who, dropped)
    delete_lead(services, who, retried)
    on(mirrored)
    mirrored.theirs("lead", dropped, companyname="There Ltd")
    incoming.round()
    assert mirror_writes.retry_all(services, who) == 0
    mirrored.send()
    assert leads_here(mirrored) == []
    assert len(mirrored.find("lead")) == 2
    held = {write.recordid: write for write in mirrored.writes(state="held")}
    assert "Retry deletes it in Dynamics 365 too" in held[dropped].reason
    mirror_writes.drop(services, who, held[dropped].number)
    mirror_writes.retry(services, who, held[retried].number)
    mirrored.send()
    assert leads_here(mirrored) == [dropped] == [row["leadid"] for row in mirrored.find("lead")]
    assert ours(mirrored, dropped).companyname == "There Ltd"


def leads_here(mirrored: Mirrored) -> list[str]:
    with mirrored.database.reading() as session:
        return list(session.scalars(select(Lead.leadid)))


def test_what_was_decided_for_another_organisation_does_not_go_out(mirrored: Mirrored, incoming: Incoming) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    off(mirrored)
    edit(mirrored, leadid, jobtitle="Buyer")
    with mirrored.database.transaction() as session:
        session.execute(update(CrmConnection).values(organizationid="another"))
    on(mirrored)
    assert mirrored.writes() == []


@pytest.mark.parametrize("name", ["donotemail", "donotbulkemail"])
def test_reading_everything_again_never_takes_back_that_somebody_wants_no_mail(
    mirrored: Mirrored, incoming: Incoming, name: str
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    incoming.round()
    with mirrored.database.transaction() as session:  # as if it had been ticked without anybody telling the outbox
        session.execute(update(Lead).where(Lead.leadid == leadid).values({name: True, "jobtitle": "Ours"}))
    mirror.read_again(mirrored.office.services, administrator(mirrored))
    incoming.round()
    here = ours(mirrored, leadid)
    assert getattr(here, name)
    assert here.jobtitle == mirrored.row("lead", leadid)["jobtitle"] != "Ours"
    with mirrored.database.reading() as session:
        assert pending_fields(session, "lead", leadid) == set()


def test_who_took_it_back_there_is_written_to_again(mirrored: Mirrored, incoming: Incoming) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirrored.theirs("lead", leadid, donotemail=True)
    incoming.round()
    assert ours(mirrored, leadid).donotemail
    mirrored.theirs("lead", leadid, donotemail=False)
    mirror.read_again(mirrored.office.services, administrator(mirrored))
    incoming.round()
    assert not ours(mirrored, leadid).donotemail
