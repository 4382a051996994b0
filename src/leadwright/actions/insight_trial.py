"""The Knowledge test pane: try a company, and see what the latest trial found."""

from collections.abc import Callable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import agent_of, settings_of
from leadwright.db import audit
from leadwright.db.insight_trial import InsightTrial
from leadwright.domain.sections import is_web_address
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services
from leadwright.workflows.insight_trial import in_background
from leadwright.workflows.unattended import is_running

MOST_PRODUCT = 10_000
_KEPT = 20
Begin = Callable[[Services, str], object]


def start_trial(
    services: Services,
    who: Principal,
    agentid: str,
    *,
    company: str,
    website: str = "",
    product: str = "",
    begin: Begin = in_background,
) -> str:
    """Research a company as a lead's would be, from the draft's settings and the research knowledge.

    Args:
        website: or its domain; empty: searched for, where a search provider is configured.
        product: what is sold; empty: the value proposition of the draft.
        begin: starts the work; default: a thread of this process.

    Returns:
        trialid, to be followed with `trial_of`.

    Raises:
        NotAllowed: prvConfigureAgent or prvReadKnowledge is missing.
        BadInput: no company, or no web address; `field` names it.
        Conflict: another trial is running.
    """
    require(who, "prvConfigureAgent")
    require(who, "prvReadKnowledge")
    company, website, product = " ".join(company.split()), website.strip(), product.strip()
    if not company or len(company) > 160:
        raise BadInput("Name the company, in at most 160 characters.", field="company")
    if website and (len(website) > 300 or not is_web_address(website)):
        raise BadInput("This is no domain or web address. Enter it like contoso.example.", field="website")
    if len(product) > MOST_PRODUCT:
        raise BadInput(f"Please shorten this: at most {MOST_PRODUCT:,} characters.", field="product")
    with services.database.transaction() as session:
        settings = settings_of(agent_of(session, agentid))
        product = product or settings["company"]["value_proposition"].strip()
        if not product:
            raise BadInput("Say what you sell here, or under Products: insights relate to it.", field="product")
        before = _latest(session, agentid)
        if before is not None and is_running(before):
            raise Conflict(f"{before.company} is being tried. Wait until it has finished.")
        settings["profile"]["signature_image"] = ""
        trial = InsightTrial(
            agentid=agentid,
            company=company,
            website=website,
            product=product,
            configuration=settings,
            doing="Waiting to begin",
            startedon=services.clock(),
            startedby=who.id or None,
        )
        session.add(trial)
        session.flush()
        _forget_old(session, agentid)
        after = {"company": company, "website": website}
        audit.record(session, who.actor, "insights.tried", "agent", agentid, after=after)
        trialid = trial.trialid
    begin(services, trialid)
    return trialid


def latest_trial(services: Services, who: Principal, agentid: str) -> InsightTrial | None:
    """The latest trial, None before there is one."""
    require(who, "prvReadKnowledge")
    with services.database.reading() as session:
        return _latest(session, agentid)


def trial_of(services: Services, who: Principal, agentid: str, trialid: str) -> InsightTrial:
    """One trial.

    Raises:
        NotFound: there is none of this id any more; the newest twenty are kept.
    """
    require(who, "prvReadKnowledge")
    with services.database.reading() as session:
        trial = session.get(InsightTrial, trialid)
        if trial is None or trial.agentid != agentid:
            raise NotFound(f"There is no such test any more; the newest {_KEPT} are kept.")
        return trial


def _latest(session: Session, agentid: str) -> InsightTrial | None:
    return session.scalar(_newest(agentid).limit(1))


def _newest(agentid: str) -> Select[InsightTrial]:
    query = select(InsightTrial).where(InsightTrial.agentid == agentid)
    return query.order_by(InsightTrial.startedon.desc(), InsightTrial.trialid.desc())


def _forget_old(session: Session, agentid: str) -> None:
    old = [t.trialid for t in session.scalars(_newest(agentid).offset(_KEPT))]
    if old:
        session.execute(delete(InsightTrial).where(InsightTrial.trialid.in_(old)))
