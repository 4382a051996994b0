"""Every kind of mailbox, one after the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.mailboxes import opened

from leadwright.db.engine import Database


@pytest.fixture(params=["builtin", "real", "dataverse", "graph"])
def kind(request: pytest.FixtureRequest, tmp_path: Path, sqlite_database: Database) -> Iterator[Any]:
    """The mailbox with its server."""
    with opened(
        request.param, tmp_path / "dynamics", sqlite_database, lambda: request.getfixturevalue("mail_servers")
    ) as made:
        yield made
