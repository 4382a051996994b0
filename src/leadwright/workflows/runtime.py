"""DBOS set-up and the ticks: the only module that imports `dbos`. What a workflow does is said elsewhere.

Our tables are the truth. DBOS decides which process runs what, and that it runs again after a crash; no step is
checkpointed with it, because every step can be repeated: transactions compare before they set, answers of a model
are in the journal, company research is stored. Its file may be lost: open runs are given to it again.
"""

import gc
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import structlog
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from sqlalchemy import Engine, create_engine, event, make_url

from leadwright.errors import Conflict, LeadwrightError
from leadwright.identity.agent_identity import pause_or_resume
from leadwright.identity.sessions import forget_ended
from leadwright.services import Services
from leadwright.workflows import conversations, executors, runs, webhooks
from leadwright.workflows.conversations import Correspondence
from leadwright.workflows.engagements import Turn
from leadwright.workflows.in_hand import InHand
from leadwright.workflows.incoming import Incoming
from leadwright.workflows.mirror_sending import MirrorSending
from leadwright.workflows.mirroring import Mirroring
from leadwright.workflows.research_lead import give_up, research_lead
from leadwright.workflows.take_in import take_in
from leadwright.workflows.upkeep import refresh_company_names, refresh_knowledge

VERSION = "1"  # constant: no step is checkpointed, so a new release goes on with the old one's workflows
QUEUE = "leads"
TALKS = "conversations"  # a queue of its own: an answer never waits behind thousands of leads to be researched
RECOVERIES = 20  # a lead during which the process dies this often is given up
KEEP = timedelta(days=1)  # finished workflows, before the retention job deletes them
FINAL = ("SUCCESS", "ERROR", "CANCELLED")
DEAD_LETTER = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
_FIRST_SLOW_TICK = 60.0  # seconds after the start: what serves leads comes first
_POLL = 0.2  # seconds between two looks into the queue
_ASKED_AGAIN = 30.0  # seconds after which a due move that was enqueued is looked after

_log = structlog.get_logger(__name__)


class _Json(Serializer):
    """Ids only, readable by SQL; never pickle."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "leadwright_json"


@DBOS.workflow(name="research_lead", max_recovery_attempts=RECOVERIES)
def _research_lead(runid: str, leadid: str, number: int, generation: int) -> None:
    if Runtime.working is not None:
        Runtime.working._work(runs.Given(runid, leadid, number, generation))


@DBOS.workflow(name="reach_out", max_recovery_attempts=RECOVERIES)
def _reach_out(runid: str, turn: int, attempt: int) -> None:
    if Runtime.working is not None:
        Runtime.working._talk(Turn(runid, turn, attempt))


@DBOS.workflow(name="answer_reply", max_recovery_attempts=RECOVERIES)
def _answer_reply(inboundid: str, attempt: int) -> None:
    if Runtime.working is not None:
        Runtime.working._talk(Incoming(inboundid, attempt))


@dataclass
class _Tick:
    name: str
    seconds: float
    do: Callable[[], object]
    due: float = 0.0


class Runtime:
    """Works leads in this process: `start`, `stop`, `run_until_idle`. One at a time in a process.

    Args:
        services: what the steps work with.
        name: distinguishes processes of one machine when the setting `executor_id` is empty, e.g. ``work-2``;
            default: the port.
    """

    working: ClassVar["Runtime | None"] = None  # DBOS is one for a process, and so are we

    def __init__(self, services: Services, *, name: str = "") -> None:
        self.services = services
        settings = services.settings
        self.executor_id = settings.executor_id or f"{socket.gethostname()}:{name or settings.port}"
        self.concurrency = settings.leads_in_work
        self.troubles: dict[str, str] = {}  # tick -> why it failed last
        self._executing = executors.Executing(services.database, self.executor_id)
        self._window = max(64, 4 * self.concurrency)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._in_hand = InHand()
        self._quiet_since = 0.0  # when a look for new leads began that found none
        self._thread: threading.Thread | None = None
        self._slow_thread: threading.Thread | None = None
        self._webhook_thread: threading.Thread | None = None
        self._mirroring = Mirroring(services, self._stopping, self.wake)
        self._sending = MirrorSending(services, self.executor_id, self._stopping)
        self._leaving = False  # `stop` was called
        self._asked: dict[str, float] = {}  # workflow id of a due move -> when it was enqueued
        self._post = Correspondence(services, self.executor_id, self._stopping, self.wake)
        self._engine: Engine | None = None

    def start(self) -> None:
        """Begin to work, and go on with what this process or a dead one left.

        Raises:
            Conflict: a living process has this executor id, or this process works already.
        """
        if Runtime.working is not None:
            raise Conflict("This process works leads already.")
        self._executing.enter()
        try:
            conversations.take_from_dead(self.services, [self.executor_id])  # what was killed under our name
            self._launch()
        except BaseException:
            self._executing.leave()
            raise
        Runtime.working = self
        self._thread = threading.Thread(target=self._tick, name="leadwright-ticks", daemon=True)
        self._thread.start()
        self._slow_thread = threading.Thread(target=self._tick_slowly, name="leadwright-slow-ticks", daemon=True)
        self._slow_thread.start()
        self._webhook_thread = threading.Thread(target=self._tick_webhooks, name="leadwright-webhooks", daemon=True)
        self._webhook_thread.start()
        self._post.start()
        self._mirroring.start()
        self._sending.start()

    def stop(self, *, timeout: float = 20.0) -> bool:
        """Finish the leads in hand, hand the others back, and leave.

        Returns:
            False when a lead was still in hand after `timeout` seconds; nothing of it is lost, but its thread lives.
        """
        if self._thread is None:
            return True
        self._leaving = True
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)
        if self._slow_thread:
            self._slow_thread.join(timeout)
        if self._webhook_thread:
            self._webhook_thread.join(timeout)
        self._post.stop(timeout)
        self._mirroring.stop(timeout)
        self._sending.stop(timeout)
        finished = self._in_hand.wait_for_none(timeout)
        DBOS.destroy()
        Runtime.working = None
        self._executing.leave()
        if self._engine:
            self._engine.dispose()
        self._thread = None
        return finished

    @property
    def alive(self) -> bool:
        """It works, and nothing has made it stop."""
        return self._thread is not None and self._thread.is_alive()

    def wake(self) -> None:
        """Look for work now rather than at the next tick."""
        self._wake.set()

    def run_until_idle(
        self, progress: Callable[[runs.Progress], None] | None = None, *, timeout: float | None = None
    ) -> runs.Progress:
        """Work until no lead is left to take in or to research; leads that wait for a person do not count.

        Args:
            progress: called up to five times a second.

        Raises:
            Conflict: `timeout` seconds were not enough, or the ticks ended.
        """
        began = time.monotonic()
        self.wake()
        while True:
            looked_from, asked = self._quiet_since, time.monotonic()
            with self.services.database.reading() as session:
                state = runs.progress(session)
            took = time.monotonic() - asked
            if progress:
                progress(state)
            if not state.open and looked_from > began:
                return state
            if timeout is not None and time.monotonic() - began > timeout:
                raise Conflict(f"{state.open} leads are still being worked after {timeout:.0f} seconds.")
            if not self.alive:
                raise Conflict("This process does not work leads any more.")
            if not state.open:
                self.wake()
            time.sleep(0.05 if not state.open else max(0.2, 20 * took))  # counting a long list stays a small part

    def _launch(self) -> None:
        database = self.services.database
        config: DBOSConfig = {
            "name": "leadwright",
            "application_version": VERSION,
            "executor_id": self.executor_id,
            "serializer": _Json(),
            "max_executor_threads": 2 * self.concurrency + 4,  # what either queue has taken never waits for a thread
            "notification_listener_polling_interval_sec": 0.5,
            "enable_otlp": False,
            "log_level": "WARNING",
            "sys_db_pool_size": self.concurrency + 8,
        }
        if database.is_sqlite:
            self._engine = _work_file(database.url, self.concurrency + 8)
            config["system_database_url"] = self._engine.url.render_as_string(hide_password=False)
            config["system_database_engine"] = self._engine
        else:
            url = database.engine.url.set(drivername="postgresql")
            config["system_database_url"] = url.render_as_string(hide_password=False)
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self.concurrency, polling_interval_sec=_POLL, on_conflict="always_update"
        )
        DBOS.register_queue(
            TALKS, worker_concurrency=self.concurrency, polling_interval_sec=_POLL, on_conflict="always_update"
        )
        _spare_the_collector()

    def _work(self, run: runs.Given) -> None:
        with self._in_hand.take(run.workflow_id) as mine:
            if mine and self._stopping.is_set():
                with self.services.database.transaction() as session:
                    runs.take_back(session, run, new_try=True)
            elif mine:
                research_lead(self.services, run)

    def _talk(self, work: conversations.Work) -> None:
        with self._in_hand.take(work.workflow_id) as mine:
            if mine and not self._stopping.is_set():
                conversations.do(self.services, work)

    def _tick(self) -> None:
        ticks = [
            _Tick("heartbeat", 5, self._beat),
            _Tick("agent", 5, self._watch_agent),
            _Tick("take over", 10, self._take_over),
            _Tick("reconcile", 30, self._reconcile),
            _Tick("take in", 1, self._take_in),
            _Tick("give", 0.2, self._give),
            _Tick("conversations", 0.5, self._converse),
            _Tick("retention", 3600, self._forget_finished, time.monotonic() + 60),
            _Tick("sessions", 600, lambda: forget_ended(self.services), time.monotonic() + 60),
        ]
        try:
            self._tick_on(ticks)
        finally:
            if not self._leaving:
                self._end_queue()

    def _end_queue(self) -> None:
        """Without ticks nobody says any more that we live, so no lead may be begun: the queue ends too."""
        self._stopping.set()
        self._in_hand.wait_for_none(20.0)
        DBOS.destroy()

    def _tick_on(self, ticks: list[_Tick]) -> None:
        while not self._stopping.is_set():
            for tick in ticks:
                if time.monotonic() >= tick.due:
                    self._run(tick)
                if self._stopping.is_set():
                    return
            if self._wake.wait(0.2):
                self._wake.clear()
                for tick in ticks:
                    tick.due = min(tick.due, time.monotonic()) if tick.seconds <= 1 else tick.due
            self._stopping.wait(0.05)

    def _tick_slowly(self) -> None:
        """What may take minutes has a thread of its own, so that the other ticks never wait for it."""
        ticks = [
            _Tick(
                "knowledge",
                3600,
                lambda: refresh_knowledge(self.services, self._stopping),
                time.monotonic() + _FIRST_SLOW_TICK,
            ),
            _Tick(
                "company names", 3600, lambda: refresh_company_names(self.services), time.monotonic() + _FIRST_SLOW_TICK
            ),
        ]
        while not self._stopping.wait(0.5):
            for tick in ticks:
                if time.monotonic() >= tick.due and not self._stopping.is_set():
                    self._run(tick)

    def _tick_webhooks(self) -> None:
        """Receivers may be slow, so they have a thread of their own too."""
        ticks = [
            _Tick("webhooks", 1, lambda: webhooks.deliver_due(self.services, self._stopping)),
            _Tick("old webhook deliveries", 3600, lambda: webhooks.forget_old(self.services), time.monotonic() + 60),
        ]
        while not self._stopping.wait(0.5):
            for tick in ticks:
                if time.monotonic() >= tick.due and not self._stopping.is_set():
                    self._run(tick)

    def _run(self, tick: _Tick) -> None:
        try:
            tick.do()
            self.troubles.pop(tick.name, None)
        except LeadwrightError as error:
            self._report(tick.name, str(error))
        except Exception as error:
            _log.exception("tick failed", tick=tick.name)
            self._report(tick.name, f"{type(error).__name__}: {error}")
        tick.due = time.monotonic() + tick.seconds

    def _report(self, tick: str, sentence: str) -> None:
        if self.troubles.get(tick) != sentence:
            _log.warning("tick failed", tick=tick, reason=sentence)
        self.troubles[tick] = sentence

    def _beat(self) -> None:
        if not self._executing.beat():
            _log.error("another process has taken over; this one stops working", executor=self.executor_id)
            self._stopping.set()

    def _watch_agent(self) -> None:
        if pause_or_resume(self.services):
            self._wake.set()

    def _take_in(self) -> None:
        began = time.monotonic()
        if take_in(self.services):
            self._wake.set()
        else:
            self._quiet_since = began

    def _give(self) -> None:
        with self.services.database.transaction() as session:
            given = runs.give(session, self._window)
        self._enqueue(given)

    def _enqueue(self, given: list[runs.Given]) -> None:
        for run in given:
            with SetWorkflowID(run.workflow_id):
                DBOS.enqueue_workflow(QUEUE, _research_lead, run.runid, run.leadid, run.number, run.generation)

    def _converse(self) -> None:
        """Enqueue what conversations have to do. The id says which move it is, so it is enqueued once, by whomever."""
        due = {work.workflow_id: work for work in conversations.due_work(self.services, self._window)}
        self._asked = {id_: at for id_, at in self._asked.items() if id_ in due}
        for id_, work in due.items():
            if id_ not in self._asked:
                with SetWorkflowID(id_):
                    if isinstance(work, Turn):
                        DBOS.enqueue_workflow(TALKS, _reach_out, work.runid, work.turn, work.attempt)
                    else:
                        DBOS.enqueue_workflow(TALKS, _answer_reply, work.inboundid, work.attempt)
                self._asked[id_] = time.monotonic()
        self._look_after(due)

    def _look_after(self, due: dict[str, conversations.Work]) -> None:
        """What is still due long after it was enqueued, though its workflow is over, gets another try."""
        old = [id_ for id_, at in self._asked.items() if time.monotonic() - at > _ASKED_AGAIN]
        if not old:
            return
        found = DBOS.list_workflows(workflow_ids=old, load_input=False, load_output=False)
        status = {w.workflow_id: w.status for w in found}
        for id_ in old:
            self._asked[id_] = time.monotonic()
            if status.get(id_) == DEAD_LETTER:
                conversations.give_up(self.services, due[id_], f"The process ended {RECOVERIES} times over it.")
            elif status.get(id_) in FINAL:
                conversations.once_more(self.services, due[id_])

    def _take_over(self) -> None:
        """Give what dead executors had, and what was lost here, to the living, one process at a time."""
        database = self.services.database
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        alive = executors.living(database, besides=self.executor_id) | {self.executor_id}  # after: who is new is alive
        orphans = [w.workflow_id for w in pending if w.executor_id not in alive]
        lost = self._in_hand.lost(w.workflow_id for w in pending if w.executor_id == self.executor_id)
        dead = executors.known(database) - alive
        if not orphans and not dead and not lost:
            return
        guard = executors.hold(database, "take over")
        if guard is None:
            return
        try:
            self._resume([*orphans, *lost])
            self._in_hand.see_to(lost)
            if lost:
                _log.warning("work that could not be ended here is done again", works=len(lost))
            if orphans:
                _log.warning("work of a dead process taken over", leads=len(orphans), dead=sorted(dead))
            conversations.take_from_dead(self.services, dead)
            executors.forget(database, dead)
        finally:
            guard.release()

    def _resume(self, ids: list[str]) -> None:
        talks = [id_ for id_ in ids if not id_.startswith("research:")]
        if talks:
            DBOS.resume_workflows(talks, queue_name=TALKS)
        if leads := [id_ for id_ in ids if id_ not in talks]:
            DBOS.resume_workflows(leads, queue_name=QUEUE)

    def _reconcile(self) -> None:
        """Given runs that DBOS does not know, or has ended without an outcome, are given again."""
        with self.services.database.reading() as session:
            given = runs.unfinished(session)
        for start in range(0, len(given), 500):
            chunk = given[start : start + 500]
            ids = [run.workflow_id for run in chunk]
            found = DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=False)
            status = {w.workflow_id: w.status for w in found}
            self._enqueue([run for run in chunk if run.workflow_id not in status])
            for run in chunk:
                self._settle(run, status.get(run.workflow_id, ""))

    def _settle(self, run: runs.Given, status: str) -> None:
        if status == DEAD_LETTER:
            give_up(self.services, run, f"The process ended {RECOVERIES} times while working on this lead.")
        elif status in FINAL:
            with self.services.database.transaction() as session:
                runs.take_back(session, run, new_try=True)

    def _forget_finished(self) -> None:
        before = (datetime.now(UTC) - KEEP).isoformat()
        while not self._stopping.is_set():
            old = DBOS.list_workflows(
                status=list(FINAL), completed_before=before, limit=500, load_input=False, load_output=False
            )
            if old:
                DBOS.delete_workflows([w.workflow_id for w in old])
            if len(old) < 500:
                return


def _spare_the_collector() -> None:
    """What is loaded now stays loaded: looking through it for garbage again and again took a tenth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _work_file(url: str, pool_size: int) -> Engine:
    """DBOS's own SQLite file beside ours: it would not choose the write-ahead log by itself."""
    from pathlib import Path

    main = Path(make_url(url).database or "leadwright.db")
    path = main.with_name(f"{main.stem}-work.db")
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        with suppress(Exception):
            connection.execute("PRAGMA busy_timeout=30000")
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
