"""A past lead judged by other settings: its stored research and mails, read and decided again. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from leadwright.analyst import Reading, Usage
from leadwright.analyst.grounding import grounded
from leadwright.db.agent import LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.findings import Findings, from_json
from leadwright.db.judgements import read_bant, read_interest
from leadwright.domain.backtest import Cause, Flip, fit_flip, reply_flip
from leadwright.domain.bant import Factor
from leadwright.domain.evidence import Passage
from leadwright.domain.fit import Criterion, Fit, weigh
from leadwright.domain.handover import Decision, decide, decide_engagement
from leadwright.domain.replies import Decision as Answered
from leadwright.domain.replies import Heard, Move, ReplyClass
from leadwright.domain.replies import decide as decide_reply
from leadwright.domain.stage import AgentMode, Stage
from leadwright.research.brief import Gathered, gather
from leadwright.research.dossier import Dossier, dossier_of
from leadwright.research.fields import Records
from leadwright.services import Services
from leadwright.workflows.case import missing_of
from leadwright.workflows.judging import judge
from leadwright.workflows.reading_replies import (
    MOST_EARLIER,
    ask,
    criteria_of,
    mail_passage,
    reply_brief,
    standing_of,
)
from leadwright.workflows.writing_again import drafted_then, write_again, written_by

_BY_RULE = {  # whatever the settings say
    ReplyClass.UNSUBSCRIBE, ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY, ReplyClass.LEFT, ReplyClass.BOUNCE,
    ReplyClass.ESCALATE, ReplyClass.WRONG_PERSON,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """A past run with all that is stored of it.

    Args:
        then: the settings it was processed with.
        mails: what the lead wrote, oldest first: rows of Email.
        drafting: outputs of the steps that drafted its first mail, by name.
    """

    run: LeadRun
    records: Records
    then: Configuration
    mails: Sequence[Any] = ()
    drafting: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class Again:
    """What judging again came to.

    Args:
        unread: it rests on a page that was never read, so nothing can be said.
        present: what the settings in force come to by now, where that was asked.
    """

    fit: Flip | None = None
    reply: Flip | None = None
    mail: Flip | None = None
    unread: bool = False
    usages: list[Usage] = field(default_factory=list)
    present: "Again | None" = None
    gathered: Gathered | None = None
    configuration: Configuration | None = None


def judge_again(
    services: Services, past: Past, configuration: Configuration, mode: AgentMode, key: str, seen: Again | None = None
) -> Again:
    """Judge the stored dossier, then each stored mail until the first that would be decided otherwise.

    Args:
        services: that look at nothing outside.
        seen: the same lead judged by other settings a moment ago, whose dossier is used where it is the same.
        key: of the back-test; with a model, the same question under the same key is paid for once.

    Raises:
        ModelError: the analyst could not answer.
    """
    again, known = Again(), services.analyst.name == "builtin"
    dossier = dossier_of(str(uuid5(NAMESPACE_OID, f"{key}:{past.run.runid}")), past.records, configuration)
    now: tuple[Fit, Decision] | None = None
    was = _then(past, mode)
    writes = written_by(configuration) != written_by(past.then)
    if known or writes or _judged_by(configuration) != _judged_by(past.then):
        same = seen.gathered if seen and _same_dossier(configuration, seen) else None
        gathered = same or gather(services, dossier)
        again.gathered, again.configuration = gathered, configuration
        now, reading = _fit(services, past, dossier, mode, again, gathered)
        if again.unread:
            return again
        again.fit = fit_flip(was, now, _must_haves(past.then) ^ _must_haves(configuration))
        if writes and Stage.DISQUALIFIED not in (was[1].stage, now[1].stage):
            before = drafted_then(past.drafting)
            again.mail, paid = write_again(services, dossier, gathered, reading, mode, past.then, before)
            again.usages += [paid] if paid else []
    if (now or was)[1].stage is not Stage.DISQUALIFIED and (known or _asked_by(configuration) != _asked_by(past.then)):
        again.reply = _replies(services, past, dossier, again)
    return again


def _judged_by(configuration: Configuration) -> object:
    c = configuration
    return c.criteria, c.company, c.competitors


def _asked_by(configuration: Configuration) -> object:
    return configuration.handoff, configuration.company


def _criteria(configuration: Configuration) -> tuple[Criterion, ...]:
    return tuple(c.criterion() for c in configuration.criteria)


def _must_haves(configuration: Configuration) -> frozenset[str]:
    return frozenset(c.name for c in configuration.criteria if c.must_have)


def _then(past: Past, mode: AgentMode) -> tuple[Fit, Decision]:
    """The verdict as research found it, whatever people did to the lead since."""
    found = from_json(past.run.findings)
    fit = weigh(_criteria(past.then), found.judgements)
    return fit, (decide_engagement if mode is AgentMode.ENGAGE else decide)(fit, missing=found.missing)


def _same_dossier(configuration: Configuration, seen: Again) -> bool:
    """Would gathering by these settings come to the same?"""
    if seen.gathered is None or seen.configuration is None:
        return False
    if any(c.url for side in (configuration, seen.configuration) for c in side.criteria):
        return False
    one, other = (
        (c.company, c.competitors, c.search_fields, {name for row in c.criteria for name in row.fields})
        for c in (configuration, seen.configuration)
    )
    return one == other


def _fit(
    services: Services, past: Past, dossier: Dossier, mode: AgentMode, again: Again, gathered: Gathered
) -> tuple[tuple[Fit, Decision], Reading]:
    pages = next((s for s in gathered.steps if s.name == "criterion_pages"), None)
    again.unread = bool(pages and pages.outputs.get("never_read"))
    said = services.analyst.read_lead(replace(gathered.brief, criteria=dossier.criteria))
    again.usages.append(said.usage)
    reading, _ = grounded(said, gathered.brief.passages)
    result = judge(
        past.records.lead,
        dossier.configuration,
        reading,
        missing=missing_of(past.records.lead, dossier.configuration),
        so_far=Findings(),
        researched_at=services.clock(),
        mode=mode,
    )
    return (result.fit, result.decision), reading


def _replies(services: Services, past: Past, dossier: Dossier, again: Again) -> Flip | None:
    row = Engagement(runid=past.run.runid, asked=[], answers=0, interest={}, bant=[])
    earlier: dict[str, Passage] = {}
    for mail in past.mails:
        stored = mail.lw_judgement or {}
        if _counts(stored):
            flip = _reply(services, past, dossier, mail, row, earlier, again)
            if flip is not None:
                return flip
            row.interest, row.bant = stored["interest"], stored.get("bant", [])
            row.asked = [*row.asked, stored["ask"]] if stored.get("ask") else row.asked
            row.answers += int(bool(stored.get("answer")) and stored.get("move") == Move.ANSWER)
        if mail.lw_hold is None:
            passage = mail_passage(mail)
            earlier = dict([*earlier.items(), (passage.id, passage)][-MOST_EARLIER:])
    return None


def _counts(stored: Mapping[str, Any]) -> bool:
    """A person's mail that was judged, and that the settings had a say in."""
    return "interest" in stored and stored.get("class") not in _BY_RULE and stored.get("move") != Move.SHOW


def _reply(
    services: Services,
    past: Past,
    dossier: Dossier,
    mail: Any,
    row: Engagement,
    earlier: Mapping[str, Passage],
    again: Again,
) -> Flip | None:
    key = f"{dossier.key}:{mail.activityid}"
    said = ask(services, reply_brief(services, dossier, mail.description, mail.subject, mail.senton, key, earlier), row)
    again.usages.append(said.usage)
    heard = Heard(
        kind=said.kind,
        interest=said.interest,
        bant=said.bant,
        opt_out=said.opt_out is not None,
        knowledge=said.knowledge,
        return_date=said.return_date,
        vouched=True,  # its sender was believed then, and no setting changes that
        refuses=said.refuses,
    )
    now = decide_reply(heard, standing_of(dossier.configuration, row))
    stored = mail.lw_judgement
    before = read_interest(stored["interest"]), read_bant(stored.get("bant", []))
    was = (_decided(stored), *before)
    return reply_flip(was, (now, said.interest, said.bant), _settings(past.then, dossier.configuration))


def _decided(stored: Mapping[str, Any]) -> Answered:
    until = stored.get("until")
    return Answered(
        Move(stored["move"]),
        tuple(stored.get("reasons", ())),
        ask=Factor(stored["ask"]) if stored.get("ask") else None,
        until=date.fromisoformat(until) if until else None,
    )


def _settings(then: Configuration, now: Configuration) -> tuple[Cause, ...]:
    """Settings of the handoff that differ."""
    causes: list[Cause] = []
    if then.handoff.fast_track != now.handoff.fast_track:
        before, after = ("on" if c.handoff.fast_track else "off" for c in (then, now))
        causes.append(Cause("Fast track of high interest", before, after))
    was, wanted = criteria_of(then), criteria_of(now)
    for factor in Factor:
        before, after = was.get(factor, ""), wanted.get(factor, "")
        if before != after:
            name = f"Handoff criterion {factor}"
            causes.append(Cause(name, before or "not asked for", after or "not asked for"))
    return tuple(causes)
