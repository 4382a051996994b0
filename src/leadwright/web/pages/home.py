"""The start page: what to do next, the most urgent first. Who works on no leads lands where their work is."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from leadwright.db.pages import home as read
from leadwright.db.pages import rejections
from leadwright.db.pages.agent_settings import present_agent
from leadwright.db.sales import Lead
from leadwright.domain.next_step import NextStep, Standing, next_step
from leadwright.domain.privileges import Depth
from leadwright.domain.stage import AgentState
from leadwright.identity.access import readable
from leadwright.web.pages.first_steps import first_steps
from leadwright.web.security import SIGNED_IN
from leadwright.web.site_map import SITE_MAP
from leadwright.web.visit import Pages, Visit

pages = Pages()
_SHOWN = 25
_TALKS = "/dashboard/leads?figure=waits_for_person&days=365"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a supervisor or administrator: how much, what, and where it is done."""

    count: int
    text: str
    link: str
    tone: str = "warn"


@pages.get("/", SIGNED_IN)
def start(visit: Visit) -> Response:
    """What waits for this person; else the first area of the site map that they may use."""
    if visit.may("prvReadLead"):
        return _home(visit)
    for _, areas in SITE_MAP:
        for area in areas:
            if area.privilege and visit.may(area.privilege):
                return visit.to(area.path)
    return visit.page("no_area.html")


def _home(visit: Visit) -> Response:
    owners = [visit.who.id, *sorted(visit.who.teams)]
    with visit.services.database.reading() as session:
        rows = read.given_leads(session, owners)
        tasks = _tasks(visit, session)
        agent = present_agent(session)
        steps = first_steps(visit, session, agent)
    given = sorted(((step_of(row), row) for row in rows), key=lambda pair: (pair[0].rank, pair[1].handed_at))
    shown = agent is not None and visit.may("prvReadAgent")
    return visit.page(
        "home.html",
        given=given[:_SHOWN],
        many=len(given),
        more=len(given) > _SHOWN,
        tasks=tasks,
        first_steps=steps,
        supervises=visit.may("prvReadDashboard"),
        trouble=agent.statereason if agent and shown and agent.state == AgentState.PAUSED else "",
    )


def step_of(row: Any) -> NextStep:
    """What to do next with a lead of `given_leads`."""
    return next_step(
        Standing(
            handed_at=row.handed_at,
            outcome=row.outcome,
            rating=row.rating,
            heard_at=row.heard_at,
            written_at=row.written_at,
            has_draft=bool(row.drafts),
        )
    )


def _task(count: int, noun: str, one: str, many: str = "", *, link: str, tone: str = "warn") -> Task:
    """`one` follows the noun when there is one of it, `many` (else the same) when there are several."""
    return Task(count, f"{noun}{one}" if count == 1 else f"{noun}s{many or one}", link, tone)


def _tasks(visit: Visit, session: Any) -> list[Task]:
    """What waits for whoever supervises; empty for sellers."""
    if not visit.may("prvReadDashboard") or visit.who.privileges.get("prvReadLead", 0) < Depth.ORGANISATION:
        return []
    found = read.waiting(session)
    judged = rejections.how_many(session, readable(visit.who, Lead, "prvReadLead"))
    tasks = [
        _task(found.held, "mail", " of which nobody knows whether it arrived",
              " of which nobody knows whether they arrived",
              link="/outbox", tone="bad"),
        _task(found.conversations, "conversation", " that waits for a person", " that wait for a person",
              link="/dashboard/leads?figure=waits_for_person&days=90", tone="bad"),
        _task(found.approvals, "mail", " to approve", link="/approvals"),
        _task(found.unmatched, "mail", " to be placed with its lead", " to be placed with their leads",
              link="/inbox"),
        _task(found.quarantined, "mail", " that could not be read", link="/inbox?state=quarantined"),
        _task(found.unread, "mail", " that came in and that the agent has not read yet", link="/inbox?state=new",
              tone="info"),
        _task(found.blocked, "lead", " that waits for a decision", " that wait for a decision",
              link="/leads?view=processing&stage=blocked"),
        _task(found.failed, "lead", " that could not be worked", link="/leads?view=all&stage=failed"),
        _task(judged, "lead", " to judge blind", link="/rejections", tone="info"),
    ]  # fmt: skip
    return [task for task in tasks if task.count]
