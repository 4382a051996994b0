"""What each column over there takes, as the organisation's metadata says: asked for a table when it is first needed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leadwright.domain.outgoing import Limit
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError, RowGone, UnknownName

_LASTS = timedelta(hours=1)
_CRM = "Microsoft.Dynamics.CRM."
_OPTIONS = "$select=LogicalName&$expand=OptionSet($select=Options)"
_SHARED = ",GlobalOptionSet($select=Options)"
_RANGE = "$select=LogicalName,MinValue,MaxValue"
_KINDS = {
    "": "$select=LogicalName,DisplayName",
    "String": "$select=LogicalName,MaxLength",
    "Memo": "$select=LogicalName,MaxLength",
    "Picklist": _OPTIONS + _SHARED,
    "Status": _OPTIONS,
    "Integer": _RANGE,
    "Money": _RANGE,
    "Double": _RANGE,
    "Decimal": _RANGE,
}
_RELATIONS = "$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
_PARTS = len(_KINDS) + 1

Limits = Mapping[str, Limit]


class Metadata:
    """Limits by table, kept for an hour. Not for several threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, Limits | None]] = {}

    def limits(self, table: str) -> Limits | None:
        """Column -> what it takes; None: there is no such table. `ask` it first."""
        return self._known[table][1]

    def ask(self, dataverse: Dataverse, tables: Iterable[str], moment: datetime) -> None:
        """Read what is not known or too old, for all these tables in one request.

        Raises:
            MicrosoftError: it cannot be asked.
        """
        wanted = [t for t in sorted(set(tables)) if t not in self._known or moment - self._known[t][0] > _LASTS]
        if not wanted:
            return
        answers = dataverse.batch([call for table in wanted for call in _calls(table)])
        for place, table in enumerate(wanted):
            self._known[table] = (moment, _read(answers[place * _PARTS : (place + 1) * _PARTS]))

    def forget(self, table: str) -> None:
        """It was said to be otherwise: ask anew next time."""
        self._known.pop(table, None)

    def age(self, table: str, moment: datetime) -> timedelta:
        """How old is what is known of a table?"""
        return moment - self._known[table][0]


def _calls(table: str) -> list[Call]:
    head = f"EntityDefinitions(LogicalName='{table}')"
    casts = {kind: f"/{_CRM}{kind}AttributeMetadata" if kind else "" for kind in _KINDS}
    attributes = [Call("GET", f"{head}/Attributes{casts[kind]}?{query}") for kind, query in _KINDS.items()]
    return [*attributes, Call("GET", f"{head}/ManyToOneRelationships?{_RELATIONS}")]


def _read(answers: Sequence[Answer | MicrosoftError]) -> Limits | None:
    found: dict[str, dict[str, Any]] = {}
    for kind, answer in zip([*_KINDS, _RELATIONS], answers, strict=True):
        if isinstance(answer, RowGone | UnknownName) and not kind:
            return None
        if isinstance(answer, MicrosoftError):
            raise answer
        for one in answer.json.get("value", ()):
            if kind == _RELATIONS:
                relations = found.setdefault(one["ReferencingAttribute"], {}).setdefault("navigations", {})
                relations[one["ReferencedEntity"]] = one["ReferencingEntityNavigationPropertyName"]
            else:
                found.setdefault(one["LogicalName"], {}).update(one)
    return {name: _limit(name, one) for name, one in found.items()}


def _limit(name: str, one: Mapping[str, Any]) -> Limit:
    options = one.get("OptionSet") or one.get("GlobalOptionSet")
    return Limit(
        label=_label(one.get("DisplayName")) or name,
        length=int(one.get("MaxLength") or 0),
        least=one.get("MinValue"),
        most=one.get("MaxValue"),
        choices={o["Value"]: _label(o.get("Label")) for o in options["Options"]} if options else None,
        navigations=one.get("navigations"),
    )


def _label(said: Mapping[str, Any] | None) -> str:
    label = (said or {}).get("UserLocalizedLabel") or {}
    return str(label.get("Label") or "")
