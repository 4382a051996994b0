"""An agent file in its plain form: names instead of ids, times and weekdays as people write them."""

from typing import Any

from leadwright.agentfile.conditions import to_rows
from leadwright.agentfile.shape import PARTS, SETS, WEEKDAYS, AgentFile, Names, Plain, Source
from leadwright.db.configuration import ProfileCriterion
from leadwright.domain.attributes import TABLES, Table


def to_plain(agent: AgentFile, names: Names, tables: dict[str, Table] | None = None) -> Plain:
    """Every section in the order of the file; mailbox and prerequisites only where there is one."""
    known = tables or TABLES
    configuration = agent.configuration.model_dump(mode="json")
    plain: Plain = {}
    for section, part in PARTS.items():
        plain[section] = {s.key: _at(configuration, s.path) for s in part.settings if s.path}
    plain["agent"] = {"name": agent.name, "mode": agent.mode, "user": agent.user, **plain["agent"]}
    plain["selection"]["look_back_days"] = configuration["selection"]["look_back_days"] or 0
    plain["selection"] |= to_rows(configuration["selection"]["conditions"], known, names)
    segments = [
        {"name": s.name, **to_rows(s.conditions, known, names)} for s in agent.configuration.selection.seller_segments
    ]
    plain["seller_segments"] = {"": segments}
    plain["profile"] = {"": [_criterion(c) for c in agent.configuration.criteria]}
    _sending(plain["sending"])
    _assignment(plain["assignment"], names)
    plain["knowledge"] = _knowledge(agent)
    plain["mailbox"] = dict(agent.mailbox)
    plain["prerequisites"] = {key: name for key, name in agent.identities.items() if name}
    return {section: keys for section, keys in plain.items() if keys or section not in ("mailbox", "prerequisites")}


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _criterion(criterion: ProfileCriterion) -> dict[str, Any]:
    """Without what most criteria leave empty."""
    told = criterion.model_dump(mode="json")
    return {key: value for key, value in told.items() if value or key in ("name", "kind", "details")}


def _sending(sending: dict[str, Any]) -> None:
    for name in ("window_start", "window_end"):
        sending[name] = sending[name][:5] if sending[name].endswith(":00") else sending[name]
    sending["weekdays"] = [WEEKDAYS[n] if n in range(7) else n for n in sending["weekdays"]]
    sending["last_wait_days"] = sending["last_wait_days"] or 0


def _assignment(assignment: dict[str, Any], names: Names) -> None:
    assignment["sellers"] = [names.people.get(key, key) for key in assignment["sellers"]]
    assignment["team"] = names.teams.get(assignment["team"] or "", assignment["team"] or "")
    assignment["supervisor"] = names.people.get(assignment["supervisor"] or "", assignment["supervisor"] or "")


def _knowledge(agent: AgentFile) -> dict[str, Any]:
    found: dict[str, list[dict[str, str]]] = {name: [] for name in SETS}
    competitors: dict[str, list[dict[str, str]]] = {}
    for source in sorted(agent.knowledge, key=lambda s: (s.purpose, s.kind, s.location)):
        kept = competitors if source.purpose.startswith("competitor:") else found
        kept.setdefault(source.purpose.removeprefix("competitor:"), []).append(_source(source))
    return {**found, "competitors": competitors}


def _source(source: Source) -> dict[str, str]:
    told = {"kind": source.kind, "location": source.location, "title": source.title}
    return {key: value for key, value in told.items() if value}
