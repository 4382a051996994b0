"""`leadwright eval bant`: one line out for each line in, and sentences for bad files."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.errors import BadInput

ARTICLE = {
    "title": "Installation timeline",
    "text": "Installation takes 2 days for up to 4 units and one week for 5 or more units.",
}


def run(folder: Path, rows: str, *more: str) -> list[dict[str, Any]]:
    (folder / "in.jsonl").write_text(rows)
    (folder / "prices.csv").write_text("product,price\nValve Master,100\n")
    (folder / "articles.jsonl").write_text(json.dumps(ARTICLE))
    (folder / "papers").mkdir(exist_ok=True)
    (folder / "papers" / "policy.md").write_text(f"# {ARTICLE['title']}\n\n{ARTICLE['text']}\n")
    arguments = ["eval", "bant", "--input", str(folder / "in.jsonl"), "--output", str(folder / "out.jsonl"), *more]
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("knowledge", ["articles.jsonl", "papers", "papers/policy.md"])
def test_each_line_gets_an_answer_in_order_with_scores_and_quotes(tmp_path: Path, knowledge: str) -> None:
    rows = [
        {
            "id": "a",
            "text": "We need 5 Valve Masters installed within 3 days. Our budget is $600. I have the final say.",
        },
        {"id": "b", "text": "", "need_met": True},
        {"id": "c", "text": "Hello."},
    ]
    options = ["--prices", str(tmp_path / "prices.csv"), "--knowledge", str(tmp_path / knowledge)]
    first, empty, silent = run(tmp_path, "\n".join(json.dumps(r) for r in rows), *options)
    assert first["id"] == "a"
    assert {k: v for k, v in first.items() if k.endswith("_met")} == {
        "need_met": True,
        "timeline_met": False,
        "budget_met": True,
        "authority_met": True,
    }
    assert first["timeline"]["score"] == "low"
    assert first["timeline"]["quote"] == "We need 5 Valve Masters installed within 3 days."
    assert first["authority"]["quote"] == "I have the final say."
    assert empty == {"id": "b", "error": "This row has no text. Put the call or the mail in the field `text`."}
    assert [silent[f"{f}_met"] for f in ("need", "timeline", "budget", "authority")] == [None] * 4


def test_it_works_without_knowledge_and_prices(tmp_path: Path) -> None:
    assert run(tmp_path, '{"text": "I have the final say."}')[0]["authority_met"] is True


@pytest.mark.parametrize(
    ("rows", "more", "says"),
    [
        ("", (), "holds no rows"),
        ("{", (), "line 1"),
        ('{"text": "x"}', ("--prices", "no.csv"), "cannot be read"),
        ('{"text": "x"}', ("--knowledge", "no"), "no such file"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, rows: str, more: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        run(tmp_path, rows, *more)
