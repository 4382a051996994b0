"""The open line of each installation: one HTTP client, one token cache, until the connection is changed."""

import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from leadwright.db.engine import Database
from leadwright.errors import Conflict
from leadwright.microsoft.budget import SharedBudget
from leadwright.microsoft.connection import Connected, Connection, connection_of
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens


@dataclass(frozen=True, slots=True)
class _Open:
    connection: Connection
    http: MicrosoftHttp


_open: WeakKeyDictionary[Database, _Open] = WeakKeyDictionary()
_lock = threading.Lock()


def open_http(installation: Connected) -> MicrosoftHttp:
    """The line of this installation. The same one as long as the connection stays as it is.

    Raises:
        Conflict: Dynamics 365 is not connected, or the secret's key is not at hand.
    """
    connection = connection_of(installation)
    if connection is None:
        raise Conflict("Dynamics 365 is not connected. Connect it under Agent settings, Prerequisites, first.")
    with _lock:
        found = _open.get(installation.database)
        if found is None or found.connection != connection:
            http = new_http(connection, SharedBudget(installation.database))
            found = _open[installation.database] = _Open(connection, http)
        return found.http


def new_http(connection: Connection, budget: SharedBudget | None = None) -> MicrosoftHttp:
    """A line of its own, for a connection that is tried before it is kept."""
    tokens = Tokens(connection)
    return MicrosoftHttp(connection, tokens, budget, client=tokens.client)
