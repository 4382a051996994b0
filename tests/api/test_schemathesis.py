"""Schemathesis over the published description: no server error, no answer that is not described, no ignored sign-in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient
from tests.web.conftest import api, desk, made_desk  # noqa: F401 fixtures

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
QUICK, LONG = 3, 60


@pytest.fixture
def program(api: Any, tmp_path: Path) -> Iterator[tuple[Any, dict[str, str]]]:  # noqa: F811
    """The description, and the header of an administrator's program."""
    client: TestClient = api()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
    yield schema, {"Authorization": str(client.headers["Authorization"])}


def try_everything(program: tuple[Any, dict[str, str]], examples: int) -> tuple[int, list[str]]:
    """How many operations were tried, and what was wrong."""
    schema, headers = program
    tried, wrong = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried += 1

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def probe(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        try:
            probe()
        except BaseException as error:
            wrong.append(f"{operation.method} {operation.path}: {_said(error)}")
    return tried, wrong


def _said(error: BaseException) -> str:
    parts = getattr(error, "exceptions", None)
    return "; ".join(_said(part) for part in parts) if parts else str(error)[:900]


def test_schemathesis_finds_no_fault_in_any_operation(program: tuple[Any, dict[str, str]]) -> None:
    tried, wrong = try_everything(program, QUICK)
    assert tried > 80
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.faults
def test_schemathesis_finds_no_fault_in_a_long_run(program: tuple[Any, dict[str, str]]) -> None:
    _, wrong = try_everything(program, LONG)
    assert not wrong, "\n\n".join(wrong)
