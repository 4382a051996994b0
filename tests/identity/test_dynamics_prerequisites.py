"""The four prerequisites on Dynamics 365, against the stand-in over TLS: verified, refused with the reason, pausing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.identity.conftest import Office
from tests.identity.contoso import Contoso, opened

from leadwright.actions import prerequisites as p


@pytest.fixture
def contoso(office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """On SQLite and on PostgreSQL."""
    with opened(office, tmp_path) as made:
        yield made


@pytest.fixture
def small_contoso(small_office: Office, tmp_path: Path) -> Iterator[Contoso]:
    """On SQLite alone."""
    with opened(small_office, tmp_path) as made:
        yield made


def found(report: p.Report) -> dict[str, tuple[bool | None, str]]:
    return {c.name: (c.passed, c.detail) for c in report.checks}


def test_the_four_prerequisites_are_set_up_and_verified(contoso: Contoso) -> None:
    contoso.all_done()
    for report in p.reports(contoso.services, contoso.office.admin, contoso.agentid):
        assert report.done
        assert [c.name for c in report.checks] == list(report.step.verifies)
        assert all(c.passed for c in report.checks), report.checks
