"""Ten thousand old mails of strangers in the shared mailbox: what concerns us among them acts, and acts once."""

from sqlalchemy import func, select
from tests.engage.office import ADA, SALES, Office
from tests.mail.backlogs import LONG_AGO, all_are_stored_once, counted, stranger

from leadwright.db.mail import InboundMessage, Suppression
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.sandbox.invariants import prove

READY = "We need it for two warehouses, have a budget of 400,000 dollars and I decide. Can we talk on Thursday?"
PEOPLE = ("ada@northwind.example", "ben@southwind.example", "cleo@eastwind.example")


def strangers_wrote(office: Office, first: int, count: int) -> None:
    inbox = office.server.folder(SALES)
    for n in range(first, first + count):
        inbox.add(stranger(n), LONG_AGO)


def as_old(office: Office) -> None:
    """The newest mail of the mailbox came long ago, if one asks the server: it was moved to another one since."""
    office.server.folder(SALES).messages[-1].received = LONG_AGO


def stored(office: Office) -> list[tuple[str, str]]:
    with office.services.database.reading() as session:
        rows = session.execute(select(InboundMessage.state, InboundMessage.kind).order_by(InboundMessage.uid))
        return [(row.state, row.kind) for row in rows]


def must_hold(office: Office) -> None:
    inbox = office.server.folder(SALES)
    proofs = prove(office.services, office.sent, inbox, office.clock())
    assert [(p.number, p.broken) for p in proofs if p.broken] == []
    assert all_are_stored_once(office.services.database, {m.uid: m.raw for m in inbox.messages})


def test_an_answer_an_opt_out_and_a_bounce_among_ten_thousand_act_and_act_once(office: Office) -> None:
    leads = [
        office.lead(emailaddress1=address, companyname=f"Wind {n}", firstname=f"Wim{n}")
        for n, address in enumerate(PEOPLE)
    ]
    office.work()
    assert [len(office.mails_to(address)) for address in PEOPLE] == [1, 1, 1]
    before = len(stored(office))  # the test of the mailbox
    strangers_wrote(office, 0, 3_000)
    office.answer(PEOPLE[0], READY)
    as_old(office)
    strangers_wrote(office, 3_000, 3_000)
    office.answer(PEOPLE[1], "Please remove me from your list.")
    as_old(office)
    strangers_wrote(office, 6_000, 3_000)
    office.bounce(PEOPLE[2], "5.1.1", "550 5.1.1 no such user")
    as_old(office)
    strangers_wrote(office, 9_000, 1_000)
    office.work()
    assert counted(office.services.database) == (before + 3, 10_000, 0)
    outcomes = [(office.run_of(lead).stage, office.run_of(lead).outcome) for lead in leads]
    assert outcomes[0] == (Stage.HANDED_OVER, Outcome.QUALIFIED)
    assert outcomes[1][1] == Outcome.OPTED_OUT
    assert outcomes[2] == (Stage.RETURNED, Outcome.UNREACHABLE)
    must_hold(office)
    office.server.folder(SALES).renumber()
    emails = [len(office.thread_of(lead)) for lead in leads]
    rows = stored(office)
    office.work()
    assert [(office.run_of(lead).stage, office.run_of(lead).outcome) for lead in leads] == outcomes
    assert [len(office.thread_of(lead)) for lead in leads] == emails
    assert stored(office) == rows
    assert counted(office.services.database) == (before + 3, 10_000, 0)
    office.pass_days(30)
    assert [len(office.mails_to(address)) for address in PEOPLE] == [1, 1, 1]
    must_hold(office)


def test_who_asked_years_ago_to_be_left_alone_is_never_written_to(office: Office) -> None:
    strangers_wrote(office, 0, 150)
    office.server.folder(SALES).add(
        stranger(900, From=ADA, Subject="Your newsletter").replace(
            b"Parcel number 900 is on its way.", b"Please remove me from your list and do not write to me again."
        ),
        LONG_AGO,
    )
    office.work()
    assert counted(office.services.database)[1] == 151, "nobody of ours yet: a head"
    leadid = office.lead(emailaddress1=ADA)
    office.pass_days(10)
    assert office.mails_to(ADA) == []
    with office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Suppression)) == 1
    assert office.run_of(leadid).outcome == Outcome.OPTED_OUT
    must_hold(office)
