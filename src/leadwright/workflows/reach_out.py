"""The move of a conversation that is due: the first mail, a follow-up, or the end because nobody answered.

Nothing is sent here: a mail is written into the outbox in the transaction that moves the conversation on.
"""

from dataclasses import replace

import structlog
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from leadwright.analyst import FollowUp, Insight, MailBrief, Reading, Usage
from leadwright.analyst.protocol import Section
from leadwright.db.findings import from_json
from leadwright.db.judgements import read_interest
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.engagement import Outcome, State, Step
from leadwright.domain.follow_up import end_of_silence
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailStatus
from leadwright.domain.stage import AgentMode, Stage
from leadwright.errors import BadInput, Conflict, MissingExtra, NotAllowed, OutsideError
from leadwright.mail.backlog import may_hold_answers
from leadwright.research.brief import mail_brief
from leadwright.research.company import research_company
from leadwright.research.dossier import Dossier, open_dossier
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import Elsewhere, Waits, persons_change
from leadwright.workflows.conclude import alarm_all
from leadwright.workflows.conversation_ends import Nobody, disqualify, hand_over, return_to_owner, told_so_far
from leadwright.workflows.engagements import (
    Conversation,
    Held,
    Turn,
    cadence_of,
    lock_conversation,
    move_on,
    put_off_turn,
    read_conversation,
)
from leadwright.workflows.first_mail import Mail, first_mail
from leadwright.workflows.incoming import UNPLACED, UNPLACED_FOR, is_unplaced, is_unread, tell_owner, wrote_first
from leadwright.workflows.letters import Written, free_key, keep, last_of_thread, mail_of_step, send
from leadwright.workflows.names import RENAMED, names_of
from leadwright.workflows.research_lead import is_passing
from leadwright.workflows.settle import count_overtaken, schedule_next
from leadwright.workflows.steps import Steps

_WROTE_FIRST = "The lead wrote before the agent did. Read that mail, then send ours or take the lead over."
NO_DRAFT = "The draft of this mail is gone. Write one on the lead's page, then send it here."
_OVER = (Phase.CANCELLED, Phase.FAILED, Phase.SUPPRESSED)
_log = structlog.get_logger(__name__)


class _Later(Exception):
    """This move may be needless, which nobody knows yet: the sentence says why. Looked at again in so many seconds."""

    def __init__(self, sentence: str, seconds: float = 30.0) -> None:
        super().__init__(sentence)
        self.seconds = seconds


def reach_out(services: Services, turn: Turn) -> None:
    """Do what is due in a conversation.

    1. **Read** it, and sign the agent in. 2. **Write** the follow-up, when it is one. 3. **Decide**, one transaction:
    a person's change wins; the mail goes into the outbox, or the lead is disqualified because nobody answered.

    Raises nothing that a lead causes. Safe to repeat: the outbox takes a mail of one step once.
    """
    try:
        talk = read_conversation(services, turn.runid)
        if talk.engagement.turn == turn.turn and talk.engagement.state == State.DUE:
            _move(services, talk)
    except Elsewhere:
        return
    except _Later as error:
        put_off_turn(services, turn, str(error), seconds=error.seconds, blame=False)
    except Waits:
        put_off_turn(services, turn, "The agent does not work now.", seconds=5.0, blame=False)
    except NotAllowed as error:
        put_off_turn(services, turn, str(error), seconds=5.0, blame=False)
    except MissingExtra as error:
        put_off_turn(services, turn, str(error), seconds=runs.REPAIR_SECONDS[0], blame=False)
    except OutsideError as error:
        seconds = max(runs.RETRY_SECONDS[min(turn.attempt, len(runs.RETRY_SECONDS) - 1)], error.retry_after or 0.0)
        put_off_turn(services, turn, str(error), seconds=seconds, blame=not error.installation)
    except Nobody as error:
        put_off_turn(services, turn, str(error), seconds=runs.REPAIR_SECONDS[0], blame=False)
        with services.database.transaction() as session:
            alarm_all(session, error.agentid, str(error), services.clock(), error.supervisor)
    except (BadInput, Conflict) as error:
        put_off_turn(services, turn, str(error), seconds=runs.REPAIR_SECONDS[0], blame=False)
    except Exception as error:
        if not is_passing(error):
            _log.exception("conversation failed", run=turn.runid)
        said = f"Something unexpected went wrong ({type(error).__name__})."
        put_off_turn(services, turn, said, seconds=runs.PASSING_SECONDS[-1], blame=not is_passing(error))


def _move(services: Services, talk: Conversation) -> None:
    step, steps = Step(talk.engagement.step), Steps()
    if step is not Step.NO_RESPONSE and _counts_first(services, talk):
        return
    mail = _new_words(services, talk, step, steps)
    with services.database.transaction() as session:
        rows = lock_conversation(session, talk, services.clock())
        if reason := persons_change(session, rows):
            return_to_owner(session, talk, rows, Outcome.TAKEN_BACK, reason, stage=Stage.CANCELLED)
            return
        if is_unread(session, talk.leadid, talk.mailbox.mailboxid):
            raise _Later("A mail that came in is read first.")
        if is_unplaced(session, talk.engagement.address):
            raise _Later(UNPLACED, UNPLACED_FOR.total_seconds())
        if step is Step.FIRST_MAIL and not rows.engagement.turn and wrote_first(session, talk.leadid):
            move_on(rows, state=State.PERSON, reason=_WROTE_FIRST)
            return
        if step is Step.NO_RESPONSE:
            if why := may_hold_answers(session, talk.mailbox.mailboxid, rows.moment, talk.leadid):
                raise _Later(why, 60.0)
            _end_of_silence(session, talk, rows)
            return
        written = _written(session, talk, mail)
        if written is None:
            move_on(rows, state=State.PERSON, reason=NO_DRAFT)
            key = f"{asked_for_a_mail(talk.runid)}{rows.engagement.turn}"
            tell_owner(session, rows.lead, talk.configuration.assignment.supervisor, key, "A mail is missing", NO_DRAFT)
            return
        number = rows.engagement.sent
        if mail is not None:
            steps.store_more(session, talk.runid, f"follow_up_{number}" if number else "first_mail_again")
        if written.hold:
            if written.emailid is None:
                keep(session, talk, rows, written)
            move_on(rows, state=State.PERSON, reason=f"A person must look at the mail. {written.hold}")
            return
        key, _ = free_key(session, rows)
        outboxid = send(
            services, session, talk, rows, written, businesskey=key,
            follows=last_of_thread(session, talk.runid) if number else None,
        )  # fmt: skip
        move_on(rows, state=State.SENDING, reason=_waiting(number))
        rows.engagement.outboxid = outboxid


def _end_of_silence(session: Session, talk: Conversation, rows: Held) -> None:
    row = rows.engagement
    outcome = end_of_silence(read_interest(row.interest))
    days = (rows.moment - (row.lastheardon or row.firstsenton or rows.moment)).days
    if outcome is Outcome.NO_RESPONSE:
        told = f"No response to {row.sent} mails in {days} days."
        if row.lastheardon:
            told = f"No response since the lead's last mail, {days} days ago."
        disqualify(session, talk, rows, told_so_far(talk, outcome), (told,))
        return
    told = f"The lead showed interest and has said nothing for {days} days. A person asks what became of it."
    hand_over(session, talk, rows, told_so_far(talk, outcome), (told,))


def _counts_first(services: Services, talk: Conversation) -> bool:
    """Is a mail of this very step in the outbox already? It was overtaken: it is counted, and the next one waits.

    Raises:
        Conflict: it is under way.
    """
    with services.database.reading() as session:
        if mail_of_step(session, talk.engagement, talk.number) is None:
            return False
    with services.database.transaction() as session:
        rows = lock_conversation(session, talk, services.clock())
        if counted := count_overtaken(session, rows):
            schedule_next(rows, talk, rows.engagement.lastsenton or rows.moment)
    return counted


def asked_for_a_mail(runid: str) -> str:
    """How the keys of the notices begin that ask a person to write the mail this conversation has lost."""
    return f"no_draft:{runid}:"


def _waiting(number: int) -> str:
    return f"Follow-up {number} is in the outbox." if number else "The first mail is in the outbox."


def _written(session: Session, talk: Conversation, mail: Mail | None) -> Written | None:
    """What was written just now; else the draft as it stands, maybe in the words of a person; None: it is gone."""
    if mail is not None:
        return Written(mail.subject, mail.body, mail.paragraphs, hold=mail.hold, names=names_of(talk.lead))
    draft = session.scalar(_drafts(talk).order_by(Email.createdon.desc()).limit(1))
    if draft is None or not draft.description.strip():
        return None
    return Written(draft.subject, draft.description, emailid=draft.activityid, hold=draft.lw_hold)


def _drafts(talk: Conversation) -> Select[Email]:
    """Mails of the conversation that nobody has sent yet, nor put into the outbox."""
    unsent = Email.statuscode.in_((EmailStatus.DRAFT, EmailStatus.PENDING_SEND))
    given = exists().where(Outbox.emailid == Email.activityid, Outbox.phase.not_in(_OVER))
    return select(Email).where(Email.lw_threadid == talk.runid, Email.directioncode.is_(True), unsent, ~given)


def _new_words(services: Services, talk: Conversation, step: Step, steps: Steps) -> Mail | None:
    """The follow-up, or the first mail once more where its names were wrong. None: there is a draft, or nothing to say.

    Raises:
        OutsideError: the analyst could not be asked.
    """
    if step not in (Step.FIRST_MAIL, Step.FOLLOW_UP):
        return None
    with services.database.reading() as session:
        if session.scalar(_drafts(talk).limit(1)) is not None:
            return None
        if step is Step.FIRST_MAIL and not _had_other_names(session, talk):
            return None
    return _follow_up(services, talk, steps) if step is Step.FOLLOW_UP else _first_again(services, talk, steps)


def _had_other_names(session: Session, talk: Conversation) -> bool:
    """Was our newest mail of the conversation cancelled for the names in it?"""
    newest = (
        select(Outbox.phase, Outbox.reason)
        .join(Email, Email.activityid == Outbox.emailid)
        .where(Email.lw_threadid == talk.runid)
        .order_by(Outbox.createdon.desc())
    )
    row = session.execute(newest.limit(1)).first()
    return row is not None and row.phase == Phase.CANCELLED and row.reason == RENAMED


def _first_again(services: Services, talk: Conversation, steps: Steps) -> Mail:
    dossier = open_dossier(services, talk.runid, talk.leadid, talk.configuration)
    return first_mail(services, talk.configuration, _brief(services, talk, dossier), steps, AgentMode.ENGAGE)


def _follow_up(services: Services, talk: Conversation, steps: Steps) -> Mail:
    """Written from the research of the run, with something that was not said before."""
    dossier = open_dossier(services, talk.runid, talk.leadid, talk.configuration)
    number = max(talk.engagement.sent, 1)  # an answer of ours may have left first
    is_last = number >= len(cadence_of(talk.configuration).days)
    which = FollowUp(number, is_last, _said_before(services, talk), answered=talk.engagement.heard > 0)
    brief = replace(_brief(services, talk, dossier), follow_up=which)
    return first_mail(services, talk.configuration, brief, steps, AgentMode.ENGAGE)


def _brief(services: Services, talk: Conversation, dossier: Dossier) -> MailBrief:
    found = from_json(talk.run.findings)
    insights = tuple(Insight(Section(i.section), i.title, i.statements, i.relation) for i in found.insights)
    reading = Reading(found.judgements, insights, (), Usage(""))
    subject = research_company(services, dossier.company, talk.runid)
    brief = mail_brief(services, dossier, subject.passages if subject else (), reading)
    return replace(brief, key=f"{talk.runid}:{talk.engagement.sent}")


def _said_before(services: Services, talk: Conversation) -> tuple[str, ...]:
    with services.database.reading() as session:
        query = select(Email.description).where(Email.lw_threadid == talk.runid, Email.directioncode.is_(True))
        return tuple(session.scalars(query.order_by(Email.createdon)))
