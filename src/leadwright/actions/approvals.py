"""A supervisor reads, changes, approves or rejects mails of the agent before they leave. Bound to their exact bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.conversation_rows import decided, draft_again, locked, talk_of
from leadwright.actions.simulation import instruct
from leadwright.db import audit
from leadwright.db.mail import Outbox
from leadwright.db.oversight import Approval
from leadwright.db.pages import approvals as read
from leadwright.db.sales import Email
from leadwright.domain.approval import Kind, State, content_hash
from leadwright.domain.engagement import State as Stands
from leadwright.domain.mail_phase import Phase
from leadwright.domain.privileges import Depth
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.mail.compose import Thread
from leadwright.mail.outbox import show_on_email
from leadwright.services import Services
from leadwright.workflows.approvals import policy_of
from leadwright.workflows.engagements import move_on
from leadwright.workflows.letters import Written, letter_of
from leadwright.workflows.names import names_of

NEEDS = ("prvReadDashboard", "prvReadActivity", "prvCreateActivity")
MOST_AT_ONCE = 50
_MOST_FEEDBACK = 1_000
_BODY_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail as it would leave.

    Args:
        text: all of it, footer included; `body` is what a person may change.
        contenthash: what an approval is bound to.
        in_thread: it answers or follows another mail, so its subject stays.
    """

    outboxid: str
    kind: Kind
    requestedon: datetime
    recipient: str
    leadid: str | None
    lead: str
    company: str
    subject: str
    text: str
    body: str
    contenthash: str
    in_thread: bool


def waiting_mails(services: Services, who: Principal, *, after: str = "") -> tuple[list[WaitingMail], str, int]:
    """A page of mails that wait, oldest first; the key of the next page, empty on the last; how many wait in all.

    Raises:
        NotAllowed: not a supervisor or administrator.
    """
    _may(who)
    with services.database.reading() as session:
        rows, count = read.waiting(session, after=after), read.how_many(session)
    shown = [_mail(row) for row in rows[: read.PAGE]]
    return shown, shown[-1].outboxid if len(rows) > read.PAGE else "", count


def waiting_mail(services: Services, who: Principal, outboxid: str) -> WaitingMail:
    """One of them.

    Raises:
        NotAllowed, NotFound.
    """
    _may(who)
    with services.database.reading() as session:
        row = read.one(session, outboxid)
    if row is None:
        raise NotFound("This mail waits no more: it was decided about, or its conversation ended. Go back to the list.")
    return _mail(row)


def approve(services: Services, who: Principal, seen: Sequence[tuple[str, str]]) -> int:
    """Let these mails leave, all or none of them. Approved again, nothing changes.

    Args:
        seen: outboxid and content hash of each mail as the person read it.

    Returns:
        How many were approved just now.

    Raises:
        NotAllowed, NotFound.
        BadInput: none, or too many at once.
        Conflict: one was changed since it was read, or was decided about; names it. None is approved then.
    """
    _may(who)
    if not seen or len(seen) > MOST_AT_ONCE:
        raise BadInput(f"Choose the mails to approve, at most {MOST_AT_ONCE} at once.", field="mail")
    with services.database.transaction() as session:
        return sum(_approve(services, session, who, *one) for one in sorted(set(seen)))


def reject(
    services: Services, who: Principal, outboxid: str, contenthash: str, feedback: str, *, instruction: bool = False
) -> None:
    """The mail does not leave; its words stay as a draft of the lead, and the conversation waits for a person.

    Args:
        feedback: what is wrong with it; kept with the mail.
        instruction: keep it as an instruction of the agent's draft settings too; needs prvConfigureAgent.

    Raises:
        NotAllowed, NotFound.
        BadInput: no feedback.
        Conflict: it was changed or decided about meanwhile.
    """
    _may(who)
    said = " ".join(feedback.split())
    if not said or len(said) > _MOST_FEEDBACK:
        raise BadInput(f"Say what is wrong with it, in at most {_MOST_FEEDBACK:,} characters.", field="feedback")
    if instruction:
        require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        agentid = _reject(services, session, who, outboxid, contenthash, said)
    if instruction and agentid:
        instruct(services, who, agentid, said)


def change(services: Services, who: Principal, outboxid: str, contenthash: str, *, subject: str, body: str) -> str:
    """Other words for a mail that waits; whatever was approved before counts no more.

    Returns:
        The new content hash.

    Raises:
        NotAllowed, NotFound.
        BadInput: no text, or one that cannot be sent.
        Conflict: it was changed or decided about meanwhile.
    """
    _may(who)
    if not body.strip() or len(body) > _BODY_LENGTH:
        raise BadInput(f"Write a text of at most {_BODY_LENGTH:,} characters.", field="body")
    moment = services.clock()
    with services.database.transaction() as session:
        leadid = _lead_of(session, outboxid)
        rows = locked(session, who, leadid, ("prvReadLead",), moment)
        row, approval = _rows(session, outboxid)
        _as_seen(row, approval, contenthash)
        email = session.get_one(Email, row.emailid)
        head = message_from_bytes(row.raw, policy=policy.default)
        thread = Thread(str(head["In-Reply-To"]), str(head.get("References", "")), email.subject)
        in_thread = thread if head["In-Reply-To"] else None
        answers = approval.kind == Kind.ANSWER
        before = {"subject": email.subject, "body": email.description}
        words = Written(email.subject if in_thread else subject, body.strip(), emailid=email.activityid)
        letter = letter_of(
            services,
            talk_of(services, session, who, rows),
            rows,
            words,
            businesskey=row.businesskey,
            answers=in_thread if answers else None,
            follows=None if answers else in_thread,
            messageid=row.messageid,
        )
        email.subject, email.description, email.modifiedon, email.modifiedby = words.subject, words.body, moment, who.id
        email.lw_judgement = names_of(rows.lead)
        row.raw, row.smtputf8, row.token = letter.raw, letter.needs_smtputf8, row.token + 1
        approval.state, approval.contenthash = str(State.WAITING), content_hash(letter.raw, row.recipient)
        approval.decidedby = approval.decidedon = approval.expireson = None
        after = {"subject": words.subject, "body": words.body, "hash": approval.contenthash}
        audit.record(session, who.actor, "email.changed_before_approval", "email", email.activityid,
                     before=before, after=after)  # fmt: skip
        return approval.contenthash


def _approve(services: Services, session: Session, who: Principal, outboxid: str, contenthash: str) -> bool:
    row, approval = _rows(session, outboxid)
    moment = services.clock()
    if approval.state == State.APPROVED and approval.contenthash == contenthash and row.phase != Phase.CANCELLED:
        return False
    _as_seen(row, approval, contenthash)
    approval.state, approval.decidedby, approval.decidedon = str(State.APPROVED), who.id, moment
    approval.expireson = policy_of(session, str(row.agentid)).holds_until(moment)
    row.dueat, row.reason = moment, f"{who.name} approved it."
    after = {"hash": contenthash, "recipient": row.recipient, "until": approval.expireson, "lead": row.leadid}
    audit.record(session, who.actor, "email.approved", "email", row.emailid or outboxid, after=after)
    return True


def _reject(
    services: Services, session: Session, who: Principal, outboxid: str, contenthash: str, said: str
) -> str | None:
    leadid, moment = _lead_of(session, outboxid), services.clock()
    row, approval = _rows(session, outboxid, lock=False)
    if approval.state == State.REJECTED and row.phase == Phase.CANCELLED:
        return row.agentid
    rows = locked(session, who, leadid, ("prvReadLead",), moment)
    row, approval = _rows(session, outboxid)
    _as_seen(row, approval, contenthash)
    approval.state, approval.decidedby, approval.decidedon = str(State.REJECTED), who.id, moment
    approval.feedback = said
    row.phase, row.reason, row.concludedon = Phase.CANCELLED, f"{who.name} rejected it: {said}", moment
    row.token += 1
    show_on_email(session, row.emailid, Phase.CANCELLED, moment)
    if row.emailid:
        session.get_one(Email, row.emailid).lw_hold = row.reason
        session.flush()
        draft_again(session, talk_of(services, session, who, rows), rows, row.emailid)
    reason = f"{who.name} rejected the mail: {said} Change the draft and send it, or take the lead over."
    move_on(rows, state=Stands.PERSON, reason=reason)
    decided(session, who, rows, "lead.mail_rejected", said)
    after = {"hash": contenthash, "feedback": said, "lead": leadid}
    audit.record(session, who.actor, "email.rejected", "email", row.emailid or outboxid, after=after)
    return row.agentid


def _lead_of(session: Session, outboxid: str) -> str:
    leadid = session.scalar(select(Outbox.leadid).where(Outbox.outboxid == outboxid))
    if leadid is None:
        raise NotFound("There is no such mail. Go back to the list.")
    return leadid


def _rows(session: Session, outboxid: str, *, lock: bool = True) -> tuple[Outbox, Approval]:
    # The approval before the mail, as a claim locks them.
    approval = session.get(Approval, outboxid, with_for_update=lock, populate_existing=True)
    row = session.get(Outbox, outboxid, with_for_update=lock, populate_existing=True)
    if row is None or approval is None:
        raise NotFound("There is no such mail. Go back to the list.")
    return row, approval


def _as_seen(row: Outbox, approval: Approval, contenthash: str) -> None:
    if row.phase != Phase.QUEUED or approval.state != State.WAITING:
        raise Conflict(f"The mail to {row.recipient} was decided about meanwhile. Load the list again.")
    if content_hash(row.raw, row.recipient) != contenthash:
        raise Conflict(f"The mail to {row.recipient} was changed since you read it. Load the list and read it again.")


def _mail(row: Any) -> WaitingMail:
    mail = message_from_bytes(row.raw, policy=policy.default)
    part = mail.get_body(("plain",))
    return WaitingMail(
        outboxid=row.outboxid,
        kind=Kind(row.kind),
        requestedon=row.requestedon,
        recipient=row.recipient,
        leadid=row.leadid,
        lead=row.fullname or "",
        company=row.companyname or "",
        subject=str(mail.get("Subject", "")),
        text=str(part.get_content()) if part else "",
        body=row.description or "",
        contenthash=content_hash(row.raw, row.recipient),
        in_thread=mail["In-Reply-To"] is not None,
    )


def _may(who: Principal) -> None:
    """Mails to everybody's leads: the privileges have to reach all of them."""
    for privilege in NEEDS:
        require(who, privilege)
    if who.privileges["prvCreateActivity"] < Depth.ORGANISATION:
        raise NotAllowed(
            "Approving is for supervisors: your privilege prvCreateActivity reaches only your own records.",
            privilege="prvCreateActivity",
        )
