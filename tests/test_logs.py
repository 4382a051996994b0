"""Log lines: one event a line, no secrets."""

import json

import pytest
import structlog

from leadwright.logs import configure
from leadwright.settings import Settings


def test_a_log_line_withholds_secrets_and_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json"))
    structlog.get_logger("test").info("lead.imported", password="hunter2", name='a\n{"event": "forged"}')
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["password"] == "(withheld)"
    assert json.loads(lines[0])["event"] == "lead.imported"
