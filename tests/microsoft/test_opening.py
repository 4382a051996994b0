"""The stored connection is opened once, and again when it is changed; without one nothing runs."""

from pathlib import Path

import pytest
from tests.microsoft.organisation import register_agent, services_at, store_connection

from leadwright.db.connection import CrmConnection, platform_of
from leadwright.db.engine import Database
from leadwright.domain.platform import ConnectionState, Platform
from leadwright.errors import Conflict
from leadwright.microsoft.connection import connection_of
from leadwright.microsoft.dataverse import open_dataverse
from leadwright.microsoft.graph import open_graph
from leadwright.sandbox.dynamics.serving import StandIn


def test_without_a_connection_the_platform_is_built_in_and_nothing_opens(
    database: Database, standin: StandIn, tmp_path: Path
) -> None:
    services = services_at(database, standin, tmp_path)
    with database.reading() as session:
        assert platform_of(session) is Platform.BUILTIN
    assert connection_of(services) is None
    with pytest.raises(Conflict, match="not connected"):
        open_dataverse(services)


def test_a_stored_connection_is_opened_once_and_anew_when_it_changes(
    database: Database, standin: StandIn, tmp_path: Path
) -> None:
    services, registered = services_at(database, standin, tmp_path), register_agent(standin.world, "Salesperson")
    store_connection(services, registered, standin.origin)
    assert open_dataverse(services).who_am_i()["UserId"] == registered.userid
    assert open_graph(services).http is open_dataverse(services).http
    with database.reading() as session:
        assert platform_of(session) is Platform.DYNAMICS365
    before = open_dataverse(services).http
    store_connection(services, registered, standin.origin, "new", registered.secret)
    after = open_dataverse(services).http
    assert after is not before
    assert open_dataverse(services).who_am_i()["UserId"] == registered.userid
    with database.transaction() as session:
        session.get_one(CrmConnection, "dynamics365").state = ConnectionState.OFF
    assert connection_of(services) is None
    assert "new" not in repr(after.connection)
