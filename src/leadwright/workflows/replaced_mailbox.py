"""Another mailbox took the place of one: what waits there, and its conversations, go on from the new one.

A mail that waits is the same row, written again under its Message-ID and key: no second one can leave.
"""

from email import message_from_bytes, policy

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from leadwright.db import audit
from leadwright.db.agent import Agent
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mailbox_use import NOBODYS
from leadwright.db.sales import ActivityParty, Email
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import Participation
from leadwright.domain.personal_mail import PURPOSE
from leadwright.errors import LeadwrightError, NotAllowed
from leadwright.identity.access import Principal
from leadwright.mail.compose import Thread
from leadwright.mail.outbox import show_on_email
from leadwright.services import Services
from leadwright.workflows.case import sign_in
from leadwright.workflows.engagements import Held, lock_any, mailbox_of, talk_of
from leadwright.workflows.letters import Written, letter_of
from leadwright.workflows.seller_mail import GONE
from leadwright.workflows.sending_rules import ANSWER, waits_for
from leadwright.workflows.settle import hold_partner

_MOST = 200
_OPEN = (State.DUE, State.SENDING, State.PERSON)
_NO_OTHER = "Its mailbox {} was replaced; it goes out from the new one once that is approved under prerequisite 4."
_CANNOT = "Its mailbox {} was replaced, and it cannot be written to go out from the new one. {}"
_BY_HAND = "It was to go out from {}, and another mailbox took its place. Write it again from there."
_OVER = "The conversation went on meanwhile; this mail would come too late."


def leave_former_mailboxes(services: Services) -> int:
    """Move what is open from mailboxes that nobody uses any more to the one in use. How much. Safe to repeat."""
    with services.database.reading() as session:
        former = dict(session.execute(select(Mailbox.mailboxid, Mailbox.emailaddress).where(NOBODYS)).all())
        if not former:
            return 0
        waiting = session.execute(
            select(Outbox.outboxid, Outbox.agentid, Outbox.purpose, Outbox.mailboxid)
            .where(Outbox.mailboxid.in_(former), Outbox.phase == Phase.QUEUED)
            .order_by(Outbox.dueat)
            .limit(_MOST)
        ).all()
    moved = _move_conversations(services, list(former))
    for row in waiting:
        if row.purpose == PURPOSE:
            moved += _end(services, row.outboxid, _BY_HAND.format(former[row.mailboxid]))
        elif row.agentid:
            moved += _move_mail(services, row.outboxid, row.agentid, former[row.mailboxid])
    return moved


def _move_conversations(services: Services, former: list[str]) -> int:
    """Their next mails are written to go out from the mailbox of their agent."""
    theirs = (Engagement.mailboxid.in_(former), Engagement.state.in_(_OPEN))
    with services.database.reading() as session:
        agentids = session.scalars(select(Engagement.agentid).where(*theirs).distinct()).all()
        homes = {each: _home(session, each) for each in agentids}
    moved = 0
    for agentid, home in homes.items():
        if home is not None:
            with services.database.transaction() as session:
                mine = update(Engagement).where(*theirs, Engagement.agentid == agentid).values(mailboxid=home.mailboxid)
                moved += len(session.scalars(mine.returning(Engagement.runid)).all())
    return moved


def _home(session: Session, agentid: str) -> Mailbox | None:
    agent = session.get(Agent, agentid, options=[defer(Agent.draft)])
    return mailbox_of(session, agent) if agent is not None else None


def _move_mail(services: Services, outboxid: str, agentid: str, former: str) -> bool:
    """Write a waiting mail of the agent again, to go out from its present mailbox. When it cannot be, it says why."""
    try:
        who = sign_in(services, agentid)
    except NotAllowed:  # it does not work now
        return False
    with services.database.transaction() as session:
        runid = session.scalar(
            select(Email.lw_threadid)
            .join(Outbox, Outbox.emailid == Email.activityid)
            .where(Outbox.outboxid == outboxid)
        )
        rows = None
        if runid is not None:
            hold_partner(session, runid)
            rows = lock_any(session, runid, services.clock())
        row = _waiting(session, outboxid)
        if row is None:
            return False
        if rows is None or not waits_for(rows.engagement, outboxid):
            return _cancel(session, row, _OVER if runid else GONE.reason, services)
        home = _home(session, rows.run.agentid)
        if home is None:
            row.reason = _NO_OTHER.format(former)
            return False
        try:
            _write_again(services, session, who, rows, row, home)
        except LeadwrightError as error:
            row.reason = _CANNOT.format(former, error)
            return False
        return True


def _write_again(services: Services, session: Session, who: Principal, rows: Held, row: Outbox, home: Mailbox) -> None:
    email, head = session.get_one(Email, row.emailid), message_from_bytes(row.raw, policy=policy.default)
    thread = Thread(str(head["In-Reply-To"]), str(head.get("References", "")), email.subject)
    in_thread = thread if head["In-Reply-To"] else None
    words = Written(email.subject, email.description, emailid=email.activityid)
    answers = row.purpose == ANSWER
    letter = letter_of(
        services, talk_of(services, session, who, rows, home), rows, words, businesskey=row.businesskey,
        answers=in_thread if answers else None, follows=None if answers else in_thread, messageid=row.messageid,
    )  # fmt: skip
    before = {"sender": row.sender}
    row.mailboxid, row.sender, row.raw, row.smtputf8 = home.mailboxid, letter.sender, letter.raw, letter.needs_smtputf8
    row.token, row.reason = row.token + 1, f"It goes out from {letter.sender}, which took the place of {row.sender}."
    email.sender, rows.engagement.mailboxid = letter.sender, home.mailboxid
    session.execute(
        update(ActivityParty)
        .where(ActivityParty.activityid == email.activityid)
        .where(ActivityParty.participationtypemask == int(Participation.SENDER))
        .values(addressused=letter.sender[:200])
    )
    after = {"sender": letter.sender, "lead": row.leadid, "messageid": row.messageid}
    audit.record(session, who.actor, "email.moved", "email", email.activityid, before=before, after=after)


def _end(services: Services, outboxid: str, reason: str) -> bool:
    """A person's mail: they are told, and write from where they may."""
    with services.database.transaction() as session:
        row = _waiting(session, outboxid)
        return row is not None and _cancel(session, row, reason, services)


def _waiting(session: Session, outboxid: str) -> Outbox | None:
    """The row, locked, while it waits and its mailbox is nobody's."""
    former = Outbox.mailboxid.in_(select(Mailbox.mailboxid).where(NOBODYS))
    query = select(Outbox).where(Outbox.outboxid == outboxid, Outbox.phase == Phase.QUEUED, former)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _cancel(session: Session, row: Outbox, reason: str, services: Services) -> bool:
    row.phase, row.reason, row.concludedon, row.token = Phase.CANCELLED, reason, services.clock(), row.token + 1
    show_on_email(session, row.emailid, Phase.CANCELLED, services.clock())
    return True
