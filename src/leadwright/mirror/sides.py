"""What reading in works with, and the steps all of it shares: the state of a table, storing a page under it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.domain.attributes import Attribute
from leadwright.errors import LeadwrightError
from leadwright.microsoft.dataverse import forward
from leadwright.mirror.columns import mirrored_columns, names_to_ask
from leadwright.mirror.mirror import Asked, Described, Mirror, Raw
from leadwright.mirror.phases import Phase
from leadwright.mirror.reading import Rows, read
from leadwright.mirror.removing import remove
from leadwright.mirror.storing import Pending, Stored, nothing_pending, store
from leadwright.mirror.tables import Mirrored
from leadwright.mirror.telling import tell

MIRROR = "dynamics365"
OVERLAP = timedelta(minutes=3)  # a row may be committed so long after the moment that it says it was modified


class Interrupted(LeadwrightError):
    """Somebody paused the mirror or asked for something else, or the process ends. What was stored stays."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Ours and the other side.

    Args:
        stopping: True when the process ends.
        pending: columns our own unsent writes hold.
        described: the tables the organisation has.
        most_at_once: pages read at the same time.
    """

    database: Database
    mirror: Mirror
    described: Mapping[str, Described]
    clock: Callable[[], datetime] = now
    stopping: Callable[[], bool] = lambda: False
    pending: Pending = nothing_pending
    most_at_once: int = 8
    noted: dict[str, Any] = field(default_factory=dict)

    def asked(self, table: Mirrored, names: tuple[str, ...] = ()) -> Asked:
        """A table as it is asked for: with all columns that travel, or the names alone."""
        there = self.described[table.name]
        return Asked(table, there.entity_set, names or names_to_ask(table, there))

    def own(self, table: Mirrored) -> Mapping[str, Attribute]:
        """The organisation's own columns of a table, as we list them."""
        if not table.own:
            return {}
        with self.database.reading() as session:
            listed = mirrored_columns(session, table.name)
        return {name: column for name, column in listed.items() if name in self.described[table.name].own}

    def there(self) -> datetime:
        """The time over there."""
        return self.clock() + self.mirror.offset()


def read_state(database: Database, name: str) -> MirrorTable:
    """The state of a table, as it is now; a new one is waiting."""
    with database.reading() as session:
        found = session.get(MirrorTable, name)
        if found is None:
            found = MirrorTable(
                tablename=name, phase=Phase.WAITING, tracked=False, columns=[], parts=[], link="", token="", pass_=0,
                stored=0, failures=0, trouble="", anew=False,
            )  # fmt: skip
        else:
            session.expunge(found)
        return found


def state_of_mirror(session: Session) -> MirrorState:
    """The mirror as a whole, held until the transaction ends; made where it is not there yet."""
    found = session.get(MirrorState, MIRROR, with_for_update=True, populate_existing=True)
    if found is None:
        found = MirrorState(mirrorid=MIRROR, hookhash="", failures=0, trouble="")
        session.add(found)
    return found


def held_state(session: Session, name: str, phase: Phase, began: datetime | None) -> MirrorTable:
    """The state of a table, held until the transaction ends, while it is still what it was.

    Raises:
        Interrupted: a person paused the mirror, or chose to begin anew.
    """
    state = session.scalar(select(MirrorTable).where(MirrorTable.tablename == name).with_for_update())
    paused = session.scalar(select(MirrorState.pausedon).where(MirrorState.mirrorid == MIRROR))
    if paused is not None:
        raise Interrupted("The mirror is paused.")
    if state is None or state.phase != phase or state.began != began:
        raise Interrupted("Somebody chose to read this table anew.")
    return state


def go_on(link: str, followed: set[str]) -> str:
    """The next link of a walk through pages, noted as followed.

    Raises:
        ServiceDown: it leads back to a page of this walk.
    """
    forward(link, followed)
    followed.add(link)
    return link


def store_page(
    sides: Sides,
    session: Session,
    table: Mirrored,
    rows: Rows,
    *,
    loading: bool = False,
    **how: Any,
) -> Stored:
    """Store rows, `how` as `store` says, and tell what they brought."""
    done = store(session, table, rows, sides.clock(), pending=sides.pending, **how)
    tell(session, table, done, loading=loading)
    return done


def take_page(sides: Sides, session: Session, table: Mirrored, rows: Rows, removed: list[str]) -> int:
    """Store rows that changed and delete those that went. How many are others now."""
    gone = remove(session, table, removed) if removed else 0
    return store_page(sides, session, table, rows).changed + gone if rows.ids else gone


def read_rows(sides: Sides, table: Mirrored, raw: list[Raw]) -> Rows:
    """Rows as we keep them."""
    return read(table, raw, sides.own(table))
