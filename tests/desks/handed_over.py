"""A lead that the agent handed over after a conversation, and the people who work on it."""

from tests.engage.office import Office

from leadwright.db.people import SystemUser
from leadwright.domain.stage import Stage
from leadwright.identity.access import Principal, principal

EAGER = (
    "Yes, we want this. We need thirty robots by the end of the year, have approved two million dollars, and "
    "I decide on the purchase. Please call me tomorrow to agree on the order."
)


def person(office: Office, systemuserid: str) -> Principal:
    """Signed in."""
    with office.services.database.reading() as session:
        return principal(session, systemuserid)


def hand_over(office: Office, **lead: str) -> tuple[str, Principal]:
    """The lead and the seller who got it."""
    leadid = office.lead(**lead)
    office.work()
    office.answer(lead.get("emailaddress1", "ada@northwind.example"), EAGER)
    office.work()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER, office.run_of(leadid).reasons
    return leadid, person(office, office.row_of(leadid).ownerid)


def name_of(office: Office, systemuserid: str) -> str:
    """Full name."""
    with office.services.database.reading() as session:
        return session.get_one(SystemUser, systemuserid).fullname
