"""Reads an organisation in, one round after the other: what is due is loaded, compared or followed. Knows no thread.

1. Columns and labels are read from the metadata, at first and then from time to time.
2. Each table that is due goes one step of its way, in the order in which rows refer to rows before them; tables that
   do not refer to each other at the same time. Links between rows come last.
What fails is written down with its sentence and tried again later; what fails for everything ends the round.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.base import now
from leadwright.db.connection import platform_of
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorState, MirrorTable
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.platform import Platform
from leadwright.errors import Busy, CrmError
from leadwright.identity.announcements import tell_administrators
from leadwright.microsoft.errors import Throttled, UnknownName
from leadwright.mirror import links
from leadwright.mirror.columns import keep_columns
from leadwright.mirror.comparing import POLLED_EVERY, TRACKED_EVERY, begin_compare, compare
from leadwright.mirror.following import follow
from leadwright.mirror.loading import begin_load, load
from leadwright.mirror.mirror import Described, Mirror
from leadwright.mirror.phases import FOREIGN, Phase
from leadwright.mirror.sides import MIRROR, Interrupted, Sides, read_state, state_of_mirror
from leadwright.mirror.storing import Pending, nothing_pending
from leadwright.mirror.tables import ROW_VERSION, TABLES, Mirrored

UNSTORABLE = "Rows of this table could not be stored here ({}). The log of the worker says why. Other tables go on."
DESCRIBE_EVERY = timedelta(minutes=15)
LINKS_EVERY = timedelta(minutes=10)
_ROWS_AFTER_ROWS = (
    ("businessunit",),
    ("systemuser", "team"),
    ("account", "competitor"),
    ("contact",),
    ("lead",),
    ("opportunity", "email", "annotation"),
    tuple(links.WORDS),
)
_WIDEST = 3
_HOLD_MAIL = {"lead": "no lead", "contact": "no lead that has a contact"}  # who is not written to while it fails
_TOLD_AFTER = timedelta(minutes=30)
_PAGE = "/settings/mirror"
_LONGEST = 900.0  # seconds between two tries
_log = structlog.get_logger(__name__)


@dataclass
class Incoming:
    """Reads one organisation in. One at a time for an installation; the caller sees to that.

    Args:
        period: seconds between two looks at a table.
        pending: columns our own unsent writes hold.
        polled_every: between two comparisons of a table without change tracking, which find what was deleted.
        page: rows asked for at a time, at most.
    """

    database: Database
    mirror: Mirror
    clock: Callable[[], datetime] = now
    stopping: Callable[[], bool] = lambda: False
    pending: Pending = nothing_pending
    period: float = 30.0
    most_at_once: int = 8
    polled_every: timedelta = POLLED_EVERY
    page: int = 5000
    described: Mapping[str, Described] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    _renamed: bool = False  # a table or column was asked for that is not there any more

    def round(self) -> int:
        """Do what is due. Returns how many rows are others now.

        Raises:
            CrmError: nothing works for now; it is written down, with the time of the next try.
        """
        if not self._is_on():
            return 0
        changed, began = 0, self._failing_since()
        try:
            if not self._is_described():
                self._describe()
            with ThreadPoolExecutor(_WIDEST, thread_name_prefix="leadwright-mirror-tables") as pool:
                for names in _ROWS_AFTER_ROWS:
                    changed += sum(pool.map(self._step, names))
        except Interrupted:
            return changed
        except CrmError as error:
            self._note_trouble(error, began)
            raise
        self._note_success()
        return changed

    def is_due(self) -> bool:
        """Is there anything to do? A brief look, for those who ask every second."""
        if not self._is_on():
            return False
        names = (*TABLES, *links.WORDS)
        with self.database.reading() as session:
            dueat = session.scalars(select(MirrorTable.dueat).where(MirrorTable.tablename.in_(names))).all()
        return sum(map(self._is_ahead, dueat)) < len(names)

    def _is_on(self) -> bool:
        with self.database.reading() as session:
            state = session.get(MirrorState, MIRROR)
            waits = state is not None and (state.pausedon is not None or self._is_ahead(state.dueat))
            return platform_of(session) is Platform.DYNAMICS365 and not waits

    def _failing_since(self) -> datetime | None:
        """When it began to fail as a whole, if the round before did. To read columns again does not end that."""
        with self.database.reading() as session:
            state = session.get(MirrorState, MIRROR)
            return state.troubledon if state is not None and state.failures else None

    def _is_ahead(self, dueat: datetime | None) -> bool:
        """Has the next look still to come? One that is further ahead than any is put off was set by a wrong clock."""
        longest = timedelta(seconds=max(self.period, _LONGEST))
        return dueat is not None and timedelta() < dueat - self.clock() <= longest

    def _was_within(self, at: datetime | None, span: timedelta) -> bool:
        """Was it so lately? What lies ahead was written by a wrong clock, and is no answer."""
        return at is not None and timedelta() <= self.clock() - at < span

    def _is_described(self) -> bool:
        if not self.described or self._renamed:
            return False
        with self.database.reading() as session:
            at = session.scalar(select(MirrorState.describedon).where(MirrorState.mirrorid == MIRROR))
        return self._was_within(at, DESCRIBE_EVERY)

    def _describe(self) -> None:
        organization = self.mirror.organization()
        described, totals = self.mirror.describe(), self.mirror.totals()
        moment = self.clock()
        with self.database.transaction() as session:
            state = state_of_mirror(session)
            if state.organizationid not in (None, organization):
                raise CrmError(FOREIGN, permanent=True, installation=True)
            keep_columns(session, described, moment)
            state.organizationid = organization
            state.describedon, state.dueat, state.failures, state.trouble = moment, None, 0, ""
            for row in session.scalars(select(MirrorTable)):
                row.total = totals.get(row.tablename, row.total)
        self.described, self.totals, self._renamed = described, totals, False

    def _sides(self) -> Sides:
        return Sides(
            self.database, self.mirror, self.described, self.clock, self.stopping, self.pending, self.most_at_once
        )

    def _step(self, name: str) -> int:
        """One step of one table, if it is due; its trouble is written down and does not keep the others."""
        state = read_state(self.database, name)
        if self._is_ahead(state.dueat):
            return 0
        if self.stopping():
            raise Interrupted("The process ends.")
        asked_from = self.clock()
        try:
            changed = self._take(name) if name in TABLES else links.take_links(self._sides(), name)
        except CrmError as error:
            if error.installation and (name in _HOLD_MAIL or not isinstance(error, Throttled)):
                raise
            if isinstance(error, UnknownName):
                self._renamed = True
            self._fail(name, str(error), error.retry_after)
            return 0
        except Busy as error:
            self._fail(name, str(error))
            return 0
        except Interrupted:
            raise
        except Exception as error:  # rows of one table that do not fit must not keep the others
            _log.exception("rows could not be stored", table=name)
            self._fail(name, UNSTORABLE.format(type(error).__name__))
            return 0
        self._succeed(name, asked_from)
        return changed

    def _take(self, name: str) -> int:
        """Go on with a table: load, compare or follow it. What changed while it was loaded comes the next time."""
        table = replace(TABLES[name], page=min(TABLES[name].page, self.page))
        if name not in self.described:
            raise CrmError(
                f"The organisation has no table {table.name}, or its metadata may not be read. Install Dynamics 365 "
                "Sales there, or give the application user's role prvReadEntity.",
                permanent=True,
            )
        sides, changed = self._sides(), 0
        state = read_state(self.database, table.name)
        if state.phase == Phase.WAITING or self._has_new_columns(table, state):
            begin_load(sides, table, self.totals.get(table.name))
            state = read_state(self.database, table.name)
        if state.phase == Phase.LOADING:
            load(sides, table)
            state = read_state(self.database, table.name)
            changed += state.stored
        elif state.phase == Phase.FOLLOWING:
            changed += follow(sides, table)
            state = read_state(self.database, table.name)
        if state.phase == Phase.FOLLOWING and self._compare_is_due(state):
            begin_compare(sides, table)
            state = read_state(self.database, table.name)
        if state.phase == Phase.COMPARING:
            changed += compare(sides, table)
        return changed

    def _has_new_columns(self, table: Mirrored, state: MirrorTable) -> bool:
        """Columns are asked for now that no row was read with. A row without the number of its version does as well."""
        return bool(state.columns) and not set(self._sides().asked(table).names) <= {*state.columns, ROW_VERSION}

    def _compare_is_due(self, state: MirrorTable) -> bool:
        every = TRACKED_EVERY if state.tracked else self.polled_every
        return not self._was_within(state.comparedon, every)

    def _succeed(self, name: str, asked_from: datetime) -> None:
        wait = timedelta(seconds=self.period) if name in TABLES else LINKS_EVERY
        with self.database.transaction(repeatable=True) as session:
            state = session.get(MirrorTable, name, with_for_update=True) or read_state(self.database, name)
            woken = state.dueat is not None and state.dueat > asked_from  # while we read: look once more
            state.dueat = asked_from if woken else asked_from + wait
            state.readon, state.failures = self.clock(), 0
            if not _is_kept(state):
                state.trouble = ""
            if name not in TABLES:
                state.phase = Phase.FOLLOWING
            session.add(state)

    def _fail(self, name: str, sentence: str, retry_after: float | None = None) -> None:
        _log.warning("mirror table failed", table=name, reason=sentence)
        with self.database.transaction() as session:
            state = session.get(MirrorTable, name) or read_state(self.database, name)
            self._note_failure(state, sentence, retry_after, state.troubledon if state.failures else None)
            session.add(state)
            self._tell_long(session, name, state)

    def _note_failure(
        self, state: MirrorState | MirrorTable, sentence: str, retry_after: float | None, began: datetime | None
    ) -> None:
        """Once more it failed.

        Args:
            began: when the first failure in a row was; None, or ahead, as a wrong clock wrote it: this is the first.
        """
        moment = self.clock()
        state.failures += 1
        state.trouble, state.troubledon = sentence, min(began or moment, moment)
        state.dueat = moment + self._pause(state.failures, retry_after)

    def _tell_long(self, session: Session, name: str, failing: MirrorState | MirrorTable) -> None:
        """What fails for long and holds mails back meanwhile: administrators hear of it once a day.

        Args:
            name: of the table that does not come in for it.
        """
        if name not in _HOLD_MAIL or self._was_within(failing.troubledon, _TOLD_AFTER):
            return
        moment = self.clock()
        key, title = f"mirror:{name}:{moment:%Y-%m-%d}", f"The {name}s of Dynamics 365 do not come in"
        text = f"Meanwhile the agent writes to {_HOLD_MAIL[name]}. It is tried again by itself. {failing.trouble}"
        tell_administrators(session, key, title, text, icon=NotificationIcon.FAILURE, link=_PAGE, moment=moment)

    def _note_success(self) -> None:
        with self.database.reading() as session:
            state = session.get(MirrorState, MIRROR)
            if state is None or not state.failures:
                return
        with self.database.transaction() as session:
            state = state_of_mirror(session)
            state.failures, state.trouble, state.dueat = 0, "", None

    def _note_trouble(self, error: CrmError, began: datetime | None) -> None:
        _log.warning("mirror failed", reason=str(error))
        with self.database.transaction() as session:
            state = state_of_mirror(session)
            self._note_failure(state, str(error), error.retry_after, began)
            if session.get(MirrorTable, "lead") is not None:  # before, it is being set up, and no mail waits for it
                self._tell_long(session, "lead", state)

    def _pause(self, failures: int, retry_after: float | None) -> timedelta:
        wait = retry_after or self.period * 2 ** min(failures - 1, 10)
        return timedelta(seconds=min(wait, _LONGEST))  # the line itself is closed for longer where that was asked for


def _is_kept(state: MirrorTable) -> bool:
    """News that stays to be read although everything works again; of change tracking until it works again."""
    from leadwright.mirror.following import FORGOTTEN, NO_TRACKING

    return state.trouble == FORGOTTEN or (state.trouble == NO_TRACKING and not state.tracked)
