"""An administrator walks docs/dynamics365.md from its first line to its last, with no tenant, by the two commands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser import dynamics_set_up as set_up
from tests.browser import dynamics_work as work
from tests.browser.camera import Camera
from tests.browser.dynamics_commands import rehearsed

GUIDE = Path(__file__).parents[2] / "docs" / "dynamics365.md"
STEPS: tuple[tuple[str, Callable[[set_up.DynamicsWalk], None]], ...] = (
    ("Who is needed", set_up.begin),
    ("1 Create application in Azure", set_up.prerequisite_1),
    ("2 Create an app user in Dataverse", set_up.prerequisite_2),
    ("3 Create a shared mailbox", set_up.prerequisite_3),
    ("4 Configure server-side synchronisation", set_up.prerequisite_4),
    ("People sign in with the same tenant", work.people),
    ("What is mirrored", work.mirror),
    ("Settings", work.settings),
    ("Start", work.start),
    ("What happens to the leads", work.fifty_leads),
    ("The seller", work.seller_qualifies),
    ("When something breaks", work.something_breaks),
    ("Without a tenant", work.without_a_tenant),
)


def test_the_walk_has_the_steps_of_the_guide_in_their_order() -> None:
    headings = [line[3:] for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert headings == [heading for heading, _ in STEPS]


@pytest.mark.browser
@pytest.mark.timeout(1200)
def test_an_administrator_walks_the_guide_with_the_two_commands(tmp_path: Path) -> None:
    expect.set_options(timeout=60_000)
    try:
        with rehearsed(tmp_path) as at:
            walk = set_up.DynamicsWalk(at.new_page(at.desk), at, Camera(), at.new_page(at.origin))
            for _, step in STEPS:
                step(walk)
    finally:
        expect.set_options(timeout=5_000)
