"""Schemathesis over the published description, as two roles: no server error, no answer that is not described.

No ignored sign-in, and for a Salesperson nothing that the table of routes keeps for others.
"""

import re
from dataclasses import dataclass, field
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
from tests.web.route_table import read_lines

from leadwright.identity.directory import directory_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
QUICK, LONG = 2, 60
LINES = read_lines()
ROLES = {"A": "System Administrator", "S": "Salesperson"}


@dataclass
class Tried:
    """How many operations were tried, which statuses came, and what was wrong."""

    operations: int = 0
    statuses: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def try_everything(served: Served, role: str, examples: int) -> Tried:
    """With a program of that role."""
    made = served.program(role)
    token = directory_of(served.services).issue_token(made.appid, made.secret).value
    schema = schemathesis.openapi.from_url(f"{served.address}/api/v1/openapi.json")
    tried = Tried()
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.operations += 1
        letter = next(letter for letter, name in ROLES.items() if name == role)
        is_closed = _is_closed(letter, operation.method, operation.path)

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
            answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
            tried.statuses.add(answer.status_code)
            assert not is_closed or answer.status_code == 403, f"{role} is answered {answer.status_code}"  # noqa: B023

        try:
            probe()
        except BaseException as error:
            tried.wrong.append(f"{operation.method} {operation.path}: {_said(error)}")
    return tried


def _is_closed(letter: str, method: str, path: str) -> bool:
    """Does the table keep this operation from the role before anything of the request is looked at?"""
    shape = re.sub(r"\{\w+[^}]*\}", "{}", path)
    lines = [n for n in LINES if n.method == method.upper() and re.sub(r"\{[^}]+\}", "{}", n.path) == shape]
    assert lines, f"tests/web/route_table.py says nothing about {method} {path}"
    inner = shape.endswith(("/away", "/leads/retry"))
    return not inner and not any(line.is_public or letter in line.who for line in lines)


def _said(error: BaseException) -> str:
    parts = getattr(error, "exceptions", None)
    return "; ".join(_said(part) for part in parts) if parts else str(error)[:900]


@pytest.mark.parametrize("role", list(ROLES.values()))
def test_schemathesis_finds_no_fault_in_any_operation(served: Served, role: str) -> None:
    tried = try_everything(served, role, QUICK)
    assert tried.operations > 100
    assert ({200, 204, 404, 409, 422} if role == "System Administrator" else {200, 403, 404}) <= tried.statuses
    assert not tried.wrong, "\n\n".join(tried.wrong)


@pytest.mark.faults
@pytest.mark.parametrize("role", list(ROLES.values()))
def test_schemathesis_finds_no_fault_in_a_long_run(served: Served, role: str) -> None:
    tried = try_everything(served, role, LONG)
    assert not tried.wrong, "\n\n".join(tried.wrong)
