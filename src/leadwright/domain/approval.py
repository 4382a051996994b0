"""Approval of mails by a person: which kinds wait, what an approval is bound to, and how long it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256


class Kind(StrEnum):
    """A kind of mail of the agent that may have to wait for a person."""

    FIRST_MAIL = "first_mail"
    FOLLOW_UP = "follow_up"
    ANSWER = "answer"


KIND_LABELS = {Kind.FIRST_MAIL: "First mail", Kind.FOLLOW_UP: "Follow-up", Kind.ANSWER: "Answer"}


class State(StrEnum):
    """Where an approval stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


LEAST_HOURS, MOST_HOURS = 1, 720


@dataclass(frozen=True, slots=True)
class Policy:
    """Which kinds wait for a person.

    Args:
        hours: an approval holds; then the mail must be approved again.
    """

    first_mails: bool = False
    follow_ups: bool = False
    answers: bool = False
    hours: int = 72

    def asks_for(self, kind: Kind) -> bool:
        """Does this kind wait?"""
        asked = {Kind.FIRST_MAIL: self.first_mails, Kind.FOLLOW_UP: self.follow_ups, Kind.ANSWER: self.answers}
        return asked[kind]

    def holds_until(self, moment: datetime) -> datetime:
        """When an approval given at `moment` ends."""
        return moment + timedelta(hours=self.hours)


def kind_of(purpose: str, sent: int) -> Kind:
    """The kind of a mail of a conversation.

    Args:
        purpose: of its outbox row.
        sent: mails of the cadence that left before it.
    """
    if purpose == "answer":
        return Kind.ANSWER
    return Kind.FOLLOW_UP if sent else Kind.FIRST_MAIL


def content_hash(raw: bytes, recipient: str) -> str:
    """What an approval is bound to: every byte of the mail and who gets it."""
    return sha256(recipient.encode() + b"\0" + raw).hexdigest()


def holds(state: str, bound_to: str, found: str, expires: datetime | None, moment: datetime) -> bool:
    """Is this an approval of exactly this mail, and not too old?"""
    return state == State.APPROVED and bound_to == found and expires is not None and moment < expires
