"""Schemathesis over the published description: no server error, no answer that is not described, no ignored sign-in."""

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
from tests.api.conftest import Served

from leadwright.identity.directory import directory_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
QUICK, LONG = 2, 60


@pytest.fixture
def program(served: Served) -> tuple[Any, dict[str, str]]:
    """The description, and the header of an administrator's program."""
    made = served.program()
    token = directory_of(served.services).issue_token(made.appid, made.secret).value
    schema = schemathesis.openapi.from_url(f"{served.address}/api/v1/openapi.json")
    return schema, {"Authorization": f"Bearer {token}"}


def try_everything(program: tuple[Any, dict[str, str]], examples: int) -> tuple[int, set[int], list[str]]:
    """How many operations were tried, which statuses came, and what was wrong."""
    schema, headers = program
    tried, wrong = 0, []
    statuses: set[int] = set()
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
            statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        try:
            probe()
        except BaseException as error:
            wrong.append(f"{operation.method} {operation.path}: {_said(error)}")
    return tried, statuses, wrong


def _said(error: BaseException) -> str:
    parts = getattr(error, "exceptions", None)
    return "; ".join(_said(part) for part in parts) if parts else str(error)[:900]


def test_schemathesis_finds_no_fault_in_any_operation(program: tuple[Any, dict[str, str]]) -> None:
    tried, statuses, wrong = try_everything(program, QUICK)
    assert tried > 100
    assert {200, 204, 404, 409, 422} <= statuses
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.faults
def test_schemathesis_finds_no_fault_in_a_long_run(program: tuple[Any, dict[str, str]]) -> None:
    _, _, wrong = try_everything(program, LONG)
    assert not wrong, "\n\n".join(wrong)
