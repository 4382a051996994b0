"""The outbox to Dynamics 365 for administrators: what waits, what was refused or lost to a person, Retry and Drop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.mirror_writes import ANYWAY, OTHER, MirrorWrite
from leadwright.db.pages import mirror_writes as read
from leadwright.domain.outgoing import UNSENT, WriteKind, WriteState
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services

NEEDED = "prvConfigureAgent"
SHOWN = ("held", "waiting", "conflicts", "done")
_MOST = 2**63  # numbers a database keeps


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out, at a glance.

    Args:
        connected: is there a connection that is on?
        counts: state -> number of writes, "conflicts" among them.
        oldest: when the oldest write that is not sent yet was decided.
        rows: of what was asked for, at most a page.
        following: number the next page begins with.
    """

    connected: bool
    counts: Mapping[str, int]
    oldest: Any
    rows: Sequence[read.Line]
    following: int | None


def outgoing(services: Services, who: Principal, shown: str = "held", start: int | None = None) -> Outgoing:
    """The writes of one kind, newest last where they wait, newest first where they are over.

    Raises:
        NotAllowed.
        BadInput: no such kind.
    """
    require(who, NEEDED)
    if shown not in SHOWN:
        raise BadInput(f"Choose one of {', '.join(SHOWN)}.", field="shown")
    with services.database.reading() as session:
        rows, following = read.lines(session, shown, start)
        return Outgoing(read.is_connected(session), read.counts(session), read.oldest(session), rows, following)


def retry(services: Services, who: Principal, number: int) -> None:
    """Try a write again now. What a person over there changed is overwritten or deleted, which is said before.

    Raises:
        NotAllowed, NotFound.
        Conflict: it is being sent, or over.
    """
    require(who, NEEDED)
    with services.database.transaction() as session:
        write = _held(session, number)
        if write.kind == WriteKind.DELETE and write.answer.get(OTHER):
            write.known = {**write.known, ANYWAY: True}
        _again(write)
        audit.record(session, who.actor, "mirror.write_retried", "mirrorwrite", str(number), after=_words(write))


def retry_all(services: Services, who: Principal) -> int:
    """Try again everything that was refused, and at once whatever waits. What a person decides stays held. How many.

    Raises:
        NotAllowed.
    """
    require(who, NEEDED)
    moment, w = services.clock(), MirrorWrite
    with services.database.transaction() as session:
        refused = session.scalars(
            select(w).where(w.state == WriteState.HELD).order_by(w.number).with_for_update()
        ).all()
        again = [write for write in refused if not _lost(write)]
        for write in again:
            _again(write)
        waiting = (w.state == WriteState.WAITING) & (w.dueat > moment)
        woken = session.scalar(select(func.count()).where(waiting)) or 0
        session.execute(update(w).where(waiting).values(dueat=None))
        if again or woken:
            after = {"held": len(again), "waiting": woken}
            audit.record(session, who.actor, "mirror.writes_retried", "mirrorwrite", "all", after=after)
        return len(again) + woken


def drop(services: Services, who: Principal, number: int) -> None:
    """Do not send a write. The record becomes here what it is over there when it is read next; it is read at once.

    Of what is made for a lead that is qualified here nothing is sent then, nor is the lead qualified over there.

    Raises:
        NotAllowed, NotFound.
        Conflict: it is being sent, or over.
    """
    require(who, NEEDED)
    moment = services.clock()
    with services.database.transaction() as session:
        write = _held(session, number)
        for one in [write, *read.of_qualification(session, write)]:
            one.state, one.concludedon = WriteState.DROPPED, moment
            one.reason = f"{who.name} dropped it. {one.reason}".strip()
            read.read_again(session, one, moment)
            before = _words(one)
            audit.record(session, who.actor, "mirror.write_dropped", "mirrorwrite", str(one.number), before=before)


def _held(session: Session, number: int) -> MirrorWrite:
    write = session.get(MirrorWrite, number, with_for_update=True) if number < _MOST else None
    if write is None:
        raise NotFound("There is no such write.")
    if write.state == WriteState.SENDING:
        raise Conflict("It is being sent at this moment. Look again in a minute.")
    if write.state not in UNSENT:
        raise Conflict("It is over already. Load the page again.")
    return write


def _again(write: MirrorWrite) -> None:
    """It is due now; what a person changed over there is known from now on, so it is overwritten."""
    lost = {name: pair[1] for name, pair in write.conflicts.items() if name in write.changes}
    write.known = {**write.known, **{name: [*write.known.get(name, []), theirs] for name, theirs in lost.items()}}
    write.conflicts = {name: pair for name, pair in write.conflicts.items() if name not in lost}
    write.inconflict = bool(write.conflicts)
    write.state, write.dueat, write.reason = WriteState.WAITING, None, ""


def _lost(write: MirrorWrite) -> bool:
    """Did a person over there change what it would overwrite or delete, or is it a person's to decide?"""
    return bool(set(write.conflicts) & set(write.changes)) or OTHER in write.answer


def _words(write: MirrorWrite) -> dict[str, Any]:
    return {"kind": write.kind, "table": write.tablename, "record": write.recordid, "columns": sorted(write.changes)}
