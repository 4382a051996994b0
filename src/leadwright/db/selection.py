"""Selection criteria against the store: which leads match, how many, and why one does or does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, true
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.base import Base
from leadwright.db.base import now as moment
from leadwright.db.columns import tables_with_own
from leadwright.db.configuration import Configuration
from leadwright.db.criteria import clause
from leadwright.db.people import SystemUser, Team
from leadwright.db.recent import Recent
from leadwright.db.sales import Lead
from leadwright.domain.attributes import TABLES, Kind, Table
from leadwright.domain.selection import ConditionResult, Criteria, Rules, default_criteria, explain, flatten, from_json
from leadwright.domain.selection.tree import conditions
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, NotFound

Tables = Mapping[str, Table]
_version = cast(SqlTable, AgentVersion.__table__).c
_APPLIED = (
    select(_version.version, _version.appliedon)
    .join(Agent, (Agent.agentid == _version.agentid) & (Agent.appliedversion == _version.version))
    .where(_version.agentid == bindparam("agentid"))
)
_CONFIGURATION = select(_version.configuration).where(
    _version.agentid == bindparam("agentid"), _version.version == bindparam("version")
)
_rules = Recent[Rules](timedelta.max, most=100)  # a version never changes
PREVIEW = (Lead.leadid, Lead.fullname, Lead.jobtitle, Lead.companyname, Lead.emailaddress1, Lead.createdon)
PREVIEW_COLUMNS = (*PREVIEW, Lead.ownerid, Lead.lw_stage)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A lead and the records it looks up to, as Python evaluates them."""

    record: dict[str, Any]
    related: dict[str, dict[str, Any] | None]


def tables_of(session: Session) -> Tables:
    """The CRM tables as people see them, with the organisation's own columns and choices."""
    return tables_with_own(session)


def rules_of(configuration: Configuration, tables: Tables = TABLES) -> Rules:
    """The selection rules a configuration means.

    Raises:
        BadInput: its conditions cannot be used; names the entry and what to do.
    """
    selection = configuration.selection
    email = configuration.validation.field
    attribute = tables["lead"].attributes.get(email)
    if email and (attribute is None or attribute.kind is not Kind.EMAIL):
        raise BadInput(
            f"The column {email!r} of Email validation is no email column of the lead. Choose another.", field="field"
        )
    return Rules(
        default_criteria() if selection.conditions is None else from_json(selection.conditions, tables),
        email_field=email,
        look_back_days=selection.look_back_days,
        sellers=tuple((s.name, from_json(s.conditions, tables)) for s in selection.seller_segments),
    )


def rules_in_force(session: Session, agentid: str, tables: Tables) -> Rules | None:
    """The rules of the applied version; None before the first one."""
    applied = session.execute(_APPLIED, {"agentid": agentid}).first()
    return None if applied is None else applied_rules(session, agentid, applied.version, applied.appliedon, tables)


def applied_rules(session: Session, agentid: str, version: int, appliedon: datetime, tables: Tables) -> Rules:
    """The rules of a version. It never changes, so its rules are made once for the columns there are.

    Args:
        appliedon: when; a number that was rolled back may have been given to another configuration since.

    Raises:
        BadInput: its criteria cannot be used any more.
    """
    own = tuple((t.name, a.name, a.kind) for t in tables.values() for a in t.attributes.values() if a.custom)

    def make() -> Rules:
        configuration = session.scalar(_CONFIGURATION, {"agentid": agentid, "version": version})
        return rules_of(Configuration.model_validate(configuration), tables)

    return _rules.get((agentid, version, appliedon, own), moment(), make)


def matching_leads(
    session: Session,
    criteria: Criteria | Rules,
    *,
    now: datetime | None = None,
    tables: Tables | None = None,
    scope: ColumnElement[bool] | None = None,
) -> Select[str]:
    """Ids of the leads that match, as one statement.

    Args:
        criteria: the tree alone; with `Rules` the standing ones too (company, address, seller segments).
        now: the moment from which periods are counted; default: this one.
        scope: more that must hold for a lead, e.g. that the caller may read it.
    """
    condition = clause(
        criteria,
        now or moment(),
        tables_of(session) if tables is None else tables,
        sqlite=session.get_bind().dialect.name == "sqlite",
    )
    found = select(Lead.leadid).where(condition)
    return found if scope is None else found.where(scope)


def count_matching(session: Session, criteria: Criteria | Rules, **how: Any) -> int:
    """How many leads match; arguments as for `matching_leads`."""
    found = matching_leads(session, criteria, **how)
    return session.scalar(found.with_only_columns(func.count())) or 0


def taken_at_start(session: Session, configuration: Configuration, agent: Agent, *, now: datetime) -> tuple[int, int]:
    """How many leads match the configuration, and how many of them starting now would take at once.

    The second: created inside the look-back, without a run of the agent, not owned by it.

    Raises:
        BadInput: its conditions cannot be used.
    """
    tables = tables_of(session)
    rules = rules_of(configuration, tables)
    own = Lead.ownerid.is_distinct_from(agent.agentuserid) if agent.agentuserid else true()
    fresh = ~exists().where(LeadRun.leadid == Lead.leadid)
    inside = (Lead.createdon >= rules.considered_from(agent.startedon or now)) & fresh & own
    total = count_matching(session, rules, now=now, tables=tables)
    return total, count_matching(session, rules, now=now, tables=tables, scope=inside)


def preview(
    session: Session, criteria: Criteria | Rules, limit: int = 50, after: str | None = None, **how: Any
) -> tuple[Sequence[Any], int]:
    """A page of the leads that match, newest first, and the total.

    Args:
        limit: rows in a page.
        after: leadid of the last row of the page before.
        how: as for `matching_leads`.

    Returns:
        Rows with PREVIEW_COLUMNS, and how many match in all.
    """
    found = matching_leads(session, criteria, **how)
    total = session.scalar(found.with_only_columns(func.count())) or 0
    page = found.with_only_columns(*PREVIEW_COLUMNS).order_by(Lead.leadid.desc()).limit(limit)
    if after is not None:
        page = page.where(Lead.leadid < after)
    return session.execute(page).all(), total


def why(
    session: Session,
    criteria: Criteria | Rules,
    leadid: str,
    *,
    agentid: str | None = None,
    now: datetime | None = None,
) -> list[ConditionResult]:
    """Why the lead is selected or not: the standing rules first, then each condition with the lead's value.

    Args:
        agentid: the agent whose look-back, owner and runs count; default: the first that is not archived.

    Raises:
        NotFound: no such lead.
    """
    now, tables = now or moment(), tables_of(session)
    rules = criteria if isinstance(criteria, Rules) else Rules(criteria)
    lead = load(session, [leadid], rules.lookups, tables).get(leadid)
    if lead is None:
        raise NotFound("There is no such lead.")
    agents = select(Agent).where(Agent.state != AgentState.ARCHIVED).order_by(Agent.createdon).limit(1)
    agent = session.scalars(select(Agent).where(Agent.agentid == agentid) if agentid else agents).first()
    names = _names(session, rules, lead.record, tables)
    return [
        *_of_the_agent(session, rules, lead.record, agent, now),
        *explain(rules, lead.record, lead.related, now=now, tables=tables, names=names),
    ]


def load(session: Session, leadids: Sequence[str], lookups: Iterable[str], tables: Tables) -> dict[str, Loaded]:
    """Leads with their related records, by leadid; ids that are gone are left out.

    Args:
        leadids: at most 500.
        lookups: lookup columns whose records are wanted.
    """
    leads = session.execute(select(Lead.__table__).where(Lead.leadid.in_(leadids))).mappings().all()
    found = {row["leadid"]: Loaded(flatten(dict(row)), {}) for row in leads}
    for lookup in lookups:
        table = tables[tables["lead"].related[lookup]]
        source = Base.metadata.tables[table.name]
        keys = {row[lookup] for row in leads if row[lookup] is not None}
        rows = session.execute(select(source).where(source.c[table.key].in_(keys))).mappings() if keys else ()
        others = {row[table.key]: flatten(dict(row)) for row in rows}
        for lead in found.values():
            lead.related[lookup] = others.get(lead.record[lookup])
    return found


def _of_the_agent(
    session: Session, rules: Rules, record: Mapping[str, Any], agent: Agent | None, now: datetime
) -> list[ConditionResult]:
    """Look-back, owner and earlier runs, for a lead that no change brought in."""
    started = agent.startedon if agent else None
    since = rules.considered_from(started or now)
    words = f"or in the {rules.look_back_days} days before it" if rules.look_back_days else "not before"
    lines = [
        ConditionResult(
            f"The lead was created after the start of the agent, {words} (an older one is taken when a change of "
            "its columns makes it match)",
            f"{record['createdon']:%Y-%m-%d %H:%M} UTC",
            record["createdon"] >= since,
            0,
            "rule",
        )
    ]
    if agent is None:
        return lines
    stage = session.scalar(
        select(LeadRun.stage).where(LeadRun.leadid == record["leadid"]).order_by(LeadRun.number.desc()).limit(1)
    )
    own = agent.agentuserid is not None and record["ownerid"] == agent.agentuserid
    return [
        *lines,
        ConditionResult("The owner is not the agent itself", agent.name if own else "", not own, 0, "rule"),
        ConditionResult(
            "The agent has not worked on it yet", (stage or "").replace("_", " "), stage is None, 0, "rule"
        ),
    ]


def _names(session: Session, rules: Rules, record: Mapping[str, Any], tables: Tables) -> dict[str, str]:
    """Names of the records that lookups of the lead and of the conditions point to."""
    lookups = {a.name for a in tables["lead"].attributes.values() if a.kind in (Kind.LOOKUP, Kind.OWNER)}
    keys = {record[name] for name in lookups if record.get(name)}
    keys |= {v for c in conditions(rules.criteria.root) for v in c.values if isinstance(v, str) and len(v) == 36}
    people = select(SystemUser.systemuserid, SystemUser.fullname).where(SystemUser.systemuserid.in_(keys))
    teams = select(Team.teamid, Team.name).where(Team.teamid.in_(keys))
    named = {row[0]: row[1] for row in (*session.execute(people), *session.execute(teams))}
    for table in ("account", "contact", "opportunity"):
        source = Base.metadata.tables[table]
        label = source.c.fullname if table == "contact" else source.c.name
        rows = session.execute(select(source.c[tables[table].key], label).where(source.c[tables[table].key].in_(keys)))
        named |= {key: name for key, name in rows if name}
    return named
