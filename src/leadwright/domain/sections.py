"""Sections of the agent settings page: which there are, their state and reasons, and whether Start is open.

Pure: computed from the configuration as plain data and from facts the caller looked up (product.md 3).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from leadwright.domain.assignment import barred_words, how_to_entitle
from leadwright.domain.attributes import TABLES, Kind
from leadwright.domain.criterion_fields import why_refused
from leadwright.domain.dynamics_prerequisites import step_on
from leadwright.domain.follow_up import Cadence
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import SetupState, needed
from leadwright.domain.sending_window import Window, read_zone
from leadwright.domain.simulation import Review, missing_for_review
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import BadInput

_VARIABLE = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store says about an agent.

    Args:
        prerequisites: number -> state.
        marked: numbers of the prerequisites that are marked as done.
        agent_user: name of the agent user; None when none is chosen; `agent_user_problem` says what is wrong with it.
        sellers: display names of sellers who can receive leads.
        missing_sellers: names or ids of chosen sellers who are disabled or gone.
        barred: names of chosen sellers, and of the chosen supervisor, whose roles do not let them open leads.
        supervisor: display name; None when none is chosen or the chosen one is disabled or gone.
        knowledge: set -> number of sources; `failing_knowledge`: title and problem of sources that cannot be read.
        selection_problem: why the selection criteria cannot be used; empty when they can.
        custom_columns: table -> names of the organisation's own columns.
        review: how far the latest test of the outreach emails is.
        platform: words the titles of the prerequisites.
    """

    mode: AgentMode
    state: AgentState
    name: str
    prerequisites: Mapping[int, SetupState]
    agent_user: str | None = None
    agent_user_problem: str = ""
    sellers: tuple[str, ...] = ()
    missing_sellers: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    supervisor: str | None = None
    knowledge: Mapping[str, int] | None = None
    failing_knowledge: tuple[str, ...] = ()
    selection_problem: str = ""
    custom_columns: Mapping[str, frozenset[str]] | None = None
    state_reason: str = ""
    review: Review = field(default_factory=Review)
    platform: Platform = Platform.BUILTIN
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page.

    Args:
        key: stable name, used in addresses.
        group: heading on the left: Prerequisites, General settings, Guidance, Knowledge, Assignment, Simulation, Start.
        state: what to show beside it.
        reasons: what is missing or wrong, each a sentence that says what to do; of a done one, what to look at.
        needed: False when Start does not wait for it.
        closed: True while the prerequisites are not done: nothing can be edited.
    """

    key: str
    group: str
    title: str
    state: SetupState
    reasons: tuple[str, ...] = ()
    needed: bool = True
    closed: bool = False


def sections(configuration: Mapping[str, Any], facts: Facts) -> tuple[Section, ...]:
    """Every section in the order of the page, with its state.

    Args:
        configuration: `db.configuration.Configuration` dumped to plain data.
    """
    prerequisites = _prerequisites(facts)
    closed = closed_by(facts)
    engages = facts.mode is AgentMode.ENGAGE
    parts = [
        ("profile", "General settings", "Agent profile", _profile(facts), True),
        ("company", "General settings", "Company info", _company(configuration["company"]), True),
        ("products", "General settings", "Products", _products(configuration["company"]), True),
        ("selection", "Guidance", "Selection criteria", _selection(facts), True),
        ("email", "Guidance", "Email instructions", _email(configuration["email"], facts), True),
        ("validation", "Guidance", "Email validation", _validation(configuration["validation"], facts), True),
        ("criteria", "Guidance", "Handoff criteria", _criteria(configuration["criteria"], facts), True),
        ("handoff", "Guidance", "Readiness", _handoff(configuration["handoff"]), engages),
        ("sending", "Guidance", "Sending discipline", _sending(configuration["sending"]), engages),
        ("knowledge", "Knowledge", "Knowledge", _knowledge(facts), False),
        ("assignment", "Assignment", "Assignment rules", _assignment(configuration["assignment"], facts), True),
        ("simulation", "Simulation", "Simulation", _simulation(facts), engages),
    ]
    built = [prerequisites]
    hidden = frozenset() if engages else _OF_ENGAGE
    built += [Section(k, g, t, s, r, n, bool(closed)) for k, g, t, (s, r), n in parts if k not in hidden]
    return (*built, _start(built, facts, bool(closed)))


def closed_by(facts: Facts) -> tuple[str, ...]:
    """Why the later sections are closed; empty when they are open.

    A prerequisite that was done and broke, or cannot be checked now, does not close them: the agent is paused or goes
    on, its settings stay editable.
    """
    return tuple(
        f"Prerequisite {p.number}, {step_on(facts.platform, p.number).title}, "
        f"{_NOT_KNOWN if _is_not_known(facts, p.number) else 'is not done.'}"
        for p in needed(facts.mode)
        if not _is_open(facts, p.number)
    )


def _is_open(facts: Facts, number: int) -> bool:
    state = facts.prerequisites.get(number, SetupState.NOT_STARTED)
    if facts.state is AgentState.DRAFT or state is SetupState.DONE:
        return state is SetupState.DONE
    return state is SetupState.FAILING or _is_not_known(facts, number)


def _is_not_known(facts: Facts, number: int) -> bool:
    """Marked, and the last look found neither that it passes nor that it fails."""
    return number in facts.marked and facts.prerequisites.get(number) is SetupState.IN_PROGRESS


def missing_for_start(all_sections: Sequence[Section], facts: Facts) -> tuple[str, ...]:
    """What stands between this agent and Start, each a sentence; empty when it may start."""
    missing: list[str] = []
    for section in all_sections:
        if section.key == "start" or not section.needed or section.state is SetupState.DONE:
            continue
        missing += [f"{section.title}: {reason}" for reason in section.reasons or ("is not complete.",)]
    return tuple(missing)


_NOT_KNOWN = "is marked as done, and not every check of it can be run now. Its card says why."
_OF_ENGAGE = frozenset({"handoff", "sending"})
_Found = tuple[SetupState, tuple[str, ...]]


def _found(problems: Sequence[str], gaps: Sequence[str], *, begun: bool) -> _Found:
    """Problems make a section red, gaps leave it unfinished."""
    if problems:
        return SetupState.FAILING, (*problems, *gaps)
    if gaps:
        return (SetupState.IN_PROGRESS if begun else SetupState.NOT_STARTED), tuple(gaps)
    return SetupState.DONE, ()


def _prerequisites(facts: Facts) -> Section:
    states = {p.number: facts.prerequisites.get(p.number, SetupState.NOT_STARTED) for p in needed(facts.mode)}
    reasons = tuple(_prerequisite_reason(facts, n, s) for n, s in states.items() if s is not SetupState.DONE)
    if SetupState.FAILING in states.values():
        state = SetupState.FAILING
    elif not reasons:
        state = SetupState.DONE
    else:
        untouched = all(s is SetupState.NOT_STARTED for s in states.values())
        state = SetupState.NOT_STARTED if untouched else SetupState.IN_PROGRESS
    return Section("prerequisites", "Prerequisites", "Prerequisites", state, reasons)


def _prerequisite_reason(facts: Facts, number: int, state: SetupState) -> str:
    step = step_on(facts.platform, number)
    if state is SetupState.FAILING:
        return f"{number}, {step.title}: a check fails."
    if _is_not_known(facts, number):
        return f"{number}, {step.title}, {_NOT_KNOWN}"
    return f"{number}, {step.title}: set it up and mark it as done."


def _profile(facts: Facts) -> _Found:
    gaps = []
    if not facts.name.strip():
        gaps.append("Give the agent a name.")
    if facts.agent_user is None:
        gaps.append("Choose the agent user: an application user of prerequisite 2.")
    problems = [facts.agent_user_problem] if facts.agent_user_problem else []
    return _found(problems, gaps, begun=bool(facts.name.strip()))


def _company(company: Mapping[str, Any]) -> _Found:
    name, website = company["name"].strip(), company["website"].strip()
    gaps = [] if name else ["Enter the company name."]
    problems = []
    if not website:
        gaps.append("Enter the company website.")
    elif not is_web_address(website):
        problems.append(f"{website} is not a web address. Enter it like https://www.example.com.")
    return _found(problems, gaps, begun=bool(name or website))


def is_web_address(text: str) -> bool:
    """True for ``https://host.name/...``, and for a bare ``host.name`` as people type it."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in host.strip(".") and not re.search(r"\s", text)


def _products(company: Mapping[str, Any]) -> _Found:
    gaps = []
    if not company["value_proposition"].strip():
        gaps.append("Describe the value proposition of your products: research and drafts are written from it.")
    begun = bool(company["benefits"].strip() or company["price_list"].strip())
    return _found([], gaps, begun=begun)


def _selection(facts: Facts) -> _Found:
    return _found([facts.selection_problem] if facts.selection_problem else [], [], begun=True)


def _email(email: Mapping[str, Any], facts: Facts) -> _Found:
    problems = [
        f"Your lead, account and contact have no column {name}. Choose another field."
        for name in email["fields"]
        if not _column_exists(name, facts)
    ]
    problems += [
        f"The template's variable {{{{{name}}}}} is unknown. Write it like {{{{Lead.First Name}}}}."
        for name in unknown_variables(f"{email['fixed_subject']} {email['fixed_body']}", facts)
    ]
    gaps = []
    if facts.mode is AgentMode.ENGAGE and not email["postal_address"].strip():
        gaps.append("Enter the sender's postal address: every email to a lead must carry it.")
    return _found(problems, gaps, begun=True)


def unknown_variables(text: str, facts: Facts) -> tuple[str, ...]:
    """Variables of a template, ``{{Table.Label or column}}``, that name no column, each once."""
    return tuple(dict.fromkeys(v for v in _VARIABLE.findall(text) if not _variable_exists(v, facts)))


def _variable_exists(variable: str, facts: Facts) -> bool:
    table, _, column = (part.strip().casefold() for part in variable.partition("."))
    if table not in TABLES or not column:
        return False
    labels = {a.label.casefold() for a in TABLES[table].attributes.values()}
    return column in labels or _column_exists(f"{table}.{column}", facts)


def _column_exists(name: str, facts: Facts) -> bool:
    table, _, column = name.rpartition(".")
    table = table or "lead"
    own = (facts.custom_columns or {}).get(table, frozenset())
    return table in TABLES and (column in TABLES[table].attributes or column in own)


def _validation(validation: Mapping[str, Any], facts: Facts) -> _Found:
    field = validation["field"]
    attribute = TABLES["lead"].attributes.get(field)
    own = (facts.custom_columns or {}).get("lead", frozenset())
    if (attribute is None or attribute.kind is not Kind.EMAIL) and field not in own:
        return _found([f"{field or 'Nothing'} is not an email column of the lead. Choose one that is."], [], begun=True)
    return _found([], [], begun=True)


def _criteria(criteria: Sequence[Mapping[str, Any]], facts: Facts) -> _Found:
    gaps = [] if criteria else ["Add at least one criterion of your ideal customer."]
    problems = [
        f"Criterion {c['name'] or n} says nothing to look for. Fill in its details or remove it."
        for n, c in enumerate(criteria, 1)
        if not c["details"].strip()
    ]
    names = [c["name"].strip().casefold() for c in criteria]
    if len(set(names)) < len(names) or "" in names:
        problems.append("Give each criterion a name of its own.")
    for criterion in criteria:
        problems += [p for field in criterion["fields"] if (p := _field_problem(criterion["name"], field, facts))]
        problems += [
            f"Criterion {criterion['name']} names {{{{{name}}}}}, which is no column any more. Choose another."
            for name in unknown_variables(f"{criterion['url']} {criterion['instructions']}", facts)
        ]
    return _found(problems, gaps, begun=bool(criteria))


def _field_problem(criterion: str, field: str, facts: Facts) -> str:
    if not _column_exists(field, facts):
        return f"Criterion {criterion} names the column {field}, which does not exist. Choose another."
    return f"Criterion {criterion}: {why}" if (why := why_refused(field)) else ""


def _handoff(handoff: Mapping[str, Any]) -> _Found:
    """Nothing is needed: without criteria purchase interest alone decides."""
    given = [name for name in ("need", "timeline", "budget", "authority") if handoff[name].strip()]
    problems = ["Fill in two of need, timeline, budget and authority at least, or none."] if len(given) == 1 else []
    return _found(problems, [], begun=True)


def check_sending(sending: Mapping[str, Any]) -> None:
    """Hours, days and zone that make sense.

    Raises:
        BadInput: they do not; `field` names the setting.
    """
    start, end = time.fromisoformat(sending["window_start"]), time.fromisoformat(sending["window_end"])
    for field_, make in (
        ("window_end", lambda: Window(start, end)),
        ("weekdays", lambda: Window(weekdays=frozenset(sending["weekdays"]))),
        ("follow_up_days", lambda: Cadence(tuple(sending["follow_up_days"]), sending["last_wait_days"])),
        ("time_zone", lambda: read_zone(sending["time_zone"]) if sending["time_zone"].strip() else None),
    ):
        try:
            make()
        except BadInput as error:
            raise BadInput(str(error), field=field_) from error


def _sending(sending: Mapping[str, Any]) -> _Found:
    try:
        check_sending(sending)
    except BadInput as error:
        return _found([str(error)], [], begun=True)
    return _found([], [], begun=True)


def _knowledge(facts: Facts) -> _Found:
    problems = [f"{source} Refresh or remove it." for source in facts.failing_knowledge]
    gaps = [] if sum((facts.knowledge or {}).values()) else ["No sources yet. Leads are judged from the web alone."]
    return _found(problems, gaps, begun=False)


def _assignment(assignment: Mapping[str, Any], facts: Facts) -> _Found:
    gaps, problems = [], []
    barred = [f"{barred_words(facts.barred)} {how_to_entitle(facts.platform)}"] if facts.barred else []
    chosen = bool(assignment["sellers"] or assignment["team"])
    if not chosen:
        gaps.append("Choose the sellers, or one team, who receive leads.")
    elif not facts.sellers:
        problems.append("None of the chosen sellers can receive leads. Choose others or enable them.")
    if not assignment["supervisor"]:
        gaps.append("Choose a supervisor.")
    elif facts.supervisor is None:
        problems.append("The supervisor is disabled or gone. Choose another.")
    state, reasons = _found(problems, gaps, begun=chosen or bool(assignment["supervisor"]))
    return state, (*reasons, *barred)


def _simulation(facts: Facts) -> _Found:
    return _found([], missing_for_review(facts.review), begun=facts.review.begun)


def _start(built: Sequence[Section], facts: Facts, closed: bool) -> Section:
    missing = missing_for_start(built, facts)
    if facts.state is AgentState.PAUSED:
        return Section("start", "Start", "Start", SetupState.FAILING, (facts.state_reason or "The agent is paused.",))
    if facts.state in {AgentState.ON, AgentState.DRAINING}:
        return Section("start", "Start", "Start", SetupState.DONE, ())
    state = SetupState.NOT_STARTED if missing else SetupState.IN_PROGRESS
    reasons = missing or ("Everything is ready: start the agent.",)
    return Section("start", "Start", "Start", state, reasons, closed=closed)
