"""`leadwright research` as a person runs it: every row has its line, whatever is wrong with one of its cells."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROFILE = {
    "icp": [
        {"criteria": "Industry", "details": "Retail companies"},
        {"criteria": "Size", "details": "1000 to 50000+ employees"},
    ]
}
LIST = """Company,Name,Email,Employees,Industry,Lead Source,Lead Status,Created Date,Email Opt Out
Acme,Jane Doe,not-an-address,"1,001-5,000 employees",Retail,Carrier pigeon,Open - Not Contacted,2020-01-31,
Beta,,,many,Retail,,Closed - Not Converted,03/04/2026,
,,x@gamma.example,2000,Retail,,,,
,,,3000,Aviation,,,,
Delta,Max Muster,max@delta.example,9000,Retail,Web,,,yes
Epsilon,Joe Roe,joe@epsilon.example,9000,Retail,Web,,,,one cell too many
"""


def research(folder: Path, *more: str) -> tuple[list[dict[str, Any]], str]:
    (folder / "leads.csv").write_text(LIST)
    (folder / "profile.json").write_text(json.dumps(PROFILE))
    out = folder / "out.jsonl"
    arguments = ["research", folder / "leads.csv", "--profile", folder / "profile.json", "--output", out, *more]
    done = subprocess.run(
        [sys.executable, "-m", "leadwright", *map(str, arguments)],
        env={k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in out.read_text().splitlines()], done.stderr


def test_every_row_is_judged_and_says_what_was_wrong(tmp_path: Path) -> None:
    lines, said = research(tmp_path)
    assert [line["company"] for line in lines] == ["Acme", "Beta", None, None, "Delta", "Epsilon"]
    assert [line["fit"]["band"] for line in lines] == ["High", "High", "High", "Moderate", "High", "High"]
    acme, beta, gamma, nobody, delta, epsilon = (" ".join(line["problems"]) for line in lines)
    assert 'Row 2, Email (column C): "not-an-address" is not an email address' in acme
    assert '"1,001-5,000 employees" is a range and is read as 1,001' in acme
    assert '"Carrier pigeon" is no choice we know' in acme
    assert '"many" is not a number' in beta
    assert "The list says Lost" in beta
    assert gamma == "Row 4: it has neither a company nor a name. Add one of them."
    assert "email address" in lines[0]["missing"]
    assert "company name" in lines[3]["missing"]
    assert "neither a company nor a name" in nobody
    assert "does not allow emails" in delta
    assert "10 cells" in epsilon
    assert "Recency: old" in " ".join(lines[0]["rating_reasons"])
    assert "Recency: recent" in " ".join(lines[1]["rating_reasons"])
    assert "5 rows have something that cannot be used as it stands" in said
    assert [line["draft"] for line in lines] == [None] * 6


def test_the_options_say_who_sells_what_so_that_there_are_drafts(tmp_path: Path) -> None:
    lines, _ = research(tmp_path, "--company", "Shelf Makers", "--offering", "Shelves that stand in an hour.")
    assert [bool(line["draft"]) for line in lines] == [True, True, True, True, False, True]
    assert "Shelf Makers" in lines[0]["draft"]["body"]
