"""What the dashboard counts of conversations is what the mail server saw."""

from datetime import timedelta

from sqlalchemy import true
from tests.engage.office import Office

from leadwright.db.pages.dashboard import leads_behind, leads_measured, read_dashboard
from leadwright.domain.kpis import Figure, Measure
from leadwright.domain.stage import AgentMode, Stage


def test_figures_of_real_conversations_agree_with_the_servers_log_and_their_lists(office: Office) -> None:
    buyer = office.lead()
    silent = office.lead(emailaddress1="sil@lent.example", companyname="Silent Foods")
    refusing = office.lead(emailaddress1="no@thanks.example", companyname="Thanks Foods")
    office.work()
    office.answer(
        "ada@northwind.example",
        "Yes, we want this. We need thirty robots by the end of the year, have approved two million dollars, and "
        "I decide on the purchase. Please call me tomorrow to agree on the order.",
    )
    office.answer("no@thanks.example", "No thank you, we are not interested.")
    office.pass_days(40)
    since, until = office.clock() - timedelta(days=60), office.clock() + timedelta(seconds=1)
    with office.services.database.reading() as session:
        board = read_dashboard(session, true(), since, until, AgentMode.ENGAGE)
        behind = {f: [r.leadid for r in leads_behind(session, f, true(), since, until, limit=50)] for f in Figure}
        mails = leads_measured(session, Measure.MAILS, true(), since, until, limit=50)
    assert office.run_of(buyer).stage == Stage.HANDED_OVER, office.run_of(buyer).reasons
    assert behind[Figure.POSITIVE_HANDOVERS] == [buyer]
    assert set(behind[Figure.LOW_INTEREST]) >= {silent, refusing}
    assert set(behind[Figure.REPLIED]) == {buyer, refusing}
    assert silent in behind[Figure.NO_REPLY]
    assert {f: len(rows) for f, rows in behind.items()} == board.counts
    to_leads = [accepted for accepted in office.server.log if not accepted.recipient.startswith("sales@")]
    assert board.mailed.sent == len(to_leads)
    assert sum(row.amount for row in mails) == board.mailed.outreach
    assert {row.leadid: row.amount for row in mails}[silent] == 4
