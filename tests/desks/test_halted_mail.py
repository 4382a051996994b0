"""Mail that comes in during a halt is on a page; what a person stopped is not counted as the agent's work."""

from datetime import timedelta

import pytest
from sqlalchemy import true
from tests.desks.handed_over import EAGER, person
from tests.engage.office import ADA, Office

from leadwright.actions import agent as agents
from leadwright.actions import conversations, inbox
from leadwright.db.pages.dashboard import leads_behind, read_dashboard
from leadwright.domain.kpis import Figure
from leadwright.domain.stage import AgentMode, Stage
from leadwright.errors import Conflict


def test_a_mail_of_a_halt_is_read_on_a_page_until_the_agent_reads_it(office: Office) -> None:
    leadid = office.lead()
    office.work()
    agents.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.answer(ADA, EAGER)
    office.post.receive() if office.post else None
    boss = person(office, office.supervisor)
    page = inbox.waiting_mails(office.services, boss, "new")
    assert (page.counts["new"], len(page.rows)) == (1, 1)
    mail, text = inbox.words_of(office.services, boss, page.rows[0].inboundid)
    assert "thirty robots" in text
    with pytest.raises(Conflict):
        inbox.ignore(office.services, boss, mail.inboundid)
    agents.start_agent(office.services, office.admin, office.agentid)
    office.clock.move_to(office.clock() + timedelta(minutes=5))
    office.work()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER
    assert inbox.waiting_mails(office.services, boss, "new").rows == ()


def test_a_stop_by_a_person_is_no_autonomous_work(office: Office) -> None:
    leadid = office.lead()
    office.work()
    conversations.stop(
        office.services, person(office, office.supervisor), leadid, "Bought elsewhere.", "not_interested"
    )
    since, until = office.clock() - timedelta(days=7), office.clock() + timedelta(seconds=1)
    with office.services.database.reading() as session:
        board = read_dashboard(session, true(), since, until, AgentMode.ENGAGE)
        behind = leads_behind(session, Figure.AUTONOMOUS, true(), since, until, limit=9)
    assert (board.counts[Figure.DISQUALIFIED], board.counts[Figure.AUTONOMOUS], list(behind)) == (1, 0, [])
    assert board.kpis.autonomous_processing == 0
