"""One conversation put together for people and programs: its standing, and everything that happened in time order."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from leadwright.db.findings import from_json, read_statements
from leadwright.db.judgements import read_bant, read_interest
from leadwright.db.pages import thread as read
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.conversation_words import (
    CLASSES,
    MATCHED,
    kind_of_ours,
    phase_in_words,
    what_comes_next,
    what_was_decided,
    where_it_stands,
)
from leadwright.domain.engagement import LABELS, Outcome, State, Step
from leadwright.domain.evidence import Statement
from leadwright.domain.follow_up import end_of_silence
from leadwright.domain.interest import Interest
from leadwright.domain.mail_phase import Phase, has_moment, waits_for_person
from leadwright.domain.replies import Move, ReplyClass
from leadwright.domain.suppression import WHY, Reason

_AFTER = "~"  # beside mails of the same moment; their ids grow with time
_ON_ITS_WAY = (Phase.QUEUED, Phase.SENDING, Phase.COMMITTING, Phase.UNKNOWN)
_ANSWERS = (Move.ASK, Move.ANSWER)
_NOT_OUT = (*_ON_ITS_WAY, Phase.HELD)


@dataclass(frozen=True, slots=True)
class OurMail:
    """A mail of the agent's, or of a person of ours.

    Args:
        kind: first mail, follow-up 2, answer, mail of a person.
        phase: of the outbox; None while it is a draft.
        at: when it left; None when it has not.
        due_at: not before, while it waits for a moment and not for somebody.
        said: why it waits or ended, with the server's own words.
        hold: why a person must look at it first.
        writer: the person who sends it; empty: the agent.
    """

    emailid: str
    kind: str
    phase: Phase | None
    fate: str
    subject: str
    text: str
    recipient: str
    written_at: datetime
    at: datetime | None
    due_at: datetime | None
    said: str
    hold: str
    bounced_at: datetime | None
    paragraphs: tuple[Statement, ...] = ()
    writer: str = ""

    @property
    def may_be_cancelled(self) -> bool:
        """A person's mail that still waits."""
        return bool(self.writer) and self.phase is Phase.QUEUED


@dataclass(frozen=True, slots=True)
class TheirMail:
    """A mail that came in, what was read in it and what followed.

    Args:
        kind: its class; None when it was not judged.
        text: what its sender wrote newly.
        quote: the words its class rests on; `opt_out` those that ask to be left alone.
        authenticated: the sender's DMARC passed or failed; None: our server said nothing.
        hold: why a person must say whose mail it is.
        away_until: day of return, of an absence note.
        hidden: what was hidden in it from a reader and left out.
        voucher: who said that it belongs to this lead.
        server: a mail server's own words.
    """

    emailid: str
    kind: ReplyClass | None
    label: str
    sender: str
    subject: str
    text: str
    at: datetime
    decided: str
    reasons: tuple[str, ...]
    interest: Interest | None
    bant: tuple[FactorJudgement, ...]
    quote: str
    opt_out: str
    question: str
    answer: tuple[Statement, ...]
    referral: dict[str, str]
    authenticated: bool | None
    same_sender: bool | None
    matched: str
    hold: str
    read_again: bool
    away_until: date | None
    hidden: tuple[str, ...]
    voucher: str
    server: str
    deliveries: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened beside the mails: a person's step, an opt-out."""

    at: datetime
    action: str
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the conversation stands.

    Args:
        next: what comes next, without its moment `due_at`; empty when nothing comes.
        due_at: not before; None when nothing comes, and when it waits for somebody, not for a moment.
        reason: why it waits or ended, as the agent says it.
        asked: factors asked for so far, of at most three.
        bant: the four factors in their order; what was never judged is unknown.
        referral: name, address, and leadid once a lead was created of it.
        waits: its mail may not leave yet; `reason` says why.
        person: nothing happens before somebody acts.
        held: because nobody knows whether our mail arrived; the outbox asks.
        draft: our mail that waits for a look: activityid, subject, lw_hold; None when none does.
    """

    runid: str
    state: State
    step: Step
    headline: str
    next: str
    due_at: datetime | None
    reason: str
    agent: str
    agent_state: str
    address: str
    mailbox: str
    sent: int
    heard: int
    asked: tuple[Factor, ...]
    interest: Interest
    bant: tuple[FactorJudgement, ...]
    back_at: datetime | None
    began_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    owner: str
    summary: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    question: str = ""
    referral: dict[str, str] = field(default_factory=dict)
    draft: Any = None
    waits: bool = False
    person: bool = False
    held: bool = False

    @property
    def outcome_label(self) -> str:
        """As people read it."""
        return LABELS[self.outcome] if self.outcome else ""


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything; `standing` is None when mails came in but the agent never began a conversation."""

    standing: Standing | None
    items: tuple[OurMail | TheirMail | Event, ...]


def read_thread(session: Session, leadid: str) -> Thread:
    """Put it together."""
    talk, rows = read.newest(session, leadid), read.mails(session, leadid)
    items: list[tuple[datetime, str, OurMail | TheirMail | Event]] = []
    for row in rows:
        mail = _ours(row, talk) if row.directioncode else _theirs(row, rows)
        at = mail.at or mail.due_at or mail.written_at if isinstance(mail, OurMail) else mail.at
        items.append((at, mail.emailid, mail))
    items += [(e.at, _AFTER, e) for e in map(_step, read.steps_of_people(session, leadid))]
    if talk is not None:
        items += [(e.at, _AFTER, e) for e in map(_opt_out, read.opt_outs(session, talk.addresshash))]
    ordered = sorted(items, key=lambda item: item[:2])
    standing = _standing(session, talk, rows) if talk is not None else None
    return Thread(standing, tuple(item for _, _, item in ordered))


def standing_of(session: Session, leadid: str) -> Standing | None:
    """Where the newest conversation stands; None when there never was one."""
    talk = read.newest(session, leadid)
    if talk is None:
        return None
    return _standing(session, talk, read.mails(session, leadid) if talk.outboxid else ())


def _standing(session: Session, talk: Any, rows: read.Rows) -> Standing:
    state, step = State(talk.state), Step(talk.step)
    outcome = Outcome(talk.outcome) if talk.outcome else None
    told = from_json(talk.findings).conversation
    judged, interest = {j.factor: j for j in read_bant(talk.bant)}, read_interest(talk.interest)
    own = [row for row in rows if row.lw_threadid == talk.runid and row.directioncode]
    waiting = next((row for row in own if row.phase in _NOT_OUT and row.outboxid == talk.outboxid), None)
    phase = Phase(waiting.phase) if waiting is not None else Phase.QUEUED
    due, reason = talk.dueat, talk.reason
    if waiting is not None and state is State.SENDING:
        due, reason = waiting.dueat, waiting.said or talk.reason
    waits = waiting is not None and phase is Phase.QUEUED and bool(waiting.said)
    person = state is State.PERSON or (state is not State.ENDED and waits_for_person(phase, reason))
    return Standing(
        runid=talk.runid,
        state=state,
        step=step,
        headline=where_it_stands(state, step, outcome, waits=waits, person=person),
        waits=waits,
        person=person,
        held=phase is Phase.HELD,
        next=what_comes_next(
            state,
            step,
            talk.sent,
            waits=waits,
            person=person,
            held=phase is Phase.HELD,
            after_silence=end_of_silence(interest),
        ),
        due_at=due if has_moment(phase, reason) else None,
        reason=reason,
        agent=talk.agent,
        agent_state=talk.agentstate,
        address=talk.address,
        mailbox=talk.mailbox,
        sent=sum(row.phase == Phase.SENT for row in own),
        heard=talk.heard,
        asked=tuple(Factor(f) for f in talk.asked),
        interest=interest,
        bant=tuple(judged.get(f) or FactorJudgement(f, Score.UNKNOWN) for f in Factor),
        back_at=talk.backat,
        began_at=talk.createdon,
        ended_at=talk.endedon,
        outcome=outcome,
        owner=talk.recipient or "",
        summary=tuple(told.get("summary", ())),
        open_questions=tuple(told.get("open_questions", ())),
        question=told.get("question", ""),
        referral=told.get("referral") or {},
        draft=read.waits_for_a_look(session, talk.runid) if state is State.PERSON else None,
    )


def _ours(row: Any, talk: Any) -> OurMail:
    phase = Phase(row.phase) if row.phase else None
    return OurMail(
        emailid=row.activityid,
        kind=kind_of_ours(row.purpose or "", _number(row, talk)),
        phase=phase,
        fate=phase_in_words(phase, bounced=row.bouncedon is not None),
        subject=row.subject,
        text=row.description,
        recipient=row.recipient or row.torecipients,
        written_at=row.createdon,
        at=row.concludedon if phase is Phase.SENT else None,
        due_at=row.dueat if phase in _ON_ITS_WAY and has_moment(phase, row.said) else None,
        said=row.said or "",
        hold=row.lw_hold or "",
        bounced_at=row.bouncedon,
        paragraphs=read_statements(row.lw_paragraphs),
        writer=row.writer or "",
    )


def _number(row: Any, talk: Any) -> int:
    """0 for the first mail: from its key in the outbox; of a draft, from where the conversation stands."""
    parts = (row.businesskey or "").split(":")
    if parts[0] == "outreach" and len(parts) > 3 and parts[3].isdecimal():
        return int(parts[3])
    same = talk is not None and row.lw_threadid == talk.runid and row.lw_runid is None
    return int(talk.sent) if same else 0


def _was_done(move: Move, row: Any, rows: read.Rows) -> bool:
    """Was done what the move after that mail stands for? Told by the mails of ours that followed, or did not."""
    ours = [each for each in rows if each.directioncode]
    if move in _ANSWERS:
        return any(o.phase in (*_NOT_OUT, Phase.SENT) for o in _answers_to(row, rows))
    if move is Move.WAIT:
        return bool(row.lw_judgement.get("until"))
    if move is not Move.RETRY:
        return True
    read_on = row.senton or row.createdon
    returned = [each for each in ours if each.bouncedon]
    back = min(returned, key=lambda each: abs(each.bouncedon - read_on), default=None)
    if back is None:
        return False
    later = [each for each in ours if each is not back and each.createdon >= back.bouncedon]
    return any(each.description == back.description for each in later)


def _answers_to(row: Any, rows: read.Rows) -> list[Any]:
    """Our answers to that mail of theirs, whatever became of them."""
    key = f":{row.inboundmessageid}"
    return [each for each in rows if each.directioncode and (each.businesskey or "").endswith(key)]


def _answered_with_next(move: Move, row: Any, rows: read.Rows) -> bool:
    """Had a later mail of theirs overtaken our answer, which was given together with the answer to that one?"""
    if move not in _ANSWERS or not any(o.phase == Phase.CANCELLED for o in _answers_to(row, rows)):
        return False
    quotes = row.lw_judgement.get("answer", ())
    place = next(n for n, each in enumerate(rows) if each.activityid == row.activityid)
    return any(
        each.lw_judgement.get("move") in _ANSWERS
        and all(quote in each.lw_judgement.get("answer", ()) for quote in quotes)
        and _was_done(Move(each.lw_judgement["move"]), each, rows)
        for each in rows[place + 1 :]
        if not each.directioncode
    )


def _decided(move: Move, ask: Factor | None, kind: ReplyClass | None, row: Any, rows: read.Rows) -> str:
    done = _was_done(move, row, rows)
    return what_was_decided(move, ask, kind, done=done, with_next=not done and _answered_with_next(move, row, rows))


def _theirs(row: Any, rows: read.Rows) -> TheirMail:
    judged = row.lw_judgement
    kind = ReplyClass(judged["class"]) if judged.get("class") else None
    move = Move(judged["move"]) if judged.get("move") else None
    ask = Factor(judged["ask"]) if judged.get("ask") else None
    return TheirMail(
        emailid=row.activityid,
        kind=kind,
        label=CLASSES[kind] if kind else "Not judged",
        sender=row.sender,
        subject=row.subject,
        text=row.description,
        at=row.senton or row.createdon,
        decided=_decided(move, ask, kind, row, rows) if move else row.noted or "Kept.",
        reasons=tuple(judged.get("reasons", ())),
        interest=read_interest(judged["interest"]) if judged.get("interest") else None,
        bant=read_bant(judged.get("bant", ())),
        quote=judged.get("quote", ""),
        opt_out=judged.get("opt_out", ""),
        question=judged.get("question", ""),
        answer=read_statements(judged.get("answer", ())),
        referral=judged.get("referral") or {},
        authenticated=judged.get("authenticated"),
        same_sender=judged.get("same_sender"),
        matched=MATCHED.get(judged.get("matched_by", ""), ""),
        hold=row.lw_hold or "",
        read_again=row.inboundstate == "new",
        away_until=date.fromisoformat(judged["until"]) if judged.get("until") else None,
        hidden=tuple(judged.get("hidden", ())),
        voucher=row.voucher or "",
        server=judged.get("said", ""),
        deliveries=row.deliveries or 1,
    )


def _step(row: Any) -> Event:
    return Event(row.at, row.action, row.cause, row.actorname)


def _opt_out(row: Any) -> Event:
    how = "By the link in a mail." if row.source == "one_click" else ""
    return Event(row.at, "suppressed", f"{WHY[Reason(row.reason)]} {how}".strip())
