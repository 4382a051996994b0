"""Which errands claimed writes make: changes of one row become one, everything else is done write by write."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

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
from leadwright.mirror.tables import TABLES
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
    errands: list[Errand] = []
    changes: dict[tuple[str, str], list[MirrorWrite]] = {}
    for write in writes:
        match write.kind:
            case WriteKind.CHANGE:
                changes.setdefault((write.tablename, write.recordid), []).append(write)
            case WriteKind.CREATE:
                limits = metadata.limits(write.tablename)
                errands.append(Create(write, moment, names=names[write.tablename], limits=limits, teams=teams))
            case WriteKind.DELETE:
                errands.append(Delete(write, moment, seen.get((write.tablename, write.recordid))))
            case WriteKind.LINK:
                errands.append(Link(write, moment, base))
            case WriteKind.QUALIFY:
                errands.append(Qualify(write, moment, names["lead"]))
            case WriteKind.NOTIFY:
                errands.append(Notify(write, moment, others))
            case _:
                errands.append(Record(write, moment, read_mail(session, write.recordid)))
    own = {table: {column.name: column for column in own_columns(session, table)} for table, _ in changes}
    for (table, recordid), together in changes.items():
        errands.append(
            Change(together, moment, seen=seen.get((table, recordid)), names=names[table], own=own[table],
                   limits=metadata.limits(table) or {}, teams=teams)
        )  # fmt: skip
    return sorted(errands, key=lambda errand: (_ORDER.index(WriteKind(errand.first.kind)), errand.first.number))


def names_of(session: Session, table: str, limits: Limits | None) -> list[str]:
    """What is asked for of a row: every mirrored column that there is, the organisation's own among them."""
    mirrored = TABLES.get(table)
    if mirrored is None or limits is None or table == "email":
        return []
    names = [column.theirs for column in mirrored.columns.values() if column.name in limits]
    own = [column.name for column in own_columns(session, table) if column.name in limits] if mirrored.own else []
    return [mirrored.key, *names, *own]


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
