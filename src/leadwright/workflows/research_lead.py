"""One pass of the agent over one lead up to its outcome or its first mail. Each step can be repeated after a crash."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from leadwright.analyst import Reading
from leadwright.analyst.grounding import grounded
from leadwright.db.agent import LeadRun
from leadwright.db.findings import Findings, to_json
from leadwright.domain.optionsets import label
from leadwright.domain.stage import Stage
from leadwright.errors import Conflict, MissingExtra, NotAllowed, OutsideError
from leadwright.identity.access import require
from leadwright.research.brief import Gathered, gather, mail_brief
from leadwright.research.connect import connect_records
from leadwright.research.dossier import Dossier, dossier_of, open_dossier
from leadwright.research.email_validation import EmailCheck, of_lead
from leadwright.research.fields import read_records
from leadwright.services import Services
from leadwright.workflows import runs
from leadwright.workflows.case import Case, Elsewhere, Waits, address_of, lock, persons_change, read_case, take_lead
from leadwright.workflows.conclude import (
    await_repair,
    finish,
    give_back,
    give_up,
    pass_over,
    put_off,
)
from leadwright.workflows.first_mail import Mail, first_mail
from leadwright.workflows.judging import Result, judge
from leadwright.workflows.steps import Step, Steps

__all__ = ["give_up", "research_lead"]

_log = structlog.get_logger(__name__)
_NOT_ALLOWED_SECONDS = 5.0  # before a run is looked at again whose agent lost its rights; by then it is paused


def research_lead(services: Services, run: runs.Given) -> None:
    """Research a lead and bring it to an outcome.

    1. **Sign in**: the agent gets a token as its application user; role and privileges are read back.
    2. **Validate the address** (not where a person overruled it). Missing or invalid: back to the original owner.
    3. **Begin**, one transaction: the agent's user becomes the owner, account and contact are connected.
    4. **Gather**: company, competitors, knowledge; stored for every lead of the company.
    5. **Read**: the analyst judges each criterion and writes the insights; what no source supports is dropped.
    6. **Weigh, rate, decide**: rules, no analyst.
    7. **Draft** the first mail unless disqualified; unsupported: rewritten once, then held for a person.
    8. **Conclude**, one transaction: owner by the assignment rule, findings, draft, steps, notification, audit. In
       Research and engage the lead stays with the agent, and its conversation begins: `reach_out` sends the draft.

    Raises nothing that a lead causes: a failure outside is tried again later, a lasting one stops this lead with its
    reason. After a crash the whole pass is repeated; 3 and 8 happen once, answers of 5 and 7 are not paid twice.
    """
    try:
        _pass(services, run)
    except Elsewhere:
        return
    except Waits:
        _wait(services, run)
    except NotAllowed:
        _wait(services, run, seconds=_NOT_ALLOWED_SECONDS)
    except MissingExtra as error:
        await_repair(services, run, str(error))
    except OutsideError as error:
        if error.installation:
            await_repair(services, run, str(error))
        else:
            put_off(services, run, str(error), permanent=error.permanent, retry_after=error.retry_after)
    except Conflict as error:
        put_off(services, run, str(error), permanent=False)
    except Exception as error:
        if is_passing(error):
            _pass_over(services, run, error)
            return
        _log.exception("lead failed", run=run.runid, lead=run.leadid)
        reason = (
            f"Something unexpected went wrong ({type(error).__name__}). The log has the details; try the lead again."
        )
        give_up(services, run, reason)


def is_passing(error: BaseException) -> bool:
    """The machine, network or database failed for a while: no fault of the lead."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
    return isinstance(error, (OSError, exc.TimeoutError))


def _pass_over(services: Services, run: runs.Given, error: Exception) -> None:
    """Another try later. Is the database still away, the row stays as it is, and the ticks find it again."""
    _log.warning("lead put off", run=run.runid, lead=run.leadid, error=type(error).__name__)
    try:
        pass_over(services, run, f"The database or the network was away ({type(error).__name__}).")
    except Exception as again:
        if not is_passing(again) and not isinstance(again, Conflict):
            raise
        _log.warning("lead left as it is", run=run.runid, lead=run.leadid, error=type(again).__name__)


def _pass(services: Services, run: runs.Given) -> None:
    steps = Steps()
    case = read_case(services, run)
    require(case.who, "prvWriteLead")
    if so_far := case.begun:
        dossier = open_dossier(services, run.runid, run.leadid, case.configuration)
        steps.add(Step("validate_email", outputs=so_far.email, detail="Found before the work was interrupted."))
        steps.add(Step("connect", outputs=so_far.connected, detail="Found before the work was interrupted."))
    elif begun := _begin(services, case, _validate(services, case, steps), steps):
        so_far, dossier = begun
    else:
        return
    gathered = gather(services, dossier)
    for record in gathered.steps:
        steps.add(Step(record.name, record.state, record.inputs, record.outputs, record.detail, None, record.seconds))
    with steps.step("read", analyst=services.analyst.name, passages=len(gathered.brief.passages)) as step:
        said = services.analyst.read_lead(gathered.brief)
        reading, dropped = grounded(said, gathered.brief.passages)
        step.usage, step.outputs = said.usage, {"unsupported_dropped": dropped}
    researched_at = services.clock()
    result = judge(
        case.lead,
        case.configuration,
        reading,
        missing=case.missing,
        so_far=so_far,
        researched_at=researched_at,
        mode=case.mode,
    )
    steps.add(Step("decide", outputs=_outputs(result)))
    if result.decision.stage is not Stage.DISQUALIFIED:
        mail, no_mail = _write(services, case, dossier, gathered, reading, steps)
        result = replace(result, mail=mail, no_mail=no_mail)
    finish(services, case, result, steps, researched_at)


def _validate(services: Services, case: Case, steps: Steps) -> EmailCheck | None:
    """None: this agent asks for no address, as when a list is only judged."""
    field = case.configuration.validation.field
    if not field:
        return None
    with steps.step("validate_email", field=field) as step:
        check = of_lead(case.lead, field=field, resolver=services.resolver)
        step.outputs = {"state": check.state, "type": check.type, "reason": check.reason}
    return check


def _begin(services: Services, case: Case, check: EmailCheck | None, steps: Steps) -> tuple[Findings, Dossier] | None:
    """Take the lead over, connect records. None: the run has ended (address, or a person's change)."""
    moment = services.clock()
    with services.database.transaction(repeatable=True) as session, session.no_autoflush:
        rows = lock(session, case, moment)
        run, lead = rows.run, rows.lead
        if reason := persons_change(session, rows):
            give_back(session, case, rows, reason, Stage.CANCELLED)
            return None
        if run.previousownerid is None and lead.ownerid != rows.agent.agentuserid:
            run.previousownerid = lead.ownerid
        run.startedon = run.startedon or moment
        run.stage, run.reasons = Stage.RESEARCHING, []
        address = address_of(lead, case.configuration)
        email = {"state": check.state, "type": check.type, "reason": check.reason, "address": address} if check else {}
        if check and address != case.address:
            raise Conflict("The address was changed at this very moment.")
        if check and not (lead.lw_emailstate or "").startswith("overruled_"):
            lead.lw_emailstate, lead.lw_emailtype = check.state, check.type or None
        if check and check.state != "valid":
            reason = f"{check.reason} Correct the address, then the agent takes the lead up again."
            run.findings = {"email": email}
            give_back(session, case, rows, reason, Stage.RETURNED)
            steps.store(session, run.runid)
            return None
        with steps.step("connect") as step:
            connected = connect_records(session, lead)
            step.outputs = {"accountid": connected.accountid, "contactid": connected.contactid}
            step.detail = connected.reason
        so_far = Findings(email=email, connected=step.outputs)
        run.findings = to_json(so_far)
        take_lead(
            session,
            case,
            rows,
            ownerid=case.who.id,
            owningbusinessunit=case.who.businessunitid,
            parentaccountid=connected.accountid,
            parentcontactid=connected.contactid,
            lw_stage=str(Stage.RESEARCHING),
        )
        records = read_records(session, lead)
    return so_far, dossier_of(run.runid, records, case.configuration)


def _outputs(result: Result) -> dict[str, object]:
    fit = result.fit
    weighed = {"band": str(fit.band), "share": fit.share, "signal": str(fit.signal)}
    return {**weighed, "rating": label(result.rating.value), "outcome": str(result.decision.stage)}


def _write(
    services: Services, case: Case, dossier: Dossier, gathered: Gathered, reading: Reading, steps: Steps
) -> tuple[Mail | None, str]:
    """The first mail, or why there is none. A mail that fails for good does not hold the lead up."""
    settings = case.configuration
    if not (
        settings.company.value_proposition.strip() or settings.company.benefits.strip() or settings.email.fixed_body
    ):
        return None, "No email was drafted: nothing says what is offered. Write the value proposition."
    try:
        brief = mail_brief(services, dossier, gathered.company, reading)
        return first_mail(services, settings, brief, steps, case.mode), ""
    except OutsideError as error:
        if error.installation or (not error.permanent and _tries_left(services, case)):
            raise
        return None, f"No email was drafted: {error}"


def _tries_left(services: Services, case: Case) -> bool:
    with services.database.reading() as session:
        run = session.get(LeadRun, case.run.runid)
    return run is not None and run.attempts < len(runs.RETRY_SECONDS)


def _wait(services: Services, run: runs.Given, seconds: float = 0.0) -> None:
    due_at: datetime | None = runs.later(services.clock(), seconds) if seconds else None
    with services.database.transaction() as session:
        runs.take_back(session, run, new_try=True, due_at=due_at)
