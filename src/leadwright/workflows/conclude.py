"""The ends of a run, each one transaction: handed over, disqualified, returned, cancelled, put off, given up."""

import hashlib
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from leadwright.db import audit, findings
from leadwright.db.agent import Agent, AgentVersion, LeadRun, RunStep
from leadwright.db.base import new_id, now
from leadwright.db.configuration import Assignment, Configuration
from leadwright.db.people import Role, SystemUser, UserRole, entitled
from leadwright.db.sales import ActivityParty, AppNotification, Email, Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.optionsets import (
    EmailState,
    EmailStatus,
    LeadState,
    LeadStatus,
    NotificationIcon,
    Participation,
)
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.domain.stage import AgentMode, Stage
from leadwright.research.email_validation import NoDns, validate_email
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import (
    Acting,
    Case,
    Locked,
    address_of,
    change_lead,
    changed_fields,
    is_out_of_sight,
    lead_link,
    lead_name,
    lock,
    notify,
    persons_change,
    tell_over_there,
)
from leadwright.workflows.crm_notes import note_research
from leadwright.workflows.engagements import begin_engagement, mailbox_of
from leadwright.workflows.first_mail import Mail
from leadwright.workflows.hand_over import Assigned, names_nobody, next_owner, why_nobody
from leadwright.workflows.judging import Result
from leadwright.workflows.names import names_of
from leadwright.workflows.rejection_audit import draw
from leadwright.workflows.steps import Step, Steps

_EMAILS, _PARTIES = cast(Table, Email.__table__), cast(Table, ActivityParty.__table__)
_NOTIFICATIONS = cast(Table, AppNotification.__table__)
_AGAIN = "look_again"
_MOST_AGAIN = 3  # times a run is done again because people change the lead meanwhile
UNTIL_TRY = "Waits for another try: "  # begins the reason of a run that is tried again by itself
UNTIL_REPAIR = "Waits until this is put right, then goes on by itself: "  # every lead would fail alike
_NOT_WORKED = "A lead could not be worked"
_NOBODY_RETRY = 3600.0  # seconds before a lead that nobody can take is tried again


def finish(services: Services, case: Case, result: Result, steps: Steps, researched_at: datetime) -> None:
    """Hand over or disqualify; a person's change meanwhile wins.

    Raises:
        Elsewhere, Waits: as `lock`.
    """
    with services.database.transaction() as session, session.no_autoflush:
        rows = lock(session, case, services.clock())
        if reason := persons_change(session, rows):
            give_back(session, case, rows, reason, Stage.CANCELLED)
            return
        if (changed := changed_fields(case, rows.lead, result.found)) and _take_again(session, rows, changed):
            return
        _keep(rows.run, result, researched_at)
        if result.decision.stage is Stage.DISQUALIFIED:
            _disqualify(session, case, rows, result)
        elif result.decision.stage is Stage.ENGAGED:
            _engage(session, case, rows, result)
        else:
            _hand_over(session, case, rows, result, steps)
        draw(session, rows.run, rows.moment)
        note_research(session, rows.run, rows.lead, result)
        if case.run.generation and (again := session.get(RunStep, (rows.run.runid, _AGAIN))):
            steps.add(Step(_AGAIN, inputs=again.inputs, outputs=again.outputs, detail=again.detail))
        steps.store(session, rows.run.runid, first=not case.run.generation)


def _take_again(session: Session, rows: Locked, changed: tuple[str, ...]) -> bool:
    """The run is done once more with the lead as it is now; no failure. False: that was done often enough."""
    run = rows.run
    before = session.get(RunStep, (run.runid, _AGAIN))
    times = int(before.outputs.get("times", 0)) if before else 0
    if times >= _MOST_AGAIN:
        return False
    steps = Steps()
    detail = "A person changed the lead meanwhile, so it was looked at again."
    steps.add(Step(_AGAIN, inputs={"changed": list(changed)}, outputs={"times": times + 1}, detail=detail))
    steps.store(session, run.runid)
    run.reasons = [detail]
    run.givenon, run.dueat, run.generation = None, None, run.generation + 1
    return True


def _keep(run: LeadRun, result: Result, researched_at: datetime) -> None:
    run.researchedon = researched_at
    run.band, run.share, run.signal = result.fit.band, result.fit.share, result.fit.signal
    run.rating = int(result.rating.value)
    run.findings = findings.to_json(result.found)


def _disqualify(session: Session, case: Case, rows: Locked, result: Result) -> None:
    end_run(rows.run, Stage.DISQUALIFIED, result.decision.reasons, rows.moment)
    if case.mode is AgentMode.ENGAGE:
        rows.run.outcome = str(Outcome.LOW_FIT)
    change_lead(
        session,
        case,
        rows,
        "lead.disqualified",
        statecode=int(LeadState.DISQUALIFIED),
        statuscode=int(LeadStatus.CANCELED),
        **_shown(result, Stage.DISQUALIFIED),
    )
    notify(
        session,
        case.configuration.assignment.supervisor,
        f"disqualified:{rows.run.runid}",
        f"Disqualified: {lead_name(rows.lead)}",
        " ".join(result.decision.reasons[:2]),
        link=lead_link(rows.lead.leadid),
    )


def _engage(session: Session, case: Case, rows: Locked, result: Result) -> None:
    """The lead stays with the agent, which writes to it next. Without a mail or a mailbox it waits for a person."""
    run = rows.run
    mailbox = mailbox_of(session, rows.agent)
    if result.mail is None or mailbox is None:
        missing = "The agent has no approved mailbox. Set prerequisite 4 up." if mailbox is None else ""
        _stop(session, run, Stage.BLOCKED, result.no_mail or missing, rows.moment)
        return
    run.stage, run.reasons, run.givenon, run.dueat = Stage.ENGAGED, list(result.decision.reasons), None, None
    change_lead(session, case, rows, "lead.engaged", **_shown(result, Stage.ENGAGED))
    _draft(session, case, rows, result.mail, None)
    begin_engagement(session, case, rows, mailbox, held=result.mail.hold or "")


def _hand_over(session: Session, case: Case, rows: Locked, result: Result, steps: Steps) -> None:
    rule = case.configuration.assignment
    previous = rows.run.previousownerid
    with steps.step("assign") as step:
        owner = next_owner(session, case.agentid, rule, rows.moment, previous=previous)
        step.outputs = {"owner": owner.name, "why": owner.reason} if owner else {"owner": None}
    if owner is None and not names_nobody(rule):
        _nobody(session, case, rows, result)
        return
    end_run(
        rows.run,
        Stage.HANDED_OVER,
        (*result.decision.reasons, *_owner_reason(owner), *_mail_reason(result)),
        rows.moment,
    )
    rows.run.ownerid = owner.ownerid if owner else None
    given = {"ownerid": owner.ownerid, "owningbusinessunit": owner.businessunitid} if owner else {}
    shown = _shown(result, Stage.HANDED_OVER)
    change_lead(session, case, rows, "lead.handed_over", **given, **shown)
    if result.mail:
        _draft(session, case, rows, result.mail, owner)
    if owner:
        _announce(session, rows, result, owner)


def _announce(session: Session, rows: Locked, result: Result, owner: Assigned) -> None:
    title = f"{'To find out' if result.decision.to_find_out else 'New lead'}: {lead_name(rows.lead)}"
    next_action = result.decision.next_actions[0] if result.decision.next_actions else ""
    body = f"{result.decision.reasons[0]} {next_action}".strip()
    key = f"handed_over:{rows.run.runid}"
    link = lead_link(rows.lead.leadid)
    values = {"ownerid": owner.ownerid, "title": title[:500], "body": body, "icontype": int(NotificationIcon.SUCCESS)}
    session.execute(insert(_NOTIFICATIONS).values(**values, lw_key=key, link=link, createdon=rows.moment))
    tell_over_there(session, owner.ownerid, key, title, body, icon=NotificationIcon.SUCCESS, link=link)


def _nobody(session: Session, case: Case, rows: Locked, result: Result) -> None:
    """No seller and no supervisor can take it: it waits, is tried again, and whoever can help is told."""
    reason = why_nobody(session, case.agentid, case.configuration.assignment, rows.moment)
    run = rows.run
    run.stage, run.reasons = Stage.BLOCKED, [reason, *result.decision.reasons]
    run.givenon, run.generation = None, run.generation + 1
    run.dueat = runs.later(rows.moment, _NOBODY_RETRY)
    change_lead(session, case, rows, "lead.blocked", **_shown(result, Stage.BLOCKED))
    alarm_all(session, case.agentid, reason, rows.moment, case.configuration.assignment.supervisor)


def _shown(result: Result, stage: Stage) -> dict[str, object]:
    return {
        "leadqualitycode": int(result.rating.value),
        "lw_stage": str(stage),
        "lw_band": str(result.fit.band),
        "lw_signal": str(result.fit.signal),
    }


def _owner_reason(owner: Assigned | None) -> tuple[str, ...]:
    """Why this seller has it is in the step "assign"; only that nobody has it is news to a person."""
    return () if owner else ("Nobody owns it yet: no seller was named.",)


def _mail_reason(result: Result) -> tuple[str, ...]:
    if result.mail and result.mail.hold:
        return (f"The drafted email needs a look before it is used. {result.mail.hold}",)
    return (result.no_mail,) if result.no_mail else ()


def _draft(session: Session, case: Case, rows: Locked, mail: Mail, owner: Assigned | None) -> None:
    activityid, lead = new_id(), rows.lead
    address, hold = _checked_address(case, lead, mail.hold)
    email = {
        "activityid": activityid,
        "regardingobjectid": lead.leadid,
        "subject": mail.subject,
        "description": mail.body,
        "statecode": int(EmailState.OPEN),
        "statuscode": int(EmailStatus.DRAFT),
        "ownerid": lead.ownerid,
        "owningbusinessunit": lead.owningbusinessunit,
        "createdon": rows.moment,
        "modifiedon": rows.moment,
        "createdby": case.who.id,
        "modifiedby": case.who.id,
        "lw_runid": rows.run.runid,
        "lw_threadid": rows.run.runid if case.mode is AgentMode.ENGAGE else None,
        "lw_paragraphs": findings.statements(mail.paragraphs),
        "lw_hold": hold,
        "lw_judgement": names_of(case.lead),
    }
    session.execute(insert(_EMAILS).values(email))
    parties: list[tuple[Participation, str, str, str | None]] = [
        (Participation.REGARDING, lead.leadid, "lead", None),
        *([(Participation.TO, lead.leadid, "lead", address)] if address else []),
        *([(Participation.SENDER, owner.ownerid, "systemuser", None)] if owner else []),
    ]
    taking_part = [
        {
            "activityid": activityid,
            "participationtypemask": int(part),
            "partyid": id_,
            "partyobjecttypecode": table,
            "addressused": address,
        }
        for part, id_, table, address in parties
    ]
    session.execute(insert(_PARTIES), taking_part)
    after = {"lead": lead.leadid, "subject": mail.subject, "hold": hold}
    audit.record(session, case.who.actor, "email.drafted", "email", activityid, after=after, cause=case.cause)


def give_back(session: Session, case: Acting, rows: Locked, reason: str, stage: Stage) -> None:
    """The lead goes back to who owned it before; `stage` is returned or cancelled.

    Whose a lead is that Dynamics 365 does not show any more is decided there.
    """
    run, lead = rows.run, rows.lead
    end_run(run, stage, (reason,), rows.moment)
    owner = giving_back_to(session, run.previousownerid, case.configuration.assignment.supervisor)
    values: dict[str, object] = {"lw_stage": str(stage)}
    if owner and lead.ownerid == rows.agent.agentuserid and not is_out_of_sight(session, lead):
        values |= {"ownerid": owner.systemuserid, "owningbusinessunit": owner.businessunitid}
        run.ownerid = owner.systemuserid
    change_lead(session, case, rows, f"lead.{stage}", **values)
    if stage is Stage.RETURNED and owner:
        title = f"Please correct: {lead_name(lead)}"
        key = f"returned:{run.runid}"
        link = lead_link(lead.leadid)
        notify(session, owner.systemuserid, key, title, reason, icon=NotificationIcon.WARNING, link=link)


def _checked_address(case: Case, lead: Lead, hold: str | None) -> tuple[str, str | None]:
    """The address the draft goes to, as it is now, and why a person must look first. Never an invalid one."""
    address = address_of(lead, case.configuration)
    if address == case.address:
        return address, hold
    check = validate_email(address or None, resolver=NoDns())
    why = "The address was changed while the agent worked; check it." if check.state == "valid" else check.reason
    return (address if check.state == "valid" else ""), " ".join(part for part in (hold, why) if part)


def giving_back_to(session: Session, previous: str | None, supervisor: str | None) -> SystemUser | None:
    """Who gets a lead back: its owner from before, else the supervisor; first whoever of them may open it."""
    there = [user for id_ in (previous, supervisor) if (user := _still_there(session, id_))]
    may = entitled(session, [user.systemuserid for user in there])
    return next((user for user in there if user.systemuserid in may), there[0] if there else None)


def _still_there(session: Session, id_: str | None) -> SystemUser | None:
    user = session.get(SystemUser, id_) if id_ else None
    return user if user and not user.isdisabled and user.applicationid is None else None


def put_off(
    services: Services, run: runs.Given, reason: str, *, permanent: bool, retry_after: float | None = None
) -> None:
    """Something outside failed: another try later, or the run stops with the reason and the supervisor is told."""
    with services.database.transaction() as session:
        row = _in_hand(session, run)
        if row is None:
            return
        row.attempts += 1
        due_at = None if permanent else runs.due_after(row.attempts, retry_after)
        if due_at is None:
            _stop(session, row, Stage.BLOCKED if permanent else Stage.FAILED, reason, services.clock())
            return
        row.reasons = [f"{UNTIL_TRY}{reason}"]
        row.givenon, row.generation, row.dueat = None, row.generation + 1, due_at


def pass_over(services: Services, run: runs.Given, reason: str) -> None:
    """Something failed that is no fault of the lead: another try later, however often, and none is counted."""
    with services.database.transaction() as session:
        if row := _in_hand(session, run):
            row.reasons = [f"{UNTIL_TRY}{reason}"]
            row.givenon, row.generation, row.dueat = None, row.generation + 1, runs.without_blame(row.generation)


def await_repair(services: Services, run: runs.Given, reason: str) -> None:
    """Every lead would fail alike: this one waits until that is put right, and whoever can do it is told once a day."""
    with services.database.transaction() as session:
        row = _in_hand(session, run)
        if row is None:
            return
        waiting = f"{UNTIL_REPAIR}{reason}"
        seconds = runs.REPAIR_SECONDS[waiting in row.reasons]
        row.attempts, row.reasons = 0, [waiting]
        row.givenon, row.generation, row.dueat = None, row.generation + 1, runs.later(now(), seconds)
        version = session.get(AgentVersion, (row.agentid, row.version))
        rule = Configuration.model_validate(version.configuration).assignment if version else Assignment()
        alarm_all(session, row.agentid, reason, services.clock(), rule.supervisor, title="The agent cannot work")


def _in_hand(session: Session, run: runs.Given) -> LeadRun | None:
    """The run, locked, when this try of it still counts."""
    row = session.get(LeadRun, run.runid, with_for_update=True)
    in_hand = row and row.generation == run.generation and row.stage in (*runs.IN_WORK, Stage.BLOCKED)
    return row if in_hand else None


def _administrators(session: Session) -> list[str]:
    query = select(UserRole.systemuserid).join(Role, Role.roleid == UserRole.roleid)
    query = query.join(SystemUser, SystemUser.systemuserid == UserRole.systemuserid)
    people = SystemUser.isdisabled.is_(False) & SystemUser.applicationid.is_(None)
    return list(session.scalars(query.where(Role.name == SYSTEM_ADMINISTRATOR, people)))


def give_up(services: Services, run: runs.Given, reason: str) -> None:
    """The run failed for good; the lead stays with the agent, a person may try again."""
    with services.database.transaction() as session:
        if row := _in_hand(session, run):
            _stop(session, row, Stage.FAILED, reason, services.clock())


def _stop(session: Session, run: LeadRun, stage: Stage, reason: str, moment: datetime) -> None:
    end_run(run, stage, (reason,), moment)
    if stage is Stage.BLOCKED:
        run.concludedon = None
    run.givenon, run.generation = None, run.generation + 1
    agent = session.get_one(Agent, run.agentid)
    lead = session.get(Lead, run.leadid, with_for_update=True)
    if lead:
        lead.lw_stage = stage
        lead.versionnumber += 1
        lead.modifiedon = moment
    actor = audit.Actor(agent.agentuserid, "agent", agent.name)
    after = {"stage": stage, "reason": reason}
    audit.record(session, actor, f"lead.{stage}", "lead", run.leadid, after=after, cause=f"run {run.number}")
    version = session.get(AgentVersion, (run.agentid, run.version))
    if version:
        rule = Configuration.model_validate(version.configuration).assignment
        alarm(session, run.agentid, reason, moment, rule.supervisor)


def alarm(
    session: Session,
    agentid: str,
    reason: str,
    moment: datetime,
    personid: str | None,
    *,
    title: str = _NOT_WORKED,
) -> None:
    """Tell a person, once a day for each reason: two thousand leads may stop for the same one."""
    digest = hashlib.sha256(f"{personid} {reason}".encode()).hexdigest()[:16]
    key = f"trouble:{agentid}:{digest}:{moment:%Y-%m-%d}"
    notify(session, personid, key, title, reason, icon=NotificationIcon.FAILURE, link="/leads?view=processing")


def alarm_all(
    session: Session,
    agentid: str,
    reason: str,
    moment: datetime,
    supervisor: str | None,
    *,
    title: str = _NOT_WORKED,
) -> None:
    """The same for all who can put it right: the supervisor and the administrators."""
    for personid in dict.fromkeys((supervisor, *_administrators(session))):
        alarm(session, agentid, reason, moment, personid, title=title)


def end_run(run: LeadRun, stage: Stage, reasons: tuple[str, ...], moment: datetime) -> None:
    """The run has its outcome."""
    run.stage, run.reasons, run.concludedon, run.dueat = stage, list(reasons), moment, None
