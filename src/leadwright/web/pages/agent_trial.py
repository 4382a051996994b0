"""The Knowledge test pane: a company, and the insights that the agent would give of it."""

import json
from typing import Any

from starlette.responses import Response

from leadwright.actions import insight_trial as act
from leadwright.db.insight_trial import InsightTrial
from leadwright.errors import BadInput, Conflict
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.pages.agent_knowledge import knowledge_page
from leadwright.web.visit import Pages, Visit
from leadwright.workflows.unattended import is_lost

pages = Pages()


@pages.post("/agent/knowledge/test", "prvReadKnowledge", "prvConfigureAgent")
def start(visit: Visit) -> Response:
    """Try a company; what comes of it is shown on a page of its own."""
    agent = needed_agent(visit)
    try:
        trialid = act.start_trial(
            visit.services,
            visit.who,
            agent.agentid,
            company=visit.text("company", most=200),
            website=visit.text("website", most=400),
            product=visit.text("product", most=act.MOST_PRODUCT + 1),
        )
    except (BadInput, Conflict) as error:
        return knowledge_page(visit, status=422, problems={getattr(error, "field", None) or "": str(error)})
    return visit.to(f"/agent/knowledge/test/{trialid}")


@pages.get("/agent/knowledge/test/{trialid}", "prvReadKnowledge", "prvReadAgent")
def trial(visit: Visit) -> Response:
    """How far it is, and what was found."""
    agent = needed_agent(visit)
    found = act.trial_of(visit.services, visit.who, agent.agentid, visit.request.path_params["trialid"])
    lost = is_lost(found)
    return settings_page(
        visit,
        agent,
        "knowledge",
        "agent/trial.html",
        trial=found,
        lost=lost,
        running=found.state == "running" and not lost,
        json=json.dumps(shown(found), indent=2, ensure_ascii=False),
        problems={},
        typed={"company": "", "website": "", "product": found.product},
    )


def shown(found: InsightTrial) -> dict[str, Any]:
    """The JSON of the pane: insights without the passages that nothing quotes."""
    return {name: value for name, value in found.insights.items() if name != "passages"}
