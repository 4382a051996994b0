"""What was decided here while the connection was off goes out when it is on again. Asks the audit log and no network.

Only columns of leads that the organisation has: what was created, deleted or qualified meanwhile stays as it is here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.audit import Actor, AuditEntry
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.mirror import MirrorState
from leadwright.db.mirror_seen import Seen, last_seen, last_seen_of
from leadwright.db.mirror_writes import ARRIVED, follow
from leadwright.domain.optionsets import LeadState
from leadwright.domain.outgoing import alike
from leadwright.domain.platform import ConnectionState
from leadwright.mirror.tables import LOOKUPS, TABLES, Type

_LEAD = TABLES["lead"]
_STATES = frozenset({"statecode", "statuscode"})
_CHUNK = 500


@dataclass(slots=True)
class _Decided:
    """Columns of a lead: the value each got last, and from whom."""

    values: dict[str, tuple[Any, Actor]] = field(default_factory=dict)


def put_missed(session: Session, row: CrmConnection) -> None:
    """Put in what was decided since the connection was on last: called in the transaction that switches it on.

    What a person changed over there meanwhile is found as ever: known is what was seen before.
    """
    mirrored = session.scalar(select(MirrorState.organizationid))
    off = _switched_off(session)
    if off is None or (mirrored and row.organizationid and mirrored != row.organizationid):
        return
    decided = iter(_decided_since(session, off).items())
    while chunk := dict(islice(decided, _CHUNK)):
        seen = last_seen_of(session, "lead", chunk)
        follow(session, [act for key in seen for act in _acts(session, key, chunk[key], seen[key])])


def _switched_off(session: Session) -> int | None:
    """Number of the audit entry with which it was on no more, the last time; None: it was never on before."""
    ours = (AuditEntry.recordtype == "crmconnection") & (AuditEntry.recordid == DYNAMICS365)
    entries = select(AuditEntry.number, AuditEntry.before, AuditEntry.after).where(ours)
    for number, before, after in session.execute(entries.order_by(AuditEntry.number.desc())):
        if before.get("state") == ConnectionState.ON and after.get("state") != ConnectionState.ON:
            return int(number)
    return None


def _decided_since(session: Session, number: int) -> Mapping[str, _Decided]:
    """leadid -> what was decided of it."""
    e = AuditEntry
    query = select(e.recordid, e.action, e.after, e.actorid, e.actorkind, e.actorname).where(
        e.number > number, e.recordtype == "lead", e.cause.not_in(ARRIVED)
    )
    found: dict[str, _Decided] = {}
    for entry in session.execute(query.order_by(e.number).execution_options(yield_per=_CHUNK)):
        if entry.action == "lead.deleted":
            found.pop(entry.recordid, None)
            continue
        actor = Actor(entry.actorid, entry.actorkind, entry.actorname)
        decided = found.setdefault(entry.recordid, _Decided())
        decided.values |= {name: (value, actor) for name, value in entry.after.items()}
    return found


def _acts(session: Session, leadid: str, decided: _Decided, seen: Seen) -> Iterator[Mapping[str, Any]]:
    """As the audit log would have told it: one act for each who decided."""
    by: dict[Actor, dict[str, Any]] = {}
    is_qualified = decided.values.get("statecode", (None,))[0] == LeadState.QUALIFIED
    for name, (value, actor) in decided.values.items():
        if alike(value, seen.values.get(name)) or (is_qualified and name in _STATES):
            continue
        if _is_written(session, name, value):
            by.setdefault(actor, {})[name] = value
    for actor, after in by.items():
        yield {
            "actorid": actor.id, "actorkind": actor.kind, "actorname": actor.name, "action": "lead.changed",
            "recordtype": "lead", "recordid": leadid, "before": {n: seen.values.get(n) for n in after},
            "after": after, "cause": "",
        }  # fmt: skip


def _is_written(session: Session, name: str, value: Any) -> bool:
    """May it go out? Records and owners that the organisation does not have are left out; own columns are ours to ask.

    Which own columns are mirrored, the outbox knows.
    """
    column = _LEAD.columns.get(name)
    if column is None:
        return True
    if not column.writes or column.type not in LOOKUPS:
        return column.writes
    targets: Sequence[str] = ("systemuser", "team") if column.type is Type.OWNER else (column.target,)
    return not value or any(last_seen(session, target, str(value)) is not None for target in targets)
