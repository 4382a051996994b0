"""A reply as the rules want it: read by the analyst in the light of the thread, the fields and the knowledge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.analyst import ReplyBrief, ReplyReading, Usage
from leadwright.analyst.builtin.replies import settled_by_rule
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.findings import read_statements
from leadwright.db.judgements import read_bant, read_interest
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Email
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.bare_answers import is_bare_answer, tells_of_own_work
from leadwright.domain.engagement import State, Step
from leadwright.domain.evidence import Passage, SourceKind, Statement
from leadwright.domain.interest import in_thread, undetected
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.replies import Heard, Knowledge, Move, ReplyClass, Standing
from leadwright.errors import BadInput, ModelError
from leadwright.mail.addresses import normalise
from leadwright.mail.authentication import Verdict, read_authentication
from leadwright.mail.automatic import Kind
from leadwright.mail.reading import Reading
from leadwright.research.dossier import Dossier, open_dossier
from leadwright.research.fields import field_passages, field_texts
from leadwright.research.knowledge import retrieve
from leadwright.services import Services
from leadwright.workflows.engagements import Conversation

MOST_EARLIER = 20
_HIDING = (ReplyClass.OUT_OF_OFFICE, ReplyClass.LEFT, ReplyClass.BOUNCE)  # whose "remove me" is no wish of the lead
_KNOWLEDGE = 6  # passages of the follow-up set that are looked at
_UNSENT = {State.SENDING: (Phase.QUEUED, Phase.HELD), State.PERSON: (Phase.CANCELLED,)}  # phases of an answer
_HEADERS = (
    "auto-submitted", "precedence", "list-id", "x-autoreply", "x-autorespond", "x-auto-response-suppress",
    "return-path", "content-type", "x-failed-recipients", "subject", "from",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A reply as read, beside what the rules need of it."""

    said: ReplyReading
    heard: Heard
    standing: Standing


@dataclass(frozen=True, slots=True)
class Unsent:
    """An answer of ours that has not left, by what was read in the mail it answers.

    Args:
        answer: its quotes of the follow-up knowledge.
        ask: the factor it asks for.
    """

    outboxid: str
    answer: tuple[Statement, ...]
    ask: Factor | None


def unsent_answer(session: Session, row: Engagement, *, lock: bool = True) -> Unsent | None:
    """The answer that a newer mail of theirs is in time for; None when none waits, or it may have left.

    One that was cancelled and waits as a draft counts as unsent; one that is held only when it cannot have arrived.
    """
    mail = _answer_in_hand(session, row, lock=lock)
    if mail is None or mail.phase not in _UNSENT[State(row.state)]:
        return None
    if mail.phase == Phase.HELD and mail.spenton is not None:  # a person says whether it arrived
        return None
    judged = session.scalar(
        select(Email.lw_judgement)
        .join(InboundMessage, InboundMessage.emailid == Email.activityid)
        .where(InboundMessage.inboundmessageid == mail.businesskey.rpartition(":")[2])
    )
    known = judged or {}
    answer = read_statements(known.get("answer", [])) if known.get("move") == Move.ANSWER else ()
    return Unsent(mail.outboxid, answer, Factor(known["ask"]) if known.get("ask") else None)


def doubtful_answer(session: Session, row: Engagement) -> str | None:
    """outboxid of our answer that is held because nobody knows whether it arrived."""
    mail = _answer_in_hand(session, row)
    return mail.outboxid if mail is not None and mail.phase == Phase.HELD and mail.spenton is not None else None


def answer_is_leaving(session: Session, row: Engagement) -> bool:
    """Is our answer under way, so that nobody can say yet whether a newer mail of theirs is in time for it?"""
    mail = _answer_in_hand(session, row)
    return mail is not None and mail.phase in (*IN_FLIGHT, Phase.UNKNOWN)


def _answer_in_hand(session: Session, row: Engagement, *, lock: bool = True) -> Outbox | None:
    """The answer whose end, or whose draft, the conversation waits for."""
    if row.outboxid is None or row.step != Step.ANSWER or row.state not in _UNSENT:
        return None
    return session.get(Outbox, row.outboxid, with_for_update=lock, populate_existing=True)


def answer_both(read: Read, before: Unsent) -> Read:
    """One answer for their new mail and the one before it, whose answer had not left: what it asked was not asked."""
    heard = read.heard
    if before.answer and heard.knowledge is not Knowledge.UNKNOWN:
        answer = tuple(dict.fromkeys((*before.answer, *read.said.answer)))
        read = replace(read, said=replace(read.said, answer=answer), heard=replace(heard, knowledge=Knowledge.KNOWN))
    asked = tuple(factor for factor in read.standing.asked if factor is not before.ask)
    return replace(read, standing=replace(read.standing, asked=asked))


def read_reply(
    services: Services,
    talk: Conversation,
    mail: Reading,
    received: datetime,
    key: str,
    *,
    proven: bool = True,
    vouched: bool = False,
) -> Read:
    """Ask the analyst, once, for a person's mail; rules alone read a machine's.

    Args:
        key: of the mail: the same mail is paid for once, and its cost counts for its lead.
        proven: its writer has a mail of ours.
        vouched: a person says that it is the lead's answer.

    Raises:
        OutsideError: the analyst could not be asked now. One that cannot read this mail at all, or may not for its
            cost, has read nothing in it: then a person clarifies what is wanted.
    """
    dossier = open_dossier(services, talk.runid, talk.leadid, talk.configuration)
    brief = _brief(services, talk, dossier, mail, received, f"{talk.runid}:{key}")
    said = _by_machine(brief, mail) if mail.automatic else ask(services, brief, talk.engagement)
    return Read(
        said, _heard(talk, mail, said, proven=proven, vouched=vouched), standing_of(talk.configuration, talk.engagement)
    )


def _in_thread(row: Engagement, brief: ReplyBrief, said: ReplyReading) -> ReplyReading:
    """A person's answer to our question, or a question of theirs that we can answer, keeps the interest of before."""
    if said.kind not in (ReplyClass.OTHER, ReplyClass.INTERESTED, ReplyClass.QUESTION, ReplyClass.OBJECTION):
        return said
    told = bool(_known(said.bant) - _known(read_bant(row.bant))) or is_bare_answer(brief.text)
    if row.asked[-1:] == [Factor.NEED]:
        told = told or tells_of_own_work(brief.text)
    answers = told and (bool(row.asked) or row.answers > 0)
    asks = said.knowledge is Knowledge.KNOWN and not said.refuses
    return replace(said, interest=in_thread(said.interest, read_interest(row.interest), goes_on=answers or asks))


def _known(bant: Iterable[FactorJudgement]) -> set[Factor]:
    return {judged.factor for judged in bant if judged.score is not Score.UNKNOWN}


def criteria_of(configuration: Configuration) -> dict[str, str]:
    """The admin's words for each factor of BANT that counts."""
    handoff = configuration.handoff
    return {str(f): text for f in Factor if (text := getattr(handoff, f).strip())}


def standing_of(configuration: Configuration, row: Engagement) -> Standing:
    """Where the thread stands, and the settings that count."""
    return Standing(
        asked=tuple(Factor(f) for f in row.asked),
        bant_configured=bool(criteria_of(configuration)),
        fast_track=configuration.handoff.fast_track,
    )


def same_sender(talk: Conversation, mail: Reading) -> bool:
    """Did it come from the lead's own address?"""
    try:
        sender = mail.message.sender
        return bool(sender) and normalise(sender.address if sender else "") == normalise(talk.engagement.address)
    except BadInput:
        return False


def authenticated(talk: Conversation, mail: Reading) -> bool | None:
    """Is the sender who he says? None when our own server said nothing about it."""
    dmarc = read_authentication(mail.message, talk.mailbox.lw_authservid).dmarc
    return {Verdict.PASS: True, Verdict.FAIL: False}.get(dmarc)


def _heard(talk: Conversation, mail: Reading, said: ReplyReading, *, proven: bool, vouched: bool) -> Heard:
    return Heard(
        kind=said.kind,
        interest=said.interest,
        bant=said.bant,
        opt_out=said.opt_out is not None or (mail.opt_out != "" and said.kind not in _HIDING),
        knowledge=said.knowledge,
        return_date=said.return_date,
        authenticated=authenticated(talk, mail),
        same_sender=same_sender(talk, mail),
        vouched=vouched,
        proven=proven or not talk.mailbox.lw_authservid,
        refuses=said.refuses,
    )


def ask(services: Services, brief: ReplyBrief, row: Engagement) -> ReplyReading:
    """What the analyst reads in a person's mail, in the light of where the thread stands.

    Raises:
        ModelError: it cannot be asked now.
    """
    try:
        return _in_thread(row, brief, services.analyst.read_reply(brief))
    except ModelError as error:
        if not error.permanent or error.installation:
            raise
        return ReplyReading(ReplyClass.OTHER, undetected(f"It could not be read by machine. {error}"), (), Usage(""))


def _by_machine(brief: ReplyBrief, mail: Reading) -> ReplyReading:
    """What a machine wrote: an absence, somebody who has left, a list, an opt-out. It is never asked of a model."""
    settled = settled_by_rule(brief)
    if settled and (settled.kind in (*_HIDING, ReplyClass.AUTO_REPLY) or mail.opt_out):
        return settled
    nothing = undetected("A machine wrote it; it was not judged.")
    return ReplyReading(ReplyClass.AUTO_REPLY, nothing, (), Usage("builtin"))


def _brief(
    services: Services, talk: Conversation, dossier: Dossier, mail: Reading, received: datetime, key: str
) -> ReplyBrief:
    message = mail.message
    headers = {name: value for name in _HEADERS if (value := message.value(name))}
    if "subject" in headers:
        headers["subject"] = mail.subject
    if mail.automatic:
        absent = mail.automatic.kind is Kind.OUT_OF_OFFICE
        headers.setdefault("auto-submitted", "auto-replied" if absent else "auto-generated")
    brief = reply_brief(services, dossier, mail.new_text, mail.subject, received, key, earlier_mails(services, talk))
    return replace(brief, headers=headers)


def reply_brief(
    services: Services,
    dossier: Dossier,
    text: str,
    subject: str,
    received: datetime,
    key: str,
    earlier: Mapping[str, Passage],
) -> ReplyBrief:
    """All that may be used to read a mail of this lead; no headers.

    Args:
        text: the new part of the mail.
        earlier: what the lead wrote before in the thread.
    """
    fields = field_texts(dossier.records)
    with services.database.reading() as session:
        known = retrieve(session, "followup", f"{subject} {text}"[:2_000], _KNOWLEDGE, embedding=services.embedding)
    return ReplyBrief(
        key=key,
        text=text,
        received_on=received.date(),
        subject=subject,
        lead=fields,
        passages={**field_passages(fields), **earlier},
        knowledge={p.id: p for p in known},
        offering=dossier.offering,
        criteria=criteria_of(dossier.configuration),
    )


def earlier_mails(services: Services, talk: Conversation) -> dict[str, Passage]:
    """What the lead wrote before in this thread, oldest first."""
    with services.database.reading() as session:
        rows = session.execute(
            select(Email.activityid, Email.subject, Email.description, Email.senton)
            .where(Email.lw_threadid == talk.runid, Email.directioncode.is_(False), Email.lw_hold.is_(None))
            .order_by(Email.senton.desc())
            .limit(MOST_EARLIER)
        ).all()
    return {(p := mail_passage(row)).id: p for row in reversed(rows)}


def mail_passage(row: Any) -> Passage:
    """A mail of the lead as a passage to quote; `row` has activityid, subject, description and senton."""
    name, day = f"mail:{row.activityid}", row.senton.date().isoformat() if row.senton else None
    return Passage(name, SourceKind.SAID, name, row.subject, row.description, day)
