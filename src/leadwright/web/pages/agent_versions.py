"""Versions: what was applied, by whom and why, what differs, an old one back as the draft; and Apply, which asks."""

from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions import versions as past
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/agent/versions", "prvReadAgent")
def versions(visit: Visit) -> Response:
    """Every applied version, and the difference between any two or to the draft."""
    agent = needed_agent(visit)
    found = past.versions(visit.services, visit.who, agent.agentid)
    before = visit.text("before", most=20) or (str(found[0].number) if found else past.DRAFT)
    after = visit.text("after", most=20) or past.DRAFT
    lines = past.compare(visit.services, visit.who, agent.agentid, before, after) if found else ()
    choices = [(past.DRAFT, "Draft"), *((str(v.number), f"Version {v.number}") for v in found)]
    return settings_page(
        visit,
        agent,
        "start",
        "agent/versions.html",
        versions=found,
        lines=lines,
        before=before,
        after=after,
        choices=choices,
        names=dict(choices),
    )


@pages.post("/agent/versions/{number}/restore", "prvReadAgent", "prvConfigureAgent")
def restore(visit: Visit) -> Response:
    """An old version becomes the draft."""
    number = visit.request.path_params["number"]
    if not number.isdecimal() or len(number) > 8:
        raise BadInput("A version is a number.")
    changed = past.restore_version(visit.services, visit.who, needed_agent(visit).agentid, int(number))
    note = f"The draft is version {number} again." if changed else f"The draft was version {number} already."
    return visit.to("/agent", f"{note} Look at the difference, then apply it to put it in force.")


@pages.get("/agent/apply", "prvReadAgent", "prvStartAgent")
def ask_apply(visit: Visit) -> Response:
    """What applying changes, to be confirmed with a note."""
    agent = needed_agent(visit)
    if not agent.appliedversion or not act.difference(visit.services, visit.who, agent.agentid):
        return visit.to("/agent", "There is nothing to apply: the draft is what is in force.", "info")
    lines = past.compare(visit.services, visit.who, agent.agentid, "applied", past.DRAFT)
    return settings_page(visit, agent, "start", "agent/apply_ask.html", lines=lines, most_note=act.MOST_NOTE)
