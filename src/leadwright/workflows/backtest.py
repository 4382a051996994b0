"""Running a back-test: past leads judged again, chunk by chunk. Fetches nothing, sends nothing, changes no lead.

One thread works on one back-test. Progress is in its row, so that it goes on after the process was ended.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from leadwright.analyst import Usage
from leadwright.db.agent import Agent, AgentVersion, LeadRun, RunStep
from leadwright.db.backtest import Backtest, BacktestFlip
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Configuration
from leadwright.db.findings import evidence
from leadwright.db.sales import Account, Contact, Email, Lead, Opportunity
from leadwright.domain.backtest import Cause, Flip
from leadwright.domain.optionsets import LeadState
from leadwright.domain.stage import AgentMode, Stage
from leadwright.errors import LeadwrightError, MissingExtra, ModelError, NotFound, OutsideError
from leadwright.research.fields import read_records
from leadwright.services import Services
from leadwright.workflows.case import configuration_of
from leadwright.workflows.judging_again import Again, Past, judge_again
from leadwright.workflows.unattended import in_thread

_log = structlog.get_logger(__name__)
_CHUNK = 100  # leads between two signs of progress, with the builtin analyst
_FLIPS = cast(Table, BacktestFlip.__table__)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a back-test works with; `token` says that it is still ours."""

    backtestid: str
    token: str
    configuration: Configuration
    in_force: Configuration | None
    mode: AgentMode
    runs: Sequence[str]
    mosttokens: int | None
    spent: int


class _Stopped(Exception):
    """Every lead would fail alike, or the cap is reached; the sentence says what to do."""


def in_background(services: Services, backtestid: str, token: str) -> threading.Thread:
    """Work on it in a thread of this process."""
    return in_thread(work, services, backtestid, token)


def work(services: Services, backtestid: str, token: str) -> None:
    """Judge the leads that have no result yet.

    A lead that cannot be judged is counted as left out and stops no other. What would fail for every lead, and the
    cap of tokens, stop the back-test with the reason; it can go on. Raises nothing.
    """
    stored = replace(services, looks_outside=False)
    try:
        with services.database.reading() as session:
            test = session.get(Backtest, backtestid)
            agent = session.get(Agent, test.agentid) if test else None
            if test is None or agent is None or test.token != token:
                return
            version = session.get(AgentVersion, (agent.agentid, test.version))
            given = _Given(
                backtestid,
                token,
                Configuration.model_validate(test.configuration),
                Configuration.model_validate(version.configuration) if version else None,
                AgentMode(agent.mode),
                test.runs[test.done :],
                test.mosttokens,
                test.tokensin + test.tokensout,
            )
        _judge_all(stored, given)
    except _Stopped as stop:
        _end(services, backtestid, token, "stopped", str(stop))
    except Exception as error:
        _log.exception("back-test failed", backtest=backtestid)
        reason = f"Something unexpected went wrong ({type(error).__name__}). The log has the details; let it go on."
        _end(services, backtestid, token, "stopped", reason)


def _judge_all(services: Services, given: _Given) -> None:
    builtin = services.analyst.name == "builtin"
    size, threads = (_CHUNK, 1) if builtin else (services.settings.model_concurrency,) * 2
    spent, dearest = given.spent, 0
    with ThreadPoolExecutor(threads, thread_name_prefix="backtest") as pool:
        for at in range(0, len(given.runs), size):
            if given.mosttokens is not None and spent + dearest * size > given.mosttokens:
                raise _Stopped(
                    f"The cap of {given.mosttokens:,} tokens is nearly used up: {spent:,} are spent, and the next "
                    f"{size} leads could take {dearest * size:,}. Go on with a higher cap, or use what is found."
                )
            began, runids = time.perf_counter(), given.runs[at : at + size]
            past = _read(services, runids)

            def again(one: Past) -> Again | None:
                return _again(services, given, one)

            found = [again(p) for p in past] if builtin else list(pool.map(again, past))
            done = list(zip(past, found, strict=True))
            used = [sum(u.tokens_in + u.tokens_out for u in a.usages) if a else 0 for a in found]
            spent, dearest = spent + sum(used), max([dearest, *used])
            if not _keep(services, given, len(runids), done, time.perf_counter() - began):
                return
    _end(services, given.backtestid, given.token, "done", "")


def _again(services: Services, given: _Given, past: Past) -> Again | None:
    """None: this lead cannot be judged again."""
    try:
        again = judge_again(services, past, given.configuration, given.mode, given.backtestid)
        if (again.fit or again.mail or again.reply) and given.in_force and services.analyst.name == "builtin":
            again.present = judge_again(services, past, given.in_force, given.mode, given.backtestid, again)
        return again
    except MissingExtra as error:
        raise _Stopped(str(error)) from error
    except OutsideError as error:
        if error.installation or (isinstance(error, ModelError) and not error.permanent):
            raise _Stopped(f"{error} Let it go on when that is put right.") from error
        return None
    except LeadwrightError:
        return None
    except Exception:
        _log.exception("lead of a back-test failed", backtest=given.backtestid, run=past.run.runid)
        return None


def _read(services: Services, runids: Sequence[str]) -> list[Past]:
    """The past runs with their records and mails, in few queries. Runs whose lead is gone are left out."""
    with services.database.reading() as session:
        rows = session.execute(
            select(LeadRun, Lead).join(Lead, Lead.leadid == LeadRun.leadid).where(LeadRun.runid.in_(runids))
        ).all()
        kept = _linked(session, [row.Lead for row in rows])
        mails, drafting = _mails(session, runids), _drafting(session, runids)
        order = {runid: n for n, runid in enumerate(runids)}
        past: list[Past] = []
        for row in sorted(rows, key=lambda r: order[r.LeadRun.runid]):
            try:
                then = configuration_of(services, session, row.LeadRun)
            except NotFound:
                continue
            runid, records = row.LeadRun.runid, read_records(session, row.Lead)
            past.append(Past(row.LeadRun, records, then, mails.get(runid, ()), drafting.get(runid, {})))
        session.expunge_all()
        del kept
    return past


def _linked(session: Session, leads: Sequence[Lead]) -> list[Any]:
    """The records that the leads are linked to, so that the session has them all at hand."""
    kept: list[Any] = []
    for table, key, ids in (
        (Account, Account.accountid, {lead.parentaccountid for lead in leads}),
        (Contact, Contact.contactid, {lead.parentcontactid for lead in leads}),
        (Opportunity, Opportunity.opportunityid, {lead.qualifyingopportunityid for lead in leads}),
    ):
        if wanted := [i for i in ids if i]:
            kept += session.scalars(select(table).where(key.in_(wanted))).all()
    return kept


def _mails(session: Session, runids: Sequence[str]) -> dict[str, list[Any]]:
    columns = (
        Email.activityid, Email.lw_threadid, Email.subject, Email.description, Email.senton, Email.lw_judgement,
        Email.lw_hold,
    )  # fmt: skip
    theirs = (Email.lw_threadid.in_(runids), Email.directioncode.is_(False))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(select(*columns).where(*theirs).order_by(Email.senton, Email.activityid)):
        found[row.lw_threadid].append(row)
    return found


def _drafting(session: Session, runids: Sequence[str]) -> dict[str, dict[str, Any]]:
    names = RunStep.name.in_(("draft", "check_draft_again"))
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in session.execute(
        select(RunStep.runid, RunStep.name, RunStep.outputs).where(RunStep.runid.in_(runids), names)
    ):
        found[row.runid][row.name] = row.outputs
    return found


def _keep(
    services: Services, given: _Given, taken: int, done: Iterable[tuple[Past, Again | None]], seconds: float
) -> bool:
    """Store what a chunk came to. False: another thread or process has taken the back-test over."""
    done = list(done)
    with services.database.transaction() as session:
        test = _ours(session, given.backtestid, given.token)
        if test is None:
            return False
        rows = [row for n, (past, again) in enumerate(done) if again for row in _rows(test, past, again, n)]
        usages = [u for _, again in done if again for u in again.usages]
        flipped = {row["runid"] for row in rows}
        judged = sum(1 for _, again in done if again and not again.unread)
        test.same += judged - len(flipped)
        test.skipped += taken - judged
        test.done, test.seenon, test.seconds = test.done + taken, now(), test.seconds + seconds
        _charge(test, usages)
        if rows:
            session.execute(insert(_FLIPS), rows)
        return True


def _rows(test: Backtest, past: Past, again: Again, place: int) -> list[dict[str, Any]]:
    flips = (("fit", again.fit), ("mail", again.mail), ("reply", again.reply))
    present = again.present or Again()
    anyway = {"fit": present.fit, "mail": present.mail, "reply": present.reply}
    return [
        {
            "flipid": new_id(),
            "backtestid": test.backtestid,
            "leadid": past.run.leadid,
            "runid": past.run.runid,
            "position": test.done + place,
            "kind": kind,
            "before": flip.before[:120],
            "after": flip.after[:120],
            "outcome": flip.outcome,
            "causes": [_cause(c) for c in flip.causes],
            "anyway": (by_now := anyway[kind]) is not None and by_now.after == flip.after,
            "overruled": overruled(past),
        }
        for kind, flip in flips
        if isinstance(flip, Flip)
    ]


def _cause(cause: Cause) -> dict[str, Any]:
    quoted = [evidence(e) for e in cause.evidence]
    return {
        "criterion": cause.criterion,
        "before": cause.before,
        "after": cause.after,
        "reason": cause.reason,
        "evidence": quoted,
    }


def overruled(past: Past) -> str:
    """What a person decided about the lead otherwise than the agent; empty when nobody did."""
    run, lead = past.run, past.records.lead
    if run.reassigned:
        return "A person overruled this: it was reassigned after the agent had disqualified it."
    if any(str(reason).startswith("Returned by ") for reason in run.reasons):
        return "A person overruled this: the seller returned it."
    if run.stage == Stage.CANCELLED:
        return "A person overruled this: the lead was taken over while the agent worked."
    agent_ended = run.stage == Stage.DISQUALIFIED
    if lead.statecode == LeadState.QUALIFIED:
        return "A person qualified it." if not agent_ended else "A person overruled this: it was qualified."
    if lead.statecode == LeadState.DISQUALIFIED and not agent_ended:
        return "A person overruled this: it was disqualified by hand."
    return ""


def _charge(test: Backtest, usages: Sequence[Usage]) -> None:
    test.tokensin += sum(u.tokens_in for u in usages)
    test.tokensout += sum(u.tokens_out for u in usages)
    costs = [u.cost for u in usages]
    test.cost = None if test.cost is None or None in costs else test.cost + sum(c for c in costs if c is not None)


def _end(services: Services, backtestid: str, token: str, state: str, reason: str) -> None:
    with services.database.transaction() as session:
        test = _ours(session, backtestid, token)
        if test is not None:
            test.state, test.reason, test.finishedon = state, reason, now()


def _ours(session: Session, backtestid: str, token: str) -> Backtest | None:
    test = session.get(Backtest, backtestid, with_for_update=True)
    return test if test is not None and test.token == token and test.state == "running" else None


def forget_old(session: Session, agentid: str, keep: int) -> None:
    """Drop the oldest back-tests of an agent beyond so many."""
    ended = select(Backtest.backtestid).where(Backtest.agentid == agentid).order_by(Backtest.startedon.desc())
    old = session.scalars(ended.offset(keep)).all()
    if old:
        session.execute(delete(BacktestFlip).where(BacktestFlip.backtestid.in_(old)))
        session.execute(delete(Backtest).where(Backtest.backtestid.in_(old), Backtest.state != "running"))
