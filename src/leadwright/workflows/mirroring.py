"""The thread of one process that reads a connected organisation in. Without a connection it only looks for one."""

import threading
import time
from collections.abc import Callable

import structlog

from leadwright.db.connection import platform_of
from leadwright.db.mirror_writes import pending_fields
from leadwright.domain.platform import Platform
from leadwright.errors import LeadwrightError
from leadwright.microsoft.dataverse import open_dataverse
from leadwright.mirror.dataverse import DataverseMirror
from leadwright.mirror.incoming import Incoming
from leadwright.services import Services
from leadwright.workflows import executors

_LOOK = 1.0  # seconds between two looks for what is due; a webhook is served within that
_REST = 5.0  # where there is no connection, another process mirrors, or nothing works
LOCK = "mirror"
_log = structlog.get_logger(__name__)


class Mirroring:
    """Reads in, in one process at a time for an installation. `start`, `stop`.

    Args:
        stopping: set when the process ends.
        woken: called when something came in, so that selection looks at it at once.
    """

    def __init__(self, services: Services, stopping: threading.Event, woken: Callable[[], None]) -> None:
        self._services, self._stopping, self._woken = services, stopping, woken
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="leadwright-mirror", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Wait until it has ended; `stopping` was set by the caller."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._is_connected():
                    self._hold_and_mirror()
                self.trouble = ""
            except Exception as error:
                self._report(error)
            self._stopping.wait(_REST)

    def _is_connected(self) -> bool:
        with self._services.database.reading() as session:
            return platform_of(session) is Platform.DYNAMICS365

    def _hold_and_mirror(self) -> None:
        guard = executors.hold(self._services.database, LOCK)
        if guard is None:
            return
        try:
            self._mirror_on(guard)
        finally:
            guard.release()

    def _mirror_on(self, guard: executors.Hold) -> None:
        incoming, held = None, time.monotonic()
        while not self._stopping.is_set() and self._is_connected():
            if time.monotonic() - held > _REST:
                if not guard.lasts():
                    return
                held = time.monotonic()
            dataverse = open_dataverse(self._services)
            if incoming is None or incoming[0] is not dataverse.http:
                incoming = dataverse.http, self._incoming(DataverseMirror(dataverse))
            if incoming[1].is_due() and incoming[1].round():
                self._woken()
            self._stopping.wait(_LOOK)

    def _incoming(self, mirror: DataverseMirror) -> Incoming:
        services = self._services
        return Incoming(
            services.database,
            mirror,
            services.clock,
            self._stopping.is_set,
            pending_fields,
            period=services.settings.mirror_poll_seconds,
            most_at_once=mirror.most_at_once,
        )

    def _report(self, error: Exception) -> None:
        sentence = str(error) if isinstance(error, LeadwrightError) else f"{type(error).__name__}: {error}"
        if self.trouble != sentence:
            if isinstance(error, LeadwrightError):
                _log.warning("mirror waits", reason=sentence)
            else:
                _log.exception("mirror waits")
        self.trouble = sentence
