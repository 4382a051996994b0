"""The only place that picks adapters: Settings -> Services."""

from leadwright.analyst import Analyst
from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.services import Services
from leadwright.settings import Settings


def open_services(settings: Settings) -> Services:
    """Open the database (migrated) and the adapters the settings name."""
    database = Database(settings.url, pool_size=settings.workers + 8)
    migrate(database)
    return Services(settings=settings, database=database, analyst=_analyst(settings))


def _analyst(settings: Settings) -> Analyst:
    raise NotImplementedError
