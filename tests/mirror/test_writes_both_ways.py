"""What goes out and what comes in, side by side: no echo, nothing of ours overwritten, nothing of theirs lost."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.mirror.mirrored import Mirrored
from tests.mirror.test_writes_of_decisions import administrator, ours, work

from leadwright.actions import mirror_writes
from leadwright.actions.leads import edit_lead
from leadwright.db.base import now
from leadwright.db.mirror import MirrorRow
from leadwright.db.mirror_seen import last_seen
from leadwright.db.mirror_writes import arriving, pending_fields
from leadwright.mirror.changing import LOOKUPS_TOLD
from leadwright.mirror.dataverse import DataverseMirror
from leadwright.mirror.incoming import Incoming
from leadwright.mirror.mirror import Asked, Found, Page
from leadwright.mirror.reading import read
from leadwright.mirror.storing import store
from leadwright.mirror.tables import ROW_VERSION, TABLES


@pytest.fixture
def incoming(mirrored: Mirrored) -> Incoming:
    """Reads the organisation in; the first load is over."""
    made = Incoming(mirrored.database, DataverseMirror(mirrored.dataverse), mirrored.clock, pending=pending_fields)
    made.period = 0.0
    made.round()
    return made


def test_what_went_out_comes_back_as_no_news_and_never_goes_out_again(mirrored: Mirrored, incoming: Incoming) -> None:
    leads = work(mirrored, 3)
    mirrored.send()
    writes = len(mirrored.writes())
    before = {leadid: ours(mirrored, leadid).versionnumber for leadid in leads}
    for _ in range(3):
        incoming.round()
        mirrored.send()
    assert len(mirrored.writes()) == writes
    for leadid in leads:
        here, there = ours(mirrored, leadid), mirrored.row("lead", leadid)
        assert (here.ownerid, here.leadqualitycode) == (there["ownerid"], there["leadqualitycode"])
        assert here.versionnumber - before[leadid] <= 1


def test_a_change_there_comes_in_around_what_is_still_to_be_sent(mirrored: Mirrored, incoming: Incoming) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    incoming.round()
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    mirrored.theirs("lead", leadid, jobtitle="Head of buying")
    incoming.round()
    assert (ours(mirrored, leadid).companyname, ours(mirrored, leadid).jobtitle) == ("Here Ltd", "Head of buying")
    mirrored.send()
    assert mirrored.row("lead", leadid)["companyname"] == "Here Ltd"
    assert [w.state for w in mirrored.writes()] == ["sent"]


def test_a_conflict_that_came_in_before_it_was_sent_is_found_all_the_same(
    mirrored: Mirrored, incoming: Incoming
) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.theirs("lead", leadid, leadqualitycode=1)
    incoming.round()
    assert ours(mirrored, leadid).leadqualitycode == 2  # ours is still to be sent
    mirrored.send()
    assert mirrored.row("lead", leadid)["leadqualitycode"] == ours(mirrored, leadid).leadqualitycode == 1


def test_what_was_dropped_here_while_the_row_could_not_be_read_comes_in_when_it_can(
    mirrored: Mirrored, incoming: Incoming
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    services, who = mirrored.office.services, administrator(mirrored)
    edit_lead(services, who, leadid, {"jobtitle": "Buyer here"})
    mirrored.theirs("lead", leadid, jobtitle="Buyer there")
    incoming.round()
    mirrored.send()
    (held,) = mirrored.writes(state="held")
    mirrored.world.break_it("deny row", leadid)
    mirror_writes.drop(services, who, held.number)
    mirrored.send()
    mirrored.world.mend()
    assert [w.state for w in mirrored.writes()] == ["dropped", "dropped"]
    mirrored.shift = timedelta(days=1, minutes=1)
    incoming.round()
    assert ours(mirrored, leadid).jobtitle == "Buyer there"
    mirrored.theirs("lead", leadid, companyname="There Ltd")
    edit_lead(services, who, leadid, {"jobtitle": "Head of buying"})
    mirrored.send()
    there = mirrored.row("lead", leadid)
    assert (there["companyname"], there["jobtitle"]) == ("There Ltd", "Head of buying")


@pytest.mark.parametrize("etag", ['W/"1"', 'W/"999999999"', 'W/"x"'])  # which carry no order
def test_a_page_that_was_read_before_our_write_does_not_take_it_back(mirrored: Mirrored, etag: str) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    table = TABLES["lead"]
    select = ",".join((table.key, *table.asked(), ROW_VERSION))
    (page,) = list(mirrored.dataverse.pages("leads", prefer=(LOOKUPS_TOLD,), select=select))
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    mirrored.send()
    page.rows[0]["@odata.etag"] = etag
    with mirrored.database.transaction() as session, arriving(session):
        store(session, table, read(table, page.rows, {}), now(), pending=pending_fields)
    assert ours(mirrored, leadid).companyname == "Here Ltd"
    with mirrored.database.reading() as session:
        seen = last_seen(session, "lead", leadid)
        assert seen is not None
        assert seen.values["companyname"] == "Here Ltd"


@pytest.mark.parametrize("etag", ['W/"1"', 'W/"x"'])
def test_a_page_that_was_read_after_our_write_comes_in_whatever_its_etag_is_like(mirrored: Mirrored, etag: str) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"companyname": "Here Ltd"})
    mirrored.send()
    mirrored.theirs("lead", leadid, companyname="There Ltd")
    table = TABLES["lead"]
    for names in ((*table.asked(), ROW_VERSION), table.asked()):  # without the number nobody knows which is older
        mirrored.theirs("lead", leadid, jobtitle=f"{len(names)}")
        select = ",".join((table.key, *names))
        (page,) = list(mirrored.dataverse.pages("leads", prefer=(LOOKUPS_TOLD,), select=select))
        page.rows[0]["@odata.etag"] = f"{etag}{len(names)}"
        with mirrored.database.transaction() as session, arriving(session):
            store(session, table, read(table, page.rows, {}), now(), pending=pending_fields)
        assert (ours(mirrored, leadid).companyname, ours(mirrored, leadid).jobtitle) == ("There Ltd", f"{len(names)}")


class Overtaken(DataverseMirror):
    """A comparison here is overtaken by what somebody else does before and after it reads the rows that differ."""

    before = after = staticmethod(lambda: None)

    def everything(self, asked: Asked, link: str = "", *, tracked: bool) -> Page:
        if asked.table.name == "lead":
            self.before()
        return super().everything(asked, link, tracked=tracked)

    def rows(self, asked: Asked, ids: Sequence[str]) -> Found:
        found = super().rows(asked, ids)
        self.after()
        return found


def test_a_comparison_that_read_a_row_before_our_write_does_not_take_it_back(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    mirror = Overtaken(mirrored.dataverse)
    incoming = Incoming(mirrored.database, mirror, mirrored.clock, pending=pending_fields)
    incoming.round()

    def opt_out() -> None:
        edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"donotemail": True})
        mirrored.send()

    mirror.before = lambda: mirrored.theirs("lead", leadid, jobtitle="Head of buying")
    mirror.after = opt_out
    mirrored.shift = timedelta(hours=25)
    incoming.round()
    assert (ours(mirrored, leadid).donotemail, ours(mirrored, leadid).jobtitle) == (True, "Head of buying")
    with mirrored.database.reading() as session:
        seen = last_seen(session, "lead", leadid)
        assert seen is not None
        assert seen.values["donotemail"] is True


@pytest.mark.parametrize("by_earlier_version", [False, True])
def test_a_backup_that_was_restored_there_takes_no_opt_out_back(
    mirrored: Mirrored, incoming: Incoming, by_earlier_version: bool
) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    edit_lead(mirrored.office.services, administrator(mirrored), leadid, {"donotemail": True, "jobtitle": "Buyer"})
    mirrored.send()
    if by_earlier_version:  # which did not ask for the number of the version
        with mirrored.database.transaction() as session:
            row = session.get_one(MirrorRow, ("lead", leadid))
            row.seen = json.dumps({k: v for k, v in json.loads(row.seen).items() if k != ROW_VERSION})
    with mirrored.world.transaction() as db:
        db.execute("UPDATE dv_lead SET donotemail=0, jobtitle='Seller', versionnumber=1 WHERE leadid=?", (leadid,))
    mirrored.shift = timedelta(hours=25)
    incoming.round()
    assert (ours(mirrored, leadid).donotemail, ours(mirrored, leadid).jobtitle) == (True, "Seller")


def test_notes_and_mails_we_wrote_come_in_once_under_their_ids(mirrored: Mirrored, incoming: Incoming) -> None:
    (leadid,) = work(mirrored, 1)
    mirrored.send()
    incoming.round()
    (note,) = mirrored.find("annotation", objectid=leadid)
    from sqlalchemy import select

    from leadwright.db.sales import Annotation

    with mirrored.database.reading() as session:
        here = session.scalars(select(Annotation).where(Annotation.objectid == leadid)).all()
    assert [(one.annotationid, one.objecttypecode) for one in here] == [(note["annotationid"], "lead")]
