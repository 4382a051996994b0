"""What differs between two agents, as lines a person reads: one a setting, lists told by what came and went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadwright.agentfile.conditions import from_rows, sentences
from leadwright.agentfile.shape import LISTED, PARTS, Names, Plain
from leadwright.domain.attributes import Table

_NOTHING = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One difference. `before` or `after` is empty where there was or is nothing.

    Args:
        section: its title on the settings page; `setting`: what it is about there.
        key: as in the file, ``selection.conditions``.
    """

    section: str
    setting: str
    before: str
    after: str
    key: str = ""

    def __str__(self) -> str:
        what = f"{self.section}, {self.setting}" if self.setting else self.section
        if not self.before:
            return f"+ {what}: {self.after}"
        return f"- {what}: {self.before}" if not self.after else f"~ {what}: {self.before} -> {self.after}"


def difference(before: Plain, after: Plain, tables: Mapping[str, Table], names: Names) -> tuple[Line, ...]:
    """Every difference, in the order of the file."""
    telling = _Telling(tables, names)
    return tuple(
        line for section in PARTS for line in telling.section(section, before.get(section, {}), after.get(section, {}))
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    tables: Mapping[str, Table]
    names: Names

    def section(self, section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
        part = PARTS[section]
        if section in LISTED:
            yield from self._named(section, before.get("", []), after.get("", []))
            return
        for setting in part.settings:
            was, now = before.get(setting.key), after.get(setting.key)
            if was != now and setting.key == "conditions":
                yield from self._rows(part.title, before, after)
            elif was != now and section == "knowledge":
                yield from self._sources(setting.label, was or [], now or [])
            elif was != now:
                yield from _changed(part.title, setting.label, was, now, f"{section}.{setting.key}")

    def _rows(self, title: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
        was, now = self._said(before), self._said(after)
        yield from _listed(title, "Condition", was, now, "selection.conditions")

    def _said(self, rows: Mapping[str, Any]) -> list[str]:
        if not rows.get("conditions"):
            return []
        tree, problem = from_rows(rows, self.tables, self.names)
        return [str(r) for r in rows["conditions"]] if problem else list(sentences(tree, self.tables))

    def _named(self, section: str, before: list[Any], after: list[Any]) -> Iterator[Line]:
        title = PARTS[section].title
        was, now = ({e.get("name", ""): e for e in entries} for entries in (before, after))
        for name in dict.fromkeys([*was, *now]):
            if name not in now:
                yield Line(title, name, self._entry(was[name]), _NOTHING, section)
            elif name not in was:
                yield Line(title, name, _NOTHING, self._entry(now[name]), section)
            else:
                for setting in LISTED[section][1:]:
                    old, new = was[name].get(setting.key), now[name].get(setting.key)
                    if setting.key == "conditions" and old != new:
                        yield from _listed(
                            title, f"{name}, condition", self._said(was[name]), self._said(now[name]), section
                        )
                    elif (old or None) != (new or None):
                        yield from _changed(
                            title, f"{name}, {setting.label.lower()}", old, new, f"{section}.{setting.key}"
                        )
        kept = [n for n in was if n in now]
        if kept != [n for n in now if n in was]:
            yield Line(title, "Order", ", ".join(kept), ", ".join(n for n in now if n in was), section)

    def _entry(self, entry: Mapping[str, Any]) -> str:
        if "conditions" in entry:
            return (" and " if entry.get("match", "all") == "all" else " or ").join(self._said(entry))
        more = [word for key, word in (("must_have", "must have"), ("url", "from a page")) if entry.get(key)]
        return ", ".join([str(entry.get("details") or entry.get("kind") or ""), *more])

    def _sources(self, label: str, before: Any, after: Any) -> Iterator[Line]:
        if isinstance(before, Mapping) or isinstance(after, Mapping):
            was, now = before or {}, after or {}
            for name in dict.fromkeys([*was, *now]):
                yield from self._sources(f"{label}: {name}", was.get(name, []), now.get(name, []))
            return
        told = [[f"{s['kind']} {s['location']}" for s in side] for side in (before, after)]
        yield from _listed("Knowledge", label, told[0], told[1], "knowledge")


def _listed(title: str, label: str, was: list[str], now: list[str], key: str) -> Iterator[Line]:
    yield from (Line(title, label, each, _NOTHING, key) for each in was if each not in now)
    yield from (Line(title, label, _NOTHING, each, key) for each in now if each not in was)
    kept = [e for e in was if e in now]
    if kept != [e for e in now if e in was]:
        yield Line(title, f"{label}, order", "; ".join(kept), "; ".join(e for e in now if e in was), key)


def _changed(title: str, label: str, was: Any, now: Any, key: str) -> Iterator[Line]:
    if isinstance(was, list) and isinstance(now, list) and set(map(str, was)) & set(map(str, now)):
        yield from _listed(title, label, list(map(str, was)), list(map(str, now)), key)
    else:
        yield Line(title, label, shown(was), shown(now), key)


def shown(value: Any) -> str:
    """A value as a person reads it; empty for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
