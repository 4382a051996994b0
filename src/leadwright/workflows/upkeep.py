"""What is looked after from time to time and may take minutes: knowledge sources, search keys of accounts."""

import threading

import structlog

from leadwright.errors import LeadwrightError
from leadwright.research.connect import refresh_keys
from leadwright.research.knowledge import due_sources, ingest
from leadwright.services import Services
from leadwright.workflows import executors

_log = structlog.get_logger(__name__)


def refresh_knowledge(services: Services, stopping: threading.Event) -> None:
    """Look at knowledge sources again that were not looked at for a day; one process does it at a time."""
    guard = executors.hold(services.database, "knowledge")
    if guard is None:
        return
    try:
        with services.database.reading() as session:
            sources = due_sources(session, embedding=services.embedding)
        for sourceid in sources:
            if stopping.is_set():
                return
            _ingest(services, sourceid)
    finally:
        guard.release()


def refresh_company_names(services: Services) -> None:
    """Set the search keys of accounts that have none."""
    with services.database.transaction() as session:
        refresh_keys(session)


def _ingest(services: Services, sourceid: str) -> None:
    try:
        ingest(services.database, services.fetcher, sourceid, services.embedding)
    except LeadwrightError as error:
        _log.warning("knowledge source failed", source=sourceid, reason=str(error))
    except Exception:
        _log.exception("knowledge source failed", source=sourceid)
