"""What was decided here while the connection was off goes out when it is on again. Asks the audit log and no network.

Only columns of leads that the organisation has: what was created or qualified meanwhile stays as it is on both sides,
what was deleted stays away here until a person decides, and administrators are told which leads that are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.acts import act_of
from leadwright.db.audit import Actor, AuditEntry
from leadwright.db.base import now
from leadwright.db.bulk import one_of
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.mirror import MirrorState
from leadwright.db.mirror_seen import Seen, last_seen, last_seen_of
from leadwright.db.mirror_writes import ARRIVED, follow, put_deleted
from leadwright.db.sales import Lead
from leadwright.domain.optionsets import LeadState, NotificationIcon
from leadwright.domain.outgoing import alike
from leadwright.domain.platform import ConnectionState
from leadwright.identity.announcements import tell_administrators
from leadwright.mirror.tables import LOOKUPS, TABLES, Type

_LEAD = TABLES["lead"]
_STATES = frozenset({"statecode", "statuscode"})
_CHUNK = 500
_STAYS = {"lead.created": "created here", "lead.qualified": "qualified here", "lead.deleted": "deleted here"}
_THEN = (
    "Those created or qualified here stay as they are on both sides: create or qualify them in Dynamics 365 as wanted. "
    "Those deleted here are there still, and stay away here: on the page Sent to Dynamics 365, Retry deletes each "
    "of them there too, and Drop brings it back here."
)
_DELETED = (
    "It was deleted here while the connection was off. Retry deletes it in Dynamics 365 too, Drop brings it back here."
)
_NAMES = ("fullname", "companyname")
_MOST_NAMED = 50


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
    put_deleted(session, _deleted_since(session, off), _DELETED)
    _tell_what_stays(session, off)


def _tell_what_stays(session: Session, number: int) -> None:
    """Which leads a person has to settle over there: to create or close them by ourselves may be what nobody wants."""
    body = " ".join(
        f"{len(ids):,} {words}: {_named(session, ids)}." for words, ids in _unsettled(session, number).items() if ids
    )
    if body:
        title = "Leads that differ from Dynamics 365 since the connection was off"
        body += f" {_THEN}"
        moment = session.info.get("clock", now)()
        icon = NotificationIcon.WARNING
        tell_administrators(session, f"mirror_stays:{number}", title, body, icon=icon, link="/leads", moment=moment)


def _unsettled(session: Session, number: int) -> Mapping[str, list[str]]:
    """What was done here -> ids of the leads, in the order of the audit log."""
    e = AuditEntry
    query = select(e.action, e.recordid).where(
        e.number > number, e.recordtype == "lead", e.action.in_(list(_STAYS)), e.cause.not_in(ARRIVED)
    )
    last: dict[str, str] = {}
    for action, leadid in session.execute(query.order_by(e.number)):
        if action == "lead.deleted":
            last.pop(leadid, None)
            if last_seen(session, "lead", leadid) is None:
                continue
        last.setdefault(leadid, _STAYS[action])
    return {words: [leadid for leadid, was in last.items() if was == words] for words in _STAYS.values()}


def _named(session: Session, ids: Sequence[str]) -> str:
    """The first of them by name."""
    some = ids[:_MOST_NAMED]
    seen = last_seen_of(session, "lead", some)
    here = {lead.leadid: lead for lead in session.scalars(select(Lead).where(one_of(session, Lead.leadid, some)))}
    names = []
    for key in some:
        values = {n: getattr(here[key], n) for n in _NAMES} if key in here else dict(seen[key].values)
        names.append(", ".join(str(values[n]) for n in _NAMES if values.get(n)) or key)
    return "; ".join(names) + (" and others" if len(ids) > len(some) else "")


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


def _deleted_since(session: Session, number: int) -> Sequence[Mapping[str, Any]]:
    """Deletions of leads, as the audit log would have told them."""
    e = AuditEntry
    query = select(e.recordid, e.action, e.recordtype, e.cause, e.before, e.after, e.actorid, e.actorkind, e.actorname)
    deleted = (e.number > number, e.action == "lead.deleted", e.cause.not_in(ARRIVED))
    return [dict(entry) for entry in session.execute(query.where(*deleted).order_by(e.number)).mappings()]


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
        before = {name: seen.values.get(name) for name in after}
        yield act_of(actor, "lead.changed", "lead", leadid, before, after)


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
