"""Reads an agent's TOML file onto the settings there are. Says every problem with its line, its key and what to do."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from leadwright.agentfile.conditions import from_rows
from leadwright.agentfile.lines import Place, line_of, places
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.shape import (
    FORMAT,
    LISTED,
    PARTS,
    SETS,
    SOURCE,
    WEEKDAYS,
    AgentFile,
    Names,
    Plain,
    Source,
)
from leadwright.db.configuration import Configuration
from leadwright.domain.attributes import Table
from leadwright.domain.plain_text import holds_unstorable
from leadwright.domain.sections import check_sending, is_web_address
from leadwright.domain.selection import default_criteria, to_json
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput

MOST_BYTES = 2_000_000
_AT_LINE = re.compile(r"\(at line (\d+)")
_SELECTION = ("time_zone", "match", "conditions")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file cannot be used: the line, the key as in ``selection.conditions``, and what to do."""

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.key}" if self.key else "")
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Read:
    """What a file means. `agent` is None when there are problems."""

    agent: AgentFile | None
    problems: tuple[Problem, ...] = ()


def read(text: str, base: AgentFile, names: Names, tables: dict[str, Table]) -> Read:
    """The agent a file describes.

    Args:
        base: the settings there are; what the file leaves out stays as it is here.
        names: who may be named in it.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        said = str(error).split(" (at ", 1)[0]
        line = int(found.group(1)) if found else max(text.count("\n"), 1)
        return Read(
            None, (Problem(line, "", f"This is no valid TOML: {said}. Correct it: name = value, texts in quotes."),)
        )
    except RecursionError:
        return Read(None, (Problem(1, "", "The file is nested too deeply."),))
    reading = _Reading(given, places(text), names, tables)
    agent = reading.agent(base)
    return Read(None if reading.problems else agent, tuple(sorted(reading.problems, key=lambda p: p.line)))


class _Reading:
    """One file being read; collects problems instead of stopping at the first."""

    def __init__(
        self, given: Mapping[str, Any], lines: Mapping[Place, int], names: Names, tables: dict[str, Table]
    ) -> None:
        self.given, self.lines, self.names, self.tables = given, lines, names, tables
        self.problems: list[Problem] = []

    def agent(self, base: AgentFile) -> AgentFile:
        plain = to_plain(base, self.names, self.tables)
        self._check_format()
        if holds_unstorable(dict(self.given)):
            self._bad((), "The file holds a character that cannot be stored (NUL). Take it out.")
        for section, value in self.given.items():
            if section != "format":
                self._section(section, value, plain)
        configuration = self._configuration(base, plain)
        told = plain["agent"]
        self._check_agent(told)
        mailbox = plain.get("mailbox", {})
        self._check_mailbox(mailbox)
        return AgentFile(
            name=str(told["name"]),
            mode=str(told["mode"]),
            configuration=configuration,
            user=str(told["user"]),
            knowledge=tuple(self._sources(plain["knowledge"])),
            mailbox=mailbox,
            identities=plain.get("prerequisites", {}),
        )

    def _bad(self, place: Place, message: str) -> None:
        key = ".".join(f"[{p + 1}]" if isinstance(p, int) else p for p in place).replace(".[", "[")
        self.problems.append(Problem(line_of(self.lines, place), key, message))

    def _check_format(self) -> None:
        number = self.given.get("format")
        if number is None:
            self._bad((), f"The file does not say its format. Write format = {FORMAT} in its first line.")
        elif number != FORMAT:
            self._bad(("format",), f"This is format {number!r}; this version of Leadwright reads format {FORMAT}.")

    def _section(self, section: str, value: Any, plain: Plain) -> None:
        if section not in PARTS:
            self._unknown((section,), section, [*PARTS, "format"], "section")
        elif section in LISTED:
            self._entries(section, value, plain)
        elif not isinstance(value, Mapping):
            self._bad((section,), f"{section} is a section: write [{section}] on a line of its own.")
        else:
            kept = plain.setdefault(section, {})
            known = [s.key for s in PARTS[section].settings]
            for key, entry in value.items():
                if key not in known:
                    self._unknown((section, key), key, known, "setting")
                else:
                    kept[key] = entry

    def _entries(self, section: str, value: Any, plain: Plain) -> None:
        if not isinstance(value, list) or not all(isinstance(e, Mapping) for e in value):
            self._bad((section,), f"Write each entry under a line [[{section}]].")
            return
        known = [s.key for s in LISTED[section]]
        for n, entry in enumerate(value):
            for key in entry:
                if key not in known:
                    self._unknown((section, n, key), key, known, "setting")
        plain[section] = {"": [{k: v for k, v in e.items() if k in known} for e in value]}

    def _unknown(self, place: Place, name: str, known: list[str], what: str) -> None:
        near = get_close_matches(name, known, n=1)
        meant = f" Do you mean {near[0]}?" if near else f" There are: {', '.join(known)}."
        self._bad(place, f"There is no {what} {name}.{meant}")

    def _configuration(self, base: AgentFile, plain: Plain) -> Configuration:
        whole = base.configuration.model_dump(mode="json")
        at: dict[Place, Place] = {}
        for section, part in PARTS.items():
            for setting in part.settings:
                if setting.path:
                    _put(whole, setting.path, plain[section][setting.key])
                    at[setting.path] = (section, setting.key)
        whole["criteria"], at[("criteria",)] = plain["profile"][""], ("profile",)
        self._selection(whole, plain, base)
        self._sending(whole["sending"])
        self._assignment(whole["assignment"])
        if whole["selection"]["look_back_days"] == 0:
            whole["selection"]["look_back_days"] = None
        try:
            found = Configuration.model_validate(whole)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False, include_input=False):
                self._invalid(each["loc"], each["type"], each["msg"], at)
            return base.configuration
        self._check(found)
        return found

    def _invalid(self, loc: Place, kind: str, said: str, at: Mapping[Place, Place]) -> None:
        for size in range(len(loc), 0, -1):
            if (place := at.get(loc[:size])) is not None:
                loc = (*place, *loc[size:])
                break
        what = "This setting is missing. Add it." if kind == "missing" else f"{said}. Correct the value."
        self._bad(loc, what.replace("Input should be", "It must be"))

    def _selection(self, whole: dict[str, Any], plain: Plain, base: AgentFile) -> None:
        given = self.given.get("selection")
        if isinstance(given, Mapping) and any(k in given for k in _SELECTION):
            whole["selection"]["conditions"] = self._tree(plain["selection"], ("selection",))
        if "seller_segments" in self.given:
            segments = plain["seller_segments"][""]
            whole["selection"]["seller_segments"] = [self._segment(s, n) for n, s in enumerate(segments)]

    def _segment(self, given: Mapping[str, Any], n: int) -> dict[str, Any]:
        tree = self._tree(given, ("seller_segments", n))
        if not given.get("name"):
            self._bad(("seller_segments", n), "A seller segment needs a name.")
        if not given.get("conditions"):
            self._bad(("seller_segments", n), "Without a condition it would take every lead. Add one.")
        rows = tree if tree is not None else {"all": []}
        return {"name": str(given.get("name", "")), "conditions": rows}

    def _tree(self, given: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
        tree, problem = from_rows(given, self.tables, self.names)
        if problem is not None:
            at: Place = (*place, problem.field) if problem.field in _SELECTION else (*place, "conditions")
            steps = re.findall(r"\[(\d+)\]", problem.field or "")
            self._bad((*at, *(int(n) for n in steps[:1])), str(problem))
        if tree is None and problem is None and place[0] == "seller_segments":
            return to_json(default_criteria())
        return tree

    def _sending(self, sending: dict[str, Any]) -> None:
        days = sending["weekdays"]
        if isinstance(days, list):
            for n, day in enumerate(days):
                if day not in WEEKDAYS:
                    self._bad(("sending", "weekdays", n), f"Write weekdays as {', '.join(WEEKDAYS)}.")
            sending["weekdays"] = [WEEKDAYS.index(d) for d in days if d in WEEKDAYS]
        for name in ("window_start", "window_end"):
            value = sending[name]
            sending[name] = value.isoformat() if hasattr(value, "isoformat") else value
        if sending["last_wait_days"] == 0:
            sending["last_wait_days"] = None

    def _assignment(self, rule: dict[str, Any]) -> None:
        people = {name: key for key, name in self.names.people.items()}
        teams = {name: key for key, name in self.names.teams.items()}
        given = self.given.get("assignment")
        told = given if isinstance(given, Mapping) else {}
        sellers = rule["sellers"] if isinstance(rule["sellers"], list) else []
        if not isinstance(rule["sellers"], list):
            self._bad(("assignment", "sellers"), "sellers is a list of sign-in names in brackets.")
        for n, name in enumerate(sellers):
            self._known(name, people, ("assignment", "sellers", n), "sellers" in told)
        rule["sellers"] = [people.get(_folded(name), name) for name in sellers]
        if rule["supervisor"]:
            self._known(rule["supervisor"], people, ("assignment", "supervisor"), "supervisor" in told)
        rule["supervisor"] = people.get(_folded(rule["supervisor"]), rule["supervisor"]) or None
        if rule["team"] and rule["team"] not in teams and "team" in told:
            self._bad(
                ("assignment", "team"), f"There is no team {rule['team']}. Create it under Teams, or name another."
            )
        rule["team"] = teams.get(rule["team"], rule["team"]) or None
        if rule["sellers"] and rule["team"]:
            self._bad(("assignment", "team"), "Name sellers or one team, not both.")

    def _known(self, name: Any, people: Mapping[str, str], place: Place, given: bool) -> None:
        if given and _folded(name) not in people:
            self._bad(
                place, f"Nobody here signs in as {name}. Add this person under People first, or take the name out."
            )

    def _check(self, found: Configuration) -> None:
        if found.company.website and not is_web_address(found.company.website):
            self._bad(("company", "website"), "This is no web address. Write one like https://www.example.com.")
        try:
            check_sending(found.sending.model_dump(mode="json"))
        except BadInput as error:
            self._bad(("sending", error.field or ""), str(error))
        doubled = [c.name for n, c in enumerate(found.criteria) if c.name in [o.name for o in found.criteria[:n]]]
        for name in dict.fromkeys(doubled):
            n = max(i for i, c in enumerate(found.criteria) if c.name == name)
            self._bad(("profile", n, "name"), f"There are two criteria called {name}. Give each its own name.")

    def _check_agent(self, told: Mapping[str, Any]) -> None:
        name = told["name"]
        if not isinstance(name, str) or not 1 <= len(" ".join(name.split())) <= 120:
            self._bad(("agent", "name"), "Give the agent a name of at most 120 characters.")
        if told["mode"] not in list(AgentMode):
            self._bad(("agent", "mode"), "mode is research, or engage which includes it.")

    def _check_mailbox(self, mailbox: Mapping[str, Any]) -> None:
        for key in ("per_minute", "per_day", "at_once"):
            value = mailbox.get(key, 1)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                self._bad(("mailbox", key), f"{key} is a whole number from 1.")
        for key in ("address", "authserv_id"):
            if not isinstance(mailbox.get(key, ""), str):
                self._bad(("mailbox", key), f"{key} is a text in quotes.")

    def _sources(self, knowledge: Mapping[str, Any]) -> Iterator[Source]:
        for name in SETS:
            yield from self._set(name, knowledge.get(name, []), ("knowledge", name))
        competitors = knowledge.get("competitors", {})
        if not isinstance(competitors, Mapping):
            self._bad(("knowledge", "competitors"), "Write [knowledge.competitors], then NAME = [{ ... }].")
            return
        for name, entries in competitors.items():
            yield from self._set(f"competitor:{name}", entries, ("knowledge", "competitors", name))

    def _set(self, purpose: str, entries: Any, place: Place) -> Iterator[Source]:
        known = [s.key for s in SOURCE]
        for n, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            texts = isinstance(entry, Mapping) and all(isinstance(v, str) for v in entry.values())
            if not texts or not entry.get("kind") or not entry.get("location") or set(entry) - set(known):
                self._bad(
                    (*place, n),
                    'Write a source as { kind = "site", location = "https://..." }, with a title if wanted.',
                )
                continue
            yield Source(purpose, entry["kind"], entry["location"], entry.get("title", ""))


def _put(whole: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        whole = whole[name]
    whole[path[-1]] = value


def _folded(name: Any) -> str:
    return str(name or "").strip().casefold()
