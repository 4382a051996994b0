"""A conversation in plain sentences: where it stands, what comes next, what a mail was and what followed. No dates."""

from leadwright.domain.bant import Factor
from leadwright.domain.engagement import LABELS, Outcome, State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.personal_mail import PURPOSE
from leadwright.domain.replies import Move, ReplyClass

CLASSES: dict[ReplyClass, str] = {
    ReplyClass.INTERESTED: "Interested",
    ReplyClass.QUESTION: "Question",
    ReplyClass.OBJECTION: "Objection",
    ReplyClass.NOT_NOW: "Not now",
    ReplyClass.NOT_INTERESTED: "Not interested",
    ReplyClass.UNSUBSCRIBE: "Opt-out",
    ReplyClass.OUT_OF_OFFICE: "Out of office",
    ReplyClass.AUTO_REPLY: "Written by a machine",
    ReplyClass.LEFT: "No longer at this address",
    ReplyClass.WRONG_PERSON: "Wrong person",
    ReplyClass.ESCALATE: "Complaint or legal matter",
    ReplyClass.BOUNCE: "Bounce",
    ReplyClass.OTHER: "Other",
}
FACTORS: dict[Factor, str] = {
    Factor.NEED: "Need",
    Factor.TIMELINE: "Timeline",
    Factor.BUDGET: "Budget",
    Factor.AUTHORITY: "Authority",
}
MATCHED = {
    "message_id": "It answers a mail of ours: it names that mail's Message-ID.",
    "link": "It quotes the sealed link of a mail of ours.",
    "subject": "It came from the lead's address, and its subject is ours.",
    "sender": "It came from the lead's address.",
    "address": "It came from another address of the lead than the one we write to.",
    "person": "A person said that it belongs to this lead.",
}
_MOVES = {
    Move.HAND_OVER: "Handed over to a person.",
    Move.BLOCKED: "No answer was invented: handed over with the open question.",
    Move.DISQUALIFY: "Disqualified.",
    Move.SUPPRESS: "Nobody writes to this address again; disqualified.",
    Move.ADDRESS_INVALID: "The address counts as invalid; the lead went back to its owner.",
    Move.RETRY: "The mail goes out again later.",
    Move.PROPOSE_CONTACT: "Handed over; whom the lead names may become a new lead, if a person agrees.",
    Move.ESCALATE: "The agent writes nothing more; the supervisor decides.",
    Move.STORE: "Kept. Nothing follows from it.",
    Move.SHOW: "Shown to a person, who says whether it counts as the lead's answer.",
}
_UNDONE = {
    Move.ASK: "No answer went out to it.",
    Move.ANSWER: "No answer went out to it.",
    Move.RETRY: "The mail is not sent again.",
    Move.WAIT: "Kept. It names no day of return, so what was planned stays.",
}
_PHASES = {
    Phase.QUEUED: "Waits to go out",
    Phase.SENDING: "Being sent",
    Phase.COMMITTING: "Being sent",
    Phase.UNKNOWN: "Being looked up: the server's answer never came",
    Phase.SENT: "Sent",
    Phase.FAILED: "Not sent",
    Phase.SUPPRESSED: "Not sent: nobody writes to this address",
    Phase.CANCELLED: "Cancelled, never sent",
    Phase.HELD: "Nobody knows whether it arrived",
}


def where_it_stands(
    state: State, step: Step, outcome: Outcome | None, *, waits: bool = False, person: bool = False
) -> str:
    """The headline.

    Args:
        waits: the mail that is to leave may not leave yet.
        person: nothing happens before somebody acts.
    """
    if state is State.ENDED:
        return f"Ended: {LABELS[outcome]}" if outcome else "Ended"
    if state is State.PERSON or person:
        return "Waits for a person"
    if state is State.SENDING:
        return "A mail waits to go out" if waits else "A mail is on its way"
    return "The first mail goes out next" if step is Step.FIRST_MAIL else "Waits for an answer"


def what_comes_next(
    state: State,
    step: Step,
    sent: int,
    *,
    waits: bool = False,
    person: bool = False,
    held: bool = False,
    after_silence: Outcome = Outcome.NO_RESPONSE,
) -> str:
    """The next step, to be followed by its moment; empty when nothing comes.

    Args:
        waits, person: as `where_it_stands`.
        held: nobody knows whether our mail arrived.
        after_silence: how it ends when no answer comes any more.
    """
    if held and state is State.PERSON:
        return "Nothing goes out until somebody decides, and says in the outbox whether our mail arrived"
    if held:
        return "Nothing goes out until somebody says in the outbox whether our mail arrived"
    if state is State.PERSON or person:
        return "Nothing goes out until somebody decides"
    if state is State.SENDING:
        return "The mail goes out, if nothing speaks against it then" if waits else "The mail leaves"
    if state is State.ENDED:
        return ""
    return {
        Step.FIRST_MAIL: "The first mail goes out",
        Step.FOLLOW_UP: f"Follow-up {max(sent, 1)} goes out, if no answer comes before",
        Step.NO_RESPONSE: "The lead is disqualified as no response, if no answer comes before"
        if after_silence is Outcome.NO_RESPONSE
        else "A seller gets the lead, which has shown interest, if no answer comes before",
        Step.ANSWER: "The answer goes out",
    }[step]


def what_was_decided(
    move: Move, ask: Factor | None, kind: ReplyClass | None = None, *, done: bool = True, with_next: bool = False
) -> str:
    """What the agent did after a mail of theirs.

    Args:
        done: what the move stands for was really done: the answer written, the mail repeated, the wait begun.
        with_next: it was not, because their next mail came; the answer to that one answers this one, too.
    """
    if with_next:
        return "Answered with the next."
    if not done and move in _UNDONE:
        return _UNDONE[move]
    if move is Move.STORE and kind is ReplyClass.UNSUBSCRIBE:
        return "Nobody writes to this address again."
    asked = f" asked about {ask.value}" if ask else ""
    if move is Move.ASK:
        return f"Answered, and{asked}." if ask else "Answered."
    if move is Move.ANSWER:
        return f"Answered from the knowledge{', and' + asked if ask else ''}."
    if move is Move.WAIT:
        return "Nothing goes out while the person is away."
    return _MOVES[move]


def kind_of_ours(purpose: str, number: int) -> str:
    """Which of our mails it is: `number` counts from 0 for the first one."""
    if purpose == "answer":
        return "Answer"
    if purpose == PURPOSE:
        return "Mail"
    return f"Follow-up {number}" if number else "First mail"


def phase_in_words(phase: Phase | None, *, bounced: bool = False) -> str:
    """What became of a mail of ours; None: it is a draft that nobody decided to send."""
    if bounced:
        return "Sent, and came back"
    return _PHASES[phase] if phase else "Draft, not sent"
