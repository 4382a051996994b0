"""What follows from a reply: the decision table of product.md 6 and 8, as pure functions. Reads no mail."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leadwright.domain.bant import Factor, FactorJudgement, Score, qualifies
from leadwright.domain.interest import Confidence, Interest, Polarity

MOST_QUESTIONS = 3  # in one thread


class ReplyClass(StrEnum):
    """What a reply is."""

    INTERESTED = "interested"
    QUESTION = "question"
    OBJECTION = "objection"
    NOT_NOW = "not_now"
    NOT_INTERESTED = "not_interested"
    UNSUBSCRIBE = "unsubscribe"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_REPLY = "auto_reply"  # auto-generated, list, loop
    LEFT = "left_company_or_dead_mailbox"
    WRONG_PERSON = "wrong_person"
    ESCALATE = "escalate"  # legal threat, complaint, sensitive data
    BOUNCE = "bounce"
    OTHER = "other"


OF_MACHINES = (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY, ReplyClass.LEFT, ReplyClass.BOUNCE)
"""What no person wrote."""


class Knowledge(StrEnum):
    """Whether what was asked is answered in the follow-up knowledge."""

    NOT_ASKED = "not_asked"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Move(StrEnum):
    """What the agent does next. Exactly one follows from a reply."""

    HAND_OVER = "hand_over"
    ASK = "ask"
    ANSWER = "answer"  # with its source, one open question added
    BLOCKED = "blocked"  # handed over with the open question; no answer is invented
    DISQUALIFY = "disqualify"
    SUPPRESS = "suppress"  # and disqualify
    WAIT = "wait"
    ADDRESS_INVALID = "address_invalid"  # hard bounce: back to the original owner
    RETRY = "retry"  # soft bounce
    PROPOSE_CONTACT = "propose_contact"  # handed over, the referred contact proposed as a new lead
    ESCALATE = "escalate"  # the thread stops, the supervisor gets it
    STORE = "store"  # never answered
    SHOW = "show"  # to a person: whoever wrote it may not be the lead


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply as read, and what is known of its sender.

    Args:
        kind: its class.
        interest: purchase interest.
        bant: each factor as judged on the whole thread, fields and knowledge.
        opt_out: it asks in words not to be written to again, whatever else it says.
        knowledge: whether what it asks is answered in the follow-up knowledge.
        return_date: when the absent person is back.
        hard: the bounce is for good; None when that could not be told, which counts as soft.
        names_our_mail: a bounce names a mail that really went to that address; a forged one suppresses nobody.
        authenticated: False when the sender's DMARC failed; None when nothing was said about it.
        same_sender: it came from the lead's own address.
        vouched: a person says that it is the lead's answer, whatever its sender shows.
        proven: its writer has a mail of ours; True as well where no server of ours checks senders.
        refuses: it refuses something: what else it asks is no answer's to decide.
    """

    kind: ReplyClass
    interest: Interest
    bant: tuple[FactorJudgement, ...] = ()
    opt_out: bool = False
    knowledge: Knowledge = Knowledge.NOT_ASKED
    return_date: date | None = None
    hard: bool | None = None
    names_our_mail: bool = True
    authenticated: bool | None = None
    same_sender: bool = True
    vouched: bool = False
    proven: bool = True
    refuses: bool = False

    @property
    def trusted(self) -> bool:
        """May it give consent and cause a handover by itself?"""
        if self.vouched:
            return True
        genuine = self.proven if self.authenticated is None else self.authenticated
        return self.same_sender and genuine


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the thread stands, and the settings that count.

    Args:
        asked: factors already asked for in this thread, in order.
        bant_configured: handoff criteria are set; without them purchase interest alone decides.
        fast_track: high positive interest is handed over before BANT is known.
    """

    asked: tuple[Factor, ...] = ()
    bant_configured: bool = True
    fast_track: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """The one move, with reasons a person can read.

    Args:
        ask: the factor of the one question in the mail; only with `Move.ASK` and `Move.ANSWER`.
        until: day before which no follow-up goes out; only with `Move.WAIT`, None leaves the cadence as it is.
        suppress: nobody writes to this address again; always with `Move.SUPPRESS`.
    """

    move: Move
    reasons: tuple[str, ...]
    ask: Factor | None = None
    until: date | None = None
    suppress: bool = False


def decide(heard: Heard, standing: Standing) -> Decision:
    """The decision table of product.md 8. An opt-out comes before everything, then machines, then the sender."""
    if heard.opt_out or heard.kind is ReplyClass.UNSUBSCRIBE:
        return _opted_out(heard)
    if heard.kind in _OF_MACHINES:
        return _OF_MACHINES[heard.kind](heard)
    if not heard.trusted:
        return Decision(Move.SHOW, (_doubt(heard), "It gives no consent and causes no handover by itself."))
    if heard.kind is ReplyClass.ESCALATE:
        return Decision(Move.ESCALATE, (_ESCALATED,))
    if heard.kind in (ReplyClass.WRONG_PERSON, ReplyClass.LEFT):
        left = heard.kind is ReplyClass.LEFT
        why = "The person has left or no longer reads this address." if left else "The lead names somebody else."
        return Decision(Move.PROPOSE_CONTACT, (why, "Nobody new is written to before a person agrees."))
    return _judged(heard, standing)


def next_question(bant: Iterable[FactorJudgement], asked: Collection[Factor]) -> Factor | None:
    """The factor to ask for: unknown, not asked before, and able to change the verdict; None after three questions."""
    judged = tuple(bant)
    if len(asked) >= MOST_QUESTIONS or qualifies(judged) is not None:
        return None
    scores = {j.factor: j.score for j in judged}
    open_factors = (f for f in Factor if scores.get(f, Score.UNKNOWN) is Score.UNKNOWN)
    return next((f for f in open_factors if f not in asked), None)


def _opted_out(heard: Heard) -> Decision:
    """Suppressed at once, whoever wrote. No mail confirms it: nothing leaves after an opt-out."""
    reasons: tuple[str, ...] = ("The lead asked not to be written to again.",)
    if heard.kind is ReplyClass.ESCALATE and heard.trusted:
        return Decision(Move.ESCALATE, (*reasons, _ESCALATED), suppress=True)
    if heard.kind is ReplyClass.ESCALATE:
        reasons = (*reasons, f"It holds a legal threat, a complaint or sensitive data as well. {_doubt(heard)}")
    return Decision(Move.SUPPRESS, reasons, suppress=True)


_ESCALATED = "A legal threat, a complaint or sensitive data: the thread stops and the supervisor decides."


def _bounced(heard: Heard) -> Decision:
    if not heard.names_our_mail:
        return Decision(Move.STORE, ("The bounce names no mail that was sent to this address.",))
    if heard.hard:
        return Decision(Move.ADDRESS_INVALID, ("The mail server refused the address for good.",))
    return Decision(Move.RETRY, ("The mail could not be delivered for now.",))


def _away(heard: Heard) -> Decision:
    """Absences seldom prove who sent them, and many that are genuine fail: they have no envelope sender to align.

    Only one that fails and names no mail of ours is not believed, and no person is asked.
    """
    if heard.authenticated is False and not heard.vouched and not heard.proven:
        return Decision(Move.STORE, (_doubt(heard), "Its absence moves nothing."))
    back = f"back on {heard.return_date.isoformat()}" if heard.return_date else "return date not given"
    return Decision(Move.WAIT, (f"Out of office, {back}.",), until=heard.return_date)


def _stored(_heard: Heard) -> Decision:
    return Decision(Move.STORE, ("A machine wrote it; it is never answered.",))


_OF_MACHINES = {
    ReplyClass.BOUNCE: _bounced,
    ReplyClass.OUT_OF_OFFICE: _away,
    ReplyClass.AUTO_REPLY: _stored,
}


def _doubt(heard: Heard) -> str:
    if heard.authenticated is False:
        return "The sender could not be authenticated (DMARC failed)."
    if not heard.same_sender:
        return "It came from another address than the lead's."
    return "It answers no mail of ours, and no server vouches for its sender."


def _judged(heard: Heard, standing: Standing) -> Decision:
    """A person's mail from the lead: interest, then BANT, then what was asked."""
    interest = heard.interest
    why = (_said(interest),)
    if interest.polarity is Polarity.NEGATIVE:
        return Decision(Move.DISQUALIFY, why)
    if interest.polarity is Polarity.UNDETECTED:
        clarify = Decision(Move.HAND_OVER, (*why, "A person is to clarify what is wanted."))
        return clarify if heard.refuses else _asked(heard, standing) or clarify
    verdict = qualifies(heard.bant) if standing.bant_configured else True
    if verdict is False:
        return Decision(Move.DISQUALIFY, (*why, "Fewer than two of need, timeline, budget and authority are given."))
    if verdict:
        more = "Two or more of need, timeline, budget and authority are given."
        return Decision(Move.HAND_OVER, (*why, more) if standing.bant_configured else why)
    if interest.confidence is Confidence.HIGH and standing.fast_track:
        return Decision(Move.HAND_OVER, (*why, "High interest is handed over at once (fast track)."))
    return _asked(heard, standing) or _find_out(heard, standing, why)


def _asked(heard: Heard, standing: Standing) -> Decision | None:
    """The answer to what the lead asks, or the question put to a person; None when nothing was asked."""
    if heard.knowledge is Knowledge.UNKNOWN:
        return Decision(Move.BLOCKED, ("The follow-up knowledge holds no answer to what was asked.",))
    if heard.knowledge is Knowledge.KNOWN:
        ask = next_question(heard.bant, standing.asked) if standing.bant_configured else None
        return Decision(Move.ANSWER, ("The follow-up knowledge answers what was asked.",), ask=ask)
    return None


def _find_out(heard: Heard, standing: Standing, why: tuple[str, ...]) -> Decision:
    factor = next_question(heard.bant, standing.asked)
    if factor is None:
        return Decision(Move.HAND_OVER, (*why, "The questions are used up and it is not known whether it qualifies."))
    return Decision(
        Move.ASK, (*why, f"Not yet known: {factor.value}. The answer could change the verdict."), ask=factor
    )


def _said(interest: Interest) -> str:
    if interest.polarity is Polarity.UNDETECTED:
        return interest.reason or "The mail does not tell whether there is interest."
    sure = f", {interest.confidence.value} confidence" if interest.confidence else ""
    return f"Purchase interest is {interest.polarity.value}{sure}. {interest.reason}".strip()
