"""`leadwright eval reply` and `interest`: one line out for each line in, and sentences for bad files."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.errors import BadInput


def run(task: str, folder: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    source, output = folder / "replies.jsonl", folder / "out.jsonl"
    source.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", task, "--input", str(source), "--output", str(output)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def test_every_reply_gets_a_line_in_its_order(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "Please remove me."},
        {"id": "b", "text": "Subject: Automatic reply: hi\n\n"},
        {"id": "c", "text": "I am away until Monday.", "received_on": "2026-11-25"},
        {"id": "d", "text": "We love it.", "headers": {"Auto-Submitted": "auto-replied"}},
        {"id": "e", "text": "Hello.", "subject": "Re: hi", "auto_submitted": True},
        {"id": "f"},
        {"text": 5},
    ]
    found = run("reply", tmp_path, rows)
    assert [f["id"] for f in found] == ["a", "b", "c", "d", "e", "f", "7"]
    assert [f["class"] for f in found] == [
        "unsubscribe", "auto_reply", "out_of_office", "auto_reply", "auto_reply", "other", "other",
    ]  # fmt: skip
    assert found[0]["quote"] == "Please remove me."
    assert found[2]["return_date"] == "2026-11-30"


def test_interest_comes_with_its_confidence_category_and_words(tmp_path: Path) -> None:
    rows = [{"id": 1, "text": "Hello Tom. Can we schedule a demo next week?"}, {"id": 2, "text": "Thanks."}]
    one, two = run("interest", tmp_path, rows)
    assert (one["polarity"], one["confidence"], one["category"]) == ("positive", "high", "demo_trial")
    assert one["quote"] == "Can we schedule a demo next week?"
    assert (two["polarity"], two["confidence"], two["quote"]) == ("undetected", None, None)


@pytest.mark.parametrize("task", ["reply", "interest"])
def test_an_empty_file_is_named(task: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"replies\.jsonl holds no replies"):
        run(task, tmp_path, [])


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    arguments = ["eval", "reply", "--input", str(tmp_path / "no.jsonl"), "--output", str(tmp_path / "o.jsonl")]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, BadInput)
    assert "cannot be read" in str(result.exception)
