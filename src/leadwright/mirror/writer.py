"""Sends what waits in the outbox to the organisation, many writes in a request, and stores what became of each."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorState
from leadwright.db.mirror_seen import see_anew
from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.optionsets import NotificationIcon
from leadwright.domain.outgoing import LONGEST, WriteKind, WriteState, is_ahead
from leadwright.errors import Busy, CrmError
from leadwright.identity.announcements import tell_administrators
from leadwright.microsoft.batch import Call
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.mirror.arriving import take_in
from leadwright.mirror.changing import Change
from leadwright.mirror.creating import Create
from leadwright.mirror.errands import Errand
from leadwright.mirror.phases import FOREIGN
from leadwright.mirror.planning import plan, tables_of
from leadwright.mirror.write_claims import Ending, claim, conclude, is_abandoned, is_due
from leadwright.mirror.write_limits import Metadata

PAGE = "/settings/mirror/writes"
MOST = 100  # writes in one request: a larger one takes longer than it is worth when it has to be repeated
KEPT = timedelta(days=30)
_ENOUGH = 120.0  # seconds after which no other round begins: the lease must not end meanwhile
_SOON = timedelta(seconds=30)
_ELSEWHERE = timedelta(seconds=30)
_PLACE_LASTS = timedelta(minutes=15)  # a copy may take an organisation's place under the same address
_TRIES = 5  # to store what came of writes, while others hold the same rows
_ROUNDS = 3  # times a row that others keep changing is read again before it waits
_AMISS = "Something is amiss in Leadwright ({}); the log of the worker says what. It is tried again."
_log = structlog.get_logger(__name__)


class Writer:
    """One worker's hand at the outbox. Not for several threads; any number of workers may have one.

    Args:
        dataverse: asked for anew at each round, so that a new connection is used without a restart; None: there is
            none.
        worker: name in the records.
        step: called by name at each step, for fault runs.
    """

    def __init__(
        self,
        database: Database,
        dataverse: Callable[[], Dataverse | None],
        worker: str,
        clock: Callable[[], datetime],
        step: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._database, self._open, self._clock, self._step = database, dataverse, clock, step
        self._holder = f"{worker}:{new_id()}"[:80]
        self._metadata = Metadata()
        self._rests_until: datetime | None = None
        self._place: tuple[MicrosoftHttp, str, datetime] | None = None  # line, organisation it led to, and when

    def send_due(self, most: int = MOST) -> int:
        """Do what is due, one request's worth. How many writes were concluded.

        Raises:
            MicrosoftError: nothing at all can be sent now; what was claimed waits.
        """
        moment = self._clock()
        if is_ahead(self._rests_until, moment):
            return 0
        dataverse = self._open() if self._is_something_due(moment) else None
        if dataverse is None:
            return 0
        self._refuse_another(dataverse)
        with self._database.transaction() as session:
            writes = claim(session, self._holder, most, moment)
            session.expunge_all()
        self._step("claimed")
        if not writes:
            return 0
        errands, trouble = self._do(dataverse, writes, moment)
        done = self._store(errands)
        if trouble is not None:
            self._rest(trouble)
            raise trouble
        return done

    def _refuse_another(self, dataverse: Dataverse) -> None:
        """Nothing is written to an organisation whose records are not the ones here.

        Raises:
            CrmError: another one is connected.
        """
        with self._database.reading() as session:
            known = session.scalar(select(MirrorState.organizationid))
        if known is None:
            return
        moment = self._clock()
        if self._place is None or self._place[0] is not dataverse.http or moment - self._place[2] > _PLACE_LASTS:
            self._place = (dataverse.http, str(dataverse.who_am_i()["OrganizationId"]), moment)
        if self._place[1].lower() != known.lower():
            self._rests_until = moment + _ELSEWHERE
            raise CrmError(FOREIGN, permanent=True, installation=True)

    def forget_old(self) -> None:
        """Let go of what was done long ago; that a mail was recorded stays known."""
        w = MirrorWrite
        ended = w.state.in_((WriteState.SENT, WriteState.DROPPED)) & (w.concludedon < self._clock() - KEPT)
        with self._database.transaction(repeatable=True) as session:
            session.execute(delete(w).where(ended, w.kind != WriteKind.MAIL))

    def _is_something_due(self, moment: datetime) -> bool:
        waits = (MirrorWrite.state == WriteState.WAITING) & is_due(MirrorWrite.dueat, moment)
        with self._database.reading() as session:
            query = select(MirrorWrite.number).where(waits | is_abandoned(moment))
            return session.scalar(query.limit(1)) is not None

    def _do(
        self, dataverse: Dataverse, writes: Sequence[MirrorWrite], moment: datetime
    ) -> tuple[list[Errand], MicrosoftError | None]:
        """What became of them, and what failed as a whole."""
        ends = time.monotonic() + _ENOUGH
        errands: list[Errand] = []
        trouble: MicrosoftError | None = None
        try:
            self._metadata.ask(dataverse, tables_of(writes), moment)
            with self._database.reading() as session:
                errands = plan(session, writes, self._metadata, dataverse.base, moment)
            for _ in range(_ROUNDS):
                if not any(errand.is_open for errand in errands) or time.monotonic() > ends:
                    break
                self._look(dataverse, errands)
                self._send(dataverse, errands)
        except MicrosoftError as error:
            trouble = error
            errands = errands or [Unplanned([write], moment) for write in writes]
            for errand in errands:
                if errand.is_open:
                    errand.failed_whole(error)
        except Exception as error:  # nothing stays claimed without a reason
            _log.exception("writes could not be sent to Dynamics 365")
            errands = errands or [Unplanned([write], moment) for write in writes]
            for errand in errands:
                lasts = errand.first.attempts > 0  # what is over at the next try is nobody's to mend
                errand.wait(_AMISS.format(type(error).__name__), doubtful=True, for_administrator=lasts)
        for errand in errands:
            errand.wait("Others keep changing the record. It is tried again.")
        self._step("answered")
        return errands, trouble

    def _look(self, dataverse: Dataverse, errands: Sequence[Errand]) -> None:
        looking: list[tuple[Errand, list[Call]]] = []
        for errand in errands:
            with errand.alone():
                if calls := errand.looks():
                    looking.append((errand, calls))
        if not looking:
            return
        answers = iter(dataverse.batch([call for _, calls in looking for call in calls]))
        for errand, calls in looking:
            came = [next(answers) for _ in calls]
            with errand.alone():
                errand.looked(came)
        self._step("looked")

    def _send(self, dataverse: Dataverse, errands: Sequence[Errand]) -> None:
        going: list[tuple[Errand, list[Call]]] = []
        missing: set[str] = set()
        for errand in errands:
            self._hold_back(errand, missing)
            with errand.alone():
                if errand.is_open and not errand.looks() and (calls := errand.calls()):
                    going.append((errand, calls))
        if not going:
            return
        self._step("sending")
        answers = iter(dataverse.batch([call for _, calls in going for call in calls]))
        for errand, calls in going:
            came = [next(answers) for _ in calls]
            with errand.alone():
                errand.came(came)
            self._hold_back(errand, missing)

    def _hold_back(self, errand: Errand, missing: set[str]) -> None:
        """What needs a record that could not be created waits for it, whatever was answered; so do later changes."""
        held_back = False
        for write in errand.writes:
            ending = errand.endings.get(write.number)
            if ending is not None and ending.state is WriteState.SENT:
                continue
            held_back = held_back or not missing.isdisjoint(write.needs)
            if held_back:
                reason = "It waits for a record that could not be created yet."
                errand.endings[write.number] = Ending(WriteState.WAITING, reason, wait=_SOON, blame=False)
            elif ending is None:
                continue
            if write.kind == WriteKind.CREATE:
                missing.add(write.recordid)

    def _store(self, errands: Sequence[Errand]) -> int:
        endings = {number: ending for errand in errands for number, ending in errand.endings.items()}
        ours = self._conclude(errands, endings)
        for errand in errands:
            if isinstance(errand, Change | Create) and errand.metadata_is_stale:
                self._metadata.forget(errand.first.tablename)
        self._step("stored")
        done = (WriteState.SENT, WriteState.DROPPED, WriteState.HELD)
        return sum(ending.state in done for number, ending in endings.items() if number in ours)

    def _conclude(self, errands: Sequence[Errand], endings: Mapping[int, Ending]) -> set[int]:
        """Store the endings and what was seen of the rows; another writer that is first is waited for."""
        for attempt in range(1, _TRIES):
            try:
                with self._database.transaction() as session:
                    return self._store_in(session, errands, endings)
            except Busy:
                time.sleep(0.2 * attempt)
        with self._database.transaction() as session:
            return self._store_in(session, errands, endings)

    def _store_in(self, session: Session, errands: Sequence[Errand], endings: Mapping[int, Ending]) -> set[int]:
        moment = self._clock()
        ours = conclude(session, self._holder, endings.items(), moment)
        arrived = [e.arrived for e in errands if e.arrived is not None and e.first.number in ours]
        try:
            with session.begin_nested():
                take_in(session, arrived, moment)
        except OperationalError:
            raise
        except Exception:  # what became of the writes is stored all the same; the rows are read again when they change
            _log.exception("what Dynamics 365 answered could not be stored")
        for errand in errands:
            if isinstance(errand, Change) and errand.is_out_of_sight:
                see_anew(session, errand.table, errand.recordid)
            if isinstance(errand, Change) and errand.lost_owner is not None:
                _take_back_news(session, errand.recordid, errand.lost_owner, moment)
        _tell_of_refusals(session, [ending for number, ending in endings.items() if number in ours], moment)
        return ours

    def _rest(self, error: MicrosoftError) -> None:
        wait = timedelta(seconds=max(error.retry_after or 0.0, 2.0))
        self._rests_until = self._clock() + min(wait, LONGEST)
        _log.warning("nothing can be sent to Dynamics 365", reason=str(error))


class Unplanned(Errand):
    """Writes that could not even be planned."""


def _tell_of_refusals(session: Session, endings: Sequence[Ending], moment: datetime) -> None:
    """Administrators hear once a day that something needs them."""
    refused = [ending for ending in endings if ending.state is WriteState.HELD or ending.for_administrator]
    if refused:
        key = f"mirror_writes:{moment:%Y-%m-%d}"
        title = "Dynamics 365 does not take what was decided here"
        icon = NotificationIcon.FAILURE
        tell_administrators(session, key, title, refused[0].reason, icon=icon, link=PAGE, moment=moment)


def _take_back_news(session: Session, leadid: str, ownerid: str, moment: datetime) -> None:
    """A seller who does not get the lead after all is not told that they did."""
    w = MirrorWrite
    query = select(w).where(
        w.lane == leadid, w.kind == WriteKind.NOTIFY, w.recordid == ownerid, w.state == WriteState.WAITING
    )
    for write in session.scalars(query):
        write.state, write.concludedon = WriteState.DROPPED, moment
        write.reason = "Somebody else owns the lead in Dynamics 365."
