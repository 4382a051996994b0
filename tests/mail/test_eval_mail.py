"""`leadwright eval bounce|mime|trim`: one line out for each mail in, in order, with an error rather than a gap."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.mail.mails import HEAD, dsn, mail, text_bounce
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.errors import BadInput


def run(task: str, source: Path, folder: Path) -> list[dict[str, Any]]:
    output = folder / "out.jsonl"
    result = CliRunner().invoke(app, ["eval", task, "--input", str(source), "--output", str(output)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in output.read_text().splitlines()]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    folder = tmp_path / "eml"
    folder.mkdir()
    (folder / "a.eml").write_bytes(dsn())
    (folder / "b.eml").write_bytes(text_bounce("bob@example.net could not be reached: his mailbox is full."))
    (folder / "c.eml").write_bytes(mail("Back on Monday", subject="Automatic reply: Offer"))
    (folder / "d.eml").write_bytes(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000)
    (folder / "e.eml").write_bytes(b"")
    return folder


def test_bounces_are_answered_file_by_file(mails: Path, tmp_path: Path) -> None:
    found = run("bounce", mails, tmp_path)
    assert [f["file"] for f in found] == ["a.eml", "b.eml", "c.eml", "d.eml", "e.eml"]
    assert [f["class"] for f in found] == ["bounce", "bounce", "out_of_office", "other", "other"]
    assert [f["hard"] for f in found] == [True, False, None, None, None]
    assert found[0]["reason"] == "user unknown"
    assert found[0]["recipients"] == ["bob@example.net"]
    assert found[0]["original_message_id"] == "<ours.1@example.org>"
    assert "levels" in found[3]["error"]


def test_mime_mails_are_described_and_hostile_ones_put_aside(mails: Path, tmp_path: Path) -> None:
    found = run("mime", mails.parent, tmp_path)
    assert len(found) == 5
    assert (found[2]["subject"], found[2]["from"], found[2]["text_length"]) == (
        "Automatic reply: Offer",
        "ada@example.com",
        14,
    )
    assert "levels" in found[3]["quarantined"]
    assert all(f["error"] is None for f in found)


def test_replies_are_trimmed_row_by_row(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [
        {"id": "x", "text": "Yes\n\nOn 1 May 2026, at 10:12, A <a@b.example> wrote:\n> No"},
        {"id": "y"},
        {"text": "Hi"},
    ]
    source.write_text("\n".join(json.dumps(r) for r in rows))
    assert run("trim", source, tmp_path) == [
        {"id": "x", "text": "Yes"},
        {"id": "y", "error": 'This row has no "text".'},
        {"id": "3", "text": "Hi"},
    ]


def test_a_wrong_path_is_answered_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no folder"):
        run("bounce", tmp_path / "none", tmp_path)
    with pytest.raises(BadInput, match=r"holds no \.eml files"):
        run("mime", tmp_path, tmp_path)
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(BadInput, match="holds no texts"):
        run("trim", tmp_path / "empty.jsonl", tmp_path)
