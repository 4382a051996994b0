"""What is behind the agent's mailbox: servers, server-side synchronisation or Microsoft Graph, and what each means."""

from starlette.responses import Response

from leadwright.actions.mailbox_dkim import signing_of
from leadwright.actions.mailbox_kind import choose_kind, what_is_behind
from leadwright.actions.mailboxes import set_up_mailbox
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.agent import Agent
from leadwright.db.pages.mailboxes import application_users, mailbox_record, mailboxid_of, members_of
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.pages.agent_mailbox import MOST_SECRET
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/agent/mailbox", "prvReadAgent")
def behind(visit: Visit) -> Response:
    """What is behind it now, and the other ways."""
    return mailbox_page(visit, needed_agent(visit))


@pages.post("/agent/mailbox", "prvReadAgent", "prvCreateMailbox")
def choose(visit: Visit) -> Response:
    """Let mail go another way from now on."""
    agent = needed_agent(visit)
    try:
        choose_kind(visit.services, visit.who, agent.agentid, visit.text("kind", most=20))
    except BadInput as error:
        return mailbox_page(visit, agent, 422, {error.field or "": str(error)})
    return visit.to("/agent/mailbox", "Mail goes this way now. Test the mailbox under prerequisite 4, then mark it.")


@pages.post("/agent/prerequisites/3/graph", "prvReadAgent", "prvCreateMailbox")
def set_up_graph(visit: Visit) -> Response:
    """Prerequisite 3 with a mailbox in Exchange Online and an application of its own; its secret is sealed."""
    agent = needed_agent(visit)
    try:
        secret = visit.form.get("client_secret", "")
        if not isinstance(secret, str) or len(secret) > MOST_SECRET:
            raise BadInput("A client secret is shorter. Paste its value, not a file.", field="client_secret")
        given = SharedMailbox(
            name=visit.text("name", most=400),
            address=visit.text("address", most=400),
            members=[m for m in visit.form.getlist("members") if isinstance(m, str)],
            tenant=visit.text("tenant", most=400),
            client_id=visit.text("client_id", most=400),
            client_secret=secret,
            kind=MailboxKind.GRAPH,
        )
        set_up_mailbox(visit.services, visit.who, agent.agentid, given)
    except BadInput as error:
        return mailbox_page(visit, agent, 422, {error.field or "": str(error)})
    note = "The shared mailbox is kept. Mark prerequisite 3 as done to verify it."
    return visit.to("/agent/prerequisites#p3", note)


def mailbox_page(visit: Visit, agent: Agent, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    """The whole page."""
    found = what_is_behind(visit.services, visit.who, agent.agentid)
    with visit.services.database.reading() as session:
        mailboxid = mailboxid_of(session, agent.agentid)
        record, members = mailbox_record(session, mailboxid), members_of(session, mailboxid)
        users = application_users(session)
    return settings_page(
        visit,
        agent,
        "prerequisites",
        "agent/mail_kind.html",
        status,
        behind=found,
        signing=signing_of(visit.services, visit.who, agent.agentid),
        record=record,
        members=set(visit.form.getlist("members")) if "address" in visit.form else members,
        application_users=users,
        problems=problems or {},
        typed=visit.form,
    )
