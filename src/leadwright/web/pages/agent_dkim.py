"""The DKIM key of the agent's mailbox, on the page of what is behind it."""

from starlette.responses import Response

from leadwright.actions import mailbox_dkim as act
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent
from leadwright.web.pages.agent_mail_kind import mailbox_page
from leadwright.web.visit import Pages, Visit

pages = Pages()
_BACK = "/agent/mailbox#dkim"


@pages.post("/agent/mailbox/dkim", "prvReadAgent", "prvCreateMailbox")
def keep(visit: Visit) -> Response:
    """Make a key, or keep the one that was pasted."""
    agent = needed_agent(visit)
    pem = visit.form.get("pem", "")
    try:
        if not isinstance(pem, str):
            raise BadInput("Paste the key as text.", field="pem")
        act.keep_key(visit.services, visit.who, agent.agentid, visit.text("selector", most=100), pem)
    except BadInput as error:
        return mailbox_page(visit, agent, 422, {error.field or "": str(error)})
    return visit.to(_BACK, "The key is kept and does not sign yet. Publish its record, then check it.")


@pages.post("/agent/mailbox/dkim/check", "prvReadAgent", "prvCreateMailbox")
def check(visit: Visit) -> Response:
    """Look the record up."""
    found = act.check_record(visit.services, visit.who, needed_agent(visit).agentid)
    if found.good:
        return visit.to(_BACK, "The record matches. Mails are signed from now on.")
    there = f" Found: {' '.join(found.found)}" if found.found else ""
    return visit.to(_BACK, f"{found.says}{there}", "bad")


@pages.post("/agent/mailbox/dkim/sign", "prvReadAgent", "prvCreateMailbox")
def sign(visit: Visit) -> Response:
    """Sign whatever DNS says."""
    act.sign_anyway(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to(_BACK, "Mails are signed from now on.")


@pages.post("/agent/mailbox/dkim/remove", "prvReadAgent", "prvCreateMailbox")
def remove(visit: Visit) -> Response:
    """Keep no key."""
    act.remove_key(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to(_BACK, "The key is gone. Mails decided from now on are not signed here.")
