"""How many of the leads that a list brings the agent would take, and which condition leaves most of them out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.selection import rules_in_force, rules_of, tables_of
from leadwright.domain.selection import Rules
from leadwright.domain.selection.evaluate import Predicate
from leadwright.domain.selection.leaving_out import columns_of, exclusions
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput
from leadwright.leadfile.spool import Ready

_TOO_EARLY = (
    "The agent is not started: of leads that are there before, it takes those of the last days only "
    "when you say how many days under Selection criteria."
)


class Taking:
    """Counts the new leads of one import that an agent would take.

    Args:
        rules: of the agent, and whether they are in force already.
        stored: what a new lead has where the list says nothing, logical name -> value.
    """

    def __init__(
        self, rules: Rules, in_force: bool, tables: Mapping[str, Any], stored: Mapping[str, Any], now: datetime
    ) -> None:
        self._in_force, self._stored = in_force, stored
        self._too_early = not in_force and not rules.look_back_days
        self._tests: list[tuple[str, Predicate]] = exclusions(rules, now, tables)
        self._names = sorted(columns_of(rules))
        self._left_out: Counter[str] = Counter()
        self.taken = self.new = 0

    def add(self, ready: Ready, new: Sequence[int]) -> None:
        """Count the new leads of a block, which are at some indexes."""
        custom = ready.columns.get("custom")
        for i in new:
            record = {n: self._value(ready, n, i) for n in self._names}
            if custom:
                record |= custom[i]
            out = [why for why, holds in self._tests if not holds(record, {})]
            self._left_out.update(out)
            self.taken += not out
        self.new += len(new)

    def in_words(self) -> list[str]:
        """A sentence or two, or none when there are no new leads."""
        if not self.new:
            return []
        whose = "agent's conditions" if self._in_force else "conditions of the agent's draft"
        leads = "new lead" if self.new == 1 else "new leads"
        told = f"The {whose} would take {self.taken:,} of {self.new:,} {leads}."
        if self._left_out:
            why, rows = self._left_out.most_common(1)[0]
            told = f"{told} What leaves most of the others out: {why} ({rows:,} of {self.new:,} rows)."
        return [told, _TOO_EARLY] if self._too_early and self.taken else [told]

    def _value(self, ready: Ready, name: str, i: int) -> Any:
        values = ready.columns.get(name)
        value = None if values is None else values[i]
        return self._stored.get(name) if value is None else value


def taking_of(session: Session, stored: Mapping[str, Any], now: datetime) -> Taking | None:
    """The counting by the agent's conditions in force, else by those of its draft.

    None when there is no agent, or its conditions cannot be used.
    """
    agent = session.scalar(select(Agent).where(Agent.state != AgentState.ARCHIVED).order_by(Agent.createdon).limit(1))
    if agent is None:
        return None
    tables = tables_of(session)
    try:
        rules = rules_in_force(session, agent.agentid, tables)
        in_force = rules is not None
        rules = rules or rules_of(Configuration.model_validate(agent.draft), tables)
    except BadInput:
        return None
    return Taking(rules, in_force, tables, stored, now)
