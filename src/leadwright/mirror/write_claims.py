"""Who sends which writes: claimed by compare-and-set with a lease, a lane at a time, and what became of them stored."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from leadwright.db.bulk import one_of
from leadwright.db.connection import CrmConnection
from leadwright.db.mirror_writes import OF_LEAD, MirrorWrite
from leadwright.domain.outgoing import LONGEST, UNSENT, WriteKind, WriteState, is_ahead
from leadwright.domain.platform import ConnectionState
from leadwright.mail.pace import SKEW

LEASE = timedelta(minutes=8)  # longer than all requests of a claim may take with their repeats
_ASIDE = timedelta(minutes=1)
_AFTER_ALL = (WriteKind.QUALIFY, WriteKind.DELETE)  # go when nothing of their lane waits any more
_AFTER_CHANGES = (WriteKind.NOTIFY,)  # tells of what must be true then
_IN_ORDER = (WriteKind.CHANGE, *_AFTER_ALL, *_AFTER_CHANGES)


@dataclass(slots=True)
class Ending:
    """What became of a write.

    Args:
        wait: before the next try, of one that waits again.
        doubtful: it may have been done; None: as it was.
        changes: what is left to be written; None: as it was.
        blame: count this try.
        for_administrator: it waits for what an administrator has to mend.
    """

    state: WriteState
    reason: str = ""
    wait: timedelta | None = None
    doubtful: bool | None = None
    changes: dict[str, Any] | None = None
    conflicts: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    blame: bool = True
    for_administrator: bool = False


def is_due(dueat: Any, moment: datetime) -> Any:
    """Condition: it waits for no moment, or for one that has come, or that only a wrong clock can have written."""
    return or_(dueat.is_(None), dueat <= moment, dueat > moment + LONGEST)


def is_abandoned(moment: datetime) -> Any:
    """Condition: the lease of a write has ended, or ends later than any that was given by a clock that was right."""
    w = MirrorWrite
    return (w.state == WriteState.SENDING) & or_(w.heldto <= moment, w.heldto > moment + LEASE + SKEW)


def claim(session: Session, holder: str, most: int, moment: datetime) -> list[MirrorWrite]:
    """Writes that are due, in their order, held for `holder` until the lease ends. Two workers never hold one lane.

    A write whose lease has ended was left by a worker that died: it may have been done, so it is looked up first.
    """
    connection = select(CrmConnection.connectionid).where(CrmConnection.state == ConnectionState.ON)
    if session.scalar(connection.with_for_update()) is None:  # held, so that claims go one after another
        return []
    w = MirrorWrite
    session.execute(update(w).where(is_abandoned(moment)).values(state=WriteState.WAITING, doubtful=True, holder=None))
    found = session.scalars(_due(moment).order_by(w.number).limit(most).with_for_update(of=w)).all()
    chosen = _ready(session, found, moment)
    for write in chosen:
        write.state, write.holder, write.heldto = WriteState.SENDING, holder, moment + LEASE
        write.triedon = write.triedon or moment
    session.flush()
    return chosen


def conclude(session: Session, holder: str, endings: Iterable[tuple[int, Ending]], moment: datetime) -> set[int]:
    """Store what became of writes that are still held by `holder`. Returns the numbers of those."""
    ends = dict(endings)
    query = select(MirrorWrite).where(MirrorWrite.number.in_(ends), MirrorWrite.holder == holder)
    rows = session.scalars(
        query.where(MirrorWrite.state == WriteState.SENDING)
        .order_by(MirrorWrite.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _store(row, ends[row.number], moment)
    session.flush()
    return {row.number for row in rows}


def _store(row: MirrorWrite, ending: Ending, moment: datetime) -> None:
    row.state, row.reason, row.holder, row.heldto = ending.state, ending.reason, None, None
    row.attempts += int(ending.blame)
    row.doubtful = row.doubtful if ending.doubtful is None else ending.doubtful
    row.dueat = moment + ending.wait if ending.wait is not None else None
    row.conflicts = {**row.conflicts, **ending.conflicts}
    row.inconflict = bool(row.conflicts)
    row.answer = {**row.answer, **ending.answer}
    if ending.changes is not None:
        row.changes = ending.changes
    if ending.state in (WriteState.SENT, WriteState.DROPPED):
        row.concludedon = moment


def _due(moment: datetime) -> Any:
    w, other = MirrorWrite, aliased(MirrorWrite)
    same = other.lane == w.lane
    before = same & (other.number < w.number)
    of_record = before & (other.recordid == w.recordid)
    sending = exists().where(same, other.state == WriteState.SENDING)
    later = exists().where(of_record, other.state == WriteState.WAITING, ~is_due(other.dueat, moment))
    lane_before = exists().where(before, other.state.in_(UNSENT), other.kind != WriteKind.NOTIFY)
    record_before = exists().where(of_record, other.state.in_(UNSENT))
    change_before = exists().where(before, other.state == WriteState.WAITING, other.kind == WriteKind.CHANGE)
    qualify_before = exists().where(before, other.state.in_(UNSENT), other.kind == WriteKind.QUALIFY)
    return (
        select(w)
        .where(w.state == WriteState.WAITING, is_due(w.dueat, moment), ~sending, ~later)
        .where(or_(w.kind != WriteKind.CHANGE, ~qualify_before))
        .where(or_(w.kind != WriteKind.QUALIFY, ~record_before))
        .where(or_(w.kind != WriteKind.DELETE, ~lane_before))
        .where(or_(w.kind != WriteKind.NOTIFY, ~change_before))
    )


def _ready(session: Session, found: Sequence[MirrorWrite], moment: datetime) -> list[MirrorWrite]:
    """Without those that need a record that is not created there yet, or follow one of their lane that waits."""
    missing = _uncreated(session, sorted({need for write in found for need in _needs(write)}))
    moved = _moved(session, sorted({write.known[OF_LEAD] for write in found if write.known.get(OF_LEAD)}))
    chosen: list[MirrorWrite] = []
    taken: set[int] = set()
    passed_over: set[str] = set()  # lanes
    for write in found:
        lacking = [missing[need] for need in _needs(write) if need in missing and missing[need].number != write.number]
        # What is looked at first must be there: its own row, with an etag, before it is changed, and the lead it is
        # made for; other rows may be created just before it.
        read = (write.recordid, write.known.get(OF_LEAD))
        waits = [one for one in lacking if one.recordid in read or one.number not in taken]
        waits += [one for one in moved.get(write.known.get(OF_LEAD, ""), ()) if one.number < write.number]
        last = write.kind in _AFTER_ALL + _AFTER_CHANGES and any(other.lane == write.lane for other in chosen)
        if waits or last or (write.kind in _IN_ORDER and write.lane in passed_over):
            passed_over.add(write.lane)
            _step_aside(write, waits, moment)
            continue
        chosen.append(write)
        taken.add(write.number)
    return chosen


def _needs(write: MirrorWrite) -> set[str]:
    leadid = write.known.get(OF_LEAD)
    return {*write.needs, leadid} if leadid else set(write.needs)


def _uncreated(session: Session, recordids: Sequence[str]) -> dict[str, Any]:
    """id -> the write that creates it and is not over: number, state, dueat."""
    w = MirrorWrite
    query = select(w.recordid, w.number, w.state, w.dueat).where(
        w.kind == WriteKind.CREATE, w.state.in_(UNSENT), one_of(session, w.recordid, recordids)
    )
    return {row.recordid: row for row in session.execute(query)}


def _moved(session: Session, leadids: Sequence[str]) -> dict[str, list[Any]]:
    """Lead -> the writes not over that open or close it: what is made for it comes after an older one of them."""
    w = MirrorWrite
    query = select(w.recordid, w.number, w.state, w.dueat, w.changes).where(
        w.kind == WriteKind.CHANGE, w.state.in_(UNSENT), one_of(session, w.recordid, leadids)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(query) if leadids else ():
        if "statecode" in row.changes:
            found[row.recordid].append(row)
    return found


def _step_aside(write: MirrorWrite, waits: Sequence[Any], moment: datetime) -> None:
    """Let others go first as long as what it needs is held or waits itself: a hundred such would stop everything."""
    held = any(one.state == WriteState.HELD for one in waits)
    later = [one.dueat for one in waits if is_ahead(one.dueat, moment)]
    if held or later:
        write.dueat = moment + _ASIDE if held else max(later)
        write.reason = "It waits for what has to be in Dynamics 365 before it."
