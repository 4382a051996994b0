"""The documents say what the program does: every setting and every command is described."""

from pathlib import Path

import pytest
import typer.main

from leadwright import __version__
from leadwright.cli.app import app
from leadwright.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_operator_guide_with_its_description(name: str) -> None:
    text = (DOCS / "operator.md").read_text()
    row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), None)
    assert row, f"docs/operator.md has no row for {name}"
    assert (Settings.model_fields[name].description or "?") in row


def test_every_command_is_in_the_operator_guide() -> None:
    text = (DOCS / "operator.md").read_text()
    group = typer.main.get_command(app)
    missing = [name for name in group.commands if f"`leadwright {name}" not in text]  # type: ignore[attr-defined]
    assert missing == []


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    import re

    releases = re.findall(r"^## \[(\d[^]]*)\]", (DOCS.parent / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[0] == __version__


def test_no_document_names_this_machine() -> None:
    for path in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]:
        text = path.read_text()
        assert "/work/" not in text, path
        assert "/root/" not in text, path


def test_every_file_the_architecture_names_exists() -> None:
    import re

    root = DOCS.parent / "src" / "leadwright"
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", (DOCS / "architecture.md").read_text())
    assert named
    missing = [n for n in named if not (root / n).exists() and not (DOCS.parent / n).exists()]
    assert [n for n in missing if "/" in n or n not in {"runtime.py"}] == []
