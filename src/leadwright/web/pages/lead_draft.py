"""Draft email: edit it, save it, send it at once or later from an address of one's own or the shared one, take it back.

The rules are in `actions.outcome` and `actions.seller_mail`.
"""

from datetime import date, datetime, time

from starlette.responses import Response

from leadwright.actions import outcome, seller_mail
from leadwright.actions.seller_mail import Wanted
from leadwright.db.base import new_id
from leadwright.db.pages import lead_research
from leadwright.db.pages import seller_mail as read
from leadwright.domain.personal_mail import leaving_time
from leadwright.errors import BadInput, Conflict, Doubt
from leadwright.mail.compose import reply_subject
from leadwright.web.pages.lead_banner import readable_lead
from leadwright.web.pages.lead_research import mailto, paragraphs
from leadwright.web.rendering import zone
from leadwright.web.visit import Pages, Visit

pages = Pages()
_ZONES = (
    "UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Athens", "Africa/Johannesburg", "Asia/Dubai",
    "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip


@pages.get("/leads/{leadid}/draft", "prvReadLead", "prvWriteActivity")
def draft_page(visit: Visit) -> Response:
    """The drafted mail, to be changed or sent."""
    return _page(visit)


@pages.post("/leads/{leadid}/draft", "prvReadLead", "prvWriteActivity")
def save(visit: Visit) -> Response:
    """Save the draft, unless somebody else changed it meanwhile."""
    leadid = visit.request.path_params["leadid"]
    try:
        outcome.save_draft(
            visit.services,
            visit.who,
            leadid,
            subject=visit.text("subject", most=800),
            body=visit.text("body", most=200_000),
            emailid=visit.text("emailid", most=36),
            versionnumber=visit.number("versionnumber"),
        )
    except (BadInput, Conflict) as error:
        return _page(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    return visit.to(f"/leads/{leadid}?tab=email#deeper", "The draft is saved.")


@pages.post("/leads/{leadid}/send", "prvReadLead", "prvWriteLead", "prvCreateActivity")
def send(visit: Visit) -> Response:
    """Send it, at once or at the moment given. What speaks against it is shown first."""
    leadid = str(visit.request.path_params["leadid"])
    try:
        wanted = Wanted(
            emailid=visit.text("emailid", most=36) or new_id(),
            subject=visit.text("subject", most=800),
            body=visit.text("body", most=200_000),
            mailboxid=visit.text("mailboxid", most=36),
            due=_due(visit),
            versionnumber=visit.number("versionnumber"),
            anyway=visit.text("anyway") == "1",
        )
        done = seller_mail.send_mail(visit.services, visit.who, leadid, wanted)
    except Doubt as error:
        return _page(visit, "", 409, error.doubts)
    except (BadInput, Conflict) as error:
        return _page(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    note = f"The mail is in the outbox and goes out {_said(visit, wanted.due)}. Until then you can take it back here."
    return visit.to(f"/leads/{leadid}/thread#mail-{done.emailid}", note if done.new else "This mail is sent only once.")


@pages.post("/leads/{leadid}/mails/{emailid}/cancel", "prvReadLead", "prvWriteLead", "prvCreateActivity")
def cancel(visit: Visit) -> Response:
    """Take a mail back that waits."""
    leadid, emailid = str(visit.request.path_params["leadid"]), str(visit.request.path_params["emailid"])
    try:
        seller_mail.cancel_mail(visit.services, visit.who, leadid, emailid)
    except Conflict as error:
        return visit.to(f"/leads/{leadid}/thread", str(error), "bad")
    return visit.to(f"/leads/{leadid}/draft", "The mail is not sent. Its words are a draft again.")


def _due(visit: Visit) -> datetime | None:
    day, wall = visit.text("day", most=10), visit.text("time", most=8)
    if visit.text("when") == "now":
        return None
    try:
        at = (date.fromisoformat(day) if day else None, time.fromisoformat(wall) if wall else None)
    except ValueError:
        raise BadInput("Write the day as 2026-05-31 and the time as 14:30.", field="day") from None
    return leaving_time(*at, visit.text("zone", most=60) or "UTC", visit.services.clock())


def _said(visit: Visit, due: datetime | None) -> str:
    if due is None:
        return "in a moment"
    local = due.astimezone(zone(visit.session.timezone if visit.session else "UTC"))
    return f"on {local.day} {local:%b %Y, %H:%M} ({local.tzinfo})"


def _page(visit: Visit, problem: str = "", status: int = 200, doubts: tuple[str, ...] = ()) -> Response:
    lead = readable_lead(visit)
    with visit.services.database.reading() as session:
        run = lead_research.newest_run(session, lead.leadid)
        draft = lead_research.draft(session, lead.leadid, run.runid if run is not None else None, visit.who.id)
        senders = read.senders(session, visit.who.id)
        refused = seller_mail.why_not_written_to(session, lead)
        heard = read.last_heard(session, lead.leadid)
    typed = bool(visit.form)
    own = visit.session.timezone if visit.session else "UTC"
    subject = reply_subject(heard.subject) if heard else lead.subject or ""
    return visit.page(
        "lead_draft.html",
        status,
        lead=lead,
        draft=draft,
        problem=problem,
        doubts=doubts,
        senders=senders,
        refused=refused,
        may_send=visit.may("prvCreateActivity") and visit.may("prvWriteLead"),
        paragraphs=[p for p in paragraphs(draft) if p.statement and p.statement.evidence],
        mailto=mailto(lead, draft),
        subject=visit.text("subject", most=800) if typed else draft.subject if draft is not None else subject,
        body=visit.text("body", most=200_000) if typed else draft.description if draft is not None else "",
        version=visit.text("versionnumber") if typed else draft.versionnumber if draft is not None else "",
        emailid=visit.text("emailid", most=36) or (draft.activityid if draft is not None else new_id()),
        chosen={n: visit.text(n, most=60) for n in ("mailboxid", "day", "time", "when")},
        zones=[(name, name) for name in dict.fromkeys((own, lead.lw_timezone or own, *_ZONES))],
        chosen_zone=visit.text("zone", most=60) or own,
    )
