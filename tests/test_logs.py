"""Log lines: one event a line, no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit
from leadwright.logs import configure
from leadwright.settings import Settings


@pytest.fixture(autouse=True)
def handlers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_log_line_withholds_secrets_and_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json"))
    structlog.get_logger("test").info("lead.imported", password="hunter2", name='a\n{"event": "forged"}')
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["password"] == "(withheld)"
    assert json.loads(lines[0])["event"] == "lead.imported"


def test_an_error_of_the_database_is_logged_without_the_values_of_its_row(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(Settings(log_format="json"))
    unit = {"businessunitid": "jane.doe@example.com", "name": "Jane Doe Secret"}
    for log in (structlog.get_logger("test"), logging.getLogger("library")):
        try:
            with database.transaction() as session:
                for _ in range(2):
                    session.add(BusinessUnit(**unit))
                    session.flush()
                    session.expunge_all()
        except IntegrityError as error:
            log.exception("it failed")
            log.warning(f"tick failed: {error}")
    said = capsys.readouterr().err
    assert said.count("it failed") == 2
    assert "IntegrityError" in said
    assert "jane" not in said.lower()
