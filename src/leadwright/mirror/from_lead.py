"""What a record of a qualification gets from its lead in Dynamics 365: its currency, and what is mapped there."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.errors import (
    CannotReach,
    MicrosoftError,
    NotAMember,
    ServiceDown,
    SignInRefused,
    Throttled,
    Unclear,
)
from leadwright.mirror.errands import Came
from leadwright.mirror.write_limits import Limits
from leadwright.mirror.write_values import BIND, address, key_of

_PASSES = (CannotReach, NotAMember, SignInRefused, Throttled, Unclear)
_PATIENCE = 3  # tries at which the mappings may fail over there before a record is made without them
_CURRENCY = "transactioncurrencyid"
_WITHOUT = "Made without what Dynamics 365 takes over from the lead by its own mappings: {}"


class FromLead:
    """One record's share of its lead, read in the same look as the lead's state. What we say ourselves wins.

    Args:
        table: of the record.
        attempts: tries before this one.
        refused: why a record with what is mapped was not taken: it is made without; empty: it was not refused.
    """

    def __init__(self, leadid: str, table: str, attempts: int, refused: str) -> None:
        self._leadid, self._table, self._attempts = leadid, table, attempts
        self._refused = refused
        self._mapped: dict[str, Any] = {}
        self._currency: dict[str, Any] = {}

    @property
    def is_mapped(self) -> bool:
        """Would the record get anything by the organisation's mappings?"""
        return bool(self._mapped)

    @property
    def lack(self) -> str:
        """What people are told when it is made without; empty when it is not."""
        return _WITHOUT.format(self._refused) if self._refused else ""

    def calls(self) -> list[Call]:
        """The lead's state and currency, then what a new record would be initialised with."""
        lead = address("lead", self._leadid)
        state = Call("GET", f"{lead}?$select=statecode,_{_CURRENCY}_value")
        if self._refused:
            return [state]
        moniker = quote(f"{{'@odata.id':'{lead}'}}", safe="'@:()")
        aliases = f"@p1={moniker}&@p2='{self._table}'&@p3=Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'"
        function = "InitializeFrom(EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3)"
        return [state, Call("GET", f"{function}?{aliases}")]

    def take(self, lead: Answer, mapped: Sequence[Came]) -> MicrosoftError | None:
        """The answers to `calls`. Returns what has to pass first; what is refused for good is done without."""
        if currency := lead.json.get(f"_{_CURRENCY}_value"):
            self._currency = {f"{_CURRENCY}{BIND}": f"/transactioncurrencies({currency})"}
        for answer in mapped:
            if isinstance(answer, Answer):
                self._mapped = {n: v for n, v in answer.json.items() if self._goes_in(n, v)}
            elif isinstance(answer, _PASSES) or (isinstance(answer, ServiceDown) and self._attempts < _PATIENCE):
                return answer
            else:
                self._refused = str(answer)
        return None

    def customer(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Of an opportunity: its account, else its contact, as QualifyLead has it."""
        for table in ("account", "contact") if self._table == "opportunity" else ():
            if found := changes.get(f"parent{table}id"):
                return {"customerid": {"table": table, "id": found}}
        return {}

    def beneath(self, body: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
        """What goes under a body: no lookup that the body binds itself, be it to a row of another table."""
        ours = {name.removesuffix(BIND) for name in body if name.endswith(BIND)}
        lookups = [set((limit.navigations or {}).values()) for limit in limits.values()]
        taken = ours.union(*(names for names in lookups if names & ours))
        return {n: v for n, v in {**self._mapped, **self._currency}.items() if n.removesuffix(BIND) not in taken}

    def _goes_in(self, name: str, value: Any) -> bool:
        is_column = "@" not in name.removesuffix(BIND) and not name.startswith("_") and name != key_of(self._table)
        return is_column and isinstance(value, str | int | float)
