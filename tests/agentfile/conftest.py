"""Installations to export from and to apply to, with the same people under other ids."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.agentfile.agents import NAMES
from tests.selection.trees import OWN
from tests.workflows.office import PlainAnalyst, services_of

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import CustomColumn, SystemUser, Team
from leadwright.db.schema import migrate
from leadwright.identity.access import Principal, operator
from leadwright.identity.seed import seed_directory
from leadwright.services import Services

Installation = tuple[Services, Principal]


def furnish(services: Services) -> Principal:
    """Own columns of the trees, people and teams of `NAMES`, under new ids; gives whoever runs commands there."""
    with services.database.transaction() as session:
        unit = seed_directory(session)
        for name in NAMES.people.values():
            user = SystemUser(
                systemuserid=new_id(), fullname=name.split("@")[0], internalemailaddress=name, businessunitid=unit
            )
            session.add(user)
        session.add_all(
            CustomColumn(tablename=table, name=a.name, label=a.label, kind=str(a.kind))
            for table in ("lead", "account")
            for a in OWN
        )
        session.add_all(Team(name=name, businessunitid=unit) for name in NAMES.teams.values())
    with services.database.reading() as session:
        return operator(session)


@pytest.fixture
def installation(tmp_path: Path) -> Callable[[], Installation]:
    """A fresh installation each time it is called; on SQLite."""
    numbers = itertools.count()

    def make() -> Installation:
        folder = tmp_path / f"installation-{next(numbers)}"
        folder.mkdir()
        database = Database(f"sqlite:///{folder / 'leadwright.db'}")
        migrate(database)
        services = services_of(database, folder, PlainAnalyst())
        return services, furnish(services)

    return make
