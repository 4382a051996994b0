"""Prerequisites of the agent: set up, verify, attest, check again. Secrets are shown once, in the answer itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from leadwright.actions import applications, certificates
from leadwright.actions import prerequisites as act
from leadwright.actions.mailbox_dkim import sender_records
from leadwright.actions.prerequisites import ACCOUNT_TYPES
from leadwright.actions.shared_mailbox import SECURITIES, SIGN_INS
from leadwright.db.agent import Agent
from leadwright.db.connection import platform_of
from leadwright.db.pages.mailboxes import application_users, mailbox_record, mailboxes, members_of
from leadwright.db.people import BusinessUnit, Role
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import BY_NUMBER, failing
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, NotFound
from leadwright.identity.directory import SECRET_DAYS, NewSecret
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.pages.agent_dynamics import dynamics_page
from leadwright.web.pages.recheck_note import not_checked, recheck_note
from leadwright.web.visit import Pages, Visit

pages = Pages()

_LIFETIMES = {30: "30 days", 90: "90 days", 180: "180 days", 365: "12 months", 730: "24 months"}


@pages.get("/agent/prerequisites", "prvReadAgent")
def prerequisites(visit: Visit) -> Response:
    """The four prerequisites with what was checked, as they are on the platform in force or on the one asked for."""
    agent = needed_agent(visit)
    with visit.services.database.reading() as session:
        platform = platform_of(session)
    if Platform.DYNAMICS365 in (platform, visit.text("platform", most=20)):
        return dynamics_page(visit, agent)
    return prerequisites_page(visit, agent)


@pages.post("/agent/prerequisites/1/register", "prvCreateApplication")
def register(visit: Visit) -> Response:
    """Register the application; its secret is on this page once."""
    agent = needed_agent(visit)
    if visit.text("sign_in", most=20) == "certificate":
        return _register_with_certificate(visit, agent)
    try:
        made = act.register_application(
            visit.services,
            visit.who,
            agent.agentid,
            name=visit.text("name"),
            account_type=visit.text("account_type"),
            redirect_uri=visit.text("redirect_uri") or None,
        )
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=1)
    return prerequisites_page(visit, agent, secret=made.secret)


@pages.post("/agent/prerequisites/1/secret", "prvReadAgent", "prvCreateApplication")
def new_secret(visit: Visit) -> Response:
    """Add a client secret; it is on this page once."""
    agent = needed_agent(visit)
    days = visit.number("days") or SECRET_DAYS
    made = applications.new_secret(visit.services, visit.who, agent.agentid, days=days)
    return prerequisites_page(visit, agent, secret=made)


@pages.post("/agent/prerequisites/1/revoke", "prvReadAgent", "prvCreateApplication")
def revoke_secret(visit: Visit) -> Response:
    """Revoke a client secret; whoever knows it cannot sign in with it any more."""
    keyid = visit.text("keyid", most=36)
    applications.revoke_secret(visit.services, visit.who, needed_agent(visit).agentid, keyid)
    return visit.to("/agent/prerequisites#p1", "The secret is revoked. Nobody can sign in with it any more.")


@pages.post("/agent/prerequisites/1/certificate", "prvReadAgent", "prvCreateApplication")
def new_certificate(visit: Visit) -> Response:
    """Add a certificate."""
    agent = needed_agent(visit)
    try:
        certificates.add_certificate(visit.services, visit.who, agent.agentid, visit.text("certificate", most=30_000))
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={"new_certificate": str(error)})
    return visit.to("/agent/prerequisites#p1", "The certificate is added. Secrets and other certificates stay valid.")


@pages.post("/agent/prerequisites/1/certificate/remove", "prvReadAgent", "prvCreateApplication")
def remove_certificate(visit: Visit) -> Response:
    """Remove a certificate."""
    agentid, keyid = needed_agent(visit).agentid, visit.text("keyid", most=36)
    certificates.remove_certificate(visit.services, visit.who, agentid, keyid)
    return visit.to("/agent/prerequisites#p1", "The certificate is removed. Nobody can sign in with it any more.")


def _register_with_certificate(visit: Visit, agent: Agent) -> Response:
    try:
        certificates.register_with_certificate(
            visit.services,
            visit.who,
            agent.agentid,
            name=visit.text("name"),
            certificate=visit.text("certificate", most=30_000),
            account_type=visit.text("account_type"),
            redirect_uri=visit.text("redirect_uri") or None,
        )
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=1)
    return visit.to("/agent/prerequisites#p1", "The application is registered. It signs in with its certificate.")


@pages.post("/agent/prerequisites/2/user", "prvCreateUser")
def application_user(visit: Visit) -> Response:
    """Create the application user."""
    agent = needed_agent(visit)
    try:
        act.create_application_user(
            visit.services,
            visit.who,
            agent.agentid,
            clientid=visit.text("clientid"),
            businessunitid=visit.text("businessunitid") or None,
            role=visit.text("role") or AI_SALESPERSON,
        )
    except BadInput as error:
        return prerequisites_page(visit, agent, 422, problems={error.field or "": str(error)}, opened=2)
    return visit.to(
        "/agent/prerequisites#p2", "The application user is created. Mark prerequisite 2 as done to verify it."
    )


@pages.post("/agent/prerequisites/{number:int}/done", "prvReadAgent")
def done(visit: Visit) -> Response:
    """Tick: verify, and keep the tick only when everything passed."""
    agent, number = needed_agent(visit), _number(visit)
    report = act.mark_done(visit.services, visit.who, agent.agentid, number)
    if report.unknown:
        return visit.to(f"/agent/prerequisites#p{number}", not_checked(report), "warn")
    if report.done and not failing(report.checks):
        return visit.to(f"/agent/prerequisites#p{number}", f"{report.step.title}: every check passed.")
    broken = failing(report.checks) or [c for c in report.checks if c.passed is None and c.remedy]
    reason = broken[0].sentence if broken else "A check could not be run."
    refused = "It fails now." if report.done else "Not marked as done."
    return visit.to(f"/agent/prerequisites#p{number}", f"{refused} {reason}", "bad")


@pages.post("/agent/prerequisites/{number:int}/attest", "prvAssignRole")
def attest(visit: Visit) -> Response:
    """Tick on an administrator's word."""
    agent, number = needed_agent(visit), _number(visit)
    act.attest(visit.services, visit.who, agent.agentid, number)
    return visit.to(f"/agent/prerequisites#p{number}", "Attested, not verified. The audit log says by whom.", "warn")


@pages.post("/agent/prerequisites/{number:int}/clear", "prvReadAgent")
def clear(visit: Visit) -> Response:
    """Take the tick away."""
    agent, number = needed_agent(visit), _number(visit)
    act.unmark(visit.services, visit.who, agent.agentid, number)
    return visit.to(f"/agent/prerequisites#p{number}", "The mark is cleared.")


@pages.post("/agent/prerequisites/check", "prvReadAgent")
def check(visit: Visit) -> Response:
    """Run the checks of what is ticked again."""
    before = needed_agent(visit)
    reports = act.recheck(visit.services, visit.who, before.agentid)
    return visit.to("/agent/prerequisites", *recheck_note(reports, before, needed_agent(visit)))


def _secrets(visit: Visit, agent: Agent) -> Sequence[Any]:
    """Secrets of the agent's application, for whoever may see applications."""
    if not visit.may("prvReadApplication"):
        return ()
    return applications.secrets_of(visit.services, visit.who, agent.agentid)


def _certificates(visit: Visit, agent: Agent) -> Sequence[certificates.Shown]:
    """Certificates of the agent's application, for whoever may see applications."""
    if not visit.may("prvReadApplication"):
        return ()
    return certificates.certificates_of(visit.services, visit.who, agent.agentid)


def _number(visit: Visit) -> int:
    number = int(visit.request.path_params["number"])
    if number not in BY_NUMBER:
        raise NotFound("There are four prerequisites, 1 to 4.")
    return number


def prerequisites_page(
    visit: Visit,
    agent: Agent,
    status: int = 200,
    *,
    problems: dict[str, str] | None = None,
    secret: NewSecret | None = None,
    opened: int = 0,
) -> Response:
    """The page as it stands, with what was wrong beside the fields of the prerequisite `opened`."""
    reports = act.reports(visit.services, visit.who, agent.agentid)
    kept, now = _certificates(visit, agent), visit.services.clock()
    with visit.services.database.reading() as session:
        units = session.execute(
            select(BusinessUnit.businessunitid, BusinessUnit.name).order_by(BusinessUnit.name)
        ).all()
        roles = session.scalars(select(Role.name).order_by(Role.name)).all()
        mailboxid = reports[3].inputs.get("mailboxid") or reports[2].inputs.get("mailboxid")
        mailbox = mailbox_record(session, mailboxid)
        members = members_of(session, mailboxid)
        records = [(m.mailboxid, f"{m.name}, {m.emailaddress}") for m in mailboxes(session)]
        users = application_users(session)
    return settings_page(
        visit,
        agent,
        "prerequisites",
        "agent/prerequisites.html",
        status,
        reports=reports,
        problems=problems or {},
        secret=secret,
        secrets=_secrets(visit, agent),
        certificates=kept,
        own_certificate=next((c.keyid for c in kept if c.haskey and c.startson <= now < c.endson), None),
        lifetimes=[(str(d), text) for d, text in _LIFETIMES.items() if d <= applications.MOST_SECRET_DAYS],
        usual_days=SECRET_DAYS,
        opened=opened,
        account_types=list(ACCOUNT_TYPES.items()),
        units=[(u.businessunitid, u.name) for u in units],
        roles=[(r, r) for r in roles],
        usual_role=AI_SALESPERSON,
        typed=visit.form,
        mailbox=mailbox,
        members=set(visit.form.getlist("members")) if opened == 3 else members,
        records=records,
        dns_records=sender_records(visit.services, visit.who, agent.agentid) if visit.may("prvReadAgent") else (),
        application_users=users,
        securities=list(SECURITIES.items()),
        sign_ins=list(SIGN_INS.items()),
        connection=None,
        choosing=False,
        may_connect=visit.may("prvCreateApplication") and visit.may("prvAssignRole"),
    )
