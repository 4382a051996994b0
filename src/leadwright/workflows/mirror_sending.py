"""The thread of one process that sends what was decided here to a connected organisation. Several may at once."""

import threading
import time

import structlog

from leadwright.db.connection import platform_of
from leadwright.domain.platform import Platform
from leadwright.errors import LeadwrightError
from leadwright.microsoft.dataverse import Dataverse, open_dataverse
from leadwright.mirror.writer import Writer
from leadwright.services import Services

_LOOK = 1.0  # seconds between two looks for what is due
_REST = 5.0  # where there is no connection, or nothing can be sent
_TIDY_EVERY = 3600.0
_log = structlog.get_logger(__name__)


class MirrorSending:
    """Sends. `start`, `stop`.

    Args:
        worker: name of the process in the records.
        stopping: set when the process ends.
    """

    def __init__(self, services: Services, worker: str, stopping: threading.Event) -> None:
        self._services, self._stopping = services, stopping
        self._writer = Writer(services.database, self._dataverse, worker, services.clock)
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="leadwright-mirror-writes", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Wait until it has ended; `stopping` was set by the caller."""
        self._thread.join(timeout)

    def _run(self) -> None:
        tidied = time.monotonic()
        while not self._stopping.is_set():
            rest = _REST
            try:
                if self._is_connected():
                    rest = 0.0 if self._writer.send_due() else _LOOK
                if time.monotonic() - tidied > _TIDY_EVERY:
                    tidied = time.monotonic()
                    self._writer.forget_old()
                self.trouble = ""
            except Exception as error:
                self._report(error)
            self._stopping.wait(rest)

    def _is_connected(self) -> bool:
        with self._services.database.reading() as session:
            return platform_of(session) is Platform.DYNAMICS365

    def _dataverse(self) -> Dataverse | None:
        return open_dataverse(self._services)

    def _report(self, error: Exception) -> None:
        sentence = str(error) if isinstance(error, LeadwrightError) else f"{type(error).__name__}: {error}"
        if self.trouble != sentence:
            if isinstance(error, LeadwrightError):
                _log.warning("what was decided here waits", reason=sentence)
            else:
                _log.exception("what was decided here waits")
        self.trouble = sentence
