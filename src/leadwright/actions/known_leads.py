"""Which rows of a list are leads we have, and what they would change. Reads only; `import_leads` writes.

A row is recognised by its lead id or external id, else its email address, else company and full name. A surer key
than the one a lead was known by replaces it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.bulk import one_of
from leadwright.db.sales import Lead
from leadwright.domain.headings import EXTERNAL_ID, LEAD_ID
from leadwright.domain.lead import email_key, guid, is_stronger, name_key
from leadwright.errors import NotAllowed
from leadwright.identity.access import Principal, require
from leadwright.leadfile.problems import Problem
from leadwright.leadfile.spool import Ready, Repetition

# A list never turns these back: what people and the agent decided since the first import stands.
KEPT = frozenset({"statecode", "statuscode", "leadqualitycode", "createdon"})
OPT_OUTS = frozenset({"donotemail", "donotbulkemail"})
_LEADS = Lead.__table__


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes of a lead we have: column -> value, and the values before."""

    leadid: str
    values: dict[str, Any]
    before: dict[str, Any]


@dataclass(slots=True)
class Sorted:
    """A block of rows sorted out.

    Args:
        new: indexes of rows that are no lead yet.
        changes: what changes of the leads we have.
        keys: lead -> surer key it is to be recognised by from now on.
        unchanged: rows that say what is stored.
    """

    new: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    repetitions: list[Repetition] = field(default_factory=list)


class KnownLeads:
    """Recognises the rows of one import.

    Args:
        columns: names of the lead columns the list fills, `custom` included.
    """

    def __init__(self, session: Session, who: Principal, columns: Sequence[str]) -> None:
        self._session, self._who = session, who
        self._none = session.scalar(select(Lead.leadid).limit(1)) is None
        self._columns = [c for c in columns if c not in (LEAD_ID, EXTERNAL_ID)]
        self._seen: dict[str, int] = {}  # lead -> the first row that is it

    def sort_out(self, ready: Ready) -> Sorted:
        """New, changed and unchanged rows of a block."""
        done = Sorted()
        if self._none:
            done.new = list(range(len(ready)))
            return done
        found = self._find(ready)
        stored = self._stored(set(found.values()))
        for i, number in enumerate(ready.numbers):
            leadid = found.get(i)
            if leadid is None:
                done.new.append(i)
                continue
            first = self._seen.setdefault(leadid, number)
            if first != number:
                done.repetitions.append(Repetition(number, first, ready.keys[i]))
                continue
            self._compare(ready, i, stored[leadid], done)
        return done

    def _find(self, ready: Ready) -> dict[int, str]:
        """index of the row -> lead."""
        found: dict[int, str] = {}
        self._by_id(ready, found)
        wanted = {*ready.keys, *(k for k in ready.email_keys if k)}
        self._by_key(ready, wanted, found)
        self._by_address(ready, found)
        self._by_name(ready, found)
        return found

    def _by_id(self, ready: Ready, found: dict[int, str]) -> None:
        if LEAD_ID not in ready.columns:
            return
        ids = {i: g for i, value in enumerate(ready.columns[LEAD_ID]) if (g := guid(value))}
        query = select(Lead.leadid).where(one_of(self._session, Lead.leadid, list(set(ids.values()))))
        known = set(self._session.scalars(query))
        found.update({i: g for i, g in ids.items() if g in known})

    def _by_key(self, ready: Ready, wanted: set[str], found: dict[int, str]) -> None:
        known = self._leads_by_key(wanted)
        for i, (key, email) in enumerate(zip(ready.keys, ready.email_keys, strict=True)):
            if i not in found and (leadid := known.get(key) or (known.get(email) if email else None)):
                found[i] = leadid

    def _leads_by_key(self, keys: set[str]) -> dict[str, str]:
        query = select(Lead.lw_importkey, Lead.leadid).where(one_of(self._session, Lead.lw_importkey, list(keys)))
        return {key: leadid for key, leadid in self._session.execute(query) if key}

    def _by_address(self, ready: Ready, found: dict[int, str]) -> None:
        """Leads typed in by hand, or whose address was changed since: only when one lead alone has the address."""
        missing = [i for i in range(len(ready)) if i not in found and ready.email_keys[i]]
        if not missing:
            return
        addresses = ready.columns["emailaddress1"]
        query = select(Lead.emailaddress1, Lead.leadid, Lead.lw_importkey).where(
            one_of(self._session, Lead.emailaddress1, list({addresses[i] for i in missing}))
        )
        by_address: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for address, leadid, key in self._session.execute(query):
            by_address[address or ""].append((leadid, key))
        for i in missing:
            leads = by_address.get(addresses[i], [])
            if len(leads) == 1 and not (_is_id(ready.keys[i]) and _is_id(leads[0][1])):
                found[i] = leads[0][0]

    def _by_name(self, ready: Ready, found: dict[int, str]) -> None:
        """Rows whose lead came without an address before, or comes without one now."""
        nothing: list[str | None] = [None] * len(ready)
        companies = ready.columns.get("companyname", nothing)
        names = ready.columns.get("fullname", nothing)
        missing = [i for i in range(len(ready)) if i not in found and not _is_id(ready.keys[i])]
        keys = {i: k for i in missing if (k := name_key(companies[i], names[i]))}
        known = self._leads_by_key(set(keys.values())) if keys else {}
        found.update({i: known[k] for i, k in keys.items() if k in known})
        bare = [i for i in missing if i not in found and not ready.email_keys[i] and companies[i] and names[i]]
        if not bare:
            return
        query = select(Lead.companyname, Lead.fullname, Lead.leadid).where(
            one_of(self._session, Lead.companyname, list({companies[i] or "" for i in bare}))
        )
        by_name: dict[str | None, list[str]] = defaultdict(list)
        for company, name, leadid in self._session.execute(query):
            by_name[name_key(company, name)].append(leadid)
        found.update({i: leads[0] for i in bare if len(leads := by_name.get(keys[i], [])) == 1})

    def _stored(self, leadids: set[str]) -> dict[str, Any]:
        if not leadids:
            return {}
        extra = ["leadid", "ownerid", "owningbusinessunit", "lw_importkey", "lw_emailstate", "lw_emailtype"]
        names = dict.fromkeys([*extra, *self._columns])
        query = select(*(_LEADS.c[n] for n in names)).where(one_of(self._session, Lead.leadid, list(leadids)))
        return {row.leadid: row for row in self._session.execute(query)}

    def _compare(self, ready: Ready, i: int, stored: Any, done: Sorted) -> None:
        try:
            require(self._who, "prvWriteLead", stored)
        except NotAllowed as error:
            done.problems.append(Problem(ready.numbers[i], "", "", str(error).rstrip(".")))
            return
        values, before = self._differences(ready, i, stored)
        key = ready.keys[i]
        if is_stronger(key, stored.lw_importkey):
            done.keys[stored.leadid] = key
        if values:
            done.changes.append(Change(stored.leadid, values, before))
        else:
            done.unchanged += 1

    def _differences(self, ready: Ready, i: int, stored: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a row changes; an empty cell changes nothing."""
        values: dict[str, Any] = {}
        before: dict[str, Any] = {}
        for name in self._columns:
            new, old = ready.columns[name][i], getattr(stored, name)
            if new is None or new == old or name in KEPT or (name in OPT_OUTS and old):
                continue
            if name == "custom":
                own = {k: v for k, v in new.items() if old.get(k) != v}
                if own:
                    values[name] = {**old, **own}
                    before |= {k: old.get(k) for k in own}
                continue
            values[name], before[name] = new, old
        if "emailaddress1" in values:  # what was found out about the old address says nothing about the new one
            before |= {"lw_emailstate": stored.lw_emailstate, "lw_emailtype": stored.lw_emailtype}
            values |= {"lw_emailstate": None, "lw_emailtype": None}
        return values, before


def key_for(session: Session, values: dict[str, Any]) -> str | None:
    """The key a lead made by hand is recognised by, unless another lead has it."""
    address = values.get("emailaddress1")
    key = email_key(address) if address else name_key(values.get("companyname"), values.get("fullname"))
    taken = key and session.scalar(select(func.count()).where(Lead.lw_importkey == key))
    return None if taken else key


def _is_id(key: str | None) -> bool:
    return bool(key) and key.startswith("id:")  # type: ignore[union-attr]
