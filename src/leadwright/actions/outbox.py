"""The outbox for people: what waits and how fast, and the mails of which nobody knows whether they arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, Literal

from leadwright.db.mail import Outbox
from leadwright.db.pages import mailboxes as read
from leadwright.domain.mail_phase import Phase
from leadwright.domain.privileges import Depth
from leadwright.errors import BadInput, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.mail.pace import DAY, MINUTE, sent_within
from leadwright.mail.unknown import decide_held
from leadwright.services import Services

Decision = Literal["arrived", "again", "give_up"]
NEEDS: dict[str, str] = {"arrived": "prvWriteActivity", "again": "prvCreateActivity", "give_up": "prvWriteActivity"}
"""Decision -> the privilege it needs: whoever sends again creates what a stranger may get twice."""
_MOST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of what a mailbox may send is used.

    Args:
        minute: mails that went out in the last 60 seconds; `day` in the last 24 hours.
        phases: phase -> number of mails of the outbox.
    """

    mailbox: Any
    minute: int
    day: int
    phases: dict[str, int]


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail whose fate nobody knows. `row` has recipient, reason, lead and times; `subject` and `text` its words."""

    row: Any
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox at a glance. `waiting` are at most a hundred rows, in the order in which they are due."""

    paces: tuple[Pace, ...]
    waiting: Sequence[Any]
    held: int


def queue(services: Services, who: Principal) -> Queue:
    """What waits to go out and how fast each mailbox sends.

    Raises:
        NotAllowed: not a supervisor or administrator.
    """
    _may(who, "prvReadActivity")
    moment = services.clock()
    with services.database.reading() as session:
        phases = read.phases(session)
        paces = []
        for mailbox in read.mailboxes(session):
            minute, day = sent_within(session, mailbox.mailboxid, moment, (MINUTE, DAY))
            paces.append(Pace(mailbox, minute, day, phases.get(mailbox.mailboxid, {})))
        held = sum(p.phases.get(Phase.HELD, 0) for p in paces)
        return Queue(tuple(paces), read.waiting_mails(session), held)


def held_mails(services: Services, who: Principal) -> list[HeldMail]:
    """Mails that wait for a person's word, oldest first, at most a hundred.

    Raises:
        NotAllowed: not a supervisor or administrator.
    """
    _may(who, "prvReadActivity")
    with services.database.reading() as session:
        return [HeldMail(row, *_words(row)) for row in read.held_mails(session)]


def decide(services: Services, who: Principal, outboxid: str, decision: str) -> Phase:
    """A person says what became of a held mail: it arrived, send it again, or give it up. Audited.

    Raises:
        NotAllowed: the privilege of `NEEDS` is missing or does not reach every record.
        BadInput: no such decision.
        NotFound, Conflict: there is no such mail, or it is not held any more.
    """
    if decision not in NEEDS:
        raise BadInput(f"Choose one of {', '.join(NEEDS)}.", field="decision")
    _may(who, NEEDS[decision])
    with services.database.transaction() as session:
        if session.get(Outbox, outboxid) is None:
            raise NotFound("There is no such mail in the outbox.")
        return decide_held(
            session,
            outboxid,
            was_sent=decision == "arrived",
            again=decision == "again",
            actor=who.actor,
            clock=services.clock,
        )


def _may(who: Principal, privilege: str) -> None:
    """The outbox holds mails to everybody's leads: the privilege has to reach all of them."""
    require(who, "prvReadDashboard")
    require(who, privilege)
    if who.privileges[privilege] < Depth.ORGANISATION:
        raise NotAllowed(
            f"The outbox is for supervisors and administrators: your privilege {privilege} reaches only your own "
            "records.",
            privilege=privilege,
        )


def _words(row: Any) -> tuple[str, str]:
    """Subject and text of the mail as it goes out."""
    mail = message_from_bytes(row.raw, policy=policy.default)
    part = mail.get_body(("plain",))
    return str(mail.get("Subject", "")), (str(part.get_content()) if part else "")[:_MOST_TEXT]
