"""The prerequisites on Dynamics 365: portal steps with deep links, the connection, user, mailbox, people's sign-in."""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from leadwright.actions import dynamics_mailbox as mail
from leadwright.actions import dynamics_platform as platform
from leadwright.actions import dynamics_user as users
from leadwright.actions import prerequisites as act
from leadwright.actions import tenant_sign_in as people
from leadwright.actions.dynamics_connection import connection_shown
from leadwright.actions.dynamics_values import ConnectionForm
from leadwright.db.agent import Agent
from leadwright.db.connection import connection_row
from leadwright.domain.platform import Cloud, CredentialKind, Platform
from leadwright.domain.prerequisites import failing
from leadwright.errors import BadInput, Conflict, CrmError, Doubt, LeadwrightError
from leadwright.identity.dynamics_verification import portals_of
from leadwright.identity.synchronisation_checks import APPROVERS, MailboxState
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

KINDS = {
    str(CredentialKind.SECRET): "A client secret",
    str(CredentialKind.CERTIFICATE): "A certificate",
    str(CredentialKind.FEDERATION): "A federated credential",
}
CLOUDS = [
    ("", "As the address says"),
    (str(Cloud.WORLDWIDE), "Worldwide, and GCC"),
    (str(Cloud.US), "US government (GCC High, DoD)"),
    (str(Cloud.CHINA), "China (21Vianet)"),
]
_BACK = "/agent/prerequisites"


@pages.post("/agent/prerequisites/1/connect", "prvReadAgent", "prvCreateApplication", "prvAssignRole")
def connect(visit: Visit) -> Response:
    """Enter the connection, or change it."""
    agent = needed_agent(visit)
    try:
        form = ConnectionForm(
            dataverse_url=visit.text("dataverse_url", most=400),
            tenant_id=visit.text("tenant_id", most=400),
            client_id=visit.text("client_id", most=400),
            kind=CredentialKind(visit.text("kind", most=20) or "secret"),
            secret=_secret(visit),
            secret_endson=_day(visit, "secret_endson"),
            certificate=visit.text("certificate", most=30_000),
            federation_file=visit.text("federation_file", most=1_000),
            cloud=visit.text("cloud", most=20),
        )
        tried = platform.connect(visit.services, visit.who, agent.agentid, form, anyway=bool(visit.text("anyway")))
    except Doubt as doubt:
        return dynamics_page(visit, agent, 409, problems={"": " ".join(doubt.doubts)}, opened=1, doubt=True)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=1)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"": str(error)}, opened=1)
    if tried.certificate:
        return visit.to(
            f"{_BACK}?platform=dynamics365#p1", "The certificate is made. Upload it at Microsoft Entra now."
        )
    if tried.warning:
        return visit.to(f"{_BACK}#p1", f"Connected: Entra gives a token. {tried.warning}", "warn")
    return visit.to(f"{_BACK}#p1", "Connected. Mark prerequisite 1 as done to verify it.")


@pages.post("/agent/prerequisites/1/check-connection", "prvReadAgent", "prvCreateApplication", "prvAssignRole")
def check_connection(visit: Visit) -> Response:
    """The certificate made here was uploaded: try it."""
    agent = needed_agent(visit)
    try:
        tried = platform.check(visit.services, visit.who, agent.agentid)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={"": str(error)}, opened=1)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"": str(error)}, opened=1)
    said = f"Connected: Entra gives a token. {tried.warning}".strip()
    return visit.to(f"{_BACK}#p1", said, "warn" if tried.warning else "good")


@pages.post("/agent/prerequisites/1/new-secret", "prvReadAgent", "prvCreateApplication")
def new_secret(visit: Visit) -> Response:
    """Bring in a new client secret; the former one stays beside it."""
    agent = needed_agent(visit)
    try:
        ends = _day(visit, "new_secret_endson")
        platform.new_secret(visit.services, visit.who, agent.agentid, _secret(visit, "new_secret"), ends)
    except BadInput as error:
        name = f"new_{error.field}" if error.field in ("secret", "secret_endson") else "new_secret"
        return dynamics_page(visit, agent, 422, problems={name: str(error)}, opened=1)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"new_secret": str(error)}, opened=1)
    return visit.to(
        f"{_BACK}#p1", "The new secret works and is kept. The former one stays beside it until you drop it."
    )


@pages.post("/agent/prerequisites/1/secret-end", "prvReadAgent", "prvCreateApplication")
def correct_end(visit: Visit) -> Response:
    """Correct the date on which the client secret ends; what is marked as done is checked again."""
    agent = needed_agent(visit)
    try:
        ends = _day(visit, "corrected_endson")
        if ends is None:
            raise BadInput("Enter the date Microsoft Entra shows under Expires.")
        platform.correct_end(visit.services, visit.who, agent.agentid, ends)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={"corrected_endson": str(error)}, opened=1)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"corrected_endson": str(error)}, opened=1)
    return visit.to(f"{_BACK}#p1", f"The client secret works. It ends on {ends.day} {ends:%b %Y}.")


@pages.post("/agent/prerequisites/1/add-certificate", "prvReadAgent", "prvCreateApplication")
def add_certificate(visit: Visit) -> Response:
    """Bring in a new certificate; the former one signs in until Entra knows it."""
    agent = needed_agent(visit)
    try:
        pem = visit.text("new_certificate", most=30_000)
        platform.new_certificate(visit.services, visit.who, agent.agentid, pem)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={"new_certificate": str(error)}, opened=1)
    return visit.to(f"{_BACK}#p1", "The certificate is kept. Upload it at Microsoft Entra now.")


@pages.get("/agent/prerequisites/1/drop-former", "prvReadAgent", "prvCreateApplication")
def ask_drop_former(visit: Visit) -> Response:
    """What dropping the former secret or certificate does, to be confirmed."""
    agent = needed_agent(visit)
    kept = connection_shown(visit.services, visit.who)
    if kept is None or kept.credentials < 2:
        return visit.to(f"{_BACK}#p1", "There is no former one: only the newest is kept.", "info")
    return settings_page(visit, agent, "prerequisites", "agent/dynamics/drop_former.html", kept=kept)


@pages.post("/agent/prerequisites/1/drop-former", "prvReadAgent", "prvCreateApplication")
def drop_former(visit: Visit) -> Response:
    """Forget the former secret or certificate, when the newest one works by itself."""
    agent = needed_agent(visit)
    try:
        platform.drop_former(visit.services, visit.who, agent.agentid)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={"": str(error)}, opened=1)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"": str(error)}, opened=1)
    return visit.to(f"{_BACK}#p1", "The former one is dropped. Delete it at Microsoft Entra too.")


@pages.get("/agent/platform/leave", "prvReadAgent", "prvCreateApplication", "prvAssignRole")
def ask_leave(visit: Visit) -> Response:
    """What going back to the built-in platform does, to be confirmed."""
    agent = needed_agent(visit)
    with visit.services.database.reading() as session:
        connection = connection_row(session)
    if connection is None:
        return visit.to(_BACK, "This installation is on the built-in platform already.", "info")
    return settings_page(visit, agent, "prerequisites", "agent/dynamics/leave.html", connection=connection)


@pages.post("/agent/platform/leave", "prvReadAgent", "prvCreateApplication", "prvAssignRole")
def leave(visit: Visit) -> Response:
    """Switch the connection off."""
    platform.leave(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to(_BACK, "The connection is switched off. This installation is on the built-in platform again.")


@pages.post("/agent/prerequisites/2/find", "prvReadAgent", "prvCreateUser", "prvAssignRole")
def find_user(visit: Visit) -> Response:
    """Find the application user that was created in the portal."""
    agent = needed_agent(visit)
    try:
        users.find_application_user(visit.services, visit.who, agent.agentid)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=2)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"systemuserid": str(error)}, opened=2)
    return visit.to(f"{_BACK}#p2", "The application user is found. Mark prerequisite 2 as done to verify it.")


@pages.post("/agent/prerequisites/3/address", "prvReadAgent", "prvCreateMailbox")
def name_mailbox(visit: Visit) -> Response:
    """Keep the address of the shared mailbox."""
    agent, address = needed_agent(visit), visit.text("shared_address", most=400)
    try:
        mail.name_shared_mailbox(visit.services, visit.who, agent.agentid, address=address)
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={"shared_address": str(error)}, opened=3)
    return visit.to(f"{_BACK}#p3", "The address is kept. Mark prerequisite 3 as done to verify it.")


@pages.post("/agent/prerequisites/4/mailbox", "prvReadAgent", "prvWriteUser", "prvApproveMailbox")
def choose_record(visit: Visit) -> Response:
    """Choose the mailbox record and replace its address."""
    agent = needed_agent(visit)
    try:
        state = mail.choose_record(visit.services, visit.who, agent.agentid, mailboxid=visit.text("mailboxid", most=36))
    except BadInput as error:
        return dynamics_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=4)
    except CrmError as error:
        return dynamics_page(visit, agent, 502, problems={"mailboxid": str(error)}, opened=4)
    return visit.to(f"{_BACK}#p4", f"The record has the shared mailbox's address. {_next_of(state)}")


@pages.post("/agent/prerequisites/4/approve-email", "prvReadAgent", "prvApproveMailbox")
def approve(visit: Visit) -> Response:
    """Approve Email, where the application user itself may."""
    mail.approve_email(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to(f"{_BACK}#p4", "The address is approved. Now choose Test & Enable Mailbox.")


@pages.post("/agent/prerequisites/4/test-mailbox", "prvReadAgent", "prvApproveMailbox")
def test(visit: Visit) -> Response:
    """Test & Enable Mailbox: queue the test; the page shows its end."""
    mail.enable_mailbox(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to(f"{_BACK}#p4", "The test is queued at Microsoft. This page looks again by itself.", "info")


@pages.post("/agent/prerequisites/people", "prvReadAgent", "prvConfigureSignIn")
def let_people_in(visit: Visit) -> Response:
    """Offer the tenant of the connection on the sign-in page."""
    agent = needed_agent(visit)
    try:
        name = people.offer_tenant(visit.services, visit.who).name
    except (BadInput, Conflict) as error:
        return dynamics_page(visit, agent, 422, problems={"tenant": str(error)})
    return visit.to(f"{_BACK}#people", f"People sign in with {name} now.")


def dynamics_page(
    visit: Visit,
    agent: Agent,
    status: int = 200,
    *,
    problems: dict[str, str] | None = None,
    opened: int = 0,
    doubt: bool = False,
) -> Response:
    """The page as it stands, with what was wrong beside the fields of the prerequisite `opened`."""
    services, who = visit.services, visit.who
    with services.database.reading() as session:
        connection = connection_row(session)
    reports = act.reports(services, who, agent.agentid, platform=Platform.DYNAMICS365)
    kept = connection_shown(services, who) if visit.may("prvReadApplication") else None
    return settings_page(
        visit,
        agent,
        "prerequisites",
        "agent/dynamics/prerequisites.html",
        status,
        reports=reports,
        connection=connection,
        kept=kept,
        pending=kept if kept is not None and kept.state == "pending" else None,
        choosing=True,
        portals=portals_of(services.settings, connection),
        problems=problems or {},
        opened=opened,
        doubt=doubt,
        typed=visit.form,
        kinds=KINDS,
        clouds=CLOUDS,
        may_connect=_may_connect(visit),
        next_step=next((r.step.number for r in reports if not r.done), 0),
        approvers=APPROVERS,
        people=people.tenant_sign_in(services),
        **_mailbox(visit, agent, reports),
    )


def _mailbox(visit: Visit, agent: Agent, reports: tuple[act.Report, ...]) -> dict[str, Any]:
    """What Dataverse says about the mailbox record at this moment; asked only while it is set up, or fails."""
    found: dict[str, Any] = {"records": [], "records_problem": "", "state": None, "may_approve": False}
    if (
        (reports[3].done and not failing(reports[3].checks))
        or not reports[1].inputs.get("systemuserid")
        or not reports[2].inputs.get("emailaddress")
    ):
        return found
    try:
        if not reports[3].done:
            kept = mail.records(visit.services, visit.who, agent.agentid)
            found["records"] = [(r.mailboxid, f"{r.name}, {r.address or 'no address'}") for r in kept]
        if reports[3].inputs.get("mailboxid"):
            found["state"] = mail.record_state(visit.services, visit.who, agent.agentid)
            found["may_approve"] = mail.may_approve_here(visit.services, visit.who, agent.agentid)
    except LeadwrightError as error:
        found["records_problem"] = str(error)
    return found


def _next_of(state: MailboxState) -> str:
    if not (state.is_approved or state.approval_waived):
        return "Now it has to be approved."
    return "Mark prerequisite 4 as done to verify it." if state.works else "Now choose Test & Enable Mailbox."


def _may_connect(visit: Visit) -> bool:
    return visit.may("prvCreateApplication") and visit.may("prvAssignRole")


def _secret(visit: Visit, name: str = "secret") -> str:
    value = visit.form.get(name, "")
    if not isinstance(value, str) or len(value) > 4_000:
        raise BadInput("Please shorten it: at most 4,000 characters.", field="secret")
    return value.strip()


def _day(visit: Visit, name: str) -> datetime | None:
    """A date of a form, as the last moment of that day in UTC."""
    text = visit.text(name, most=10)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(hour=23, minute=59, tzinfo=UTC)
    except ValueError:
        raise BadInput("Write the date like 2027-03-31.", field="secret_endson") from None
