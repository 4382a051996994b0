"""The tutorial of docs/admin.md: its headings are the steps of the test that walks it, its pictures are all there."""

import re
from pathlib import Path

from tests.browser.test_tutorial import STEPS

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "images" / "tutorial"


def test_every_picture_that_is_named_exists_and_every_picture_is_used() -> None:
    named = re.findall(r"\(images/tutorial/([^)]+)\)", (DOCS / "admin.md").read_text())
    assert named == sorted(named)
    assert named == sorted(path.name for path in PICTURES.iterdir())


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert {name for name, size in sizes.items() if size > 150_000} == set()
    assert sum(sizes.values()) < 4_000_000


def test_the_headings_of_the_tutorial_are_the_steps_of_its_test() -> None:
    text = (DOCS / "admin.md").read_text()
    tutorial = text[text.index("# Tutorial") : text.index("# Reference")]
    headings = re.findall(r"^## (.+)$", tutorial, re.M)
    assert headings == [name for name, _ in STEPS] + ["Why was a lead not contacted?"]
