"""The only place that picks adapters: Settings -> Services."""

from leadwright.analyst import Analyst
from leadwright.db.engine import Database
from leadwright.db.pages.kept_board import PATIENCE, KeptBoards
from leadwright.db.schema import migrate
from leadwright.errors import BadInput
from leadwright.mail.dns_text import DnsTexts, NoTexts
from leadwright.research.email_validation import DnsMailResolver, MailResolver, NoDns
from leadwright.research.embedding import find_embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.search import BraveSearch, NoSearch, SearxngSearch, TavilySearch, WebSearch
from leadwright.services import Services
from leadwright.settings import Settings


def open_services(settings: Settings) -> Services:
    """Open the database (migrated) and the adapters the settings name."""
    database = Database(settings.url, pool_size=settings.leads_in_work + 8)
    try:
        migrate(database)
        return services_on(settings, database)
    except BaseException:
        database.close()
        raise


def services_on(settings: Settings, database: Database) -> Services:
    """The adapters the settings name, on a database that is open."""
    return Services(
        settings=settings,
        database=database,
        analyst=_analyst(settings, database),
        search=_search(settings),
        fetcher=Fetcher(settings.fetch_private_hosts, honour_robots=settings.honour_robots),
        resolver=_resolver(settings),
        texts=DnsTexts() if settings.dns_checks else NoTexts(),
        embedding=find_embedding(settings.embedding_model),
        boards=KeptBoards(PATIENCE),
        webhooks=Fetcher(settings.webhook_private_hosts),
    )


def _analyst(settings: Settings, database: Database) -> Analyst:
    if settings.analyst == "model":
        from leadwright.analyst.model import Journal, ModelAnalyst, Spending

        return ModelAnalyst(settings, Journal(database), Spending(database))
    from leadwright.analyst.builtin import BuiltinAnalyst

    return BuiltinAnalyst()


def _search(settings: Settings) -> WebSearch:
    key, seconds = settings.search_api_key.get_secret_value(), settings.search_timeout_seconds
    if settings.search == "searxng":
        if not settings.search_url:
            raise BadInput("search is searxng, but search_url is empty. Give the address of the server.")
        return SearxngSearch(settings.search_url, seconds=seconds)
    if settings.search == "none":
        return NoSearch()
    if not key:
        raise BadInput(f"search is {settings.search}, but search_api_key is empty. Give the key of the provider.")
    own = {"url": settings.search_url} if settings.search_url else {}
    if settings.search == "brave":
        return BraveSearch(key, seconds=seconds, **own)
    return TavilySearch(key, seconds=seconds, **own)


def _resolver(settings: Settings) -> MailResolver:
    return DnsMailResolver() if settings.dns_checks else NoDns()
