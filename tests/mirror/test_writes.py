"""What is decided here is done over there, once, and nothing is written without a connection."""

from sqlalchemy import select
from tests.mirror.mirrored import Mirrored
from tests.workflows.office import PlainAnalyst, add_leads, open_office, services_of

from leadwright.actions.leads import edit_lead
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite, pending_fields
from leadwright.db.sales import Lead
from leadwright.identity.access import principal


def test_without_a_connection_a_decision_leaves_no_row(database: Database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    office = open_office(services_of(database, tmp_path, PlainAnalyst()))
    (leadid,) = add_leads(office, 1, queued=False)
    with database.reading() as session:
        who = principal(session, office.owner)
    edit_lead(office.services, who, leadid, {"leadqualitycode": 1})
    with database.reading() as session:
        assert session.scalar(select(MirrorWrite.number)) is None


def test_a_rating_goes_from_the_decision_to_the_table_over_there(mirrored: Mirrored) -> None:
    (leadid,) = mirrored.leads(1, queued=False)
    with mirrored.database.reading() as session:
        who = principal(session, mirrored.office.owner)
    edit_lead(mirrored.office.services, who, leadid, {"leadqualitycode": 1})
    with mirrored.database.reading() as session:
        assert pending_fields(session, "lead", leadid) == {"leadqualitycode"}
    assert mirrored.writer().send_due() == 1
    assert mirrored.row("lead", leadid)["leadqualitycode"] == 1
    (write,) = mirrored.writes()
    assert (write.state, write.reason) == ("sent", "")
    with mirrored.database.reading() as session:
        assert pending_fields(session, "lead", leadid) == set()
        assert session.get_one(Lead, leadid).leadqualitycode == 1
