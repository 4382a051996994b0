"""The draft of the agent's settings: sections, edits, and how it differs from what is in force."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import agent_of, audited, checked_name, locked, missing, settings_of
from leadwright.actions.criteria import check_criteria
from leadwright.actions.prerequisites import choose_agent_user
from leadwright.analyst.builtin.judging import unreadable
from leadwright.db.agent import Agent, AgentVersion
from leadwright.db.configuration import Configuration
from leadwright.db.pages.agent_settings import facts, selection_problem
from leadwright.db.people import CustomColumn, SystemUser, Team
from leadwright.db.selection import tables_of
from leadwright.domain.attributes import Kind, Table
from leadwright.domain.criterion_fields import offered
from leadwright.domain.sections import (
    Section,
    check_sending,
    closed_by,
    is_web_address,
)
from leadwright.domain.sections import sections as all_sections
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import Principal, require
from leadwright.mail.signature import as_text, check_image, clean_signature
from leadwright.research.fields import PERSONAL
from leadwright.services import Services

PARTS: Mapping[str, str] = {
    "profile": "profile",
    "company": "company",
    "products": "company",
    "selection": "selection",
    "email": "email",
    "validation": "validation",
    "criteria": "criteria",
    "assignment": "assignment",
    "competitors": "competitors",
    "search_fields": "search_fields",
    "handoff": "handoff",
    "sending": "sending",
}
"""Section as the page names it -> part of the configuration it edits."""

_LISTS = frozenset({"criteria", "search_fields"})
_MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs between the draft and the applied version. `path` is like ``company.website``."""

    path: str
    applied: Any
    draft: Any


def edit_draft(
    services: Services,
    who: Principal,
    agentid: str,
    section: str,
    values: Mapping[str, Any],
    *,
    versionnumber: int | None = None,
) -> int:
    """Change settings of one section in the draft. Nothing takes effect before Start or Apply changes.

    Args:
        section: a key of `PARTS`.
        values: the settings to change; others stay. ``profile`` also takes ``name`` and ``agentuserid``;
            ``criteria`` and ``search_fields`` take one list under their own name.
        versionnumber: of the agent as it was shown; an edit over somebody else's change is refused.

    Returns:
        The agent's new versionnumber.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: changed by someone else, or the prerequisites are not done.
        BadInput: a value cannot be used; `field` names it.
    """
    require(who, "prvConfigureAgent")
    if section not in PARTS:
        raise BadInput(f"There is no section {section}. There are: {', '.join(PARTS)}.", field="section")
    part, rest = PARTS[section], dict(values)
    with services.database.transaction() as session:
        agent = locked(session, agentid, versionnumber)
        if reasons := closed_by(facts(session, agent)):
            raise Conflict(f"This section opens when the prerequisites are done. {' '.join(reasons)}")
        if section == "profile":
            _change_profile(session, who, agent, rest)
        present = settings_of(agent)
        draft = _validated(present, part, rest)
        _check_references(session, part, draft)
        if "website" in rest and draft.company.website and not is_web_address(draft.company.website):
            raise BadInput(
                "This is no web address. Enter one with http or https, like https://www.example.com.", field="website"
            )
        after = draft.model_dump(mode="json")
        if after != agent.draft:
            before, agent.draft = present[part], after
            audited(session, who, "agent.draft_edited", agent, before={part: _without_image(before)},
                    after={part: _without_image(after[part])})  # fmt: skip
        agent.versionnumber += 1
        return agent.versionnumber


def typed_configuration(agent: Agent, section: str, values: Mapping[str, Any]) -> Configuration:
    """The draft with settings of one section as they are typed, for a preview. Stores nothing.

    Raises:
        BadInput: a value cannot be used; `field` names it.
    """
    return _validated(settings_of(agent), PARTS[section], dict(values))


def sections(services: Services, who: Principal, agentid: str) -> tuple[Section, ...]:
    """The sections of the settings page with their states and reasons, for the draft."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = agent_of(session, agentid)
        return all_sections(settings_of(agent), facts(session, agent))


def can_start(services: Services, who: Principal, agentid: str) -> tuple[str, ...]:
    """What is missing before Start, from the last checks; empty when the button is open."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        return missing(session, agent_of(session, agentid))


def difference(services: Services, who: Principal, agentid: str) -> tuple[Difference, ...]:
    """What the draft would change if it were applied now. Everything, when nothing was applied yet."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = agent_of(session, agentid)
        applied = session.get(AgentVersion, (agentid, agent.appliedversion))
        now, then = dict(_flat(settings_of(agent))), dict(_flat(applied.configuration if applied else {}))
    paths = [*now, *(p for p in then if p not in now)]
    return tuple(Difference(p, then.get(p), now.get(p)) for p in paths if now.get(p) != then.get(p))


def unreadable_criteria(services: Services, who: Principal, agentid: str) -> tuple[str, ...]:
    """A sentence for each handoff criterion of the draft that the built-in analyst cannot read; none with a model."""
    require(who, "prvReadAgent")
    if services.settings.analyst != "builtin":
        return ()
    with services.database.reading() as session:
        criteria = Configuration.model_validate(settings_of(agent_of(session, agentid))).criteria
        own = session.scalars(select(CustomColumn.label)).all()
    told = ((c.name, unreadable(c.criterion(), own)) for c in criteria)
    return tuple(
        f"The built-in analyst cannot read “{name}”: it will be unknown for every lead until you change that or use "
        f"a model. {why}"
        for name, why in told
        if why
    )


def _change_profile(session: Session, who: Principal, agent: Agent, values: dict[str, Any]) -> None:
    if "name" in values:
        name = checked_name(str(values.pop("name")))
        taken = session.scalar(select(Agent.agentid).where(Agent.name == name, Agent.agentid != agent.agentid))
        if taken:
            raise Conflict(f"An archived agent is called {name}. Choose another name.")
        if name != agent.name:
            audited(session, who, "agent.renamed", agent, before={"name": agent.name}, after={"name": name})
            agent.name = name
    _change_signature(values)
    if "agentuserid" in values:
        choose_agent_user(session, who, agent, str(values.pop("agentuserid") or ""))


def _change_signature(values: dict[str, Any]) -> None:
    """Rich text gives the plain one as well; plain text alone takes the place of both."""
    if isinstance(html := values.get("signature_html"), str):
        values["signature_html"] = clean_signature(html)
        values["signature"] = as_text(values["signature_html"]) or str(values.get("signature", ""))
    elif "signature" in values:
        values["signature_html"] = ""
    if isinstance(image := values.get("signature_image"), str):
        values["signature_image"] = check_image(image)


def _without_image(part: Any) -> Any:
    """A part of the configuration for the audit log, which needs no copy of an image."""
    if not isinstance(part, dict) or not part.get("signature_image"):
        return part
    return {**part, "signature_image": hashlib.sha256(part["signature_image"].encode()).hexdigest()}


def _validated(draft: Mapping[str, Any], part: str, values: dict[str, Any]) -> Configuration:
    new: Any = {**draft[part], **values} if part not in _LISTS else values.pop(part, draft[part])
    if part in _LISTS and values:
        raise BadInput(f"This section has no setting {next(iter(values))}.", field=next(iter(values)))
    if len(json.dumps(new, default=str)) > _MOST_CHARACTERS:
        raise BadInput(f"This section is too long: at most {_MOST_CHARACTERS:,} characters.", field=part)
    try:
        return Configuration.model_validate({**draft, part: new})
    except ValidationError as error:
        raise _plain(error) from error


def _plain(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_context=False)[0]
    place = [str(p) for p in first["loc"][1:]] or [str(p) for p in first["loc"]]
    field = ".".join(place)
    if first["type"] == "extra_forbidden":
        return BadInput(f"There is no setting {field}.", field=field)
    return BadInput(f"{field}: {first['msg']}.", field=field)


def _check_references(session: Session, part: str, draft: Configuration) -> None:
    if part == "selection" and (problem := selection_problem(session, draft.selection.model_dump())):
        raise BadInput(problem, field="conditions")
    if part == "criteria":
        check_criteria(session, [c.model_dump() for c in draft.criteria])
    if part == "validation":
        attribute = tables_of(session)["lead"].attributes.get(draft.validation.field)
        if attribute is not None and attribute.kind is not Kind.EMAIL:
            raise BadInput(f"{attribute.label} holds no email address. Choose an email column.", field="field")
    if part == "search_fields":
        _check_search_fields(session, draft.search_fields)
    if part == "sending":
        check_sending(draft.sending.model_dump(mode="json"))
    if part != "assignment":
        return
    people = [*draft.assignment.sellers, *filter(None, [draft.assignment.supervisor])]
    known = set(
        session.scalars(
            select(SystemUser.systemuserid).where(
                SystemUser.systemuserid.in_(people), SystemUser.applicationid.is_(None)
            )
        )
    )
    if missing := [p for p in people if p not in known]:
        raise BadInput(
            f"There is no person {missing[0]}. Choose sellers and supervisor from the list.", field="sellers"
        )
    if draft.assignment.sellers and draft.assignment.team:
        raise BadInput("Choose a list of sellers or one team, not both.", field="team")
    if draft.assignment.team and session.get(Team, draft.assignment.team) is None:
        raise BadInput("There is no such team. Choose one from the list.", field="team")


def _check_search_fields(session: Session, fields: list[str]) -> None:
    known = {key for _, columns in searchable_fields(tables_of(session)) for key, _ in columns}
    for name in fields:
        if (name if "." in name else f"lead.{name}") not in known:
            raise BadInput(
                f"{name} does not go to a search provider: it names a person, or is no column. Choose another.",
                field="search_fields",
            )


def searchable_fields(tables: Mapping[str, Table]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(table label, [(``table.column``, label)]) of the columns that may go to a search provider: never a person's."""
    return [
        (label, [(key, text) for key, text in columns if key.rpartition(".")[2] not in PERSONAL])
        for label, columns in offered(tables)
        if label in (tables["lead"].label, tables["account"].label)
    ]


def _flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, entry in value.items():
        at = f"{path}.{name}" if path else name
        if isinstance(entry, Mapping) and name != "conditions":
            yield from _flat(entry, at)
        else:
            yield at, entry
