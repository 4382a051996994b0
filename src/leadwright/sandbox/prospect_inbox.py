"""The prospect inbox: the person at the keyboard is one of the rehearsal's prospects, reads and answers by real SMTP.

Mounted by the demo only. What the agent makes of an answer stands on the page of the lead.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter
from sqlalchemy import func, select
from starlette.responses import Response

from leadwright.db.sales import Lead
from leadwright.errors import BadInput
from leadwright.mail.trim import trim_reply
from leadwright.sandbox.answers import Received, reply_subject
from leadwright.sandbox.characters import Prospect
from leadwright.sandbox.prospects import Prospects
from leadwright.sandbox.weeks import Weeks
from leadwright.services import Services
from leadwright.web.security import SIGNED_IN
from leadwright.web.site_map import Area
from leadwright.web.visit import Pages, Visit

PATH = "/rehearsal/prospects"
CLOCK = "/rehearsal/clock"
AREA = Area(PATH, "Prospect inbox", "play")
NEW = "new"  # instead of a mail's number: a mail outside any thread
_MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail on the page.

    Args:
        is_theirs: the prospect wrote it.
        words: what is read at once: of their own mails without the quote and the signature.
        head: its header, as it came.
    """

    mail: Received
    is_theirs: bool
    words: str
    head: str

    @property
    def at(self) -> datetime:
        """When it came or went."""
        return self.mail.at


def prospect_inbox(services: Services, prospects: Prospects, weeks: Weeks | None = None) -> APIRouter:
    """The routes of the page, for `create_app(routers=[...])`; `AREA` is its line in the site map.

    Args:
        weeks: lets the person skip to the next moment at which something is due.
    """
    pages = Pages()

    @pages.get(PATH, SIGNED_IN)
    def prospect_list(visit: Visit) -> Response:
        """Who there is, and what came to them."""
        leads = _leads(visit, [p.address for p in prospects.leads])
        rows = [
            {
                "prospect": p,
                "link": _path(p),
                "received": prospects.received_count(p),
                "sent": prospects.sent_count(p),
                "played": prospects.is_played(p),
                "leadid": leads.get(p.address),
            }
            for p in prospects.leads
        ]
        following = weeks.next_moment() if weeks else None
        moment = visit.services.clock()
        return visit.page("rehearsal/prospects.html", rows=rows, moment=moment, following=following, clock=CLOCK)

    @pages.post(CLOCK, SIGNED_IN)
    def skip(visit: Visit) -> Response:
        """Go on to the next moment at which something is due."""
        moment = weeks.skip() if weeks else None
        if moment is None:
            return visit.to(PATH, "Nothing is due any more: every conversation has ended.")
        return visit.to(PATH, f"It is now {moment:%A, %d %B, %H:%M} UTC. What is due is being done.")

    @pages.get(PATH + "/{address}", SIGNED_IN)
    def prospect(visit: Visit) -> Response:
        """The mails of one, and a form to answer."""
        return _page(visit, prospects, _meant(visit, prospects))

    @pages.post(PATH + "/{address}", SIGNED_IN)
    def write(visit: Visit) -> Response:
        """Send what was typed, as this prospect."""
        who = _meant(visit, prospects)
        try:
            mail = _answered(visit, prospects.received(who))
            subject = visit.text("subject", most=400) or (reply_subject(mail.subject) if mail else "")
            prospects.write(who, visit.text("text", most=_MOST_TEXT), subject=subject, answers=mail)
        except BadInput as error:
            return _page(visit, prospects, who, 422, {error.field or "": str(error)})
        sent = f"Sent as {who.name}. What the agent does about it stands on the lead's page."
        return visit.to(_path(who), sent)

    router = APIRouter()
    router.routes.extend(pages.routes(services))
    return router


def _page(
    visit: Visit, prospects: Prospects, who: Prospect, status: int = 200, problems: dict[str, str] | None = None
) -> Response:
    received = prospects.received(who)
    shown = [Shown(m, False, m.text.strip(), _head(m)) for m in received]
    shown += [Shown(m, True, trim_reply(m.text) or m.text.strip(), _head(m)) for m in prospects.sent(who)]
    mail = _answered(visit, received)
    return visit.page(
        "rehearsal/prospect.html",
        status,
        prospect=who,
        here=_path(who),
        thread=sorted(shown, key=lambda s: s.at, reverse=True),
        answers=mail,
        subject=visit.text("subject", most=1_000_000) or (reply_subject(mail.subject) if mail else ""),
        text=visit.text("text", most=1_000_000),
        mailbox=prospects.mailbox,
        played=prospects.is_played(who),
        leadid=_leads(visit, [who.address]).get(who.address),
        problems=problems or {},
    )


def _answered(visit: Visit, received: list[Received]) -> Received | None:
    """The mail that is answered: the one chosen, else the newest; None for a new mail."""
    chosen = visit.text("answers", most=20)
    if chosen == NEW or not received:
        return None
    return next((m for m in received if str(m.number) == chosen), received[-1])


def _meant(visit: Visit, prospects: Prospects) -> Prospect:
    return prospects.find(str(visit.request.path_params["address"]))


def _path(prospect: Prospect) -> str:
    return f"{PATH}/{quote(prospect.address)}"


def _head(mail: Received) -> str:
    return "\n".join(mail.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").splitlines())


def _leads(visit: Visit, addresses: list[str]) -> dict[str, str]:
    """Address -> id of the newest lead, for those who may read leads; the lead's page checks which."""
    if not visit.may("prvReadLead"):
        return {}
    with visit.services.database.reading() as session:
        found = session.execute(
            select(func.lower(Lead.emailaddress1), Lead.leadid)
            .where(func.lower(Lead.emailaddress1).in_(addresses))
            .order_by(Lead.createdon)
        )
        return dict(found.all())
