"""One office a test, with its own mail server, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import migrated_postgres, migrated_sqlite, postgres_url
from tests.engage.furnished import furnished, office_in
from tests.engage.office import ADA, Office

from leadwright.db.engine import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database: the office's where the test works in one, else an empty one."""
    ready = furnished(request.param).database if "office" in request.fixturenames else ""
    if request.param == "sqlite":
        shutil.copy(ready or migrated_sqlite(), tmp_path / "leadwright.db")
        yield f"sqlite:///{tmp_path / 'leadwright.db'}"
    else:
        with postgres_url(ready or migrated_postgres()) as url:
            yield url


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Set up and started."""
    with office_in(furnished("sqlite" if database.is_sqlite else "postgresql"), database, tmp_path) as made:
        yield made


@pytest.fixture
def leadid(office: Office) -> str:
    """A lead that has the first mail."""
    made = office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    return made
