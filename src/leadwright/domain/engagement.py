"""A conversation with a lead: its states, its steps, and how it may end (product rules, sections 7 to 10)."""

from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands. All but the last are open."""

    DUE = "due"  # a step comes next, not before its moment
    SENDING = "sending"  # a mail is in the outbox; the rest follows from what becomes of it
    PERSON = "person"  # waits for a person's word, with the reason
    ENDED = "ended"


class Step(StrEnum):
    """What comes next."""

    FIRST_MAIL = "first_mail"
    FOLLOW_UP = "follow_up"
    NO_RESPONSE = "no_response"  # nobody answered: the end, as `follow_up.end_of_silence` says
    ANSWER = "answer"  # an answer or a question of ours to what the lead wrote


class Outcome(StrEnum):
    """How a conversation ended, or why there was none."""

    QUALIFIED = "qualified"  # positive interest, and BANT qualifies or is not configured
    FAST_TRACK = "fast_track"  # high positive interest before BANT was known
    CLARIFY = "clarify"  # a person is to find out what is wanted
    BLOCKED = "blocked"  # asked what the knowledge does not answer
    REFERRAL = "referral"  # names somebody else
    ESCALATED = "escalated"  # legal threat, complaint, sensitive data
    NOT_INTERESTED = "not_interested"
    NOT_QUALIFIED = "not_qualified"  # interested, but BANT does not qualify
    NO_RESPONSE = "no_response"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"  # the address takes no mail
    TAKEN_BACK = "taken_back"  # a person took the lead over, changed or closed it
    LOW_FIT = "low_fit"  # disqualified before anything was sent


POSITIVE = frozenset({Outcome.QUALIFIED, Outcome.FAST_TRACK})
HANDED_OVER = POSITIVE | {Outcome.CLARIFY, Outcome.BLOCKED, Outcome.REFERRAL, Outcome.ESCALATED}
LOW_INTEREST = frozenset({Outcome.NOT_INTERESTED, Outcome.NOT_QUALIFIED, Outcome.NO_RESPONSE, Outcome.OPTED_OUT})

LABELS: dict[Outcome, str] = {
    Outcome.QUALIFIED: "Ready to buy",
    Outcome.FAST_TRACK: "High interest, fast track",
    Outcome.CLARIFY: "To be clarified",
    Outcome.BLOCKED: "Open question",
    Outcome.REFERRAL: "Referred to somebody else",
    Outcome.ESCALATED: "Escalated",
    Outcome.NOT_INTERESTED: "Not interested",
    Outcome.NOT_QUALIFIED: "Interested, does not qualify",
    Outcome.NO_RESPONSE: "No response",
    Outcome.OPTED_OUT: "Opted out",
    Outcome.UNREACHABLE: "Address unreachable",
    Outcome.TAKEN_BACK: "Taken over by a person",
    Outcome.LOW_FIT: "Low fit",
}
