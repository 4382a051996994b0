"""The conversation with a lead: where it stands, each mail with what was read in it, and what a person may decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

from leadwright.actions import conversations, no_mail, referrals
from leadwright.db.pages import thread as read
from leadwright.db.pages.thread_story import Event, OurMail, Standing, TheirMail, read_thread
from leadwright.domain.conversation_words import FACTORS
from leadwright.domain.engagement import LABELS, Outcome
from leadwright.domain.evidence import Statement
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.mail.message import Message
from leadwright.mail.reader import Quarantine
from leadwright.web.highlight import marked
from leadwright.web.pages.lead_banner import may, readable_lead
from leadwright.web.pages.lead_history import HISTORY
from leadwright.web.visit import Pages, Visit

pages = Pages()
_SAID = {
    "send": "The mail goes out as soon as it may.",
    "their-answer": "It counts as the lead's answer; the agent reads it again and acts on it.",
    "go-on": "The agent goes on.",
    "take-over": "The agent writes nothing more to this lead.",
    "stop": "The conversation is over and the lead disqualified.",
    "pause": "Nothing goes out before that day.",
    "do-not-write": "Nobody writes to this address any more.",
    "referral": "The lead is created and belongs to you.",
}
_STOPPED = (AgentState.OFF, AgentState.PAUSED, AgentState.ARCHIVED)
_UNFOLDED = 3  # newest items
_MOST_SHOWN = 200_000  # characters of an original


@dataclass(frozen=True, slots=True)
class Shown:
    """An item of the thread as the templates want it.

    Args:
        text: of theirs, with the judged words marked.
        unfolded: of ours: the text is shown at once; that of earlier ones on demand.
    """

    what: str
    item: OurMail | TheirMail | Event
    text: Markup | str = ""
    paragraphs: tuple[tuple[str, Statement | None], ...] = ()
    label: str = ""
    unfolded: bool = True
    icon: str = ""


@pages.get("/leads/{leadid}/thread", "prvReadLead")
def thread(visit: Visit) -> Response:
    """One column in time order."""
    lead = readable_lead(visit)
    with visit.services.database.reading() as session:
        story = read_thread(session, lead.leadid)
    standing = story.standing
    return visit.page(
        "lead_thread.html",
        lead=lead,
        here="thread",
        threaded=True,
        banner=None,
        standing=standing,
        stopped=bool(standing and standing.ended_at is None and standing.agent_state in _STOPPED),
        items=[_shown(item, unfolded=n >= len(story.items) - _UNFOLDED) for n, item in enumerate(story.items)],
        may=conversations.open_decisions(visit.who, lead, standing) | _own_mails(visit, lead),
        factors=FACTORS,
        stops=[(str(o), LABELS[o]) for o in conversations.STOPS],
        mailto=_own_answer(visit, lead, standing, story.items),
    )


@pages.get("/leads/{leadid}/thread/{emailid}/original", "prvReadLead")
def original(visit: Visit) -> Response:
    """A mail as it came in or went out, as text: nothing of it is fetched, no HTML of it is shown."""
    lead = readable_lead(visit)
    with visit.services.database.reading() as session:
        mail = read.mail(session, lead.leadid, str(visit.request.path_params["emailid"]))
    if mail is None:
        raise NotFound("There is no such mail of this lead.")
    raw = mail.went if mail.directioncode else mail.came
    found = visit.services.reader.read(raw) if raw else None
    message = found.message if found is not None and not isinstance(found, Quarantine) else None
    return visit.page(
        "lead_original.html",
        lead=lead,
        mail=mail,
        message=message,
        problem=found.reason if isinstance(found, Quarantine) else "",
        text=(message.text if message else mail.description)[:_MOST_SHOWN],
        headers=_headers(message) if message else (),
    )


@pages.post("/leads/{leadid}/conversation/{decision}", "prvReadLead")
def decide(visit: Visit) -> Response:
    """A person's word about the conversation."""
    leadid, decision = str(visit.request.path_params["leadid"]), str(visit.request.path_params["decision"])
    if decision not in conversations.NEEDS:
        raise NotFound("There is no page at this address.")
    back = f"/leads/{leadid}/thread"
    try:
        after = _DECISIONS[decision](visit, leadid)
    except (BadInput, Conflict) as error:
        return visit.to(back, str(error), "bad")
    return visit.to(after or back, _SAID[decision])


def _send(visit: Visit, leadid: str) -> None:
    conversations.send_held(visit.services, visit.who, leadid)


def _vouch(visit: Visit, leadid: str) -> None:
    conversations.vouch(visit.services, visit.who, leadid, visit.text("emailid", most=36))


def _go_on(visit: Visit, leadid: str) -> None:
    conversations.go_on(visit.services, visit.who, leadid)


def _take_over(visit: Visit, leadid: str) -> None:
    conversations.take_over(visit.services, visit.who, leadid, by_rule=visit.text("to") == "rule")


def _stop(visit: Visit, leadid: str) -> None:
    reason, outcome = visit.text("reason", most=500), visit.text("outcome", most=20)
    conversations.stop(visit.services, visit.who, leadid, reason, outcome)


def _pause(visit: Visit, leadid: str) -> None:
    conversations.pause(visit.services, visit.who, leadid, _day(visit.text("until", most=10)))


def _do_not_write(visit: Visit, leadid: str) -> None:
    no_mail.do_not_write(visit.services, visit.who, leadid)


def _referral(visit: Visit, leadid: str) -> str:
    return f"/leads/{referrals.create_referred(visit.services, visit.who, leadid)}"


_DECISIONS: dict[str, Callable[[Visit, str], str | None]] = {
    "send": _send,
    "their-answer": _vouch,
    "go-on": _go_on,
    "take-over": _take_over,
    "stop": _stop,
    "pause": _pause,
    "do-not-write": _do_not_write,
    "referral": _referral,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("Give the day as YYYY-MM-DD, such as 2026-05-31.", field="until") from None


def _shown(item: OurMail | TheirMail | Event, *, unfolded: bool) -> Shown:
    match item:
        case OurMail():
            known = {s.text.strip(): s for s in item.paragraphs}
            texts = [t.strip() for t in item.text.split("\n\n") if t.strip()]
            return Shown("ours", item, paragraphs=tuple((t, known.get(t)) for t in texts), unfolded=unfolded)
        case TheirMail():
            said = item.interest.evidence if item.interest else ()
            quotes = [item.opt_out, *(e.quote for e in said), item.quote, item.question]
            return Shown("theirs", item, text=marked(item.text, quotes))
        case Event():
            label, icon = HISTORY.get(item.action, (item.action, "info"))
            return Shown("event", item, label=label, icon=icon)


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    wanted = ("From", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To")
    return tuple((name, value) for name in wanted if (value := message.value(name)))


def _own_mails(visit: Visit, lead: Any) -> set[str]:
    """Whether the person may write to the lead, and take back what still waits."""
    if not may(visit.who, "prvWriteLead", lead) or not visit.may("prvCreateActivity"):
        return set()
    return {"cancel-mail", "write"}


def _own_answer(visit: Visit, lead: Any, standing: Standing | None, items: tuple[object, ...]) -> str:
    """A link that opens the person's own mail program, for a question the agent could not answer; else empty."""
    blocked = standing is not None and standing.outcome is Outcome.BLOCKED
    if standing is None or not blocked or lead.donotemail or not visit.may("prvWriteActivity"):
        return ""
    theirs = [item for item in items if isinstance(item, TheirMail)]
    subject = theirs[-1].subject if theirs else lead.subject or ""
    answer = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    asked = "\n".join(f"> {line}" for line in standing.question.splitlines())
    return (
        f"mailto:{quote(standing.address, safe='@')}?subject={quote(answer)}&body={quote(f'{chr(10)}{chr(10)}{asked}')}"
    )
