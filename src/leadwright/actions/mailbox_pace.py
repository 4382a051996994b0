"""How fast the agent's mailbox sends, and whose word on senders it believes: changed by a person while it works."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.mail import Mailbox
from leadwright.db.pages.mailboxes import mailboxid_of
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, require
from leadwright.services import Services

MOST_A_MINUTE = 10_000
MOST_A_DAY = 1_000_000
MOST_AT_ONCE = 50
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_COLUMNS = {
    "per_minute": "lw_perminute", "per_day": "lw_perday", "at_once": "lw_atonce", "authserv_id": "lw_authservid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of one mailbox, for all workers together.

    Args:
        per_minute, per_day: mails in any 60 seconds, in any 24 hours.
        at_once: mails in the hands of the server at the same time.
        authserv_id: the name our own server signs Authentication-Results with; empty: no such header is believed.
    """

    per_minute: int = 30
    per_day: int = 10_000
    at_once: int = 4
    authserv_id: str = ""


def change_pace(services: Services, who: Principal, agentid: str, **limits: int | str) -> Pace:
    """Set limits of the agent's mailbox. They hold from the next mail on, whether the agent works or not.

    Args:
        limits: by the names of `Pace`; what is not named stays.

    Returns:
        All of them as they are now.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: a limit that makes no sense, or no name of a server; `field` names it.
        Conflict: the agent has no mailbox yet.
    """
    require(who, "prvCreateMailbox")
    with services.database.transaction() as session:
        return set_pace(session, who, _mailbox(session, agentid), services.clock(), **limits)


def pace_of(row: Mailbox) -> Pace:
    """The limits of a mailbox record."""
    return Pace(**{name: getattr(row, column) for name, column in _COLUMNS.items()})


def set_pace(session: Session, who: Principal, row: Mailbox, moment: datetime, **limits: int | str) -> Pace:
    """The same as `change_pace` on a locked record, in the caller's transaction."""
    before = pace_of(row)
    wanted = _checked(before, replace(before, **limits))  # type: ignore[arg-type]
    if wanted != before:
        for name, column in _COLUMNS.items():
            setattr(row, column, getattr(wanted, name))
        row.modifiedon = moment
        was, now = asdict(before), asdict(wanted)
        audit.record(session, who.actor, "mailbox.paced", "mailbox", row.mailboxid, before=was, after=now)
    return wanted


def _mailbox(session: Session, agentid: str) -> Mailbox:
    mailboxid = mailboxid_of(session, agentid)
    row = session.get(Mailbox, mailboxid, with_for_update=True) if mailboxid else None
    if row is None:
        raise Conflict("The agent has no mailbox yet. Set up prerequisite 3 first.")
    return row


def _checked(before: Pace, pace: Pace) -> Pace:
    """What was changed makes sense."""
    for name, most, what in (
        ("per_minute", MOST_A_MINUTE, "Mails a minute"),
        ("per_day", MOST_A_DAY, "Mails a day"),
        ("at_once", MOST_AT_ONCE, "Mails at once"),
    ):
        value = getattr(pace, name)
        if value != getattr(before, name) and not 1 <= value <= most:
            raise BadInput(f"{what} is a number from 1 to {most:,}.", field=name)
    server = pace.authserv_id.strip()
    if server and not _NAME.fullmatch(server):
        raise BadInput(
            "Write the one name that stands before the first semicolon of the header, such as mx.example.com.",
            field="authserv_id",
        )
    return replace(pace, authserv_id=server.casefold())
