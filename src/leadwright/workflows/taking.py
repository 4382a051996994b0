"""Judges the waiting changes of claimed leads in one transaction: facts for the trigger table, then a run or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit, segments
from leadwright.db.agent import Agent, LeadChange, LeadRun
from leadwright.db.audit import AuditEntry
from leadwright.db.base import Base, new_id
from leadwright.db.sales import Lead
from leadwright.db.selection import Loaded, Tables
from leadwright.domain.attributes import Kind, Table
from leadwright.domain.selection import Rules, flatten
from leadwright.domain.selection.evaluate import Predicate, RelatedRecords, has_company, has_text
from leadwright.domain.selection.triggers import Change, trigger, validates_only
from leadwright.domain.stage import OPEN_STAGES, Stage, Trigger
from leadwright.research.email_validation import EmailCheck, NoDns, validate_email

_OF_AGENT = ("leadqualitycode", "statuscode", "lw_stage", "lw_band", "lw_signal")  # columns it writes in a run
_WITH_PEOPLE = frozenset({Stage.HANDED_OVER, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class Taking:
    """One transaction's claimed leads and all that is needed to judge them.

    Args:
        in_segment: the compiled rules.
        leads: claimed leads with their related records, by leadid.
        waiting: their changes, oldest first.
        runs: their runs, oldest first.
        checks: addresses validated before the transaction.
        done: ids of changes that were looked at.
        queued: rows of the new runs, stored together at the end.
    """

    session: Session
    agent: Agent
    rules: Rules
    tables: Tables
    in_segment: Predicate
    now: datetime
    leads: Mapping[str, Loaded]
    waiting: Mapping[str, list[LeadChange]]
    runs: Mapping[str, list[LeadRun]]
    checks: Mapping[str, EmailCheck]
    done: list[int] = field(default_factory=list)
    queued: list[dict[str, Any]] = field(default_factory=list)

    def take(self, leadid: str) -> bool:
        """Judge one lead; True when a run was queued."""
        if any(run.stage in OPEN_STAGES for run in self.runs.get(leadid, ())):
            return False  # the agent works on it: what people change meanwhile waits until the run has ended
        lead, changes = self.leads[leadid], self.waiting[leadid]
        before = self._before(changes)
        address = lead.record.get(self.rules.email_field) if self.rules.email_field else None
        if self.rules.email_field in before and has_text(address) and address not in self.checks:
            return False  # changed since it was validated: stays for the next pass
        change = self._facts(lead, changes, before)
        if self.rules.email_field in before:
            self._note_address(lead, change)
        why = trigger(change)
        if why is not None:
            self._queue(lead, why)
        self.done.extend(c.id for c in changes)
        return why is not None

    def finish(self, leadids: Sequence[str]) -> int:
        """Store the new runs, bring membership up to date, delete the changes looked at and those of deleted leads.

        Returns:
            How many changes were done.
        """
        if self.queued:
            self.session.execute(insert(LeadRun), self.queued)
            self._write([run["leadid"] for run in self.queued], {"lw_stage": str(Stage.QUEUED)})
        there = set(self.session.scalars(select(Lead.leadid).where(Lead.leadid.in_(leadids))))
        gone = [leadid for leadid in leadids if leadid not in there]
        finished = LeadChange.id.in_(self.done) | LeadChange.leadid.in_(gone)
        self.session.execute(delete(LeadChange).where(finished), execution_options={"synchronize_session": False})
        segments.update_members(self.session, Lead.leadid.in_(list(self.leads)), self.now)
        return len(self.done) + len(gone)

    def _before(self, changes: Sequence[LeadChange]) -> dict[str, Any]:
        """Columns of the lead as they were before the waiting changes of people: the oldest value wins."""
        merged: dict[str, Any] = {}
        for change in changes:
            if change.kind == "changed" and not self._by_agent(change):
                merged = {**_typed(flatten(change.before), self.tables["lead"]), **merged}
        merged.pop("custom", None)
        return merged

    def _by_agent(self, change: LeadChange) -> bool:
        return change.byid is not None and change.byid == self.agent.agentuserid

    def _facts(self, lead: Loaded, changes: Sequence[LeadChange], before: Mapping[str, Any]) -> Change:
        record, kinds = lead.record, {c.kind for c in changes}
        runs = self.runs.get(record["leadid"], [])
        newest = runs[-1] if runs else None
        was = {**record, **before}
        started_at = self.agent.startedon or self.now
        email = self.rules.email_field
        touched = email in before or "lw_emailstate" in before
        became_valid = touched and self._is_valid(record, email in before) and not self._valid_by_state(was)
        matches = self.in_segment(record, lead.related)
        if became_valid and not matches and newest is not None and newest.stage == Stage.RETURNED:
            matches = self.in_segment({**record, **self._rewritten(record, newest)}, lead.related)
        return Change(
            created=bool(kinds & {"created", "started"}),
            changed=bool(before),
            related="related" in kinds,
            matches=matches,
            matched_before_change=self.in_segment(was, self._related_then(lead, before)),
            matched_before_related=self.in_segment(record, self._related_before(lead, changes)),
            address_became_valid=became_valid,
            address_replaced=email in before and has_text(was.get(email)) and has_text(record.get(email)),
            company_became_set=has_company(record) and not has_company(was),
            inside_look_back=record["createdon"] >= self.rules.considered_from(started_at),
            has_run=newest is not None,
            run_is_open=newest is not None and newest.stage in OPEN_STAGES,
            with_people=newest is not None and newest.stage in _WITH_PEOPLE,
            owned_by_agent=self.agent.agentuserid is not None and record["ownerid"] == self.agent.agentuserid,
        )

    def _rewritten(self, record: Mapping[str, Any], run: LeadRun) -> dict[str, Any]:
        """Columns that the agent wrote in this run and nobody since, as they were: that it was chosen by them counts.

        Its own rating would take a lead out of the criteria that it gave back only to have the address corrected.
        """
        log = select(AuditEntry.before, AuditEntry.after).where(
            AuditEntry.recordid == record["leadid"],
            AuditEntry.recordtype == "lead",
            AuditEntry.actorid == self.agent.agentuserid,
            AuditEntry.at >= run.queuedon,
        )
        first: dict[str, Any] = {}
        last: dict[str, Any] = {}
        for entry in self.session.execute(log.order_by(AuditEntry.number)):
            first, last = {**entry.before, **first}, {**last, **entry.after}
        return {c: first[c] for c in _OF_AGENT if c in first and c in last and last[c] == record.get(c)}

    def _is_valid(self, record: Mapping[str, Any], replaced: bool) -> bool:
        address = record.get(self.rules.email_field) if self.rules.email_field else None
        if replaced:
            return has_text(address) and self.checks[str(address)].state == "valid"
        return self._valid_by_state(record)

    def _valid_by_state(self, record: Mapping[str, Any]) -> bool:
        address, state = record.get(self.rules.email_field), record.get("lw_emailstate")
        if not has_text(address):
            return False
        if state is None:  # never looked at by the agent: what can be said without DNS
            return validate_email(str(address), resolver=NoDns()).state == "valid"
        return bool(state in ("valid", "overruled_valid"))

    def _related_then(self, lead: Loaded, before: Mapping[str, Any]) -> RelatedRecords:
        """Records the lead looked up to before its own columns changed."""
        moved = [lookup for lookup in self.rules.lookups if lookup in before]
        if not moved:
            return lead.related
        others = {lookup: self._record(lookup, before[lookup]) for lookup in moved}
        return {**lead.related, **others}

    def _related_before(self, lead: Loaded, changes: Sequence[LeadChange]) -> RelatedRecords:
        """Records the lead looks up to, as they were before they changed."""
        then: dict[str, Mapping[str, Any] | None] = dict(lead.related)
        for change in reversed(changes):
            for lookup, values in change.before.items() if change.kind == "related" else ():
                current = then.get(lookup)
                if current is not None:
                    table = self.tables[self.tables["lead"].related[lookup]]
                    then[lookup] = {**current, **_typed(flatten(values), table)}
        return then

    def _record(self, lookup: str, key: str | None) -> dict[str, Any] | None:
        table = self.tables[self.tables["lead"].related[lookup]]
        source = Base.metadata.tables[table.name]
        row = self.session.execute(select(source).where(source.c[table.key] == key)).mappings().first()
        return None if row is None else flatten(dict(row))

    def _note_address(self, lead: Loaded, change: Change) -> None:
        """The state of the new address; an overruled state was about the old one."""
        record = lead.record
        check = self.checks.get(str(record.get(self.rules.email_field)))
        state, kind = (check.state, check.type or None) if check else ("missing", None)
        if (state, kind) == (record["lw_emailstate"], record["lw_emailtype"]) or change.run_is_open:
            return
        values = {"lw_emailstate": state, "lw_emailtype": kind}
        self._write([record["leadid"]], values)
        if validates_only(change):
            old = {name: record[name] for name in values}
            self._audit("lead.address_validated", record["leadid"], old, values, "the address was replaced")

    def _queue(self, lead: Loaded, why: Trigger) -> None:
        record = lead.record
        runs = self.runs.get(record["leadid"], [])
        own = record["ownerid"] == self.agent.agentuserid
        run = {
            "runid": new_id(),
            "leadid": record["leadid"],
            "number": runs[-1].number + 1 if runs else 1,
            "agentid": self.agent.agentid,
            "version": self.agent.appliedversion,
            "trigger": str(why),
            "stage": str(Stage.QUEUED),
            "previousownerid": runs[-1].previousownerid if own and runs else None if own else record["ownerid"],
            "queuedon": self.now,
        }
        self.queued.append(run)
        self._audit(
            "lead.queued",
            record["leadid"],
            {"lw_stage": record["lw_stage"]},
            {"lw_stage": str(Stage.QUEUED), "run": run["number"], "trigger": str(why)},
            f"version {self.agent.appliedversion}, {why.replace('_', ' ')}",
        )

    def _write(self, leadids: Sequence[str], values: dict[str, Any]) -> None:
        self.session.execute(
            update(Lead)
            .where(Lead.leadid.in_(leadids))
            .values(
                **values,
                versionnumber=Lead.versionnumber + 1,
                modifiedon=self.now,
                modifiedby=func.coalesce(self.agent.agentuserid, Lead.modifiedby),
            ),
            execution_options={"synchronize_session": False},
        )

    def _audit(self, action: str, leadid: str, before: Mapping[str, Any], after: Mapping[str, Any], cause: str) -> None:
        actor = audit.Actor(self.agent.agentuserid, "agent", self.agent.name)
        audit.record(self.session, actor, action, "lead", leadid, before=before, after=after, cause=cause)


def _typed(values: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Dates and times as they were before they became JSON."""
    typed = dict(values)
    for name, value in values.items():
        attribute = table.attributes.get(name)
        if attribute is None or attribute.custom or not isinstance(value, str):
            continue
        if attribute.kind is Kind.DATETIME:
            typed[name] = datetime.fromisoformat(value)
        elif attribute.kind is Kind.DATE:
            typed[name] = date.fromisoformat(value)
    return typed
