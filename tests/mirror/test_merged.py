"""Two leads are merged over there: who opted out by the address of either stays so."""

from tests.mirror.mirrored import Mirrored

from leadwright.db.base import now
from leadwright.db.sales import Lead
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress, why_suppressed
from leadwright.sandbox.dynamics.dataverse import records, seed


def test_an_address_stays_suppressed_when_its_lead_is_merged_into_another(mirrored: Mirrored) -> None:
    merged, kept = mirrored.leads(2)
    with mirrored.database.transaction() as session:
        address = str(session.get_one(Lead, merged).emailaddress1)
        suppress(session, address, reason=Reason.OPT_OUT, source="one_click", clock=now)
    mirrored.theirs("lead", kept, emailaddress1=address)  # the form of Merge takes the address over
    mirrored.theirs("lead", merged, statecode=2, statuscode=7)
    mirrored.load("lead")
    with mirrored.database.reading() as session:
        assert session.get_one(Lead, merged).statecode == 2
        assert session.get_one(Lead, kept).emailaddress1 == address
        assert why_suppressed(session, address, "outreach") is not None
    records.delete(mirrored.world, "lead", merged, by=seed.administrator(mirrored.world))
    mirrored.load("lead")
    with mirrored.database.reading() as session:
        assert why_suppressed(session, address, "outreach") is not None
