"""`leadwright eval fit`: one line out for each line in, and sentences for bad files."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.analyst.briefs import PROFILE
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.errors import BadInput


def run(folder: Path, name: str, content: str | bytes, profile: str | None = None) -> list[dict[str, Any]]:
    source, output = folder / name, folder / "out.jsonl"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "profile.json").write_text(json.dumps(PROFILE) if profile is None else profile)
    arguments = [
        "eval",
        "fit",
        "--profile",
        str(folder / "profile.json"),
        "--input",
        str(source),
        "--output",
        str(output),
    ]
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in output.read_text().splitlines()]


def test_lines_come_out_in_the_order_they_went_in(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "account_name": "A", "industry": "Retail", "company_size": n * 1000} for n in range(5)]
    found = run(tmp_path, "leads.jsonl", "\n\n".join(json.dumps(r) for r in rows))
    assert [f["id"] for f in found] == [r["id"] for r in rows]
    assert found[1]["criteria"][0] == {
        "name": "Industries targeted",
        "verdict": "met",
        "reason": "Retail is a wanted industry.",
        "evidence": [{"source": "lead.industry", "quote": "Retail"}],
    }
    assert [f["criteria"][1]["verdict"] for f in found] == ["not_met", "met", "met", "met", "met"]


def test_columns_may_be_absent_and_headings_vary(tmp_path: Path) -> None:
    text = "Company Name,Sector,No. of Employees,Annual Revenue (USD),Job Title,HQ City,State,Country\n"
    text += "A,Grocery,2000,2500000000,CFO,Denver,CO,USA\nB,,,,,,,\n"
    one, two = run(tmp_path, "leads.csv", "\ufeff" + text)
    assert [c["verdict"] for c in one["criteria"]] == ["met"] * 5
    assert (one["id"], one["band"], one["share"], one["signal"]) == ("1", "High", 1.0, "strong")
    assert (two["band"], two["share"], two["signal"]) == ("Unknown", None, "weak")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("leads.jsonl", '{"id": 1}\n{"id": 2', "line 2"),
        ("leads.jsonl", "[1]\n", "line 1"),
        ("leads.jsonl", "", "no leads"),
        ("leads.csv", "a,b\n1,2,3\n", "line 2"),
        ("leads.csv", b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, name: str, content: str | bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        run(tmp_path, name, content)
    assert name in str(error.value)


@pytest.mark.parametrize(("profile", "says"), [("{", "line 1"), ("{}", "icp"), ('{"icp": []}', "no criteria")])
def test_a_bad_profile_is_named(tmp_path: Path, profile: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        run(tmp_path, "leads.jsonl", '{"id": 1}', profile)
    assert "profile.json" in str(error.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    arguments = ["eval", "fit", "--profile", str(tmp_path / "no.json"), "--input", "x.csv", "--output", "y"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, BadInput)
    assert "cannot be read" in str(result.exception)
