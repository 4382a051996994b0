"""Which errands claimed writes make: changes of one row become one, everything else is done write by write."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.bulk import one_of
from leadwright.db.columns import own_columns
from leadwright.db.mirror_seen import Seen, last_seen_of
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.db.people import Team
from leadwright.domain.outgoing import WriteKind
from leadwright.mirror.changing import Change
from leadwright.mirror.creating import Create, Delete, Link
from leadwright.mirror.errands import Errand
from leadwright.mirror.mailing import Record, read_mail
from leadwright.mirror.tables import ROW_VERSION, TABLES
from leadwright.mirror.telling_sellers import Notify, Qualify
from leadwright.mirror.write_limits import Limits, Metadata
from leadwright.mirror.write_values import owners_in

_NEED_LIMITS = (WriteKind.CREATE, WriteKind.CHANGE, WriteKind.QUALIFY)
_ORDER = (
    WriteKind.CREATE,
    WriteKind.LINK,
    WriteKind.MAIL,
    WriteKind.CHANGE,
    WriteKind.DELETE,
    WriteKind.QUALIFY,
    WriteKind.NOTIFY,
)


def tables_of(writes: Iterable[MirrorWrite]) -> set[str]:
    """Tables whose columns have to be known to do these writes."""
    return {write.tablename for write in writes if write.kind in _NEED_LIMITS}


def plan(
    session: Session, writes: Sequence[MirrorWrite], metadata: Metadata, base: str, moment: datetime
) -> list[Errand]:
    """The errands of these writes, in the order in which they go.

    What is created goes first, also for the right to do so: a lead that is handed over is the agent's no more.

    Args:
        base: address of the Web API.
    """
    seen, teams, others = _seen(session, writes), _teams(session, writes), _notifications(session, writes)
    names = {table: names_of(session, table, metadata.limits(table)) for table in tables_of(writes)}
    changed = {write.tablename for write in writes if write.kind == WriteKind.CHANGE}
    own = {table: {column.name: column for column in own_columns(session, table)} for table in changed}

    def errand(together: Sequence[MirrorWrite]) -> Errand:
        write = together[0]
        last = seen.get((write.tablename, write.recordid))
        match write.kind:
            case WriteKind.CHANGE:
                limits = metadata.limits(write.tablename) or {}
                return Change(
                    together, moment, seen=last, names=names[write.tablename], own=own[write.tablename],
                    limits=limits, teams=teams,
                )  # fmt: skip
            case WriteKind.CREATE:
                known = metadata.limits(write.tablename)
                return Create(write, moment, names=names[write.tablename], limits=known, teams=teams)
            case WriteKind.DELETE:
                return Delete(write, moment)
            case WriteKind.LINK:
                return Link(write, moment, base)
            case WriteKind.QUALIFY:
                return Qualify(write, moment, names["lead"])
            case WriteKind.NOTIFY:
                return Notify(write, moment, others)
            case _:
                return Record(write, moment, read_mail(session, write.recordid))

    errands: list[Errand] = []
    for together in _together(writes):
        planned = Errand(together, moment)
        with planned.alone():
            planned = errand(together)
        errands.append(planned)
    return sorted(errands, key=lambda errand: (_ORDER.index(WriteKind(errand.first.kind)), errand.first.number))


def _together(writes: Sequence[MirrorWrite]) -> list[list[MirrorWrite]]:
    """Changes of one row with each other, everything else by itself."""
    found: dict[Any, list[MirrorWrite]] = {}
    for write in writes:
        key = (write.tablename, write.recordid) if write.kind == WriteKind.CHANGE else write.number
        found.setdefault(key, []).append(write)
    return list(found.values())


def names_of(session: Session, table: str, limits: Limits | None) -> list[str]:
    """What is asked for of a row: every mirrored column that there is, its own among them, and its version's number."""
    mirrored = TABLES.get(table)
    if mirrored is None or limits is None or table == "email":
        return []
    names = [column.theirs for column in mirrored.columns.values() if column.name in limits]
    own = [column.name for column in own_columns(session, table) if column.name in limits] if mirrored.own else []
    return [mirrored.key, *names, *own, *([ROW_VERSION] if ROW_VERSION in limits else [])]


def _seen(session: Session, writes: Sequence[MirrorWrite]) -> Mapping[tuple[str, str], Seen]:
    found: dict[tuple[str, str], Seen] = {}
    for table in {write.tablename for write in writes}:
        ids = [write.recordid for write in writes if write.tablename == table]
        found |= {(table, recordid): seen for recordid, seen in last_seen_of(session, table, ids).items()}
    return found


def _teams(session: Session, writes: Sequence[MirrorWrite]) -> frozenset[str]:
    owners = sorted({owner for write in writes for owner in owners_in(write.tablename, write.changes)})
    return frozenset(session.scalars(select(Team.teamid).where(one_of(session, Team.teamid, owners))))


def _notifications(session: Session, writes: Sequence[MirrorWrite]) -> frozenset[str]:
    """Ids of notifications that other writes made for the same people, where one has to be looked for."""
    doubtful = [write.recordid for write in writes if write.kind == WriteKind.NOTIFY and write.doubtful]
    if not doubtful:
        return frozenset()
    w = MirrorWrite
    query = select(w.answer).where(w.kind == WriteKind.NOTIFY, one_of(session, w.recordid, doubtful))
    return frozenset(str(answer["notification"]) for answer in session.scalars(query) if answer.get("notification"))
