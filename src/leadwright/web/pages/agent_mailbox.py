"""Prerequisites 3 and 4 on the page: the shared mailbox, the mailbox record, Approve Email, Test & Enable Mailbox."""

from starlette.responses import Response

from leadwright.actions import mailboxes as act
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent
from leadwright.web.pages.agent_prerequisites import prerequisites_page
from leadwright.web.visit import Pages, Visit

MOST_SECRET = 4_000  # characters; a refresh token may be long
pages = Pages()


@pages.post("/agent/prerequisites/3/mailbox", "prvReadAgent", "prvCreateMailbox")
def set_up(visit: Visit) -> Response:
    """Keep the shared mailbox; its password is sealed."""
    agent = needed_agent(visit)
    try:
        given = SharedMailbox(
            name=visit.text("mailbox_name", most=400),
            address=visit.text("mailbox_address", most=400),
            smtp_host=visit.text("smtp_host", most=400),
            smtp_port=visit.number("smtp_port") or 587,
            smtp_security=visit.text("smtp_security", most=20) or "starttls",
            imap_host=visit.text("imap_host", most=400),
            imap_port=visit.number("imap_port") or 993,
            imap_security=visit.text("imap_security", most=20) or "tls",
            user=visit.text("user", most=400),
            password=_secret(visit, "password"),
            members=[m for m in visit.form.getlist("members") if isinstance(m, str)],
            sent=visit.text("sent", most=400),
            sign_in=visit.text("sign_in", most=20) or "password",
            tenant=visit.text("tenant", most=400),
            client_id=visit.text("mailbox_client_id", most=400),
            client_secret=_secret(visit, "client_secret"),
            refresh_token=_secret(visit, "refresh_token"),
            token_url=visit.text("token_url", most=1_000),
        )
        act.set_up_mailbox(visit.services, visit.who, agent.agentid, given)
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={_field(error, "mailbox_address"): str(error)}, opened=3)
    note = "The shared mailbox is kept. Mark prerequisite 3 as done to verify it."
    return visit.to("/agent/prerequisites#p3", note)


@pages.post("/agent/prerequisites/4/record", "prvReadAgent", "prvWriteUser", "prvApproveMailbox")
def choose(visit: Visit) -> Response:
    """Choose the application user's mailbox record and replace its address."""
    agent = needed_agent(visit)
    mailboxid, address = visit.text("mailboxid", most=36), visit.text("record_address", most=400)
    try:
        act.choose_record(visit.services, visit.who, agent.agentid, mailboxid=mailboxid, address=address)
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={_field(error, "record_address"): str(error)}, opened=4)
    return visit.to("/agent/prerequisites#p4", "The record has the shared mailbox's address. Now choose Approve Email.")


@pages.post("/agent/prerequisites/4/approve", "prvReadAgent", "prvApproveMailbox")
def approve(visit: Visit) -> Response:
    """Approve Email."""
    act.approve_email(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to("/agent/prerequisites#p4", "The address is approved. Now choose Test & Enable Mailbox.")


@pages.post("/agent/prerequisites/4/test", "prvReadAgent", "prvApproveMailbox")
def enable(visit: Visit) -> Response:
    """Test & Enable Mailbox: a message out and in again."""
    trip = act.enable_mailbox(visit.services, visit.who, needed_agent(visit).agentid)
    if trip.outgoing or trip.incoming:
        said = f"Outgoing: {trip.outgoing}" if trip.outgoing else f"Incoming: {trip.incoming}"
        return visit.to("/agent/prerequisites#p4", f"The test failed. {said}", "bad")
    return visit.to("/agent/prerequisites#p4", "The test message went out and came back in.")


def _field(error: BadInput, address: str) -> str:
    """The name of the field on the page: prerequisite 1 has a name too, and both forms an address."""
    own = {"name": "mailbox_name", "address": address, "email": address, "client_id": "mailbox_client_id"}
    return own.get(error.field or "", error.field or "")


def _secret(visit: Visit, name: str) -> str:
    """As typed: a secret may begin or end with a blank."""
    value = visit.form.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_SECRET:
        raise BadInput(f"Please shorten it: at most {MOST_SECRET:,} characters.", field=name)
    return value
